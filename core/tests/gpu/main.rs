//! Graphics processors, on whatever Vulkan device there is: software in CI, where `cargo xtask test` installs it.
//! Everything is held against the portable path of the CPU.
#![forbid(unsafe_code)]
#![cfg(feature = "gpu")]

mod search;
#[path = "../signatures/mod.rs"]
mod signatures;
mod suites;
mod tuning;
mod values;
mod verify;

use std::sync::LazyLock;

use gridnet_core::{DeviceKind, Engine, Path, survey};

/// The reference.
static PORTABLE: LazyLock<Engine> = LazyLock::new(|| {
    Engine::builder().device("cpu").path(Path::Portable).build().expect("the portable path is everywhere")
});

/// An engine on graphics processors alone. `None` on a machine without any, where that is allowed.
static GPU: LazyLock<Option<Engine>> = LazyLock::new(|| {
    let built = Engine::builder().device("gpu").build();
    if std::env::var_os("CI").is_some_and(|ci| ci == "true") {
        return Some(built.expect("CI has a Vulkan device"));
    }
    built.inspect_err(|error| eprintln!("skipped: {error}")).ok()
});

/// Runs a test where there is a device.
fn on_gpu(test: impl FnOnce(&Engine)) {
    if let Some(engine) = GPU.as_ref() {
        test(engine);
        for device in engine.devices() {
            assert!(device.available, "{device:?}");
        }
    }
}

/// Bytes that look like nothing in particular.
fn painted(length: usize) -> Vec<u8> {
    (0..length).map(|i| (i * 37 % 251) as u8).collect()
}

#[test]
fn the_survey_lists_what_the_engine_uses() {
    on_gpu(|engine| {
        let listed = survey();
        assert_eq!(listed[0].kind, DeviceKind::Cpu);
        for device in engine.devices() {
            assert!(listed.contains(&device), "{device:?} is not among {listed:?}");
            assert_eq!((device.self_test.as_str(), device.refused.len()), ("passed", 0));
        }
    });
}

#[test]
fn devices_are_chosen_by_id_and_by_name() {
    on_gpu(|engine| {
        let device = engine.devices().next().expect("a device");
        let part = device.name.split_whitespace().next().expect("a name");
        for asked in [device.id.clone(), format!("gpu:{}", part.to_uppercase())] {
            let chosen = Engine::builder().device(&asked).build().expect("it is there");
            assert!(chosen.devices().any(|chosen| chosen.id == device.id), "{asked}");
        }
        let ids: Vec<String> =
            Engine::builder().device("all").build().expect("all").devices().map(|device| device.id).collect();
        assert!(ids.contains(&device.id) && ids.contains(&"cpu".to_owned()), "{ids:?}");
        let refused = Engine::builder().device("gpu:no such card").build().err().expect("there is none");
        assert!(refused.to_string().contains(&device.id), "{refused}");
    });
}

#[test]
fn software_is_never_chosen_without_being_asked_for() {
    let auto = Engine::builder().build().expect("an engine");
    assert!(auto.devices().all(|device| device.kind != DeviceKind::Software));
}

#[test]
fn checksums_are_those_of_the_cpu() {
    on_gpu(|engine| {
        for primitive in gridnet_core::Primitive::ALL {
            for function in gridnet_core::HashFunction::ALL {
                let said = engine.checksum(primitive, function).expect("a checksum");
                let expected = PORTABLE.checksum(primitive, function).expect("a checksum");
                assert_eq!(said, expected, "{} {}", primitive.name(), function.name());
            }
        }
    });
}
