//! A small database with one record spoiled, and a node on it: for fuzzing. Whatever stands in a record, a node says what is
//! wrong with it, or goes on; it never panics and never waits for ever.

use std::sync::{Arc, LazyLock};

use gridnet_core::Engine;
use gridnet_protocol::ledger::{regtest_key, sign_paying_least};
use gridnet_protocol::state::Table;
use gridnet_protocol::transaction::Action;
use gridnet_protocol::value::{Height, Units};
use gridnet_protocol::{Address, Network};

use crate::chain::PAGE_MAX;
use crate::guard::{FAULT, guard};
use crate::miner::Rolling;
use crate::node::{Node, NodeError, Settings};
use crate::repair;
use crate::storage::{Overlay, Read as _, Space, Storage};

const NETWORK: Network = Network::Regtest;

/// A record: where it is, its key, its value.
type Record = (Space, Vec<u8>, Vec<u8>);

/// What a node on a chain of a few blocks has kept, a block beside the chain and a waiting transaction among it.
struct Kept {
    engine: Arc<Engine>,
    records: Vec<Record>,
}

static KEPT: LazyLock<Kept> = LazyLock::new(|| {
    let engine = Engine::builder().device("cpu").threads(1).build().expect("the CPU's paths are good");
    let engine = Arc::new(engine);
    let storage = Storage::in_memory(NETWORK).expect("memory");
    let node = Node::start(Settings::new(storage.clone(), Arc::clone(&engine))).expect("an empty database");
    let beside = node.template(Address([9; 32])).expect("a template");
    for number in 0..4 {
        let action = Action::Transfer { to: Address([number; 32]), amount: Units(5) };
        let paid = sign_paying_least(NETWORK, &regtest_key(), number.into(), action).expect("a key signs");
        node.submit_transaction(paid).expect("it is good");
        if number < 3 {
            mine(&node, &engine, None);
        }
    }
    mine(&node, &engine, Some(beside));
    node.stop();
    let snapshot = storage.snapshot().expect("memory");
    let of = |space| {
        let entries = snapshot.entries(space, &[], &[], usize::MAX).expect("memory");
        entries.into_iter().map(move |(key, value)| (space, key, value))
    };
    Kept { engine, records: Space::ALL.into_iter().flat_map(of).collect() }
});

/// Mines a block.
fn mine(node: &Node, engine: &Engine, template: Option<crate::node::Template>) {
    let template = template.unwrap_or_else(|| node.template(Address([8; 32])).expect("a template"));
    let rolling = Rolling::new(template.block, template.function, template.target, 0);
    let found = rolling.search().with(|search| engine.search(search, &gridnet_core::Control::default()));
    let hit = found.expect("an engine").value.hits[0];
    node.submit_block(rolling.found(hit.message, hit.nonce)).expect("a good block");
}

/// How many records there are to spoil.
pub fn records() -> usize {
    KEPT.records.len()
}

/// Spoils a record, the one of the first two bytes' number: the next byte says how, the rest with what. Whether a node could
/// begin all the same.
///
/// # Panics
/// When a node does: that is what is looked for.
pub fn spoil(bytes: &[u8]) -> bool {
    let Some((&[low, high, how], with)) = bytes.split_first_chunk() else { return false };
    let number = usize::from(u16::from_le_bytes([low, high])) % KEPT.records.len();
    let storage = Storage::in_memory(NETWORK).expect("memory");
    let mut overlay = Overlay::new(storage.snapshot().expect("memory"));
    for (place, (space, key, value)) in KEPT.records.iter().enumerate() {
        match (place == number, how % 4) {
            (false, _) => overlay.put(*space, key.clone(), value.clone()),
            (true, 0) => {}
            (true, 1) => overlay.put(*space, key.clone(), with.to_vec()),
            (true, 2) => overlay.put(*space, with.to_vec(), value.clone()),
            (true, _) => overlay.put(*space, key.clone(), mixed(value, with)),
        }
    }
    storage.commit(&overlay).expect("memory");
    let looked = guard(|| repair::check_contents(&storage, &mut |_| {}));
    let looked = looked.unwrap_or_else(|why| panic!("a check: {why}"));
    good(&looked.map(drop));
    let node = match Node::start(Settings::new(storage, Arc::clone(&KEPT.engine))) {
        Ok(node) => node,
        error => {
            good(&error.map(drop));
            return false;
        }
    };
    read(&node);
    good(&node.template(Address([1; 32])).map(drop));
    node.stop();
    good(&node.failure().map_or(Ok(()), Err));
    true
}

/// A value with some of its bytes changed.
fn mixed(value: &[u8], with: &[u8]) -> Vec<u8> {
    let mut mixed = value.to_vec();
    for pair in with.as_chunks::<2>().0 {
        if !mixed.is_empty() {
            let place = usize::from(pair[0]) * 7 % mixed.len();
            mixed[place] ^= pair[1];
        }
    }
    mixed
}

/// Reads what can be read.
fn read(node: &Node) {
    let Ok(view) = node.view() else { return };
    let _ = view.tips();
    for height in 0..5 {
        if let Ok(Some(id)) = view.id_at(Height(height))
            && let Ok(Some(block)) = view.block(&id)
        {
            let _ = view.header(&id);
            block.transactions.iter().for_each(|transaction| drop(view.transaction(&transaction.id())));
        }
    }
    for table in Table::ALL {
        let _ = view.rows(table, &[], PAGE_MAX);
    }
}

/// Nothing panicked on the way.
fn good(ended: &Result<(), NodeError>) {
    if let Err(NodeError::Failed(why)) = ended {
        assert!(!why.contains(FAULT), "{why}");
    }
}
