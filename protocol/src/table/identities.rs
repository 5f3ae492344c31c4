//! Tables of identities: one a row, as the ledger holds it.

use arrow_array::types::{UInt32Type, UInt64Type};
use arrow_array::{BooleanArray, RecordBatch};
use arrow_schema::SchemaRef;
use gridnet_core::proof::identity::Proof;

use super::arrays::Made;
use super::columns::{Bytes, Columns, Form as _, Malformed, Numbers};
use super::ledger::network_metadata;
use crate::value::{Height, Units};
use crate::verify::Identity;
use crate::{Address, Error, Network};

/// The columns as they are written, and the network where it is said.
///
/// # Errors
/// [`Error::Table`], in theory: they are those of a table without rows.
pub fn schema(network: Option<Network>) -> Result<SchemaRef, Error> {
    write(&[], network).map(|batch| batch.schema())
}

/// The identities of a table; `None` for a row that is malformed. [`network`](super::network) says which network's.
///
/// # Errors
/// [`Error::Table`] names a column that is missing or cannot be read.
pub fn read(batch: &RecordBatch) -> Result<Vec<Option<(Address, Identity)>>, Error> {
    let columns = Columns::of_table(batch);
    let address: Bytes<'_, 32> = columns.read("address")?;
    let repetitions: Numbers<'_, u32> = columns.read("repetitions")?;
    let nonce: Numbers<'_, u32> = columns.read("nonce")?;
    let registered: Numbers<'_, u32> = columns.read("registered")?;
    let revoked: &BooleanArray = columns.read("revoked")?;
    let stake: Numbers<'_, u64> = columns.read("stake")?;
    let identity = |row| -> Result<(Address, Identity), Malformed> {
        let proof = Proof { repetitions: repetitions.get(row)?, nonce: nonce.get(row)? };
        let (registered, revoked) = (Height(registered.get(row)?), revoked.get(row)?);
        let identity = Identity { proof, registered, revoked, stake: Units(stake.get(row)?) };
        Ok((Address(*address.get(row)?), identity))
    };
    Ok((0..batch.num_rows()).map(|row| identity(row).ok()).collect())
}

/// A table of identities.
///
/// # Errors
/// [`Error::Table`] when Arrow has no place for so many.
pub fn write(identities: &[(Address, Identity)], network: Option<Network>) -> Result<RecordBatch, Error> {
    let mut made = Made::of(identities.iter().map(Some));
    made.bytes("address", |(address, _)| address.0)?
        .numbers::<UInt32Type>("repetitions", |(_, identity)| identity.proof.repetitions)
        .numbers::<UInt32Type>("nonce", |(_, identity)| identity.proof.nonce)
        .numbers::<UInt32Type>("registered", |(_, identity)| identity.registered.0)
        .booleans("revoked", |(_, identity)| identity.revoked)
        .numbers::<UInt64Type>("stake", |(_, identity)| identity.stake.0);
    made.into_table(network_metadata(network))
}
