//! `search`: the first hits, ascending, the same on every path and number of threads.

use gridnet_core::{Control, Endian, Found, HashFunction, NonceField, Order, Search, Target};

use crate::oracle::{FUNCTIONS, hits, painted};
use crate::{ENGINES, Made, every_path};

/// The header's search, little-endian; tests change what they are about.
fn header(message: &[u8], function: HashFunction, zero_bits: u32) -> Search<'_> {
    Search {
        function,
        message,
        siblings: &[],
        nonce: NonceField { offset: 76, bytes: 4, endian: Endian::Little },
        range: 0..6_000,
        target: Target::from_zero_bits(zero_bits).expect("at most 256"),
        order: Order::Little,
        limit: 64,
    }
}

/// The identity's search, big-endian.
fn identity(message: &[u8], function: HashFunction, zero_bits: u32) -> Search<'_> {
    let nonce = NonceField { offset: 64, bytes: 4, endian: Endian::Little };
    Search { nonce, order: Order::Big, ..header(message, function, zero_bits) }
}

/// Every engine finds what the oracle finds; returns how many hits that are.
fn check(search: &Search<'_>) -> usize {
    check_on(ENGINES.iter(), search)
}

/// As `check`, on each path once: for what the number of threads has no part in.
fn check_paths(search: &Search<'_>) -> usize {
    check_on(every_path(), search)
}

fn check_on(engines: impl Iterator<Item = &'static Made>, search: &Search<'_>) -> usize {
    let wanted = Found { hits: hits(search), resume: None };
    for made in engines {
        let report = made.engine.search(search, &Control::default());
        let report = report.unwrap_or_else(|error| panic!("{}: {error}: {search:?}", made.with));
        assert_eq!(report.value, wanted, "{}: {search:?}", made.with);
        let nonces = search.range.end - search.range.start;
        let most = nonces * (1 + search.siblings.len() as u128);
        let done = u128::from(report.done());
        assert!(done <= most && (wanted.hits.len() == search.limit || done == most), "{}: {done}", made.with);
    }
    assert!(wanted.hits.is_sorted_by(|a, b| (a.nonce, a.message) < (b.nonce, b.message)));
    wanted.hits.len()
}

#[test]
fn headers_and_identities() {
    let message = painted(80);
    for function in FUNCTIONS {
        assert!(check(&header(&message, function, 8)) > 3);
        assert!(check(&identity(&message[..68], function, 8)) > 3);
    }
}

#[test]
fn limits_over_dense_targets() {
    let message = painted(80);
    for function in FUNCTIONS {
        for limit in [1, 2, 64] {
            for zero_bits in [0, 1, 4] {
                for search in
                    [header(&message, function, zero_bits), identity(&message[..68], function, zero_bits)]
                {
                    assert_eq!(check(&Search { limit, ..search }), limit);
                }
            }
        }
    }
}

#[test]
fn a_limit_that_is_met_by_the_very_last_hit() {
    let message = painted(80);
    let search = header(&message, HashFunction::Sha256d, 6);
    let all = check(&Search { limit: 1_000, ..search.clone() });
    for limit in [all - 1, all, all + 1] {
        assert_eq!(check(&Search { limit, ..search.clone() }), limit.min(all));
    }
}

#[test]
fn targets_zero_and_max() {
    let message = painted(80);
    for function in FUNCTIONS {
        let search = header(&message, function, 0);
        assert_eq!(
            check_paths(&Search { target: Target::MAX, range: 0..100, limit: 1_000, ..search.clone() }),
            100
        );
        assert_eq!(check_paths(&Search { target: Target::ZERO, ..search }), 0);
    }
}

#[test]
fn a_target_is_met_exactly() {
    let message = painted(80);
    for function in FUNCTIONS {
        for search in [header(&message, function, 0), identity(&message[..68], function, 0)] {
            // The least digest of the range as the target: it alone meets it.
            let all = hits(&Search { limit: 6_000, ..search.clone() });
            let number = |hash: &[u8; 32]| {
                let mut number = *hash;
                if search.order == Order::Little {
                    number.reverse();
                }
                number
            };
            let least = all.iter().map(|hit| number(&hit.hash)).min().expect("every nonce is a hit");
            let exact = Search { target: Target::from_be_bytes(&least), ..search.clone() };
            assert_eq!(check_paths(&exact), 1);
            let mut below = least;
            let at = below.iter().rposition(|&byte| byte > 0).expect("not zero");
            below[at] -= 1;
            below[at + 1..].fill(0xff);
            assert_eq!(check_paths(&Search { target: Target::from_be_bytes(&below), ..search.clone() }), 0);
        }
    }
}

#[test]
fn every_width_at_both_ends_of_its_range() {
    let message = painted(140);
    for function in FUNCTIONS {
        for bytes in 1..=8 {
            for (endian, offset) in [(Endian::Little, 59), (Endian::Big, 61), (Endian::Big, 132 - bytes)] {
                let nonce = NonceField { offset, bytes, endian };
                let length = 700.min(nonce.end());
                for range in [0..length, nonce.end() - length..nonce.end()] {
                    let search = Search { nonce, range, ..header(&message, function, 4) };
                    assert!(check_paths(&search) > 0);
                }
            }
        }
    }
}

#[test]
fn ranges_that_cross_2_to_the_32() {
    let message = painted(80);
    for function in FUNCTIONS {
        for endian in [Endian::Little, Endian::Big] {
            let nonce = NonceField { offset: 70, bytes: 8, endian };
            for start in [(1 << 32) - 3_000, (7 << 32) - 1] {
                let search = Search { nonce, range: start..start + 5_000, ..header(&message, function, 7) };
                assert!(check_paths(&search) > 3);
            }
        }
    }
}

#[test]
fn ranges_of_one_and_of_a_few_nonces() {
    let message = painted(80);
    for length in [1, 2, 3, 15, 31, 32, 33, 2_047, 2_048, 2_049, 4_097] {
        let search = Search {
            range: 90_000..90_000 + length,
            limit: 5_000,
            ..header(&message, HashFunction::Sha256d, 1)
        };
        check(&search);
    }
}

#[test]
fn siblings_are_ordered_by_nonce_then_message() {
    let message = painted(80);
    for function in [HashFunction::Sha256, HashFunction::Sha256d, HashFunction::BLAKE2S] {
        let rolled: Vec<Vec<u8>> = (1..=4_u8)
            .map(|roll| {
                let mut message = message.clone();
                message[1] ^= roll << 4;
                message
            })
            .collect();
        for count in 1..=4 {
            let siblings: Vec<&[u8]> = rolled[..count].iter().map(Vec::as_slice).collect();
            for (zero_bits, limit) in [(8, 64), (0, 7), (1, 64)] {
                let search = Search {
                    siblings: &siblings,
                    limit,
                    range: 0..3_000,
                    ..header(&message, function, zero_bits)
                };
                assert!(check_paths(&search) > 3);
            }
        }
    }
    // One block holds all of a BLAKE2b header: only an equal sibling shares its tail.
    let siblings = [message.as_slice()];
    check_paths(&Search { siblings: &siblings, ..header(&message, HashFunction::BLAKE2B, 5) });
}

#[test]
fn bytes_in_the_field_do_not_matter() {
    let message = painted(80);
    let mut other = message.clone();
    other[76..80].fill(0xff);
    let search = header(&message, HashFunction::Sha256d, 8);
    assert_eq!(hits(&search), hits(&Search { message: &other, ..search.clone() }));
    check(&Search { message: &other, ..search.clone() });
    // Siblings may differ there too.
    check(&Search { siblings: &[&other], ..search });
}
