//! A data directory: one process at a time.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{Read as _, Seek as _, Write as _};
use std::path::{Path, PathBuf};

use super::StorageError;

/// The database's file in a data directory.
pub const DATABASE: &str = "chain.redb";
/// The file that is locked, and names the process that did.
const LOCK: &str = "lock";

/// A data directory that no other process can use. The lock goes with the process, however that ends.
#[derive(Debug)]
pub struct DirectoryLock {
    path: PathBuf,
    _file: File,
}

impl DirectoryLock {
    /// Locks a directory, which is made when there is none.
    ///
    /// # Errors
    /// [`StorageError::Locked`], and [`StorageError::File`] when it cannot be made.
    pub fn take(path: &Path) -> Result<DirectoryLock, StorageError> {
        fs::create_dir_all(path).map_err(|error| file(path, &error))?;
        let name = path.join(LOCK);
        let opened = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&name);
        let mut lock = opened.map_err(|error| file(&name, &error))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut text = String::new();
                let read = lock.take(32).read_to_string(&mut text);
                let process = read.ok().and_then(|_| text.trim().parse().ok());
                return Err(StorageError::Locked { path: path.to_owned(), process });
            }
            Err(TryLockError::Error(error)) => return Err(file(&name, &error)),
        }
        // Who holds it is said for people only: without it the lock is as good.
        let _ = lock.set_len(0).and_then(|()| lock.rewind());
        let _ = writeln!(lock, "{}", std::process::id());
        Ok(DirectoryLock { path: path.to_owned(), _file: lock })
    }

    /// Has the disk know which files are in it.
    ///
    /// # Errors
    /// [`StorageError::File`].
    pub(crate) fn sync(&self) -> Result<(), StorageError> {
        // Other systems do not open directories, and keep names by themselves.
        if cfg!(unix) {
            let synced = File::open(&self.path).and_then(|directory| directory.sync_all());
            synced.map_err(|error| file(&self.path, &error))?;
        }
        Ok(())
    }

    /// The directory.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

fn file(path: &Path, error: &std::io::Error) -> StorageError {
    StorageError::File { path: path.to_owned(), why: error.to_string() }
}
