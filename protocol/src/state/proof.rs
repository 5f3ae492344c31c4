//! That a row is in a state, or that there is none: what somebody without the state checks against its root.

use std::io;

use borsh::{BorshDeserialize, BorshSerialize};
use jmt::RootHash;
use jmt::proof::SparseMerkleProof;

use super::Table;
use super::tree::{StateHasher, key_hash};
use crate::encoding::limits;

/// A proof about one row.
#[derive(Clone, Debug, PartialEq)]
pub struct StateProof(SparseMerkleProof<StateHasher>);

/// What a proof is asked to show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence<'a> {
    /// That the row has these bytes.
    Is(&'a [u8]),
    /// That there is no such row.
    IsNot,
}

impl StateProof {
    pub(super) fn new(proof: SparseMerkleProof<StateHasher>) -> StateProof {
        StateProof(proof)
    }

    /// Whether it shows that of a state with this root.
    pub fn shows(&self, root: &[u8; 32], table: Table, key: &[u8], presence: Presence<'_>) -> bool {
        let (root, key) = (RootHash(*root), key_hash(table, key));
        let shown = match presence {
            Presence::Is(value) => self.0.verify_existence(root, key, value),
            Presence::IsNot => self.0.verify_nonexistence(root, key),
        };
        table.is_committed() && shown.is_ok()
    }
}

impl BorshSerialize for StateProof {
    fn serialize<W: io::Write>(&self, writer: &mut W) -> io::Result<()> {
        self.0.serialize(writer)
    }
}

/// The most bytes of a proof: a leaf, and at each level a node of two hashes.
const BYTES_MAX: u64 = 1 + 64 + 4 + limits::STATE_BRANCH as u64 * 65;

impl BorshDeserialize for StateProof {
    fn deserialize_reader<R: io::Read>(reader: &mut R) -> io::Result<StateProof> {
        SparseMerkleProof::deserialize_reader(&mut io::Read::take(reader, BYTES_MAX)).map(StateProof)
    }
}
