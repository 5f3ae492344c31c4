//! The blocks of equally long messages, one message a lane, and the digests on their way out.

use crate::function::Function;
use crate::kernel::LANES_MAX;
use crate::lanes::{Lanes, Word};

/// The longest block, and the most padding a message ends in: two blocks of SHA-256, one of BLAKE2b.
const END_BYTES: usize = 128;

/// Messages of one length, block by block.
///
/// Blocks are read where they lie, a message's end included: what follows it there is masked away, and the padding,
/// the same for all, put in its place. Only where a read would leave the buffer are blocks copied aside.
pub(crate) struct LaneBlocks<'a> {
    messages: &'a [u8],
    length: usize,
    block: usize,
    /// Blocks before the padded ones.
    whole: usize,
    count: usize,
    /// Ones where the padded blocks are the message's.
    mask: [u8; END_BYTES],
    /// The padding, zero where they are the message's.
    padding: [u8; END_BYTES],
    aside: [[u8; END_BYTES]; LANES_MAX],
}

impl<'a> LaneBlocks<'a> {
    pub(crate) fn new(function: Function, messages: &'a [u8], length: usize) -> Self {
        let block = function.block_bytes();
        // BLAKE2's last block is never empty unless the message is.
        let pads_whole = function.big_endian_words();
        let rest = if pads_whole || length == 0 { length % block } else { (length - 1) % block + 1 };
        let mut end = vec![0; rest];
        function.pad(&mut end, length as u64);
        let (mut mask, mut padding) = ([0; END_BYTES], [0; END_BYTES]);
        mask[..rest].fill(0xff);
        padding[..end.len()].copy_from_slice(&end);
        let whole = (length - rest) / block;
        let count = whole + end.len() / block;
        LaneBlocks { messages, length, block, whole, count, mask, padding, aside: [[0; _]; _] }
    }

    /// Blocks of each message, padding included.
    pub(crate) fn count(&self) -> usize {
        self.count
    }

    /// Block `index` of the messages `first..first + count`, word by word, read little-endian. Lanes beyond `count`
    /// hold anything.
    #[inline(always)]
    pub(crate) fn load<V: Lanes>(&mut self, first: usize, count: usize, index: usize) -> [V; 16] {
        let from = first * self.length + index * self.block;
        let bytes = (V::COUNT - 1) * self.length + self.block;
        let mut words = match self.messages.get(from..from + bytes) {
            Some(bytes) if count == V::COUNT => V::load_blocks(bytes, self.length),
            _ => {
                self.copy_aside(first, count, index);
                V::load_blocks(self.aside.as_flattened(), END_BYTES)
            }
        };
        if index >= self.whole {
            let at = (index - self.whole) * self.block;
            let word = |bytes: &[u8; END_BYTES], i| {
                V::splat(Word::from_le(&bytes[at + i * V::Word::BYTES..][..V::Word::BYTES]))
            };
            let mut i = 0;
            while i < 16 {
                words[i] = words[i].and(word(&self.mask, i)).xor(word(&self.padding, i));
                i += 1;
            }
        }
        words
    }

    #[cold]
    fn copy_aside(&mut self, first: usize, count: usize, index: usize) {
        let from = (index * self.block).min(self.length);
        let to = (from + self.block).min(self.length);
        for (lane, aside) in self.aside[..count].iter_mut().enumerate() {
            let message = &self.messages[(first + lane) * self.length..][..self.length];
            aside[..to - from].copy_from_slice(&message[from..to]);
        }
    }
}

/// Stores the digests of the first `out.len()` lanes, given word by word.
#[inline(always)]
pub(crate) fn store_digests<V: Lanes>(words: [V; 8], out: &mut [[u8; 32]]) {
    if out.len() == V::COUNT {
        V::store_rows(words, out);
    } else {
        let mut rows = [[0; 32]; LANES_MAX];
        V::store_rows(words, &mut rows[..V::COUNT]);
        out.copy_from_slice(&rows[..out.len()]);
    }
}
