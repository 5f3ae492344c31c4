//! The façade: checks the question, hands it to the devices, checks the answers.

mod batch;
mod builder;
mod piece;
mod pieces;
mod search;
mod spread;
mod verify;
mod worker;

use std::sync::Arc;
use std::time::Instant;

use self::batch::{Audit, DigestJob, WalkJob};
pub use self::builder::{EngineBuilder, survey};
use self::pieces::Host;
use self::search::SearchJob;
use self::spread::Listener;
use self::verify::{VerifyJob, unsaid};
use self::worker::Worker;
use crate::backend::{Backend, Question, Watch, path_of};
use crate::confirm::Confirm;
use crate::{
    Control, Device, DeviceKind, Digest, Error, Found, HashFunction, Health, KernelInfo, Report, Search,
    Signed, Verify, Walk,
};

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
    /// Hears of wrong answers.
    listener: Option<Arc<Listener>>,
    /// For a caller's own work; `None` where that is done on the caller's thread.
    host: Option<Arc<Host>>,
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

    /// Whether any device but the CPU was chosen.
    pub fn has_gpu(&self) -> bool {
        self.workers.iter().any(|worker| worker.backend().device().kind != DeviceKind::Cpu)
    }

    /// What became of the answers of each device, in the order of [`Engine::devices`].
    pub fn health(&self) -> impl Iterator<Item = Health> {
        self.workers.iter().map(|worker| worker.health())
    }

    /// Makes everything ready that the devices can do, all of them at the same time, so that no job waits for it; what
    /// fails its self-test is then among the [`refused`](Device::refused) of its device. Without this call each thing
    /// is made ready by the first job that needs it.
    pub fn warm_up(&self) {
        std::thread::scope(|scope| {
            for worker in &self.workers {
                scope.spawn(|| worker.warm_up());
            }
        });
    }

    /// The printable name of the path that serves a function, `avx512 ×16 ×2, 2 threads`; of several devices those of
    /// all, in their order.
    pub fn path(&self, function: HashFunction) -> String {
        let paths = self.workers.iter().map(|worker| worker.backend().path(function));
        paths.collect::<Vec<_>>().join(" + ")
    }

    /// The devices of this engine, and the path that each takes for a function.
    pub fn paths(&self, function: HashFunction) -> impl Iterator<Item = (Device, String)> {
        self.workers.iter().map(move |worker| (worker.device(), worker.backend().path(function)))
    }

    /// The kernels that would answer a question on each device, of those whose kernels are worth describing.
    pub fn kernels(&self, question: &Question<'_>) -> impl Iterator<Item = (Device, Vec<KernelInfo>)> {
        self.workers.iter().map(|worker| (worker.device(), worker.backend().kernels(question)))
    }

    /// The first hits of a search, ascending. Every hit is hashed again on the general path before it is returned.
    /// When cancelled, what was found and covered until then.
    ///
    /// # Errors
    /// What [`Search::check`] says, and [`Error::WrongAnswer`] when the CPU reports a hit that is none.
    pub fn search(&self, search: &Search<'_>, control: &Control) -> Result<Report<Found>, Error> {
        search.check()?;
        control.expect(search.candidates());
        match self.sharers(&Question::Search(search)) {
            None => self.search_alone(search, control),
            Some(sharers) => {
                let mut job = SearchJob::new(search, self.cpu.backend(), &control.cancel);
                let report = self.spread(&mut job, &sharers, control)?;
                Ok(report.map(|_| job.finish()))
            }
        }
    }

    fn search_alone(&self, search: &Search<'_>, control: &Control) -> Result<Report<Found>, Error> {
        self.alone(&Question::Search(search), control, |backend, watch| {
            let mut searched = backend.search(search, search.range.clone(), watch)?;
            let confirm = Confirm::new(search);
            let wrong = |what| Error::WrongAnswer { device: backend.device().id.clone(), what };
            for (index, hit) in searched.hits.iter().enumerate() {
                if confirm.hit(hit.nonce, hit.message) != Some(*hit) {
                    return Err(wrong(format!("nonce {} of a search does not meet the target", hit.nonce)));
                }
                if index % CHECKED == CHECKED - 1 && control.cancel.is_cancelled() {
                    // What was not hashed again does not count as covered.
                    let resume = hit.nonce;
                    searched.resume = Some(resume.into());
                    searched.hits.retain(|hit| hit.nonce < resume);
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
        let mut ends = vec![[0; 32]; walk.starts.len()];
        let report = self.walk_into(walk, &mut ends, control)?;
        Ok(report.map(|()| ends))
    }

    /// The same into the caller's memory, as many ends as values. After an error they are anything.
    ///
    /// # Errors
    /// As [`Engine::walk`], and [`Error::Count`] when there are more or fewer `ends` than values.
    pub fn walk_into(
        &self,
        walk: &Walk<'_>,
        ends: &mut [[u8; 32]],
        control: &Control,
    ) -> Result<Report<()>, Error> {
        walk.check()?;
        counted("ends", ends.len(), walk.starts.len())?;
        control.expect(walk.total_steps());
        let question = Question::Walk(walk);
        match self.sharers(&question) {
            None => self.alone(&question, control, |backend, watch| backend.walk(walk, ends, watch)),
            Some(_) if control.cancel.is_cancelled() => Err(Error::Cancelled),
            Some(sharers) => {
                let mut job = WalkJob::new(walk, ends, self.audit(control));
                finished(self.spread(&mut job, &sharers, control)?)
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
        counted("expected ends", expected.len(), walk.starts.len())?;
        let ends = self.walk(walk, control)?;
        Ok(ends.map(|ends| ends.iter().zip(expected).map(|(end, expected)| end == expected).collect()))
    }

    /// The digest of each message.
    ///
    /// # Errors
    /// [`Error::Count`] and [`Error::Cancelled`].
    pub fn digest(&self, digest: &Digest<'_>, control: &Control) -> Result<Report<Vec<[u8; 32]>>, Error> {
        let mut digests = vec![[0; 32]; digest.checked_count()?];
        let report = self.digest_into(digest, &mut digests, control)?;
        Ok(report.map(|()| digests))
    }

    /// The same into the caller's memory, as many digests as messages. After an error they are anything.
    ///
    /// # Errors
    /// As [`Engine::digest`], and [`Error::Count`] when there are more or fewer `digests` than messages.
    pub fn digest_into(
        &self,
        digest: &Digest<'_>,
        digests: &mut [[u8; 32]],
        control: &Control,
    ) -> Result<Report<()>, Error> {
        counted("digests", digests.len(), digest.checked_count()?)?;
        control.expect(digest.count as u128);
        self.digest_part(digest, digests, control)
    }

    /// As [`digest_into`](Engine::digest_into) for a part of a batch that was checked, and whose whole is expected
    /// already.
    pub(crate) fn digest_part(
        &self,
        digest: &Digest<'_>,
        digests: &mut [[u8; 32]],
        control: &Control,
    ) -> Result<Report<()>, Error> {
        let question = Question::Digest(digest);
        match self.sharers(&question) {
            None => self.alone(&question, control, |backend, watch| backend.digest(digest, digests, watch)),
            Some(sharers) => {
                let mut job = DigestJob::new(digest, digests, self.audit(control));
                finished(self.spread(&mut job, &sharers, control)?)
            }
        }
    }

    /// What becomes of each signature.
    ///
    /// # Errors
    /// What [`Verify::check`] says, and [`Error::Cancelled`].
    pub fn verify(&self, verify: &Verify<'_>, control: &Control) -> Result<Report<Vec<Signed>>, Error> {
        verify.check()?;
        control.expect(verify.signatures.len() as u128);
        let mut verdicts = unsaid(verify.signatures.len());
        let question = Question::Verify(verify);
        let report = match self.sharers(&question) {
            None => {
                self.alone(&question, control, |backend, watch| backend.verify(verify, &mut verdicts, watch))?
            }
            Some(sharers) => {
                let mut job = VerifyJob::new(verify, &mut verdicts, self.audit(control));
                finished(self.spread(&mut job, &sharers, control)?)?
            }
        };
        Ok(report.map(|()| verdicts))
    }

    /// The same engine without any device but its CPU: for what must not leave the machine's own memory.
    #[must_use]
    pub fn on_cpu(&self) -> Engine {
        let workers = vec![Arc::clone(&self.cpu)];
        let (cpu, host) = (Arc::clone(&self.cpu), self.host.clone());
        Engine { cpu, workers, audit: self.audit, listener: None, host }
    }

    fn audit<'a>(&'a self, control: &'a Control) -> Audit<'a> {
        Audit { cpu: self.cpu.backend(), every: self.audit, cancel: &control.cancel }
    }

    /// The devices that share a job; `None` where the CPU does it alone.
    fn sharers(&self, question: &Question<'_>) -> Option<Vec<Arc<Worker>>> {
        let usable = self.workers.iter().filter(|worker| worker.is_trusted());
        let sharers: Vec<Arc<Worker>> = usable.filter(|worker| worker.can(question)).cloned().collect();
        let worth = self.cpu.rate((question.primitive(), question.algorithm())) * WORTH_SHARING_SECONDS;
        let small = sharers.iter().any(|worker| worker.is_judge)
            && (question.work() as f64 <= worth || question.wide() < WORTH_SHARING_WIDTH);
        let alone = small || sharers.iter().all(|worker| worker.is_judge);
        (!alone).then_some(sharers)
    }

    /// Runs a job on these devices. Whether it was finished.
    fn spread(
        &self,
        job: &mut dyn spread::Job,
        sharers: &[Arc<Worker>],
        control: &Control,
    ) -> Result<Report<bool>, Error> {
        let began = Instant::now();
        let (devices, value) = spread::run(job, sharers, &self.cpu, self.listener.as_deref(), control)?;
        Ok(Report { value, devices, elapsed: began.elapsed() })
    }

    /// Runs a job on the CPU, on the caller's thread and the CPU's own, and reports what it took.
    fn alone<T>(
        &self,
        question: &Question<'_>,
        control: &Control,
        job: impl FnOnce(&dyn Backend, &Watch<'_>) -> Result<T, Error>,
    ) -> Result<Report<T>, Error> {
        let began = Instant::now();
        let backend = self.cpu.backend();
        let meter = control.progress.as_deref().map(|progress| progress.meter(&backend.device().id));
        let watch = Watch::new(&control.cancel, meter.as_deref());
        let value = job(backend, &watch)?;
        let share = watch.share(backend, || path_of(backend, question.algorithm()));
        let elapsed = began.elapsed();
        self.cpu.learn((question.primitive(), question.algorithm()), share.done, elapsed);
        Ok(Report { value, devices: vec![share], elapsed })
    }
}

/// What was cut short has no answer.
fn finished(report: Report<bool>) -> Result<Report<()>, Error> {
    if report.value { Ok(report.map(|_| ())) } else { Err(Error::Cancelled) }
}

fn counted(what: &'static str, got: usize, expected: usize) -> Result<(), Error> {
    if got == expected { Ok(()) } else { Err(Error::Count { what, got, expected }) }
}
