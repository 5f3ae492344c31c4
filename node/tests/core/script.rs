//! What a node is made to do while something goes wrong, and how what is left of it is looked at.

use std::collections::HashMap;

use gridnet_node::node::{Node, NodeError, Settings};
use gridnet_node::repair;
use gridnet_node::storage::Storage;
use gridnet_protocol::block::Block;
use gridnet_protocol::transaction::Transaction;
use gridnet_protocol::value::Height;

use crate::setup::{engine, mine, nobody, node, pay};

/// Numbers out of a number (SplitMix64).
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ mixed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ mixed >> 31
    }
}

/// Blocks of each of three chains from the first block on: the second and the third each make a node go back to it.
pub(crate) const LENGTHS: [u32; 3] = [6, 9, 12];

/// Transactions in the first block.
const IN_FIRST: u64 = 3;

/// Chains of which each has more work than the one before, and what the state is after each of their blocks.
pub(crate) struct Script {
    pub(crate) blocks: Vec<Block>,
    pub(crate) transactions: Vec<Transaction>,
    /// Those in the first block of all, which the second chain takes back: then they wait again.
    pub(crate) in_first: Vec<[u8; 32]>,
    roots: HashMap<[u8; 32], [u8; 32]>,
}

pub(crate) fn script() -> Script {
    let (mut roots, mut in_first) = (HashMap::new(), Vec::new());
    let (mut blocks, lengths) = (Vec::new(), (1..).zip(LENGTHS));
    for (person, length) in lengths {
        let node = node();
        let mut see = |node: &Node| {
            let view = node.view().expect("a view");
            roots.insert(view.tip().expect("a tip").id, view.root().expect("a root"));
        };
        see(&node);
        if person == 1 {
            let ids = (0..IN_FIRST).map(|sequence| node.submit_transaction(pay(sequence, nobody(8), 1)));
            in_first = ids.collect::<Result<_, _>>().expect("they wait");
        }
        for _ in 0..length {
            blocks.extend(mine(&node, nobody(person), 1));
            see(&node);
        }
    }
    let transactions = (IN_FIRST..IN_FIRST + 9).map(|sequence| pay(sequence, nobody(9), 1)).collect();
    Script { blocks, transactions, in_first, roots }
}

/// What a node answered before it stopped.
#[derive(Debug, Default)]
pub(crate) struct Answered {
    pub(crate) tip: Option<[u8; 32]>,
    pub(crate) height: u32,
    pub(crate) transactions: Vec<[u8; 32]>,
    pub(crate) failure: Option<NodeError>,
}

/// Opens what is left, and looks whether it is what it should be. Why not, if not.
pub(crate) fn look(
    script: &Script,
    open: impl Fn() -> Result<Storage, String>,
    answered: &Answered,
) -> Result<Height, String> {
    let said = |error: &dyn std::fmt::Display| error.to_string();
    let node = Node::start(Settings::new(open()?, engine())).map_err(|error| said(&error))?;
    let view = node.view().map_err(|error| said(&error))?;
    let tip = view.tip().map_err(|error| said(&error))?;
    if script.roots.get(&tip.id) != Some(&view.root().map_err(|error| said(&error))?) {
        return Err(format!("the state is not that of a block: {}", tip.height.0));
    }
    if let Some(id) = answered.tip {
        let known = view.header(&id).map_err(|error| said(&error))?;
        if known.is_none() || tip.height.0 < answered.height {
            return Err("a block that was answered is lost".to_owned());
        }
    }
    for id in &answered.transactions {
        let waits = node.waiting_transaction(*id).map_err(|error| said(&error))?.is_some();
        if !waits && view.place(id).map_err(|error| said(&error))?.is_none() {
            return Err("a transaction that was answered is lost".to_owned());
        }
    }
    drop(view);
    node.stop();
    drop(node);
    repair::check(&mut open()?, &mut |_| {}).map(drop).map_err(|error| said(&error))?;
    Ok(tip.height)
}
