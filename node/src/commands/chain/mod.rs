//! `gridnet chain`: looking at a chain, by asking a node or reading what it left.

mod asked;
mod chart;
mod list;
mod plot;
mod show;
pub(crate) mod source;
mod tree;

use gridnet_core::proof::header::Header;
use gridnet_node::chain::BlockId;
use gridnet_protocol::block::{Block, Coinbase, reward};
use gridnet_protocol::transaction::Transaction;
use gridnet_protocol::value::{Height, Units};

pub(crate) use self::chart::chart;
pub(crate) use self::list::list;
pub(crate) use self::show::show;
use self::source::Source;
use crate::outcome::Failure;

/// The heights of the last so many blocks, `to` being the last of them.
fn heights(
    source: &dyn Source,
    last: u32,
    to: Option<u32>,
) -> Result<std::ops::RangeInclusive<u32>, Failure> {
    let tip = source.height()?.0;
    let to = to.unwrap_or(tip);
    if to > tip {
        return Err(Failure::argument("--to", format!("the last block is at height {tip}, got {to}")));
    }
    Ok(to.saturating_sub(last - 1)..=to)
}

/// The block of a height that there is.
fn id_at(source: &dyn Source, height: u32) -> Result<BlockId, Failure> {
    source.id_at(Height(height))?.ok_or_else(|| changed(height))
}

/// The header of a height that there is.
fn header_at(source: &dyn Source, height: u32) -> Result<Header, Failure> {
    source.header(&id_at(source, height)?)?.ok_or_else(|| changed(height))
}

fn changed(height: u32) -> Failure {
    Failure::Internal(format!("block {height} is not there any more: the chain has changed, try again"))
}

/// A block's coinbase.
fn coinbase(block: &Block) -> Result<&Coinbase, Failure> {
    match block.transactions.first() {
        Some(Transaction::Coinbase(coinbase)) => Ok(coinbase),
        _ => Err(Failure::Internal("a block has no coinbase".to_owned())),
    }
}

/// What a block's transactions pay.
fn fees(coinbase: &Coinbase) -> Units {
    Units(coinbase.amount.0.saturating_sub(reward(coinbase.height).0))
}

/// What a block weighs.
fn weight(block: &Block) -> u64 {
    block.transactions.iter().map(Transaction::weight).sum()
}
