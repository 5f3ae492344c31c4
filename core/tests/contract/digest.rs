//! `digest`: batches of every length and size.

use gridnet_core::{Control, Digest, HashFunction};

use crate::oracle::{FUNCTIONS, hash, painted};
use crate::{ENGINES, Made, every_path};

/// Every engine gives the oracle's digests, and counts the messages.
fn check(engines: impl Iterator<Item = &'static Made>, function: HashFunction, length: usize, count: usize) {
    let messages = painted(length * count);
    let wanted: Vec<[u8; 32]> =
        (0..count).map(|i| hash(function, &messages[i * length..(i + 1) * length])).collect();
    let digest = Digest { function, messages: &messages, length, count };
    for made in engines {
        let report = made.engine.digest(&digest, &Control::default()).expect("digests");
        // Not assert_eq: thousands of digests help nobody.
        let wrong = (0..count).find(|&i| report.value.get(i) != wanted.get(i));
        assert_eq!(
            (report.value.len(), wrong),
            (count, None),
            "{}: {function:?} {length} × {count}",
            made.with
        );
        assert_eq!(report.done(), count as u64, "{}", made.with);
    }
}

#[test]
fn counts_around_the_lanes() {
    for function in FUNCTIONS {
        for count in (0..=20).chain([31, 32, 33, 64, 65, 70]) {
            check(every_path(), function, 80, count);
        }
    }
}

#[test]
fn lengths_around_the_blocks() {
    for function in FUNCTIONS {
        for length in [0, 1, 32, 36, 55, 56, 63, 64, 65, 111, 119, 120, 127, 128, 129, 192, 256, 257] {
            check(every_path(), function, length, 41);
        }
    }
}

#[test]
fn batches_of_several_pieces_for_each_thread() {
    check(ENGINES.iter(), HashFunction::Sha256d, 80, 9_001);
    check(ENGINES.iter(), HashFunction::BLAKE2S, 40, 9_500);
    check(ENGINES.iter(), HashFunction::BLAKE2B, 3, 9_777);
    check(ENGINES.iter(), HashFunction::Sha256, 0, 9_200);
    check(ENGINES.iter(), HashFunction::Sha256, 40_000, 37);
}
