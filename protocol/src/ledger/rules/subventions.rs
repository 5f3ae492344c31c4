//! Subventions: coins for what meters verifiably export (paper, III).

use super::meters;
use crate::Address;
use crate::ledger::rejection::{Fault, rejected, require};
use crate::ledger::turn::{Turn, less, more};
use crate::meter::Certificate;
use crate::reason::Rejected;
use crate::state::Store;
use crate::state::row::{Credit, Subvention};
use crate::transaction::{SubventionTerms, subvention_id};
use crate::value::{Direction, MeterId, SubventionId, Units, WattHours};

/// Watt-hours of the unit that rates are for.
const WATT_HOURS_OF_A_KWH: u128 = 1_000;

/// Sets a budget aside.
pub(in crate::ledger) fn open<S: Store>(
    turn: &mut Turn<'_, S>,
    sender: Address,
    sequence: u64,
    terms: &SubventionTerms,
) -> Result<(), Fault> {
    require(terms.expiry >= turn.height, Rejected::TooLate)?;
    turn.debit(&sender, terms.budget)?;
    let row = Subvention { sponsor: sender, terms: terms.clone(), left: terms.budget };
    Ok(turn.view.put(&subvention_id(&sender, sequence), &row)?)
}

/// Whether it is for such a meter.
fn is_for(terms: &SubventionTerms, meter: &Certificate) -> bool {
    terms.certifiers.as_slice().contains(&meter.certifier)
        && terms.area.as_ref().is_none_or(|area| *area == meter.area)
        && terms.source.is_none_or(|source| source == meter.source)
}

/// Has a meter join, where its registers are now, or pays what it is due since.
pub(in crate::ledger) fn credit<S: Store>(
    turn: &mut Turn<'_, S>,
    id: &SubventionId,
    meter_id: &MeterId,
) -> Result<(), Fault> {
    let Some(mut row) = turn.view.get::<Subvention>(id)? else { return rejected(Rejected::Unknown) };
    require(turn.height <= row.terms.expiry, Rejected::TooLate)?;
    let meter = meters::active(turn, meter_id)?;
    require(is_for(&row.terms, &meter.certificate), Rejected::Ineligible)?;
    let Some(kept) = meter.kept else { return rejected(Rejected::TooEarly) };
    let registers = [kept.import, kept.export];
    let key = (*id, *meter_id);
    let Some(mut credit) = turn.view.get::<Credit>(&key)? else {
        return Ok(turn.view.put(&key, &Credit { baseline: registers, credited: Units::ZERO })?);
    };
    let due = due(&row.terms, &credit.baseline, &registers);
    let amount = due.saturating_sub(credit.credited.0.into()).min(row.left.0.into());
    let amount = Units(u64::try_from(amount).expect("no more than the budget"));
    require(row.left > Units::ZERO, Rejected::Amount)?;
    // Nothing to pay before the next reading.
    require(amount > Units::ZERO, Rejected::TooEarly)?;
    row.left = less(row.left, amount)?;
    credit.credited = more(credit.credited, amount)?;
    turn.view.put(id, &row)?;
    turn.view.put(&key, &credit)?;
    turn.credit(&Address::of(&meter.certificate.owner), amount)
}

/// All that a meter has earned since it joined.
fn due(terms: &SubventionTerms, baseline: &[WattHours; 2], registers: &[WattHours; 2]) -> u128 {
    let grown = |direction: Direction| {
        let place = direction as usize;
        u128::from(registers[place].0.saturating_sub(baseline[place].0))
    };
    let exported = grown(Direction::Export);
    let counted = if terms.net { exported.saturating_sub(grown(Direction::Import)) } else { exported };
    u128::from(terms.rate.0) * counted / WATT_HOURS_OF_A_KWH
}

/// Gives the sponsor what is left.
pub(in crate::ledger) fn close<S: Store>(
    turn: &mut Turn<'_, S>,
    sender: Address,
    id: &SubventionId,
) -> Result<(), Fault> {
    let Some(row) = turn.view.get::<Subvention>(id)? else { return rejected(Rejected::Unknown) };
    require(row.sponsor == sender, Rejected::NotYours)?;
    require(turn.height > row.terms.expiry, Rejected::TooEarly)?;
    turn.view.remove::<Subvention>(id)?;
    turn.credit(&sender, row.left)
}
