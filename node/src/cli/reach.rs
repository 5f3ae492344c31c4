//! The words about which network, which node and which wallet are meant. They are the same in every command that asks a
//! node or opens a wallet.

use std::path::PathBuf;

use clap::{Args, ValueHint};
use gridnet_protocol::Network;
use gridnet_protocol::value::Units;

use super::pools::network;
use crate::{amounts, arguments, help};

/// Which network, and where its files are.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Where")]
pub(crate) struct Home {
    /// The network [default: what a node is told, or regtest]
    #[arg(long, value_name = "NETWORK", value_parser = network())]
    pub(crate) network: Option<Network>,
    /// The folder of node and wallet [default: what a node is told, or gridnet/NETWORK where the platform keeps data]
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(crate) data_dir: Option<PathBuf>,
}

/// Which node is asked.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "The node that is asked")]
pub(crate) struct Asking {
    /// Where it listens [default: what a node is told, or 127.0.0.1 and port 9332, 19332 or 29332]
    #[arg(long, value_name = "HOST:PORT")]
    pub(crate) rpc: Option<String>,
    /// The cookie by which it knows you [default: .cookie in its folder, sent to this machine only]
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) cookie: Option<PathBuf>,
    /// How long to wait for its answer
    #[arg(long, value_name = "SECONDS", default_value = "60", allow_negative_numbers = true)]
    #[arg(value_parser = arguments::whole::<u64>(1, 86_400))]
    pub(crate) timeout: u64,
}

/// Which wallet, and how its password is told. There is no argument for a password: everybody could read it.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "The wallet")]
pub(crate) struct WalletFile {
    /// The wallet [default: what a node is told, or the file wallet in its folder]
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) wallet: Option<PathBuf>,
    /// A file whose first line is the password [default: GRIDNET_PASSWORD, or it is asked for]
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) password_file: Option<PathBuf>,
}

/// Arguments of `rpc`.
#[derive(Args, Debug)]
#[command(after_help = help::RPC)]
pub(crate) struct Rpc {
    /// The method; `help` lists all
    #[arg(value_name = "METHOD")]
    pub(crate) method: String,
    /// What it takes, each as JSON, or as plain text where it is none; one object names them
    #[arg(value_name = "PARAM", allow_negative_numbers = true)]
    pub(crate) params: Vec<String>,
    /// Print the whole answer as one JSON object
    #[arg(long)]
    pub(crate) json: bool,
    /// Which network.
    #[command(flatten)]
    pub(crate) home: Home,
    /// Which node.
    #[command(flatten)]
    pub(crate) asking: Asking,
}

/// What an account's scope is to be.
#[derive(Args, Clone, Copy, Debug)]
pub(crate) struct ScopeLimits {
    /// claim, trade: most that a transaction pays as its fee, in GNC
    #[arg(long, value_name = "GNC", value_parser = amounts::gnc, allow_negative_numbers = true)]
    pub(crate) max_fee: Option<Units>,
    /// claim, trade: most that a day's transactions take together, in GNC
    #[arg(long, value_name = "GNC", value_parser = amounts::gnc, allow_negative_numbers = true)]
    pub(crate) max_day: Option<Units>,
    /// trade: most that a contract takes as its deposit, in GNC
    #[arg(long, value_name = "GNC", value_parser = amounts::gnc, allow_negative_numbers = true)]
    pub(crate) max_deposit: Option<Units>,
}
