//! Ed25519 signatures under ZIP-215, in three kernels: scalars, points and their sum.
//!
//! A signature is good when 8 (s B − R − k A) is the neutral point. Multiplied by a d that is not 0 modulo the order L,
//! and with c = d k, it is good when 8 (c A + d R − d s B) is: the 8 takes away what has small order, and in the rest
//! d has an inverse. Euclid's algorithm finds such c and d of half the length of k, so that half the doublings do
//! (Antipa and others, *Accelerated verification of ECDSA signatures*, 2005; Pornin, eprint 2020/454).

mod base;
mod form;
mod narrow;
mod number;
mod scalar;
mod wide;

use std::collections::BTreeMap;

pub use base::base_table;

use self::form::{Form, WORDS};
use crate::Words;
use crate::form::sha512;
use crate::kernel::Shape;
use crate::layout::{BASE_MULTIPLES, BASE_VECTORS, HALVING_STEPS, TABLE_ENTRY_VECTORS};
use crate::write::Written;

/// What the templates of the three kernels are filled with, beside the rounds of the hash.
pub(crate) fn texts(shape: Shape, words: Words, texts: &mut BTreeMap<&'static str, String>) {
    if shape == Shape::Scalars {
        texts.extend(scalar::texts());
        texts.extend(scalar_texts());
        return;
    }
    let form = Form::of(words);
    texts.insert("field", form.field());
    texts.insert("entry", TABLE_ENTRY_VECTORS.to_string());
    texts.insert("base_entry", BASE_VECTORS.to_string());
    texts.insert("base_multiples", BASE_MULTIPLES.to_string());
    if shape == Shape::Points {
        let words: Vec<String> = ["plus", "minus", "t", "z"]
            .iter()
            .flat_map(|name| form.packed(&format!("value.{name}")))
            .collect();
        let vectors = words.chunks(4).enumerate();
        let stores = vectors
            .map(|(i, words)| format!("tables[at + {i}u] = vec4<u32>(\n    {},\n);", words.join(",\n    ")));
        texts.insert("keep", lines(stores));
    } else {
        texts.insert("from_tables", loads(form, "tables", 0, 3));
        texts.insert("z_from_tables", loads(form, "tables", 3, 1));
        texts.insert("from_base", loads(form, "base", 0, 3));
    }
}

/// Numbers read from an entry of a table, as an addend or alone.
fn loads(form: Form, array: &str, first: usize, count: usize) -> String {
    let places = first * WORDS..(first + count) * WORDS;
    let vectors = places.start / 4..places.end.div_ceil(4);
    let mut text = lines(vectors.map(|i| format!("let v{i} = {array}[at + {i}u];")));
    let words: Vec<String> =
        places.map(|place| format!("v{}.{}", place / 4, &"xyzw"[place % 4..=place % 4])).collect();
    let numbers: Vec<String> = words.chunks(WORDS).map(|words| form.unpacked(words)).collect();
    let value = if count == 1 { numbers[0].clone() } else { format!("Addend({})", numbers.join(", ")) };
    text.push_str(&format!("\nreturn {value};"));
    text
}

/// The texts of the scalars' kernel that are lists.
fn scalar_texts() -> Vec<(&'static str, String)> {
    let list =
        |count: usize, entry: &dyn Fn(usize) -> String| lines((0..count).map(|i| format!("{},", entry(i))));
    // Words of 64 bits are big-endian where they are hashed, and have their lower half first in a state.
    let turned = |i: usize| i ^ 1;
    let block = list(32, &|i| format!("word(signature, at + {}u)", turned(i)));
    let own = (0..8).map(|i| format!("inputs[8u * run.count + 16u * signature + {}u]", 8 + i));
    let keep = |name: &str, first: usize, count: usize| {
        lines((0..count).map(|i| format!("notes[{}u * run.count + signature] = {name}[{i}];", first + i)))
    };
    vec![
        (
            "initial",
            lines(sha512::IV.map(|word| format!("{:#x}u, {:#x}u,", word & u64::from(u32::MAX), word >> 32))),
        ),
        ("block_words", format!("let words = Block(\n    {}\n);", block.replace('\n', "\n    "))),
        ("hash", list(16, &|i| format!("swap(state[{}])", turned(i)))),
        ("own_s", format!("let own = Scalar(\n    {},\n);", own.collect::<Vec<_>>().join(",\n    "))),
        ("keep", [keep("of_key", 0, 4), keep("of_point", 4, 4), keep("of_base", 8, 8)].join("\n")),
        (
            "length",
            lines((0..8).map(|i| {
                format!(
                    "length = select(length, {}u - countLeadingZeros(a[{i}]), a[{i}] != 0u);",
                    32 * (i + 1)
                )
            })),
        ),
        ("steps", HALVING_STEPS.to_string()),
    ]
}

/// Sixteen rounds of the hash: their inputs and results around the body's statements.
pub(crate) fn rounds(words: Words, written: &Written, texts: &mut BTreeMap<&'static str, String>) {
    let input = |(number, [low, high]): (usize, [String; 2])| match words {
        Words::Pairs => format!("let x{number}l = {low};\nlet x{number}h = {high};"),
        _ => format!("let x{number} = u64({low}) | (u64({high}) << 32u);"),
    };
    let of_array = |array: char, index: usize| [0, 1].map(|half| format!("{array}[{}]", 2 * index + half));
    let state = (0..8).map(|index| of_array('s', index));
    let block = (0..16).map(|index| of_array('w', index));
    let constant = |index: usize| {
        let halves = if index.is_multiple_of(2) { ["x", "y"] } else { ["z", "w"] };
        halves.map(|half| format!("rounds.constants[8u * group + {}u].{half}", index / 2))
    };
    let inputs = state.chain(block).chain((0..16).map(constant));
    texts.insert("inputs", lines(inputs.enumerate().map(input)));
    let outputs = |range: std::ops::Range<usize>| {
        let words: Vec<&str> = written.outputs[range].iter().flatten().map(String::as_str).collect();
        words.join(",\n    ")
    };
    texts.insert("state", format!("s = State(\n    {},\n);", outputs(0..8)));
    texts.insert("schedule", format!("w = Block(\n    {},\n);", outputs(8..24)));
    let sums = (0..8).map(|i| {
        let [low, high] = [2 * i, 2 * i + 1];
        format!("let l{i} = c[{low}] + s[{low}];\nlet h{i} = c[{high}] + s[{high}] + select(0u, 1u, l{i} < c[{low}]);")
    });
    texts.insert("sums", lines(sums));
    let all: Vec<String> = (0..8).map(|i| format!("l{i}, h{i}")).collect();
    texts.insert("result", format!("return State({});", all.join(", ")));
}

/// The contents of the first kernel's job: the constants of the hash's rounds.
pub fn hash_constants() -> Vec<u32> {
    sha512::K.iter().flat_map(|&word| [word as u32, (word >> 32) as u32]).collect()
}

fn lines(lines: impl IntoIterator<Item = String>) -> String {
    lines.into_iter().collect::<Vec<_>>().join("\n")
}
