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
        asm!("/* {0} {1} */", inout(zmm_reg) *a, inout(zmm_reg) *b,
            options(pure, nomem, nostack, preserves_flags));
    }
}

/// Sixteen lanes of `u32`.
#[derive(Clone, Copy)]
pub(crate) struct U32x16(__m512i);
/// Eight lanes of `u64`.
#[derive(Clone, Copy)]
pub(crate) struct U64x8(__m512i);

macro_rules! lanes {
    ($v:ident, $word:ty, $int:ty, $count:literal, $set1:ident, $add:ident, $at_most:ident, $swap:expr) => {
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
    _mm512_set4_epi32(0x0c0d0e0f, 0x08090a0b, 0x04050607, 0x00010203)
);
lanes!(
    U64x8,
    u64,
    i64,
    8,
    _mm512_set1_epi64,
    _mm512_add_epi64,
    _mm512_cmple_epu64_mask,
    _mm512_set4_epi32(0x08090a0b, 0x0c0d0e0f, 0x00010203, 0x04050607)
);

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
