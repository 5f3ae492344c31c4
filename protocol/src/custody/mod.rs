//! Custody (paper, V and X): who carried a datagram, provably and without anybody on the way learning who that was.
//!
//! A carrier takes part with a one-time key. The holder before it signs an accumulator over all that was added so far,
//! so nobody can be taken out of the list, put in, or moved, but by its predecessor together with a successor. Who a
//! carrier is stands in a seal that only the receiver opens, when the session ends.

mod chain;
mod seal;

use borsh::{BorshDeserialize, BorshSerialize};

pub use self::chain::Bearer;
pub(crate) use self::chain::{State, Step};
pub use self::seal::{OPENING_BYTES, Opening, Place, SEAL_BYTES, Seal};
use crate::encoding::{List, decode, encode, limits};
use crate::reason::Reason;
use crate::receiver::SealSecret;
use crate::token::Token;
use crate::value::Commitment;
use crate::{Error, Kind, Network, PublicKey, SecretKey, Signature, Signer, sign};

/// What somebody gives to the holder who wants to carry next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, BorshSerialize, BorshDeserialize)]
pub struct Candidate {
    /// Its one-time key, K_i.
    pub key: PublicKey,
    /// Its commitment.
    pub commitment: Commitment,
    /// Its opening, for the receiver.
    pub seal: Seal,
}

/// A hop of a custody chain on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, BorshSerialize, BorshDeserialize)]
pub struct Link {
    /// The bearer element by which it joined, if it did not meet the holder.
    pub bearer: Option<Bearer>,
    /// The hop.
    pub hop: Candidate,
    /// The signature of the accumulator: the bearer's, or that of the holder before.
    pub signature: Signature,
}

impl Link {
    fn step(&self) -> Step<'_> {
        Step {
            bearer: self.bearer.as_ref(),
            key: self.hop.key,
            commitment: self.hop.commitment,
            seal_hash: self.hop.seal.hash(),
            signature: &self.signature,
        }
    }
}

/// A bearer element that waits for a carrier, with its private half. Whoever reads it first can join: a limit of
/// one-way contact.
#[derive(Clone, Copy, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Offer {
    /// The element.
    pub bearer: Bearer,
    /// The private half of its key.
    pub private_half: [u8; 32],
}

impl std::fmt::Debug for Offer {
    /// Without the private half.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Offer").field("bearer", &self.bearer).finish_non_exhaustive()
    }
}

/// A custody chain on its way.
#[derive(Clone, Debug, Default, PartialEq, Eq, BorshSerialize)]
pub struct Custody {
    links: List<Link, { limits::HOPS }>,
    offer: Option<Offer>,
    last_hand_over: Option<Signature>,
}

impl BorshDeserialize for Custody {
    fn deserialize_reader<R: std::io::Read>(reader: &mut R) -> std::io::Result<Self> {
        let (links, offer, last_hand_over) = BorshDeserialize::deserialize_reader(reader)?;
        let custody = Custody { links, offer, last_hand_over };
        if custody.offer.is_some() && custody.last_hand_over.is_some() {
            let what = "an offer after the last hand-over";
            return Err(std::io::Error::new(std::io::ErrorKind::InvalidData, what));
        }
        Ok(custody)
    }
}

impl Candidate {
    /// Whoever wants to carry checks the token and the chain so far, and then names itself to the receiver alone. The
    /// one-time key is used for this once; `entropy` is drawn evenly, used once, and told to nobody.
    ///
    /// # Errors
    /// [`Error::Token`], [`Error::Custody`], [`Error::Order`] when nobody can join any more, and [`Error::Key`] when
    /// the receiver's key cannot be sealed to.
    pub fn new(
        network: Network,
        token: &Token,
        custody: &Custody,
        key: &dyn Signer,
        opening: &Opening,
        entropy: [u8; 32],
    ) -> Result<Candidate, Error> {
        token.check(network).map_err(Error::Token)?;
        custody.check(network, token)?;
        custody.still_open()?;
        let hop = u8::try_from(custody.links().len() + 1).expect("at most 32 hops");
        let place = Place { session: token.session(), hop, key: key.public() };
        let seal = Seal::new(opening, &token.receiver.seal_key, &place, entropy)?;
        Ok(Candidate { key: place.key, commitment: opening.commitment(), seal })
    }
}

impl Custody {
    /// The hops so far.
    pub fn links(&self) -> &[Link] {
        self.links.as_slice()
    }

    /// The bearer element that waits for a carrier.
    pub fn offer(&self) -> Option<&Offer> {
        self.offer.as_ref()
    }

    /// The hand-over to the receiver.
    pub fn last_hand_over(&self) -> Option<&Signature> {
        self.last_hand_over.as_ref()
    }

    /// The one-time key of whoever holds what is carried: of the last hop, or the token's first.
    pub fn holder(&self, token: &Token) -> PublicKey {
        self.links().last().map_or(token.first_key, |link| link.hop.key)
    }

    pub(crate) fn steps(&self) -> impl Iterator<Item = Step<'_>> {
        self.links().iter().map(Link::step)
    }

    /// What the holders signed, one after the other: A₀, the session, and A_i for each hop.
    pub fn accumulators(&self, token: &Token) -> Vec<[u8; 32]> {
        let mut state = State::new(token.session(), token.first_key);
        let mut accumulators = vec![state.accumulator.0];
        for step in self.steps() {
            state.accumulator = state.accumulator.with(&step.key, &step.commitment, &step.seal_hash);
            accumulators.push(state.accumulator.0);
        }
        accumulators
    }

    /// Verifies the whole chain so far: of a token that was checked.
    ///
    /// # Errors
    /// [`Error::Custody`] with [`Reason::BadKey`], [`Reason::Custody`] or [`Reason::LastHandOver`].
    pub fn check(&self, network: Network, token: &Token) -> Result<(), Error> {
        self.state(network, token).map(drop)
    }

    fn state(&self, network: Network, token: &Token) -> Result<State, Error> {
        let bad = |(reason, element)| Error::Custody { reason, element };
        let end = self.links().len() + 1;
        if let Some(element) = chain::first_bad_key(self.steps()) {
            return Err(bad((Reason::BadKey, element)));
        }
        if self.offer.is_some_and(|offer| offer.bearer.key.admit().is_err()) {
            return Err(bad((Reason::BadKey, end)));
        }
        let state = State::new(token.session(), token.first_key);
        let state = state.after_all(network, self.steps()).map_err(bad)?;
        if let Some(offer) = &self.offer {
            let half = SecretKey::from_seed(offer.private_half);
            if !state.offers(network, &offer.bearer) || half.public() != offer.bearer.key {
                return Err(bad((Reason::Custody, end)));
            }
        }
        if let Some(signature) = &self.last_hand_over
            && !state.ends_with(network, &token.receiver.key, signature)
        {
            return Err(bad((Reason::LastHandOver, end)));
        }
        Ok(state)
    }

    fn still_open(&self) -> Result<(), Error> {
        if self.last_hand_over.is_some() {
            return Err(Error::Order("it was handed over to the receiver: nobody can join any more"));
        }
        if self.links().len() == limits::HOPS as usize {
            return Err(Error::Order("it has 32 hops: nobody can join any more"));
        }
        Ok(())
    }

    /// The state, if the chain is good, `holder` holds it, and nothing is waiting.
    fn held_by(&self, network: Network, token: &Token, holder: &dyn Signer) -> Result<State, Error> {
        let state = self.state(network, token)?;
        if self.last_hand_over.is_some() {
            return Err(Error::Order("it was handed over to the receiver already"));
        }
        if self.offer.is_some() {
            return Err(Error::Order("a bearer element waits for its carrier: only that one can go on"));
        }
        if holder.public() != state.holder {
            return Err(Error::Order("this key does not hold the datagram"));
        }
        Ok(state)
    }

    fn push(&mut self, link: Link) -> Result<(), Error> {
        self.links = List::new("a custody chain", [self.links(), &[link]].concat())?;
        Ok(())
    }

    /// The holder hands over to whoever wants to carry next.
    ///
    /// # Errors
    /// [`Error::Custody`] when the chain is bad, [`Error::Key`] when the candidate's key is not admitted,
    /// [`Error::Order`] when the key does not hold the datagram or nobody can join any more, [`Error::Signer`].
    pub fn hand_over(
        &mut self,
        network: Network,
        token: &Token,
        holder: &dyn Signer,
        hop: Candidate,
    ) -> Result<(), Error> {
        let state = self.held_by(network, token, holder)?;
        self.still_open()?;
        hop.key.admit()?;
        let signature = sign_step(network, holder, state, &hop)?;
        self.push(Link { bearer: None, hop, signature })
    }

    /// The holder lets whoever comes next join without meeting it. `bearer` is a fresh key, whose private half is
    /// enclosed.
    ///
    /// # Errors
    /// As [`Custody::hand_over`].
    pub fn offer_to_bearer(
        &mut self,
        network: Network,
        token: &Token,
        holder: &dyn Signer,
        bearer: &SecretKey,
    ) -> Result<(), Error> {
        let state = self.held_by(network, token, holder)?;
        self.still_open()?;
        let key = bearer.public();
        let signature = sign::sign_by(holder, network, Kind::Bearer, &(state.accumulator, key))?;
        self.offer = Some(Offer { bearer: Bearer { key, signature }, private_half: *bearer.seed() });
        Ok(())
    }

    /// Whoever comes next signs itself in with the private half that is enclosed, which is then removed.
    ///
    /// # Errors
    /// As [`Custody::hand_over`], and [`Error::Order`] when there is no bearer element.
    pub fn join_by_bearer(&mut self, network: Network, token: &Token, hop: Candidate) -> Result<(), Error> {
        let state = self.state(network, token)?;
        self.still_open()?;
        hop.key.admit()?;
        let Some(offer) = self.offer else {
            return Err(Error::Order("no bearer element is enclosed: ask the holder to hand over"));
        };
        let signature = sign_step(network, &SecretKey::from_seed(offer.private_half), state, &hop)?;
        self.push(Link { bearer: Some(offer.bearer), hop, signature })?;
        self.offer = None;
        Ok(())
    }

    /// The last holder hands over to the receiver.
    ///
    /// # Errors
    /// As [`Custody::hand_over`].
    pub fn hand_over_last(
        &mut self,
        network: Network,
        token: &Token,
        holder: &dyn Signer,
    ) -> Result<(), Error> {
        let state = self.held_by(network, token, holder)?;
        let body = state.accumulator.last(&token.receiver.key);
        self.last_hand_over = Some(sign::sign_by(holder, network, Kind::LastHandOver, &body)?);
        Ok(())
    }

    /// The receiver signs for what it is about to be given. With this and the hops' openings anybody can claim.
    ///
    /// # Errors
    /// [`Error::Token`] and [`Error::Custody`] when something is bad, [`Error::Order`] when another is the receiver.
    pub fn receipt(
        &self,
        network: Network,
        token: &Token,
        receiver: &dyn Signer,
    ) -> Result<Signature, Error> {
        token.check(network).map_err(Error::Token)?;
        let state = self.state(network, token)?;
        if receiver.public() != token.receiver.key {
            return Err(Error::Order("this key is not the receiver's"));
        }
        sign::sign_by(receiver, network, Kind::Receipt, &(state.accumulator, token.id(network)))
    }

    /// Who the hops are: `None` for each whose seal does not open to what it committed to.
    pub fn open(&self, token: &Token, secret: &SealSecret) -> Vec<Option<Opening>> {
        let session = token.session();
        let open = |(link, hop): (&Link, u8)| {
            let place = Place { session, hop, key: link.hop.key };
            let opening = link.hop.seal.open(secret, &place)?;
            (opening.commitment() == link.hop.commitment).then_some(opening)
        };
        self.links().iter().zip(1..).map(open).collect()
    }

    /// Its encoding.
    pub fn to_bytes(&self) -> Vec<u8> {
        encode(self)
    }

    /// The custody chain of an encoding.
    ///
    /// # Errors
    /// [`Error::Encoding`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Custody, Error> {
        decode("a custody chain", bytes)
    }
}

fn sign_step(
    network: Network,
    signer: &dyn Signer,
    state: State,
    hop: &Candidate,
) -> Result<Signature, Error> {
    let accumulator = state.accumulator.with(&hop.key, &hop.commitment, &hop.seal.hash());
    sign::sign_by(signer, network, Kind::Custody, &accumulator)
}
