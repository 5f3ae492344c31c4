//! The root that commits to every row: a Jellyfish Merkle tree (crate `jmt`), whose nodes are rows of a table of their own,
//! so that undoing a block brings the old tree back with the old rows.

use anyhow::anyhow;
use gridnet_core::Hasher;
use jmt::storage::{LeafNode, Node, NodeKey, TreeReader};
use jmt::{JellyfishMerkleTree, KeyHash, OwnedValue, SimpleHasher, Version};

use super::view::Place;
use super::{Memory, StateProof, Store, StoreError, Table, View};
use crate::encoding::{decode, encode};
use crate::tagged::Tag;
use crate::value::Height;

/// The tree's hash.
#[derive(Clone)]
pub(super) struct StateHasher(Hasher);

impl SimpleHasher for StateHasher {
    fn new() -> StateHasher {
        StateHasher(Tag::STATE.hasher())
    }

    fn update(&mut self, data: &[u8]) {
        self.0.update(data);
    }

    fn finalize(self) -> [u8; 32] {
        self.0.finish()
    }
}

/// Where a row stands in the tree.
pub(super) fn key_hash(table: Table, key: &[u8]) -> KeyHash {
    KeyHash(Tag::STATE_KEY.hash(&[&[table as u8], key]))
}

/// The tree's nodes as a store has them, and the one value that is asked for.
struct Nodes<'a, S> {
    store: &'a S,
    value: Option<Vec<u8>>,
}

impl<S: Store> TreeReader for Nodes<'_, S> {
    fn get_node_option(&self, key: &NodeKey) -> anyhow::Result<Option<Node>> {
        let bytes = self.store.get(Table::Nodes, &encode(key))?;
        Ok(bytes.map(|bytes| decode("a node of the state", &bytes)).transpose()?)
    }

    fn get_value_option(&self, _: Version, _: KeyHash) -> anyhow::Result<Option<OwnedValue>> {
        Ok(self.value.clone())
    }

    fn get_rightmost_leaf(&self) -> anyhow::Result<Option<(NodeKey, LeafNode)>> {
        Err(anyhow!("trees are not restored from their leaves"))
    }
}

fn failed(error: anyhow::Error) -> StoreError {
    StoreError(format!("the tree over the state: {error:#}"))
}

/// Brings the tree up to what a view changed, as the state after the block of a height.
pub(crate) fn commit<S: Store>(view: &mut View<'_, S>, height: Height) -> Result<(), StoreError> {
    let version = Version::from(height.0);
    let changes: Vec<(KeyHash, Option<Vec<u8>>)> = view
        .changed()
        .filter(|((table, _), _)| table.is_committed())
        .map(|((table, key), cell)| (key_hash(*table, key), cell.now.clone()))
        .collect();
    let nodes = Nodes { store: view.store(), value: None };
    let tree = JellyfishMerkleTree::<_, StateHasher>::new(&nodes);
    let (_, update) = tree.put_value_set(changes, version).map_err(failed)?;
    let place = |key: &NodeKey| -> Place { (Table::Nodes, encode(key)) };
    for stale in &update.stale_node_index_batch {
        view.set(place(&stale.node_key), None)?;
    }
    for (key, node) in update.node_batch.nodes() {
        view.set(place(key), Some(encode(node)))?;
    }
    Ok(())
}

/// The root of the state after the block of a height, which is the last one.
///
/// # Errors
/// When it cannot be read.
pub(crate) fn root(store: &impl Store, height: Height) -> Result<[u8; 32], StoreError> {
    let nodes = Nodes { store, value: None };
    let tree = JellyfishMerkleTree::<_, StateHasher>::new(&nodes);
    tree.get_root_hash(height.0.into()).map(|root| root.0).map_err(failed)
}

/// The root over these rows, computed from them alone: what a state's own root is held against by whoever doubts its tree.
///
/// # Errors
/// When there are no rows: no state has none.
pub fn root_of(rows: impl IntoIterator<Item = (Table, Vec<u8>, Vec<u8>)>) -> Result<[u8; 32], StoreError> {
    let leaves = rows.into_iter().filter(|(table, ..)| table.is_committed());
    let leaves: Vec<_> = leaves.map(|(table, key, value)| (key_hash(table, &key), Some(value))).collect();
    let nothing = Nodes { store: &Memory::default(), value: None };
    let tree = JellyfishMerkleTree::<_, StateHasher>::new(&nothing);
    tree.put_value_set(leaves, 0).map(|(root, _)| root.0).map_err(failed)
}

/// Proves that a row is there with what stands in it, or that there is none, in the state after the last block, whose height
/// this is.
///
/// # Errors
/// When the state cannot be read.
pub fn prove(
    store: &impl Store,
    height: Height,
    table: Table,
    key: &[u8],
) -> Result<(Option<Vec<u8>>, StateProof), StoreError> {
    let value = store.get(table, key)?;
    let nodes = Nodes { store, value };
    let tree = JellyfishMerkleTree::<_, StateHasher>::new(&nodes);
    let (found, proof) = tree.get_with_proof(key_hash(table, key), height.0.into()).map_err(failed)?;
    Ok((found, StateProof::new(proof)))
}
