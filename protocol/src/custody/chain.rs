//! The accumulator over a list of hops, and the signatures that hold it together: one text for a chain on its way and
//! for a transit pool.

use borsh::{BorshDeserialize, BorshSerialize};

use crate::reason::Reason;
use crate::tagged::Tag;
use crate::value::{Commitment, Session};
use crate::{Kind, Network, PublicKey, Signature, sign};

/// A key in nobody's name: whoever has its private half may join.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, BorshSerialize, BorshDeserialize)]
pub struct Bearer {
    /// The key.
    pub key: PublicKey,
    /// The holder's signature of the accumulator and this key.
    pub signature: Signature,
}

/// A hop as a chain of custody sees it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Step<'a> {
    pub(crate) bearer: Option<&'a Bearer>,
    pub(crate) key: PublicKey,
    pub(crate) commitment: Commitment,
    pub(crate) seal_hash: [u8; 32],
    pub(crate) signature: &'a Signature,
}

/// What a holder signs, and passes on.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash, BorshSerialize)]
pub(crate) struct Accumulator(pub(crate) [u8; 32]);

impl Accumulator {
    /// A₀.
    pub(crate) fn new(session: Session) -> Accumulator {
        Accumulator(session.0)
    }

    /// A_i of A_{i−1}.
    pub(crate) fn with(self, key: &PublicKey, commitment: &Commitment, seal_hash: &[u8; 32]) -> Accumulator {
        Accumulator(Tag::ACCUMULATOR.hash(&[&self.0, &key.0, &commitment.0, seal_hash]))
    }

    /// What the last holder signs.
    pub(crate) fn last(self, receiver: &PublicKey) -> [u8; 32] {
        Tag::LAST.hash(&[&self.0, &receiver.0])
    }
}

/// Where a chain of custody has come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct State {
    pub(crate) accumulator: Accumulator,
    /// Who holds it.
    pub(crate) holder: PublicKey,
}

impl State {
    pub(crate) fn new(session: Session, first_key: PublicKey) -> State {
        State { accumulator: Accumulator::new(session), holder: first_key }
    }

    /// Whether a bearer's key was put in by the holder.
    pub(crate) fn offers(&self, network: Network, bearer: &Bearer) -> bool {
        let body = (self.accumulator, bearer.key);
        sign::is_signed(&self.holder, network, Kind::Bearer, &body, &bearer.signature)
    }

    /// The state after a hop, if its signatures are good.
    pub(crate) fn after(self, network: Network, step: &Step<'_>) -> Option<State> {
        let accumulator = self.accumulator.with(&step.key, &step.commitment, &step.seal_hash);
        let signer = match step.bearer {
            Some(bearer) => self.offers(network, bearer).then_some(bearer.key)?,
            None => self.holder,
        };
        sign::is_signed(&signer, network, Kind::Custody, &accumulator, step.signature)
            .then_some(State { accumulator, holder: step.key })
    }

    /// Whether this is the holder's hand-over to the receiver.
    pub(crate) fn ends_with(&self, network: Network, receiver: &PublicKey, signature: &Signature) -> bool {
        let body = self.accumulator.last(receiver);
        sign::is_signed(&self.holder, network, Kind::LastHandOver, &body, signature)
    }

    /// The state after all hops.
    ///
    /// # Errors
    /// [`Reason::Custody`] and the hop, counted from 1, at which it breaks.
    pub(crate) fn after_all<'a>(
        self,
        network: Network,
        steps: impl Iterator<Item = Step<'a>>,
    ) -> Result<State, (Reason, usize)> {
        let mut state = self;
        for (index, step) in steps.enumerate() {
            state = state.after(network, &step).ok_or((Reason::Custody, index + 1))?;
        }
        Ok(state)
    }
}

/// The first key that is not admitted, by its hop, counted from 1.
pub(crate) fn first_bad_key<'a>(steps: impl Iterator<Item = Step<'a>>) -> Option<usize> {
    let bad = |step: &Step<'_>| {
        let bearer = step.bearer.map(|bearer| bearer.key);
        [step.key].into_iter().chain(bearer).any(|key| key.admit().is_err())
    };
    steps.enumerate().find(|(_, step)| bad(step)).map(|(index, _)| index + 1)
}
