//! Our kernels against what a user would pick from published crates: one run, one core, in turns.
//!
//! ```text
//! cargo run --release --manifest-path benches/rivals/Cargo.toml -- [--quick] [--json] [ROW]...
//! ```

mod clock;
mod form;
mod job;
mod limit;
mod ours;
mod probe;
mod race;
mod report;
mod rows;
mod theirs;
mod verify_rows;

use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Result, ensure};
use clap::Parser;
use gridnet_benches::engines;
use gridnet_core::HashFunction;

use crate::race::Race;
use crate::report::Report;

/// Our kernels against published crates, in one run on one core.
#[derive(Parser)]
struct Args {
    /// The rows to run, by id; all of them when none is named.
    rows: Vec<String>,
    /// Fewer and shorter repetitions: enough to see that it works.
    #[arg(long)]
    quick: bool,
    /// One JSON object on standard output, and nothing else there.
    #[arg(long)]
    json: bool,
    /// Where the inputs come from; the time of day when not given.
    #[arg(long)]
    seed: Option<u64>,
}

fn main() -> Result<()> {
    let args = Args::parse();
    let now = || SystemTime::now().duration_since(UNIX_EPOCH).map_or(1, |time| time.as_secs());
    let seed = args.seed.unwrap_or_else(now);
    let race = if args.quick {
        Race { repetitions: 3, slice: 0.01, seed }
    } else {
        Race { repetitions: 15, slice: 0.04, seed }
    };
    // Every path serves SHA-256.
    let engines = engines(HashFunction::Sha256);
    let plans = rows::plans(&engines);
    for row in &args.rows {
        let known: Vec<&str> = plans.iter().map(|plan| plan.id).collect();
        ensure!(known.contains(&row.as_str()), "there is no row {row:?}, only {}", known.join(", "));
    }
    let mut report = Report {
        repetitions: race.repetitions,
        seed,
        hertz: 0.0,
        machine: probe::machine(&[]),
        rows: Vec::new(),
    };
    for plan in plans.iter().filter(|plan| args.rows.is_empty() || args.rows.iter().any(|row| row == plan.id))
    {
        let mut row = (plan.run)(&race)?;
        report.machine = probe::machine(&report.machine);
        row.hold_against(&report.machine);
        if args.json {
            eprintln!("{row}");
        } else {
            println!("{row}");
        }
        report.rows.push(row);
    }
    report.hertz = (0..9).map(|_| clock::hertz()).fold(0.0, f64::max);
    // The machine may have shown its best only after the first rows.
    for row in &mut report.rows {
        row.hold_against(&report.machine);
    }
    if args.json {
        println!("{}", serde_json::to_string(&report)?);
    } else {
        println!("{report}");
    }
    Ok(())
}
