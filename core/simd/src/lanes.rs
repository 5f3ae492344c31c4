//! The small vocabulary that the kernels are written in: a vector of lanes, one independent message in each.
//!
//! An instruction set joins by implementing [`Lanes`] and the two hash families' extras for its vector types.
//! Values of those types are made only inside the entries of that width (`avx2.rs`, `avx512.rs`, `neon.rs`), which
//! run only where `detect.rs` has seen the instructions. Everything here is `#[inline(always)]`: the entry's target
//! features must reach every operation, and a closure or an outlined call would lose them.

/// A lane's word: `u32` (SHA-256, BLAKE2s) or `u64` (BLAKE2b).
pub(crate) trait Word:
    Copy + Eq + Ord + bytemuck::Pod + core::ops::BitXor<Output = Self> + core::ops::BitOr<Output = Self>
{
    const BYTES: usize = size_of::<Self>();
    const ZERO: Self;
    fn from_le(bytes: &[u8]) -> Self;
    fn from_be(bytes: &[u8]) -> Self;
    fn to_le(self) -> [u8; 8];
    fn from_u64(value: u64) -> Self;
    fn swap_bytes(self) -> Self;
}

macro_rules! word {
    ($t:ty) => {
        impl Word for $t {
            const ZERO: Self = 0;
            #[inline(always)]
            fn from_le(bytes: &[u8]) -> Self {
                <$t>::from_le_bytes(bytes[..Self::BYTES].try_into().expect("the slice is one word long"))
            }
            #[inline(always)]
            fn from_be(bytes: &[u8]) -> Self {
                <$t>::from_be_bytes(bytes[..Self::BYTES].try_into().expect("the slice is one word long"))
            }
            #[inline(always)]
            fn to_le(self) -> [u8; 8] {
                u64::from(self).to_le_bytes()
            }
            #[inline(always)]
            fn from_u64(value: u64) -> Self {
                value as $t
            }
            #[inline(always)]
            fn swap_bytes(self) -> Self {
                <$t>::swap_bytes(self)
            }
        }
    };
}
word!(u32);
word!(u64);

/// A vector of lanes.
pub(crate) trait Lanes: Copy {
    type Word: Word;
    /// How many lanes.
    const COUNT: usize;
    /// Lanes of one group, and groups that take turns.
    const SHAPE: (usize, usize) = (Self::COUNT, 1);
    fn splat(word: Self::Word) -> Self;
    /// Lane `i` is `words[i]`. Needs `COUNT` words.
    fn load(words: &[Self::Word]) -> Self;
    /// Sixteen words of each lane from the lanes' blocks, read little-endian: lane `i`'s block begins at
    /// `i * stride` of `bytes`, which must hold the last one whole. This text serves up to eight lanes.
    #[inline(always)]
    fn load_blocks(bytes: &[u8], stride: usize) -> [Self; 16] {
        let mut words = [Self::Word::ZERO; 16 * 8];
        for lane in 0..Self::COUNT {
            let block = &bytes[lane * stride..][..16 * Self::Word::BYTES];
            for (i, bytes) in block.chunks_exact(Self::Word::BYTES).enumerate() {
                words[i * Self::COUNT + lane] = Word::from_le(bytes);
            }
        }
        let mut loaded = [Self::splat(Self::Word::ZERO); 16];
        for (vector, words) in loaded.iter_mut().zip(words.chunks_exact(Self::COUNT)) {
            *vector = Self::load(words);
        }
        loaded
    }
    /// The way back for 32 bytes a lane: row `i` is lane `i` of the first words, as many as make 32 bytes, written
    /// little-endian. Needs `COUNT` rows. This text serves up to eight lanes.
    #[inline(always)]
    fn store_rows(words: [Self; 8], rows: &mut [[u8; 32]]) {
        let mut stored = [Self::Word::ZERO; 8 * 8];
        for (vector, words) in words.iter().zip(stored.chunks_exact_mut(Self::COUNT)) {
            vector.store(words);
        }
        for (lane, row) in rows[..Self::COUNT].iter_mut().enumerate() {
            for (i, bytes) in row.chunks_exact_mut(Self::Word::BYTES).enumerate() {
                bytes.copy_from_slice(&stored[i * Self::COUNT + lane].to_le()[..Self::Word::BYTES]);
            }
        }
    }
    /// `words[i]` is lane `i`. Needs `COUNT` words.
    fn store(self, words: &mut [Self::Word]);
    fn add(self, other: Self) -> Self;
    fn xor(self, other: Self) -> Self;
    fn and(self, other: Self) -> Self;
    /// Reverses the bytes of each lane.
    fn swap_bytes(self) -> Self;
    /// Bit `i` is set where lane `i`, read unsigned, is at most that lane of `limit`.
    fn at_most(self, limit: Self) -> u64;
    #[inline(always)]
    fn xor3(self, b: Self, c: Self) -> Self {
        self.xor(b).xor(c)
    }
    /// Keeps the compiler from pulling interleaved groups apart again; no instruction. See [`X2`].
    #[inline(always)]
    fn tie(&mut self) {}
}

/// What SHA-256 needs beside [`Lanes`].
pub(crate) trait ShaLanes: Lanes<Word = u32> {
    fn rotr<const N: u32>(self) -> Self;
    fn shr<const N: u32>(self) -> Self;
    /// `e ? f : g`, bit by bit.
    fn choose(e: Self, f: Self, g: Self) -> Self;
    /// The majority of a, b, c, bit by bit; `ab` is a^b and `bc` is b^c, for widths that gain by keeping them.
    fn majority(a: Self, b: Self, c: Self, ab: Self, bc: Self) -> Self;
}

/// SHA-256's sums, each as one small function with the width's own target features.
///
/// They exist for the compiler's sake. Inlining every single operation straight into a kernel leaves LLVM with tens
/// of thousands of stack slots in one block, and promoting those takes minutes; a sum is simplified on its own
/// first. `sha_sums!` writes them from the generic texts in `sha256.rs`.
pub(crate) trait ShaSums: ShaLanes {
    /// T1 of a round: hkw + choose(e, f, g) + Σ1(e), where hkw is h + K + the schedule word.
    fn sum_e(e: Self, f: Self, g: Self, hkw: Self) -> Self;
    /// T2 of a round: Σ0(a) + majority(a, b, c).
    fn sum_a(a: Self, b: Self, c: Self, ab: Self, bc: Self) -> Self;
    /// A schedule word: w0 + σ0(w1) + w9 + σ1(w14).
    fn sum_w(w0: Self, w1: Self, w9: Self, w14: Self) -> Self;
}

/// Implements [`ShaSums`] for a width.
macro_rules! sha_sums {
    ($v:ty, [$($attribute:meta)?]) => {
        impl $crate::lanes::ShaSums for $v {
            #[inline(always)]
            fn sum_e(e: Self, f: Self, g: Self, hkw: Self) -> Self {
                /// # Safety
                /// Needs the path.
                $(#[$attribute])?
                #[inline]
                unsafe fn sum(e: $v, f: $v, g: $v, hkw: $v) -> $v {
                    $crate::sha256::sum_e(e, f, g, hkw)
                }
                // SAFETY: values of this type exist only where the path is available.
                unsafe { sum(e, f, g, hkw) }
            }
            #[inline(always)]
            fn sum_a(a: Self, b: Self, c: Self, ab: Self, bc: Self) -> Self {
                /// # Safety
                /// Needs the path.
                $(#[$attribute])?
                #[inline]
                unsafe fn sum(a: $v, b: $v, c: $v, ab: $v, bc: $v) -> $v {
                    $crate::sha256::sum_a(a, b, c, ab, bc)
                }
                // SAFETY: values of this type exist only where the path is available.
                unsafe { sum(a, b, c, ab, bc) }
            }
            #[inline(always)]
            fn sum_w(w0: Self, w1: Self, w9: Self, w14: Self) -> Self {
                /// # Safety
                /// Needs the path.
                $(#[$attribute])?
                #[inline]
                unsafe fn sum(w0: $v, w1: $v, w9: $v, w14: $v) -> $v {
                    $crate::sha256::sum_w(w0, w1, w9, w14)
                }
                // SAFETY: values of this type exist only where the path is available.
                unsafe { sum(w0, w1, w9, w14) }
            }
        }
    };
}
pub(crate) use sha_sums;

/// What BLAKE2 needs beside [`Lanes`]: its four right rotations (16 12 8 7 for BLAKE2s, 32 24 16 63 for BLAKE2b).
pub(crate) trait BlakeLanes: Lanes {
    fn rot_1(self) -> Self;
    fn rot_2(self) -> Self;
    fn rot_3(self) -> Self;
    fn rot_4(self) -> Self;
}

/// Two groups of lanes that take turns, so that one's latency hides behind the other's work.
#[derive(Clone, Copy)]
pub(crate) struct X2<V>(pub(crate) V, pub(crate) V);

impl<V: Tied> Lanes for X2<V> {
    type Word = V::Word;
    const COUNT: usize = 2 * V::COUNT;
    const SHAPE: (usize, usize) = (V::COUNT, 2);
    #[inline(always)]
    fn splat(word: V::Word) -> Self {
        let v = V::splat(word);
        X2(v, v)
    }
    #[inline(always)]
    fn load(words: &[V::Word]) -> Self {
        X2(V::load(&words[..V::COUNT]), V::load(&words[V::COUNT..]))
    }
    #[inline(always)]
    fn load_blocks(bytes: &[u8], stride: usize) -> [Self; 16] {
        let (a, b) = (V::load_blocks(bytes, stride), V::load_blocks(&bytes[V::COUNT * stride..], stride));
        let mut loaded = [X2(a[0], b[0]); 16];
        let mut i = 0;
        while i < 16 {
            loaded[i] = X2(a[i], b[i]);
            i += 1;
        }
        loaded
    }
    #[inline(always)]
    fn store_rows(words: [Self; 8], rows: &mut [[u8; 32]]) {
        let (mut a, mut b) = ([words[0].0; 8], [words[0].1; 8]);
        let mut i = 0;
        while i < 8 {
            (a[i], b[i]) = (words[i].0, words[i].1);
            i += 1;
        }
        let (first, second) = rows.split_at_mut(V::COUNT);
        V::store_rows(a, first);
        V::store_rows(b, second);
    }
    #[inline(always)]
    fn store(self, words: &mut [V::Word]) {
        self.0.store(&mut words[..V::COUNT]);
        self.1.store(&mut words[V::COUNT..]);
    }
    #[inline(always)]
    fn add(self, o: Self) -> Self {
        X2(self.0.add(o.0), self.1.add(o.1))
    }
    #[inline(always)]
    fn xor(self, o: Self) -> Self {
        X2(self.0.xor(o.0), self.1.xor(o.1))
    }
    #[inline(always)]
    fn and(self, o: Self) -> Self {
        X2(self.0.and(o.0), self.1.and(o.1))
    }
    #[inline(always)]
    fn xor3(self, b: Self, c: Self) -> Self {
        X2(self.0.xor3(b.0, c.0), self.1.xor3(b.1, c.1))
    }
    #[inline(always)]
    fn swap_bytes(self) -> Self {
        X2(self.0.swap_bytes(), self.1.swap_bytes())
    }
    #[inline(always)]
    fn at_most(self, limit: Self) -> u64 {
        self.0.at_most(limit.0) | self.1.at_most(limit.1) << V::COUNT
    }
    #[inline(always)]
    fn tie(&mut self) {
        V::tie_pair(&mut self.0, &mut self.1);
    }
}

/// Lanes whose two groups an [`X2`] can hold together.
pub(crate) trait Tied: Lanes {
    /// An empty piece of assembly that takes and gives back both values: the optimiser may not move work of one
    /// group across it without the other's. Without this it re-serialises the groups of a long basic block.
    fn tie_pair(a: &mut Self, b: &mut Self);
}

impl<V: Tied + ShaLanes> ShaLanes for X2<V> {
    #[inline(always)]
    fn rotr<const N: u32>(self) -> Self {
        X2(self.0.rotr::<N>(), self.1.rotr::<N>())
    }
    #[inline(always)]
    fn shr<const N: u32>(self) -> Self {
        X2(self.0.shr::<N>(), self.1.shr::<N>())
    }
    #[inline(always)]
    fn choose(e: Self, f: Self, g: Self) -> Self {
        X2(V::choose(e.0, f.0, g.0), V::choose(e.1, f.1, g.1))
    }
    #[inline(always)]
    fn majority(a: Self, b: Self, c: Self, ab: Self, bc: Self) -> Self {
        X2(V::majority(a.0, b.0, c.0, ab.0, bc.0), V::majority(a.1, b.1, c.1, ab.1, bc.1))
    }
}

impl<V: Tied + BlakeLanes> BlakeLanes for X2<V> {
    #[inline(always)]
    fn rot_1(self) -> Self {
        X2(self.0.rot_1(), self.1.rot_1())
    }
    #[inline(always)]
    fn rot_2(self) -> Self {
        X2(self.0.rot_2(), self.1.rot_2())
    }
    #[inline(always)]
    fn rot_3(self) -> Self {
        X2(self.0.rot_3(), self.1.rot_3())
    }
    #[inline(always)]
    fn rot_4(self) -> Self {
        X2(self.0.rot_4(), self.1.rot_4())
    }
}
