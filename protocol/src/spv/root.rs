//! What the state was before a block: its coinbase says so.

use borsh::{BorshDeserialize, BorshSerialize};

use super::inclusion::{branch, is_in};
use super::{HeaderChain, Part, bytes};
use crate::Error;
use crate::block::{Block, Coinbase, merkle};
use crate::reason::SpvFault;
use crate::transaction::Transaction;
use crate::value::Height;

/// A block's coinbase, and the way from it to the block's Merkle root.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct RootProof {
    /// The coinbase. It names its block's height.
    pub coinbase: Coinbase,
    /// The way.
    pub branch: merkle::Branch,
}

bytes!(RootProof, "a proof of a state's root");

/// The root of a state that headers show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ShownRoot {
    /// It is the state after the block of this height.
    pub height: Height,
    /// The root.
    pub root: [u8; 32],
    /// Blocks on top of the one that names it, which is the next one.
    pub depth: u32,
}

impl RootProof {
    /// That of the state before a block. `None` when the block has no coinbase.
    pub fn of(block: &Block) -> Option<RootProof> {
        let Some(Transaction::Coinbase(coinbase)) = block.transactions.first() else { return None };
        Some(RootProof { coinbase: *coinbase, branch: branch(block, 0)? })
    }

    /// The root.
    ///
    /// # Errors
    /// [`Error::Spv`] with [`SpvFault::Height`] or [`SpvFault::Branch`].
    pub fn verify(&self, chain: &HeaderChain) -> Result<ShownRoot, Error> {
        let Coinbase { height, state, .. } = self.coinbase;
        // Before the first block there was no state.
        let before = height.0.checked_sub(1).map(Height);
        let before = before.ok_or(Error::Spv { fault: SpvFault::Height, part: Part::Root })?;
        let coinbase = Transaction::Coinbase(self.coinbase);
        let depth = is_in(chain, height, 0, &self.branch, &coinbase, Part::Root)?;
        Ok(ShownRoot { height: before, root: state, depth })
    }
}
