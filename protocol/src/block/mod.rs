//! Blocks: a header, and the transactions that its Merkle root stands for.
//!
//! A block's bytes are framed as Bitcoin's are: the header's 80, the number of transactions as a CompactSize, and each
//! transaction's bytes, so that what miners send can be taken as it is.

mod coinbase;
pub mod merkle;
mod reward;

use borsh::BorshDeserialize as _;
use gridnet_core::proof::header::{HEADER_BYTES, Header};

pub use self::coinbase::{Coinbase, EXTRANONCE_BYTES};
pub use self::reward::{SUPPLY, reward, rewarded};
use crate::Error;
use crate::encoding::encode;
use crate::transaction::Transaction;

/// The most weight of a block: of all its transactions, the coinbase included.
pub const WEIGHT_MAX: u64 = 1 << 21;
/// The most bytes of a block: a byte weighs one.
const BYTES_MAX: usize = HEADER_BYTES + 9 + WEIGHT_MAX as usize;

const WHAT: &str = "a block";

/// A block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// What is hashed.
    pub header: Header,
    /// The coinbase and what it is paid for.
    pub transactions: Vec<Transaction>,
}

impl Block {
    /// Its id: SHA-256d of the header.
    pub fn id(&self) -> [u8; 32] {
        self.header.id()
    }

    /// The root over its transactions, and whether another list could have the same root. `None`: it has none.
    pub fn merkle_root(&self) -> Option<([u8; 32], bool)> {
        let ids: Vec<_> = self.transactions.iter().map(Transaction::id).collect();
        (!ids.is_empty()).then(|| merkle::root(&ids))
    }

    /// Its bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = self.header.to_bytes().to_vec();
        compact_size(self.transactions.len() as u64, &mut bytes);
        self.transactions.iter().for_each(|transaction| bytes.extend(encode(transaction)));
        bytes
    }

    /// The block of these bytes, all of which it must be.
    ///
    /// # Errors
    /// [`Error::Encoding`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Block, Error> {
        let refused = |why: String| Error::Encoding { what: WHAT, why };
        if bytes.len() > BYTES_MAX {
            return Err(refused(format!("{} bytes are more than any block has", bytes.len())));
        }
        let (header, mut rest) =
            bytes.split_first_chunk().ok_or_else(|| refused("it ends within its header".to_owned()))?;
        let count =
            read_compact_size(&mut rest).ok_or_else(|| refused("how many transactions".to_owned()))?;
        let (mut transactions, mut weight) = (Vec::new(), 0u64);
        for number in 0..count {
            // Memory grows with what is really there: an absurd number ends at the first that is missing.
            let before = rest.len();
            let read = Transaction::deserialize(&mut rest);
            let transaction = read.map_err(|error| refused(format!("transaction {number}: {error}")))?;
            weight = weight.saturating_add(transaction.cost().weight(before - rest.len()));
            if weight > WEIGHT_MAX {
                return Err(refused(format!("with transaction {number} it weighs more than {WEIGHT_MAX}")));
            }
            transactions.push(transaction);
        }
        if !rest.is_empty() {
            return Err(refused(format!("{} bytes follow its last transaction", rest.len())));
        }
        Ok(Block { header: Header::from_bytes(header), transactions })
    }
}

/// Writes a number as Bitcoin does: in as few of 1, 3, 5 or 9 bytes as it fits.
fn compact_size(number: u64, out: &mut Vec<u8>) {
    let bytes = number.to_le_bytes();
    match number {
        0..=0xfc => out.push(bytes[0]),
        0xfd..=0xffff => {
            out.push(0xfd);
            out.extend(&bytes[..2]);
        }
        0x1_0000..=0xffff_ffff => {
            out.push(0xfe);
            out.extend(&bytes[..4]);
        }
        _ => {
            out.push(0xff);
            out.extend(bytes);
        }
    }
}

/// Reads one, and nothing that could be written shorter.
fn read_compact_size(bytes: &mut &[u8]) -> Option<u64> {
    let (&first, rest) = bytes.split_first()?;
    let (count, least) = match first {
        0xfd => (2, 0xfd),
        0xfe => (4, 0x1_0000),
        0xff => (8, 0x1_0000_0000),
        small => {
            *bytes = rest;
            return Some(small.into());
        }
    };
    let (number, rest) = rest.split_at_checked(count)?;
    let mut whole = [0; 8];
    whole[..count].copy_from_slice(number);
    *bytes = rest;
    Some(u64::from_le_bytes(whole)).filter(|&number| number >= least)
}

#[cfg(test)]
mod tests;
