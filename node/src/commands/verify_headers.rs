//! `gridnet verify headers`: a file of headers, one after the other.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::time::Duration;

use gridnet_core::proof::header::HEADER_BYTES;
use gridnet_core::proof::headers::{self, Fault, Retarget, Verdict};
use gridnet_core::{HashFunction, Report};
use serde::Serialize;

use crate::arguments;
use crate::cli::{RetargetRule, VerifyHeaders};
use crate::outcome::{Failure, Outcome};
use crate::output::{self, Answer, Hex, duration, seconds};
use crate::progress::{self, End, Look};

/// The largest file: 13 million headers. It is held in memory whole.
const FILE_BYTES_MAX: u64 = 1 << 30;

/// Verifies.
pub(crate) fn run(args: &VerifyHeaders) -> Result<Outcome, Failure> {
    let rule = rule(args)?;
    let bytes = read(&args.file)?;
    let engine = arguments::engine(&args.devices)?;
    let count = (bytes.len() / HEADER_BYTES) as u64;
    // Under another function each header is hashed twice: for its id and for its work.
    let passes = if args.algorithm == HashFunction::Sha256d { 1 } else { 2 };
    let look = Look { verb: "verifying", unit: " headers", end: End::At(count * passes) };
    match progress::watch(look, |control| headers::verify(&engine, args.algorithm, &bytes, rule, control)) {
        Ok(report) => {
            let verified = Verified::new(args.retarget, &report);
            output::answer(args.json, &verified)?;
            Ok(match &verified {
                Verified { interrupted: true, .. } => Outcome::Interrupted,
                _ => Outcome::of(verified.first_bad.is_none()),
            })
        }
        Err(error) => Err(error.into()),
    }
}

fn rule(args: &VerifyHeaders) -> Result<Retarget, Failure> {
    let given = [("--spacing", args.spacing), ("--half-life", args.half_life)];
    if args.retarget != RetargetRule::Asert {
        return match given.into_iter().find(|(_, value)| value.is_some()) {
            Some((name, _)) => Err(Failure::argument(name, "belongs to --retarget asert; leave it out")),
            None if args.retarget == RetargetRule::Bitcoin => Ok(Retarget::Bitcoin),
            None => Ok(Retarget::None),
        };
    }
    match (args.spacing, args.half_life) {
        (Some(spacing), Some(half_life)) => Ok(Retarget::Asert { spacing, half_life }),
        (None, _) => Err(Failure::argument("--spacing", "is needed by --retarget asert; give it in seconds")),
        (_, None) => {
            Err(Failure::argument("--half-life", "is needed by --retarget asert; give it in seconds"))
        }
    }
}

/// The whole file, if it is one of headers.
fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    let piped = path == Path::new("-");
    let name = if piped { "standard input".to_owned() } else { format!("{path:?}") };
    let refuse = |what: String| Failure::argument("FILE", format!("{name} {what}"));
    let unreadable = |error: io::Error| refuse(format!("cannot be read: {error}"));
    let mut bytes = Vec::new();
    let read = |input: &mut dyn Read, bytes: &mut Vec<u8>| input.take(FILE_BYTES_MAX + 1).read_to_end(bytes);
    if piped {
        read(&mut io::stdin().lock(), &mut bytes).map_err(unreadable)?;
    } else {
        read(&mut File::open(path).map_err(unreadable)?, &mut bytes).map_err(unreadable)?;
    }
    match bytes.len() {
        0 => Err(refuse("is empty; expected 80 bytes for each header".to_owned())),
        got if got as u64 > FILE_BYTES_MAX => {
            Err(refuse(format!("is longer than the {FILE_BYTES_MAX} bytes that are read at once; split it")))
        }
        got if got % HEADER_BYTES != 0 => Err(refuse(format!(
            "is cut off: its {got} bytes are {} whole headers and {} bytes of another",
            got / HEADER_BYTES,
            got % HEADER_BYTES
        ))),
        _ => Ok(bytes),
    }
}

/// The answer.
#[derive(Serialize)]
struct Verified {
    count: usize,
    valid: usize,
    total_work: Hex,
    first_bad: Option<FirstBad>,
    seconds: f64,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    interrupted: bool,
    #[serde(skip)]
    rule: RetargetRule,
    #[serde(skip)]
    elapsed: Duration,
}

#[derive(Serialize)]
struct FirstBad {
    index: usize,
    reason: &'static str,
    #[serde(skip)]
    fault: Fault,
}

impl Verified {
    fn new(rule: RetargetRule, report: &Report<Verdict>) -> Verified {
        let Verdict { count, valid, total_work, first_bad, interrupted } = report.value;
        Verified {
            count,
            valid,
            total_work: Hex(total_work.to_be_bytes()),
            first_bad: first_bad.map(|(index, fault)| FirstBad { index, reason: fault.name(), fault }),
            seconds: seconds(report.elapsed),
            interrupted,
            rule,
            elapsed: report.elapsed,
        }
    }
}

impl Answer for Verified {
    fn plain(&self) -> String {
        let mut text = String::new();
        let _ = match &self.first_bad {
            None if self.interrupted => {
                writeln!(text, "interrupted: the first {} of {} headers are valid", self.valid, self.count)
            }
            None => writeln!(text, "all {} headers are valid", self.count),
            Some(bad) => writeln!(
                text,
                "header {} is bad: {} ({}); the {} before it are valid, of {}",
                bad.index,
                bad.reason,
                meaning(bad.fault, self.rule),
                self.valid,
                self.count
            ),
        };
        let _ = writeln!(text, "total work {}", self.total_work);
        let _ = writeln!(text, "checked in {}", duration(self.elapsed));
        text
    }
}

/// A fault in a few words.
fn meaning(fault: Fault, rule: RetargetRule) -> &'static str {
    match (fault, rule) {
        (Fault::Link, _) => "it does not name the header before it",
        (Fault::Target, RetargetRule::None) => "its bits encode no target",
        (Fault::Target, _) => "its bits encode no target, or one above the limit",
        (Fault::Bits, RetargetRule::Bitcoin) => {
            "its bits are not what Bitcoin's rule gives when the first header opens a period of 2,016"
        }
        (Fault::Bits, _) => "its bits are not what the rule gives",
        (Fault::Work, _) => "its hash is above its target",
        _ => "see --help",
    }
}
