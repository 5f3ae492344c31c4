//! Meters: who vouches for them, what they measured, and how that fills contracts.

use super::identities;
use crate::Address;
use crate::contract::{Side, allot};
use crate::encoding::List;
use crate::ledger::rejection::{Fault, rejected, rejected_as, require};
use crate::ledger::turn::Turn;
use crate::meter::{EquivocationProof, Interval, Kept, SLOT_SECONDS, SignedCertificate, SignedReading};
use crate::reason::{Misread, Rejected};
use crate::state::Store;
use crate::state::row::{Certifier, Fillings, Meter, OpenedContract, Retired};
use crate::value::{Direction, MeterId, Slot, WattHours};

/// Makes the sender one who certifies.
pub(in crate::ledger) fn register_certifier<S: Store>(
    turn: &mut Turn<'_, S>,
    sender: Address,
) -> Result<(), Fault> {
    require(!turn.view.has::<Certifier>(&sender)?, Rejected::Duplicate)?;
    let certifier = Certifier { registered: turn.height };
    Ok(turn.view.put(&sender, &certifier)?)
}

/// Registers a meter, to an identity. Its signatures are good.
pub(in crate::ledger) fn register<S: Store>(
    turn: &mut Turn<'_, S>,
    signed: &SignedCertificate,
) -> Result<(), Fault> {
    let (certificate, id) = (&signed.body, signed.id(turn.network));
    require(!turn.view.has::<Meter>(&id)?, Rejected::Duplicate)?;
    require(turn.view.has::<Certifier>(&Address::of(&certificate.certifier))?, Rejected::Unknown)?;
    identities::good(turn, &Address::of(&certificate.owner))?;
    if let Some(replacement) = &certificate.replaces {
        let mut old = active(turn, &replacement.meter)?;
        require(old.certificate.owner == certificate.owner, Rejected::NotYours)?;
        // It begins where the old one ends: nothing that the old one still had to say is lost.
        let is_last = old.kept.is_some_and(|kept| kept.id == replacement.last);
        if !is_last {
            return rejected_as(Rejected::Reading, Misread::Previous.name());
        }
        old.retired = Some(Retired::Replaced(id));
        turn.view.put(&replacement.meter, &old)?;
    }
    let meter = Meter {
        certificate: certificate.clone(),
        registered: turn.height,
        kept: None,
        baseline: [WattHours(0); 2],
        allotted: [WattHours(0); 2],
        retired: None,
    };
    Ok(turn.view.put(&id, &meter)?)
}

/// A meter that is read.
pub(in crate::ledger) fn active<S: Store>(turn: &Turn<'_, S>, id: &MeterId) -> Result<Meter, Fault> {
    let Some(meter) = turn.view.get::<Meter>(id)? else { return rejected(Rejected::Unknown) };
    require(meter.retired.is_none(), Rejected::Retired)?;
    Ok(meter)
}

/// The slot that the present is in.
pub(in crate::ledger) fn now<S: Store>(turn: &Turn<'_, S>) -> Slot {
    Slot(turn.median_time.0 / SLOT_SECONDS)
}

/// Puts readings on the ledger. All must be good; their signatures are.
pub(in crate::ledger) fn read<S: Store>(
    turn: &mut Turn<'_, S>,
    readings: &[SignedReading],
) -> Result<(), Fault> {
    for (number, reading) in readings.iter().enumerate() {
        one(turn, reading).map_err(|fault| fault.entry(number))?;
    }
    Ok(())
}

/// The same of readings that only help: what somebody else put there meanwhile is passed over.
pub(in crate::ledger) fn read_further<S: Store>(
    turn: &mut Turn<'_, S>,
    readings: &[SignedReading],
    of: [MeterId; 2],
) -> Result<(), Fault> {
    for (number, reading) in readings.iter().enumerate() {
        let body = &reading.body;
        require(of.contains(&body.meter), Rejected::Unknown).map_err(|fault| fault.entry(number))?;
        let meter = turn.view.get::<Meter>(&body.meter)?;
        let is_known = |meter: &Meter| {
            let kept =
                meter.kept.is_some_and(|kept| kept.sequence >= body.sequence || kept.slot >= body.slot);
            kept || meter.retired.is_some()
        };
        if !meter.as_ref().is_some_and(is_known) {
            one(turn, reading).map_err(|fault| fault.entry(number))?;
        }
    }
    Ok(())
}

fn one<S: Store>(turn: &mut Turn<'_, S>, reading: &SignedReading) -> Result<(), Fault> {
    let id = reading.body.meter;
    let mut meter = active(turn, &id)?;
    let rating = meter.certificate.rating;
    let (reading_id, now) = (reading.id(turn.network), now(turn));
    let taken = Kept::take(meter.kept.as_ref(), &reading.body, reading_id, rating, now);
    let taken = taken.or_else(|misread| rejected_as(Rejected::Reading, misread.name()))?;
    if meter.kept.is_none() {
        meter.baseline = [reading.body.import, reading.body.export];
    }
    meter.kept = Some(taken.kept);
    if let Some(interval) = taken.interval {
        for direction in [Direction::Import, Direction::Export] {
            let allotted = fill(turn, &id, direction, &interval)?;
            let sum = &mut meter.allotted[direction as usize];
            *sum = WattHours(sum.0.saturating_add(allotted.0));
        }
    }
    Ok(turn.view.put(&id, &meter)?)
}

/// Shares out what flowed among the meter's contracts. All that they got.
fn fill<S: Store>(
    turn: &mut Turn<'_, S>,
    meter: &MeterId,
    direction: Direction,
    interval: &Interval,
) -> Result<WattHours, Fault> {
    let key = (*meter, direction);
    let Some(fillings) = turn.view.get::<Fillings>(&key)? else { return Ok(WattHours(0)) };
    let (side, flowed) = match direction {
        Direction::Import => (Side::Buyer, interval.import),
        Direction::Export => (Side::Seller, interval.export),
    };
    let fillings = fillings.0.into_vec();
    let shares = allot(&fillings, interval.after, interval.until, flowed);
    for (filling, share) in fillings.iter().zip(&shares) {
        if filling.first > interval.until {
            continue;
        }
        let row = turn.view.get::<OpenedContract>(&filling.contract)?;
        let mut row = row.ok_or_else(|| Fault::Broken("a meter fills a contract that is gone".to_owned()))?;
        if let Some(delivery) = row.standing.delivery() {
            let added = delivery.add(side, interval.until, *share);
            added.or_else(|misread| rejected_as(Rejected::Reading, misread.name()))?;
            turn.view.put(&filling.contract, &row)?;
        }
    }
    // What was read to its end gets no more.
    let open: Vec<_> = fillings.into_iter().filter(|filling| filling.last > interval.until).collect();
    if open.is_empty() {
        turn.view.remove::<Fillings>(&key)?;
    } else {
        turn.view.put(&key, &Fillings(List::new("fillings", open).expect("no more than there were")))?;
    }
    // Σ shares is no more than flowed.
    Ok(WattHours(shares.iter().map(|share| share.0).sum()))
}

/// A meter that said two things at once is not read any more. The signatures are good. Its owner, who has not got its key,
/// loses nothing else.
pub(in crate::ledger) fn equivocated<S: Store>(
    turn: &mut Turn<'_, S>,
    proof: &EquivocationProof,
) -> Result<(), Fault> {
    let (id, sequence) = (proof.first.body.meter, proof.first.body.sequence);
    let mut meter = active(turn, &id)?;
    meter.retired = Some(Retired::Equivocated(sequence));
    Ok(turn.view.put(&id, &meter)?)
}
