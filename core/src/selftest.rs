//! Known questions asked of every kernel before it may serve: a build, a virtual machine or a CPU that miscomputes
//! is found here and named, not later in somebody's money.

use gridnet_simd::{Kernel, LaneBlock, Verifier};

use crate::cpu::{Lanes, tail};
use crate::known::{KINDS, Known};
use crate::{Endian, Error, HashFunction, NonceField, Order, Search, Target};

/// Whether the kernel answers as the general path does, in every primitive.
///
/// # Errors
/// [`Error::SelfTest`].
pub(crate) fn check(kernel: Kernel, function: HashFunction) -> Result<(), Error> {
    let outcome = |right: bool, what| {
        let wrong = Error::SelfTest { path: kernel.path().name(), function: function.name(), what };
        if right { Ok(()) } else { Err(wrong) }
    };
    outcome(walks(kernel, function), "walk")?;
    outcome(digests(kernel, function), "digest")?;
    outcome(searches(kernel, function), "search")
}

/// Whether the lanes say of known signatures, good and bad in every way, what is to be said.
///
/// # Errors
/// [`Error::SelfTest`].
pub(crate) fn check_verifier(verifier: Verifier) -> Result<(), Error> {
    // Lengths on both sides of a block's edge, and lanes that are not all filled; then keys that come often.
    let known = [(1, 47), (1, 48), (10, 48)].map(|(times, length)| Known::new(times * KINDS + 1, length));
    let right = known.into_iter().chain([Known::of_long_quotients()]).all(|known| {
        let mut said = vec![Ok(()); known.verdicts.len()];
        Lanes::new(verifier).group(&known.question(), 0, &mut said);
        said == known.verdicts
    });
    let wrong = || Error::SelfTest { path: verifier.path().name(), function: "ed25519", what: "verify" };
    if right { Ok(()) } else { Err(wrong()) }
}

fn walks(kernel: Kernel, function: HashFunction) -> bool {
    const STEPS: u64 = 3;
    let mut block = LaneBlock::default();
    let starts: Vec<[u8; 32]> = (0..kernel.lanes()).map(|lane| [lane as u8 + 1; 32]).collect();
    for (lane, start) in starts.iter().enumerate() {
        kernel.put(&mut block, lane, start);
    }
    kernel.walk(&function.initial(), &mut block, STEPS);
    starts.iter().enumerate().all(|(lane, start)| {
        let end = (0..STEPS).fold(*start, |value, _| function.hash(&value));
        kernel.get(&block, lane) == end
    })
}

fn digests(kernel: Kernel, function: HashFunction) -> bool {
    // Around every padding edge of both block sizes.
    [0, 32, 55, 56, 64, 80, 119, 128, 129].into_iter().all(|length| {
        let count = kernel.lanes() + 1;
        let messages: Vec<u8> = (0..length * count).map(|i| (i % 251) as u8).collect();
        let mut out = vec![[0; 32]; count];
        kernel.digest(&function.initial(), &messages, length, &mut out);
        (0..count).all(|i| out[i] == function.hash(&messages[i * length..(i + 1) * length]))
    })
}

fn searches(kernel: Kernel, function: HashFunction) -> bool {
    // The header's shape, the identity's, and one that has neither.
    let shapes = [(80, 76, 4, Order::Little), (36, 32, 4, Order::Big), (70, 61, 5, Order::Big)];
    shapes.into_iter().all(|(length, offset, bytes, order)| {
        let message: Vec<u8> = (0..length as u8).collect();
        let sibling: Vec<u8> = message.iter().map(|byte| byte ^ u8::from(*byte < 4)).collect();
        // A sibling differs before the nonce's block; of one block there is none.
        let siblings: &[&[u8]] =
            if offset >= function.kernel_function().block_bytes() { &[&sibling] } else { &[] };
        let search = Search {
            function,
            message: &message,
            siblings,
            nonce: NonceField { offset, bytes, endian: Endian::Little },
            range: 0..256,
            target: Target::from_zero_bits(4).expect("4 bits are a target"),
            order,
            limit: 256,
        };
        let mut candidates = Vec::new();
        kernel.search(&tail(&search), 0, 256, usize::MAX, &mut candidates);
        candidates.sort_unstable();
        let found: Vec<_> = candidates.iter().map(|found| (found.nonce, found.sibling)).collect();
        let meets = |&(nonce, sibling): &(u64, u32)| {
            search.target.is_met_by(&function.hash(&search.message_with(sibling, nonce)), order)
        };
        let expected: Vec<_> = (0..256)
            .flat_map(|nonce| (0..=siblings.len() as u32).map(move |sibling| (nonce, sibling)))
            .filter(meets)
            .collect();
        found == expected
    })
}
