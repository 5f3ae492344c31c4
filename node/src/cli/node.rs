//! The words about running a node.

use clap::{Args, Subcommand};

use super::{Devices, Place, Settings};
use crate::help;

/// Arguments of `node`.
#[derive(Args, Debug)]
#[command(after_help = help::NODE, args_conflicts_with_subcommands = true)]
pub(crate) struct Node {
    /// Something else than running it.
    #[command(subcommand)]
    pub(crate) task: Option<NodeTask>,
    /// Where the chain is.
    #[command(flatten)]
    pub(crate) place: Place,
    /// The rest.
    #[command(flatten)]
    pub(crate) settings: Settings,
}

/// What can be done with a node that does not run.
#[derive(Debug, Subcommand)]
pub(crate) enum NodeTask {
    /// Look whether everything in the data directory is as it should be
    Check(CheckNode),
    /// Make the ledger anew from the blocks that are there
    Reindex(Reindex),
}

/// Arguments of `node check`.
#[derive(Args, Debug)]
#[command(after_help = help::CHECK_NODE)]
pub(crate) struct CheckNode {
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
    /// Where the chain is.
    #[command(flatten)]
    pub(crate) place: Place,
}

/// Arguments of `node reindex`.
#[derive(Args, Debug)]
#[command(after_help = help::REINDEX)]
pub(crate) struct Reindex {
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
