//! How a device works fastest, and where that is kept.

use std::fmt::Debug;
use std::sync::Arc;

/// Workgroups of one dispatch: what every device allows.
pub(crate) const GROUPS_MAX: u32 = 65_535;

/// When a device finds out how it works fastest. That takes a few seconds for each of its kernels.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tune {
    /// Before the first job that takes long enough to be worth it, if it was not found out before.
    #[default]
    WhenWorthIt,
    /// Before every kernel's first job, whatever was found out before.
    Anew,
    /// Never: what was found out before is used, and what suits most devices otherwise.
    Never,
}

/// How a kernel is run on a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tuning {
    /// Invocations of a workgroup: a power of two from 32 to 256.
    pub group_size: u32,
    /// Invocations of a dispatch, from 2¹² to 2²², in at most 65,535 workgroups. A search with more nonces gives each several; a walk or a batch
    /// with more values or messages takes several dispatches.
    pub invocations: u32,
    /// How long a dispatch should take, in milliseconds, from 5 to 100.
    pub dispatch_ms: u32,
}

impl Default for Tuning {
    /// What works everywhere and is slow nowhere.
    fn default() -> Tuning {
        Tuning { group_size: 64, invocations: 1 << 19, dispatch_ms: 40 }
    }
}

impl Tuning {
    /// Whether every value is within its bounds: what comes from a file may be anything.
    pub fn is_valid(&self) -> bool {
        self.group_size.is_power_of_two()
            && (32..=256).contains(&self.group_size)
            && (1 << 12..=1 << 22).contains(&self.invocations)
            && (5..=100).contains(&self.dispatch_ms)
            && self.invocations.div_ceil(self.group_size) <= GROUPS_MAX
    }
}

/// A kernel as a device runs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KernelInfo {
    /// Its name.
    pub name: String,
    /// Instructions of a processor's integer units that it needs for `units` units of work (candidates, steps or
    /// messages), by a count of its operations: with as many such units at so many cycles a second there is a rate that
    /// it cannot exceed.
    pub integer_instructions: u64,
    /// The same with the additions that the multipliers do beside them.
    pub instructions: u64,
    /// For how many units of work.
    pub units: u64,
    /// How it is run.
    pub tuning: Tuning,
}

/// Keeps tunings from one run to the next. A key names the device, its driver, the kernel and a hash of the kernel's
/// text: with any of them changed, it is found out anew.
pub trait TuneStore: Debug + Send + Sync {
    /// What was kept under a key.
    fn load(&self, key: &str) -> Option<Tuning>;

    /// Keeps a tuning. One that cannot be kept is found out again next time.
    fn save(&self, key: &str, tuning: Tuning);
}

/// What devices are told about tuning.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tuner {
    pub(crate) tune: Tune,
    pub(crate) store: Option<Arc<dyn TuneStore>>,
}
