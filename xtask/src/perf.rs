//! `cargo xtask perf`: our kernels against published crates, and the page that says how it went.
//!
//! The measuring is `benches/rivals`, a program of its own. What it reports as JSON becomes the tables of
//! `docs/performance.md`, between markers; the words around them stay as they are.

mod figures;
mod page;
mod tables;

use std::fs;
use std::process::Command;

use anyhow::{Context, Result};

use self::figures::Figures;
use crate::command::{cargo, run as run_to_end, text_of};
use crate::machine::Machine;
use crate::repo::Repo;

/// The page, relative to the repository.
const PAGE: &str = "docs/performance.md";

/// What to measure.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Only these rows, by id; they are printed, and the page stays as it is.
    #[arg(value_name = "ROW")]
    rows: Vec<String>,
    /// Fewer and shorter repetitions: half a minute instead of several.
    #[arg(long)]
    quick: bool,
}

/// Measures, and rewrites the page's tables.
pub(crate) fn run(repo: &Repo, args: &Args) -> Result<()> {
    let quick = args.quick.then_some("--quick");
    let mut rivals = rivals(repo);
    rivals.args(quick).args(&args.rows);
    if !args.rows.is_empty() {
        return run_to_end(&mut rivals);
    }
    let json = text_of(rivals.arg("--json"))?;
    let figures: Figures = serde_json::from_str(&json).context("the rivals' report is not what we expect")?;
    let facts = facts(&figures)?;
    let file = repo.root().join(PAGE);
    let text = fs::read_to_string(&file).with_context(|| format!("cannot read {PAGE}"))?;
    let text = tables::all(&figures, &facts)
        .into_iter()
        .try_fold(text, |text, (name, table)| page::replace(&text, name, &table))
        .with_context(|| format!("{PAGE} has lost a marker"))?;
    fs::write(&file, text).with_context(|| format!("cannot write {PAGE}"))?;
    println!("{PAGE} is up to date");
    Ok(())
}

/// The measuring program, as a plain release build.
fn rivals(repo: &Repo) -> Command {
    let mut command = cargo(repo.root().join("benches/rivals"), "run");
    command.args(["--release", "--quiet", "--target-dir"]).arg(repo.target().join("rivals")).arg("--");
    command
}

/// What a figure is worth nothing without.
fn facts(figures: &Figures) -> Result<Vec<(&'static str, String)>> {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let line = |command: &mut Command| text_of(command).map(|text| text.trim().to_owned());
    Ok(vec![
        ("machine", Machine::this().facts()),
        ("clock", format!("{:.2} GHz, measured", figures.hertz / 1e9)),
        ("date", line(Command::new("date").args(["-u", "+%F"]))?),
        ("compiler", line(Command::new(rustc).arg("-V"))?),
        ("build", "`cargo build --release`, no flags: the path is chosen at run time".to_owned()),
        ("run", format!("{} repetitions, seed {}, one thread", figures.repetitions, figures.seed)),
    ])
}
