//! `gridnet chain`: what is listed, shown and drawn of a chain that a node left.

use std::sync::{LazyLock, Mutex, PoisonError};

use gridnet_core::proof::header::display_order;
use gridnet_protocol::transaction::Transaction;
use gridnet_tests::chain::address;
use gridnet_tests::world::NETWORK;
use serde_json::{Value, json};

use crate::data::{STORY, some_chain};
use crate::run::{Ran, gridnet, keys};

/// A data directory with the story's chain, for all tests here.
fn data() -> &'static str {
    static DATA: LazyLock<tempfile::TempDir> = LazyLock::new(|| {
        let folder = tempfile::tempdir().expect("a folder");
        some_chain(folder.path());
        folder
    });
    DATA.path().to_str().expect("a plain name")
}

/// One program at a time can use a data directory.
fn run(args: &[&str]) -> Ran {
    static TURN: Mutex<()> = Mutex::new(());
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let mut all = vec!["chain"];
    all.extend(args);
    all.extend(["--data-dir", data()]);
    gridnet(&all)
}

fn hex_id(id: &[u8; 32]) -> String {
    hex::encode(display_order(id))
}

#[test]
fn the_last_blocks_are_listed() {
    let listed = run(&["list", "--last", "3", "--json"]).ended(0).json();
    assert_eq!(keys(&listed), ["blocks", "network"]);
    let blocks = listed["blocks"].as_array().expect("a list");
    let tail = &STORY.blocks[STORY.blocks.len() - 3..];
    for (place, (shown, block)) in blocks.iter().zip(tail).enumerate() {
        assert_eq!(keys(shown), ["fees", "height", "id", "producer", "time", "transactions", "weight"]);
        assert_eq!(shown["height"], STORY.blocks.len() - 2 + place);
        assert_eq!(shown["id"], hex_id(&block.id()));
        assert_eq!(shown["time"], block.header.time);
        assert_eq!(shown["producer"], address("miner").to_text(NETWORK));
    }
    assert_eq!(blocks.len(), 3);
    // Fees are what the coinbase has beside the reward.
    let with_fees = run(&["list", "--last", "1", "--to", "1", "--json"]).ended(0).json();
    let Transaction::Coinbase(coinbase) = &STORY.blocks[0].transactions[0] else { panic!("a coinbase") };
    assert_eq!(with_fees["blocks"][0]["fees"], (coinbase.amount.0 - 5_000_000_000).to_string());
    assert_eq!(with_fees["blocks"][0]["transactions"], STORY.blocks[0].transactions.len());
    // More than there are: all of them, the first one too.
    let all = run(&["list", "--last", "10000", "--json"]).ended(0).json();
    assert_eq!(all["blocks"].as_array().map(Vec::len), Some(STORY.blocks.len() + 1));
    let plain = run(&["list", "--last", "3"]).ended(0).out;
    assert_eq!(plain.lines().count(), 4, "{plain}");
    assert!(plain.contains("Z  ") && plain.contains("0 GNC"), "{plain}");
}

#[test]
fn a_block_a_transaction_and_an_account_are_shown() {
    let block = &STORY.blocks[0];
    let by_height = run(&["show", "1", "--json"]).ended(0).json();
    let by_id = run(&["show", &hex_id(&block.id()), "--json"]).ended(0).json();
    assert_eq!(by_height, by_id);
    assert_eq!(by_id["hash"], hex_id(&block.id()));
    assert_eq!((&by_id["height"], &by_id["on_chain"]), (&json!(1), &json!(true)));
    assert_eq!(by_id["transactions"].as_array().map(Vec::len), Some(block.transactions.len()));

    let id = hex_id(&block.transactions[1].id());
    let transaction = run(&["show", &id, "--json"]).ended(0).json();
    assert_eq!(transaction["txid"], id);
    assert_eq!((&transaction["height"], &transaction["index"]), (&json!(1), &json!(1)));
    assert_eq!(transaction["action"]["type"], "transfer");

    let cat = address("cat").to_text(NETWORK);
    let account = run(&["show", &cat, "--json"]).ended(0).json();
    assert_eq!(account, json!({"address": cat, "balance": STORY.carriers[0].to_string(), "sequence": "0"}));
    let plain = run(&["show", &cat]).ended(0).out;
    assert!(plain.contains(&format!("balance   {}\n", STORY.carriers[0])), "{plain}");
    let nobody = address("nobody at all").to_text(NETWORK);
    assert_eq!(run(&["show", &nobody, "--json"]).ended(0).json()["balance"], "0");
}

#[test]
fn what_is_not_there_is_said() {
    let refused = |args: &[&str], what: &str| {
        let ran = run(args).ended(2);
        assert!(ran.out.is_empty() && ran.err.lines().count() == 1 && ran.err.contains(what), "{ran:?}");
    };
    refused(&["show", "1000000"], "WHAT: the last block is at height");
    refused(&["show", "99999999999999999999"], "WHAT: the last block is at height");
    refused(&["show", &"ab".repeat(32)], "no block has the id abab");
    refused(&["show", "something"], "expected a height, an id of 64 hex digits or an address");
    refused(&["list", "--to", "1000000"], "--to: the last block is at height");
    refused(&["chart", "--out", "picture.png"], "its name must end in .svg");
    refused(&["chart", "--out", "/nowhere/at/all.svg"], "--out");
}

#[test]
fn a_chart_is_drawn() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("chain.svg");
    let out = path.to_str().expect("a plain name");
    let drawn = run(&["chart", "--out", out, "--json"]).ended(0).json();
    assert_eq!(keys(&drawn), ["from", "hashes_per_second", "out", "seconds_between_blocks", "to"]);
    assert_eq!((&drawn["from"], &drawn["to"]), (&json!(1), &json!(STORY.blocks.len())));
    // Two hashes a block on the average, by the time that all took.
    let last = STORY.blocks.last().expect("blocks").header.time;
    let seconds = f64::from(last - 1_795_737_600) / STORY.blocks.len() as f64;
    let near = |value: &Value, expected: f64| {
        let value = value.as_f64().expect("a number");
        assert!((value / expected - 1.0).abs() < 1e-6, "{value} {expected}");
    };
    near(&drawn["seconds_between_blocks"], seconds);
    near(&drawn["hashes_per_second"], 2.0 / seconds);
    let svg = std::fs::read_to_string(&path).expect("a picture");
    assert!(svg.starts_with("<svg") && svg.contains(&format!("regtest: blocks 1 to {}", STORY.blocks.len())));
}
