//! The engine's four primitives over arrays.

use std::process;

use gridnet_core::{
    Digest, Endian, HashFunction, NonceField, Order, Path, Search, Share, Signed, Target, Verify, Walk,
};
use numpy::{
    PyArray1, PyArray2, PyArrayMethods as _, PyReadonlyArray1, PyReadonlyArray2, PyUntypedArrayMethods as _,
};
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use crate::error::Refusal;
use crate::run::run;

/// Work that is over before anybody would press Ctrl-C, of each primitive.
const SHORT_CANDIDATES: u128 = 1 << 16;
const SHORT_STEPS: u128 = 1 << 18;
const SHORT_BYTES: usize = 1 << 22;
const SHORT_SIGNATURES: usize = 256;

/// What a device did in a call: its id, its name, the path that it took, and how much of the work.
pub(crate) type Did = (String, String, String, u64);
/// A device: id, name, kind, backend, driver, PCI address, paths, self-test, why it cannot be used, what it must not do.
type Described = (
    String,
    String,
    &'static str,
    String,
    Option<String>,
    Option<String>,
    Vec<String>,
    String,
    Option<String>,
    Vec<String>,
);
/// Of a device: its id, answers checked, and pieces of work that were wrong, failed or late.
type Counted = (String, u64, u64, u64, u64);
/// A nonce and its hash.
type Hit<'py> = (u64, Bound<'py, PyBytes>);

/// Devices that compute.
#[pyclass(frozen, module = "gridnet._native")]
pub(crate) struct Engine {
    engine: Option<gridnet_core::Engine>,
    process: u32,
}

impl Engine {
    /// The engine, in the process that made it.
    pub(crate) fn get(&self) -> Result<&gridnet_core::Engine, Refusal> {
        let here = self.process == process::id();
        self.engine.as_ref().filter(|_| here).ok_or(Refusal::Forked("engine"))
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        // In a child its threads are not there, and waiting for them to end would be for ever: it is left as it is.
        if self.process != process::id() {
            std::mem::forget(self.engine.take());
        }
    }
}

#[pymethods]
impl Engine {
    #[new]
    fn new(
        py: Python<'_>,
        devices: Vec<String>,
        threads: Option<usize>,
        audit_one_in: Option<usize>,
        path: Option<String>,
    ) -> PyResult<Engine> {
        let build = || -> Result<gridnet_core::Engine, Refusal> {
            let mut builder = gridnet_core::Engine::builder();
            for device in devices {
                builder = builder.device(device);
            }
            if let Some(threads) = threads {
                builder = builder.threads(threads);
            }
            if let Some(every) = audit_one_in {
                builder = builder.audit_one_in(every);
            }
            if let Some(name) = path {
                let path = Path::from_name(&name);
                builder = builder.path(path.ok_or(gridnet_core::Error::UnknownPath { name })?);
            }
            Ok(builder.build()?)
        };
        let engine = run(py, true, None, |_| build())?;
        Ok(Engine { engine: Some(engine), process: process::id() })
    }

    fn devices(&self) -> PyResult<Vec<Described>> {
        Ok(self.get()?.devices().map(described).collect())
    }

    fn path(&self, algorithm: &str, personal: &[u8]) -> PyResult<String> {
        Ok(self.get()?.path(function(algorithm, personal)?))
    }

    fn health(&self) -> PyResult<Vec<Counted>> {
        let health = self.get()?.health();
        Ok(health.map(|of| (of.id, of.checked, of.wrong, of.failed, of.late)).collect())
    }

    #[expect(clippy::too_many_arguments, reason = "a search is many things, and all are named in Python")]
    fn search<'py>(
        &self,
        py: Python<'py>,
        message: Vec<u8>,
        nonce_offset: usize,
        nonce_bytes: usize,
        nonce_is_big: bool,
        target: [u8; 32],
        reads_big: bool,
        range: (u128, u128),
        algorithm: &str,
        personal: &[u8],
        limit: usize,
        progress: Option<Bound<'py, PyAny>>,
    ) -> PyResult<(Vec<Hit<'py>>, Vec<Did>, f64)> {
        let (engine, function) = (self.get()?, function(algorithm, personal)?);
        let endian = if nonce_is_big { Endian::Big } else { Endian::Little };
        let search = Search {
            function,
            message: &message,
            siblings: &[],
            nonce: NonceField { offset: nonce_offset, bytes: nonce_bytes, endian },
            range: range.0..range.1,
            target: Target::from_be_bytes(&target),
            order: if reads_big { Order::Big } else { Order::Little },
            limit,
        };
        let is_long = range.1.saturating_sub(range.0) > SHORT_CANDIDATES;
        let report =
            run(py, is_long, progress.as_ref(), |watch| Ok(engine.search(&search, &watch.control)?))?;
        let hit = |hit: &gridnet_core::Hit| (hit.nonce, PyBytes::new(py, &hit.hash));
        let hits = report.value.hits.iter().map(hit).collect();
        Ok((hits, did(report.devices), report.elapsed.as_secs_f64()))
    }

    fn walk<'py>(
        &self,
        py: Python<'py>,
        algorithm: &str,
        personal: &[u8],
        starts: PyReadonlyArray2<'py, u8>,
        steps: PyReadonlyArray1<'py, u64>,
        progress: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyArray2<u8>>> {
        let (engine, function) = (self.get()?, function(algorithm, personal)?);
        let (starts, steps) = (unchanging(starts)?, steps.as_slice()?.to_vec());
        let walk = Walk { function, starts: values("starts", starts.as_slice()?)?, steps: &steps };
        let ends = PyArray2::<u8>::zeros(py, [walk.starts.len(), 32], false);
        {
            let mut written = ends.try_readwrite().map_err(|error| internal(&error))?;
            let ends = written.as_slice_mut()?.as_chunks_mut().0;
            let is_long = walk.total_steps() > SHORT_STEPS;
            run(py, is_long, progress.as_ref(), |watch| {
                Ok(engine.walk_into(&walk, ends, &watch.control).map(drop)?)
            })?;
        }
        Ok(ends)
    }

    #[expect(clippy::too_many_arguments, reason = "all are named in Python")]
    fn walk_matches<'py>(
        &self,
        py: Python<'py>,
        algorithm: &str,
        personal: &[u8],
        starts: PyReadonlyArray2<'py, u8>,
        steps: PyReadonlyArray1<'py, u64>,
        expected: PyReadonlyArray2<'py, u8>,
        progress: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyArray1<bool>>> {
        let (engine, function) = (self.get()?, function(algorithm, personal)?);
        let (starts, steps) = (unchanging(starts)?, steps.as_slice()?.to_vec());
        let expected = unchanging(expected)?;
        let walk = Walk { function, starts: values("starts", starts.as_slice()?)?, steps: &steps };
        let expected = values("expected", expected.as_slice()?)?;
        let is_long = walk.total_steps() > SHORT_STEPS;
        let report = run(py, is_long, progress.as_ref(), |watch| {
            Ok(engine.walk_matches(&walk, expected, &watch.control)?)
        })?;
        Ok(PyArray1::from_vec(py, report.value))
    }

    fn digest<'py>(
        &self,
        py: Python<'py>,
        algorithm: &str,
        personal: &[u8],
        messages: PyReadonlyArray2<'py, u8>,
        progress: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyArray2<u8>>> {
        let (engine, function) = (self.get()?, function(algorithm, personal)?);
        let [count, length] = shape(&messages);
        let messages = unchanging(messages)?;
        let digest = Digest { function, messages: messages.as_slice()?, length, count };
        let digests = PyArray2::<u8>::zeros(py, [count, 32], false);
        {
            let mut written = digests.try_readwrite().map_err(|error| internal(&error))?;
            let digests = written.as_slice_mut()?.as_chunks_mut().0;
            let is_long = messages.as_slice()?.len() + 64 * count > SHORT_BYTES;
            run(py, is_long, progress.as_ref(), |watch| {
                Ok(engine.digest_into(&digest, digests, &watch.control).map(drop)?)
            })?;
        }
        Ok(digests)
    }

    /// 0 for each good signature, else the number of what is wrong.
    fn verify<'py>(
        &self,
        py: Python<'py>,
        keys: PyReadonlyArray2<'py, u8>,
        messages: PyReadonlyArray2<'py, u8>,
        signatures: PyReadonlyArray2<'py, u8>,
        progress: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyArray1<u8>>> {
        let engine = self.get()?;
        let [_, length] = shape(&messages);
        let (keys, messages) = (unchanging(keys)?, unchanging(messages)?);
        let signatures = unchanging(signatures)?;
        let (keys, signatures) =
            (values("keys", keys.as_slice()?)?, values("signatures", signatures.as_slice()?)?);
        let verify = Verify { keys, messages: messages.as_slice()?, length, signatures };
        let is_long = verify.signatures.len() > SHORT_SIGNATURES;
        let report =
            run(py, is_long, progress.as_ref(), |watch| Ok(engine.verify(&verify, &watch.control)?))?;
        let code = |signed: Signed| signed.map_or_else(|fault| 1 + fault as u8, |()| 0);
        Ok(PyArray1::from_vec(py, report.value.into_iter().map(code).collect()))
    }
}

/// All devices of this machine, those that cannot be used as well.
#[pyfunction]
pub(crate) fn devices(py: Python<'_>) -> PyResult<Vec<Described>> {
    run(py, true, None, |_| Ok(gridnet_core::survey().into_iter().map(described).collect()))
}

/// One hash, on the caller's thread.
#[pyfunction]
pub(crate) fn hash<'py>(
    py: Python<'py>,
    algorithm: &str,
    personal: &[u8],
    message: &[u8],
) -> PyResult<Bound<'py, PyBytes>> {
    Ok(PyBytes::new(py, &function(algorithm, personal)?.hash(message)))
}

/// The names of what can be wrong with a signature, by their numbers less one.
#[pyfunction]
pub(crate) fn signature_faults() -> Vec<&'static str> {
    gridnet_core::SignatureFault::ALL.into_iter().map(gridnet_core::SignatureFault::name).collect()
}

fn described(device: gridnet_core::Device) -> Described {
    let gridnet_core::Device { id, name, kind, backend, driver, pci, paths, self_test, .. } = device;
    let why_not = (!device.available).then(|| device.reason.unwrap_or_default());
    (id, name, kind.name(), backend, driver, pci, paths, self_test, why_not, device.refused)
}

pub(crate) fn did(shares: Vec<Share>) -> Vec<Did> {
    shares.into_iter().map(|Share { id, name, path, done, .. }| (id, name, path, done)).collect()
}

/// The function of a name and a personalisation.
pub(crate) fn function(algorithm: &str, personal: &[u8]) -> Result<HashFunction, Refusal> {
    Ok(HashFunction::from_name(algorithm)?.with_personal(personal)?)
}

/// The array, where it lies over `bytes`, which never change, and otherwise a copy: another thread might write while the
/// engine reads. That an array is marked as not to be written says nothing of views made before, or of later.
pub(crate) fn unchanging<'py>(array: PyReadonlyArray2<'py, u8>) -> PyResult<PyReadonlyArray2<'py, u8>> {
    let mut held: Bound<'_, PyAny> = array.as_any().clone();
    // Writing through what it is a view of changes it, too.
    while let Ok(array) = held.cast::<numpy::PyUntypedArray>() {
        if array.getattr("flags")?.getattr("writeable")?.extract()? {
            break;
        }
        let base = array.getattr("base")?;
        held = base;
    }
    if held.is_instance_of::<PyBytes>() { Ok(array) } else { Ok(array.call_method0("copy")?.extract()?) }
}

fn shape(array: &PyReadonlyArray2<'_, u8>) -> [usize; 2] {
    let shape = array.shape();
    [shape[0], shape[1]]
}

/// As many values of `N` bytes as there are.
fn values<'a, const N: usize>(what: &'static str, bytes: &'a [u8]) -> Result<&'a [[u8; N]], Refusal> {
    let (values, rest) = bytes.as_chunks();
    let count = gridnet_core::Error::Count { what, got: bytes.len(), expected: bytes.len() - rest.len() };
    if rest.is_empty() { Ok(values) } else { Err(count.into()) }
}

fn internal(error: &dyn std::fmt::Display) -> Refusal {
    Refusal::Internal(error.to_string())
}
