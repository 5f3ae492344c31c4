//! A miner that shares nothing with this project but what `getblocktemplate` says: plain Python.

use std::process::Command;

use gridnet_protocol::encoding::encode;
use serde_json::{Value, json};

use crate::crash::Process;
use crate::setup::{nobody, pay};

#[test]
fn whoever_reads_a_template_can_mine_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut process = Process::start(folder.path(), None);
    let client = process.client().expect("it runs");
    let all = 5;
    for sequence in 0..all {
        let hex = hex::encode(encode(&pay(sequence, nobody(4), 100 + sequence)));
        client.call("sendrawtransaction", &json!([hex])).expect("it waits");
    }
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/oracle/template_miner.py");
    let ran = Command::new("python3")
        .args([
            script,
            process.address(),
            folder.path().join(".cookie").to_str().expect("a plain name"),
            "4",
            "mutate",
        ])
        .output()
        .expect("python3 is there");
    let said = String::from_utf8_lossy(&ran.stderr);
    assert!(ran.status.success(), "{said}");
    let mined: Value = serde_json::from_slice(&ran.stdout).expect("JSON");
    let counts: Vec<_> =
        mined["mined"].as_array().expect("a list").iter().map(|one| one["transactions"].clone()).collect();
    assert_eq!(counts, [json!(1 + all), json!(1), json!(1), json!(1)]);
    let client = process.client().expect("it runs");
    assert_eq!(client.call("getblockcount", &json!([])), Ok(json!(4)));
    assert_eq!(client.call("getrawmempool", &json!([])), Ok(json!([])));
    process.kill();
}
