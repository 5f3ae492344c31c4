//! Reading the chain as it was at a moment: for whoever shows it, serves it or exports it.

use gridnet_protocol::Network;
use gridnet_protocol::block::Block;
use gridnet_protocol::ledger::Ledger;
use gridnet_protocol::state::row::Tip;
use gridnet_protocol::state::{self, Row, StateProof, Table};
use gridnet_protocol::transaction::Transaction;
use gridnet_protocol::value::Height;

use super::record::{BlockId, Body, HeaderRecord, Place};
use super::{Index as _, Stop};
use crate::storage::{Entry, Read as _, Snapshot, Space, Storage, StorageError};

/// Rows or blocks that are given at a time.
pub const PAGE_MAX: usize = 1_000;

/// The chain as it was at a moment, whatever happens since.
#[derive(Debug)]
pub struct ChainView {
    network: Network,
    ledger: Ledger<Snapshot>,
}

/// The end of a chain of headers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChainTip {
    /// Its last block.
    pub id: BlockId,
    /// That one's height.
    pub height: Height,
    /// Blocks since it left the chain that the state is of.
    pub branch: u32,
    /// What it is.
    pub status: TipStatus,
}

/// What the end of a chain is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TipStatus {
    /// The state is of it.
    Active,
    /// All its bodies are there, and another has more work, or came first.
    Fork,
    /// Bodies are missing.
    Headers,
    /// It is bad.
    Bad,
}

impl ChainView {
    /// What is in the database now.
    ///
    /// # Errors
    /// [`Stop`]; a database that no node ever opened has no chain.
    pub fn new(storage: &Storage) -> Result<ChainView, Stop> {
        let network = storage.network();
        let snapshot = storage.snapshot()?;
        if state::read::<Tip>(&snapshot, &())?.is_none() {
            return Err(StorageError::Damaged("it holds no chain yet".to_owned()).into());
        }
        let ledger = Ledger::open(network, snapshot).map_err(Stop::Fault)?;
        Ok(ChainView { network, ledger })
    }

    /// The network.
    pub fn network(&self) -> Network {
        self.network
    }

    /// The state.
    pub fn ledger(&self) -> &Ledger<Snapshot> {
        &self.ledger
    }

    pub(crate) fn snapshot(&self) -> &Snapshot {
        self.ledger.store()
    }

    /// The last block.
    ///
    /// # Errors
    /// When the disk fails; so do all others here.
    pub fn tip(&self) -> Result<Tip, Stop> {
        Ok(self.ledger.tip()?)
    }

    /// The block of a height.
    ///
    /// # Errors
    /// When the disk fails.
    pub fn id_at(&self, height: Height) -> Result<Option<BlockId>, Stop> {
        Ok(self.snapshot().id_at(height)?)
    }

    /// What is known of a block, on the chain or beside it.
    ///
    /// # Errors
    /// When the disk fails.
    pub fn header(&self, id: &BlockId) -> Result<Option<HeaderRecord>, Stop> {
        Ok(self.snapshot().header(id)?)
    }

    /// A block, if its body is there.
    ///
    /// # Errors
    /// When the disk fails.
    pub fn block(&self, id: &BlockId) -> Result<Option<Block>, Stop> {
        Ok(self.snapshot().block(id)?)
    }

    /// Whether the state is of it, or of one after it.
    ///
    /// # Errors
    /// When the disk fails.
    pub fn is_on_chain(&self, id: &BlockId) -> Result<bool, Stop> {
        let Some(record) = self.header(id)? else { return Ok(false) };
        Ok(self.snapshot().is_on_chain(&record, id)?)
    }

    /// Where on the chain a transaction stands.
    ///
    /// # Errors
    /// When the disk fails.
    pub fn place(&self, transaction: &[u8; 32]) -> Result<Option<Place>, Stop> {
        Ok(self.snapshot().place(transaction)?)
    }

    /// A transaction of the chain.
    ///
    /// # Errors
    /// When the disk fails.
    pub fn transaction(&self, id: &[u8; 32]) -> Result<Option<(Place, Transaction)>, Stop> {
        let Some(place) = self.place(id)? else { return Ok(None) };
        let block = self.snapshot().known_block(&place.block)?;
        let transaction = block.transactions.into_iter().nth(place.index as usize);
        let gone = || StorageError::Damaged("a transaction is not where it should stand".to_owned());
        Ok(Some((place, transaction.ok_or_else(gone)?)))
    }

    /// A row of the state.
    ///
    /// # Errors
    /// When the disk fails.
    pub fn row<R: Row>(&self, key: &R::Key) -> Result<Option<R>, Stop> {
        Ok(self.ledger.row(key)?)
    }

    /// Rows of a table from a key on, ascending: at most [`PAGE_MAX`].
    ///
    /// # Errors
    /// When the disk fails.
    pub fn rows(&self, table: Table, from: &[u8], limit: usize) -> Result<Vec<Entry>, Stop> {
        let prefix = [table as u8];
        let from = [&prefix, from].concat();
        let rows = self.snapshot().entries(Space::State, &prefix, &from, limit.min(PAGE_MAX))?;
        Ok(rows.into_iter().map(|(key, value)| (key[1..].to_vec(), value)).collect())
    }

    /// Proves that a row is there, or that there is none, against the root that the block after the last one names.
    ///
    /// # Errors
    /// When the disk fails.
    pub fn prove(&self, table: Table, key: &[u8]) -> Result<(Option<Vec<u8>>, StateProof), Stop> {
        Ok(state::prove(self.snapshot(), self.tip()?.height, table, key)?)
    }

    /// The root over the state.
    ///
    /// # Errors
    /// When the disk fails.
    pub fn root(&self) -> Result<[u8; 32], Stop> {
        Ok(self.ledger.root()?)
    }

    /// The ends of all chains of headers, the one that the state is of first.
    ///
    /// # Errors
    /// When the disk fails.
    pub fn tips(&self) -> Result<Vec<ChainTip>, Stop> {
        let active = self.tip()?;
        let mut tips =
            vec![ChainTip { id: active.id, height: active.height, branch: 0, status: TipStatus::Active }];
        let snapshot = self.snapshot();
        let mut leaves: Vec<(BlockId, HeaderRecord)> = Vec::new();
        let mut failed = None;
        snapshot.each::<StorageError>(Space::Headers, &[], &[], |key, _| {
            let id: BlockId =
                key.try_into().map_err(|_| StorageError::Damaged("an id is short".to_owned()))?;
            if id != active.id && snapshot.children(&id, 1)?.is_empty() {
                match snapshot.known_header(&id) {
                    Ok(record) => leaves.push((id, record)),
                    Err(error) => failed = Some(error),
                }
            }
            Ok(failed.is_none())
        })?;
        if let Some(error) = failed {
            return Err(error.into());
        }
        for (id, record) in leaves {
            let status = match (&record.bad, record.body) {
                (Some(_), _) => TipStatus::Bad,
                (None, Body::Complete) => TipStatus::Fork,
                (None, _) => TipStatus::Headers,
            };
            let branch = self.branch_of(&record)?;
            tips.push(ChainTip { id, height: record.height, branch, status });
        }
        Ok(tips)
    }

    /// Blocks since a chain left that of the state.
    fn branch_of(&self, record: &HeaderRecord) -> Result<u32, Stop> {
        let (mut count, mut parent) = (1, record.header().previous);
        loop {
            let record = self.snapshot().known_header(&parent)?;
            if self.snapshot().is_on_chain(&record, &parent)? {
                return Ok(count);
            }
            (count, parent) = (count + 1, record.header().previous);
        }
    }
}
