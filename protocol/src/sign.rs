//! The one rule of signing: a signature is over
//! `BLAKE2s[GN-sign_](network ‖ kind ‖ borsh(body without signature))`, and no other bytes are ever signed. So nothing
//! that was signed for one network, or as one kind of thing, is worth anything as another.

use borsh::{BorshDeserialize, BorshSerialize};

use crate::tagged::Tag;
use crate::{Error, Network, PublicKey, SecretKey, Signature};

/// What can be signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, BorshSerialize, BorshDeserialize)]
#[borsh(use_discriminant = true)]
#[repr(u8)]
pub enum Kind {
    /// A transaction.
    Transaction = 0,
    /// A transmission token.
    Token = 1,
    /// A receiver's binding of its two keys.
    ReceiverBinding = 2,
    /// A hop's place in a custody chain.
    Custody = 3,
    /// A bearer element.
    Bearer = 4,
    /// The last hand-over.
    LastHandOver = 5,
    /// A transit pool.
    TransitPool = 6,
    /// A receipt.
    Receipt = 7,
    /// A certifier's certificate of a meter.
    CertifierCertificate = 8,
    /// An owner's.
    OwnerCertificate = 9,
    /// A meter's reading.
    Reading = 10,
    /// A contract.
    Contract = 11,
    /// A contract's state.
    State = 12,
    /// An authority's mark.
    Mark = 13,
    /// A command.
    Command = 14,
    /// An order.
    Order = 15,
    /// Its acceptance.
    Acceptance = 16,
    /// A token pool.
    TokenPool = 17,
}

/// What is signed of a body (without its signatures).
pub fn digest<T: BorshSerialize>(network: Network, kind: Kind, body: &T) -> [u8; 32] {
    tagged(Tag::SIGN, network, kind, body)
}

/// The id of an object, of its body without signatures.
pub fn id<T: BorshSerialize>(network: Network, kind: Kind, body: &T) -> [u8; 32] {
    tagged(Tag::ID, network, kind, body)
}

fn tagged<T: BorshSerialize>(tag: Tag, network: Network, kind: Kind, body: &T) -> [u8; 32] {
    let mut hasher = tag.hasher();
    hasher.update(&network.id().to_le_bytes());
    hasher.update(&[kind as u8]);
    body.serialize(&mut hasher).expect("a hash takes all that is written");
    hasher.finish()
}

/// Who signs: a key in memory, or a secure element that keeps its key to itself.
pub trait Signer {
    /// Its key.
    fn public(&self) -> PublicKey;

    /// Its signature of 32 bytes, which [`digest`] made of something.
    ///
    /// # Errors
    /// [`Error::Signer`].
    fn sign(&self, digest: &[u8; 32]) -> Result<Signature, Error>;
}

impl Signer for SecretKey {
    fn public(&self) -> PublicKey {
        SecretKey::public(self)
    }

    fn sign(&self, digest: &[u8; 32]) -> Result<Signature, Error> {
        Ok(SecretKey::sign(self, digest))
    }
}

/// Signs a body.
pub fn sign<T: BorshSerialize>(key: &SecretKey, network: Network, kind: Kind, body: &T) -> Signature {
    key.sign(&digest(network, kind, body))
}

/// Has somebody sign a body. What is no good signature of it is not passed on: it would be the signer's loss.
///
/// # Errors
/// [`Error::Signer`].
pub fn sign_by<T: BorshSerialize>(
    signer: &dyn Signer,
    network: Network,
    kind: Kind,
    body: &T,
) -> Result<Signature, Error> {
    sign_digest(signer, &digest(network, kind, body))
}

/// Has somebody sign 32 bytes that [`digest`] made of something: what a process does that keeps keys for others. Whoever
/// lets strangers choose the bytes signs away what the key is worth.
///
/// # Errors
/// [`Error::Signer`].
pub fn sign_digest(signer: &dyn Signer, digest: &[u8; 32]) -> Result<Signature, Error> {
    let signature = signer.sign(digest)?;
    if signer.public().verifies(digest, &signature) {
        Ok(signature)
    } else {
        Err(Error::Signer { why: "what it gave is no signature by its key".to_owned() })
    }
}

/// Whether this is the key's signature of the body.
pub fn is_signed<T: BorshSerialize>(
    key: &PublicKey,
    network: Network,
    kind: Kind,
    body: &T,
    signature: &Signature,
) -> bool {
    key.verifies(&digest(network, kind, body), signature)
}

#[cfg(test)]
mod tests {
    use super::{Kind, digest, id, is_signed, sign};
    use crate::encoding::{decode, encode};
    use crate::{Network, SecretKey};

    #[test]
    fn a_signature_is_for_one_network_kind_and_body() {
        let key = SecretKey::from_seed([3; 32]);
        let signature = sign(&key, Network::Test, Kind::Token, &7u32);
        let good = |network, kind, body: u32| is_signed(&key.public(), network, kind, &body, &signature);
        assert!(good(Network::Test, Kind::Token, 7));
        assert!(!good(Network::Main, Kind::Token, 7));
        assert!(!good(Network::Test, Kind::Receipt, 7));
        assert!(!good(Network::Test, Kind::Token, 8));
        assert_ne!(digest(Network::Test, Kind::Token, &7u32), id(Network::Test, Kind::Token, &7u32));
    }

    #[test]
    fn the_digest_is_what_python_says() {
        // hashlib.blake2s(bytes([2, 0, 0, 0, 1, 7, 0, 0, 0]), person=b"GN-sign_").hexdigest()
        let expected = "5f9e7925ca1a0c5925af96fa401631f6b2ca48fececdb048d49a8ff1dee722e8";
        assert_eq!(hex::encode(digest(Network::Test, Kind::Token, &7u32)), expected);
    }

    #[test]
    fn kinds_are_their_numbers() {
        assert_eq!(encode(&Kind::TokenPool), [17]);
        assert_eq!(decode::<Kind>("a kind", &[5]), Ok(Kind::LastHandOver));
        assert!(decode::<Kind>("a kind", &[18]).is_err());
    }
}
