//! Products of numbers in ten limbs of 26 and 25 bits.
//!
//! The limb of number i begins at bit ⌈25.5 i⌉, so that two odd ones meet half a bit too high: their product counts
//! twice. What is beyond 2²⁵⁵ counts 19 times. With limbs x times as large as reduced in the first operand and y times
//! in the second, the largest sum is below 124.5 · 2⁵² x y, which 64 bits hold for x y up to 16; and 19 times a limb
//! fits into 32 bits for y up to 3.3, 38 times an odd one likewise.

use std::fmt::Write as _;

/// The text of `mul` and `square`.
pub(crate) fn products() -> String {
    format!("{}\n{}\n{}", reduce(), mul(), square())
}

/// How often the product of these limbs counts in limb `(i + j) % 10`.
fn times(i: usize, j: usize) -> u32 {
    (if i % 2 == 1 && j % 2 == 1 { 2 } else { 1 }) * (if i + j >= 10 { 19 } else { 1 })
}

fn mul() -> String {
    let mut text = String::from("fn mul(a: Fe, b: Fe) -> Fe {\n");
    for i in (1..10).step_by(2) {
        let _ = writeln!(text, "    let a{i}_2 = 2u * a[{i}];");
    }
    for j in 1..10 {
        let _ = writeln!(text, "    let b{j}_19 = 19u * b[{j}];");
    }
    for limb in 0..10 {
        let terms = (0..10).map(|i| {
            let j = (10 + limb - i) % 10;
            let times = times(i, j);
            let a = if times.is_multiple_of(2) { format!("a{i}_2") } else { format!("a[{i}]") };
            let b = if times >= 19 { format!("b{j}_19") } else { format!("b[{j}]") };
            format!("u64({a}) * u64({b})")
        });
        let _ = writeln!(text, "    let h{limb} = {};", sum(terms));
    }
    text.push_str(&reduced());
    text
}

fn square() -> String {
    let mut text = String::from("fn square(a: Fe) -> Fe {\n");
    for i in 0..9 {
        let _ = writeln!(text, "    let a{i}_2 = 2u * a[{i}];");
    }
    for j in 5..10 {
        let by = if j % 2 == 1 { 38 } else { 19 };
        let _ = writeln!(text, "    let a{j}_{by} = {by}u * a[{j}];");
    }
    for limb in 0..10 {
        let pairs = (0..10).filter_map(|i| {
            let j = (10 + limb - i) % 10;
            (i <= j).then_some((i, j))
        });
        let terms = pairs.map(|(i, j)| {
            let times = times(i, j) * if i == j { 1 } else { 2 };
            // The larger limb takes what the smaller one cannot.
            let (of_j, b) = match (times >= 19, j % 2 == 1) {
                (false, _) => (1, format!("a[{j}]")),
                (true, true) if times.is_multiple_of(38) => (38, format!("a{j}_38")),
                (true, false) => (19, format!("a{j}_19")),
                (true, true) => {
                    unreachable!("an odd limb beyond the top is with an even one, twice, or itself")
                }
            };
            match times / of_j {
                1 => format!("u64(a[{i}]) * u64({b})"),
                2 => format!("u64(a{i}_2) * u64({b})"),
                4 => format!("u64(a{i}_2) * u64(2u * {b})"),
                _ => unreachable!("a product counts no more often"),
            }
        });
        let _ = writeln!(text, "    let h{limb} = {};", sum(terms));
    }
    text.push_str(&reduced());
    text
}

fn sum(terms: impl Iterator<Item = String>) -> String {
    terms.collect::<Vec<_>>().join("\n        + ")
}

fn reduced() -> String {
    let all: Vec<String> = (0..10).map(|i| format!("h{i}")).collect();
    format!("    return reduced({});\n}}\n", all.join(", "))
}

/// Carries, in two chains at the same time: from limb 0 and from limb 4.
fn reduce() -> String {
    let inputs: Vec<String> = (0..10).map(|i| format!("a{i}: u64")).collect();
    let mut text = format!("fn reduced({}) -> Fe {{\n", inputs.join(", "));
    for i in 0..10 {
        let _ = writeln!(text, "    var h{i} = a{i};");
    }
    for i in [0, 4, 1, 5, 2, 6, 3, 7, 4, 8, 9, 0] {
        let bits = if i % 2 == 0 { 26 } else { 25 };
        let (next, times) = if i == 9 { (0, "19lu * ") } else { (i + 1, "") };
        let _ = writeln!(text, "    h{next} += {times}(h{i} >> {bits}u);");
        let _ = writeln!(text, "    h{i} &= {:#x}lu;", (1 << bits) - 1);
    }
    let limbs = (0..10).map(|i| format!("u32(h{i} & 0xfffffffflu)"));
    let _ = writeln!(text, "    return {};\n}}", super::form::fe(limbs));
    text
}
