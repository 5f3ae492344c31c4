//! The ARMv8 SHA-2 instructions.

use core::arch::aarch64::*;

use crate::detect::Path;
use crate::sha_unit::ShaUnit;

/// An operation of this unit.
macro_rules! op {
    ($e:expr) => {
        // SAFETY: called only inside this file's entries, which need the SHA-2 instructions and NEON.
        unsafe { $e }
    };
}

/// # Safety
/// Needs the SHA-2 instructions.
#[target_feature(enable = "neon,sha2")]
#[inline]
unsafe fn four_rounds(abcd: uint32x4_t, efgh: uint32x4_t, kw: uint32x4_t) -> [uint32x4_t; 2] {
    [vsha256hq_u32(abcd, efgh, kw), vsha256h2q_u32(efgh, abcd, kw)]
}

/// # Safety
/// Needs the SHA-2 instructions.
#[target_feature(enable = "neon,sha2")]
#[inline]
unsafe fn next_words(w0: uint32x4_t, w1: uint32x4_t, w2: uint32x4_t, w3: uint32x4_t) -> uint32x4_t {
    vsha256su1q_u32(vsha256su0q_u32(w0, w1), w2, w3)
}

pub(crate) struct Armv8Sha;

impl ShaUnit for Armv8Sha {
    type Quad = uint32x4_t;

    #[inline(always)]
    fn quad(words: [u32; 4]) -> uint32x4_t {
        op!(vld1q_u32(words.as_ptr()))
    }

    #[inline(always)]
    fn words(quad: uint32x4_t) -> [u32; 4] {
        let mut words = [0; 4];
        op!(vst1q_u32(words.as_mut_ptr(), quad));
        words
    }

    #[inline(always)]
    fn add(a: uint32x4_t, b: uint32x4_t) -> uint32x4_t {
        op!(vaddq_u32(a, b))
    }

    /// The unit takes a..d and e..h as they are.
    #[inline(always)]
    fn state(chain: [uint32x4_t; 2]) -> [uint32x4_t; 2] {
        chain
    }

    #[inline(always)]
    fn chain(state: [uint32x4_t; 2]) -> [uint32x4_t; 2] {
        state
    }

    #[inline(always)]
    fn ends([abcd, efgh]: [uint32x4_t; 2]) -> (u32, u32) {
        op!((vgetq_lane_u32::<0>(abcd), vgetq_lane_u32::<3>(efgh)))
    }

    #[inline(always)]
    fn rounds([abcd, efgh]: [uint32x4_t; 2], kw: uint32x4_t) -> [uint32x4_t; 2] {
        op!(four_rounds(abcd, efgh, kw))
    }

    #[inline(always)]
    fn schedule([w0, w1, w2, w3]: [uint32x4_t; 4]) -> uint32x4_t {
        op!(next_words(w0, w1, w2, w3))
    }
}

crate::sha_unit::streams!(Path::Armv8Sha, Armv8Sha, 4, [target_feature(enable = "neon,sha2")]);
