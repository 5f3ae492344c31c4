//! Header chains verified: 4,032 real headers with their retarget, and a made chain as long as Bitcoin's.
#![forbid(unsafe_code)]

use std::time::Duration;

use criterion::{BenchmarkId, Criterion, SamplingMode, Throughput, criterion_group, criterion_main};
use gridnet_benches::{Kind, engines, linked_headers, real_headers};
use gridnet_core::proof::header::HEADER_BYTES;
use gridnet_core::proof::headers::{Retarget, verify};
use gridnet_core::{Control, HashFunction};

/// About as many blocks as Bitcoin has.
const MANY: usize = 900_000;

fn bench(c: &mut Criterion) {
    let mut group = c.benchmark_group("headers");
    group.sample_size(10).sampling_mode(SamplingMode::Flat);
    group.warm_up_time(Duration::from_millis(100)).measurement_time(Duration::from_millis(500));
    let mut measure = |name: &str, bytes: &[u8], rule: Retarget, kinds: fn(Kind) -> bool| {
        let count = bytes.len() / HEADER_BYTES;
        group.throughput(Throughput::Elements(count as u64));
        for entry in engines(HashFunction::Sha256d).into_iter().filter(|entry| kinds(entry.kind)) {
            group.bench_function(BenchmarkId::new(name, entry.name), |b| {
                b.iter(|| {
                    let control = Control::default();
                    let report = verify(&entry.engine, HashFunction::Sha256d, bytes, rule, &control)
                        .expect("the bytes are whole headers");
                    assert_eq!(report.value.valid, count);
                });
            });
        }
    };
    let real = real_headers().expect("the real headers lie in tests/vectors");
    measure("4,032 real", &real, Retarget::Bitcoin, |_| true);
    // The long chain takes seconds on the slow paths and tells nothing new there.
    let unforced = |kind| !matches!(kind, Kind::Forced(_));
    measure("900,000 made", &linked_headers(MANY), Retarget::None, unforced);
}

criterion_group!(benches, bench);
criterion_main!(benches);
