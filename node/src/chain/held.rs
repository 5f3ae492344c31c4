//! Blocks that may be good another time: whose parent nobody knows yet, or whose time has not come. In memory, and bounded:
//! whoever sent one is told that it was not taken.

use std::collections::VecDeque;

use gridnet_protocol::block::Block;
use gridnet_protocol::ledger::Rejection;
use gridnet_protocol::reason::Rejected;
use gridnet_protocol::value::Time;

use super::record::BlockId;

/// Blocks that are held.
const BLOCKS_MAX: usize = 64;
/// Their bytes.
const BYTES_MAX: usize = 32 << 20;

/// A block that is held.
#[derive(Debug)]
struct HeldBlock {
    id: BlockId,
    block: Block,
    bytes: usize,
    why: Rejection,
}

/// Blocks that may be good another time, the oldest first.
#[derive(Debug, Default)]
pub(super) struct Held {
    blocks: VecDeque<HeldBlock>,
    bytes: usize,
}

impl Held {
    /// Holds a block. The oldest make room for it.
    pub(super) fn add(&mut self, id: BlockId, block: Block, why: Rejection) {
        if self.blocks.iter().any(|held| held.id == id) {
            return;
        }
        let bytes = block.to_bytes().len();
        self.bytes += bytes;
        self.blocks.push_back(HeldBlock { id, block, bytes, why });
        while self.blocks.len() > BLOCKS_MAX || self.bytes > BYTES_MAX {
            let Some(oldest) = self.blocks.pop_front() else { break };
            self.bytes -= oldest.bytes;
        }
    }

    /// Why a block is held.
    pub(super) fn why(&self, id: &BlockId) -> Option<Rejection> {
        self.blocks.iter().find(|held| held.id == *id).map(|held| held.why)
    }

    /// Takes out those that follow this block.
    pub(super) fn after(&mut self, parent: &BlockId) -> Vec<Block> {
        self.take(|held| held.block.header.previous == *parent)
    }

    /// Takes out those that are held because of their time, which has come.
    pub(super) fn ripe(&mut self, now: Time, ahead: u64) -> Vec<Block> {
        let has_come = |block: &Block| u64::from(block.header.time) <= now.0.saturating_add(ahead);
        self.take(|held| held.why.code == Rejected::TooNew && has_come(&held.block))
    }

    fn take(&mut self, wanted: impl Fn(&HeldBlock) -> bool) -> Vec<Block> {
        let (taken, kept): (Vec<HeldBlock>, Vec<HeldBlock>) =
            std::mem::take(&mut self.blocks).into_iter().partition(wanted);
        self.blocks = kept.into();
        self.bytes -= taken.iter().map(|held| held.bytes).sum::<usize>();
        taken.into_iter().map(|held| held.block).collect()
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.blocks.len()
    }
}
