//! Transit pools (paper, X): the last token of a session with the list of those who carried, made by the receiver when
//! the session ends, and what goes to the ledger for it.

use borsh::{BorshDeserialize, BorshSerialize};

use crate::custody::{Bearer, Custody, Opening, State, Step};
use crate::encoding::{List, decode, encode, limits};
use crate::pool::BankProof;
use crate::reason::Reason;
use crate::receiver::SealSecret;
use crate::token::Token;
use crate::transaction::Cost;
use crate::value::Commitment;
use crate::{Error, Kind, Network, PublicKey, Signature, Signer, sign};

/// Who a hop is, as far as it is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, BorshSerialize, BorshDeserialize)]
#[borsh(use_discriminant = true)]
#[repr(u8)]
pub enum Disclosure {
    /// Only its commitment is. It is void, and its share is held for a while.
    Unopened(Commitment) = 0,
    /// All of it is.
    Opened(Opening) = 1,
}

impl Disclosure {
    /// The commitment.
    pub fn commitment(&self) -> Commitment {
        match self {
            Disclosure::Unopened(commitment) => *commitment,
            Disclosure::Opened(opening) => opening.commitment(),
        }
    }
}

/// A hop of a transit pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, BorshSerialize, BorshDeserialize)]
pub struct Hop {
    /// The bearer element by which it joined.
    pub bearer: Option<Bearer>,
    /// Its one-time key.
    pub key: PublicKey,
    /// The hash of its seal.
    pub seal_hash: [u8; 32],
    /// The signature of the accumulator.
    pub signature: Signature,
    /// Who it is.
    pub disclosure: Disclosure,
}

impl Hop {
    fn step(&self) -> Step<'_> {
        Step {
            bearer: self.bearer.as_ref(),
            key: self.key,
            commitment: self.disclosure.commitment(),
            seal_hash: self.seal_hash,
            signature: &self.signature,
        }
    }
}

/// That the receiver got what was carried.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, BorshSerialize, BorshDeserialize)]
#[borsh(use_discriminant = true)]
#[repr(u8)]
pub enum ReceiverProof {
    /// Its signature of the whole transit pool.
    Signature(Signature) = 0,
    /// Its receipt, given before it got it.
    Receipt(Signature) = 1,
}

/// All of a transit pool but the receiver's proof: what the receiver signs.
#[derive(Clone, Debug, PartialEq, Eq, Hash, BorshSerialize, BorshDeserialize)]
pub struct Body {
    /// The session's last token.
    pub token: Token,
    /// Those who carried, the first one first.
    pub hops: List<Hop, { limits::HOPS }>,
    /// The last holder's hand-over to the receiver.
    pub last_hand_over: Signature,
}

/// A transit pool. Its fields are its body's.
#[derive(Clone, Debug, PartialEq, Eq, Hash, BorshSerialize, BorshDeserialize)]
pub struct TransitPool {
    /// What the receiver signs.
    pub body: Body,
    /// The receiver's proof.
    pub proof: ReceiverProof,
}

impl std::ops::Deref for TransitPool {
    type Target = Body;

    fn deref(&self) -> &Body {
        &self.body
    }
}

impl TransitPool {
    /// The receiver ends a session: opens the seals, and signs. A seal that does not open to what its hop committed to
    /// leaves that hop unopened.
    ///
    /// # Errors
    /// [`Error::Token`] and [`Error::Custody`] when something is bad; [`Error::Order`] without the last hand-over, and
    /// when another is the receiver.
    pub fn assemble(
        network: Network,
        token: Token,
        custody: &Custody,
        receiver: &dyn Signer,
        secret: &SealSecret,
    ) -> Result<TransitPool, Error> {
        if receiver.public() != token.receiver.key || secret.public() != token.receiver.seal_key {
            return Err(Error::Order("these keys are not the receiver's"));
        }
        let body = Body::new(network, token, custody, &custody.open(&token, secret))?;
        let signature = sign::sign_by(receiver, network, Kind::TransitPool, &body)?;
        Ok(TransitPool { body, proof: ReceiverProof::Signature(signature) })
    }

    /// Anybody ends a session that the receiver gave a receipt for, with the openings that the hops themselves give.
    ///
    /// # Errors
    /// [`Error::Token`] and [`Error::Custody`] when something is bad; [`Error::Order`] without the last hand-over, for
    /// an opening that is not the hop's, and when the receipt is not the receiver's for this chain.
    pub fn assemble_with_receipt(
        network: Network,
        token: Token,
        custody: &Custody,
        receipt: Signature,
        openings: &[Option<Opening>],
    ) -> Result<TransitPool, Error> {
        let body = Body::new(network, token, custody, openings)?;
        let pool = TransitPool { body, proof: ReceiverProof::Receipt(receipt) };
        match pool.check(network) {
            Ok(()) => Ok(pool),
            Err(_) => Err(Error::Order("the receipt is not the receiver's for this token and these hops")),
        }
    }

    pub(crate) fn steps(&self) -> impl Iterator<Item = Step<'_>> {
        self.hops.as_slice().iter().map(Hop::step)
    }

    /// Every key that must be admitted.
    pub(crate) fn keys(&self) -> impl Iterator<Item = PublicKey> {
        let of_hop = |hop: &Hop| [Some(hop.key), hop.bearer.map(|bearer| bearer.key)];
        self.token.keys().into_iter().chain(self.hops.as_slice().iter().flat_map(of_hop).flatten())
    }

    /// How many signatures it carries.
    pub fn signatures(&self) -> u64 {
        let hops = self.hops.as_slice();
        4 + hops.len() as u64 + hops.iter().filter(|hop| hop.bearer.is_some()).count() as u64
    }

    /// All that can be said of it without the ledger.
    ///
    /// # Errors
    /// The first that fails, in the order of [`Reason`].
    pub fn check(&self, network: Network) -> Result<(), Reason> {
        let token = &self.token;
        if !token.has_shape() {
            return Err(Reason::Shape);
        }
        if self.keys().any(|key| key.admit().is_err()) {
            return Err(Reason::BadKey);
        }
        token.check(network)?;
        let state = State::new(token.session(), token.first_key);
        let state = state.after_all(network, self.steps()).map_err(|(reason, _)| reason)?;
        if !state.ends_with(network, &token.receiver.key, &self.last_hand_over) {
            return Err(Reason::LastHandOver);
        }
        let receiver = &token.receiver.key;
        let is_proven = match &self.proof {
            ReceiverProof::Signature(signature) => {
                sign::is_signed(receiver, network, Kind::TransitPool, &self.body, signature)
            }
            ReceiverProof::Receipt(receipt) => {
                let body = (state.accumulator, token.id(network));
                sign::is_signed(receiver, network, Kind::Receipt, &body, receipt)
            }
        };
        if is_proven { Ok(()) } else { Err(Reason::ReceiverSignature) }
    }
}

impl Body {
    fn new(
        network: Network,
        token: Token,
        custody: &Custody,
        openings: &[Option<Opening>],
    ) -> Result<Body, Error> {
        token.check(network).map_err(Error::Token)?;
        custody.check(network, &token)?;
        let Some(last_hand_over) = custody.last_hand_over() else {
            return Err(Error::Order(
                "the last holder has not handed over: without that no transit pool is valid",
            ));
        };
        if openings.len() != custody.links().len() {
            return Err(Error::Order("there must be an opening, or none, for each hop"));
        }
        let hop = |(link, opening): (&crate::custody::Link, &Option<Opening>)| {
            let disclosure = match opening {
                Some(opening) if opening.commitment() == link.hop.commitment => Disclosure::Opened(*opening),
                Some(_) => return Err(Error::Order("an opening is not what its hop committed to")),
                None => Disclosure::Unopened(link.hop.commitment),
            };
            let (key, seal_hash) = (link.hop.key, link.hop.seal.hash());
            Ok(Hop { bearer: link.bearer, key, seal_hash, signature: link.signature, disclosure })
        };
        let hops = custody.links().iter().zip(openings).map(hop).collect::<Result<Vec<_>, _>>()?;
        Ok(Body {
            token,
            hops: List::new("the hops of a transit pool", hops)?,
            last_hand_over: *last_hand_over,
        })
    }
}

/// What goes to the ledger for a transit pool.
#[derive(Clone, Debug, PartialEq, Eq, Hash, BorshSerialize, BorshDeserialize)]
pub struct ClaimedPool {
    /// Hashes from the token's word to the kept one.
    pub steps: u32,
    /// That the token's chain is its pool's bank. Needed where the ledger keeps nothing of the bank yet.
    pub bank: Option<BankProof>,
    /// The transit pool.
    pub pool: TransitPool,
}

impl ClaimedPool {
    /// What must be computed to verify it.
    pub fn cost(&self) -> Cost {
        Cost { signatures: self.pool.signatures(), walked: Cost::of_walk(self.steps.into()) }
    }

    /// What it costs the ledger: its bytes, its walk, its signatures.
    pub fn weight(&self) -> u64 {
        self.cost().weight(encode(self).len())
    }

    /// The weight that its fee is computed with. A bank proof that is not needed, which anybody could have added, does not
    /// count.
    pub(crate) fn fee_weight(&self, needs_bank: bool) -> u64 {
        let unneeded = self.bank.as_ref().filter(|_| !needs_bank).map_or(0, |proof| encode(proof).len());
        self.weight() - unneeded as u64
    }

    /// Its encoding.
    pub fn to_bytes(&self) -> Vec<u8> {
        encode(self)
    }

    /// The claimed pool of an encoding.
    ///
    /// # Errors
    /// [`Error::Encoding`]: its verdict is [`Reason::Shape`].
    pub fn from_bytes(bytes: &[u8]) -> Result<ClaimedPool, Error> {
        decode("a claimed pool", bytes)
    }
}
