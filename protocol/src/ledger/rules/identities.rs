//! Identities and their coin stake.

use crate::Address;
use crate::encoding::List;
use crate::ledger::rejection::{Fault, rejected, require};
use crate::ledger::turn::{Turn, more};
use crate::network::FREE_IDENTITIES_MAX;
use crate::reason::Rejected;
use crate::state::Store;
use crate::state::row::{Due, Identity, NOTICES_MAX, Notice};
use crate::transaction::IdentityRegistration;
use crate::value::{Height, Units};

/// Registers one for nothing: its proof is its price.
pub(in crate::ledger) fn register_free<S: Store>(
    turn: &mut Turn<'_, S>,
    identity: &IdentityRegistration,
) -> Result<(), Fault> {
    require(turn.free_identities < FREE_IDENTITIES_MAX, Rejected::FreeIdentities)?;
    turn.free_identities += 1;
    add(turn, identity, Units::ZERO)
}

/// Registers one with some stake, which may be none.
pub(in crate::ledger) fn register<S: Store>(
    turn: &mut Turn<'_, S>,
    sender: Address,
    identity: &IdentityRegistration,
    stake: Units,
) -> Result<(), Fault> {
    turn.debit(&sender, stake)?;
    add(turn, identity, stake)
}

/// An address is registered once, whatever became of it.
fn add<S: Store>(turn: &mut Turn<'_, S>, identity: &IdentityRegistration, stake: Units) -> Result<(), Fault> {
    require(!turn.view.has::<Identity>(&identity.address)?, Rejected::Duplicate)?;
    let row = Identity {
        repetitions: identity.repetitions,
        nonce: identity.nonce,
        registered: turn.height,
        revoked: false,
        stake,
        notices: List::default(),
    };
    Ok(turn.view.put(&identity.address, &row)?)
}

/// An identity that is registered and not revoked.
pub(in crate::ledger) fn good<S: Store>(turn: &Turn<'_, S>, address: &Address) -> Result<Identity, Fault> {
    let Some(identity) = turn.view.get::<Identity>(address)? else { return rejected(Rejected::Unknown) };
    require(!identity.revoked, Rejected::Revoked)?;
    Ok(identity)
}

/// Adds coins to somebody's stake.
pub(in crate::ledger) fn add_stake<S: Store>(
    turn: &mut Turn<'_, S>,
    sender: Address,
    address: &Address,
    amount: Units,
) -> Result<(), Fault> {
    let mut identity = good(turn, address)?;
    turn.debit(&sender, amount)?;
    identity.stake = more(identity.stake, amount)?;
    Ok(turn.view.put(address, &identity)?)
}

/// Gives notice of some of the sender's own stake: it counts no more, and comes back later.
pub(in crate::ledger) fn withdraw_stake<S: Store>(
    turn: &mut Turn<'_, S>,
    sender: Address,
    amount: Units,
) -> Result<(), Fault> {
    let mut identity = good(turn, &sender)?;
    let Some(stake) = identity.stake.0.checked_sub(amount.0) else { return rejected(Rejected::Stake) };
    identity.stake = Units(stake);
    let due = Height(turn.height.0.saturating_add(turn.parameters.stake_notice));
    let mut notices = std::mem::take(&mut identity.notices).into_vec();
    match notices.last_mut().filter(|last| last.due == due) {
        // Of one block: one notice, which comes back once.
        Some(last) => last.amount = more(last.amount, amount)?,
        None => {
            require(notices.len() < NOTICES_MAX as usize, Rejected::Notices)?;
            notices.push(Notice { due, amount });
            turn.later(due, Due::Stake(sender))?;
        }
    }
    identity.notices = List::new("notices", notices).expect("no more than there may be");
    Ok(turn.view.put(&sender, &identity)?)
}

/// Gives back what an identity gave notice of for this height, if it has not lost it meanwhile.
pub(in crate::ledger) fn return_stake<S: Store>(
    turn: &mut Turn<'_, S>,
    address: &Address,
) -> Result<(), Fault> {
    let Some(mut identity) = turn.view.get::<Identity>(address)? else { return Ok(()) };
    let notices = std::mem::take(&mut identity.notices).into_vec();
    let (due, others): (Vec<Notice>, Vec<Notice>) =
        notices.into_iter().partition(|notice| notice.due == turn.height);
    identity.notices = List::new("notices", others).expect("no more than there were");
    turn.view.put(address, &identity)?;
    due.into_iter().try_for_each(|notice| turn.credit(address, notice.amount))
}

/// Takes an identity's proof and its whole stake, what is under notice too. What that was.
pub(in crate::ledger) fn revoke<S: Store>(
    turn: &mut Turn<'_, S>,
    address: &Address,
    mut identity: Identity,
) -> Result<Units, Fault> {
    let notices = std::mem::take(&mut identity.notices).into_vec();
    let lost = notices.iter().try_fold(identity.stake, |sum, notice| more(sum, notice.amount))?;
    (identity.revoked, identity.stake) = (true, Units::ZERO);
    turn.view.put(address, &identity)?;
    Ok(lost)
}
