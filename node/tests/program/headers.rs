//! `gridnet verify headers`.

use serde_json::{Value, json};

use crate::run::{GENESIS_HEAD, GENESIS_NONCE, Ran, fed, keys, vector, words};

const FILE: &str = "bitcoin-headers-822528-826559.bin";

fn verify(headers: &[u8], more: &str) -> Ran {
    fed(&words(&format!("verify headers - {more}")), headers)
}

#[test]
fn two_periods_of_bitcoin_are_accepted() {
    let bytes = vector(FILE);
    let good = verify(&bytes, "--json").ended(0).json();
    assert_eq!(keys(&good), ["count", "first_bad", "seconds", "total_work", "valid"]);
    assert_eq!(good["count"], 4032);
    assert_eq!(good["valid"], 4032);
    assert_eq!(good["first_bad"], Value::Null);
    assert_eq!(good["total_work"].as_str().map(str::len), Some(64));
    let plain = verify(&bytes, "").ended(0);
    assert!(plain.out.starts_with("all 4032 headers are valid\n"), "{plain:?}");
    verify(&bytes, "--retarget none").ended(0);
    // A period that the file does not open at: the rule does not hold, the work does.
    let shifted = &bytes[80..];
    let bad = verify(shifted, "--json").ended(1).json();
    assert_eq!(bad["first_bad"], json!({"index": 2015, "reason": "bad-bits"}));
    verify(shifted, "--retarget none").ended(0);
}

#[test]
fn a_file_and_a_pipe_are_the_same() {
    let bytes = vector(FILE);
    let folder = tempfile::tempdir().expect("a folder for a file");
    let path = folder.path().join("headers.bin");
    std::fs::write(&path, &bytes[..800]).expect("the file is written");
    let path = path.to_str().expect("a temporary folder has a plain name");
    let file = crate::run::gridnet(&["verify", "headers", path, "--json"]).ended(0).json();
    let pipe = verify(&bytes[..800], "--json").ended(0).json();
    assert_eq!(file["count"], 10);
    assert_eq!(file["total_work"], pipe["total_work"]);
}

#[test]
fn the_first_bad_header_is_named() {
    // Byte 0 of header 100 flipped: its work is gone before its child's link is looked at.
    check(100, 0, "high-hash");
    check(100, 4, "bad-link");
    check(4031, 79, "high-hash");
    check(0, 36, "high-hash");
    check(2016, 72, "bad-bits");
    check(700, 75, "bad-bits");
    check(700, 74, "bad-bits");

    #[track_caller]
    fn check(index: usize, byte: usize, reason: &str) {
        let mut bytes = vector(FILE);
        bytes[80 * index + byte] ^= 1;
        let bad = verify(&bytes, "--json").ended(1).json();
        assert_eq!(bad["first_bad"], json!({"index": index, "reason": reason}), "byte {byte}");
        assert_eq!(bad["valid"], index, "byte {byte}");
        assert_eq!(bad["count"], 4032);
        let plain = verify(&bytes, "").ended(1);
        assert!(plain.out.starts_with(&format!("header {index} is bad: {reason} (")), "{plain:?}");
    }
}

#[test]
fn asert_takes_the_first_header_as_its_anchor() {
    let genesis = hex::decode(format!("{GENESIS_HEAD}{GENESIS_NONCE}")).expect("good hex");
    let asert = "--retarget asert --spacing 600 --half-life 172800";
    verify(&genesis, asert).ended(0);
    // Bitcoin's headers do not follow that rule: its first child repeats the anchor's bits, its second cannot.
    let bad = verify(&vector(FILE), &format!("{asert} --json")).ended(1).json();
    assert_eq!(bad["first_bad"], json!({"index": 2, "reason": "bad-bits"}));
}

#[test]
fn the_proof_of_works_function_is_chosen() {
    let genesis = hex::decode(format!("{GENESIS_HEAD}{GENESIS_NONCE}")).expect("good hex");
    verify(&genesis, "--algorithm sha256d").ended(0);
    let bad = verify(&genesis, "--algorithm blake2s --json").ended(1).json();
    assert_eq!(bad["first_bad"], json!({"index": 0, "reason": "high-hash"}));
}
