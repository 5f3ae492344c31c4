//! aarch64 128-bit lanes, two interleaved groups for BLAKE2.

use core::arch::aarch64::*;
use core::arch::asm;

use crate::detect::Path;
use crate::lanes::{BlakeLanes, Lanes, ShaLanes, Tied, X2};

/// An operation of this width.
macro_rules! op {
    ($e:expr) => {
        // SAFETY: values of these types are made only inside this file's entries, which need NEON; loads and stores
        // stay within slices whose length was asserted.
        unsafe { $e }
    };
}

/// Four lanes of `u32`.
#[derive(Clone, Copy)]
pub(crate) struct U32x4(uint32x4_t);
/// Two lanes of `u64`.
#[derive(Clone, Copy)]
pub(crate) struct U64x2(uint64x2_t);

macro_rules! lanes {
    ($v:ident, $word:ty, $count:literal, $dup:ident, $ld:ident, $st:ident, $add:ident, $xor:ident, $and:ident, $swap:expr,
        $at_most:expr) => {
        impl Lanes for $v {
            type Word = $word;
            const COUNT: usize = $count;
            #[inline(always)]
            fn splat(word: $word) -> Self {
                $v(op!($dup(word)))
            }
            #[inline(always)]
            fn load(words: &[$word]) -> Self {
                assert!(words.len() >= $count);
                $v(op!($ld(words.as_ptr())))
            }
            #[inline(always)]
            fn store(self, words: &mut [$word]) {
                assert!(words.len() >= $count);
                op!($st(words.as_mut_ptr(), self.0));
            }
            #[inline(always)]
            fn add(self, other: Self) -> Self {
                $v(op!($add(self.0, other.0)))
            }
            #[inline(always)]
            fn xor(self, other: Self) -> Self {
                $v(op!($xor(self.0, other.0)))
            }
            #[inline(always)]
            fn and(self, other: Self) -> Self {
                $v(op!($and(self.0, other.0)))
            }
            #[inline(always)]
            fn swap_bytes(self) -> Self {
                let swap: fn($v) -> $v = $swap;
                swap(self)
            }
            #[inline(always)]
            fn at_most(self, limit: Self) -> u64 {
                let at_most: fn($v, $v) -> u64 = $at_most;
                at_most(self, limit)
            }
        }
        impl Tied for $v {
            #[inline(always)]
            fn tie_pair(a: &mut Self, b: &mut Self) {
                // SAFETY: no instruction; both registers come back as they went in. NEON is part of every aarch64
                // target, so its registers may be named anywhere.
                unsafe {
                    asm!("/* {0:v} {1:v} */", inout(vreg) a.0, inout(vreg) b.0,
                        options(pure, nomem, nostack, preserves_flags));
                }
            }
        }
    };
}
lanes!(
    U32x4,
    u32,
    4,
    vdupq_n_u32,
    vld1q_u32,
    vst1q_u32,
    vaddq_u32,
    veorq_u32,
    vandq_u32,
    |x| U32x4(op!(vreinterpretq_u32_u8(vrev32q_u8(vreinterpretq_u8_u32(x.0))))),
    |x, limit| op!({
        let bits = vandq_u32(vcleq_u32(x.0, limit.0), vld1q_u32([1, 2, 4, 8].as_ptr()));
        vaddvq_u32(bits).into()
    })
);
lanes!(
    U64x2,
    u64,
    2,
    vdupq_n_u64,
    vld1q_u64,
    vst1q_u64,
    vaddq_u64,
    veorq_u64,
    vandq_u64,
    |x| U64x2(op!(vreinterpretq_u64_u8(vrev64q_u8(vreinterpretq_u8_u64(x.0))))),
    |x, limit| op!(vaddvq_u64(vandq_u64(vcleq_u64(x.0, limit.0), vld1q_u64([1, 2].as_ptr()))))
);

/// Rotates right: a shift, and a second one that inserts.
macro_rules! rotate {
    ($v:ident, $x:expr, $right:ident, $insert_left:ident, $n:literal, $rest:literal) => {
        $v(op!($insert_left::<$rest>($right::<$n>($x.0), $x.0)))
    };
}

impl BlakeLanes for U32x4 {
    #[inline(always)]
    fn rot_1(self) -> Self {
        U32x4(op!(vreinterpretq_u32_u16(vrev32q_u16(vreinterpretq_u16_u32(self.0)))))
    }
    #[inline(always)]
    fn rot_2(self) -> Self {
        rotate!(U32x4, self, vshrq_n_u32, vsliq_n_u32, 12, 20)
    }
    #[inline(always)]
    fn rot_3(self) -> Self {
        rotate!(U32x4, self, vshrq_n_u32, vsliq_n_u32, 8, 24)
    }
    #[inline(always)]
    fn rot_4(self) -> Self {
        rotate!(U32x4, self, vshrq_n_u32, vsliq_n_u32, 7, 25)
    }
}

impl BlakeLanes for U64x2 {
    #[inline(always)]
    fn rot_1(self) -> Self {
        U64x2(op!(vreinterpretq_u64_u32(vrev64q_u32(vreinterpretq_u32_u64(self.0)))))
    }
    #[inline(always)]
    fn rot_2(self) -> Self {
        rotate!(U64x2, self, vshrq_n_u64, vsliq_n_u64, 24, 40)
    }
    #[inline(always)]
    fn rot_3(self) -> Self {
        rotate!(U64x2, self, vshrq_n_u64, vsliq_n_u64, 16, 48)
    }
    #[inline(always)]
    fn rot_4(self) -> Self {
        rotate!(U64x2, self, vshrq_n_u64, vsliq_n_u64, 63, 1)
    }
}

impl ShaLanes for U32x4 {
    #[inline(always)]
    fn rotr<const N: u32>(self) -> Self {
        // The counts are constants: these become the immediate forms.
        U32x4(op!({
            let right = vshlq_u32(self.0, vdupq_n_s32(-(N as i32)));
            vorrq_u32(right, vshlq_u32(self.0, vdupq_n_s32(32 - N as i32)))
        }))
    }
    #[inline(always)]
    fn shr<const N: u32>(self) -> Self {
        U32x4(op!(vshlq_u32(self.0, vdupq_n_s32(-(N as i32)))))
    }
    #[inline(always)]
    fn choose(e: Self, f: Self, g: Self) -> Self {
        U32x4(op!(vbslq_u32(e.0, f.0, g.0)))
    }
    #[inline(always)]
    fn majority(_a: Self, b: Self, c: Self, ab: Self, _bc: Self) -> Self {
        U32x4(op!(vbslq_u32(ab.0, c.0, b.0)))
    }
}

crate::lanes::sha_sums!(U32x4, []);

crate::kernel::entries!(
    Path::Neon,
    [],
    sha: U32x4, blake2s: X2<U32x4>, blake2b: X2<U64x2>
);
