//! `gridnet verify transit`, `chains`, `identities` and `signatures`: tables of what is to be verified, however long.

mod answer;
mod rows;

use std::hint::black_box;
use std::path::Path;
use std::sync::mpsc::sync_channel;
use std::thread;

use arrow_array::RecordBatch;
use gridnet_core::{Control, Engine, Error, add_shares};
use gridnet_protocol::reason::Reason;
use gridnet_protocol::table::transit::Said;
use gridnet_protocol::table::{Given, Ledger, chains, identities, signatures, transit, verdicts};
use gridnet_protocol::transit::ClaimedPool;
use gridnet_protocol::value::{Height, Time};
use gridnet_protocol::verify::{
    Chain, Context, Sequence, SignedMessage, Verdict, verify_chains, verify_identities, verify_signatures,
};
use gridnet_protocol::{Address, Network};

use self::answer::{Plain, Tally, Unit, answer};
use self::rows::Decoder;
use crate::arguments;
use crate::cli::{VerifyChains, VerifyIdentities, VerifySignatures, VerifyTransit};
use crate::interrupt;
use crate::outcome::{Failure, Outcome};
use crate::output;
use crate::progress::Rows;
use crate::tables::{self, Reader, Writer};

/// Batches of rows that are read ahead.
const AHEAD: usize = 2;

/// Verifies transit pools.
pub(crate) fn transit(args: &VerifyTransit) -> Result<Outcome, Failure> {
    let reader = Reader::open("FILE", &args.file)?;
    let given =
        Given { network: args.network, height: args.height.map(Height), median_time: args.time.map(Time) };
    let Ledger { network, height, median_time } =
        Ledger::read(&reader.schema, &given).map_err(|error| reader.refusal(&said(&error)))?;
    let mut context = Context::new(network, height, median_time);
    let has_identities = read_identities(args, &mut context)?;
    let mut out = Out::new(args.out.as_deref(), &args.file, verdicts::schema)?;
    let engine = arguments::engine(&args.devices)?;
    let control = Control { cancel: interrupt::cancel(), progress: None };
    let mut sequence = Sequence::default();
    let mut ledger = Said::default();
    let mut plain = args.compare.map(Plain::new);
    let mut plain_sequence = Sequence::default();
    let mut tally = Tally::new();
    let ended = each_batch(reader, &engine, transit::read, |rows, bar| {
        ledger.enter(&mut context, &rows);
        let decoded: Vec<bool> = rows.iter().map(|row| row.claim.is_some()).collect();
        let claims: Vec<ClaimedPool> = rows.into_iter().filter_map(|row| row.claim).collect();
        let verified = match sequence.verify(&engine, &claims, &context, &control) {
            Ok(verified) => verified,
            Err(Error::Cancelled) => return Ok(false),
            Err(error) => return Err(error.into()),
        };
        if let Some(plain) = &mut plain {
            plain.verify(&claims, |claim| drop(plain_sequence.verify_plainly(claim, &context)));
        }
        tally.work.add(&verified.work);
        let mut found = verified.verdicts.into_iter();
        let verdict = |decoded| match decoded {
            true => found.next().expect("a verdict for each"),
            false => Err(Reason::Shape),
        };
        let found: Vec<Verdict> = decoded.into_iter().map(verdict).collect();
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
fn read_identities(args: &VerifyTransit, context: &mut Context) -> Result<bool, Failure> {
    let beside = tables::identities_beside(&args.file);
    let (argument, path) = match &args.identities {
        Some(path) => ("--identities", path),
        None if beside.exists() => ("FILE", &beside),
        None => return Ok(false),
    };
    let mut reader = Reader::open(argument, path)?;
    let of =
        gridnet_protocol::table::network(&reader.schema).map_err(|error| reader.refusal(&said(&error)))?;
    if let Some(of) = of.filter(|&of| of != context.network) {
        let (of, wanted) = (of.name(), context.network.name());
        return Err(reader.refusal(&format!("its identities are of the {of} network, not of {wanted}")));
    }
    let mut row = 0u64;
    while let Some(batch) = reader.next()? {
        for identity in identities::read(&batch).map_err(|error| reader.refusal(&said(&error)))? {
            let (address, identity) =
                identity.ok_or_else(|| reader.refusal(&format!("row {row} is malformed")))?;
            if context.identities.insert(address, identity).is_some() {
                return Err(reader.refusal(&format!("row {row} is of an identity that stands there before")));
            }
            row += 1;
        }
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
        let chains: Vec<Chain> = rows.iter().flatten().copied().collect();
        let Some(report) = unless_cancelled(verify_chains(&engine, &chains, &control))? else {
            return Ok(false);
        };
        add_shares(&mut tally.work.steps, &report.devices);
        let reason = |good: bool| if good { Ok(()) } else { Err("walk") };
        let found = short(rows.iter().map(Option::is_some), report.value.into_iter().map(reason));
        out.write(|| verdicts::write_short(tally.count, &found))?;
        tally.add(found.iter().map(|verdict| verdict.err()), bar);
        Ok(true)
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
        let identity =
            |&(address, identity): &(Address, gridnet_protocol::verify::Identity)| (address, identity.proof);
        let proofs: Vec<_> = rows.iter().flatten().map(identity).collect();
        let answer = verify_identities(&engine, network, &proofs, &control);
        let Some(report) = unless_cancelled(answer)? else { return Ok(false) };
        add_shares(&mut tally.work.digests, &report.devices);
        let reasons = report.value.into_iter().map(|verdict| verdict.map_err(|fault| fault.name()));
        let found = short(rows.iter().map(Option::is_some), reasons);
        out.write(|| verdicts::write_short(tally.count, &found))?;
        tally.add(found.iter().map(|verdict| verdict.err()), bar);
        Ok(true)
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
        let decoded: Vec<bool> = rows.iter().map(Option::is_some).collect();
        let signed: Vec<SignedMessage> = rows.into_iter().flatten().collect();
        let Some(report) = unless_cancelled(verify_signatures(&engine, &signed, &control))? else {
            return Ok(false);
        };
        if let Some(plain) = &mut plain {
            plain.verify(&signed, |signed| _ = black_box(signed.verify_plainly()));
        }
        add_shares(&mut tally.work.signatures, &report.devices);
        let reasons = report.value.into_iter().map(|verdict| verdict.map_err(|fault| fault.name()));
        let found = short(decoded, reasons);
        out.write(|| verdicts::write_short(tally.count, &found))?;
        tally.add(found.iter().map(|verdict| verdict.err()), bar);
        Ok(true)
    })?;
    out.finish(ended)?;
    answer(tally, plain, ended, args.json, Unit::Signatures)
}

fn network_of(args: &VerifyIdentities, reader: &Reader) -> Result<Network, Failure> {
    let said =
        gridnet_protocol::table::network(&reader.schema).map_err(|error| reader.refusal(&said(&error)));
    match args.network {
        Some(network) => Ok(network),
        None => said?.ok_or_else(|| {
            Failure::argument("--network", "is needed: the table does not say of which network it is")
        }),
    }
}

/// The verdicts on all rows, of those on the rows that decode.
fn short<'a>(
    decoded: impl IntoIterator<Item = bool>,
    mut verdicts: impl Iterator<Item = Result<(), &'a str>>,
) -> Vec<Result<(), &'a str>> {
    let verdict = |decoded| match decoded {
        true => verdicts.next().expect("one for each"),
        false => Err(Reason::Shape.name()),
    };
    decoded.into_iter().map(verdict).collect()
}

fn unless_cancelled<T>(answer: Result<T, Error>) -> Result<Option<T>, Failure> {
    match answer {
        Ok(value) => Ok(Some(value)),
        Err(Error::Cancelled) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Hands the rows of a table to `verify`, a batch or more at a time, while further ones are read and decoded. `verify` says
/// whether to go on. Whether all of it was verified.
fn each_batch<R: Send>(
    reader: Reader,
    engine: &Engine,
    decode: impl Fn(&RecordBatch) -> Result<Vec<R>, gridnet_protocol::Error> + Send + Sync,
    mut verify: impl FnMut(Vec<R>, &Rows) -> Result<bool, Failure>,
) -> Result<bool, Failure> {
    let bar = Rows::new("verifying", reader.rows);
    let mut decoder = Decoder::new(reader, engine, decode);
    thread::scope(|scope| {
        let (batches, read) = sync_channel(AHEAD);
        scope.spawn(move || {
            while let Some(rows) = decoder.next().transpose() {
                let failed = rows.is_err();
                if batches.send(rows).is_err() || failed {
                    return;
                }
            }
        });
        for rows in read {
            if !verify(rows?, &bar)? {
                return Ok(false);
            }
        }
        Ok(true)
    })
}

/// An error of the protocol, in a sentence about a file.
fn said(error: &gridnet_protocol::Error) -> String {
    error.to_string()
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

    /// A table that was cut short is not left behind.
    fn finish(self, ended: bool) -> Result<(), Failure> {
        self.0.filter(|_| ended).map_or(Ok(()), Writer::finish)
    }
}
