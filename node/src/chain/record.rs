//! What is kept of each block, and under which keys.

use borsh::{BorshDeserialize, BorshSerialize};
use gridnet_core::proof::header::{HEADER_BYTES, Header};
use gridnet_protocol::ledger::Rejection;
use gridnet_protocol::reason::Rejected;
use gridnet_protocol::value::Height;

/// A block's id.
pub type BlockId = [u8; 32];

/// What is known of a block by its header.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct HeaderRecord {
    /// The header's bytes.
    pub header: [u8; HEADER_BYTES],
    /// The block's height.
    pub height: Height,
    /// All work up to it, big-endian.
    pub work: [u8; 32],
    /// How many headers came before it: of two chains with the same work the first seen stays.
    pub seen: u64,
    /// What is there of its transactions.
    pub body: Body,
    /// Why it will never be taken.
    pub bad: Option<Bad>,
}

/// What is there of a block's transactions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
#[borsh(use_discriminant = true)]
#[repr(u8)]
pub enum Body {
    /// Nothing: only its header came.
    Missing = 0,
    /// They are kept, and some of a block before it are missing.
    Kept = 1,
    /// They are kept, and so are those of all blocks before it.
    Complete = 2,
}

/// Why a block will never be taken.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Bad {
    /// The number of the code.
    code: u8,
    /// In words.
    pub why: String,
}

impl Bad {
    pub(super) fn new(rejection: &Rejection) -> Bad {
        Bad { code: rejection.code as u8, why: rejection.to_string() }
    }

    /// A block before it will never be taken.
    pub(super) fn ancestor() -> Bad {
        Bad { code: Rejected::Previous as u8, why: "a block before it is bad".to_owned() }
    }

    /// The code.
    pub fn code(&self) -> Rejected {
        let found = Rejected::ALL.iter().copied().find(|code| *code as u8 == self.code);
        found.unwrap_or(Rejected::Previous)
    }

    pub(super) fn rejection(&self) -> Rejection {
        Rejection { code: self.code(), transaction: None, entry: None, detail: None }
    }
}

impl HeaderRecord {
    /// The header.
    pub fn header(&self) -> Header {
        Header::from_bytes(&self.header)
    }

    /// Under which its block stands among the candidates: of the same work, the first seen has the larger key.
    pub(super) fn candidate_key(&self) -> Vec<u8> {
        [self.work.as_slice(), &(u64::MAX - self.seen).to_be_bytes()].concat()
    }
}

/// Where on the chain a transaction stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Place {
    /// In which block.
    pub block: BlockId,
    /// The block's height.
    pub height: Height,
    /// As which of its transactions.
    pub index: u32,
}

/// Heights in an order that bytes have.
pub(super) fn height_key(height: Height) -> Vec<u8> {
    height.0.to_be_bytes().to_vec()
}

/// A block and one after it.
pub(super) fn child_key(parent: &BlockId, child: &BlockId) -> Vec<u8> {
    [*parent, *child].concat()
}
