//! A bank's chain in its owner's hands: words from the ceiling down, each for few hashes, out of few kept ones.
//!
//! A chain can only be computed from its seed up, and is given out from its ceiling down. Kept are *pebbles*, words at
//! depths that are powers of two at first; a pebble that was reached moves down to where it will be needed next, two
//! hashes with every word that is given out (M. Jakobsson, "Fractal hash sequence representation and traversal",
//! 2002). For 2²⁴ words that is 23 pebbles and at most 24 hashes a word. Jakobsson's chains have 2^k words; here a
//! pebble that would start below the seed starts at the seed.

use borsh::{BorshDeserialize, BorshSerialize};
use gridnet_core::HashFunction;
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::value::Word;

/// A kept word, on its way up to its goal: to a smaller depth.
#[derive(Clone, BorshSerialize, BorshDeserialize, Zeroize)]
struct Pebble {
    depth: u32,
    goal: u32,
    /// The goal is a multiple of 2 to this power.
    level: u8,
    word: [u8; 32],
}

/// What an owner keeps of a bank, its seed aside.
#[derive(Clone, BorshSerialize, BorshDeserialize, Zeroize, ZeroizeOnDrop)]
pub(super) struct Bank {
    length: u32,
    /// The depth of the last word that was given out; 0 is the ceiling, which everybody knows.
    given: u32,
    /// By their goals.
    pebbles: Vec<Pebble>,
}

/// The depths of a new bank's pebbles, the deepest first.
pub(super) fn pebble_depths(length: u32) -> impl Iterator<Item = u32> {
    (1..32).rev().map(|level| 1 << level).filter(move |&depth| depth < length)
}

impl Bank {
    /// A bank of which nothing was given out: the words at [`pebble_depths`], in that order.
    pub(super) fn new(length: u32, words: impl Iterator<Item = [u8; 32]>) -> Bank {
        let pebble = |(depth, word): (u32, [u8; 32])| Pebble {
            depth,
            goal: depth,
            level: depth.trailing_zeros() as u8,
            word,
        };
        // As many as there may be, so that no part of it is left behind by growing.
        let mut pebbles: Vec<Pebble> = Vec::with_capacity(32);
        pebbles.extend(pebble_depths(length).zip(words).map(pebble));
        pebbles.reverse();
        Bank { length, given: 0, pebbles }
    }

    /// The depth of the last word that was given out.
    pub(super) fn given(&self) -> u32 {
        self.given
    }

    /// Whether it can be a bank of a pool of chains of this length: what was read from a file may be anything.
    pub(super) fn is_of(&self, length: u32) -> bool {
        let lies =
            |pebble: &Pebble| pebble.level < 24 && pebble.goal <= pebble.depth && pebble.depth <= length;
        self.length == length && self.given <= length && self.pebbles.iter().all(lies)
    }

    /// The words down to this depth will never be given out, none of them.
    pub(super) fn close(&mut self) {
        self.given = self.length;
        self.pebbles.zeroize();
    }

    /// The word at a depth beyond the last one, which is then the last one. `None` when what was read from a file is no
    /// bank.
    pub(super) fn word(&mut self, function: HashFunction, seed: &[u8; 32], depth: u32) -> Option<Word> {
        assert!(self.given < depth && depth <= self.length, "a word is given out once");
        let mut word = *seed;
        while self.given < depth {
            word = self.next(seed, |word| function.hash(word))?;
        }
        Some(Word(word))
    }

    /// The next word.
    fn next(&mut self, seed: &[u8; 32], mut hash: impl FnMut(&[u8; 32]) -> [u8; 32]) -> Option<[u8; 32]> {
        self.given += 1;
        for pebble in &mut self.pebbles {
            for _ in 0..2.min(pebble.depth - pebble.goal) {
                pebble.depth -= 1;
                pebble.word = hash(&pebble.word);
            }
        }
        if self.given == self.length {
            return Some(*seed);
        }
        let odd = self.given % 2 == 1;
        let needed = self.given + u32::from(odd);
        if needed == self.length {
            return Some(hash(seed));
        }
        let first = self.pebbles.first().filter(|first| [first.depth, first.goal] == [needed; 2])?;
        let word = first.word;
        if odd {
            return Some(hash(&word));
        }
        self.relocate(seed)?;
        Some(word)
    }

    /// Sends the first pebble to its next goal, or away when there is none.
    fn relocate(&mut self, seed: &[u8; 32]) -> Option<()> {
        let mut pebble = self.pebbles.remove(0);
        let span = 1u32 << pebble.level;
        pebble.goal += 2 * span;
        if pebble.goal >= self.length {
            pebble.zeroize();
            return Some(());
        }
        pebble.depth = (pebble.depth + 3 * span).min(self.length);
        let below = self.pebbles.iter().find(|other| other.depth == pebble.depth);
        pebble.word = if pebble.depth == self.length { *seed } else { below?.word };
        let place = self.pebbles.partition_point(|other| other.goal < pebble.goal);
        self.pebbles.insert(place, pebble);
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::{Bank, pebble_depths};
    use crate::encoding::encode;

    /// In place of a hash a count: the word at depth d is d.
    fn up(word: &[u8; 32]) -> [u8; 32] {
        number(u32::from_le_bytes(word[..4].try_into().expect("4 bytes")) - 1)
    }

    fn number(depth: u32) -> [u8; 32] {
        let mut word = [0; 32];
        word[..4].copy_from_slice(&depth.to_le_bytes());
        word
    }

    /// Draws all words one after the other; the most hashes that one took, and the most bytes that were kept.
    fn drawn(length: u32) -> (u32, usize) {
        let seed = number(length);
        let mut bank = Bank::new(length, pebble_depths(length).map(number));
        let (mut most, mut bytes) = (0, encode(&bank).len());
        for depth in 1..=length {
            let mut hashes = 0;
            let word = bank.next(&seed, |word| {
                hashes += 1;
                up(word)
            });
            assert_eq!(word, Some(number(depth)), "{depth} of {length}");
            most = most.max(hashes);
            if depth % 64 == 1 || length < 2_000 {
                bytes = bytes.max(encode(&bank).len());
            }
        }
        (most, bytes)
    }

    #[test]
    fn every_word_of_every_length_comes_in_turn_for_few_hashes() {
        let lengths = (1..=600).chain([1_023, 1_024, 1_025, 65_535, 65_536, 65_537, 99_999, 1 << 20]);
        for length in lengths {
            let (hashes, bytes) = drawn(length);
            assert!(hashes <= length.next_power_of_two().ilog2().max(1), "{length}: {hashes} hashes");
            assert!(bytes < 1_024, "{length}: {bytes} bytes");
        }
    }

    #[test]
    fn the_longest_chain_keeps_less_than_a_kibibyte() {
        let bank = Bank::new(1 << 24, pebble_depths(1 << 24).map(number));
        assert!(encode(&bank).len() < 1_024, "{}", encode(&bank).len());
    }

    #[test]
    #[should_panic(expected = "once")]
    fn no_word_comes_twice() {
        let function = gridnet_core::HashFunction::Sha256;
        let mut bank = Bank::new(8, pebble_depths(8).map(number));
        let _ = bank.word(function, &number(8), 3);
        let _ = bank.word(function, &number(8), 3);
    }
}
