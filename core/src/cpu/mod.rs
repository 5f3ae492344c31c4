//! The processor as a device: kernels of `gridnet-simd` on a pool of threads.
//!
//! Knows threads and clocks; knows no other device, and not what the bytes mean.

mod digest;
mod name;
mod pace;
mod search;
mod select;
mod verify;
mod walk;

use std::ops::Range;
use std::sync::{Mutex, PoisonError};

use gridnet_simd::{Path, Verifier};
use rayon::{ThreadPool, ThreadPoolBuilder};

pub(crate) use self::search::tail;
pub(crate) use self::verify::Lanes;
use crate::backend::{Backend, Searched, Watch};
use crate::{Device, DeviceKind, Digest, Error, HashFunction, Search, Signed, Verify, Walk, limits};

/// Pools kept for calls to come.
const IDLE_POOLS: usize = 4;

/// The processor.
pub(crate) struct Cpu {
    device: Device,
    /// Pools that no call uses at the moment. Each call has one of its own, so that none waits for another.
    idle: Mutex<Vec<ThreadPool>>,
    /// That a call works on.
    threads: usize,
    /// That are at work when all are: more than a call's where several calls share them.
    all_threads: usize,
    forced: Option<Path>,
    /// For signatures; where there is none, the library verifies.
    verifier: Option<Verifier>,
}

impl Cpu {
    /// `threads`: one for each core unless given. `forced`: only this path.
    pub(crate) fn new(threads: Option<usize>, forced: Option<Path>) -> Result<Cpu, Error> {
        let threads = match threads {
            Some(threads) => threads,
            None => std::thread::available_parallelism().map_or(1, usize::from),
        };
        if !(1..=limits::THREADS_MAX).contains(&threads) {
            return Err(Error::threads(threads));
        }
        if let Some(path) = forced.filter(|path| !path.is_available()) {
            let available = Path::available().into_iter().map(Path::name).collect::<Vec<_>>().join(", ");
            return Err(Error::UnavailablePath { path: path.name(), available });
        }
        // Where one thread does it all, that is the caller's.
        let pool = (threads > 1).then(|| pool(threads)).transpose();
        let idle = Mutex::new(pool.map_err(|error| Error::Spawn(error.to_string()))?.into_iter().collect());
        let paths = match forced {
            Some(path) => vec![path.name().to_owned()],
            None => select::preferred(HashFunction::Sha256)
                .filter(|path| path.is_available())
                .map(|path| path.name().to_owned())
                .collect(),
        };
        let device = Device { paths, ..Cpu::describe() };
        let verifier = match forced {
            Some(path) => Verifier::new(path),
            None => Verifier::all().next(),
        };
        let mut cpu = Cpu { device, idle, threads, all_threads: threads, forced, verifier };
        for function in HashFunction::ALL {
            for kernel in cpu.choice(function).kernels() {
                crate::selftest::check(kernel, function)?;
            }
        }
        if let Some(verifier) = verifier {
            crate::selftest::check_verifier(verifier)?;
        }
        cpu.device.self_test = "passed".to_owned();
        Ok(cpu)
    }

    /// The processor before anything is known of it but its name.
    pub(crate) fn describe() -> Device {
        Device {
            id: "cpu".to_owned(),
            name: name::processor(),
            kind: DeviceKind::Cpu,
            backend: "simd".to_owned(),
            driver: None,
            pci: None,
            paths: Vec::new(),
            self_test: "not run".to_owned(),
            available: true,
            reason: None,
            refused: Vec::new(),
        }
    }

    /// The same, but that each call works on its caller's thread: for callers that are many threads already.
    pub(crate) fn on_one_thread(&self) -> Cpu {
        let (device, idle) = (self.device.clone(), Mutex::default());
        let (all_threads, forced, verifier) = (self.all_threads, self.forced, self.verifier);
        Cpu { device, idle, threads: 1, all_threads, forced, verifier }
    }

    /// As it stands in the name of a path.
    fn threads_name(&self) -> String {
        let threads = if self.all_threads == 1 { "thread" } else { "threads" };
        format!("{} {threads}", self.all_threads)
    }

    fn choice(&self, function: HashFunction) -> select::Choice {
        select::Choice::new(function, self.forced)
    }

    /// Runs `work` as many times as there are threads or pieces, whichever are fewer, on as many threads as are to be had,
    /// and gives each its number. `work` should take pieces until there are none: on a busy machine one thread may have
    /// done them all before another wakes up, and nobody waits for that.
    pub(crate) fn on_threads<T: Send>(&self, pieces: usize, work: impl Fn(usize) -> T + Sync) -> Vec<T> {
        let wanted = pieces.min(self.threads);
        if wanted <= 1 {
            return vec![work(0)];
        }
        let idle = || self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let pooled = idle().pop();
        // Where no further threads are to be had, the caller's own does it all.
        let Some(pool) = pooled.or_else(|| pool(self.threads).ok()) else { return vec![work(0)] };
        let mut done: Vec<Option<T>> = (0..wanted).map(|_| None).collect();
        let work = &work;
        pool.in_place_scope(|scope| {
            for (index, done) in done.iter_mut().enumerate() {
                scope.spawn(move |_| *done = Some(work(index)));
            }
        });
        let mut idle = idle();
        if idle.len() < IDLE_POOLS {
            idle.push(pool);
        }
        done.into_iter().flatten().collect()
    }
}

fn pool(threads: usize) -> Result<ThreadPool, rayon::ThreadPoolBuildError> {
    ThreadPoolBuilder::new().num_threads(threads).thread_name(|index| format!("gridnet-cpu-{index}")).build()
}

impl Backend for Cpu {
    fn device(&self) -> &Device {
        &self.device
    }

    fn path(&self, function: HashFunction) -> String {
        let kernel = self.choice(function).wide;
        let (lanes, groups) = kernel.shape();
        format!("{} ×{lanes} ×{groups}, {}", kernel.path().name(), self.threads_name())
    }

    fn verify_path(&self) -> String {
        verify::path(self, self.verifier)
    }

    fn search(&self, search: &Search<'_>, range: Range<u128>, watch: &Watch<'_>) -> Result<Searched, Error> {
        Ok(search::run(self, search, range, watch))
    }

    fn walk(&self, walk: &Walk<'_>, ends: &mut [[u8; 32]], watch: &Watch<'_>) -> Result<(), Error> {
        walk::run(self, walk, ends, watch)
    }

    fn digest(&self, digest: &Digest<'_>, digests: &mut [[u8; 32]], watch: &Watch<'_>) -> Result<(), Error> {
        digest::run(self, digest, digests, watch)
    }

    fn verify(&self, verify: &Verify<'_>, verdicts: &mut [Signed], watch: &Watch<'_>) -> Result<(), Error> {
        verify::run(self, verify, verdicts, watch)
    }
}
