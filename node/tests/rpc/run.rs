//! A node with a server, for one test.

use std::net::SocketAddr;
use std::sync::{Arc, LazyLock};

use gridnet_core::proof::header::Header;
use gridnet_core::{Engine, HashFunction};
use gridnet_node::node::{Node, Settings as NodeSettings, display};
use gridnet_node::rpc::auth::{Scope, authorization};
use gridnet_node::rpc::{Limits, Parts, Server, Settings, serve};
use gridnet_node::storage::Storage;
use gridnet_protocol::block::Block;
use gridnet_protocol::encoding::{decode, encode};
use gridnet_protocol::ledger::{regtest_key, sign_paying_least};
use gridnet_protocol::transaction::{Action, Transaction};
use gridnet_protocol::value::Units;
use gridnet_protocol::{Address, Network, SecretKey};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::http::{Answer, exchange, request};

static ENGINE: LazyLock<Arc<Engine>> = LazyLock::new(|| {
    Arc::new(
        Engine::builder().device("cpu").threads(1).build().expect("the CPU's paths pass their self-test"),
    )
});

/// Whom templates pay.
pub(crate) fn payee() -> SecretKey {
    SecretKey::from_seed([7; 32])
}

/// A node with a server.
pub(crate) struct Running {
    pub(crate) node: Node,
    pub(crate) server: Server,
    pub(crate) folder: TempDir,
}

/// A new node on regtest with usual limits, which pays [`payee`].
pub(crate) fn run() -> Running {
    run_with(Limits::default(), Parts { payout: Some(Address::of(&payee().public())), ..Parts::default() })
}

/// The same with other limits or parts.
pub(crate) fn run_with(limits: Limits, parts: Parts) -> Running {
    let storage = Storage::in_memory(Network::Regtest).expect("memory");
    let node = Node::start(NodeSettings::new(storage, Arc::clone(&ENGINE))).expect("an empty database");
    let folder = tempfile::tempdir().expect("a folder");
    let settings = Settings {
        address: "127.0.0.1:0".to_owned(),
        limits,
        ..Settings::new(Network::Regtest, folder.path().to_owned())
    };
    let server = serve(&settings, node.clone(), parts).expect("a free port");
    Running { node, server, folder }
}

impl Running {
    pub(crate) fn address(&self) -> SocketAddr {
        self.server.address()
    }

    /// The `Authorization` of a cookie.
    pub(crate) fn cookie(&self, scope: Scope) -> String {
        let path = self.folder.path().join(scope.file());
        authorization(&std::fs::read_to_string(path).expect("the cookie's file"))
    }

    /// Posts a body with the cookie that may everything.
    pub(crate) fn post(&self, body: &str) -> Answer {
        let cookie = self.cookie(Scope::Control);
        let request = request("POST", "/", &[("host", "localhost"), ("authorization", &cookie)], body);
        exchange(self.address(), &request).expect("an answer")
    }

    /// The answer to a call in JSON-RPC 2.0.
    pub(crate) fn whole(&self, method: &str, params: Value) -> Value {
        let body = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
        let answer = self.post(&body.to_string());
        assert_eq!(answer.status, 200, "{answer:?}");
        serde_json::from_str(&answer.body).expect("JSON")
    }

    /// The result of a call.
    pub(crate) fn call(&self, method: &str, params: Value) -> Value {
        let whole = self.whole(method, params);
        assert!(whole.get("error").is_none(), "{method}: {whole}");
        whole["result"].clone()
    }

    /// The code of a call's error.
    pub(crate) fn error(&self, method: &str, params: Value) -> i64 {
        let whole = self.whole(method, params);
        whole["error"]["code"].as_i64().unwrap_or_else(|| panic!("{method}: {whole}"))
    }

    /// Whether it still answers.
    pub(crate) fn is_alive(&self) -> bool {
        self.call("getblockcount", json!([])).is_u64()
    }
}

/// A template's block with a nonce that is good: what a miner elsewhere makes of it. `extranonce` tells blocks apart.
pub(crate) fn solved(template: &Value, extranonce: u8) -> Block {
    let bytes = |value: &Value| hex::decode(value.as_str().expect("hex")).expect("hex");
    let mut coinbase = bytes(&template["coinbasetxn"]["data"]);
    let offset = template["extranonce"]["offset"].as_u64().expect("a place") as usize;
    coinbase[offset] = extranonce;
    let others = template["transactions"].as_array().expect("a list").iter().map(|one| bytes(&one["data"]));
    let transactions = std::iter::once(coinbase).chain(others);
    let transactions =
        transactions.map(|bytes| decode("a transaction", &bytes).expect("a transaction")).collect();
    let mut previous: [u8; 32] = bytes(&template["previousblockhash"]).try_into().expect("an id");
    previous.reverse();
    let bits = u32::from_str_radix(template["bits"].as_str().expect("hex"), 16).expect("hex");
    let header = Header {
        version: template["version"].as_i64().expect("a number") as i32,
        previous,
        merkle_root: [0; 32],
        time: template["curtime"].as_u64().expect("a number") as u32,
        bits,
        nonce: 0,
    };
    let mut block = Block { header, transactions };
    block.header.merkle_root = block.merkle_root().expect("a coinbase").0;
    let mut target: [u8; 32] = bytes(&template["target"]).try_into().expect("a target");
    target.reverse();
    while HashFunction::Sha256d.hash(&block.header.to_bytes()).iter().rev().cmp(target.iter().rev()).is_gt() {
        block.header.nonce += 1;
    }
    block
}

impl Running {
    /// Mines a block by what the node gives out, sends it, and gives its id.
    pub(crate) fn mine(&self) -> String {
        let block = solved(&self.call("getblocktemplate", json!([])), 1);
        assert_eq!(self.call("submitblock", json!([hex::encode(block.to_bytes())])), Value::Null);
        display(&block.id())
    }

    /// A transaction of whoever is rich on regtest, the next one after `ahead` others.
    pub(crate) fn pay(&self, ahead: u64, units: u64) -> Transaction {
        let rich = regtest_key();
        let account = Address::of(&rich.public()).to_text(Network::Regtest);
        let account = self.call("ledger.account", json!([account]));
        let sequence: u64 = account["sequence"].as_str().expect("digits").parse().expect("digits");
        let action = Action::Transfer { to: Address([9; 32]), amount: Units(units) };
        sign_paying_least(Network::Regtest, &rich, sequence + ahead, action).expect("a key in memory")
    }
}

/// A transaction as it is sent.
pub(crate) fn sent(transaction: &Transaction) -> String {
    hex::encode(encode(transaction))
}
