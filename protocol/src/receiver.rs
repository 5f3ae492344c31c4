//! Receivers: an Ed25519 key that signs, an X25519 key that seals are made for, and the first's signature of both.

use std::fmt;

use borsh::{BorshDeserialize, BorshSerialize};
use hpke::kem::X25519HkdfSha256;
use hpke::{Deserializable, Kem, Serializable as _};
use zeroize::{Zeroize as _, ZeroizeOnDrop, Zeroizing};

use crate::{Error, Kind, Network, PublicKey, SecretKey, Signature, Signer, secret_file, sign};

/// What a file of a [`SealSecret`] begins with; the last byte is the version.
const MAGIC: secret_file::Magic = *b"GN-seal_\x01";

/// An X25519 key that something can be sealed to.
#[derive(Clone, Copy, PartialEq, Eq, Hash, BorshSerialize, BorshDeserialize)]
pub struct SealKey(pub [u8; 32]);

impl fmt::Debug for SealKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// The secret of a [`SealKey`]. It is wiped from memory when it is dropped, and prints as nothing.
#[derive(Clone, ZeroizeOnDrop)]
pub struct SealSecret([u8; 32]);

impl fmt::Debug for SealSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SealSecret")
    }
}

impl SealSecret {
    /// The secret of these bytes, which must be drawn evenly and told to nobody.
    pub fn from_bytes(mut bytes: [u8; 32]) -> SealSecret {
        let secret = SealSecret(bytes);
        bytes.zeroize();
        secret
    }

    /// Its bytes, to keep in a safe place.
    pub fn bytes(&self) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(self.0)
    }

    /// Its file. Secret.
    pub fn to_file(&self) -> Zeroizing<Vec<u8>> {
        secret_file::of_value(&MAGIC, &self.0)
    }

    /// The secret of a file.
    ///
    /// # Errors
    /// [`Error::Encoding`].
    pub fn from_file(file: &[u8]) -> Result<SealSecret, Error> {
        secret_file::to_value("a seal secret", file, MAGIC).map(|bytes| SealSecret::from_bytes(*bytes))
    }

    /// Its public key.
    pub fn public(&self) -> SealKey {
        SealKey(X25519HkdfSha256::sk_to_pk(&self.key()).to_bytes().into())
    }

    pub(crate) fn key(&self) -> <X25519HkdfSha256 as Kem>::PrivateKey {
        Deserializable::from_bytes(&self.0).expect("any 32 bytes are an X25519 secret")
    }
}

/// A receiver as tokens name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, BorshSerialize, BorshDeserialize)]
pub struct Receiver {
    /// What it signs with; it is paid at this key's address.
    pub key: PublicKey,
    /// What is sealed for it.
    pub seal_key: SealKey,
    /// The first key's signature of both.
    pub binding: Signature,
}

impl Receiver {
    /// Binds two keys together.
    pub fn new(network: Network, key: &SecretKey, seal_key: SealKey) -> Receiver {
        let public = key.public();
        let binding = sign::sign(key, network, Kind::ReceiverBinding, &(public, seal_key));
        Receiver { key: public, seal_key, binding }
    }

    /// Has whoever holds the signing key bind two keys together.
    ///
    /// # Errors
    /// [`Error::Signer`].
    pub fn bound_by(network: Network, signer: &dyn Signer, seal_key: SealKey) -> Result<Receiver, Error> {
        let key = signer.public();
        let binding = sign::sign_by(signer, network, Kind::ReceiverBinding, &(key, seal_key))?;
        Ok(Receiver { key, seal_key, binding })
    }

    /// Whether the keys are bound together.
    pub fn is_bound(&self, network: Network) -> bool {
        sign::is_signed(&self.key, network, Kind::ReceiverBinding, &(self.key, self.seal_key), &self.binding)
    }
}
