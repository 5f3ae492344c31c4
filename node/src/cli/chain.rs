//! The words about a chain: looking at it, and taking its tables away.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueHint};

use super::{Devices, Place};
use crate::{arguments, help};

/// How a chain can be looked at.
#[derive(Debug, Subcommand)]
pub(crate) enum Chain {
    /// List the last blocks
    List(ListBlocks),
    /// Show a block, a transaction or an account
    Show(Show),
    /// Draw hash rate and block times as a picture
    Chart(Chart),
}

/// Arguments of `chain list`.
#[derive(Args, Debug)]
#[command(after_help = help::LIST_BLOCKS)]
pub(crate) struct ListBlocks {
    /// How many
    #[arg(long, value_name = "N", default_value_t = 20, allow_negative_numbers = true)]
    #[arg(value_parser = arguments::whole::<u32>(1, 10_000))]
    pub(crate) last: u32,
    /// The height of the last one [default: that of the chain's last block]
    #[arg(long, value_name = "HEIGHT", allow_negative_numbers = true)]
    #[arg(value_parser = arguments::whole::<u32>(0, u32::MAX.into()))]
    pub(crate) to: Option<u32>,
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
    /// Where the chain is.
    #[command(flatten)]
    pub(crate) place: Place,
}

/// Arguments of `chain show`.
#[derive(Args, Debug)]
#[command(after_help = help::SHOW)]
pub(crate) struct Show {
    /// A block's height or id, a transaction's id, or an address
    #[arg(value_name = "WHAT")]
    pub(crate) what: String,
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
    /// Where the chain is.
    #[command(flatten)]
    pub(crate) place: Place,
}

/// Arguments of `chain chart`.
#[derive(Args, Debug)]
#[command(after_help = help::CHART)]
pub(crate) struct Chart {
    /// Where the picture goes: a name that ends in .svg
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) out: PathBuf,
    /// Of how many blocks
    #[arg(long, value_name = "N", default_value_t = 1_000, allow_negative_numbers = true)]
    #[arg(value_parser = arguments::whole::<u32>(1, 1_000_000))]
    pub(crate) last: u32,
    /// The height of the last one [default: that of the chain's last block]
    #[arg(long, value_name = "HEIGHT", allow_negative_numbers = true)]
    #[arg(value_parser = arguments::whole::<u32>(0, u32::MAX.into()))]
    pub(crate) to: Option<u32>,
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
    /// Where the chain is.
    #[command(flatten)]
    pub(crate) place: Place,
}

/// Arguments of `export`.
#[derive(Args, Debug)]
#[command(after_help = help::EXPORT)]
pub(crate) struct Export {
    /// The folder of the tables; it is made, and what is in it under their names is replaced
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(crate) parquet: PathBuf,
    /// The height of the first block
    #[arg(long, value_name = "HEIGHT", default_value_t = 0, allow_negative_numbers = true)]
    #[arg(value_parser = arguments::whole::<u32>(0, u32::MAX.into()))]
    pub(crate) from: u32,
    /// The height of the last block [default: that of the chain's last block]
    #[arg(long, value_name = "HEIGHT", allow_negative_numbers = true)]
    #[arg(value_parser = arguments::whole::<u32>(0, u32::MAX.into()))]
    pub(crate) to: Option<u32>,
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
    /// Where the chain is.
    #[command(flatten)]
    pub(crate) place: Place,
    /// Which devices.
    #[command(flatten)]
    pub(crate) devices: Devices,
}
