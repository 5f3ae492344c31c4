//! Graphics processors as devices: the kernels of `gridnet-shaders` on wgpu.
//!
//! Knows adapters, buffers and deadlines; knows no other device, and not what the bytes mean.

mod adapter;
mod digest;
mod dispatch;
mod kernels;
mod lower;
mod memory;
mod open;
mod pace;
mod probe;
mod search;
mod selftest;
mod tune;
mod verify;
mod walk;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use gridnet_shaders::Kernel;

pub(crate) use self::adapter::{Listed, list};
use self::kernels::Entry;
use self::open::Open;
use crate::backend::{Backend, Question, Searched, Watch};
use crate::tuning::{Tuner, Tuning};
use crate::{Device, DeviceKind, Digest, Error, HashFunction, KernelInfo, Search, Signed, Verify, Walk};

/// Dispatches under way at once: one computes, one waits behind it, one is read.
const IN_FLIGHT: usize = 3;

/// Why a device did not give an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// It is gone.
    Lost(String),
    /// It did not answer in time.
    Late(Duration),
    /// It has not enough memory.
    Memory,
    /// The driver refused a call.
    Refused(String),
    /// It gave a wrong answer.
    Wrong(String),
    /// A kernel failed its self-test.
    Unfit { kernel: &'static str, why: String },
    /// The caller had enough.
    Cancelled,
}

impl Fault {
    fn into_error(self, device: &Device) -> Error {
        let device = device.id.clone();
        match self {
            Fault::Cancelled => Error::Cancelled,
            Fault::Wrong(what) => Error::WrongAnswer { device, what },
            Fault::Unfit { kernel, why } => {
                Error::Refused { device, what: format!("its kernel {kernel} fails the self-test: {why}") }
            }
            Fault::Lost(why) => Error::Device { device, what: format!("was lost: {why}") },
            Fault::Late(after) => Error::Device { device, what: format!("gave no answer within {after:?}") },
            Fault::Memory => Error::Device { device, what: "has not enough memory".to_owned() },
            Fault::Refused(what) => Error::Device { device, what: format!("refused a call: {what}") },
        }
    }
}

/// A graphics processor in use.
pub(crate) struct Gpu {
    device: Device,
    adapter: wgpu::Adapter,
    tuner: Tuner,
    /// Whether it has 64-bit integers; where not, pairs of 32 bits stand for them.
    int64: bool,
    /// None after it was lost: the next call opens it anew.
    open: Mutex<Option<Arc<Open>>>,
    /// Kernels that failed their self-test, and how.
    unfit: Mutex<BTreeMap<&'static str, String>>,
}

impl Gpu {
    /// Opens an adapter and probes it.
    ///
    /// # Errors
    /// [`Error::Device`] when it cannot be opened or fails the probe.
    pub(crate) fn new(listed: &Listed, tuner: Tuner) -> Result<Gpu, Error> {
        Gpu::with(listed, tuner, listed.adapter.features().contains(wgpu::Features::SHADER_INT64))
    }

    fn with(listed: &Listed, tuner: Tuner, int64: bool) -> Result<Gpu, Error> {
        let device = Device { self_test: "passed".to_owned(), ..listed.device().clone() };
        let adapter = listed.adapter.clone();
        let gpu = Gpu { device, adapter, tuner, int64, open: Mutex::default(), unfit: Mutex::default() };
        gpu.run(|_| Ok(()))?;
        Ok(gpu)
    }

    /// Runs a call on the open device.
    fn run<T>(&self, call: impl FnOnce(&Open) -> Result<T, Fault>) -> Result<T, Error> {
        let open = self.opened().map_err(|fault| fault.into_error(&self.device))?;
        call(&open).map_err(|fault| {
            if open.is_lost() {
                // Unless another call has opened it anew already.
                let mut kept = self.open.lock().unwrap_or_else(PoisonError::into_inner);
                if kept.as_ref().is_some_and(|kept| Arc::ptr_eq(kept, &open)) {
                    *kept = None;
                }
            }
            if let Fault::Unfit { kernel, why } = &fault {
                self.unfit().insert(kernel, why.clone());
            }
            fault.into_error(&self.device)
        })
    }

    /// Makes the kernels of a question ready, then runs a call.
    fn answer<T>(
        &self,
        question: &Question<'_>,
        watch: &Watch<'_>,
        call: impl FnOnce(&Open) -> Result<T, Fault>,
    ) -> Result<T, Error> {
        self.run(|open| {
            let kernels: Vec<&Entry> = lower::kernels(question, self.int64)
                .into_iter()
                .map(|kernel| open.kernels.of(kernel))
                .collect();
            let shared = || open.shared.read().unwrap_or_else(PoisonError::into_inner);
            {
                let _shared = shared();
                selftest::prove(open, &kernels)?;
            }
            if kernels.iter().any(|kernel| kernel.wants_tuning(watch.is_long())) {
                let _alone = open.shared.write().unwrap_or_else(PoisonError::into_inner);
                // Another call may have done it meanwhile.
                for kernel in kernels.iter().filter(|kernel| kernel.wants_tuning(watch.is_long())) {
                    tune::tune(open, kernel, watch)?;
                }
            }
            let _shared = shared();
            watch.ready();
            call(open)
        })
    }

    fn opened(&self) -> Result<Arc<Open>, Fault> {
        let mut kept = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(open) = &*kept {
            return Ok(Arc::clone(open));
        }
        let open = Arc::new(Open::new(&self.adapter, &self.device, &self.tuner, self.int64)?);
        probe::check(&open)?;
        *kept = Some(Arc::clone(&open));
        Ok(open)
    }

    fn unfit(&self) -> MutexGuard<'_, BTreeMap<&'static str, String>> {
        self.unfit.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Backend for Gpu {
    fn device(&self) -> &Device {
        &self.device
    }

    fn path(&self, function: HashFunction) -> String {
        let wide = matches!(function, HashFunction::Blake2b { .. });
        match (wide, self.int64) {
            (true, true) => "wgsl, 64-bit words".to_owned(),
            (true, false) => "wgsl, pairs of 32-bit words".to_owned(),
            (false, _) => "wgsl".to_owned(),
        }
    }

    fn verify_path(&self) -> String {
        match self.int64 {
            true => "wgsl, products of 64 bits".to_owned(),
            false => "wgsl, products of 32 bits".to_owned(),
        }
    }

    fn can(&self, question: &Question<'_>) -> bool {
        let has_form = match question {
            Question::Search(search) => lower::can_search(search),
            Question::Walk(_) => true,
            Question::Digest(digest) => lower::can_digest(digest),
            Question::Verify(verify) => lower::can_verify(verify),
        };
        let unfit = self.unfit();
        has_form
            && (unfit.is_empty()
                || lower::kernels(question, self.int64).iter().all(|kernel| !unfit.contains_key(kernel.name)))
    }

    fn warm_up(&self) {
        // What fails is remembered, and what is lost is found again when it is needed.
        let _ = self.run(|open| {
            let _shared = open.shared.read().unwrap_or_else(PoisonError::into_inner);
            let all: Vec<&Entry> = open.kernels.all().collect();
            selftest::prove_each(open, &all, |fault| {
                if let Fault::Unfit { kernel, why } = fault {
                    self.unfit().insert(kernel, why);
                }
            });
            Ok(())
        });
    }

    fn kernels(&self, question: &Question<'_>) -> Vec<KernelInfo> {
        if !self.can(question) {
            return Vec::new();
        }
        let info = |kernel: &'static Kernel| {
            // What is more than hashing has no count of its instructions, and no limit by it.
            let pass = kernel.instructions()?;
            // Not worth opening, or waiting for, a device.
            let tuning = match self.open.try_lock().as_deref() {
                Ok(Some(open)) => open.kernels.of(kernel).tuning(),
                _ => Tuning::default(),
            };
            let lower::Passes { passes, units } = lower::passes(question, kernel);
            Some(KernelInfo {
                name: kernel.name.to_owned(),
                integer_instructions: passes * pass.integer,
                instructions: passes * pass.all,
                units,
                tuning,
            })
        };
        lower::kernels(question, self.int64).into_iter().filter_map(info).collect()
    }

    fn refused(&self) -> Vec<String> {
        self.unfit().iter().map(|(kernel, why)| format!("{kernel}: {why}")).collect()
    }

    fn lanes(&self) -> usize {
        // A software device computes on the processor that moves the values.
        if self.device.kind == DeviceKind::Software { 1 } else { 3 }
    }

    fn patience(&self) -> Duration {
        4 * open::patience(self.device.kind == DeviceKind::Software)
    }

    fn search(&self, search: &Search<'_>, range: Range<u128>, watch: &Watch<'_>) -> Result<Searched, Error> {
        self.answer(&Question::Search(search), watch, |open| search::run(open, search, range, watch))
    }

    fn walk(&self, walk: &Walk<'_>, ends: &mut [[u8; 32]], watch: &Watch<'_>) -> Result<(), Error> {
        self.answer(&Question::Walk(walk), watch, |open| walk::run(open, walk, ends, watch))
    }

    fn digest(&self, digest: &Digest<'_>, digests: &mut [[u8; 32]], watch: &Watch<'_>) -> Result<(), Error> {
        self.answer(&Question::Digest(digest), watch, |open| digest::run(open, digest, digests, watch))
    }

    fn verify(&self, verify: &Verify<'_>, verdicts: &mut [Signed], watch: &Watch<'_>) -> Result<(), Error> {
        self.answer(&Question::Verify(verify), watch, |open| verify::run(open, verify, verdicts, watch))
    }
}
