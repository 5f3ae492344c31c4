//! What is written is read again; what others write is read alike; what is wrong in a row stays there.

mod forms;
mod malformed;
mod others;
mod random;
mod samples;
mod signatures;

use std::sync::Arc;

use arrow_array::{Array, ArrayRef, ListArray, RecordBatch, StructArray};
use arrow_schema::{Field, Schema};

use super::transit::{TransitRow, read, write};
use crate::encoding::{List, limits};
use samples::{Draw, every_kind, ledger, row};

/// The table with other arrays under the same names.
fn with_arrays(batch: &RecordBatch, arrays: Vec<ArrayRef>) -> RecordBatch {
    let named = batch.schema_ref().fields().iter().zip(&arrays);
    let fields: Vec<_> =
        named.map(|(field, array)| Field::new(field.name(), array.data_type().clone(), true)).collect();
    let schema = Schema::new_with_metadata(fields, batch.schema_ref().metadata().clone());
    RecordBatch::try_new(Arc::new(schema), arrays).expect("as many rows")
}

/// The list with other entries in the same places.
fn with_entries(list: &ListArray, entries: ArrayRef) -> ListArray {
    let field = Arc::new(Field::new_list_field(entries.data_type().clone(), true));
    ListArray::new(field, list.offsets().clone(), entries, list.nulls().cloned())
}

/// The struct with other arrays under the same names.
fn with_children(structs: &StructArray, arrays: Vec<ArrayRef>) -> StructArray {
    let named = structs.fields().iter().zip(&arrays);
    let fields: Vec<_> =
        named.map(|(field, array)| Field::new(field.name(), array.data_type().clone(), true)).collect();
    StructArray::new(fields.into(), arrays, structs.nulls().cloned())
}

fn column(batch: &RecordBatch, name: &str) -> usize {
    batch.schema_ref().index_of(name).expect("a column of that name")
}

#[test]
fn what_is_written_is_read_again() {
    let rows = every_kind();
    assert!(rows.iter().all(|row| row.claim.is_some()));
    let batch = write(&rows, &ledger()).expect("they are written");
    assert_eq!(read(&batch), Ok(rows.clone()));
    for rows in [&rows[..0], &rows[..1], &rows[7..8]] {
        assert_eq!(read(&write(rows, &ledger()).expect("written")).as_deref(), Ok(rows));
    }
}

#[test]
fn a_part_of_a_table_is_that_part_of_its_rows() {
    let rows = every_kind();
    let batch = write(&rows, &ledger()).expect("they are written");
    for (start, length) in [(0, 1), (1, rows.len() - 1), (5, 9), (rows.len(), 0), (13, 1)] {
        let part = batch.slice(start, length);
        assert_eq!(read(&part).as_deref(), Ok(&rows[start..start + length]), "{length} rows from {start}");
        assert_eq!(
            read(&part.slice(length / 2, length - length / 2)).map(|rows| rows.len()),
            Ok(length.div_ceil(2))
        );
    }
}

#[test]
fn columns_are_found_by_their_names() {
    let rows = every_kind();
    let batch = write(&rows, &ledger()).expect("they are written");
    let order: Vec<usize> = (0..batch.num_columns()).rev().collect();
    let turned = batch.project(&order).expect("the same columns");
    assert_eq!(read(&turned), Ok(rows.clone()));
    // Further columns, one of them a second `pool` in another case.
    let mut fields: Vec<_> = turned.schema_ref().fields().iter().cloned().collect();
    let mut arrays = turned.columns().to_vec();
    for name in ["note", "Pool", ""] {
        fields.insert(0, Arc::new(Field::new(name, batch.column(0).data_type().clone(), true)));
        arrays.insert(0, Arc::clone(batch.column(0)));
    }
    let more = RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays).expect("as many rows");
    assert_eq!(read(&more), Ok(rows));
}

#[test]
fn the_longest_lists_are_read_and_longer_ones_are_malformed() {
    let mut draw = Draw(3);
    let mut rows: Vec<TransitRow> = [32, 1].map(|hops| row(&mut draw, hops, 7)).to_vec();
    for (row, hashes) in rows.iter_mut().zip([10, 1]) {
        let bank = row.claim.as_mut().and_then(|claim| claim.bank.as_mut()).expect("a bank proof");
        let hashes = (0..hashes).map(|_| draw.bytes()).collect();
        bank.branch = List::<_, { limits::BANK_BRANCH }>::new("a branch", hashes).expect("10 at most");
    }
    let batch = write(&rows, &ledger()).expect("they are written");
    assert_eq!(read(&batch), Ok(rows.clone()));
    for name in ["hops", "branch"] {
        // The first row takes the entry of the second one.
        let place = column(&batch, name);
        let list: &ListArray = batch.column(place).as_any().downcast_ref().expect("a list");
        let all = i32::try_from(list.values().len()).expect("few");
        let offsets = arrow_buffer::OffsetBuffer::new(vec![0, all, all].into());
        let (arrow_schema::DataType::List(field), entries) = (list.data_type(), list.values()) else {
            panic!("a list")
        };
        let longer = ListArray::new(Arc::clone(field), offsets, Arc::clone(entries), None);
        let mut arrays = batch.columns().to_vec();
        arrays[place] = Arc::new(longer);
        let read = read(&with_arrays(&batch, arrays)).expect("a table");
        assert_eq!(read[0].claim, None, "{name}");
        assert_eq!(read[0].registration, rows[0].registration);
        let claim = read[1].claim.as_ref().expect("the other row is good");
        let lengths =
            (claim.pool.hops.as_slice().len(), claim.bank.as_ref().map(|b| b.branch.as_slice().len()));
        assert_eq!(lengths, if name == "hops" { (0, Some(1)) } else { (1, Some(0)) });
    }
}
