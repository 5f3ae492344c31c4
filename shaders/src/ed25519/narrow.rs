//! Products of numbers in twenty limbs of 13 bits.
//!
//! Limbs of a reduced number are below 10,240, so that twenty products are together below 2³¹. Each sum gives what is
//! above its 13 bits to the next (up to 2¹⁸); the upper twenty, now below 2¹⁸·⁰⁵, come in at the bottom 608 times,
//! below 2²⁷·³; two more rounds of carries leave at most 8191 + 608 · 3 in limb 0, 8191 + 1492 in limb 1 and 8194 in
//! the others.

use std::fmt::Write as _;

/// The text of `mul` and `square`.
pub(crate) fn products() -> String {
    let product = |i: usize, j: usize| format!("a[{i}] * b[{j}]");
    let mul = function("mul(a: Fe, b: Fe)", |limb| pairs(limb).map(|(i, j)| product(i, j)).collect());
    let square = function("square(a: Fe)", |limb| {
        let mut terms: Vec<String> = Vec::new();
        let twice: Vec<String> =
            pairs(limb).filter(|(i, j)| i < j).map(|(i, j)| format!("a[{i}] * a[{j}]")).collect();
        if !twice.is_empty() {
            terms.push(format!("2u * ({})", twice.join(" + ")));
        }
        if limb.is_multiple_of(2) {
            terms.push(format!("a[{0}] * a[{0}]", limb / 2));
        }
        terms
    });
    format!("{mul}\n{square}")
}

/// The limbs whose products belong to a sum.
fn pairs(limb: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..20).filter_map(move |i| limb.checked_sub(i).filter(|&j| j < 20).map(|j| (i, j)))
}

fn function(head: &str, terms: impl Fn(usize) -> Vec<String>) -> String {
    let mut text = format!("fn {head} -> Fe {{\n");
    for limb in 0..39 {
        let _ = writeln!(text, "    let h{limb} = {};", terms(limb).join(" + "));
    }
    for limb in 0..39 {
        let below = if limb == 0 { String::new() } else { format!(" + (h{} >> 13u)", limb - 1) };
        let _ = writeln!(text, "    let k{limb} = (h{limb} & 8191u){below};");
    }
    text.push_str("    let k39 = h38 >> 13u;\n");
    let folded = (0..20).map(|limb| format!("k{limb} + 608u * k{}", limb + 20));
    let _ = writeln!(text, "    return carry(carry({}));\n}}", super::form::fe(folded));
    text
}
