//! What an account can do.

use borsh::{BorshDeserialize, BorshSerialize};

use gridnet_core::proof::identity::Proof;

use super::STEPS_OF_A_BYTE;
use crate::Address;
use crate::pool::Registration;
use crate::value::{PoolId, Units};

/// An identity that is to be registered. Its address is whoever's: what is proven is work, and a stranger may pay.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, BorshSerialize, BorshDeserialize)]
pub struct IdentityRegistration {
    /// Whose identity.
    pub address: Address,
    /// Of its proof of stake.
    pub repetitions: u32,
    /// Of the same.
    pub nonce: u32,
}

impl IdentityRegistration {
    /// Its proof of stake.
    pub fn proof(&self) -> Proof {
        Proof { repetitions: self.repetitions, nonce: self.nonce }
    }

    /// What hashing its proof weighs.
    pub(super) fn walked(&self) -> u64 {
        let blocks = (32 * u64::from(self.repetitions) + 4).div_ceil(128);
        blocks.div_ceil(STEPS_OF_A_BYTE)
    }
}

/// What an account does.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum Action {
    /// Gives coins to another account.
    Transfer {
        /// Whose.
        to: Address,
        /// How many.
        amount: Units,
    },
    /// Registers an identity, and pays for it.
    RegisterIdentity {
        /// Which.
        identity: IdentityRegistration,
        /// Coins that the sender adds to its stake.
        stake: Units,
    },
    /// Adds to an identity's coin stake.
    AddStake {
        /// Whose.
        identity: Address,
        /// How much.
        amount: Units,
    },
    /// Gives notice of a part of the sender's own coin stake: it comes back after a time, and can be lost until then.
    WithdrawStake {
        /// How much.
        amount: Units,
    },
    /// Deposits the coins of a token pool. The registration's sequence is this transaction's: so no pool is registered
    /// twice.
    RegisterPool {
        /// The pool.
        pool: Registration,
    },
    /// Takes back what of a pool was never revealed, long after it expired.
    ReclaimPool {
        /// Which.
        pool: PoolId,
    },
    /// Commits to a proof of fraud: whoever did first is rewarded for it.
    CommitFraud {
        /// Of the proof and the sender's address.
        commitment: [u8; 32],
    },
}
