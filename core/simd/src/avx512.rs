//! 512-bit lanes: rotate instructions and ternary logic, two interleaved groups.

use core::arch::asm;
use core::arch::x86_64::*;

use crate::detect::Path;
use crate::lanes::{BlakeLanes, Lanes, ShaLanes, Tied, X2};

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

macro_rules! lanes {
    ($v:ident, $word:ty, $int:ty, $count:literal, $set1:ident, $add:ident, $at_most:ident, $swap:expr,
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
                $v(op!(_mm512_loadu_si512(words.as_ptr().cast())))
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
                op!(_mm512_storeu_si512(words.as_mut_ptr().cast(), self.0));
            }
            #[inline(always)]
            fn add(self, other: Self) -> Self {
                $v(op!($add(self.0, other.0)))
            }
            #[inline(always)]
            fn xor(self, other: Self) -> Self {
                $v(op!(_mm512_xor_si512(self.0, other.0)))
            }
            #[inline(always)]
            fn swap_bytes(self) -> Self {
                $v(op!(_mm512_shuffle_epi8(self.0, $swap)))
            }
            #[inline(always)]
            fn at_most(self, limit: Self) -> u64 {
                op!($at_most(self.0, limit.0)).into()
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
lanes!(
    U32x16,
    u32,
    i32,
    16,
    _mm512_set1_epi32,
    _mm512_add_epi32,
    _mm512_cmple_epu32_mask,
    _mm512_set4_epi32(0x0c0d0e0f, 0x08090a0b, 0x04050607, 0x00010203),
    load_blocks_u32
);
lanes!(
    U64x8,
    u64,
    i64,
    8,
    _mm512_set1_epi64,
    _mm512_add_epi64,
    _mm512_cmple_epu64_mask,
    _mm512_set4_epi32(0x08090a0b, 0x0c0d0e0f, 0x00010203, 0x04050607),
    load_blocks_u64
);

/// Sixteen rows of sixteen words, transposed: pairs, then fours within 128 bits, then the quarters.
///
/// # Safety
/// Needs AVX-512F, and sixteen blocks of 64 bytes.
#[target_feature(enable = "avx512f")]
#[inline]
unsafe fn load_blocks_u32(blocks: &[&[u8]]) -> [U32x16; 16] {
    let zero = _mm512_setzero_si512();
    let mut rows = [zero; 16];
    let mut pairs = [zero; 16];
    let mut fours = [zero; 16];
    let mut words = [U32x16(zero); 16];
    for (row, block) in rows.iter_mut().zip(blocks) {
        // SAFETY: the caller gives blocks of 64 bytes.
        *row = unsafe { _mm512_loadu_si512(block.as_ptr().cast()) };
    }
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
        let (a, b, c, d) = (fours[w], fours[4 + w], fours[8 + w], fours[12 + w]);
        let (ab_low, ab_high) = (_mm512_shuffle_i32x4::<0x88>(a, b), _mm512_shuffle_i32x4::<0xdd>(a, b));
        let (cd_low, cd_high) = (_mm512_shuffle_i32x4::<0x88>(c, d), _mm512_shuffle_i32x4::<0xdd>(c, d));
        words[w] = U32x16(_mm512_shuffle_i32x4::<0x88>(ab_low, cd_low));
        words[4 + w] = U32x16(_mm512_shuffle_i32x4::<0x88>(ab_high, cd_high));
        words[8 + w] = U32x16(_mm512_shuffle_i32x4::<0xdd>(ab_low, cd_low));
        words[12 + w] = U32x16(_mm512_shuffle_i32x4::<0xdd>(ab_high, cd_high));
    }
    words
}

/// Eight rows of sixteen words, transposed in two halves: pairs within 128 bits, then the quarters.
///
/// # Safety
/// Needs AVX-512F, and eight blocks of 128 bytes.
#[target_feature(enable = "avx512f")]
#[inline]
unsafe fn load_blocks_u64(blocks: &[&[u8]]) -> [U64x8; 16] {
    let zero = _mm512_setzero_si512();
    let mut words = [U64x8(zero); 16];
    for half in 0..2 {
        let mut rows = [zero; 8];
        let mut pairs = [zero; 8];
        for (row, block) in rows.iter_mut().zip(blocks) {
            // SAFETY: the caller gives blocks of 128 bytes.
            *row = unsafe { _mm512_loadu_si512(block[64 * half..].as_ptr().cast()) };
        }
        for i in (0..8).step_by(2) {
            pairs[i] = _mm512_unpacklo_epi64(rows[i], rows[i + 1]);
            pairs[i + 1] = _mm512_unpackhi_epi64(rows[i], rows[i + 1]);
        }
        // pairs[2r + w] holds words w, 2 + w, 4 + w and 6 + w of rows 2r and 2r + 1, a quarter each.
        for w in 0..2 {
            let (a, b, c, d) = (pairs[w], pairs[2 + w], pairs[4 + w], pairs[6 + w]);
            let (ab_low, ab_high) = (_mm512_shuffle_i64x2::<0x88>(a, b), _mm512_shuffle_i64x2::<0xdd>(a, b));
            let (cd_low, cd_high) = (_mm512_shuffle_i64x2::<0x88>(c, d), _mm512_shuffle_i64x2::<0xdd>(c, d));
            words[8 * half + w] = U64x8(_mm512_shuffle_i64x2::<0x88>(ab_low, cd_low));
            words[8 * half + 2 + w] = U64x8(_mm512_shuffle_i64x2::<0x88>(ab_high, cd_high));
            words[8 * half + 4 + w] = U64x8(_mm512_shuffle_i64x2::<0xdd>(ab_low, cd_low));
            words[8 * half + 6 + w] = U64x8(_mm512_shuffle_i64x2::<0xdd>(ab_high, cd_high));
        }
    }
    words
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
