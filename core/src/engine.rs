//! The façade: checks the question, hands it to the devices, checks the answers.

use std::time::Instant;

use gridnet_simd::Path;

use crate::backend::{Backend, Watch};
use crate::confirm::Confirm;
use crate::cpu::Cpu;
use crate::{Control, Device, Digest, Error, Found, HashFunction, Report, Search, Share, Walk};

/// Hits hashed again between two looks at the cancel flag.
const CHECKED: usize = 1 << 12;

/// Devices that compute the primitives. Make one and keep it: it owns its threads. All calls take `&self` and may
/// run at the same time.
pub struct Engine {
    backend: Box<dyn Backend>,
}

/// How an [`Engine`] is to be made.
#[derive(Clone, Debug, Default)]
pub struct EngineBuilder {
    devices: Vec<String>,
    path: Option<Path>,
    threads: Option<usize>,
}

impl EngineBuilder {
    /// Which devices: `auto`, `cpu`, `all`, or a device's id; called again, those as well. The default is `auto`.
    #[must_use]
    pub fn device(mut self, device: impl Into<String>) -> Self {
        self.devices.push(device.into());
        self
    }

    /// Only this CPU path, for every function that has it; portable for those it has nothing for.
    #[must_use]
    pub fn path(mut self, path: Path) -> Self {
        self.path = Some(path);
        self
    }

    /// CPU threads; the default is one for each core.
    #[must_use]
    pub fn threads(mut self, threads: usize) -> Self {
        self.threads = Some(threads);
        self
    }

    /// Makes the engine and tests every path it will use.
    ///
    /// # Errors
    /// [`Error::UnknownDevice`], [`Error::UnavailablePath`], [`Error::Threads`], [`Error::Spawn`], and
    /// [`Error::SelfTest`] when a path gives wrong answers.
    pub fn build(self) -> Result<Engine, Error> {
        let known = |asked: &String| matches!(asked.as_str(), "auto" | "cpu" | "all");
        if let Some(asked) = self.devices.into_iter().find(|asked| !known(asked)) {
            return Err(Error::UnknownDevice { asked, available: "cpu".to_owned() });
        }
        Ok(Engine { backend: Box::new(Cpu::new(self.threads, self.path)?) })
    }
}

impl Engine {
    /// A builder with the defaults: every device, the fastest path of each.
    pub fn builder() -> EngineBuilder {
        EngineBuilder::default()
    }

    /// An engine over a device of one's own: how tests plant a device that lies.
    pub fn from_backend(backend: Box<dyn Backend>) -> Engine {
        Engine { backend }
    }

    /// The devices of this engine.
    pub fn devices(&self) -> impl Iterator<Item = &Device> {
        std::iter::once(self.backend.device())
    }

    /// The printable name of the path that serves a function: `avx512 ×16 ×2, 2 threads`.
    pub fn path(&self, function: HashFunction) -> String {
        self.backend.path(function)
    }

    /// The first hits of a search, ascending. Every hit is hashed again on the general path before it is returned.
    /// When cancelled, what was found and covered until then.
    ///
    /// # Errors
    /// What [`Search::check`] says, and [`Error::WrongAnswer`] when a device reports a hit that is none.
    pub fn search(&self, search: &Search<'_>, control: &Control) -> Result<Report<Found>, Error> {
        search.check()?;
        let nonces = search.range.end - search.range.start;
        control.expect(nonces * (1 + search.siblings.len() as u128));
        self.report(search.function, control, |backend, watch| {
            let mut searched = backend.search(search, search.range.clone(), watch)?;
            let confirm = Confirm::new(search);
            for (index, hit) in searched.hits.iter().enumerate() {
                if confirm.hit(hit.nonce, hit.message) != Some(*hit) {
                    return Err(Error::WrongAnswer {
                        device: backend.device().id.clone(),
                        what: format!("nonce {} of a search does not meet the target", hit.nonce),
                    });
                }
                if index % CHECKED == CHECKED - 1 && control.cancel.is_cancelled() {
                    // What was not hashed again does not count as covered.
                    searched.resume = Some(hit.nonce.into());
                    searched.hits.truncate(index);
                    break;
                }
            }
            let ascending = searched.hits.is_sorted_by(|a, b| (a.nonce, a.message) < (b.nonce, b.message));
            if !ascending || searched.hits.len() > search.limit {
                let what =
                    format!("{} hits of a search are not the first ones, ascending", searched.hits.len());
                return Err(Error::WrongAnswer { device: backend.device().id.clone(), what });
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
        self.report(walk.function, control, |backend, watch| {
            counted(backend, backend.walk(walk, watch)?, walk.starts.len())
        })
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
        self.report(digest.function, control, |backend, watch| {
            counted(backend, backend.digest(digest, watch)?, digest.count)
        })
    }

    /// Runs a job on the device and reports what it took.
    fn report<T>(
        &self,
        function: HashFunction,
        control: &Control,
        job: impl FnOnce(&dyn Backend, &Watch<'_>) -> Result<T, Error>,
    ) -> Result<Report<T>, Error> {
        let began = Instant::now();
        let backend = self.backend.as_ref();
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
        Ok(Report { value, devices: vec![share], elapsed: began.elapsed() })
    }
}

/// The values, if the device gave as many as were asked for.
fn counted(backend: &dyn Backend, values: Vec<[u8; 32]>, asked: usize) -> Result<Vec<[u8; 32]>, Error> {
    if values.len() == asked {
        return Ok(values);
    }
    let what = format!("{} values where {asked} were asked for", values.len());
    Err(Error::WrongAnswer { device: backend.device().id.clone(), what })
}
