//! 512-bit lanes: rotate instructions and ternary logic, two interleaved groups.

use core::arch::asm;
use core::arch::x86_64::*;

use crate::detect::Path;
use crate::lanes::{BlakeLanes, Lanes, ShaLanes, Tied, X2};
use crate::x86::lanes;

/// An operation of this width.
macro_rules! op {
    ($e:expr) => {
        // SAFETY: values of these types are made only inside this file's entries, which need AVX-512F, BW and VL;
        // loads and stores are unaligned and stay within slices whose length was asserted.
        unsafe { $e }
    };
}

/// See [`Tied::tie_pair`]. Apart, because only a function with the feature may name its registers.
///
/// # Safety
/// Needs AVX-512F.
#[target_feature(enable = "avx512f")]
#[inline]
unsafe fn tie(a: &mut __m512i, b: &mut __m512i) {
    // SAFETY: no instruction; both registers come back as they went in.
    unsafe {
        asm!(
            "/* {0} {1} */",
            inout(zmm_reg) * a,
            inout(zmm_reg) * b,
            options(pure, nomem, nostack, preserves_flags)
        );
    }
}

/// Sixteen lanes of `u32`.
#[derive(Clone, Copy)]
pub(crate) struct U32x16(__m512i);
/// Eight lanes of `u64`.
#[derive(Clone, Copy)]
pub(crate) struct U64x8(__m512i);

lanes!(
    U32x16(__m512i), 16 lanes of u32,
    zero: _mm512_setzero_si512, splat: _mm512_set1_epi32 as i32,
    load: _mm512_loadu_si512, store: _mm512_storeu_si512,
    add: _mm512_add_epi32, xor: _mm512_xor_si512, and: _mm512_and_si512,
    swap_bytes: |x| U32x16(op!(_mm512_shuffle_epi8(
        x.0,
        _mm512_set4_epi32(0x0c0d0e0f, 0x08090a0b, 0x04050607, 0x00010203)
    ))),
    at_most: |x, limit| op!(_mm512_cmple_epu32_mask(x, limit)).into(),
    transpose: transpose_u32, low_256: |row| _mm512_castsi512_si256(row),
);
lanes!(
    U64x8(__m512i), 8 lanes of u64,
    zero: _mm512_setzero_si512, splat: _mm512_set1_epi64 as i64,
    load: _mm512_loadu_si512, store: _mm512_storeu_si512,
    add: _mm512_add_epi64, xor: _mm512_xor_si512, and: _mm512_and_si512,
    swap_bytes: |x| U64x8(op!(_mm512_shuffle_epi8(
        x.0,
        _mm512_set4_epi32(0x08090a0b, 0x0c0d0e0f, 0x00010203, 0x04050607)
    ))),
    at_most: |x, limit| op!(_mm512_cmple_epu64_mask(x, limit)).into(),
    transpose: transpose_u64, low_256: |row| _mm512_castsi512_si256(row),
);

/// Sixteen rows of sixteen words, transposed: pairs, then fours within 128 bits, then the quarters.
///
/// # Safety
/// Needs AVX-512F.
#[target_feature(enable = "avx512f")]
#[inline]
unsafe fn transpose_u32(rows: [__m512i; 16]) -> [__m512i; 16] {
    let zero = _mm512_setzero_si512();
    let mut pairs = [zero; 16];
    let mut fours = [zero; 16];
    let mut words = [zero; 16];
    for i in (0..16).step_by(2) {
        pairs[i] = _mm512_unpacklo_epi32(rows[i], rows[i + 1]);
        pairs[i + 1] = _mm512_unpackhi_epi32(rows[i], rows[i + 1]);
    }
    for i in (0..16).step_by(4) {
        fours[i] = _mm512_unpacklo_epi64(pairs[i], pairs[i + 2]);
        fours[i + 1] = _mm512_unpackhi_epi64(pairs[i], pairs[i + 2]);
        fours[i + 2] = _mm512_unpacklo_epi64(pairs[i + 1], pairs[i + 3]);
        fours[i + 3] = _mm512_unpackhi_epi64(pairs[i + 1], pairs[i + 3]);
    }
    // fours[4r + w] holds word w, 4 + w, 8 + w and 12 + w of rows 4r..4r + 4, a quarter each.
    for w in 0..4 {
        let quarters = quarters([fours[w], fours[4 + w], fours[8 + w], fours[12 + w]]);
        (words[w], words[4 + w], words[8 + w], words[12 + w]) = quarters;
    }
    words
}

/// Eight rows of eight words, transposed: pairs within 128 bits, then the quarters.
///
/// # Safety
/// Needs AVX-512F.
#[target_feature(enable = "avx512f")]
#[inline]
pub(crate) unsafe fn transpose_u64(rows: [__m512i; 8]) -> [__m512i; 8] {
    let zero = _mm512_setzero_si512();
    let mut pairs = [zero; 8];
    let mut words = [zero; 8];
    for i in (0..8).step_by(2) {
        pairs[i] = _mm512_unpacklo_epi64(rows[i], rows[i + 1]);
        pairs[i + 1] = _mm512_unpackhi_epi64(rows[i], rows[i + 1]);
    }
    // pairs[2r + w] holds words w, 2 + w, 4 + w and 6 + w of rows 2r and 2r + 1, a quarter each.
    for w in 0..2 {
        let quarters = quarters([pairs[w], pairs[2 + w], pairs[4 + w], pairs[6 + w]]);
        (words[w], words[2 + w], words[4 + w], words[6 + w]) = quarters;
    }
    words
}

/// Four rows of four 128-bit quarters, transposed.
#[target_feature(enable = "avx512f")]
#[inline]
fn quarters([a, b, c, d]: [__m512i; 4]) -> (__m512i, __m512i, __m512i, __m512i) {
    let (ab_low, ab_high) = (_mm512_shuffle_i32x4::<0x88>(a, b), _mm512_shuffle_i32x4::<0xdd>(a, b));
    let (cd_low, cd_high) = (_mm512_shuffle_i32x4::<0x88>(c, d), _mm512_shuffle_i32x4::<0xdd>(c, d));
    (
        _mm512_shuffle_i32x4::<0x88>(ab_low, cd_low),
        _mm512_shuffle_i32x4::<0x88>(ab_high, cd_high),
        _mm512_shuffle_i32x4::<0xdd>(ab_low, cd_low),
        _mm512_shuffle_i32x4::<0xdd>(ab_high, cd_high),
    )
}

macro_rules! rotations {
    ($v:ident, $ror:ident, $r1:literal, $r2:literal, $r3:literal, $r4:literal) => {
        impl BlakeLanes for $v {
            #[inline(always)]
            fn rot_1(self) -> Self {
                $v(op!($ror::<$r1>(self.0)))
            }
            #[inline(always)]
            fn rot_2(self) -> Self {
                $v(op!($ror::<$r2>(self.0)))
            }
            #[inline(always)]
            fn rot_3(self) -> Self {
                $v(op!($ror::<$r3>(self.0)))
            }
            #[inline(always)]
            fn rot_4(self) -> Self {
                $v(op!($ror::<$r4>(self.0)))
            }
        }
    };
}
rotations!(U32x16, _mm512_ror_epi32, 16, 12, 8, 7);
rotations!(U64x8, _mm512_ror_epi64, 32, 24, 16, 63);

impl ShaLanes for U32x16 {
    #[inline(always)]
    fn rotr<const N: u32>(self) -> Self {
        // The count is a constant: this becomes the immediate form.
        U32x16(op!(_mm512_rorv_epi32(self.0, _mm512_set1_epi32(N as i32))))
    }
    #[inline(always)]
    fn shr<const N: u32>(self) -> Self {
        U32x16(op!(_mm512_srli_epi32::<N>(self.0)))
    }
    #[inline(always)]
    fn choose(e: Self, f: Self, g: Self) -> Self {
        U32x16(op!(_mm512_ternarylogic_epi32::<0xca>(e.0, f.0, g.0)))
    }
    #[inline(always)]
    fn majority(a: Self, b: Self, c: Self, _ab: Self, _bc: Self) -> Self {
        U32x16(op!(_mm512_ternarylogic_epi32::<0xe8>(a.0, b.0, c.0)))
    }
}

crate::lanes::sha_sums!(X2<U32x16>, [target_feature(enable = "avx512f,avx512bw,avx512vl")]);

crate::kernel::entries!(
    Path::Avx512,
    [target_feature(enable = "avx512f,avx512bw,avx512vl")],
    sha: X2<U32x16>, blake2s: X2<U32x16>, blake2b: X2<U64x8>
);
