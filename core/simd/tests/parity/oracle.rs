//! The hash functions as the crates `sha2` and `blake2` compute them.

use blake2::digest::consts::U32;
use blake2::digest::{CustomizedInit as _, Digest as _};
use gridnet_simd::{Chain, Function};

/// A function with BLAKE2's personalisation (SHA-256 has none).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Hash {
    pub(crate) function: Function,
    pub(crate) personal: [u8; 16],
}

impl Hash {
    pub(crate) fn plain(function: Function) -> Hash {
        Hash { function, personal: [0; 16] }
    }

    /// Every function plain, and BLAKE2 with a personalisation that fills its field.
    pub(crate) fn all() -> Vec<Hash> {
        let personal = *b"GN-test_and_more";
        let tagged = [Function::Blake2s, Function::Blake2b].map(|function| Hash { function, personal });
        Function::ALL.map(Hash::plain).into_iter().chain(tagged).collect()
    }

    /// What kernels start from.
    pub(crate) fn chain(self) -> Chain {
        self.function.initial(&self.personal)
    }

    pub(crate) fn of(self, message: &[u8]) -> [u8; 32] {
        match self.function {
            Function::Sha256 => sha2::Sha256::digest(message).into(),
            Function::Sha256d => sha2::Sha256::digest(sha2::Sha256::digest(message)).into(),
            Function::Blake2s => blake2::Blake2s256::new_customized(&self.personal[..8])
                .chain_update(message)
                .finalize()
                .into(),
            Function::Blake2b => {
                blake2::Blake2b::<U32>::new_customized(&self.personal).chain_update(message).finalize().into()
            }
        }
    }
}
