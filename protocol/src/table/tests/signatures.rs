//! Tables of signatures, and the verdicts on them.

use std::sync::Arc;

use arrow_array::{
    Array as _, ArrayRef, BinaryArray, BinaryViewArray, DictionaryArray, FixedSizeBinaryArray, Int64Array,
    LargeBinaryArray, NullArray, UInt16Array,
};
use gridnet_core::limits::SIGNED_BYTES_MAX;
use gridnet_core::{Control, Engine, Error, SignatureFault};

use super::{column, with_arrays};
use crate::sample::signatures::Signatures;
use crate::table::signatures::{read, schema, write};
use crate::verify::{SignedMessage, verify_signatures};

/// Good ones, of messages of these lengths.
fn signed(lengths: &[usize]) -> Vec<SignedMessage> {
    let one = |(seed, &length): (usize, &usize)| {
        let mut made = Signatures::new(seed as u64, length);
        made.grow(1);
        let first = made.first(1);
        SignedMessage { key: first.keys[0], message: first.messages.to_vec(), signature: first.signatures[0] }
    };
    lengths.iter().enumerate().map(one).collect()
}

#[test]
fn signatures_are_read_again() {
    let rows = signed(&[5, 0, 300, SIGNED_BYTES_MAX, 5]);
    let batch = write(&rows).expect("written");
    assert_eq!(schema(), Ok(batch.schema()));
    let all: Vec<_> = rows.iter().cloned().map(Some).collect();
    assert_eq!(read(&batch), Ok(all.clone()));
    assert_eq!(read(&batch.slice(1, 3)).as_deref(), Ok(&all[1..4]));
    assert_eq!(read(&write(&[]).expect("written")), Ok(vec![]));
}

#[test]
fn messages_are_read_in_every_form() {
    let rows = signed(&[7; 6]);
    let batch = write(&rows).expect("written");
    let bytes: Vec<&[u8]> = rows.iter().map(|row| &row.message[..]).collect();
    let keys = UInt16Array::from_iter_values((0..6).rev());
    let turned = BinaryArray::from_iter_values(bytes.iter().rev());
    let forms: [ArrayRef; 4] = [
        Arc::new(LargeBinaryArray::from_iter_values(&bytes)),
        Arc::new(BinaryViewArray::from_iter_values(&bytes)),
        Arc::new(FixedSizeBinaryArray::try_from_iter(bytes.iter()).expect("of one length")),
        Arc::new(DictionaryArray::new(keys, Arc::new(turned))),
    ];
    for form in forms {
        let mut arrays = batch.columns().to_vec();
        let kind = form.data_type().clone();
        arrays[column(&batch, "message")] = form;
        let all: Vec<_> = rows.iter().cloned().map(Some).collect();
        assert_eq!(read(&with_arrays(&batch, arrays)), Ok(all), "{kind}");
    }
}

#[test]
fn what_is_wrong_in_a_row_stays_there() {
    let rows = signed(&[3; 5]);
    let batch = write(&rows).expect("written");
    let too_long = vec![0; SIGNED_BYTES_MAX + 1];
    let with = |name: &str, values: [Option<&[u8]>; 5]| {
        let mut arrays = batch.columns().to_vec();
        arrays[column(&batch, name)] = Arc::new(values.into_iter().collect::<BinaryArray>());
        let read = read(&with_arrays(&batch, arrays)).expect("a table");
        read.iter().map(Option::is_some).collect::<Vec<_>>()
    };
    let value = &[7; 64][..];
    let (key, signature) = (Some(&value[..32]), Some(value));
    let but_two = [true, false, true, false, true];
    assert_eq!(with("message", [key, None, key, Some(&too_long), key]), but_two);
    assert_eq!(with("key", [key, Some(&value[..31]), key, None, key]), but_two);
    assert_eq!(with("signature", [signature, key, signature, Some(&too_long), signature]), but_two);
}

#[test]
fn a_column_that_cannot_be_read_is_named() {
    let batch = write(&signed(&[3])).expect("written");
    let error = read(&batch.project(&[0, 2]).expect("columns")).expect_err("one is missing");
    assert_eq!(error.to_string(), "column message of this table must be there, and is missing");
    for (name, array) in [
        ("message", Arc::new(Int64Array::from(vec![1])) as ArrayRef),
        ("message", Arc::new(NullArray::new(1))),
        ("key", Arc::clone(batch.column(2))),
        ("signature", Arc::clone(batch.column(0))),
    ] {
        let mut arrays = batch.columns().to_vec();
        arrays[column(&batch, name)] = array;
        let error = read(&with_arrays(&batch, arrays)).expect_err(name).to_string();
        assert!(error.starts_with(&format!("column {name} of this table must be ")), "{error}");
    }
}

#[test]
fn each_row_has_its_own_verdict_whatever_its_length() {
    let engine = Engine::builder().device("cpu").threads(2).build().expect("a CPU");
    let lengths: Vec<usize> = (0..300).map(|i| [0, 128, 3, 4_096, i][i % 5]).collect();
    let mut rows = signed(&lengths);
    let mut expected = vec![Ok(()); rows.len()];
    for index in (0..rows.len()).step_by(7) {
        rows[index].signature[40] ^= 2;
        expected[index] = Err(SignatureFault::Signature);
    }
    rows[8].key = [2; 32];
    expected[8] = Err(SignatureFault::Key);
    let report = verify_signatures(&engine, &rows, &Control::default()).expect("verdicts");
    assert_eq!((report.done(), report.devices.len()), (300, 1));
    assert_eq!(report.value, expected);
    let plain: Vec<bool> = rows.iter().map(SignedMessage::verify_plainly).collect();
    assert_eq!(plain, expected.iter().map(Result::is_ok).collect::<Vec<_>>());
    assert_eq!(verify_signatures(&engine, &rows[..0], &Control::default()).expect("none").value, []);
}

#[test]
fn a_message_that_is_too_long_is_an_error_and_a_cancelled_call_says_so() {
    let engine = Engine::builder().device("cpu").threads(1).build().expect("a CPU");
    let rows = signed(&[3, SIGNED_BYTES_MAX + 1]);
    let error = verify_signatures(&engine, &rows, &Control::default()).expect_err("it is too long");
    assert!(matches!(error, Error::OutOfRange { .. }), "{error}");
    let control = Control::default();
    control.cancel.cancel();
    assert_eq!(verify_signatures(&engine, &rows[..1], &control).err(), Some(Error::Cancelled));
}
