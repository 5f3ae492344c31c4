//! Templates, long polls, and what is sent back.

use std::time::{Duration, Instant};

use gridnet_node::node::display;
use gridnet_node::rpc::{Limits, Parts};
use gridnet_protocol::{Address, Network};
use serde_json::{Value, json};

use crate::run::{payee, run, run_with, sent, solved};

#[test]
fn a_template_is_all_that_a_miner_needs() {
    let running = run();
    let ids: Vec<String> = (0..3)
        .map(|ahead| {
            let id = running.call("sendrawtransaction", json!([sent(&running.pay(ahead, 5))]));
            id.as_str().expect("an id").to_owned()
        })
        .collect();
    let asked = json!([{ "capabilities": ["coinbasetxn", "workid"], "rules": ["segwit"], "maxversion": 3 }]);
    let template = running.call("getblocktemplate", asked);
    assert_eq!(template["height"], 1);
    assert_eq!(template["previousblockhash"], running.call("getbestblockhash", json!([])));
    let shown = template["transactions"].as_array().expect("a list");
    let found: Vec<&str> = shown.iter().map(|one| one["txid"].as_str().expect("an id")).collect();
    assert_eq!(found, ids);
    let depends: Vec<&Value> = shown.iter().map(|one| &one["depends"]).collect();
    assert_eq!(depends, [&json!([]), &json!([1]), &json!([2])]);
    let fee = |value: &Value| value.as_str().expect("digits").parse::<i64>().expect("digits");
    let fees: i64 = shown.iter().map(|one| fee(&one["fee"])).sum();
    assert!(fees > 0 && fee(&template["coinbasetxn"]["fee"]) == -fees);
    assert_eq!(
        (&template["proofofwork"], &template["noncerange"]),
        (&json!("sha256d"), &json!("00000000ffffffff"))
    );

    // What may be changed may be changed: extranonce, version, time.
    let mut other = template.clone();
    other["version"] = json!(0x2abc_e000);
    other["curtime"] = json!(template["mintime"].as_u64().expect("a time"));
    for (template, extranonce) in [(&template, 0), (&other, 0xff)] {
        let block = solved(template, extranonce);
        let answer = running.call("submitblock", json!([hex::encode(block.to_bytes())]));
        assert!(answer.is_null() || answer == "inconclusive", "{answer}");
    }
    let block = running.call("getblock", json!([running.call("getbestblockhash", json!([])), 2]));
    let payee = Address::of(&payee().public()).to_text(Network::Regtest);
    assert_eq!(block["tx"][0]["coinbase"]["payout"], payee);
    assert_eq!(block["nTx"], 4);
    let info = running.call("getmininginfo", json!([]));
    assert_eq!(
        (&info["blocks"], &info["next"]["height"], &info["payout"]),
        (&json!(1), &json!(2), &json!(payee))
    );
}

#[test]
fn nobody_who_asks_can_say_whom_a_block_pays() {
    let running = run_with(Limits::default(), Parts::default());
    assert_eq!(running.error("getblocktemplate", json!([])), -1);
    assert_eq!(running.error("getblocktemplate", json!([{}, "rgrid1"])), -32602);
}

#[test]
fn bad_blocks_are_told_why() {
    let running = run();
    let template = running.call("getblocktemplate", json!([]));
    let good = solved(&template, 1);
    let send = |bytes: Vec<u8>| running.whole("submitblock", json!([hex::encode(bytes)]));
    let mut root = good.clone();
    root.header.merkle_root[0] ^= 1;
    while root
        .header
        .target()
        .is_ok_and(|target| !target.is_met_by(&root.header.id(), gridnet_core::Order::Little))
    {
        root.header.nonce += 1;
    }
    assert_eq!(send(root.to_bytes())["result"], "merkle-root");
    let mut work = good.clone();
    while work
        .header
        .target()
        .is_ok_and(|target| target.is_met_by(&work.header.id(), gridnet_core::Order::Little))
    {
        work.header.nonce += 1;
    }
    assert_eq!(send(work.to_bytes())["result"], "high-hash");
    let mut orphan = solved(
        &json!({
            "coinbasetxn": template["coinbasetxn"], "extranonce": template["extranonce"], "transactions": [],
            "previousblockhash": "11".repeat(32), "bits": template["bits"], "version": 1,
            "curtime": template["curtime"], "target": template["target"],
        }),
        1,
    );
    orphan.header.version = 1;
    assert_eq!(send(orphan.to_bytes())["result"], "previous");
    let mut short = good.to_bytes();
    short.pop();
    assert_eq!(send(short)["error"]["code"], -22);

    // A header first, then its block.
    let header = hex::encode(good.header.to_bytes());
    assert_eq!(running.call("submitheader", json!([header])), Value::Null);
    let tips = running.call("getchaintips", json!([]));
    let tip = json!({ "height": 1, "hash": display(&good.id()), "branchlen": 1, "status": "headers-only" });
    // Of the block with a bad root the header was good.
    assert!(tips.as_array().is_some_and(|tips| tips.len() == 3 && tips.contains(&tip)), "{tips}");
    assert_eq!(running.error("getblock", json!([display(&good.id())])), -1);
    assert_eq!(running.call("submitblock", json!([hex::encode(good.to_bytes())])), Value::Null);
    let orphan = hex::encode(orphan.header.to_bytes());
    let whole = running.whole("submitheader", json!([orphan]));
    assert_eq!(
        (&whole["error"]["code"], &whole["error"]["data"]["reason"]),
        (&json!(-25), &json!("previous"))
    );
    assert_eq!(running.error("submitheader", json!([hex::encode(work.header.to_bytes())])), -26);
}

#[test]
fn a_long_poll_is_answered_by_the_next_block() {
    let running = run();
    let template = running.call("getblocktemplate", json!([]));
    let asked = json!([{ "longpollid": template["longpollid"] }]);
    std::thread::scope(|scope| {
        let poll = scope.spawn(|| running.call("getblocktemplate", asked.clone()));
        std::thread::sleep(Duration::from_millis(300));
        assert!(!poll.is_finished(), "nothing happened yet");
        running.mine();
        let better = poll.join().expect("an answer");
        assert_eq!(better["height"], 2);
    });
    // What is not of this block is answered at once, and so is what nobody ever gave.
    let begun = Instant::now();
    for old in [template["longpollid"].clone(), json!("nonsense"), json!(""), json!("a-b-c")] {
        assert_eq!(running.call("getblocktemplate", json!([{ "longpollid": old }]))["height"], 2);
    }
    assert!(begun.elapsed() < Duration::from_secs(50));
}
