//! Why a node cannot be told what it was told.

use std::path::PathBuf;

/// Why a configuration is unusable. Each text says what, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("{}: cannot be read: {why}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        why: String,
    },
    /// The file is no TOML.
    #[error("{}: {why}", path.display())]
    Syntax {
        /// The file.
        path: PathBuf,
        /// Where and why.
        why: String,
    },
    /// The file has a key that there is none of.
    #[error("{}: there is no key {key:?}; the nearest one is {nearest:?}", path.display())]
    UnknownKey {
        /// The file.
        path: PathBuf,
        /// What it says.
        key: String,
        /// What it may have meant.
        nearest: &'static str,
    },
    /// A value is not one that its key may have.
    #[error("{place}: expected {expected}, got {got}")]
    Value {
        /// The flag, the variable, or the file and the key.
        place: String,
        /// What it may be.
        expected: String,
        /// What it is.
        got: String,
    },
    /// There is no place to keep things at.
    #[error("this user has no home directory to keep the chain in: give --data-dir")]
    NoHome,
    /// Something else.
    #[error("{0}")]
    Other(String),
}
