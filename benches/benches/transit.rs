//! Transit pools: verified in bulk, by hops and hashes; token pools created, and their words drawn.
#![forbid(unsafe_code)]

use std::time::Duration;

use criterion::{BatchSize, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use gridnet_core::proof::identity::Proof;
use gridnet_core::{Control, Engine};
use gridnet_protocol::payout::{Payrate, Terms};
use gridnet_protocol::pool::owner::{Ask, Master, Owner, Plan as PoolPlan, Source};
use gridnet_protocol::pool::{ChainFunction, OwnedPool};
use gridnet_protocol::receiver::{Receiver, SealSecret};
use gridnet_protocol::sample::{Plan, Sampler};
use gridnet_protocol::transit::ClaimedPool;
use gridnet_protocol::value::{Content, Depth, Height, Time, Units};
use gridnet_protocol::verify::verify_transit_pools;
use gridnet_protocol::{Network, SecretKey};

fn engines() -> [(&'static str, Engine); 2] {
    let builder = || Engine::builder().device("cpu");
    [("one thread", builder().threads(1)), ("all threads", builder())]
        .map(|(name, builder)| (name, builder.build().expect("a CPU")))
}

fn verify(c: &mut Criterion) {
    let mut group = c.benchmark_group("transit");
    group.sample_size(10).warm_up_time(Duration::from_millis(100)).measurement_time(Duration::from_secs(1));
    let engines = engines();
    for (hops, length) in [(1, 100), (3, 1), (3, 100), (3, 10_000), (8, 100)] {
        let plan = Plan { count: 512, hops, length, bad_in_a_million: 0, seed: 1 };
        let mut sampler = Sampler::new(plan, ChainFunction::Blake2s).expect("a plan");
        let samples = sampler.batch(&engines[1].1, 0, &Control::default()).expect("samples");
        let mut context = sampler.context().clone();
        samples.iter().for_each(|sample| sample.enter(&mut context));
        let claims: Vec<ClaimedPool> = samples.into_iter().map(|sample| sample.claim).collect();
        group.throughput(Throughput::Elements(claims.len() as u64));
        for (name, engine) in &engines {
            let id = BenchmarkId::new(format!("{hops} hops, {length} hashes"), name);
            group.bench_function(id, |b| {
                b.iter(|| {
                    let answer = verify_transit_pools(engine, &claims, &context, &Control::default());
                    assert!(answer.expect("verdicts").verdicts.iter().all(Result::is_ok));
                });
            });
        }
    }
}

fn owner() -> Owner {
    Owner {
        network: Network::Regtest,
        key: SecretKey::from_seed([1; 32]).into(),
        proof: Proof { repetitions: 1, nonce: 0 },
        master: Master::from_bytes([2; 32]),
    }
}

fn plan(banks: u16, length: u32) -> PoolPlan {
    PoolPlan {
        sequence: 0,
        function: ChainFunction::Blake2s,
        banks,
        length,
        value: Units(1),
        expiry: Height(1),
        minimum_stake: Units(0),
        terms: Terms::payrate(Payrate::new(3, 4).expect("1 <= a < b")),
    }
}

/// The chains of a pool are computed twice: in lanes, and by the general path.
fn create(c: &mut Criterion) {
    let mut group = c.benchmark_group("token pool, created");
    group.sample_size(10).warm_up_time(Duration::from_millis(100)).measurement_time(Duration::from_secs(1));
    let [_, (_, engine)] = engines();
    for (banks, length) in [(16, 1 << 12), (1, 1 << 16), (256, 1 << 8)] {
        group.throughput(Throughput::Elements(u64::from(banks) * u64::from(length)));
        group.bench_function(format!("{banks} banks of {length}"), |b| {
            b.iter(|| OwnedPool::create(&engine, owner(), plan(banks, length), &Control::default()));
        });
    }
}

/// Tokens drawn in order, each one hash further, with everything that issuing does but writing it down.
fn issue(c: &mut Criterion) {
    let [_, (_, engine)] = engines();
    let pool = OwnedPool::create(&engine, owner(), plan(1, 1 << 16), &Control::default()).expect("a pool");
    let ask = |depth| Ask {
        receiver: Receiver::new(
            Network::Regtest,
            &SecretKey::from_seed([3; 32]),
            SealSecret::from_bytes([4; 32]).public(),
        ),
        content: Content([0; 32]),
        terms: plan(1, 1).terms,
        issued: Time(0),
        expiry: Time(1),
        depth: Depth(depth),
        source: Source::Bank(0),
    };
    let asks: Vec<Ask> = (1..=100).map(ask).collect();
    let mut group = c.benchmark_group("token pool, a hundred tokens");
    group.sample_size(10).measurement_time(Duration::from_secs(1)).throughput(Throughput::Elements(100));
    group.bench_function("of a bank of 65536", |b| {
        b.iter_batched(
            || pool.clone(),
            |mut pool| {
                for ask in &asks {
                    pool.issue(ask, |_| Ok::<(), ()>(())).expect("a token");
                }
            },
            BatchSize::LargeInput,
        );
    });
}

criterion_group!(benches, verify, create, issue);
criterion_main!(benches);
