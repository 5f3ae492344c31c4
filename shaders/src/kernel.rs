//! The kernels there are: what each computes, its text, and the words that a job gives it.

use std::sync::OnceLock;

use crate::body::Body;
use crate::form::Fused;
use crate::write::Words;

/// A hash function, or a signature scheme.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Function {
    /// SHA-256.
    Sha256,
    /// SHA-256 of the SHA-256 digest.
    Sha256d,
    /// BLAKE2s with 32 bytes of digest.
    Blake2s,
    /// BLAKE2b with 32 bytes of digest.
    Blake2b,
    /// Ed25519 signatures.
    Ed25519,
}

/// What a kernel does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Shape {
    /// Searches the nonce of an 80-byte header, little-endian in its last four bytes, its digest read little-endian.
    Header {
        /// How many versions of the header are tried with each nonce.
        versions: usize,
    },
    /// Searches the nonce of an identity: 32 bytes of address, then a little-endian nonce of four bytes, the digest
    /// read big-endian.
    Identity,
    /// Searches a nonce anywhere in the blocks that are left of a message.
    Tail,
    /// Hashes each of many 32-byte values, each its own number of times.
    Walk,
    /// Hashes many messages of one length.
    Digest,
    /// The first third of a verification of signatures: their scalars, as digits.
    Scalars,
    /// The second: their keys and points, with tables of multiples.
    Points,
    /// The third: whether the sum of the multiples is what it should be.
    Sum,
    /// Counts loops.
    Probe,
}

/// A kernel.
pub struct Kernel {
    /// Its name, and that of its file in `wgsl/`.
    pub name: &'static str,
    /// What it does.
    pub shape: Shape,
    /// Over which function. A probe has any.
    pub function: Function,
    /// How words of 64 bits are written.
    pub words: Words,
    /// Its text.
    pub wgsl: &'static str,
    prologue: OnceLock<Prologue>,
}

/// A body's graph, kept to compute the words of jobs, and the nodes that are wanted of it.
struct Prologue {
    body: Body,
    slots: Vec<usize>,
}

macro_rules! kernels {
    ($($name:literal: $shape:expr, $function:ident, $words:ident;)*) => {
        /// Every kernel.
        pub static KERNELS: [Kernel; [$($name),*].len()] = [$(Kernel {
            name: $name,
            shape: $shape,
            function: Function::$function,
            words: Words::$words,
            wgsl: include_str!(concat!("../wgsl/", $name, ".wgsl")),
            prologue: OnceLock::new(),
        }),*];
    };
}

kernels! {
    "sha256d_header": Shape::Header { versions: 1 }, Sha256d, U32;
    "sha256d_header_4": Shape::Header { versions: 4 }, Sha256d, U32;
    "blake2s_header": Shape::Header { versions: 1 }, Blake2s, U32;
    "blake2b_header": Shape::Header { versions: 1 }, Blake2b, U64;
    "blake2b_header_pairs": Shape::Header { versions: 1 }, Blake2b, Pairs;
    "blake2b_identity": Shape::Identity, Blake2b, U64;
    "blake2b_identity_pairs": Shape::Identity, Blake2b, Pairs;
    "sha256_tail": Shape::Tail, Sha256, U32;
    "sha256d_tail": Shape::Tail, Sha256d, U32;
    "blake2s_tail": Shape::Tail, Blake2s, U32;
    "blake2b_tail": Shape::Tail, Blake2b, U64;
    "blake2b_tail_pairs": Shape::Tail, Blake2b, Pairs;
    "sha256_walk": Shape::Walk, Sha256, U32;
    "blake2s_walk": Shape::Walk, Blake2s, U32;
    "blake2b_walk": Shape::Walk, Blake2b, U64;
    "blake2b_walk_pairs": Shape::Walk, Blake2b, Pairs;
    "sha256_digest": Shape::Digest, Sha256, U32;
    "sha256d_digest": Shape::Digest, Sha256d, U32;
    "blake2s_digest": Shape::Digest, Blake2s, U32;
    "blake2b_digest": Shape::Digest, Blake2b, U64;
    "blake2b_digest_pairs": Shape::Digest, Blake2b, Pairs;
    "ed25519_scalars": Shape::Scalars, Ed25519, U64;
    "ed25519_scalars_pairs": Shape::Scalars, Ed25519, Pairs;
    "ed25519_points": Shape::Points, Ed25519, U64;
    "ed25519_points_pairs": Shape::Points, Ed25519, Pairs;
    "ed25519_sum": Shape::Sum, Ed25519, U64;
    "ed25519_sum_pairs": Shape::Sum, Ed25519, Pairs;
    "probe": Shape::Probe, Sha256, U32;
}

impl Kernel {
    /// The kernel for a shape and a function, in the 64-bit form or the one that every device can run. SHA-256d walks
    /// by SHA-256's kernel, with twice the steps.
    pub fn find(shape: Shape, function: Function, int64: bool) -> Option<&'static Kernel> {
        let function = match (shape, function) {
            (Shape::Walk, Function::Sha256d) => Function::Sha256,
            _ => function,
        };
        KERNELS.iter().find(|kernel| {
            let fits = kernel.words == Words::U32 || (kernel.words == Words::U64) == int64;
            kernel.shape == shape && kernel.function == function && fits
        })
    }

    /// Whether it needs a device with 64-bit integers.
    pub fn needs_int64(&self) -> bool {
        self.words == Words::U64
    }

    /// Instructions that a pass of it needs, by which a graphics processor's rate is judged: of a header one nonce with
    /// all versions, of a tail or digest one block, of a walk one step. None of a probe.
    pub fn instructions(&self) -> Option<Fused> {
        if self.function == Function::Ed25519 {
            return None;
        }
        let mut body = Body::new(self.shape, self.function)?;
        Some(body.graph.count_fused(&body.outputs))
    }

    /// The contents of the job's uniform buffer, for kernels whose job is `array`s of slots: what is the same for
    /// all nonces, computed from the job's own words. For a header these are the chaining values of its versions,
    /// then the words of the last block up to the nonce (SHA-256d: big-endian; BLAKE2: little-endian; of BLAKE2b the
    /// tenth word with a nonce of zero); for an identity the chaining value and the address; for a walk the chaining
    /// value.
    ///
    /// # Panics
    /// When there are too few words.
    pub fn job(&self, shared: &[u64]) -> Vec<u32> {
        let prologue = self.prologue.get_or_init(|| {
            let mut body = Body::new(self.shape, self.function).expect("a kernel with slots has a body");
            let slots = body.write(self.words).slots;
            Prologue { body, slots }
        });
        let values = prologue.body.graph.evaluate(shared);
        let mut words: Vec<u32> = Vec::new();
        for &slot in &prologue.slots {
            words.push(values[slot] as u32);
            if self.words != Words::U32 {
                words.push((values[slot] >> 32) as u32);
            }
        }
        words.resize(words.len().next_multiple_of(4).max(4), 0);
        words
    }
}

#[cfg(test)]
mod tests {
    use super::{Function, Kernel, Shape};

    /// What a compiler made of plain C for the same jobs, counted in its output for an NVIDIA H200.
    #[test]
    fn instructions_are_as_many_as_compilers_make() {
        for (shape, function, compiled) in [
            (Shape::Header { versions: 1 }, Function::Sha256d, 2_254),
            (Shape::Walk, Function::Sha256, 1_223),
            (Shape::Walk, Function::Blake2s, 732),
            (Shape::Header { versions: 1 }, Function::Blake2s, 642),
            (Shape::Walk, Function::Blake2b, 1_738),
            (Shape::Header { versions: 1 }, Function::Blake2b, 1_652),
        ] {
            let kernel = Kernel::find(shape, function, true).expect("there is it");
            let ours = kernel.instructions().expect("it hashes").integer;
            assert!(ours.abs_diff(compiled) * 100 <= 4 * compiled, "{}: {ours}, not {compiled}", kernel.name);
        }
        // Four versions of a header share a schedule.
        let rolled = Kernel::find(Shape::Header { versions: 4 }, Function::Sha256d, true).expect("it is");
        let alone = Kernel::find(Shape::Header { versions: 1 }, Function::Sha256d, true).expect("it is");
        let [four, one] = [rolled, alone].map(|kernel| kernel.instructions().expect("it hashes").integer);
        assert!(four * 10 < 4 * one * 9 && four * 10 > 4 * one * 8, "{four} for four, {one} for one");
    }
}
