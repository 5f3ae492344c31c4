//! SHA-256 over lanes: one text for every width.
//!
//! A round keeps its eight words in place and rotates their roles instead, so a round's number is a constant
//! wherever it is used. Rounds of which only one output word is used shrink by themselves: the compiler drops what
//! nobody reads, so the decisive word of a search ends three rounds early.

use crate::blocks::{LaneBlocks, store_digests};
use crate::function::{Chain, Function, IV32};
use crate::kernel::{Found, LANES_MAX, LaneBlock};
use crate::lanes::{ShaLanes, ShaSums};
use crate::tail::{Tail, Window};

pub(crate) const K: [u32; 64] = [
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
];

/// Writes the body once for each constant, so that every round number is known to the compiler.
macro_rules! for_const {
    ($t:ident in [$($n:literal)*] $body:block) => { $( { const $t: usize = $n; $body } )* };
}
pub(crate) use for_const;

macro_rules! rounds_0_to_15 {
    ($t:ident $body:block) => { for_const!($t in [0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15] $body) };
}
macro_rules! rounds_18_to_63 {
    ($t:ident $body:block) => {
        for_const!($t in [18 19 20 21 22 23 24 25 26 27 28 29 30 31 32 33 34 35 36 37 38 39 40 41 42 43 44 45 46
            47 48 49 50 51 52 53 54 55 56 57 58 59 60 61 62 63] $body)
    };
}
macro_rules! rounds_16_to_63 {
    ($t:ident $body:block) => { for_const!($t in [16 17] $body); rounds_18_to_63!($t $body) };
}

#[inline(always)]
fn big_sigma_0<V: ShaLanes>(x: V) -> V {
    x.rotr::<2>().xor3(x.rotr::<13>(), x.rotr::<22>())
}
#[inline(always)]
fn big_sigma_1<V: ShaLanes>(x: V) -> V {
    x.rotr::<6>().xor3(x.rotr::<11>(), x.rotr::<25>())
}
#[inline(always)]
fn small_sigma_0<V: ShaLanes>(x: V) -> V {
    x.rotr::<7>().xor3(x.rotr::<18>(), x.shr::<3>())
}
#[inline(always)]
fn small_sigma_1<V: ShaLanes>(x: V) -> V {
    x.rotr::<17>().xor3(x.rotr::<19>(), x.shr::<10>())
}

/// See [`ShaSums::sum_e`].
#[inline(always)]
pub(crate) fn sum_e<V: ShaLanes>(e: V, f: V, g: V, hkw: V) -> V {
    hkw.add(V::choose(e, f, g)).add(big_sigma_1(e))
}

/// See [`ShaSums::sum_a`].
#[inline(always)]
pub(crate) fn sum_a<V: ShaLanes>(a: V, b: V, c: V, ab: V, bc: V) -> V {
    V::majority(a, b, c, ab, bc).add(big_sigma_0(a))
}

/// See [`ShaSums::sum_w`].
#[inline(always)]
pub(crate) fn sum_w<V: ShaLanes>(w0: V, w1: V, w9: V, w14: V) -> V {
    w0.add(small_sigma_0(w1)).add(w9).add(small_sigma_1(w14))
}

/// The eight working words and b^c of the coming round (which is a^b of the one before).
#[derive(Clone, Copy)]
struct Work<V> {
    s: [V; 8],
    bc: V,
}

impl<V: ShaSums> Work<V> {
    /// Working words before round `t`, given in the order a..h.
    #[inline(always)]
    fn before(t: usize, words: [V; 8]) -> Self {
        let mut s = words;
        let mut i = 0;
        while i < 8 {
            s[(i + 64 - t) % 8] = words[i];
            i += 1;
        }
        Work { s, bc: words[1].xor(words[2]) }
    }

    /// Round `T`; `kw` is K plus the schedule word.
    #[inline(always)]
    fn round<const T: usize>(&mut self, kw: V) {
        let (a, b, c, d) = ((64 - T) % 8, (65 - T) % 8, (66 - T) % 8, (67 - T) % 8);
        let (e, f, g, h) = ((68 - T) % 8, (69 - T) % 8, (70 - T) % 8, (71 - T) % 8);
        let s = &mut self.s;
        let t1 = V::sum_e(s[e], s[f], s[g], s[h].add(kw));
        let ab = s[a].xor(s[b]);
        let t2 = V::sum_a(s[a], s[b], s[c], ab, self.bc);
        s[d] = s[d].add(t1);
        s[h] = t1.add(t2);
        self.bc = ab;
    }

    /// The chaining value after 64 rounds: 64 is a multiple of 8, so the roles are back in order.
    #[inline(always)]
    fn finish(self, chain: [V; 8]) -> [V; 8] {
        let mut out = self.s;
        let mut i = 0;
        while i < 8 {
            out[i] = out[i].add(chain[i]);
            i += 1;
        }
        out
    }
}

/// The next schedule word, in place of the one sixteen rounds back.
#[inline(always)]
fn expand<V: ShaSums, const T: usize>(w: &mut [V; 16]) -> V {
    let word = V::sum_w(w[T % 16], w[(T + 1) % 16], w[(T + 9) % 16], w[(T + 14) % 16]);
    w[T % 16] = word;
    word
}

/// One block into the chaining value.
#[inline(always)]
pub(crate) fn compress<V: ShaSums>(chain: [V; 8], mut w: [V; 16]) -> [V; 8] {
    let mut work = Work::before(0, chain);
    rounds_0_to_15!(T {
        work.round::<T>(w[T].add(V::splat(K[T])));
    });
    rounds_16_to_63!(T {
        work.round::<T>(expand::<V, T>(&mut w).add(V::splat(K[T])));
    });
    work.finish(chain)
}

/// The one block of a 32-byte message.
#[inline(always)]
fn block_of_digest<V: ShaSums>(digest: [V; 8]) -> [V; 16] {
    let zero = V::splat(0);
    let [a, b, c, d, e, f, g, h] = digest;
    [a, b, c, d, e, f, g, h, V::splat(0x8000_0000), zero, zero, zero, zero, zero, zero, V::splat(256)]
}

/// SHA-256 of a 32-byte message.
#[inline(always)]
fn hash_digest<V: ShaSums>(digest: [V; 8]) -> [V; 8] {
    compress(splats(IV32), block_of_digest(digest))
}

#[inline(always)]
fn splats<V: ShaSums>(words: [u32; 8]) -> [V; 8] {
    let mut out = [V::splat(0); 8];
    let mut i = 0;
    while i < 8 {
        out[i] = V::splat(words[i]);
        i += 1;
    }
    out
}

/// Eight words a lane, word by word, as [`LaneBlock`] keeps them.
#[inline(always)]
fn load_state<V: ShaSums>(block: &LaneBlock) -> [V; 8] {
    let words = block.words::<u32>();
    let mut state = [V::splat(0); 8];
    let mut i = 0;
    while i < 8 {
        state[i] = V::load(&words[i * V::COUNT..(i + 1) * V::COUNT]);
        i += 1;
    }
    state
}

#[inline(always)]
pub(crate) fn walk<V: ShaSums, const DOUBLE: bool>(_chain: &Chain, block: &mut LaneBlock, steps: u64) {
    let mut state = load_state::<V>(block);
    let hashes = if DOUBLE { 2 * steps } else { steps };
    for _ in 0..hashes {
        state = hash_digest(state);
    }
    store_state(state, block.words_mut());
}

#[inline(always)]
fn store_state<V: ShaSums>(state: [V; 8], words: &mut [u32]) {
    let mut i = 0;
    while i < 8 {
        state[i].store(&mut words[i * V::COUNT..(i + 1) * V::COUNT]);
        i += 1;
    }
}

/// Digests of equally long messages, one a lane.
#[inline(always)]
pub(crate) fn digest<V: ShaSums, const DOUBLE: bool>(
    chain: &Chain,
    messages: &[u8],
    length: usize,
    out: &mut [[u8; 32]],
) {
    let mut blocks = LaneBlocks::new(Function::Sha256, messages, length);
    let start = splats::<V>(chain.map(|word| word as u32));
    let mut states = [start; FIRSTS];
    for (batch, out) in out.chunks_mut(FIRSTS * V::COUNT).enumerate() {
        for (group, (out, state)) in out.chunks(V::COUNT).zip(&mut states).enumerate() {
            let first = (batch * FIRSTS + group) * V::COUNT;
            *state = start;
            for index in 0..blocks.count() {
                *state = compress(*state, swap_bytes(blocks.load::<V>(first, out.len(), index)));
            }
        }
        for (out, state) in out.chunks_mut(V::COUNT).zip(states) {
            let digest = if DOUBLE { hash_digest(state) } else { state };
            store_digests(swap_bytes(digest), out);
        }
    }
}

/// Each word's bytes reversed: SHA-256 reads and writes big-endian.
#[inline(always)]
fn swap_bytes<V: ShaSums, const N: usize>(mut words: [V; N]) -> [V; N] {
    let mut i = 0;
    while i < N {
        words[i] = words[i].swap_bytes();
        i += 1;
    }
    words
}

/// Any tail: one or more blocks, a nonce anywhere. Returns how many nonces were tried.
#[inline(always)]
pub(crate) fn search_tail<V: ShaSums, const DOUBLE: bool>(
    tail: &Tail,
    window: &Window<u32>,
    first: u32,
    count: u64,
    found: &mut Found<'_>,
) -> u64 {
    let (decisive, swap) = tail.decisive();
    let limit = V::splat(tail.limit());
    let mut lanes = [0u32; LANES_MAX];
    let mut done = 0;
    while done < count && !found.full() {
        let low = first.wrapping_add(done as u32);
        for (sibling, midstate) in tail.midstates.iter().enumerate() {
            let mut state = splats::<V>(midstate.map(|word| word as u32));
            // SHA-256d's second message, the first digest, is one more block.
            for index in 0..window.blocks.len() + usize::from(DOUBLE) {
                let mut block = block_of_digest(state);
                if let Some(words) = window.blocks.get(index) {
                    let mut i = 0;
                    while i < 16 {
                        block[i] = V::splat(words[i]);
                        i += 1;
                    }
                    for moving in window.moving.iter().filter(|moving| moving.block == index) {
                        for (lane, word) in lanes[..V::COUNT].iter_mut().enumerate() {
                            *word = words[moving.word] | moving.share::<u32>(low.wrapping_add(lane as u32));
                        }
                        block[moving.word] = V::load(&lanes[..V::COUNT]);
                    }
                } else {
                    state = splats(IV32);
                }
                state = compress(state, block);
            }
            let word = if decisive == 0 { state[0] } else { state[7] };
            let word = if swap { word.swap_bytes() } else { word };
            found.take(word.at_most(limit), window.high, low, sibling as u32, count - done);
        }
        done += V::COUNT as u64;
    }
    done.min(count)
}

/// First hashes of groups of lanes that wait together in the first-level cache for their second.
///
/// Each pass over them is a loop short enough for the instruction cache; both hashes in one loop are not.
const FIRSTS: usize = 16;

/// What does not change while the nonce, word 3 of the block, does, whatever the midstate.
struct HeaderBlock {
    /// K plus schedule word where that is constant: rounds 4..=17.
    kw: [u32; 18],
    /// The constant part of schedule words 18..=33.
    part: [u32; 34],
}

impl HeaderBlock {
    /// Schedule word `i` does not depend on word 3.
    const fn constant(i: usize) -> bool {
        i != 3 && i < 18
    }

    fn new(words: &[u32; 16]) -> Self {
        let mut w = [0u32; 18];
        w[..16].copy_from_slice(words);
        let mut part = [0; 34];
        for t in 16..34 {
            let term = |i: usize, value: fn(u32) -> u32| if Self::constant(i) { value(w[i]) } else { 0 };
            part[t] = term(t - 2, small_sigma_1)
                .wrapping_add(term(t - 7, |x| x))
                .wrapping_add(term(t - 15, small_sigma_0))
                .wrapping_add(term(t - 16, |x| x));
            if t < 18 {
                w[t] = part[t];
            }
        }
        let mut kw = [0; 18];
        for t in 4..18 {
            kw[t] = K[t].wrapping_add(w[t]);
        }
        HeaderBlock { kw, part }
    }
}

/// A midstate three rounds into the header's second block: the rounds before the nonce.
struct HeaderStart {
    /// Working words before round 3.
    before_3: [u32; 8],
    /// The midstate, to be added at the end.
    chain: [u32; 8],
}

impl HeaderStart {
    fn new(chain: &Chain, words: &[u32; 16]) -> Self {
        let chain = chain.map(|word| word as u32);
        let mut work = Work::before(0, chain);
        work.round::<0>(K[0].wrapping_add(words[0]));
        work.round::<1>(K[1].wrapping_add(words[1]));
        work.round::<2>(K[2].wrapping_add(words[2]));
        let mut before_3 = [0; 8];
        for (i, word) in before_3.iter_mut().enumerate() {
            *word = work.s[(i + 64 - 3) % 8];
        }
        HeaderStart { before_3, chain }
    }
}

/// Schedule word `T` of a block in which only word 3 varies.
#[inline(always)]
fn expand_header<V: ShaSums, const T: usize>(w: &mut [V; 16], part: &[u32; 34]) -> V {
    const fn varies(i: usize) -> bool {
        !HeaderBlock::constant(i)
    }
    if const { T >= 34 } {
        return expand::<V, T>(w);
    }
    let mut word = V::splat(part[const { T % 34 }]);
    if const { varies(T - 16) } {
        word = word.add(w[const { T % 16 }]);
    }
    if const { varies(T - 15) } {
        word = word.add(small_sigma_0(w[const { (T + 1) % 16 }]));
    }
    if const { varies(T - 7) } {
        word = word.add(w[const { (T + 9) % 16 }]);
    }
    if const { varies(T - 2) } {
        word = word.add(small_sigma_1(w[const { (T + 14) % 16 }]));
    }
    w[const { T % 16 }] = word;
    word
}

/// SHA-256d of a one-block tail whose word 3 is the nonce: the 80-byte header. Tests digests read little-endian.
/// Returns how many nonces were tried.
///
/// Siblings (rolled versions) share the second block, so its schedule is computed once for all of them.
#[inline(always)]
pub(crate) fn search_header<V: ShaSums>(
    tail: &Tail,
    window: &Window<u32>,
    first: u32,
    count: u64,
    found: &mut Found<'_>,
) -> u64 {
    let words = &window.blocks[0];
    let block = HeaderBlock::new(words);
    let starts: Vec<HeaderStart> =
        tail.midstates.iter().map(|midstate| HeaderStart::new(midstate, words)).collect();
    let swap_nonce = window.moving[0].share::<u32>(1) != 1;
    let limit = V::splat(tail.limit());
    let mut lanes = [0u32; LANES_MAX];
    for (lane, word) in lanes[..V::COUNT].iter_mut().enumerate() {
        *word = lane as u32;
    }
    let iota = V::load(&lanes[..V::COUNT]);
    let mut firsts = [[V::splat(0); 8]; FIRSTS];
    let mut schedule = [V::splat(0); 64];
    let together = starts.len().min(FIRSTS);
    let mut done = 0;
    while done < count && !found.full() {
        let groups = (count - done).div_ceil(V::COUNT as u64).min((FIRSTS / together) as u64) as usize;
        let lows = first.wrapping_add(done as u32);
        for (batch, starts) in starts.chunks(FIRSTS).enumerate() {
            for group in 0..groups {
                let nonce = V::splat(lows.wrapping_add((group * V::COUNT) as u32)).add(iota);
                let nonce = if swap_nonce { nonce.swap_bytes() } else { nonce };
                let out = &mut firsts[group * together..(group + 1) * together];
                if let ([start], [out]) = (starts, &mut *out) {
                    *out = header_hash(&block, start, nonce);
                } else {
                    header_schedule(&block, nonce, &mut schedule);
                    for (start, out) in starts.iter().zip(out) {
                        *out = header_hash_with(&schedule, start);
                    }
                }
            }
            for group in 0..groups {
                let at = done + (group * V::COUNT) as u64;
                for (sibling, first_hash) in firsts[group * together..][..starts.len()].iter().enumerate() {
                    let mask = hash_digest(*first_hash)[7].swap_bytes().at_most(limit);
                    let sibling = (batch * FIRSTS + sibling) as u32;
                    found.take(mask, window.high, first.wrapping_add(at as u32), sibling, count - at);
                }
            }
        }
        done += (groups * V::COUNT) as u64;
    }
    done.min(count)
}

/// The first hash of a header, given its nonce word: schedule and rounds in one pass.
#[inline(always)]
fn header_hash<V: ShaSums>(block: &HeaderBlock, start: &HeaderStart, nonce: V) -> [V; 8] {
    let mut work = Work::before(3, splats::<V>(start.before_3));
    let mut w = [V::splat(0); 16];
    w[3] = nonce;
    work.round::<3>(nonce.add(V::splat(K[3])));
    for_const!(T in [4 5 6 7 8 9 10 11 12 13 14 15 16 17] {
        work.round::<T>(V::splat(block.kw[T]));
    });
    rounds_18_to_63!(T {
        work.round::<T>(expand_header::<V, T>(&mut w, &block.part).add(V::splat(K[T])));
    });
    work.finish(splats(start.chain))
}

/// K plus schedule word of every round from 3 on.
#[inline(always)]
fn header_schedule<V: ShaSums>(block: &HeaderBlock, nonce: V, schedule: &mut [V; 64]) {
    let mut w = [V::splat(0); 16];
    w[3] = nonce;
    schedule[3] = nonce.add(V::splat(K[3]));
    for_const!(T in [4 5 6 7 8 9 10 11 12 13 14 15 16 17] {
        schedule[T] = V::splat(block.kw[T]);
    });
    rounds_18_to_63!(T {
        schedule[T] = expand_header::<V, T>(&mut w, &block.part).add(V::splat(K[T]));
    });
}

/// The first hash of a header, given its schedule.
#[inline(always)]
fn header_hash_with<V: ShaSums>(schedule: &[V; 64], start: &HeaderStart) -> [V; 8] {
    let mut work = Work::before(3, splats::<V>(start.before_3));
    for_const!(T in [3 4 5 6 7 8 9 10 11 12 13 14 15 16 17] {
        work.round::<T>(schedule[T]);
    });
    rounds_18_to_63!(T {
        work.round::<T>(schedule[T]);
    });
    work.finish(splats(start.chain))
}

/// One block into a chaining value, alone.
pub(crate) fn absorb(chain: &mut Chain, block: &[u8]) {
    let mut words = [0u32; 16];
    for (word, bytes) in words.iter_mut().zip(block.chunks_exact(4)) {
        *word = u32::from_be_bytes(bytes.try_into().expect("four bytes"));
    }
    *chain = compress(chain.map(|word| word as u32), words).map(u64::from);
}
