//! SHA-256 on symbols.

use super::{Graph, Value};

const K: [u32; 64] = [
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
];

/// The initial value.
pub const IV: [Value; 8] = [
    Value::Known(0x6a09e667),
    Value::Known(0xbb67ae85),
    Value::Known(0x3c6ef372),
    Value::Known(0xa54ff53a),
    Value::Known(0x510e527f),
    Value::Known(0x9b05688c),
    Value::Known(0x1f83d9ab),
    Value::Known(0x5be0cd19),
];

/// A block of these words, then the padding of a message of `bytes` bytes.
pub fn padded(words: &[Value], bytes: u64) -> [Value; 16] {
    let mut block = [Value::Known(0); 16];
    block[..words.len()].copy_from_slice(words);
    block[words.len()] = Value::Known(0x8000_0000);
    block[15] = Value::Known(8 * bytes);
    block
}

/// One block into a chaining value.
pub fn compress(g: &mut Graph, chain: [Value; 8], block: [Value; 16]) -> [Value; 8] {
    let [out] = compress_all(g, [chain], block);
    out
}

/// One block into several chaining values, which share its schedule. They go round by round, so that a schedule word
/// is read soon after it was made.
pub fn compress_all<const N: usize>(
    g: &mut Graph,
    chains: [[Value; 8]; N],
    block: [Value; 16],
) -> [[Value; 8]; N] {
    let mut w = block;
    let mut states = chains;
    for t in 0..64 {
        if t >= 16 {
            let (s0, s1) = (small(g, w[(t + 1) % 16], [7, 18, 3]), small(g, w[(t + 14) % 16], [17, 19, 10]));
            w[t % 16] = g.sum([w[t % 16], s0, w[(t + 9) % 16], s1]);
        }
        // K and the schedule word first: what shares a schedule shares their sum.
        let kw = g.add(Value::Known(K[t].into()), w[t % 16]);
        for state in &mut states {
            *state = round(g, *state, kw);
        }
    }
    std::array::from_fn(|i| std::array::from_fn(|word| g.add(states[i][word], chains[i][word])))
}

fn round(g: &mut Graph, [a, b, c, d, e, f, h6, h]: [Value; 8], kw: Value) -> [Value; 8] {
    let chosen = g.choose(e, f, h6);
    let rotated = big(g, e, [6, 11, 25]);
    let t1 = g.sum([kw, h, chosen, rotated]);
    let majority = g.majority(a, b, c);
    let rotated = big(g, a, [2, 13, 22]);
    let t2 = g.add(majority, rotated);
    [g.add(t1, t2), a, b, c, g.add(d, t1), e, f, h6]
}

fn big(g: &mut Graph, x: Value, by: [u32; 3]) -> Value {
    let [a, b, c] = by.map(|by| g.rotate(x, by));
    g.xor3(a, b, c)
}

fn small(g: &mut Graph, x: Value, [a, b, shift]: [u32; 3]) -> Value {
    let (a, b, c) = (g.rotate(x, a), g.rotate(x, b), g.shift(x, shift as i32));
    g.xor3(a, b, c)
}

#[cfg(test)]
mod tests {
    use sha2::{Digest as _, Sha256};

    use super::{IV, compress, padded};
    use crate::form::{Graph, Instructions, Value};

    #[test]
    fn on_known_words_the_form_is_the_function() {
        let message = *b"a message of twenty-eight by";
        let words: Vec<Value> =
            message.as_chunks().0.iter().map(|&word| Value::Known(u32::from_be_bytes(word).into())).collect();
        for instructions in [Instructions::Ternary, Instructions::Binary] {
            let digest = compress(&mut Graph::new(instructions, 32), IV, padded(&words, 28));
            let expected: [u8; 32] = Sha256::digest(message).into();
            for (word, expected) in digest.into_iter().zip(expected.as_chunks().0) {
                assert_eq!(word, Value::Known(u32::from_be_bytes(*expected).into()));
            }
        }
    }
}
