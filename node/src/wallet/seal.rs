//! What a password opens: Argon2id makes a key of it, and XChaCha20-Poly1305 seals under that key.

use std::fmt;

use argon2::{Algorithm, Argon2, Block, Params, Version};
use borsh::{BorshDeserialize, BorshSerialize};
use chacha20poly1305::aead::{Aead as _, KeyInit as _, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use zeroize::{Zeroize as _, Zeroizing};

use super::error::WalletError;

/// Characters that a password has at least.
pub const PASSWORD_CHARS_MIN: usize = 8;

/// Bytes that a password's hash is salted with.
pub(super) type Salt = [u8; 16];
/// What no two sealed things of one key share.
pub(super) type Nonce = [u8; 24];

/// How hard it is to try a password. Argon2id's numbers, within bounds: a stranger's file must not take all memory, nor all
/// day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Hardness {
    /// KiB of memory.
    pub memory: u32,
    /// Passes over it.
    pub passes: u32,
    /// Lanes of it.
    pub lanes: u32,
}

impl Hardness {
    /// What RFC 9106 recommends where memory is not plenty: 64 MiB, 3 passes, 4 lanes.
    pub const USUAL: Hardness = Hardness { memory: 64 << 10, passes: 3, lanes: 4 };
    /// The least that is read: for tests.
    pub const LEAST: Hardness = Hardness { memory: 64, passes: 1, lanes: 1 };
    /// The most that is read: a GiB.
    pub const MOST: Hardness = Hardness { memory: 1 << 20, passes: 16, lanes: 8 };

    /// Whether it is within bounds.
    ///
    /// # Errors
    /// [`WalletError::Hardness`].
    pub fn check(self) -> Result<(), WalletError> {
        let within = |what, got: u32, min: u32, max: u32| {
            let refused = WalletError::Hardness { what, min, max, got };
            if (min..=max).contains(&got) { Ok(()) } else { Err(refused) }
        };
        let (least, most) = (Hardness::LEAST, Hardness::MOST);
        within("the memory", self.memory, least.memory, most.memory)?;
        within("the passes", self.passes, least.passes, most.passes)?;
        within("the lanes", self.lanes, least.lanes, most.lanes)
    }
}

/// What a password made. It is wiped from memory when it is dropped.
pub(super) struct SealKey(Zeroizing<[u8; 32]>);

impl fmt::Debug for SealKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SealKey")
    }
}

impl SealKey {
    /// The key of a password.
    pub(super) fn of(password: &str, salt: &Salt, hardness: Hardness) -> Result<SealKey, WalletError> {
        hardness.check()?;
        let failed = |error: argon2::Error| WalletError::System(format!("the password's hash: {error}"));
        let params =
            Params::new(hardness.memory, hardness.passes, hardness.lanes, Some(32)).map_err(failed)?;
        let mut memory = Vec::new();
        let blocks = params.block_count();
        memory.try_reserve_exact(blocks).map_err(|_| {
            let mib = hardness.memory.div_ceil(1 << 10);
            WalletError::System(format!("the password's hash needs {mib} MiB of memory, which are not there"))
        })?;
        memory.resize_with(blocks, Block::new);
        let mut key = Zeroizing::new([0; 32]);
        let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let hashed = argon.hash_password_into_with_memory(password.as_bytes(), salt, &mut *key, &mut memory);
        memory.zeroize();
        hashed.map_err(failed)?;
        Ok(SealKey(key))
    }

    /// Seals a secret, and vouches for what stands beside it. A nonce must never be used twice.
    pub(super) fn seal(&self, nonce: &Nonce, secret: &[u8], beside: &[u8]) -> Vec<u8> {
        let sealed = self.cipher().encrypt(&XNonce::from(*nonce), Payload { msg: secret, aad: beside });
        sealed.expect("a secret of some bytes is not too long")
    }

    /// The secret, if it was sealed under this key beside just this.
    pub(super) fn open(
        &self,
        nonce: &Nonce,
        sealed: &[u8],
        beside: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, WalletError> {
        let secret = self.cipher().decrypt(&XNonce::from(*nonce), Payload { msg: sealed, aad: beside });
        secret.map(Zeroizing::new).map_err(|_| WalletError::Password)
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new((&*self.0).into())
    }
}

/// Whether a password may be given to something new.
pub(super) fn check_new(password: &str) -> Result<(), WalletError> {
    let min = PASSWORD_CHARS_MIN;
    if password.chars().count() < min { Err(WalletError::ShortPassword { min }) } else { Ok(()) }
}

/// Bytes that nobody can foresee.
pub(super) fn random<const N: usize>() -> Result<[u8; N], WalletError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| WalletError::System(error.to_string()))?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::{Hardness, SealKey, check_new};
    use crate::wallet::WalletError;

    /// argon2-cffi: hash_secret_raw(b"a password", bytes(16), 1, 64, 1, 32, Type.ID).hex() and
    /// hash_secret_raw(b"a password", bytes(range(16)), 3, 65536, 4, 32, Type.ID).hex()
    #[test]
    fn a_passwords_key_is_what_the_reference_says() {
        for (salt, hardness, key) in [
            ([0; 16], Hardness::LEAST, "26ceadfa64c128eddf736ca1a290eabc56b7e0b1bcdc9d45643b59478cf60f4e"),
            (
                std::array::from_fn(|place| place as u8),
                Hardness::USUAL,
                "5e1f1c3b81972f73ba902afb88b2b4fc1255c34bf6d557141d900e7572838a6f",
            ),
        ] {
            assert_eq!(hex::encode(*SealKey::of("a password", &salt, hardness).expect("a key").0), key);
        }
    }

    /// PyNaCl: crypto_aead_xchacha20poly1305_ietf_encrypt(b"secret", b"beside", bytes([2]*24), bytes([1]*32)).hex()
    #[test]
    fn what_is_sealed_is_what_the_reference_says() {
        let key = SealKey(zeroize::Zeroizing::new([1; 32]));
        let sealed = key.seal(&[2; 24], b"secret", b"beside");
        assert_eq!(hex::encode(&sealed), "bf03559dcf033a826f1bad812c2dccb478254b33bf00");
        assert_eq!(**key.open(&[2; 24], &sealed, b"beside").expect("it is sealed so"), *b"secret");
        assert_eq!(key.open(&[2; 24], &sealed, b"besidE"), Err(WalletError::Password));
        assert_eq!(key.open(&[3; 24], &sealed, b"beside"), Err(WalletError::Password));
        assert!(!format!("{key:?}").contains('1'));
    }

    #[test]
    fn bounds_come_before_any_work() {
        let usual = Hardness::USUAL;
        for (odd, what) in [
            (Hardness { memory: 63, ..usual }, "the memory"),
            (Hardness { memory: u32::MAX, ..usual }, "the memory"),
            (Hardness { passes: 0, ..usual }, "the passes"),
            (Hardness { passes: 17, ..usual }, "the passes"),
            (Hardness { lanes: 0, ..usual }, "the lanes"),
            (Hardness { lanes: 9, ..usual }, "the lanes"),
        ] {
            let refused = SealKey::of("a password", &[0; 16], odd).expect_err("out of bounds");
            assert!(
                matches!(refused, WalletError::Hardness { what: which, .. } if which == what),
                "{refused}"
            );
        }
        assert!(check_new("seven77").is_err() && check_new("eight888").is_ok());
        assert!(check_new("äöüäöüäö").is_ok() && check_new("äöü").is_err());
    }
}
