//! Contracts for energy: opened by all, closed by one, answered by whoever knows better, settled by what the meters say.

use super::meters;
use crate::contract::{Contract, Filling, Role, SignedContract, SignedState, Standing};
use crate::encoding::List;
use crate::ledger::rejection::{Fault, rejected, rejected_as, require};
use crate::ledger::turn::Turn;
use crate::meter::SignedReading;
use crate::reason::{Objection, Rejected};
use crate::state::Store;
use crate::state::row::{Due, FILLINGS_MAX, Fillings, OpenedContract};
use crate::value::{ContractId, Direction, Height, MeterId, WattHours};
use crate::{Address, PublicKey};

/// Locks the buyer's deposit. Terms and signatures are good.
pub(in crate::ledger) fn open<S: Store>(
    turn: &mut Turn<'_, S>,
    signed: &SignedContract,
) -> Result<(), Fault> {
    let (contract, id) = (&signed.body, signed.id(turn.network));
    require(!turn.view.has::<OpenedContract>(&id)?, Rejected::Duplicate)?;
    require(contract.first >= meters::now(turn) && contract.expiry > turn.height, Rejected::TooLate)?;
    let (seller, buyer) = (contract.key_of(Role::Seller), contract.key_of(Role::Buyer));
    for (meter, party, direction) in
        [(contract.seller_meter, seller, Direction::Export), (contract.buyer_meter, buyer, Direction::Import)]
    {
        let row = meters::active(turn, &meter)?;
        require(row.certificate.owner == party, Rejected::NotYours)?;
        // Slots that were read already have been shared out.
        let is_read = row.kept.is_some_and(|kept| kept.slot >= contract.first);
        require(!is_read, Rejected::TooLate)?;
        add_filling(turn, meter, direction, &id, contract)?;
    }
    turn.debit(&Address::of(&buyer), contract.deposit)?;
    let standing = Standing::opened();
    let row = OpenedContract { contract: contract.clone(), opened: turn.height, standing };
    Ok(turn.view.put(&id, &row)?)
}

/// The contract is the last of those that the meter fills.
fn add_filling<S: Store>(
    turn: &mut Turn<'_, S>,
    meter: MeterId,
    direction: Direction,
    id: &ContractId,
    contract: &Contract,
) -> Result<(), Fault> {
    let key = (meter, direction);
    let mut fillings = turn.view.get::<Fillings>(&key)?.unwrap_or_default().0.into_vec();
    require(fillings.len() < FILLINGS_MAX as usize, Rejected::Contracts)?;
    let Contract { first, last, limit, .. } = *contract;
    fillings.push(Filling { contract: *id, first, last, limit });
    Ok(turn.view.put(&key, &Fillings(List::new("fillings", fillings).expect("no more than may be")))?)
}

/// A contract that is not over.
fn unsettled<S: Store>(turn: &Turn<'_, S>, id: &ContractId) -> Result<OpenedContract, Fault> {
    let Some(row) = turn.view.get::<OpenedContract>(id)? else { return rejected(Rejected::Unknown) };
    require(!matches!(row.standing, Standing::Settled { .. }), Rejected::Settled)?;
    Ok(row)
}

/// Takes readings of a contract's meters, which change what is delivered under it. Then the contract as it is.
fn with_readings<S: Store>(
    turn: &mut Turn<'_, S>,
    id: &ContractId,
    readings: &[SignedReading],
) -> Result<OpenedContract, Fault> {
    let row = unsettled(turn, id)?;
    meters::read_further(turn, readings, [row.contract.seller_meter, row.contract.buyer_meter])?;
    unsettled(turn, id)
}

/// Begins to close. State and readings are signed as they must be.
pub(in crate::ledger) fn close<S: Store>(
    turn: &mut Turn<'_, S>,
    sender: PublicKey,
    id: &ContractId,
    state: Option<&SignedState>,
    readings: &[SignedReading],
) -> Result<(), Fault> {
    let mut row = with_readings(turn, id, readings)?;
    let state = state.map(|state| &state.body);
    let objection = match state {
        Some(state) if state.contract != *id => Some(Objection::OtherContract),
        Some(state) if state.sequence == 0 => Some(Objection::Sequence),
        _ => None,
    };
    let closed = row.standing.close(&row.contract, &sender, state, turn.height, meters::now(turn));
    let closing = closed.or_else(rejected)?;
    if let Some(objection) = objection {
        return rejected_as(Rejected::Contract, objection.name());
    }
    turn.debit(&closing.by, closing.bond)?;
    turn.view.put(id, &row)?;
    turn.later(Height(closing.until.0.saturating_add(1)), Due::Contract(*id))
}

/// Outdoes the state that a contract is being closed with.
pub(in crate::ledger) fn answer<S: Store>(
    turn: &mut Turn<'_, S>,
    sender: PublicKey,
    state: &SignedState,
    readings: &[SignedReading],
) -> Result<(), Fault> {
    let id = state.body.contract;
    let mut row = with_readings(turn, &id, readings)?;
    row.standing.answer(Address::of(&sender), &state.body).or_else(rejected)?;
    Ok(turn.view.put(&id, &row)?)
}

/// Ends a contract as all parties agreed, whatever else is going on.
pub(in crate::ledger) fn end<S: Store>(turn: &mut Turn<'_, S>, state: &SignedState) -> Result<(), Fault> {
    let id = state.body.contract;
    let row = unsettled(turn, &id)?;
    if !state.body.is_final {
        return rejected_as(Rejected::Contract, Objection::Final.name());
    }
    settle(turn, &id, row, state.body.delivered)
}

/// The window of a contract is over.
pub(in crate::ledger) fn window_over<S: Store>(turn: &mut Turn<'_, S>, id: &ContractId) -> Result<(), Fault> {
    let Some(row) = turn.view.get::<OpenedContract>(id)? else { return Ok(()) };
    let Some(delivered) = row.standing.decided(&row.contract) else { return Ok(()) };
    settle(turn, id, row, delivered)
}

/// Pays everybody.
fn settle<S: Store>(
    turn: &mut Turn<'_, S>,
    id: &ContractId,
    mut row: OpenedContract,
    delivered: WattHours,
) -> Result<(), Fault> {
    let paid = row.standing.settle(&row.contract, delivered, turn.height).or_else(rejected)?;
    turn.view.put(id, &row)?;
    paid.iter().try_for_each(|(to, amount)| turn.credit(to, *amount))
}
