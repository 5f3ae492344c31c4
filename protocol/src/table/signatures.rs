//! Tables of signatures: one a row, of messages of any lengths.

use std::collections::HashMap;

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use gridnet_core::limits::SIGNED_BYTES_MAX;

use super::arrays::Made;
use super::columns::{Bytes, Columns, Form as _, Malformed, Strings};
use crate::Error;
use crate::verify::SignedMessage;

/// The columns as they are written.
///
/// # Errors
/// [`Error::Table`], in theory: they are those of a table without rows.
pub fn schema() -> Result<SchemaRef, Error> {
    write(&[]).map(|batch| batch.schema())
}

/// The signatures of a table; `None` for a row that is malformed, such as one with a message of more than
/// [`SIGNED_BYTES_MAX`] bytes.
///
/// # Errors
/// [`Error::Table`] names a column that is missing or cannot be read.
pub fn read(batch: &RecordBatch) -> Result<Vec<Option<SignedMessage>>, Error> {
    let columns = Columns::of_table(batch);
    let key: Bytes<'_, 32> = columns.read("key")?;
    let message: Strings<'_, SIGNED_BYTES_MAX> = columns.read("message")?;
    let signature: Bytes<'_, 64> = columns.read("signature")?;
    let signed = |row| -> Result<SignedMessage, Malformed> {
        Ok(SignedMessage {
            key: *key.get(row)?,
            message: message.get(row)?.to_vec(),
            signature: *signature.get(row)?,
        })
    };
    Ok((0..batch.num_rows()).map(|row| signed(row).ok()).collect())
}

/// A table of signatures.
///
/// # Errors
/// [`Error::Table`] when Arrow has no place for so many, [`Error::TooMany`] when their messages have more bytes than a
/// column can hold.
pub fn write(signed: &[SignedMessage]) -> Result<RecordBatch, Error> {
    let mut made = Made::of(signed.iter().map(Some));
    made.bytes("key", |signed| signed.key)?
        .strings("message", |signed| &signed.message)?
        .bytes("signature", |signed| signed.signature)?;
    made.into_table(HashMap::new())
}
