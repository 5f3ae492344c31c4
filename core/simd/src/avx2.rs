//! 256-bit lanes. No rotate instruction: byte shuffles where the count allows, else two shifts. Sixteen registers hold
//! one group of SHA-256 or BLAKE2s; only BLAKE2b gains by a second.

use core::arch::asm;
use core::arch::x86_64::*;

use crate::detect::Path;
use crate::lanes::{BlakeLanes, Lanes, ShaLanes, Tied, X2};
use crate::x86::lanes;

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
pub(crate) struct U64x4(pub(crate) __m256i);

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
    U32x8(__m256i), 8 lanes of u32,
    zero: _mm256_setzero_si256, splat: _mm256_set1_epi32 as i32,
    load: _mm256_loadu_si256, store: _mm256_storeu_si256,
    add: _mm256_add_epi32, xor: _mm256_xor_si256, and: _mm256_and_si256,
    swap_bytes: |x| shuffle!(U32x8, x, [0x0c0d0e0f_08090a0b, 0x04050607_00010203]),
    at_most: |x, limit| {
        let met = op!(_mm256_movemask_ps(_mm256_castsi256_ps(_mm256_cmpeq_epi32(_mm256_min_epu32(x, limit), x))));
        u64::from(met as u32)
    },
    transpose: transpose_u32, low_256: |row| row,
);
lanes!(
    U64x4(__m256i), 4 lanes of u64,
    zero: _mm256_setzero_si256, splat: _mm256_set1_epi64x as i64,
    load: _mm256_loadu_si256, store: _mm256_storeu_si256,
    add: _mm256_add_epi64, xor: _mm256_xor_si256, and: _mm256_and_si256,
    swap_bytes: |x| shuffle!(U64x4, x, [0x08090a0b_0c0d0e0f, 0x00010203_04050607]),
    at_most: |x, limit| {
        // Only a signed comparison exists: flip the sign bits.
        let sign = op!(_mm256_set1_epi64x(i64::MIN));
        let above = op!(_mm256_cmpgt_epi64(_mm256_xor_si256(x, sign), _mm256_xor_si256(limit, sign)));
        u64::from(!op!(_mm256_movemask_pd(_mm256_castsi256_pd(above))) as u32 & 0xf)
    },
    transpose: transpose_u64, low_256: |row| row,
);

/// Eight rows of eight words, transposed: pairs, then fours within 128 bits, then the 128-bit halves.
///
/// # Safety
/// Needs AVX2.
#[target_feature(enable = "avx2")]
#[inline]
unsafe fn transpose_u32(rows: [__m256i; 8]) -> [__m256i; 8] {
    let zero = _mm256_setzero_si256();
    let mut pairs = [zero; 8];
    let mut fours = [zero; 8];
    let mut words = [zero; 8];
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
        words[w] = _mm256_permute2x128_si256::<0x20>(fours[w], fours[4 + w]);
        words[4 + w] = _mm256_permute2x128_si256::<0x31>(fours[w], fours[4 + w]);
    }
    words
}

/// Four rows of four words, transposed: pairs within 128 bits, then the 128-bit halves.
///
/// # Safety
/// Needs AVX2.
#[target_feature(enable = "avx2")]
#[inline]
pub(crate) unsafe fn transpose_u64([a, b, c, d]: [__m256i; 4]) -> [__m256i; 4] {
    let (ab_low, ab_high) = (_mm256_unpacklo_epi64(a, b), _mm256_unpackhi_epi64(a, b));
    let (cd_low, cd_high) = (_mm256_unpacklo_epi64(c, d), _mm256_unpackhi_epi64(c, d));
    [
        _mm256_permute2x128_si256::<0x20>(ab_low, cd_low),
        _mm256_permute2x128_si256::<0x20>(ab_high, cd_high),
        _mm256_permute2x128_si256::<0x31>(ab_low, cd_low),
        _mm256_permute2x128_si256::<0x31>(ab_high, cd_high),
    ]
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
