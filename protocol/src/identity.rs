//! The identity proof of stake as the ledger and the datagrams take it: the bare proof is the engine's
//! ([`gridnet_core::proof::identity`]); here are the bounds on what anybody must hash for a stranger.

use gridnet_core::Target;
pub use gridnet_core::proof::identity::Fault;
use gridnet_core::proof::identity::{Proof, verify};

use crate::{Address, Network};

/// The most repetitions of an address.
pub const REPETITIONS_MAX: u32 = 4_096;

/// The target of a network.
pub fn target(network: Network) -> Target {
    Target::from_zero_bits(network.parameters().identity_bits).expect("fewer bits than a digest has")
}

/// The most repetitions that are hashed on a network: 32 times as many as are expected, since each gives 2³² tries.
pub fn repetitions_max(network: Network) -> u32 {
    let expected = 1u64 << network.parameters().identity_bits;
    let repetitions = 32 * expected.div_ceil(1 << 32);
    u32::try_from(repetitions).map_or(REPETITIONS_MAX, |repetitions| repetitions.min(REPETITIONS_MAX))
}

/// Whether a proof is good. Bounds come before any hashing.
///
/// # Errors
/// Why not.
pub fn check(network: Network, address: &Address, proof: Proof) -> Result<(), Fault> {
    if !(1..=repetitions_max(network)).contains(&proof.repetitions) {
        return Err(Fault::Repetitions);
    }
    verify(&address.0, proof, target(network)).map(drop)
}

#[cfg(test)]
mod tests {
    use gridnet_core::proof::identity::{Proof, mint};
    use gridnet_core::{Control, Engine};

    use super::{Fault, check, repetitions_max, target};
    use crate::{Address, Network};

    #[test]
    fn bounds_are_the_networks() {
        assert_eq!(Network::ALL.map(repetitions_max), [2_048, 32, 32]);
    }

    #[test]
    fn a_minted_proof_is_good_and_its_neighbours_are_not() {
        let engine = Engine::builder().device("cpu").threads(1).build().expect("a CPU");
        let address = Address([5; 32]);
        let minted = mint(&engine, &address.0, target(Network::Regtest), 4, &Control::default());
        let proof = minted.expect("a proof").value.proof;
        assert_eq!(check(Network::Regtest, &address, proof), Ok(()));
        assert!(proof.repetitions > 1, "so few nonces make the address repeat itself");
        let with = |repetitions, nonce| check(Network::Regtest, &address, Proof { repetitions, nonce });
        assert_eq!(with(0, proof.nonce), Err(Fault::Repetitions));
        assert_eq!(with(33, proof.nonce), Err(Fault::Repetitions));
        assert_eq!(check(Network::Main, &address, proof), Err(Fault::Hash));
        let worn = (0..100).filter(|&nonce| with(proof.repetitions, nonce).is_ok()).count();
        assert!(worn < 10, "a few in 256 are good by luck: {worn}");
        assert_eq!(check(Network::Regtest, &Address([6; 32]), proof), Err(Fault::Hash));
    }
}
