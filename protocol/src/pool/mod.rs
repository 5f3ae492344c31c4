//! Token pools (paper, X): hash chains whose words are coins. A pool has up to 1,024 banks, a chain each; what is
//! registered is one hash over all their ceilings.

mod bank;
mod build;
mod card;
pub mod owner;

mod registration;
pub mod tree;

pub use self::card::{BankProof, PoolCard};
pub use self::owner::OwnedPool;
pub use self::registration::Registration;
use borsh::{BorshDeserialize, BorshSerialize};
use gridnet_core::HashFunction;

/// Banks of a pool.
pub const BANKS_MAX: u16 = 1_024;
/// Words of a bank's chain, its seed not counted.
pub const LENGTH_MAX: u32 = 1 << 24;

/// The function of a pool's chains.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, BorshSerialize, BorshDeserialize)]
#[borsh(use_discriminant = true)]
#[repr(u8)]
pub enum ChainFunction {
    /// BLAKE2s-256 without personalisation: fast on graphics processors and on meters.
    Blake2s = 0,
    /// SHA-256.
    Sha256 = 1,
}

impl ChainFunction {
    /// Every function.
    pub const ALL: [ChainFunction; 2] = [ChainFunction::Blake2s, ChainFunction::Sha256];

    /// The function of a number.
    pub fn from_number(number: u8) -> Option<ChainFunction> {
        ChainFunction::ALL.into_iter().find(|function| *function as u8 == number)
    }

    /// As the engine knows it.
    pub const fn hash_function(self) -> HashFunction {
        match self {
            ChainFunction::Blake2s => HashFunction::BLAKE2S,
            ChainFunction::Sha256 => HashFunction::Sha256,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::ChainFunction;
    use crate::encoding::{decode, encode};

    #[test]
    fn a_function_that_is_not_known_is_an_error() {
        assert_eq!(encode(&ChainFunction::Sha256), [1]);
        assert_eq!(decode("a function", &[0]), Ok(ChainFunction::Blake2s));
        assert!(decode::<ChainFunction>("a function", &[2]).is_err());
    }
}
