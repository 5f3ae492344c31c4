//! The same checksum on every path and machine: the constants come from Python's hashlib
//! (tests/oracle/checksums.py), not from this engine.

use gridnet_core::{Engine, HashFunction, Primitive};

use crate::backends::Fake;
use crate::every_path;

/// `primitive function checksum`, a line each; that of signatures is held elsewhere.
const CHECKSUMS: &str = include_str!("../../../tests/vectors/checksums.txt");

/// The lines that an engine computes otherwise.
fn differences(engine: &Engine) -> Vec<String> {
    let mut differences = Vec::new();
    for primitive in Primitive::ALL {
        for function in HashFunction::ALL {
            let checksum = engine.checksum(primitive, function).expect("a checksum");
            let checksum: String = checksum.iter().map(|byte| format!("{byte:02x}")).collect();
            let line = format!("{} {} {checksum}", primitive.name(), function.name());
            if !CHECKSUMS.lines().any(|known| known == line) {
                differences.push(line);
            }
        }
    }
    differences
}

#[test]
fn every_path_computes_the_known_checksums() {
    let of_hashes = CHECKSUMS.lines().filter(|line| !line.starts_with("verify "));
    assert_eq!(of_hashes.count(), Primitive::ALL.len() * HashFunction::ALL.len());
    for made in every_path() {
        assert_eq!(differences(&made.engine), [""; 0], "{}", made.with);
    }
}

#[test]
fn a_device_on_the_oracle_computes_them_too() {
    assert_eq!(differences(&Fake::honest()), [""; 0]);
}

#[test]
fn one_wrong_bit_changes_a_checksum() {
    let engine = Fake::lying_values(|values| {
        if let Some(last) = values.last_mut() {
            last[31] ^= 1;
        }
    });
    let differ: Vec<String> = differences(&engine);
    assert_eq!(differ.len(), 8, "walk and digest of four functions: {differ:?}");
}
