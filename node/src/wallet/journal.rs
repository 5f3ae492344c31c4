//! What limited accounts spent today, in a file that survives the node: or whoever can stop the node could begin the day
//! anew.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use gridnet_protocol::PublicKey;
use gridnet_protocol::value::{Time, Units};
use tempfile::NamedTempFile;

use super::error::WalletError;

/// Seconds of a day.
const DAY: u64 = 86_400;
/// The longest file: a line for each of as many accounts as a wallet has, with room.
const BYTES_MAX: u64 = 1 << 20;

/// What was spent today. Each line of its file is a key in hex, a day (counted from 1970, UTC) and units.
#[derive(Debug, Default)]
pub struct Journal {
    file: Option<PathBuf>,
    spent: BTreeMap<PublicKey, (u64, Units)>,
}

impl Journal {
    /// One that is forgotten with the process: for tests.
    pub fn in_memory() -> Journal {
        Journal::default()
    }

    /// The one of a file, which is made when there is something to write.
    ///
    /// # Errors
    /// [`WalletError::Journal`].
    pub fn in_file(file: &Path) -> Result<Journal, WalletError> {
        let failed = |why: String| WalletError::Journal { file: format!("{file:?}"), why };
        let mut text = String::new();
        match File::open(file) {
            Ok(open) => open.take(BYTES_MAX).read_to_string(&mut text).map(drop),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(error) => Err(error),
        }
        .map_err(|error| failed(format!("cannot be read: {error}")))?;
        let mut spent = BTreeMap::new();
        for (number, line) in text.lines().enumerate() {
            let (key, entry) = parsed(line)
                .ok_or_else(|| failed(format!("is damaged in line {}: mend or delete it", number + 1)))?;
            spent.insert(key, entry);
        }
        Ok(Journal { file: Some(file.to_owned()), spent })
    }

    /// What a key spent on the day of a moment. A clock that is set back does not begin an earlier day.
    pub fn spent(&self, key: &PublicKey, now: Time) -> Units {
        match self.spent.get(key) {
            Some((day, spent)) if now.0 / DAY <= *day => *spent,
            _ => Units::ZERO,
        }
    }

    /// Writes down that a key spends more. When this returns it survives a loss of power.
    ///
    /// # Errors
    /// [`WalletError::Journal`]: nothing is written down then, and nothing must be spent.
    pub(super) fn add(&mut self, key: &PublicKey, now: Time, amount: Units) -> Result<(), WalletError> {
        let before = self.spent.get(key).copied();
        let day = before.map_or(0, |(day, _)| day).max(now.0 / DAY);
        let sum = Units(self.spent(key, now).0.saturating_add(amount.0));
        self.spent.insert(*key, (day, sum));
        let Some(file) = &self.file else { return Ok(()) };
        self.write(file).map_err(|error| {
            match before {
                Some(entry) => self.spent.insert(*key, entry),
                None => self.spent.remove(key),
            };
            let file = format!("{:?}", self.file.as_deref().unwrap_or(Path::new("")));
            WalletError::Journal { file, why: format!("cannot be written: {error}") }
        })
    }

    fn write(&self, path: &Path) -> io::Result<()> {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let mut file = NamedTempFile::with_prefix_in(".gridnet-", folder)?;
        for (key, (day, spent)) in &self.spent {
            writeln!(file, "{key:?} {day} {}", spent.0)?;
        }
        file.as_file().sync_all()?;
        file.persist(path)?;
        // The name must be on the disk, too; elsewhere a folder cannot be opened for that.
        if cfg!(unix) { fs::File::open(folder)?.sync_all() } else { Ok(()) }
    }
}

fn parsed(line: &str) -> Option<(PublicKey, (u64, Units))> {
    let mut words = line.split(' ');
    let mut key = [0; 32];
    hex::decode_to_slice(words.next()?, &mut key).ok()?;
    let (day, spent) = (words.next()?.parse().ok()?, words.next()?.parse().ok()?);
    words.next().is_none().then_some((PublicKey(key), (day, Units(spent))))
}

#[cfg(test)]
mod tests {
    use gridnet_protocol::PublicKey;
    use gridnet_protocol::value::{Time, Units};

    use super::{DAY, Journal};
    use crate::wallet::WalletError;

    const KEY: PublicKey = PublicKey([7; 32]);

    #[test]
    fn a_day_is_counted_whoever_restarts_and_sets_the_clock_back() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("spent");
        let (today, tomorrow) = (Time(20_000 * DAY + 5), Time(20_001 * DAY));
        let mut journal = Journal::in_file(&file).expect("none yet");
        assert_eq!(journal.spent(&KEY, today), Units::ZERO);
        journal.add(&KEY, today, Units(5)).expect("it is written");
        let mut journal = Journal::in_file(&file).expect("the one that was written");
        journal.add(&KEY, Time(today.0 + 9), Units(6)).expect("it is written");
        journal.add(&PublicKey([8; 32]), today, Units(100)).expect("it is written");
        let mut journal = Journal::in_file(&file).expect("the one that was written");
        assert_eq!(journal.spent(&KEY, today), Units(11));
        assert_eq!(journal.spent(&KEY, Time(0)), Units(11), "the clock was set back");
        assert_eq!(journal.spent(&KEY, tomorrow), Units::ZERO);
        journal.add(&KEY, tomorrow, Units(3)).expect("it is written");
        journal.add(&KEY, today, Units(4)).expect("it is written");
        assert_eq!(journal.spent(&KEY, tomorrow), Units(7));
        journal.add(&KEY, tomorrow, Units(u64::MAX)).expect("it is written");
        assert_eq!(journal.spent(&KEY, tomorrow), Units(u64::MAX));
    }

    #[test]
    fn without_its_file_nothing_is_spent() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("spent");
        for odd in
            ["x\n", "\n", &format!("{KEY:?} 1\n"), &format!("{KEY:?} 1 2 3\n"), &format!("{KEY:?} 1 -2\n")]
        {
            std::fs::write(&file, odd).expect("a file");
            let refused = Journal::in_file(&file).expect_err(odd);
            assert!(
                matches!(&refused, WalletError::Journal { why, .. } if why.contains("line 1")),
                "{refused}"
            );
        }
        let mut journal = Journal::in_file(&folder.path().join("none/spent")).expect("none yet");
        let refused = journal.add(&KEY, Time(0), Units(5)).expect_err("there is no folder");
        assert!(matches!(refused, WalletError::Journal { .. }), "{refused}");
        assert_eq!(journal.spent(&KEY, Time(0)), Units::ZERO);
    }
}
