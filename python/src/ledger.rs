//! Claims and a ledger as tables, and claims out of tables.

use std::collections::HashMap;

use gridnet_core::proof::identity::Proof;
use gridnet_protocol::settlement::Kept as KeptBank;
use gridnet_protocol::table::transit::{self, TransitRow};
use gridnet_protocol::table::{Ledger, identities};
use gridnet_protocol::value::{Depth, Height, PoolId, Session, Time, Units, Word};
use gridnet_protocol::verify::Identity as Registered;
use gridnet_protocol::{Address, Network};
use pyo3::prelude::*;
use pyo3_arrow::PyTable;
use pyo3_arrow::input::AnyRecordBatch;

use crate::custody::ClaimedPool;
use crate::error::Refusal;
use crate::pool::{Registration, registration};
use crate::proof::network;
use crate::run::released;
use crate::tables::Table;

/// What is kept of a bank: pool, bank, depth, word, session.
type Kept = ([u8; 32], u16, u32, [u8; 32], Option<[u8; 32]>);
/// An identity: address, repetitions, nonce, registered, revoked, stake.
type Identity = ([u8; 32], u32, u32, u32, bool, u64);

/// A table of claims, each with what the ledger holds of its pool and its bank.
#[pyfunction]
pub(crate) fn claims_table<'py>(
    py: Python<'py>,
    claims: Vec<PyRef<'py, ClaimedPool>>,
    registrations: Vec<Registration>,
    kept: Vec<Kept>,
    network_id: u32,
    height: u32,
    median_time: u64,
) -> PyResult<Bound<'py, PyAny>> {
    let ledger =
        Ledger { network: network(network_id)?, height: Height(height), median_time: Time(median_time) };
    let registrations = registrations.iter().map(registration).collect::<Result<Vec<_>, _>>()?;
    let claims: Vec<_> = claims.iter().map(|claim| claim.0.clone()).collect();
    let batch = released(py, || {
        let registered: HashMap<PoolId, _> =
            registrations.into_iter().map(|of| (of.id(ledger.network), of)).collect();
        let bank = |(pool, bank, depth, word, session): Kept| {
            let (depth, word, session) = (Depth(depth), Word(word), session.map(Session));
            ((PoolId(pool), bank), KeptBank { depth, word, session })
        };
        let kept: HashMap<_, _> = kept.into_iter().map(bank).collect();
        let row = |claim: gridnet_protocol::transit::ClaimedPool| {
            let (pool, bank) = (claim.pool.token.pool, claim.pool.token.bank);
            let registration = registered.get(&pool).cloned();
            TransitRow { claim: Some(claim), registration, kept: kept.get(&(pool, bank)).copied() }
        };
        let rows: Vec<TransitRow> = claims.into_iter().map(row).collect();
        Ok(transit::write(&rows, &ledger)?)
    })?;
    let schema = batch.schema();
    PyTable::try_new(vec![batch], schema)?.into_pyarrow(py)
}

/// A table of identities.
#[pyfunction]
pub(crate) fn identities_table(
    py: Python<'_>,
    registered: Vec<Identity>,
    network_id: u32,
) -> PyResult<Bound<'_, PyAny>> {
    let of: Option<Network> = Some(network(network_id)?);
    let row = |(address, repetitions, nonce, height, revoked, stake): Identity| {
        let (proof, stake) = (Proof { repetitions, nonce }, Units(stake));
        (Address(address), Registered { proof, registered: Height(height), revoked, stake })
    };
    let rows: Vec<_> = registered.into_iter().map(row).collect();
    let batch = identities::write(&rows, of).map_err(Refusal::from)?;
    let schema = batch.schema();
    PyTable::try_new(vec![batch], schema)?.into_pyarrow(py)
}

/// The claims of a table; nothing for each malformed row.
#[pyfunction]
pub(crate) fn claims_of(py: Python<'_>, table: AnyRecordBatch) -> PyResult<Vec<Option<ClaimedPool>>> {
    let table = Table::of(table)?;
    let rows = released(py, || {
        let mut rows = Vec::new();
        for batch in table {
            rows.extend(transit::read(&batch?)?);
        }
        Ok(rows)
    })?;
    Ok(rows.into_iter().map(|row| row.claim.map(ClaimedPool)).collect())
}
