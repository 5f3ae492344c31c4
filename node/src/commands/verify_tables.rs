//! `gridnet verify transit`, `chains` and `identities`: tables of what is to be verified, however long.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::sync::mpsc::sync_channel;
use std::thread;
use std::time::{Duration, Instant};

use arrow_array::RecordBatch;
use gridnet_core::{Control, Error, Share, add_shares};
use gridnet_protocol::reason::Reason;
use gridnet_protocol::table::transit::Said;
use gridnet_protocol::table::{Given, Ledger, chains, identities, transit, verdicts};
use gridnet_protocol::transit::ClaimedPool;
use gridnet_protocol::value::{Height, Time};
use gridnet_protocol::verify::{Chain, Context, Sequence, Verdict, Work, verify_chains, verify_identities};
use gridnet_protocol::{Address, Network};
use serde::Serialize;

use crate::arguments;
use crate::cli::{VerifyChains, VerifyIdentities, VerifyTransit};
use crate::interrupt;
use crate::outcome::{Failure, Outcome};
use crate::output::{self, Answer, Whole, duration, scaled, seconds};
use crate::progress::Rows;
use crate::tables::{self, Reader, Writer};

/// Bad rows that the answer names; `--out` names all.
const NAMED_MAX: usize = 20;
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
    let mut tally = Tally::new();
    let ended = each_batch(reader, transit::read, |rows, bar| {
        ledger.enter(&mut context, &rows);
        let decoded: Vec<bool> = rows.iter().map(|row| row.claim.is_some()).collect();
        let claims: Vec<ClaimedPool> = rows.into_iter().filter_map(|row| row.claim).collect();
        let verified = match sequence.verify(&engine, &claims, &context, &control) {
            Ok(verified) => verified,
            Err(Error::Cancelled) => return Ok(false),
            Err(error) => return Err(error.into()),
        };
        if let Some(plain) = &mut plain {
            plain.verify(&claims, &context);
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
    answer(tally, plain, ended, args.json, " transit pools")
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

/// The same rows by a plain loop, to compare with.
struct Plain {
    left: u64,
    sequence: Sequence,
    verified: u64,
    took: Duration,
}

impl Plain {
    fn new(count: u64) -> Plain {
        Plain { left: count, sequence: Sequence::default(), verified: 0, took: Duration::ZERO }
    }

    fn verify(&mut self, claims: &[ClaimedPool], context: &Context) {
        let began = Instant::now();
        for claim in claims.iter().take(usize::try_from(self.left).unwrap_or(usize::MAX)) {
            let _ = self.sequence.verify_plainly(claim, context);
            self.left -= 1;
            self.verified += 1;
        }
        self.took += began.elapsed();
    }

    fn rate(&self) -> f64 {
        self.verified as f64 / self.took.as_secs_f64().max(1e-9)
    }
}

/// Verifies hash chains.
pub(crate) fn chains(args: &VerifyChains) -> Result<Outcome, Failure> {
    let reader = Reader::open("FILE", &args.file)?;
    let mut out = Out::new(args.out.as_deref(), &args.file, verdicts::short_schema)?;
    let engine = arguments::engine(&args.devices)?;
    let control = Control { cancel: interrupt::cancel(), progress: None };
    let mut tally = Tally::new();
    let ended = each_batch(reader, chains::read, |rows, bar| {
        let chains: Vec<Chain> = rows.iter().flatten().copied().collect();
        let Some(report) = unless_cancelled(verify_chains(&engine, &chains, &control))? else {
            return Ok(false);
        };
        add_shares(&mut tally.work.steps, &report.devices);
        let reason = |good: bool| if good { Ok(()) } else { Err("walk") };
        let found = short(&rows, report.value.into_iter().map(reason));
        out.write(|| verdicts::write_short(tally.count, &found))?;
        tally.add(found.iter().map(|verdict| verdict.err()), bar);
        Ok(true)
    })?;
    out.finish(ended)?;
    answer(tally, None, ended, args.json, " chains")
}

/// Verifies identity proofs.
pub(crate) fn identities(args: &VerifyIdentities) -> Result<Outcome, Failure> {
    let reader = Reader::open("FILE", &args.file)?;
    let network = network_of(args, &reader)?;
    let mut out = Out::new(args.out.as_deref(), &args.file, verdicts::short_schema)?;
    let engine = arguments::engine(&args.devices)?;
    let control = Control { cancel: interrupt::cancel(), progress: None };
    let mut tally = Tally::new();
    let ended = each_batch(reader, identities::read, |rows, bar| {
        let identity =
            |&(address, identity): &(Address, gridnet_protocol::verify::Identity)| (address, identity.proof);
        let proofs: Vec<_> = rows.iter().flatten().map(identity).collect();
        let answer = verify_identities(&engine, network, &proofs, &control);
        let Some(report) = unless_cancelled(answer)? else { return Ok(false) };
        add_shares(&mut tally.work.digests, &report.devices);
        let reasons = report.value.into_iter().map(|verdict| verdict.map_err(|fault| fault.name()));
        let found = short(&rows, reasons);
        out.write(|| verdicts::write_short(tally.count, &found))?;
        tally.add(found.iter().map(|verdict| verdict.err()), bar);
        Ok(true)
    })?;
    out.finish(ended)?;
    answer(tally, None, ended, args.json, " identities")
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
fn short<'a, T>(
    rows: &[Option<T>],
    mut verdicts: impl Iterator<Item = Result<(), &'a str>>,
) -> Vec<Result<(), &'a str>> {
    let shape = Err(Reason::Shape.name());
    let verdict = |row: &Option<T>| row.as_ref().map_or(shape, |_| verdicts.next().expect("one for each"));
    rows.iter().map(verdict).collect()
}

fn unless_cancelled<T>(answer: Result<T, Error>) -> Result<Option<T>, Failure> {
    match answer {
        Ok(value) => Ok(Some(value)),
        Err(Error::Cancelled) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Hands the rows of a table to `verify`, a batch at a time, while further ones are read and decoded. `verify` says
/// whether to go on. Whether all of it was verified.
fn each_batch<R: Send>(
    mut reader: Reader,
    decode: impl Fn(&RecordBatch) -> Result<Vec<R>, gridnet_protocol::Error> + Send,
    mut verify: impl FnMut(Vec<R>, &Rows) -> Result<bool, Failure>,
) -> Result<bool, Failure> {
    let bar = Rows::new("verifying", reader.rows);
    thread::scope(|scope| {
        let (batches, read) = sync_channel(AHEAD);
        scope.spawn(move || {
            loop {
                let rows = match reader.next() {
                    Ok(None) => return,
                    Ok(Some(batch)) => decode(&batch).map_err(|error| reader.refusal(&said(&error))),
                    Err(failure) => Err(failure),
                };
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

/// What was found so far.
struct Tally {
    count: u64,
    reasons: BTreeMap<&'static str, u64>,
    first_bad: Vec<Bad>,
    work: Work,
    began: Instant,
}

#[derive(Serialize)]
struct Bad {
    index: u64,
    reason: &'static str,
}

impl Tally {
    fn new() -> Tally {
        Tally {
            count: 0,
            reasons: BTreeMap::new(),
            first_bad: Vec::new(),
            work: Work::default(),
            began: Instant::now(),
        }
    }

    fn add(&mut self, verdicts: impl Iterator<Item = Option<&'static str>>, bar: &Rows) {
        let before = self.count;
        for verdict in verdicts {
            if let Some(reason) = verdict {
                *self.reasons.entry(reason).or_default() += 1;
                if self.first_bad.len() < NAMED_MAX {
                    self.first_bad.push(Bad { index: self.count, reason });
                }
            }
            self.count += 1;
        }
        bar.add(self.count - before);
    }
}

/// The answer.
#[derive(Serialize)]
struct Verified {
    count: u64,
    valid: u64,
    bad: u64,
    reasons: BTreeMap<&'static str, u64>,
    first_bad: Vec<Bad>,
    pools_per_second: Whole,
    seconds: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    plain_pools_per_second: Option<Whole>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ratio: Option<f64>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    interrupted: bool,
    devices: Vec<Device>,
    #[serde(skip)]
    unit: &'static str,
    #[serde(skip)]
    elapsed: Duration,
}

/// What a device did.
#[derive(Serialize)]
struct Device {
    id: String,
    name: String,
    digests: Whole,
    signatures: Whole,
    steps: Whole,
    paths: Vec<String>,
}

fn answer(
    tally: Tally,
    plain: Option<Plain>,
    ended: bool,
    json: bool,
    unit: &'static str,
) -> Result<Outcome, Failure> {
    let plain_took = plain.as_ref().map_or(Duration::ZERO, |plain| plain.took);
    let elapsed = tally.began.elapsed().saturating_sub(plain_took);
    let bad = tally.reasons.values().sum();
    let rate = tally.count as f64 / elapsed.as_secs_f64().max(1e-9);
    let plain = plain.filter(|plain| plain.verified > 0).map(|plain| plain.rate());
    let verified = Verified {
        count: tally.count,
        valid: tally.count - bad,
        bad,
        reasons: tally.reasons,
        first_bad: tally.first_bad,
        pools_per_second: Whole::rate(tally.count, elapsed),
        seconds: seconds(elapsed),
        plain_pools_per_second: plain.map(|plain| Whole(plain.round() as u128)),
        ratio: plain.map(|plain| (rate / plain * 100.0).round() / 100.0),
        interrupted: !ended,
        devices: devices(&tally.work),
        unit,
        elapsed,
    };
    output::answer(json, &verified)?;
    Ok(if verified.interrupted { Outcome::Interrupted } else { Outcome::of(bad == 0) })
}

/// Each device once, with all that it did.
fn devices(work: &Work) -> Vec<Device> {
    let mut devices: Vec<Device> = Vec::new();
    type Count = fn(&mut Device) -> &mut Whole;
    let kinds: [(&[Share], Count); 3] = [
        (&work.signatures, |device| &mut device.signatures),
        (&work.steps, |device| &mut device.steps),
        (&work.digests, |device| &mut device.digests),
    ];
    for (shares, count) in kinds {
        for share in shares {
            let place = devices.iter().position(|device| device.id == share.id).unwrap_or_else(|| {
                let (id, name) = (share.id.clone(), share.name.clone());
                let none = || Whole(0);
                devices.push(Device {
                    id,
                    name,
                    digests: none(),
                    signatures: none(),
                    steps: none(),
                    paths: Vec::new(),
                });
                devices.len() - 1
            });
            let device = &mut devices[place];
            count(device).0 += u128::from(share.done);
            if !device.paths.contains(&share.path) {
                device.paths.push(share.path.clone());
            }
        }
    }
    devices
}

impl Answer for Verified {
    fn plain(&self) -> String {
        let mut text = String::new();
        let (count, unit) = (Whole::from(self.count), self.unit);
        if self.interrupted {
            let _ = writeln!(text, "interrupted after {count}{unit}");
        }
        let _ = match self.bad {
            0 => writeln!(text, "all {count}{unit} are valid"),
            bad => writeln!(text, "{} of {count}{unit} are bad", Whole::from(bad)),
        };
        for (reason, count) in &self.reasons {
            let _ = writeln!(text, "  {:>9}  {reason}", Whole::from(*count).to_string());
        }
        for bad in &self.first_bad {
            let _ = writeln!(text, "row {} is bad: {}", bad.index, bad.reason);
        }
        if self.bad > self.first_bad.len() as u64 {
            let _ = writeln!(text, "and more: --out FILE names all");
        }
        let rate = self.count as f64 / self.elapsed.as_secs_f64().max(1e-9);
        let _ = writeln!(text, "{} in {}", scaled(rate, "/s"), duration(self.elapsed));
        if let (Some(plain), Some(ratio)) = (self.plain_pools_per_second, self.ratio) {
            let plain = scaled(plain.0 as f64, "/s");
            let _ = writeln!(text, "{ratio} times as fast as a plain loop on one core ({plain})");
        }
        for device in &self.devices {
            let did =
                [(device.signatures, " signatures"), (device.steps, " steps"), (device.digests, " digests")];
            let did: Vec<String> = did
                .into_iter()
                .filter(|(count, _)| count.0 > 0)
                .map(|(count, unit)| scaled(count.0 as f64, unit))
                .collect();
            let _ = writeln!(text, "  {}  {}  {}", device.id, did.join(", "), device.paths.join("; "));
        }
        text
    }
}
