//! How much work a dispatch gets.

use std::time::{Duration, Instant};

use super::kernels::Entry;

/// Gives dispatches as much work as they do in the time that they should take. The kernel remembers it for the next
/// call.
pub(super) struct Pace<'a> {
    entry: &'a Entry,
    dispatch: Duration,
    work: u64,
    max: u64,
    last: Instant,
}

impl Pace<'_> {
    /// Starts where the kernel left off; at first small: a software device compiles in its first dispatch, and a
    /// display may be waiting for any other.
    pub(super) fn new(entry: &Entry, software: bool, max: u64) -> Pace<'_> {
        Pace::starting(entry, if software { 1 << 14 } else { 1 << 20 }, max)
    }

    /// The same with so much work at first.
    pub(super) fn starting(entry: &Entry, first: u64, max: u64) -> Pace<'_> {
        let first = entry.work().unwrap_or(first);
        let dispatch = Duration::from_millis(entry.tuning().dispatch_ms.into());
        Pace { entry, dispatch, work: first.min(max), max, last: Instant::now() }
    }

    /// Work for the next dispatch.
    pub(super) fn work(&self) -> u64 {
        self.work
    }

    /// A dispatch of so much work has come back, and took so long by the device's clock. Without a clock it is the time
    /// since the one before, as long as they queue.
    pub(super) fn done(&mut self, took: Option<Duration>, did: u64) {
        let now = Instant::now();
        let took = took.unwrap_or(now - self.last).max(Duration::from_micros(1));
        self.last = now;
        let ratio = (self.dispatch.as_secs_f64() / took.as_secs_f64()).clamp(0.125, 2.0);
        // One that had less to do than it might have says nothing about more.
        let grows = ratio >= 1.33 && did > self.work / 2;
        if ratio < 0.75 || grows {
            self.work = ((self.work as f64 * ratio) as u64).clamp(1, self.max);
        }
        // What the job holds down says nothing about the next one.
        if self.work < self.max {
            self.entry.set_work(self.work);
        }
    }

    /// Half as much from now on.
    pub(super) fn halve(&mut self) {
        self.work = (self.work / 2).max(1);
    }
}
