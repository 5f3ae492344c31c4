//! Tables of hash chains: one a row.

use std::collections::HashMap;

use arrow_array::RecordBatch;
use arrow_array::types::{UInt8Type, UInt32Type};
use arrow_schema::SchemaRef;

use super::arrays::Made;
use super::columns::{Bytes, Columns, Form as _, Malformed, Numbers};
use crate::Error;
use crate::pool::ChainFunction;
use crate::verify::Chain;

/// The columns as they are written.
///
/// # Errors
/// [`Error::Table`], in theory: they are those of a table without rows.
pub fn schema() -> Result<SchemaRef, Error> {
    write(&[]).map(|batch| batch.schema())
}

/// The chains of a table; `None` for a row that is malformed.
///
/// # Errors
/// [`Error::Table`] names a column that is missing or cannot be read.
pub fn read(batch: &RecordBatch) -> Result<Vec<Option<Chain>>, Error> {
    let columns = Columns::of_table(batch);
    let function: Numbers<'_, u8> = columns.read("function")?;
    let start: Bytes<'_, 32> = columns.read("start")?;
    let steps: Numbers<'_, u32> = columns.read("steps")?;
    let end: Bytes<'_, 32> = columns.read("end")?;
    let chain = |row| -> Result<Chain, Malformed> {
        Ok(Chain {
            function: ChainFunction::from_number(function.get(row)?).ok_or(Malformed)?,
            start: *start.get(row)?,
            steps: steps.get(row)?,
            end: *end.get(row)?,
        })
    };
    Ok((0..batch.num_rows()).map(|row| chain(row).ok()).collect())
}

/// A table of chains.
///
/// # Errors
/// [`Error::Table`] when Arrow has no place for so many.
pub fn write(chains: &[Chain]) -> Result<RecordBatch, Error> {
    let mut made = Made::of(chains.iter().map(Some));
    made.numbers::<UInt8Type>("function", |chain| chain.function as u8)
        .bytes("start", |chain| chain.start)?
        .numbers::<UInt32Type>("steps", |chain| chain.steps)
        .bytes("end", |chain| chain.end)?;
    made.into_table(HashMap::new())
}
