//! Transactions: everything that changes the ledger.
//!
//! What somebody pays for, or answers for, is signed by an account ([`Signed`]). What carries its own proof and its own pay,
//! anybody may post ([`Posted`]): claims, openings of hops, free registrations of identities.

mod action;
mod cost;
mod posted;

use borsh::{BorshDeserialize, BorshSerialize};
use gridnet_core::HashFunction;

pub use self::action::{
    Action, CloseReadings, IdentityRegistration, MarkReason, Subject, SubventionTerms, subvention_id,
};
pub use self::cost::Cost;
pub use self::posted::{Claims, HeldId, Opened, Posted, held_id};
use crate::block::Coinbase;
use crate::encoding::encode;
use crate::sign::{Kind, Signer, is_signed, sign_by};
use crate::value::Units;
use crate::{Address, Error, Network, PublicKey, Signature};

/// A transaction.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum Transaction {
    /// The first of a block, and of no other place.
    Coinbase(Coinbase),
    /// What an account does.
    Signed(Signed),
    /// What anybody may post.
    Posted(Posted),
}

/// What an account does.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Signed {
    /// What it signs.
    pub body: Body,
    /// By its key.
    pub signature: Signature,
}

/// What is signed of a transaction.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Body {
    /// Whose account it is.
    pub sender: PublicKey,
    /// How many transactions the account sent before: each is good once, and they come in their order.
    pub sequence: u64,
    /// What the block's producer is paid.
    pub fee: Units,
    /// What is done.
    pub action: Action,
}

impl Body {
    /// The account.
    pub fn account(&self) -> Address {
        Address::of(&self.sender)
    }

    /// Signs it.
    ///
    /// # Errors
    /// [`Error::Signer`].
    pub fn sign(self, network: Network, signer: &dyn Signer) -> Result<Transaction, Error> {
        let signature = sign_by(signer, network, Kind::Transaction, &self)?;
        Ok(Transaction::Signed(Signed { body: self, signature }))
    }
}

impl Signed {
    /// Whether the account signed it.
    pub fn is_signed(&self, network: Network) -> bool {
        is_signed(&self.body.sender, network, Kind::Transaction, &self.body, &self.signature)
    }
}

impl Transaction {
    /// Its id: SHA-256d of all its bytes.
    pub fn id(&self) -> [u8; 32] {
        HashFunction::Sha256d.hash(&encode(self))
    }
}

impl Transaction {
    /// What must be computed to verify it, as it says itself: it can be known before anything is.
    pub fn cost(&self) -> Cost {
        match self {
            Transaction::Coinbase(_) => Cost::default(),
            Transaction::Signed(signed) => Cost { signatures: 1, walked: 0 }.plus(signed.body.action.cost()),
            Transaction::Posted(posted) => posted.cost(),
        }
    }

    /// What it takes of a block: its bytes, and what verifying it costs.
    pub fn weight(&self) -> u64 {
        self.cost().weight(encode(self).len())
    }
}
