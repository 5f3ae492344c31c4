//! Searches.

use std::sync::Arc;

use gridnet_core::proof::header::{Header, NONCE};
use gridnet_core::{
    Cancel, Control, Endian, Engine, Found, HashFunction, NonceField, Order, Progress, Search, Target,
};

use crate::{PORTABLE, on_gpu, painted};

fn target(zero_bits: u32) -> Target {
    Target::from_zero_bits(zero_bits).expect("a target")
}

fn found(engine: &Engine, search: &Search<'_>) -> Found {
    engine.search(search, &Control::default()).expect("an answer").value
}

/// The device says what the portable path says.
fn same(engine: &Engine, search: &Search<'_>) -> Found {
    let expected = found(&PORTABLE, search);
    let said = found(engine, search);
    assert_eq!(said, expected, "{} {:?} {:?}", search.function.name(), search.nonce, search.range);
    said
}

/// A message and where its nonce stands.
const SHAPES: [(usize, usize, usize, Endian, Order); 12] = [
    (80, 76, 4, Endian::Little, Order::Little),
    (80, 76, 4, Endian::Big, Order::Little),
    (80, 76, 4, Endian::Little, Order::Big),
    (36, 32, 4, Endian::Little, Order::Big),
    (68, 64, 4, Endian::Little, Order::Big),
    (8, 0, 8, Endian::Big, Order::Big),
    (70, 61, 5, Endian::Little, Order::Big),
    (70, 61, 8, Endian::Big, Order::Little),
    (64, 63, 1, Endian::Big, Order::Little),
    (200, 130, 2, Endian::Big, Order::Big),
    (200, 127, 7, Endian::Little, Order::Little),
    (300, 62, 3, Endian::Big, Order::Big),
];

#[test]
fn every_function_and_shape() {
    on_gpu(|engine| {
        for function in HashFunction::ALL {
            for (length, offset, bytes, endian, order) in SHAPES {
                let nonce = NonceField { offset, bytes, endian };
                let message = painted(length);
                for (zero_bits, limit) in [(0, 700), (4, 64), (10, 1_000), (256, 1)] {
                    let range = 0..nonce.end().min(20_000);
                    let target = if zero_bits == 256 { Target::ZERO } else { target(zero_bits) };
                    same(
                        engine,
                        &Search {
                            function,
                            message: &message,
                            siblings: &[],
                            nonce,
                            range,
                            target,
                            order,
                            limit,
                        },
                    );
                }
            }
        }
    });
}

#[test]
fn every_offset_and_width() {
    on_gpu(|engine| {
        for function in HashFunction::ALL {
            let message = painted(150);
            for offset in (0..140).step_by(7) {
                let bytes = 1 + offset % 8;
                for endian in [Endian::Little, Endian::Big] {
                    let nonce = NonceField { offset, bytes, endian };
                    let range = 0..nonce.end().min(600);
                    let search = Search {
                        function,
                        message: &message,
                        siblings: &[],
                        nonce,
                        range,
                        target: target(5),
                        order: Order::Big,
                        limit: 1_000,
                    };
                    same(engine, &search);
                }
            }
        }
    });
}

#[test]
fn personalised_functions() {
    on_gpu(|engine| {
        for function in [HashFunction::BLAKE2S, HashFunction::BLAKE2B] {
            let function = function.with_personal(b"GRIDNET").expect("it is short");
            for (length, offset, bytes, endian, order) in SHAPES {
                let message = painted(length);
                let nonce = NonceField { offset, bytes, endian };
                let range = 0..nonce.end().min(3_000);
                same(
                    engine,
                    &Search {
                        function,
                        message: &message,
                        siblings: &[],
                        nonce,
                        range,
                        target: target(6),
                        order,
                        limit: 99,
                    },
                );
            }
        }
    });
}

#[test]
fn ranges_that_cross_2_to_the_32() {
    on_gpu(|engine| {
        let message = painted(90);
        for function in HashFunction::ALL {
            for endian in [Endian::Little, Endian::Big] {
                let search = Search {
                    function,
                    message: &message,
                    siblings: &[],
                    nonce: NonceField { offset: 70, bytes: 6, endian },
                    range: (7 << 32) - 5_000..(7 << 32) + 5_000,
                    target: target(7),
                    order: Order::Little,
                    limit: 1_000,
                };
                let hits = same(engine, &search).hits;
                assert!(hits.first().is_some_and(|hit| hit.nonce < 7 << 32), "hits on both sides");
                assert!(hits.last().is_some_and(|hit| hit.nonce >= 7 << 32), "hits on both sides");
            }
        }
    });
}

#[test]
fn planted_hits_first_middle_last_and_beyond() {
    on_gpu(|engine| {
        let message = painted(80);
        for function in HashFunction::ALL {
            let whole = Search {
                function,
                message: &message,
                siblings: &[],
                nonce: NONCE,
                range: 0..60_000,
                target: target(13),
                order: Order::Little,
                limit: 1_000,
            };
            let hits = found(&PORTABLE, &whole).hits;
            let hit = u128::from(hits[hits.len() / 2].nonce);
            for range in
                [hit..hit + 1, hit..hit + 4_000, hit - 2_000..hit + 1, hit - 99..hit + 77, hit + 1..hit + 9]
            {
                same(engine, &Search { range, limit: 1, ..whole.clone() });
            }
        }
    });
}

#[test]
fn more_candidates_than_a_ring_holds() {
    on_gpu(|engine| {
        let message = painted(80);
        for (zero_bits, limit) in [(0, 20_000), (1, 5_000), (3, 1), (0, 1), (0, 2)] {
            let search = Search {
                function: HashFunction::Sha256d,
                message: &message,
                siblings: &[],
                nonce: NONCE,
                range: 5..40_000,
                target: target(zero_bits),
                order: Order::Little,
                limit,
            };
            same(engine, &search);
        }
    });
}

#[test]
fn rolled_versions_are_ordered_by_nonce_then_version() {
    on_gpu(|engine| {
        let header = Header::GENESIS;
        let message = header.to_bytes();
        let rolled: Vec<[u8; 80]> = (1..=9).map(|roll| header.rolled(roll).to_bytes()).collect();
        for versions in 0..=9 {
            let siblings: Vec<&[u8]> = rolled[..versions].iter().map(<[u8; 80]>::as_slice).collect();
            for function in [HashFunction::Sha256d, HashFunction::Sha256, HashFunction::BLAKE2S] {
                let search = Search {
                    function,
                    message: &message,
                    siblings: &siblings,
                    nonce: NONCE,
                    range: 1..9_000,
                    target: target(9),
                    order: Order::Little,
                    limit: 100,
                };
                same(engine, &search);
            }
        }
    });
}

#[test]
fn what_has_no_kernel_goes_to_the_cpu() {
    on_gpu(|engine| {
        let message = painted(3_000);
        let search = Search {
            function: HashFunction::Sha256,
            message: &message,
            siblings: &[],
            nonce: NonceField { offset: 10, bytes: 4, endian: Endian::Little },
            range: 0..3_000,
            target: target(6),
            order: Order::Big,
            limit: 100,
        };
        same(engine, &search);
        let report = engine.search(&search, &Control::default()).expect("an answer");
        assert_eq!(report.devices[0].id, "cpu");
    });
}

#[test]
fn the_cpu_and_a_graphics_processor_share_a_search() {
    on_gpu(|_| {
        let both = Engine::builder().device("all").build().expect("devices");
        let message = painted(80);
        let search = Search {
            function: HashFunction::Sha256d,
            message: &message,
            siblings: &[],
            nonce: NONCE,
            range: 0..30_000_000,
            target: target(18),
            order: Order::Little,
            limit: 1_000,
        };
        let report = both.search(&search, &Control::default()).expect("an answer");
        let fast = Engine::builder().device("cpu").build().expect("a CPU");
        assert_eq!(report.value, found(&fast, &search));
        assert!(
            report.devices.len() > 1 && report.devices.iter().all(|share| share.done > 0),
            "{:?}",
            report.devices
        );
    });
}

#[test]
fn a_cancelled_search_says_how_far_it_came() {
    on_gpu(|engine| {
        let message = painted(80);
        let progress = Arc::new(Progress::default());
        let control = Control { progress: Some(Arc::clone(&progress)), cancel: Cancel::default() };
        let endless = Search {
            function: HashFunction::Sha256d,
            message: &message,
            siblings: &[],
            nonce: NonceField { offset: 70, bytes: 8, endian: Endian::Little },
            range: 1_000..1 << 63,
            target: target(12),
            order: Order::Little,
            limit: 1 << 20,
        };
        let cancelled = std::thread::scope(|scope| {
            let cancel = control.cancel.clone();
            scope.spawn(move || {
                while progress.snapshot().done < 200_000 {
                    std::thread::sleep(std::time::Duration::from_millis(1));
                }
                cancel.cancel();
            });
            engine.search(&endless, &control).expect("an answer").value
        });
        // On a busy machine the device's word comes too late, and nothing counts as covered.
        let resume = cancelled.resume.expect("it was cancelled");
        assert!((1_000..1 << 40).contains(&resume), "{resume}");
        let covered = Search { range: 1_000..resume, ..endless };
        let expected = if resume > 1_000 { found(&PORTABLE, &covered).hits } else { Vec::new() };
        assert_eq!(cancelled.hits, expected);
    });
}
