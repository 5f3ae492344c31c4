//! Datagrams.

use gridnet_protocol::Address;
use gridnet_protocol::datagram::{self, Payload};
use gridnet_protocol::value::{Content, Time};
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use crate::custody::Custody;
use crate::error::Refusal;
use crate::pool::PoolCard;
use crate::proof::network;
use crate::run::released;
use crate::token::Token;

/// Something sealed, with what pays for carrying it and who did so far.
#[pyclass(frozen, module = "gridnet._native")]
pub(crate) struct Datagram(datagram::Datagram);

#[pymethods]
impl Datagram {
    #[staticmethod]
    fn make(
        token: &Token,
        custody: &Custody,
        destination: [u8; 32],
        expiry: u64,
        payload: &[u8],
        card: Option<&PoolCard>,
    ) -> PyResult<Datagram> {
        let payload = Payload::new(payload.to_vec()).map_err(Refusal::from)?;
        let (destination, expiry) = (Address(destination), Time(expiry));
        let (card, custody) = (card.map(|card| card.0.clone()), custody.0.clone());
        Ok(Datagram(datagram::Datagram { token: token.0, card, custody, destination, expiry, payload }))
    }

    #[staticmethod]
    fn from_file(file: &[u8]) -> PyResult<Datagram> {
        Ok(Datagram(datagram::Datagram::from_file(file).map_err(Refusal::from)?))
    }

    fn to_file(&self) -> Vec<u8> {
        self.0.to_file()
    }

    fn token(&self) -> Token {
        Token(self.0.token)
    }

    fn card(&self) -> Option<PoolCard> {
        self.0.card.clone().map(PoolCard)
    }

    fn custody(&self) -> Custody {
        Custody(self.0.custody.clone())
    }

    fn destination(&self) -> [u8; 32] {
        self.0.destination.0
    }

    fn expiry(&self) -> u64 {
        self.0.expiry.0
    }

    fn payload<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, self.0.payload.as_bytes())
    }

    /// The name of why it should not be carried on, at this moment.
    fn check(
        &self,
        py: Python<'_>,
        network_id: u32,
        now: u64,
        previous: Option<[u8; 32]>,
    ) -> PyResult<Option<&'static str>> {
        let network = network(network_id)?;
        released(py, || {
            let checked = self.0.check(network, Time(now), previous.map(Content));
            Ok(checked.err().map(|refusal| refusal.name()))
        })
    }
}
