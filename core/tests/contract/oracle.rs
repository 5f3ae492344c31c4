//! The oracle (the crates `sha2` and `blake2`), and inputs for both sides.

use blake2::digest::consts::U32;
use blake2::digest::{CustomizedInit as _, Digest as _};
use gridnet_core::{Endian, HashFunction, Hit, Order, Search};

pub(crate) use crate::signatures::random::Mix;

/// Every function plain, and BLAKE2 with a personalisation.
pub(crate) const FUNCTIONS: [HashFunction; 6] = [
    HashFunction::Sha256,
    HashFunction::Sha256d,
    HashFunction::BLAKE2S,
    HashFunction::BLAKE2B,
    HashFunction::Blake2s { personal: *b"GN-test_" },
    HashFunction::Blake2b { personal: *b"GN-test_and_more" },
];

pub(crate) fn hash(function: HashFunction, message: &[u8]) -> [u8; 32] {
    match function {
        HashFunction::Sha256 => sha2::Sha256::digest(message).into(),
        HashFunction::Sha256d => sha2::Sha256::digest(sha2::Sha256::digest(message)).into(),
        HashFunction::Blake2s { personal } => {
            blake2::Blake2s256::new_customized(&personal).chain_update(message).finalize().into()
        }
        HashFunction::Blake2b { personal } => {
            blake2::Blake2b::<U32>::new_customized(&personal).chain_update(message).finalize().into()
        }
        other => panic!("the oracle does not know {other:?}"),
    }
}

/// A value after some steps.
pub(crate) fn walked(function: HashFunction, start: [u8; 32], steps: u64) -> [u8; 32] {
    (0..steps).fold(start, |value, _| hash(function, &value))
}

/// The digest of one of a search's messages with a nonce in its field.
pub(crate) fn tried(search: &Search<'_>, message: u32, nonce: u64) -> [u8; 32] {
    let mut bytes = match message {
        0 => search.message.to_vec(),
        sibling => search.siblings[sibling as usize - 1].to_vec(),
    };
    for i in 0..search.nonce.bytes {
        let at = match search.nonce.endian {
            Endian::Little => search.nonce.offset + i,
            Endian::Big => search.nonce.offset + search.nonce.bytes - 1 - i,
        };
        bytes[at] = (nonce >> (8 * i)) as u8;
    }
    hash(search.function, &bytes)
}

/// The first hits of a search, found by trying one nonce after the other.
pub(crate) fn hits(search: &Search<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    let target = search.target.to_be_bytes();
    for nonce in search.range.clone() {
        for message in 0..=search.siblings.len() as u32 {
            let nonce = u64::try_from(nonce).expect("nonces are below 2^64");
            let hash = tried(search, message, nonce);
            let mut number = hash;
            if search.order == Order::Little {
                number.reverse();
            }
            if number <= target {
                hits.push(Hit { nonce, message, hash });
            }
            if hits.len() == search.limit {
                return hits;
            }
        }
    }
    hits
}

/// Bytes that repeat with period 251, which no block size divides.
pub(crate) fn painted(length: usize) -> Vec<u8> {
    (0..length).map(|i| (i % 251) as u8).collect()
}
