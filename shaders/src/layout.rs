//! What the kernels read and write, as Rust sees it. The build holds every struct here against the kernels' own.

use bytemuck::{Pod, Zeroable};

/// Candidates that one dispatch of a search can report.
pub const RING: usize = 1022;
/// Vectors of four words that a tail or a message may have, padded: 1,024 bytes.
pub const JOB_VECTORS: usize = 64;
/// Loop iterations that an invocation may make in one dispatch, nested loops together: some software drivers stop at
/// 65,535 without a word.
pub const ITERATIONS_MAX: u32 = 16_384;

/// Words that the kernels of a verification leave for each other, of each signature.
pub const NOTE_WORDS: usize = 19;
/// Vectors of four words of a multiple of a key or point.
pub const TABLE_ENTRY_VECTORS: usize = 10;
/// Multiples of a key or point in its table.
pub const TABLE_ENTRIES: usize = 8;
/// Vectors of a multiple of the base point.
pub const BASE_VECTORS: usize = 8;
/// Multiples of the base point, and of 2¹²⁸ times the base point, in their table: 0 to 128.
pub const BASE_MULTIPLES: usize = 129;
/// Steps in which any scalar is made half as long.
pub const HALVING_STEPS: usize = 640;
/// Bytes of the longest message whose signature is verified.
pub const VERIFY_BYTES_MAX: usize = 256;

/// What a verification says of a good signature; 0 says nothing.
pub const VERDICT_GOOD: u32 = 1;
/// The key is no point.
pub const VERDICT_KEY: u32 = 2;
/// The signature's point is none.
pub const VERDICT_POINT: u32 = 3;
/// The signature's scalar is not below the group's order.
pub const VERDICT_SCALAR: u32 = 4;
/// The equation does not hold.
pub const VERDICT_SIGNATURE: u32 = 5;

/// One dispatch of a search.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct SearchRun {
    /// Lower half of the first nonce.
    pub first: u32,
    /// Nonces to try; `first + count` is at most 2³².
    pub count: u32,
    /// The greatest decisive word of a hit.
    pub limit: u32,
    /// The decisive word of a planted nonce.
    pub plant: u32,
}

/// A candidate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Pod, Zeroable)]
#[repr(C)]
pub struct Hit {
    /// Its nonce's distance from the first.
    pub offset: u32,
    /// The version it was found under.
    pub version: u32,
}

/// The candidates of a dispatch.
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[repr(C)]
pub struct Ring {
    /// How many there were, also when not all found room.
    pub count: u32,
    /// The first of them, in any order.
    pub hits: [Hit; RING],
}

/// What is the same for all messages of a tail or digest job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct BlocksJob {
    /// The chaining value; words of 64 bits with their lower half first.
    pub chain: [[u32; 4]; 4],
    /// What is the same for all messages: of a tail its words, of a digest the padding.
    pub base: [[u32; 4]; JOB_VECTORS],
    /// Ones where a message has its own.
    pub mask: [[u32; 4]; JOB_VECTORS],
    /// Blocks.
    pub blocks: u32,
    /// Bytes that the chaining value has absorbed.
    pub before: u32,
    /// Length of the message with them.
    pub total: u32,
    /// Bits by which a search's nonce is rotated to its place.
    pub rotate: u32,
    /// Not 0: the nonce's bytes are swapped first.
    pub swapped: u32,
    /// Not 0: the digest is read big-endian.
    pub big_endian: u32,
    /// Bytes from one message to the next.
    pub stride: u32,
    /// 0.
    pub unused: u32,
}

/// One dispatch of a walk or of digests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct CountRun {
    /// Values or messages.
    pub count: u32,
}

/// One dispatch of a verification.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct VerifyRun {
    /// Signatures.
    pub count: u32,
    /// Bytes of a message.
    pub length: u32,
    /// Blocks of SHA-512 that a signature's point, its key and its message have together.
    pub blocks: u32,
}

/// One dispatch of the probe.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct ProbeRun {
    /// Iterations of the outer loop.
    pub outer: u32,
    /// Of the inner one, each.
    pub inner: u32,
}

// The build script reads the same structs out of the kernels' texts; what it found stands in this file.
include!(concat!(env!("OUT_DIR"), "/layout.rs"));
