//! The first transaction of a block: what its producer is paid, and what the state was before it.

use borsh::{BorshDeserialize, BorshSerialize};

use crate::Address;
use crate::value::{Height, Units};

/// Bytes of the extranonce: the first four are a server's, the others its miners'.
pub const EXTRANONCE_BYTES: usize = 4 + 8;

/// The first transaction of a block. Of its encoding the bytes before the extranonce and those after it stay as they are
/// while a miner changes it, so that mining servers can hand them out once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, BorshSerialize, BorshDeserialize)]
pub struct Coinbase {
    /// The block's height: no two blocks of a chain have the same coinbase.
    pub height: Height,
    /// Anything: more room for a search than a header has.
    pub extranonce: [u8; EXTRANONCE_BYTES],
    /// Who is paid.
    pub payout: Address,
    /// The reward and all fees, exactly.
    pub amount: Units,
    /// The root of the state after the block before.
    pub state: [u8; 32],
}

impl Coinbase {
    /// Where the extranonce begins in the transaction's encoding: after its kind and the height.
    pub const EXTRANONCE_OFFSET: usize = 1 + 4;
    /// What it takes of every block: its kind and its fields.
    pub const WEIGHT: u64 = 1 + 4 + EXTRANONCE_BYTES as u64 + 32 + 8 + 32;
}
