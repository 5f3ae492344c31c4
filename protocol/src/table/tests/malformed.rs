//! What is wrong with a row, and what with a table.

use std::sync::Arc;

use arrow_array::cast::AsArray as _;
use arrow_array::{
    Array, ArrayRef, BinaryArray, Float64Array, Int64Array, NullArray, RecordBatch, StringArray, make_array,
};
use arrow_schema::{DataType, Field, Schema};

use super::forms::int64;
use super::samples::{Draw, ledger, row};
use super::{column, with_arrays, with_children, with_entries};
use crate::Error;
use crate::custody::{Bearer, Opening};
use crate::encoding::List;
use crate::table::transit::{TransitRow, read, write};
use crate::transit::Disclosure;
use crate::value::Commitment;
use crate::{Address, PublicKey, Signature};

#[derive(Clone, Debug)]
enum Edit {
    Null,
    Bytes(usize),
    Number(i64),
}

/// The array with one value changed: that of `row` at `path`, in which `[]` are the entries of a list.
fn edited(array: &ArrayRef, path: &[&str], row: usize, edit: &Edit) -> ArrayRef {
    match path {
        [] => changed(array, row, edit),
        ["[]", path @ ..] => {
            let list = array.as_list::<i32>();
            Arc::new(with_entries(list, edited(list.values(), path, row, edit)))
        }
        [name, path @ ..] => {
            let structs = array.as_struct();
            let mut children = structs.columns().to_vec();
            let place = structs.column_names().iter().position(|other| other == name).expect("a field");
            children[place] = edited(&children[place], path, row, edit);
            Arc::new(with_children(structs, children))
        }
    }
}

fn changed(array: &ArrayRef, row: usize, edit: &Edit) -> ArrayRef {
    match edit {
        Edit::Null => {
            let are_there: Vec<bool> = (0..array.len()).map(|at| at != row && array.is_valid(at)).collect();
            let data = array.to_data().into_builder().nulls(Some(are_there.into()));
            make_array(data.build().expect("the same values"))
        }
        Edit::Bytes(length) => {
            let bytes = array.as_fixed_size_binary().iter().enumerate();
            let other = vec![7; *length];
            let bytes = bytes.map(|(at, bytes)| if at == row { Some(&other[..]) } else { bytes });
            Arc::new(bytes.collect::<BinaryArray>())
        }
        Edit::Number(number) => {
            let numbers = int64(array);
            let numbers = numbers.as_primitive::<arrow_array::types::Int64Type>().iter().enumerate();
            let numbers = numbers.map(|(at, old)| if at == row { Some(*number) } else { old });
            Arc::new(numbers.collect::<Int64Array>())
        }
    }
}

/// Four rows. The second has two hops, the first of which is opened and joined by a bearer, a proof of its bank with two
/// hashes, a registration, and a session in what is kept.
fn rows() -> Vec<TransitRow> {
    let mut draw = Draw(2);
    let mut rows: Vec<TransitRow> =
        [(1, 7), (2, 7), (0, 0), (3, 5)].map(|(hops, has)| row(&mut draw, hops, has)).to_vec();
    for (row, hashes) in [(0, 1), (1, 2)] {
        let bank = rows[row].claim.as_mut().and_then(|claim| claim.bank.as_mut()).expect("a bank proof");
        bank.branch = List::new("a branch", vec![[1; 32]; hashes]).expect("few");
    }
    let claim = rows[1].claim.as_mut().expect("a claim");
    let mut hops = std::mem::take(&mut claim.pool.body.hops).into_vec();
    hops[0].bearer = Some(Bearer { key: PublicKey([2; 32]), signature: Signature([3; 64]) });
    hops[0].disclosure = Disclosure::Opened(Opening { identity: Address([4; 32]), blind: [5; 32] });
    hops[1].bearer = None;
    hops[1].disclosure = Disclosure::Unopened(Commitment([6; 32]));
    claim.pool.body.hops = List::new("hops", hops).expect("two");
    rows[1].kept.as_mut().expect("kept").session = Some(crate::value::Session([7; 32]));
    rows
}

/// Changes one value of the table, and reads it: the second row must be malformed, and nothing else.
fn only_the_second_row(path: &str, at: usize, edit: Edit) {
    let rows = rows();
    let batch = write(&rows, &ledger()).expect("they are written");
    let steps: Vec<&str> = path.split('.').collect();
    let place = column(&batch, steps[0]);
    let mut arrays = batch.columns().to_vec();
    arrays[place] = edited(&arrays[place], &steps[1..], at, &edit);
    let read = read(&with_arrays(&batch, arrays)).unwrap_or_else(|error| panic!("{path}, {edit:?}: {error}"));
    assert_eq!(read[1].claim, None, "{path}, {edit:?}");
    // What the ledger holds is read all the same, unless that is what is wrong.
    assert_eq!(read[1].registration.is_some(), steps[0] != "registration", "{path}, {edit:?}");
    assert_eq!(read[1].kept.is_some(), steps[0] != "kept", "{path}, {edit:?}");
    for other in [0, 2, 3] {
        assert_eq!(read[other], rows[other], "row {other}: {path}, {edit:?}");
    }
}

/// Where the second row's value is: behind the entries of the first one in lists.
fn place_of(path: &str) -> usize {
    1 + usize::from(path == "hops.[].commitment")
}

#[test]
fn bytes_of_a_wrong_length_are_malformed_even_where_none_may_be() {
    let batch = write(&rows(), &ledger()).expect("they are written");
    let mut paths = Vec::new();
    for (field, array) in batch.schema_ref().fields().iter().zip(batch.columns()) {
        collect(field.name(), array, &mut paths);
    }
    let bytes: Vec<_> = paths.iter().filter_map(|(path, width)| width.map(|width| (path, width))).collect();
    assert_eq!(bytes.len(), 26, "{bytes:?}");
    for (path, width) in bytes {
        for length in [0, 1, width - 1, width + 1, 2 * width] {
            only_the_second_row(path, place_of(path), Edit::Bytes(length));
        }
    }

    /// The paths of all values, with their width where they are bytes.
    fn collect(path: &str, array: &ArrayRef, paths: &mut Vec<(String, Option<usize>)>) {
        match array.data_type() {
            DataType::List(_) => collect(&format!("{path}.[]"), array.as_list::<i32>().values(), paths),
            DataType::Struct(fields) => {
                for (field, child) in fields.iter().zip(array.as_struct().columns()) {
                    collect(&format!("{path}.{}", field.name()), child, paths);
                }
            }
            DataType::FixedSizeBinary(width) => paths.push((path.to_owned(), usize::try_from(*width).ok())),
            _ => paths.push((path.to_owned(), None)),
        }
    }
}

#[test]
fn nulls_are_malformed_where_none_may_be() {
    let batch = write(&rows(), &ledger()).expect("they are written");
    let mut tried = 0;
    for field in batch.schema_ref().fields() {
        if !["registration", "kept"].contains(&field.name().as_str()) {
            // Of what a bank is proven by, all is there or nothing.
            only_the_second_row(field.name(), 1, Edit::Null);
            tried += 1;
        }
    }
    assert_eq!(tried, 28);
    let nested = ["hops.[]", "branch.[]"].map(str::to_owned).into_iter();
    // Half a bearer, and half an opening, are none; nor is a hop that says nothing of who it is.
    let hop = [
        "bearer_key",
        "bearer_signature",
        "key",
        "seal_hash",
        "signature",
        "commitment",
        "identity",
        "blind",
    ];
    let nested = nested.chain(hop.map(|name| format!("hops.[].{name}")));
    let registration = [
        "owner",
        "sequence",
        "function",
        "banks",
        "length",
        "value",
        "expiry",
        "minimum_stake",
        "payrate_a",
        "payrate_b",
        "rule",
        "root",
    ];
    let nested = nested.chain(registration.map(|name| format!("registration.{name}")));
    let nested = nested.chain(["kept.depth", "kept.word"].map(str::to_owned));
    for path in nested {
        only_the_second_row(&path, place_of(&path), Edit::Null);
    }
}

#[test]
fn a_hop_is_opened_or_not_and_never_both() {
    // A commitment beside an opening; half an opening beside a commitment; half a bearer.
    only_the_second_row("hops.[].commitment", 1, Edit::Bytes(32));
    only_the_second_row("hops.[].identity", 2, Edit::Bytes(32));
    only_the_second_row("hops.[].blind", 2, Edit::Bytes(32));
    only_the_second_row("hops.[].bearer_key", 2, Edit::Bytes(32));
    only_the_second_row("hops.[].bearer_signature", 2, Edit::Bytes(64));
}

#[test]
fn a_bank_proof_is_there_whole_or_not_at_all() {
    let rows = rows();
    let batch = write(&rows, &ledger()).expect("they are written");
    for absent in 0..8 {
        let mut arrays = batch.columns().to_vec();
        for (bit, name) in ["ceiling", "prefix", "branch"].into_iter().enumerate() {
            if absent >> bit & 1 == 1 {
                let place = column(&batch, name);
                arrays[place] = changed(&arrays[place], 1, &Edit::Null);
            }
        }
        let read = read(&with_arrays(&batch, arrays)).expect("a table");
        let has_bank = read[1].claim.as_ref().map(|claim| claim.bank.is_some());
        assert_eq!(
            has_bank,
            [(0, true), (7, false)].into_iter().find(|case| case.0 == absent).map(|case| case.1)
        );
        assert_eq!((&read[0], &read[2..]), (&rows[0], &rows[2..]));
    }
}

#[test]
fn numbers_out_of_range_are_malformed() {
    let (u8s, u16s, u32s) = (1i64 << 8, 1i64 << 16, 1i64 << 32);
    for (path, end) in [
        ("network", u32s),
        ("bank", u16s),
        ("from", u32s),
        ("depth", u32s),
        ("payrate_a", u16s),
        ("payrate_b", u16s),
        ("rule", u8s),
        ("sender_repetitions", u32s),
        ("sender_nonce", u32s),
        ("receiver_proof", u8s),
        ("steps", u32s),
        ("registration.function", u8s),
        ("registration.banks", u16s),
        ("registration.length", u32s),
        ("registration.expiry", u32s),
        ("registration.payrate_a", u16s),
        ("registration.payrate_b", u16s),
        ("registration.rule", u8s),
        ("kept.depth", u32s),
    ] {
        for number in [-1, end, end + 1, i64::MIN, i64::MAX] {
            only_the_second_row(path, 1, Edit::Number(number));
        }
    }
    for path in
        ["issued", "expiry", "registration.sequence", "registration.value", "registration.minimum_stake"]
    {
        only_the_second_row(path, 1, Edit::Number(-1));
        only_the_second_row(path, 1, Edit::Number(i64::MIN));
    }
    // In their type's range, but nothing that there is.
    for path in ["rule", "receiver_proof", "registration.function", "registration.rule"] {
        only_the_second_row(path, 1, Edit::Number(2));
        only_the_second_row(path, 1, Edit::Number(255));
    }
    for place in ["", "registration."] {
        only_the_second_row(&format!("{place}payrate_a"), 1, Edit::Number(0));
        only_the_second_row(&format!("{place}payrate_a"), 1, Edit::Number(65_535));
        only_the_second_row(&format!("{place}payrate_b"), 1, Edit::Number(0));
        only_the_second_row(&format!("{place}payrate_b"), 1, Edit::Number(1));
    }
}

fn error_of(batch: &RecordBatch) -> (String, String, String) {
    match read(batch) {
        Err(Error::Table { what, expected, got }) => (what, expected, got),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_missing_column_is_named() {
    let batch = write(&rows(), &ledger()).expect("they are written");
    for (place, field) in batch.schema_ref().fields().iter().enumerate() {
        let others: Vec<usize> = (0..batch.num_columns()).filter(|&other| other != place).collect();
        let (what, expected, got) = error_of(&batch.project(&others).expect("the others"));
        assert_eq!((what, &expected[..], &got[..]), (format!("column {}", field.name()), "there", "missing"));
    }
    // One of a struct, in a list.
    let mut arrays = batch.columns().to_vec();
    let place = column(&batch, "hops");
    let list = arrays[place].as_list::<i32>();
    let hops = list.values().as_struct();
    let fields = hops.fields().iter().filter(|field| field.name() != "seal_hash").cloned().collect();
    let children = hops.columns().iter().zip(hops.fields()).filter(|(_, field)| field.name() != "seal_hash");
    let children = children.map(|(child, _)| Arc::clone(child)).collect();
    let fewer = arrow_array::StructArray::new(fields, children, None);
    arrays[place] = Arc::new(with_entries(list, Arc::new(fewer)));
    let error = read(&with_arrays(&batch, arrays)).expect_err("a field is missing");
    assert_eq!(error.to_string(), "column hops.seal_hash of this table must be there, and is missing");
    assert_eq!((error.code(), error.name()), (116, "table"));
}

#[test]
fn a_column_that_is_there_twice_is_named() {
    let batch = write(&rows(), &ledger()).expect("they are written");
    let mut fields: Vec<_> = batch.schema_ref().fields().iter().cloned().collect();
    fields.push(Arc::clone(&fields[1]));
    let mut arrays = batch.columns().to_vec();
    arrays.push(Arc::clone(&arrays[1]));
    let twice = RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays).expect("a table");
    assert_eq!(error_of(&twice).0, "column pool");
}

#[test]
fn a_column_of_a_wrong_type_is_named() {
    let batch = write(&rows(), &ledger()).expect("they are written");
    let four = batch.num_rows();
    let text: ArrayRef = Arc::new(StringArray::from(vec!["a"; four]));
    let float: ArrayRef = Arc::new(Float64Array::from(vec![1.0; four]));
    let untyped: ArrayRef = Arc::new(NullArray::new(four));
    let shorter: ArrayRef = {
        let mut builder = arrow_array::builder::FixedSizeBinaryBuilder::new(31);
        (0..four).for_each(|_| builder.append_value([0; 31]).expect("31 bytes"));
        Arc::new(builder.finish())
    };
    for (place, field) in batch.schema_ref().fields().iter().enumerate() {
        let may_be_absent =
            ["ceiling", "prefix", "branch", "registration", "kept"].contains(&field.name().as_str());
        for other in [&text, &float, &shorter, &untyped] {
            if may_be_absent && *other.data_type() == DataType::Null {
                continue;
            }
            let mut arrays = batch.columns().to_vec();
            arrays[place] = Arc::clone(other);
            let (what, expected, got) = error_of(&with_arrays(&batch, arrays));
            assert_eq!(what, format!("column {}", field.name()));
            assert_eq!(got, other.data_type().to_string());
            let wanted = match field.data_type() {
                DataType::FixedSizeBinary(width) => format!("{width} bytes"),
                DataType::List(_) => "a list".to_owned(),
                DataType::Struct(_) => "a struct".to_owned(),
                number => format!("whole numbers ({})", number.to_string().to_lowercase().replace("int", "")),
            };
            assert_eq!(expected, wanted);
        }
    }
    // An entry of a list.
    let place = column(&batch, "branch");
    let mut arrays = batch.columns().to_vec();
    let list = arrays[place].as_list::<i32>();
    let texts: ArrayRef = Arc::new(StringArray::from(vec!["a"; list.values().len()]));
    arrays[place] = Arc::new(with_entries(list, texts));
    assert_eq!(error_of(&with_arrays(&batch, arrays)).0, "column branch");
    // A dictionary of dictionaries.
    let keys = || arrow_array::UInt8Array::from(vec![0; four]);
    let inner = arrow_array::DictionaryArray::new(keys(), Arc::clone(batch.column(1)));
    let outer = arrow_array::DictionaryArray::new(keys(), Arc::new(inner));
    let mut arrays = batch.columns().to_vec();
    arrays[1] = Arc::new(outer);
    assert_eq!(error_of(&with_arrays(&batch, arrays)).0, "column pool");
}

#[test]
fn a_malformed_row_cannot_be_written() {
    let mut rows = rows();
    rows[2].claim = None;
    let error = write(&rows, &ledger()).expect_err("a row is malformed");
    assert_eq!(error.to_string(), "row 2 of this table must be a claimed pool, and is malformed");
}

#[test]
fn fields_of_no_interest_do_not_matter() {
    let batch = write(&rows(), &ledger()).expect("they are written");
    let kept = batch.column(column(&batch, "kept")).as_struct();
    let mut fields: Vec<_> = kept.fields().iter().cloned().collect();
    let mut children = kept.columns().to_vec();
    fields.insert(0, Arc::new(Field::new("note", DataType::Utf8, true)));
    children.insert(0, Arc::new(StringArray::from(vec!["x"; kept.len()])));
    let more = arrow_array::StructArray::new(fields.into(), children, kept.nulls().cloned());
    let mut arrays = batch.columns().to_vec();
    arrays[column(&batch, "kept")] = Arc::new(more);
    assert_eq!(read(&with_arrays(&batch, arrays)), Ok(rows()));
}
