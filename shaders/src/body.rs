//! What each kernel computes, on symbols.

use crate::form::blake2::{BLAKE2B, BLAKE2S, Variant};
use crate::form::sha256::{self, IV, compress_all, padded};
use crate::form::sha512;
use crate::form::{Graph, Instructions, Value};
use crate::kernel::{Function, Shape};
use crate::write::{Words, Written, write};

/// A kernel's own part: a graph from a job's words and a nonce (or a value) to what is asked.
pub(crate) struct Body {
    pub(crate) graph: Graph,
    pub(crate) outputs: Vec<Value>,
    /// What the outputs are held for, one each; whole digests where it is empty.
    pub(crate) decisive: Vec<Decisive>,
}

/// Which 32 bits of an output word are compared with the target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Decisive {
    /// All 32, or the upper half of 64.
    Upper,
    /// The lower half's bytes in reverse: the first bytes of a digest, read big-endian.
    FirstSwapped,
}

impl Body {
    /// The body of a kernel; `None` for shapes whose kernel is all template.
    pub(crate) fn new(shape: Shape, function: Function) -> Option<Body> {
        match (shape, function) {
            (Shape::Header { versions: 1 }, Function::Sha256d) => Some(sha256d_header::<1>()),
            (Shape::Header { versions: 4 }, Function::Sha256d) => Some(sha256d_header::<4>()),
            (Shape::Header { .. }, Function::Blake2s) => Some(blake2_search(&BLAKE2S, 3, 80, 7)),
            (Shape::Header { .. }, Function::Blake2b) => Some(blake2_search(&BLAKE2B, 9, 80, 3)),
            (Shape::Identity, _) => Some(blake2_search(&BLAKE2B, 4, 36, 0)),
            (Shape::Walk, Function::Blake2s) => Some(blake2_step(&BLAKE2S)),
            (Shape::Walk, Function::Blake2b) => Some(blake2_step(&BLAKE2B)),
            (Shape::Walk, _) => Some(sha256_step()),
            (Shape::Tail | Shape::Digest, Function::Blake2s) => Some(blake2_block(&BLAKE2S)),
            (Shape::Tail | Shape::Digest, Function::Blake2b) => Some(blake2_block(&BLAKE2B)),
            (Shape::Tail | Shape::Digest, _) => Some(sha256_block()),
            (Shape::Scalars, _) => Some(sha512_rounds()),
            _ => None,
        }
    }

    pub(crate) fn write(&mut self, words: Words) -> Written {
        write(&mut self.graph, words, &self.outputs)
    }
}

/// SHA-256d of an 80-byte header under so many midstates. Shared words: the midstates, then the header's words 16 to
/// 18; the nonce varies.
fn sha256d_header<const VERSIONS: usize>() -> Body {
    let mut graph = Graph::new(Instructions::Ternary, 32);
    let g = &mut graph;
    let chains: [[Value; 8]; VERSIONS] = std::array::from_fn(|version| g.shared(8 * version));
    let [w0, w1, w2] = g.shared(8 * VERSIONS);
    let [nonce] = g.varying(0);
    let words = [w0, w1, w2, g.swap_bytes(nonce)];
    let firsts = compress_all(g, chains, padded(&words, 80));
    let outputs = firsts
        .map(|first| {
            let second = sha256::compress(g, IV, padded(&first, 32));
            let swapped = g.swap_bytes(second[7]);
            g.settled(swapped)
        })
        .to_vec();
    Body { graph, outputs, decisive: vec![Decisive::Upper; VERSIONS] }
}

/// A last block of BLAKE2 whose word `at` is the nonce (of 64 bits: its upper half where there are `bytes` enough),
/// and the digest's word `wanted`. Shared words: the chaining value, the words before the nonce, and of 64 bits what
/// stands beside it.
fn blake2_search(variant: &Variant, at: usize, bytes: u64, wanted: usize) -> Body {
    let mut graph = Graph::new(Instructions::Ternary, variant.bits);
    let g = &mut graph;
    let chain = g.shared(0);
    let mut words: Vec<Value> = (0..at).map(|index| g.shared::<1>(8 + index)[0]).collect();
    let [nonce] = g.varying(0);
    let in_upper_half = variant.bits == 64 && bytes.is_multiple_of(8);
    words.push(if in_upper_half {
        let [beside] = g.shared(8 + at);
        let upper = g.shift(nonce, -32);
        g.add(upper, beside)
    } else {
        nonce
    });
    let out = variant.compress(g, chain, &words, Value::Known(bytes), variant.last());
    let decisive = if wanted == 0 { Decisive::FirstSwapped } else { Decisive::Upper };
    Body { outputs: vec![out[wanted]], graph, decisive: vec![decisive] }
}

/// SHA-256 of a 32-byte value.
fn sha256_step() -> Body {
    let mut graph = Graph::new(Instructions::Ternary, 32);
    let value = graph.varying::<8>(0);
    let outputs = sha256::compress(&mut graph, IV, padded(&value, 32)).to_vec();
    Body { graph, outputs, decisive: Vec::new() }
}

/// BLAKE2 of a 32-byte value. Shared words: the initial chaining value, which holds the personalisation.
fn blake2_step(variant: &Variant) -> Body {
    let mut graph = Graph::new(Instructions::Ternary, variant.bits);
    let chain = graph.shared(0);
    let value = graph.varying::<8>(0);
    let words = variant.digest_words();
    let out = variant.compress(&mut graph, chain, &value[..words], Value::Known(32), variant.last());
    Body { outputs: out[..words].to_vec(), graph, decisive: Vec::new() }
}

/// Any block of SHA-256: the chaining value and the block vary.
fn sha256_block() -> Body {
    let mut graph = Graph::new(Instructions::Ternary, 32);
    let (chain, block) = (graph.varying(0), graph.varying(8));
    let outputs = sha256::compress(&mut graph, chain, block).to_vec();
    Body { graph, outputs, decisive: Vec::new() }
}

/// Sixteen rounds of SHA-512: the state, the words and the constants vary.
fn sha512_rounds() -> Body {
    let mut graph = Graph::new(Instructions::Ternary, 64);
    let (state, words, constants) = (graph.varying(0), graph.varying(8), graph.varying(24));
    let (state, words) = sha512::sixteen_rounds(&mut graph, state, words, constants);
    Body { graph, outputs: state.into_iter().chain(words).collect(), decisive: Vec::new() }
}

/// Any block of BLAKE2: the chaining value, the block, the counter and the mark of the last block vary.
fn blake2_block(variant: &Variant) -> Body {
    let mut graph = Graph::new(Instructions::Ternary, variant.bits);
    let (chain, block) = (graph.varying(0), graph.varying::<16>(8));
    let [counter, finish] = graph.varying(24);
    let outputs = variant.compress(&mut graph, chain, &block, counter, finish).to_vec();
    Body { graph, outputs, decisive: Vec::new() }
}
