//! The words about energy receipts.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueHint};
use gridnet_protocol::Network;
use gridnet_protocol::spv::{Checkpoint, DEPTH};

use super::{Devices, network};
use crate::{arguments, help};

/// What can be done with energy receipts.
#[derive(Debug, Subcommand)]
pub(crate) enum Receipt {
    /// Check that a receipt shows what it says, and whether you would take it
    Verify(VerifyReceipt),
}

/// Arguments of `receipt verify`.
#[derive(Args, Debug)]
#[command(after_help = help::VERIFY_RECEIPT)]
pub(crate) struct VerifyReceipt {
    /// The receipt
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) file: PathBuf,
    /// A block that you trust, which the receipt must begin at [default: the network's first block]
    #[arg(long, value_name = "HEIGHT:ID", value_parser = arguments::checkpoint)]
    pub(crate) checkpoint: Option<Checkpoint>,
    /// Blocks that must be on top
    #[arg(long, value_name = "N", default_value_t = DEPTH, allow_negative_numbers = true)]
    #[arg(value_parser = arguments::whole::<u32>(0, u32::MAX.into()))]
    pub(crate) depth: u32,
    /// The address of an authority whose marks count for you; may be given several times
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) trust: Vec<String>,
    /// The network
    #[arg(long, value_name = "NETWORK", default_value = "test", value_parser = network())]
    pub(crate) network: Network,
    /// What time it is, in seconds since 1970 [default: by this machine's clock]
    #[arg(long, value_name = "SECONDS", allow_negative_numbers = true)]
    #[arg(value_parser = arguments::whole::<u64>(0, u64::MAX))]
    pub(crate) time: Option<u64>,
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
    /// Which devices.
    #[command(flatten)]
    pub(crate) devices: Devices,
}
