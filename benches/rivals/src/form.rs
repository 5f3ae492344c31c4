//! The jobs of the rows, on symbols: instructions for one hash in each lane of a vector.

use gridnet_shaders::form::blake2::{BLAKE2B, BLAKE2S, Variant};
use gridnet_shaders::form::sha256::{IV, compress, padded};
use gridnet_shaders::form::{Graph, Instructions, Operations, Value};

/// Bytes of a vector.
fn bytes(instructions: Instructions) -> usize {
    match instructions {
        Instructions::Ternary => 64,
        Instructions::Binary => 32,
    }
}

/// A job with a form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// SHA-256d of an 80-byte header under so many midstates, its nonce varying, the most significant word wanted.
    Sha256dHeader(usize),
    /// SHA-256 of a 32-byte value.
    Sha256Walk,
    /// SHA-256, or SHA-256d, of 80 bytes.
    Sha256Digest { double: bool },
    /// BLAKE2s (or BLAKE2b) of a 32-byte value.
    Blake2Walk { b: bool },
    /// Of an 80-byte header, its nonce varying.
    Blake2Header { b: bool },
    /// BLAKE2b of an address and a nonce, the nonce varying.
    Identity,
    /// Of 80 bytes.
    Blake2Digest { b: bool },
}

impl Form {
    /// Instructions for one hash in every lane of one vector, and how many lanes that has.
    pub(crate) fn operations(self, instructions: Instructions) -> (Operations, usize) {
        let bits = match self {
            Form::Blake2Walk { b: true }
            | Form::Blake2Header { b: true }
            | Form::Blake2Digest { b: true } => 64,
            Form::Identity => 64,
            _ => 32,
        };
        let lanes = bytes(instructions) * 8 / bits as usize;
        let mut g = Graph::new(instructions, bits);
        let g = &mut g;
        let operations = match self {
            Form::Sha256dHeader(midstates) => header(g, midstates),
            Form::Sha256Walk => {
                let value = g.varying::<8>(0);
                let end = compress(g, IV, padded(&value, 32));
                g.count(&end)
            }
            Form::Sha256Digest { double } => sha256_digest(g, double),
            Form::Blake2Walk { b } => {
                let variant = variant(b);
                let words = variant.digest_words();
                let value = g.varying::<8>(0);
                let end =
                    variant.compress(g, variant.initial(), &value[..words], Value::Known(32), variant.last());
                g.count(&end[..words])
            }
            Form::Blake2Header { b: true } => blake2_search(g, &BLAKE2B, BLAKE2B.initial(), 10, 80, 3),
            // The first block is in the midstate: any numbers that nobody could guess.
            Form::Blake2Header { b: false } => {
                blake2_search(g, &BLAKE2S, BLAKE2S.iv.map(Value::Known), 4, 80, 7)
            }
            // Read big-endian: the first word decides.
            Form::Identity => blake2_search(g, &BLAKE2B, BLAKE2B.initial(), 5, 36, 0),
            Form::Blake2Digest { b } => blake2_digest(g, variant(b)),
        };
        (operations, lanes)
    }
}

fn variant(b: bool) -> &'static Variant {
    if b { &BLAKE2B } else { &BLAKE2S }
}

/// A number that stands for any word known beforehand.
fn some(index: usize) -> Value {
    Value::Known(0x1234_5677 + 2 * index as u64)
}

/// Per hash: the midstates share what depends on the nonce alone.
fn header(g: &mut Graph, midstates: usize) -> Operations {
    let nonce = g.varying::<1>(0)[0];
    let words = [some(0), some(1), some(2), nonce];
    let mut decisive = Vec::new();
    for midstate in 0..midstates {
        let chain = std::array::from_fn(|i| some(10 + 8 * midstate + i));
        let first = compress(g, chain, padded(&words, 80));
        let second = compress(g, IV, padded(&first, 32));
        decisive.push(g.swap_bytes(second[7]));
    }
    let needed = g.count(&decisive);
    let hashes = midstates as f64;
    // The nonces themselves, and a comparison for each hash.
    Operations { all: (needed.all + 1.0) / hashes + 1.0, narrow: needed.narrow / hashes }
}

fn sha256_digest(g: &mut Graph, double: bool) -> Operations {
    let read = g.varying::<20>(0);
    let words = read.map(|word| g.swap_bytes(word));
    let first: [Value; 16] = std::array::from_fn(|i| words[i]);
    let chain = compress(g, IV, first);
    let mut digest = compress(g, chain, padded(&words[16..], 80));
    if double {
        digest = compress(g, IV, padded(&digest, 32));
    }
    let written = digest.map(|word| g.swap_bytes(word));
    g.count(&written)
}

fn blake2_search(
    g: &mut Graph,
    variant: &Variant,
    chain: [Value; 8],
    words: usize,
    counter: u64,
    decisive: usize,
) -> Operations {
    let mut message: Vec<Value> = (0..words).map(some).collect();
    message[words - 1] = g.varying::<1>(0)[0];
    let decisive = if variant.bits == 64 && decisive > 0 { 3 } else { decisive };
    let out = variant.compress(g, chain, &message, Value::Known(counter), variant.last());
    // Read big-endian, the first word's bytes are swapped; read little-endian, no word's are.
    let word = if decisive == 0 { g.swap_bytes(out[0]) } else { out[decisive] };
    let needed = g.count(&[word]);
    Operations { all: needed.all + 2.0, narrow: needed.narrow }
}

fn blake2_digest(g: &mut Graph, variant: &Variant) -> Operations {
    let words = g.varying::<20>(0);
    let words = &words[..640 / variant.bits as usize];
    let (mut chain, mut done) = (variant.initial(), 0);
    for block in words.chunks(16) {
        done += block.len();
        let counter = Value::Known(4 * done as u64 * u64::from(variant.bits) / 32);
        let finish = if done == words.len() { variant.last() } else { Value::Known(0) };
        chain = variant.compress(g, chain, block, counter, finish);
    }
    g.count(&chain[..variant.digest_words()])
}

#[cfg(test)]
mod tests {
    use super::Form;
    use gridnet_shaders::form::Instructions;

    fn all(form: Form) -> [f64; 2] {
        [Instructions::Ternary, Instructions::Binary].map(|set| form.operations(set).0.all)
    }

    #[test]
    fn counts_are_those_of_the_functions() {
        // 10 rounds of 8 quarters of 12 instructions, 80 message words, 8 to finish, less what is known beforehand.
        let [blake2s, _] = all(Form::Blake2Walk { b: false });
        assert!((1_000.0..1_048.0).contains(&blake2s), "{blake2s}");
        // In the kernel's own code: 1,130 additions, 1,272 rotates and shifts, 676 of ternary logic for two groups.
        let [sha256, avx2] = all(Form::Sha256Walk);
        assert!((1_500.0..1_539.5).contains(&sha256), "{sha256}");
        assert!((2.0..2.1).contains(&(avx2 / sha256)), "{avx2}");
        // A header is two compressions less three rounds at either end and the constant schedule words.
        let [header, _] = all(Form::Sha256dHeader(1));
        assert!((1.8..1.9).contains(&(header / sha256)), "{header}");
    }

    #[test]
    fn rolled_versions_share_the_schedule() {
        let [one, _] = all(Form::Sha256dHeader(1));
        let [two, _] = all(Form::Sha256dHeader(2));
        let [four, _] = all(Form::Sha256dHeader(4));
        assert!(two / one < 0.94 && four / two < 0.98, "{one} {two} {four}");
    }
}
