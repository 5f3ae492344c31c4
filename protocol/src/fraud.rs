//! Proof of fraud: two tokens that sell the same hashes to two sessions. Anybody verifies it, without the ledger and
//! without walking a chain.

use borsh::{BorshDeserialize, BorshSerialize};

use crate::encoding::{decode, encode};
use crate::reason::NoFraud;
use crate::token::Token;
use crate::value::PoolId;
use crate::{Address, Error, Kind, Network, PublicKey, Signature, sign};

/// Two tokens of one owner that cannot both be honest.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct FraudProof {
    /// The token with the lower id.
    pub first: Token,
    /// The other.
    pub second: Token,
}

/// What a proof proves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fraud {
    /// Who did it. The ledger punishes it if it is the pool's registered owner.
    pub owner: Address,
    /// The pool whose bank was sold twice.
    pub pool: PoolId,
    /// The bank.
    pub bank: u16,
}

impl FraudProof {
    /// The proof of two tokens, in the right order.
    pub fn new(network: Network, one: Token, other: Token) -> FraudProof {
        let (first, second) = if one.id(network) <= other.id(network) { (one, other) } else { (other, one) };
        FraudProof { first, second }
    }

    /// What it proves.
    ///
    /// # Errors
    /// Why it proves nothing: the first that holds, in the order of [`NoFraud`].
    pub fn check(&self, network: Network) -> Result<Fraud, NoFraud> {
        let fraud = self.check_unsigned(network)?;
        for (key, digest, signature) in self.signed(network) {
            key.admit().map_err(|_| NoFraud::BadKey)?;
            if !key.verifies(&digest, &signature) {
                return Err(NoFraud::OwnerSignature);
            }
        }
        Ok(fraud)
    }

    /// Its two signatures: whose, of what.
    pub(crate) fn signed(&self, network: Network) -> [(PublicKey, [u8; 32], Signature); 2] {
        [&self.first, &self.second].map(|token| {
            (self.first.sender.key, sign::digest(network, Kind::Token, &token.body), token.signature)
        })
    }

    /// What it proves if its key is admitted and its signatures are good.
    ///
    /// # Errors
    /// The first that fails.
    pub(crate) fn check_unsigned(&self, network: Network) -> Result<Fraud, NoFraud> {
        let (first, second) = (&self.first, &self.second);
        let key = &first.sender.key;
        let shares_a_hash = first.from.max(second.from) < first.depth.min(second.depth);
        let shares_a_second = first.issued.max(second.issued) <= first.expiry.min(second.expiry);
        let holds = |holds: bool, otherwise: NoFraud| if holds { Ok(()) } else { Err(otherwise) };
        holds(first.has_shape() && second.has_shape(), NoFraud::Shape)?;
        holds([first.network, second.network] == [network.id(); 2], NoFraud::Network)?;
        holds(first.pool == second.pool, NoFraud::OtherPool)?;
        holds(first.bank == second.bank, NoFraud::OtherBank)?;
        holds(*key == second.sender.key, NoFraud::OtherSender)?;
        holds(first.id(network) < second.id(network), NoFraud::Order)?;
        holds(first.session() != second.session(), NoFraud::SameSession)?;
        holds(shares_a_hash, NoFraud::Apart)?;
        holds(shares_a_second, NoFraud::NotAtOnce)?;
        Ok(Fraud { owner: first.sender.address(), pool: first.pool, bank: first.bank })
    }

    /// Its encoding.
    pub fn to_bytes(&self) -> Vec<u8> {
        encode(self)
    }

    /// The proof of an encoding.
    ///
    /// # Errors
    /// [`Error::Encoding`].
    pub fn from_bytes(bytes: &[u8]) -> Result<FraudProof, Error> {
        decode("a fraud proof", bytes)
    }
}
