//! What a device must do to serve the engine.

use std::ops::Range;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crate::control::Meter;
use crate::{
    Algorithm, Cancel, Device, Digest, Error, HashFunction, Hit, KernelInfo, Primitive, Search, Share,
    Signed, Verify, Walk,
};

/// How a backend is watched and ended while it works.
pub struct Watch<'a> {
    /// Set when the caller has had enough.
    pub cancel: &'a Cancel,
    meter: Option<&'a Meter>,
    pulse: Option<&'a AtomicU64>,
    long: bool,
    began: Instant,
    ready: OnceLock<Instant>,
    done: AtomicU64,
    dispatches: AtomicU64,
    checked: AtomicU64,
    busy_nanos: AtomicU64,
    longest_nanos: AtomicU64,
    /// The path that does it, where it is not the device's usual one for the function.
    pub(crate) path: OnceLock<String>,
}

impl<'a> Watch<'a> {
    pub(crate) fn new(cancel: &'a Cancel, meter: Option<&'a Meter>) -> Self {
        Watch {
            cancel,
            meter,
            pulse: None,
            long: false,
            began: Instant::now(),
            ready: OnceLock::new(),
            done: 0.into(),
            dispatches: 0.into(),
            checked: 0.into(),
            busy_nanos: 0.into(),
            longest_nanos: 0.into(),
            path: OnceLock::new(),
        }
    }

    /// The same for a part of a job that takes so long that it is worth a few seconds to find out how it is done fastest.
    pub(crate) fn of_long_job(self, long: bool) -> Self {
        Watch { long, ..self }
    }

    /// The same, counting kernel calls here as well.
    pub(crate) fn with_pulse(self, pulse: &'a AtomicU64) -> Self {
        Watch { pulse: Some(pulse), ..self }
    }

    /// Whether this is a part of a job so long that finding out how it is done fastest, for a few seconds, will pay.
    pub fn is_long(&self) -> bool {
        self.long
    }

    /// Everything is ready: the device begins to work. Without this call its work began when it was asked.
    pub fn ready(&self) {
        self.ready.get_or_init(Instant::now);
    }

    /// How long the device has worked.
    pub(crate) fn took(&self) -> Duration {
        self.ready.get().unwrap_or(&self.began).elapsed()
    }

    /// Counts the work of one kernel call.
    pub fn count(&self, work: u64) {
        self.done.fetch_add(work, Ordering::Relaxed);
        self.dispatches.fetch_add(1, Ordering::Relaxed);
        self.beat();
        if let Some(meter) = self.meter {
            meter.add(work);
        }
    }

    /// The device gets on: it is not given up on for as long as this, or [`count`](Watch::count), is called now and then.
    pub fn beat(&self) {
        if let Some(pulse) = self.pulse {
            pulse.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Counts the time of one kernel call, as the device's own clock has it.
    pub fn count_busy(&self, time: Duration) {
        let nanos = u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
        self.busy_nanos.fetch_add(nanos, Ordering::Relaxed);
        self.longest_nanos.fetch_max(nanos, Ordering::Relaxed);
    }

    /// Counts answers that were held against what the CPU says.
    pub fn count_checked(&self, answers: u64) {
        self.checked.fetch_add(answers, Ordering::Relaxed);
    }

    pub(crate) fn checked(&self) -> u64 {
        self.checked.load(Ordering::Relaxed)
    }

    /// What a device did for it.
    pub(crate) fn share(&self, backend: &dyn Backend, path: impl FnOnce() -> String) -> Share {
        let device = backend.device();
        let nanos = |count: &AtomicU64| match count.load(Ordering::Relaxed) {
            0 => None,
            nanos => Some(Duration::from_nanos(nanos)),
        };
        Share {
            id: device.id.clone(),
            name: device.name.clone(),
            path: self.path.get().cloned().unwrap_or_else(path),
            done: self.done.load(Ordering::Relaxed),
            dispatches: self.dispatches.load(Ordering::Relaxed),
            busy: nanos(&self.busy_nanos),
            longest: nanos(&self.longest_nanos),
        }
    }
}

/// The printable name of the path that a device takes for an algorithm.
pub(crate) fn path_of(backend: &dyn Backend, algorithm: Algorithm) -> String {
    match algorithm {
        Algorithm::Hash(function) => backend.path(function),
        Algorithm::Ed25519 => backend.verify_path(),
    }
}

/// What a device may be asked.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Question<'a> {
    /// Find nonces.
    Search(&'a Search<'a>),
    /// Follow hash chains.
    Walk(&'a Walk<'a>),
    /// Hash messages.
    Digest(&'a Digest<'a>),
    /// Check signatures.
    Verify(&'a Verify<'a>),
}

impl Question<'_> {
    /// Which primitive.
    pub fn primitive(&self) -> Primitive {
        match self {
            Question::Search(_) => Primitive::Search,
            Question::Walk(_) => Primitive::Walk,
            Question::Digest(_) => Primitive::Digest,
            Question::Verify(_) => Primitive::Verify,
        }
    }

    /// What is computed.
    pub fn algorithm(&self) -> Algorithm {
        match self {
            Question::Search(search) => Algorithm::Hash(search.function),
            Question::Walk(walk) => Algorithm::Hash(walk.function),
            Question::Digest(digest) => Algorithm::Hash(digest.function),
            Question::Verify(_) => Algorithm::Ed25519,
        }
    }

    /// Candidates, steps, messages or signatures, all of which may be needed.
    pub fn work(&self) -> u128 {
        match self {
            Question::Search(search) => search.candidates(),
            Question::Walk(walk) => walk.total_steps(),
            Question::Digest(digest) => digest.count as u128,
            Question::Verify(verify) => verify.signatures.len() as u128,
        }
    }

    /// How many of them can be done at the same time.
    pub(crate) fn wide(&self) -> u128 {
        match self {
            Question::Walk(walk) => walk.starts.len() as u128,
            _ => self.work(),
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
/// its hits are hashed again, searches with known hits are slipped in among its own, and a share of its ends, digests and
/// verdicts is computed again.
pub trait Backend: Send + Sync + 'static {
    /// What it is.
    fn device(&self) -> &Device;

    /// The printable name of the path that serves a function: `avx512 ×16 ×2, 2 threads`.
    fn path(&self, function: HashFunction) -> String;

    /// The printable name of the path that checks signatures.
    fn verify_path(&self) -> String {
        "library".to_owned()
    }

    /// Whether it can do such a thing. What it cannot do goes to the CPU. Must not take long: what has to be made ready
    /// for a job is made ready when the job comes, before [`Watch::ready`].
    fn can(&self, _: &Question<'_>) -> bool {
        true
    }

    /// Makes everything ready that it can do, so that no job waits for it.
    fn warm_up(&self) {}

    /// The kernels that would answer a question, of a device whose kernels are worth describing.
    fn kernels(&self, _: &Question<'_>) -> Vec<KernelInfo> {
        Vec::new()
    }

    /// Of what it could do, what it must not do because it fails its self-test, and how.
    fn refused(&self) -> Vec<String> {
        Vec::new()
    }

    /// How many pieces of work it is given at the same time: one may move its values while another computes.
    fn lanes(&self) -> usize {
        1
    }

    /// When it has work and has done none of it ([`Watch::count`]) for so long, it never will.
    fn patience(&self) -> Duration {
        Duration::from_secs(60)
    }

    /// The first hits in a part of a checked search's range.
    ///
    /// # Errors
    /// Any; the device's work is then done by others.
    fn search(&self, search: &Search<'_>, range: Range<u128>, watch: &Watch<'_>) -> Result<Searched, Error>;

    /// The ends of a checked walk, one for each value. After an error they are anything.
    ///
    /// # Errors
    /// [`Error::Cancelled`], or any failure of the device.
    fn walk(&self, walk: &Walk<'_>, ends: &mut [[u8; 32]], watch: &Watch<'_>) -> Result<(), Error>;

    /// The digests of a checked batch, one for each message. After an error they are anything.
    ///
    /// # Errors
    /// [`Error::Cancelled`], or any failure of the device.
    fn digest(&self, digest: &Digest<'_>, digests: &mut [[u8; 32]], watch: &Watch<'_>) -> Result<(), Error>;

    /// What becomes of each signature of a checked batch. After an error they are anything.
    ///
    /// # Errors
    /// [`Error::Cancelled`], or any failure of the device.
    fn verify(&self, verify: &Verify<'_>, verdicts: &mut [Signed], watch: &Watch<'_>) -> Result<(), Error> {
        crate::signature::verify_in_turn(verify, verdicts, watch)
    }
}
