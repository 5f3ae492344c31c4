//! Tables: whatever has Arrow's interface in, Arrow out.

use std::sync::atomic::Ordering;

use arrow_array::{RecordBatch, RecordBatchReader};
use arrow_schema::SchemaRef;
use gridnet_core::Engine as Core;
use gridnet_protocol::sample::{Plan, Sampler};
use gridnet_protocol::table::transit::{TransitRow, read};
use gridnet_protocol::table::{
    self, Given, Ledger, Short, TransitJudge, chains, each_batch, identities, judge_chains, judge_identities,
    judge_signatures, signatures, transit, verdicts,
};
use gridnet_protocol::value::{Height, Time};
use gridnet_protocol::verify::{Context, Identity};
use gridnet_protocol::{Address, pool::ChainFunction};
use pyo3::prelude::*;
use pyo3_arrow::PyTable;
use pyo3_arrow::input::AnyRecordBatch;

use crate::engine::Engine;
use crate::error::Refusal;
use crate::proof::network;
use crate::run::{Watch, run};

/// A table that is read once, from its beginning to its end.
pub(crate) struct Table(Box<dyn RecordBatchReader + Send>);

impl Table {
    pub(crate) fn of(table: AnyRecordBatch) -> PyResult<Table> {
        Ok(Table(table.into_reader()?))
    }

    fn schema(&self) -> SchemaRef {
        self.0.schema()
    }
}

impl Iterator for Table {
    type Item = Result<RecordBatch, Refusal>;

    fn next(&mut self) -> Option<Self::Item> {
        Some(self.0.next()?.map_err(|error| Refusal::Read(error.to_string())))
    }
}

/// What is given of the ledger instead of what the table says: the network, the height, the median time past.
type Rules = (Option<u32>, Option<u32>, Option<u64>);

/// The verdicts on a table of transit pools, in batches. Identities are read to their end before the table is opened: some
/// makers have one stream at a time.
#[pyfunction]
pub(crate) fn verify_transit_pools<'py>(
    py: Python<'py>,
    engine: &Engine,
    table: Bound<'py, PyAny>,
    identities: Option<AnyRecordBatch>,
    rules: Rules,
    progress: Option<Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyAny>> {
    let engine = engine.get()?;
    let (of, height, median_time) = rules;
    let given = Given {
        network: of.map(network).transpose()?,
        height: height.map(Height),
        median_time: median_time.map(Time),
    };
    let identities = identities.map(Table::of).transpose()?;
    let read_whole = |table: Table| Ok::<_, Refusal>((table.schema(), table.collect::<Result<Vec<_>, _>>()?));
    let identities = py.detach(|| identities.map(read_whole).transpose())?;
    let table = Table::of(table.extract()?)?;
    let judge = |watch: &Watch| {
        let mut judge = TransitJudge::new(&Ledger::read(&table.schema(), &given)?);
        if let Some((schema, batches)) = identities {
            judge.may_be_of(&schema)?;
            for batch in batches {
                judge.identify(&batch)?;
            }
        }
        let mut judged = Judged::new(verdicts::schema()?);
        let decode = |batch: &RecordBatch| read(batch).map_err(Refusal::from);
        each_batch(engine, table, decode, |rows| {
            let entered = judge.enter(rows);
            let (found, _) = judge.verify(engine, &entered, &watch.untold())?;
            judged.add(verdicts::write(judged.rows, &found)?, watch)
        })?;
        Ok(judged)
    };
    run(py, true, progress.as_ref(), judge)?.into_python(py)
}

/// The verdicts on a table of hash chains.
#[pyfunction]
pub(crate) fn verify_chains<'py>(
    py: Python<'py>,
    engine: &Engine,
    table: AnyRecordBatch,
    progress: Option<Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyAny>> {
    short(
        py,
        engine,
        table,
        progress,
        |_| Ok(()),
        chains::read,
        |(), engine, rows, watch| Ok(judge_chains(engine, &rows, &watch.untold())?.value),
    )
}

/// The verdicts on a table of identities, of a network that is given or that the table names.
#[pyfunction]
pub(crate) fn verify_identities<'py>(
    py: Python<'py>,
    engine: &Engine,
    table: AnyRecordBatch,
    network_id: Option<u32>,
    progress: Option<Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyAny>> {
    let given = network_id.map(network).transpose()?;
    let of = move |schema: &SchemaRef| match given {
        Some(network) => Ok(network),
        None => table::network(schema)?.ok_or_else(|| {
            Refusal::Protocol(gridnet_protocol::Error::Table {
                what: "the metadata gridnet.network".to_owned(),
                expected: "main, test or regtest, unless a network is given".to_owned(),
                got: "missing".to_owned(),
            })
        }),
    };
    short(py, engine, table, progress, of, identities::read, |of, engine, rows, watch| {
        Ok(judge_identities(engine, *of, &rows, &watch.untold())?.value)
    })
}

/// The verdicts on a table of signatures.
#[pyfunction]
pub(crate) fn verify_signatures<'py>(
    py: Python<'py>,
    engine: &Engine,
    table: AnyRecordBatch,
    progress: Option<Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyAny>> {
    short(
        py,
        engine,
        table,
        progress,
        |_| Ok(()),
        signatures::read,
        |(), engine, rows, watch| Ok(judge_signatures(engine, &rows, &watch.untold())?.value),
    )
}

/// Verdicts that are good or bad, on the rows of a table. `of` reads what its schema says.
fn short<'py, R: Send, S>(
    py: Python<'py>,
    engine: &Engine,
    table: AnyRecordBatch,
    progress: Option<Bound<'py, PyAny>>,
    of: impl FnOnce(&SchemaRef) -> Result<S, Refusal> + Send,
    decode: impl Fn(&RecordBatch) -> Result<Vec<R>, gridnet_protocol::Error> + Send + Sync,
    mut judge: impl FnMut(&S, &Core, Vec<R>, &Watch) -> Result<Vec<Short>, Refusal> + Send,
) -> PyResult<Bound<'py, PyAny>> {
    let engine = engine.get()?;
    let table = Table::of(table)?;
    let work = |watch: &Watch| {
        let said = of(&table.schema())?;
        let mut judged = Judged::new(verdicts::short_schema()?);
        let decode = |batch: &RecordBatch| decode(batch).map_err(Refusal::from);
        each_batch(engine, table, decode, |rows| {
            let found = judge(&said, engine, rows, watch)?;
            judged.add(verdicts::write_short(judged.rows, &found)?, watch)
        })?;
        Ok(judged)
    };
    run(py, true, progress.as_ref(), work)?.into_python(py)
}

/// Verdicts so far.
struct Judged {
    schema: SchemaRef,
    batches: Vec<RecordBatch>,
    rows: u64,
}

impl Judged {
    fn new(schema: SchemaRef) -> Judged {
        Judged { schema, batches: Vec::new(), rows: 0 }
    }

    /// Whether to go on.
    fn add(&mut self, batch: RecordBatch, watch: &Watch) -> Result<bool, Refusal> {
        self.rows += batch.num_rows() as u64;
        self.batches.push(batch);
        watch.rows.store(self.rows, Ordering::Relaxed);
        if watch.control.cancel.is_cancelled() {
            return Err(gridnet_core::Error::Cancelled.into());
        }
        Ok(true)
    }

    fn into_python(self, py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
        PyTable::try_new(self.batches, self.schema)?.into_pyarrow(py)
    }
}

/// Made-up transit pools and identities, and the index and the name of what is wrong with each bad one.
#[pyfunction]
#[expect(clippy::too_many_arguments, reason = "all are named in Python")]
#[expect(clippy::type_complexity, reason = "what Python unpacks")]
pub(crate) fn sample_transit_pools<'py>(
    py: Python<'py>,
    engine: &Engine,
    count: u64,
    hops: usize,
    length: u32,
    bad_in_a_million: u32,
    seed: u64,
    function: u8,
    progress: Option<Bound<'py, PyAny>>,
) -> PyResult<(Bound<'py, PyAny>, Bound<'py, PyAny>, Vec<(u64, &'static str)>)> {
    let engine = engine.get()?;
    let function = ChainFunction::from_number(function)
        .ok_or(Refusal::Unknown { what: "function", got: function.into() });
    let (plan, function) = (Plan { count, hops, length, bad_in_a_million, seed }, function?);
    let make = |watch: &Watch| {
        let mut sampler = Sampler::new(plan, function)?;
        let Context { network, height, median_time, .. } = *sampler.context();
        let ledger = Ledger { network, height, median_time };
        let mut made = Judged::new(transit::schema(&ledger)?);
        let mut planted = Vec::new();
        for number in 0.. {
            let samples = sampler.batch(engine, number, &watch.untold())?;
            if samples.is_empty() {
                break;
            }
            let wrong = |(index, sample): (u64, &gridnet_protocol::sample::Sample)| {
                sample.planted.map(|reason| (index, reason.name()))
            };
            planted.extend((made.rows..).zip(&samples).filter_map(wrong));
            let row = |sample: gridnet_protocol::sample::Sample| TransitRow {
                claim: Some(sample.claim),
                registration: Some(sample.registration),
                kept: sample.kept,
            };
            let rows: Vec<TransitRow> = samples.into_iter().map(row).collect();
            made.add(transit::write(&rows, &ledger)?, watch)?;
        }
        let mut all: Vec<(Address, Identity)> =
            sampler.context().identities.iter().map(|(&address, &identity)| (address, identity)).collect();
        all.sort_unstable_by_key(|&(address, _)| address);
        let mut identities = Judged::new(table::identities::schema(Some(network))?);
        identities.batches.push(table::identities::write(&all, Some(network))?);
        Ok((made, identities, planted))
    };
    let (made, identities, planted) = run(py, true, progress.as_ref(), make)?;
    Ok((made.into_python(py)?, identities.into_python(py)?, planted))
}
