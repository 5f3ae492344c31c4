//! `walk`: many values, each its own number of steps.

use gridnet_core::{Control, HashFunction, Walk};

use crate::oracle::{FUNCTIONS, Mix, walked};
use crate::{ENGINES, Made, every_path};

/// Every engine ends where the oracle ends, and counts the steps.
fn check(function: HashFunction, steps: &[u64]) {
    check_on(ENGINES.iter(), function, steps);
}

/// As `check`, on each path once: for what the number of threads has no part in.
fn check_paths(function: HashFunction, steps: &[u64]) {
    check_on(every_path(), function, steps);
}

fn check_on(engines: impl Iterator<Item = &'static Made>, function: HashFunction, steps: &[u64]) {
    let mut mix = Mix(steps.len() as u64);
    let starts: Vec<[u8; 32]> = steps.iter().map(|_| mix.value()).collect();
    let ends: Vec<[u8; 32]> =
        starts.iter().zip(steps).map(|(&start, &steps)| walked(function, start, steps)).collect();
    let walk = Walk { function, starts: &starts, steps };
    let total: u64 = steps.iter().sum();
    assert_eq!(walk.total_steps(), u128::from(total));
    for made in engines {
        let report = made.engine.walk(&walk, &Control::default()).expect("a walk");
        assert_eq!(report.value, ends, "{}: {function:?} {steps:?}", made.with);
        assert_eq!(report.done(), total, "{}: {function:?} {steps:?}", made.with);
    }
}

#[test]
fn one_to_seventy_equal_segments() {
    for function in FUNCTIONS {
        for count in (0..=20).chain([31, 32, 33, 34, 63, 64, 65, 70]) {
            check_paths(function, &vec![5; count]);
        }
    }
}

#[test]
fn unequal_segments() {
    let mut mix = Mix(0x5e9);
    for function in FUNCTIONS {
        for count in 1..=70 {
            let steps: Vec<u64> = (0..count)
                .map(|_| match mix.below(4) {
                    0 => 0,
                    1 => 1,
                    2 => mix.below(10),
                    _ => mix.below(60),
                })
                .collect();
            // Threads take segments one at a time: their number matters, for every seventh that is.
            if count % 7 == 0 { check(function, &steps) } else { check_paths(function, &steps) }
        }
    }
}

#[test]
fn one_long_among_short_ones() {
    for function in FUNCTIONS {
        for at in [0, 20, 40] {
            let mut steps = vec![1; 41];
            steps[at] = 1_000;
            check_paths(function, &steps);
        }
        check_paths(function, &[2_000]);
        check(function, &[0, 500, 0]);
        check(function, &[0; 40]);
        check(function, &[1; 70]);
    }
}

#[test]
fn matches_say_which_end_is_wrong() {
    let mut mix = Mix(3);
    let function = HashFunction::BLAKE2S;
    let starts: Vec<[u8; 32]> = (0..50).map(|_| mix.value()).collect();
    let steps: Vec<u64> = (0..50).collect();
    let mut expected: Vec<[u8; 32]> =
        starts.iter().zip(&steps).map(|(&start, &steps)| walked(function, start, steps)).collect();
    let walk = Walk { function, starts: &starts, steps: &steps };
    for wrong in [None, Some(0), Some(1), Some(26), Some(49)] {
        if let Some(wrong) = wrong {
            expected[wrong][wrong % 32] ^= 1 << (wrong % 8);
        }
        for made in ENGINES.iter() {
            let report = made.engine.walk_matches(&walk, &expected, &Control::default()).expect("a walk");
            let said: Vec<usize> = (0..50).filter(|&i| !report.value[i]).collect();
            assert_eq!(said, wrong.into_iter().collect::<Vec<_>>(), "{}", made.with);
        }
        if let Some(wrong) = wrong {
            expected[wrong][wrong % 32] ^= 1 << (wrong % 8);
        }
    }
}
