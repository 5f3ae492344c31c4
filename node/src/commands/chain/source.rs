//! Where commands read a chain from: a data directory that no node uses, or the node that uses it. Whatever they say is made
//! of the same values, so it is the same either way.

use gridnet_core::proof::header::Header;
use gridnet_node::chain::{BlockId, ChainView, Place, Stop};
use gridnet_node::config::{Config, Key, Loaded, Origin};
use gridnet_node::storage::{DATABASE, DirectoryLock, Storage, StorageError};
use gridnet_protocol::Address;
use gridnet_protocol::block::Block;
use gridnet_protocol::state::row::Account;
use gridnet_protocol::transaction::Transaction;
use gridnet_protocol::value::Height;

use super::asked::Asked;
use crate::outcome::Failure;

/// A chain that can be read.
pub(crate) trait Source {
    /// The last block's height.
    fn height(&self) -> Result<Height, Failure>;
    /// The block of a height.
    fn id_at(&self, height: Height) -> Result<Option<BlockId>, Failure>;
    /// A block's header.
    fn header(&self, id: &BlockId) -> Result<Option<Header>, Failure>;
    /// A block.
    fn block(&self, id: &BlockId) -> Result<Option<Block>, Failure>;
    /// Where on the chain a transaction stands.
    fn transaction(&self, id: &[u8; 32]) -> Result<Option<(Place, Transaction)>, Failure>;
    /// An account.
    fn account(&self, address: &Address) -> Result<Account, Failure>;
}

/// What is to be read. An address that was given on the command line is asked; else the data directory is read, or, when a node
/// uses it, that node is asked.
pub(crate) fn open(loaded: &Loaded) -> Result<Box<dyn Source>, Failure> {
    let config = &loaded.config;
    let listen = Key::named("rpc.listen").expect("it is in the list");
    if loaded.origin(listen) == Origin::Flag {
        return Ok(Box::new(Asked::new(config)?));
    }
    match directory(config) {
        Ok(view) => Ok(Box::new(view)),
        Err(StorageError::Locked { .. }) => Ok(Box::new(Asked::new(config)?)),
        Err(error) => Err(Failure::Usage(error.to_string())),
    }
}

/// The chain of a data directory that no node uses, and what keeps others from using it.
pub(crate) struct Directory {
    pub(crate) view: ChainView,
    // What is read is there as long as the database is open.
    _storage: Storage,
    _lock: DirectoryLock,
}

/// Opens a data directory that is there. Reading makes none.
pub(crate) fn directory(config: &Config) -> Result<Directory, StorageError> {
    let path = &config.data_dir;
    if !path.join(DATABASE).is_file() {
        let why = "there is no chain yet: `gridnet node` begins one, --data-dir names another".to_owned();
        return Err(StorageError::File { path: path.clone(), why });
    }
    let lock = DirectoryLock::take(path)?;
    let storage = Storage::open(&lock, config.network)?;
    let view = ChainView::new(&storage).map_err(|stop| match stop {
        Stop::Storage(error) => error,
        other => StorageError::Damaged(other.to_string()),
    })?;
    Ok(Directory { view, _storage: storage, _lock: lock })
}

fn read<T>(result: Result<T, Stop>) -> Result<T, Failure> {
    result.map_err(|stop| Failure::Internal(stop.to_string()))
}

impl Source for Directory {
    fn height(&self) -> Result<Height, Failure> {
        Ok(read(self.view.tip())?.height)
    }

    fn id_at(&self, height: Height) -> Result<Option<BlockId>, Failure> {
        read(self.view.id_at(height))
    }

    fn header(&self, id: &BlockId) -> Result<Option<Header>, Failure> {
        Ok(read(self.view.header(id))?.map(|record| record.header()))
    }

    fn block(&self, id: &BlockId) -> Result<Option<Block>, Failure> {
        read(self.view.block(id))
    }

    fn transaction(&self, id: &[u8; 32]) -> Result<Option<(Place, Transaction)>, Failure> {
        read(self.view.transaction(id))
    }

    fn account(&self, address: &Address) -> Result<Account, Failure> {
        Ok(read(self.view.row::<Account>(address))?.unwrap_or_default())
    }
}
