//! What must hold after every block, in production too. A block that breaks it shows a fault of this software or of its
//! store, and is not written.

use super::genesis::premine;
use super::rejection::Fault;
use super::rules::pools;
use crate::Network;
use crate::block::rewarded;
use crate::state::row::{Meter, Pool, Row, Table, Totals, money};
use crate::state::{Store, StoreError, View, row};
use crate::value::{Height, Units};

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
    let came = new.rewarded.0.checked_sub(old.rewarded.0).map(u128::from);
    // What there was and what came is what there is and what was burnt.
    match came {
        Some(came) if in_sum(before, &old) + came == in_sum(now, &new) => Ok(()),
        _ => Err(Fault::Broken("money would not add up".to_owned())),
    }
}

/// All money of a state, added up row by row: what a node does before it goes on with a state that it finds.
#[derive(Clone, Debug, Default)]
pub struct Books {
    held: u128,
    totals: Totals,
}

impl Books {
    /// Adds a row.
    ///
    /// # Errors
    /// When it is damaged.
    pub fn add(&mut self, table: Table, bytes: &[u8]) -> Result<(), StoreError> {
        self.held += money(table, bytes)?;
        if table == Totals::TABLE {
            self.totals = row(bytes)?;
        }
        Ok(())
    }

    /// Whether all that ever came is there or burnt, and no more ever came than blocks up to this height are rewarded.
    ///
    /// # Errors
    /// What does not add up, with the figures.
    pub fn check(&self, network: Network, height: Height) -> Result<(), String> {
        let Books { held, totals } = self;
        let premine = premine(network).map_or(Units::ZERO, |(_, amount)| amount);
        let due = u128::from(rewarded(height).0) + u128::from(premine.0);
        if u128::from(totals.rewarded.0) != due {
            return Err(format!(
                "{} units were rewarded, where blocks are rewarded {due}",
                totals.rewarded.0
            ));
        }
        if held + u128::from(totals.burnt.0) != due {
            let burnt = totals.burnt.0;
            return Err(format!("{due} units were rewarded, {held} are there and {burnt} were burnt"));
        }
        Ok(())
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
