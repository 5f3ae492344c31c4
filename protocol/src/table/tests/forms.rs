//! Columns as other tools leave them.

use std::sync::Arc;

use arrow_array::builder::FixedSizeBinaryBuilder;
use arrow_array::cast::AsArray as _;
use arrow_array::types::{Int8Type, UInt8Type, UInt16Type, UInt32Type, UInt64Type};
use arrow_array::{
    Array, ArrayRef, BinaryArray, BinaryViewArray, DictionaryArray, FixedSizeListArray, Int8Array,
    Int64Array, LargeBinaryArray, LargeListArray, LargeListViewArray, ListArray, ListViewArray, NullArray,
    UInt8Array, UInt64Array,
};
use arrow_schema::{DataType, Field};

use super::samples::{BANK, Draw, every_kind, ledger, row};
use super::{column, with_arrays, with_children, with_entries};
use crate::encoding::List;
use crate::table::transit::{TransitRow, read, write};

/// The array with another in place of each that does not hold further ones, and of each list.
fn deep(
    array: &ArrayRef,
    leaf: &dyn Fn(&ArrayRef) -> ArrayRef,
    list: &dyn Fn(&ListArray) -> ArrayRef,
) -> ArrayRef {
    match array.data_type() {
        DataType::List(_) => {
            let of = array.as_list::<i32>();
            list(&with_entries(of, deep(of.values(), leaf, list)))
        }
        DataType::Struct(_) => {
            let of = array.as_struct();
            let children = of.columns().iter().map(|child| deep(child, leaf, list)).collect();
            Arc::new(with_children(of, children))
        }
        _ => leaf(array),
    }
}

fn same(array: &ArrayRef) -> ArrayRef {
    Arc::clone(array)
}

fn same_list(list: &ListArray) -> ArrayRef {
    Arc::new(list.clone())
}

fn is_bytes(array: &ArrayRef) -> bool {
    matches!(array.data_type(), DataType::FixedSizeBinary(_))
}

fn binary(array: &ArrayRef) -> ArrayRef {
    let bytes = is_bytes(array).then(|| array.as_fixed_size_binary().iter());
    bytes.map_or_else(|| same(array), |bytes| Arc::new(bytes.collect::<BinaryArray>()))
}

fn large_binary(array: &ArrayRef) -> ArrayRef {
    let bytes = is_bytes(array).then(|| array.as_fixed_size_binary().iter());
    bytes.map_or_else(|| same(array), |bytes| Arc::new(bytes.collect::<LargeBinaryArray>()))
}

fn view(array: &ArrayRef) -> ArrayRef {
    let bytes = is_bytes(array).then(|| array.as_fixed_size_binary().iter());
    bytes.map_or_else(|| same(array), |bytes| Arc::new(bytes.collect::<BinaryViewArray>()))
}

/// The whole numbers of an array, if it is one of such.
pub(super) fn numbers(array: &ArrayRef) -> Option<Vec<Option<u64>>> {
    Some(match array.data_type() {
        DataType::UInt8 => array.as_primitive::<UInt8Type>().iter().map(|n| n.map(u64::from)).collect(),
        DataType::UInt16 => array.as_primitive::<UInt16Type>().iter().map(|n| n.map(u64::from)).collect(),
        DataType::UInt32 => array.as_primitive::<UInt32Type>().iter().map(|n| n.map(u64::from)).collect(),
        DataType::UInt64 => array.as_primitive::<UInt64Type>().iter().collect(),
        _ => return None,
    })
}

pub(super) fn int64(array: &ArrayRef) -> ArrayRef {
    let Some(numbers) = numbers(array) else { return same(array) };
    let numbers = numbers.iter().map(|number| number.map(|number| i64::try_from(number).expect("63 bits")));
    Arc::new(numbers.collect::<Int64Array>())
}

fn uint64(array: &ArrayRef) -> ArrayRef {
    numbers(array).map_or_else(|| same(array), |numbers| Arc::new(UInt64Array::from(numbers)))
}

/// A dictionary whose values stand in the opposite order, a null among them, with nulls among the keys too.
fn dictionary(array: &ArrayRef) -> ArrayRef {
    let keys = (0..array.len()).map(|row| {
        let key = array.len() - 1 - row;
        // Each second null is told by its key, the others by the value that is null.
        (array.is_valid(row) || row % 2 == 0).then(|| u16::try_from(key).expect("few rows"))
    });
    let places: Vec<usize> = (0..array.len()).rev().collect();
    let values = taken(array, &places);
    Arc::new(DictionaryArray::<UInt16Type>::new(keys.collect(), values))
}

/// The rows of an array at these places.
fn taken(array: &ArrayRef, places: &[usize]) -> ArrayRef {
    if let Some(numbers) = numbers(array) {
        let taken = places.iter().map(|&place| numbers[place]);
        return Arc::new(taken.collect::<UInt64Array>());
    }
    let bytes = array.as_fixed_size_binary();
    let mut taken = FixedSizeBinaryBuilder::with_capacity(places.len(), bytes.value_length());
    for &place in places {
        match bytes.is_valid(place).then(|| bytes.value(place)) {
            Some(bytes) => taken.append_value(bytes).expect("the same length"),
            None => taken.append_null(),
        }
    }
    Arc::new(taken.finish())
}

fn field(list: &ListArray) -> Arc<Field> {
    Arc::new(Field::new("element", list.values().data_type().clone(), true))
}

fn large_list(list: &ListArray) -> ArrayRef {
    let offsets = list.value_offsets().iter().map(|&offset| i64::from(offset)).collect::<Vec<_>>();
    let offsets = arrow_buffer::OffsetBuffer::new(offsets.into());
    Arc::new(LargeListArray::new(field(list), offsets, Arc::clone(list.values()), list.nulls().cloned()))
}

fn sizes(list: &ListArray) -> Vec<i32> {
    list.value_offsets().windows(2).map(|pair| pair[1] - pair[0]).collect()
}

fn list_view(list: &ListArray) -> ArrayRef {
    let offsets = list.value_offsets()[..list.len()].to_vec();
    let (values, nulls) = (Arc::clone(list.values()), list.nulls().cloned());
    Arc::new(ListViewArray::new(field(list), offsets.into(), sizes(list).into(), values, nulls))
}

fn large_list_view(list: &ListArray) -> ArrayRef {
    let wide = |numbers: &[i32]| numbers.iter().map(|&number| i64::from(number)).collect::<Vec<_>>();
    let offsets = wide(&list.value_offsets()[..list.len()]);
    let (values, nulls) = (Arc::clone(list.values()), list.nulls().cloned());
    Arc::new(LargeListViewArray::new(field(list), offsets.into(), wide(&sizes(list)).into(), values, nulls))
}

#[test]
fn every_form_reads_to_the_same_rows() {
    type Leaf = fn(&ArrayRef) -> ArrayRef;
    type OfList = fn(&ListArray) -> ArrayRef;
    let rows = every_kind();
    let batch = write(&rows, &ledger()).expect("they are written");
    let leaves: [(&str, Leaf); 7] = [
        ("as written", same),
        ("binary", binary),
        ("large binary", large_binary),
        ("view", view),
        ("int64", int64),
        ("uint64", uint64),
        ("dictionary", dictionary),
    ];
    let lists: [(&str, OfList); 4] = [
        ("lists", same_list),
        ("large lists", large_list),
        ("list views", list_view),
        ("large list views", large_list_view),
    ];
    let mut seen = Vec::new();
    for (leaf_name, leaf) in leaves {
        for (list_name, list) in lists {
            let arrays: Vec<_> = batch.columns().iter().map(|array| deep(array, &leaf, &list)).collect();
            let changed = with_arrays(&batch, arrays);
            assert!(!seen.contains(&changed.schema()), "a form of its own: {leaf_name}, {list_name}");
            seen.push(changed.schema());
            assert_eq!(read(&changed).as_deref(), Ok(&rows[..]), "{leaf_name}, {list_name}");
            let part = changed.slice(9, 17);
            assert_eq!(read(&part).as_deref(), Ok(&rows[9..26]), "a part; {leaf_name}, {list_name}");
        }
    }
}

/// Narrower than it is written: what fits is read.
#[test]
fn small_integers_are_read() {
    let mut draw = Draw(8);
    let mut rows = vec![row(&mut draw, 1, 0), row(&mut draw, 0, 0)];
    for (row, from) in rows.iter_mut().zip([5, 127]) {
        row.claim.as_mut().expect("a claim").pool.body.token.body.from.0 = from;
    }
    let batch = write(&rows, &ledger()).expect("they are written");
    let mut arrays = batch.columns().to_vec();
    arrays[column(&batch, "from")] = Arc::new(Int8Array::from(vec![5, 127]));
    assert_eq!(read(&with_arrays(&batch, arrays.clone())), Ok(rows.clone()));
    let keys = Int8Array::from(vec![0, 1]);
    let small = DictionaryArray::<Int8Type>::new(keys, Arc::new(UInt8Array::from(vec![5, 127])));
    arrays[column(&batch, "from")] = Arc::new(small);
    assert_eq!(read(&with_arrays(&batch, arrays)), Ok(rows));
}

#[test]
fn numbers_of_all_64_bits_are_read() {
    let mut rows = vec![row(&mut Draw(4), 1, 7)];
    let claim = rows[0].claim.as_mut().expect("a claim");
    claim.pool.body.token.body.expiry.0 = u64::MAX;
    claim.pool.body.token.body.sender.nonce = u32::MAX;
    rows[0].registration.as_mut().expect("a registration").value.0 = u64::MAX;
    assert_eq!(read(&write(&rows, &ledger()).expect("written")), Ok(rows));
}

/// Lists of one length are a form of their own, and of no length at all one of no type.
#[test]
fn lists_of_one_length_are_read() {
    for hops in [0, 1, 2] {
        let mut draw = Draw(5);
        let mut rows: Vec<TransitRow> = (0..5).map(|_| row(&mut draw, hops, BANK)).collect();
        for row in &mut rows {
            let hashes = (0..hops).map(|_| draw.bytes()).collect();
            let bank = row.claim.as_mut().and_then(|claim| claim.bank.as_mut()).expect("a proof");
            bank.branch = List::new("a branch", hashes).expect("few");
        }
        let batch = write(&rows, &ledger()).expect("they are written");
        let fixed = |list: &ListArray| -> ArrayRef {
            let (size, values) = (i32::try_from(hops).expect("few"), Arc::clone(list.values()));
            let fixed = FixedSizeListArray::try_new_with_length(field(list), size, values, None, list.len());
            Arc::new(fixed.expect("lists of one length"))
        };
        let untyped = |list: &ListArray| -> ArrayRef {
            Arc::new(with_entries(list, Arc::new(NullArray::new(list.values().len()))))
        };
        let changed = |list: &dyn Fn(&ListArray) -> ArrayRef| {
            let arrays = batch.columns().iter().map(|array| deep(array, &same, list)).collect();
            with_arrays(&batch, arrays)
        };
        assert_eq!(read(&changed(&fixed)).as_deref(), Ok(&rows[..]), "{hops}");
        assert_eq!(read(&changed(&fixed).slice(2, 3)).as_deref(), Ok(&rows[2..]), "{hops}");
        let read = read(&changed(&untyped)).expect("a table");
        if hops == 0 {
            assert_eq!(read, rows);
        } else {
            assert!(read.iter().all(|row| row.claim.is_none()), "entries that are null are no hops");
        }
    }
}

/// Where nothing is there in any row, tools do not know what it would be.
#[test]
fn what_is_absent_everywhere_may_be_of_no_type() {
    let mut draw = Draw(6);
    let rows: Vec<TransitRow> = (0..4).map(|_| row(&mut draw, 2, 0)).collect();
    let batch = write(&rows, &ledger()).expect("they are written");
    let mut arrays = batch.columns().to_vec();
    for name in ["ceiling", "prefix", "branch", "registration", "kept"] {
        arrays[column(&batch, name)] = Arc::new(NullArray::new(4));
    }
    assert_eq!(read(&with_arrays(&batch, arrays)), Ok(rows));
}
