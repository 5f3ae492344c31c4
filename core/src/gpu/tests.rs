//! What cannot be seen from outside: the form without 64-bit integers, and a device that goes away.

use std::sync::Arc;

use std::ops::Range;

use gridnet_shaders::layout::BASE_VECTORS;
use gridnet_shaders::{Words, base_table};

use super::{Fault, Gpu, list, selftest, verify};
use crate::backend::{Backend, Searched, Watch};
use crate::known::Known;
use crate::proof::header::Header;
use crate::tuning::Tuner;
use crate::{
    Cancel, Control, Device, Digest, Engine, Error, HashFunction, Primitive, Search, SignatureFault, Target,
    Walk,
};

/// A device, in this form. `None` where there is none and need not be one.
pub(super) fn gpu(int64: bool) -> Option<Gpu> {
    let listed = list();
    let in_ci = std::env::var_os("CI").is_some_and(|ci| ci == "true");
    assert!(!in_ci || !listed.is_empty(), "CI has a Vulkan device");
    let first = listed.first();
    if first.is_none() {
        eprintln!("skipped: no graphics processor was found");
    }
    first.map(|first| Gpu::with(first, Tuner::default(), int64).expect("it opens"))
}

#[test]
fn pairs_of_32_bits_compute_what_64_bits_do() {
    let Some(pairs) = gpu(false) else { return };
    assert_eq!(pairs.path(HashFunction::BLAKE2B), "wgsl, pairs of 32-bit words");
    let engine = Engine::builder().backend(Arc::new(pairs)).audit_one_in(1).build().expect("an engine");
    let cpu = Engine::builder().device("cpu").build().expect("a CPU");
    let function = HashFunction::BLAKE2B.with_personal(b"pairs").expect("short");
    for primitive in Primitive::ALL {
        let said = engine.checksum(primitive, function).expect("a checksum");
        assert_eq!(said, cpu.checksum(primitive, function).expect("a checksum"), "{}", primitive.name());
    }
    // An identity has a kernel of its own.
    let mint = |engine: &Engine| {
        let target = crate::Target::from_zero_bits(12).expect("a target");
        crate::proof::identity::mint(engine, &[7; 32], target, 32, &Control::default())
            .expect("a proof")
            .value
    };
    assert_eq!(mint(&engine), mint(&cpu));
    assert!(engine.devices().all(|device| device.available));
}

/// A device that is given several pieces at the same time, as hardware is.
struct Lanes(Gpu);

impl Backend for Lanes {
    fn device(&self) -> &Device {
        self.0.device()
    }
    fn path(&self, function: HashFunction) -> String {
        self.0.path(function)
    }
    fn lanes(&self) -> usize {
        3
    }
    fn search(&self, search: &Search<'_>, range: Range<u128>, watch: &Watch<'_>) -> Result<Searched, Error> {
        self.0.search(search, range, watch)
    }
    fn walk(&self, walk: &Walk<'_>, ends: &mut [[u8; 32]], watch: &Watch<'_>) -> Result<(), Error> {
        self.0.walk(walk, ends, watch)
    }
    fn digest(&self, digest: &Digest<'_>, digests: &mut [[u8; 32]], watch: &Watch<'_>) -> Result<(), Error> {
        self.0.digest(digest, digests, watch)
    }
}

#[test]
fn pieces_at_the_same_time_do_not_disturb_each_other() {
    let Some(gpu) = gpu(true) else { return };
    let engine = Engine::builder().backend(Arc::new(Lanes(gpu))).audit_one_in(64).build().expect("an engine");
    let cpu = Engine::builder().device("cpu").build().expect("a CPU");
    // More values and messages than a piece has.
    let count = 600_000;
    let starts: Vec<[u8; 32]> =
        (0..count as u64).map(|i| std::array::from_fn(|byte| (i >> (byte % 3 * 8)) as u8)).collect();
    let steps: Vec<u64> = (0..count as u64).map(|i| i * i % 5).collect();
    let function = HashFunction::BLAKE2S.with_personal(b"lanes").expect("short");
    let walk = Walk { function, starts: &starts, steps: &steps };
    let digest = Digest { function, messages: starts.as_flattened(), length: 32, count };
    let header = Header::GENESIS.search(0..3_000_000, Target::from_zero_bits(12).expect("few bits"), 1 << 20);
    let control = Control::default();
    let answers = |engine: &Engine| {
        (
            engine.walk(&walk, &control).expect("ends").value,
            engine.digest(&digest, &control).expect("digests").value,
            engine.search(&header.as_search(), &control).expect("hits").value,
        )
    };
    let expected = answers(&cpu);
    // Twice, so that memory is used again.
    for _ in 0..2 {
        assert!(answers(&engine) == expected);
    }
    let health = engine.health().next().expect("a device");
    assert_eq!((health.wrong, health.failed, health.late), (0, 0, 0));
    assert!(health.checked > 2 * (count + count * 4 / 5) as u64 / 64, "{health:?}");
}

#[test]
fn a_device_that_is_lost_is_opened_anew() {
    let Some(gpu) = gpu(true) else { return };
    let gpu = Arc::new(gpu);
    let engine = Engine::builder()
        .backend(Arc::clone(&gpu) as Arc<dyn Backend>)
        .audit_one_in(1)
        .build()
        .expect("an engine");
    let checksum = || engine.checksum(Primitive::Walk, HashFunction::Sha256).expect("a checksum");
    let before = checksum();
    for _ in 0..2 {
        gpu.opened().expect("it is open").device.destroy();
        assert_eq!(checksum(), before);
    }
    assert!(gpu.opened().is_ok_and(|open| super::probe::check(&open).is_ok()));
    assert!(engine.devices().all(|device| device.available), "{:?}", engine.devices().collect::<Vec<_>>());
}

#[test]
fn a_buffer_beyond_the_device_is_refused() {
    let Some(gpu) = gpu(true) else { return };
    let open = gpu.opened().expect("it is open");
    let beyond = usize::try_from(open.device.limits().max_buffer_size).unwrap_or(usize::MAX / 8) + 4;
    let refused = open.buffer("too long", beyond, wgpu::BufferUsages::STORAGE);
    assert_eq!(refused.err(), Some(Fault::Memory));
}

#[test]
fn signatures_are_checked_without_64_bits_too() {
    let Some(narrow) = gpu(false) else { return };
    assert_eq!(narrow.verify_path(), "wgsl, products of 32 bits");
    let engine = Engine::builder().backend(Arc::new(narrow)).audit_one_in(1).build().expect("an engine");
    for length in [0, 33, 200] {
        let known = Known::new(130, length);
        let said = engine.verify(&known.question(), &Control::default()).expect("verdicts").value;
        assert_eq!(said, known.verdicts, "{length}");
    }
    let health = engine.health().next().expect("a device");
    assert_eq!((health.wrong, health.failed, health.checked), (0, 0, 3 * 130));
}

/// The self-test of signatures finds one wrong bit in the table that all of them read.
#[test]
fn a_wrong_table_fails_the_self_test() {
    for int64 in [true, false] {
        let Some(gpu) = gpu(int64) else { return };
        let open = gpu.opened().expect("it is open");
        assert_eq!(selftest::verifies(&open), Ok(true));
        let scratch = open.verify.scratch(&open, 1).expect("there is some");
        let table = base_table(if open.kernels.int64 { Words::U64 } else { Words::Pairs });
        // The first number of the entries 1 to 128, of both halves.
        for entry in [1, 130] {
            let at = entry * 4 * BASE_VECTORS;
            let wrong: Vec<u32> =
                table[at..at + 127 * 4 * BASE_VECTORS].iter().map(|word| word ^ 1).collect();
            let write = |words: &[u32]| {
                open.queue.write_buffer(&scratch.base, 4 * at as u64, bytemuck::cast_slice(words));
            };
            write(&wrong);
            assert_eq!(selftest::verifies(&open), Ok(false), "{int64} {entry}");
            write(&table[at..at + wrong.len()]);
        }
        assert_eq!(selftest::verifies(&open), Ok(true));
    }
}

/// What each kernel of a verification takes; with `--nocapture` it is printed.
#[test]
fn each_kernel_of_a_verification_is_timed() {
    for int64 in [true, false] {
        let Some(gpu) = gpu(int64) else { return };
        time_each_kernel(&gpu);
    }
}

fn time_each_kernel(gpu: &Gpu) {
    let open = gpu.opened().expect("it is open");
    let count = if open.software { 256 } else { 1 << 17 };
    let known = Known::new(count, 32);
    let never = Cancel::default();
    for _ in 0..4 {
        let mut said = vec![Err(SignatureFault::Signature); count];
        let mut timed = 0;
        verify::run_timed(&open, &known.question(), &mut said, &Watch::new(&never, None), |count, times| {
            let rates: Vec<u128> =
                times.iter().map(|time| count as u128 * 1_000 / time.as_micros().max(1)).collect();
            println!(
                "{count} signatures: scalars, points, sum took {times:.2?}; {rates:?} thousand a second"
            );
            timed += 1;
            assert!(open.software || times.len() == 3 * usize::from(open.has_clock), "{times:?}");
        })
        .expect("verdicts");
        assert!(timed > 0 && said == known.verdicts);
    }
}
