//! Tables of nonsense: nothing panics, and what is read can be written.

use std::sync::Arc;

use arrow_array::cast::AsArray as _;
use arrow_array::types::Int32Type;
use arrow_array::{
    Array, ArrayRef, BinaryArray, BinaryViewArray, BooleanArray, DictionaryArray, Int8Array, Int32Array,
    Int64Array, ListViewArray, NullArray, RecordBatch, StringArray, UInt64Array, make_array,
};
use arrow_schema::{DataType, Field, Schema};
use gridnet_core::proof::identity::Proof;
use proptest::prelude::*;

use super::samples::{Draw, ledger, row};
use super::{with_arrays, with_children, with_entries};
use crate::Address;
use crate::pool::ChainFunction;
use crate::table::transit::{TransitRow, read, write};
use crate::table::{chains, identities};
use crate::value::{Height, Units};
use crate::verify::{Chain, Identity};

/// An array of as many rows that is none of what it was, or much like it.
fn mutated(array: &ArrayRef, draw: &mut Draw) -> ArrayRef {
    let rows = array.len();
    match array.data_type() {
        DataType::List(_) if draw.below(3) > 0 => {
            let list = array.as_list::<i32>();
            let entries = mutated(list.values(), draw);
            if draw.yes() {
                return Arc::new(with_entries(list, entries));
            }
            // Lists that overlap, in any order, some too long.
            let places: Vec<(i32, i32)> = (0..rows)
                .map(|_| {
                    let start = draw.below(entries.len() + 1);
                    (start as i32, draw.below(entries.len() - start + 1) as i32)
                })
                .collect();
            let (starts, sizes): (Vec<i32>, Vec<i32>) = places.into_iter().unzip();
            let field = Arc::new(Field::new_list_field(entries.data_type().clone(), true));
            return Arc::new(ListViewArray::new(
                field,
                starts.into(),
                sizes.into(),
                entries,
                list.nulls().cloned(),
            ));
        }
        DataType::Struct(_) if draw.below(4) > 0 => {
            let structs = array.as_struct();
            let mut children = structs.columns().to_vec();
            let place = draw.below(children.len());
            children[place] = mutated(&children[place], draw);
            return Arc::new(with_children(structs, children));
        }
        _ => {}
    }
    match draw.below(11) {
        0 => Arc::new(NullArray::new(rows)),
        1 => Arc::new((0..rows).map(|_| draw.yes().then(|| draw.number() as i64)).collect::<Int64Array>()),
        2 => Arc::new((0..rows).map(|_| Some(draw.number() as i8)).collect::<Int8Array>()),
        3 => Arc::new((0..rows).map(|_| Some(draw.number() >> draw.below(64))).collect::<UInt64Array>()),
        4 => Arc::new((0..rows).map(|_| lengths(draw)).collect::<BinaryArray>()),
        5 => Arc::new((0..rows).map(|_| lengths(draw)).collect::<BinaryViewArray>()),
        6 => Arc::new((0..rows).map(|_| Some("text")).collect::<StringArray>()),
        7 => Arc::new((0..rows).map(|_| draw.yes().then(|| draw.yes())).collect::<BooleanArray>()),
        8 => {
            let values: ArrayRef = match draw.below(3) {
                0 => Arc::new((0..4).map(|_| lengths(draw)).collect::<BinaryArray>()),
                1 => Arc::new(Int64Array::from(vec![Some(1), None, Some(-1), Some(3)])),
                _ => Arc::new(BinaryArray::from_iter_values([[1; 32]; 4])),
            };
            let keys: Int32Array = (0..rows).map(|_| draw.yes().then(|| draw.below(4) as i32)).collect();
            Arc::new(DictionaryArray::<Int32Type>::new(keys, values))
        }
        9 => {
            let empty: ArrayRef = Arc::new(BinaryArray::from_iter_values([[0; 32]; 0]));
            Arc::new(DictionaryArray::<Int32Type>::new((0..rows).map(|_| None::<i32>).collect(), empty))
        }
        _ => {
            let are_there: Vec<bool> =
                (0..rows).map(|row| array.is_valid(row) && draw.below(4) > 0).collect();
            let nulls = (*array.data_type() != DataType::Null).then(|| are_there.into());
            make_array(array.to_data().into_builder().nulls(nulls).build().expect("the same values"))
        }
    }
}

/// Bytes of some length, mostly one that a column has.
fn lengths(draw: &mut Draw) -> Option<Vec<u8>> {
    let length = [0, 8, 32, 32, 32, 64, 64, 31, 33, 100][draw.below(10)];
    (draw.below(8) > 0).then(|| (0..length).map(|_| draw.number() as u8).collect())
}

/// A few columns changed, one perhaps left out or called something else, and perhaps a part only.
fn mutate(batch: &RecordBatch, draw: &mut Draw) -> RecordBatch {
    let mut arrays = batch.columns().to_vec();
    for _ in 0..draw.below(3) {
        let place = draw.below(arrays.len());
        arrays[place] = mutated(&arrays[place], draw);
    }
    let mut batch = with_arrays(batch, arrays);
    if draw.below(20) == 0 {
        let gone = draw.below(batch.num_columns());
        let others: Vec<usize> = (0..batch.num_columns()).filter(|&place| place != gone).collect();
        batch = batch.project(&others).expect("the others");
    }
    if draw.below(20) == 0 {
        let mut fields: Vec<_> = batch.schema_ref().fields().iter().cloned().collect();
        let (one, other) = (draw.below(fields.len()), draw.below(fields.len()));
        fields.swap(one, other);
        let named = fields.iter().zip(batch.columns());
        let fields: Vec<_> =
            named.map(|(field, array)| Field::new(field.name(), array.data_type().clone(), true)).collect();
        batch =
            RecordBatch::try_new(Arc::new(Schema::new(fields)), batch.columns().to_vec()).expect("a table");
    }
    let start = draw.below(batch.num_rows() + 1);
    if draw.yes() { batch.slice(start, draw.below(batch.num_rows() - start + 1)) } else { batch }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_panics(seed: u64) {
        read_transit_pools(&mut Draw(seed));
    }

    #[test]
    fn nothing_panics_in_smaller_tables(seed: u64) {
        read_chains(&mut Draw(seed));
        read_identities(&mut Draw(seed));
    }
}

fn read_transit_pools(draw: &mut Draw) {
    let rows: Vec<TransitRow> = (0..1 + draw.below(6))
        .map(|_| {
            let (hops, has) = (draw.below(5), draw.number() as u8);
            row(draw, hops, has)
        })
        .collect();
    let batch = mutate(&write(&rows, &ledger()).expect("written"), draw);
    match read(&batch) {
        Ok(read_rows) => {
            assert_eq!(read_rows.len(), batch.num_rows());
            let good: Vec<TransitRow> = read_rows.into_iter().filter(|row| row.claim.is_some()).collect();
            let again = write(&good, &ledger()).and_then(|batch| read(&batch));
            assert_eq!(again, Ok(good));
        }
        Err(error) => assert_eq!(error.name(), "table"),
    }
}

fn read_chains(draw: &mut Draw) {
    let chain = Chain { function: ChainFunction::Sha256, start: [1; 32], steps: 2, end: [3; 32] };
    let batch = mutate(&chains::write(&[chain; 5]).expect("written"), draw);
    match chains::read(&batch) {
        Ok(read) => assert_eq!(read.len(), batch.num_rows()),
        Err(error) => assert_eq!(error.name(), "table"),
    }
}

fn read_identities(draw: &mut Draw) {
    let proof = Proof { repetitions: 1, nonce: 2 };
    let identity = Identity { proof, registered: Height(3), revoked: false, stake: Units(4) };
    let rows = [(Address([1; 32]), identity); 5];
    let batch = mutate(&identities::write(&rows, None).expect("written"), draw);
    match identities::read(&batch) {
        Ok(read) => assert_eq!(read.len(), batch.num_rows()),
        Err(error) => assert_eq!(error.name(), "table"),
    }
}
