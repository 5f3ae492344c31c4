//! What came out: as JSON for other programs, as a table for people.

use std::fmt;

use serde::Serialize;

use crate::limit::Needs;
use crate::probe::Rates;

/// One run.
#[derive(Serialize)]
pub(crate) struct Report {
    pub(crate) repetitions: usize,
    pub(crate) seed: u64,
    /// Cycles a second, measured.
    pub(crate) hertz: f64,
    /// Instructions a second, by path.
    pub(crate) machine: Vec<Machine>,
    pub(crate) rows: Vec<Row>,
}

/// What the machine does on a path.
#[derive(Serialize)]
pub(crate) struct Machine {
    pub(crate) path: &'static str,
    pub(crate) rates: Rates,
}

/// One job and everybody who did it.
#[derive(Debug, Serialize)]
pub(crate) struct Row {
    pub(crate) id: &'static str,
    pub(crate) title: String,
    pub(crate) best_rival: Option<String>,
    pub(crate) contenders: Vec<Contender>,
}

/// Who a contender is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Role {
    /// Ours, as it chooses itself.
    Auto,
    /// Ours, one path forced.
    Forced,
    /// What ours is compared with.
    Rival,
}

/// One contender's figures: medians.
#[derive(Debug, Serialize)]
pub(crate) struct Contender {
    pub(crate) name: String,
    pub(crate) role: Role,
    pub(crate) path: Option<&'static str>,
    /// Hashes (headers, signatures) a second, and the quartiles: half of the repetitions lie between them.
    pub(crate) rate: f64,
    pub(crate) low: f64,
    pub(crate) high: f64,
    /// Of the rate to the best rival's.
    pub(crate) ratio: Option<f64>,
    /// Of our rate to this rival's.
    pub(crate) ours_to_it: Option<f64>,
    /// Hashes a second at most.
    pub(crate) limit: Option<f64>,
    /// Of the limit.
    pub(crate) share: Option<f64>,
    /// Instructions a hash, and the narrow ones among them.
    pub(crate) operations: Option<f64>,
    pub(crate) narrow: Option<f64>,
    /// What the limit follows from.
    #[serde(skip)]
    pub(crate) needs: Option<Needs>,
}

impl Row {
    /// Fills in limits and shares.
    pub(crate) fn hold_against(&mut self, machine: &[Machine]) {
        for each in &mut self.contenders {
            let machine = machine.iter().find(|machine| Some(machine.path) == each.path);
            each.limit =
                each.needs.zip(machine).map(|(needs, machine)| needs.hashes_per_second(machine.rates));
            each.share = each.limit.map(|limit| each.rate / limit);
        }
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} ({})", self.title, self.id)?;
        for each in &self.contenders {
            let noise = 50.0 * (each.high - each.low) / each.rate;
            // Signatures are a thousand times fewer than hashes.
            let (rate, unit) = if each.rate < 1e6 { (each.rate / 1e3, 'k') } else { (each.rate / 1e6, 'M') };
            write!(f, "  {:34} {rate:8.3} {unit}/s  ± {noise:3.1} %", each.name)?;
            if let Some(ratio) = each.ratio {
                write!(f, "  {ratio:6.2} × best rival")?;
            }
            if let (Some(limit), Some(share)) = (each.limit, each.share) {
                write!(f, "  {:4.1} % of {:.1} M/s", 100.0 * share, limit / 1e6)?;
            }
            writeln!(f)?;
        }
        Ok(())
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:.2} GHz; {} repetitions, seed {}", self.hertz / 1e9, self.repetitions, self.seed)?;
        for Machine { path, rates } in &self.machine {
            writeln!(
                f,
                "{path}: {:.2} G instructions/s ({:.2} a cycle), narrow ones {:.2} ({:.2})",
                rates.all / 1e9,
                rates.all / self.hertz,
                rates.narrow / 1e9,
                rates.narrow / self.hertz
            )?;
        }
        Ok(())
    }
}
