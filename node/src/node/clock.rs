//! What time it is: the machine's clock, or one that is set, for networks of one's own.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use gridnet_protocol::value::Time;

/// A clock. Clones are the same one.
#[derive(Clone, Debug, Default)]
pub struct Clock(Arc<AtomicU64>);

impl Clock {
    /// The machine's, until it is set.
    pub fn system() -> Clock {
        Clock::default()
    }

    /// Stands still at a time. 0: goes with the machine's again.
    pub fn set(&self, time: Time) {
        self.0.store(time.0, Ordering::Relaxed);
    }

    /// Now.
    pub fn now(&self) -> Time {
        match self.0.load(Ordering::Relaxed) {
            // A clock before 1970 is of no use to anybody.
            0 => Time(SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())),
            set => Time(set),
        }
    }
}
