//! SHA-256 and SHA-256d by `sha2`, `bitcoin_hashes` and `openssl`.

use bitcoin_hashes::{sha256, sha256d};
use sha2::block_api::compress256;
use sha2::{Digest as _, Sha256};

use super::search_with;
use crate::job::{Answer, SearchJob};

const IV: [u32; 8] =
    [0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19];

/// `sha2`, one message.
pub(crate) fn sha2_once(message: &[u8]) -> [u8; 32] {
    Sha256::digest(message).into()
}

/// `sha2`, one message, twice.
pub(crate) fn sha2_twice(message: &[u8]) -> [u8; 32] {
    Sha256::digest(Sha256::digest(message)).into()
}

/// `bitcoin_hashes`, one message.
pub(crate) fn bitcoin_once(message: &[u8]) -> [u8; 32] {
    sha256::hash(message).to_byte_array()
}

/// `bitcoin_hashes`, one message, twice.
pub(crate) fn bitcoin_twice(message: &[u8]) -> [u8; 32] {
    sha256d::hash(message).to_byte_array()
}

/// `openssl`, one message.
pub(crate) fn openssl_once(message: &[u8]) -> [u8; 32] {
    openssl::sha::sha256(message)
}

/// `openssl`, one message, twice.
pub(crate) fn openssl_twice(message: &[u8]) -> [u8; 32] {
    openssl::sha::sha256(&openssl::sha::sha256(message))
}

/// `sha2`, a 32-byte value: its one block laid out by hand and compressed, which spares the crate's buffer.
#[inline]
pub(crate) fn sha2_block(value: &[u8; 32]) -> [u8; 32] {
    let mut block = [0; 64];
    block[..32].copy_from_slice(value);
    block[32] = 0x80;
    block[62] = 1;
    let mut state = IV;
    compress256(&mut state, &[block]);
    bytes_of(&state)
}

/// `sha2`, a header's nonces: the first block compressed once, then the second block and the digest's.
pub(crate) fn sha2_midstate(job: &SearchJob) -> Answer {
    search_with(job, |message, nonces, test| {
        let (first, rest) = message.split_at(64);
        let mut midstate = IV;
        compress256(&mut midstate, first.as_chunks().0);
        let mut block = [0; 64];
        block[..16].copy_from_slice(rest);
        block[16] = 0x80;
        block[62..].copy_from_slice(&(8 * message.len() as u16).to_be_bytes());
        for nonce in nonces {
            block[12..16].copy_from_slice(&nonce.to_le_bytes());
            let mut state = midstate;
            compress256(&mut state, &[block]);
            test(nonce, &sha2_block(&bytes_of(&state)));
        }
    })
}

fn bytes_of(state: &[u32; 8]) -> [u8; 32] {
    let mut bytes = [0; 32];
    for (bytes, word) in bytes.chunks_exact_mut(4).zip(state) {
        bytes.copy_from_slice(&word.to_be_bytes());
    }
    bytes
}
