//! Meters: what certifies them, what they sign, and what two readings prove.

use gridnet_protocol::PublicKey;
use gridnet_protocol::meter::{
    self, Area, EquivocationProof, Interval, MeterKind, Replacement, Source, Taken,
};
use gridnet_protocol::value::{MeterId, ReadingId, Slot, Time, WattHours, Watts};
use pyo3::prelude::*;

use crate::engine::Engine;
use crate::error::Refusal;
use crate::key::Signer;
use crate::proof::network;
use crate::run::released;

/// What a certificate says: the meter's key, its kind, source, area and rating, certifier, owner, and which meter it
/// replaces after which reading.
pub(crate) type Body = ([u8; 32], u8, u8, String, u32, [u8; 32], [u8; 32], Option<([u8; 32], [u8; 32])>);

fn certificate(of: Body) -> Result<meter::Certificate, Refusal> {
    let (key, kind, source, area, rating, certifier, owner, replaces) = of;
    Ok(meter::Certificate {
        key: PublicKey(key),
        kind: match kind {
            0 => MeterKind::Generation,
            1 => MeterKind::Connection,
            got => return Err(Refusal::Unknown { what: "kind of meter", got: got.into() }),
        },
        source: self::source(source)?,
        area: Area::new(&area)?,
        rating: Watts(rating),
        certifier: PublicKey(certifier),
        owner: PublicKey(owner),
        replaces: replaces.map(|(meter, last)| Replacement { meter: MeterId(meter), last: ReadingId(last) }),
    })
}

/// The source of a number.
pub(crate) fn source(number: u8) -> Result<Source, Refusal> {
    match number {
        0 => Ok(Source::Green),
        1 => Ok(Source::Grey),
        got => Err(Refusal::Unknown { what: "source", got: got.into() }),
    }
}

pub(crate) fn said(of: &meter::Certificate) -> Body {
    let meter::Certificate { key, kind, source, area, rating, certifier, owner, replaces } = of;
    let replaces = replaces.map(|replaced| (replaced.meter.0, replaced.last.0));
    let area = area.as_str().to_owned();
    (key.0, *kind as u8, *source as u8, area, rating.0, certifier.0, owner.0, replaces)
}

/// A certificate that both have signed.
#[pyclass(frozen, module = "gridnet._native")]
pub(crate) struct Certificate(pub(crate) meter::SignedCertificate);

#[pymethods]
impl Certificate {
    #[staticmethod]
    fn sign(
        py: Python<'_>,
        network_id: u32,
        certifier: &Signer,
        owner: &Signer,
        body: Body,
    ) -> PyResult<Certificate> {
        let (network, body) = (network(network_id)?, certificate(body)?);
        // Each is asked by itself: what a callable raises comes out as it is.
        let certifier_signature = certifier.asked(py, |certifier| Ok(body.certify(network, certifier)?))?;
        let owner_signature = owner.asked(py, |owner| Ok(body.consent(network, owner)?))?;
        Ok(Certificate(meter::SignedCertificate { body, certifier_signature, owner_signature }))
    }

    #[staticmethod]
    fn from_bytes(bytes: &[u8]) -> PyResult<Certificate> {
        Ok(Certificate(meter::SignedCertificate::from_bytes(bytes).map_err(Refusal::from)?))
    }

    fn to_bytes(&self) -> Vec<u8> {
        self.0.to_bytes()
    }

    fn body(&self) -> Body {
        said(&self.0.body)
    }

    fn id(&self, network_id: u32) -> PyResult<[u8; 32]> {
        Ok(self.0.id(network(network_id)?).0)
    }

    /// The name of what is wrong.
    fn check(&self, py: Python<'_>, network_id: u32) -> PyResult<Option<&'static str>> {
        let network = network(network_id)?;
        released(py, || Ok(self.0.check(network).err().map(|reason| reason.name())))
    }
}

/// What a reading says: meter, slot, sequence, what was imported and exported, and the reading before.
type ReadingBody = ([u8; 32], u64, u64, u64, u64, [u8; 32]);

/// What is kept of a meter: sequence, slot, what was imported and exported, and the reading's id.
pub(crate) type Kept = (u64, u64, u64, u64, [u8; 32]);

pub(crate) fn kept((sequence, slot, import, export, id): Kept) -> meter::Kept {
    let (import, export) = (WattHours(import), WattHours(export));
    meter::Kept { sequence, slot: Slot(slot), import, export, id: ReadingId(id) }
}

pub(crate) fn said_kept(of: meter::Kept) -> Kept {
    (of.sequence, of.slot.0, of.import.0, of.export.0, of.id.0)
}

/// A signed reading.
#[pyclass(frozen, module = "gridnet._native")]
pub(crate) struct Reading(pub(crate) meter::SignedReading);

#[pymethods]
impl Reading {
    #[staticmethod]
    fn sign(py: Python<'_>, network_id: u32, key: &Signer, body: ReadingBody) -> PyResult<Reading> {
        let network = network(network_id)?;
        let (meter, slot, sequence, import, export, previous) = body;
        let body = meter::Reading {
            meter: MeterId(meter),
            slot: Slot(slot),
            sequence,
            import: WattHours(import),
            export: WattHours(export),
            previous: ReadingId(previous),
        };
        key.asked(py, |key| Ok(Reading(body.sign_by(network, key)?)))
    }

    #[staticmethod]
    fn from_bytes(bytes: &[u8]) -> PyResult<Reading> {
        Ok(Reading(meter::SignedReading::from_bytes(bytes).map_err(Refusal::from)?))
    }

    fn to_bytes(&self) -> Vec<u8> {
        self.0.to_bytes()
    }

    fn body(&self) -> ReadingBody {
        let of = &self.0.body;
        (of.meter.0, of.slot.0, of.sequence, of.import.0, of.export.0, of.previous.0)
    }

    fn id(&self, network_id: u32) -> PyResult<[u8; 32]> {
        Ok(self.0.id(network(network_id)?).0)
    }

    fn is_signed(&self, py: Python<'_>, network_id: u32, key: [u8; 32]) -> PyResult<bool> {
        let network = network(network_id)?;
        released(py, || Ok(self.0.is_signed(network, PublicKey(key))))
    }
}

/// What becomes of a reading: what is kept of it, what flowed since the one before (after which slot, until which,
/// imported, exported), or the name of why it is not taken.
type Verdict = (Option<Kept>, Option<(u64, u64, u64, u64)>, Option<&'static str>);

#[pyfunction]
pub(crate) fn verify_readings(
    py: Python<'_>,
    engine: &Engine,
    network_id: u32,
    certificate: &Certificate,
    kept: Option<Kept>,
    readings: Vec<PyRef<'_, Reading>>,
    now: u64,
) -> PyResult<Vec<Verdict>> {
    let (engine, network) = (engine.get()?, network(network_id)?);
    let facts = certificate.0.body.facts(network);
    let readings: Vec<_> = readings.iter().map(|reading| reading.0).collect();
    let kept = kept.map(self::kept);
    let flowed = |of: Interval| (of.after.0, of.until.0, of.import.0, of.export.0);
    let verdict = |taken: Result<Taken, gridnet_protocol::reason::Misread>| match taken {
        Ok(taken) => (Some(said_kept(taken.kept)), taken.interval.map(flowed), None),
        Err(reason) => (None, None, Some(reason.name())),
    };
    crate::run::run(py, readings.len() > 256, None, |watch| {
        let control = &watch.control;
        let verdicts = meter::verify_readings(engine, network, &facts, kept, &readings, Time(now), control)?;
        Ok(verdicts.into_iter().map(verdict).collect())
    })
}

/// Two readings that a meter should not have signed both.
#[pyclass(frozen, module = "gridnet._native")]
pub(crate) struct Equivocation(pub(crate) EquivocationProof);

#[pymethods]
impl Equivocation {
    #[staticmethod]
    fn make(network_id: u32, one: &Reading, other: &Reading) -> PyResult<Equivocation> {
        Ok(Equivocation(EquivocationProof::new(network(network_id)?, one.0, other.0)))
    }

    #[staticmethod]
    fn from_bytes(bytes: &[u8]) -> PyResult<Equivocation> {
        Ok(Equivocation(EquivocationProof::from_bytes(bytes).map_err(Refusal::from)?))
    }

    fn to_bytes(&self) -> Vec<u8> {
        self.0.to_bytes()
    }

    /// The meter and the sequence that it gave twice.
    fn check(&self, py: Python<'_>, network_id: u32, key: [u8; 32]) -> PyResult<([u8; 32], u64)> {
        let network = network(network_id)?;
        released(py, || match self.0.check(network, PublicKey(key)) {
            Ok(proven) => Ok((proven.meter.0, proven.sequence)),
            Err(reason) => {
                Err(Refusal::Invalid { what: "the proof of equivocation".to_owned(), reason: reason.name() })
            }
        })
    }
}
