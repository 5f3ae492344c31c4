//! The two forms of a number modulo p in a kernel, and the text of what is done with them.
//!
//! A kernel's number is `Fe`, an array of limbs that are only ever indexed by literals. It is *reduced* when its limbs
//! have their own bits and at most a few more; multiplication, squaring and `carry` give reduced numbers. What stands
//! above the field is one text for both forms, and so keeps the stricter of their rules:
//!
//! - `add` and `sub` take reduced numbers, and `sub` also a sum as its first operand.
//! - The first operand of `mul` may be five times as large as reduced, the second three times, both together fifteen.
//! - `square` takes what is three times as large; `carry`, `negative` and `canonical` take anything from `add` or `sub`.
//!
//! A sum counts two, a difference three, of a sum four.

use std::fmt::Write as _;

use super::number::Number;
use crate::Words;

/// How numbers are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// Ten limbs of 26 and 25 bits in turn, with products of 64 bits.
    Wide,
    /// Twenty limbs of 13 bits, with products of 32 bits.
    Narrow,
}

/// Words of a number in memory, in either form.
pub(crate) const WORDS: usize = 10;

impl Form {
    /// The form of kernels with such words.
    pub(crate) fn of(words: Words) -> Form {
        if words == Words::U64 { Form::Wide } else { Form::Narrow }
    }

    /// Limbs of a number.
    pub(crate) fn limbs(self) -> usize {
        match self {
            Form::Wide => 10,
            Form::Narrow => 20,
        }
    }

    /// The bits of a limb.
    fn bits(self, limb: usize) -> usize {
        match self {
            Form::Wide if limb.is_multiple_of(2) => 26,
            Form::Wide => 25,
            Form::Narrow => 13,
        }
    }

    /// The first bit of a limb.
    fn first_bit(self, limb: usize) -> usize {
        (0..limb).map(|limb| self.bits(limb)).sum()
    }

    fn mask(self, limb: usize) -> u32 {
        (1 << self.bits(limb)) - 1
    }

    /// A number's limbs.
    fn limbs_of(self, number: Number) -> Vec<u32> {
        (0..self.limbs()).map(|limb| number.bits(self.first_bit(limb), self.bits(limb).min(32))).collect()
    }

    /// A number as it stands in memory.
    pub(crate) fn words_of(self, number: Number) -> Vec<u32> {
        let limbs = self.limbs_of(number);
        match self {
            Form::Wide => limbs,
            Form::Narrow => limbs.chunks(2).map(|pair| pair[0] | pair[1] << 16).collect(),
        }
    }

    /// What is counted as many times as to be congruent to it at the top: 2²⁵⁵ is 19, and 2²⁶⁰ is 608.
    fn around(self) -> u32 {
        match self {
            Form::Wide => 19,
            Form::Narrow => 608,
        }
    }

    /// A multiple of p whose limbs are each larger than a reduced number's: differences stay positive.
    fn bias(self) -> Vec<u32> {
        match self {
            // 2p.
            Form::Wide => (0..10).map(|limb| 2 * self.mask(limb) - if limb == 0 { 36 } else { 0 }).collect(),
            // 2²⁶¹ − 1216.
            Form::Narrow => (0..20).map(|limb| 2 * 8191 - if limb == 0 { 1214 } else { 0 }).collect(),
        }
    }

    /// The text of the field.
    pub(crate) fn field(self) -> String {
        let mut text = format!("alias Fe = array<u32, {}>;\n", self.limbs());
        let constants = [
            ("ZERO", Number::ZERO),
            ("ONE", Number::ONE),
            ("TWO", Number::small(2)),
            ("D", Number::d()),
            ("TWICE_D", Number::d().add(Number::d())),
            ("ROOT_OF_MINUS_ONE", Number::root_of_minus_one()),
        ];
        for (name, number) in constants {
            let limbs = self.limbs_of(number).into_iter().map(|limb| format!("{limb}u"));
            let _ = writeln!(text, "const {name} = {};", fe(limbs));
        }
        for function in [
            self.add(),
            self.sub(),
            self.carry(),
            self.select(),
            self.canonical(),
            self.reading(),
            match self {
                Form::Wide => super::wide::products(),
                Form::Narrow => super::narrow::products(),
            },
        ] {
            text.push('\n');
            text.push_str(&function);
        }
        text
    }

    fn each(self, limb: impl Fn(usize) -> String) -> String {
        fe((0..self.limbs()).map(limb))
    }

    fn add(self) -> String {
        let sum = self.each(|i| format!("a[{i}] + b[{i}]"));
        let body = if self == Form::Wide { sum } else { format!("carry({sum})") };
        format!("fn add(a: Fe, b: Fe) -> Fe {{\n    return {body};\n}}\n")
    }

    fn sub(self) -> String {
        let bias = self.bias();
        let difference = self.each(|i| format!("a[{i}] + {}u - b[{i}]", bias[i]));
        let body = if self == Form::Wide { difference } else { format!("carry({difference})") };
        format!("fn sub(a: Fe, b: Fe) -> Fe {{\n    return {body};\n}}\n")
    }

    /// Every limb's excess goes to the next, all at the same time.
    fn carry(self) -> String {
        let last = self.limbs() - 1;
        let carried = self.each(|i| {
            let own = format!("(a[{i}] & {:#x}u)", self.mask(i));
            match i {
                0 => format!("{own} + {}u * (a[{last}] >> {}u)", self.around(), self.bits(last)),
                _ => format!("{own} + (a[{}] >> {}u)", i - 1, self.bits(i - 1)),
            }
        });
        format!("fn carry(a: Fe) -> Fe {{\n    return {carried};\n}}\n")
    }

    fn select(self) -> String {
        let selected = self.each(|i| format!("select(a[{i}], b[{i}], second)"));
        format!("fn choose(a: Fe, b: Fe, second: bool) -> Fe {{\n    return {selected};\n}}\n")
    }

    /// The one representative below p: what is above 2²⁵⁵ comes in at the bottom; then the value is below 2p, and p is
    /// taken away where adding 19 reaches 2²⁵⁵.
    fn canonical(self) -> String {
        let last = self.limbs() - 1;
        let top = 255 - self.first_bit(last);
        let mut text = String::from("fn canonical(a: Fe) -> Fe {\n    var x = carry(a);\n");
        let _ = writeln!(text, "    var c = x[{last}] >> {top}u;");
        let _ = writeln!(text, "    x[{last}] &= {:#x}u;", (1u32 << top) - 1);
        text.push_str("    x[0] += 19u * c;\n");
        let chain = |text: &mut String| {
            for i in 0..last {
                let _ = writeln!(text, "    c = x[{i}] >> {}u;", self.bits(i));
                let _ = writeln!(text, "    x[{i}] &= {:#x}u;", self.mask(i));
                let _ = writeln!(text, "    x[{}] += c;", i + 1);
            }
        };
        chain(&mut text);
        let _ = writeln!(text, "    c = (x[0] + 19u) >> {}u;", self.bits(0));
        for i in 1..last {
            let _ = writeln!(text, "    c = (x[{i}] + c) >> {}u;", self.bits(i));
        }
        let _ = writeln!(text, "    c = (x[{last}] + c) >> {top}u;");
        text.push_str("    x[0] += 19u * c;\n");
        chain(&mut text);
        let _ = writeln!(text, "    x[{last}] &= {:#x}u;\n    return x;\n}}\n", (1u32 << top) - 1);
        let any: Vec<String> = (0..self.limbs()).map(|i| format!("x[{i}]")).collect();
        let _ = writeln!(
            text,
            "fn is_zero(a: Fe) -> bool {{\n    let x = canonical(a);\n    return ({}) == 0u;\n}}",
            any.join(" | ")
        );
        text
    }

    /// Of 32 bytes, without the highest bit.
    fn reading(self) -> String {
        let limb = |i: usize| {
            let (from, bits) = (self.first_bit(i), self.bits(i).min(255 - self.first_bit(i)));
            let (word, shift) = (from / 32, from % 32);
            let low = if shift == 0 { format!("w[{word}]") } else { format!("(w[{word}] >> {shift}u)") };
            let whole = if shift + bits > 32 {
                format!("({low} | (w[{}] << {}u))", word + 1, 32 - shift)
            } else {
                low
            };
            format!("{whole} & {:#x}u", (1u32 << bits) - 1)
        };
        format!("fn from_words(w: array<u32, 8>) -> Fe {{\n    return {};\n}}\n", self.each(limb))
    }

    /// A number from words in memory, given as expressions.
    pub(crate) fn unpacked(self, words: &[String]) -> String {
        match self {
            Form::Wide => fe(words.iter().cloned()),
            Form::Narrow => {
                fe(words.iter().flat_map(|word| [format!("{word} & 0xffffu"), format!("{word} >> 16u")]))
            }
        }
    }

    /// The words in memory of a number in a variable.
    pub(crate) fn packed(self, name: &str) -> Vec<String> {
        let word = |i: usize| match self {
            Form::Wide => format!("{name}[{i}]"),
            Form::Narrow => format!("{name}[{}] | ({name}[{}] << 16u)", 2 * i, 2 * i + 1),
        };
        (0..WORDS).map(word).collect()
    }
}

/// A number of these limbs, a line for each five.
pub(crate) fn fe(limbs: impl IntoIterator<Item = String>) -> String {
    let limbs: Vec<String> = limbs.into_iter().collect();
    let lines: Vec<String> =
        limbs.chunks(5).map(|limbs| format!("        {},\n", limbs.join(", "))).collect();
    format!("Fe(\n{}    )", lines.concat())
}
