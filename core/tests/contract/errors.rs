//! Refusals: every one names its argument, and carries a number and a name that never change.

use std::collections::BTreeSet;

use gridnet_core::proof::headers::{self, Retarget};
use gridnet_core::proof::identity;
use gridnet_core::{
    Control, Digest, Endian, Engine, Error, HashFunction, NonceField, Path, Search, Target, Walk, limits,
};

use crate::auto;
use crate::backends::Fake;
use crate::cancel::endless;
use crate::oracle::painted;

/// A refusal: its number, its name, and what its text must say.
fn check<T>(answer: Result<T, Error>, code: u32, name: &str, says: &[&str]) {
    let Err(error) = answer else { panic!("{name} was not refused") };
    assert_eq!((error.code(), error.name()), (code, name), "{error}");
    let text = error.to_string();
    for part in says {
        assert!(text.contains(part), "\"{text}\" does not say \"{part}\"");
    }
}

#[test]
fn numbers_and_names_are_these_for_ever() {
    let text = String::new;
    let table = [
        (1, "unknown-function", Error::UnknownFunction(text())),
        (2, "personalisation", Error::Personalisation { function: "sha256", max: 0, got: 1 }),
        (3, "unknown-path", Error::UnknownPath { name: text() }),
        (4, "unavailable-path", Error::UnavailablePath { path: "neon", available: text() }),
        (5, "unknown-device", Error::UnknownDevice { asked: text(), available: text() }),
        (6, "threads", Error::Threads { got: 0, max: 1 }),
        (7, "nonce-field", Error::NonceField { offset: 0, bytes: 0, message: 0 }),
        (8, "nonce-range", Error::NonceRange { start: 0, end: 0, max: 0 }),
        (9, "limit", Error::Limit { got: 0, max: 1 }),
        (10, "count", Error::Count { what: "steps", got: 0, expected: 1 }),
        (11, "sibling", Error::Sibling { index: 0, from: 0 }),
        (12, "header-bytes", Error::HeaderBytes { got: 81, rest: 1 }),
        (13, "compact-target", Error::CompactTarget(0)),
        (14, "out-of-range", Error::OutOfRange { what: "x", min: 0, max: 0, got: 1 }),
        (15, "self-test", Error::SelfTest { path: "avx2", function: "sha256", what: "walk" }),
        (16, "wrong-answer", Error::WrongAnswer { device: text(), what: text() }),
        (17, "cancelled", Error::Cancelled),
        (18, "spawn", Error::Spawn(text())),
        (19, "no-proof", Error::NoProof { repetitions: 1 }),
        (20, "device", Error::Device { device: text(), what: text() }),
        (21, "no-gpu", Error::NoGpu),
    ];
    for (code, name, error) in &table {
        assert_eq!((error.code(), error.name()), (*code, *name));
        assert!(!error.to_string().is_empty());
    }
    let codes: BTreeSet<u32> = table.iter().map(|(code, ..)| *code).collect();
    let names: BTreeSet<&str> = table.iter().map(|(_, name, _)| *name).collect();
    assert_eq!((codes.len(), names.len()), (table.len(), table.len()));
}

#[test]
fn functions_and_their_parameters() {
    check(HashFunction::from_name("md5"), 1, "unknown-function", &["\"md5\"", "blake2s"]);
    check(HashFunction::from_name(""), 1, "unknown-function", &["\"\""]);
    check(HashFunction::from_name("SHA256"), 1, "unknown-function", &["\"SHA256\""]);
    for function in HashFunction::ALL {
        assert_eq!(HashFunction::from_name(function.name()), Ok(function));
        let max = match function {
            HashFunction::Blake2s { .. } => 8,
            HashFunction::Blake2b { .. } => 16,
            _ => 0,
        };
        assert!(function.with_personal(&vec![7; max]).is_ok());
        let said = [function.name(), &format!("at most {max} bytes"), &format!("not {}", max + 1)];
        check(function.with_personal(&vec![7; max + 1]), 2, "personalisation", &said);
    }
}

#[test]
fn engines() {
    let lacking = Path::ALL.into_iter().find(|path| !path.is_available()).expect("no CPU has every path");
    let engine = Engine::builder().path(lacking).build();
    check(engine, 4, "unavailable-path", &[lacking.name(), "portable"]);
    let engine = Engine::builder().device("gpu:7").build();
    check(engine, 5, "unknown-device", &["\"gpu:7\"", "cpu"]);
    for threads in [0, limits::THREADS_MAX + 1, usize::MAX] {
        let engine = Engine::builder().threads(threads).build();
        check(engine, 6, "threads", &["threads", &format!("not {threads}")]);
    }
}

#[test]
fn searches() {
    let message = painted(80);
    let good = endless(&message);
    let refused = |search: Search<'_>, code, name, says: &[&str]| {
        check(search.check(), code, name, says);
        check(auto().search(&search, &Control::default()), code, name, says);
    };
    let field = |offset, bytes| NonceField { offset, bytes, endian: Endian::Big };
    for nonce in [field(76, 5), field(80, 1), field(81, 1), field(0, 0), field(0, 9), field(usize::MAX, 4)] {
        let says = [format!("{} bytes at offset {}", nonce.bytes, nonce.offset), "80 bytes".to_owned()];
        refused(Search { nonce, ..good.clone() }, 7, "nonce-field", &says.each_ref().map(String::as_str));
    }
    let four = Search { nonce: field(76, 4), ..good.clone() };
    for (start, end) in [(5, 5), (6, 5), (0, (1 << 32) + 1), (1 << 32, 1 << 33), (0, u128::MAX)] {
        let says = [format!("{start}..{end}"), "4294967296".to_owned()];
        let search = Search { range: start..end, ..four.clone() };
        refused(search, 8, "nonce-range", &says.each_ref().map(String::as_str));
    }
    for limit in [0, limits::HITS_MAX + 1] {
        refused(Search { limit, ..good.clone() }, 9, "limit", &["limit", &format!("not {limit}")]);
    }
    let mut behind = message.clone();
    behind[64] ^= 1;
    let long = painted(limits::SEARCH_BYTES_MAX + 1);
    let tail = &long[..64 + limits::TAIL_BYTES_MAX + 1];
    let late = NonceField { offset: long.len() - 8, ..good.nonce };
    refused(
        Search { message: &long, nonce: late, ..good.clone() },
        14,
        "out-of-range",
        &["searched message"],
    );
    refused(Search { message: tail, ..good.clone() }, 14, "out-of-range", &["nonce's block"]);
    let many = vec![message.as_slice(); limits::SIBLINGS_MAX + 1];
    refused(Search { siblings: &many, ..good.clone() }, 14, "out-of-range", &["siblings", "4097"]);
    // Each alone is within bounds, together they would keep a search from being cancelled in time.
    let long = vec![0; limits::SEARCH_BYTES_MAX / 4];
    let nonce = NonceField { offset: long.len() - 8, ..good.nonce };
    let siblings = [long.as_slice(); 4];
    refused(
        Search { message: &long, nonce, siblings: &siblings, ..good.clone() },
        14,
        "out-of-range",
        &["all messages before the nonce's block", "5242"],
    );
    let long = vec![0; limits::TAIL_BYTES_MAX];
    let siblings = vec![long.as_slice(); limits::TAILS_BYTES_MAX / limits::TAIL_BYTES_MAX + 1];
    refused(
        Search { message: &long, siblings: &siblings, ..good.clone() },
        14,
        "out-of-range",
        &["all messages from the nonce's block on", "266112"],
    );
    for other in [&message[..79], &[], &behind] {
        refused(
            Search { siblings: &[&message, other], ..good.clone() },
            11,
            "sibling",
            &["sibling 1", "byte 64"],
        );
    }
}

#[test]
fn walks_and_digests() {
    let control = Control::default();
    let walk = Walk { function: HashFunction::Sha256, starts: &[[0; 32]; 3], steps: &[1, 2] };
    check(auto().walk(&walk, &control), 10, "count", &["steps", "2", "3"]);
    let walk = Walk { steps: &[1; 3], ..walk };
    check(auto().walk_matches(&walk, &[[0; 32]; 4], &control), 10, "count", &["expected ends", "4", "3"]);
    for (length, count) in [(4, 3), (0, 1), (usize::MAX, 2), (11, 0)] {
        let digest = Digest { function: HashFunction::Sha256, messages: &[0; 11], length, count };
        check(auto().digest(&digest, &control), 10, "count", &["message bytes", "11"]);
    }
    for count in [limits::EMPTY_MESSAGES_MAX + 1, usize::MAX] {
        let digest = Digest { function: HashFunction::Sha256, messages: &[], length: 0, count };
        let says = ["empty messages", &format!("not {count}")];
        check(auto().digest(&digest, &control), 14, "out-of-range", &says);
    }
}

#[test]
fn proofs() {
    let control = Control::default();
    let verify = |bytes: &[u8], rule| headers::verify(auto(), HashFunction::Sha256d, bytes, rule, &control);
    check(verify(&[0; 79], Retarget::None), 12, "header-bytes", &["79 bytes", "80-byte"]);
    check(verify(&[0; 165], Retarget::Bitcoin), 12, "header-bytes", &["165 bytes", "5 are left"]);
    for (spacing, half_life, what) in
        [(0, 1, "spacing"), (1, 0, "half-life"), (1 << 31, 1, "spacing"), (1, u32::MAX, "half-life")]
    {
        check(verify(&[], Retarget::Asert { spacing, half_life }), 14, "out-of-range", &[what]);
    }
    check(Target::from_compact(0x1d80_ffff), 13, "compact-target", &["0x1d80ffff"]);
    check(Target::from_zero_bits(257), 14, "out-of-range", &["target bits", "256", "257"]);
    for bits in [0, 33, u32::MAX] {
        let minted = identity::mint(auto(), &[0; 32], Target::MAX, bits, &control);
        check(minted, 14, "out-of-range", &["nonce bits", &format!("not {bits}")]);
    }
}

#[test]
fn mints_that_run_out_of_repetitions() {
    let minted = identity::mint(&Fake::barren(), &[0; 32], Target::MAX, 1, &Control::default());
    check(minted, 19, "no-proof", &["65536 repetitions"]);
}

#[test]
fn cancelled_mints() {
    let control = Control::default();
    control.cancel.cancel();
    check(identity::mint(auto(), &[0; 32], Target::ZERO, 32, &control), 17, "cancelled", &["cancelled"]);
}
