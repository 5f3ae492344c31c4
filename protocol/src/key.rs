//! Ed25519 keys and signatures, verified by ZIP-215's rules on every path: a signature is good or bad, never good in one
//! program and bad in another.

use std::fmt;

use borsh::{BorshDeserialize, BorshSerialize};
use curve25519_dalek::edwards::CompressedEdwardsY;
use ed25519_zebra::{SigningKey, VerificationKey, VerificationKeyBytes};
use zeroize::{Zeroize as _, ZeroizeOnDrop, Zeroizing};

use crate::{Error, secret_file};

/// What a file of a secret key begins with; the last byte is the version.
const MAGIC: secret_file::Magic = *b"GN-key__\x01";

/// A public key as it is written. Whether it is one is [`admit`](PublicKey::admit)'s to say.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, BorshSerialize, BorshDeserialize)]
pub struct PublicKey(pub [u8; 32]);

/// A signature as it is written.
#[derive(Clone, Copy, PartialEq, Eq, Hash, BorshSerialize, BorshDeserialize)]
pub struct Signature(pub [u8; 64]);

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl PublicKey {
    /// Whether it may be registered, or take part in anything: one encoding, and no point of small order, whose
    /// signatures would be good for any message.
    ///
    /// # Errors
    /// [`Error::Key`].
    pub fn admit(&self) -> Result<(), Error> {
        let point = CompressedEdwardsY(self.0).decompress().ok_or(Error::Key { why: "it is no point" })?;
        if point.compress().0 != self.0 {
            return Err(Error::Key { why: "its encoding is not canonical" });
        }
        if point.is_small_order() {
            return Err(Error::Key { why: "its point is of small order" });
        }
        Ok(())
    }

    /// Whether it is admitted if it is a point at all: the part of [`admit`](PublicKey::admit) that computes nothing. The
    /// rest shows when a signature of the key is verified.
    pub(crate) fn is_admitted_if_point(&self) -> bool {
        let mut y = self.0;
        y[31] &= 0x7f;
        let below_p = y[0] < 0xed || y[31] != 0x7f || y[1..31].iter().any(|&byte| byte != 0xff);
        // 1 and -1 have x = 0, whose sign is 0: with another sign they are not canonical, and small in any case.
        below_p && !SMALL.contains(&y)
    }

    /// Whether this is its signature of 32 bytes that [`sign`](crate::sign) made of something.
    pub fn verifies(&self, digest: &[u8; 32], signature: &Signature) -> bool {
        let key = VerificationKey::try_from(VerificationKeyBytes::from(self.0));
        key.is_ok_and(|key| key.verify(&signature.0.into(), digest).is_ok())
    }
}

/// The y of the points of small order: two for 8, one for 4 (0), 2 (-1) and 1 (1).
const SMALL: [[u8; 32]; 5] = {
    let mut one = [0; 32];
    one[0] = 1;
    let mut minus_one = [0xff; 32];
    (minus_one[0], minus_one[31]) = (0xec, 0x7f);
    let eighth = [
        0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98, 0xf0, 0xd5,
        0xdf, 0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05,
    ];
    let other_eighth = [
        0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10, 0x67, 0x0f, 0x2a,
        0x20, 0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac, 0x03, 0x7a,
    ];
    [one, minus_one, [0; 32], eighth, other_eighth]
};

/// A secret key. It is wiped from memory when it is dropped, and prints as nothing.
#[derive(Clone, ZeroizeOnDrop)]
pub struct SecretKey([u8; 32]);

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretKey")
    }
}

impl SecretKey {
    /// The key of a seed, which must be drawn evenly and told to nobody.
    pub fn from_seed(mut seed: [u8; 32]) -> SecretKey {
        let key = SecretKey(seed);
        seed.zeroize();
        key
    }

    /// Its seed, to keep in a safe place.
    pub fn seed(&self) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(self.0)
    }

    /// Its file. Secret.
    pub fn to_file(&self) -> Zeroizing<Vec<u8>> {
        secret_file::of_value(&MAGIC, &self.0)
    }

    /// The key of a file.
    ///
    /// # Errors
    /// [`Error::Encoding`].
    pub fn from_file(file: &[u8]) -> Result<SecretKey, Error> {
        secret_file::to_value("a secret key", file, MAGIC).map(|seed| SecretKey::from_seed(*seed))
    }

    /// Its public key.
    pub fn public(&self) -> PublicKey {
        PublicKey(VerificationKeyBytes::from(&SigningKey::from(self.0)).into())
    }

    /// Signs 32 bytes that [`sign`](crate::sign) made of something.
    pub(crate) fn sign(&self, digest: &[u8; 32]) -> Signature {
        Signature(SigningKey::from(self.0).sign(digest).to_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::{PublicKey, SecretKey, Signature};
    use crate::Error;

    fn key(hex: &str) -> PublicKey {
        PublicKey(hex::decode(hex).expect("hex").try_into().expect("32 bytes"))
    }

    #[test]
    fn a_key_of_rfc_8032_is_its_public_key() {
        // RFC 8032, 7.1, test 1.
        let seed = hex::decode("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60");
        let secret = SecretKey::from_seed(seed.expect("hex").try_into().expect("32 bytes"));
        let public = key("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
        assert_eq!(secret.public(), public);
        assert_eq!(public.admit(), Ok(()));
        let signature = secret.sign(&[7; 32]);
        assert!(public.verifies(&[7; 32], &signature));
        assert!(!public.verifies(&[8; 32], &signature));
        for byte in 0..64 {
            let mut other = signature;
            other.0[byte] ^= 1;
            assert!(!public.verifies(&[7; 32], &other), "byte {byte}");
        }
        assert!(!format!("{secret:?}").contains("9d"));
    }

    #[test]
    fn small_and_odd_keys_are_not_admitted() {
        let refused = |hex: &str| match key(hex).admit() {
            Err(Error::Key { why }) => why,
            admitted => panic!("{hex}: {admitted:?}"),
        };
        // The eight points of small order, canonically.
        for small in [
            "0100000000000000000000000000000000000000000000000000000000000000",
            "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
            "0000000000000000000000000000000000000000000000000000000000000000",
            "0000000000000000000000000000000000000000000000000000000000000080",
            "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
            "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
            "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
            "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
        ] {
            assert_eq!(refused(small), "its point is of small order");
            assert!(!key(small).is_admitted_if_point());
        }
        // p + 1 for 1; and 1 with the sign of a zero.
        for odd in [
            "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
            "0100000000000000000000000000000000000000000000000000000000000080",
        ] {
            let why = refused(odd);
            assert!(["its encoding is not canonical", "it is no point"].contains(&why), "{odd}: {why}");
            assert!(!key(odd).is_admitted_if_point());
        }
        assert_eq!(
            refused("0200000000000000000000000000000000000000000000000000000000000000"),
            "it is no point"
        );
    }

    /// The quick part of admission and being a point are all of admission, at every edge.
    #[test]
    fn the_quick_part_misses_nothing_but_points() {
        let mut keys: Vec<[u8; 32]> = (0..=255).map(|low| with(low, 0)).collect();
        keys.extend((0..=255).map(|low| with(low, 0xff)));
        keys.extend((0..200).map(|seed| SecretKey::from_seed([seed; 32]).public().0));
        let mut admitted = 0;
        for (key, sign) in keys.into_iter().flat_map(|key| [(key, 0), (key, 0x80)]) {
            let mut key = PublicKey(key);
            key.0[31] ^= sign;
            let is_point = curve25519_dalek::edwards::CompressedEdwardsY(key.0).decompress().is_some();
            assert_eq!(key.admit().is_ok(), is_point && key.is_admitted_if_point(), "{key:?}");
            admitted += usize::from(key.admit().is_ok());
        }
        assert!((400..1_424).contains(&admitted), "{admitted}");

        /// Numbers near 0, near p, and near 2^255.
        fn with(low: u8, high: u8) -> [u8; 32] {
            let mut key = [high; 32];
            (key[0], key[31]) = (low, high & 0x7f);
            key
        }
    }

    #[test]
    fn what_is_no_key_verifies_nothing() {
        let none = key("0200000000000000000000000000000000000000000000000000000000000000");
        assert!(!none.verifies(&[0; 32], &Signature([0; 64])));
    }
}
