//! The part of a message that changes while nonces are searched: the blocks from the nonce's on, padded.
//!
//! Everything before the nonce's block is absorbed once into a midstate. A tail can carry several midstates: sibling
//! messages that differ only before that block (a rolled header version) share the tail, and with it the tail's
//! message schedule.

use crate::function::{Chain, Function};
use crate::lanes::Word;

/// Where a nonce stands in a message and how it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field {
    /// First byte of the field.
    pub offset: usize,
    /// Width of the field, 1..=8 bytes.
    pub bytes: usize,
    /// Most significant byte first.
    pub big_endian: bool,
}

/// The test that picks candidates: one word of the digest against the target's top word.
///
/// A candidate may still miss the target in its lower words; the caller hashes it again and compares in full.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Test {
    /// The digest is read as a little-endian number (its last word is the top word), else big-endian (its first).
    pub little_endian: bool,
    /// The target, most significant byte first.
    pub target: [u8; 32],
}

/// A nonce whose digest passed the [`Test`], under which of the tail's midstates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Candidate {
    /// The nonce.
    pub nonce: u64,
    /// Index of the midstate among the tail's siblings.
    pub sibling: u32,
}

/// A search prepared for the kernels.
#[derive(Clone, Debug)]
pub struct Tail {
    pub(crate) function: Function,
    pub(crate) midstates: Vec<Chain>,
    pub(crate) test: Test,
    /// Padded bytes of the tail, nonce field zero.
    bytes: Vec<u8>,
    /// Message bytes in the tail, padding not counted.
    length: usize,
    /// Message bytes before the tail.
    absorbed: u64,
    field: Field,
}

impl Tail {
    /// The tail of messages of `absorbed + rest.len()` bytes of which `absorbed` bytes, whole blocks, are already in
    /// each of `midstates`. `field.offset` counts from the first byte of `rest`.
    ///
    /// # Panics
    /// When the field does not fit in `rest`, starts after its first block, is not 1..=8 bytes wide, or `midstates`
    /// is empty: the caller has checked its arguments.
    pub fn new(
        function: Function,
        midstates: Vec<Chain>,
        absorbed: u64,
        rest: &[u8],
        field: Field,
        test: Test,
    ) -> Tail {
        let block = function.block_bytes();
        assert!(
            (1..=8).contains(&field.bytes)
                && field.offset + field.bytes <= rest.len()
                && field.offset < block
        );
        assert!(!midstates.is_empty() && absorbed.is_multiple_of(block as u64));
        let mut bytes = rest.to_vec();
        bytes[field.offset..field.offset + field.bytes].fill(0);
        function.pad(&mut bytes, absorbed + rest.len() as u64);
        Tail { function, midstates, test, bytes, length: rest.len(), absorbed, field }
    }

    /// The tail as seen by nonces that share their upper 32 bits.
    pub(crate) fn window<W: Word>(&self, high: u32) -> Window<W> {
        let mut bytes = self.bytes.clone();
        let Field { offset, bytes: width, big_endian } = self.field;
        for i in 4..width {
            let at = if big_endian { offset + width - 1 - i } else { offset + i };
            bytes[at] = high.to_le_bytes()[i - 4];
        }
        let big_words = self.function.big_endian_words();
        let block_bytes = self.function.block_bytes();
        let blocks = bytes
            .chunks_exact(block_bytes)
            .map(|block| {
                let mut words = [W::ZERO; 16];
                for (word, bytes) in words.iter_mut().zip(block.chunks_exact(W::BYTES)) {
                    *word = if big_words { W::from_be(bytes) } else { W::from_le(bytes) };
                }
                words
            })
            .collect();
        // The four (or fewer) low bytes of the nonce stand at `low..low + varying`.
        let varying = width.min(4);
        let low = if big_endian { offset + width - varying } else { offset };
        let reversed = if big_endian { varying } else { 0 };
        let (first, last) = (low / W::BYTES, (low + varying - 1) / W::BYTES);
        let moving = (first..=last)
            .map(|index| Moving {
                block: index / 16,
                word: index % 16,
                bytes: varying,
                shift: (low as i32 - (index * W::BYTES) as i32) * 8,
                reversed,
                big_words,
            })
            .collect();
        Window { blocks, moving, high }
    }

    /// BLAKE2's byte counter after block `index` of the tail, and whether that block is the last.
    pub(crate) fn counter(&self, index: usize) -> (u64, bool) {
        let block = self.function.block_bytes();
        let last = index + 1 == self.bytes.len() / block;
        let done = if last { self.length } else { (index + 1) * block };
        (self.absorbed + done as u64, last)
    }

    /// The target's top word, for digests of words `W`.
    pub(crate) fn limit<W: Word>(&self) -> W {
        W::from_be(&self.test.target)
    }

    /// Which of the state's words decides, and whether its bytes are reversed before it is compared.
    pub(crate) fn decisive(&self) -> (usize, bool) {
        let last = self.function.digest_words() - 1;
        let index = if self.test.little_endian { last } else { 0 };
        (index, self.test.little_endian == self.function.big_endian_words())
    }

    /// Whether the whole digest, 32 bytes as hashed, meets the target.
    pub fn meets(&self, digest: &[u8; 32]) -> bool {
        let mut number = *digest;
        if self.test.little_endian {
            number.reverse();
        }
        number <= self.test.target
    }
}

/// A tail under one value of the nonce's upper half.
pub(crate) struct Window<W> {
    pub(crate) blocks: Vec<[W; 16]>,
    pub(crate) moving: Vec<Moving>,
    pub(crate) high: u32,
}

/// A word of the tail that changes with the low 32 bits of the nonce.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Moving {
    pub(crate) block: usize,
    pub(crate) word: usize,
    /// Low bytes of the nonce that vary, 1..=4.
    bytes: usize,
    /// Left shift (negative: right) in bits of the nonce within the word, read little-endian.
    shift: i32,
    /// Bytes of the nonce to reverse first (0: none).
    reversed: usize,
    big_words: bool,
}

impl Moving {
    /// The nonce is the whole of the 32-bit word `index`, in either byte order.
    pub(crate) fn is_whole_word(self, index: usize) -> bool {
        self.word == index && self.shift == 0 && self.bytes == 4
    }

    /// The shares of consecutive nonces follow by addition: share(n + i) = share(n) + share(i), as long as the
    /// nonce's 32 bits do not overflow.
    pub(crate) fn is_linear(self) -> bool {
        self.reversed == 0 && !self.big_words && self.shift >= 0
    }

    /// The nonce's share of this word.
    #[inline(always)]
    pub(crate) fn share<W: Word>(self, low: u32) -> W {
        let value = if self.reversed == 0 { low } else { low.swap_bytes() >> (32 - 8 * self.reversed) };
        let value = u64::from(value);
        let value = if self.shift >= 0 { value << self.shift } else { value >> -self.shift };
        let word = W::from_u64(value);
        if self.big_words { word.swap_bytes() } else { word }
    }
}

impl<W: Word> Window<W> {
    /// The only word that changes, if there is one such and the tail is one block.
    pub(crate) fn single(&self) -> Option<Moving> {
        match (self.moving.as_slice(), self.blocks.len()) {
            (&[moving], 1) => Some(moving),
            _ => None,
        }
    }

    /// The index of the only word that changes, if every word after it is zero.
    pub(crate) fn last_word(&self) -> Option<usize> {
        let moving = self.single()?;
        self.blocks[0][moving.word + 1..].iter().all(|&word| word == W::ZERO).then_some(moving.word)
    }
}
