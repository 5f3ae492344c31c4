//! Known questions asked of every kernel of a device before it may serve.

use gridnet_shaders::{Kernel, Shape};

use super::lower::{self, LoweredSearch};
use super::open::Open;
use super::{Fault, digest, search, walk};
use crate::backend::Watch;
use crate::{Cancel, Digest, Endian, HashFunction, NonceField, Order, Search, Target, Walk};

/// Whether the kernels of a search may serve.
pub(super) fn of_search(open: &Open, asked: &Search<'_>) -> Result<(), Fault> {
    let lowered = lower::search(&open.kernels, asked, 0);
    lowered.iter().try_for_each(|lowered| {
        open.kernels.proven(lowered.kernel, || searches(open, asked.function, lowered))
    })
}

/// Whether the kernel of a walk may serve.
pub(super) fn of_walk(open: &Open, function: HashFunction) -> Result<(), Fault> {
    let kernel = find(open, Shape::Walk, function);
    open.kernels.proven(kernel, || walks(open, function))
}

/// Whether the kernel of digests may serve.
pub(super) fn of_digest(open: &Open, function: HashFunction) -> Result<(), Fault> {
    let kernel = find(open, Shape::Digest, function);
    open.kernels.proven(kernel, || digests(open, function))
}

fn find(open: &Open, shape: Shape, function: HashFunction) -> &'static Kernel {
    open.kernels.find(shape, lower::function(function)).expect("there is one for every function")
}

fn searches(open: &Open, function: HashFunction, lowered: &LoweredSearch) -> Result<bool, Fault> {
    let (length, offset, bytes, order) = match lowered.kernel.shape {
        Shape::Identity => (36, 32, 4, Order::Big),
        Shape::Header { .. } => (80, 76, 4, Order::Little),
        _ => (70, 61, 5, Order::Big),
    };
    let messages: Vec<Vec<u8>> = (0..lowered.messages.len())
        .map(|version| (0..length).map(|i| if i == 0 { version as u8 } else { i as u8 }).collect())
        .collect();
    let siblings: Vec<&[u8]> = messages[1..].iter().map(Vec::as_slice).collect();
    let search = Search {
        function,
        message: &messages[0],
        siblings: &siblings,
        nonce: NonceField { offset, bytes, endian: Endian::Little },
        range: 0..500,
        target: Target::from_zero_bits(5).expect("5 bits are a target"),
        order,
        limit: 1_000,
    };
    let never = Cancel::default();
    let found = search::run(open, &search, search.range.clone(), &Watch::new(&never, None))?;
    let found: Vec<(u64, u32)> = found.hits.iter().map(|hit| (hit.nonce, hit.message)).collect();
    let meets = |&(nonce, message): &(u64, u32)| {
        search.target.is_met_by(&function.hash(&search.message_with(message, nonce)), order)
    };
    let expected: Vec<(u64, u32)> = (0..500)
        .flat_map(|nonce| (0..messages.len() as u32).map(move |message| (nonce, message)))
        .filter(meets)
        .collect();
    Ok(found == expected)
}

fn walks(open: &Open, function: HashFunction) -> Result<bool, Fault> {
    let starts: Vec<[u8; 32]> = (0..70).map(|i| [i + 1; 32]).collect();
    let steps: Vec<u64> = (0..70).map(|i| i % 5).collect();
    let never = Cancel::default();
    let walk = Walk { function, starts: &starts, steps: &steps };
    let ends = walk::run(open, &walk, &Watch::new(&never, None))?;
    let expected = |i: usize| (0..steps[i]).fold(starts[i], |value, _| function.hash(&value));
    Ok((0..70).all(|i| ends[i] == expected(i)))
}

fn digests(open: &Open, function: HashFunction) -> Result<bool, Fault> {
    let never = Cancel::default();
    // Around the padding edges of both block sizes; odd lengths, so that messages begin at every place of a word.
    for length in [0, 1, 55, 56, 64, 80, 119, 128, 129] {
        let messages: Vec<u8> = (0..length * 67).map(|i| (i % 251) as u8).collect();
        let digest = Digest { function, messages: &messages, length, count: 67 };
        let said = digest::run(open, &digest, &Watch::new(&never, None))?;
        if (0..67).any(|i| said[i] != function.hash(&messages[i * length..(i + 1) * length])) {
            return Ok(false);
        }
    }
    Ok(true)
}
