//! How much work a dispatch gets.

use std::time::Instant;

use super::DISPATCH;

/// Grows the work of dispatches until one takes about [`DISPATCH`], and shrinks it when one takes twice that.
pub(super) struct Pace {
    work: u64,
    max: u64,
    last: Instant,
}

impl Pace {
    /// Starts small: a software device compiles in its first dispatch, and a display may be waiting for any other.
    pub(super) fn new(software: bool, max: u64) -> Pace {
        let first: u64 = if software { 1 << 14 } else { 1 << 20 };
        Pace { work: first.min(max), max, last: Instant::now() }
    }

    /// Work for the next dispatch.
    pub(super) fn work(&self) -> u64 {
        self.work
    }

    /// A dispatch has come back: the time since the one before is what it took, as long as they queue.
    pub(super) fn done(&mut self) {
        let now = Instant::now();
        let took = now - self.last;
        self.last = now;
        if took > 2 * DISPATCH {
            self.halve();
        } else if took < DISPATCH / 2 {
            self.work = self.work.saturating_mul(2).min(self.max);
        }
    }

    /// Half as much from now on.
    pub(super) fn halve(&mut self) {
        self.work = (self.work / 2).max(1);
    }
}
