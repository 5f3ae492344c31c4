//! Hash chains: every word, every spacing, and what tampering does.

use gridnet_core::proof::chain::{HashChain, LENGTH_MAX};
use gridnet_core::{Control, Engine, Error, HashFunction};

use crate::input::Mix;
use crate::{ENGINES, engine};

fn build(engine: &Engine, function: HashFunction, seed: &[u8; 32], length: u64, spacing: u64) -> HashChain {
    HashChain::build(engine, function, seed, length, spacing, &Control::default()).expect("a chain")
}

/// Words of a chain, by hashing one after the other.
fn words(function: HashFunction, seed: [u8; 32], length: u64) -> Vec<[u8; 32]> {
    let next = |word: &[u8; 32]| Some(function.hash(word));
    std::iter::successors(Some(seed), next).take(length as usize + 1).collect()
}

#[test]
fn every_word_under_every_kind_of_spacing() {
    let mut mix = Mix(0xc4a1);
    for function in HashFunction::ALL {
        // Spacing 1, dividing, not dividing, just below, and the whole length.
        for (length, spacing) in
            [(1, 1), (2, 1), (60, 1), (60, 12), (61, 12), (59, 12), (60, 59), (60, 60), (257, 64)]
        {
            let seed = mix.value();
            let wanted = words(function, seed, length);
            for engine in ENGINES.iter() {
                let chain = build(engine, function, &seed, length, spacing);
                assert_eq!((chain.length(), chain.function()), (length, function));
                assert_eq!(chain.ceiling(), wanted.last().expect("words"));
                for (index, word) in (0..).zip(&wanted) {
                    assert_eq!(chain.word(index), Some(*word), "{function:?} {length} {spacing} {index}");
                }
                assert_eq!(chain.word(length + 1), None);
                assert_eq!(chain.word(u64::MAX), None);
                let report = chain.verify(engine, &Control::default()).expect("a verdict");
                assert!(report.value, "{function:?} {length} {spacing}");
                assert_eq!(report.done(), length);
            }
        }
    }
}

#[test]
fn many_chains_are_each_their_own() {
    let mut mix = Mix(0x3a2);
    let seeds: Vec<[u8; 32]> = (0..70).map(|_| mix.value()).collect();
    for engine in ENGINES.iter() {
        for count in [0, 1, 5, 70] {
            let function = HashFunction::BLAKE2S;
            let chains =
                HashChain::build_many(engine, function, &seeds[..count], 45, 10, &Control::default());
            let chains = chains.expect("chains");
            assert_eq!(chains.len(), count);
            for (seed, chain) in seeds.iter().zip(&chains) {
                assert_eq!(chain.word(0), Some(*seed));
                assert_eq!(chain.ceiling(), words(function, *seed, 45).last().expect("words"));
                assert!(*chain == build(engine, function, seed, 45, 10));
            }
        }
    }
}

/// A chain's words stay inside it; a chain that is wrong comes from an engine that is.
#[test]
fn a_chain_built_wrongly_does_not_verify() {
    use crate::chain_rules::engine_without_hashing;
    let seed = [3; 32];
    for function in HashFunction::ALL {
        let wrong = build(&engine_without_hashing(), function, &seed, 50, 10);
        assert!(wrong != build(engine(), function, &seed, 50, 10));
        for engine in ENGINES.iter() {
            assert!(!wrong.verify(engine, &Control::default()).expect("a verdict").value, "{function:?}");
        }
    }
}

#[test]
fn lengths_and_spacings_have_bounds() {
    let seed = [0; 32];
    for (length, spacing, what) in [
        (0, 1, "length"),
        (LENGTH_MAX + 1, 1, "length"),
        (u64::MAX, 1, "length"),
        (10, 0, "spacing"),
        (10, 11, "spacing"),
        (10, u64::MAX, "spacing"),
    ] {
        let chain =
            HashChain::build(engine(), HashFunction::Sha256, &seed, length, spacing, &Control::default());
        match chain {
            Err(error @ Error::OutOfRange { .. }) => assert!(error.to_string().contains(what), "{error}"),
            other => panic!("{length} {spacing}: {other:?}"),
        }
    }
}

#[test]
fn cancelled_builds_and_verdicts() {
    let control = Control::default();
    let chain = build(engine(), HashFunction::Sha256, &[1; 32], 10, 3);
    control.cancel.cancel();
    assert_eq!(chain.verify(engine(), &control).err(), Some(Error::Cancelled));
    let built = HashChain::build(engine(), HashFunction::Sha256, &[1; 32], 10, 3, &control);
    assert_eq!(built.err(), Some(Error::Cancelled));
}

#[test]
fn a_chain_keeps_its_words_to_itself() {
    let chain = build(engine(), HashFunction::BLAKE2S, &[0xab; 32], 9, 2);
    let shown = format!("{chain:?}");
    assert!(shown.contains("length: 9") && !shown.contains("171") && !shown.contains("ab"), "{shown}");
}
