//! How graphics processors work fastest, kept in a file: found out once for a card, its driver and a kernel.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use gridnet_core::{TuneStore, Tuning};
use serde::{Deserialize, Serialize};

use crate::cache;

/// The longest file that is read.
const FILE_BYTES_MAX: u64 = 1 << 20;

/// The file. What is unreadable in it is found out anew.
#[derive(Debug)]
pub(crate) struct TuneFile {
    path: PathBuf,
    /// One writer at a time.
    writing: Mutex<()>,
}

#[derive(Clone, Copy, Deserialize, Serialize)]
struct Kept {
    group_size: u32,
    invocations: u32,
    dispatch_ms: u32,
}

impl TuneFile {
    /// The user's; `None` where the user has no home.
    pub(crate) fn of_user() -> Option<Arc<dyn TuneStore>> {
        let path = cache::directory().ok()?.join("tunings.json");
        Some(Arc::new(TuneFile { path, writing: Mutex::default() }))
    }

    fn all(&self) -> BTreeMap<String, Kept> {
        let bytes = cache::read(&self.path, FILE_BYTES_MAX).unwrap_or_default();
        serde_json::from_slice(&bytes).unwrap_or_default()
    }
}

impl TuneStore for TuneFile {
    fn load(&self, key: &str) -> Option<Tuning> {
        let Kept { group_size, invocations, dispatch_ms } = self.all().remove(key)?;
        Some(Tuning { group_size, invocations, dispatch_ms })
    }

    fn save(&self, key: &str, tuning: Tuning) {
        let _writing = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let Tuning { group_size, invocations, dispatch_ms } = tuning;
        let mut all = self.all();
        all.insert(key.to_owned(), Kept { group_size, invocations, dispatch_ms });
        let json = serde_json::to_vec_pretty(&all).expect("numbers under names are JSON");
        // A disk that is full costs a few seconds the next time.
        let _ = cache::write(&self.path, &json);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_there_the_next_time_and_rubbish_is_not() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("deeper").join("tunings.json");
        let file = || TuneFile { path: path.clone(), writing: Mutex::default() };
        let tuning = Tuning { group_size: 128, invocations: 1 << 18, dispatch_ms: 20 };
        assert_eq!(file().load("a"), None);
        file().save("a", tuning);
        file().save("b", Tuning::default());
        assert_eq!((file().load("a"), file().load("b")), (Some(tuning), Some(Tuning::default())));
        for rubbish in ["", "{", "[]", r#"{"a": {"group_size": -1}}"#] {
            std::fs::write(&path, rubbish).expect("it can be written");
            assert_eq!(file().load("a"), None, "{rubbish}");
            file().save("a", tuning);
            assert_eq!(file().load("a"), Some(tuning), "{rubbish}");
        }
        std::fs::write(&path, vec![b' '; FILE_BYTES_MAX as usize + 1]).expect("it can be written");
        assert_eq!(file().load("a"), None);
    }
}
