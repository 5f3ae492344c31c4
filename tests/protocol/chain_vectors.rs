//! The published chain on every path: the same state after every block, the same codes for what is not taken; and back to the
//! first block.

use gridnet_core::{Control, Engine};
use gridnet_protocol::block::{Block, Coinbase, EXTRANONCE_BYTES, reward};
use gridnet_protocol::encoding::decode;
use gridnet_protocol::ledger::{Ledger, Rejection};
use gridnet_protocol::state::Memory;
use gridnet_protocol::state::row::{Account, Totals};
use gridnet_protocol::transaction::Transaction;
use gridnet_protocol::value::{Height, Time, Units};
use gridnet_protocol::{Address, Network};
use gridnet_tests::chain::{mined, with_root};
use serde_json::{Value, json};

use crate::ENGINES;
use crate::vectors::{bytes, hash, kept, list, number, text};

/// A block of nothing, as the vectors describe it.
fn empty(ledger: &Ledger<Memory>, payout: Address, time: u64) -> Block {
    let tip = ledger.tip().expect("memory");
    let height = Height(tip.height.0 + 1);
    let coinbase = Coinbase {
        height,
        extranonce: [0; EXTRANONCE_BYTES],
        payout,
        amount: reward(height),
        state: ledger.root().expect("memory"),
    };
    let header = gridnet_core::proof::header::Header {
        version: 1 << 29,
        previous: tip.id,
        merkle_root: [0; 32],
        time: u32::try_from(time).expect("a time of this century"),
        bits: tip.next_bits(ledger.network()),
        nonce: 0,
    };
    mined(with_root(Block { header, transactions: vec![Transaction::Coinbase(coinbase)] }))
}

/// Why something is not taken, in the words of the vectors.
fn said(rejection: &Rejection) -> Value {
    json!({
        "code": rejection.code.name(),
        "at": rejection.transaction,
        "entry": rejection.entry,
        "detail": rejection.detail,
    })
}

fn refusal(engine: &Engine, ledger: &mut Ledger<Memory>, entry: &Value) -> Value {
    let fault = match entry.get("block") {
        Some(block) => {
            let block = Block::from_bytes(&bytes(block)).expect("it decodes");
            let now = Time(number(&entry["now"]));
            ledger.apply(engine, &block, now, &Control::default()).map(drop)
        }
        None => {
            let transaction = decode::<Transaction>("a transaction", &bytes(&entry["transaction"]));
            let mut draft = ledger.draft().expect("memory");
            draft.add(engine, transaction.expect("it decodes"), &Control::default())
        }
    };
    let rejection = *fault.expect_err("it is not taken").rejection().expect("it breaks a rule");
    // What stands alone has no place in a block.
    let transaction = rejection.transaction.filter(|_| entry.get("block").is_some());
    said(&Rejection { transaction, ..rejection })
}

#[test]
fn every_path_gives_the_same_chain() {
    let file: Value = serde_json::from_str(&kept("protocol", "chain.json")).expect("JSON");
    let people: Vec<Address> =
        list(&file, "people").iter().map(|person| Address(hash(&person["address"]))).collect();
    for (name, engine) in ENGINES.iter() {
        let mut ledger = Ledger::open(Network::Regtest, Memory::default()).expect("memory");
        let (first, mut undos) = (ledger.clone(), Vec::new());
        for step in list(&file, "blocks") {
            let name = format!("{name}: {}", text(step, "name"));
            let blocks = step.get("empty").map_or(1, number::<u64>);
            for count in 0..blocks {
                let (block, now) = if step.get("empty").is_some() {
                    let time = number::<u64>(&step["time"]) + 120 * count;
                    (empty(&ledger, Address(hash(&step["payout"])), time), time)
                } else {
                    let block = Block::from_bytes(&bytes(&step["block"])).expect("it decodes");
                    let time = block.header.time;
                    (block, time.into())
                };
                let applied = ledger.apply(engine, &block, Time(now), &Control::default());
                undos.push(applied.unwrap_or_else(|fault| panic!("{name}: {fault}")).undo);
            }
            let tip = ledger.tip().expect("memory");
            assert_eq!(tip.height, Height(number(&step["height"])), "{name}");
            assert_eq!(tip.id, hash(&step["id"]), "{name}");
            assert_eq!(ledger.root().expect("memory"), hash(&step["root"]), "{name}");
            let totals: Totals = ledger.row(&()).expect("memory").expect("totals");
            assert_eq!(totals.rewarded, Units(number(&step["rewarded"])), "{name}");
            assert_eq!(totals.burnt, Units(number(&step["burnt"])), "{name}");
            for (person, balance) in people.iter().zip(list(step, "balances")) {
                let account = ledger.row::<Account>(person).expect("memory").unwrap_or_default();
                assert_eq!(account.balance, Units(number(balance)), "{name}");
            }
            for entry in list(step, "refused") {
                let before = ledger.clone();
                let code = refusal(engine, &mut ledger, entry);
                let fields = code.as_object().expect("fields");
                let differ = fields.iter().find(|(field, value)| entry[field.as_str()] != **value);
                assert_eq!(differ, None, "{name}: {}", text(entry, "name"));
                assert!(ledger == before, "{name}: {}", text(entry, "name"));
            }
        }
        undos.iter().rev().for_each(|undo| ledger.undo(undo).expect("it is the last block's"));
        assert!(ledger == first, "{name}: taken back, it is as it was");
    }
}

/// Every action and everything that is posted is on the chain.
#[test]
fn every_transaction_is_on_the_chain() {
    let file: Value = serde_json::from_str(&kept("protocol", "transactions.json")).expect("JSON");
    let kinds: std::collections::BTreeSet<&str> =
        list(&file, "transactions").iter().map(|entry| text(entry, "kind")).collect();
    assert_eq!(kinds.len(), 1 + 22 + 3, "{kinds:?}");
}
