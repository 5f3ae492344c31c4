//! Blocks: first ones, Merkle trees, rewards, bytes that are none.

use gridnet_protocol::Address;
use gridnet_protocol::Network;
use gridnet_protocol::block::{Block, Coinbase, EXTRANONCE_BYTES, merkle, reward};
use gridnet_protocol::encoding::encode;
use gridnet_protocol::ledger::genesis;
use gridnet_protocol::transaction::Transaction;
use gridnet_protocol::value::{Height, Units};
use serde_json::{Value, json};

use super::story::Story;
use super::{hexed, long};
use crate::world::secret;

pub(super) fn blocks(story: &Story<'_>) -> Value {
    json!({
        "first": Network::ALL.iter().map(first).collect::<Vec<_>>(),
        "trees": trees(),
        "branches": branches(),
        "coinbases": coinbases(),
        "rewards": rewards(),
        "framing": framing(story),
    })
}

fn first(network: &Network) -> Value {
    let block = genesis(*network);
    json!({
        "name": network.name(),
        "network": network.name(),
        "block": hexed(block.to_bytes()),
        "id": hexed(block.id()),
        "proof": hexed(network.parameters().proof_of_work.hash(&block.header.to_bytes())),
    })
}

fn leaves(count: usize) -> Vec<[u8; 32]> {
    (0..count).map(|place| secret(&format!("leaf {place}"))).collect()
}

/// Trees of all shapes, and lists that another list has the root of.
fn trees() -> Vec<Value> {
    let mut lists: Vec<(String, Vec<[u8; 32]>)> =
        [1, 2, 3, 4, 5, 6, 7, 8, 9, 13, 33].map(|count| (format!("{count} leaves"), leaves(count))).to_vec();
    for (count, again) in [(1, 1), (3, 1), (5, 1), (6, 2), (7, 1)] {
        let mut list = leaves(count);
        list.extend_from_within(count - again..);
        lists.push((format!("{count} leaves, the last {again} again"), list));
    }
    let mut list = leaves(6);
    list[3] = list[1];
    lists.push(("two that are the same, and no neighbours".to_owned(), list));
    let entry = |(name, list): &(String, Vec<[u8; 32]>)| {
        let (root, mutated) = merkle::root(list);
        let leaves: Vec<Value> = list.iter().map(hexed).collect();
        json!({"name": name, "leaves": leaves, "root": hexed(root), "mutated": mutated})
    };
    lists.iter().map(entry).collect()
}

/// Branches of trees, and such as no tree has.
fn branches() -> Vec<Value> {
    let mut entries = Vec::new();
    let mut add = |name: String, leaf: [u8; 32], index: u32, branch: &[[u8; 32]]| {
        let list = merkle::Branch::new("a branch", branch.to_vec()).expect("not too long");
        let root = merkle::climb(&leaf, index, &list);
        let beside: Vec<Value> = branch.iter().map(hexed).collect();
        entries.push(json!({
            "name": name, "leaf": hexed(leaf), "index": index, "branch": beside, "root": root.map(hexed),
        }));
    };
    for count in [1, 2, 5, 7, 8] {
        let list = leaves(count);
        for place in [0, count / 2, count - 1] {
            let branch = merkle::branch(&list, place).expect("a leaf");
            add(format!("leaf {place} of {count}"), list[place], place as u32, branch.as_slice());
        }
    }
    let list = leaves(5);
    let branch = merkle::branch(&list, 4).expect("a leaf");
    add("the copy of the last leaf of five".to_owned(), list[4], 5, branch.as_slice());
    add("a place beyond the branch".to_owned(), list[4], 8, branch.as_slice());
    add("a branch that is too short".to_owned(), list[4], 4, &branch.as_slice()[..2]);
    add("another leaf".to_owned(), list[3], 4, branch.as_slice());
    entries
}

fn coinbases() -> Vec<Value> {
    let coinbase = |height, byte: u8, amount| Coinbase {
        height: Height(height),
        extranonce: std::array::from_fn::<_, EXTRANONCE_BYTES, _>(|place| byte.wrapping_add(place as u8)),
        payout: Address(secret(&format!("payout {height}"))),
        amount: Units(amount),
        state: secret(&format!("state {height}")),
    };
    let all = [coinbase(1, 0, 5_000_000_000), coinbase(u32::MAX, 250, u64::MAX)];
    let entry = |coinbase: &Coinbase| {
        let transaction = Transaction::Coinbase(*coinbase);
        json!({
            "name": format!("height {}", coinbase.height.0),
            "height": coinbase.height.0,
            "extranonce": hexed(coinbase.extranonce),
            "payout": hexed(coinbase.payout.0),
            "amount": long(coinbase.amount.0),
            "state": hexed(coinbase.state),
            "extranonce_offset": Coinbase::EXTRANONCE_OFFSET,
            "bytes": hexed(encode(&transaction)),
            "id": hexed(transaction.id()),
        })
    };
    all.iter().map(entry).collect()
}

fn rewards() -> Vec<Value> {
    const ERA: u32 = 1_051_200;
    let edges = (1..34).flat_map(|era| [era * ERA - 1, era * ERA]);
    let heights = [0, 1, 2].into_iter().chain(edges).chain([u32::MAX]);
    heights
        .map(|height| {
            let units = long(reward(Height(height)).0);
            json!({"name": format!("height {height}"), "height": height, "reward": units})
        })
        .collect()
}

/// Bytes, and whether they are a block's.
fn framing(story: &Story<'_>) -> Vec<Value> {
    // The largest of the first blocks: it has several transactions.
    let good = story.chain.blocks[1].0.to_bytes();
    let count = good[80];
    let mut entries = Vec::new();
    let mut add = |name: &str, bytes: Vec<u8>| {
        let block = Block::from_bytes(&bytes).ok();
        if let Some(block) = &block {
            assert_eq!(block.to_bytes(), bytes, "{name}");
        }
        let read = block.map(|block| {
            let weights = block.transactions.iter().map(Transaction::weight).sum::<u64>();
            json!({
                "id": hexed(block.id()),
                "merkle_root": hexed(block.merkle_root().expect("transactions").0),
                "transactions": block.transactions.len(),
                "weight": weights,
            })
        });
        entries.push(json!({"name": name, "bytes": hexed(bytes), "block": read}));
    };
    let counted = |count: &[u8]| [&good[..80], count, &good[81..]].concat();
    add("good", good.clone());
    add("a byte more", [&good[..], &[0]].concat());
    add("a byte short", good[..good.len() - 1].to_vec());
    add("nothing", Vec::new());
    add("half a header", good[..40].to_vec());
    add("a header alone", good[..80].to_vec());
    add("one transaction fewer than it says", counted(&[count + 1]));
    add("one transaction more than it says", counted(&[count - 1]));
    add("a number of three bytes where one is enough", counted(&[0xfd, count, 0]));
    add("a number of five bytes where one is enough", counted(&[0xfe, count, 0, 0, 0]));
    add("a number of nine bytes where one is enough", counted(&[0xff, count, 0, 0, 0, 0, 0, 0, 0]));
    add("as many as there can be", counted(&[0xff; 9]));
    entries
}
