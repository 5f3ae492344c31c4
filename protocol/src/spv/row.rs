//! What stands in a row of a state, or that there is none.

use borsh::{BorshDeserialize, BorshSerialize};

use super::{HeaderChain, Part, RootProof, ShownRoot, bytes, require};
use crate::Error;
use crate::encoding::{List, decode, encode};
use crate::reason::SpvFault;
use crate::state::{Presence, Row, StateProof, Store, StoreError, Table, prove};
use crate::value::Height;

/// Bytes of a row's key, at most: the longest has 65.
pub const KEY_BYTES_MAX: u32 = 128;
/// Bytes of a row, at most: the longest, a claim's held shares, has 2,580.
pub const ROW_BYTES_MAX: u32 = 4_096;

/// What stands in a row, with the way to the state's root. Which row it is the verifier says.
#[derive(Clone, Debug, PartialEq, BorshSerialize, BorshDeserialize)]
pub struct RowProof {
    value: Option<List<u8, ROW_BYTES_MAX>>,
    proof: StateProof,
}

impl RowProof {
    /// That of a row of the state after the last block, whose height this is.
    ///
    /// # Errors
    /// When the state cannot be read.
    pub fn of(store: &impl Store, height: Height, table: Table, key: &[u8]) -> Result<RowProof, StoreError> {
        let (value, proof) = prove(store, height, table, key)?;
        let value = value.map(|value| List::new("a row", value)).transpose();
        Ok(RowProof { value: value.map_err(|error| StoreError(error.to_string()))?, proof })
    }

    /// The same, of a row by its type.
    ///
    /// # Errors
    /// When the state cannot be read.
    pub fn of_row<R: Row>(store: &impl Store, height: Height, key: &R::Key) -> Result<RowProof, StoreError> {
        RowProof::of(store, height, R::TABLE, &encode(key))
    }

    /// What stands in the row of that key, in the state of that root; `None`: there is no such row.
    ///
    /// # Errors
    /// [`Error::Spv`] with [`SpvFault::Row`].
    pub fn verify(&self, root: &[u8; 32], table: Table, key: &[u8]) -> Result<Option<&[u8]>, Error> {
        let value = self.value.as_ref().map(List::as_slice);
        let presence = value.map_or(Presence::IsNot, Presence::Is);
        require(self.proof.shows(root, table, key, presence), SpvFault::Row, Part::Row(table))?;
        Ok(value)
    }

    /// The same, of a row by its type.
    ///
    /// # Errors
    /// The same, and [`SpvFault::Forged`] when what stands there is no such row.
    pub fn verify_row<R: Row>(&self, root: &[u8; 32], key: &R::Key) -> Result<Option<R>, Error> {
        let value = self.verify(root, R::TABLE, &encode(key))?;
        let row = value.map(|bytes| decode("a row", bytes)).transpose();
        row.map_err(|_| Error::Spv { fault: SpvFault::Forged, part: Part::Row(R::TABLE) })
    }
}

/// A row of a state that headers show: all that somebody with the headers needs.
#[derive(Clone, Debug, PartialEq, BorshSerialize, BorshDeserialize)]
pub struct StateEntry {
    /// The state's root.
    pub root: RootProof,
    /// Of which table.
    pub table: Table,
    /// Which row.
    pub key: List<u8, KEY_BYTES_MAX>,
    /// What stands there.
    pub row: RowProof,
}

bytes!(StateEntry, "a row of a state");

impl StateEntry {
    /// The state's root, and what stands in the row; `None`: there is no such row.
    ///
    /// # Errors
    /// [`Error::Spv`] with [`SpvFault::Height`], [`SpvFault::Branch`] or [`SpvFault::Row`].
    pub fn verify(&self, chain: &HeaderChain) -> Result<(ShownRoot, Option<&[u8]>), Error> {
        let root = self.root.verify(chain)?;
        Ok((root, self.row.verify(&root.root, self.table, self.key.as_slice())?))
    }
}
