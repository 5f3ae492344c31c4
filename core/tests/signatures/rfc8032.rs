//! The vectors of RFC 8032, section 7.1, for Ed25519 without a context or a first hash. Each, and the same with one bit
//! of each of its parts flipped.

use super::Subject;
use super::subject::{Case, ask_cases};

/// `key signature message`, a line each.
const VECTORS: &str = include_str!("../../../tests/vectors/ed25519/rfc8032.txt");

pub(super) fn suite(subjects: &[Subject<'_>]) -> Result<usize, String> {
    let lines = VECTORS.lines().filter(|line| !line.starts_with('#'));
    let mut cases = Vec::new();
    for line in lines {
        let [key, signature, message] = words(line);
        let good = Case {
            name: format!("the message of {} bytes", message.trim_matches('-').len() / 2),
            key: bytes(key),
            signature: bytes(signature),
            message: if message == "-" { Vec::new() } else { hex::decode(message).expect("hex") },
            expected: Ok(()),
        };
        let spoilt = |what: &str, spoil: &dyn Fn(&mut Case)| {
            let mut case = Case { name: format!("{}, {what}", good.name), ..good.clone() };
            spoil(&mut case);
            Case::by_the_libraries(case.name, case.key, case.signature, case.message)
        };
        cases.push(spoilt("another key", &|case| case.key[31] ^= 0x80));
        cases.push(spoilt("another point", &|case| case.signature[0] ^= 1));
        cases.push(spoilt("another scalar", &|case| case.signature[32] ^= 1));
        if !good.message.is_empty() {
            let last = good.message.len() - 1;
            cases.push(spoilt("another message", &|case| case.message[last] ^= 0x80));
        }
        if let Some(case) = cases.iter().find(|case| case.expected.is_ok() && case.name.contains(',')) {
            return Err(format!("the libraries take {}", case.name));
        }
        cases.push(good);
    }
    ask_cases(subjects, &cases)
}

/// The words of a line.
pub(super) fn words<const N: usize>(line: &str) -> [&str; N] {
    let words: Vec<&str> = line.split_whitespace().collect();
    words.try_into().unwrap_or_else(|_| panic!("not {N} words: {line}"))
}

/// Bytes from hex.
pub(super) fn bytes<const N: usize>(hex: &str) -> [u8; N] {
    let mut bytes = [0; N];
    hex::decode_to_slice(hex, &mut bytes).unwrap_or_else(|error| panic!("{hex}: {error}"));
    bytes
}
