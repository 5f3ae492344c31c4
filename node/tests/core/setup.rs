//! A node on a database in memory, and what is mined and signed for it.

use std::sync::{Arc, OnceLock};

use gridnet_core::proof::header::Header;
use gridnet_core::{Engine, Order};
use gridnet_node::chain::Submitted;
use gridnet_node::node::{Node, Settings, Template};
use gridnet_node::storage::Storage;
use gridnet_protocol::block::Block;
use gridnet_protocol::ledger::{regtest_key, sign_paying_least};
use gridnet_protocol::state::Table;
use gridnet_protocol::transaction::{Action, Transaction};
use gridnet_protocol::value::Units;
use gridnet_protocol::{Address, Network, SecretKey};

pub(crate) const NETWORK: Network = Network::Regtest;

/// One engine for all tests.
pub(crate) fn engine() -> Arc<Engine> {
    static ENGINE: OnceLock<Arc<Engine>> = OnceLock::new();
    let build = || Arc::new(Engine::builder().device("cpu").threads(1).build().expect("a CPU"));
    Arc::clone(ENGINE.get_or_init(build))
}

/// A node in memory.
pub(crate) fn node() -> Node {
    on(Storage::in_memory(NETWORK).expect("memory"))
}

/// A node on a database.
pub(crate) fn on(storage: Storage) -> Node {
    Node::start(Settings::new(storage, engine())).expect("a sound database")
}

/// An address of nobody.
pub(crate) fn nobody(number: u8) -> Address {
    Address([number; 32])
}

/// A key that owns nothing yet.
pub(crate) fn key(number: u8) -> SecretKey {
    SecretKey::from_seed([number; 32])
}

/// A template's block with a good nonce.
pub(crate) fn solved(template: &Template) -> Block {
    solve(template.block.clone())
}

/// A block with a good nonce.
pub(crate) fn solve(mut block: Block) -> Block {
    let target = block.header.target().expect("a target");
    let function = NETWORK.parameters().proof_of_work;
    while !target.is_met_by(&function.hash(&block.header.to_bytes()), Order::Little) {
        block.header.nonce += 1;
    }
    block
}

/// A header that does not meet its target.
pub(crate) fn unsolve(mut header: Header) -> Header {
    let target = header.target().expect("a target");
    let function = NETWORK.parameters().proof_of_work;
    while target.is_met_by(&function.hash(&header.to_bytes()), Order::Little) {
        header.nonce += 1;
    }
    header
}

/// Mines so many blocks for somebody, and gives them.
pub(crate) fn mine(node: &Node, to: Address, count: u32) -> Vec<Block> {
    let one = |_| {
        let block = solved(&node.template(to).expect("a template"));
        assert_eq!(node.submit_block(block.clone()), Ok(Submitted::Taken));
        block
    };
    (0..count).map(one).collect()
}

/// A transfer of the key that owns what is there from the beginning.
pub(crate) fn pay(sequence: u64, to: Address, amount: u64) -> Transaction {
    transfer(&regtest_key(), sequence, to, amount)
}

/// A transfer that pays just what it must.
pub(crate) fn transfer(from: &SecretKey, sequence: u64, to: Address, amount: u64) -> Transaction {
    let action = Action::Transfer { to, amount: Units(amount) };
    sign_paying_least(NETWORK, from, sequence, action).expect("a key signs")
}

/// Every row of the state but the tree's, as bytes.
pub(crate) fn rows(node: &Node) -> Vec<(u8, Vec<u8>, Vec<u8>)> {
    let view = node.view().expect("a view");
    let mut all = Vec::new();
    for table in Table::ALL.into_iter().filter(|table| table.is_committed()) {
        let mut from = Vec::new();
        loop {
            let page = view.rows(table, &from, 500).expect("rows");
            let Some((last, _)) = page.last() else { break };
            from = [last.as_slice(), &[0]].concat();
            all.extend(page.into_iter().map(|(key, value)| (table as u8, key, value)));
        }
    }
    all
}
