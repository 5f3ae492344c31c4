//! A state in memory.

use std::collections::BTreeMap;

use super::{Change, Store, StoreError, Table};

/// Rows in a map. Two are equal when all their rows are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Memory {
    rows: BTreeMap<(Table, Vec<u8>), Vec<u8>>,
}

impl Memory {
    /// All rows of a table, by their keys.
    pub fn rows(&self, table: Table) -> impl Iterator<Item = (&[u8], &[u8])> {
        let rows = self.rows.range((table, Vec::new())..);
        rows.take_while(move |((of, _), _)| *of == table).map(|((_, key), value)| (&key[..], &value[..]))
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
}

impl Store for Memory {
    fn get(&self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.rows.get(&(table, key.to_vec())).cloned())
    }

    fn write(&mut self, changes: &[Change]) -> Result<(), StoreError> {
        for Change { table, key, value } in changes {
            let place = (*table, key.clone());
            match value {
                Some(value) => self.rows.insert(place, value.clone()),
                None => self.rows.remove(&place),
            };
        }
        Ok(())
    }
}
