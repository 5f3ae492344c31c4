//! Reading the database as it was at a moment.

use std::fmt;

use gridnet_protocol::state::{Change, Store, StoreError, Table};
use redb::{ReadOnlyTable, ReadTransaction};

use super::{Space, StorageError};

/// A key and its value.
pub type Entry = (Vec<u8>, Vec<u8>);

/// What can be read: a snapshot, or one with changes over it.
pub trait Read {
    /// The value of a key.
    ///
    /// # Errors
    /// When the disk fails.
    fn get(&self, space: Space, key: &[u8]) -> Result<Option<Vec<u8>>, StorageError>;

    /// The first `limit` entries from a key on, ascending, as long as keys begin with `prefix`.
    ///
    /// # Errors
    /// When the disk fails.
    fn entries(
        &self,
        space: Space,
        prefix: &[u8],
        from: &[u8],
        limit: usize,
    ) -> Result<Vec<Entry>, StorageError>;

    /// The entry with the largest key.
    ///
    /// # Errors
    /// When the disk fails.
    fn last(&self, space: Space) -> Result<Option<Entry>, StorageError>;
}

/// The key of a row of the state.
pub(super) fn state_key(table: Table, key: &[u8]) -> Vec<u8> {
    let mut whole = Vec::with_capacity(1 + key.len());
    whole.push(table as u8);
    whole.extend(key);
    whole
}

/// The database as it was at a moment, whatever is written since.
pub struct Snapshot {
    /// In the order of [`Space::ALL`].
    tables: Vec<ReadOnlyTable<&'static [u8], &'static [u8]>>,
}

impl fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Snapshot").finish_non_exhaustive()
    }
}

impl Snapshot {
    pub(super) fn new(transaction: &ReadTransaction) -> Result<Snapshot, StorageError> {
        let open = |space: Space| transaction.open_table(space.table()).map_err(StorageError::disk);
        Ok(Snapshot { tables: Space::ALL.into_iter().map(open).collect::<Result<_, _>>()? })
    }

    fn table(&self, space: Space) -> &ReadOnlyTable<&'static [u8], &'static [u8]> {
        &self.tables[space as usize]
    }

    /// Shows every entry of a space whose key begins with `prefix`, until the visitor has seen enough.
    ///
    /// # Errors
    /// When the disk fails; what the visitor says.
    pub fn each<E: From<StorageError>>(
        &self,
        space: Space,
        prefix: &[u8],
        from: &[u8],
        mut visit: impl FnMut(&[u8], &[u8]) -> Result<bool, E>,
    ) -> Result<(), E> {
        let start = prefix.max(from);
        let range = self.table(space).range::<&[u8]>(start..).map_err(StorageError::disk)?;
        for entry in range {
            let (key, value) = entry.map_err(StorageError::disk)?;
            if !key.value().starts_with(prefix) || !visit(key.value(), value.value())? {
                break;
            }
        }
        Ok(())
    }

    /// The entry with the largest key of those that are wanted.
    pub(super) fn last_that(
        &self,
        space: Space,
        wanted: impl Fn(&[u8]) -> bool,
    ) -> Result<Option<Entry>, StorageError> {
        let range = self.table(space).range::<&[u8]>(..).map_err(StorageError::disk)?;
        for entry in range.rev() {
            let (key, value) = entry.map_err(StorageError::disk)?;
            if wanted(key.value()) {
                return Ok(Some((key.value().to_vec(), value.value().to_vec())));
            }
        }
        Ok(None)
    }

    /// How many entries a space has.
    ///
    /// # Errors
    /// When the disk fails.
    pub fn count(&self, space: Space) -> Result<u64, StorageError> {
        use redb::ReadableTableMetadata as _;
        self.table(space).len().map_err(StorageError::disk)
    }
}

impl Read for Snapshot {
    fn get(&self, space: Space, key: &[u8]) -> Result<Option<Vec<u8>>, StorageError> {
        let value = self.table(space).get(key).map_err(StorageError::disk)?;
        Ok(value.map(|value| value.value().to_vec()))
    }

    fn entries(
        &self,
        space: Space,
        prefix: &[u8],
        from: &[u8],
        limit: usize,
    ) -> Result<Vec<Entry>, StorageError> {
        let mut found = Vec::new();
        self.each(space, prefix, from, |key, value| {
            if found.len() == limit {
                return Ok::<_, StorageError>(false);
            }
            found.push((key.to_vec(), value.to_vec()));
            Ok(true)
        })?;
        Ok(found)
    }

    fn last(&self, space: Space) -> Result<Option<Entry>, StorageError> {
        self.last_that(space, |_| true)
    }
}

/// The ledger as a snapshot has it. It cannot be written.
impl Store for Snapshot {
    fn get(&self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(Read::get(self, Space::State, &state_key(table, key))?)
    }

    fn write(&mut self, _: &[Change]) -> Result<(), StoreError> {
        Err(StoreError("a snapshot is not written to".to_owned()))
    }
}
