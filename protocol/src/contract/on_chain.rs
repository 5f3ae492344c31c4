//! Where a contract stands on the ledger, and what is best done about that.

use super::standing::Standing;
use super::state::SignedState;
use crate::value::Height;

/// Where a contract stands on the ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OnChain {
    /// Nobody has closed it.
    Open,
    /// Somebody wants to close it.
    Closing {
        /// With a state of this sequence; 0 is the state before any was signed.
        sequence: u64,
        /// The last block that takes an answer.
        until: Height,
    },
    /// It is over.
    Settled,
}

impl From<&Standing> for OnChain {
    fn from(standing: &Standing) -> OnChain {
        match standing {
            Standing::Open { .. } => OnChain::Open,
            Standing::Closing { closing, .. } => {
                OnChain::Closing { sequence: closing.sequence, until: closing.until }
            }
            Standing::Settled { .. } => OnChain::Settled,
        }
    }
}

/// What is best done on the ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Advice {
    /// Nothing.
    Nothing,
    /// Answer the close with this state, which outdoes it.
    Answer(SignedState),
    /// Close with this state; `None`: with that before any was signed.
    Close(Option<SignedState>),
}

/// Whether a state answers a close: only a higher one does.
pub(super) fn answers(newest: Option<&SignedState>, closing: u64) -> Option<SignedState> {
    newest.filter(|newest| newest.body.sequence > closing).cloned()
}
