//! Blocks, headers, transactions, and what waits.

use gridnet_node::node::display;
use gridnet_node::rpc::{Limits, Parts};
use gridnet_protocol::Network;
use gridnet_protocol::block::Block;
use gridnet_protocol::ledger::genesis;
use serde_json::{Value, json};

use crate::run::{run, run_with, sent, solved};

#[test]
fn blocks_are_shown_in_every_form() {
    let running = run();
    let first = display(&genesis(Network::Regtest).id());
    assert_eq!(running.call("getbestblockhash", json!([])), json!(first));
    let ids: Vec<String> = (0..3).map(|_| running.mine()).collect();
    assert_eq!(running.call("getblockcount", json!([])), 3);
    assert_eq!(running.call("getblockhash", json!([2])), json!(ids[1]));
    assert_eq!(running.call("getblockhash", json!({ "height": 0 })), json!(first));
    assert_eq!(running.error("getblockhash", json!([4])), -8);

    let bytes = running.call("getblock", json!([ids[1], 0]));
    let bytes = hex::decode(bytes.as_str().expect("hex")).expect("hex");
    let block = Block::from_bytes(&bytes).expect("a block");
    assert_eq!(display(&block.id()), ids[1]);
    let shown = running.call("getblock", json!({ "blockhash": ids[1] }));
    assert_eq!((&shown["height"], &shown["confirmations"], &shown["nTx"]), (&json!(2), &json!(2), &json!(1)));
    assert_eq!((&shown["previousblockhash"], &shown["nextblockhash"]), (&json!(ids[0]), &json!(ids[2])));
    assert_eq!(shown["size"], bytes.len());
    let coinbase = display(&block.transactions[0].id());
    assert_eq!(shown["tx"], json!([coinbase]));
    let whole = running.call("getblock", json!([ids[1], 2]));
    assert_eq!(whole["tx"][0]["coinbase"]["height"], 2);
    assert_eq!(whole["tx"][0]["coinbase"]["amount"], "5000000000");
    assert_eq!(running.error("getblock", json!([ids[1], 3])), -8);
    assert_eq!(running.error("getblock", json!(["0".repeat(64)])), -5);

    let header = running.call("getblockheader", json!([ids[1], false]));
    assert_eq!(header, json!(hex::encode(block.header.to_bytes())));
    let header = running.call("getblockheader", json!([ids[1]]));
    assert_eq!((&header["hash"], &header["nonce"]), (&json!(ids[1]), &json!(block.header.nonce)));
    assert_eq!(header["chainwork"], format!("{:064x}", 6), "two hashes a block on regtest");
    let oldest = running.call("getblockheader", json!([first]));
    assert!(oldest.get("previousblockhash").is_none() && oldest["height"] == 0);

    let info = running.call("getblockchaininfo", json!([]));
    assert_eq!((&info["chain"], &info["blocks"]), (&json!("regtest"), &json!(3)));
    assert_eq!((&info["bestblockhash"], &info["genesisblockhash"]), (&json!(ids[2]), &json!(first)));
    let difficulty = info["difficulty"].as_f64().expect("a number");
    assert!((4.6e-10..4.7e-10).contains(&difficulty), "{difficulty}: as Bitcoin's regtest");
    assert_eq!(info["rewarded"], "100015000000000", "the premine and three blocks");
}

#[test]
fn branches_are_ends_of_chains() {
    let running = run();
    let template = running.call("getblocktemplate", json!([]));
    let [one, other] = [1, 2].map(|extranonce| solved(&template, extranonce));
    let send = |block: &Block| running.call("submitblock", json!([hex::encode(block.to_bytes())]));
    assert_eq!(send(&one), Value::Null);
    assert_eq!(send(&other), json!("inconclusive"));
    assert_eq!(send(&one), json!("duplicate"));
    assert_eq!(send(&other), json!("duplicate"));
    let tips = running.call("getchaintips", json!([]));
    let expected = json!([
        { "height": 1, "hash": display(&one.id()), "branchlen": 0, "status": "active" },
        { "height": 1, "hash": display(&other.id()), "branchlen": 1, "status": "valid-fork" },
    ]);
    assert_eq!(tips, expected);
    let beside = running.call("getblockheader", json!([display(&other.id())]));
    assert!(beside["confirmations"] == -1 && beside.get("nextblockhash").is_none());
}

#[test]
fn a_transaction_is_sent_waits_and_is_mined() {
    let running = run();
    let (first, second) = (running.pay(0, 5), running.pay(1, 6));
    let ids = [&first, &second].map(|transaction| display(&transaction.id()));
    // Not before the one that it follows.
    let tested = running.call("testmempoolaccept", json!([[sent(&second)]]));
    assert_eq!((&tested[0]["allowed"], &tested[0]["reject-reason"]), (&json!(false), &json!("sequence-gap")));
    let whole = running.whole("sendrawtransaction", json!([sent(&second)]));
    assert_eq!(
        (&whole["error"]["code"], &whole["error"]["data"]["reason"]),
        (&json!(-25), &json!("sequence-gap"))
    );
    let tested = running.call("testmempoolaccept", json!([[sent(&first)]]));
    assert_eq!((&tested[0]["allowed"], &tested[0]["txid"]), (&json!(true), &json!(ids[0])));
    assert_eq!(running.call("getrawmempool", json!([])), json!([]), "testing keeps nothing");

    for (transaction, id) in [(&first, &ids[0]), (&second, &ids[1])] {
        assert_eq!(running.call("sendrawtransaction", json!([sent(transaction)])), json!(id));
    }
    assert_eq!(running.error("sendrawtransaction", json!([sent(&first)])), -27);
    let waiting = running.call("getrawmempool", json!([true]));
    assert_eq!(waiting.as_object().map(serde_json::Map::len), Some(2));
    assert_eq!(
        (&waiting[&ids[1]]["sequence"], &waiting[&ids[1]]["weight"]),
        (&json!("1"), &json!(second.weight()))
    );
    let info = running.call("getmempoolinfo", json!([]));
    assert_eq!((&info["size"], &info["weight"]), (&json!(2), &json!(first.weight() + second.weight())));
    let shown = running.call("getrawtransaction", json!([ids[0], true]));
    assert!(shown["action"]["type"] == "transfer" && shown.get("blockhash").is_none(), "{shown}");

    let block = running.mine();
    let shown = running.call("getrawtransaction", json!([ids[1], 1]));
    assert_eq!(
        (&shown["blockhash"], &shown["index"], &shown["height"]),
        (&json!(block), &json!(2), &json!(1))
    );
    assert_eq!((&shown["action"]["amount"], &shown["confirmations"]), (&json!("6"), &json!(1)));
    assert_eq!(running.call("getrawtransaction", json!([ids[1]])), json!(sent(&second)));
    assert_eq!(running.call("getrawmempool", json!([])), json!([]));
    assert_eq!(running.error("sendrawtransaction", json!([sent(&first)])), -27);
    assert_eq!(running.error("getrawtransaction", json!(["00".repeat(32)])), -5);
    // What can never be good: a signature of another's.
    let mut forged = sent(&running.pay(0, 7));
    let last = if forged.ends_with('0') { '1' } else { '0' };
    forged.pop();
    forged.push(last);
    let whole = running.whole("sendrawtransaction", json!([forged]));
    assert_eq!(
        (&whole["error"]["code"], &whole["error"]["data"]["reason"]),
        (&json!(-26), &json!("signature"))
    );
}

/// Programs for Bitcoin say more than is needed here, or say it otherwise.
#[test]
fn what_bitcoins_programs_send_is_taken() {
    let running = run();
    let paid = sent(&running.pay(0, 5));
    assert_eq!(running.call("testmempoolaccept", json!([[paid], 0.1]))[0]["allowed"], true);
    let id = running.call("sendrawtransaction", json!([paid, 0]));
    let best = running.mine();
    for verbose in [json!(true), json!(1), json!(2)] {
        assert_eq!(running.call("getrawtransaction", json!([id, verbose, best]))["blockhash"], best);
        assert_eq!(running.call("getblockheader", json!([best, verbose]))["hash"], best);
    }
    for verbose in [json!(false), json!(0)] {
        assert_eq!(running.call("getrawtransaction", json!([id, verbose])), paid);
        assert!(running.call("getblock", json!([best, verbose])).is_string());
    }
    assert_eq!(running.call("getblock", json!([best, true]))["tx"][1], id);
    assert_eq!(running.error("getrawtransaction", json!([id, "yes"])), -3);
    assert_eq!(running.error("getblock", json!([best, "yes"])), -3);
}

#[test]
fn a_pool_that_does_not_fit_is_refused_by_its_count() {
    let running = run_with(Limits { answer_bytes: 900, ..Limits::default() }, Parts::default());
    let fits = |ahead: u64| {
        let paid = sent(&running.pay(ahead, 5));
        running.call("sendrawtransaction", json!([paid]));
        let known =
            |verbose: bool| running.whole("getrawmempool", json!([verbose]))["error"]["code"] != -32008;
        (known(false), known(true))
    };
    assert_eq!([0, 1, 2].map(fits), [(true, true), (true, true), (true, false)]);
}
