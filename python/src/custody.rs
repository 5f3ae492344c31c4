//! Who carries: candidates, chains of custody, and the transit pools that they end in.

use gridnet_protocol::custody::{self, Opening as Opened};
use gridnet_protocol::encoding::{decode, encode};
use gridnet_protocol::transit::{self, Disclosure, Hop};
use gridnet_protocol::{Address, Error, SecretKey, Signature};
use pyo3::prelude::*;

use crate::error::Refusal;
use crate::key::{SealSecret, Signer};
use crate::pool::PoolCard;
use crate::proof::network;
use crate::run::released;
use crate::token::Token;

/// Who a hop is: its identity, and random bytes.
pub(crate) type Opening = ([u8; 32], [u8; 32]);

pub(crate) fn opened((identity, blind): Opening) -> Opened {
    Opened { identity: Address(identity), blind }
}

fn said(opening: Opened) -> Opening {
    (opening.identity.0, opening.blind)
}

#[pyfunction]
pub(crate) fn commitment(opening: Opening) -> [u8; 32] {
    opened(opening).commitment().0
}

/// Whoever wants to carry next.
#[pyclass(frozen, module = "gridnet._native")]
pub(crate) struct Candidate(custody::Candidate);

#[pymethods]
impl Candidate {
    #[staticmethod]
    fn make(
        py: Python<'_>,
        network_id: u32,
        token: &Token,
        custody: &Custody,
        key: &Signer,
        opening: Opening,
        entropy: [u8; 32],
    ) -> PyResult<Candidate> {
        let network = network(network_id)?;
        key.asked(py, |key| {
            let opening = opened(opening);
            Ok(Candidate(custody::Candidate::new(network, &token.0, &custody.0, key, &opening, entropy)?))
        })
    }

    #[staticmethod]
    fn from_bytes(bytes: &[u8]) -> PyResult<Candidate> {
        Ok(Candidate(decode("a candidate", bytes).map_err(Refusal::from)?))
    }

    fn to_bytes(&self) -> Vec<u8> {
        encode(&self.0)
    }
}

/// A chain of custody on its way. What changes it gives a changed copy.
#[pyclass(frozen, module = "gridnet._native")]
pub(crate) struct Custody(pub(crate) custody::Custody);

impl Custody {
    fn changed(
        &self,
        change: impl FnOnce(&mut custody::Custody) -> Result<(), Error>,
    ) -> Result<Custody, Refusal> {
        let mut custody = self.0.clone();
        change(&mut custody)?;
        Ok(Custody(custody))
    }
}

#[pymethods]
impl Custody {
    #[new]
    fn new() -> Custody {
        Custody(custody::Custody::default())
    }

    #[staticmethod]
    fn from_bytes(bytes: &[u8]) -> PyResult<Custody> {
        Ok(Custody(decode("a custody chain", bytes).map_err(Refusal::from)?))
    }

    fn to_bytes(&self) -> Vec<u8> {
        encode(&self.0)
    }

    fn hops(&self) -> usize {
        self.0.links().len()
    }

    fn holder(&self, token: &Token) -> [u8; 32] {
        self.0.holder(&token.0).0
    }

    fn has_offer(&self) -> bool {
        self.0.offer().is_some()
    }

    fn is_handed_over(&self) -> bool {
        self.0.last_hand_over().is_some()
    }

    /// The name of what is wrong, and where: hops are counted from 1.
    fn check(
        &self,
        py: Python<'_>,
        network_id: u32,
        token: &Token,
    ) -> PyResult<Option<(&'static str, usize)>> {
        let network = network(network_id)?;
        released(py, || match self.0.check(network, &token.0) {
            Ok(()) => Ok(None),
            Err(Error::Custody { reason, element }) => Ok(Some((reason.name(), element))),
            Err(error) => Err(error.into()),
        })
    }

    fn hand_over(
        &self,
        py: Python<'_>,
        network_id: u32,
        token: &Token,
        holder: &Signer,
        next: &Candidate,
    ) -> PyResult<Custody> {
        let network = network(network_id)?;
        holder.asked(py, |holder| self.changed(|chain| chain.hand_over(network, &token.0, holder, next.0)))
    }

    fn offer_to_bearer(
        &self,
        py: Python<'_>,
        network_id: u32,
        token: &Token,
        holder: &Signer,
        bearer: [u8; 32],
    ) -> PyResult<Custody> {
        let (network, bearer) = (network(network_id)?, SecretKey::from_seed(bearer));
        holder.asked(py, |holder| {
            self.changed(|chain| chain.offer_to_bearer(network, &token.0, holder, &bearer))
        })
    }

    fn join_by_bearer(
        &self,
        py: Python<'_>,
        network_id: u32,
        token: &Token,
        next: &Candidate,
    ) -> PyResult<Custody> {
        let network = network(network_id)?;
        released(py, || self.changed(|chain| chain.join_by_bearer(network, &token.0, next.0)))
    }

    fn hand_over_last(
        &self,
        py: Python<'_>,
        network_id: u32,
        token: &Token,
        holder: &Signer,
    ) -> PyResult<Custody> {
        let network = network(network_id)?;
        holder.asked(py, |holder| self.changed(|chain| chain.hand_over_last(network, &token.0, holder)))
    }

    fn receipt(
        &self,
        py: Python<'_>,
        network_id: u32,
        token: &Token,
        receiver: &Signer,
    ) -> PyResult<[u8; 64]> {
        let network = network(network_id)?;
        receiver.asked(py, |receiver| Ok(self.0.receipt(network, &token.0, receiver)?.0))
    }

    fn open(&self, py: Python<'_>, token: &Token, secret: &SealSecret) -> PyResult<Vec<Option<Opening>>> {
        released(py, || {
            let openings = self.0.open(&token.0, &secret.0);
            Ok(openings.into_iter().map(|opening| opening.map(said)).collect())
        })
    }

    fn accumulators(&self, token: &Token) -> Vec<[u8; 32]> {
        self.0.accumulators(&token.0)
    }
}

/// The last token of a session with those who carried.
#[pyclass(frozen, module = "gridnet._native")]
pub(crate) struct TransitPool(transit::TransitPool);

#[pymethods]
impl TransitPool {
    #[staticmethod]
    fn assemble(
        py: Python<'_>,
        network_id: u32,
        token: &Token,
        custody: &Custody,
        receiver: &Signer,
        secret: &SealSecret,
    ) -> PyResult<TransitPool> {
        let network = network(network_id)?;
        receiver.asked(py, |receiver| {
            let assemble = transit::TransitPool::assemble;
            Ok(TransitPool(assemble(network, token.0, &custody.0, receiver, &secret.0)?))
        })
    }

    #[staticmethod]
    fn assemble_with_receipt(
        py: Python<'_>,
        network_id: u32,
        token: &Token,
        custody: &Custody,
        receipt: [u8; 64],
        openings: Vec<Option<Opening>>,
    ) -> PyResult<TransitPool> {
        let (network, receipt) = (network(network_id)?, Signature(receipt));
        let openings: Vec<_> = openings.into_iter().map(|opening| opening.map(opened)).collect();
        released(py, || {
            let assemble = transit::TransitPool::assemble_with_receipt;
            Ok(TransitPool(assemble(network, token.0, &custody.0, receipt, &openings)?))
        })
    }

    #[staticmethod]
    fn from_bytes(bytes: &[u8]) -> PyResult<TransitPool> {
        Ok(TransitPool(decode("a transit pool", bytes).map_err(Refusal::from)?))
    }

    fn to_bytes(&self) -> Vec<u8> {
        encode(&self.0)
    }

    fn token(&self) -> Token {
        Token(self.0.token)
    }

    fn openings(&self) -> Vec<Option<Opening>> {
        let opening = |hop: &Hop| match hop.disclosure {
            Disclosure::Opened(opening) => Some(said(opening)),
            Disclosure::Unopened(_) => None,
        };
        self.0.hops.as_slice().iter().map(opening).collect()
    }

    /// The name of what is wrong.
    fn check(&self, py: Python<'_>, network_id: u32) -> PyResult<Option<&'static str>> {
        let network = network(network_id)?;
        released(py, || Ok(self.0.check(network).err().map(|reason| reason.name())))
    }
}

/// A transit pool as it goes to the ledger.
#[pyclass(frozen, module = "gridnet._native")]
pub(crate) struct ClaimedPool(pub(crate) transit::ClaimedPool);

#[pymethods]
impl ClaimedPool {
    #[staticmethod]
    fn make(pool: &TransitPool, steps: u32, card: Option<&PoolCard>) -> ClaimedPool {
        let bank = card.map(|card| card.0.proof.clone());
        ClaimedPool(transit::ClaimedPool { steps, bank, pool: pool.0.clone() })
    }

    #[staticmethod]
    fn from_bytes(bytes: &[u8]) -> PyResult<ClaimedPool> {
        Ok(ClaimedPool(decode("a claimed pool", bytes).map_err(Refusal::from)?))
    }

    fn to_bytes(&self) -> Vec<u8> {
        encode(&self.0)
    }

    fn pool(&self) -> TransitPool {
        TransitPool(self.0.pool.clone())
    }

    fn steps(&self) -> u32 {
        self.0.steps
    }

    fn weight(&self) -> u64 {
        self.0.weight()
    }
}
