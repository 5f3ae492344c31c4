//! The blocks of equally long messages, a row for each lane.

use crate::function::Function;
use crate::kernel::LANES_MAX;

/// The longest block, and the most padding a message ends in: two blocks of SHA-256, one of BLAKE2b.
const END_BYTES: usize = 128;

/// Messages of one length, block by block: whole blocks where they lie, the padded ends copied aside.
pub(crate) struct LaneBlocks<'a> {
    messages: &'a [u8],
    length: usize,
    block: usize,
    /// Blocks read where they lie; the rest are in `ends`.
    whole: usize,
    /// The padding with the message's bytes left zero.
    padding: Vec<u8>,
    ends: [[u8; END_BYTES]; LANES_MAX],
}

impl<'a> LaneBlocks<'a> {
    pub(crate) fn new(function: Function, messages: &'a [u8], length: usize) -> Self {
        let block = function.block_bytes();
        // BLAKE2's last block is never empty unless the message is.
        let pads_whole = function.big_endian_words();
        let rest = if pads_whole || length == 0 { length % block } else { (length - 1) % block + 1 };
        let mut padding = vec![0; rest];
        function.pad(&mut padding, length as u64);
        let mut ends = [[0; END_BYTES]; LANES_MAX];
        for end in &mut ends {
            end[..padding.len()].copy_from_slice(&padding);
        }
        LaneBlocks { messages, length, block, whole: (length - rest) / block, padding, ends }
    }

    /// Blocks of each message, padding included.
    pub(crate) fn count(&self) -> usize {
        self.whole + self.padding.len() / self.block
    }

    /// Block `index` of the messages `first..first + count`, one for each of so many lanes. Lanes beyond `count`
    /// repeat the last one: their digests are not used.
    pub(crate) fn rows(
        &mut self,
        lanes: usize,
        first: usize,
        count: usize,
        index: usize,
    ) -> [&[u8]; LANES_MAX] {
        let (messages, length, block) = (self.messages, self.length, self.block);
        let start = |lane: usize| (first + lane.min(count - 1)) * length;
        let mut rows = [&[][..]; LANES_MAX];
        if index < self.whole {
            for (lane, row) in rows[..lanes].iter_mut().enumerate() {
                let from = start(lane) + index * block;
                *row = &messages[from..from + block];
            }
            return rows;
        }
        if index == self.whole {
            let from = self.whole * block;
            for (lane, end) in self.ends[..lanes].iter_mut().enumerate() {
                end[..length - from].copy_from_slice(&messages[start(lane) + from..start(lane) + length]);
            }
        }
        let from = (index - self.whole) * block;
        for (row, end) in rows[..lanes].iter_mut().zip(&self.ends) {
            *row = &end[from..from + block];
        }
        rows
    }
}
