//! Text of the arithmetic modulo the group's order L = 2²⁵² + 27742317777372353535851937790883648493, in eight limbs of
//! 32 bits, and of the steps that make a scalar half as long.
//!
//! All products are of 32 by 32 bits with two more numbers added, by the template's `mad`.

use std::fmt::Write as _;

/// L, least significant limb first.
const ORDER: [u32; 8] = [0x5cf5_d3ed, 0x5812_631a, 0xa2f7_9cd6, 0x14de_f9de, 0, 0, 0, 0x1000_0000];

/// The texts by the names that the template fills in.
pub(crate) fn texts() -> Vec<(&'static str, String)> {
    vec![
        ("scalar_constants", constants()),
        ("montgomery", montgomery()),
        ("minus", minus("array<u32, 8>", 8)),
        ("minus_product", minus_product()),
        ("plus_product", plus_product()),
        ("lengths", lengths()),
        ("shifts", format!("{}\n{}", shifts("Scalar", "", 8), shifts("Half", "_half", 4))),
    ]
}

fn literal(limbs: [u32; 8]) -> String {
    format!("Scalar({})", limbs.map(|limb| format!("{limb:#x}u")).join(", "))
}

/// 2 to this power, modulo L.
fn power_of_two(exponent: u32) -> [u32; 8] {
    let mut power = [1, 0, 0, 0, 0, 0, 0, 0];
    for _ in 0..exponent {
        let mut carry = 0;
        let twice = power.map(|limb: u32| {
            let twice = limb << 1 | carry;
            carry = limb >> 31;
            twice
        });
        // L has 253 bits: twice a number below it fits into 254.
        let mut borrow = false;
        let less = std::array::from_fn(|i| {
            let (less, first) = twice[i].overflowing_sub(ORDER[i]);
            let (less, second) = less.overflowing_sub(u32::from(borrow));
            borrow = first || second;
            less
        });
        power = if borrow { twice } else { less };
    }
    power
}

fn constants() -> String {
    format!(
        "const ORDER = {};\n// 2²⁵⁶ and 2⁵¹², modulo the order.\nconst ONE_SHIFTED = {};\nconst TWICE_SHIFTED = {};",
        literal(ORDER),
        literal(power_of_two(256)),
        literal(power_of_two(512))
    )
}

/// −1/L modulo 2³², by Newton's iteration: each step doubles the bits that are right.
fn minus_inverse() -> u32 {
    let inverse = (0..5).fold(1u32, |x, _| x.wrapping_mul(2u32.wrapping_sub(ORDER[0].wrapping_mul(x))));
    inverse.wrapping_neg()
}

/// The product divided by 2²⁵⁶, a limb of a at a time. With b below 2²⁵⁴ no step outgrows eight limbs and one.
fn montgomery() -> String {
    let list = |limb: &dyn Fn(usize) -> String| (0..8).map(limb).collect::<Vec<_>>().join(", ");
    let mut text =
        String::from("var left = a;\nvar t = Scalar();\nfor (var limb = 0u; limb < 8u; limb++) {\n");
    text.push_str("    var m = vec2<u32>();\n");
    for j in 0..8 {
        let _ = writeln!(text, "    m = mad(left[0], b[{j}], t[{j}], m.y);\n    let s{j} = m.x;");
    }
    let _ =
        writeln!(text, "    let s8 = m.y;\n    let q = s0 * {:#x}u;\n    m = vec2<u32>();", minus_inverse());
    for (j, limb) in ORDER.into_iter().enumerate() {
        let _ = match limb {
            // Only the carry.
            0 => writeln!(text, "    m = mad(m.y, 1u, s{j}, 0u);"),
            _ => writeln!(text, "    m = mad(q, {limb:#x}u, s{j}, m.y);"),
        };
        if j > 0 {
            let _ = writeln!(text, "    let r{} = m.x;", j - 1);
        }
    }
    let _ = writeln!(
        text,
        "    t = Scalar({}, s8 + m.y);",
        (0..7).map(|i| format!("r{i}")).collect::<Vec<_>>().join(", ")
    );
    let rest = list(&|i| if i < 7 { format!("left[{}]", i + 1) } else { "0u".to_owned() });
    let _ = writeln!(text, "    left = Scalar({rest});\n}}\nreturn t;");
    text
}

/// `a − b`, and 1 where that is negative.
fn minus(array: &str, count: usize) -> String {
    let mut text = String::from("var borrow = 0u;\n");
    for i in 0..count {
        let _ = writeln!(text, "let t{i} = a[{i}] - b[{i}];\nlet d{i} = t{i} - borrow;");
        let _ = writeln!(text, "borrow = select(0u, 1u, a[{i}] < b[{i}] || t{i} < borrow);");
    }
    let limbs: Vec<String> = (0..count).map(|i| format!("d{i}")).collect();
    let _ = writeln!(text, "return Difference({array}({}), borrow);", limbs.join(", "));
    text
}

/// `a − q b`, which is not negative.
fn minus_product() -> String {
    let mut text = String::from("var m = vec2<u32>();\nvar borrow = 0u;\n");
    for i in 0..8 {
        let _ = writeln!(text, "m = mad(q, b[{i}], m.y, 0u);\nlet t{i} = a[{i}] - m.x;");
        let _ = writeln!(text, "let d{i} = t{i} - borrow;");
        let _ = writeln!(text, "borrow = select(0u, 1u, a[{i}] < m.x || t{i} < borrow);");
    }
    let limbs: Vec<String> = (0..8).map(|i| format!("d{i}")).collect();
    let _ = writeln!(text, "return Scalar({});", limbs.join(", "));
    text
}

/// `a + q b`.
fn plus_product() -> String {
    let mut text = String::from("var m = vec2<u32>();\n");
    for i in 0..4 {
        let _ = writeln!(text, "m = mad(q, b[{i}], a[{i}], m.y);\nlet s{i} = m.x;");
    }
    text.push_str("return Half(s0, s1, s2, s3);\n");
    text
}

/// The uppermost bits of a number that has at least one above the lowest limb, and what another has at the same place.
fn lengths() -> String {
    let mut text = String::from("var t = vec4<u32>(a[1], a[0], b[1], b[0]);\n");
    for i in 2..8 {
        let _ =
            writeln!(text, "t = select(t, vec4<u32>(a[{i}], a[{0}], b[{i}], b[{0}]), a[{i}] != 0u);", i - 1);
    }
    text.push_str("let shift = countLeadingZeros(t.x);\n");
    text.push_str("let back = 31u - shift;\n");
    text.push_str(
        "return vec2<u32>((t.x << shift) | ((t.y >> 1u) >> back), (t.z << shift) | ((t.w >> 1u) >> back));\n",
    );
    text
}

/// Shifts to the left, by whole limbs and by less than one.
fn shifts(name: &str, suffix: &str, count: usize) -> String {
    let limbs = |limb: &dyn Fn(usize) -> String| (0..count).map(limb).collect::<Vec<_>>().join(", ");
    let by_limb = limbs(&|i| if i == 0 { "0u".to_owned() } else { format!("a[{}]", i - 1) });
    let by_bits = limbs(&|i| match i {
        0 => "a[0] << bits".to_owned(),
        _ => format!("(a[{i}] << bits) | ((a[{}] >> 1u) >> (31u - bits))", i - 1),
    });
    format!(
        "fn limb_up{suffix}(a: {name}) -> {name} {{\n    return {name}({by_limb});\n}}\n\n\
         fn bits_up{suffix}(a: {name}, bits: u32) -> {name} {{\n    return {name}({by_bits});\n}}"
    )
}
