//! The x86 SHA extensions.

use core::arch::x86_64::*;

use crate::detect::Path;
use crate::sha_unit::ShaUnit;

/// An operation of this unit.
macro_rules! op {
    ($e:expr) => {
        // SAFETY: called only inside this file's entries, which need SHA, SSE4.1 and SSSE3.
        unsafe { $e }
    };
}

pub(crate) struct X86Sha;

impl ShaUnit for X86Sha {
    type Quad = __m128i;

    #[inline(always)]
    fn quad([a, b, c, d]: [u32; 4]) -> __m128i {
        op!(_mm_set_epi32(d as i32, c as i32, b as i32, a as i32))
    }

    #[inline(always)]
    fn words(quad: __m128i) -> [u32; 4] {
        op!([
            _mm_extract_epi32::<0>(quad) as u32,
            _mm_extract_epi32::<1>(quad) as u32,
            _mm_extract_epi32::<2>(quad) as u32,
            _mm_extract_epi32::<3>(quad) as u32,
        ])
    }

    #[inline(always)]
    fn add(a: __m128i, b: __m128i) -> __m128i {
        op!(_mm_add_epi32(a, b))
    }

    /// The unit wants f e b a and h g d c, lowest word first.
    #[inline(always)]
    fn state([abcd, efgh]: [__m128i; 2]) -> [__m128i; 2] {
        op!({
            let badc = _mm_shuffle_epi32::<0b10_11_00_01>(abcd);
            let fehg = _mm_shuffle_epi32::<0b10_11_00_01>(efgh);
            [_mm_unpacklo_epi64(fehg, badc), _mm_unpackhi_epi64(fehg, badc)]
        })
    }

    #[inline(always)]
    fn chain([feba, hgdc]: [__m128i; 2]) -> [__m128i; 2] {
        op!({
            let badc = _mm_unpackhi_epi64(feba, hgdc);
            let fehg = _mm_unpacklo_epi64(feba, hgdc);
            [_mm_shuffle_epi32::<0b10_11_00_01>(badc), _mm_shuffle_epi32::<0b10_11_00_01>(fehg)]
        })
    }

    #[inline(always)]
    fn ends([feba, hgdc]: [__m128i; 2]) -> (u32, u32) {
        op!((_mm_extract_epi32::<3>(feba) as u32, _mm_cvtsi128_si32(hgdc) as u32))
    }

    #[inline(always)]
    fn rounds([feba, hgdc]: [__m128i; 2], kw: __m128i) -> [__m128i; 2] {
        op!({
            let hgdc = _mm_sha256rnds2_epu32(hgdc, feba, kw);
            let feba = _mm_sha256rnds2_epu32(feba, hgdc, _mm_shuffle_epi32::<0b00_00_11_10>(kw));
            [feba, hgdc]
        })
    }

    #[inline(always)]
    fn schedule([w0, w1, w2, w3]: [__m128i; 4]) -> __m128i {
        op!({
            let sum = _mm_add_epi32(_mm_sha256msg1_epu32(w0, w1), _mm_alignr_epi8::<4>(w3, w2));
            _mm_sha256msg2_epu32(sum, w3)
        })
    }
}

crate::sha_unit::streams!(Path::ShaNi, X86Sha, 6, [target_feature(enable = "sha,sse4.1,ssse3")]);
