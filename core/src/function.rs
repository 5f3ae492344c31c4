//! The hash functions with their parameters: the one table from names to functions.

use blake2::digest::consts::U32;
use blake2::digest::{CustomizedInit as _, Digest};
use gridnet_simd::{Chain, Function};

use crate::Error;

/// A hash function with its parameters. All give 32 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum HashFunction {
    /// SHA-256 (FIPS 180-4).
    Sha256,
    /// SHA-256 of SHA-256: block ids, transaction ids, Merkle trees.
    Sha256d,
    /// BLAKE2s with a 32-byte digest (RFC 7693): hash chains, commitments, ids.
    Blake2s {
        /// Personalisation, zero-padded; all zero for none.
        personal: [u8; 8],
    },
    /// BLAKE2b with a 32-byte digest (RFC 7693): identity proofs.
    Blake2b {
        /// Personalisation, zero-padded; all zero for none.
        personal: [u8; 16],
    },
}

impl HashFunction {
    /// BLAKE2s without personalisation.
    pub const BLAKE2S: HashFunction = HashFunction::Blake2s { personal: [0; 8] };
    /// BLAKE2b without personalisation.
    pub const BLAKE2B: HashFunction = HashFunction::Blake2b { personal: [0; 16] };
    /// Every function, without parameters.
    pub const ALL: [HashFunction; 4] =
        [HashFunction::Sha256, HashFunction::Sha256d, HashFunction::BLAKE2S, HashFunction::BLAKE2B];

    /// The name used on command lines and in reports.
    pub const fn name(self) -> &'static str {
        match self {
            HashFunction::Sha256 => "sha256",
            HashFunction::Sha256d => "sha256d",
            HashFunction::Blake2s { .. } => "blake2s",
            HashFunction::Blake2b { .. } => "blake2b",
        }
    }

    /// The function of that name, without parameters.
    ///
    /// # Errors
    /// [`Error::UnknownFunction`].
    pub fn from_name(name: &str) -> Result<HashFunction, Error> {
        HashFunction::ALL
            .into_iter()
            .find(|function| function.name() == name)
            .ok_or_else(|| Error::UnknownFunction(name.to_owned()))
    }

    /// The same function with BLAKE2's personalisation field set to these bytes, zero-padded.
    ///
    /// # Errors
    /// [`Error::Personalisation`] for more than 8 bytes (BLAKE2s), 16 (BLAKE2b), or any (SHA-256).
    pub fn with_personal(self, bytes: &[u8]) -> Result<HashFunction, Error> {
        let max = match self {
            HashFunction::Sha256 | HashFunction::Sha256d => 0,
            HashFunction::Blake2s { .. } => 8,
            HashFunction::Blake2b { .. } => 16,
        };
        if bytes.len() > max {
            return Err(Error::Personalisation { function: self.name(), max, got: bytes.len() });
        }
        let mut padded = [0; 16];
        padded[..bytes.len()].copy_from_slice(bytes);
        Ok(match self {
            HashFunction::Blake2s { .. } => {
                HashFunction::Blake2s { personal: padded[..8].try_into().expect("8 of 16 bytes") }
            }
            HashFunction::Blake2b { .. } => HashFunction::Blake2b { personal: padded },
            sha => sha,
        })
    }

    /// The digest of one message: the general path, on published crates that share no code with the kernels.
    pub fn hash(self, message: &[u8]) -> [u8; 32] {
        self.hash_while(message, || true).expect("nothing ends it early")
    }

    /// The digest of one message, or `None` as soon as `go_on` says no; it is asked every 64 KiB.
    pub(crate) fn hash_while(self, message: &[u8], go_on: impl Fn() -> bool) -> Option<[u8; 32]> {
        let mut hasher = Hasher::new(self);
        for piece in message.chunks(64 << 10) {
            if !go_on() {
                return None;
            }
            hasher.update(piece);
        }
        Some(hasher.finish())
    }

    /// The function as the kernels know it.
    pub(crate) fn kernel_function(self) -> Function {
        match self {
            HashFunction::Sha256 => Function::Sha256,
            HashFunction::Sha256d => Function::Sha256d,
            HashFunction::Blake2s { .. } => Function::Blake2s,
            HashFunction::Blake2b { .. } => Function::Blake2b,
        }
    }

    /// The chaining value that hashing starts from.
    pub(crate) fn initial(self) -> Chain {
        let mut personal = [0; 16];
        match self {
            HashFunction::Blake2s { personal: bytes } => personal[..8].copy_from_slice(&bytes),
            HashFunction::Blake2b { personal: bytes } => personal = bytes,
            HashFunction::Sha256 | HashFunction::Sha256d => {}
        }
        self.kernel_function().initial(&personal)
    }
}

/// What a job computes: one of the hash functions, or a signature scheme.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Algorithm {
    /// A hash function.
    Hash(HashFunction),
    /// Ed25519 signatures under ZIP-215.
    Ed25519,
}

impl Algorithm {
    /// The name used in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Algorithm::Hash(function) => function.name(),
            Algorithm::Ed25519 => "ed25519",
        }
    }
}

/// A message that is hashed piece by piece, on the general path. Takes no memory but its own.
#[derive(Clone)]
pub struct Hasher(State);

#[derive(Clone)]
enum State {
    Sha256(sha2::Sha256),
    Sha256d(sha2::Sha256),
    Blake2s(blake2::Blake2s256),
    Blake2b(blake2::Blake2b<U32>),
}

impl Hasher {
    /// Begins a message.
    pub fn new(function: HashFunction) -> Hasher {
        Hasher(match function {
            HashFunction::Sha256 => State::Sha256(sha2::Sha256::new()),
            HashFunction::Sha256d => State::Sha256d(sha2::Sha256::new()),
            HashFunction::Blake2s { personal } => {
                State::Blake2s(blake2::Blake2s256::new_customized(&personal))
            }
            HashFunction::Blake2b { personal } => {
                State::Blake2b(blake2::Blake2b::<U32>::new_customized(&personal))
            }
        })
    }

    /// Takes the next bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        match &mut self.0 {
            State::Sha256(hasher) | State::Sha256d(hasher) => hasher.update(bytes),
            State::Blake2s(hasher) => hasher.update(bytes),
            State::Blake2b(hasher) => hasher.update(bytes),
        }
    }

    /// The digest of all that was taken.
    pub fn finish(self) -> [u8; 32] {
        match self.0 {
            State::Sha256(hasher) => hasher.finalize().into(),
            State::Sha256d(hasher) => sha2::Sha256::digest(hasher.finalize()).into(),
            State::Blake2s(hasher) => hasher.finalize().into(),
            State::Blake2b(hasher) => hasher.finalize().into(),
        }
    }
}

impl std::io::Write for Hasher {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
