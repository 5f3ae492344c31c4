//! NIST's answers for SHA-256: the general path and every kernel.

use gridnet_core::{Control, Digest, HashFunction};

use crate::ENGINES;
use crate::input::{value, vectors};

/// The values of `key = value` lines, in order.
fn values<'a>(text: &'a str, key: &'a str) -> impl Iterator<Item = &'a str> {
    text.lines().filter_map(move |line| line.strip_prefix(key)?.strip_prefix(" = ")).map(str::trim)
}

/// Messages and digests of a file of single messages.
fn answers(file: &str) -> Vec<(Vec<u8>, [u8; 32])> {
    let text = vectors(file);
    let lengths = values(&text, "Len").map(|bits| bits.parse::<usize>().expect("a number of bits") / 8);
    let messages = values(&text, "Msg").map(|message| hex::decode(message).expect("hex"));
    let digests = values(&text, "MD").map(value);
    let answers: Vec<_> = lengths
        .zip(messages)
        .zip(digests)
        .map(|((length, mut message), digest)| {
            // The empty message is written as one zero byte.
            message.truncate(length);
            assert_eq!(message.len(), length);
            (message, digest)
        })
        .collect();
    assert!(answers.len() > 60, "{file} has {} answers", answers.len());
    answers
}

/// The first wrong one among what is computed for a message: alone, and in every lane of every path.
pub(crate) fn fault(function: HashFunction, message: &[u8], wanted: &[u8; 32]) -> Option<String> {
    const COPIES: usize = 37;
    if function.hash(message) != *wanted {
        return Some("the general path".to_owned());
    }
    let messages = message.repeat(COPIES);
    ENGINES.iter().find_map(|engine| {
        [1, COPIES].into_iter().find_map(|count| {
            let messages = &messages[..count * message.len()];
            let digest = Digest { function, messages, length: message.len(), count };
            let report = engine.digest(&digest, &Control::default()).expect("digests");
            (report.value != vec![*wanted; count])
                .then(|| format!("{count} at once on {}", engine.path(function)))
        })
    })
}

#[test]
fn short_and_long_messages() {
    for file in ["cavp/SHA256ShortMsg.rsp", "cavp/SHA256LongMsg.rsp"] {
        for (message, digest) in answers(file) {
            let length = message.len();
            assert_eq!(fault(HashFunction::Sha256, &message, &digest), None, "{file}: {length} bytes");
            // SHA-256d has no answers of NIST's: its second hash is of a known first one.
            let double = HashFunction::Sha256.hash(&digest);
            assert_eq!(fault(HashFunction::Sha256d, &message, &double), None, "{file}: {length} bytes");
        }
    }
}

#[test]
fn a_wrong_answer_is_found() {
    let (message, mut digest) = answers("cavp/SHA256ShortMsg.rsp").pop().expect("answers");
    digest[9] ^= 0x10;
    assert!(fault(HashFunction::Sha256, &message, &digest).is_some());
    digest[9] ^= 0x10;
    assert!(fault(HashFunction::Sha256d, &message, &digest).is_some());
}

/// One of the Monte Carlo test's outer rounds.
fn round(seed: [u8; 32], hash: impl Fn(&[u8]) -> [u8; 32]) -> [u8; 32] {
    let mut last = [seed; 3];
    for _ in 0..1_000 {
        let digest = hash(last.as_flattened());
        last = [last[1], last[2], digest];
    }
    last[2]
}

#[test]
fn monte_carlo() {
    let text = vectors("cavp/SHA256Monte.rsp");
    let digests: Vec<[u8; 32]> = values(&text, "MD").map(value).collect();
    assert_eq!(digests.len(), 100);
    let first = value(values(&text, "Seed").next().expect("a seed"));
    let mut seed = first;
    for (index, digest) in digests.iter().enumerate() {
        seed = round(seed, |message| HashFunction::Sha256.hash(message));
        assert_eq!(seed, *digest, "round {index}");
    }
    for engine in ENGINES.iter() {
        let end = round(first, |message| {
            let digest = Digest { function: HashFunction::Sha256, messages: message, length: 96, count: 1 };
            engine.digest(&digest, &Control::default()).expect("a digest").value[0]
        });
        assert_eq!(end, digests[0], "{}", engine.path(HashFunction::Sha256));
    }
}
