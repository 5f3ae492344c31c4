//! The fuzz targets for a few seconds on every run: seeded random bytes, and good questions with a few bytes spoiled.

use gridnet_tests::fuzz_targets::{self, Reached};

use crate::bitcoin_headers::HEADERS;
use crate::input::{Mix, painted};

/// What is asked before anything is random, so that spoiling it goes deep.
fn good_questions(name: &str) -> Vec<Vec<u8>> {
    let headers = &HEADERS[..80 * 5];
    match name {
        "header_chain" => [[1, 0], [1, 1], [1, 2], [0, 0]]
            .map(|start| {
                let parameters: &[u8] = if start[1] == 2 { &[0x58, 2, 0, 0, 0, 0xa3, 2, 0] } else { &[] };
                [&start, parameters, headers].concat()
            })
            .to_vec(),
        "search" => {
            // Function, flags, offset, bytes, start, length, target, limit, places of siblings, message.
            let header =
                [&[1, 8, 76, 4, 0, 0, 0, 0, 0, 0, 0, 0, 200, 0xff, 0xff, 0xff, 7, 9, 3, 9], &headers[..80]]
                    .concat();
            let identity =
                [&[3, 20, 32, 4, 9, 0, 0, 0, 0, 0, 0, 0, 255, 0xff, 0xff, 0xff, 31, 0, 0], &painted(36)[..]]
                    .concat();
            vec![header, identity]
        }
        "walk" => {
            vec![[&[2, 40, 40][..], &painted(40 + 40 * 32)].concat(), [&[1, 3, 3][..], &painted(99)].concat()]
        }
        "digest" => {
            vec![[&[0, 1, 80, 1][..], headers].concat(), [&[3, 1, 33, 1][..], &painted(700)].concat()]
        }
        "decoders" => gridnet_tests::fuzz_protocol::good_encodings(),
        "verifier" => gridnet_tests::fuzz_protocol::good_claims(),
        "ledger_decoders" => gridnet_tests::fuzz_ledger::encodings(),
        "ledger_blocks" => gridnet_tests::fuzz_ledger::good_blocks(),
        "compact_target" => vec![[&painted(32)[..], &0x1d00_ffff_u32.to_le_bytes()].concat()],
        _ => vec![painted(60)],
    }
}

/// Spoils some bytes, cuts or extends.
fn spoil(mix: &mut Mix, question: &mut Vec<u8>) {
    for _ in 0..mix.below(6) {
        if question.is_empty() {
            return;
        }
        let at = mix.below(question.len());
        match mix.below(8) {
            0 => question.truncate(at),
            1 => question[at] = [0, 1, 0x7f, 0x80, 0xff][mix.below(5)],
            2 => question.extend(painted(mix.below(90))),
            3 => drop(question.drain(..at.min(4))),
            4 => question[at] = mix.next() as u8,
            _ => question[at] ^= 1 << mix.below(8),
        }
    }
}

/// Puts many questions to a target; how many were refused, and how many answered.
fn run(name: &str, target: fn(&[u8]) -> Reached, rounds: usize) -> (usize, usize) {
    let mut mix = Mix(name.bytes().map(u64::from).sum());
    println!("{name}: seed {}", mix.0);
    let good = good_questions(name);
    let mut answered = 0;
    for round in 0..rounds {
        let question = if round < good.len() {
            good[round].clone()
        } else if round % 3 == 0 {
            let length = mix.below(500);
            mix.bytes(length)
        } else {
            let mut question = good[mix.below(good.len())].clone();
            spoil(&mut mix, &mut question);
            question
        };
        let reached = target(&question);
        assert!(
            round >= good.len() || reached == Reached::Answer,
            "good question {round} of {name} was refused"
        );
        answered += usize::from(reached == Reached::Answer);
    }
    (rounds - answered, answered)
}

#[test]
fn no_bytes_make_a_target_panic() {
    for (name, target) in fuzz_targets::ALL {
        let rounds = match name {
            "header_chain" | "search" | "walk" | "digest" => 20_000,
            // Signatures are dear.
            "decoders" | "ledger_decoders" => 3_000,
            "verifier" | "ledger_blocks" => 2_000,
            _ => 300_000,
        };
        let (refused, answered) = run(name, target, rounds);
        assert!(
            refused > rounds / 200 && answered > rounds / 10,
            "{name}: {refused} refused, {answered} answered"
        );
    }
}

#[test]
#[should_panic(expected = "found it")]
fn a_panic_deep_inside_is_found() {
    // Only a header chain of good length whose third header lost its link comes here.
    fn trap(data: &[u8]) -> Reached {
        let reached = fuzz_targets::header_chain(data);
        assert!(
            reached == Reached::Refusal
                || data.len() != 402
                || data[2 + 160 + 4..][..32] == HEADERS[164..196],
            "found it"
        );
        reached
    }
    run("header_chain", trap, 10_000);
}
