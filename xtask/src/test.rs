//! `cargo xtask test` and `cargo xtask ci`: the stages one after the other, their minutes, and the count.

use std::fmt::Write;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::Result;
use clap::ValueEnum;

use crate::machine::Machine;
use crate::repo::Repo;
use crate::stages::{Stage, Stages};
use crate::tally::Tally;

/// What to run.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Also run what takes long and seldom finds anything: the stage `rivals`, a million signatures a path, and ten
    /// thousand steps of the ledger's simulator.
    #[arg(long)]
    long: bool,
    /// Run only this stage (and build first, if it needs that). May be given several times.
    #[arg(long = "stage", value_name = "NAME")]
    stages: Vec<Stage>,
}

/// What is said about time at the end.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Report {
    /// The minutes of each stage.
    Minutes,
    /// These, the machine, and the budgets.
    Budgets,
}

/// The minutes that groups of stages may take together on two cores from an empty target folder.
const BUDGETS: [(&str, f64, &[Stage]); 7] = [
    (
        "build",
        15.0,
        &[
            Stage::Setup,
            Stage::Fmt,
            Stage::Build,
            Stage::Clippy,
            Stage::Deny,
            Stage::Tidy,
            Stage::Doc,
            Stage::Xtask,
            Stage::Rivals,
        ],
    ),
    ("engine", 4.0, &[Stage::Engine, Stage::Aarch64]),
    ("gpu", 3.0, &[Stage::Gpu]),
    ("protocol", 6.0, &[Stage::Protocol]),
    ("node", 6.0, &[Stage::Node]),
    ("c++", 4.0, &[Stage::Cpp]),
    ("python", 4.0, &[Stage::Python]),
];

impl Args {
    fn stages(&self) -> Vec<Stage> {
        let asked = |stage: &Stage| match self.stages.as_slice() {
            [] => self.long || *stage != Stage::Rivals,
            named => named.contains(stage),
        };
        Stage::value_variants().iter().copied().filter(asked).collect()
    }
}

/// Runs the stages. A failing stage does not stop the next one; a failing build does.
pub(crate) fn run(repo: &Repo, args: &Args, report: Report) -> Result<ExitCode> {
    let mut stages = Stages::new(repo, args.long);
    let mut total = Tally::default();
    let mut times = Vec::new();
    for stage in args.stages() {
        println!("\n== {}: {}", name(stage), help(stage));
        let started = Instant::now();
        let tally = stages.run(stage).unwrap_or_else(|error| Tally::of_check(Err(error)));
        times.push((stage, started.elapsed()));
        total += tally;
        if stage == Stage::Build && tally.failed > 0 {
            println!("the stages after the build were not run");
            break;
        }
    }
    println!("\n{}", minutes(&times));
    if report == Report::Budgets {
        println!("{}\non {}\n", budgets(&times), Machine::this().facts());
    }
    println!("{total}");
    Ok(total.into())
}

fn name(stage: Stage) -> String {
    stage.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned())
}

fn help(stage: Stage) -> String {
    stage.to_possible_value().and_then(|value| value.get_help().map(ToString::to_string)).unwrap_or_default()
}

fn in_minutes(time: Duration) -> f64 {
    time.as_secs_f64() / 60.0
}

/// A table of the minutes of each stage.
fn minutes(times: &[(Stage, Duration)]) -> String {
    let mut table = String::from("minutes  stage\n");
    for &(stage, time) in times {
        let _ = writeln!(table, "{:7.2}  {}", in_minutes(time), name(stage));
    }
    let total: Duration = times.iter().map(|(_, time)| time).sum();
    let _ = writeln!(table, "{:7.2}  together", in_minutes(total));
    table
}

/// A table of the minutes of each group of stages that ran, and what it may take.
fn budgets(times: &[(Stage, Duration)]) -> String {
    let mut table = String::from("minutes  budget\n");
    for (group, budget, stages) in BUDGETS {
        let ran: Vec<_> = times.iter().filter(|(stage, _)| stages.contains(stage)).collect();
        if !ran.is_empty() {
            let spent = in_minutes(ran.iter().map(|(_, time)| time).sum());
            let verdict = if spent > budget { "  OVER BUDGET" } else { "" };
            let _ = writeln!(table, "{spent:7.2}  {budget:6}  {group}{verdict}");
        }
    }
    table
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use clap::ValueEnum;

    use super::{Args, BUDGETS, budgets, help, minutes};
    use crate::stages::Stage;

    #[test]
    fn every_stage_has_a_help_line_and_one_budget() {
        for &stage in Stage::value_variants() {
            assert!(!help(stage).is_empty());
            let homes = BUDGETS.iter().filter(|(_, _, stages)| stages.contains(&stage)).count();
            assert_eq!(homes, 1, "{stage:?}");
        }
    }

    #[test]
    fn stages_run_in_order_and_the_long_ones_only_when_asked_for() {
        let chosen = |long, stages: &[Stage]| Args { long, stages: stages.to_vec() }.stages();
        assert!(!chosen(false, &[]).contains(&Stage::Rivals));
        assert_eq!(chosen(true, &[]), Stage::value_variants());
        assert_eq!(chosen(false, &[Stage::Rivals, Stage::Fmt]), [Stage::Fmt, Stage::Rivals]);
    }

    #[test]
    fn times_are_minutes_and_an_overrun_is_said() {
        let times = [(Stage::Fmt, Duration::from_secs(3)), (Stage::Engine, Duration::from_secs(300))];
        assert_eq!(minutes(&times), "minutes  stage\n   0.05  fmt\n   5.00  engine\n   5.05  together\n");
        assert_eq!(
            budgets(&times),
            "minutes  budget\n   0.05      15  build\n   5.00       4  engine  OVER BUDGET\n"
        );
    }
}
