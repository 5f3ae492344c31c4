//! Properties that hold for any input; proptest looks for the smallest one for which they do not.

use gridnet_core::{Control, Digest, Endian, HashFunction, Hit, NonceField, Order, Search, Target, Walk};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use crate::ENGINES;

/// The same cases on every run.
fn config() -> ProptestConfig {
    ProptestConfig {
        cases: 200,
        rng_seed: RngSeed::Fixed(0x6721d),
        failure_persistence: None,
        ..Default::default()
    }
}

fn function() -> impl Strategy<Value = HashFunction> {
    prop_oneof![
        Just(HashFunction::Sha256),
        Just(HashFunction::Sha256d),
        any::<[u8; 8]>().prop_map(|personal| HashFunction::Blake2s { personal }),
        any::<[u8; 16]>().prop_map(|personal| HashFunction::Blake2b { personal }),
    ]
}

fn order() -> impl Strategy<Value = Order> {
    prop_oneof![Just(Order::Little), Just(Order::Big)]
}

/// A message with a field somewhere in it.
fn message_and_field() -> impl Strategy<Value = (Vec<u8>, NonceField)> {
    (1_usize..=8, 0_usize..200, 0_usize..200, any::<bool>()).prop_flat_map(|(bytes, before, after, big)| {
        let endian = if big { Endian::Big } else { Endian::Little };
        let field = NonceField { offset: before, bytes, endian };
        (vec(any::<u8>(), before + bytes + after), Just(field))
    })
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_search_is_a_filter(
        function in function(),
        (message, nonce) in message_and_field(),
        start in any::<u64>(),
        length in 1_u128..300,
        zero_bits in 0_u32..9,
        order in order(),
        limit in 1_usize..40,
    ) {
        let start = u128::from(start) % nonce.end();
        let range = start..(start + length).min(nonce.end());
        let target = Target::from_zero_bits(zero_bits).expect("few bits");
        let siblings = &[];
        let search = Search { function, message: &message, siblings, nonce, range: range.clone(), target, order, limit };
        let tried = range.map(|number| {
            let number = u64::try_from(number).expect("below the field's end");
            let mut message = message.clone();
            nonce.write(&mut message, number);
            Hit { nonce: number, message: 0, hash: function.hash(&message) }
        });
        let wanted: Vec<Hit> = tried.filter(|hit| target.is_met_by(&hit.hash, order)).take(limit).collect();
        for engine in ENGINES.iter() {
            let found = engine.search(&search, &Control::default()).expect("a good search").value;
            prop_assert_eq!(&found.hits, &wanted, "{}", engine.path(function));
            prop_assert!(found.hits.is_sorted());
        }
    }

    #[test]
    fn walks_add_up(
        function in function(),
        starts in vec(any::<[u8; 32]>(), 0..70),
        first in vec(0_u64..40, 70),
        second in vec(0_u64..40, 70),
    ) {
        let (first, second) = (&first[..starts.len()], &second[..starts.len()]);
        let sums: Vec<u64> = first.iter().zip(second).map(|(a, b)| a + b).collect();
        for engine in ENGINES.iter() {
            let walk = |starts: &[[u8; 32]], steps: &[u64]| {
                engine.walk(&Walk { function, starts, steps }, &Control::default()).expect("a walk").value
            };
            prop_assert_eq!(walk(&walk(&starts, first), second), walk(&starts, &sums));
        }
    }

    #[test]
    fn a_batch_is_its_messages(
        function in function(),
        length in 0_usize..300,
        count in 0_usize..70,
        seed in any::<u8>(),
    ) {
        let messages: Vec<u8> = (0..length * count).map(|i| (i % 251) as u8 ^ seed).collect();
        let digest = Digest { function, messages: &messages, length, count };
        let wanted: Vec<[u8; 32]> =
            (0..count).map(|i| function.hash(&messages[i * length..(i + 1) * length])).collect();
        for engine in ENGINES.iter() {
            let digests = engine.digest(&digest, &Control::default()).expect("digests").value;
            prop_assert_eq!(&digests, &wanted, "{}", engine.path(function));
        }
    }

    #[test]
    fn compact_forms_are_stable(bits in any::<u32>()) {
        if let Ok(target) = Target::from_compact(bits) {
            let again = target.to_compact();
            prop_assert_eq!(Target::from_compact(again), Ok(target));
            prop_assert_eq!(Target::from_compact(again).map(Target::to_compact), Ok(again));
        }
    }

    #[test]
    fn easier_targets_are_less_work(a in any::<[u8; 32]>(), b in any::<[u8; 32]>(), digest in any::<[u8; 32]>(), order in order()) {
        let (a, b) = (Target::from_be_bytes(&a), Target::from_be_bytes(&b));
        let (hard, easy) = (a.min(b), a.max(b));
        prop_assert!(hard.work() >= easy.work());
        prop_assert!(!hard.is_met_by(&digest, order) || easy.is_met_by(&digest, order));
    }
}

#[test]
fn a_property_that_does_not_hold_is_found() {
    use proptest::test_runner::TestRunner;
    let mut runner = TestRunner::new(config());
    let outcome = runner.run(&any::<[u8; 32]>(), |value| {
        let walk = Walk { function: HashFunction::BLAKE2S, starts: &[value], steps: &[2] };
        let ends = ENGINES[0].walk(&walk, &Control::default()).expect("a walk").value;
        // One step too few.
        prop_assert_eq!(ends[0], HashFunction::BLAKE2S.hash(&value));
        Ok(())
    });
    assert!(outcome.is_err());
}
