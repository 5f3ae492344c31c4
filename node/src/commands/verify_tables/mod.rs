//! `gridnet verify transit`, `chains`, `identities` and `signatures`: tables of what is to be verified, however long.

mod answer;

use std::hint::black_box;
use std::path::Path;

use arrow_array::RecordBatch;
use gridnet_core::{Control, Engine, Error, add_shares};
use gridnet_protocol::Network;
use gridnet_protocol::table::{
    self, Given, Ledger, Short, TransitJudge, chains, identities, judge_chains, judge_identities,
    judge_signatures, signatures, transit, verdicts,
};
use gridnet_protocol::value::{Height, Time};
use gridnet_protocol::verify::Sequence;

use self::answer::{Plain, Tally, Unit, answer};
use crate::arguments;
use crate::cli::{VerifyChains, VerifyIdentities, VerifySignatures, VerifyTransit};
use crate::interrupt;
use crate::outcome::{Failure, Outcome};
use crate::output;
use crate::progress::Rows;
use crate::tables::{self, Reader, Writer};

/// Verifies transit pools.
pub(crate) fn transit(args: &VerifyTransit) -> Result<Outcome, Failure> {
    let reader = Reader::open("FILE", &args.file)?;
    let given =
        Given { network: args.network, height: args.height.map(Height), median_time: args.time.map(Time) };
    let ledger = Ledger::read(&reader.schema, &given).map_err(|error| reader.refusal(&error.to_string()))?;
    let mut judge = TransitJudge::new(&ledger);
    let has_identities = read_identities(args, &mut judge)?;
    let mut out = Out::new(args.out.as_deref(), &args.file, verdicts::schema)?;
    let engine = arguments::engine(&args.devices)?;
    let control = Control { cancel: interrupt::cancel(), progress: None };
    let mut plain = args.compare.map(Plain::new);
    let mut plain_sequence = Sequence::default();
    let mut tally = Tally::new();
    let ended = each_batch(reader, &engine, transit::read, |rows, bar| {
        let entered = judge.enter(rows);
        let Some((found, work)) = unless_cancelled(judge.verify(&engine, &entered, &control))? else {
            return Ok(false);
        };
        if let Some(plain) = &mut plain {
            plain.verify(&entered.claims, |claim| {
                drop(plain_sequence.verify_plainly(claim, judge.context()));
            });
        }
        tally.work.add(&work);
        out.write(|| verdicts::write(tally.count, &found))?;
        tally.add(found.iter().map(|verdict| verdict.as_ref().err().map(|reason| reason.name())), bar);
        Ok(true)
    })?;
    out.finish(ended)?;
    if !has_identities {
        let beside = tables::identities_beside(&args.file);
        output::note(&format!(
            "note: there is no {beside:?}: no identity is registered, and so no pool has an owner"
        ));
    }
    answer(tally, plain, ended, args.json, Unit::TransitPools)
}

/// Reads the table of identities: the one that was named, or the one beside, if it is there. Whether there was one.
fn read_identities(args: &VerifyTransit, judge: &mut TransitJudge) -> Result<bool, Failure> {
    let beside = tables::identities_beside(&args.file);
    let (argument, path) = match &args.identities {
        Some(path) => ("--identities", path),
        None if beside.exists() => ("FILE", &beside),
        None => return Ok(false),
    };
    let mut reader = Reader::open(argument, path)?;
    judge.may_be_of(&reader.schema).map_err(|error| reader.refusal(&error.to_string()))?;
    while let Some(batch) = reader.next()? {
        judge.identify(&batch).map_err(|error| reader.refusal(&error.to_string()))?;
    }
    Ok(true)
}

/// Verifies hash chains.
pub(crate) fn chains(args: &VerifyChains) -> Result<Outcome, Failure> {
    let reader = Reader::open("FILE", &args.file)?;
    let mut out = Out::new(args.out.as_deref(), &args.file, verdicts::short_schema)?;
    let engine = arguments::engine(&args.devices)?;
    let control = Control { cancel: interrupt::cancel(), progress: None };
    let mut tally = Tally::new();
    let ended = each_batch(reader, &engine, chains::read, |rows, bar| {
        let Some(report) = unless_cancelled(judge_chains(&engine, &rows, &control))? else {
            return Ok(false);
        };
        add_shares(&mut tally.work.steps, &report.devices);
        out.short(&report.value, &mut tally, bar)
    })?;
    out.finish(ended)?;
    answer(tally, None, ended, args.json, Unit::Chains)
}

/// Verifies identity proofs.
pub(crate) fn identities(args: &VerifyIdentities) -> Result<Outcome, Failure> {
    let reader = Reader::open("FILE", &args.file)?;
    let network = network_of(args, &reader)?;
    let mut out = Out::new(args.out.as_deref(), &args.file, verdicts::short_schema)?;
    let engine = arguments::engine(&args.devices)?;
    let control = Control { cancel: interrupt::cancel(), progress: None };
    let mut tally = Tally::new();
    let ended = each_batch(reader, &engine, identities::read, |rows, bar| {
        let judged = judge_identities(&engine, network, &rows, &control);
        let Some(report) = unless_cancelled(judged)? else { return Ok(false) };
        add_shares(&mut tally.work.digests, &report.devices);
        out.short(&report.value, &mut tally, bar)
    })?;
    out.finish(ended)?;
    answer(tally, None, ended, args.json, Unit::Identities)
}

/// Verifies signatures.
pub(crate) fn signatures(args: &VerifySignatures) -> Result<Outcome, Failure> {
    let reader = Reader::open("FILE", &args.file)?;
    let mut out = Out::new(args.out.as_deref(), &args.file, verdicts::short_schema)?;
    let engine = arguments::engine(&args.devices)?;
    let control = Control { cancel: interrupt::cancel(), progress: None };
    let mut plain = args.compare.map(Plain::new);
    let mut tally = Tally::new();
    let ended = each_batch(reader, &engine, signatures::read, |rows, bar| {
        let Some(report) = unless_cancelled(judge_signatures(&engine, &rows, &control))? else {
            return Ok(false);
        };
        if let Some(plain) = &mut plain {
            let signed: Vec<_> = rows.iter().flatten().collect();
            plain.verify(&signed, |signed| _ = black_box(signed.verify_plainly()));
        }
        add_shares(&mut tally.work.signatures, &report.devices);
        out.short(&report.value, &mut tally, bar)
    })?;
    out.finish(ended)?;
    answer(tally, plain, ended, args.json, Unit::Signatures)
}

fn network_of(args: &VerifyIdentities, reader: &Reader) -> Result<Network, Failure> {
    let said = table::network(&reader.schema).map_err(|error| reader.refusal(&error.to_string()));
    match args.network {
        Some(network) => Ok(network),
        None => said?.ok_or_else(|| {
            Failure::argument("--network", "is needed: the table does not say of which network it is")
        }),
    }
}

fn unless_cancelled<T>(answer: Result<T, Error>) -> Result<Option<T>, Failure> {
    match answer {
        Ok(value) => Ok(Some(value)),
        Err(Error::Cancelled) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Hands the rows of a table to `verify`, which says whether to go on, beside a bar. Whether all of it was verified.
fn each_batch<R: Send>(
    mut reader: Reader,
    engine: &Engine,
    decode: impl Fn(&RecordBatch) -> Result<Vec<R>, gridnet_protocol::Error> + Send + Sync,
    mut verify: impl FnMut(Vec<R>, &Rows) -> Result<bool, Failure>,
) -> Result<bool, Failure> {
    let bar = Rows::new("verifying", reader.rows);
    let refuse = reader.refuser();
    let decode = |batch: &RecordBatch| decode(batch).map_err(|error| refuse(&error.to_string()));
    let batches = std::iter::from_fn(move || reader.next().transpose());
    table::each_batch(engine, batches, decode, |rows| verify(rows, &bar))
}

/// The table of verdicts, if one is wanted.
struct Out(Option<Writer>);

impl Out {
    fn new(
        path: Option<&Path>,
        input: &Path,
        schema: impl Fn() -> Result<arrow_schema::SchemaRef, gridnet_protocol::Error>,
    ) -> Result<Out, Failure> {
        let Some(path) = path else { return Ok(Out(None)) };
        let real = |path: &Path| std::fs::canonicalize(path).ok();
        if real(path).is_some_and(|path| real(input) == Some(path)) {
            return Err(Failure::argument("--out", format!("{path:?} is the table that is verified")));
        }
        let schema = schema().map_err(|error| Failure::Internal(error.to_string()))?;
        Writer::create("--out", path, &schema).map(Some).map(Out)
    }

    fn write(
        &mut self,
        batch: impl FnOnce() -> Result<RecordBatch, gridnet_protocol::Error>,
    ) -> Result<(), Failure> {
        match &mut self.0 {
            None => Ok(()),
            Some(writer) => writer.write(&batch().map_err(|error| Failure::Internal(error.to_string()))?),
        }
    }

    /// Writes and counts verdicts that are good or bad; whether to go on.
    fn short(&mut self, found: &[Short], tally: &mut Tally, bar: &Rows) -> Result<bool, Failure> {
        self.write(|| verdicts::write_short(tally.count, found))?;
        tally.add(found.iter().map(|verdict| verdict.err()), bar);
        Ok(true)
    }

    /// A table that was cut short is not left behind.
    fn finish(self, ended: bool) -> Result<(), Failure> {
        self.0.filter(|_| ended).map_or(Ok(()), Writer::finish)
    }
}
