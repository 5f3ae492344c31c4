//! Mining here, accounts that the node may sign for, and the node itself.

use std::sync::atomic::{AtomicBool, AtomicU8, Ordering::Relaxed};
use std::sync::{Arc, Mutex};

use gridnet_core::proof::identity::Proof;
use gridnet_node::rpc::{
    Accounts, Code, DeviceRate, Failure, Limits, Mining, MiningStatus, Parts, Test, WalletAccount,
};
use gridnet_protocol::encoding::encode;
use gridnet_protocol::ledger::{regtest_key, sign_paying_least};
use gridnet_protocol::transaction::{Action, IdentityRegistration, Transaction};
use gridnet_protocol::value::Units;
use gridnet_protocol::{Address, Network, identity};
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

/// Whoever is rich on regtest may stake a few coins on its own identity.
pub(crate) struct Purse;

impl Accounts for Purse {
    fn accounts(&self) -> Vec<WalletAccount> {
        let address = Address::of(&regtest_key().public());
        vec![WalletAccount { name: "rich".to_owned(), address, scope: "claim".to_owned() }]
    }

    fn sign(
        &self,
        _: &str,
        sequence: u64,
        fee: Option<Units>,
        action: Action,
        test: Test<'_>,
    ) -> Result<Transaction, Failure> {
        let refused = |why: &str| Err(Failure::new(Code::Refused, why));
        let own = Address::of(&regtest_key().public());
        let stake = match &action {
            Action::RegisterIdentity { identity, stake } if identity.address == own => *stake,
            Action::AddStake { identity, amount } if *identity == own => *amount,
            _ => return refused("another action"),
        };
        if stake.0 > 10 || fee.is_some() {
            return refused("more than 10 units");
        }
        let signed = sign_paying_least(Network::Regtest, &regtest_key(), sequence, action);
        let signed = signed.expect("a key in memory");
        test(&signed).map(|()| signed)
    }
}

/// Puts stake on the rich one's identity: as it is registered, or later.
fn stake(units: u64, is_new: bool) -> String {
    let (address, amount) = (Address::of(&regtest_key().public()), Units(units));
    let nonce = (0..).find(|nonce| {
        let proof = Proof { repetitions: 1, nonce: *nonce };
        identity::check(Network::Regtest, &address, proof).is_ok()
    });
    let nonce = nonce.expect("one of a few hundred is good");
    let identity = IdentityRegistration { address, repetitions: 1, nonce };
    hex::encode(encode(&match is_new {
        true => Action::RegisterIdentity { identity, stake: amount },
        false => Action::AddStake { identity: address, amount },
    }))
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
    assert_eq!(accounts, json!([{ "name": "rich", "address": address, "scope": "claim" }]));
    for (sequence, is_new) in [("0", true), ("1", false)] {
        let sent = running.call("wallet.send", json!({ "account": "rich", "action": stake(5, is_new) }));
        assert_eq!(sent["sequence"], sequence);
        let shown = running.call("getrawtransaction", json!([sent["txid"], true]));
        assert_eq!((&shown["account"], &shown["sequence"]), (&json!(address), &json!(sequence)));
    }
    let whole = running.whole("wallet.send", json!(["rich", stake(11, false)]));
    assert_eq!(
        (&whole["error"]["code"], &whole["error"]["message"]),
        (&json!(-1), &json!("more than 10 units"))
    );
    assert_eq!(running.error("wallet.send", json!(["poor", stake(1, false)])), -5);
    assert_eq!(running.error("wallet.send", json!(["rich", "ff"])), -22);
    for fee in ["", "-1", "+1", "1.0", "18446744073709551616"] {
        assert_eq!(running.error("wallet.send", json!(["rich", stake(1, false), fee])), -8, "{fee}");
    }
    let without = run();
    assert_eq!(without.error("wallet.accounts", json!([])), -18);
}

/// Each gets a sequence of its own, or one of two would replace the other.
#[test]
fn many_are_sent_at_once() {
    let running = run_with(Limits::default(), Parts { wallet: Some(Arc::new(Purse)), ..Parts::default() });
    running.call("wallet.send", json!(["rich", stake(1, true)]));
    let mut sequences: Vec<String> = std::thread::scope(|scope| {
        let send = |units| {
            let sent = running.call("wallet.send", json!(["rich", stake(units, false)]));
            sent["sequence"].as_str().expect("digits").to_owned()
        };
        let sent: Vec<_> = (1..=8).map(|units| scope.spawn(move || send(units))).collect();
        sent.into_iter().map(|sent| sent.join().expect("it is sent")).collect()
    });
    sequences.sort();
    assert_eq!(sequences, ["1", "2", "3", "4", "5", "6", "7", "8"]);
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
