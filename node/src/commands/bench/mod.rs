//! `gridnet bench`: how fast each primitive is with each function, and whether the answers are the right ones.

mod job;
mod load;
mod report;

use std::time::Duration;

use gridnet_core::{Control, Engine, Error};
use serde::Serialize;

use self::job::Job;
use self::load::{Load, Tally};
use self::report::Reporter;
use crate::arguments;
use crate::cli::Bench;
use crate::interrupt;
use crate::nvidia::{Card, Seen};
use crate::outcome::{Failure, Outcome};
use crate::output::{self, Hex, Whole, scaled};
use crate::progress::Steps;

/// Measures.
pub(crate) fn run(args: &Bench) -> Result<Outcome, Failure> {
    let control = Control { cancel: interrupt::cancel(), progress: None };
    let seconds = Duration::from_secs_f64(args.seconds);
    if let Some(path) = &args.report {
        return Reporter::new(args, path, seconds, control)?.run();
    }
    let engine = arguments::engine(&args.devices)?;
    let rows = job::plan(&args.primitive, false);
    let mut answer = Table { results: Vec::new(), interrupted: false };
    let steps = Steps::new("measuring", rows.len() as u64);
    print(args.json, &heading())?;
    for job in rows {
        steps.begin(format!("{} {}", job.primitive(), job.algorithm()));
        match measure(&engine, job, seconds, &control, None) {
            Ok(measured) => {
                steps.end(|| print(args.json, &measured.row.plain()))?;
                answer.results.push(measured.row);
            }
            Err(Error::Cancelled) => {
                answer.interrupted = true;
                break;
            }
            Err(error) => return Err(error.into()),
        }
    }
    drop(steps);
    finish(args.json, &answer)
}

/// Prints what is left to print.
fn finish(json: bool, answer: &Table) -> Result<Outcome, Failure> {
    if json {
        output::object(answer)?;
    } else if answer.interrupted {
        output::text("interrupted: the rows above are complete\n")?;
    }
    Ok(if answer.interrupted { Outcome::Interrupted } else { Outcome::Good })
}

/// Rows are printed as they come, but not between the braces of an object.
fn print(json: bool, line: &str) -> Result<(), Failure> {
    if json { Ok(()) } else { output::text(line) }
}

/// The answer.
#[derive(Serialize)]
struct Table {
    results: Vec<Row>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    interrupted: bool,
}

#[derive(Clone, Serialize)]
struct Row {
    primitive: &'static str,
    /// Of what.
    what: String,
    #[serde(skip)]
    short: String,
    algorithm: &'static str,
    device: String,
    path: String,
    per_second: Whole,
    dispatches: Whole,
    checksum: Hex,
}

fn heading() -> String {
    format!(
        "{:<9} {:<8} {:<6} {:<27} {:>10}  checksum\n",
        "primitive", "function", "device", "path", "per second"
    )
}

impl Row {
    fn plain(&self) -> String {
        format!(
            "{:<9} {:<8} {:<6} {:<27} {:>10}  {}…\n",
            self.short,
            self.algorithm,
            self.device,
            self.path,
            scaled(self.per_second.0 as f64, ""),
            &self.checksum.to_string()[..8]
        )
    }
}

/// A row, and what it was made of.
struct Measured {
    row: Row,
    tally: Tally,
    seen: Seen,
}

fn measure(
    engine: &Engine,
    job: Job,
    seconds: Duration,
    control: &Control,
    card: Option<&Card>,
) -> Result<Measured, Error> {
    let checksum = Hex(job.checksum(engine)?);
    let mut load = Load::new(job);
    load.warm_up(engine, seconds, control)?;
    let mut timed = || load.run(engine, seconds, control);
    let (tally, seen) = match card {
        Some(card) => card.watch(timed),
        None => (timed(), Seen::default()),
    };
    let tally = tally?;
    let (device, path) = match job {
        Job::Hash(_, function) => {
            let ids: Vec<String> = engine.devices().map(|device| device.id).collect();
            (ids.join("+"), engine.path(function))
        }
        // Not every device of an engine has kernels for signatures: those are named that did it.
        Job::Verify { .. } => {
            let (ids, paths): (Vec<_>, Vec<_>) = tally.devices.iter().cloned().unzip();
            (ids.join("+"), paths.join(" + "))
        }
    };
    let row = Row {
        primitive: job.primitive(),
        what: job.name(),
        short: job.short(),
        algorithm: job.algorithm(),
        device,
        path,
        per_second: Whole::rate(tally.done, tally.elapsed),
        dispatches: tally.dispatches.into(),
        checksum,
    };
    Ok(Measured { row, tally, seen })
}
