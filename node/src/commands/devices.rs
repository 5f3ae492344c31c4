//! `gridnet devices`: what there is to compute on.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use gridnet_core::{Device, Engine, HashFunction, Path};
use serde::Serialize;

use crate::cli::DevicesList;
use crate::outcome::{Failure, Outcome};
use crate::output::{self, Answer};

/// Lists the devices.
pub(crate) fn run(args: &DevicesList) -> Result<Outcome, Failure> {
    let listed = Listed::new(gridnet_core::survey(), &super::engine()?);
    output::answer(args.json, &listed)?;
    Ok(Outcome::Good)
}

/// The answer.
#[derive(Serialize)]
struct Listed {
    devices: Vec<ListedDevice>,
    /// The printable name of the path that serves each function.
    selected: BTreeMap<&'static str, String>,
}

#[derive(Serialize)]
struct ListedDevice {
    id: String,
    name: String,
    kind: &'static str,
    backend: String,
    driver: Option<String>,
    pci: Option<String>,
    paths: Vec<String>,
    self_test: String,
    available: bool,
    reason: Option<String>,
    /// Kernels that fail their self-test, and how.
    refused: Vec<String>,
}

impl Listed {
    fn new(devices: Vec<Device>, engine: &Engine) -> Listed {
        let selected = HashFunction::ALL.map(|function| (function.name(), engine.path(function)));
        Listed { devices: devices.into_iter().map(ListedDevice::new).collect(), selected: selected.into() }
    }
}

impl ListedDevice {
    fn new(device: Device) -> ListedDevice {
        let Device { id, name, kind, backend, driver, pci, paths, self_test, available, reason, refused } =
            device;
        ListedDevice {
            id,
            name,
            kind: kind.name(),
            backend,
            driver,
            pci,
            paths,
            self_test,
            available,
            reason,
            refused,
        }
    }

    fn plain(&self, text: &mut String) {
        let _ = writeln!(text, "{}  {}", self.id, self.name);
        let mut row = |what: &str, value: &str| {
            let _ = writeln!(text, "  {what:<10} {value}");
        };
        row("kind", &format!("{}, {}", self.kind, self.backend));
        for (what, value) in [("driver", &self.driver), ("pci", &self.pci)] {
            if let Some(value) = value {
                row(what, value);
            }
        }
        row("paths", &self.paths.join(", "));
        row("self-test", &self.self_test);
        for kernel in &self.refused {
            row("refused", kernel);
        }
        if !self.available {
            row("unusable", self.reason.as_deref().unwrap_or("no reason given"));
        }
    }
}

impl Answer for Listed {
    fn plain(&self) -> String {
        let mut text = String::new();
        for device in &self.devices {
            device.plain(&mut text);
        }
        text.push_str("in use\n");
        for function in HashFunction::ALL {
            let path = self.selected.get(function.name()).map_or("", String::as_str);
            let _ = writeln!(text, "  {:<10} {path}", function.name());
        }
        let missing: Vec<&str> =
            Path::ALL.into_iter().filter(|path| !path.is_available()).map(Path::name).collect();
        if !missing.is_empty() {
            let _ = writeln!(text, "not on this CPU: {}", missing.join(", "));
        }
        text
    }
}
