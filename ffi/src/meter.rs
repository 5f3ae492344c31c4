//! Meters: slots, certificates, readings, and proofs that one said two things at once.

use gridnet_protocol::meter::{self, Area, EquivocationProof, MeterKind, Source};
use gridnet_protocol::value::{MeterId, ReadingId, Slot, Time, WattHours, Watts};
use gridnet_protocol::{PublicKey, Signature};

use crate::bridge::ffi::Status;
use crate::bridge::meter::ffi::{
    Certificate, Equivocation, Interval, KeptReading, MeterFacts, Reading, Replacement, SignedCertificate,
    SignedReading, Taken,
};
use crate::control::Control;
use crate::engine::Engine;
use crate::key::Signer;
use crate::status::{Refusal, guard, network};

pub(crate) fn slot_containing(moment: u64, status: &mut Status) -> u64 {
    guard(status, || Ok(Slot::containing(Time(moment)).0))
}

pub(crate) fn slot_of_register(moment: u64, status: &mut Status) -> u64 {
    let early = || Refusal::Value("no slot has ended in the first quarter of an hour of 1970".to_owned());
    guard(status, || Ok(Slot::of_register(Time(moment)).ok_or_else(early)?.0))
}

pub(crate) fn slot_start(slot: u64, status: &mut Status) -> u64 {
    guard(status, || Ok(Slot(slot).start().ok_or_else(|| beyond(slot))?.0))
}

pub(crate) fn slot_end(slot: u64, status: &mut Status) -> u64 {
    guard(status, || Ok(Slot(slot).end().ok_or_else(|| beyond(slot))?.0))
}

fn beyond(slot: u64) -> Refusal {
    Refusal::Value(format!("slot {slot} is beyond what a moment holds"))
}

/// 0 for what is good.
macro_rules! reason_of {
    ($check:expr) => {
        $check.map_or_else(|reason| reason as u8, |()| 0)
    };
}

pub(crate) fn certificate_id(id: u32, certificate: &Certificate, status: &mut Status) -> [u8; 32] {
    guard(status, || Ok(certificate.understood()?.id(network(id)?).0))
}

pub(crate) fn certificate_facts(id: u32, certificate: &Certificate, status: &mut Status) -> MeterFacts {
    guard(status, || {
        let meter::MeterFacts { meter, key, rating } = certificate.understood()?.facts(network(id)?);
        Ok(MeterFacts { meter: meter.0, key: key.0, rating_watts: rating.0 })
    })
}

pub(crate) fn check_certificate_body(certificate: &Certificate, status: &mut Status) -> u8 {
    guard(status, || Ok(reason_of!(certificate.understood()?.check())))
}

pub(crate) fn certify(
    id: u32,
    certificate: &Certificate,
    certifier: &Signer,
    signature: &mut [u8; 64],
    status: &mut Status,
) {
    guard(status, || {
        *signature = certificate.understood()?.certify(network(id)?, certifier.get()?)?.0;
        Ok(())
    });
}

pub(crate) fn consent(
    id: u32,
    certificate: &Certificate,
    owner: &Signer,
    signature: &mut [u8; 64],
    status: &mut Status,
) {
    guard(status, || {
        *signature = certificate.understood()?.consent(network(id)?, owner.get()?)?.0;
        Ok(())
    });
}

pub(crate) fn certificate_from_bytes(bytes: &[u8], certificate: &mut SignedCertificate, status: &mut Status) {
    guard(status, || {
        *certificate = meter::SignedCertificate::from_bytes(bytes)?.into();
        Ok(())
    });
}

pub(crate) fn certificate_to_bytes(certificate: &SignedCertificate, status: &mut Status) -> Vec<u8> {
    guard(status, || Ok(certificate.understood()?.to_bytes()))
}

/// 0 for a good one.
pub(crate) fn check_certificate(id: u32, certificate: &SignedCertificate, status: &mut Status) -> u8 {
    guard(status, || Ok(reason_of!(certificate.understood()?.check(network(id)?))))
}

pub(crate) fn reading_id(id: u32, reading: &Reading, status: &mut Status) -> [u8; 32] {
    guard(status, || Ok(meter::Reading::from(reading).id(network(id)?).0))
}

pub(crate) fn sign_reading(
    id: u32,
    reading: &Reading,
    meter: &Signer,
    signature: &mut [u8; 64],
    status: &mut Status,
) {
    guard(status, || {
        *signature = meter::Reading::from(reading).sign_by(network(id)?, meter.get()?)?.signature.0;
        Ok(())
    });
}

pub(crate) fn reading_from_bytes(bytes: &[u8], reading: &mut SignedReading, status: &mut Status) {
    guard(status, || {
        *reading = meter::SignedReading::from_bytes(bytes)?.into();
        Ok(())
    });
}

pub(crate) fn reading_to_bytes(reading: &SignedReading, status: &mut Status) -> Vec<u8> {
    guard(status, || Ok(meter::SignedReading::from(reading).to_bytes()))
}

pub(crate) fn is_reading_signed(
    id: u32,
    reading: &SignedReading,
    key: &[u8; 32],
    status: &mut Status,
) -> bool {
    guard(status, || Ok(meter::SignedReading::from(reading).is_signed(network(id)?, PublicKey(*key))))
}

pub(crate) fn take_reading(
    id: u32,
    facts: &MeterFacts,
    kept: &KeptReading,
    reading: &SignedReading,
    now: u64,
    status: &mut Status,
) -> Taken {
    guard(status, || {
        let (facts, kept) = (meter::MeterFacts::from(facts), Option::<meter::Kept>::from(kept));
        let now = Slot::containing(Time(now));
        Ok(facts.take(network(id)?, kept.as_ref(), &reading.into(), now).into())
    })
}

pub(crate) fn verify_readings(
    engine: &Engine,
    id: u32,
    facts: &MeterFacts,
    kept: &KeptReading,
    readings: &[SignedReading],
    now: u64,
    control: &Control,
    status: &mut Status,
) -> Vec<Taken> {
    guard(status, || {
        let (engine, network) = (engine.get()?, network(id)?);
        let (facts, kept, readings) = (facts.into(), kept.into(), understood(readings));
        let control = &control.inner;
        let taken = meter::verify_readings(engine, network, &facts, kept, &readings, Time(now), control)?;
        Ok(taken.into_iter().map(Taken::from).collect())
    })
}

pub(crate) fn prove_equivocation(
    id: u32,
    one: &SignedReading,
    other: &SignedReading,
    status: &mut Status,
) -> Vec<u8> {
    guard(status, || Ok(EquivocationProof::new(network(id)?, one.into(), other.into()).to_bytes()))
}

pub(crate) fn check_equivocation(id: u32, key: &[u8; 32], proof: &[u8], status: &mut Status) -> Equivocation {
    guard(status, || {
        Ok(match EquivocationProof::from_bytes(proof)?.check(network(id)?, PublicKey(*key)) {
            Ok(proven) => Equivocation { reason: 0, meter: proven.meter.0, sequence: proven.sequence },
            Err(reason) => Equivocation { reason: reason as u8, ..Equivocation::default() },
        })
    })
}

pub(crate) fn find_equivocation(
    id: u32,
    key: &[u8; 32],
    readings: &[SignedReading],
    status: &mut Status,
) -> Vec<u8> {
    guard(status, || {
        let found = EquivocationProof::find(network(id)?, PublicKey(*key), &understood(readings));
        Ok(found.map_or_else(Vec::new, |proof| proof.to_bytes()))
    })
}

fn understood(readings: &[SignedReading]) -> Vec<meter::SignedReading> {
    readings.iter().map(meter::SignedReading::from).collect()
}

/// The name of an area.
pub(crate) fn area(name: &str) -> Result<Area, Refusal> {
    Ok(Area::new(name)?)
}

impl Certificate {
    /// As the protocol has it.
    fn understood(&self) -> Result<meter::Certificate, Refusal> {
        let unknown = |what, got: u8| Refusal::Unknown { what, got: got.into() };
        let kind = match self.kind {
            0 => MeterKind::Generation,
            1 => MeterKind::Connection,
            other => return Err(unknown("kind of meter", other)),
        };
        let source = match self.source {
            0 => Source::Green,
            1 => Source::Grey,
            other => return Err(unknown("source of energy", other)),
        };
        let Replacement { is_there, meter, last } = self.replaces;
        Ok(meter::Certificate {
            key: PublicKey(self.key),
            kind,
            source,
            area: area(&self.area)?,
            rating: Watts(self.rating_watts),
            certifier: PublicKey(self.certifier),
            owner: PublicKey(self.owner),
            replaces: is_there.then_some(meter::Replacement { meter: MeterId(meter), last: ReadingId(last) }),
        })
    }
}

impl SignedCertificate {
    /// As the protocol has it.
    fn understood(&self) -> Result<meter::SignedCertificate, Refusal> {
        Ok(meter::SignedCertificate {
            body: self.body.understood()?,
            certifier_signature: Signature(self.certifier_signature),
            owner_signature: Signature(self.owner_signature),
        })
    }
}

impl From<meter::Certificate> for Certificate {
    fn from(body: meter::Certificate) -> Certificate {
        let replaces = body.replaces.map_or_else(Replacement::default, |old| Replacement {
            is_there: true,
            meter: old.meter.0,
            last: old.last.0,
        });
        Certificate {
            key: body.key.0,
            kind: body.kind as u8,
            source: body.source as u8,
            area: body.area.as_str().to_owned(),
            rating_watts: body.rating.0,
            certifier: body.certifier.0,
            owner: body.owner.0,
            replaces,
        }
    }
}

impl From<meter::SignedCertificate> for SignedCertificate {
    fn from(certificate: meter::SignedCertificate) -> SignedCertificate {
        SignedCertificate {
            body: certificate.body.into(),
            certifier_signature: certificate.certifier_signature.0,
            owner_signature: certificate.owner_signature.0,
        }
    }
}

impl From<&Reading> for meter::Reading {
    fn from(reading: &Reading) -> meter::Reading {
        meter::Reading {
            meter: MeterId(reading.meter),
            slot: Slot(reading.slot),
            sequence: reading.sequence,
            import: WattHours(reading.import_wh),
            export: WattHours(reading.export_wh),
            previous: ReadingId(reading.previous),
        }
    }
}

impl From<&SignedReading> for meter::SignedReading {
    fn from(reading: &SignedReading) -> meter::SignedReading {
        meter::SignedReading { body: (&reading.body).into(), signature: Signature(reading.signature) }
    }
}

impl From<meter::SignedReading> for SignedReading {
    fn from(meter::SignedReading { body, signature }: meter::SignedReading) -> SignedReading {
        let body = Reading {
            meter: body.meter.0,
            slot: body.slot.0,
            sequence: body.sequence,
            import_wh: body.import.0,
            export_wh: body.export.0,
            previous: body.previous.0,
        };
        SignedReading { body, signature: signature.0 }
    }
}

impl From<&MeterFacts> for meter::MeterFacts {
    fn from(&MeterFacts { meter, key, rating_watts }: &MeterFacts) -> meter::MeterFacts {
        meter::MeterFacts { meter: MeterId(meter), key: PublicKey(key), rating: Watts(rating_watts) }
    }
}

impl From<&KeptReading> for Option<meter::Kept> {
    fn from(kept: &KeptReading) -> Option<meter::Kept> {
        kept.is_there.then_some(meter::Kept {
            sequence: kept.sequence,
            slot: Slot(kept.slot),
            import: WattHours(kept.import_wh),
            export: WattHours(kept.export_wh),
            id: ReadingId(kept.id),
        })
    }
}

impl From<meter::Kept> for KeptReading {
    fn from(kept: meter::Kept) -> KeptReading {
        KeptReading {
            is_there: true,
            sequence: kept.sequence,
            slot: kept.slot.0,
            import_wh: kept.import.0,
            export_wh: kept.export.0,
            id: kept.id.0,
        }
    }
}

impl From<Result<meter::Taken, gridnet_protocol::reason::Misread>> for Taken {
    fn from(taken: Result<meter::Taken, gridnet_protocol::reason::Misread>) -> Taken {
        let meter::Taken { kept, interval } = match taken {
            Ok(taken) => taken,
            Err(reason) => return Taken { reason: reason as u8, ..Taken::default() },
        };
        let interval = interval.map_or_else(Interval::default, |interval| Interval {
            is_there: true,
            after: interval.after.0,
            until: interval.until.0,
            import_wh: interval.import.0,
            export_wh: interval.export.0,
        });
        Taken { reason: 0, kept: kept.into(), interval }
    }
}
