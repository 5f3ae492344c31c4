//! Transit pools verified in bulk, against the plain loop that a user would write: `ed25519-zebra` one signature at a time,
//! the `blake2` and `sha2` crates one hash after the other. Prints the table of docs/performance.md.
//!
//! Everybody verifies the same transit pools in turns, in one process; a ratio is taken within each turn, and then the
//! median. Times are the clock's, so the machine should be quiet.
#![forbid(unsafe_code)]

use std::time::Instant;

use gridnet_core::{Control, Engine, Verify};
use gridnet_protocol::pool::ChainFunction;
use gridnet_protocol::sample::{Plan, Sampler};
use gridnet_protocol::transit::ClaimedPool;
use gridnet_protocol::verify::{Context, Sequence, verify_transit_pools};
use gridnet_protocol::{Kind, Network, SecretKey, sign};

/// Turns.
const TURNS: usize = 9;
/// Transit pools that ours verify in a turn.
const MANY: u64 = 1_024;
/// And the plain loop: about a tenth of a second.
const PLAIN_SECONDS: f64 = 0.1;

fn main() {
    let one = Engine::builder().device("cpu").threads(1).build().expect("a CPU");
    let all = Engine::builder().device("cpu").build().expect("a CPU");
    println!(
        "| hops | hashes | one core, pools/s | all cores, pools/s | plain loop, pools/s | ratio, one core | of what signatures alone allow |"
    );
    println!("|---|---|---|---|---|---|---|");
    for hops in [1, 3, 8] {
        for length in [1, 100, 10_000] {
            row(&one, &all, hops, length);
        }
    }
}

fn row(one: &Engine, all: &Engine, hops: usize, length: u32) {
    let plan = Plan { count: MANY, hops, length, bad_in_a_million: 0, seed: 1 };
    let mut sampler = Sampler::new(plan, ChainFunction::Blake2s).expect("a plan");
    let samples = sampler.batch(all, 0, &Control::default()).expect("samples");
    let mut context = sampler.context().clone();
    samples.iter().for_each(|sample| sample.enter(&mut context));
    let claims: Vec<ClaimedPool> = samples.into_iter().map(|sample| sample.claim).collect();
    let few = (PLAIN_SECONDS * plain(&claims[..16], &context)).ceil().clamp(16.0, MANY as f64) as usize;
    let turn = |_| {
        let (ours, ours_all) = (bulk(one, &claims, &context), bulk(all, &claims, &context));
        [ours, ours_all, plain(&claims[..few], &context), signatures(one, &claims)]
    };
    let turns: Vec<[f64; 4]> = (0..TURNS).map(turn).collect();
    let median = |value: &dyn Fn(&[f64; 4]) -> f64| {
        let mut values: Vec<f64> = turns.iter().map(value).collect();
        values.sort_by(f64::total_cmp);
        values[TURNS / 2]
    };
    println!(
        "| {hops} | {length} | {:.0} | {:.0} | {:.0} | **{:.2}** | {:.0} % |",
        median(&|turn| turn[0]),
        median(&|turn| turn[1]),
        median(&|turn| turn[2]),
        median(&|turn| turn[0] / turn[2]),
        median(&|turn| 100.0 * turn[0] / turn[3]),
    );
}

/// Pools a second, of a job that says how many were good.
fn rate(count: usize, job: impl FnOnce() -> usize) -> f64 {
    let began = Instant::now();
    assert_eq!(job(), count, "all are good");
    count as f64 / began.elapsed().as_secs_f64()
}

fn bulk(engine: &Engine, claims: &[ClaimedPool], context: &Context) -> f64 {
    rate(claims.len(), || {
        let answer = verify_transit_pools(engine, claims, context, &Control::default());
        answer.expect("verdicts").verdicts.iter().filter(|verdict| verdict.is_ok()).count()
    })
}

fn plain(claims: &[ClaimedPool], context: &Context) -> f64 {
    rate(claims.len(), || {
        let mut sequence = Sequence::default();
        claims.iter().filter(|claim| sequence.verify_plainly(claim, context).is_ok()).count()
    })
}

/// As many pools a second as there would be if nothing but their signatures took time, each of a key of its own: the
/// limit of this form.
fn signatures(engine: &Engine, claims: &[ClaimedPool]) -> f64 {
    let each: u64 = claims.iter().map(|claim| claim.pool.signatures()).sum();
    let signed = |index: u64| {
        let mut seed = [7; 32];
        seed[..8].copy_from_slice(&index.to_le_bytes());
        let key = SecretKey::from_seed(seed);
        let digest = sign::digest(Network::Regtest, Kind::Token, &index);
        (key.public().0, digest, sign::sign(&key, Network::Regtest, Kind::Token, &index).0)
    };
    let signed: Vec<_> = (0..each.min(2_048)).map(signed).collect();
    let keys: Vec<_> = signed.iter().map(|(key, _, _)| *key).collect();
    let messages: Vec<_> = signed.iter().map(|(_, message, _)| *message).collect();
    let signatures: Vec<_> = signed.iter().map(|(_, _, signature)| *signature).collect();
    let question =
        Verify { keys: &keys, messages: messages.as_flattened(), length: 32, signatures: &signatures };
    let began = Instant::now();
    let report = engine.verify(&question, &Control::default()).expect("verdicts");
    assert!(report.value.iter().all(Result::is_ok));
    let rate = signatures.len() as f64 / began.elapsed().as_secs_f64();
    rate * claims.len() as f64 / each as f64
}
