//! Tables of verdicts, which are written only.

use std::collections::HashMap;
use std::sync::Arc;

use arrow_array::types::UInt64Type;
use arrow_array::{RecordBatch, UInt64Array};
use arrow_schema::SchemaRef;

use super::arrays::Made;
use crate::Error;
use crate::value::Units;
use crate::verify::{Settled, Verdict};

/// The columns of verdicts on transit pools.
///
/// # Errors
/// [`Error::Table`], in theory: they are those of a table without rows.
pub fn schema() -> Result<SchemaRef, Error> {
    write(0, &[]).map(|batch| batch.schema())
}

/// The columns of verdicts on chains, identities and signatures.
///
/// # Errors
/// As [`schema`].
pub fn short_schema() -> Result<SchemaRef, Error> {
    write_short(0, &[]).map(|batch| batch.schema())
}

/// A table of verdicts on transit pools, the first of which is number `first_index`.
///
/// # Errors
/// [`Error::Overflow`] and [`Error::TooMany`] for more than there can be.
pub fn write(first_index: u64, verdicts: &[Verdict]) -> Result<RecordBatch, Error> {
    let settled = |verdict: &Verdict, amount: fn(&Settled) -> Units| {
        let settled = verdict.as_ref().ok();
        settled.map(|settled| amount(settled).0)
    };
    let hops = verdicts.iter().flatten().flat_map(|settled| settled.hops.iter().map(Some));
    let mut hops = Made::of(hops);
    hops.numbers::<UInt64Type>("share", |hop| hop.share.0)
        .maybe_texts("void", |hop| hop.void.map(|void| void.name()));
    let hops = Arc::new(hops.into_structs("hops")?);
    let mut made = Made::of(verdicts.iter().map(Some));
    made.add("index", false, indices(first_index, verdicts.len())?)
        .booleans("valid", Result::is_ok)
        .maybe_texts("reason", |verdict| verdict.as_ref().err().map(|reason| reason.name()))
        .maybe_numbers::<UInt64Type>("total", |verdict| settled(verdict, |settled| settled.total))
        .maybe_numbers::<UInt64Type>("fee", |verdict| settled(verdict, |settled| settled.fee))
        .maybe_numbers::<UInt64Type>("receiver", |verdict| settled(verdict, |settled| settled.receiver))
        .maybe_numbers::<UInt64Type>("burnt", |verdict| settled(verdict, |settled| settled.burnt))
        .lists("hops", true, hops, |verdict| verdict.as_ref().ok().map(|settled| settled.hops.len()))?;
    made.into_table(HashMap::new())
}

/// A table of verdicts on chains, identities or signatures: good, or the name of what is wrong. The first is number `first_index`.
///
/// # Errors
/// [`Error::Overflow`] for more than there can be.
pub fn write_short(first_index: u64, verdicts: &[Result<(), &str>]) -> Result<RecordBatch, Error> {
    let mut made = Made::of(verdicts.iter().map(Some));
    made.add("index", false, indices(first_index, verdicts.len())?)
        .booleans("valid", Result::is_ok)
        .maybe_texts("reason", |verdict| verdict.err());
    made.into_table(HashMap::new())
}

fn indices(first: u64, count: usize) -> Result<UInt64Array, Error> {
    let end = first.checked_add(count as u64).ok_or(Error::Overflow { what: "the index of a verdict" })?;
    Ok(UInt64Array::from_iter_values(first..end))
}
