//! Four lanes of AVX2, which multiplies doubles better than integers.

use core::arch::x86_64::*;

use super::lanes::{Fused, LANES_MAX, Products, Wide, products};
use crate::avx2::{U64x4, transpose_u64};
use crate::detect::{Path, has_fma};
use crate::lanes::Lanes;

/// An operation of this width.
macro_rules! op {
    ($e:expr) => {
        // SAFETY: values of this type are made only inside entries that need AVX2, and those of `Fused` are reached only
        // from this file's, which need FMA too; loads and stores are unaligned and stay within slices whose length was
        // asserted.
        unsafe { $e }
    };
}

impl Wide for U64x4 {
    type Mask = __m256i;
    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        U64x4(op!(_mm256_sub_epi64(self.0, other.0)))
    }
    #[inline(always)]
    fn shl<const N: u32>(self) -> Self {
        // The count is a constant: this becomes the immediate form. So do those below.
        U64x4(op!(_mm256_sll_epi64(self.0, _mm_cvtsi32_si128(N as i32))))
    }
    #[inline(always)]
    fn shr<const N: u32>(self) -> Self {
        U64x4(op!(_mm256_srl_epi64(self.0, _mm_cvtsi32_si128(N as i32))))
    }
    #[inline(always)]
    fn rotr<const N: u32>(self) -> Self {
        U64x4(op!({
            let right = _mm256_srl_epi64(self.0, _mm_cvtsi32_si128(N as i32));
            let left = _mm256_sll_epi64(self.0, _mm_cvtsi32_si128(64 - N as i32));
            _mm256_or_si256(right, left)
        }))
    }
    #[inline(always)]
    fn equal(self, other: Self) -> __m256i {
        op!(_mm256_cmpeq_epi64(self.0, other.0))
    }
    #[inline(always)]
    fn bits(mask: __m256i) -> u32 {
        op!(_mm256_movemask_pd(_mm256_castsi256_pd(mask))) as u32
    }
    #[inline(always)]
    fn pick(mask: __m256i, yes: Self, no: Self) -> Self {
        U64x4(op!(_mm256_blendv_epi8(no.0, yes.0, mask)))
    }
    #[inline(always)]
    fn read_rows<const W: usize>(memory: &[u64], at: &[usize; LANES_MAX]) -> [Self; W] {
        // SAFETY: values of this type are made only where AVX2 is available.
        unsafe { read_rows(memory, at) }
    }
    #[inline(always)]
    fn write_rows<const W: usize>(words: &[Self; W], memory: &mut [u64], at: &[usize; LANES_MAX]) {
        // SAFETY: as above.
        unsafe { write_rows(words, memory, at) }
    }
}

/// See [`Wide::read_rows`].
///
/// # Safety
/// Needs AVX2.
#[target_feature(enable = "avx2")]
#[inline]
unsafe fn read_rows<const W: usize>(memory: &[u64], at: &[usize; LANES_MAX]) -> [U64x4; W] {
    const { assert!(W.is_multiple_of(4)) };
    let rows = [
        &memory[at[0]..at[0] + W],
        &memory[at[1]..at[1] + W],
        &memory[at[2]..at[2] + W],
        &memory[at[3]..at[3] + W],
    ];
    let mut words = [U64x4(_mm256_setzero_si256()); W];
    let mut from = 0;
    while from < W {
        let mut block = [_mm256_setzero_si256(); 4];
        let mut lane = 0;
        while lane < 4 {
            // SAFETY: four of the row's W words, which are a multiple of four.
            block[lane] = unsafe { _mm256_loadu_si256(rows[lane].as_ptr().add(from).cast()) };
            lane += 1;
        }
        // SAFETY: this function's caller has seen AVX2 available.
        let [a, b, c, d] = unsafe { transpose_u64(block) };
        (words[from], words[from + 1]) = (U64x4(a), U64x4(b));
        (words[from + 2], words[from + 3]) = (U64x4(c), U64x4(d));
        from += 4;
    }
    words
}

/// See [`Wide::write_rows`].
///
/// # Safety
/// Needs AVX2.
#[target_feature(enable = "avx2")]
#[inline]
unsafe fn write_rows<const W: usize>(words: &[U64x4; W], memory: &mut [u64], at: &[usize; LANES_MAX]) {
    const { assert!(W.is_multiple_of(4)) };
    let mut from = 0;
    while from < W {
        let columns = [words[from].0, words[from + 1].0, words[from + 2].0, words[from + 3].0];
        // SAFETY: this function's caller has seen AVX2 available.
        let rows = unsafe { transpose_u64(columns) };
        let mut lane = 0;
        while lane < 4 {
            let row = &mut memory[at[lane] + from..][..4];
            // SAFETY: the row has four words.
            unsafe { _mm256_storeu_si256(row.as_mut_ptr().cast(), rows[lane]) };
            lane += 1;
        }
        from += 4;
    }
}

impl Products for U64x4 {
    #[inline(always)]
    fn nineteen(self) -> Self {
        // 1 + 2 + 16.
        self.add(self).add(self).add(self.shl::<4>())
    }
    #[inline(always)]
    fn nineteen_small(self) -> Self {
        U64x4(op!(_mm256_mul_epu32(self.0, _mm256_set1_epi64x(19))))
    }
    products!(U64x4, fma, [target_feature(enable = "avx2,fma")]);
}

/// 2⁵², from which on a double's bits count units.
const UNITS: f64 = (1u64 << 52) as f64;

impl Fused for U64x4 {
    type Double = __m256d;
    #[inline(always)]
    fn double(value: f64) -> __m256d {
        op!(_mm256_set1_pd(value))
    }
    #[inline(always)]
    fn to_double(self) -> __m256d {
        op!({
            let units = _mm256_set1_pd(UNITS);
            _mm256_sub_pd(_mm256_or_pd(_mm256_castsi256_pd(self.0), units), units)
        })
    }
    #[inline(always)]
    fn from_bits(double: __m256d) -> Self {
        U64x4(op!(_mm256_castpd_si256(double)))
    }
    #[inline(always)]
    fn fused(a: __m256d, b: __m256d, c: __m256d) -> __m256d {
        op!(_mm256_fmadd_pd(a, b, c))
    }
    #[inline(always)]
    fn minus(a: __m256d, b: __m256d) -> __m256d {
        op!(_mm256_sub_pd(a, b))
    }
}

super::verifier::entries!(Path::Avx2, has_fma, [target_feature(enable = "avx2,fma")], U64x4);
