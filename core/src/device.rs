//! What there is to compute on.

/// What kind of thing a device is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DeviceKind {
    /// The processor's own cores.
    Cpu,
    /// A graphics processor.
    Gpu,
    /// A graphics processor that is none: a driver that computes on the processor's cores.
    Software,
}

impl DeviceKind {
    /// The name used in reports.
    pub const fn name(self) -> &'static str {
        match self {
            DeviceKind::Cpu => "cpu",
            DeviceKind::Gpu => "gpu",
            DeviceKind::Software => "software",
        }
    }
}

/// A device as reports describe it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device {
    /// What `--device` takes.
    pub id: String,
    /// What a person calls it: the processor's model.
    pub name: String,
    /// What it is.
    pub kind: DeviceKind,
    /// What drives it: `simd`.
    pub backend: String,
    /// The driver's name and version, if it has one.
    pub driver: Option<String>,
    /// The PCI address, if it has one.
    pub pci: Option<String>,
    /// The paths it can take, fastest for SHA-256 first.
    pub paths: Vec<String>,
    /// What the self-test said when the engine was built.
    pub self_test: String,
    /// Whether it can be used.
    pub available: bool,
    /// Why not.
    pub reason: Option<String>,
    /// What it must not do, because it fails that part of its self-test; the rest it may.
    pub refused: Vec<String>,
}

/// What became of a device's answers since its engine was built.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Health {
    /// The device's id.
    pub id: String,
    /// Answers that were held against what the CPU says: hits, ends, digests, and planted nonces.
    pub checked: u64,
    /// Pieces of work whose answer was wrong.
    pub wrong: u64,
    /// Pieces that it failed to answer: it was lost, out of memory, its driver refused or panicked.
    pub failed: u64,
    /// Pieces that it did not answer in time.
    pub late: u64,
}
