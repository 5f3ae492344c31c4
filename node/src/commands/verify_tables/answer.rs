//! The answer about a table: how many rows are bad and why, how fast it was, and what each device did.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::{Duration, Instant};

use gridnet_core::Share;
use gridnet_protocol::verify::Work;
use serde::Serialize;

use crate::outcome::{Failure, Outcome};
use crate::output::{self, Answer, Whole, duration, scaled, seconds};
use crate::progress::Rows;

/// Bad rows that the answer names; `--out` names all.
const NAMED_MAX: usize = 20;

/// What a row is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    TransitPools,
    Chains,
    Identities,
    Signatures,
}

impl Unit {
    /// Behind a number.
    fn name(self) -> &'static str {
        match self {
            Unit::TransitPools => " transit pools",
            Unit::Chains => " chains",
            Unit::Identities => " identities",
            Unit::Signatures => " signatures",
        }
    }
}

/// The same rows by a plain loop on this thread, to compare with.
pub(super) struct Plain {
    left: u64,
    verified: u64,
    took: Duration,
}

impl Plain {
    pub(super) fn new(count: u64) -> Plain {
        Plain { left: count, verified: 0, took: Duration::ZERO }
    }

    /// Verifies as many of the rows as are still wanted.
    pub(super) fn verify<R>(&mut self, rows: &[R], verify: impl FnMut(&R)) {
        let wanted = usize::try_from(self.left).unwrap_or(usize::MAX).min(rows.len());
        let began = Instant::now();
        rows[..wanted].iter().for_each(verify);
        self.took += began.elapsed();
        self.left -= wanted as u64;
        self.verified += wanted as u64;
    }

    fn rate(&self) -> f64 {
        self.verified as f64 / self.took.as_secs_f64().max(1e-9)
    }
}

/// What was found so far.
pub(super) struct Tally {
    pub(super) count: u64,
    reasons: BTreeMap<&'static str, u64>,
    first_bad: Vec<Bad>,
    pub(super) work: Work,
    began: Instant,
}

#[derive(Serialize)]
struct Bad {
    index: u64,
    reason: &'static str,
}

impl Tally {
    pub(super) fn new() -> Tally {
        Tally {
            count: 0,
            reasons: BTreeMap::new(),
            first_bad: Vec::new(),
            work: Work::default(),
            began: Instant::now(),
        }
    }

    pub(super) fn add(&mut self, verdicts: impl Iterator<Item = Option<&'static str>>, bar: &Rows) {
        let before = self.count;
        for verdict in verdicts {
            if let Some(reason) = verdict {
                *self.reasons.entry(reason).or_default() += 1;
                if self.first_bad.len() < NAMED_MAX {
                    self.first_bad.push(Bad { index: self.count, reason });
                }
            }
            self.count += 1;
        }
        bar.add(self.count - before);
    }
}

/// The answer.
#[derive(Serialize)]
struct Verified {
    count: u64,
    valid: u64,
    bad: u64,
    reasons: BTreeMap<&'static str, u64>,
    first_bad: Vec<Bad>,
    #[serde(flatten)]
    rates: Rates,
    seconds: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    ratio: Option<f64>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    interrupted: bool,
    devices: Vec<Device>,
    #[serde(skip)]
    unit: Unit,
    #[serde(skip)]
    elapsed: Duration,
}

/// How many in a second, and by a plain loop. The key says what is counted; chains and identities go by that of pools.
#[derive(Clone, Copy, Serialize)]
#[serde(untagged)]
enum Rates {
    Pools {
        pools_per_second: Whole,
        #[serde(skip_serializing_if = "Option::is_none")]
        plain_pools_per_second: Option<Whole>,
    },
    Signatures {
        signatures_per_second: Whole,
        #[serde(skip_serializing_if = "Option::is_none")]
        plain_signatures_per_second: Option<Whole>,
    },
}

impl Rates {
    fn new(unit: Unit, rate: Whole, plain: Option<Whole>) -> Rates {
        match unit {
            Unit::Signatures => {
                Rates::Signatures { signatures_per_second: rate, plain_signatures_per_second: plain }
            }
            _ => Rates::Pools { pools_per_second: rate, plain_pools_per_second: plain },
        }
    }

    fn plain(self) -> Option<Whole> {
        match self {
            Rates::Pools { plain_pools_per_second: plain, .. } => plain,
            Rates::Signatures { plain_signatures_per_second: plain, .. } => plain,
        }
    }
}

/// What a device did.
#[derive(Serialize)]
struct Device {
    id: String,
    name: String,
    digests: Whole,
    signatures: Whole,
    steps: Whole,
    paths: Vec<String>,
}

pub(super) fn answer(
    tally: Tally,
    plain: Option<Plain>,
    ended: bool,
    json: bool,
    unit: Unit,
) -> Result<Outcome, Failure> {
    let plain_took = plain.as_ref().map_or(Duration::ZERO, |plain| plain.took);
    let elapsed = tally.began.elapsed().saturating_sub(plain_took);
    let bad = tally.reasons.values().sum();
    let rate = tally.count as f64 / elapsed.as_secs_f64().max(1e-9);
    let plain = plain.filter(|plain| plain.verified > 0).map(|plain| plain.rate());
    let verified = Verified {
        count: tally.count,
        valid: tally.count - bad,
        bad,
        reasons: tally.reasons,
        first_bad: tally.first_bad,
        rates: Rates::new(
            unit,
            Whole::rate(tally.count, elapsed),
            plain.map(|plain| Whole(plain.round() as u128)),
        ),
        seconds: seconds(elapsed),
        ratio: plain.map(|plain| (rate / plain * 100.0).round() / 100.0),
        interrupted: !ended,
        devices: devices(&tally.work),
        unit,
        elapsed,
    };
    output::answer(json, &verified)?;
    Ok(if verified.interrupted { Outcome::Interrupted } else { Outcome::of(bad == 0) })
}

/// Each device once, with all that it did.
fn devices(work: &Work) -> Vec<Device> {
    let mut devices: Vec<Device> = Vec::new();
    type Count = fn(&mut Device) -> &mut Whole;
    let kinds: [(&[Share], Count); 3] = [
        (&work.signatures, |device| &mut device.signatures),
        (&work.steps, |device| &mut device.steps),
        (&work.digests, |device| &mut device.digests),
    ];
    for (shares, count) in kinds {
        for share in shares {
            let place = devices.iter().position(|device| device.id == share.id).unwrap_or_else(|| {
                let (id, name) = (share.id.clone(), share.name.clone());
                let none = || Whole(0);
                devices.push(Device {
                    id,
                    name,
                    digests: none(),
                    signatures: none(),
                    steps: none(),
                    paths: Vec::new(),
                });
                devices.len() - 1
            });
            let device = &mut devices[place];
            count(device).0 += u128::from(share.done);
            if !device.paths.contains(&share.path) {
                device.paths.push(share.path.clone());
            }
        }
    }
    devices
}

impl Answer for Verified {
    fn plain(&self) -> String {
        let mut text = String::new();
        let (count, unit) = (Whole::from(self.count), self.unit.name());
        if self.interrupted {
            let _ = writeln!(text, "interrupted after {count}{unit}");
        }
        let _ = match self.bad {
            0 => writeln!(text, "all {count}{unit} are valid"),
            bad => writeln!(text, "{} of {count}{unit} are bad", Whole::from(bad)),
        };
        for (reason, count) in &self.reasons {
            let _ = writeln!(text, "  {:>9}  {reason}", Whole::from(*count).to_string());
        }
        for bad in &self.first_bad {
            let _ = writeln!(text, "row {} is bad: {}", bad.index, bad.reason);
        }
        if self.bad > self.first_bad.len() as u64 {
            let _ = writeln!(text, "and more: --out FILE names all");
        }
        let rate = self.count as f64 / self.elapsed.as_secs_f64().max(1e-9);
        let _ = writeln!(text, "{} in {}", scaled(rate, "/s"), duration(self.elapsed));
        if let (Some(plain), Some(ratio)) = (self.rates.plain(), self.ratio) {
            let plain = scaled(plain.0 as f64, "/s");
            let _ = writeln!(text, "{ratio} times as fast as a plain loop on one core ({plain})");
        }
        for device in &self.devices {
            let did =
                [(device.signatures, " signatures"), (device.steps, " steps"), (device.digests, " digests")];
            let did: Vec<String> = did
                .into_iter()
                .filter(|(count, _)| count.0 > 0)
                .map(|(count, unit)| scaled(count.0 as f64, unit))
                .collect();
            let _ = writeln!(text, "  {}  {}  {}", device.id, did.join(", "), device.paths.join("; "));
        }
        text
    }
}
