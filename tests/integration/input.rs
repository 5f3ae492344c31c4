//! Inputs: files of vectors, painted bytes, seeded pseudo-random ones.

use std::path::{Path, PathBuf};

use gridnet_core::Target;

/// The folder of this crate.
pub(crate) fn folder() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

pub(crate) fn vector_file(name: &str) -> PathBuf {
    folder().join("vectors").join(name)
}

/// The text of a file of vectors.
pub(crate) fn vectors(name: &str) -> String {
    let file = vector_file(name);
    std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

/// The words of each line that is no comment; with `first`, of those that begin with this word, without it.
pub(crate) fn rows<'a>(text: &'a str, first: &'a str) -> impl Iterator<Item = Vec<&'a str>> {
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines.filter_map(move |line| {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words.split_first() {
            Some((word, rest)) if !first.is_empty() => (*word == first).then(|| rest.to_vec()),
            _ => Some(words),
        }
    })
}

/// A 32-byte value from hex.
pub(crate) fn value(hex: &str) -> [u8; 32] {
    let mut value = [0; 32];
    hex::decode_to_slice(hex, &mut value).unwrap_or_else(|error| panic!("{hex}: {error}"));
    value
}

/// Compact bits from hex.
pub(crate) fn bits(hex: &str) -> u32 {
    u32::from_str_radix(hex, 16).unwrap_or_else(|error| panic!("{hex}: {error}"))
}

/// The target of compact bits in hex.
pub(crate) fn target(hex: &str) -> Target {
    Target::from_compact(bits(hex)).unwrap_or_else(|error| panic!("{hex}: {error}"))
}

/// A decimal number.
pub(crate) fn number<T: std::str::FromStr>(decimal: &str) -> T {
    decimal.parse().unwrap_or_else(|_| panic!("{decimal} is not the number it should be"))
}

/// Bytes that repeat with period 251, which no block size divides.
pub(crate) fn painted(length: usize) -> Vec<u8> {
    (0..length).map(|i| (i % 251) as u8).collect()
}

/// SplitMix64: the same numbers from the same seed, everywhere.
pub(crate) struct Mix(pub(crate) u64);

impl Mix {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number in 0..`bound`.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound as u64) as usize
    }

    pub(crate) fn bytes(&mut self, length: usize) -> Vec<u8> {
        (0..length).map(|_| self.next() as u8).collect()
    }

    pub(crate) fn value(&mut self) -> [u8; 32] {
        std::array::from_fn(|_| self.next() as u8)
    }
}
