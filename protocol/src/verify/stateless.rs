//! What can be computed of transit pools before their turn comes, for all of them at once: sessions, accumulators,
//! signatures.

use std::collections::HashSet;

use gridnet_core::{Control, Engine, Error, SignatureFault, Verify, add_shares};

use super::context::{BankId, Context};
use super::digests::{Digested, Digests, Slot};
use super::judge::{self, Left};
use super::{Settled, Work};
use crate::encoding::encode;
use crate::reason::Reason;
use crate::tagged::Tag;
use crate::transit::{ClaimedPool, Disclosure, Hop, ReceiverProof};
use crate::value::{Session, Word};
use crate::{Kind, Network, PublicKey, Signature};

/// What is known of a transit pool before its turn comes.
pub(super) struct Examined {
    pub(super) session: Session,
    /// The first fault that its turn cannot change, if there is one.
    pub(super) fault: Option<Reason>,
}

impl Examined {
    /// Its verdict, now that its turn has come. `end` says where its word ends after its steps, if that is asked.
    pub(super) fn judge(
        &self,
        context: &Context,
        left: &mut Left,
        claim: &ClaimedPool,
        end: impl FnOnce() -> Word,
    ) -> Result<Settled, Reason> {
        match self.fault {
            // What comes before the state of the bank in the order of checks.
            Some(fault) if fault <= Reason::Pool => Err(fault),
            Some(Reason::Bank) => Err(Reason::Bank),
            Some(fault) => {
                judge::in_turn(context, left, claim, self.session)?;
                Err(fault)
            }
            None => judge::settle(context, left, claim, self.session, end),
        }
    }
}

/// Examines transit pools: all but the walks. `under_way` are banks that claims whose turn is still to come may change.
pub(super) fn examine(
    engine: &Engine,
    claims: &[ClaimedPool],
    context: &Context,
    left: &Left,
    under_way: &HashSet<BankId>,
    work: &mut Work,
    control: &Control,
) -> Result<Vec<Examined>, Error> {
    let sessions = sessions(engine, claims, work, control)?;
    let screened = screen(claims, &sessions, context, left, under_way);
    // Those that are worth the effort.
    let rows: Vec<usize> = (0..claims.len()).filter(|&index| screened[index].is_ok()).collect();
    let (faults, signed) = signatures(engine, claims, &rows, &sessions, context.network, control)?;
    work.add(&signed);
    let examined =
        |(&session, screened): (&Session, &Result<(), Reason>)| Examined { session, fault: screened.err() };
    let mut examined: Vec<Examined> = sessions.iter().zip(&screened).map(examined).collect();
    for (index, fault) in rows.into_iter().zip(faults) {
        examined[index].fault = fault;
    }
    Ok(examined)
}

/// The session of each.
fn sessions(
    engine: &Engine,
    claims: &[ClaimedPool],
    work: &mut Work,
    control: &Control,
) -> Result<Vec<Session>, Error> {
    let mut digests = Digests::default();
    let add = |claim: &ClaimedPool| digests.add(Tag::SESSION, &[&claim.pool.token.session_message()]);
    let slots: Vec<Slot> = claims.iter().map(add).collect();
    let digested = digests.run(engine, work, control)?;
    Ok(slots.into_iter().map(|slot| Session(digested[slot])).collect())
}

/// Who is worth the effort of verifying signatures: `Err` with the fault of the others. A claim whose bank an earlier one
/// may have claimed from has its turn to wait for.
fn screen(
    claims: &[ClaimedPool],
    sessions: &[Session],
    context: &Context,
    left: &Left,
    under_way: &HashSet<BankId>,
) -> Vec<Result<(), Reason>> {
    let mut claimed: HashSet<BankId> = HashSet::new();
    let mut screen = |(claim, &session): (&ClaimedPool, &Session)| {
        if !claim.pool.token.has_shape() {
            return Err(Reason::Shape);
        }
        if !claim.pool.keys().all(|key| key.is_admitted_if_point()) {
            return Err(Reason::BadKey);
        }
        // Whether a key is a point shows with its signature; where no signature will be looked at, it is asked now.
        let faulty = |fault: Reason| {
            let admitted = claim.pool.keys().all(|key| key.admit().is_ok());
            Err(if admitted { fault } else { Reason::BadKey })
        };
        if let Err(fault) = judge::fixed(context, claim) {
            return faulty(fault);
        }
        let bank = judge::bank_id(claim);
        if !under_way.contains(&bank)
            && !claimed.contains(&bank)
            && let Err(fault) = judge::in_turn(context, left, claim, session)
        {
            return faulty(fault);
        }
        claimed.insert(bank);
        Ok(())
    };
    claims.iter().zip(sessions).map(&mut screen).collect()
}

/// A signature to be checked: of which row, and what is wrong with that when it is bad.
struct Job {
    row: usize,
    fault: Reason,
    key: PublicKey,
    digest: Slot,
    signature: Signature,
}

/// The first fault of the signatures of each of these rows.
fn signatures(
    engine: &Engine,
    claims: &[ClaimedPool],
    rows: &[usize],
    sessions: &[Session],
    network: Network,
    control: &Control,
) -> Result<(Vec<Option<Reason>>, Work), Error> {
    let mut work = Work::default();
    let claims: Vec<&ClaimedPool> = rows.iter().map(|&index| &claims[index]).collect();
    let bodies = Bodies::digest(engine, &claims, network, &mut work, control)?;
    let sessions = rows.iter().map(|&index| sessions[index]);
    let accumulators = accumulators(engine, &claims, sessions, &bodies, &mut work, control)?;

    let mut digests = Digests::default();
    let mut jobs: Vec<Job> = Vec::with_capacity(8 * claims.len());
    let mut lasts = Digests::default();
    let mut last_slots = Vec::with_capacity(claims.len());
    for (row, (claim, accumulators)) in claims.iter().zip(&accumulators).enumerate() {
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
            jobs.push(Job { row, fault: Reason::ReceiverSignature, key: receiver.key, digest, signature });
        }
    }
    let lasts = lasts.run(engine, &mut work, control)?;
    for (row, (claim, slot)) in claims.iter().zip(last_slots).enumerate() {
        let pool = &claim.pool;
        let key = pool.hops.as_slice().last().map_or(pool.token.first_key, |hop| hop.key);
        let digest = digests.add_signed(network, Kind::LastHandOver, &[&lasts[slot]]);
        jobs.push(Job { row, fault: Reason::LastHandOver, key, digest, signature: pool.last_hand_over });
    }
    let digested = digests.run(engine, &mut work, control)?;

    let mut batch = Batch::default();
    for job in &jobs {
        batch.add(job.row, job.fault, &job.key, &digested[job.digest], &job.signature);
    }
    for (row, (claim, slots)) in claims.iter().zip(&bodies.slots).enumerate() {
        let token = &claim.pool.token;
        let receiver = &token.receiver;
        let digest = |slot| &bodies.digested[slot];
        batch.add(row, Reason::OwnerSignature, &token.sender.key, digest(slots.token), &token.signature);
        batch.add(row, Reason::ReceiverBinding, &receiver.key, digest(slots.binding), &receiver.binding);
        if let ReceiverProof::Signature(signature) = &claim.pool.proof {
            let digest = digest(slots.receiver_or_token);
            batch.add(row, Reason::ReceiverSignature, &receiver.key, digest, signature);
        }
    }
    let faults = batch.verify(engine, claims.len(), &mut work, control)?;
    Ok((faults, work))
}

/// What is signed of each row's own bodies.
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
        claims: &[&ClaimedPool],
        network: Network,
        work: &mut Work,
        control: &Control,
    ) -> Result<Bodies, Error> {
        let mut digests = Digests::default();
        let mut slots = Vec::with_capacity(claims.len());
        for claim in claims {
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

/// A₀ to A_n of each row: the first hops of all together, then the second ones, and so on.
fn accumulators(
    engine: &Engine,
    claims: &[&ClaimedPool],
    sessions: impl Iterator<Item = Session>,
    bodies: &Bodies,
    work: &mut Work,
    control: &Control,
) -> Result<Vec<Vec<[u8; 32]>>, Error> {
    let mut accumulators: Vec<Vec<[u8; 32]>> = sessions.map(|session| vec![session.0]).collect();
    let longest = claims.iter().map(|claim| claim.pool.hops.as_slice().len()).max().unwrap_or(0);
    for place in 0..longest {
        let mut digests = Digests::default();
        let mut slots = Vec::new();
        for (row, claim) in claims.iter().enumerate() {
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

/// Signatures as the engine takes them.
#[derive(Default)]
struct Batch {
    jobs: Vec<(usize, Reason)>,
    keys: Vec<[u8; 32]>,
    messages: Vec<[u8; 32]>,
    signatures: Vec<[u8; 64]>,
}

impl Batch {
    fn add(&mut self, row: usize, fault: Reason, key: &PublicKey, digest: &[u8; 32], signature: &Signature) {
        self.jobs.push((row, fault));
        self.keys.push(key.0);
        self.messages.push(*digest);
        self.signatures.push(signature.0);
    }

    /// The first fault of each of `rows` rows.
    fn verify(
        &self,
        engine: &Engine,
        rows: usize,
        work: &mut Work,
        control: &Control,
    ) -> Result<Vec<Option<Reason>>, Error> {
        let question = Verify {
            keys: &self.keys,
            messages: self.messages.as_flattened(),
            length: 32,
            signatures: &self.signatures,
        };
        let report = engine.verify(&question, control)?;
        add_shares(&mut work.signatures, &report.devices);
        let mut faults: Vec<Option<Reason>> = vec![None; rows];
        for (&(row, fault), signed) in self.jobs.iter().zip(report.value) {
            let fault = match signed {
                Ok(()) => continue,
                Err(SignatureFault::Key) => Reason::BadKey,
                Err(_) => fault,
            };
            faults[row] = faults[row].into_iter().chain([fault]).min();
        }
        Ok(faults)
    }
}
