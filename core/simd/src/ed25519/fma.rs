//! Products modulo p on lanes of doubles that multiply and add with one rounding (FMA), after Emmart, Zheng and Weems
//! (2018).
//!
//! With 2¹⁰³ added, a product of two limbs is rounded to a multiple of 2⁵¹: what its bits then count are those, the upper
//! part. Taken from the exact product it leaves the lower part, between ±2⁵⁰. Both are read as integers from the doubles'
//! own bits. Carried limbs' products are below 2¹⁰³, where this holds; doubled ones might not be.

use super::field::{P, fold};
use super::lanes::Fused;

/// Its bits count multiples of 2⁵¹.
const UPPER: f64 = (1u128 << 103) as f64;
/// Its bits count units, either way.
const LOWER: f64 = (3u64 << 51) as f64;
/// What leaves the lower part, in a double whose bits count units, when a rounded product is taken from it.
const REST: f64 = UPPER + LOWER;
/// So many times p are added to a product, because lower parts can be negative: 20 · 5 · 2⁵⁰ < 64 p.
const BIAS: u64 = 64;

/// What a column begins with: it takes away the bits that are no count, so many of each.
const fn start(uppers: u64, lowers: u64, bias: u64) -> u64 {
    let upper = UPPER.to_bits().wrapping_mul(uppers);
    let lower = LOWER.to_bits().wrapping_mul(lowers);
    bias.wrapping_sub(upper).wrapping_sub(lower)
}

/// Adds the lower and the upper part of a product of limbs to their columns.
macro_rules! add {
    ($($f:ident $g:ident: $low:ident $high:ident),*) => {
        $(
            let upper = V::fused($f, $g, V::double(UPPER));
            let lower = V::fused($f, $g, V::minus(V::double(REST), upper));
            let $high = $high.add(V::from_bits(upper));
            let $low = $low.add(V::from_bits(lower));
        )*
    };
}

/// f·g of carried numbers.
#[inline(always)]
pub(crate) fn product<V: Fused>(f: &[V; 5], g: &[V; 5]) -> [V; 5] {
    let [f0, f1, f2, f3, f4] = doubles(f);
    let [g0, g1, g2, g3, g4] = doubles(g);
    let h0 = V::splat(const { start(0, 1, BIAS * P[0]) });
    let h1 = V::splat(const { start(1, 2, BIAS * P[1]) });
    let h2 = V::splat(const { start(2, 3, BIAS * P[2]) });
    let h3 = V::splat(const { start(3, 4, BIAS * P[3]) });
    let h4 = V::splat(const { start(4, 5, BIAS * P[4]) });
    let h5 = V::splat(const { start(5, 4, 0) });
    let h6 = V::splat(const { start(4, 3, 0) });
    let h7 = V::splat(const { start(3, 2, 0) });
    let h8 = V::splat(const { start(2, 1, 0) });
    let h9 = V::splat(const { start(1, 0, 0) });
    add!(f0 g0: h0 h1, f0 g1: h1 h2, f0 g2: h2 h3, f0 g3: h3 h4, f0 g4: h4 h5);
    add!(f1 g0: h1 h2, f1 g1: h2 h3, f1 g2: h3 h4, f1 g3: h4 h5, f1 g4: h5 h6);
    add!(f2 g0: h2 h3, f2 g1: h3 h4, f2 g2: h4 h5, f2 g3: h5 h6, f2 g4: h6 h7);
    add!(f3 g0: h3 h4, f3 g1: h4 h5, f3 g2: h5 h6, f3 g3: h6 h7, f3 g4: h7 h8);
    add!(f4 g0: h4 h5, f4 g1: h5 h6, f4 g2: h6 h7, f4 g3: h7 h8, f4 g4: h8 h9);
    fold([h0, h1, h2, h3, h4], [h5, h6, h7, h8, h9])
}

/// f² of a carried number.
#[inline(always)]
pub(crate) fn square<V: Fused>(f: &[V; 5]) -> [V; 5] {
    let [f0, f1, f2, f3, f4] = doubles(f);
    // Each product of two different limbs once, doubled before those of a limb with itself join.
    let h1 = V::splat(const { start(0, 1, 0) });
    let h2 = V::splat(const { start(1, 1, 0) });
    let h3 = V::splat(const { start(1, 2, 0) });
    let h4 = V::splat(const { start(2, 2, 0) });
    let h5 = V::splat(const { start(2, 2, 0) });
    let h6 = V::splat(const { start(2, 1, 0) });
    let h7 = V::splat(const { start(1, 1, 0) });
    let h8 = V::splat(const { start(1, 0, 0) });
    add!(f0 f1: h1 h2, f0 f2: h2 h3, f0 f3: h3 h4, f0 f4: h4 h5);
    add!(f1 f2: h3 h4, f1 f3: h4 h5, f1 f4: h5 h6);
    add!(f2 f3: h5 h6, f2 f4: h6 h7);
    add!(f3 f4: h7 h8);
    let h0 = V::splat(const { start(0, 1, BIAS * P[0]) });
    let h1 = h1.add(h1).add(V::splat(const { start(1, 0, BIAS * P[1]) }));
    let h2 = h2.add(h2).add(V::splat(const { start(0, 1, BIAS * P[2]) }));
    let h3 = h3.add(h3).add(V::splat(const { start(1, 0, BIAS * P[3]) }));
    let h4 = h4.add(h4).add(V::splat(const { start(0, 1, BIAS * P[4]) }));
    let h5 = h5.add(h5).add(V::splat(const { start(1, 0, 0) }));
    let h6 = h6.add(h6).add(V::splat(const { start(0, 1, 0) }));
    let h7 = h7.add(h7).add(V::splat(const { start(1, 0, 0) }));
    let h8 = h8.add(h8).add(V::splat(const { start(0, 1, 0) }));
    let h9 = V::splat(const { start(1, 0, 0) });
    add!(f0 f0: h0 h1, f1 f1: h2 h3, f2 f2: h4 h5, f3 f3: h6 h7, f4 f4: h8 h9);
    fold([h0, h1, h2, h3, h4], [h5, h6, h7, h8, h9])
}

#[inline(always)]
fn doubles<V: Fused>(limbs: &[V; 5]) -> [V::Double; 5] {
    let [a, b, c, d, e] = *limbs;
    [a.to_double(), b.to_double(), c.to_double(), d.to_double(), e.to_double()]
}
