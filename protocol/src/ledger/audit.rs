//! What must hold after every block, in production too. A block that breaks it shows a fault of this software or of its
//! store, and is not written.

use super::rejection::Fault;
use super::rules::pools;
use crate::state::row::{Meter, Pool, Row, Table, Totals, money};
use crate::state::{Store, StoreError, View, row};

/// Looks at every row that the block changed: money neither came nor went but by reward and burning, and every deposit is
/// what its pool owes, and no watt-hour is sold twice.
pub(super) fn check<S: Store>(view: &View<'_, S>) -> Result<(), Fault> {
    let (mut before, mut now) = (0u128, 0u128);
    for ((table, _), cell) in view.changed() {
        before += held(*table, cell.before.as_deref())?;
        now += held(*table, cell.now.as_deref())?;
        match (*table, &cell.now) {
            (Pool::TABLE, Some(bytes)) => owes(&row(bytes)?)?,
            (Meter::TABLE, Some(bytes)) => sold_once(&row(bytes)?)?,
            _ => {}
        }
    }
    let [old, new] = totals(view)?;
    let in_sum = |money: u128, totals: &Totals| money + u128::from(totals.burnt.0);
    // What there was and what came is what there is and what was burnt.
    if in_sum(before, &old) + u128::from(new.rewarded.0 - old.rewarded.0) == in_sum(now, &new) {
        Ok(())
    } else {
        Err(Fault::Broken("money would not add up".to_owned()))
    }
}

/// A pool's deposit is what its unrevealed hashes are worth.
fn owes(pool: &Pool) -> Result<(), Fault> {
    if pools::owed(pool) == Some(pool.deposit) {
        Ok(())
    } else {
        Err(Fault::Broken("a pool would not have what it owes".to_owned()))
    }
}

/// A meter's contracts got no more than it measured.
fn sold_once(meter: &Meter) -> Result<(), Fault> {
    let Some(kept) = meter.kept else { return Ok(()) };
    let registers = [kept.import, kept.export];
    let mut sums = registers.iter().zip(&meter.baseline).zip(&meter.allotted);
    if sums.all(|((now, baseline), allotted)| now.0.checked_sub(baseline.0) >= Some(allotted.0)) {
        Ok(())
    } else {
        Err(Fault::Broken("energy would be sold twice".to_owned()))
    }
}

fn held(table: Table, bytes: Option<&[u8]>) -> Result<u128, StoreError> {
    bytes.map_or(Ok(0), |bytes| money(table, bytes))
}

/// The totals before and after.
fn totals<S: Store>(view: &View<'_, S>) -> Result<[Totals; 2], StoreError> {
    let before = crate::state::read(view.store(), &())?.unwrap_or_default();
    Ok([before, view.get(&())?.unwrap_or_default()])
}
