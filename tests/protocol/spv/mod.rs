//! Proofs by headers of a real chain, each broken in exactly one way.

mod headers;
mod proofs;
mod receipts;

use gridnet_core::Control;
use gridnet_protocol::Error;
use gridnet_protocol::spv::HeaderChain;
use gridnet_tests::chain::Chain;
use gridnet_tests::world::NETWORK;

use crate::engine;

/// The headers of a chain from a height on, as somebody takes them who trusts the block of that height.
fn verified(chain: &Chain<'_>, from: u32) -> HeaderChain {
    let (start, headers) = (chain.checkpoint(from), chain.headers(from));
    let verified = HeaderChain::verify(engine(), NETWORK, start, &headers, chain.now, &Control::default());
    verified.expect("the headers of a good chain")
}

/// The code of a refusal, and the part that it is about.
fn refusal<T: std::fmt::Debug>(answer: Result<T, Error>) -> (&'static str, String) {
    match answer {
        Err(Error::Spv { fault, part }) => (fault.name(), part.to_string()),
        other => panic!("{other:?}"),
    }
}

/// Looks at what every flip of one bit in each byte of an encoding leads to.
fn flipped(bytes: &[u8], mut look: impl FnMut(usize, &[u8])) {
    let mut flipped = bytes.to_vec();
    for place in 0..bytes.len() {
        // Another bit in each byte: all eight take turns.
        let bit = 1 << (place % 8);
        flipped[place] ^= bit;
        look(place, &flipped);
        flipped[place] ^= bit;
    }
}
