//! The settlement rule: which hashes of a bank are still to be paid, and to which session.

use crate::token::Body;
use crate::value::{Depth, Session, Word};

/// What the ledger keeps of a bank.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Kept {
    /// Hashes down to this depth are paid.
    pub depth: Depth,
    /// The word there.
    pub word: Word,
    /// To whom they were paid; `None` before the first claim.
    pub session: Option<Session>,
}

impl Kept {
    /// What is kept of a bank that nobody claimed from: its ceiling.
    pub fn new(ceiling: [u8; 32]) -> Kept {
        Kept { depth: Depth(0), word: Word(ceiling), session: None }
    }

    /// What a claim of this token leaves.
    pub fn after(token: &Body, session: Session) -> Kept {
        Kept { depth: token.depth, word: token.word, session: Some(session) }
    }

    /// How many hashes a claim of this token pays, each of which must be walked; `None` when it is stale.
    pub fn pays(&self, token: &Body, session: Session) -> Option<u32> {
        let in_turn = token.from == self.depth || self.session == Some(session);
        let more = token.depth.0.checked_sub(self.depth.0).filter(|&steps| steps > 0);
        more.filter(|_| in_turn)
    }
}
