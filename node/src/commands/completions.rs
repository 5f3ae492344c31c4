//! `gridnet completions`: what a shell needs to complete our words.

use clap::CommandFactory as _;

use crate::cli::{Cli, Completions};
use crate::outcome::{Failure, Outcome};
use crate::output;

/// Prints the completions.
pub(crate) fn run(args: &Completions) -> Result<Outcome, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "gridnet", &mut script);
    output::text(&String::from_utf8_lossy(&script))?;
    Ok(Outcome::Good)
}
