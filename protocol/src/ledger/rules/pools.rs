//! Token pools: coins deposited for whoever will carry.

use super::identities;
use crate::Address;
use crate::ledger::rejection::{Fault, rejected, require};
use crate::ledger::turn::Turn;
use crate::pool::Registration;
use crate::reason::Rejected;
use crate::state::Store;
use crate::state::row::{Bank, Due, OpenedBanks, Pool};
use crate::value::{Height, PoolId, Units};
use crate::verify::CLAIM_GRACE;

/// The first height at which nothing can be claimed of a pool any more.
fn over(registration: &Registration) -> Height {
    Height(registration.expiry.0.saturating_add(CLAIM_GRACE + 1))
}

/// Deposits the coins of a pool.
pub(in crate::ledger) fn register<S: Store>(
    turn: &mut Turn<'_, S>,
    sender: Address,
    registration: &Registration,
) -> Result<(), Fault> {
    let id = registration.id(turn.network);
    require(!turn.view.has::<Pool>(&id)?, Rejected::Duplicate)?;
    require(registration.expiry >= turn.height, Rejected::TooLate)?;
    identities::good(turn, &sender)?;
    let deposit = registration.coins().or_else(|_| rejected(Rejected::Range))?;
    turn.debit(&sender, deposit)?;
    let registration = registration.clone();
    let pool = Pool { registration, deposit, revealed: 0, opened: OpenedBanks::default(), banned: false };
    Ok(turn.view.put(&id, &pool)?)
}

/// Gives the owner back what was never revealed.
pub(in crate::ledger) fn reclaim<S: Store>(
    turn: &mut Turn<'_, S>,
    sender: Address,
    id: &PoolId,
) -> Result<(), Fault> {
    let Some(pool) = turn.view.get::<Pool>(id)? else { return rejected(Rejected::Unknown) };
    require(pool.registration.owner == sender, Rejected::NotYours)?;
    require(!pool.banned, Rejected::Banned)?;
    require(turn.height >= over(&pool.registration), Rejected::TooEarly)?;
    remove(turn, id, &pool)?;
    turn.credit(&sender, pool.deposit)
}

/// Sees to it that the owner gets nothing back: what is left is burnt once nobody can claim it.
pub(in crate::ledger) fn ban<S: Store>(
    turn: &mut Turn<'_, S>,
    id: &PoolId,
    pool: &mut Pool,
) -> Result<(), Fault> {
    if pool.banned {
        return Ok(());
    }
    pool.banned = true;
    let over = over(&pool.registration);
    if over > turn.height {
        return turn.later(over, Due::Banned(*id));
    }
    // Its owner could have taken it back, and did not: it is burnt with the next block.
    turn.later(Height(turn.height.0.saturating_add(1)), Due::Banned(*id))
}

/// Burns what is left of a banned pool.
pub(in crate::ledger) fn burn<S: Store>(turn: &mut Turn<'_, S>, id: &PoolId) -> Result<(), Fault> {
    let Some(pool) = turn.view.get::<Pool>(id)? else { return Ok(()) };
    remove(turn, id, &pool)?;
    turn.burn(pool.deposit)
}

/// Removes a pool that nobody can claim from any more, and what is kept of its banks.
fn remove<S: Store>(turn: &mut Turn<'_, S>, id: &PoolId, pool: &Pool) -> Result<(), Fault> {
    for bank in pool.opened.iter() {
        turn.view.remove::<Bank>(&(*id, bank))?;
    }
    Ok(turn.view.remove::<Pool>(id)?)
}

/// What its unrevealed hashes are worth: what its deposit must be.
pub(in crate::ledger) fn owed(pool: &Pool) -> Option<Units> {
    let registration = &pool.registration;
    let hashes = u64::from(registration.banks) * u64::from(registration.length);
    registration.value.times(&[hashes.checked_sub(pool.revealed)?]).ok()
}
