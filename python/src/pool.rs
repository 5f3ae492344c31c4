//! Token pools: what is registered of one, the card that shows it, and a pool in its owner's hands.

use std::sync::MutexGuard;

use gridnet_core::proof::identity::Proof;
use gridnet_protocol::Address;
use gridnet_protocol::encoding::{decode, encode};
use gridnet_protocol::pool::owner::{
    Ask as Asked, Change, IssueError, Master, Owner, OwnerKey, Plan, Source,
};
use gridnet_protocol::pool::{self, ChainFunction, OwnedPool};
use gridnet_protocol::value::{Content, Depth, Height, Time, Units};
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use crate::engine::Engine;
use crate::error::Refusal;
use crate::key::{Receiver, Signer, receiver};
use crate::own::Own;
use crate::proof::network;
use crate::run::{released, run};
use crate::token::{Terms, Token, shares, terms};

/// A registration: owner, sequence, function, banks, length, value, expiry, minimum stake, how hops share, root.
pub(crate) type Registration = ([u8; 32], u64, u8, u16, u32, u64, u32, u64, Terms, [u8; 32]);

pub(crate) fn registration(said: &Registration) -> Result<pool::Registration, Refusal> {
    let &(owner, sequence, function, banks, length, value, expiry, minimum_stake, terms, root) = said;
    let unknown = Refusal::Unknown { what: "function of chains", got: function.into() };
    Ok(pool::Registration {
        owner: Address(owner),
        sequence,
        function: ChainFunction::from_number(function).ok_or(unknown)?,
        banks,
        length,
        value: Units(value),
        expiry: Height(expiry),
        minimum_stake: Units(minimum_stake),
        terms: shares(terms)?,
        root,
    })
}

pub(crate) fn said(of: &pool::Registration) -> Registration {
    let (function, terms) = (of.function as u8, terms(of.terms));
    let (value, expiry, minimum_stake) = (of.value.0, of.expiry.0, of.minimum_stake.0);
    (of.owner.0, of.sequence, function, of.banks, of.length, value, expiry, minimum_stake, terms, of.root)
}

#[pyfunction]
pub(crate) fn registration_from_bytes(bytes: &[u8]) -> PyResult<Registration> {
    let read = decode::<pool::Registration>("a registration", bytes).map_err(Refusal::from)?;
    Ok(said(&read))
}

#[pyfunction]
pub(crate) fn registration_to_bytes(of: Registration) -> PyResult<Vec<u8>> {
    Ok(encode(&registration(&of)?))
}

#[pyfunction]
pub(crate) fn registration_id(network_id: u32, of: Registration) -> PyResult<[u8; 32]> {
    Ok(registration(&of)?.id(network(network_id)?).0)
}

/// What its hashes are worth together, of one that can be registered.
#[pyfunction]
pub(crate) fn registration_coins(of: Registration) -> PyResult<u64> {
    let registration = registration(&of)?;
    registration.check().map_err(Refusal::from)?;
    Ok(registration.coins().map_err(Refusal::from)?.0)
}

/// A registration and one of its banks.
#[pyclass(frozen, module = "gridnet._native")]
pub(crate) struct PoolCard(pub(crate) pool::PoolCard);

#[pymethods]
impl PoolCard {
    #[staticmethod]
    fn from_bytes(bytes: &[u8]) -> PyResult<PoolCard> {
        Ok(PoolCard(decode("a pool card", bytes).map_err(Refusal::from)?))
    }

    fn to_bytes(&self) -> Vec<u8> {
        encode(&self.0)
    }

    fn registration(&self) -> Registration {
        said(&self.0.registration)
    }

    fn bank(&self) -> u16 {
        self.0.bank
    }

    fn is_of(&self, network_id: u32, token: &Token) -> PyResult<bool> {
        Ok(self.0.is_of(network(network_id)?, &token.0))
    }

    fn leads_to_ceiling(&self, py: Python<'_>, token: &Token) -> PyResult<bool> {
        released(py, || Ok(self.0.leads_to_ceiling(&token.0)))
    }
}

/// What a token is to be for: the receiver, content, how hops share, issued, expiry, depth, where its hashes come from, and
/// which bank that is.
type Ask = (Receiver, [u8; 32], Terms, u64, u64, u32, u8, u16);

fn asked(ask: &Ask) -> Result<Asked, Refusal> {
    let &(ref to, content, terms, issued, expiry, depth, source, bank) = ask;
    Ok(Asked {
        receiver: receiver(to),
        content: Content(content),
        terms: shares(terms)?,
        issued: Time(issued),
        expiry: Time(expiry),
        depth: Depth(depth),
        source: match source {
            0 => Source::Session,
            1 => Source::Unused,
            2 => Source::Bank(bank),
            got => return Err(Refusal::Unknown { what: "source of hashes", got: got.into() }),
        },
    })
}

/// A pool, its secrets, and how far its banks are used.
#[pyclass(frozen, module = "gridnet._native")]
pub(crate) struct TokenPool(Own<OwnedPool>);

impl From<OwnedPool> for TokenPool {
    fn from(pool: OwnedPool) -> TokenPool {
        TokenPool(Own::of_this_process("token pool", pool))
    }
}

impl TokenPool {
    fn get(&self) -> Result<MutexGuard<'_, OwnedPool>, Refusal> {
        self.0.get()
    }
}

#[pymethods]
impl TokenPool {
    #[staticmethod]
    #[expect(clippy::too_many_arguments, reason = "all are named in Python")]
    fn create(
        py: Python<'_>,
        engine: &Engine,
        network_id: u32,
        owner: &Signer,
        repetitions: u32,
        nonce: u32,
        master: [u8; 32],
        plan: Registration,
        progress: Option<Bound<'_, PyAny>>,
    ) -> PyResult<TokenPool> {
        let (engine, plan, network) =
            (engine.get()?, Plan::from(&registration(&plan)?), network(network_id)?);
        // The pool's file is written again and again, and copied: the key is kept out of it.
        let (key, proof) = (OwnerKey::Elsewhere(owner.public()), Proof { repetitions, nonce });
        let owner = Owner { network, key, proof, master: Master::from_bytes(master) };
        let create = |watch: &crate::run::Watch| Ok(OwnedPool::create(engine, owner, plan, &watch.control)?);
        Ok(run(py, true, progress.as_ref(), create)?.into())
    }

    #[staticmethod]
    fn resume(py: Python<'_>, file: &[u8]) -> PyResult<TokenPool> {
        Ok(released(py, || Ok(OwnedPool::resume(file)?))?.into())
    }

    #[staticmethod]
    fn restore(py: Python<'_>, copy: &[u8], first_unused: u16) -> PyResult<TokenPool> {
        Ok(released(py, || Ok(OwnedPool::restore(copy, first_unused)?))?.into())
    }

    fn apply(&self, change: &[u8]) -> PyResult<()> {
        Ok(self.get()?.apply(change).map_err(Refusal::from)?)
    }

    fn to_file<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        Ok(PyBytes::new(py, &self.get()?.to_file()))
    }

    fn network(&self) -> PyResult<&'static str> {
        Ok(self.get()?.network().name())
    }

    fn registration(&self) -> PyResult<Registration> {
        Ok(said(self.get()?.registration()))
    }

    fn issued(&self) -> PyResult<Vec<u32>> {
        Ok(self.get()?.issued().map(|depth| depth.0).collect())
    }

    fn card(&self, py: Python<'_>, bank: u16) -> PyResult<PoolCard> {
        released(py, || Ok(PoolCard(self.get()?.card(bank)?)))
    }

    /// The token and its first holder's key, once `persist` was called with the bank, the whole file and the change, and
    /// did not raise. Signed by the pool's own key where no owner is given.
    fn issue(
        &self,
        py: Python<'_>,
        owner: Option<&Signer>,
        ask: Ask,
        persist: Py<PyAny>,
    ) -> PyResult<(Token, Signer)> {
        let ask = asked(&ask)?;
        let persist = |change: &Change<'_>| {
            Python::attach(|py| {
                let (file, bytes) = (change.to_file(), change.to_bytes());
                let change = (change.bank(), PyBytes::new(py, &file), PyBytes::new(py, &bytes));
                persist.call1(py, change).map(drop)
            })
        };
        let issued = match owner {
            Some(owner) => owner.asked(py, |signer| Ok(self.get()?.issue_by(signer, &ask, persist))),
            None => released(py, || Ok(self.get()?.issue(&ask, persist))),
        };
        match issued? {
            Ok(issued) => Ok((Token(issued.token), issued.first_key.into())),
            Err(IssueError::Refused(error)) => Err(Refusal::from(error).into()),
            Err(IssueError::Persist(raised)) => Err(raised),
        }
    }
}
