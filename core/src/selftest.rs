//! Known questions asked of every kernel before it may serve: a build, a virtual machine or a CPU that miscomputes
//! is found here and named, not later in somebody's money.

use gridnet_simd::{Kernel, LaneBlock, Verifier};

use crate::cpu::{Lanes, tail};
use crate::signature::{self, SignatureFault};
use crate::{Endian, Error, HashFunction, NonceField, Order, Search, Target, Verify};

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

/// Whether the lanes say of signatures, good and bad in every way, what the library says.
///
/// # Errors
/// [`Error::SelfTest`].
pub(crate) fn check_verifier(verifier: Verifier) -> Result<(), Error> {
    let count = 3 * verifier.lanes() + 1;
    let (mut keys, mut signatures) = (Vec::new(), Vec::new());
    for index in 0..count {
        let (mut key, mut signature) = (KNOWN_KEY, KNOWN_SIGNATURE);
        match index % 7 {
            // y = 2 is no point's.
            1 => key = numbered(2),
            2 => signature[..32].copy_from_slice(&numbered(2)),
            3 => signature[63] |= 0x80,
            4 => signature[32] ^= 1,
            // The neutral element, canonical and not, with s = 0: of anything a signature.
            5 => {
                (key, signature) = (numbered(1), [0; 64]);
                signature[..32].copy_from_slice(&[0xff; 32]);
                (signature[0], signature[31]) = (0xee, 0x7f);
            }
            _ => {}
        }
        keys.push(key);
        signatures.push(signature);
    }
    let messages = vec![KNOWN_MESSAGE; count];
    let verify = Verify { keys: &keys, messages: &messages, length: 1, signatures: &signatures };
    let (mut right, mut said) = (vec![Ok(()); count], vec![Ok(()); count]);
    signature::group(&verify, 0, &mut right);
    Lanes::new(verifier).group(&verify, 0, &mut said);
    let has_all = SignatureFault::ALL.into_iter().map(Err).chain([Ok(())]).all(|one| right.contains(&one));
    if has_all && said == right {
        return Ok(());
    }
    Err(Error::SelfTest { path: verifier.path().name(), function: "ed25519", what: "verify" })
}

/// RFC 8032 §7.1, the second test.
const KNOWN_MESSAGE: u8 = 0x72;
const KNOWN_KEY: [u8; 32] = [
    0x3d, 0x40, 0x17, 0xc3, 0xe8, 0x43, 0x89, 0x5a, 0x92, 0xb7, 0x0a, 0xa7, 0x4d, 0x1b, 0x7e, 0xbc, 0x9c,
    0x98, 0x2c, 0xcf, 0x2e, 0xc4, 0x96, 0x8c, 0xc0, 0xcd, 0x55, 0xf1, 0x2a, 0xf4, 0x66, 0x0c,
];
const KNOWN_SIGNATURE: [u8; 64] = [
    0x92, 0xa0, 0x09, 0xa9, 0xf0, 0xd4, 0xca, 0xb8, 0x72, 0x0e, 0x82, 0x0b, 0x5f, 0x64, 0x25, 0x40, 0xa2,
    0xb2, 0x7b, 0x54, 0x16, 0x50, 0x3f, 0x8f, 0xb3, 0x76, 0x22, 0x23, 0xeb, 0xdb, 0x69, 0xda, 0x08, 0x5a,
    0xc1, 0xe4, 0x3e, 0x15, 0x99, 0x6e, 0x45, 0x8f, 0x36, 0x13, 0xd0, 0xf1, 0x1d, 0x8c, 0x38, 0x7b, 0x2e,
    0xae, 0xb4, 0x30, 0x2a, 0xee, 0xb0, 0x0d, 0x29, 0x16, 0x12, 0xbb, 0x0c, 0x00,
];

/// A small number's 32 bytes.
fn numbered(number: u8) -> [u8; 32] {
    let mut bytes = [0; 32];
    bytes[0] = number;
    bytes
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
