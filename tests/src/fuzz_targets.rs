//! Fuzz targets: plain functions of bytes that must never panic on any.
//!
//! Each decodes the bytes into a question, asks, and asserts what must hold of any answer: a refusal is one that the
//! question's own check foretells, a right answer is the one that hashing message after message gives. The
//! integration tests run them for a few seconds on every run; `tests/fuzz` runs them for as long as one likes.

use std::sync::LazyLock;

use gridnet_core::proof::asert::Asert;
use gridnet_core::proof::header::{HEADER_BYTES, Header, LIMIT_BITS};
use gridnet_core::proof::headers::{self, Retarget};
use gridnet_core::proof::identity::{self, Proof};
use gridnet_core::{
    Control, Digest, Endian, Engine, Error, HashFunction, Hit, NonceField, Order, Search, Target, Walk,
    limits,
};

use crate::{fuzz_ledger, fuzz_protocol};

/// How far the bytes came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reached {
    /// The question was refused as it should.
    Refusal,
    /// It was answered.
    Answer,
}

/// A target and its name.
pub type FuzzTarget = (&'static str, fn(&[u8]) -> Reached);

/// Every target.
pub const ALL: [FuzzTarget; 11] = [
    ("header_chain", header_chain),
    ("search", search),
    ("walk", walk),
    ("digest", digest),
    ("compact_target", compact_target),
    ("asert_next", asert_next),
    ("identity_proof", identity_proof),
    ("decoders", fuzz_protocol::decoders),
    ("verifier", fuzz_protocol::verifier),
    ("ledger_decoders", fuzz_ledger::decoders),
    ("ledger_blocks", fuzz_ledger::blocks),
];

static ENGINE: LazyLock<Engine> =
    LazyLock::new(|| Engine::builder().threads(2).build().expect("the CPU's paths pass their self-test"));

/// Headers under any rule: what is valid lies before what is bad, and refusals are about lengths and parameters.
pub fn header_chain(data: &[u8]) -> Reached {
    let mut input = Input(data);
    let function = input.function();
    let rule = match input.byte() % 3 {
        0 => Retarget::None,
        1 => Retarget::Bitcoin,
        _ => Retarget::Asert { spacing: input.u32(), half_life: input.u32() },
    };
    let bytes = input.0;
    let (whole, rest) = bytes.as_chunks::<HEADER_BYTES>();
    for header in whole {
        assert_eq!(Header::from_bytes(header).to_bytes(), *header);
    }
    match headers::verify(&ENGINE, function, bytes, rule, &Control::default()) {
        Ok(report) => {
            let verdict = report.value;
            assert_eq!((verdict.count, rest.len()), (whole.len(), 0));
            assert_eq!(verdict.valid, verdict.first_bad.map_or(whole.len(), |(index, _)| index));
            Reached::Answer
        }
        Err(Error::HeaderBytes { got, .. }) => {
            assert!(got == bytes.len() && !rest.is_empty());
            Reached::Refusal
        }
        Err(Error::OutOfRange { .. }) => {
            let usable = |seconds| (1..=Asert::SECONDS_MAX).contains(&seconds);
            assert!(
                matches!(rule, Retarget::Asert { spacing, half_life } if !usable(spacing) || !usable(half_life))
            );
            Reached::Refusal
        }
        Err(other) => panic!("{other}"),
    }
}

/// A search with anything in its fields finds what hashing one nonce after the other finds.
pub fn search(data: &[u8]) -> Reached {
    let mut input = Input(data);
    let function = input.function();
    let flags = input.byte();
    let nonce = NonceField {
        offset: input.small_or_any(),
        bytes: usize::from(input.byte() % 10),
        endian: if flags & 1 == 0 { Endian::Little } else { Endian::Big },
    };
    let start = if flags & 2 == 0 {
        u128::from(input.u64())
    } else {
        nonce.end().saturating_sub(input.byte().into())
    };
    let range = start..start.wrapping_add(u128::from(input.byte()));
    let mut target = [0xff; 32];
    target[..4].copy_from_slice(&input.u32().to_be_bytes());
    let limit = if flags & 4 == 0 { usize::from(input.byte()) } else { limits::HITS_MAX };
    let (message, siblings) = input.message_and_siblings(flags & 8 != 0);
    let siblings: Vec<&[u8]> = siblings.iter().map(Vec::as_slice).collect();
    let order = if flags & 16 == 0 { Order::Little } else { Order::Big };
    let target = Target::from_be_bytes(&target);
    let search =
        Search { function, message: &message, siblings: &siblings, nonce, range, target, order, limit };
    let answer = ENGINE.search(&search, &Control::default());
    if let Err(refusal) = search.check() {
        assert_eq!(answer.err(), Some(refusal));
        return Reached::Refusal;
    }
    let found = answer.expect("a checked search").value;
    assert_eq!((found.hits, found.resume), (one_after_the_other(&search), None));
    Reached::Answer
}

fn one_after_the_other(search: &Search<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    for nonce in search.range.clone() {
        for message in 0..=search.siblings.len() {
            let source = if message == 0 { search.message } else { search.siblings[message - 1] };
            let nonce = u64::try_from(nonce).expect("a checked range");
            let mut bytes = source.to_vec();
            search.nonce.write(&mut bytes, nonce);
            let hash = search.function.hash(&bytes);
            if hits.len() < search.limit && search.target.is_met_by(&hash, search.order) {
                hits.push(Hit { nonce, message: message as u32, hash });
            }
        }
    }
    hits
}

/// A walk of any values by any (bounded) steps ends where hashing them one by one ends.
pub fn walk(data: &[u8]) -> Reached {
    let mut input = Input(data);
    let function = input.function();
    let (values, steps) = (input.byte() % 80, input.byte() % 80);
    let steps: Vec<u64> = (0..steps).map(|_| u64::from(input.byte() % 50)).collect();
    let starts: Vec<[u8; 32]> = (0..values).map(|_| input.value()).collect();
    let walk = Walk { function, starts: &starts, steps: &steps };
    match ENGINE.walk(&walk, &Control::default()) {
        Ok(report) => {
            for ((start, &steps), end) in starts.iter().zip(&steps).zip(report.value) {
                assert_eq!((0..steps).fold(*start, |value, _| function.hash(&value)), end);
            }
            Reached::Answer
        }
        Err(refusal) => {
            assert_eq!(Err(refusal), walk.check());
            Reached::Refusal
        }
    }
}

/// Digests of any bytes cut into any lengths.
pub fn digest(data: &[u8]) -> Reached {
    let mut input = Input(data);
    let function = input.function();
    let length = if input.byte() < 250 { usize::from(input.byte()) } else { input.u64() as usize };
    // Mostly as many messages as there are bytes for.
    let any_count = input.byte().is_multiple_of(8).then(|| usize::from(input.byte()));
    let whole = input.0.len().checked_div(length).unwrap_or(9);
    let (messages, count) = match any_count {
        Some(count) => (input.0, count),
        None => (&input.0[..whole * length], whole),
    };
    let digest = Digest { function, messages, length, count };
    match ENGINE.digest(&digest, &Control::default()) {
        Ok(report) => {
            assert_eq!(report.value.len(), count);
            for (index, digest) in report.value.iter().enumerate() {
                assert_eq!(*digest, function.hash(&messages[index * length..(index + 1) * length]));
            }
            Reached::Answer
        }
        Err(refusal) => {
            assert_eq!(Err(refusal), digest.check());
            Reached::Refusal
        }
    }
}

/// Compact targets: what decodes encodes to something that decodes to the same; rounding is downward.
pub fn compact_target(data: &[u8]) -> Reached {
    let mut input = Input(data);
    let target = Target::from_be_bytes(&input.value());
    if target != Target::ZERO {
        let rounded = Target::from_compact(target.to_compact()).expect("a target encodes to a target");
        assert!(rounded <= target && rounded.work() >= target.work());
        assert_eq!(rounded.to_compact(), target.to_compact());
    }
    let bits = input.u32();
    match Target::from_compact(bits) {
        Ok(target) => {
            assert_ne!(target, Target::ZERO);
            assert_eq!(Target::from_compact(target.to_compact()), Ok(target));
            Reached::Answer
        }
        Err(refusal) => {
            assert_eq!(refusal, Error::CompactTarget(bits));
            Reached::Refusal
        }
    }
}

/// ASERT's next target lies between 1 and the limit whatever it counts from.
pub fn asert_next(data: &[u8]) -> Reached {
    let mut input = Input(data);
    let seconds =
        |input: &mut Input<'_>| if input.byte() < 9 { input.u32() } else { 1 + input.u32() % 1_000_000 };
    let (spacing, half_life) = (seconds(&mut input), seconds(&mut input));
    let limit = Target::from_compact(LIMIT_BITS).expect("the limit is a target");
    let anchor = Target::from_compact(input.u32()).unwrap_or(limit);
    let Ok(asert) = Asert::new(spacing, half_life, limit, anchor, input.u32()) else {
        assert!([spacing, half_life].iter().any(|seconds| !(1..=Asert::SECONDS_MAX).contains(seconds)));
        return Reached::Refusal;
    };
    let (height, time) = (input.u64() >> (input.byte() % 64), input.u32());
    let next = asert.next(height, time);
    assert!(Target::ZERO < next && next <= limit);
    // A later parent never makes the next block harder.
    assert!(asert.next(height, time.saturating_add(input.u32() % 100_000)) >= next);
    Reached::Answer
}

/// A proof is valid exactly when the hash of its message is at most the target.
pub fn identity_proof(data: &[u8]) -> Reached {
    let mut input = Input(data);
    let address = input.value();
    let repetitions = match input.byte() {
        0 => 0,
        1 => limits::REPETITIONS_MAX.saturating_add(1 + input.u32() % 1_000),
        2 => u32::from(input.byte()) * 16,
        few => u32::from(few % 20),
    };
    let proof = Proof { repetitions, nonce: input.u32() };
    let target = Target::from_zero_bits(u32::from(input.byte() % 6)).expect("few bits");
    match identity::verify(&address, proof, target) {
        Ok(hash) => {
            let mut message = address.repeat(repetitions as usize);
            message.extend(proof.nonce.to_le_bytes());
            assert_eq!(hash, HashFunction::BLAKE2B.hash(&message));
            assert!(hash <= target.to_be_bytes());
            Reached::Answer
        }
        Err(identity::Fault::Repetitions) => {
            assert!(!(1..=limits::REPETITIONS_MAX).contains(&repetitions));
            Reached::Refusal
        }
        Err(identity::Fault::Hash) => {
            let hash = identity::hash(&address, proof).expect("good repetitions");
            assert!(hash > target.to_be_bytes());
            Reached::Answer
        }
        Err(other) => panic!("{}", other.name()),
    }
}

/// Bytes read one after the other; zeros after their end.
struct Input<'a>(&'a [u8]);

impl Input<'_> {
    fn take<const N: usize>(&mut self) -> [u8; N] {
        let mut bytes = [0; N];
        let (read, rest) = self.0.split_at(N.min(self.0.len()));
        bytes[..read.len()].copy_from_slice(read);
        self.0 = rest;
        bytes
    }

    fn byte(&mut self) -> u8 {
        self.take::<1>()[0]
    }

    fn u32(&mut self) -> u32 {
        u32::from_le_bytes(self.take())
    }

    fn u64(&mut self) -> u64 {
        u64::from_le_bytes(self.take())
    }

    fn value(&mut self) -> [u8; 32] {
        self.take()
    }

    fn function(&mut self) -> HashFunction {
        match self.byte() % 6 {
            0 => HashFunction::Sha256,
            1 => HashFunction::Sha256d,
            2 => HashFunction::BLAKE2S,
            3 => HashFunction::BLAKE2B,
            4 => HashFunction::Blake2s { personal: self.take() },
            _ => HashFunction::Blake2b { personal: self.take() },
        }
    }

    /// An offset that is mostly inside a message.
    fn small_or_any(&mut self) -> usize {
        match self.byte() {
            255 => self.u64() as usize,
            small => usize::from(small),
        }
    }

    /// The rest, at most 300 bytes, and up to two siblings that differ from it in one byte, at its front or anywhere.
    fn message_and_siblings(&mut self, with_siblings: bool) -> (Vec<u8>, Vec<Vec<u8>>) {
        let places = [self.byte(), self.byte()];
        let message = self.0[..self.0.len().min(300)].to_vec();
        let siblings = places.map(|place| {
            let mut sibling = message.clone();
            if let Some(byte) = sibling.get_mut(usize::from(place)) {
                *byte ^= 1 + place % 3;
            }
            sibling
        });
        (message, if with_siblings { siblings.to_vec() } else { Vec::new() })
    }
}
