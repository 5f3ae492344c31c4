//! Which kernel answers a question, and what it is told.

use gridnet_shaders::layout::{BlocksJob, JOB_VECTORS, VERIFY_BYTES_MAX};
use gridnet_shaders::{Function, Kernel, Shape, Words};

use crate::backend::Question;
use crate::proof::header::{HEADER_BYTES, NONCE};
use crate::{Digest, Endian, HashFunction, NonceField, Order, Search, Verify};

/// Bytes of the blocks that a job can hold.
const BLOCKS_BYTES: usize = 16 * JOB_VECTORS;

/// A search of some of its messages, for one upper half of the nonce.
pub(super) struct LoweredSearch {
    pub(super) kernel: &'static Kernel,
    pub(super) job: Vec<u32>,
    /// The messages that the kernel's versions are.
    pub(super) messages: Vec<u32>,
    /// Loop iterations that the kernel makes for a nonce, nested ones counted.
    pub(super) iterations: u32,
}

pub(super) fn function(function: HashFunction) -> Function {
    match function {
        HashFunction::Sha256 => Function::Sha256,
        HashFunction::Sha256d => Function::Sha256d,
        HashFunction::Blake2s { .. } => Function::Blake2s,
        HashFunction::Blake2b { .. } => Function::Blake2b,
    }
}

/// Whether a search has a form for graphics processors.
pub(super) fn can_search(search: &Search<'_>) -> bool {
    padded(search.function, search.message.len() - search.shared_from()) <= BLOCKS_BYTES
}

/// Whether signatures have one.
pub(super) fn can_verify(verify: &Verify<'_>) -> bool {
    verify.length <= VERIFY_BYTES_MAX
}

/// Blocks of SHA-512 that a signature's point, its key and a message of this length have together, padded.
pub(super) fn signed_blocks(length: usize) -> usize {
    (32 + 32 + length + 17).div_ceil(128)
}

/// The kernels that check signatures, in their order.
pub(super) fn verify(int64: bool) -> [&'static Kernel; 3] {
    [Shape::Scalars, Shape::Points, Shape::Sum]
        .map(|shape| Kernel::find(shape, Function::Ed25519, int64).expect("there is one of either form"))
}

/// Whether digests have one.
pub(super) fn can_digest(digest: &Digest<'_>) -> bool {
    padded(digest.function, digest.length) <= BLOCKS_BYTES
}

/// Bytes with padding, in whole blocks.
fn padded(function: HashFunction, length: usize) -> usize {
    let kernel = function.kernel_function();
    let least = if kernel.big_endian_words() { length + 9 } else { length.max(1) };
    least.next_multiple_of(kernel.block_bytes())
}

/// The kernels that answer a question, each once.
pub(super) fn kernels(question: &Question<'_>, int64: bool) -> Vec<&'static Kernel> {
    match question {
        Question::Search(search) => {
            let mut kernels: Vec<_> = groups(search, int64).into_iter().map(|(kernel, _)| kernel).collect();
            kernels.dedup_by_key(|kernel| kernel.name);
            kernels
        }
        Question::Walk(walk) => vec![kernel(Shape::Walk, walk.function, int64)],
        Question::Digest(digest) => vec![kernel(Shape::Digest, digest.function, int64)],
        Question::Verify(_) => verify(int64).into(),
    }
}

/// How often a kernel's body runs.
pub(super) struct Passes {
    pub(super) passes: u64,
    /// For so many candidates, steps or messages.
    pub(super) units: u64,
}

/// How often a kernel's body runs for a question.
pub(super) fn passes(question: &Question<'_>, kernel: &Kernel) -> Passes {
    let blocks = |function: HashFunction, length| {
        let blocks = padded(function, length) / function.kernel_function().block_bytes();
        blocks as u64 + u64::from(function == HashFunction::Sha256d)
    };
    match question {
        Question::Search(search) if kernel.shape == Shape::Tail => {
            Passes { passes: blocks(search.function, search.message.len() - search.shared_from()), units: 1 }
        }
        Question::Search(_) => match kernel.shape {
            Shape::Header { versions } => Passes { passes: 1, units: versions as u64 },
            _ => Passes { passes: 1, units: 1 },
        },
        Question::Walk(walk) => Passes { passes: blocks(walk.function, 32), units: 1 },
        Question::Digest(digest) => Passes { passes: blocks(digest.function, digest.length), units: 1 },
        Question::Verify(_) => Passes { passes: 1, units: 1 },
    }
}

/// The kernel of a shape that there is for every function.
pub(super) fn kernel(shape: Shape, of: HashFunction, int64: bool) -> &'static Kernel {
    Kernel::find(shape, function(of), int64).expect("there is one for every function")
}

/// The dispatches that try every message of a search with a nonce.
pub(super) fn search(search: &Search<'_>, upper: u32, int64: bool) -> Vec<LoweredSearch> {
    let lowered = |(kernel, messages): (&'static Kernel, Vec<u32>)| {
        let is_tail = kernel.shape == Shape::Tail;
        let job = match is_tail {
            true => tail(search, messages[0], kernel, upper),
            false => kernel.job(&shared(search, &messages)),
        };
        let blocks = padded(search.function, search.message.len() - search.shared_from())
            / search.function.kernel_function().block_bytes();
        let iterations = if is_tail { 1 + blocks as u32 } else { 1 };
        LoweredSearch { kernel, job, messages, iterations }
    };
    groups(search, int64).into_iter().map(lowered).collect()
}

/// The messages of a search, each with the kernel that tries it; several at a time where a kernel can.
fn groups(search: &Search<'_>, int64: bool) -> Vec<(&'static Kernel, Vec<u32>)> {
    let find = |shape| Kernel::find(shape, function(search.function), int64);
    let messages: Vec<u32> = (0..=search.siblings.len() as u32).collect();
    let is_header = search.message.len() == HEADER_BYTES
        && search.nonce == NONCE
        && search.order == Order::Little
        && find(Shape::Header { versions: 1 }).is_some();
    let identity = NonceField { offset: 32, bytes: 4, endian: Endian::Little };
    let is_identity = search.message.len() == 36
        && search.nonce == identity
        && search.order == Order::Big
        && find(Shape::Identity).is_some();
    let group = |messages: &[u32]| {
        let shape = match messages.len() {
            1 if is_identity => Shape::Identity,
            1 if !is_header => Shape::Tail,
            versions => Shape::Header { versions },
        };
        (find(shape).expect("the shape was found above, and a tail is for all"), messages.to_vec())
    };
    let together = if is_header && find(Shape::Header { versions: 4 }).is_some() { 4 } else { 1 };
    let (fours, rest) = messages.split_at(messages.len() / together * together);
    fours.chunks(together).chain(rest.chunks(1)).map(group).collect()
}

fn midstate(search: &Search<'_>, message: u32) -> gridnet_simd::Chain {
    let mut chain = search.function.initial();
    let from = search.shared_from();
    search.function.kernel_function().absorb(&mut chain, 0, &search.message_at(message)[..from]);
    chain
}

/// The words of a header or an identity: chaining values, then the last block's words up to the nonce.
fn shared(search: &Search<'_>, messages: &[u32]) -> Vec<u64> {
    let mut words: Vec<u64> = messages.iter().flat_map(|&message| midstate(search, message)).collect();
    let block = &search.message[search.shared_from()..];
    let before = search.nonce.offset - search.shared_from();
    match search.function {
        HashFunction::Blake2b { .. } => {
            let mut bytes = block[..before].to_vec();
            bytes.resize(before.next_multiple_of(8), 0);
            words.extend(bytes.as_chunks().0.iter().map(|&word| u64::from_le_bytes(word)));
        }
        HashFunction::Blake2s { .. } => {
            words.extend(
                block[..before].as_chunks().0.iter().map(|&word| u64::from(u32::from_le_bytes(word))),
            );
        }
        _ => words
            .extend(block[..before].as_chunks().0.iter().map(|&word| u64::from(u32::from_be_bytes(word)))),
    }
    words
}

/// A job of blocks whose chaining value is this.
fn blocks(chain: gridnet_simd::Chain, kernel: &Kernel) -> BlocksJob {
    let mut job: BlocksJob = bytemuck::Zeroable::zeroed();
    let words = job.chain.as_flattened_mut();
    for (index, value) in chain.into_iter().enumerate() {
        if kernel.words == Words::U32 {
            words[index] = value as u32;
        } else {
            (words[2 * index], words[2 * index + 1]) = (value as u32, (value >> 32) as u32);
        }
    }
    job
}

fn tail(search: &Search<'_>, message: u32, kernel: &Kernel, upper: u32) -> Vec<u32> {
    let function = search.function.kernel_function();
    let from = search.shared_from();
    let NonceField { offset, bytes, endian } = search.nonce;
    let offset = offset - from;
    // The tail with a nonce whose lower half is zero, and ones where that half's bytes go.
    let mut base = search.message[from..].to_vec();
    let field = NonceField { offset, bytes, endian };
    field.write(&mut base, u64::from(upper) << 32);
    let mut mask = vec![0; base.len()];
    field.write(&mut mask, u64::from(u32::MAX));
    function.pad(&mut base, search.message.len() as u64);
    mask.resize(base.len(), 0);
    // In a word of memory the nonce's first byte is where the field begins, or its last where it ends.
    let (place, swapped) = match endian {
        Endian::Little => (offset % 4, false),
        Endian::Big => ((offset + bytes) % 4, true),
    };
    let mut job = blocks(midstate(search, message), kernel);
    let big_endian_words = function.big_endian_words();
    fill(job.base.as_flattened_mut(), &base, big_endian_words);
    fill(job.mask.as_flattened_mut(), &mask, big_endian_words);
    job.blocks = (base.len() / function.block_bytes()) as u32;
    job.before = from as u32;
    job.total = search.message.len() as u32;
    job.rotate = if big_endian_words { (32 - 8 * place as u32) % 32 } else { 8 * place as u32 };
    job.swapped = u32::from(swapped != big_endian_words);
    job.big_endian = u32::from(search.order == Order::Big);
    bytemuck::cast_slice(std::slice::from_ref(&job)).to_vec()
}

/// The job of a batch of digests.
pub(super) fn digest(digest: &Digest<'_>, kernel: &Kernel) -> Vec<u32> {
    let function = digest.function.kernel_function();
    let mut base = vec![0; digest.length];
    function.pad(&mut base, digest.length as u64);
    let mut mask = vec![0xff; digest.length];
    mask.resize(base.len(), 0);
    let mut job = blocks(digest.function.initial(), kernel);
    // Messages are read as they lie: the kernel itself swaps.
    fill(job.base.as_flattened_mut(), &base, false);
    fill(job.mask.as_flattened_mut(), &mask, false);
    job.blocks = (base.len() / function.block_bytes()) as u32;
    job.total = digest.length as u32;
    job.stride = digest.length as u32;
    bytemuck::cast_slice(std::slice::from_ref(&job)).to_vec()
}

fn fill(words: &mut [u32], bytes: &[u8], big_endian: bool) {
    for (word, &bytes) in words.iter_mut().zip(bytes.as_chunks().0) {
        *word = if big_endian { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) };
    }
}
