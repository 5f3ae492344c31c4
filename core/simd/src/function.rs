//! The hash functions as the kernels see them: word order, block size, padding.

/// A hash function that has kernels. Parameters (BLAKE2's personalisation) are in the [`Chain`] it starts from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Function {
    /// SHA-256 (FIPS 180-4).
    Sha256,
    /// SHA-256 of SHA-256.
    Sha256d,
    /// BLAKE2s with a 32-byte digest (RFC 7693).
    Blake2s,
    /// BLAKE2b with a 32-byte digest (RFC 7693).
    Blake2b,
}

/// A chaining value: eight words, in the low halves for 32-bit functions.
pub type Chain = [u64; 8];

/// SHA-256's initial value, and BLAKE2s's IV.
pub(crate) const IV32: [u32; 8] =
    [0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19];

/// BLAKE2b's IV.
pub(crate) const IV64: [u64; 8] = [
    0x6a09e667f3bcc908,
    0xbb67ae8584caa73b,
    0x3c6ef372fe94f82b,
    0xa54ff53a5f1d36f1,
    0x510e527fade682d1,
    0x9b05688c2b3e6c1f,
    0x1f83d9abfb41bd6b,
    0x5be0cd19137e2179,
];

impl Function {
    /// Every function.
    pub const ALL: [Function; 4] =
        [Function::Sha256, Function::Sha256d, Function::Blake2s, Function::Blake2b];

    /// Bytes of one block.
    pub const fn block_bytes(self) -> usize {
        match self {
            Function::Blake2b => 128,
            _ => 64,
        }
    }

    /// The value that hashing starts from. `personal` is BLAKE2's personalisation, zero-padded to 8 bytes (BLAKE2s)
    /// or 16 (BLAKE2b); SHA-256 takes none and ignores it.
    pub fn initial(self, personal: &[u8; 16]) -> Chain {
        let low = u64::from_le_bytes(personal[..8].try_into().expect("8 of 16 bytes"));
        let high = u64::from_le_bytes(personal[8..].try_into().expect("8 of 16 bytes"));
        // Digest length 32, no key, fanout 1, depth 1.
        const PARAMETERS: u64 = 0x0101_0020;
        match self {
            Function::Sha256 | Function::Sha256d => IV32.map(u64::from),
            Function::Blake2s => {
                let mut chain = IV32.map(u64::from);
                chain[0] ^= PARAMETERS;
                chain[6] ^= low & 0xffff_ffff;
                chain[7] ^= low >> 32;
                chain
            }
            Function::Blake2b => {
                let mut chain = IV64;
                chain[0] ^= PARAMETERS;
                chain[6] ^= low;
                chain[7] ^= high;
                chain
            }
        }
    }

    /// Words of a 32-byte digest.
    pub(crate) const fn digest_words(self) -> usize {
        match self {
            Function::Blake2b => 4,
            _ => 8,
        }
    }

    /// Words are read and written most significant byte first.
    pub const fn big_endian_words(self) -> bool {
        matches!(self, Function::Sha256 | Function::Sha256d)
    }

    /// Pads the last bytes of a message of `total` bytes to whole blocks.
    pub fn pad(self, rest: &mut Vec<u8>, total: u64) {
        let block = self.block_bytes();
        if self.big_endian_words() {
            rest.push(0x80);
            let room = (rest.len() + 8).next_multiple_of(block) - 8;
            rest.resize(room, 0);
            rest.extend_from_slice(&(total.wrapping_mul(8)).to_be_bytes());
        } else {
            let room = rest.len().next_multiple_of(block).max(block);
            rest.resize(room, 0);
        }
    }
}
