//! Proofs that are hashing alone: headers, header chains, identities.

use gridnet_core::proof::header::Header;
use gridnet_core::proof::headers::{self, Retarget};
use gridnet_core::proof::identity::{self, Proof};
use gridnet_core::{Order, Target};
use gridnet_protocol::Address;

use crate::bridge::ffi::{Chain, Function, Minted, Report, Status};
use crate::control::Control;
use crate::engine::{Engine, of, tell};
use crate::status::{Refusal, array, guard, network};

pub(crate) fn compact_target(bits: u32, status: &mut Status) -> [u8; 32] {
    guard(status, || Ok(Target::from_compact(bits)?.to_be_bytes()))
}

pub(crate) fn zero_bits_target(bits: u32, status: &mut Status) -> [u8; 32] {
    guard(status, || Ok(Target::from_zero_bits(bits)?.to_be_bytes()))
}

/// 0 for a header that meets its own target; else as in a chain.
pub(crate) fn header_fault(function: &Function, header: &[u8], status: &mut Status) -> u8 {
    guard(status, || {
        let bytes = array("a header", header)?;
        let Ok(target) = Header::from_bytes(&bytes).target() else {
            return number(headers::Fault::Target);
        };
        let met = target.is_met_by(&of(function)?.hash(&bytes), Order::Little);
        if met { Ok(0) } else { number(headers::Fault::Work) }
    })
}

pub(crate) fn header_chain(
    engine: &Engine,
    function: &Function,
    bytes: &[u8],
    rule: u8,
    spacing: u32,
    half_life: u32,
    control: &Control,
    report: &mut Report,
    status: &mut Status,
) -> Chain {
    guard(status, || {
        let rule = match rule {
            0 => Retarget::None,
            1 => Retarget::Bitcoin,
            2 => Retarget::Asert { spacing, half_life },
            got => return Err(Refusal::Unknown { what: "rule of targets", got: got.into() }),
        };
        let answer = headers::verify(engine.get()?, of(function)?, bytes, rule, &control.inner)?;
        tell(report, answer.devices, answer.elapsed);
        let verdict = answer.value;
        let (first_bad, fault) = verdict
            .first_bad
            .map_or(Ok((0, 0)), |(index, fault)| number(fault).map(|number| (index, number)))?;
        Ok(Chain {
            count: verdict.count,
            valid: verdict.valid,
            fault,
            first_bad,
            work: verdict.total_work.to_be_bytes(),
            is_cut_short: verdict.interrupted,
        })
    })
}

/// What can be wrong with a header, by its number less one.
const HEADER_FAULTS: [headers::Fault; 4] =
    [headers::Fault::Link, headers::Fault::Target, headers::Fault::Bits, headers::Fault::Work];

fn number(fault: headers::Fault) -> Result<u8, Refusal> {
    let known = (1..).zip(HEADER_FAULTS).find(|&(_, known)| known == fault);
    let unknown = Refusal::Unknown { what: "name here for the fault of a header, code", got: fault as u64 };
    known.map(|(number, _)| number).ok_or(unknown)
}

pub(crate) fn header_fault_name(number: u8) -> &'static str {
    let known = (1..).zip(HEADER_FAULTS).find(|&(known, _)| known == number);
    known.map_or("", |(_, fault)| fault.name())
}

/// What can be wrong with an identity's proof, by its number less one.
const IDENTITY_FAULTS: [identity::Fault; 2] = [identity::Fault::Repetitions, identity::Fault::Hash];

fn verdict<T>(proven: Result<T, identity::Fault>) -> u8 {
    let Err(fault) = proven else { return 0 };
    (1..).zip(IDENTITY_FAULTS).find(|&(_, known)| known == fault).map_or(u8::MAX, |(number, _)| number)
}

pub(crate) fn identity_fault_name(number: u8) -> &'static str {
    let known = (1..).zip(IDENTITY_FAULTS).find(|&(known, _)| known == number);
    known.map_or("", |(_, fault)| fault.name())
}

pub(crate) fn identity_target(id: u32, status: &mut Status) -> [u8; 32] {
    guard(status, || Ok(gridnet_protocol::identity::target(network(id)?).to_be_bytes()))
}

pub(crate) fn check_identity(
    id: u32,
    address: &[u8; 32],
    repetitions: u32,
    nonce: u32,
    status: &mut Status,
) -> u8 {
    guard(status, || {
        let proof = Proof { repetitions, nonce };
        Ok(verdict(gridnet_protocol::identity::check(network(id)?, &Address(*address), proof)))
    })
}

pub(crate) fn mint(
    engine: &Engine,
    address: &[u8],
    target: &[u8],
    nonce_bits: u32,
    control: &Control,
    report: &mut Report,
    status: &mut Status,
) -> Minted {
    guard(status, || {
        let address = array("an address", address)?;
        let target = Target::from_be_bytes(&array("a target", target)?);
        let answer = identity::mint(engine.get()?, &address, target, nonce_bits, &control.inner)?;
        tell(report, answer.devices, answer.elapsed);
        let identity::Minted { proof: Proof { repetitions, nonce }, hash } = answer.value;
        Ok(Minted { repetitions, nonce, hash })
    })
}

/// 0 for a good proof.
pub(crate) fn identity_fault(
    address: &[u8],
    repetitions: u32,
    nonce: u32,
    target: &[u8],
    status: &mut Status,
) -> u8 {
    guard(status, || {
        let address = array("an address", address)?;
        let target = Target::from_be_bytes(&array("a target", target)?);
        Ok(verdict(identity::verify(&address, Proof { repetitions, nonce }, target)))
    })
}
