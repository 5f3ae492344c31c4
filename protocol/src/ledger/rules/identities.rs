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
    // It may come later than it was due, if too much was due at that height.
    let (due, others): (Vec<Notice>, Vec<Notice>) =
        notices.into_iter().partition(|notice| notice.due <= turn.height);
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

#[cfg(test)]
mod tests {
    use super::{good, withdraw_stake};
    use crate::encoding::List;
    use crate::ledger::turn::{DUE_MAX, Turn};
    use crate::reason::Rejected;
    use crate::state::row::{Account, Due, Identity, NOTICES_MAX};
    use crate::state::{Memory, View};
    use crate::value::{Height, Time, Units};
    use crate::{Address, Network};

    const SENDER: Address = Address([1; 32]);

    /// A block of the test network, and an identity with coin stake.
    fn turn(store: &Memory) -> Turn<'_, Memory> {
        let mut view = View::new(store);
        let identity = Identity {
            repetitions: 1,
            nonce: 0,
            registered: Height(0),
            revoked: false,
            stake: Units(1_000),
            notices: List::default(),
        };
        view.put(&SENDER, &identity).expect("memory");
        Turn::begin(view, Network::Test, Height(1), Time(0)).expect("memory")
    }

    /// The beginning of a later block.
    fn next(turn: Turn<'_, Memory>, height: u32) -> Turn<'_, Memory> {
        Turn::begin(turn.view, Network::Test, Height(height), Time(0)).expect("memory")
    }

    /// On regtest stake comes back before so many notices are open.
    #[test]
    fn an_identity_has_so_many_notices_open_and_no_more() {
        let store = Memory::default();
        let mut turn = turn(&store);
        for height in 1..=NOTICES_MAX {
            turn.height = Height(height);
            withdraw_stake(&mut turn, SENDER, Units(1)).expect("there is room");
        }
        // One more of the same block is the same notice.
        withdraw_stake(&mut turn, SENDER, Units(1)).expect("there is room");
        turn.height = Height(NOTICES_MAX + 1);
        let fault = withdraw_stake(&mut turn, SENDER, Units(1)).expect_err("there is none");
        assert_eq!(fault.rejection().map(|rejection| rejection.code), Some(Rejected::Notices));
    }

    #[test]
    fn stake_comes_back_though_too_much_is_due_with_it() {
        let store = Memory::default();
        let mut turn = turn(&store);
        let due = Height(1 + Network::Test.parameters().stake_notice);
        for _ in 0..DUE_MAX {
            turn.later(due, Due::Commitment([0; 32])).expect("memory");
        }
        withdraw_stake(&mut turn, SENDER, Units(300)).expect("it has as much");
        let balance = |turn: &Turn<'_, Memory>| {
            turn.view.get::<Account>(&SENDER).expect("memory").map(|account| account.balance)
        };
        let turn = next(turn, due.0);
        assert_eq!(balance(&turn), None, "others were before");
        let turn = next(turn, due.0 + 1);
        assert_eq!(balance(&turn), Some(Units(300)));
        let identity = good(&turn, &SENDER).expect("it is registered");
        assert_eq!((identity.stake, identity.notices.as_slice()), (Units(700), &[][..]));
    }
}
