//! Wallets and transactions on a real node, in this process, over its own RPC.

use std::sync::Arc;

use gridnet_core::Engine;
use gridnet_node::node::{Node, Settings};
use gridnet_node::rpc::{self, Parts, Server};
use gridnet_node::storage::Storage;
use gridnet_node::wallet::{HotKeys, Journal, Lent, Limits, Name, Scope, Wallet};
use gridnet_protocol::encoding::encode;
use gridnet_protocol::ledger::regtest_key;
use gridnet_protocol::state::row::{Account, Identity};
use gridnet_protocol::transaction::Action;
use gridnet_protocol::value::Units;
use gridnet_protocol::{Address, Network};
use gridnet_tests::chain::mined;
use serde_json::{Value, json};

use crate::run::Ran;
use crate::wallet::{PASSWORD, Place};

const NETWORK: Network = Network::Regtest;
const GNC: u64 = Units::PER_GNC;

/// A node of one's own, whose wallet has a full account and a limited one, and a place beside it.
struct Home {
    node: Node,
    server: Server,
    place: Place,
    own: Address,
    carrier: Address,
}

impl Home {
    fn new() -> Home {
        let engine = Engine::builder().device("cpu").threads(1).build().expect("a CPU");
        let storage = Storage::in_memory(NETWORK).expect("memory");
        let node = Node::start(Settings::new(storage, Arc::new(engine))).expect("a node");
        let place = Place::new();
        place.zeros(1);
        let mut open =
            Wallet::from_file(&place.read("w")).and_then(|wallet| wallet.open(PASSWORD)).expect("a wallet");
        let limits = Limits { fee: Units(GNC / 10), day: Units(5 * GNC) };
        let name = Name::new("carrier").expect("a name");
        let carrier = open.add_account(name, Scope::Claim { limits }).expect("there is room").address();
        let own = open.accounts()[0].address();
        let wallet = open.lock().expect("a wallet");
        place.write("w", wallet.to_file());
        place.write("key", regtest_key().to_file().as_slice());
        let journal = Journal::in_file(&place.path("spent")).expect("none yet");
        let keys = HotKeys::open(&wallet, PASSWORD, &["carrier"], journal).expect("keys");
        let lent = Lent::new(keys, &node).expect("one network");

        let folder = place.folder.path().to_owned();
        let mut settings = rpc::Settings::new(NETWORK, folder.clone());
        settings.address = "127.0.0.1:0".to_owned();
        let parts = Parts { payout: None, miner: None, wallet: Some(Arc::new(lent)), stop: None };
        let server = rpc::serve(&settings, node.clone(), parts).expect("a free port");
        let place = place
            .with("GRIDNET_RPC_LISTEN", &server.address().to_string())
            .with("GRIDNET_DATA_DIR", folder.to_str().expect("a plain name"));
        Home { node, server, place, own, carrier }
    }

    fn run(&self, line: &str) -> Ran {
        self.place.run(line)
    }

    /// Mines what waits.
    fn mine(&self) {
        let template = self.node.template(Address([1; 32])).expect("a template");
        self.node.submit_block(mined(template.block)).expect("a good block");
    }

    fn balance(&self, address: &Address) -> u64 {
        let row = self.node.view().expect("a view").row::<Account>(address).expect("memory");
        row.unwrap_or_default().balance.0
    }

    fn end(self) {
        self.server.stop();
        self.node.stop();
    }
}

#[test]
fn coins_go_where_they_are_sent() {
    let home = Home::new();
    let own = home.own.to_text(NETWORK);
    let give = format!("tx transfer --key @key --to {own} --json --amount");
    // Two at once: the second comes after the one that waits.
    for (sequence, amount) in [("0", "100"), ("1", "0.00000001")] {
        let said = home.run(&format!("{give} {amount}")).ended(0).json();
        assert_eq!(said["sequence"], sequence);
    }
    assert_eq!(home.balance(&home.own), 0);
    home.mine();
    assert_eq!(home.balance(&home.own), 100 * GNC + 1);
    let told = home.run("wallet balance --wallet @w --json").ended(0).json();
    assert_eq!(told["accounts"][0]["balance"], (100 * GNC + 1).to_string());

    let carrier = home.carrier.to_text(NETWORK);
    let line = format!("tx transfer --wallet @w --to {carrier} --json --amount");
    let sent = home.run(&format!("{line} 50.5")).ended(0).json();
    home.mine();
    let fee: u64 = sent["fee"].as_str().and_then(|fee| fee.parse().ok()).expect("units");
    assert_eq!(home.balance(&home.carrier), 50 * GNC + GNC / 2);
    assert_eq!(home.balance(&home.own), 49 * GNC + GNC / 2 + 1 - fee);
    // What the node does not take is said in its words, and is no success.
    let refused = home.run(&format!("{line} 1000000")).ended(1);
    assert!(refused.out.is_empty() && refused.err.starts_with("error: the node says: "), "{refused:?}");

    let shown = home.run(&format!("rpc getrawtransaction {} true", sent["txid"].as_str().expect("an id")));
    let shown: Value = serde_json::from_str(&shown.ended(0).out).expect("JSON");
    assert_eq!(shown["action"]["type"], "transfer");
    assert_eq!(home.run("rpc getblockcount").ended(0).out, "2\n");
    home.end();
}

#[test]
fn an_identity_is_proven_and_registered_for_pay_and_for_nothing() {
    let home = Home::new();
    let own = home.own.to_text(NETWORK);
    home.run(&format!("tx transfer --key @key --to {own} --amount 10")).ended(0);
    home.mine();
    home.run("tx register-identity --wallet @w --stake 3 --device cpu").ended(0);
    home.run("tx register-identity --wallet @w --account carrier --free --device cpu").ended(0);
    home.mine();
    let identity = |address: &Address| {
        let row = home.node.view().expect("a view").row::<Identity>(address).expect("memory");
        row.expect("it is registered").stake
    };
    assert_eq!((identity(&home.own), identity(&home.carrier)), (Units(3 * GNC), Units::ZERO));
    home.end();
}

/// Whoever controls the node has a lent key sign what its scope lets pass, until the day's limit, and nothing else.
#[test]
fn a_lent_key_gives_nothing_away() {
    let home = Home::new();
    let carrier = home.carrier.to_text(NETWORK);
    home.run(&format!("tx transfer --key @key --to {carrier} --amount 100")).ended(0);
    home.mine();
    home.run("tx register-identity --wallet @w --account carrier --free --device cpu").ended(0);
    home.mine();
    let accounts: Value = serde_json::from_str(&home.run("rpc wallet.accounts").ended(0).out).expect("JSON");
    assert_eq!(accounts, json!([{ "name": "carrier", "address": carrier, "scope": "claim" }]));

    let send =
        |action: &Action| home.run(&format!("rpc wallet.send carrier {}", hex::encode(encode(action))));
    let stake = |amount: u64| Action::AddStake { identity: home.carrier, amount: Units(amount) };
    // What the node does not take is not counted: all of the day is left.
    let early = Action::WithdrawStake { amount: Units(GNC) };
    for _ in 0..3 {
        send(&early).ended(1);
    }
    assert!(!home.place.path("spent").exists());
    send(&stake(3 * GNC)).ended(0);
    let much = send(&stake(2 * GNC)).ended(1);
    assert!(much.err.contains("5 GNC a day are the limit"), "{much:?}");
    let transfer = send(&Action::Transfer { to: home.own, amount: Units(1) }).ended(1);
    assert!(transfer.err.contains("its scope is claim, which has no transfer"), "{transfer:?}");
    let others = Action::AddStake { identity: home.own, amount: Units(1) };
    let others = send(&others).ended(1);
    assert!(others.err.contains("its own identity only"), "{others:?}");
    home.mine();
    let left = home.balance(&home.carrier);
    assert!((97 * GNC - GNC / 10..97 * GNC).contains(&left), "{left}");
    // The record survives the node.
    let spent = String::from_utf8(home.place.read("spent")).expect("text");
    assert!(spent.lines().count() == 1 && spent.contains(" 30000"), "{spent}");
    home.end();
}
