//! Contracts for energy: opened by all, closed by one, answered by whoever knows better, settled by what the meters say.

use super::meters;
use crate::contract::{Contract, Delivery, Filling, Role, SignedContract, SignedState};
use crate::encoding::List;
use crate::ledger::rejection::{Fault, rejected, rejected_as, require};
use crate::ledger::turn::Turn;
use crate::meter::SignedReading;
use crate::reason::{Objection, Rejected};
use crate::state::Store;
use crate::state::row::{Closing, Due, FILLINGS_MAX, Fillings, OpenedContract, Standing};
use crate::value::{ContractId, Direction, Height, MeterId, Units, WattHours};
use crate::{Address, PublicKey};

/// A bond is a hundredth of the deposit at least.
const BOND: u64 = 100;

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
    let standing = Standing::Open { delivery: Delivery::new() };
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
    let row = with_readings(turn, id, readings)?;
    let Standing::Open { delivery } = row.standing else { return rejected(Rejected::Closing) };
    let OpenedContract { contract, opened, .. } = row;
    let is_party = contract.place(&sender).is_some();
    require(is_party || turn.height >= contract.expiry, Rejected::NotYours)?;
    let (sequence, delivered) = match state {
        Some(state) if state.body.contract != *id => {
            return rejected_as(Rejected::Contract, Objection::OtherContract.name());
        }
        Some(state) if state.body.sequence == 0 => {
            return rejected_as(Rejected::Contract, Objection::Sequence.name());
        }
        Some(state) => (state.body.sequence, state.body.delivered),
        None => (0, WattHours(0)),
    };
    let bond = bond(&contract);
    let closer = Address::of(&sender);
    turn.debit(&closer, bond)?;
    let until = Height(turn.height.0.saturating_add(contract.window));
    let closing = Closing { sequence, delivered, closer, bond, until };
    let standing = Standing::Closing { delivery, closing };
    turn.view.put(id, &OpenedContract { contract, opened, standing })?;
    turn.later(Height(until.0.saturating_add(1)), Due::Contract(*id))
}

/// What a closer puts in: enough to pay whoever watches. It must be the closer's own, or who closes with an old state and
/// answers itself would be paid by the buyer.
fn bond(contract: &Contract) -> Units {
    Units(contract.deposit.0.div_ceil(BOND)).max(contract.watch_fee)
}

/// Outdoes the state that a contract is being closed with. The window goes on as it was; the first who outdoes takes the
/// bond.
pub(in crate::ledger) fn answer<S: Store>(
    turn: &mut Turn<'_, S>,
    sender: PublicKey,
    state: &SignedState,
    readings: &[SignedReading],
) -> Result<(), Fault> {
    let id = state.body.contract;
    let mut row = with_readings(turn, &id, readings)?;
    let Standing::Closing { closing, .. } = &mut row.standing else { return rejected(Rejected::NotClosing) };
    require(state.body.sequence > closing.sequence, Rejected::Outdone)?;
    (closing.sequence, closing.delivered) = (state.body.sequence, state.body.delivered);
    let bond = std::mem::take(&mut closing.bond);
    turn.view.put(&id, &row)?;
    turn.credit(&Address::of(&sender), bond)
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

/// The window of a contract is over: the newest state stands, or what the meters say if that is more.
pub(in crate::ledger) fn window_over<S: Store>(turn: &mut Turn<'_, S>, id: &ContractId) -> Result<(), Fault> {
    let Some(row) = turn.view.get::<OpenedContract>(id)? else { return Ok(()) };
    let Standing::Closing { delivery, closing } = &row.standing else { return Ok(()) };
    let delivered = closing.delivered.max(delivery.settled(row.contract.last));
    settle(turn, id, row, delivered)
}

/// Pays everybody.
fn settle<S: Store>(
    turn: &mut Turn<'_, S>,
    id: &ContractId,
    row: OpenedContract,
    delivered: WattHours,
) -> Result<(), Fault> {
    let OpenedContract { contract, opened, standing } = row;
    if let Standing::Closing { closing, .. } = &standing {
        turn.credit(&closing.closer, closing.bond)?;
    }
    let delivered = delivered.min(contract.cap());
    for (party, balance) in contract.parties.as_slice().iter().zip(contract.balances(delivered)) {
        turn.credit(&Address::of(&party.key), balance)?;
    }
    let standing = Standing::Settled { height: turn.height, delivered };
    Ok(turn.view.put(id, &OpenedContract { contract, opened, standing })?)
}
