//! Small files of keys, pools and tokens. Secrets are for their owner's eyes only, and nothing is ever overwritten by
//! half: a file is the old one or the new one.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;
use zeroize::Zeroizing;

use crate::outcome::Failure;

/// Whether a file may be there already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Old {
    /// It is replaced.
    Replaced,
    /// It is left alone, and that is an error.
    Kept,
}

/// Reads a file of at most `max` bytes.
pub(crate) fn read(argument: &'static str, path: &Path, max: u64) -> Result<Zeroizing<Vec<u8>>, Failure> {
    let refuse = |what: String| Failure::argument(argument, format!("{path:?} {what}"));
    let unreadable = |error: std::io::Error| refuse(format!("cannot be read: {error}"));
    let mut bytes = Zeroizing::new(Vec::new());
    let file = File::open(path).map_err(unreadable)?;
    file.take(max + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 > max {
        return Err(refuse(format!("is longer than the {max} bytes that it may have")));
    }
    Ok(bytes)
}

/// Writes a file, for good: when this returns it survives a loss of power. Only its owner can read it.
pub(crate) fn write(argument: &'static str, path: &Path, bytes: &[u8], old: Old) -> Result<(), Failure> {
    let refuse =
        |error: std::io::Error| Failure::argument(argument, format!("{path:?} cannot be written: {error}"));
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // Such files are readable by their owner alone.
    let mut file = NamedTempFile::new_in(folder).map_err(refuse)?;
    file.write_all(bytes).map_err(refuse)?;
    file.as_file().sync_all().map_err(refuse)?;
    match old {
        Old::Replaced => file.persist(path).map(drop).map_err(|error| refuse(error.error))?,
        Old::Kept => file.persist_noclobber(path).map(drop).map_err(|error| match error.error.kind() {
            std::io::ErrorKind::AlreadyExists => Failure::argument(
                argument,
                format!("{path:?} is there already and is left as it is; name another file"),
            ),
            _ => refuse(error.error),
        })?,
    }
    // The name itself must be on the disk, too. Not every system lets a folder be opened for that.
    if let Ok(folder) = File::open(folder) {
        let _ = folder.sync_all();
    }
    Ok(())
}

/// Where the secrets of a file go.
pub(crate) fn key_of(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".key");
    PathBuf::from(name)
}

/// 32 bytes that nobody can foresee.
pub(crate) fn random() -> Result<[u8; 32], Failure> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes)
        .map_err(|error| Failure::Internal(format!("the system gives no random bytes: {error}")))?;
    Ok(bytes)
}
