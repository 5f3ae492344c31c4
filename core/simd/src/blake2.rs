//! BLAKE2s and BLAKE2b over lanes: one text for both and for every width.

use crate::blocks::{LaneBlocks, store_digests};
use crate::function::{Chain, Function, IV32, IV64};
use crate::kernel::{Found, LANES_MAX, LaneBlock};
use crate::lanes::{BlakeLanes, Lanes, Word};
use crate::sha256::for_const;
use crate::tail::{Tail, Window};

/// What tells BLAKE2s and BLAKE2b apart, beside the rotations.
pub(crate) trait Variant {
    type Word: Word;
    const FUNCTION: Function;
    const ROUNDS: usize;
    const IV: [Self::Word; 8];
    /// Words of a 32-byte digest.
    const DIGEST: usize;
}

/// BLAKE2s.
pub(crate) struct S;
/// BLAKE2b.
pub(crate) struct B;

impl Variant for S {
    type Word = u32;
    const FUNCTION: Function = Function::Blake2s;
    const ROUNDS: usize = 10;
    const IV: [u32; 8] = IV32;
    const DIGEST: usize = 8;
}

impl Variant for B {
    type Word = u64;
    const FUNCTION: Function = Function::Blake2b;
    const ROUNDS: usize = 12;
    const IV: [u64; 8] = IV64;
    const DIGEST: usize = 4;
}

const SIGMA: [[usize; 16]; 10] = [
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
    [14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3],
    [11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4],
    [7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8],
    [9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13],
    [2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9],
    [12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11],
    [13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10],
    [6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5],
    [10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0],
];

/// The columns, then the diagonals, of the working matrix.
const QUARTERS: [[usize; 4]; 8] = [
    [0, 4, 8, 12],
    [1, 5, 9, 13],
    [2, 6, 10, 14],
    [3, 7, 11, 15],
    [0, 5, 10, 15],
    [1, 6, 11, 12],
    [2, 7, 8, 13],
    [3, 4, 9, 14],
];

/// Half a quarter round: a += b + m, d = (d^a) >>> r, c += d, b = (b^c) >>> r'. Message words from `SKIP` on are
/// zero and not added.
macro_rules! half {
    ($v:ident, $m:ident, $quarter:expr, $index:expr, $rotate_d:ident, $rotate_b:ident) => {
        const A: usize = QUARTERS[$quarter][0];
        const B: usize = QUARTERS[$quarter][1];
        const C: usize = QUARTERS[$quarter][2];
        const D: usize = QUARTERS[$quarter][3];
        $v[A] = $v[A].add($v[B]);
        if const { SIGMA[R % 10][$index] < SKIP } {
            $v[A] = $v[A].add($m[const { SIGMA[R % 10][$index] }]);
        }
        $v[D] = $v[D].xor($v[A]).$rotate_d();
        $v[C] = $v[C].add($v[D]);
        $v[B] = $v[B].xor($v[C]).$rotate_b();
    };
}

/// Round `R`: all quarters' first halves, then their second, so that four independent chains stand side by side.
#[inline(always)]
fn round<V: BlakeLanes, const R: usize, const SKIP: usize>(v: &mut [V; 16], m: &[V; 16]) {
    for_const!(STEP in [0 1] {
        for_const!(Q in [0 1 2 3] {
            half!(v, m, 4 * STEP + Q, 8 * STEP + 2 * Q, rot_1, rot_2);
        });
        for_const!(Q in [0 1 2 3] {
            half!(v, m, 4 * STEP + Q, 8 * STEP + 2 * Q + 1, rot_3, rot_4);
        });
        tie(v);
    });
}

/// See [`Lanes::tie`].
#[inline(always)]
fn tie<V: Lanes>(v: &mut [V; 16]) {
    for_const!(I in [4 5 6 7] {
        v[I].tie();
    });
}

#[inline(always)]
fn rounds<V: BlakeLanes, T: Variant, const SKIP: usize>(v: &mut [V; 16], m: &[V; 16]) {
    for_const!(R in [0 1 2 3 4 5 6 7 8 9] {
        round::<V, R, SKIP>(v, m);
    });
    if const { T::ROUNDS == 12 } {
        for_const!(R in [10 11] {
            round::<V, R, SKIP>(v, m);
        });
    }
}

/// The working matrix before the first round.
#[inline(always)]
fn start<V: BlakeLanes, T: Variant<Word = V::Word>>(h: &[V; 8], counter: u64, last: bool) -> [V; 16] {
    let mut v = [V::splat(Word::ZERO); 16];
    let mut i = 0;
    while i < 8 {
        v[i] = h[i];
        v[i + 8] = V::splat(T::IV[i]);
        i += 1;
    }
    let (low, high) = if T::Word::BYTES == 4 { (counter & 0xffff_ffff, counter >> 32) } else { (counter, 0) };
    v[12] = v[12].xor(V::splat(Word::from_u64(low)));
    v[13] = v[13].xor(V::splat(Word::from_u64(high)));
    if last {
        v[14] = v[14].xor(V::splat(Word::from_u64(u64::MAX)));
    }
    v
}

#[inline(always)]
fn compress<V: BlakeLanes, T: Variant<Word = V::Word>, const SKIP: usize>(
    h: [V; 8],
    m: &[V; 16],
    counter: u64,
    last: bool,
) -> [V; 8] {
    let mut v = start::<V, T>(&h, counter, last);
    rounds::<V, T, SKIP>(&mut v, m);
    let mut out = h;
    let mut i = 0;
    while i < 8 {
        out[i] = h[i].xor3(v[i], v[i + 8]);
        i += 1;
    }
    out
}

#[inline(always)]
fn splat_chain<V: Lanes>(chain: &Chain) -> [V; 8] {
    let mut h = [V::splat(Word::ZERO); 8];
    let mut i = 0;
    while i < 8 {
        h[i] = V::splat(Word::from_u64(chain[i]));
        i += 1;
    }
    h
}

#[inline(always)]
pub(crate) fn walk<V: BlakeLanes, T: Variant<Word = V::Word>, const DIGEST: usize>(
    chain: &Chain,
    block: &mut LaneBlock,
    steps: u64,
) {
    let h = splat_chain::<V>(chain);
    let words = block.words_mut::<V::Word>();
    let mut m = [V::splat(Word::ZERO); 16];
    let mut i = 0;
    while i < T::DIGEST {
        m[i] = V::load(&words[i * V::COUNT..(i + 1) * V::COUNT]);
        i += 1;
    }
    for _ in 0..steps {
        let out = compress::<V, T, DIGEST>(h, &m, 32, true);
        let mut i = 0;
        while i < T::DIGEST {
            m[i] = out[i];
            i += 1;
        }
    }
    let mut i = 0;
    while i < T::DIGEST {
        m[i].store(&mut words[i * V::COUNT..(i + 1) * V::COUNT]);
        i += 1;
    }
}

/// Digests of equally long messages, one a lane.
#[inline(always)]
pub(crate) fn digest<V: BlakeLanes, T: Variant<Word = V::Word>>(
    chain: &Chain,
    messages: &[u8],
    length: usize,
    out: &mut [[u8; 32]],
) {
    let mut blocks = LaneBlocks::new(T::FUNCTION, messages, length);
    for (group, out) in out.chunks_mut(V::COUNT).enumerate() {
        let mut h = splat_chain::<V>(chain);
        for index in 0..blocks.count() {
            let m = blocks.load::<V>(group * V::COUNT, out.len(), index);
            let upto = length.min((index + 1) * 16 * T::Word::BYTES);
            h = compress::<V, T, 16>(h, &m, upto as u64, index + 1 == blocks.count());
        }
        store_digests(h, out);
    }
}

/// The decisive word of a finished digest, read as the tail's test reads it.
#[inline(always)]
fn decisive<V: BlakeLanes, T: Variant<Word = V::Word>>(h: &[V; 8], index: usize, swap: bool) -> V {
    let word = if index == 0 { h[0] } else { h[T::DIGEST - 1] };
    if swap { word.swap_bytes() } else { word }
}

/// Any tail: one or more blocks, a nonce anywhere. Returns how many nonces were tried.
#[inline(always)]
pub(crate) fn search_tail<V: BlakeLanes, T: Variant<Word = V::Word>>(
    tail: &Tail,
    window: &Window<V::Word>,
    first: u32,
    count: u64,
    found: &mut Found<'_>,
) -> u64 {
    let (index, swap) = tail.decisive();
    let limit = V::splat(tail.limit());
    let mut lanes = [T::Word::ZERO; LANES_MAX];
    let mut done = 0;
    while done < count && !found.full() {
        let low = first.wrapping_add(done as u32);
        for (sibling, midstate) in tail.midstates.iter().enumerate() {
            let mut h = splat_chain::<V>(midstate);
            for (block, words) in window.blocks.iter().enumerate() {
                let mut m = [V::splat(Word::ZERO); 16];
                let mut i = 0;
                while i < 16 {
                    m[i] = V::splat(words[i]);
                    i += 1;
                }
                for moving in window.moving.iter().filter(|moving| moving.block == block) {
                    for (lane, word) in lanes[..V::COUNT].iter_mut().enumerate() {
                        *word = words[moving.word] | moving.share::<V::Word>(low.wrapping_add(lane as u32));
                    }
                    m[moving.word] = V::load(&lanes[..V::COUNT]);
                }
                let (counter, last) = tail.counter(block);
                h = compress::<V, T, 16>(h, &m, counter, last);
            }
            let word = decisive::<V, T>(&h, index, swap);
            found.take(word.at_most(limit), window.high, low, sibling as u32, count - done);
        }
        done += V::COUNT as u64;
    }
    done.min(count)
}

/// A one-block tail whose nonce stands in word `AT`, with only zeros behind: headers (word 3 of BLAKE2s's second
/// block, word 9 of BLAKE2b's one) and identities (word 4 of BLAKE2b's). Returns how many nonces were tried.
#[inline(always)]
pub(crate) fn search_last<V: BlakeLanes, T: Variant<Word = V::Word>, const AT: usize, const SKIP: usize>(
    tail: &Tail,
    window: &Window<V::Word>,
    first: u32,
    count: u64,
    found: &mut Found<'_>,
) -> u64 {
    let (index, swap) = tail.decisive();
    let limit = V::splat(tail.limit());
    let words = &window.blocks[0];
    let moving = window.moving[0];
    let mut m = [V::splat(Word::ZERO); 16];
    let mut i = 0;
    while i <= AT {
        m[i] = V::splat(words[i]);
        i += 1;
    }
    let (counter, last) = tail.counter(0);
    let mut lanes = [T::Word::ZERO; LANES_MAX];
    for (lane, word) in lanes[..V::COUNT].iter_mut().enumerate() {
        *word = moving.share(lane as u32);
    }
    let iota = V::load(&lanes[..V::COUNT]);
    let mut done = 0;
    while done < count && !found.full() {
        let groups = (count - done).div_ceil(V::COUNT as u64).min(GROUPS);
        // Sibling by sibling, so that what the first round does before it meets the nonce is done once for all
        // groups of a sibling.
        for (sibling, midstate) in tail.midstates.iter().enumerate() {
            let h = splat_chain::<V>(midstate);
            for group in 0..groups {
                let at = done + group * V::COUNT as u64;
                let low = first.wrapping_add(at as u32);
                m[AT] = if moving.is_linear() {
                    V::splat(words[AT] | moving.share(low)).add(iota)
                } else {
                    for (lane, word) in lanes[..V::COUNT].iter_mut().enumerate() {
                        *word = words[AT] | moving.share::<V::Word>(low.wrapping_add(lane as u32));
                    }
                    V::load(&lanes[..V::COUNT])
                };
                let out = compress::<V, T, SKIP>(h, &m, counter, last);
                let word = decisive::<V, T>(&out, index, swap);
                found.take(word.at_most(limit), window.high, low, sibling as u32, count - at);
            }
        }
        done += groups * V::COUNT as u64;
    }
    done.min(count)
}

/// Groups of lanes tried under one sibling before the next has its turn.
const GROUPS: u64 = 64;

/// One block, not the last, into a chaining value, alone. `counter` counts the bytes with this block.
pub(crate) fn absorb<V, T>(chain: &mut Chain, block: &[u8], counter: u64)
where
    V: BlakeLanes<Word = V> + Word + Into<u64>,
    T: Variant<Word = V>,
{
    let mut words = [V::ZERO; 16];
    for (word, bytes) in words.iter_mut().zip(block.chunks_exact(V::BYTES)) {
        *word = V::from_le(bytes);
    }
    *chain = compress::<V, T, 16>(splat_chain(chain), &words, counter, false).map(Into::into);
}
