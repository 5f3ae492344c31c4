//! Why a node does not do what it is asked.

use gridnet_protocol::ledger::Rejection;

use crate::chain::Stop;
use crate::mempool::Refusal;
use crate::storage::StorageError;

/// Why a node does not do what it is asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NodeError {
    /// A block or header breaks a rule.
    #[error("not taken: {0}")]
    Rejected(Rejection),
    /// A transaction does not wait here.
    #[error("{0}")]
    Refused(Refusal),
    /// The database, or what it holds, cannot be used.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// What is there does not add up: nothing is built on it.
    #[error(
        "the state does not add up: {0}. `gridnet node check` says more, `gridnet node reindex` makes it anew from the blocks"
    )]
    Unsound(String),
    /// It stopped by itself.
    #[error("the node has stopped: {0}")]
    Failed(String),
    /// It is being stopped.
    #[error("the node is being stopped")]
    Stopping,
    /// It has more to do than it can: ask again.
    #[error("the node is busy: try again")]
    Busy,
    /// Only networks of one's own have a clock to set.
    #[error("only regtest has a clock to set")]
    Clock,
}

impl From<Refusal> for NodeError {
    fn from(refusal: Refusal) -> NodeError {
        NodeError::Refused(refusal)
    }
}

impl From<Stop> for NodeError {
    fn from(stop: Stop) -> NodeError {
        match stop {
            stop if stop.is_cancelled() => NodeError::Stopping,
            Stop::Storage(error) => NodeError::Storage(error),
            other => NodeError::Failed(other.to_string()),
        }
    }
}
