//! The version, and what there is to compute on.

use gridnet_core::DeviceKind;

use crate::bridge::ffi::{Device, Status};
use crate::status::guard;

pub(crate) fn version() -> String {
    env!("CARGO_PKG_VERSION").to_owned()
}

pub(crate) fn survey(status: &mut Status) -> Vec<Device> {
    guard(status, || Ok(gridnet_core::survey().into_iter().map(described).collect()))
}

pub(crate) fn described(device: gridnet_core::Device) -> Device {
    Device {
        id: device.id,
        name: device.name,
        kind: match device.kind {
            DeviceKind::Cpu => 0,
            DeviceKind::Gpu => 1,
            _ => 2,
        },
        backend: device.backend,
        driver: device.driver.unwrap_or_default(),
        pci: device.pci.unwrap_or_default(),
        paths: device.paths,
        self_test: device.self_test,
        available: device.available,
        reason: device.reason.unwrap_or_default(),
        refused: device.refused,
    }
}
