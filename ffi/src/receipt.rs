//! Energy receipts.

use gridnet_protocol::Address;
use gridnet_protocol::spv::receipt::{self, Marked, Options, Receipt, SideFacts};
use gridnet_protocol::state::row::Retired;
use gridnet_protocol::transaction;
use gridnet_protocol::trust::Policy;
use gridnet_protocol::value::{Time, WattHours};

use crate::bridge::ffi::Status;
use crate::bridge::meter::ffi::{KeptReading, SignedReading};
use crate::bridge::spv::ffi::{Mark, ReceiptFacts, ReceiptObjection, ReceiptOptions, ReceiptSide, Subject};
use crate::control::Control;
use crate::engine::Engine;
use crate::spv::verdict_of;
use crate::status::{Refusal, guard, network, values};

pub(crate) fn verify_receipt(
    engine: &Engine,
    file: &[u8],
    options: &ReceiptOptions,
    control: &Control,
    status: &mut Status,
) -> ReceiptFacts {
    guard(status, || {
        let (engine, receipt, options) = (engine.get()?, Receipt::from_file(file)?, options.understood()?);
        let (verdict, facts) = verdict_of(receipt.verify(engine, &options, &control.inner))?;
        Ok(ReceiptFacts { verdict, ..facts.map_or_else(ReceiptFacts::default, ReceiptFacts::from) })
    })
}

/// Empty for no kind.
pub(crate) fn receipt_objection_name(kind: u8) -> &'static str {
    ["", "proven", "marked", "unsaid"].get(usize::from(kind)).copied().unwrap_or("")
}

impl ReceiptOptions {
    /// As the protocol has them.
    fn understood(&self) -> Result<Options, Refusal> {
        let authorities = values("the authorities", &self.authorities)?;
        Ok(Options {
            network: network(self.network)?,
            start: (&self.start).into(),
            depth: self.depth,
            policy: Policy::of(authorities.iter().copied().map(Address)),
            now: Time(self.now),
        })
    }
}

impl From<receipt::ReceiptFacts> for ReceiptFacts {
    fn from(facts: receipt::ReceiptFacts) -> ReceiptFacts {
        let objections = facts.objections().iter().map(ReceiptObjection::from).collect();
        ReceiptFacts {
            contract: facts.contract.0,
            opened: facts.opened.0,
            settled: facts.settled.0,
            has_settled_time: facts.settled_time.is_some(),
            settled_time: facts.settled_time.unwrap_or_default().0,
            delivered_wh: facts.delivered.0,
            paid: facts.paid.iter().map(|paid| paid.amount.0).collect(),
            terms: facts.terms.into(),
            seller: facts.seller.into(),
            buyer: facts.buyer.into(),
            readings: facts.readings.into_iter().map(SignedReading::from).collect(),
            authorities: facts.authorities.iter().flat_map(|authority| authority.0).collect(),
            marks: facts.marks.into_iter().map(Mark::from).collect(),
            height: facts.root.height.0,
            root: facts.root.root,
            depth: facts.root.depth,
            tip: facts.tip.into(),
            work: facts.work.to_be_bytes(),
            objections,
            ..ReceiptFacts::default()
        }
    }
}

impl From<SideFacts> for ReceiptSide {
    fn from(side: SideFacts) -> ReceiptSide {
        let [imported, exported] = side.measured().unwrap_or([WattHours(0); 2]);
        ReceiptSide {
            owner: side.owner.0,
            meter: side.meter.0,
            kept: side.row.kept.map_or_else(KeptReading::default, KeptReading::from),
            imported_wh: imported.0,
            exported_wh: exported.0,
            has_equivocated: matches!(side.row.retired, Some(Retired::Equivocated(_))),
            has_identity: side.identity.is_some(),
            is_revoked: side.identity.is_some_and(|identity| identity.revoked),
            certificate: side.row.certificate.into(),
        }
    }
}

impl From<&transaction::Subject> for Subject {
    fn from(subject: &transaction::Subject) -> Subject {
        match subject {
            transaction::Subject::Meter(id) => Subject { kind: 0, id: id.0 },
            transaction::Subject::Identity(address) => Subject { kind: 1, id: address.0 },
            transaction::Subject::Pool(id) => Subject { kind: 2, id: id.0 },
        }
    }
}

impl From<Marked> for Mark {
    fn from(Marked { authority, subject, mark }: Marked) -> Mark {
        Mark {
            authority: authority.0,
            subject: (&subject).into(),
            reason: String::from_utf8_lossy(mark.reason.as_slice()).into_owned(),
            effective: mark.effective.0,
            made: mark.made.0,
        }
    }
}

impl From<&receipt::ReceiptObjection> for ReceiptObjection {
    fn from(objection: &receipt::ReceiptObjection) -> ReceiptObjection {
        let nobody = [0; 32];
        match objection {
            receipt::ReceiptObjection::Proven(subject) => {
                ReceiptObjection { kind: 1, subject: subject.into(), authority: nobody }
            }
            receipt::ReceiptObjection::Marked(marked) => {
                ReceiptObjection { kind: 2, subject: (&marked.subject).into(), authority: marked.authority.0 }
            }
            receipt::ReceiptObjection::Unsaid(authority) => {
                ReceiptObjection { kind: 3, subject: Subject::default(), authority: authority.0 }
            }
            // The protocol's list may grow; this face's does with it.
            _ => ReceiptObjection { kind: 0, subject: Subject::default(), authority: nobody },
        }
    }
}
