//! Reading what is kept of blocks, in a snapshot or in one with changes over it.

use borsh::BorshDeserialize;
use gridnet_core::proof::header::Header;
use gridnet_protocol::Network;
use gridnet_protocol::block::Block;
use gridnet_protocol::encoding::decode;
use gridnet_protocol::ledger::genesis;
use gridnet_protocol::state::Undo;
use gridnet_protocol::state::row::Tip;
use gridnet_protocol::value::Height;

use super::record::{BlockId, HeaderRecord, Place, height_key};
use crate::storage::{Read, Space, StorageError};

/// Times that the median of the last blocks is of.
const TIMES: usize = 11;

/// What is read of a kept value.
fn kept<T: BorshDeserialize>(what: &'static str, bytes: Option<Vec<u8>>) -> Result<Option<T>, StorageError> {
    let decoded = bytes.map(|bytes| decode(what, &bytes)).transpose();
    decoded.map_err(|error| StorageError::Damaged(error.to_string()))
}

/// What is missing that must be there.
fn gone(what: &str, id: &BlockId) -> StorageError {
    StorageError::Damaged(format!("block {}: {what} is missing", hex::encode(id)))
}

/// Blocks by id, height and transaction.
pub(crate) trait Index: Read {
    fn header(&self, id: &BlockId) -> Result<Option<HeaderRecord>, StorageError> {
        let record: Option<HeaderRecord> = kept("what is known of a block", self.get(Space::Headers, id)?)?;
        // Headers lead to those before them; one that is not its own could lead in circles.
        match record {
            Some(record) if record.header().id() != *id => Err(StorageError::Damaged(format!(
                "what is known of block {} is of another",
                hex::encode(id)
            ))),
            record => Ok(record),
        }
    }

    fn known_header(&self, id: &BlockId) -> Result<HeaderRecord, StorageError> {
        self.header(id)?.ok_or_else(|| gone("its header", id))
    }

    fn block(&self, id: &BlockId) -> Result<Option<Block>, StorageError> {
        let block = self.get(Space::Blocks, id)?.map(|bytes| Block::from_bytes(&bytes)).transpose();
        block.map_err(|error| StorageError::Damaged(error.to_string()))
    }

    fn known_block(&self, id: &BlockId) -> Result<Block, StorageError> {
        self.block(id)?.ok_or_else(|| gone("its body", id))
    }

    fn undo(&self, id: &BlockId) -> Result<Option<Undo>, StorageError> {
        kept("what takes a block back", self.get(Space::Undo, id)?)
    }

    fn known_undo(&self, id: &BlockId) -> Result<Undo, StorageError> {
        self.undo(id)?.ok_or_else(|| gone("what takes it back", id))
    }

    fn id_at(&self, height: Height) -> Result<Option<BlockId>, StorageError> {
        kept("a block's id", self.get(Space::Heights, &height_key(height))?)
    }

    fn is_on_chain(&self, record: &HeaderRecord, id: &BlockId) -> Result<bool, StorageError> {
        Ok(self.id_at(record.height)?.as_ref() == Some(id))
    }

    fn place(&self, transaction: &[u8; 32]) -> Result<Option<Place>, StorageError> {
        kept("a transaction's place", self.get(Space::Transactions, transaction)?)
    }

    /// The blocks after a block, at most so many.
    fn children(&self, id: &BlockId, limit: usize) -> Result<Vec<BlockId>, StorageError> {
        let entries = self.entries(Space::Children, id, &[], limit)?;
        let child = |(key, _): (Vec<u8>, Vec<u8>)| key[id.len()..].try_into();
        let children = entries.into_iter().map(child).collect::<Result<_, _>>();
        children.map_err(|_| StorageError::Damaged("a block's child has no id".to_owned()))
    }

    /// What a block is as the last one of its chain.
    fn tip_at(&self, network: Network, id: &BlockId, record: &HeaderRecord) -> Result<Tip, StorageError> {
        let first = genesis(network).header;
        let (mut times, mut header) = (Vec::with_capacity(TIMES), record.header());
        times.push(header.time);
        while times.len() < TIMES && times.len() <= record.height.0 as usize {
            header = Header::from_bytes(&self.known_header(&header.previous)?.header);
            times.push(header.time);
        }
        times.reverse();
        Ok(Tip {
            height: record.height,
            id: *id,
            time: record.header().time,
            first: first.id(),
            first_time: first.time,
            times,
            work: record.work,
        })
    }
}

impl<R: Read + ?Sized> Index for R {}
