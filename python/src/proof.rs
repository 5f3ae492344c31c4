//! Proofs that are hashing alone: chains of headers, identities.

use gridnet_core::Target;
use gridnet_core::proof::headers::{self, Retarget};
use gridnet_core::proof::identity::{self, Proof};
use gridnet_protocol::Network;
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use crate::engine::{Did, Engine, did, function};
use crate::error::Refusal;
use crate::run::run;

/// Headers that are verified before anybody would press Ctrl-C.
const SHORT_HEADERS: usize = 10_000;

/// The network of a number.
pub(crate) fn network(id: u32) -> Result<Network, Refusal> {
    Network::from_id(id).ok_or(Refusal::Unknown { what: "network", got: id.into() })
}

fn bytes(py: Python<'_>, target: Target) -> Bound<'_, PyBytes> {
    PyBytes::new(py, &target.to_be_bytes())
}

#[pyfunction]
pub(crate) fn compact_target(py: Python<'_>, bits: u32) -> PyResult<Bound<'_, PyBytes>> {
    Ok(bytes(py, Target::from_compact(bits).map_err(Refusal::from)?))
}

#[pyfunction]
pub(crate) fn identity_target(py: Python<'_>, network_id: u32) -> PyResult<Bound<'_, PyBytes>> {
    Ok(bytes(py, gridnet_protocol::identity::target(network(network_id)?)))
}

/// How many headers there are and are valid, which is the first bad one and why, and the work of the valid ones.
#[pyfunction]
#[expect(clippy::too_many_arguments, reason = "all are named in Python")]
#[expect(clippy::type_complexity, reason = "what Python unpacks")]
pub(crate) fn verify_headers<'py>(
    py: Python<'py>,
    engine: &Engine,
    algorithm: &str,
    bytes: Vec<u8>,
    rule: &str,
    spacing: u32,
    half_life: u32,
    progress: Option<Bound<'py, PyAny>>,
) -> PyResult<(usize, usize, Option<(usize, &'static str)>, Bound<'py, PyBytes>)> {
    let rule = match rule {
        "bitcoin" => Retarget::Bitcoin,
        "asert" => Retarget::Asert { spacing, half_life },
        _ => Retarget::None,
    };
    let (engine, function) = (engine.get()?, function(algorithm, &[])?);
    let is_long = bytes.len() / 80 > SHORT_HEADERS;
    let report = run(py, is_long, progress.as_ref(), |watch| {
        Ok(headers::verify(engine, function, &bytes, rule, &watch.control)?)
    })?;
    let verdict = report.value;
    let first_bad = verdict.first_bad.map(|(index, fault)| (index, fault.name()));
    Ok((verdict.count, verdict.valid, first_bad, PyBytes::new(py, &verdict.total_work.to_be_bytes())))
}

/// The proof's repetitions and nonce, its hash, and who did how much.
#[pyfunction]
#[expect(clippy::type_complexity, reason = "what Python unpacks")]
pub(crate) fn mint_identity<'py>(
    py: Python<'py>,
    engine: &Engine,
    address: [u8; 32],
    target: [u8; 32],
    nonce_bits: u32,
    progress: Option<Bound<'py, PyAny>>,
) -> PyResult<(u32, u32, Bound<'py, PyBytes>, Vec<Did>, f64)> {
    let (engine, target) = (engine.get()?, Target::from_be_bytes(&target));
    let report = run(py, true, progress.as_ref(), |watch| {
        Ok(identity::mint(engine, &address, target, nonce_bits, &watch.control)?)
    })?;
    let identity::Minted { proof: Proof { repetitions, nonce }, hash } = report.value;
    let hash = PyBytes::new(py, &hash);
    Ok((repetitions, nonce, hash, did(report.devices), report.elapsed.as_secs_f64()))
}

/// The name of what is wrong with a proof; of a network where one is given, which bounds the repetitions.
#[pyfunction]
pub(crate) fn verify_identity(
    address: [u8; 32],
    repetitions: u32,
    nonce: u32,
    target: Option<[u8; 32]>,
    network_id: u32,
) -> PyResult<Option<&'static str>> {
    let proof = Proof { repetitions, nonce };
    let proven = match target {
        Some(target) => identity::verify(&address, proof, Target::from_be_bytes(&target)).map(drop),
        None => {
            let address = gridnet_protocol::Address(address);
            gridnet_protocol::identity::check(network(network_id)?, &address, proof).map(drop)
        }
    };
    Ok(proven.err().map(identity::Fault::name))
}
