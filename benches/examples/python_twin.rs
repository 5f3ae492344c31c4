//! What Python is measured against: the same calls on the same data, made from Rust. `benches/python/compare.sh` runs both.
//!
//! `python_twin write FILE` makes signatures, `python_twin FILE` prints figures: values a second of batches, nanoseconds of
//! single calls, and a sum over each answer, which must be Python's.
#![forbid(unsafe_code)]

use std::hint::black_box;
use std::time::Instant;

use arrow_array::RecordBatch;
use gridnet_benches::signatures;
use gridnet_core::{
    Control, Digest, Endian, Engine, HashFunction, NonceField, Order, Search, Target, Verify, Walk,
};
use gridnet_protocol::pool::ChainFunction;
use gridnet_protocol::sample::{Plan, Sample, Sampler};
use gridnet_protocol::table::transit::{TransitRow, read, write};
use gridnet_protocol::table::{Given, Ledger, TransitJudge, each_batch, identities, verdicts};
use gridnet_protocol::verify::Context;

/// Signatures in the file, and bytes of each message.
const SIGNATURES: usize = 20_000;
const SIGNED_BYTES: usize = 128;
/// How often a batch is done for one figure.
const CALLS: usize = 3;
/// How often one thing is.
const TURNS: usize = 1_000;

type Failed = Box<dyn std::error::Error>;

fn main() -> Result<(), Failed> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    match words.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["write", file] => {
            let made = signatures(3, SIGNATURES, 100, Some(1_000));
            let made = made.first(SIGNATURES);
            let parts = [made.keys.as_flattened(), made.messages, made.signatures.as_flattened()];
            std::fs::write(file, parts.concat())?;
            Ok(())
        }
        [file] => measure(&std::fs::read(file)?),
        _ => Err("usage: python_twin FILE, or python_twin write FILE".into()),
    }
}

/// Bytes that both sides make alike.
fn filled(count: usize) -> Vec<u8> {
    (0..count as u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 24) as u8).collect()
}

fn measure(file: &[u8]) -> Result<(), Failed> {
    let engine = Engine::builder().device("cpu").build()?;
    let control = Control::default();

    let header = filled(80);
    let search = Search {
        function: HashFunction::Sha256d,
        message: &header,
        siblings: &[],
        nonce: NonceField { offset: 76, bytes: 4, endian: Endian::Little },
        range: 0..1 << 24,
        target: Target::from_be_bytes(&[0; 32]),
        order: Order::Little,
        limit: 1,
    };
    batch("search", 1 << 24, || Ok(engine.search(&search, &control)?.value.hits), |hits| hits.len() as u64)?;

    let values = filled(32 * 100_000);
    let starts = values.as_chunks().0;
    let steps = vec![100; starts.len()];
    let walk = Walk { function: HashFunction::Sha256, starts, steps: &steps };
    batch("walk", 100_000, || Ok(engine.walk(&walk, &control)?.value), |ends| sum(ends.as_flattened()))?;

    let messages = filled(64 * 500_000);
    let digest = Digest { function: HashFunction::BLAKE2S, messages: &messages, length: 64, count: 500_000 };
    // Python does the second with an array that may be written to.
    for name in ["digest", "digest-writable"] {
        let call = || Ok(engine.digest(&digest, &control)?.value);
        batch(name, 500_000, call, |digests| sum(digests.as_flattened()))?;
    }

    let (keys, rest) = file.split_at(32 * SIGNATURES);
    let (messages, signatures) = rest.split_at(SIGNED_BYTES * SIGNATURES);
    let (keys, signatures) = (keys.as_chunks().0, signatures.as_chunks().0);
    let verify = Verify { keys, messages, length: SIGNED_BYTES, signatures };
    let good =
        |report: &Vec<gridnet_core::Signed>| report.iter().filter(|signed| signed.is_ok()).count() as u64;
    batch("verify", SIGNATURES, || Ok(engine.verify(&verify, &control)?.value), good)?;

    let (table, identities, ledger) = claims(&engine, 10_000)?;
    batch("transit", 10_000, || judged(&engine, &table, &identities, &ledger), |(_, valid)| *valid)?;

    let one = Digest { messages: &filled(64), count: 1, ..digest };
    single("digest", || engine.digest(&one, &control).is_ok());
    let one = Walk { function: HashFunction::Sha256, starts: &starts[..1], steps: &steps[..1] };
    single("walk", || engine.walk(&one, &control).is_ok());
    let one = Verify {
        keys: &keys[..1],
        messages: &messages[..SIGNED_BYTES],
        length: SIGNED_BYTES,
        signatures: &signatures[..1],
    };
    single("verify", || engine.verify(&one, &control).is_ok());
    let few = Search { range: 0..16, ..search };
    single("search", || engine.search(&few, &control).is_ok());
    Ok(())
}

/// A table of made-up claims, and one of identities.
fn claims(engine: &Engine, count: u64) -> Result<(Vec<RecordBatch>, RecordBatch, Ledger), Failed> {
    let plan = Plan { count, hops: 3, length: 100, bad_in_a_million: 20_000, seed: 1 };
    let mut sampler = Sampler::new(plan, ChainFunction::Blake2s)?;
    let Context { network, height, median_time, .. } = *sampler.context();
    let ledger = Ledger { network, height, median_time };
    let mut table = Vec::new();
    for number in 0.. {
        let samples = sampler.batch(engine, number, &Control::default())?;
        if samples.is_empty() {
            break;
        }
        let row = |sample: Sample| TransitRow {
            claim: Some(sample.claim),
            registration: Some(sample.registration),
            kept: sample.kept,
        };
        table.push(write(&samples.into_iter().map(row).collect::<Vec<_>>(), &ledger)?);
    }
    let all: Vec<_> = sampler.context().identities.iter().map(|(&address, &of)| (address, of)).collect();
    Ok((table, identities::write(&all, Some(network))?, ledger))
}

/// From a table to a table.
fn judged(
    engine: &Engine,
    table: &[RecordBatch],
    people: &RecordBatch,
    ledger: &Ledger,
) -> Result<(Vec<RecordBatch>, u64), Failed> {
    let schema = table.first().ok_or("no claims")?.schema();
    assert_eq!(Ledger::read(&schema, &Given::default())?, *ledger);
    let mut judge = TransitJudge::new(ledger);
    judge.identify(people)?;
    let (mut made, mut valid) = (Vec::new(), 0);
    let batches = table.iter().map(|batch| Ok::<_, Failure>(batch.clone()));
    let decode = |batch: &RecordBatch| read(batch).map_err(|error| Failure(error.to_string()));
    each_batch(engine, batches, decode, |rows| {
        let entered = judge.enter(rows);
        let verified = judge.verify(engine, &entered, &Control::default());
        let (found, _) = verified.map_err(|error| Failure(error.to_string()))?;
        valid += found.iter().filter(|verdict| verdict.is_ok()).count() as u64;
        made.push(verdicts::write(0, &found).map_err(|error| Failure(error.to_string()))?);
        Ok(true)
    })?;
    Ok((made, valid))
}

#[derive(Debug)]
struct Failure(String);

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Failure {}

fn sum(bytes: &[u8]) -> u64 {
    bytes.iter().map(|&byte| u64::from(byte)).sum()
}

/// How many values a second in the median call, and what came of them: that is summed up afterwards.
fn batch<T>(
    name: &str,
    count: usize,
    call: impl Fn() -> Result<T, Failed>,
    summed: impl Fn(&T) -> u64,
) -> Result<(), Failed> {
    let mut seconds = Vec::new();
    for _ in 0..CALLS {
        let began = Instant::now();
        let answer = black_box(call()?);
        seconds.push(began.elapsed().as_secs_f64());
        if seconds.len() == CALLS {
            println!("={name} {}", summed(&answer));
        }
    }
    seconds.sort_unstable_by(f64::total_cmp);
    println!("{name} {:.1}", count as f64 / seconds[CALLS / 2]);
    Ok(())
}

/// The median time that one call takes.
fn single(name: &str, call: impl Fn() -> bool) {
    let mut nanoseconds: Vec<u128> = (0..TURNS)
        .map(|_| {
            let began = Instant::now();
            assert!(black_box(call()), "{name} is done");
            began.elapsed().as_nanos()
        })
        .collect();
    nanoseconds.sort_unstable();
    println!("one-{name} {}", nanoseconds[nanoseconds.len() / 2]);
}
