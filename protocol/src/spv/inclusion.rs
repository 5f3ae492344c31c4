//! That a transaction is in a block.

use borsh::{BorshDeserialize, BorshSerialize};

use super::{HeaderChain, Part, bytes, require};
use crate::Error;
use crate::block::{Block, merkle};
use crate::reason::SpvFault;
use crate::transaction::Transaction;
use crate::value::Height;

/// A transaction, and the way from it to the Merkle root of its block.
///
/// A node of the tree is 64 bytes, and so is no transaction: none can be taken for the other.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct TransactionProof {
    /// The block's height.
    pub height: Height,
    /// The transaction's place in it; the coinbase's is 0.
    pub place: u32,
    /// The way.
    pub branch: merkle::Branch,
    /// The transaction.
    pub transaction: Transaction,
}

bytes!(TransactionProof, "a proof of a transaction");

impl TransactionProof {
    /// That of a block's transaction. `None` when it has none at that place.
    pub fn of(block: &Block, height: Height, place: u32) -> Option<TransactionProof> {
        let transaction = block.transactions.get(place as usize)?.clone();
        Some(TransactionProof { height, place, branch: branch(block, place)?, transaction })
    }

    /// How many blocks are on top of the one that it is in.
    ///
    /// # Errors
    /// [`Error::Spv`] with [`SpvFault::Height`] or [`SpvFault::Branch`].
    pub fn verify(&self, chain: &HeaderChain) -> Result<u32, Error> {
        is_in(chain, self.height, self.place, &self.branch, &self.transaction, Part::Transaction)
    }
}

/// The way from a transaction of a block to the root.
pub(super) fn branch(block: &Block, place: u32) -> Option<merkle::Branch> {
    let ids: Vec<_> = block.transactions.iter().map(Transaction::id).collect();
    merkle::branch(&ids, place as usize)
}

/// How many blocks are on top of the one of that height, if the transaction is in it.
pub(super) fn is_in(
    chain: &HeaderChain,
    height: Height,
    place: u32,
    branch: &merkle::Branch,
    transaction: &Transaction,
    part: Part,
) -> Result<u32, Error> {
    let block = chain.header(height).zip(chain.depth(height));
    let (header, depth) = block.ok_or(Error::Spv { fault: SpvFault::Height, part })?;
    let root = merkle::climb(&transaction.id(), place, branch);
    require(root == Some(header.merkle_root), SpvFault::Branch, part)?;
    Ok(depth)
}

#[cfg(test)]
mod tests {
    use crate::encoding::decode;
    use crate::transaction::Transaction;

    /// What a miner could choose so that a node of the tree is a transaction, or a transaction a node.
    #[test]
    fn no_transaction_is_as_long_as_a_node() {
        // Each kind's first bytes, then zeros: whatever is read, it never ends after 64 bytes.
        for first in 0..=255u8 {
            for second in 0..=255u8 {
                for fill in [0, 1, 0xff] {
                    let mut node = [fill; 64];
                    (node[0], node[1]) = (first, second);
                    assert!(
                        decode::<Transaction>("a transaction", &node).is_err(),
                        "{first} {second} {fill}"
                    );
                }
            }
        }
    }
}
