//! Searches: a header's nonce under every function, an identity's, and a header's under four rolled versions.
#![forbid(unsafe_code)]

use std::time::Duration;

use criterion::{BenchmarkId, Criterion, SamplingMode, Throughput, criterion_group, criterion_main};
use gridnet_benches::{Numbers, engines};
use gridnet_core::proof::header::{HEADER_BYTES, Header, HeaderSearch};
use gridnet_core::{Control, Endian, HashFunction, NonceField, Order, Search, Target};

/// Nonces an iteration.
const NONCES: u64 = 1 << 17;
/// Met by one digest in 2^40: next to never.
const ZERO_BITS: u32 = 40;

fn header(rolled: u16) -> HeaderSearch {
    let bytes = Numbers::new(1).bytes(HEADER_BYTES);
    let header = Header::from_bytes(bytes.as_slice().try_into().expect("as long as a header"));
    let target = Target::from_zero_bits(ZERO_BITS).expect("40 bits are at most 256");
    HeaderSearch {
        rolled: (1..=rolled).map(|roll| header.rolled(roll ^ 0x5a5a).to_bytes()).collect(),
        ..header.search(0..u128::from(NONCES), target, 1)
    }
}

fn bench(c: &mut Criterion) {
    let mut group = c.benchmark_group("search");
    group.sample_size(10).sampling_mode(SamplingMode::Flat);
    group.warm_up_time(Duration::from_millis(100)).measurement_time(Duration::from_millis(500));
    let mut measure = |name: &str, search: &Search<'_>| {
        group.throughput(Throughput::Elements(NONCES * (1 + search.siblings.len() as u64)));
        for entry in engines(search.function) {
            group.bench_function(BenchmarkId::new(name, entry.name), |b| {
                b.iter(|| entry.engine.search(search, &Control::default()).expect("a valid search"));
            });
        }
    };
    for function in HashFunction::ALL {
        let search = HeaderSearch { function, ..header(0) };
        measure(&format!("{} header", function.name()), &search.as_search());
    }
    header(3).with(|search| measure("sha256d header, 4 versions", search));
    let message = Numbers::new(2).bytes(36);
    let identity = Search {
        function: HashFunction::BLAKE2B,
        message: &message,
        siblings: &[],
        nonce: NonceField { offset: 32, bytes: 4, endian: Endian::Little },
        range: 0..u128::from(NONCES),
        target: Target::from_zero_bits(ZERO_BITS).expect("40 bits are at most 256"),
        order: Order::Big,
        limit: 1,
    };
    measure("blake2b identity", &identity);
}

criterion_group!(benches, bench);
criterion_main!(benches);
