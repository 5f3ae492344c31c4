//! What can be wrong with a value, each with a number and a name that never change.

use crate::reason::{Objection, Reason, Refusal, SpvFault};
use crate::spv::Part;

/// A refusal of the protocol's values and encodings.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Bytes that encode nothing, or not canonically.
    #[error("{what} is not encoded as it must be: {why}")]
    Encoding {
        /// What was to be read.
        what: &'static str,
        /// What is wrong.
        why: String,
    },
    /// A list longer than it may be.
    #[error("{what} has {got} entries, and {max} at most are allowed")]
    TooMany {
        /// Which list.
        what: &'static str,
        /// Entries it claims to have.
        got: u64,
        /// Entries it may have.
        max: u64,
    },
    /// A sum or product that no amount holds.
    #[error("{what} is more than 64 bits hold")]
    Overflow {
        /// What was computed.
        what: &'static str,
    },
    /// A key that must not be used.
    #[error("this key is not admitted: {why}")]
    Key {
        /// Why not.
        why: &'static str,
    },
    /// A text that is no address of the network.
    #[error("this is no address of the {network} network: {why}")]
    Address {
        /// The network's name.
        network: &'static str,
        /// What is wrong.
        why: String,
    },
    /// A fee that leaves nothing.
    #[error("the fee would be {fee} units of {total}: nothing would be left")]
    Fee {
        /// What the fee would be.
        fee: u128,
        /// What is claimed.
        total: u64,
    },
    /// A number outside its bounds.
    #[error("{what} must be {min} to {max}, not {got}")]
    OutOfRange {
        /// Which number.
        what: &'static str,
        /// Smallest allowed.
        min: u64,
        /// Largest allowed.
        max: u64,
        /// What was given.
        got: u64,
    },
    /// A token that is not taken.
    #[error("the token is not taken: {0}")]
    Token(Reason),
    /// A custody chain that is not taken.
    #[error("the custody chain is not taken: {reason} at element {element}")]
    Custody {
        /// What is wrong.
        reason: Reason,
        /// Where: hops are counted from 1, and what follows the last hop is one more.
        element: usize,
    },
    /// A step of custody that cannot be done now.
    #[error("{0}")]
    Order(&'static str),
    /// A datagram that is not taken.
    #[error("the datagram is not taken: {0}")]
    Datagram(Refusal),
    /// Somebody was asked to sign, and did not.
    #[error("the signer did not sign: {why}")]
    Signer {
        /// What it said, or what is wrong with what it gave.
        why: String,
    },
    /// A bank that no token can come from.
    #[error("bank {bank} {why}")]
    Bank {
        /// Which bank.
        bank: u16,
        /// Why not.
        why: &'static str,
    },
    /// No bank is left.
    #[error("every bank of this pool is in use: create another pool")]
    Exhausted,
    /// Two ways of computing the same word gave different ones.
    #[error("bank {bank}: two ways of computing its chain disagree. This machine cannot be trusted with it")]
    Disagreement {
        /// Which bank.
        bank: u16,
    },
    /// A table that does not hold what it must.
    #[error("{what} of this table must be {expected}, and is {got}")]
    Table {
        /// A column, a key of its metadata, or a row.
        what: String,
        /// What must be there.
        expected: String,
        /// What is there.
        got: String,
    },
    /// A contract, or a state of one, that is not taken.
    #[error("the contract is not taken: {0}")]
    Contract(Objection),
    /// A proof by headers that does not show what it should.
    #[error("{part}: {fault}")]
    Spv {
        /// What is wrong.
        fault: SpvFault,
        /// Where.
        part: Part,
    },
    /// The engine's refusal.
    #[error(transparent)]
    Engine(#[from] gridnet_core::Error),
    /// No such network.
    #[error("unknown network {0}: the networks are main, test and regtest")]
    Network(String),
}

impl Error {
    /// A number that never changes for this kind of error. Those of the engine are below 100.
    pub fn code(&self) -> u32 {
        self.stable().0
    }

    /// A short name that never changes for this kind of error.
    pub fn name(&self) -> &'static str {
        self.stable().1
    }

    fn stable(&self) -> (u32, &'static str) {
        match self {
            Error::Encoding { .. } => (101, "encoding"),
            Error::TooMany { .. } => (102, "too-many"),
            Error::Overflow { .. } => (103, "overflow"),
            Error::Key { .. } => (104, "bad-key"),
            Error::Address { .. } => (105, "address"),
            Error::Network(_) => (106, "network"),
            Error::Fee { .. } => (107, "fee"),
            Error::OutOfRange { .. } => (108, "out-of-range"),
            Error::Token(_) => (109, "token"),
            Error::Custody { .. } => (110, "custody"),
            Error::Order(_) => (111, "order"),
            Error::Datagram(_) => (112, "datagram"),
            Error::Bank { .. } => (113, "bank"),
            Error::Exhausted => (114, "exhausted"),
            Error::Disagreement { .. } => (115, "disagreement"),
            Error::Table { .. } => (116, "table"),
            Error::Signer { .. } => (117, "signer"),
            Error::Contract(_) => (118, "contract"),
            Error::Spv { .. } => (119, "spv"),
            Error::Engine(error) => (error.code(), error.name()),
        }
    }
}
