//! Walks and digests.

use gridnet_core::{Control, Digest, Engine, Error, HashFunction, Walk};

use crate::{PORTABLE, on_gpu, painted};

/// The most steps of one dispatch.
const CAP: u64 = 16_384;

fn starts(count: usize) -> Vec<[u8; 32]> {
    (0..count).map(|i| std::array::from_fn(|byte| (i * 7 + byte * 31) as u8)).collect()
}

fn same_walk(engine: &Engine, function: HashFunction, steps: &[u64]) {
    let starts = starts(steps.len());
    let walk = Walk { function, starts: &starts, steps };
    let said = engine.walk(&walk, &Control::default()).expect("ends").value;
    let expected = PORTABLE.walk(&walk, &Control::default()).expect("ends").value;
    assert_eq!(said, expected, "{} {:?}", function.name(), &steps[..steps.len().min(9)]);
}

#[test]
fn segments_around_the_cap() {
    on_gpu(|engine| {
        for function in HashFunction::ALL {
            same_walk(engine, function, &[0, 1, CAP - 1, CAP, CAP + 1, 3 * CAP, 2, 0]);
        }
    });
}

#[test]
fn one_to_seventy_unequal_segments() {
    on_gpu(|engine| {
        for function in HashFunction::ALL {
            for count in [0, 1, 2, 63, 64, 65, 70] {
                let steps: Vec<u64> = (0..count).map(|i| i * i % 97).collect();
                same_walk(engine, function, &steps);
            }
        }
    });
}

#[test]
fn many_short_segments() {
    on_gpu(|engine| {
        let steps: Vec<u64> = (0..30_000).map(|i| i % 4).collect();
        same_walk(engine, HashFunction::Sha256, &steps);
        same_walk(engine, HashFunction::BLAKE2B.with_personal(b"chain").expect("short"), &steps);
    });
}

#[test]
fn a_few_long_segments_among_short_ones() {
    on_gpu(|engine| {
        let steps: Vec<u64> = (0..9_000).map(|i| if i % 1_000 == 999 { 20_000 + i } else { i % 3 }).collect();
        same_walk(engine, HashFunction::Sha256d, &steps);
        same_walk(engine, HashFunction::BLAKE2S, &steps);
    });
}

#[test]
fn a_walk_of_two_devices() {
    on_gpu(|_| {
        let both = Engine::builder().device("all").audit_one_in(1).build().expect("devices");
        let steps: Vec<u64> = (0..20_000).map(|i| 100 + i % 50).collect();
        same_walk(&both, HashFunction::BLAKE2S, &steps);
    });
}

#[test]
fn digests_of_every_length() {
    on_gpu(|engine| {
        for function in HashFunction::ALL {
            for length in (0..=300).chain([500, 1_000, 1_015, 1_016, 1_024, 1_025, 5_000]) {
                let count = 5;
                let messages = painted(length * count);
                let digest = Digest { function, messages: &messages, length, count };
                let said = engine.digest(&digest, &Control::default()).expect("digests").value;
                let expected = PORTABLE.digest(&digest, &Control::default()).expect("digests").value;
                assert_eq!(said, expected, "{} of {length} bytes", function.name());
            }
        }
    });
}

#[test]
fn digests_of_many_messages() {
    on_gpu(|engine| {
        for (function, length, count) in [
            (HashFunction::Sha256d, 80, 20_000),
            (HashFunction::BLAKE2S.with_personal(b"leaf").expect("short"), 33, 70_001),
            (HashFunction::BLAKE2B, 1, 10_000),
            (HashFunction::Sha256, 0, 100),
            (HashFunction::Sha256, 64, 0),
        ] {
            let messages = painted(length * count);
            let digest = Digest { function, messages: &messages, length, count };
            let said = engine.digest(&digest, &Control::default()).expect("digests").value;
            assert!(
                said == PORTABLE.digest(&digest, &Control::default()).expect("digests").value,
                "{length}"
            );
        }
    });
}

#[test]
fn cancelled_walks_and_digests_end() {
    on_gpu(|engine| {
        let control = Control::default();
        control.cancel.cancel();
        let starts = starts(10_000);
        let walk = Walk { function: HashFunction::Sha256, starts: &starts, steps: &vec![1 << 40; 10_000] };
        assert!(matches!(engine.walk(&walk, &control), Err(Error::Cancelled)));
        let later = Control::default();
        std::thread::scope(|scope| {
            let cancel = later.cancel.clone();
            scope.spawn(move || {
                std::thread::sleep(std::time::Duration::from_millis(300));
                cancel.cancel();
            });
            assert!(matches!(engine.walk(&walk, &later), Err(Error::Cancelled)));
        });
        // And it works again afterwards.
        same_walk(engine, HashFunction::Sha256, &[5; 100]);
    });
}
