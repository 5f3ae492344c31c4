//! The `gridnet` program: what the engine and the protocol do, as commands. It wires, reads files and prints; what is
//! true is the protocol's, and how fast it is computed the engine's.

#![forbid(unsafe_code)]

mod amounts;
mod arguments;
mod cache;
mod cli;
mod commands;
mod disagreement;
mod files;
mod help;
mod interrupt;
mod nvidia;
mod outcome;
mod output;
mod passwords;
mod progress;
mod refusal;
mod tables;
mod tunings;

use std::process::ExitCode;

use clap::Parser as _;

use crate::cli::Cli;
use crate::outcome::Failure;

fn main() -> ExitCode {
    let result = match Cli::try_parse() {
        Ok(cli) => commands::run(&cli.command),
        Err(refusal) => refusal::answer(&refusal),
    };
    match result {
        Ok(outcome) => outcome.into(),
        // Who read our answer has seen enough of it.
        Err(Failure::ReaderGone) => ExitCode::SUCCESS,
        Err(failure) => {
            output::note(&format!("error: {failure}"));
            failure.exit_code()
        }
    }
}
