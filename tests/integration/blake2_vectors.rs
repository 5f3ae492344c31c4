//! BLAKE2: published answers, and hashlib's for 32-byte digests with personalisation.

use gridnet_core::HashFunction;

use crate::cavp::fault;
use crate::input::{number, painted, rows, value, vectors};

#[test]
fn published_answers() {
    let text = vectors("blake2s.txt");
    let field =
        |key: &'static str| text.lines().filter_map(move |line| line.strip_prefix(key)).map(str::trim);
    let mut count = 0;
    for ((bits, message), digest) in field("Len = ").zip(field("Msg = ")).zip(field("MD = ")) {
        let length = number::<usize>(bits) / 8;
        let message = hex::decode(message).expect("hex");
        assert_eq!(fault(HashFunction::BLAKE2S, &message[..length], &value(digest)), None, "{length} bytes");
        count += 1;
    }
    assert_eq!(count, 7);
}

#[test]
fn personalised_answers() {
    let text = vectors("blake2.txt");
    let mut count = 0;
    for row in rows(&text, "") {
        let [name, personal, length, digest] = row[..] else { panic!("{row:?}") };
        let personal = hex::decode(personal.trim_matches('-')).expect("hex");
        let function = HashFunction::from_name(name).and_then(|function| function.with_personal(&personal));
        let function = function.unwrap_or_else(|error| panic!("{row:?}: {error}"));
        assert_eq!(fault(function, &painted(number(length)), &value(digest)), None, "{row:?}");
        count += 1;
    }
    assert!(count > 1_000, "{count}");
}
