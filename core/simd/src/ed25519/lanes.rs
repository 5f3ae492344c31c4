//! What the arithmetic modulo 2²⁵⁵ − 19 needs of a vector of 64-bit lanes.

use crate::lanes::Lanes;

/// The most lanes that any width has.
pub(crate) const LANES_MAX: usize = 8;

/// Lanes of 64 bits with shifts, comparisons, and rows: a lane's words that follow each other in memory.
pub(crate) trait Wide: Lanes<Word = u64> {
    /// A truth for each lane.
    type Mask: Copy;
    fn sub(self, other: Self) -> Self;
    fn shl<const N: u32>(self) -> Self;
    fn shr<const N: u32>(self) -> Self;
    fn rotr<const N: u32>(self) -> Self;
    fn equal(self, other: Self) -> Self::Mask;
    /// Bit `i` is lane `i`'s.
    fn bits(mask: Self::Mask) -> u32;
    /// `yes` where the mask holds, else `no`.
    fn pick(mask: Self::Mask, yes: Self, no: Self) -> Self;
    /// Word `i` of lane `l` is `memory[at[l] + i]`. `N` is a multiple of the number of lanes.
    fn read_rows<const N: usize>(memory: &[u64], at: &[usize; LANES_MAX]) -> [Self; N];
    /// The way back.
    fn write_rows<const N: usize>(words: &[Self; N], memory: &mut [u64], at: &[usize; LANES_MAX]);

    /// `a ? b : c`, bit by bit.
    #[inline(always)]
    fn choose(a: Self, b: Self, c: Self) -> Self {
        a.and(b.xor(c)).xor(c)
    }
    /// The majority of the three, bit by bit.
    #[inline(always)]
    fn majority(a: Self, b: Self, c: Self) -> Self {
        a.xor(b).and(b.xor(c)).xor(b)
    }
}

/// Lanes in which numbers of five limbs of 51 bits are multiplied, each product a function of its own with the width's
/// features.
pub(crate) trait Products: Wide {
    /// 19 times a number.
    fn nineteen(self) -> Self;
    /// 19 times a number below 2³².
    fn nineteen_small(self) -> Self;
    /// f·g of carried numbers, limbs below 2⁵⁹·³.
    fn product(f: &[Self; 5], g: &[Self; 5]) -> [Self; 5];
    /// f² of a carried number, limbs below 2⁵⁹·³.
    fn square(f: &[Self; 5]) -> [Self; 5];
    /// Moves what exceeds each limb to the next. Limbs must be below 2⁶¹.
    fn carry(f: &[Self; 5]) -> [Self; 5];
    /// f + g, carried.
    fn sum(f: &[Self; 5], g: &[Self; 5]) -> [Self; 5];
    /// f + p − g, carried; p is a multiple of that p whose limbs no limb of g exceeds.
    fn difference(f: &[Self; 5], g: &[Self; 5], p: &[u64; 5]) -> [Self; 5];
}

/// Lanes that multiply the lower 52 bits of each into 104 and add the lower or the upper 52 of those.
pub(crate) trait Madd52: Products {
    fn madd_low(self, a: Self, b: Self) -> Self;
    fn madd_high(self, a: Self, b: Self) -> Self;
}

/// Lanes that can be doubles, which multiply and add with one rounding, to the nearest.
pub(crate) trait Fused: Products {
    type Double: Copy;
    fn double(value: f64) -> Self::Double;
    /// Of a number below 2⁵².
    fn to_double(self) -> Self::Double;
    fn from_bits(double: Self::Double) -> Self;
    /// a·b + c.
    fn fused(a: Self::Double, b: Self::Double, c: Self::Double) -> Self::Double;
    fn minus(a: Self::Double, b: Self::Double) -> Self::Double;
}

/// Implements a width's arithmetic, each piece as a small function with the width's own target features.
///
/// They exist for the compiler's sake: see [`ShaSums`](crate::lanes::ShaSums). It may still inline them.
#[cfg(target_arch = "x86_64")]
macro_rules! products {
    ($v:ty, $text:ident, [$attribute:meta]) => {
        $crate::ed25519::lanes::leaf!($v, [$attribute],
            product(f: &[$v; 5], g: &[$v; 5]) -> [$v; 5], $crate::ed25519::$text::product);
        $crate::ed25519::lanes::leaf!($v, [$attribute],
            square(f: &[$v; 5]) -> [$v; 5], $crate::ed25519::$text::square);
        $crate::ed25519::lanes::leaf!($v, [$attribute],
            carry(f: &[$v; 5]) -> [$v; 5], $crate::ed25519::field::carry);
        $crate::ed25519::lanes::leaf!($v, [$attribute],
            sum(f: &[$v; 5], g: &[$v; 5]) -> [$v; 5], $crate::ed25519::field::sum);
        $crate::ed25519::lanes::leaf!($v, [$attribute],
            difference(f: &[$v; 5], g: &[$v; 5], p: &[u64; 5]) -> [$v; 5], $crate::ed25519::field::difference);
    };
}
#[cfg(target_arch = "x86_64")]
pub(crate) use products;

/// Implements one such function.
#[cfg(target_arch = "x86_64")]
macro_rules! leaf {
    ($v:ty, [$attribute:meta], $name:ident($($argument:ident: $t:ty),*) -> $result:ty, $text:expr) => {
        #[inline(always)]
        fn $name($($argument: $t),*) -> $result {
            /// # Safety
            /// Needs the path.
            #[$attribute]
            #[inline]
            unsafe fn leaf($($argument: $t),*) -> $result {
                $text($($argument),*)
            }
            // SAFETY: only a verifier's entries reach this, and those are called only where all that its path needs is
            // available.
            unsafe { leaf($($argument),*) }
        }
    };
}
#[cfg(target_arch = "x86_64")]
pub(crate) use leaf;
