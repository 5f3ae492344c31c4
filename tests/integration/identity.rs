//! The identity proof of stake: minting finds the first proof in the order of the paper, and its overflow appends
//! the address to itself.

use blake2::digest::Digest as _;
use blake2::digest::consts::U32;
use gridnet_core::proof::identity::{Fault, Proof, hash, mint, verify};
use gridnet_core::{Control, Order, Target, limits};

use crate::ENGINES;
use crate::input::Mix;

/// The message's hash, by the crate alone.
fn oracle(address: &[u8; 32], proof: Proof) -> [u8; 32] {
    let mut hasher = blake2::Blake2b::<U32>::new();
    for _ in 0..proof.repetitions {
        hasher.update(address);
    }
    hasher.chain_update(proof.nonce.to_le_bytes()).finalize().into()
}

/// All proofs of few repetitions, in order.
fn proofs(repetitions: std::ops::RangeInclusive<u32>, nonce_bits: u32) -> impl Iterator<Item = Proof> {
    repetitions.flat_map(move |repetitions| {
        (0..1_u64 << nonce_bits).map(move |nonce| Proof { repetitions, nonce: nonce as u32 })
    })
}

/// The first proof, found by trying.
fn first(address: &[u8; 32], target: Target, nonce_bits: u32) -> Proof {
    let mut all = proofs(1..=100_000, nonce_bits);
    all.find(|&proof| target.is_met_by(&oracle(address, proof), Order::Big)).expect("a proof exists")
}

#[test]
fn minting_finds_the_first_proof() {
    let mut mix = Mix(0x1d);
    let (mut overflown, mut most) = (0, 0);
    // (nonce bits, target bits): on average 2^(target − nonce) repetitions.
    for (nonce_bits, target_bits) in
        [(1, 1), (1, 4), (1, 6), (4, 4), (4, 7), (8, 8), (8, 10), (16, 8), (32, 10)]
    {
        let target = Target::from_zero_bits(target_bits).expect("few bits");
        for _ in 0..6 {
            let address = mix.value();
            let wanted = first(&address, target, nonce_bits);
            overflown += u32::from(wanted.repetitions > 1);
            most = most.max(wanted.repetitions);
            for engine in ENGINES.iter() {
                let report =
                    mint(engine, &address, target, nonce_bits, &Control::default()).expect("a proof");
                assert_eq!(report.value.proof, wanted, "{nonce_bits} {target_bits}");
                assert_eq!(report.value.hash, oracle(&address, wanted));
                let before = u64::from(wanted.repetitions - 1) << nonce_bits;
                assert!(report.done() > before + u64::from(wanted.nonce), "{}", report.done());
                assert_eq!(verify(&address, wanted, target), Ok(report.value.hash));
            }
        }
    }
    assert!(overflown > 15 && most > 60, "{overflown} {most}");
}

#[test]
fn hashes_of_one_to_nine_repetitions_and_many() {
    let mut mix = Mix(9);
    for repetitions in (1..=9).chain([100, 4_095, 4_096]) {
        let address = mix.value();
        for nonce in [0, 1, 0x0102_0304, u32::MAX] {
            let proof = Proof { repetitions, nonce };
            assert_eq!(hash(&address, proof), Some(oracle(&address, proof)), "{proof:?}");
        }
    }
}

/// From here on each repetition puts the nonce at another place of another block.
#[test]
fn midstates_of_one_to_nine_repetitions() {
    let mut mix = Mix(0x99);
    let target = Target::from_zero_bits(6).expect("few bits");
    let mut seen = [0_u32; 10];
    while seen[1..].iter().any(|&count| count < 2) {
        let address = mix.value();
        let wanted = first(&address, target, 4);
        let Some(count) = seen.get_mut(wanted.repetitions as usize) else { continue };
        *count += 1;
        for engine in ENGINES.iter() {
            let report = mint(engine, &address, target, 4, &Control::default()).expect("a proof");
            assert_eq!(report.value.proof, wanted);
        }
    }
}

#[test]
fn every_proof_that_meets_the_target_is_valid_and_no_other() {
    let address = Mix(5).value();
    let target = Target::from_zero_bits(3).expect("few bits");
    let (mut good, mut bad) = (0, 0);
    for proof in proofs(1..=9, 6) {
        let hash = oracle(&address, proof);
        let valid = target.is_met_by(&hash, Order::Big);
        assert_eq!(
            verify(&address, proof, target),
            if valid { Ok(hash) } else { Err(Fault::Hash) },
            "{proof:?}"
        );
        if valid { good += 1 } else { bad += 1 }
    }
    assert!(good > 40 && bad > 400, "{good} {bad}");
}

#[test]
fn tampering_and_bad_repetitions_are_refused() {
    let mut mix = Mix(6);
    let address = mix.value();
    let target = Target::from_zero_bits(16).expect("few bits");
    let proof = mint(&ENGINES[0], &address, target, 32, &Control::default()).expect("a proof").value.proof;
    assert!(verify(&address, proof, target).is_ok());
    for bit in 0..256 {
        let mut other = address;
        other[bit / 8] ^= 1 << (bit % 8);
        assert_eq!(verify(&other, proof, target), Err(Fault::Hash), "bit {bit}");
    }
    for other in [
        Proof { nonce: proof.nonce ^ 1, ..proof },
        Proof { nonce: proof.nonce.swap_bytes(), ..proof },
        Proof { repetitions: proof.repetitions + 1, ..proof },
    ] {
        assert_eq!(verify(&address, other, target), Err(Fault::Hash), "{other:?}");
    }
    for repetitions in [0, limits::REPETITIONS_MAX + 1, u32::MAX] {
        let other = Proof { repetitions, ..proof };
        assert_eq!(verify(&address, other, Target::MAX), Err(Fault::Repetitions), "{other:?}");
        assert_eq!(hash(&address, other), None);
    }
    assert_eq!([Fault::Repetitions, Fault::Hash].map(Fault::name), ["bad-repetitions", "high-hash"]);
}
