//! How an engine is made: which devices it has.

use std::sync::Arc;

use gridnet_simd::Path;

use super::Engine;
use super::pieces::Host;
use super::spread::Listener;
use super::worker::Worker;
use crate::backend::Backend;
use crate::cpu::Cpu;
use crate::tuning::Tuner;
use crate::{Device, DeviceKind, Disagreement, Error, Tune, TuneStore};

/// How an [`Engine`] is to be made.
#[derive(Clone)]
pub struct EngineBuilder {
    devices: Vec<String>,
    own: Vec<Arc<dyn Backend>>,
    own_cpu: Option<Arc<dyn Backend>>,
    path: Option<Path>,
    threads: Option<usize>,
    audit: usize,
    tuner: Tuner,
    listener: Option<Arc<Listener>>,
}

impl Default for EngineBuilder {
    fn default() -> Self {
        EngineBuilder {
            devices: Vec::new(),
            own: Vec::new(),
            own_cpu: None,
            path: None,
            threads: None,
            audit: 256,
            tuner: Tuner::default(),
            listener: None,
        }
    }
}

impl EngineBuilder {
    /// Which devices; called again, those as well.
    ///
    /// - `auto`, the default: every graphics processor, and the CPU.
    /// - `cpu`: the CPU.
    /// - `gpu`: every graphics processor or, where there is none, the software ones.
    /// - `all`: everything, software ones too.
    /// - An id (`gpu:01:00.0`), or `gpu:` and a part of a name that begins a word (`gpu:H200`): all of that name.
    #[must_use]
    pub fn device(mut self, device: impl Into<String>) -> Self {
        self.devices.push(device.into());
        self
    }

    /// A device of one's own beside the others, checked as they are; without a word about devices, alone.
    #[must_use]
    pub fn backend(mut self, backend: Arc<dyn Backend>) -> Self {
        self.own.push(backend);
        self
    }

    /// This in place of the CPU. It is believed: all others are checked by it.
    #[must_use]
    pub fn cpu_backend(mut self, backend: Arc<dyn Backend>) -> Self {
        self.own_cpu = Some(backend);
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

    /// Of the ends and digests that a graphics processor computes, one in so many is computed again on the CPU; the
    /// default is 256, and 1 is all.
    #[must_use]
    pub fn audit_one_in(mut self, every: usize) -> Self {
        self.audit = every.max(1);
        self
    }

    /// When devices find out how they work fastest; by default before jobs that are long enough to be worth it.
    #[must_use]
    pub fn tune(mut self, tune: Tune) -> Self {
        self.tuner.tune = tune;
        self
    }

    /// Where is kept what devices found out; by default nowhere, and each engine finds out anew.
    #[must_use]
    pub fn tune_store(mut self, store: Arc<dyn TuneStore>) -> Self {
        self.tuner.store = Some(store);
        self
    }

    /// Who is told when a device gives a wrong answer: on the thread of the call, which waits for it. The call's own
    /// answer is right all the same.
    #[must_use]
    pub fn on_disagreement(mut self, listener: impl Fn(&Disagreement) + Send + Sync + 'static) -> Self {
        self.listener = Some(Arc::new(listener));
        self
    }

    /// Makes the engine and tests every path it will use.
    ///
    /// # Errors
    /// [`Error::UnknownDevice`], [`Error::NoGpu`], [`Error::UnavailablePath`], [`Error::Threads`], [`Error::Spawn`],
    /// [`Error::SelfTest`] when a path gives wrong answers, and [`Error::Device`] when a device that was asked for by
    /// its name cannot be used.
    pub fn build(self) -> Result<Engine, Error> {
        let (cpu, host): (Arc<dyn Backend>, _) = match self.own_cpu {
            Some(own) => (own, None),
            None => {
                let cpu = Arc::new(Cpu::new(self.threads, self.path)?);
                (Arc::clone(&cpu) as Arc<dyn Backend>, Some(Arc::new(Host::new(cpu))))
            }
        };
        let asked: Vec<&str> = match self.devices.as_slice() {
            [] if !self.own.is_empty() => vec![],
            [] => vec!["auto"],
            asked => asked.iter().map(String::as_str).collect(),
        };
        // Looking for graphics processors takes longer than all the rest: only where one may be wanted.
        let listed = if asked.iter().all(|&asked| asked == "cpu") { Vec::new() } else { gpus() };
        let mut chosen: Vec<usize> = Vec::new();
        let mut with_cpu = false;
        for asked in asked {
            let (gpus, cpu) = choose(asked, &listed)?;
            with_cpu |= cpu;
            chosen.extend(gpus);
        }
        chosen.sort_unstable();
        chosen.dedup();
        let opened = self.own.into_iter().chain(open(&listed, &chosen, &self.tuner)?);
        let mut workers: Vec<_> = opened.map(|backend| Arc::new(Worker::new(backend, false))).collect();
        let cpu = Arc::new(Worker::new(cpu, true));
        if with_cpu || workers.is_empty() {
            workers.push(Arc::clone(&cpu));
        }
        Ok(Engine { cpu, workers, audit: self.audit, listener: self.listener, host })
    }
}

/// Every device of this machine, used or not: the CPU, then graphics processors, each opened, probed and with all its
/// kernels tested, at the same time. One that cannot be used says why, and one that can what it must not do.
pub fn survey() -> Vec<Device> {
    let cpu = Cpu::new(None, None).map(|cpu| cpu.device().clone());
    let cpu = cpu.unwrap_or_else(|error| unusable(Cpu::describe(), &error));
    let gpus = gpus();
    let tested = |index: usize| {
        let device = gpus[index].device().clone();
        let opened = open(&gpus, &[index], &Tuner::default());
        let worker = opened.map(|mut opened| Worker::new(opened.remove(0), false));
        match worker {
            Ok(worker) => {
                worker.warm_up();
                worker.device()
            }
            Err(error) => unusable(device, &error),
        }
    };
    let gpus: Vec<Device> = std::thread::scope(|scope| {
        let tests: Vec<_> = (0..gpus.len()).map(|index| scope.spawn(move || tested(index))).collect();
        let said = |(test, listed): (std::thread::ScopedJoinHandle<'_, Device>, &Listed)| {
            test.join().unwrap_or_else(|_| {
                let device = listed.device().clone();
                let panicked = Error::Device { device: device.id.clone(), what: "panicked".to_owned() };
                unusable(device, &panicked)
            })
        };
        tests.into_iter().zip(&gpus).map(said).collect()
    });
    std::iter::once(cpu).chain(gpus).collect()
}

fn unusable(device: Device, error: &Error) -> Device {
    Device { self_test: "failed".to_owned(), available: false, reason: Some(error.to_string()), ..device }
}

/// The graphics processors meant by a word, and whether it means the CPU.
fn choose(asked: &str, listed: &[Listed]) -> Result<(Vec<usize>, bool), Error> {
    let of_kind = |kind: DeviceKind| -> Vec<usize> {
        (0..listed.len()).filter(|&index| listed[index].device().kind == kind).collect()
    };
    let unknown = || {
        let ids: Vec<&str> =
            std::iter::once("cpu").chain(listed.iter().map(|listed| listed.device().id.as_str())).collect();
        Error::UnknownDevice { asked: asked.to_owned(), available: ids.join(", ") }
    };
    match asked {
        "cpu" => Ok((Vec::new(), true)),
        "auto" => Ok((of_kind(DeviceKind::Gpu), true)),
        "all" => Ok(((0..listed.len()).collect(), true)),
        "gpu" => {
            let hardware = of_kind(DeviceKind::Gpu);
            let any = if hardware.is_empty() { of_kind(DeviceKind::Software) } else { hardware };
            if any.is_empty() { Err(Error::NoGpu) } else { Ok((any, false)) }
        }
        _ => {
            let ids = (0..listed.len()).filter(|&index| listed[index].device().id == asked);
            let mut found: Vec<usize> = ids.collect();
            if let (true, Some(part)) = (found.is_empty(), asked.strip_prefix("gpu:")) {
                let named = |&index: &usize| is_part_of_name(part, &listed[index].device().name);
                found = (0..listed.len()).filter(named).collect();
            }
            if found.is_empty() { Err(unknown()) } else { Ok((found, false)) }
        }
    }
}

/// Whether a part begins a word of a name, in whatever case: `h200` of `NVIDIA H200`. A digit or two are none: they are
/// in many names, and meant as the number of a device that is not there.
fn is_part_of_name(part: &str, name: &str) -> bool {
    let (part, name) = (part.to_lowercase(), name.to_lowercase());
    let begins = |at: usize| !name[..at].ends_with(char::is_alphanumeric);
    let is_number = part.len() < 3 && part.chars().all(|c| c.is_ascii_digit());
    !is_number && name.match_indices(&part).any(|(at, _)| begins(at))
}

#[cfg(feature = "gpu")]
use crate::gpu::Listed;

#[cfg(feature = "gpu")]
fn gpus() -> Vec<Listed> {
    crate::gpu::list()
}

#[cfg(feature = "gpu")]
fn open(listed: &[Listed], chosen: &[usize], tuner: &Tuner) -> Result<Vec<Arc<dyn Backend>>, Error> {
    let open = |index: usize| crate::gpu::Gpu::new(&listed[index], tuner.clone());
    chosen.iter().map(|&index| open(index).map(|gpu| Arc::new(gpu) as Arc<dyn Backend>)).collect()
}

/// Without the feature there are none.
#[cfg(not(feature = "gpu"))]
enum Listed {}

#[cfg(not(feature = "gpu"))]
impl Listed {
    fn device(&self) -> &Device {
        match *self {}
    }
}

#[cfg(not(feature = "gpu"))]
fn gpus() -> Vec<Listed> {
    Vec::new()
}

#[cfg(not(feature = "gpu"))]
fn open(_: &[Listed], _: &[usize], _: &Tuner) -> Result<Vec<Arc<dyn Backend>>, Error> {
    Ok(Vec::new())
}

#[cfg(test)]
mod tests {
    use super::is_part_of_name;

    #[test]
    fn a_part_of_a_name_begins_a_word_of_it() {
        let llvmpipe = "llvmpipe (LLVM 15.0.6, 256 bits)";
        for (part, name, is) in [
            ("H200", "NVIDIA H200", true),
            ("nvidia h", "NVIDIA H200", true),
            ("4090", "NVIDIA GeForce RTX 4090", true),
            ("200", "NVIDIA H200", false),
            ("llvm", llvmpipe, true),
            ("15", llvmpipe, false),
            ("0", llvmpipe, false),
            ("pipe", llvmpipe, false),
            ("", llvmpipe, false),
        ] {
            assert_eq!(is_part_of_name(part, name), is, "{part} of {name}");
        }
    }
}
