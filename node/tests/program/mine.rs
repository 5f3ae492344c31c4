//! `gridnet mine`.

use serde_json::{Value, json};

use crate::run::{GENESIS_HASH, GENESIS_HEAD, gridnet, keys, paths, words};

const EASY: &str = "000fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff";
const NEVER: &str = "0000000000000000000000000000000000000000000000000000000000000000";

#[test]
fn bitcoins_first_nonce_is_found_on_every_path() {
    for path in paths() {
        let line = format!("mine --start 2083236000 --end 2083237000 --threads 1 --json --simd {path}");
        let mined = gridnet(&words(&line)).ended(0).json();
        assert_eq!(
            keys(&mined),
            ["devices", "found", "hash", "hashes", "hashes_per_second", "hits", "nonce", "seconds"]
        );
        assert_eq!(mined["found"], true);
        assert_eq!(mined["nonce"], 2_083_236_893_u32);
        assert_eq!(mined["hash"], GENESIS_HASH);
        assert_eq!(mined["hits"], json!([{"nonce": 2_083_236_893_u32, "hash": GENESIS_HASH}]));
        let hashes = mined["hashes"].as_u64().expect("a number");
        assert!((894..=1000).contains(&hashes), "{mined}");
        assert!(mined["seconds"].as_f64().expect("a number") > 0.0);
        assert!(mined["hashes_per_second"].as_u64().expect("a whole number") > 0);
        let device = &mined["devices"][0];
        assert_eq!(keys(device), ["hashes", "id", "name", "path"]);
        assert_eq!(device["id"], "cpu");
        assert_eq!(device["hashes"], hashes);
        assert!(device["path"].as_str().expect("a name").starts_with(&format!("{path} ×")), "{mined}");
    }
}

/// The first three hits of each function below 2^244, by an implementation that shares nothing with ours.
#[test]
fn the_lowest_nonces_are_found_under_every_function() {
    check(
        "sha256",
        [
            (1998, "000adc2b047d30da7f0df7c92b43d4c2b7e817f823a4d9c0d02f12034222742e"),
            (8999, "000bb040ad8e9af9ac81861563599121e7152c0a028b1cc60d574f8b80d01bf1"),
            (9691, "000762d2a417d7e3277887b468b46f51fc5942ddffd4b2d8b1ddb0632edd7602"),
        ],
    );
    check(
        "sha256d",
        [
            (4200, "00055472f907066521d4f41abd2d1b3cbc102c78c60a153c296771793c50921b"),
            (6573, "000a72515fcb5712f6204fcd9f17003b9f2c3237ebb0f8a2cd37e1d99ccbfb7d"),
            (8569, "000dccff0db10d5772f74fadc2b430da48ff2b4eb063359765eaac87c9089376"),
        ],
    );
    check(
        "blake2s",
        [
            (5501, "000dad2695f3adbf1bceca5486368d5b350956002202f0f0c9c54f18f75ab430"),
            (5642, "0009a2f48548ec64cb4c0c08fc662b18b02d6f8af44640289233b03971c1de11"),
            (8662, "0003c90b63c153ae5a45735e8df641a4fd2e9fbe8120ae63800820a6eae7196f"),
        ],
    );
    check(
        "blake2b",
        [
            (1249, "0006c67f87b7f6e72fb6783355e32a9bef755396f54dbfb63950fc4eea97f75c"),
            (8342, "000df7c26e23d185d2aaa56169d29e25e00bdd3e9b7bbb5a3de1461865a88e12"),
            (14088, "00097c815af2eda9fee79ad20991365c9c7b1c996827bfb53ed262d28f3422a5"),
        ],
    );

    #[track_caller]
    fn check(algorithm: &str, expected: [(u32, &str); 3]) {
        let header = format!("{GENESIS_HEAD}00000000");
        let line = format!("mine --header {header} --target {EASY} --limit 3 --json --algorithm {algorithm}");
        let mined = gridnet(&words(&line)).ended(0).json();
        let hits: Vec<Value> =
            expected.iter().map(|(nonce, hash)| json!({"nonce": nonce, "hash": hash})).collect();
        assert_eq!(mined["hits"], Value::from(hits), "{algorithm}");
        assert_eq!(mined["nonce"], expected[0].0, "{algorithm}");
        assert_eq!(mined["hash"], expected[0].1, "{algorithm}");
    }
}

#[test]
fn start_is_tried_and_end_is_not() {
    let check = |start, end, code| {
        let line = format!("mine --start {start} --end {end}");
        gridnet(&words(&line)).ended(code);
    };
    check(2_083_236_893_u32, 2_083_236_894_u32, 0);
    check(2_083_236_893, 2_083_236_895, 0);
    check(2_083_236_892, 2_083_236_893, 3);
    check(2_083_236_894, 2_083_236_895, 3);
    check(4_294_967_294, u32::MAX, 3);
    gridnet(&words("mine --start 4294967295 --end 4294967296")).ended(3);
}

#[test]
fn an_empty_search_says_so() {
    let line = format!("mine --target {NEVER} --end 5000");
    let plain = gridnet(&words(&line)).ended(3);
    assert!(plain.out.starts_with("no nonce from 0 to 4999 meets the target\n"), "{plain:?}");
    let mined = gridnet(&words(&format!("{line} --json"))).ended(3).json();
    assert_eq!(mined["found"], false);
    assert_eq!(mined["nonce"], Value::Null);
    assert_eq!(mined["hash"], Value::Null);
    assert_eq!(mined["hits"], json!([]));
    assert_eq!(mined["hashes"], 5000);
    assert_eq!(mined.get("interrupted"), None);
}

#[test]
fn people_read_nonce_hash_time_and_rate() {
    let ran =
        gridnet(&words("mine --start 2083236000 --end 2083237000 --threads 1 --simd portable")).ended(0);
    let lines: Vec<&str> = ran.out.lines().collect();
    assert_eq!(lines.len(), 3, "{ran:?}");
    assert_eq!(lines[0], format!("nonce 2083236893  block hash {GENESIS_HASH}"));
    assert!(lines[1].contains(" hashes in ") && lines[1].ends_with("H/s"), "{ran:?}");
    assert!(lines[2].contains("cpu") && lines[2].contains("H/s  portable ×1 ×1, 1 thread"), "{ran:?}");
}

#[test]
fn only_a_missing_header_is_remarked_on() {
    let short = "--start 2083236893 --end 2083236894";
    let missing = gridnet(&words(&format!("mine {short}"))).ended(0);
    assert!(missing.err.contains("no --header given"), "{missing:?}");
    let given = gridnet(&words(&format!("mine --header genesis {short}"))).ended(0);
    assert!(!given.err.contains("no --header given"), "{given:?}");
    assert_eq!(missing.out.lines().next(), given.out.lines().next());
    // The log names the path and what its self-test said.
    assert!(given.err.contains(" ×") && given.err.contains("self-test passed"), "{given:?}");
}
