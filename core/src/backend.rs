//! What a device must do to serve the engine.

use std::ops::Range;

use crate::control::Meter;
use crate::{Cancel, Device, Digest, Error, HashFunction, Hit, Search, Walk};

/// How a backend is watched and ended while it works.
pub struct Watch<'a> {
    /// Set when the caller has had enough.
    pub cancel: &'a Cancel,
    pub(crate) meter: Option<&'a Meter>,
    pub(crate) done: std::sync::atomic::AtomicU64,
    pub(crate) dispatches: std::sync::atomic::AtomicU64,
    /// The path that does it, where it is not the device's usual one for the function.
    pub(crate) path: std::sync::OnceLock<String>,
}

impl<'a> Watch<'a> {
    pub(crate) fn new(cancel: &'a Cancel, meter: Option<&'a Meter>) -> Self {
        Watch { cancel, meter, done: 0.into(), dispatches: 0.into(), path: std::sync::OnceLock::new() }
    }

    /// Counts the work of one kernel call.
    pub fn count(&self, work: u64) {
        self.done.fetch_add(work, std::sync::atomic::Ordering::Relaxed);
        self.dispatches.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        if let Some(meter) = self.meter {
            meter.add(work);
        }
    }
}

/// A part of a search, done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Searched {
    /// The first hits of the range, ascending, at most the search's limit.
    pub hits: Vec<Hit>,
    /// When cancelled: every nonce below this was tried.
    pub resume: Option<u128>,
}

/// A device that computes the primitives. The engine hashes every hit that it reports again; hits that it misses, and
/// wrong ends and digests, are not noticed.
pub trait Backend: Send + Sync {
    /// What it is.
    fn device(&self) -> &Device;

    /// The printable name of the path that serves a function: `avx512 ×16 ×2, 2 threads`.
    fn path(&self, function: HashFunction) -> String;

    /// The first hits in a part of a checked search's range.
    ///
    /// # Errors
    /// Any; the device's work is then done by others.
    fn search(&self, search: &Search<'_>, range: Range<u128>, watch: &Watch<'_>) -> Result<Searched, Error>;

    /// The ends of a checked walk.
    ///
    /// # Errors
    /// [`Error::Cancelled`], or any failure of the device.
    fn walk(&self, walk: &Walk<'_>, watch: &Watch<'_>) -> Result<Vec<[u8; 32]>, Error>;

    /// The digests of a checked batch.
    ///
    /// # Errors
    /// [`Error::Cancelled`], or any failure of the device.
    fn digest(&self, digest: &Digest<'_>, watch: &Watch<'_>) -> Result<Vec<[u8; 32]>, Error>;
}
