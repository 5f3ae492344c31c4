//! The engine.

use std::time::Duration;

use gridnet_core::{
    Digest, Endian, HashFunction, NonceField, Order, Path, Search, Signed, Target, Verify, Walk,
};

use crate::bridge::ffi::{Device, Found, Function, Hit, Options, Question, Report, Share, Status};
use crate::control::Control;
use crate::devices::described;
use crate::held::held;
use crate::status::{Refusal, guard, values, values_mut};

held! {
    /// Devices that compute.
    Engine(gridnet_core::Engine) "engine";
}

pub(crate) fn new_engine(options: &Options, status: &mut Status) -> Box<Engine> {
    let make = || {
        let mut builder = gridnet_core::Engine::builder();
        for device in &options.devices {
            builder = builder.device(device);
        }
        if options.threads > 0 {
            builder = builder.threads(options.threads as usize);
        }
        if options.audit_one_in > 0 {
            builder = builder.audit_one_in(options.audit_one_in as usize);
        }
        if !options.path.is_empty() {
            let path = Path::from_name(&options.path)
                .ok_or_else(|| gridnet_core::Error::UnknownPath { name: options.path.clone() })?;
            builder = builder.path(path);
        }
        Ok(builder.build()?.into())
    };
    guard(status, make)
}

impl Engine {
    pub(crate) fn devices(&self, status: &mut Status) -> Vec<Device> {
        guard(status, || Ok(self.get()?.devices().map(described).collect()))
    }

    pub(crate) fn path(&self, function: &Function, status: &mut Status) -> String {
        guard(status, || Ok(self.get()?.path(of(function)?)))
    }

    pub(crate) fn search(
        &self,
        message: &[u8],
        question: &Question,
        control: &Control,
        report: &mut Report,
        status: &mut Status,
    ) -> Found {
        guard(status, || {
            let endian = if question.is_big { Endian::Big } else { Endian::Little };
            let nonce = NonceField { offset: question.offset, bytes: question.bytes.into(), endian };
            let end = match question.end {
                0 => 1u128.checked_shl(8 * u32::from(question.bytes)).unwrap_or(0),
                end => end.into(),
            };
            let search = Search {
                function: of(&question.function)?,
                message,
                siblings: &[],
                nonce,
                range: question.start.into()..end,
                target: Target::from_be_bytes(&question.target),
                order: if question.reads_big { Order::Big } else { Order::Little },
                limit: question.limit,
            };
            let answer = self.get()?.search(&search, &control.inner)?;
            tell(report, answer.devices, answer.elapsed);
            let hit = |hit: &gridnet_core::Hit| Hit { nonce: hit.nonce, hash: hit.hash };
            // A search that was cut short goes on within the field.
            let resume = answer.value.resume.and_then(|resume| u64::try_from(resume).ok());
            Ok(Found {
                hits: answer.value.hits.iter().map(hit).collect(),
                is_cut_short: resume.is_some(),
                resume: resume.unwrap_or(0),
            })
        })
    }

    pub(crate) fn walk(
        &self,
        function: &Function,
        starts: &[u8],
        steps: &[u64],
        ends: &mut [u8],
        control: &Control,
        report: &mut Report,
        status: &mut Status,
    ) {
        guard(status, || {
            let walk = Walk { function: of(function)?, starts: values("the values", starts)?, steps };
            let answer = self.get()?.walk_into(&walk, values_mut("the ends", ends)?, &control.inner)?;
            tell(report, answer.devices, answer.elapsed);
            Ok(())
        });
    }

    pub(crate) fn digest(
        &self,
        function: &Function,
        messages: &[u8],
        length: usize,
        digests: &mut [u8],
        control: &Control,
        report: &mut Report,
        status: &mut Status,
    ) {
        guard(status, || {
            let digests = values_mut("the digests", digests)?;
            let digest = Digest { function: of(function)?, messages, length, count: digests.len() };
            let answer = self.get()?.digest_into(&digest, digests, &control.inner)?;
            tell(report, answer.devices, answer.elapsed);
            Ok(())
        });
    }

    pub(crate) fn verify(
        &self,
        keys: &[u8],
        messages: &[u8],
        length: usize,
        signatures: &[u8],
        verdicts: &mut [u8],
        control: &Control,
        report: &mut Report,
        status: &mut Status,
    ) {
        guard(status, || {
            let (keys, signatures) = (values("the keys", keys)?, values("the signatures", signatures)?);
            let (got, expected) = (verdicts.len(), signatures.len());
            if got != expected {
                return Err(Refusal::Size { what: "the verdicts", got, expected });
            }
            let answer =
                self.get()?.verify(&Verify { keys, messages, length, signatures }, &control.inner)?;
            tell(report, answer.devices, answer.elapsed);
            let code = |signed: Signed| signed.map_or_else(|fault| 1 + fault as u8, |()| 0);
            verdicts.iter_mut().zip(answer.value).for_each(|(verdict, signed)| *verdict = code(signed));
            Ok(())
        });
    }
}

pub(crate) fn hash(function: &Function, message: &[u8], status: &mut Status) -> [u8; 32] {
    guard(status, || Ok(of(function)?.hash(message)))
}

/// What a report says.
pub(crate) fn tell(report: &mut Report, devices: Vec<gridnet_core::Share>, elapsed: Duration) {
    report.shares = shares(devices);
    report.nanoseconds = nanoseconds(elapsed);
}

pub(crate) fn shares(devices: Vec<gridnet_core::Share>) -> Vec<Share> {
    let share = |share: gridnet_core::Share| Share {
        id: share.id,
        name: share.name,
        path: share.path,
        done: share.done,
    };
    devices.into_iter().map(share).collect()
}

pub(crate) fn nanoseconds(elapsed: Duration) -> u64 {
    u64::try_from(elapsed.as_nanos()).unwrap_or(u64::MAX)
}

/// The function of a number and a personalisation.
pub(crate) fn of(function: &Function) -> Result<HashFunction, Refusal> {
    let Function { kind, personal } = function;
    let (short, rest) = personal.split_first_chunk().expect("8 of 16 bytes");
    let used = personal.iter().rposition(|&byte| byte != 0).map_or(0, |last| last + 1);
    match kind {
        0 => Ok(HashFunction::Sha256.with_personal(&personal[..used])?),
        1 => Ok(HashFunction::Sha256d.with_personal(&personal[..used])?),
        2 if rest.iter().all(|&byte| byte == 0) => Ok(HashFunction::Blake2s { personal: *short }),
        2 => Ok(HashFunction::BLAKE2S.with_personal(&personal[..used])?),
        3 => Ok(HashFunction::Blake2b { personal: *personal }),
        &got => Err(Refusal::Unknown { what: "hash function", got: got.into() }),
    }
}
