//! Eight lanes of AVX-512 that multiply 52 bits (IFMA).

use core::arch::asm;
use core::arch::x86_64::*;

use super::lanes::{LANES_MAX, Madd52, Products, Wide, products};
use crate::avx512::transpose_u64;
use crate::detect::{Path, has_ifma};
use crate::lanes::{Lanes, Tied};
use crate::x86::lanes;

/// An operation of this width.
macro_rules! op {
    ($e:expr) => {
        // SAFETY: values of this type are made only inside this file's entries, which need AVX-512F, BW, DQ, VL and IFMA;
        // loads and stores are unaligned and stay within slices whose length was asserted.
        unsafe { $e }
    };
}

/// See [`Tied::tie_pair`].
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

/// Eight lanes of `u64` on a CPU that has IFMA.
#[derive(Clone, Copy)]
pub(crate) struct U52x8(__m512i);

lanes!(
    U52x8(__m512i), 8 lanes of u64,
    zero: _mm512_setzero_si512, splat: _mm512_set1_epi64 as i64,
    load: _mm512_loadu_si512, store: _mm512_storeu_si512,
    add: _mm512_add_epi64, xor: _mm512_xor_si512, and: _mm512_and_si512,
    swap_bytes: |x| U52x8(op!(_mm512_shuffle_epi8(
        x.0,
        _mm512_set4_epi32(0x08090a0b, 0x0c0d0e0f, 0x00010203, 0x04050607)
    ))),
    at_most: |x, limit| op!(_mm512_cmple_epu64_mask(x, limit)).into(),
    transpose: transpose_u64, low_256: |row| _mm512_castsi512_si256(row),
);

impl Wide for U52x8 {
    type Mask = __mmask8;
    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        U52x8(op!(_mm512_sub_epi64(self.0, other.0)))
    }
    #[inline(always)]
    fn shl<const N: u32>(self) -> Self {
        U52x8(op!(_mm512_slli_epi64::<N>(self.0)))
    }
    #[inline(always)]
    fn shr<const N: u32>(self) -> Self {
        U52x8(op!(_mm512_srli_epi64::<N>(self.0)))
    }
    #[inline(always)]
    fn rotr<const N: u32>(self) -> Self {
        // The count is a constant: this becomes the immediate form.
        U52x8(op!(_mm512_rorv_epi64(self.0, _mm512_set1_epi64(i64::from(N)))))
    }
    #[inline(always)]
    fn equal(self, other: Self) -> __mmask8 {
        op!(_mm512_cmpeq_epi64_mask(self.0, other.0))
    }
    #[inline(always)]
    fn bits(mask: __mmask8) -> u32 {
        mask.into()
    }
    #[inline(always)]
    fn pick(mask: __mmask8, yes: Self, no: Self) -> Self {
        U52x8(op!(_mm512_mask_blend_epi64(mask, no.0, yes.0)))
    }
    #[inline(always)]
    fn choose(a: Self, b: Self, c: Self) -> Self {
        U52x8(op!(_mm512_ternarylogic_epi64::<0xca>(a.0, b.0, c.0)))
    }
    #[inline(always)]
    fn majority(a: Self, b: Self, c: Self) -> Self {
        U52x8(op!(_mm512_ternarylogic_epi64::<0xe8>(a.0, b.0, c.0)))
    }
    #[inline(always)]
    fn read_rows<const W: usize>(memory: &[u64], at: &[usize; LANES_MAX]) -> [Self; W] {
        // SAFETY: values of this type are made only where the path is available.
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
/// Needs AVX-512F.
#[target_feature(enable = "avx512f")]
#[inline]
unsafe fn read_rows<const W: usize>(memory: &[u64], at: &[usize; LANES_MAX]) -> [U52x8; W] {
    const { assert!(W.is_multiple_of(8)) };
    let mut words = [U52x8(_mm512_setzero_si512()); W];
    let mut from = 0;
    while from < W {
        let mut block = [_mm512_setzero_si512(); 8];
        let mut lane = 0;
        while lane < 8 {
            let row = &memory[at[lane] + from..at[lane] + from + 8];
            // SAFETY: the row has eight words.
            block[lane] = unsafe { _mm512_loadu_si512(row.as_ptr().cast()) };
            lane += 1;
        }
        // SAFETY: this function's caller has seen AVX-512F available.
        let columns = unsafe { transpose_u64(block) };
        let mut word = 0;
        while word < 8 {
            words[from + word] = U52x8(columns[word]);
            word += 1;
        }
        from += 8;
    }
    words
}

/// See [`Wide::write_rows`].
///
/// # Safety
/// Needs AVX-512F.
#[target_feature(enable = "avx512f")]
#[inline]
unsafe fn write_rows<const W: usize>(words: &[U52x8; W], memory: &mut [u64], at: &[usize; LANES_MAX]) {
    const { assert!(W.is_multiple_of(8)) };
    let mut from = 0;
    while from < W {
        let mut columns = [words[from].0; 8];
        let mut word = 0;
        while word < 8 {
            columns[word] = words[from + word].0;
            word += 1;
        }
        // SAFETY: this function's caller has seen AVX-512F available.
        let rows = unsafe { transpose_u64(columns) };
        let mut lane = 0;
        while lane < 8 {
            let row = &mut memory[at[lane] + from..][..8];
            // SAFETY: the row has eight words.
            unsafe { _mm512_storeu_si512(row.as_mut_ptr().cast(), rows[lane]) };
            lane += 1;
        }
        from += 8;
    }
}

impl Products for U52x8 {
    #[inline(always)]
    fn nineteen(self) -> Self {
        U52x8(op!(_mm512_mullo_epi64(self.0, _mm512_set1_epi64(19))))
    }
    #[inline(always)]
    fn nineteen_small(self) -> Self {
        U52x8(op!(_mm512_mul_epu32(self.0, _mm512_set1_epi64(19))))
    }
    products!(U52x8, madd, [target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512ifma")]);
}

impl Madd52 for U52x8 {
    #[inline(always)]
    fn madd_low(self, a: Self, b: Self) -> Self {
        U52x8(op!(_mm512_madd52lo_epu64(self.0, a.0, b.0)))
    }
    #[inline(always)]
    fn madd_high(self, a: Self, b: Self) -> Self {
        U52x8(op!(_mm512_madd52hi_epu64(self.0, a.0, b.0)))
    }
}

super::verifier::entries!(
    Path::Avx512,
    has_ifma,
    [target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512ifma")],
    U52x8
);
