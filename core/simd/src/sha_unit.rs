//! SHA-256 over a CPU's SHA instructions: several interleaved streams, one text for x86 and ARM.
//!
//! One stream waits on the latency of its own rounds; four to six together keep the unit busy.

use crate::function::{Chain, Function, IV32};
use crate::kernel::{Found, LaneBlock};
use crate::sha256::{K, for_const};
use crate::tail::{Tail, Window};

/// The SHA instructions of one architecture, on four words at a time.
pub(crate) trait ShaUnit {
    /// Four words.
    type Quad: Copy;
    /// Four words in order.
    fn quad(words: [u32; 4]) -> Self::Quad;
    /// The words back.
    fn words(quad: Self::Quad) -> [u32; 4];
    fn add(a: Self::Quad, b: Self::Quad) -> Self::Quad;
    /// A chaining value (a..d, e..h) in the unit's own order, and back.
    fn state(chain: [Self::Quad; 2]) -> [Self::Quad; 2];
    fn chain(state: [Self::Quad; 2]) -> [Self::Quad; 2];
    /// The first word of a state, and the last.
    fn ends(state: [Self::Quad; 2]) -> (u32, u32);
    /// Four rounds; `kw` is K plus schedule words.
    fn rounds(state: [Self::Quad; 2], kw: Self::Quad) -> [Self::Quad; 2];
    /// The four schedule words after the sixteen in `w`.
    fn schedule(w: [Self::Quad; 4]) -> Self::Quad;
}

/// A message block: four quads of words.
type Block<U> = [<U as ShaUnit>::Quad; 4];
type State<U> = [<U as ShaUnit>::Quad; 2];

/// Whether the words of four rounds come from the schedule, and not from the block itself.
const fn is_scheduled(group: usize) -> bool {
    group >= 4
}

/// One block into each stream's state (in the unit's order).
#[inline(always)]
fn compress<U: ShaUnit, const S: usize>(states: &mut [State<U>; S], blocks: &mut [Block<U>; S]) {
    let before = *states;
    for_const!(G in [0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15] {
        let k = U::quad([K[4 * G], K[4 * G + 1], K[4 * G + 2], K[4 * G + 3]]);
        let mut s = 0;
        while s < S {
            let w = &mut blocks[s];
            if const { is_scheduled(G) } {
                w[G % 4] = U::schedule([w[G % 4], w[(G + 1) % 4], w[(G + 2) % 4], w[(G + 3) % 4]]);
            }
            states[s] = U::rounds(states[s], U::add(w[G % 4], k));
            s += 1;
        }
    });
    let mut s = 0;
    while s < S {
        states[s] = [U::add(states[s][0], before[s][0]), U::add(states[s][1], before[s][1])];
        s += 1;
    }
}

#[inline(always)]
fn state_of<U: ShaUnit>(words: [u32; 8]) -> State<U> {
    let [a, b, c, d, e, f, g, h] = words;
    U::state([U::quad([a, b, c, d]), U::quad([e, f, g, h])])
}

#[inline(always)]
fn words_of<U: ShaUnit>(state: State<U>) -> [u32; 8] {
    let [low, high] = U::chain(state);
    let ([a, b, c, d], [e, f, g, h]) = (U::words(low), U::words(high));
    [a, b, c, d, e, f, g, h]
}

#[inline(always)]
fn block_of<U: ShaUnit>(words: &[u32; 16]) -> Block<U> {
    let quad = |i: usize| U::quad([words[i], words[i + 1], words[i + 2], words[i + 3]]);
    [quad(0), quad(4), quad(8), quad(12)]
}

/// The states after hashing each stream's state as a 32-byte message.
#[inline(always)]
fn hash_digests<U: ShaUnit, const S: usize>(states: &mut [State<U>; S]) {
    let iv = state_of::<U>(IV32);
    let zero = U::quad([0; 4]);
    let mut blocks = [[zero; 4]; S];
    let mut s = 0;
    while s < S {
        let [low, high] = U::chain(states[s]);
        blocks[s] = [low, high, U::quad([0x8000_0000, 0, 0, 0]), U::quad([0, 0, 0, 256])];
        states[s] = iv;
        s += 1;
    }
    compress::<U, S>(states, &mut blocks);
}

#[inline(always)]
pub(crate) fn walk<U: ShaUnit, const S: usize, const DOUBLE: bool>(
    _chain: &Chain,
    block: &mut LaneBlock,
    steps: u64,
) {
    let words = block.words_mut::<u32>();
    let mut states = [state_of::<U>([0; 8]); S];
    for (s, state) in states.iter_mut().enumerate() {
        let mut values = [0; 8];
        for (i, value) in values.iter_mut().enumerate() {
            *value = words[i * S + s];
        }
        *state = state_of::<U>(values);
    }
    for _ in 0..if DOUBLE { 2 * steps } else { steps } {
        hash_digests::<U, S>(&mut states);
    }
    for (s, state) in states.iter().enumerate() {
        for (i, value) in words_of::<U>(*state).into_iter().enumerate() {
            words[i * S + s] = value;
        }
    }
}

#[inline(always)]
pub(crate) fn digest<U: ShaUnit, const S: usize, const DOUBLE: bool>(
    chain: &Chain,
    messages: &[u8],
    length: usize,
    out: &mut [[u8; 32]],
) {
    let (whole, rest) = (length / 64, length % 64);
    let mut padding = vec![0u8; rest];
    Function::Sha256.pad(&mut padding, length as u64);
    let start = state_of::<U>(chain.map(|word| word as u32));
    for (group, out) in out.chunks_mut(S).enumerate() {
        let mut states = [start; S];
        for index in 0..whole + padding.len() / 64 {
            let mut blocks = [[U::quad([0; 4]); 4]; S];
            for (s, words) in blocks.iter_mut().enumerate() {
                let from = (group * S + s.min(out.len() - 1)) * length;
                let mut bytes = [0u8; 64];
                if index < whole {
                    bytes.copy_from_slice(&messages[from + index * 64..from + (index + 1) * 64]);
                } else {
                    bytes.copy_from_slice(&padding[(index - whole) * 64..(index - whole + 1) * 64]);
                    if index == whole {
                        bytes[..rest].copy_from_slice(&messages[from + whole * 64..from + length]);
                    }
                }
                *words = block_of::<U>(&words_from(&bytes));
            }
            compress::<U, S>(&mut states, &mut blocks);
        }
        if DOUBLE {
            hash_digests::<U, S>(&mut states);
        }
        for (out, state) in out.iter_mut().zip(states) {
            for (bytes, word) in out.chunks_exact_mut(4).zip(words_of::<U>(state)) {
                bytes.copy_from_slice(&word.to_be_bytes());
            }
        }
    }
}

#[inline(always)]
fn words_from(bytes: &[u8; 64]) -> [u32; 16] {
    let mut words = [0; 16];
    for (word, bytes) in words.iter_mut().zip(bytes.chunks_exact(4)) {
        *word = u32::from_be_bytes(bytes.try_into().expect("four bytes"));
    }
    words
}

/// Any tail. Returns how many nonces were tried.
#[inline(always)]
pub(crate) fn search<U: ShaUnit, const S: usize, const DOUBLE: bool>(
    tail: &Tail,
    window: &Window<u32>,
    first: u32,
    count: u64,
    found: &mut Found<'_>,
) -> u64 {
    let (decisive, swap) = tail.decisive();
    let limit = tail.limit::<u32>();
    let midstates: Vec<State<U>> =
        tail.midstates.iter().map(|midstate| state_of::<U>(midstate.map(|word| word as u32))).collect();
    // Each stream's own copy of the blocks; only the nonce's quads are written again.
    let still: Vec<Block<U>> = window.blocks.iter().map(|words| block_of::<U>(words)).collect();
    let mut moved: Vec<[Block<U>; S]> = still.iter().map(|block| [*block; S]).collect();
    let mut done = 0;
    while done < count && !found.full() {
        let low = first.wrapping_add(done as u32);
        for (index, (still, moved)) in still.iter().zip(&mut moved).enumerate() {
            put_nonces::<U, S>(window, index, still, low, moved);
        }
        for (sibling, midstate) in midstates.iter().enumerate() {
            let mut states = [*midstate; S];
            for blocks in &moved {
                let mut blocks = *blocks;
                compress::<U, S>(&mut states, &mut blocks);
            }
            if DOUBLE {
                hash_digests::<U, S>(&mut states);
            }
            let mut mask = 0;
            let mut s = 0;
            while s < S {
                let (a, h) = U::ends(states[s]);
                let word = if decisive == 0 { a } else { h };
                let word = if swap { word.swap_bytes() } else { word };
                mask |= u64::from(word <= limit) << s;
                s += 1;
            }
            found.take(mask, window.high, low, sibling as u32, count - done);
        }
        done += S as u64;
    }
    done.min(count)
}

/// Writes the nonces from `low` on into the streams' copies of block `index`.
#[inline(always)]
fn put_nonces<U: ShaUnit, const S: usize>(
    window: &Window<u32>,
    index: usize,
    still: &Block<U>,
    low: u32,
    blocks: &mut [Block<U>; S],
) {
    let moving = || window.moving.iter().filter(|moving| moving.block == index);
    for moving in moving() {
        for block in blocks.iter_mut() {
            block[moving.word / 4] = still[moving.word / 4];
        }
    }
    for moving in moving() {
        let quad = moving.word / 4;
        for (s, block) in blocks.iter_mut().enumerate() {
            let word = moving.share::<u32>(low.wrapping_add(s as u32));
            // The nonce's bits are zero in the block as it stands.
            let four = match moving.word % 4 {
                0 => U::quad([word, 0, 0, 0]),
                1 => U::quad([0, word, 0, 0]),
                2 => U::quad([0, 0, word, 0]),
                _ => U::quad([0, 0, 0, word]),
            };
            block[quad] = U::add(block[quad], four);
        }
    }
}

/// Writes a unit's entries for many streams, for two and for one: a single chain waits for its own rounds, and more
/// streams beside it would only be in its way.
macro_rules! streams {
    ($path:expr, $unit:ident, $most:literal, $attribute:tt) => {
        mod most {
            use super::{Path, $unit};
            $crate::sha_unit::entries!($path, $unit, $most, $attribute);
        }
        mod two {
            use super::{Path, $unit};
            $crate::sha_unit::entries!($path, $unit, 2, $attribute);
        }
        mod one {
            use super::{Path, $unit};
            $crate::sha_unit::entries!($path, $unit, 1, $attribute);
        }
        pub(crate) fn tables() -> impl Iterator<Item = &'static $crate::kernel::Table> {
            most::TABLES.iter().chain(&two::TABLES).chain(&one::TABLES)
        }
    };
}
pub(crate) use streams;

/// Writes the entries of one unit for one number of streams.
macro_rules! entries {
    ($path:expr, $unit:ty, $streams:literal, [$($attribute:meta)?]) => {
        use $crate::function::{Chain, Function};
        use $crate::kernel::{Found, LaneBlock, Table};
        use $crate::tail::Tail;
        use $crate::sha_unit as text;

        $crate::kernel::entry!(walk sha256_walk, [$($attribute)?], text::walk::<$unit, $streams, false>);
        $crate::kernel::entry!(walk sha256d_walk, [$($attribute)?], text::walk::<$unit, $streams, true>);
        $crate::kernel::entry!(digest sha256_digest, [$($attribute)?], text::digest::<$unit, $streams, false>);
        $crate::kernel::entry!(digest sha256d_digest, [$($attribute)?], text::digest::<$unit, $streams, true>);
        $crate::kernel::entry!(search sha256_tail, u32, [$($attribute)?], text::search::<$unit, $streams, false>);
        $crate::kernel::entry!(search sha256d_tail, u32, [$($attribute)?], text::search::<$unit, $streams, true>);

        /// # Safety
        /// Needs the path.
        unsafe fn sha256_search(tail: &Tail, first: u64, count: u64, found: &mut Found<'_>) -> u64 {
            let window = tail.window::<u32>((first >> 32) as u32);
            // SAFETY: this function's caller has seen the path available.
            unsafe { sha256_tail(tail, &window, first as u32, count, found) }
        }

        /// # Safety
        /// Needs the path.
        unsafe fn sha256d_search(tail: &Tail, first: u64, count: u64, found: &mut Found<'_>) -> u64 {
            let window = tail.window::<u32>((first >> 32) as u32);
            // SAFETY: this function's caller has seen the path available.
            unsafe { sha256d_tail(tail, &window, first as u32, count, found) }
        }

        pub(crate) static TABLES: [Table; 2] = [
            Table {
                path: $path,
                function: Function::Sha256,
                shape: (1, $streams),
                walk: sha256_walk,
                search: sha256_search,
                digest: sha256_digest,
            },
            Table {
                path: $path,
                function: Function::Sha256d,
                shape: (1, $streams),
                walk: sha256d_walk,
                search: sha256d_search,
                digest: sha256d_digest,
            },
        ];
    };
}
pub(crate) use entries;
