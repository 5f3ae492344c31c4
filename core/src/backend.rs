//! What a device must do to serve the engine.

use std::ops::Range;
use std::time::Duration;

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

/// A device that computes the primitives. The CPU is believed, but for its hits. Nothing that another device says is:
/// its hits are hashed again, searches with known hits are slipped in among its own, and a share of its ends and
/// digests is computed again.
pub trait Backend: Send + Sync + 'static {
    /// What it is.
    fn device(&self) -> &Device;

    /// The printable name of the path that serves a function: `avx512 ×16 ×2, 2 threads`.
    fn path(&self, function: HashFunction) -> String;

    /// Whether it can do such a search. What it cannot do goes to the CPU.
    fn can_search(&self, _: &Search<'_>) -> bool {
        true
    }

    /// Whether it can do such a walk.
    fn can_walk(&self, _: &Walk<'_>) -> bool {
        true
    }

    /// Whether it can do such digests.
    fn can_digest(&self, _: &Digest<'_>) -> bool {
        true
    }

    /// When it has not answered for so long, it never will.
    fn patience(&self) -> Duration {
        Duration::from_secs(60)
    }

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
