//! The façade: checks the question, hands it to the devices, checks the answers.

mod batch;
mod builder;
mod piece;
mod search;
mod spread;
mod worker;

use std::sync::Arc;
use std::time::Instant;

use self::batch::{Audit, DigestJob, WalkJob};
pub use self::builder::{EngineBuilder, survey};
use self::search::SearchJob;
use self::worker::Worker;
use crate::backend::{Backend, Watch};
use crate::confirm::Confirm;
use crate::{Control, Device, Digest, Error, Found, HashFunction, Primitive, Report, Search, Share, Walk};

/// Hits hashed again between two looks at the cancel flag.
const CHECKED: usize = 1 << 12;
/// What the CPU does in less time is not worth sharing with a graphics processor.
const WORTH_SHARING_SECONDS: f64 = 0.02;

/// Nor are fewer values than this: each walks alone, and a graphics processor's single lane is slow.
const WORTH_SHARING_WIDTH: u128 = 4_096;

/// Devices that compute the primitives. Make one and keep it: it owns its threads. All calls take `&self` and may
/// run at the same time.
pub struct Engine {
    /// What does that no other device can, and checks the others.
    cpu: Arc<Worker>,
    /// The devices chosen, the CPU among them or not.
    workers: Vec<Arc<Worker>>,
    /// One value in so many is computed again.
    audit: usize,
}

impl Engine {
    /// A builder with the defaults: every graphics processor and the CPU, the fastest path of each.
    pub fn builder() -> EngineBuilder {
        EngineBuilder::default()
    }

    /// The devices of this engine as they stand: one that is not believed any more says why.
    pub fn devices(&self) -> impl Iterator<Item = Device> {
        self.workers.iter().map(|worker| worker.device())
    }

    /// The printable name of the path that serves a function, `avx512 ×16 ×2, 2 threads`; of several devices those of
    /// all, in their order.
    pub fn path(&self, function: HashFunction) -> String {
        let paths = self.workers.iter().map(|worker| worker.backend.path(function));
        paths.collect::<Vec<_>>().join(" + ")
    }

    /// The devices of this engine, and the path that each takes for a function.
    pub fn paths(&self, function: HashFunction) -> impl Iterator<Item = (Device, String)> {
        self.workers.iter().map(move |worker| (worker.device(), worker.backend.path(function)))
    }

    /// The first hits of a search, ascending. Every hit is hashed again on the general path before it is returned.
    /// When cancelled, what was found and covered until then.
    ///
    /// # Errors
    /// What [`Search::check`] says, and [`Error::WrongAnswer`] when the CPU reports a hit that is none.
    pub fn search(&self, search: &Search<'_>, control: &Control) -> Result<Report<Found>, Error> {
        search.check()?;
        let candidates = (search.range.end - search.range.start) * (1 + search.siblings.len() as u128);
        control.expect(candidates);
        let able = |worker: &Worker| worker.backend.can_search(search);
        match self.sharers(Primitive::Search, search.function, candidates, candidates, able) {
            None => self.search_alone(search, control),
            Some(sharers) => {
                let began = Instant::now();
                let mut job = SearchJob::new(search, self.cpu.backend.as_ref());
                let (devices, _) = spread::run(&mut job, &sharers, &self.cpu, control)?;
                Ok(Report { value: job.finish(), devices, elapsed: began.elapsed() })
            }
        }
    }

    fn search_alone(&self, search: &Search<'_>, control: &Control) -> Result<Report<Found>, Error> {
        self.alone(Primitive::Search, search.function, control, |backend, watch| {
            let mut searched = backend.search(search, search.range.clone(), watch)?;
            let confirm = Confirm::new(search);
            let wrong = |what| Error::WrongAnswer { device: backend.device().id.clone(), what };
            for (index, hit) in searched.hits.iter().enumerate() {
                if confirm.hit(hit.nonce, hit.message) != Some(*hit) {
                    return Err(wrong(format!("nonce {} of a search does not meet the target", hit.nonce)));
                }
                if index % CHECKED == CHECKED - 1 && control.cancel.is_cancelled() {
                    // What was not hashed again does not count as covered.
                    searched.resume = Some(hit.nonce.into());
                    searched.hits.truncate(index);
                    break;
                }
            }
            Ok(Found { hits: searched.hits, resume: searched.resume })
        })
    }

    /// Where each value ends after its steps.
    ///
    /// # Errors
    /// [`Error::Count`] and [`Error::Cancelled`].
    pub fn walk(&self, walk: &Walk<'_>, control: &Control) -> Result<Report<Vec<[u8; 32]>>, Error> {
        walk.check()?;
        control.expect(walk.total_steps());
        let able = |worker: &Worker| worker.backend.can_walk(walk);
        let wide = walk.starts.len() as u128;
        match self.sharers(Primitive::Walk, walk.function, walk.total_steps(), wide, able) {
            None => self
                .alone(Primitive::Walk, walk.function, control, |backend, watch| backend.walk(walk, watch)),
            Some(sharers) => {
                let began = Instant::now();
                let mut job = WalkJob::new(walk, self.audit(control));
                let (devices, done) = spread::run(&mut job, &sharers, &self.cpu, control)?;
                if !done {
                    return Err(Error::Cancelled);
                }
                Ok(Report { value: job.ends, devices, elapsed: began.elapsed() })
            }
        }
    }

    /// Whether each value ends, after its steps, where expected.
    ///
    /// # Errors
    /// As [`Engine::walk`], and [`Error::Count`] when `expected` has another length than the walk.
    pub fn walk_matches(
        &self,
        walk: &Walk<'_>,
        expected: &[[u8; 32]],
        control: &Control,
    ) -> Result<Report<Vec<bool>>, Error> {
        if expected.len() != walk.starts.len() {
            return Err(Error::Count {
                what: "expected ends",
                got: expected.len(),
                expected: walk.starts.len(),
            });
        }
        let ends = self.walk(walk, control)?;
        Ok(ends.map(|ends| ends.iter().zip(expected).map(|(end, expected)| end == expected).collect()))
    }

    /// The digest of each message.
    ///
    /// # Errors
    /// [`Error::Count`] and [`Error::Cancelled`].
    pub fn digest(&self, digest: &Digest<'_>, control: &Control) -> Result<Report<Vec<[u8; 32]>>, Error> {
        digest.check()?;
        control.expect(digest.count as u128);
        self.digest_part(digest, control)
    }

    /// As [`digest`](Engine::digest) for a part of a batch whose whole is expected already.
    pub(crate) fn digest_part(
        &self,
        digest: &Digest<'_>,
        control: &Control,
    ) -> Result<Report<Vec<[u8; 32]>>, Error> {
        let able = |worker: &Worker| worker.backend.can_digest(digest);
        let count = digest.count as u128;
        match self.sharers(Primitive::Digest, digest.function, count, count, able) {
            None => self.alone(Primitive::Digest, digest.function, control, |backend, watch| {
                backend.digest(digest, watch)
            }),
            Some(sharers) => {
                let began = Instant::now();
                let mut job = DigestJob::new(digest, self.audit(control));
                let (devices, done) = spread::run(&mut job, &sharers, &self.cpu, control)?;
                if !done {
                    return Err(Error::Cancelled);
                }
                Ok(Report { value: job.digests, devices, elapsed: began.elapsed() })
            }
        }
    }

    fn audit<'a>(&'a self, control: &'a Control) -> Audit<'a> {
        Audit { cpu: self.cpu.backend.as_ref(), every: self.audit, cancel: &control.cancel }
    }

    /// The devices that share a job of so much work, so much of it at the same time; `None` where the CPU does it
    /// alone.
    fn sharers(
        &self,
        primitive: Primitive,
        function: HashFunction,
        work: u128,
        wide: u128,
        able: impl Fn(&Worker) -> bool,
    ) -> Option<Vec<Arc<Worker>>> {
        let able = |worker: &&Arc<Worker>| worker.is_trusted() && able(worker);
        let sharers: Vec<Arc<Worker>> = self.workers.iter().filter(able).cloned().collect();
        let worth = self.cpu.rate(primitive, function) * WORTH_SHARING_SECONDS;
        let small = sharers.iter().any(|worker| worker.is_cpu())
            && (work as f64 <= worth || wide < WORTH_SHARING_WIDTH);
        let alone = small || sharers.iter().all(|worker| worker.is_cpu());
        (!alone).then_some(sharers)
    }

    /// Runs a job on the CPU, on the caller's thread and the CPU's own, and reports what it took.
    fn alone<T>(
        &self,
        primitive: Primitive,
        function: HashFunction,
        control: &Control,
        job: impl FnOnce(&dyn Backend, &Watch<'_>) -> Result<T, Error>,
    ) -> Result<Report<T>, Error> {
        let began = Instant::now();
        let backend = self.cpu.backend.as_ref();
        let device = backend.device();
        let meter = control.progress.as_deref().map(|progress| progress.meter(&device.id));
        let watch = Watch::new(&control.cancel, meter.as_deref());
        let value = job(backend, &watch)?;
        let share = Share {
            id: device.id.clone(),
            name: device.name.clone(),
            path: watch.path.into_inner().unwrap_or_else(|| backend.path(function)),
            done: watch.done.into_inner(),
            dispatches: watch.dispatches.into_inner(),
        };
        let elapsed = began.elapsed();
        self.cpu.learn(primitive, function, share.done, elapsed);
        Ok(Report { value, devices: vec![share], elapsed })
    }
}
