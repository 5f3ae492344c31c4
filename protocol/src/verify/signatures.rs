//! The signatures of transit pools, as the engine takes them: what each signs is hashed here.

use gridnet_core::{Control, Engine, Error, SignatureFault, Signed};

use super::Work;
use super::digests::{Digested, Digests, Slot};
use crate::encoding::encode;
use crate::reason::Reason;
use crate::tagged::Tag;
use crate::transit::{ClaimedPool, Disclosure, Hop, ReceiverProof};
use crate::value::Session;
use crate::{Kind, Network, PublicKey, Signature};

/// Transit pools whose signatures are to be checked.
pub(super) struct Subjects<'a> {
    pub(super) claims: Vec<&'a ClaimedPool>,
    pub(super) sessions: Vec<Session>,
    pub(super) network: Network,
}

/// Signatures as the engine takes them.
#[derive(Default)]
pub(super) struct Signatures {
    /// Of which subject, and what is wrong with that when it is bad.
    jobs: Vec<(u32, Reason)>,
    pub(super) keys: Vec<[u8; 32]>,
    /// What is signed: a digest.
    pub(super) messages: Vec<[u8; 32]>,
    pub(super) signatures: Vec<[u8; 64]>,
}

impl Signatures {
    fn add(&mut self, row: usize, fault: Reason, key: &PublicKey, digest: &[u8; 32], signature: &Signature) {
        // Subjects are a part of a round.
        self.jobs.push((row as u32, fault));
        self.keys.push(key.0);
        self.messages.push(*digest);
        self.signatures.push(signature.0);
    }

    pub(super) fn len(&self) -> usize {
        self.jobs.len()
    }

    /// Calls `fault` with a subject and its fault for each bad signature.
    pub(super) fn bad(&self, signed: &[Signed], mut fault: impl FnMut(usize, Reason)) {
        for (&(row, reason), signed) in self.jobs.iter().zip(signed) {
            match signed {
                Ok(()) => {}
                Err(SignatureFault::Key) => fault(row as usize, Reason::BadKey),
                Err(_) => fault(row as usize, reason),
            }
        }
    }
}

/// A signature of something that is not hashed yet.
struct Job {
    row: usize,
    fault: Reason,
    key: PublicKey,
    digest: Slot,
    signature: Signature,
}

impl Subjects<'_> {
    /// All their signatures.
    pub(super) fn signatures(
        &self,
        engine: &Engine,
        work: &mut Work,
        control: &Control,
    ) -> Result<Signatures, Error> {
        let bodies = Bodies::digest(engine, self, work, control)?;
        let mut signatures = Signatures::default();
        self.of_hops(engine, &bodies, &mut signatures, work, control)?;
        for (row, (claim, slots)) in self.claims.iter().zip(&bodies.slots).enumerate() {
            let token = &claim.pool.token;
            let receiver = &token.receiver;
            let digest = |slot| &bodies.digested[slot];
            let (owner, binding) = (Reason::OwnerSignature, Reason::ReceiverBinding);
            signatures.add(row, owner, &token.sender.key, digest(slots.token), &token.signature);
            signatures.add(row, binding, &receiver.key, digest(slots.binding), &receiver.binding);
            if let ReceiverProof::Signature(signature) = &claim.pool.proof {
                let digest = digest(slots.receiver_or_token);
                signatures.add(row, Reason::ReceiverSignature, &receiver.key, digest, signature);
            }
        }
        Ok(signatures)
    }

    /// Those that sign accumulators.
    fn of_hops(
        &self,
        engine: &Engine,
        bodies: &Bodies,
        signatures: &mut Signatures,
        work: &mut Work,
        control: &Control,
    ) -> Result<(), Error> {
        let network = self.network;
        let accumulators = self.accumulators(engine, bodies, work, control)?;
        let mut digests = Digests::default();
        let mut jobs: Vec<Job> = Vec::with_capacity(8 * self.claims.len());
        let mut lasts = Digests::default();
        let mut last_slots = Vec::with_capacity(self.claims.len());
        for (row, (claim, accumulators)) in self.claims.iter().zip(&accumulators).enumerate() {
            let pool = &claim.pool;
            let receiver = &pool.token.receiver;
            let last = accumulators.last().expect("there is A₀");
            last_slots.push(lasts.add(Tag::LAST, &[last, &receiver.key.0]));
            let mut holder = pool.token.first_key;
            for (hop, pair) in pool.hops.as_slice().iter().zip(accumulators.windows(2)) {
                let mut signer = holder;
                let fault = Reason::Custody;
                if let Some(bearer) = &hop.bearer {
                    let digest = digests.add_signed(network, Kind::Bearer, &[&pair[0], &bearer.key.0]);
                    jobs.push(Job { row, fault, key: holder, digest, signature: bearer.signature });
                    signer = bearer.key;
                }
                let digest = digests.add_signed(network, Kind::Custody, &[&pair[1]]);
                jobs.push(Job { row, fault, key: signer, digest, signature: hop.signature });
                holder = hop.key;
            }
            if let ReceiverProof::Receipt(signature) = pool.proof {
                let token = &bodies.digested[bodies.slots[row].receiver_or_token];
                let digest = digests.add_signed(network, Kind::Receipt, &[last, token]);
                jobs.push(Job {
                    row,
                    fault: Reason::ReceiverSignature,
                    key: receiver.key,
                    digest,
                    signature,
                });
            }
        }
        let lasts = lasts.run(engine, work, control)?;
        for (row, (claim, slot)) in self.claims.iter().zip(last_slots).enumerate() {
            let pool = &claim.pool;
            let key = pool.hops.as_slice().last().map_or(pool.token.first_key, |hop| hop.key);
            let digest = digests.add_signed(network, Kind::LastHandOver, &[&lasts[slot]]);
            jobs.push(Job { row, fault: Reason::LastHandOver, key, digest, signature: pool.last_hand_over });
        }
        let digested = digests.run(engine, work, control)?;
        for job in &jobs {
            signatures.add(job.row, job.fault, &job.key, &digested[job.digest], &job.signature);
        }
        Ok(())
    }

    /// A₀ to A_n of each: the first hops of all together, then the second ones, and so on.
    fn accumulators(
        &self,
        engine: &Engine,
        bodies: &Bodies,
        work: &mut Work,
        control: &Control,
    ) -> Result<Vec<Vec<[u8; 32]>>, Error> {
        let mut accumulators: Vec<Vec<[u8; 32]>> =
            self.sessions.iter().map(|session| vec![session.0]).collect();
        let longest = self.claims.iter().map(|claim| claim.pool.hops.as_slice().len()).max().unwrap_or(0);
        for place in 0..longest {
            let mut digests = Digests::default();
            let mut slots = Vec::new();
            for (row, claim) in self.claims.iter().enumerate() {
                let Some(hop) = claim.pool.hops.as_slice().get(place) else { continue };
                let commitment = match (&hop.disclosure, bodies.slots[row].commitments[place]) {
                    (_, Some(slot)) => &bodies.digested[slot],
                    (disclosure, None) => &disclosure.commitment().0,
                };
                let before = &accumulators[row][place];
                let parts: [&[u8]; 4] = [before, &hop.key.0, commitment, &hop.seal_hash];
                slots.push((row, digests.add(Tag::ACCUMULATOR, &parts)));
            }
            let digested = digests.run(engine, work, control)?;
            for (row, slot) in slots {
                accumulators[row].push(digested[slot]);
            }
        }
        Ok(accumulators)
    }
}

/// What is signed of each one's own bodies.
struct Bodies {
    slots: Vec<BodySlots>,
    digested: Digested,
}

struct BodySlots {
    token: Slot,
    binding: Slot,
    /// What the receiver signs, or the token's id where there is a receipt for that.
    receiver_or_token: Slot,
    /// The first hop's commitment, then the others', of those that are opened.
    commitments: Vec<Option<Slot>>,
}

impl Bodies {
    fn digest(
        engine: &Engine,
        subjects: &Subjects<'_>,
        work: &mut Work,
        control: &Control,
    ) -> Result<Bodies, Error> {
        let network = subjects.network;
        let mut digests = Digests::default();
        let mut slots = Vec::with_capacity(subjects.claims.len());
        for claim in &subjects.claims {
            let pool = &claim.pool;
            let receiver = &pool.token.receiver;
            let token = encode(&pool.token.body);
            let receiver_or_token = match pool.proof {
                ReceiverProof::Signature(_) => {
                    digests.add_signed(network, Kind::TransitPool, &[&encode(&pool.body)])
                }
                ReceiverProof::Receipt(_) => digests.add_id(network, Kind::Token, &[&token]),
            };
            let commitment = |hop: &Hop| match &hop.disclosure {
                Disclosure::Opened(opening) => Some(digests.add(Tag::HOP, &[&opening.to_bytes()])),
                Disclosure::Unopened(_) => None,
            };
            let commitments = pool.hops.as_slice().iter().map(commitment).collect();
            let keys: [&[u8]; 2] = [&receiver.key.0, &receiver.seal_key.0];
            let binding = digests.add_signed(network, Kind::ReceiverBinding, &keys);
            let token = digests.add_signed(network, Kind::Token, &[&token]);
            slots.push(BodySlots { token, binding, receiver_or_token, commitments });
        }
        Ok(Bodies { slots, digested: digests.run(engine, work, control)? })
    }
}
