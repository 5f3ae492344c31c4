//! `gridnet transit generate`: made-up transit pools in a table, and which of them are bad.

use std::time::Instant;

use gridnet_core::{Control, Engine, Error};
use gridnet_protocol::Address;
use gridnet_protocol::sample::{Plan, Sampler};
use gridnet_protocol::table::transit::TransitRow;
use gridnet_protocol::table::{Ledger, identities, transit};
use gridnet_protocol::verify::{Context, Identity};
use serde::Serialize;

use crate::cli::Generate;
use crate::interrupt;
use crate::outcome::{Failure, Outcome};
use crate::output::{self, Answer, Whole, duration};
use crate::progress::Rows;
use crate::tables::{Writer, identities_beside};

/// Makes them up.
pub(crate) fn run(args: &Generate) -> Result<Outcome, Failure> {
    let began = Instant::now();
    let plan = Plan {
        count: args.count,
        hops: args.hops,
        length: args.length,
        bad_in_a_million: args.bad_share,
        seed: args.seed,
    };
    let mut sampler = Sampler::new(plan, args.algorithm)?;
    let Context { network, height, median_time, .. } = *sampler.context();
    let ledger = Ledger { network, height, median_time };
    let schema = transit::schema(&ledger).map_err(internal)?;
    let mut out = Writer::create("--out", &args.out, &schema)?;
    // Walking the chains is nothing beside signing.
    let engine = Engine::builder().device("cpu").build()?;
    let control = Control { cancel: interrupt::cancel(), progress: None };
    let bar = Rows::new("making up", Some(args.count));
    let mut planted = Vec::new();
    for number in 0.. {
        let batch = match sampler.batch(&engine, number, &control) {
            Ok(batch) if batch.is_empty() => break,
            Ok(batch) if !control.cancel.is_cancelled() => batch,
            Ok(_) | Err(Error::Cancelled) => return Ok(Outcome::Interrupted),
            Err(error) => return Err(error.into()),
        };
        let first = number * 1_024;
        let named = (first..).zip(&batch).filter_map(|(index, sample)| {
            sample.planted.map(|reason| Planted { index, reason: reason.name() })
        });
        planted.extend(named);
        let rows: Vec<TransitRow> = batch
            .into_iter()
            .map(|sample| TransitRow {
                claim: Some(sample.claim),
                registration: Some(sample.registration),
                kept: sample.kept,
            })
            .collect();
        out.write(&transit::write(&rows, &ledger).map_err(internal)?)?;
        bar.add(rows.len() as u64);
    }
    drop(bar);
    out.finish()?;
    write_identities(args, &sampler)?;
    let made = Made { count: args.count, planted, elapsed: began.elapsed() };
    output::answer(args.json, &made)?;
    Ok(Outcome::Good)
}

fn write_identities(args: &Generate, sampler: &Sampler) -> Result<(), Failure> {
    let context = sampler.context();
    let mut all: Vec<(Address, Identity)> =
        context.identities.iter().map(|(address, identity)| (*address, *identity)).collect();
    all.sort_by_key(|(address, _)| *address);
    let table = identities::write(&all, Some(context.network)).map_err(internal)?;
    let mut out = Writer::create("--out", &identities_beside(&args.out), &table.schema())?;
    out.write(&table)?;
    out.finish()
}

fn internal(error: gridnet_protocol::Error) -> Failure {
    Failure::Internal(error.to_string())
}

/// The answer.
#[derive(Serialize)]
struct Made {
    count: u64,
    planted: Vec<Planted>,
    #[serde(skip)]
    elapsed: std::time::Duration,
}

#[derive(Serialize)]
struct Planted {
    index: u64,
    reason: &'static str,
}

impl Answer for Made {
    fn plain(&self) -> String {
        let (count, bad) = (Whole::from(self.count), Whole::from(self.planted.len() as u64));
        format!("{count} transit pools, {bad} of them bad, in {}\n", duration(self.elapsed))
    }
}
