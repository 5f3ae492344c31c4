//! What graphics processors this machine has.

use wgpu::{AdapterInfo, Backends, DeviceType, Instance, InstanceDescriptor, InstanceFlags};

use crate::{Device, DeviceKind};

/// An adapter, and how it is described.
pub(crate) struct Listed {
    pub(crate) adapter: wgpu::Adapter,
    pub(crate) device: Device,
}

impl Listed {
    pub(crate) fn device(&self) -> &Device {
        &self.device
    }
}

/// Every adapter that can compute, hardware first. None is a normal state: no loader, a broken loader and no device
/// all look the same.
pub(crate) fn list() -> Vec<Listed> {
    // Drivers are other people's code. What panics in there must not end a program that has a CPU to go on with.
    let adapters = std::panic::catch_unwind(|| {
        let instance = Instance::new(InstanceDescriptor {
            backends: Backends::PRIMARY,
            flags: InstanceFlags::empty(),
            ..InstanceDescriptor::new_without_display_handle()
        });
        pollster::block_on(instance.enumerate_adapters(Backends::PRIMARY))
    })
    .unwrap_or_default();
    let mut listed: Vec<Listed> = Vec::new();
    for adapter in adapters {
        let info = adapter.get_info();
        let device = describe(&info, listed.len());
        // One card under two backends is one device: the first backend's.
        let known = |other: &Listed| other.device.pci.is_some() && other.device.pci == device.pci;
        if !listed.iter().any(known) {
            listed.push(Listed { adapter, device });
        }
    }
    listed.sort_by_key(|listed| listed.device.kind == DeviceKind::Software);
    listed
}

fn describe(info: &AdapterInfo, index: usize) -> Device {
    let pci = short_pci(&info.device_pci_bus_id);
    let kind = match info.device_type {
        DeviceType::Cpu => DeviceKind::Software,
        _ => DeviceKind::Gpu,
    };
    let driver = [info.driver.as_str(), info.driver_info.as_str()];
    let driver = driver.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ");
    Device {
        id: format!("gpu:{}", pci.clone().unwrap_or_else(|| index.to_string())),
        name: info.name.clone(),
        kind,
        backend: info.backend.to_string(),
        driver: (!driver.is_empty()).then_some(driver),
        pci,
        paths: vec!["wgsl".to_owned()],
        self_test: "not run".to_owned(),
        available: true,
        reason: None,
        refused: Vec::new(),
    }
}

/// `01:00.0` of `0000:01:00.0`; a domain other than the first is kept.
fn short_pci(address: &str) -> Option<String> {
    let short = address.strip_prefix("0000:").unwrap_or(address);
    (!short.is_empty()).then(|| short.to_owned())
}

#[cfg(test)]
mod tests {
    use super::short_pci;

    #[test]
    fn pci_addresses_are_as_short_as_they_can_be() {
        assert_eq!(short_pci("0000:01:00.0").as_deref(), Some("01:00.0"));
        assert_eq!(short_pci("0001:01:00.0").as_deref(), Some("0001:01:00.0"));
        assert_eq!(short_pci(""), None);
    }
}
