//! What keeps a database from being used.

use std::path::{Path, PathBuf};

use gridnet_protocol::state::StoreError;

/// What keeps a database from being used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StorageError {
    /// Another process uses the data directory.
    #[error("{} is used by another process{}: stop that one, or give another --data-dir", path.display(), by(*process))]
    Locked {
        /// The directory.
        path: PathBuf,
        /// The process, if it said so.
        process: Option<u32>,
    },
    /// It is of another network.
    #[error("{} holds the chain of {recorded}, and {asked} was asked for: give another --data-dir", path.display())]
    Network {
        /// The file.
        path: PathBuf,
        /// Whose it is.
        recorded: &'static str,
        /// Whose was asked for.
        asked: &'static str,
    },
    /// It was written by a newer program.
    #[error("{} has format {format}, and this program knows formats up to {known}: use a newer one", path.display())]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its format.
        format: u32,
        /// The newest one that is known.
        known: u32,
    },
    /// A directory or a file cannot be made or read.
    #[error("{}: {why}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// What the system says.
        why: String,
    },
    /// What is there is not what was written.
    #[error("the database is damaged: {0}. `gridnet node check` says more, `gridnet node reindex` mends it")]
    Damaged(String),
    /// The disk failed.
    #[error("the disk: {0}")]
    Disk(String),
    /// Somebody else uses the database.
    #[error("the database is in use")]
    Busy,
}

fn by(process: Option<u32>) -> String {
    process.map(|process| format!(" ({process})")).unwrap_or_default()
}

impl StorageError {
    /// The disk failed, or what it gives is no database.
    pub(super) fn disk(error: impl Into<redb::Error>) -> StorageError {
        match error.into() {
            redb::Error::Corrupted(what) => StorageError::Damaged(what),
            other => StorageError::Disk(other.to_string()),
        }
    }

    /// The file is damaged beyond opening.
    pub(super) fn unreadable(path: &Path, why: &str) -> StorageError {
        let why = format!(
            "it cannot be opened, so nothing in it can be mended: use a copy, or move it away and begin anew ({why})"
        );
        StorageError::File { path: path.to_owned(), why }
    }

    /// The file could not be opened as a database.
    pub(super) fn opening(path: &Path, error: redb::DatabaseError) -> StorageError {
        let why = match error {
            redb::DatabaseError::DatabaseAlreadyOpen => {
                return StorageError::Locked { path: path.to_owned(), process: None };
            }
            redb::DatabaseError::UpgradeRequired(version) => {
                format!("it is a database of version {version}, which this program does not read")
            }
            other => match StorageError::disk(other) {
                StorageError::Damaged(what) => return StorageError::unreadable(path, &what),
                other => other.to_string(),
            },
        };
        StorageError::File { path: path.to_owned(), why }
    }
}

impl From<StorageError> for StoreError {
    fn from(error: StorageError) -> StoreError {
        StoreError(error.to_string())
    }
}
