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

#[cfg(test)]
mod tests {
    use super::Kept;
    use crate::sample::{Plan, Sampler};
    use crate::value::{Depth, Session, Word};

    #[test]
    fn only_what_comes_in_turn_and_pays_more_is_paid() {
        let plan = Plan { count: 1, hops: 0, length: 5, bad_in_a_million: 0, seed: 1 };
        let mut sampler = Sampler::new(plan, crate::pool::ChainFunction::Blake2s).expect("a plan");
        let engine = gridnet_core::Engine::builder().device("cpu").threads(1).build().expect("a CPU");
        let samples = sampler.batch(&engine, 0, &gridnet_core::Control::default()).expect("a sample");
        let mut token = samples[0].claim.pool.token.body;
        let own = token.session();
        let mut pays = |from, depth, kept_depth, session| {
            (token.from, token.depth) = (Depth(from), Depth(depth));
            Kept { depth: Depth(kept_depth), word: Word([0; 32]), session }.pays(&token, own)
        };
        let stranger = Some(Session([1; 32]));
        // Of an untouched bank, and where another session ended.
        assert_eq!(pays(0, 10, 0, None), Some(10));
        assert_eq!(pays(10, 30, 10, stranger), Some(20));
        // Further in its own session, whatever it began at.
        assert_eq!(pays(0, 30, 10, Some(own)), Some(20));
        // Before its turn, after it, in another's session.
        for (from, kept, session) in [(10, 0, None), (0, 10, None), (0, 10, stranger), (20, 10, stranger)] {
            assert_eq!(pays(from, 30, kept, session), None, "{from} {kept}");
        }
        // Nothing more than is paid already.
        for depth in [10, 9, 0] {
            assert_eq!(pays(0, depth, 10, Some(own)), None, "{depth}");
        }
    }
}
