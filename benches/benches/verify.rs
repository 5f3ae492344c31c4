//! Signatures: by one key and by as many as there are signatures, in batches, good and with one in a hundred bad.
#![forbid(unsafe_code)]

use std::time::Duration;

use criterion::{BenchmarkId, Criterion, SamplingMode, Throughput, criterion_group, criterion_main};
use gridnet_benches::{Kind, engines, signatures, verify_path};
use gridnet_core::{Control, HashFunction};

fn bench(c: &mut Criterion) {
    let mut group = c.benchmark_group("verify");
    group.sample_size(10).sampling_mode(SamplingMode::Flat);
    group.warm_up_time(Duration::from_millis(100)).measurement_time(Duration::from_secs(1));
    // Every path serves SHA-256; those that verify by the same code are measured once.
    let mut seen = Vec::new();
    let mut entries = engines(HashFunction::Sha256);
    entries.retain(|entry| {
        let path = verify_path(&entry.engine);
        let is_new = !seen.contains(&path);
        seen.push(path);
        is_new || entry.kind == Kind::AllThreads
    });
    for count in [256, 4_096] {
        for (name, keys, bad_one_in) in [
            ("distinct keys", count, None),
            ("one key", 1, None),
            ("distinct keys, 1 % bad", count, Some(100)),
        ] {
            let made = signatures(1, count, keys, bad_one_in);
            let question = made.first(count);
            group.throughput(Throughput::Elements(count as u64));
            for entry in &entries {
                let id = BenchmarkId::new(format!("{name}, {count} at once"), entry.name);
                group.bench_function(id, |b| {
                    b.iter(|| entry.engine.verify(&question, &Control::default()).expect("verdicts"));
                });
            }
        }
    }
}

criterion_group!(benches, bench);
criterion_main!(benches);
