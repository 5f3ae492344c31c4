//! `gridnet mine --header`: the nonces of a header.

use std::fmt::Write as _;
use std::ops::Range;

use gridnet_core::proof::header::{Header, HeaderSearch, display_order};
use gridnet_core::{Found, HashFunction, Report, Share};
use serde::Serialize;

use crate::arguments;
use crate::cli::Mine;
use crate::outcome::{Failure, Outcome};
use crate::output::{self, Answer, Hex, Whole, duration, scaled, seconds};
use crate::progress::{self, End, Look};

/// One past the largest nonce of a header.
const NONCES: u64 = 1 << 32;

/// Mines.
pub(super) fn run(args: &Mine) -> Result<Outcome, Failure> {
    let (start, end) = (args.start.unwrap_or(0), args.end.unwrap_or(NONCES));
    let algorithm = args.algorithm.unwrap_or(HashFunction::Sha256d);
    let range = arguments::nonces(start, end)?;
    let header = args.header.unwrap_or(Header::GENESIS);
    let target = match args.target {
        Some(target) => target,
        None => header.target().map_err(|error| {
            Failure::argument("--header", format!("{error}, and there is no --target to use instead"))
        })?,
    };
    let engine = arguments::engine(&args.devices)?;
    if args.header.is_none() {
        output::note("no --header given: mining the header of Bitcoin's first block (--header genesis)");
    }
    for (device, path) in engine.paths(algorithm) {
        output::note(&format!(
            "{} on {}: {}, self-test {}",
            algorithm.name(),
            device.name,
            path,
            device.self_test
        ));
    }
    let search = HeaderSearch {
        function: algorithm,
        header: header.to_bytes(),
        rolled: Vec::new(),
        range: range.clone(),
        target,
        limit: args.limit.unwrap_or(1),
    };
    let look = Look { verb: "mining", unit: "H", end: End::By(end - start) };
    let report = progress::watch(look, |control| engine.search(&search.as_search(), control))?;
    let mined = Mined::new(range, report);
    output::answer(args.json, &mined)?;
    Ok(mined.outcome())
}

/// The answer.
#[derive(Serialize)]
struct Mined {
    found: bool,
    nonce: Option<u64>,
    hash: Option<Hex>,
    hits: Vec<MinedHit>,
    hashes: Whole,
    seconds: f64,
    hashes_per_second: Whole,
    devices: Vec<MinedShare>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    interrupted: bool,
    /// Every nonce from the start on, below this, was tried.
    #[serde(skip_serializing_if = "Option::is_none")]
    resume: Option<u64>,
    #[serde(skip)]
    range: Range<u128>,
    #[serde(skip)]
    elapsed: std::time::Duration,
}

#[derive(Serialize)]
struct MinedHit {
    nonce: u64,
    hash: Hex,
}

#[derive(Serialize)]
struct MinedShare {
    id: String,
    name: String,
    path: String,
    hashes: Whole,
}

impl Mined {
    fn new(range: Range<u128>, report: Report<Found>) -> Mined {
        let hits: Vec<MinedHit> = report
            .value
            .hits
            .iter()
            .map(|hit| MinedHit { nonce: hit.nonce, hash: Hex(display_order(&hit.hash)) })
            .collect();
        let share = |share: &Share| MinedShare {
            id: share.id.clone(),
            name: share.name.clone(),
            path: share.path.clone(),
            hashes: share.done.into(),
        };
        let resume = report.value.resume.map(|at| u64::try_from(at).expect("a header's nonces end at 2^32"));
        Mined {
            found: !hits.is_empty(),
            nonce: hits.first().map(|hit| hit.nonce),
            hash: hits.first().map(|hit| hit.hash),
            hits,
            hashes: report.done().into(),
            seconds: seconds(report.elapsed),
            hashes_per_second: Whole::rate(report.done(), report.elapsed),
            devices: report.devices.iter().map(share).collect(),
            interrupted: resume.is_some(),
            resume,
            range,
            elapsed: report.elapsed,
        }
    }

    fn outcome(&self) -> Outcome {
        match (self.interrupted, self.found) {
            (true, _) => Outcome::Interrupted,
            (false, true) => Outcome::Good,
            (false, false) => Outcome::NotFound,
        }
    }

    fn rate(&self, hashes: Whole) -> String {
        scaled(hashes.0 as f64 / self.elapsed.as_secs_f64().max(1e-9), "H/s")
    }
}

impl Answer for Mined {
    fn plain(&self) -> String {
        let mut text = String::new();
        match self.hits.as_slice() {
            [] if self.interrupted => {}
            [] => {
                let _ = writeln!(
                    text,
                    "no nonce from {} to {} meets the target",
                    self.range.start,
                    self.range.end - 1
                );
            }
            hits => {
                for hit in hits {
                    let _ = writeln!(text, "nonce {:>10}  block hash {}", hit.nonce, hit.hash);
                }
            }
        }
        if let Some(resume) = self.resume {
            let _ = match self.range.start {
                start if start == u128::from(resume) => {
                    writeln!(text, "interrupted before anything was covered")
                }
                start => writeln!(
                    text,
                    "interrupted: nonces {start} to {} are covered; go on with --start {resume}",
                    resume - 1
                ),
            };
        }
        let _ = writeln!(
            text,
            "{} hashes in {}, {}",
            self.hashes,
            duration(self.elapsed),
            self.rate(self.hashes)
        );
        for device in &self.devices {
            let _ = writeln!(
                text,
                "  {:<4} {:>12}  {}  {}",
                device.id,
                self.rate(device.hashes),
                device.path,
                device.name
            );
        }
        text
    }
}
