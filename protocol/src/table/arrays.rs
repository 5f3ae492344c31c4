//! Making the columns of a table, in the one form that is written.

use std::collections::HashMap;
use std::sync::Arc;

use arrow_array::types::ArrowPrimitiveType;
use arrow_array::{
    Array, ArrayRef, BinaryArray, BooleanArray, FixedSizeBinaryArray, ListArray, PrimitiveArray, RecordBatch,
    RecordBatchOptions, StringArray, StructArray,
};
use arrow_buffer::{Buffer, NullBuffer, OffsetBuffer};
use arrow_schema::{ArrowError, Field, Schema};

use crate::Error;

/// Columns over some rows. A row that is `None` is null in a struct, whose columns hold zeros there.
pub(super) struct Made<'a, R> {
    rows: Vec<Option<&'a R>>,
    fields: Vec<Field>,
    arrays: Vec<ArrayRef>,
}

impl<'a, R> Made<'a, R> {
    pub(super) fn of(rows: impl IntoIterator<Item = Option<&'a R>>) -> Self {
        Made { rows: rows.into_iter().collect(), fields: Vec::new(), arrays: Vec::new() }
    }

    /// Adds a column.
    pub(super) fn add(&mut self, name: &str, is_nullable: bool, array: impl Array + 'static) -> &mut Self {
        self.fields.push(Field::new(name, array.data_type().clone(), is_nullable));
        self.arrays.push(Arc::new(array));
        self
    }

    /// Adds numbers.
    pub(super) fn numbers<P: ArrowPrimitiveType<Native: Default>>(
        &mut self,
        name: &str,
        number: impl Fn(&'a R) -> P::Native,
    ) -> &mut Self {
        let numbers = self.rows.iter().map(|row| row.map_or_else(Default::default, &number));
        let array = PrimitiveArray::<P>::from_iter_values(numbers);
        self.add(name, false, array)
    }

    /// Adds numbers that may be absent.
    pub(super) fn maybe_numbers<P: ArrowPrimitiveType>(
        &mut self,
        name: &str,
        number: impl Fn(&'a R) -> Option<P::Native>,
    ) -> &mut Self {
        let array: PrimitiveArray<P> = self.rows.iter().map(|row| row.and_then(&number)).collect();
        self.add(name, true, array)
    }

    /// Adds texts that may be absent.
    pub(super) fn maybe_texts(&mut self, name: &str, text: impl Fn(&'a R) -> Option<&'a str>) -> &mut Self {
        let array: StringArray = self.rows.iter().map(|row| row.and_then(&text)).collect();
        self.add(name, true, array)
    }

    /// Adds yes and no.
    pub(super) fn booleans(&mut self, name: &str, is: impl Fn(&'a R) -> bool) -> &mut Self {
        let array: BooleanArray = self.rows.iter().map(|row| Some(row.is_some_and(&is))).collect();
        self.add(name, false, array)
    }

    /// Adds bytes of one length.
    pub(super) fn bytes<const N: usize>(
        &mut self,
        name: &str,
        bytes: impl Fn(&'a R) -> [u8; N],
    ) -> Result<&mut Self, Error> {
        let values = self.rows.iter().flat_map(|row| row.map_or([0; N], &bytes)).collect();
        let array = fixed::<N>(name, values, None)?;
        Ok(self.add(name, false, array))
    }

    /// Adds bytes of one length that may be absent.
    pub(super) fn maybe_bytes<const N: usize>(
        &mut self,
        name: &str,
        bytes: impl Fn(&'a R) -> Option<[u8; N]>,
    ) -> Result<&mut Self, Error> {
        let mut values = Vec::with_capacity(N * self.rows.len());
        let mut are_there = Vec::with_capacity(self.rows.len());
        for row in &self.rows {
            let bytes = row.and_then(&bytes);
            values.extend(bytes.unwrap_or([0; N]));
            are_there.push(bytes.is_some());
        }
        let array = fixed::<N>(name, values, nulls(are_there))?;
        Ok(self.add(name, true, array))
    }

    /// Adds bytes of different lengths.
    pub(super) fn strings(
        &mut self,
        name: &str,
        bytes: impl Fn(&'a R) -> &'a [u8],
    ) -> Result<&mut Self, Error> {
        let strings: Vec<&[u8]> = self.rows.iter().map(|row| row.map_or(&[][..], &bytes)).collect();
        let all = strings.iter().try_fold(0usize, |sum, bytes| sum.checked_add(bytes.len()));
        if all.is_none_or(|all| i32::try_from(all).is_err()) {
            let (got, max) = (all.map_or(u64::MAX, |all| all as u64), i32::MAX as u64);
            return Err(Error::TooMany { what: "bytes of a column together", got, max });
        }
        Ok(self.add(name, false, BinaryArray::from_iter_values(strings)))
    }

    /// Adds structs: null where the inner row is.
    pub(super) fn maybe_structs<S>(&mut self, name: &str, inner: Made<'_, S>) -> Result<&mut Self, Error> {
        let array = inner.into_structs(name)?;
        Ok(self.add(name, true, array))
    }

    /// Adds lists of these entries: as many for each row as `count` says, and null where it says nothing.
    pub(super) fn lists(
        &mut self,
        name: &str,
        is_nullable: bool,
        entries: ArrayRef,
        count: impl Fn(&'a R) -> Option<usize>,
    ) -> Result<&mut Self, Error> {
        let counts: Vec<Option<usize>> = self.rows.iter().map(|row| row.and_then(&count)).collect();
        let all = counts.iter().flatten().try_fold(0usize, |sum, &count| sum.checked_add(count));
        if all.is_none_or(|all| i32::try_from(all).is_err()) {
            let (got, max) = (entries.len() as u64, i32::MAX as u64);
            return Err(Error::TooMany { what: "all lists of a column together", got, max });
        }
        let are_there = counts.iter().map(Option::is_some).collect();
        let offsets = OffsetBuffer::<i32>::from_lengths(counts.iter().map(|count| count.unwrap_or(0)));
        let field = Arc::new(Field::new_list_field(entries.data_type().clone(), false));
        let array = ListArray::try_new(field, offsets, entries, nulls(are_there));
        Ok(self.add(name, is_nullable, array.map_err(|error| unmade(name, &error))?))
    }

    /// The columns as a struct's.
    pub(super) fn into_structs(self, name: &str) -> Result<StructArray, Error> {
        let nulls = nulls(self.rows.iter().map(Option::is_some).collect());
        StructArray::try_new_with_length(self.fields.into(), self.arrays, nulls, self.rows.len())
            .map_err(|error| unmade(name, &error))
    }

    /// The columns as a table.
    pub(super) fn into_table(self, metadata: HashMap<String, String>) -> Result<RecordBatch, Error> {
        let schema = Arc::new(Schema::new_with_metadata(self.fields, metadata));
        let options = RecordBatchOptions::new().with_row_count(Some(self.rows.len()));
        RecordBatch::try_new_with_options(schema, self.arrays, &options)
            .map_err(|error| unmade("all", &error))
    }
}

/// Entries of lists of bytes.
pub(super) fn fixed<const N: usize>(
    name: &str,
    values: Vec<u8>,
    nulls: Option<NullBuffer>,
) -> Result<FixedSizeBinaryArray, Error> {
    let width = i32::try_from(N).unwrap_or(i32::MAX);
    FixedSizeBinaryArray::try_new(width, Buffer::from_vec(values), nulls)
        .map_err(|error| unmade(name, &error))
}

/// None where there is no null.
fn nulls(are_there: Vec<bool>) -> Option<NullBuffer> {
    (!are_there.iter().all(|&is_there| is_there)).then(|| are_there.into())
}

fn unmade(name: &str, error: &ArrowError) -> Error {
    Error::Table {
        what: format!("column {name}"),
        expected: "an Arrow column".into(),
        got: error.to_string(),
    }
}
