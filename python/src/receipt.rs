//! Receipts for energy: what anybody checks with headers alone.

use gridnet_core::proof::header::{HEADER_BYTES, Header};
use gridnet_protocol::Address;
use gridnet_protocol::encoding::{decode, encode};
use gridnet_protocol::spv::receipt::{self, Marked, Options, ReceiptFacts, ReceiptObjection, SideFacts};
use gridnet_protocol::spv::{Checkpoint, Headers};
use gridnet_protocol::state::row::Retired;
use gridnet_protocol::trust::Policy;
use gridnet_protocol::value::{Height, Time};
use pyo3::prelude::*;

use crate::action::{self, Subject, readings};
use crate::chain::{Block, Registered, registered};
use crate::contract::Contract;
use crate::engine::Engine;
use crate::error::Refusal;
use crate::meter::{self, Reading};
use crate::proof::network;
use crate::run::{released, run};

/// What stands in a ledger about a contract.
#[pyclass(frozen, module = "gridnet._native")]
pub(crate) struct Evidence(pub(crate) receipt::Evidence);

#[pymethods]
impl Evidence {
    #[staticmethod]
    fn from_bytes(bytes: &[u8]) -> PyResult<Evidence> {
        Ok(Evidence(decode("the evidence of a contract", bytes).map_err(Refusal::from)?))
    }

    fn to_bytes(&self) -> Vec<u8> {
        encode(&self.0)
    }
}

/// What a receipt shows of the contract: its id, its terms, when it was opened and settled, the time of that, what was
/// delivered and what each party had.
type Deal = ([u8; 32], Contract, u32, u32, Option<u64>, u64, Vec<u64>);
/// A side: its owner, its meter and what is certified of it, the owner's identity, what was imported and exported, and the
/// sequence that the meter gave twice.
type Side = ([u8; 32], [u8; 32], meter::Body, Option<Registered>, Option<(u64, u64)>, Option<u64>);
/// A mark: which authority, of whom, why, from when on, made when.
type Mark = ([u8; 32], Subject, Vec<u8>, u32, u32);
/// What is objected: its name, of what, which.
type Objected = (&'static str, u8, [u8; 32]);
/// Where it stands: the state's height, its root, and blocks on top.
type Shown = (u32, [u8; 32], u32);
/// All of it: with the block that was trusted, the last one, and the headers' work.
type Facts = (
    Deal,
    Side,
    Side,
    Vec<Reading>,
    Vec<[u8; 32]>,
    Vec<Mark>,
    Shown,
    (u32, [u8; 32]),
    (u32, [u8; 32]),
    [u8; 32],
    Vec<Objected>,
);

/// The subject's kind of an authority that nothing is said of; the others are those of marks.
const AUTHORITY: u8 = 3;

fn side(of: &SideFacts) -> Side {
    let measured = of.measured().map(|[import, export]| (import.0, export.0));
    let twice = match of.row.retired {
        Some(Retired::Equivocated(sequence)) => Some(sequence),
        Some(Retired::Replaced(_)) | None => None,
    };
    let identity = of.identity.as_ref().map(registered);
    (of.owner.0, of.meter.0, meter::said(&of.row.certificate), identity, measured, twice)
}

fn mark(of: &Marked) -> Mark {
    let Marked { authority, subject, mark } = of;
    let reason = mark.reason.as_slice().to_vec();
    (authority.0, action::said(*subject), reason, mark.effective.0, mark.made.0)
}

fn objected(of: &ReceiptObjection) -> Result<Objected, Refusal> {
    let (kind, id) = match of {
        ReceiptObjection::Proven(subject) => action::said(*subject),
        ReceiptObjection::Marked(marked) => action::said(marked.subject),
        ReceiptObjection::Unsaid(authority) => (AUTHORITY, authority.0),
        other => return Err(Refusal::Internal(format!("an objection of another kind: {other}"))),
    };
    Ok((of.name(), kind, id))
}

fn facts(of: &ReceiptFacts) -> Result<Facts, Refusal> {
    let paid = of.paid.iter().map(|paid| paid.amount.0).collect();
    let time = of.settled_time.map(|time| time.0);
    let terms = Contract(of.terms.clone());
    Ok((
        (of.contract.0, terms, of.opened.0, of.settled.0, time, of.delivered.0, paid),
        side(&of.seller),
        side(&of.buyer),
        of.readings.iter().copied().map(Reading).collect(),
        of.authorities.iter().map(|authority| authority.0).collect(),
        of.marks.iter().map(mark).collect(),
        (of.root.height.0, of.root.root, of.root.depth),
        (of.start.height.0, of.start.id),
        (of.tip.height.0, of.tip.id),
        of.work.to_be_bytes(),
        of.objections().iter().map(objected).collect::<Result<_, _>>()?,
    ))
}

/// A receipt.
#[pyclass(frozen, module = "gridnet._native")]
pub(crate) struct Receipt(receipt::Receipt);

#[pymethods]
impl Receipt {
    #[staticmethod]
    fn assemble(
        py: Python<'_>,
        network_id: u32,
        start: u32,
        headers: Vec<u8>,
        next: &Block,
        evidence: &Evidence,
        readings: Vec<PyRef<'_, Reading>>,
    ) -> PyResult<Receipt> {
        let (network, readings) = (network(network_id)?, self::readings(&readings)?);
        // That they are of 80 bytes each was looked at.
        let (headers, _) = headers.as_chunks::<HEADER_BYTES>();
        let headers = Headers::new(headers.iter().map(Header::from_bytes)).map_err(Refusal::from)?;
        released(py, || {
            let (assemble, evidence) = (receipt::Receipt::assemble, evidence.0.clone());
            Ok(Receipt(assemble(network, Height(start), headers, &next.0, evidence, readings)?))
        })
    }

    #[staticmethod]
    fn from_bytes(bytes: &[u8]) -> PyResult<Receipt> {
        Ok(Receipt(receipt::Receipt::from_bytes(bytes).map_err(Refusal::from)?))
    }

    fn to_bytes(&self) -> Vec<u8> {
        self.0.to_bytes()
    }

    #[staticmethod]
    fn from_file(file: &[u8]) -> PyResult<Receipt> {
        Ok(Receipt(receipt::Receipt::from_file(file).map_err(Refusal::from)?))
    }

    fn to_file(&self) -> Vec<u8> {
        self.0.to_file()
    }

    #[expect(clippy::too_many_arguments, reason = "all are named in Python")]
    fn verify(
        &self,
        py: Python<'_>,
        engine: &Engine,
        network_id: u32,
        checkpoint: Option<(u32, [u8; 32])>,
        depth: u32,
        authorities: Vec<[u8; 32]>,
        now: u64,
    ) -> PyResult<Facts> {
        let (engine, network) = (engine.get()?, network(network_id)?);
        let trusted = |(height, id)| Checkpoint { height: Height(height), id };
        let start = checkpoint.map_or_else(|| Checkpoint::first(network), trusted);
        let policy = Policy::of(authorities.into_iter().map(Address));
        let options = Options { network, start, depth, policy, now: Time(now) };
        // There may be many headers.
        run(py, true, None, |watch| facts(&self.0.verify(engine, &options, &watch.control)?))
    }
}
