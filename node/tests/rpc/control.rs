//! Mining here, accounts that the node may sign for, and the node itself.

use std::sync::atomic::{AtomicBool, AtomicU8, Ordering::Relaxed};
use std::sync::{Arc, Mutex};

use gridnet_node::rpc::{Accounts, DeviceRate, Limits, Mining, MiningStatus, Parts, WalletAccount};
use gridnet_protocol::encoding::encode;
use gridnet_protocol::ledger::{regtest_key, sign_paying_least};
use gridnet_protocol::transaction::{Action, Transaction};
use gridnet_protocol::value::Units;
use gridnet_protocol::{Address, Network};
use serde_json::json;

use crate::run::{run, run_with};

/// A miner that only says so.
#[derive(Default)]
pub(crate) struct Miner {
    works: AtomicBool,
    duty: AtomicU8,
}

impl Mining for Miner {
    fn status(&self) -> Option<MiningStatus> {
        self.works.load(Relaxed).then(|| MiningStatus {
            duty_percent: self.duty.load(Relaxed),
            devices: [1.5, 2.0].map(|rate| DeviceRate { id: format!("d{rate}"), rate }).into(),
            accepted: 3,
            ..MiningStatus::default()
        })
    }

    fn start(&self) -> Result<(), String> {
        match self.works.swap(true, Relaxed) {
            true => Err("it mines already".to_owned()),
            false => Ok(()),
        }
    }

    fn stop(&self) {
        self.works.store(false, Relaxed);
    }

    fn set_duty(&self, percent: u8) -> Result<(), String> {
        self.duty.store(percent, Relaxed);
        Ok(())
    }
}

/// Whoever is rich on regtest may give away a few coins.
pub(crate) struct Purse;

impl Accounts for Purse {
    fn accounts(&self) -> Vec<WalletAccount> {
        let address = Address::of(&regtest_key().public());
        vec![WalletAccount { name: "rich".to_owned(), address, scope: "trade".to_owned() }]
    }

    fn sign(
        &self,
        _: &str,
        sequence: u64,
        fee: Option<Units>,
        action: Action,
    ) -> Result<Transaction, String> {
        match (&action, fee) {
            (Action::Transfer { amount, .. }, None) if amount.0 <= 10 => {
                sign_paying_least(Network::Regtest, &regtest_key(), sequence, action)
                    .map_err(|error| error.to_string())
            }
            _ => Err("more than 10 units".to_owned()),
        }
    }
}

#[test]
fn mining_is_begun_and_ended() {
    let miner = Arc::new(Miner::default());
    let running = run_with(Limits::default(), Parts { miner: Some(miner), ..Parts::default() });
    assert_eq!(running.call("miner.info", json!([])), json!({ "mining": false }));
    let begun = running.call("miner.start", json!([]));
    assert_eq!(
        (&begun["mining"], &begun["rate"], &begun["accepted"]),
        (&json!(true), &json!(3.5), &json!(3))
    );
    assert_eq!(running.error("miner.start", json!([])), -1);
    assert_eq!(running.call("miner.duty", json!([20]))["duty_percent"], 20);
    for percent in [json!(0), json!(101)] {
        assert_eq!(running.error("miner.duty", json!([percent])), -8);
    }
    assert_eq!(running.call("node.info", json!([]))["mining"], true);
    assert_eq!(running.call("miner.stop", json!([])), json!({ "mining": false }));
    let without = run();
    assert_eq!(without.error("miner.start", json!([])), -1);
    assert_eq!(without.call("miner.info", json!([])), json!({ "mining": false }));
}

#[test]
fn the_node_signs_within_limits_and_never_shows_a_key() {
    let running = run_with(Limits::default(), Parts { wallet: Some(Arc::new(Purse)), ..Parts::default() });
    let address = Address::of(&regtest_key().public()).to_text(Network::Regtest);
    let accounts = running.call("wallet.accounts", json!([]));
    assert_eq!(accounts, json!([{ "name": "rich", "address": address, "scope": "trade" }]));
    let action =
        |units| hex::encode(encode(&Action::Transfer { to: Address([9; 32]), amount: Units(units) }));
    for sequence in ["0", "1"] {
        let sent = running.call("wallet.send", json!({ "account": "rich", "action": action(5) }));
        assert_eq!(sent["sequence"], sequence);
        let shown = running.call("getrawtransaction", json!([sent["txid"], true]));
        assert_eq!((&shown["account"], &shown["sequence"]), (&json!(address), &json!(sequence)));
    }
    let whole = running.whole("wallet.send", json!(["rich", action(11)]));
    assert_eq!(
        (&whole["error"]["code"], &whole["error"]["message"]),
        (&json!(-1), &json!("more than 10 units"))
    );
    assert_eq!(running.error("wallet.send", json!(["poor", action(1)])), -5);
    assert_eq!(running.error("wallet.send", json!(["rich", "ff"])), -22);
    for fee in ["", "-1", "+1", "1.0", "18446744073709551616"] {
        assert_eq!(running.error("wallet.send", json!(["rich", action(1), fee])), -8, "{fee}");
    }
    let without = run();
    assert_eq!(without.error("wallet.accounts", json!([])), -18);
}

#[test]
fn the_node_says_what_it_is_and_stops_when_told() {
    let told = Arc::new(Mutex::new(0));
    let counts = Arc::clone(&told);
    let stop: Box<dyn Fn() + Send + Sync> = Box::new(move || *counts.lock().expect("nobody died") += 1);
    let running = run_with(Limits::default(), Parts { stop: Some(stop), ..Parts::default() });
    let info = running.call("node.info", json!([]));
    assert_eq!(
        (&info["network"], &info["height"], &info["wallet"]),
        (&json!("regtest"), &json!(0), &json!(false))
    );
    assert!(running.call("uptime", json!([])).is_u64());
    let text = Address([1; 32]).to_text(Network::Regtest);
    let good = running.call("validateaddress", json!([text]));
    assert_eq!((&good["isvalid"], &good["bytes"]), (&json!(true), &json!("01".repeat(32))));
    let other = running.call("validateaddress", json!([Address([1; 32]).to_text(Network::Main)]));
    assert!(other["isvalid"] == false && other["error"].is_string());
    let help = running.call("help", json!([]));
    assert!(help.as_str().is_some_and(|help| help.contains("getblock blockhash [verbosity]")), "{help}");
    assert_eq!(running.error("help", json!(["nothing"])), -32601);
    assert_eq!(running.call("stop", json!([])), "the node stops");
    assert_eq!(*told.lock().expect("nobody died"), 1);
    assert_eq!(run().error("stop", json!([])), -1);
}
