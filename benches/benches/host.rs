//! What the engine does around a device: copies, checks and hands over. The device here takes no time, so what is
//! measured is all there is beside a graphics processor's own work and the way to it.
#![forbid(unsafe_code)]

use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use criterion::{BenchmarkId, Criterion, SamplingMode, Throughput, criterion_group, criterion_main};
use gridnet_benches::Numbers;
use gridnet_core::{
    Backend, Control, Device, DeviceKind, Digest, Engine, Error, HashFunction, Search, Searched, Walk, Watch,
};

/// Values and messages of a call.
const COUNT: usize = 1 << 20;

/// A device whose answers are no answers, and which is believed because its judge gives the same ones.
struct Idle(Device);

impl Idle {
    fn new(kind: DeviceKind) -> Arc<Idle> {
        Arc::new(Idle(Device {
            id: format!("idle:{}", kind.name()),
            name: "takes no time".to_owned(),
            kind,
            backend: "none".to_owned(),
            driver: None,
            pci: None,
            paths: Vec::new(),
            self_test: "not run".to_owned(),
            available: true,
            reason: None,
            refused: Vec::new(),
        }))
    }
}

impl Backend for Idle {
    fn device(&self) -> &Device {
        &self.0
    }

    fn path(&self, _: HashFunction) -> String {
        "none".to_owned()
    }

    fn search(&self, _: &Search<'_>, _: Range<u128>, _: &Watch<'_>) -> Result<Searched, Error> {
        Ok(Searched::default())
    }

    fn walk(&self, walk: &Walk<'_>, ends: &mut [[u8; 32]], watch: &Watch<'_>) -> Result<(), Error> {
        ends.copy_from_slice(walk.starts);
        watch.count(walk.steps.iter().sum());
        Ok(())
    }

    fn digest(&self, digest: &Digest<'_>, digests: &mut [[u8; 32]], watch: &Watch<'_>) -> Result<(), Error> {
        for (message, out) in digest.messages.chunks_exact(digest.length).zip(digests) {
            out.copy_from_slice(&message[..32]);
        }
        watch.count(digest.count as u64);
        Ok(())
    }
}

fn bench(c: &mut Criterion) {
    let engine = Engine::builder()
        .backend(Idle::new(DeviceKind::Gpu))
        .cpu_backend(Idle::new(DeviceKind::Cpu))
        .build()
        .expect("two devices");
    let control = Control::default();
    let mut numbers = Numbers::new(7);
    let starts = numbers.values(COUNT);
    let mut out = vec![[0; 32]; COUNT];
    let mut group = c.benchmark_group("host");
    group.sample_size(20).sampling_mode(SamplingMode::Flat).measurement_time(Duration::from_secs(2));
    group.throughput(Throughput::Elements(COUNT as u64));
    for (lengths, spread) in [("equal", 1), ("unequal", 50)] {
        let steps: Vec<u64> = (0..COUNT as u64).map(|i| 100 + i * 7919 % spread).collect();
        let walk = Walk { function: HashFunction::BLAKE2S, starts: &starts, steps: &steps };
        group.bench_function(BenchmarkId::new("walk", lengths), |b| {
            b.iter(|| engine.walk_into(&walk, &mut out, &control).expect("a valid walk"));
        });
    }
    for length in [32, 80] {
        let messages = numbers.bytes(COUNT * length);
        let digest = Digest { function: HashFunction::BLAKE2S, messages: &messages, length, count: COUNT };
        group.bench_function(BenchmarkId::new("digest", length), |b| {
            b.iter(|| engine.digest_into(&digest, &mut out, &control).expect("a valid batch"));
        });
    }
}

criterion_group!(benches, bench);
criterion_main!(benches);
