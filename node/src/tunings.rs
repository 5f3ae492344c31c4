//! How graphics processors work fastest, kept in a file: found out once for a card, its driver and a kernel.

use std::collections::BTreeMap;
use std::io::{IsTerminal as _, stderr};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use gridnet_core::{TuneStore, Tuning};
use serde::{Deserialize, Serialize};

use crate::{cache, output};

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

    /// What is in it, each entry as it is: one that is unreadable does not take the others with it.
    fn all(&self) -> BTreeMap<String, serde_json::Value> {
        let bytes = cache::read(&self.path, FILE_BYTES_MAX).unwrap_or_default();
        serde_json::from_slice(&bytes).unwrap_or_default()
    }
}

impl TuneStore for TuneFile {
    fn load(&self, key: &str) -> Option<Tuning> {
        let kept = serde_json::from_value(self.all().remove(key)?).ok()?;
        let Kept { group_size, invocations, dispatch_ms } = kept;
        Some(Tuning { group_size, invocations, dispatch_ms })
    }

    fn save(&self, key: &str, tuning: Tuning) {
        let _writing = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let Tuning { group_size, invocations, dispatch_ms } = tuning;
        let mut all = self.all();
        let kept = serde_json::to_value(Kept { group_size, invocations, dispatch_ms });
        all.insert(key.to_owned(), kept.expect("numbers are JSON"));
        let json = serde_json::to_vec_pretty(&all).expect("values under names are JSON");
        if stderr().is_terminal() {
            output::note(&format!(
                "tuned {key}: groups of {group_size}, {invocations} invocations, {dispatch_ms} ms a dispatch"
            ));
        }
        // A disk that is full costs a few seconds the next time.
        if let Err(error) = cache::write(&self.path, &json) {
            output::note(&format!("warning: cannot keep that in {}: {error}", self.path.display()));
        }
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
        // One that cannot be read is found out anew; the others stay.
        let text = std::fs::read_to_string(&path).expect("it is there");
        std::fs::write(&path, text.replacen("128", "-1", 1)).expect("it can be written");
        assert_eq!((file().load("a"), file().load("b")), (None, Some(Tuning::default())));
        file().save("c", tuning);
        assert_eq!((file().load("b"), file().load("c")), (Some(Tuning::default()), Some(tuning)));
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
