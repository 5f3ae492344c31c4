//! `gridnet walk`: one value, hashed again and again.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use gridnet_core::{Control, Engine, Error};
use serde::Serialize;

use crate::arguments;
use crate::cli::Walk;
use crate::outcome::{Failure, Outcome};
use crate::output::{self, Answer, Hex, Whole, duration, scaled};
use crate::progress::{self, End, Look};

/// Steps between two values that an interruption may fall back to: a fraction of a second on any path.
const LEG: u64 = 1 << 18;

/// Walks.
pub(crate) fn run(args: &Walk) -> Result<Outcome, Failure> {
    let engine = arguments::engine(&args.devices)?;
    let look = Look { verb: "walking", unit: " steps", end: End::At(args.steps) };
    let began = Instant::now();
    let (at, left) = progress::watch(look, |control| walk(&engine, args, control))?;
    let walked = Walked {
        end: (left == 0).then_some(Hex(at)),
        matches: args.expect.filter(|_| left == 0).map(|expect| expect == at),
        interrupted: left > 0,
        resume: (left > 0).then_some(Resume { start: Hex(at), steps: left.into() }),
        steps: args.steps - left,
        elapsed: began.elapsed(),
    };
    output::answer(args.json, &walked)?;
    Ok(if walked.interrupted { Outcome::Interrupted } else { Outcome::of(walked.matches != Some(false)) })
}

/// Where it ends, or where it was when interrupted; and the steps still to go.
fn walk(engine: &Engine, args: &Walk, control: &Control) -> Result<([u8; 32], u64), Error> {
    let (mut at, mut left) = (args.start, args.steps);
    while left > 0 {
        let steps = left.min(LEG);
        let leg = gridnet_core::Walk { function: args.algorithm, starts: &[at], steps: &[steps] };
        match engine.walk(&leg, control) {
            Ok(report) => at = report.value[0],
            Err(Error::Cancelled) => break,
            Err(error) => return Err(error),
        }
        left -= steps;
    }
    Ok((at, left))
}

/// The answer.
#[derive(Serialize)]
struct Walked {
    end: Option<Hex>,
    matches: Option<bool>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    interrupted: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    resume: Option<Resume>,
    #[serde(skip)]
    steps: u64,
    #[serde(skip)]
    elapsed: Duration,
}

/// The same walk from where it was interrupted.
#[derive(Serialize)]
struct Resume {
    start: Hex,
    steps: Whole,
}

impl Answer for Walked {
    fn plain(&self) -> String {
        let mut text = String::new();
        if let Some(end) = self.end {
            let _ = writeln!(text, "{end}");
        }
        match self.matches {
            Some(true) => text.push_str("as expected\n"),
            Some(false) => text.push_str("not where it was expected to end\n"),
            None => {}
        }
        if let Some(Resume { start, steps }) = &self.resume {
            let walked = Whole::from(self.steps);
            let rate = scaled(self.steps as f64 / self.elapsed.as_secs_f64().max(1e-9), "steps/s");
            let _ = writeln!(text, "interrupted after {walked} steps in {}, {rate}", duration(self.elapsed));
            let _ = writeln!(text, "go on with --start {start} --steps {}", steps.0);
        }
        text
    }
}
