//! The database of a node: spaces of keys and values in one file, which is always as some commit left it. It knows no blocks
//! and no rules.
//!
//! Readers have a [`Snapshot`], which stays what it is while others write; whoever changes things gathers them in an
//! [`Overlay`], and one [`Storage::commit`] makes them all or none, on the disk when it returns. Only `redb` is behind it.

mod directory;
mod error;
mod overlay;
mod snapshot;
mod space;

use std::path::Path;
use std::sync::Arc;

use gridnet_protocol::Network;
use redb::{Builder, Database, ReadableDatabase as _, StorageBackend};

pub use self::directory::{DATABASE, DirectoryLock};
pub use self::error::StorageError;
pub use self::overlay::Overlay;
pub use self::snapshot::{Entry, Read, Snapshot};
pub use self::space::Space;
use crate::guard::guard;
use crate::points::{Point, reached};

/// Of what stands in the database. A newer one is refused, an older one would be brought up to date here.
pub const FORMAT: u32 = 1;
/// What the database keeps in memory of its file.
const CACHE_BYTES: usize = 48 << 20;

/// A new database, until it is one.
const BEGUN: &str = "chain.begun.redb";

/// Rows of [`Space::Meta`].
const FORMAT_KEY: &[u8] = b"format";
const NETWORK_KEY: &[u8] = b"network";

/// The database of a node. Clones are the same one.
#[derive(Clone, Debug)]
pub struct Storage {
    database: Arc<Database>,
    network: Network,
}

impl Storage {
    /// The database of a data directory, which must be locked: made when there is none.
    ///
    /// # Errors
    /// [`StorageError`]: of another network, of a newer format, damaged, or not to be read.
    pub fn open(directory: &DirectoryLock, network: Network) -> Result<Storage, StorageError> {
        let path = directory.path().join(DATABASE);
        if !is_there(&path)? {
            // A file is made under another name: a kill in the middle leaves nothing that looks like a database.
            let begun = directory.path().join(BEGUN);
            let failed =
                |error: std::io::Error| StorageError::File { path: begun.clone(), why: error.to_string() };
            let _ = std::fs::remove_file(&begun);
            drop(Storage::at(&begun, network)?);
            reached(Point::Begun);
            std::fs::rename(&begun, &path).map_err(failed)?;
            directory.sync()?;
        }
        Storage::at(&path, network)
    }

    /// The database of a file in a directory that is locked.
    pub(crate) fn at(path: &Path, network: Network) -> Result<Storage, StorageError> {
        Storage::of(|| builder().create(path), network, path)
    }

    /// A database over any backend: how tests make a disk fail.
    ///
    /// # Errors
    /// As [`open`](Storage::open).
    pub fn with_backend(backend: impl StorageBackend, network: Network) -> Result<Storage, StorageError> {
        let path = Path::new("the given backend");
        Storage::of(|| builder().create_with_backend(backend), network, path)
    }

    /// A database in memory.
    ///
    /// # Errors
    /// None that memory makes.
    pub fn in_memory(network: Network) -> Result<Storage, StorageError> {
        Storage::with_backend(redb::backends::InMemoryBackend::new(), network)
    }

    fn of(
        open: impl FnOnce() -> Result<Database, redb::DatabaseError>,
        network: Network,
        path: &Path,
    ) -> Result<Storage, StorageError> {
        // What is no database can make it panic where it has checks of its own.
        let opened = guard(open).map_err(|why| StorageError::unreadable(path, &why))?;
        let database = opened.map_err(|error| StorageError::opening(path, error))?;
        let storage = Storage { database: Arc::new(database), network };
        let found = storage.number(FORMAT_KEY)?;
        let Some(format) = found else {
            storage.begin()?;
            return Ok(storage);
        };
        if format > FORMAT {
            return Err(StorageError::Newer { path: path.to_owned(), format, known: FORMAT });
        }
        let recorded = storage.number(NETWORK_KEY)?.and_then(Network::from_id);
        match recorded {
            Some(recorded) if recorded == network => Ok(storage),
            Some(recorded) => Err(StorageError::Network {
                path: path.to_owned(),
                recorded: recorded.name(),
                asked: network.name(),
            }),
            None => Err(StorageError::Damaged("it does not say of which network it is".to_owned())),
        }
    }

    /// Writes what a new database begins with.
    fn begin(&self) -> Result<(), StorageError> {
        let transaction = self.database.begin_write().map_err(StorageError::disk)?;
        for space in Space::ALL {
            transaction.open_table(space.table()).map_err(StorageError::disk)?;
        }
        transaction.commit().map_err(StorageError::disk)?;
        let mut overlay = Overlay::new(self.snapshot()?);
        overlay.put(Space::Meta, FORMAT_KEY.to_vec(), FORMAT.to_le_bytes().to_vec());
        overlay.put(Space::Meta, NETWORK_KEY.to_vec(), self.network.id().to_le_bytes().to_vec());
        self.commit(&overlay)
    }

    fn number(&self, key: &[u8]) -> Result<Option<u32>, StorageError> {
        let transaction = self.database.begin_read().map_err(StorageError::disk)?;
        let table = match transaction.open_table(Space::Meta.table()) {
            Ok(table) => table,
            // Nothing was ever written.
            Err(redb::TableError::TableDoesNotExist(_)) => return Ok(None),
            Err(error) => return Err(StorageError::disk(error)),
        };
        let bytes = table.get(key).map_err(StorageError::disk)?;
        let number = bytes.and_then(|bytes| bytes.value().try_into().ok()).map(u32::from_le_bytes);
        Ok(number)
    }

    /// The network.
    pub fn network(&self) -> Network {
        self.network
    }

    /// What is there now.
    ///
    /// # Errors
    /// When the disk fails.
    pub fn snapshot(&self) -> Result<Snapshot, StorageError> {
        let transaction = self.database.begin_read().map_err(StorageError::disk)?;
        Snapshot::new(&transaction)
    }

    /// Makes all changes, or none: they are on the disk when this returns.
    ///
    /// # Errors
    /// When the disk fails. Then nothing more can be written, and what was acknowledged is still there.
    pub fn commit(&self, overlay: &Overlay) -> Result<(), StorageError> {
        reached(Point::BeforeCommit);
        let mut transaction = self.database.begin_write().map_err(StorageError::disk)?;
        // After a kill the database is ready at once, however large it is.
        transaction.set_quick_repair(true);
        for (space, changes) in overlay.changes() {
            let mut table = transaction.open_table(space.table()).map_err(StorageError::disk)?;
            for (key, value) in changes {
                match value {
                    Some(value) => {
                        table.insert(key.as_slice(), value.as_slice()).map_err(StorageError::disk)?
                    }
                    None => table.remove(key.as_slice()).map_err(StorageError::disk)?,
                };
            }
        }
        reached(Point::Written);
        transaction.commit().map_err(StorageError::disk)?;
        reached(Point::Committed);
        Ok(())
    }

    /// Whether the file is what the database wrote: every page is read.
    ///
    /// # Errors
    /// When the disk fails, and [`StorageError::Busy`] while others use it.
    pub fn check_pages(&mut self) -> Result<bool, StorageError> {
        let database = Arc::get_mut(&mut self.database).ok_or(StorageError::Busy)?;
        database.check_integrity().map_err(StorageError::disk)
    }
}

/// Whether there is a file. One that cannot be looked at, or a link that leads nowhere, is not taken for none: a disk that is not
/// there today must not be begun anew.
pub(crate) fn is_there(path: &Path) -> Result<bool, StorageError> {
    let failed = |why: String| StorageError::File { path: path.to_owned(), why };
    match std::fs::symlink_metadata(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(failed(error.to_string())),
        Ok(_) if path.exists() => Ok(true),
        Ok(_) => Err(failed("it is a link, and what it leads to is not there".to_owned())),
    }
}

fn builder() -> Builder {
    let mut builder = Builder::new();
    builder.set_cache_size(CACHE_BYTES);
    builder
}
