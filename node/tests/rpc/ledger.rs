//! The state's rows, and proofs that hold for somebody who has headers only.

use gridnet_core::{Control, Engine};
use gridnet_node::rpc::Limits;
use gridnet_node::rpc::Parts;
use gridnet_protocol::encoding::encode;
use gridnet_protocol::ledger::regtest_key;
use gridnet_protocol::spv::receipt::Receipt;
use gridnet_protocol::spv::{Checkpoint, DEPTH, HeaderChain, Headers, StateEntry, TransactionProof};
use gridnet_protocol::state::row::Account;
use gridnet_protocol::trust::Policy;
use gridnet_protocol::value::{Height, Units};
use gridnet_protocol::{Address, Network};
use gridnet_tests::chain::mined;
use gridnet_tests::receipts::Sale;
use serde_json::{Value, json};

use crate::run::{Running, run, run_with, sent};

fn engine() -> Engine {
    Engine::builder().device("cpu").threads(1).build().expect("the CPU's paths pass their self-test")
}

fn bytes(value: &Value) -> Vec<u8> {
    hex::decode(value.as_str().expect("hex")).expect("hex")
}

/// The chain's headers, as somebody with nothing else has them.
fn headers(running: &Running, engine: &Engine) -> HeaderChain {
    let count = running.call("getblockcount", json!([])).as_u64().expect("a number");
    let header = |height| {
        let header =
            running.call("getblockheader", json!([running.call("getblockhash", json!([height])), false]));
        let header: [u8; 80] = bytes(&header).try_into().expect("80 bytes");
        gridnet_core::proof::header::Header::from_bytes(&header)
    };
    let headers = Headers::new((0..=count).map(header)).expect("a few");
    let start = Checkpoint::first(Network::Regtest);
    let now = running.node.now();
    HeaderChain::verify(engine, Network::Regtest, start, &headers, now, &Control::default()).expect("a chain")
}

#[test]
fn accounts_are_what_the_chain_made_them() {
    let running = run();
    let (rich, poor) = (Address::of(&regtest_key().public()), Address([9; 32]));
    let account =
        |address: Address| running.call("ledger.account", json!([address.to_text(Network::Regtest)]));
    let nobody = account(poor);
    assert_eq!((&nobody["balance"], &nobody["sequence"]), (&json!("0"), &json!("0")));
    let paid = running.pay(0, 5);
    running.call("sendrawtransaction", json!([sent(&paid)]));
    // What waits is not done, and its sequence is taken.
    let waits = account(rich);
    assert_eq!(
        (&waits["balance"], &waits["sequence"], &waits["next_sequence"]),
        (&json!("100000000000000"), &json!("0"), &json!("1"))
    );
    running.mine();
    let done = account(rich);
    assert_eq!(
        (&done["sequence"], &done["next_sequence"], &account(poor)["balance"]),
        (&json!("1"), &json!("1"), &json!("5"))
    );
    assert_eq!(running.error("ledger.account", json!([rich.to_text(Network::Main)])), -5);

    let row = running.call("ledger.row", json!(["accounts", hex::encode(encode(&poor))]));
    assert_eq!(bytes(&row["value"]), encode(&Account { balance: Units(5), sequence: 0 }));
    assert_eq!(running.call("ledger.row", json!({ "table": "accounts", "key": "00" }))["value"], Value::Null);
    assert!(running.call("ledger.row", json!(["tip"]))["value"].is_string(), "a table of one row has no key");
    assert_eq!(running.error("ledger.row", json!(["accounts", "0".repeat(500)])), -8);
    assert_eq!(running.error("ledger.row", json!(["accounts", "zz"])), -22);
}

#[test]
fn a_table_is_read_page_by_page() {
    let running = run();
    for _ in 0..4 {
        running.mine();
    }
    let whole = running.call("ledger.rows", json!(["nodes", "", 500]));
    let whole = whole["rows"].as_array().expect("a list").clone();
    assert!(whole.len() > 4);
    for limit in [1, 2, whole.len() - 1, whole.len()] {
        let (mut found, mut from) = (Vec::new(), json!(""));
        loop {
            let page = running.call("ledger.rows", json!({ "table": "nodes", "from": from, "limit": limit }));
            let rows = page["rows"].as_array().expect("a list");
            assert!(rows.len() <= limit);
            found.extend(rows.iter().cloned());
            if page["next"].is_null() {
                break;
            }
            from = page["next"].clone();
        }
        assert_eq!(found, whole, "{limit}");
    }
    assert_eq!(running.error("ledger.rows", json!(["nodes", "", 501])), -8);
}

#[test]
fn proofs_hold_against_headers_alone() {
    let (running, engine) = (run(), engine());
    assert_eq!(running.error("ledger.proof", json!(["tip"])), -8, "no block names a state yet");
    let paid = running.pay(0, 5);
    let id = running.call("sendrawtransaction", json!([sent(&paid)]));
    let poor = hex::encode([9; 32]);
    for _ in 0..4 {
        running.mine();
    }
    let chain = headers(&running, &engine);
    // The state before the block of height 1 had no such account; those before the others had.
    for (depth, height, balance) in [(0, 3, Some(5)), (2, 1, Some(5)), (3, 0, None)] {
        let shown = running.call("ledger.proof", json!({ "table": "accounts", "key": poor, "depth": depth }));
        let entry = StateEntry::from_bytes(&bytes(&shown["proof"])).expect("a proof");
        let (root, row) = entry.verify(&chain).expect("it holds");
        assert_eq!((root.height, root.depth), (Height(height), depth));
        assert_eq!((&shown["height"], &shown["root"]), (&json!(height), &json!(hex::encode(root.root))));
        let expected = balance.map(|units| encode(&Account { balance: Units(units), sequence: 0 }));
        assert_eq!(row.map(<[u8]>::to_vec), expected, "{depth}");
        assert_eq!(shown["value"], json!(expected.map(hex::encode)));
    }
    assert_eq!(running.error("ledger.proof", json!(["accounts", poor, 4])), -8);
    assert_eq!(running.error("ledger.proof", json!(["nodes", ""])), -8);

    let shown = running.call("ledger.inclusion", json!([id]));
    let proof = TransactionProof::from_bytes(&bytes(&shown["proof"])).expect("a proof");
    assert_eq!((proof.verify(&chain), &proof.transaction), (Ok(3), &paid));
    assert_eq!(
        (&shown["height"], &shown["index"], &shown["confirmations"]),
        (&json!(1), &json!(1), &json!(4))
    );
    assert_eq!(running.error("ledger.inclusion", json!(["00".repeat(32)])), -5);
}

#[test]
fn a_receipt_is_one_that_strangers_take() {
    let engine = engine();
    let policy = Policy::default();
    let mut sale = Sale::new(&engine);
    let contract = json!(hex::encode(sale.contract.id(Network::Regtest).0));
    let running = run_with(Limits::default(), Parts::default());
    let feed = |sale: &Sale<'_>, from: usize| {
        let chain = &sale.street.chain;
        running.node.set_now(chain.now).expect("a clock that can be set");
        let blocks = chain.blocks[from..].iter().map(|(block, _)| block.clone()).collect();
        running.node.submit_blocks(blocks).expect("they are taken");
        assert_eq!(running.call("getblockcount", json!([])), chain.height());
        chain.blocks.len()
    };
    let fed = feed(&sale, 0);
    assert_eq!(running.error("ledger.receipt", json!([contract])), -1, "it was settled just now");
    assert_eq!(running.error("ledger.receipt", json!(["00".repeat(32)])), -5);
    sale.street.chain.wait(1 + DEPTH);
    feed(&sale, fed);
    let shown = running.call("ledger.receipt", json!([contract]));
    let receipt = Receipt::from_file(&bytes(&shown["receipt"])).expect("a receipt's file");
    let facts = receipt.verify(&engine, &sale.options(&policy, 0), &Control::default()).expect("it holds");
    assert_eq!(facts.delivered.0, 6_200);
    // From a block that the verifier trusts.
    let shown = running.call("ledger.receipt", json!({ "contract": contract, "start": 10 }));
    let receipt = Receipt::from_file(&bytes(&shown["receipt"])).expect("a receipt's file");
    assert!(receipt.verify(&engine, &sale.options(&policy, 10), &Control::default()).is_ok());
    assert_eq!(running.error("ledger.receipt", json!([contract, 6, 100_000])), -8);
    assert_eq!(running.error("ledger.receipt", json!([contract, 6, 0, ["nobody"]])), -5);
}

/// What is taken back lies in memory, so there is a bound to it, which says how deep one may ask.
#[test]
fn old_states_are_proven_as_far_as_they_fit() {
    let few = |undo_bytes| {
        let parts = Parts { payout: Some(Address([7; 32])), ..Parts::default() };
        let running = run_with(Limits { undo_bytes, ..Limits::default() }, parts);
        for _ in 0..30 {
            running.mine();
        }
        running
    };
    let running = few(5_000);
    let ask = |depth| running.whole("ledger.proof", json!({ "table": "tip", "depth": depth }));
    let refused = ask(29);
    assert_eq!(refused["error"]["code"], -8, "{refused}");
    let message = refused["error"]["message"].as_str().expect("a text");
    let (_, fits) = message.split_once("bytes: ").expect("it says how deep");
    let fits: u32 = fits.split(' ').next().and_then(|fits| fits.parse().ok()).expect(message);
    assert!(ask(fits)["result"].is_object(), "{fits}");
    assert_eq!(ask(fits + 1)["error"]["code"], -8);
    let none = few(1).whole("ledger.proof", json!({ "table": "tip" }));
    assert!(none["error"]["message"].as_str().is_some_and(|text| text.contains("none")), "{none}");
    let proven = few(64 << 20).call("ledger.proof", json!({ "table": "tip", "depth": 29 }));
    assert_eq!(proven["height"], 0);
}

/// Of a long chain it is said at once that its headers do not fit, and from where on they do.
#[test]
fn a_receipt_of_too_many_headers_is_refused_by_their_count() {
    let parts = Parts { payout: Some(Address([7; 32])), ..Parts::default() };
    let running = run_with(Limits { answer_bytes: 4_000, ..Limits::default() }, parts);
    for _ in 0..40 {
        running
            .node
            .submit_block(mined(running.node.template(Address([7; 32])).expect("one").block))
            .expect("good");
    }
    let ask = |start: u32| running.whole("ledger.receipt", json!(["00".repeat(32), 6, start]));
    let refused = ask(0);
    let message = refused["error"]["message"].as_str().expect("a text");
    assert!(refused["error"]["code"] == -8 && message.ends_with("start at 18"), "{refused}");
    assert_eq!(ask(17)["error"]["code"], -8);
    assert_eq!(ask(18)["error"]["code"], -5, "it is looked for, and is not there");
}
