//! 256-bit lanes. No rotate instruction: byte shuffles where the count allows, else two shifts. Sixteen registers hold
//! one group of SHA-256 or BLAKE2s; only BLAKE2b gains by a second.

use core::arch::asm;
use core::arch::x86_64::*;

use crate::detect::Path;
use crate::lanes::{BlakeLanes, Lanes, ShaLanes, Tied, X2};

/// An operation of this width.
macro_rules! op {
    ($e:expr) => {
        // SAFETY: values of these types are made only inside this file's entries, which need AVX2; loads and stores
        // are unaligned and stay within slices whose length was asserted.
        unsafe { $e }
    };
}

/// See [`Tied::tie_pair`]. Apart, because only a function with the feature may name its registers.
///
/// # Safety
/// Needs AVX2.
#[target_feature(enable = "avx2")]
#[inline]
unsafe fn tie(a: &mut __m256i, b: &mut __m256i) {
    // SAFETY: no instruction; both registers come back as they went in.
    unsafe {
        asm!(
            "/* {0} {1} */",
            inout(ymm_reg) * a,
            inout(ymm_reg) * b,
            options(pure, nomem, nostack, preserves_flags)
        );
    }
}

/// Eight lanes of `u32`.
#[derive(Clone, Copy)]
pub(crate) struct U32x8(__m256i);
/// Four lanes of `u64`.
#[derive(Clone, Copy)]
pub(crate) struct U64x4(__m256i);

macro_rules! lanes {
    ($v:ident, $word:ty, $int:ty, $count:literal, $set1:ident, $add:ident, $at_most:expr, $swap:expr,
        $load_blocks:ident) => {
        impl Lanes for $v {
            type Word = $word;
            const COUNT: usize = $count;
            #[inline(always)]
            fn splat(word: $word) -> Self {
                $v(op!($set1(word as $int)))
            }
            #[inline(always)]
            fn load(words: &[$word]) -> Self {
                assert!(words.len() >= $count);
                $v(op!(_mm256_loadu_si256(words.as_ptr().cast())))
            }
            #[inline(always)]
            fn load_blocks(blocks: &[&[u8]]) -> [Self; 16] {
                assert!(
                    blocks.len() >= $count
                        && blocks.iter().all(|block| block.len() >= 16 * size_of::<$word>())
                );
                op!($load_blocks(blocks))
            }
            #[inline(always)]
            fn store(self, words: &mut [$word]) {
                assert!(words.len() >= $count);
                op!(_mm256_storeu_si256(words.as_mut_ptr().cast(), self.0));
            }
            #[inline(always)]
            fn add(self, other: Self) -> Self {
                $v(op!($add(self.0, other.0)))
            }
            #[inline(always)]
            fn xor(self, other: Self) -> Self {
                $v(op!(_mm256_xor_si256(self.0, other.0)))
            }
            #[inline(always)]
            fn swap_bytes(self) -> Self {
                shuffle!($v, self, $swap)
            }
            #[inline(always)]
            fn at_most(self, limit: Self) -> u64 {
                let at_most: fn(__m256i, __m256i) -> i32 = $at_most;
                u64::from(at_most(self.0, limit.0) as u32)
            }
        }
        impl Tied for $v {
            #[inline(always)]
            fn tie_pair(a: &mut Self, b: &mut Self) {
                op!(tie(&mut a.0, &mut b.0));
            }
        }
    };
}

/// Moves bytes within each 128-bit half; the pattern is given for one half, last byte first.
macro_rules! shuffle {
    ($v:ident, $x:expr, $pattern:expr) => {{
        const PATTERN: [i64; 2] = $pattern;
        $v(op!(_mm256_shuffle_epi8($x.0, _mm256_set_epi64x(PATTERN[0], PATTERN[1], PATTERN[0], PATTERN[1]))))
    }};
}

/// Rotates right by two shifts.
macro_rules! rotate {
    ($v:ident, $x:expr, $right:ident, $left:ident, $n:literal, $rest:literal) => {
        $v(op!(_mm256_or_si256($right::<$n>($x.0), $left::<$rest>($x.0))))
    };
}

lanes!(
    U32x8,
    u32,
    i32,
    8,
    _mm256_set1_epi32,
    _mm256_add_epi32,
    |x, limit| op!(_mm256_movemask_ps(_mm256_castsi256_ps(_mm256_cmpeq_epi32(
        _mm256_min_epu32(x, limit),
        x
    )))),
    [0x0c0d0e0f_08090a0b, 0x04050607_00010203],
    load_blocks_u32
);
lanes!(
    U64x4,
    u64,
    i64,
    4,
    _mm256_set1_epi64x,
    _mm256_add_epi64,
    |x, limit| op!({
        // Only a signed comparison exists: flip the sign bits.
        let sign = _mm256_set1_epi64x(i64::MIN);
        let above = _mm256_cmpgt_epi64(_mm256_xor_si256(x, sign), _mm256_xor_si256(limit, sign));
        !_mm256_movemask_pd(_mm256_castsi256_pd(above)) & 0xf
    }),
    [0x08090a0b_0c0d0e0f, 0x00010203_04050607],
    load_blocks_u64
);

/// Eight rows of sixteen words, transposed in two halves: pairs, then fours within 128 bits, then the 128-bit halves.
///
/// # Safety
/// Needs AVX2, and eight blocks of 64 bytes.
#[target_feature(enable = "avx2")]
#[inline]
unsafe fn load_blocks_u32(blocks: &[&[u8]]) -> [U32x8; 16] {
    let zero = _mm256_setzero_si256();
    let mut words = [U32x8(zero); 16];
    for half in 0..2 {
        let mut rows = [zero; 8];
        let mut pairs = [zero; 8];
        let mut fours = [zero; 8];
        for (row, block) in rows.iter_mut().zip(blocks) {
            // SAFETY: the caller gives blocks of 64 bytes.
            *row = unsafe { _mm256_loadu_si256(block[32 * half..].as_ptr().cast()) };
        }
        for i in (0..8).step_by(2) {
            pairs[i] = _mm256_unpacklo_epi32(rows[i], rows[i + 1]);
            pairs[i + 1] = _mm256_unpackhi_epi32(rows[i], rows[i + 1]);
        }
        for i in (0..8).step_by(4) {
            fours[i] = _mm256_unpacklo_epi64(pairs[i], pairs[i + 2]);
            fours[i + 1] = _mm256_unpackhi_epi64(pairs[i], pairs[i + 2]);
            fours[i + 2] = _mm256_unpacklo_epi64(pairs[i + 1], pairs[i + 3]);
            fours[i + 3] = _mm256_unpackhi_epi64(pairs[i + 1], pairs[i + 3]);
        }
        // fours[4r + w] holds words w and 4 + w of rows 4r..4r + 4, a half each.
        for w in 0..4 {
            words[8 * half + w] = U32x8(_mm256_permute2x128_si256::<0x20>(fours[w], fours[4 + w]));
            words[8 * half + 4 + w] = U32x8(_mm256_permute2x128_si256::<0x31>(fours[w], fours[4 + w]));
        }
    }
    words
}

/// Four rows of sixteen words, transposed in four quarters: pairs within 128 bits, then the 128-bit halves.
///
/// # Safety
/// Needs AVX2, and four blocks of 128 bytes.
#[target_feature(enable = "avx2")]
#[inline]
unsafe fn load_blocks_u64(blocks: &[&[u8]]) -> [U64x4; 16] {
    let zero = _mm256_setzero_si256();
    let mut words = [U64x4(zero); 16];
    for quarter in 0..4 {
        let mut rows = [zero; 4];
        for (row, block) in rows.iter_mut().zip(blocks) {
            // SAFETY: the caller gives blocks of 128 bytes.
            *row = unsafe { _mm256_loadu_si256(block[32 * quarter..].as_ptr().cast()) };
        }
        let (low_01, high_01) =
            (_mm256_unpacklo_epi64(rows[0], rows[1]), _mm256_unpackhi_epi64(rows[0], rows[1]));
        let (low_23, high_23) =
            (_mm256_unpacklo_epi64(rows[2], rows[3]), _mm256_unpackhi_epi64(rows[2], rows[3]));
        words[4 * quarter] = U64x4(_mm256_permute2x128_si256::<0x20>(low_01, low_23));
        words[4 * quarter + 1] = U64x4(_mm256_permute2x128_si256::<0x20>(high_01, high_23));
        words[4 * quarter + 2] = U64x4(_mm256_permute2x128_si256::<0x31>(low_01, low_23));
        words[4 * quarter + 3] = U64x4(_mm256_permute2x128_si256::<0x31>(high_01, high_23));
    }
    words
}

impl BlakeLanes for U32x8 {
    #[inline(always)]
    fn rot_1(self) -> Self {
        shuffle!(U32x8, self, [0x0d0c0f0e_09080b0a, 0x05040706_01000302])
    }
    #[inline(always)]
    fn rot_2(self) -> Self {
        rotate!(U32x8, self, _mm256_srli_epi32, _mm256_slli_epi32, 12, 20)
    }
    #[inline(always)]
    fn rot_3(self) -> Self {
        shuffle!(U32x8, self, [0x0c0f0e0d_080b0a09, 0x04070605_00030201])
    }
    #[inline(always)]
    fn rot_4(self) -> Self {
        rotate!(U32x8, self, _mm256_srli_epi32, _mm256_slli_epi32, 7, 25)
    }
}

impl BlakeLanes for U64x4 {
    #[inline(always)]
    fn rot_1(self) -> Self {
        U64x4(op!(_mm256_shuffle_epi32::<0b10_11_00_01>(self.0)))
    }
    #[inline(always)]
    fn rot_2(self) -> Self {
        shuffle!(U64x4, self, [0x0a09080f_0e0d0c0b, 0x02010007_06050403])
    }
    #[inline(always)]
    fn rot_3(self) -> Self {
        shuffle!(U64x4, self, [0x09080f0e_0d0c0b0a, 0x01000706_05040302])
    }
    #[inline(always)]
    fn rot_4(self) -> Self {
        // By 63 to the right is by 1 to the left; adding to itself shifts by 1.
        U64x4(op!(_mm256_or_si256(_mm256_srli_epi64::<63>(self.0), _mm256_add_epi64(self.0, self.0))))
    }
}

impl ShaLanes for U32x8 {
    #[inline(always)]
    fn rotr<const N: u32>(self) -> Self {
        // The counts are constants: these become the immediate forms.
        U32x8(op!({
            let right = _mm256_srl_epi32(self.0, _mm_cvtsi32_si128(N as i32));
            let left = _mm256_sll_epi32(self.0, _mm_cvtsi32_si128(32 - N as i32));
            _mm256_or_si256(right, left)
        }))
    }
    #[inline(always)]
    fn shr<const N: u32>(self) -> Self {
        U32x8(op!(_mm256_srl_epi32(self.0, _mm_cvtsi32_si128(N as i32))))
    }
    #[inline(always)]
    fn choose(e: Self, f: Self, g: Self) -> Self {
        U32x8(op!(_mm256_xor_si256(g.0, _mm256_and_si256(e.0, _mm256_xor_si256(f.0, g.0)))))
    }
    #[inline(always)]
    fn majority(_a: Self, b: Self, _c: Self, ab: Self, bc: Self) -> Self {
        U32x8(op!(_mm256_xor_si256(b.0, _mm256_and_si256(ab.0, bc.0))))
    }
}

crate::lanes::sha_sums!(U32x8, [target_feature(enable = "avx2")]);

crate::kernel::entries!(
    Path::Avx2,
    [target_feature(enable = "avx2")],
    sha: U32x8, blake2s: U32x8, blake2b: X2<U64x4>
);
