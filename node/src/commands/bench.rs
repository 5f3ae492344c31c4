//! `gridnet bench`: how fast each primitive is with each function, and whether the answers are the right ones.

use std::time::Duration;

use gridnet_core::proof::header::{Header, HeaderSearch};
use gridnet_core::{Control, Digest, Engine, Error, HashFunction, Primitive, Report, Target, Walk};
use serde::Serialize;

use crate::arguments;
use crate::cli::Bench;
use crate::interrupt;
use crate::outcome::{Failure, Outcome};
use crate::output::{self, Hex, Whole, scaled};
use crate::progress::Steps;

/// What is measured.
const PRIMITIVES: [Primitive; 3] = [Primitive::Search, Primitive::Walk, Primitive::Digest];
/// Steps of each value of a walk.
const STEPS: u64 = 1_000;
/// Bytes of each message of a digest: a header's.
const MESSAGE_BYTES: usize = 80;

/// Measures.
pub(crate) fn run(args: &Bench) -> Result<Outcome, Failure> {
    let engine = arguments::engine(&args.devices)?;
    let control = Control { cancel: interrupt::cancel(), progress: None };
    let rows: Vec<(Primitive, HashFunction)> = PRIMITIVES
        .into_iter()
        .flat_map(|primitive| HashFunction::ALL.map(|function| (primitive, function)))
        .collect();
    let mut answer = Measured { results: Vec::new(), interrupted: false };
    let steps = Steps::new("measuring", rows.len() as u64);
    print(args.json, &heading())?;
    for (primitive, function) in rows {
        steps.begin(format!("{} {}", primitive.name(), function.name()));
        let seconds = Duration::from_secs_f64(args.seconds);
        match measure(&engine, primitive, function, seconds, &control) {
            Ok(row) => {
                steps.end(|| print(args.json, &row.plain()))?;
                answer.results.push(row);
            }
            Err(Error::Cancelled) => {
                answer.interrupted = true;
                break;
            }
            Err(error) => return Err(error.into()),
        }
    }
    drop(steps);
    if args.json {
        output::object(&answer)?;
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
struct Measured {
    results: Vec<Row>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    interrupted: bool,
}

#[derive(Serialize)]
struct Row {
    primitive: &'static str,
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
            self.primitive,
            self.algorithm,
            self.device,
            self.path,
            scaled(self.per_second.0 as f64, ""),
            &self.checksum.to_string()[..8]
        )
    }
}

fn measure(
    engine: &Engine,
    primitive: Primitive,
    function: HashFunction,
    seconds: Duration,
    control: &Control,
) -> Result<Row, Error> {
    let checksum = Hex(engine.checksum(primitive, function)?);
    let tally = Load::new(primitive, function).run(engine, seconds, control)?;
    let device = engine.devices().map(|device| device.id).collect::<Vec<_>>().join("+");
    Ok(Row {
        primitive: primitive.name(),
        algorithm: function.name(),
        device,
        path: engine.path(function),
        per_second: Whole::rate(tally.done, tally.elapsed),
        dispatches: tally.dispatches.into(),
        checksum,
    })
}

/// Work of one kind, in calls of growing size.
struct Load {
    primitive: Primitive,
    function: HashFunction,
    /// Nonces, values or messages of one call.
    size: usize,
    size_max: usize,
    messages: Vec<u8>,
}

/// What timed calls did.
#[derive(Default)]
struct Tally {
    done: u64,
    dispatches: u64,
    elapsed: Duration,
}

impl Load {
    fn new(primitive: Primitive, function: HashFunction) -> Load {
        let (size, size_max) = match primitive {
            Primitive::Search => (1 << 18, u32::MAX as usize),
            Primitive::Walk => (1 << 8, 1 << 16),
            _ => (1 << 12, 1 << 16),
        };
        let bytes = if primitive == Primitive::Digest { size_max * MESSAGE_BYTES } else { 0 };
        let messages = (0..bytes).map(|i| (i % 251) as u8).collect();
        Load { primitive, function, size, size_max, messages }
    }

    /// Calls that take long enough to be timed, for so long. The shorter ones before them warm up and are not
    /// counted. Only the engine is timed, not the making of its questions.
    fn run(mut self, engine: &Engine, seconds: Duration, control: &Control) -> Result<Tally, Error> {
        let mut tally = Tally::default();
        while tally.elapsed < seconds {
            let report = self.call(engine, control)?;
            if control.cancel.is_cancelled() {
                return Err(Error::Cancelled);
            }
            if tally.done == 0 && self.size < self.size_max && report.elapsed < seconds / 16 {
                self.size = (self.size * 2).min(self.size_max);
                continue;
            }
            tally.done += report.done();
            tally.dispatches += report.devices.iter().map(|share| share.dispatches).sum::<u64>();
            tally.elapsed += report.elapsed;
        }
        Ok(tally)
    }

    fn call(&self, engine: &Engine, control: &Control) -> Result<Report<()>, Error> {
        let function = self.function;
        match self.primitive {
            Primitive::Search => {
                // Nothing meets the target zero, so the whole range is tried.
                let range = 0..self.size as u128;
                let search = Header::GENESIS.search(range, Target::ZERO, 1);
                let search = HeaderSearch { function, ..search };
                Ok(engine.search(&search.as_search(), control)?.map(|_| ()))
            }
            Primitive::Walk => {
                let starts: Vec<[u8; 32]> = (0..self.size).map(|i| [i as u8; 32]).collect();
                let steps = vec![STEPS; self.size];
                Ok(engine.walk(&Walk { function, starts: &starts, steps: &steps }, control)?.map(|_| ()))
            }
            _ => {
                let messages = &self.messages[..self.size * MESSAGE_BYTES];
                let digest = Digest { function, messages, length: MESSAGE_BYTES, count: self.size };
                Ok(engine.digest(&digest, control)?.map(|_| ()))
            }
        }
    }
}
