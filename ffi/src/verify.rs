//! Transit pools in bulk, and what they are judged against.

use gridnet_core::proof::identity::Proof;
use gridnet_protocol::Address;
use gridnet_protocol::encoding::decode;
use gridnet_protocol::settlement;
use gridnet_protocol::value::{Depth, Height, PoolId, Session, Time, Units, Word};
use gridnet_protocol::verify;

use crate::bridge::ffi::{HopShare, Identity, Kept, Registration, Status, Verdict, Verified};
use crate::control::Control;
use crate::engine::{Engine, nanoseconds, shares};
use crate::held::Shared;
use crate::status::{guard, network};
use crate::transit::ClaimedPool;

/// What the ledger holds.
pub(crate) struct Context(Shared<verify::Context>);
/// What is to be judged.
pub(crate) struct Claims(Shared<Vec<gridnet_protocol::transit::ClaimedPool>>);
/// What was judged before, as far as it matters.
pub(crate) struct Sequence(Shared<verify::Sequence>);

const CONTEXT: &str = "context";

impl Default for Context {
    fn default() -> Self {
        Context(Shared::empty(CONTEXT))
    }
}

pub(crate) fn new_context(id: u32, height: u32, median_time: u64, status: &mut Status) -> Box<Context> {
    guard(status, || {
        let context = verify::Context::new(network(id)?, Height(height), Time(median_time));
        Ok(Box::new(Context(Shared::new(CONTEXT, context))))
    })
}

impl Context {
    pub(crate) fn add(&self, registration: &Registration, status: &mut Status) -> [u8; 32] {
        guard(status, || {
            let registration = registration.understood()?;
            registration.check()?;
            Ok(self.0.write()?.register(registration).0)
        })
    }

    pub(crate) fn keep(&self, kept: &Kept, status: &mut Status) {
        guard(status, || {
            let session = kept.has_session.then_some(Session(kept.session));
            let of = settlement::Kept { depth: Depth(kept.depth), word: Word(kept.word), session };
            self.0.write()?.kept.insert((PoolId(kept.pool), kept.bank), of);
            Ok(())
        });
    }

    pub(crate) fn identify(&self, address: &[u8; 32], identity: &Identity, status: &mut Status) {
        guard(status, || {
            let of = verify::Identity {
                proof: Proof { repetitions: identity.repetitions, nonce: identity.nonce },
                registered: Height(identity.registered),
                revoked: identity.revoked,
                stake: Units(identity.stake),
            };
            self.0.write()?.identities.insert(Address(*address), of);
            Ok(())
        });
    }
}

pub(crate) fn new_claims() -> Box<Claims> {
    Box::new(Claims(Shared::new("list of claims", Vec::new())))
}

impl Claims {
    pub(crate) fn add(&self, claim: &ClaimedPool, status: &mut Status) {
        guard(status, || {
            let claim = claim.get()?.clone();
            self.0.write()?.push(claim);
            Ok(())
        });
    }

    pub(crate) fn add_bytes(&self, bytes: &[u8], status: &mut Status) {
        guard(status, || {
            let claim = decode("a claimed pool", bytes)?;
            self.0.write()?.push(claim);
            Ok(())
        });
    }

    pub(crate) fn clear(&self, status: &mut Status) {
        guard(status, || {
            self.0.write()?.clear();
            Ok(())
        });
    }

    pub(crate) fn size(&self, status: &mut Status) -> usize {
        guard(status, || Ok(self.0.read()?.len()))
    }
}

pub(crate) fn new_sequence() -> Box<Sequence> {
    Box::new(Sequence(Shared::new("sequence", verify::Sequence::default())))
}

impl Sequence {
    pub(crate) fn verify(
        &self,
        engine: &Engine,
        claims: &Claims,
        context: &Context,
        control: &Control,
        status: &mut Status,
    ) -> Verified {
        guard(status, || {
            let (claims, context) = (claims.0.read()?, context.0.read()?);
            let answer = self.0.write()?.verify(engine.get()?, &claims, &context, &control.inner)?;
            let mut said = Verified {
                verdicts: Vec::with_capacity(claims.len()),
                digests: shares(answer.work.digests),
                signatures: shares(answer.work.signatures),
                steps: shares(answer.work.steps),
                nanoseconds: nanoseconds(answer.elapsed),
                ..Verified::default()
            };
            for verdict in answer.verdicts {
                said.add(verdict);
            }
            Ok(said)
        })
    }
}

impl Verified {
    fn add(&mut self, verdict: verify::Verdict) {
        let first_hop = self.hops.len();
        let bad = |reason| Verdict { reason, total: 0, fee: 0, receiver: 0, burnt: 0, first_hop, hops: 0 };
        let verdict = match verdict {
            Err(reason) => bad(reason as u8),
            Ok(settled) => {
                let hop = |hop: &verify::HopShare| HopShare {
                    share: hop.share.0,
                    void_reason: hop.void.map_or(0, |void| void as u8),
                };
                self.hops.extend(settled.hops.iter().map(hop));
                Verdict {
                    total: settled.total.0,
                    fee: settled.fee.0,
                    receiver: settled.receiver.0,
                    burnt: settled.burnt.0,
                    hops: settled.hops.len(),
                    ..bad(0)
                }
            }
        };
        self.verdicts.push(verdict);
    }
}
