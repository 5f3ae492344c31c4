//! What can be computed of transit pools before their turn comes: sessions, who is worth the effort, what is signed.

use std::collections::HashSet;

use gridnet_core::{Control, Engine, Error};

use super::context::{BankId, Context};
use super::digests::{Digests, Slot};
use super::judge::{self, Left};
use super::signatures::{Signatures, Subjects};
use super::{Settled, Work};
use crate::Network;
use crate::reason::Reason;
use crate::settlement::Kept;
use crate::tagged::Tag;
use crate::transit::ClaimedPool;
use crate::value::{Session, Word};

/// What is known of a transit pool before its turn comes.
#[derive(Clone, Copy)]
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

    /// The part of its verdict that takes neither signatures nor a walk.
    pub(super) fn screened(context: &Context, left: &mut Left, claim: &ClaimedPool) -> Result<(), Reason> {
        let session = claim.pool.token.session();
        let fault = screen(claim, session, context, None).err();
        if fault.is_some() {
            return Examined { session, fault }.judge(context, left, claim, Word::default).map(drop);
        }
        judge::in_turn(context, left, claim, session)?;
        left.set(judge::bank_id(claim), Kept::after(&claim.pool.token, session));
        Ok(())
    }
}

/// Transit pools of which all is known but what the engine says of their signatures, and where their words end.
pub(super) struct Prepared {
    pub(super) examined: Vec<Examined>,
    /// Those that are worth the effort.
    worthy: Vec<usize>,
    /// Of those.
    pub(super) signatures: Signatures,
    /// The banks that they may change.
    pub(super) banks: HashSet<BankId>,
    pub(super) work: Work,
}

impl Prepared {
    /// `left` is of when those that may change `under_way` have yet to be judged.
    pub(super) fn new(
        engine: &Engine,
        claims: &[&ClaimedPool],
        context: &Context,
        left: &Left,
        under_way: Option<&HashSet<BankId>>,
        control: &Control,
    ) -> Result<Prepared, Error> {
        let mut work = Work::default();
        let sessions = sessions(engine, claims, &mut work, control)?;
        let mut banks: HashSet<BankId> = HashSet::new();
        let screen = |(&claim, &session): (&&ClaimedPool, &Session)| {
            let bank = judge::bank_id(claim);
            // Whose bank an earlier one may have claimed from has its turn to wait for.
            let waits = banks.contains(&bank) || under_way.is_some_and(|banks| banks.contains(&bank));
            let fault = screen(claim, session, context, (!waits).then_some(left)).err();
            if fault.is_none() {
                banks.insert(bank);
            }
            Examined { session, fault }
        };
        let examined: Vec<Examined> = claims.iter().zip(&sessions).map(screen).collect();
        let worthy: Vec<usize> = (0..claims.len()).filter(|&row| examined[row].fault.is_none()).collect();
        let subjects = Subjects {
            claims: worthy.iter().map(|&row| claims[row]).collect(),
            sessions: worthy.iter().map(|&row| sessions[row]).collect(),
            network: context.network,
        };
        let signatures = subjects.signatures(engine, &mut work, control)?;
        Ok(Prepared { examined, worthy, signatures, banks, work })
    }

    /// The same with the faults that the engine found: a verdict for each signature.
    pub(super) fn examined(&self, signed: &[gridnet_core::Signed]) -> Vec<Examined> {
        let mut examined = self.examined.clone();
        self.signatures.bad(signed, |row, reason| {
            let fault = &mut examined[self.worthy[row]].fault;
            *fault = Some(fault.map_or(reason, |fault| fault.min(reason)));
        });
        examined
    }
}

/// The session of each.
pub(super) fn sessions(
    engine: &Engine,
    claims: &[&ClaimedPool],
    work: &mut Work,
    control: &Control,
) -> Result<Vec<Session>, Error> {
    let mut digests = Digests::default();
    let add = |claim: &&ClaimedPool| digests.add(Tag::SESSION, &[&claim.pool.token.session_message()]);
    let slots: Vec<Slot> = claims.iter().map(add).collect();
    let digested = digests.run(engine, work, control)?;
    Ok(slots.into_iter().map(|slot| Session(digested[slot])).collect())
}

/// Whether a claim is worth the effort of verifying signatures. What is left, unless it has its turn to wait for.
///
/// # Errors
/// Its fault.
fn screen(
    claim: &ClaimedPool,
    session: Session,
    context: &Context,
    left: Option<&Left>,
) -> Result<(), Reason> {
    own_shape(claim)?;
    let in_turn = |left| judge::in_turn(context, left, claim, session).map(drop);
    let fault = judge::fixed(context, claim).map(drop).and_then(|()| left.map_or(Ok(()), in_turn));
    // Whether a key is a point shows with its signature; where no signature will be looked at, it is asked now.
    fault.map_err(|fault| {
        let admitted = claim.pool.keys().all(|key| key.admit().is_ok());
        if admitted { fault } else { Reason::BadKey }
    })
}

/// What is wrong with its numbers or keys. Whether a key is a point shows with its signature.
fn own_shape(claim: &ClaimedPool) -> Result<(), Reason> {
    if !claim.pool.token.has_shape() {
        return Err(Reason::Shape);
    }
    if !claim.pool.keys().all(|key| key.is_admitted_if_point()) {
        return Err(Reason::BadKey);
    }
    Ok(())
}

/// What is wrong with a claim whatever the ledger holds, its signatures and its walk aside.
///
/// # Errors
/// Its fault.
pub(super) fn own_fault(claim: &ClaimedPool, network: Network) -> Result<(), Reason> {
    own_shape(claim)?;
    if claim.pool.token.network == network.id() {
        return Ok(());
    }
    // No signature will be looked at.
    let admitted = claim.pool.keys().all(|key| key.admit().is_ok());
    Err(if admitted { Reason::Network } else { Reason::BadKey })
}
