//! Changes over a snapshot, until they are committed together.

use std::collections::BTreeMap;
use std::ops::Bound;

use gridnet_protocol::state::{Change, Store, StoreError, Table};

use super::snapshot::{Entry, Read, state_key};
use super::{Snapshot, Space, StorageError};

/// The changes of a space: values, and `None` where something is removed.
type Changes = BTreeMap<Vec<u8>, Option<Vec<u8>>>;

/// A snapshot with changes over it: what is put here is read here, and nowhere else until it is committed.
#[derive(Debug)]
pub struct Overlay {
    snapshot: Snapshot,
    changes: BTreeMap<Space, Changes>,
    bytes: usize,
}

impl Overlay {
    /// Nothing changed yet.
    pub fn new(snapshot: Snapshot) -> Overlay {
        Overlay { snapshot, changes: BTreeMap::new(), bytes: 0 }
    }

    /// Puts a value.
    pub fn put(&mut self, space: Space, key: Vec<u8>, value: Vec<u8>) {
        self.set(space, key, Some(value));
    }

    /// Removes a value.
    pub fn remove(&mut self, space: Space, key: Vec<u8>) {
        self.set(space, key, None);
    }

    fn set(&mut self, space: Space, key: Vec<u8>, value: Option<Vec<u8>>) {
        self.bytes += key.len() + value.as_ref().map_or(0, Vec::len);
        self.changes.entry(space).or_default().insert(key, value);
    }

    /// Whether nothing was changed.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// Bytes that were put and removed, those too that were replaced since.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// All changes.
    pub(super) fn changes(&self) -> impl Iterator<Item = (Space, &Changes)> {
        self.changes.iter().map(|(space, changes)| (*space, changes))
    }
}

impl Read for Overlay {
    fn get(&self, space: Space, key: &[u8]) -> Result<Option<Vec<u8>>, StorageError> {
        match self.changes.get(&space).and_then(|changes| changes.get(key)) {
            Some(value) => Ok(value.clone()),
            None => Read::get(&self.snapshot, space, key),
        }
    }

    fn entries(
        &self,
        space: Space,
        prefix: &[u8],
        from: &[u8],
        limit: usize,
    ) -> Result<Vec<Entry>, StorageError> {
        let start = prefix.max(from);
        let changed = self.changes.get(&space);
        let mut merged: Changes = changed
            .into_iter()
            .flat_map(|changes| changes.range::<[u8], _>((Bound::Included(start), Bound::Unbounded)))
            .take_while(|(key, _)| key.starts_with(prefix))
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect();
        // As many more as can be removed again.
        let more = limit.saturating_add(merged.len());
        for (key, value) in self.snapshot.entries(space, prefix, from, more)? {
            merged.entry(key).or_insert(Some(value));
        }
        let there = merged.into_iter().filter_map(|(key, value)| Some((key, value?)));
        Ok(there.take(limit).collect())
    }

    fn last(&self, space: Space) -> Result<Option<Entry>, StorageError> {
        let Some(changes) = self.changes.get(&space) else { return self.snapshot.last(space) };
        let changed = changes.iter().rev().find_map(|(key, value)| Some((key.clone(), value.clone()?)));
        let kept = self.snapshot.last_that(space, |key| changes.get(key) != Some(&None))?;
        // Where both have the key, the change comes second and is taken.
        Ok(kept.into_iter().chain(changed).max_by(|one, other| one.0.cmp(&other.0)))
    }
}

/// The ledger with the changes that were made to it.
impl Store for Overlay {
    fn get(&self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(Read::get(self, Space::State, &state_key(table, key))?)
    }

    fn write(&mut self, changes: &[Change]) -> Result<(), StoreError> {
        for Change { table, key, value } in changes {
            self.set(Space::State, state_key(*table, key), value.clone());
        }
        Ok(())
    }
}
