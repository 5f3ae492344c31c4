//! Proofs by headers: what somebody without the ledger can check of it.
//!
//! A [`HeaderChain`] is a chain of headers from a block that the verifier trusts, with all their work. Under it stand a
//! transaction ([`TransactionProof`]), the root of a state ([`RootProof`]) and, under that, what stands in a row or that there
//! is none ([`RowProof`], [`StateEntry`]). A block says what the state was *before* it, so a state is shown by the block after.
//! An energy [`Receipt`](receipt::Receipt) joins all that is to be said about one contract.
//!
//! Headers show work. That transactions are good, and that the root is that of the state, nobody checks here: whoever did that
//! work did, or wasted it. How many blocks are on top (the *depth*) says how much work would have been wasted.

mod headers;
mod inclusion;
pub mod receipt;
mod root;
mod row;

use std::fmt;

pub use self::headers::{Checkpoint, HEADERS_MAX, HeaderChain, Headers};
pub use self::inclusion::TransactionProof;
pub use self::root::{RootProof, ShownRoot};
pub use self::row::{KEY_BYTES_MAX, ROW_BYTES_MAX, RowProof, StateEntry};
use crate::Error;
use crate::reason::SpvFault;
use crate::state::Table;
use crate::value::Height;

/// Blocks on top that are asked for when nothing else is said.
pub const DEPTH: u32 = 6;

/// The part of a proof that something is wrong with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// All of it.
    Whole,
    /// The header of this height.
    Header(Height),
    /// The transaction.
    Transaction,
    /// The coinbase that names the state's root.
    Root,
    /// A row of this table.
    Row(Table),
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Part::Whole => f.write_str("the proof"),
            Part::Header(height) => write!(f, "header {}", height.0),
            Part::Transaction => f.write_str("the transaction"),
            Part::Root => f.write_str("the state's root"),
            Part::Row(table) => write!(f, "the row of {table:?}"),
        }
    }
}

/// A fault unless something holds.
fn require(holds: bool, fault: SpvFault, part: Part) -> Result<(), Error> {
    if holds { Ok(()) } else { Err(Error::Spv { fault, part }) }
}

/// The bytes of a value, and the value of such bytes.
macro_rules! bytes {
    ($name:ident, $what:literal) => {
        impl $name {
            /// Its encoding.
            pub fn to_bytes(&self) -> Vec<u8> {
                crate::encoding::encode(self)
            }

            /// The value of an encoding.
            ///
            /// # Errors
            /// [`Error::Encoding`](crate::Error::Encoding).
            pub fn from_bytes(bytes: &[u8]) -> Result<$name, crate::Error> {
                crate::encoding::decode($what, bytes)
            }
        }
    };
}
use bytes;
