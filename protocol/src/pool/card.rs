//! A pool card: what lets somebody without the ledger value a token.

use borsh::{BorshDeserialize, BorshSerialize};

use super::tree::{Branch, Leaf, is_in_tree};
use super::{LENGTH_MAX, Registration};
use crate::Network;
use crate::token::Token;

/// That a chain is a pool's bank.
#[derive(Clone, Debug, PartialEq, Eq, Hash, BorshSerialize, BorshDeserialize)]
pub struct BankProof {
    /// The last word of the chain.
    pub ceiling: [u8; 32],
    /// The first bytes of its seed.
    pub prefix: [u8; 8],
    /// The hashes from the bank's leaf to the root.
    pub branch: Branch,
}

impl BankProof {
    /// Whether it proves that this is bank `bank` of a pool of `banks` with this root.
    pub fn proves(&self, bank: u16, banks: u16, root: &[u8; 32]) -> bool {
        let leaf = Leaf { bank, ceiling: self.ceiling, prefix: self.prefix };
        is_in_tree(&leaf, &self.branch, banks, root)
    }
}

/// A registration and one of its banks. It does not prove that the coins were deposited: that takes a proof from the
/// ledger.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct PoolCard {
    /// What is registered.
    pub registration: Registration,
    /// The bank.
    pub bank: u16,
    /// That it is one of the pool.
    pub proof: BankProof,
}

impl PoolCard {
    /// Whether it is good for a token: of its pool, its owner and its bank, whose proof holds. Whether the token's word is
    /// one of the bank's is [`leads_to_ceiling`](PoolCard::leads_to_ceiling)'s to say.
    pub fn is_of(&self, network: Network, token: &Token) -> bool {
        self.registration.check().is_ok()
            && self.registration.id(network) == token.pool
            && self.registration.owner == token.sender.address()
            && self.bank == token.bank
            && token.depth.0 <= self.registration.length
            && self.proof.proves(self.bank, self.registration.banks, &self.registration.root)
    }

    /// Whether the word of a token, of which this is, belongs to the bank: as many hashes as its depth, 16 million at
    /// most. A token that is deeper than the bank is long has none.
    pub fn leads_to_ceiling(&self, token: &Token) -> bool {
        if token.depth.0 > self.registration.length.min(LENGTH_MAX) {
            return false;
        }
        let function = self.registration.function.hash_function();
        (0..token.depth.0).fold(token.word.0, |word, _| function.hash(&word)) == self.proof.ceiling
    }
}
