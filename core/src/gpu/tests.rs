//! What cannot be seen from outside: the form without 64-bit integers, and a device that goes away.

use std::sync::Arc;

use super::{Fault, Gpu, list};
use crate::backend::Backend;
use crate::tuning::Tuner;
use crate::{Control, Engine, HashFunction, Primitive};

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
