//! Why a transaction does not wait here.

use gridnet_protocol::ledger::Rejection;
use gridnet_protocol::value::{Height, Units};

/// Why a transaction does not wait here.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// It breaks a rule, after those that it must come after.
    #[error("{0}")]
    Rejected(Rejection),
    /// It waits already.
    #[error("it waits here already")]
    Waiting,
    /// It is on the chain already.
    #[error("it is in block {} already", height.0)]
    OnChain {
        /// Of this block.
        height: Height,
    },
    /// One of the account's before it is missing.
    #[error("it has sequence {got}, and the account's next one is {next}: send those between first")]
    Gap {
        /// The sequence that comes next, after all that wait.
        next: u64,
        /// Its own.
        got: u64,
    },
    /// So many wait before it.
    #[error("{max} transactions that it must come after wait already: send it when some are in a block")]
    TooMany {
        /// The most.
        max: usize,
    },
    /// Another with its sequence waits, or one that claims what it claims.
    #[error("another waits with the same sequence, or claims the same; to take its place it must pay {} units", least.0)]
    Replacement {
        /// What it must pay at least.
        least: Units,
    },
    /// There is no room for what pays so little.
    #[error(
        "there is no room: those that wait pay more for their weight ({least_millionths} millionths of a unit at least)"
    )]
    Full {
        /// What pays more than this for a unit of weight finds room, in millionths of a unit.
        least_millionths: u128,
    },
}

impl Refusal {
    /// The stable name: the protocol's code, or one of this list.
    pub fn name(&self) -> &'static str {
        match self {
            Refusal::Rejected(rejection) => rejection.code.name(),
            Refusal::Waiting => "already-waiting",
            Refusal::OnChain { .. } => "already-on-chain",
            Refusal::Gap { .. } => "sequence-gap",
            Refusal::TooMany { .. } => "too-many-waiting",
            Refusal::Replacement { .. } => "replacement-fee",
            Refusal::Full { .. } => "mempool-full",
        }
    }
}
