//! What a block changed, and what was there before.

use borsh::{BorshDeserialize, BorshSerialize};

use super::Table;

/// A row that is written, or removed.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Change {
    /// Of which table.
    pub table: Table,
    /// Which row.
    pub key: Vec<u8>,
    /// Its bytes; `None`: it is removed.
    pub value: Option<Vec<u8>>,
}

/// What takes a block back: every row that it changed, as it was before.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Undo {
    /// The block, which must be the last one when it is undone.
    pub block: [u8; 32],
    /// What was before.
    pub before: Vec<Change>,
}
