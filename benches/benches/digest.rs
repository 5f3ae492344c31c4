//! Digests of many messages: as long as a header, and a kilobyte.
#![forbid(unsafe_code)]

use std::time::Duration;

use criterion::{BenchmarkId, Criterion, SamplingMode, Throughput, criterion_group, criterion_main};
use gridnet_benches::{Numbers, engines};
use gridnet_core::{Control, Digest, HashFunction};

fn bench(c: &mut Criterion) {
    let mut group = c.benchmark_group("digest");
    group.sample_size(10).sampling_mode(SamplingMode::Flat);
    group.warm_up_time(Duration::from_millis(100)).measurement_time(Duration::from_millis(500));
    let mut measure = |function: HashFunction, length: usize, count: usize| {
        let messages = Numbers::new(5).bytes(length * count);
        let digest = Digest { function, messages: &messages, length, count };
        group.throughput(Throughput::Elements(count as u64));
        for entry in engines(function) {
            let id = BenchmarkId::new(format!("{} {length} bytes", function.name()), entry.name);
            group.bench_function(id, |b| {
                b.iter(|| entry.engine.digest(&digest, &Control::default()).expect("a valid digest"));
            });
        }
    };
    for function in HashFunction::ALL {
        measure(function, 80, 4_096);
    }
    measure(HashFunction::Sha256, 1_024, 1_024);
    measure(HashFunction::BLAKE2S, 1_024, 1_024);
}

criterion_group!(benches, bench);
criterion_main!(benches);
