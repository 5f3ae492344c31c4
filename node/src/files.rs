//! Small files of keys, pools and tokens. Secrets are for their owner's eyes only, and nothing is ever overwritten by
//! half: a file is the old one or the new one.

use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;
use zeroize::Zeroizing;

use crate::outcome::Failure;

/// Reads a file of at most `max` bytes.
pub(crate) fn read(argument: &'static str, path: &Path, max: u64) -> Result<Zeroizing<Vec<u8>>, Failure> {
    let refuse = |what: String| Failure::argument(argument, format!("{path:?} {what}"));
    let unreadable = |error: io::Error| refuse(format!("cannot be read: {error}"));
    let file = File::open(path).map_err(unreadable)?;
    let length = file.metadata().map_err(unreadable)?.len().min(max);
    // As much as there is, so that no part of a secret is left behind by growing.
    let mut bytes = Zeroizing::new(Vec::with_capacity(usize::try_from(length).unwrap_or(0) + 64));
    file.take(max + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 > max {
        return Err(refuse(format!("is longer than the {max} bytes that it may have")));
    }
    Ok(bytes)
}

/// A file that is made ready before what is to stand in it exists: if it cannot be written, that shows now.
pub(crate) struct Prepared {
    argument: &'static str,
    path: PathBuf,
    file: NamedTempFile,
}

impl Prepared {
    /// A file that is not there yet.
    pub(crate) fn new(argument: &'static str, path: &Path) -> Result<Prepared, Failure> {
        // A link that leads nowhere is in the way, too.
        if path.symlink_metadata().is_ok() {
            return Err(in_the_way(argument, path));
        }
        Prepared::replacing(argument, path)
    }

    /// A file that takes the place of what is there.
    fn replacing(argument: &'static str, path: &Path) -> Result<Prepared, Failure> {
        // Such files are readable by their owner alone.
        let file = NamedTempFile::with_prefix_in(".gridnet-", folder(path));
        let file = file.map_err(|error| refusal(argument, path, &error))?;
        Ok(Prepared { argument, path: path.to_owned(), file })
    }

    /// Puts the file in its place, for good: when this returns it survives a loss of power.
    pub(crate) fn write(self, bytes: &[u8]) -> Result<(), Failure> {
        let (argument, path) = (self.argument, self.path.clone());
        let file = self.filled(bytes)?;
        file.persist_noclobber(&path).map(drop).map_err(|error| match error.error.kind() {
            io::ErrorKind::AlreadyExists => in_the_way(argument, &path),
            _ => refusal(argument, &path, &error.error),
        })?;
        sync_folder(argument, &path)
    }

    fn filled(mut self, bytes: &[u8]) -> Result<NamedTempFile, Failure> {
        let written = self.file.write_all(bytes).and_then(|()| self.file.as_file().sync_all());
        written.map_err(|error| refusal(self.argument, &self.path, &error))?;
        Ok(self.file)
    }
}

/// Replaces a file, for good: when this returns the new one survives a loss of power.
pub(crate) fn replace(argument: &'static str, path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let file = Prepared::replacing(argument, path)?.filled(bytes)?;
    file.persist(path).map(drop).map_err(|error| refusal(argument, path, &error.error))?;
    sync_folder(argument, path)
}

/// A file that one program at a time may change: from reading it to having replaced it.
pub(crate) struct Locked {
    /// Where it really is: a link to it is not replaced.
    pub(crate) path: PathBuf,
    _lock: File,
}

impl Locked {
    /// Waits until nobody else changes it.
    pub(crate) fn new(argument: &'static str, path: &Path) -> Result<Locked, Failure> {
        let unreadable =
            |error: io::Error| Failure::argument(argument, format!("{path:?} cannot be read: {error}"));
        let path = fs::canonicalize(path).map_err(unreadable)?;
        #[cfg(unix)]
        if std::os::unix::fs::MetadataExt::nlink(&fs::metadata(&path).map_err(unreadable)?) > 1 {
            let what = format!("{path:?} has several names (hard links), and only one would be changed");
            return Err(Failure::argument(argument, what));
        }
        // The file itself is replaced, and a lock would go with it.
        let mut beside = path.clone().into_os_string();
        beside.push(".lock");
        let lock = File::options().create(true).append(true).open(&beside);
        let lock = lock.and_then(|lock| lock.lock().map(|()| lock));
        let lock = lock.map_err(|error| {
            Failure::argument(argument, format!("{beside:?}, which guards it, cannot be locked: {error}"))
        })?;
        Ok(Locked { path, _lock: lock })
    }
}

/// The file beside another that has its name and one more ending: where its secrets go.
pub(crate) fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

/// 32 bytes that nobody can foresee.
pub(crate) fn random() -> Result<[u8; 32], Failure> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes)
        .map_err(|error| Failure::Internal(format!("the system gives no random bytes: {error}")))?;
    Ok(bytes)
}

fn folder(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// The name of a file must be on the disk, too.
fn sync_folder(argument: &'static str, path: &Path) -> Result<(), Failure> {
    let synced = File::open(folder(path)).and_then(|folder| folder.sync_all());
    // Elsewhere a folder cannot be opened for that.
    if cfg!(unix) { synced.map_err(|error| refusal(argument, path, &error)) } else { Ok(()) }
}

fn in_the_way(argument: &'static str, path: &Path) -> Failure {
    Failure::argument(argument, format!("{path:?} is there already and is left as it is; name another file"))
}

fn refusal(argument: &'static str, path: &Path, error: &io::Error) -> Failure {
    Failure::argument(argument, format!("{path:?} cannot be written: {error}"))
}
