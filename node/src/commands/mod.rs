//! One file for each command: from its arguments, through the engine, to its answer.

mod bench;
mod chain;
mod completions;
mod config;
mod devices;
mod digest;
mod export;
mod generate;
mod identity;
mod mine;
mod node;
mod reach;
mod receipt;
mod receiver;
mod reproduce;
mod rpc;
mod story;
mod token_pool;
mod tx;
mod verify_headers;
mod verify_tables;
mod walk;
mod wallet;

use gridnet_core::Engine;

use crate::cli::{Chain, Command, Config, Identity, NodeTask, Receipt, Receiver, TokenPool, Transit, Verify};
use crate::outcome::{Failure, Outcome};

/// Runs a command.
pub(crate) fn run(command: &Command) -> Result<Outcome, Failure> {
    match command {
        Command::Mine(args) => mine::run(args),
        Command::Node(args) => match &args.task {
            None => node::run(args),
            Some(NodeTask::Check(args)) => node::check(args),
            Some(NodeTask::Reindex(args)) => node::reindex(args),
        },
        Command::Verify(Verify::Headers(args)) => verify_headers::run(args),
        Command::Verify(Verify::Transit(args)) => verify_tables::transit(args),
        Command::Verify(Verify::Chains(args)) => verify_tables::chains(args),
        Command::Verify(Verify::Identities(args)) => verify_tables::identities(args),
        Command::Verify(Verify::Signatures(args)) => verify_tables::signatures(args),
        Command::TokenPool(TokenPool::Create(args)) => token_pool::create(args),
        Command::TokenPool(TokenPool::Token(args)) => token_pool::token(args),
        Command::TokenPool(TokenPool::Inspect(args)) => token_pool::inspect(args),
        Command::TokenPool(TokenPool::Restore(args)) => token_pool::restore(args),
        Command::Receiver(Receiver::Create(args)) => receiver::create(args),
        Command::Receipt(Receipt::Verify(args)) => receipt::verify(args),
        Command::Transit(Transit::Generate(args)) => generate::run(args),
        Command::Identity(Identity::Mint(args)) => identity::mint(args),
        Command::Identity(Identity::Verify(args)) => identity::verify(args),
        Command::Walk(args) => walk::run(args),
        Command::Digest(args) => digest::run(args),
        Command::Story(args) => story::run(args),
        Command::Bench(args) => bench::run(args),
        Command::Devices(args) => devices::run(args),
        Command::Reproduce(args) => reproduce::run(args),
        Command::Chain(Chain::List(args)) => chain::list(args),
        Command::Chain(Chain::Show(args)) => chain::show(args),
        Command::Chain(Chain::Chart(args)) => chain::chart(args),
        Command::Export(args) => export::run(args),
        Command::Config(Config::Show(args)) => config::show(args),
        Command::Wallet(command) => wallet::run(command),
        Command::Tx(command) => tx::run(command),
        Command::Rpc(args) => rpc::run(args),
        Command::Completions(args) => completions::run(args),
    }
}

/// The engine of the commands that offer no choice.
fn engine() -> Result<Engine, Failure> {
    Ok(Engine::builder().build()?)
}
