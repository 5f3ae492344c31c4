//! Keys, addresses, and whoever signs.

use std::sync::{Mutex, PoisonError};

use gridnet_protocol::encoding::{decode, encode};
use gridnet_protocol::receiver::SealKey;
use gridnet_protocol::sign::sign_digest;
use gridnet_protocol::{Address, Error, PublicKey, SecretKey, Signature, receiver};
use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use crate::error::Refusal;
use crate::proof::network;
use crate::run::released;

/// A receiver: its key, its seal key, the first key's signature of both.
pub(crate) type Receiver = ([u8; 32], [u8; 32], [u8; 64]);

pub(crate) fn receiver(&(key, seal_key, binding): &Receiver) -> receiver::Receiver {
    receiver::Receiver { key: PublicKey(key), seal_key: SealKey(seal_key), binding: Signature(binding) }
}

pub(crate) fn said(receiver: &receiver::Receiver) -> Receiver {
    (receiver.key.0, receiver.seal_key.0, receiver.binding.0)
}

#[pyfunction]
pub(crate) fn address_of(key: [u8; 32]) -> [u8; 32] {
    Address::of(&PublicKey(key)).0
}

#[pyfunction]
pub(crate) fn address_text(network_id: u32, address: [u8; 32]) -> PyResult<String> {
    Ok(Address(address).to_text(network(network_id)?))
}

#[pyfunction]
pub(crate) fn address_from_text(network_id: u32, text: &str) -> PyResult<[u8; 32]> {
    Ok(Address::from_text(network(network_id)?, text).map_err(Refusal::from)?.0)
}

#[pyfunction]
pub(crate) fn is_admitted(key: [u8; 32]) -> bool {
    PublicKey(key).admit().is_ok()
}

#[pyfunction]
pub(crate) fn is_signature(
    py: Python<'_>,
    key: [u8; 32],
    digest: [u8; 32],
    signature: [u8; 64],
) -> PyResult<bool> {
    released(py, || Ok(PublicKey(key).verifies(&digest, &Signature(signature))))
}

#[pyfunction]
pub(crate) fn is_bound(py: Python<'_>, network_id: u32, keys: Receiver) -> PyResult<bool> {
    let network = network(network_id)?;
    released(py, || Ok(receiver(&keys).is_bound(network)))
}

#[pyfunction]
pub(crate) fn receiver_from_bytes(bytes: &[u8]) -> PyResult<Receiver> {
    let read = decode::<receiver::Receiver>("a receiver", bytes).map_err(Refusal::from)?;
    Ok(said(&read))
}

#[pyfunction]
pub(crate) fn receiver_to_bytes(keys: Receiver) -> Vec<u8> {
    encode(&receiver(&keys))
}

/// Who signs.
#[pyclass(frozen, module = "gridnet._native")]
pub(crate) struct Signer(Key);

enum Key {
    Held(SecretKey),
    /// A callable that is given 32 bytes and gives back 64.
    Elsewhere(PublicKey, Py<PyAny>),
}

impl From<SecretKey> for Signer {
    fn from(key: SecretKey) -> Signer {
        Signer(Key::Held(key))
    }
}

impl Key {
    fn public(&self) -> PublicKey {
        match self {
            Key::Held(key) => key.public(),
            Key::Elsewhere(key, _) => *key,
        }
    }
}

/// A signer that is at work, and what its callable raised meanwhile.
struct Asked<'a> {
    key: &'a Key,
    raised: Mutex<Option<PyErr>>,
}

impl gridnet_protocol::Signer for Asked<'_> {
    fn public(&self) -> PublicKey {
        self.key.public()
    }

    fn sign(&self, digest: &[u8; 32]) -> Result<Signature, Error> {
        match self.key {
            Key::Held(key) => gridnet_protocol::Signer::sign(key, digest),
            Key::Elsewhere(_, sign) => Python::attach(|py| {
                let signed = match sign.call1(py, (PyBytes::new(py, digest),)) {
                    Ok(signed) => signed,
                    Err(error) => {
                        let why = error.to_string();
                        *self.raised.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
                        return Err(Error::Signer { why });
                    }
                };
                let signature = signed.cast_bound::<PyBytes>(py).ok();
                let signature = signature.and_then(|signature| signature.as_bytes().try_into().ok());
                signature.map(Signature).ok_or(Error::Signer { why: "it gave no 64 bytes".to_owned() })
            }),
        }
    }
}

impl Signer {
    /// Its key.
    pub(crate) fn public(&self) -> PublicKey {
        self.0.public()
    }

    /// Does what needs its signature, with the interpreter released. What its callable raises comes out as it is.
    pub(crate) fn asked<T: Send>(
        &self,
        py: Python<'_>,
        work: impl FnOnce(&dyn gridnet_protocol::Signer) -> Result<T, Refusal> + Send,
    ) -> PyResult<T> {
        let asked = Asked { key: &self.0, raised: Mutex::new(None) };
        let done = released(py, || work(&asked));
        let raised = asked.raised.into_inner().unwrap_or_else(PoisonError::into_inner);
        raised.map_or(done, Err)
    }
}

#[pymethods]
impl Signer {
    /// A callable may lead back to whoever holds this.
    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        match &self.0 {
            Key::Held(_) => Ok(()),
            Key::Elsewhere(_, sign) => visit.call(sign),
        }
    }

    #[staticmethod]
    fn from_seed(seed: [u8; 32]) -> Signer {
        SecretKey::from_seed(seed).into()
    }

    #[staticmethod]
    fn from_file(file: &[u8]) -> PyResult<Signer> {
        Ok(SecretKey::from_file(file).map_err(Refusal::from)?.into())
    }

    #[staticmethod]
    fn elsewhere(key: [u8; 32], sign: Py<PyAny>) -> PyResult<Signer> {
        PublicKey(key).admit().map_err(Refusal::from)?;
        Ok(Signer(Key::Elsewhere(PublicKey(key), sign)))
    }

    /// Nothing where the key is elsewhere.
    fn to_file<'py>(&self, py: Python<'py>) -> Option<Bound<'py, PyBytes>> {
        match &self.0 {
            Key::Held(key) => Some(PyBytes::new(py, &key.to_file())),
            Key::Elsewhere(..) => None,
        }
    }

    fn public_key(&self) -> [u8; 32] {
        self.public().0
    }

    fn sign(&self, py: Python<'_>, digest: [u8; 32]) -> PyResult<[u8; 64]> {
        self.asked(py, |signer| Ok(sign_digest(signer, &digest)?.0))
    }

    fn bind(&self, py: Python<'_>, network_id: u32, seal_key: [u8; 32]) -> PyResult<Receiver> {
        let network = network(network_id)?;
        self.asked(py, |signer| Ok(said(&receiver::Receiver::bound_by(network, signer, SealKey(seal_key))?)))
    }
}

/// Who opens seals.
#[pyclass(frozen, module = "gridnet._native")]
pub(crate) struct SealSecret(pub(crate) receiver::SealSecret);

#[pymethods]
impl SealSecret {
    #[staticmethod]
    fn from_bytes(bytes: [u8; 32]) -> SealSecret {
        SealSecret(receiver::SealSecret::from_bytes(bytes))
    }

    #[staticmethod]
    fn from_file(file: &[u8]) -> PyResult<SealSecret> {
        Ok(SealSecret(receiver::SealSecret::from_file(file).map_err(Refusal::from)?))
    }

    fn to_file<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, &self.0.to_file())
    }

    fn public_key(&self) -> [u8; 32] {
        self.0.public().0
    }
}
