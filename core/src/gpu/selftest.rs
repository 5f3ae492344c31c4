//! Known questions asked of every kernel of a device before it may serve.

use gridnet_shaders::{Function, Kernel, Shape};

use super::kernels::Entry;
use super::open::Open;
use super::{Fault, digest, search, verify, walk};
use crate::backend::Watch;
use crate::known::Known;
use crate::{Cancel, Digest, Endian, HashFunction, NonceField, Order, Search, SignatureFault, Target, Walk};

/// Whether these kernels may serve. They are compiled and asked at the same time.
pub(super) fn prove(open: &Open, kernels: &[&Entry]) -> Result<(), Fault> {
    let mut said = Ok(());
    prove_each(open, kernels, |fault| said = Err(fault));
    said
}

/// The same, and tells each fault.
pub(super) fn prove_each(open: &Open, kernels: &[&Entry], mut fault: impl FnMut(Fault)) {
    let prove = |entry: &Entry| entry.proven(|| ask(open, entry.kernel));
    let outcomes: Vec<Result<(), Fault>> = match kernels {
        [one] => vec![prove(one)],
        several => std::thread::scope(|scope| {
            let proofs: Vec<_> = several.iter().map(|entry| scope.spawn(|| prove(entry))).collect();
            let panicked = || Err(Fault::Refused("its driver panicked".to_owned()));
            proofs.into_iter().map(|proof| proof.join().unwrap_or_else(|_| panicked())).collect()
        }),
    };
    outcomes.into_iter().filter_map(Result::err).for_each(&mut fault);
}

/// Whether a kernel answers as the general path does.
fn ask(open: &Open, kernel: &Kernel) -> Result<bool, Fault> {
    let Some(function) = function(kernel) else {
        // The three kernels of a verification have one answer, and none serves without the others.
        return if kernel.shape == Shape::Sum { verifies(open) } else { Ok(true) };
    };
    match kernel.shape {
        Shape::Header { .. } | Shape::Identity | Shape::Tail => searches(open, kernel, function),
        Shape::Walk => walks(open, function),
        Shape::Digest => digests(open, function),
        // It was asked when the device was opened.
        Shape::Probe | Shape::Scalars | Shape::Points | Shape::Sum => Ok(true),
    }
}

/// The function of a kernel that hashes.
pub(super) fn function(kernel: &Kernel) -> Option<HashFunction> {
    match kernel.function {
        Function::Sha256 => Some(HashFunction::Sha256),
        Function::Sha256d => Some(HashFunction::Sha256d),
        Function::Blake2s => Some(HashFunction::BLAKE2S),
        Function::Blake2b => Some(HashFunction::BLAKE2B),
        Function::Ed25519 => None,
    }
}

/// A search that this kernel alone answers.
pub(super) fn with_search<T>(kernel: &Kernel, call: impl FnOnce(&Search<'_>) -> T) -> T {
    let (length, offset, bytes, order) = match kernel.shape {
        Shape::Identity => (36, 32, 4, Order::Big),
        Shape::Header { .. } => (80, 76, 4, Order::Little),
        _ => (70, 61, 5, Order::Big),
    };
    let versions = if let Shape::Header { versions } = kernel.shape { versions } else { 1 };
    let messages: Vec<Vec<u8>> = (0..versions)
        .map(|version| (0..length).map(|i| if i == 0 { version as u8 } else { i as u8 }).collect())
        .collect();
    let siblings: Vec<&[u8]> = messages[1..].iter().map(Vec::as_slice).collect();
    call(&Search {
        function: function(kernel).expect("a kernel that searches hashes"),
        message: &messages[0],
        siblings: &siblings,
        nonce: NonceField { offset, bytes, endian: Endian::Little },
        range: 0..1 << 32,
        target: Target::ZERO,
        order,
        limit: 1_000,
    })
}

fn searches(open: &Open, kernel: &Kernel, function: HashFunction) -> Result<bool, Fault> {
    with_search(kernel, |question| {
        let target = Target::from_zero_bits(5).expect("5 bits are a target");
        let search = Search { range: 0..500, target, ..question.clone() };
        let never = Cancel::default();
        let found = search::run(open, &search, search.range.clone(), &Watch::new(&never, None))?;
        let found: Vec<(u64, u32)> = found.hits.iter().map(|hit| (hit.nonce, hit.message)).collect();
        let meets = |&(nonce, message): &(u64, u32)| {
            target.is_met_by(&function.hash(&search.message_with(message, nonce)), search.order)
        };
        let messages = 1 + search.siblings.len() as u32;
        let expected: Vec<(u64, u32)> = (0..500)
            .flat_map(|nonce| (0..messages).map(move |message| (nonce, message)))
            .filter(meets)
            .collect();
        Ok(found == expected)
    })
}

fn walks(open: &Open, function: HashFunction) -> Result<bool, Fault> {
    let starts: Vec<[u8; 32]> = (0..70).map(|i| [i + 1; 32]).collect();
    let steps: Vec<u64> = (0..70).map(|i| i % 5).collect();
    let never = Cancel::default();
    let walk = Walk { function, starts: &starts, steps: &steps };
    let mut ends = vec![[0; 32]; 70];
    walk::run(open, &walk, &mut ends, &Watch::new(&never, None))?;
    let expected = |i: usize| (0..steps[i]).fold(starts[i], |value, _| function.hash(&value));
    Ok((0..70).all(|i| ends[i] == expected(i)))
}

fn digests(open: &Open, function: HashFunction) -> Result<bool, Fault> {
    let never = Cancel::default();
    // Around the padding edges of both block sizes; odd lengths, so that messages begin at every place of a word.
    for length in [0, 1, 55, 56, 64, 80, 119, 128, 129] {
        let messages: Vec<u8> = (0..length * 67).map(|i| (i % 251) as u8).collect();
        let digest = Digest { function, messages: &messages, length, count: 67 };
        let mut said = vec![[0; 32]; 67];
        digest::run(open, &digest, &mut said, &Watch::new(&never, None))?;
        if (0..67).any(|i| said[i] != function.hash(&messages[i * length..(i + 1) * length])) {
            return Ok(false);
        }
    }
    Ok(true)
}

pub(super) fn verifies(open: &Open) -> Result<bool, Fault> {
    let never = Cancel::default();
    // One block of the hash and three; messages that begin at every place of a word.
    let known = [47, 256].map(|length| Known::new(70, length));
    for known in known.into_iter().chain([Known::of_long_quotients()]) {
        let mut said = vec![Err(SignatureFault::Signature); known.verdicts.len()];
        verify::run(open, &known.question(), &mut said, &Watch::new(&never, None))?;
        if said != known.verdicts {
            return Ok(false);
        }
    }
    Ok(true)
}
