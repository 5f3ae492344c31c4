//! BLAKE2s and BLAKE2b on symbols.

use crate::form::{Graph, Value};

const SIGMA: [[usize; 16]; 10] = [
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
    [14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3],
    [11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4],
    [7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8],
    [9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13],
    [2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9],
    [12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11],
    [13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10],
    [6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5],
    [10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0],
];
const QUARTERS: [[usize; 4]; 8] = [
    [0, 4, 8, 12],
    [1, 5, 9, 13],
    [2, 6, 10, 14],
    [3, 7, 11, 15],
    [0, 5, 10, 15],
    [1, 6, 11, 12],
    [2, 7, 8, 13],
    [3, 4, 9, 14],
];

/// What tells the two apart.
pub struct Variant {
    /// Bits of a word.
    pub bits: u32,
    rounds: usize,
    rotations: [u32; 4],
    /// The initial value before parameters.
    pub iv: [u64; 8],
}

/// BLAKE2s.
pub const BLAKE2S: Variant = Variant {
    bits: 32,
    rounds: 10,
    rotations: [16, 12, 8, 7],
    iv: [0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19],
};

/// BLAKE2b.
pub const BLAKE2B: Variant = Variant {
    bits: 64,
    rounds: 12,
    rotations: [32, 24, 16, 63],
    iv: [
        0x6a09e667f3bcc908,
        0xbb67ae8584caa73b,
        0x3c6ef372fe94f82b,
        0xa54ff53a5f1d36f1,
        0x510e527fade682d1,
        0x9b05688c2b3e6c1f,
        0x1f83d9abfb41bd6b,
        0x5be0cd19137e2179,
    ],
};

impl Variant {
    /// `finish` of a message's last block.
    pub fn last(&self) -> Value {
        Value::Known(u64::MAX >> (64 - self.bits))
    }

    /// Words of a 32-byte digest.
    pub fn digest_words(&self) -> usize {
        256 / self.bits as usize
    }

    /// The chaining value that hashing to 32 bytes without a key starts from.
    pub fn initial(&self) -> [Value; 8] {
        let mut chain = self.iv.map(Value::Known);
        chain[0] = Value::Known(self.iv[0] ^ 0x0101_0020);
        chain
    }

    /// A block, its words from the message's end on zero, into a chaining value. `counter` counts the message's bytes
    /// with this block; `finish` is all ones in the last block and zero before.
    pub fn compress(
        &self,
        g: &mut Graph,
        chain: [Value; 8],
        words: &[Value],
        counter: Value,
        finish: Value,
    ) -> [Value; 8] {
        let mut m = [Value::Known(0); 16];
        m[..words.len()].copy_from_slice(words);
        let mut v: [Value; 16] =
            std::array::from_fn(|i| if i < 8 { chain[i] } else { Value::Known(self.iv[i - 8]) });
        v[12] = g.xor(v[12], counter);
        v[14] = g.xor(v[14], finish);
        for round in 0..self.rounds {
            let order = &SIGMA[round % 10];
            for (quarter, at) in QUARTERS.iter().enumerate() {
                self.half(g, &mut v, at, m[order[2 * quarter]], 0);
                self.half(g, &mut v, at, m[order[2 * quarter + 1]], 2);
            }
        }
        std::array::from_fn(|i| g.xor3(chain[i], v[i], v[i + 8]))
    }

    fn half(
        &self,
        g: &mut Graph,
        v: &mut [Value; 16],
        &[a, b, c, d]: &[usize; 4],
        word: Value,
        rotation: usize,
    ) {
        v[a] = g.sum([v[a], v[b], word]);
        let mixed = g.xor(v[d], v[a]);
        v[d] = g.rotate(mixed, self.rotations[rotation]);
        v[c] = g.add(v[c], v[d]);
        let mixed = g.xor(v[b], v[c]);
        v[b] = g.rotate(mixed, self.rotations[rotation + 1]);
    }
}

#[cfg(test)]
mod tests {
    use blake2::digest::consts::U32;
    use blake2::{Blake2b, Blake2s256, Digest as _};

    use super::{BLAKE2B, BLAKE2S, Variant};
    use crate::form::{Graph, Instructions, Value};

    fn check(variant: &Variant, word: impl Fn(&[u8]) -> u64, expected: &[u8]) {
        let words: Vec<Value> =
            MESSAGE.chunks(variant.bits as usize / 8).map(|bytes| Value::Known(word(bytes))).collect();
        for instructions in [Instructions::Ternary, Instructions::Binary] {
            let mut g = Graph::new(instructions, variant.bits);
            let out = variant.compress(
                &mut g,
                variant.initial(),
                &words,
                Value::Known(MESSAGE.len() as u64),
                variant.last(),
            );
            let digest: Vec<Value> =
                expected.chunks(variant.bits as usize / 8).map(|bytes| Value::Known(word(bytes))).collect();
            assert_eq!(out[..variant.digest_words()], digest);
        }
    }

    const MESSAGE: &[u8] = b"a message of words of eight bytes, forty";

    #[test]
    fn on_known_words_the_form_is_the_function() {
        let short = |bytes: &[u8]| u64::from(u32::from_le_bytes(bytes.try_into().unwrap()));
        let long = |bytes: &[u8]| u64::from_le_bytes(bytes.try_into().unwrap());
        check(&BLAKE2S, short, &Blake2s256::digest(MESSAGE));
        check(&BLAKE2B, long, &Blake2b::<U32>::digest(MESSAGE));
    }
}
