//! Who a hop is, told to the receiver alone: its opening, the commitment to it, and the seal that carries it.

use std::fmt;

use borsh::{BorshDeserialize, BorshSerialize};
use gridnet_core::HashFunction;
use hpke::aead::ChaCha20Poly1305;
use hpke::kdf::HkdfSha256;
use hpke::kem::X25519HkdfSha256;
use hpke::{
    Deserializable, Kem, OpModeR, OpModeS, Serializable as _, single_shot_open, single_shot_seal_with_rng,
};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng as _;

use crate::receiver::{SealKey, SealSecret};
use crate::tagged::Tag;
use crate::value::{Commitment, Session};
use crate::{Address, Error, PublicKey};

/// Bytes of a seal: the encapsulated key, the opening, the tag.
pub const SEAL_BYTES: usize = 32 + OPENING_BYTES + 16;
/// Bytes of an opening.
pub const OPENING_BYTES: usize = 64;
/// What seals are made for.
const INFO: &[u8] = b"GN-seal_";

/// Who a hop is. It is paid at this identity's address, and nowhere else: an opening proves nothing about who wrote it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, BorshSerialize, BorshDeserialize)]
pub struct Opening {
    /// Its identity, which must be registered.
    pub identity: Address,
    /// Random bytes, so that nobody can guess the rest from the commitment.
    pub blind: [u8; 32],
}

impl fmt::Debug for Opening {
    /// As nothing: until the session ends it is the receiver's alone.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Opening")
    }
}

impl Opening {
    /// The commitment to it.
    pub fn commitment(&self) -> Commitment {
        Commitment(Tag::HOP.hash(&[&self.to_bytes()]))
    }

    /// Its bytes.
    pub fn to_bytes(&self) -> [u8; OPENING_BYTES] {
        let mut bytes = [0; OPENING_BYTES];
        for (place, part) in bytes.chunks_exact_mut(32).zip([&self.identity.0, &self.blind]) {
            place.copy_from_slice(part);
        }
        bytes
    }

    fn from_bytes(bytes: &[u8]) -> Option<Opening> {
        let [identity, blind] = *bytes.as_chunks().0 else { return None };
        (bytes.len() == OPENING_BYTES).then_some(Opening { identity: Address(identity), blind })
    }
}

/// An opening, sealed to a receiver.
#[derive(Clone, Copy, PartialEq, Eq, Hash, BorshSerialize, BorshDeserialize)]
pub struct Seal(pub [u8; SEAL_BYTES]);

impl fmt::Debug for Seal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Seal({:02x}{:02x}…)", self.0[0], self.0[1])
    }
}

/// What a seal is for: it opens nowhere else.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    /// The session.
    pub session: Session,
    /// Which hop, counted from 1.
    pub hop: u8,
    /// The hop's one-time key.
    pub key: PublicKey,
}

impl Place {
    fn bytes(&self) -> [u8; 65] {
        let mut bytes = [0; 65];
        bytes[..32].copy_from_slice(&self.session.0);
        bytes[32] = self.hop;
        bytes[33..].copy_from_slice(&self.key.0);
        bytes
    }
}

impl Seal {
    /// Seals an opening. `entropy` is drawn evenly, used once, and told to nobody.
    ///
    /// # Errors
    /// [`Error::Key`] when nothing can be sealed to this key.
    pub fn new(opening: &Opening, to: &SealKey, place: &Place, entropy: [u8; 32]) -> Result<Seal, Error> {
        let refused = |_| Error::Key { why: "nothing can be sealed to it" };
        let to = <X25519HkdfSha256 as Kem>::PublicKey::from_bytes(&to.0).map_err(refused)?;
        let mut drawn = ChaCha20Rng::from_seed(entropy);
        let (key, sealed) = single_shot_seal_with_rng::<ChaCha20Poly1305, HkdfSha256, X25519HkdfSha256>(
            &OpModeS::Base,
            &to,
            INFO,
            &opening.to_bytes(),
            &place.bytes(),
            &mut drawn,
        )
        .map_err(refused)?;
        let mut bytes = [0; SEAL_BYTES];
        bytes[..32].copy_from_slice(&key.to_bytes());
        bytes[32..].copy_from_slice(&sealed);
        Ok(Seal(bytes))
    }

    /// What is sealed; `None` when it is for another receiver or place, or nothing at all.
    pub fn open(&self, secret: &SealSecret, place: &Place) -> Option<Opening> {
        let key = <X25519HkdfSha256 as Kem>::EncappedKey::from_bytes(&self.0[..32]).ok()?;
        let opened = single_shot_open::<ChaCha20Poly1305, HkdfSha256, X25519HkdfSha256>(
            &OpModeR::Base,
            &secret.key(),
            &key,
            INFO,
            &self.0[32..],
            &place.bytes(),
        );
        Opening::from_bytes(&opened.ok()?)
    }

    /// Its hash, which the accumulator takes in.
    pub fn hash(&self) -> [u8; 32] {
        HashFunction::BLAKE2S.hash(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::{Opening, Place, Seal};
    use crate::receiver::{SealKey, SealSecret};
    use crate::value::Session;
    use crate::{Address, PublicKey};

    #[test]
    fn a_seal_opens_for_its_receiver_and_place_only() {
        let secret = SealSecret::from_bytes([3; 32]);
        let opening = Opening { identity: Address([1; 32]), blind: [7; 32] };
        let place = Place { session: Session([5; 32]), hop: 2, key: PublicKey([6; 32]) };
        let seal = Seal::new(&opening, &secret.public(), &place, [9; 32]).expect("a seal");
        assert_eq!(seal.open(&secret, &place), Some(opening));
        assert_eq!(seal.open(&SealSecret::from_bytes([4; 32]), &place), None);
        assert_eq!(seal.open(&secret, &Place { hop: 3, ..place }), None);
        assert_eq!(seal.open(&secret, &Place { session: Session([0; 32]), ..place }), None);
        assert_eq!(seal.open(&secret, &Place { key: PublicKey([0; 32]), ..place }), None);
        for byte in 0..seal.0.len() {
            let mut other = seal;
            other.0[byte] ^= 1;
            assert_eq!(other.open(&secret, &place), None, "byte {byte}");
        }
        // Other entropy, another seal; the same, the same.
        let seal_with =
            |entropy| Seal::new(&opening, &secret.public(), &place, [entropy; 32]).expect("a seal");
        assert_eq!(seal_with(9), seal);
        assert_ne!(seal_with(8), seal);
    }

    #[test]
    fn nothing_is_sealed_to_a_key_of_small_order() {
        let opening = Opening { identity: Address([1; 32]), blind: [7; 32] };
        let place = Place { session: Session([5; 32]), hop: 1, key: PublicKey([6; 32]) };
        let refused = Seal::new(&opening, &SealKey([0; 32]), &place, [9; 32]);
        assert_eq!(refused.expect_err("a shared secret of zeros").name(), "bad-key");
    }
}
