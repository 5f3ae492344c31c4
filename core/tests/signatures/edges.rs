//! The edge cases of C2SP/CCTV: points of small order, in every encoding, alone and added to points of prime order.

use gridnet_core::SignatureFault;

use super::Subject;
use super::rfc8032::{bytes, words};
use super::subject::{Case, ask_cases};

/// `key signature message good|bad flags`, a line each, by `tests/oracle/ed25519.py`, which is where the verdicts come
/// from.
const CASES: &str = include_str!("../../../tests/vectors/ed25519/edges.txt");

/// What ZIP-215 lets pass: all that makes signatures odd without making another equation of them. Small and mixed
/// orders pass because the equation is multiplied by the cofactor, encodings because no rule but decoding is asked of
/// them.
const LET_IN: [&str; 7] = [
    "low_order_A",
    "low_order_R",
    "low_order_component_A",
    "low_order_component_R",
    "low_order_residue",
    "non_canonical_A",
    "non_canonical_R",
];
/// What makes another equation: the challenge was computed over other encodings than those that are sent. With a key of
/// small order the challenge does not matter.
const ANOTHER_CHALLENGE: &str = "reencoded_k";
const NO_MATTER: &str = "low_order_A";

fn passes(flags: &[&str]) -> bool {
    !flags.contains(&ANOTHER_CHALLENGE) || flags.contains(&NO_MATTER)
}

pub(super) fn suite(subjects: &[Subject<'_>]) -> Result<usize, String> {
    let mut cases = Vec::new();
    for (number, line) in CASES.lines().filter(|line| !line.starts_with('#')).enumerate() {
        let [key, signature, message, verdict, flags] = words(line);
        let flags: Vec<&str> = flags.split(',').filter(|&flag| flag != "none").collect();
        if let Some(flag) = flags.iter().find(|flag| !LET_IN.contains(flag) && **flag != ANOTHER_CHALLENGE) {
            return Err(format!("{flag} is a flag without a rule"));
        }
        if passes(&flags) != (verdict == "good") {
            return Err(format!("case {number} is {verdict} against the rule: {flags:?}"));
        }
        cases.push(Case {
            name: format!("case {number}: {}", flags.join(", ")),
            key: bytes(key),
            signature: bytes(signature),
            message: hex::decode(message).expect("hex"),
            expected: if verdict == "good" { Ok(()) } else { Err(SignatureFault::Signature) },
        });
    }
    ask_cases(subjects, &cases)
}
