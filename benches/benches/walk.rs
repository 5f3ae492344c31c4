//! Walks: many values of equal lengths, of unequal lengths (lanes are refilled), and few.
#![forbid(unsafe_code)]

use std::time::Duration;

use criterion::{BenchmarkId, Criterion, SamplingMode, Throughput, criterion_group, criterion_main};
use gridnet_benches::{Numbers, engines};
use gridnet_core::{Control, HashFunction, Walk};

fn bench(c: &mut Criterion) {
    let mut group = c.benchmark_group("walk");
    group.sample_size(10).sampling_mode(SamplingMode::Flat);
    group.warm_up_time(Duration::from_millis(100)).measurement_time(Duration::from_millis(500));
    let mut measure = |name: &str, function: HashFunction, steps: &[u64]| {
        let starts = Numbers::new(3).values(steps.len());
        let walk = Walk { function, starts: &starts, steps };
        let total = u64::try_from(walk.total_steps()).expect("a benchmark's steps fit");
        group.throughput(Throughput::Elements(total));
        for entry in engines(function) {
            group.bench_function(BenchmarkId::new(format!("{} {name}", function.name()), entry.name), |b| {
                b.iter(|| entry.engine.walk(&walk, &Control::default()).expect("a valid walk"));
            });
        }
    };
    for function in HashFunction::ALL {
        measure("128 values", function, &[1_024; 128]);
    }
    let mut numbers = Numbers::new(4);
    let unequal: Vec<u64> = (0..512).map(|_| numbers.next_u64() % 512).collect();
    measure("512 unequal values", HashFunction::BLAKE2S, &unequal);
    measure("4 values", HashFunction::Sha256, &[16_384; 4]);
}

criterion_group!(benches, bench);
criterion_main!(benches);
