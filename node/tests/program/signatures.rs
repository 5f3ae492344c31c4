//! Tables of signatures: verified, compared with a plain loop, and refused.

use std::sync::Arc;

use arrow_array::{ArrayRef, BinaryArray, RecordBatch, StringArray};
use serde_json::json;

use crate::run::keys;
use crate::tables::{some_signatures, verdicts, write};
use crate::transit::Place;

#[test]
fn each_row_has_its_verdict() {
    let place = Place::new();
    some_signatures(&place.path("good.parquet"), true);
    some_signatures(&place.path("bad.parquet"), false);
    let said = place.run("verify signatures @good.parquet --json").ended(0).json();
    assert_eq!(
        keys(&said),
        ["bad", "count", "devices", "first_bad", "reasons", "seconds", "signatures_per_second", "valid"]
    );
    assert_eq!((&said["count"], &said["valid"], &said["bad"]), (&json!(200), &json!(200), &json!(0)));
    let device = &said["devices"][0];
    assert_eq!((&device["id"], &device["signatures"]), (&json!("cpu"), &json!(200)));
    let said = place.run("verify signatures @bad.parquet --out @v.parquet --json").ended(1).json();
    let found = [(10, "bad-key"), (20, "bad-point"), (30, "bad-scalar"), (40, "bad-signature")];
    let first_bad: Vec<_> =
        found.iter().map(|(index, reason)| json!({"index": index, "reason": reason})).collect();
    assert_eq!(said["first_bad"], json!(first_bad));
    let mut expected: Vec<(u64, Option<String>)> = (0..200).map(|index| (index, None)).collect();
    found.iter().for_each(|&(index, reason)| expected[index as usize].1 = Some(reason.to_owned()));
    assert_eq!(verdicts(&place.path("v.parquet")), expected);
    let plain = place.run("verify signatures @bad.parquet").ended(1).out;
    assert!(plain.starts_with("4 of 200 signatures are bad\n"), "{plain}");
    assert!(plain.contains("row 30 is bad: bad-scalar"), "{plain}");
}

#[test]
fn a_plain_loop_is_compared_with() {
    let place = Place::new();
    some_signatures(&place.path("a.parquet"), true);
    let said = place.run("verify signatures @a.parquet --compare 50 --json").ended(0).json();
    assert!(said["ratio"].as_f64().is_some_and(|ratio| ratio > 0.0), "{said}");
    assert!(said["plain_signatures_per_second"].as_u64().is_some_and(|rate| rate > 0), "{said}");
    let plain = place.run("verify signatures @a.parquet --compare 1000").ended(0).out;
    assert!(plain.starts_with("all 200 signatures are valid\n"), "{plain}");
    assert!(plain.contains("times as fast as a plain loop on one core"), "{plain}");
}

/// As other tools write them: binary columns, and what is wrong in one row.
#[test]
fn what_does_not_decode_has_a_verdict_of_its_own() {
    let place = Place::new();
    let long = vec![7; 4_097];
    let table = |message: &[u8], cut: usize| {
        let column = |values: [&[u8]; 3]| -> ArrayRef { Arc::new(BinaryArray::from_iter_values(values)) };
        // The neutral point with s = 0 is a good signature of everything.
        let mut neutral = [0; 64];
        neutral[0] = 1;
        let key = &neutral[..32];
        let columns = [
            ("key", column([key, key, &key[cut..]])),
            ("message", column([b"a", message, b"c"])),
            ("signature", column([&neutral, &neutral, &neutral])),
        ];
        RecordBatch::try_from_iter(columns).expect("a table")
    };
    write(&place.path("a.parquet"), &table(&long[1..], 0));
    place.run("verify signatures @a.parquet").ended(0);
    write(&place.path("b.parquet"), &table(&long, 1));
    let said = place.run("verify signatures @b.parquet --json").ended(1).json();
    assert_eq!((&said["reasons"], &said["valid"]), (&json!({"shape": 2}), &json!(1)));
}

#[test]
fn tables_of_something_else_are_refused_by_name() {
    let place = Place::new();
    some_signatures(&place.path("a.parquet"), true);
    let text: ArrayRef = Arc::new(StringArray::from(vec!["a"]));
    write(&place.path("text.parquet"), &RecordBatch::try_from_iter([("key", text)]).expect("a table"));
    let ran = place.run("verify signatures @text.parquet").ended(2);
    assert!(ran.err.contains("column key of this table must be 32 bytes"), "{ran:?}");
    let ran = place.run("verify chains @a.parquet").ended(2);
    assert!(ran.err.contains("column function"), "{ran:?}");
    let ran = place.run("verify signatures @a.parquet --compare 0").ended(2);
    assert!(ran.err.contains("--compare"), "{ran:?}");
    let ran = place.run("verify signatures @a.parquet --out @a.parquet").ended(2);
    assert!(ran.err.contains("the table that is verified"), "{ran:?}");
}
