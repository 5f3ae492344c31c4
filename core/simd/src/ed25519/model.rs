//! Both kinds of lanes in plain Rust: on a CPU without the instructions the texts above them can still be held against an
//! oracle, and their bounds tested. Where overflow is checked it is an error when a multiply-add overflows, a difference
//! is negative, or an instruction would drop what is above; plain additions and 19 times a column wrap, as those of
//! doubles must. Nothing is inlined: these are compiled more often than run.

use super::lanes::{Fused, LANES_MAX, Madd52, Products, Wide};
use super::{field, fma, madd};
use crate::detect::Path;
use crate::lanes::Lanes;

/// `N` lanes.
#[derive(Clone, Copy)]
pub(crate) struct Model<const N: usize>([u64; N]);

impl<const N: usize> Model<N> {
    #[inline(never)]
    fn each(self, other: Self, op: impl Fn(u64, u64) -> u64) -> Self {
        Model(std::array::from_fn(|lane| op(self.0[lane], other.0[lane])))
    }
    #[inline(never)]
    fn map(self, op: impl Fn(u64) -> u64) -> Self {
        Model(self.0.map(op))
    }
}

impl<const N: usize> Lanes for Model<N> {
    type Word = u64;
    const COUNT: usize = N;
    #[inline(never)]
    fn splat(word: u64) -> Self {
        Model([word; N])
    }
    #[inline(never)]
    fn load(words: &[u64]) -> Self {
        Model(std::array::from_fn(|lane| words[lane]))
    }
    #[inline(never)]
    fn store(self, words: &mut [u64]) {
        words[..N].copy_from_slice(&self.0);
    }
    #[inline(never)]
    fn add(self, other: Self) -> Self {
        self.each(other, u64::wrapping_add)
    }
    #[inline(never)]
    fn xor(self, other: Self) -> Self {
        self.each(other, |a, b| a ^ b)
    }
    #[inline(never)]
    fn and(self, other: Self) -> Self {
        self.each(other, |a, b| a & b)
    }
    #[inline(never)]
    fn swap_bytes(self) -> Self {
        self.map(u64::swap_bytes)
    }
    #[inline(never)]
    fn at_most(self, limit: Self) -> u64 {
        (0..N).map(|lane| u64::from(self.0[lane] <= limit.0[lane]) << lane).sum()
    }
}

impl<const N: usize> Wide for Model<N> {
    type Mask = [bool; N];
    #[inline(never)]
    fn sub(self, other: Self) -> Self {
        self.each(other, |a, b| a - b)
    }
    #[inline(never)]
    fn shl<const BITS: u32>(self) -> Self {
        self.map(|a| a << BITS)
    }
    #[inline(never)]
    fn shr<const BITS: u32>(self) -> Self {
        self.map(|a| a >> BITS)
    }
    #[inline(never)]
    fn rotr<const BITS: u32>(self) -> Self {
        self.map(|a| a.rotate_right(BITS))
    }
    #[inline(never)]
    fn equal(self, other: Self) -> [bool; N] {
        std::array::from_fn(|lane| self.0[lane] == other.0[lane])
    }
    #[inline(never)]
    fn bits(mask: [bool; N]) -> u32 {
        (0..N).map(|lane| u32::from(mask[lane]) << lane).sum()
    }
    #[inline(never)]
    fn pick(mask: [bool; N], yes: Self, no: Self) -> Self {
        Model(std::array::from_fn(|lane| if mask[lane] { yes.0[lane] } else { no.0[lane] }))
    }
    #[inline(never)]
    fn read_rows<const W: usize>(memory: &[u64], at: &[usize; LANES_MAX]) -> [Self; W] {
        std::array::from_fn(|word| Model(std::array::from_fn(|lane| memory[at[lane] + word])))
    }
    #[inline(never)]
    fn write_rows<const W: usize>(words: &[Self; W], memory: &mut [u64], at: &[usize; LANES_MAX]) {
        for (word, values) in words.iter().enumerate() {
            for (lane, value) in values.0.iter().enumerate() {
                memory[at[lane] + word] = *value;
            }
        }
    }
}

/// Bits of what the instruction multiplies.
const LOW: u64 = (1 << 52) - 1;

/// Eight lanes are those with 52-bit products.
impl Madd52 for Model<8> {
    #[inline(never)]
    fn madd_low(self, a: Self, b: Self) -> Self {
        // The instruction would drop what is above.
        debug_assert!(a.0.iter().chain(&b.0).all(|word| *word <= LOW));
        let low = a.each(b, |a, b| (u128::from(a & LOW) * u128::from(b & LOW)) as u64 & LOW);
        self.each(low, |sum, add| sum + add)
    }
    #[inline(never)]
    fn madd_high(self, a: Self, b: Self) -> Self {
        debug_assert!(a.0.iter().chain(&b.0).all(|word| *word <= LOW));
        let high = a.each(b, |a, b| ((u128::from(a & LOW) * u128::from(b & LOW)) >> 52) as u64);
        self.each(high, |sum, add| sum + add)
    }
}

/// Four are those with doubles.
impl Fused for Model<4> {
    type Double = [f64; 4];
    #[inline(never)]
    fn double(value: f64) -> [f64; 4] {
        [value; 4]
    }
    #[inline(never)]
    fn to_double(self) -> [f64; 4] {
        debug_assert!(self.0.iter().all(|word| *word <= LOW));
        self.0.map(|word| word as f64)
    }
    #[inline(never)]
    fn from_bits(double: [f64; 4]) -> Self {
        Model(double.map(f64::to_bits))
    }
    #[inline(never)]
    fn fused(a: [f64; 4], b: [f64; 4], c: [f64; 4]) -> [f64; 4] {
        std::array::from_fn(|lane| a[lane].mul_add(b[lane], c[lane]))
    }
    #[inline(never)]
    fn minus(a: [f64; 4], b: [f64; 4]) -> [f64; 4] {
        std::array::from_fn(|lane| a[lane] - b[lane])
    }
}

macro_rules! model {
    ($lanes:literal, $text:ident, $name:ident) => {
        impl Products for Model<$lanes> {
            #[inline(never)]
            fn nineteen(self) -> Self {
                // Of columns that may be negative.
                self.map(|word| word.wrapping_mul(19))
            }
            #[inline(never)]
            fn nineteen_small(self) -> Self {
                debug_assert!(self.0.iter().all(|word| word >> 32 == 0));
                self.map(|word| 19 * (word & 0xffff_ffff))
            }
            #[inline(never)]
            fn product(f: &[Self; 5], g: &[Self; 5]) -> [Self; 5] {
                $text::product(f, g)
            }
            #[inline(never)]
            fn square(f: &[Self; 5]) -> [Self; 5] {
                $text::square(f)
            }
            #[inline(never)]
            fn carry(f: &[Self; 5]) -> [Self; 5] {
                field::carry(f)
            }
            #[inline(never)]
            fn sum(f: &[Self; 5], g: &[Self; 5]) -> [Self; 5] {
                field::sum(f, g)
            }
            #[inline(never)]
            fn difference(f: &[Self; 5], g: &[Self; 5], p: &[u64; 5]) -> [Self; 5] {
                field::difference(f, g, p)
            }
        }

        pub(crate) mod $name {
            use super::{Model, Path};
            crate::ed25519::verifier::entries!(Path::Portable, || true, [], Model<$lanes>);
        }
    };
}
model!(4, fma, four);
model!(8, madd, eight);
