//! Graphics processors: every primitive and function on each of them, host to host. Nothing where there is none.
#![forbid(unsafe_code)]

use std::time::Duration;

use criterion::{BenchmarkId, Criterion, SamplingMode, Throughput, criterion_group, criterion_main};
use gridnet_benches::Numbers;
use gridnet_core::proof::header::{HEADER_BYTES, HeaderSearch};
use gridnet_core::{Control, Device, DeviceKind, Digest, Engine, HashFunction, Target, Walk, survey};

/// What a call gets: enough that starting it does not count on hardware, a matter of a second on software.
struct Amounts {
    nonces: u128,
    values: usize,
    steps: u64,
    messages: usize,
}

impl Amounts {
    fn of(device: &Device) -> Amounts {
        match device.kind {
            DeviceKind::Software => {
                Amounts { nonces: 1 << 22, values: 1 << 13, steps: 100, messages: 1 << 15 }
            }
            _ => Amounts { nonces: 1 << 32, values: 1 << 20, steps: 1_000, messages: 1 << 21 },
        }
    }
}

fn bench(c: &mut Criterion) {
    let mut group = c.benchmark_group("gpu");
    group.sample_size(10).sampling_mode(SamplingMode::Flat);
    group.warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(2));
    for device in survey().into_iter().filter(|device| device.kind != DeviceKind::Cpu && device.available) {
        let engine = Engine::builder().device(&device.id).build().expect("it was open a moment ago");
        let Amounts { nonces, values, steps, messages } = Amounts::of(&device);
        let control = Control::default();
        let mut numbers = Numbers::new(6);
        for function in HashFunction::ALL {
            let id =
                |primitive: &str| BenchmarkId::new(format!("{primitive} {}", function.name()), &device.id);
            let mut header = [0; HEADER_BYTES];
            header.copy_from_slice(&numbers.bytes(HEADER_BYTES));
            let search = HeaderSearch {
                function,
                header,
                rolled: Vec::new(),
                range: 0..nonces,
                target: Target::ZERO,
                limit: 1,
            };
            group.throughput(Throughput::Elements(nonces as u64));
            group.bench_function(id("search"), |b| {
                b.iter(|| engine.search(&search.as_search(), &control).expect("a valid search"));
            });
            let starts = numbers.values(values);
            let lengths = vec![steps; values];
            let walk = Walk { function, starts: &starts, steps: &lengths };
            group.throughput(Throughput::Elements(values as u64 * steps));
            group.bench_function(id("walk"), |b| {
                b.iter(|| engine.walk(&walk, &control).expect("a valid walk"));
            });
            let bytes = numbers.bytes(80 * messages);
            let digest = Digest { function, messages: &bytes, length: 80, count: messages };
            group.throughput(Throughput::Elements(messages as u64));
            group.bench_function(id("digest"), |b| {
                b.iter(|| engine.digest(&digest, &control).expect("a valid batch"));
            });
        }
    }
}

criterion_group!(benches, bench);
criterion_main!(benches);
