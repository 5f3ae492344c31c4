//! Why a block or a transaction is not taken: a stable code, where, and whether it can be good another time.

use std::fmt;

use crate::reason::Rejected;
use crate::state::StoreError;

/// Whether something that is not taken can be good another time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lasting {
    /// Never: it can be forgotten, and so can whatever is built on it.
    Permanent,
    /// After other blocks, at another time, or with other bytes under the same id.
    Transient,
}

/// Why a block or a transaction is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rejection {
    /// The code.
    pub code: Rejected,
    /// Which transaction of the block, the coinbase being 0.
    pub transaction: Option<u32>,
    /// Which entry of that transaction's list.
    pub entry: Option<u32>,
    /// The code of what is wrong with that.
    pub detail: Option<&'static str>,
}

impl Rejection {
    /// Of this code.
    pub(crate) const fn new(code: Rejected) -> Rejection {
        Rejection { code, transaction: None, entry: None, detail: None }
    }

    /// What it means for a block.
    pub const fn of_a_block(&self) -> Lasting {
        match self.code {
            // The header may be a good block's, with somebody else's transactions under it.
            Rejected::MerkleRoot | Rejected::Mutated => Lasting::Transient,
            Rejected::Previous | Rejected::TooNew => Lasting::Transient,
            _ => Lasting::Permanent,
        }
    }

    /// What it means for a transaction.
    pub const fn of_a_transaction(&self) -> Lasting {
        match self.code {
            Rejected::Sequence
            | Rejected::Balance
            | Rejected::Duplicate
            | Rejected::Unknown
            | Rejected::FreeIdentities
            | Rejected::Stake
            | Rejected::Notices
            | Rejected::TooEarly
            | Rejected::Claim
            | Rejected::Opening
            | Rejected::Void
            | Rejected::Reading
            | Rejected::Contracts
            | Rejected::Closing
            | Rejected::NotClosing => Lasting::Transient,
            _ => Lasting::Permanent,
        }
    }
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(transaction) = self.transaction {
            write!(f, "transaction {transaction}: ")?;
        }
        write!(f, "{}", self.code)?;
        if let Some(entry) = self.entry {
            write!(f, ", entry {entry}")?;
        }
        self.detail.map_or(Ok(()), |detail| write!(f, ": {detail}"))
    }
}

/// What keeps a block from being taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// It breaks a rule.
    #[error("not taken: {0}")]
    Rejected(Rejection),
    /// The state could not be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The engine stopped.
    #[error(transparent)]
    Engine(#[from] gridnet_core::Error),
    /// What must hold after every block would not hold: a fault of this software or of its store. Nothing was changed.
    #[error("after this block {0}: nothing was changed, and this machine must not go on")]
    Broken(String),
}

impl Fault {
    /// The same, of a transaction.
    pub(crate) fn at(self, transaction: usize) -> Fault {
        match self {
            Fault::Rejected(rejection) if rejection.transaction.is_none() => {
                Fault::Rejected(Rejection { transaction: Some(transaction as u32), ..rejection })
            }
            other => other,
        }
    }

    /// The same, of a transaction that is in no block.
    pub(crate) fn alone(self) -> Fault {
        match self {
            Fault::Rejected(rejection) => Fault::Rejected(Rejection { transaction: None, ..rejection }),
            other => other,
        }
    }

    /// The same, of an entry of a list.
    pub(crate) fn entry(self, entry: usize) -> Fault {
        match self {
            Fault::Rejected(rejection) => {
                Fault::Rejected(Rejection { entry: Some(entry as u32), ..rejection })
            }
            other => other,
        }
    }

    /// The rejection, if it is one.
    pub fn rejection(&self) -> Option<&Rejection> {
        match self {
            Fault::Rejected(rejection) => Some(rejection),
            _ => None,
        }
    }
}

/// A rejection.
pub(crate) fn rejected<T>(code: Rejected) -> Result<T, Fault> {
    Err(Fault::Rejected(Rejection::new(code)))
}

/// A rejection in the words of another table.
pub(crate) fn rejected_as<T>(code: Rejected, detail: &'static str) -> Result<T, Fault> {
    Err(Fault::Rejected(Rejection { detail: Some(detail), ..Rejection::new(code) }))
}

/// A rejection unless something holds.
pub(crate) fn require(holds: bool, otherwise: Rejected) -> Result<(), Fault> {
    if holds { Ok(()) } else { rejected(otherwise) }
}
