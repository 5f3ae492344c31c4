//! One file for each command: from its arguments, through the engine, to its answer.

mod bench;
mod completions;
mod devices;
mod digest;
mod identity;
mod mine;
mod reproduce;
mod verify_headers;
mod walk;

use gridnet_core::Engine;

use crate::cli::{Command, Identity, Verify};
use crate::outcome::{Failure, Outcome};

/// Runs a command.
pub(crate) fn run(command: &Command) -> Result<Outcome, Failure> {
    match command {
        Command::Mine(args) => mine::run(args),
        Command::Verify(Verify::Headers(args)) => verify_headers::run(args),
        Command::Identity(Identity::Mint(args)) => identity::mint(args),
        Command::Identity(Identity::Verify(args)) => identity::verify(args),
        Command::Walk(args) => walk::run(args),
        Command::Digest(args) => digest::run(args),
        Command::Bench(args) => bench::run(args),
        Command::Devices(args) => devices::run(args),
        Command::Reproduce(args) => reproduce::run(args),
        Command::Completions(args) => completions::run(args),
    }
}

/// The engine of the commands that offer no choice.
fn engine() -> Result<Engine, Failure> {
    Ok(Engine::builder().build()?)
}
