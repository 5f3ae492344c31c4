//! Products modulo p on lanes that multiply 52 bits and add the lower or the upper half (AVX-512 IFMA).
//!
//! A lower half weighs what its limbs' places say; an upper half, which begins at bit 52, twice as much as the next
//! place. Carried limbs fit the 52 bits that the instruction takes; columns stay below 2⁵⁵.

use super::field::fold;
use super::lanes::Madd52;

/// Adds the lower, or upper, halves of products.
macro_rules! sum {
    ($half:ident, $from:expr $(, $f:ident $g:ident)*) => {
        $from$(.$half($f, $g))*
    };
}

/// f·g of carried numbers.
#[inline(always)]
pub(crate) fn product<V: Madd52>(f: &[V; 5], g: &[V; 5]) -> [V; 5] {
    let [f0, f1, f2, f3, f4] = *f;
    let [g0, g1, g2, g3, g4] = *g;
    let zero = V::splat(0);
    let u1 = sum!(madd_high, zero, f0 g0);
    let u2 = sum!(madd_high, zero, f0 g1, f1 g0);
    let u3 = sum!(madd_high, zero, f0 g2, f1 g1, f2 g0);
    let u4 = sum!(madd_high, zero, f0 g3, f1 g2, f2 g1, f3 g0);
    let u5 = sum!(madd_high, zero, f0 g4, f1 g3, f2 g2, f3 g1, f4 g0);
    let u6 = sum!(madd_high, zero, f1 g4, f2 g3, f3 g2, f4 g1);
    let u7 = sum!(madd_high, zero, f2 g4, f3 g3, f4 g2);
    let u8 = sum!(madd_high, zero, f3 g4, f4 g3);
    let u9 = sum!(madd_high, zero, f4 g4);
    let h0 = sum!(madd_low, zero, f0 g0);
    let h1 = sum!(madd_low, u1.add(u1), f0 g1, f1 g0);
    let h2 = sum!(madd_low, u2.add(u2), f0 g2, f1 g1, f2 g0);
    let h3 = sum!(madd_low, u3.add(u3), f0 g3, f1 g2, f2 g1, f3 g0);
    let h4 = sum!(madd_low, u4.add(u4), f0 g4, f1 g3, f2 g2, f3 g1, f4 g0);
    let h5 = sum!(madd_low, u5.add(u5), f1 g4, f2 g3, f3 g2, f4 g1);
    let h6 = sum!(madd_low, u6.add(u6), f2 g4, f3 g3, f4 g2);
    let h7 = sum!(madd_low, u7.add(u7), f3 g4, f4 g3);
    let h8 = sum!(madd_low, u8.add(u8), f4 g4);
    let h9 = u9.add(u9);
    fold([h0, h1, h2, h3, h4], [h5, h6, h7, h8, h9])
}

/// f² of a carried number.
#[inline(always)]
pub(crate) fn square<V: Madd52>(f: &[V; 5]) -> [V; 5] {
    let [f0, f1, f2, f3, f4] = *f;
    let zero = V::splat(0);
    // Each product of two different limbs once, and everything that comes twice doubled at the end.
    let h0 = sum!(madd_low, zero, f0 f0);
    let v1 = sum!(madd_low, sum!(madd_high, zero, f0 f0), f0 f1);
    let h1 = v1.add(v1);
    let u2 = sum!(madd_high, zero, f0 f1);
    let v2 = sum!(madd_low, u2.add(u2), f0 f2);
    let h2 = sum!(madd_low, v2.add(v2), f1 f1);
    let u3 = sum!(madd_high, zero, f0 f2);
    let v3 = sum!(madd_low, sum!(madd_high, u3.add(u3), f1 f1), f0 f3, f1 f2);
    let h3 = v3.add(v3);
    let u4 = sum!(madd_high, zero, f0 f3, f1 f2);
    let v4 = sum!(madd_low, u4.add(u4), f0 f4, f1 f3);
    let h4 = sum!(madd_low, v4.add(v4), f2 f2);
    let u5 = sum!(madd_high, zero, f0 f4, f1 f3);
    let v5 = sum!(madd_low, sum!(madd_high, u5.add(u5), f2 f2), f1 f4, f2 f3);
    let h5 = v5.add(v5);
    let u6 = sum!(madd_high, zero, f1 f4, f2 f3);
    let v6 = sum!(madd_low, u6.add(u6), f2 f4);
    let h6 = sum!(madd_low, v6.add(v6), f3 f3);
    let u7 = sum!(madd_high, zero, f2 f4);
    let v7 = sum!(madd_low, sum!(madd_high, u7.add(u7), f3 f3), f3 f4);
    let h7 = v7.add(v7);
    let u8 = sum!(madd_high, zero, f3 f4);
    let v8 = u8.add(u8);
    let h8 = sum!(madd_low, v8.add(v8), f4 f4);
    let v9 = sum!(madd_high, zero, f4 f4);
    let h9 = v9.add(v9);
    fold([h0, h1, h2, h3, h4], [h5, h6, h7, h8, h9])
}
