//! Transmission tokens (paper, X): a range of a bank's hashes, promised to whoever carries something to a receiver.

use borsh::{BorshDeserialize, BorshSerialize};
use gridnet_core::proof::identity::Proof;

use crate::encoding::{decode, encode};
use crate::payout::Terms;
use crate::reason::Reason;
use crate::receiver::Receiver;
use crate::tagged::Tag;
use crate::value::{Content, Depth, PoolId, Session, Time, TokenId, Word};
use crate::{Address, Error, Kind, Network, PublicKey, SecretKey, Signature, Signer, sign};

/// Who signs a token: its pool's owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, BorshSerialize, BorshDeserialize)]
pub struct Sender {
    /// The owner's key.
    pub key: PublicKey,
    /// Repetitions of its identity proof.
    pub repetitions: u32,
    /// Nonce of its identity proof.
    pub nonce: u32,
}

impl Sender {
    /// A sender.
    pub fn new(key: PublicKey, proof: Proof) -> Sender {
        Sender { key, repetitions: proof.repetitions, nonce: proof.nonce }
    }

    /// Its address.
    pub fn address(&self) -> Address {
        Address::of(&self.key)
    }

    /// Its identity proof.
    pub fn proof(&self) -> Proof {
        Proof { repetitions: self.repetitions, nonce: self.nonce }
    }
}

/// What a token says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, BorshSerialize, BorshDeserialize)]
pub struct Body {
    /// The number of its network.
    pub network: u32,
    /// Its pool.
    pub pool: PoolId,
    /// Its bank.
    pub bank: u16,
    /// Hashes down to this depth are not its own.
    pub from: Depth,
    /// Hashes beyond `from` down to this depth are.
    pub depth: Depth,
    /// The word at `depth`.
    pub word: Word,
    /// How hops share.
    pub terms: Terms,
    /// Who is to get what is carried.
    pub receiver: Receiver,
    /// The digest of what is carried.
    pub content: Content,
    /// Not valid before.
    pub issued: Time,
    /// Not valid after.
    pub expiry: Time,
    /// The key of the first holder, for this session only.
    pub first_key: PublicKey,
    /// Who signs it.
    pub sender: Sender,
}

impl Body {
    /// The session it belongs to.
    pub fn session(&self) -> Session {
        Session(Tag::SESSION.hash(&[&self.session_message()]))
    }

    /// What a session is the hash of.
    pub(crate) fn session_message(&self) -> [u8; 143] {
        let terms = self.terms;
        let mut message = [0; 143];
        let mut rest = &mut message[..];
        for part in [
            &self.network.to_le_bytes()[..],
            &self.pool.0,
            &self.bank.to_le_bytes(),
            &self.from.0.to_le_bytes(),
            &self.receiver.key.0,
            &self.receiver.seal_key.0,
            &self.first_key.0,
            &terms.payrate.a().to_le_bytes(),
            &terms.payrate.b().to_le_bytes(),
            &[terms.rule as u8],
        ] {
            rest.split_off_mut(..part.len()).expect("the parts are 143 bytes").copy_from_slice(part);
        }
        message
    }

    /// Whether its numbers fit together.
    pub(crate) fn has_shape(&self) -> bool {
        self.from < self.depth && self.issued <= self.expiry
    }

    /// The keys that must be admitted.
    pub(crate) fn keys(&self) -> [PublicKey; 3] {
        [self.sender.key, self.receiver.key, self.first_key]
    }

    /// Has the owner sign it.
    ///
    /// # Errors
    /// [`Error::Signer`].
    pub fn sign_by(self, network: Network, owner: &dyn Signer) -> Result<Token, Error> {
        Ok(Token { signature: sign::sign_by(owner, network, Kind::Token, &self)?, body: self })
    }

    /// Signs it.
    pub fn sign(self, network: Network, owner: &SecretKey) -> Token {
        Token { signature: sign::sign(owner, network, Kind::Token, &self), body: self }
    }
}

/// A signed token. Its fields are its body's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, BorshSerialize, BorshDeserialize)]
pub struct Token {
    /// What it says.
    pub body: Body,
    /// The sender's signature of that.
    pub signature: Signature,
}

impl std::ops::Deref for Token {
    type Target = Body;

    fn deref(&self) -> &Body {
        &self.body
    }
}

impl Token {
    /// Its id.
    pub fn id(&self, network: Network) -> TokenId {
        TokenId(sign::id(network, Kind::Token, &self.body))
    }

    /// All that can be said of it without the ledger.
    ///
    /// # Errors
    /// The first of [`Reason::Shape`], [`Reason::BadKey`], [`Reason::Network`], [`Reason::OwnerSignature`] and
    /// [`Reason::ReceiverBinding`].
    pub fn check(&self, network: Network) -> Result<(), Reason> {
        if !self.has_shape() {
            return Err(Reason::Shape);
        }
        if self.keys().iter().any(|key| key.admit().is_err()) {
            return Err(Reason::BadKey);
        }
        if self.network != network.id() {
            return Err(Reason::Network);
        }
        if !sign::is_signed(&self.sender.key, network, Kind::Token, &self.body, &self.signature) {
            return Err(Reason::OwnerSignature);
        }
        if !self.receiver.is_bound(network) {
            return Err(Reason::ReceiverBinding);
        }
        Ok(())
    }

    /// Its encoding.
    pub fn to_bytes(&self) -> Vec<u8> {
        encode(self)
    }

    /// The token of an encoding.
    ///
    /// # Errors
    /// [`Error::Encoding`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Token, Error> {
        decode("a token", bytes)
    }
}
