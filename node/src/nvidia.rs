//! What NVIDIA's driver knows of a card: its units, clocks, watts, and what holds it back. The driver's library is
//! loaded when it is asked; where it is not there, that is a sentence in a report.

use std::ffi::OsStr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use nvml_wrapper::bitmasks::device::ThrottleReasons;
use nvml_wrapper::enum_wrappers::device::Clock;
use nvml_wrapper::error::NvmlError;
use nvml_wrapper::{Device, Nvml};

/// Time between two samples.
const SAMPLE: Duration = Duration::from_millis(50);
/// Under which names the library is found, where its usual one is left to development packages.
const NAMES: [&str; 2] = ["libnvidia-ml.so.1", "nvml.dll"];

/// A card.
pub(crate) struct Card {
    nvml: Nvml,
    pci: String,
    /// Integer instructions that all its units together begin in a cycle.
    pub(crate) integer_units: Option<u32>,
}

/// What was seen while something ran.
#[derive(Clone, Debug, Default)]
pub(crate) struct Seen {
    /// Of the samples' clocks, the mean.
    pub(crate) clock_mhz: Option<f64>,
    pub(crate) joules: Option<f64>,
    /// For how long it was looked at.
    pub(crate) seconds: f64,
    /// What held the clock down in any of the samples.
    pub(crate) throttle: Vec<&'static str>,
}

impl Card {
    /// The card at a PCI address; otherwise why nothing is known of it.
    pub(crate) fn at(pci: Option<&str>) -> Result<Card, String> {
        let pci = pci.ok_or("the device has no PCI address")?.to_owned();
        let by_name = |name: &str| Nvml::builder().lib_path(OsStr::new(name)).init();
        let nvml = NAMES.iter().fold(Nvml::init(), |found, name| found.or_else(|_| by_name(name)));
        let nvml = nvml.map_err(|error| format!("NVIDIA's management library: {error}"))?;
        let mut card = Card { nvml, pci, integer_units: None };
        card.integer_units = card.device().and_then(|device| integer_units(&device)).ok();
        card.device().map_err(|error| format!("NVIDIA's management library: {error}"))?;
        Ok(card)
    }

    fn device(&self) -> Result<Device<'_>, NvmlError> {
        // A domain may be left out when it is the first.
        let full =
            if self.pci.matches(':').count() == 1 { format!("0000:{}", self.pci) } else { self.pci.clone() };
        self.nvml.device_by_pci_bus_id(full)
    }

    /// Looks on while something runs.
    pub(crate) fn watch<T>(&self, job: impl FnOnce() -> T) -> (T, Seen) {
        let over = AtomicBool::new(false);
        std::thread::scope(|scope| {
            let samples = scope.spawn(|| self.sample(&over));
            let value = job();
            over.store(true, Ordering::Relaxed);
            (value, samples.join().unwrap_or_default())
        })
    }

    fn sample(&self, over: &AtomicBool) -> Seen {
        let Ok(device) = self.device() else { return Seen::default() };
        let began = Instant::now();
        let before = device.total_energy_consumption().ok();
        let mut clocks = Vec::new();
        let mut reasons = ThrottleReasons::empty();
        while !over.load(Ordering::Relaxed) {
            std::thread::sleep(SAMPLE);
            clocks.extend(device.clock_info(Clock::SM).ok().map(f64::from));
            reasons |= device.current_throttle_reasons().unwrap_or(ThrottleReasons::empty());
        }
        let after = device.total_energy_consumption().ok();
        let joules = before.zip(after).and_then(|(before, after)| after.checked_sub(before));
        Seen {
            clock_mhz: (!clocks.is_empty()).then(|| clocks.iter().sum::<f64>() / clocks.len() as f64),
            joules: joules.map(|millijoules| millijoules as f64 / 1_000.0),
            seconds: began.elapsed().as_secs_f64(),
            throttle: names(reasons),
        }
    }
}

/// Of a card's cores (units for floating point), how many can begin an integer instruction in a cycle.
fn integer_units(device: &Device<'_>) -> Result<u32, NvmlError> {
    let cores = device.num_cores()?;
    let capability = device.cuda_compute_capability()?;
    Ok(match (capability.major, capability.minor) {
        // Half of them, from the second generation of Ampere on until Blackwell made all of them able to.
        (8, 1..) | (9, _) => cores / 2,
        _ => cores,
    })
}

fn names(reasons: ThrottleReasons) -> Vec<&'static str> {
    [
        (ThrottleReasons::SW_POWER_CAP, "power cap"),
        (ThrottleReasons::HW_POWER_BRAKE_SLOWDOWN, "power brake"),
        (ThrottleReasons::SW_THERMAL_SLOWDOWN, "temperature (driver)"),
        (ThrottleReasons::HW_THERMAL_SLOWDOWN, "temperature (hardware)"),
        (ThrottleReasons::HW_SLOWDOWN, "hardware slowdown"),
        (ThrottleReasons::APPLICATIONS_CLOCKS_SETTING, "clock setting of applications"),
        (ThrottleReasons::DISPLAY_CLOCK_SETTING, "clock setting of the display"),
        (ThrottleReasons::SYNC_BOOST, "synchronous boost"),
    ]
    .into_iter()
    .filter(|&(reason, _)| reasons.contains(reason))
    .map(|(_, name)| name)
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_card_is_a_sentence() {
        let why = |pci| Card::at(pci).err();
        assert_eq!(why(None).as_deref(), Some("the device has no PCI address"));
        let nowhere = why(Some("ffff:ff:1f.7")).expect("there is no such address");
        assert!(nowhere.starts_with("NVIDIA's management library: "), "{nowhere}");
    }

    #[test]
    fn being_idle_is_no_reason() {
        assert_eq!(names(ThrottleReasons::GPU_IDLE), [] as [&str; 0]);
        let both = ThrottleReasons::SW_POWER_CAP | ThrottleReasons::HW_THERMAL_SLOWDOWN;
        assert_eq!(names(both), ["power cap", "temperature (hardware)"]);
    }
}
