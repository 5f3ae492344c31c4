//! The root over the state, from its rows alone: a plain binary tree of key hashes, by the `blake2` crate.

use blake2::Blake2s256;
use blake2::digest::{CustomizedInit as _, Digest as _};
use gridnet_protocol::state::Memory;
use gridnet_tests::chain::TABLES;

fn hash(tag: &[u8; 8], parts: &[&[u8]]) -> [u8; 32] {
    let mut hasher = Blake2s256::new_customized(tag);
    parts.iter().for_each(|part| hasher.update(part));
    hasher.finalize().into()
}

/// The root that the next block's coinbase must name.
pub(super) fn root(memory: &Memory) -> [u8; 32] {
    let mut leaves: Vec<([u8; 32], [u8; 32])> = Vec::new();
    for table in TABLES {
        for (key, value) in memory.rows(table) {
            let key = hash(b"GN-stkey", &[&[table as u8], key]);
            let value = hash(b"GN-state", &[value]);
            leaves.push((key, hash(b"GN-state", &[b"JMT::LeafNode", &key, &value])));
        }
    }
    leaves.sort_unstable();
    subtree(&leaves, 0)
}

/// The subtree of leaves that agree on their first bits. One leaf alone is its own subtree.
fn subtree(leaves: &[([u8; 32], [u8; 32])], bit: usize) -> [u8; 32] {
    match leaves {
        [] => *b"SPARSE_MERKLE_PLACEHOLDER_HASH__",
        [(_, leaf)] => *leaf,
        _ => {
            let is_left = |(key, _): &([u8; 32], [u8; 32])| key[bit / 8] >> (7 - bit % 8) & 1 == 0;
            let (left, right) = leaves.split_at(leaves.partition_point(is_left));
            let (left, right) = (subtree(left, bit + 1), subtree(right, bit + 1));
            hash(b"GN-state", &[b"JMT::IntrnalNode", &left, &right])
        }
    }
}
