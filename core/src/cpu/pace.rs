//! How much work a kernel call gets, so that a cancelled call returns in time.

use std::time::{Duration, Instant};

/// Grows or shrinks the work of a call until it takes between a quarter of [`Pace::CALL`] and all of it: a fifth of
/// the time within which a cancelled call must return, so that a machine that stalls still makes it.
pub(super) struct Pace {
    work: u64,
}

impl Pace {
    const CALL: Duration = Duration::from_millis(crate::limits::CANCEL_MS_MAX / 5);

    /// Starts with so much work a call.
    pub(super) fn new(work: u64) -> Pace {
        Pace { work }
    }

    /// Work for the next call.
    pub(super) fn work(&self) -> u64 {
        self.work
    }

    /// Runs a call of `work()` or less and learns from the time it took.
    pub(super) fn time<T>(&mut self, asked: u64, call: impl FnOnce() -> T) -> T {
        let began = Instant::now();
        let value = call();
        let took = began.elapsed();
        if took > Self::CALL {
            self.work = (self.work / 2).max(1);
        } else if took < Self::CALL / 4 && asked >= self.work {
            self.work = self.work.saturating_mul(2);
        }
        value
    }
}
