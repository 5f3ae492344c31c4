//! Graphics processors as devices: the kernels of `gridnet-shaders` on wgpu.
//!
//! Knows adapters, buffers and deadlines; knows no other device, and not what the bytes mean.

mod adapter;
mod digest;
mod dispatch;
mod kernels;
mod lower;
mod open;
mod pace;
mod probe;
mod search;
mod selftest;
mod walk;

#[cfg(test)]
mod tests;

use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

pub(crate) use self::adapter::{Listed, list};
use self::open::Open;
use crate::backend::{Backend, Searched, Watch};
use crate::{Device, DeviceKind, Digest, Error, HashFunction, Search, Walk};

/// Dispatches under way at once: one computes, one waits behind it, one is read.
const IN_FLIGHT: usize = 3;
/// How long a dispatch should take: long enough to hide its own cost, short enough for cancelling and for drivers
/// that reset a device that they take for dead.
const DISPATCH: Duration = Duration::from_millis(40);

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
    /// The caller had enough.
    Cancelled,
}

impl Fault {
    fn into_error(self, device: &Device) -> Error {
        let device = device.id.clone();
        match self {
            Fault::Cancelled => Error::Cancelled,
            Fault::Wrong(what) => Error::WrongAnswer { device, what },
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
    /// Whether it has 64-bit integers; where not, pairs of 32 bits stand for them.
    int64: bool,
    /// None after it was lost: the next call opens it anew.
    open: Mutex<Option<Arc<Open>>>,
}

impl Gpu {
    /// Opens an adapter and probes it.
    ///
    /// # Errors
    /// [`Error::Device`] when it cannot be opened or fails the probe.
    pub(crate) fn new(listed: &Listed) -> Result<Gpu, Error> {
        Gpu::with(listed, listed.adapter.features().contains(wgpu::Features::SHADER_INT64))
    }

    fn with(listed: &Listed, int64: bool) -> Result<Gpu, Error> {
        let device = Device { self_test: "passed".to_owned(), ..listed.device().clone() };
        let gpu = Gpu { device, adapter: listed.adapter.clone(), int64, open: Mutex::default() };
        gpu.run(|_| Ok(()))?;
        Ok(gpu)
    }

    fn software(&self) -> bool {
        self.device.kind == DeviceKind::Software
    }

    /// Runs a call on the open device.
    fn run<T>(&self, call: impl FnOnce(&Open) -> Result<T, Fault>) -> Result<T, Error> {
        let open = self.opened().map_err(|fault| fault.into_error(&self.device))?;
        call(&open).map_err(|fault| {
            if open.is_lost() {
                *self.open.lock().unwrap_or_else(PoisonError::into_inner) = None;
            }
            fault.into_error(&self.device)
        })
    }

    fn opened(&self) -> Result<Arc<Open>, Fault> {
        let mut kept = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(open) = &*kept {
            return Ok(Arc::clone(open));
        }
        let open = Arc::new(Open::new(&self.adapter, self.software(), self.int64)?);
        probe::check(&open)?;
        *kept = Some(Arc::clone(&open));
        Ok(open)
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

    fn can_search(&self, search: &Search<'_>) -> bool {
        lower::can_search(search) && self.run(|open| selftest::of_search(open, search)).is_ok()
    }

    fn can_walk(&self, walk: &Walk<'_>) -> bool {
        self.run(|open| selftest::of_walk(open, walk.function)).is_ok()
    }

    fn can_digest(&self, digest: &Digest<'_>) -> bool {
        lower::can_digest(digest) && self.run(|open| selftest::of_digest(open, digest.function)).is_ok()
    }

    fn patience(&self) -> Duration {
        4 * open::patience(self.software())
    }

    fn search(&self, search: &Search<'_>, range: Range<u128>, watch: &Watch<'_>) -> Result<Searched, Error> {
        self.run(|open| search::run(open, search, range, watch))
    }

    fn walk(&self, walk: &Walk<'_>, watch: &Watch<'_>) -> Result<Vec<[u8; 32]>, Error> {
        self.run(|open| walk::run(open, walk, watch))
    }

    fn digest(&self, digest: &Digest<'_>, watch: &Watch<'_>) -> Result<Vec<[u8; 32]>, Error> {
        self.run(|open| digest::run(open, digest, watch))
    }
}
