//! The state: what a chain of blocks made true. Rows of tables, behind a small trait that a map in memory implements here,
//! and a database elsewhere; the changes of a block, and how they are undone; the root that commits to all rows.

mod change;
mod memory;
mod proof;
pub mod row;
mod tree;
mod view;

use std::fmt;

use borsh::{BorshDeserialize, BorshSerialize};

pub use self::change::{Change, Undo};
pub use self::memory::Memory;
pub use self::proof::{Presence, StateProof};
pub use self::row::{Row, Table};
pub(crate) use self::tree::{commit, root};
pub use self::tree::{prove, root_of};
pub(crate) use self::view::View;
use crate::encoding::{decode, encode};

/// Where rows are kept.
pub trait Store {
    /// The bytes of a row, if there is one.
    ///
    /// # Errors
    /// When it cannot be read.
    fn get(&self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError>;

    /// Makes changes: all of them or none. No row is changed twice.
    ///
    /// # Errors
    /// When they cannot be written; then none is.
    fn write(&mut self, changes: &[Change]) -> Result<(), StoreError>;
}

/// A row of a store.
///
/// # Errors
/// When it cannot be read, or is damaged.
pub fn read<R: Row>(store: &impl Store, key: &R::Key) -> Result<Option<R>, StoreError> {
    let bytes = store.get(R::TABLE, &encode(key))?;
    bytes.map(|bytes| row(&bytes)).transpose()
}

/// The row of these bytes.
///
/// # Errors
/// When they are damaged.
pub fn row<R: Row>(bytes: &[u8]) -> Result<R, StoreError> {
    decode("a row", bytes).map_err(|error| StoreError(format!("{:?}: {error}", R::TABLE)))
}

/// A store that failed: nothing that the rules can mend.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct StoreError(pub String);

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the state cannot be read or written: {}", self.0)
    }
}

impl std::error::Error for StoreError {}
