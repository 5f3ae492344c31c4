//! How much of the time is mined, and how often a network of one's own has a block.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use gridnet_core::Target;

/// Time that the measured share is of.
const WINDOW: Duration = Duration::from_secs(60);

/// The target that one hash in so many meets.
pub(super) fn one_in(hashes: u64) -> Target {
    // The largest number, divided byte by byte.
    let (mut bytes, mut rest) = ([0; 32], 0u128);
    for byte in &mut bytes {
        let part = rest << 8 | 0xff;
        *byte = u8::try_from(part / u128::from(hashes.max(1))).expect("the rest is less than the divisor");
        rest = part % u128::from(hashes.max(1));
    }
    Target::from_be_bytes(&bytes)
}

/// The share of the last minute that was mined.
#[derive(Debug)]
pub(super) struct Duty {
    started: Instant,
    /// When mining began, and how long it went on.
    busy: VecDeque<(Instant, Duration)>,
}

impl Duty {
    pub(super) fn new() -> Duty {
        Duty { started: Instant::now(), busy: VecDeque::new() }
    }

    pub(super) fn add(&mut self, began: Instant, took: Duration) {
        self.busy.push_back((began, took));
        while self.busy.front().is_some_and(|(began, took)| (*began + *took).elapsed() > WINDOW) {
            self.busy.pop_front();
        }
    }

    /// In percent of the last minute, or since the beginning where that is shorter.
    pub(super) fn percent(&self) -> u32 {
        let now = Instant::now();
        let window = (now - self.started).min(WINDOW);
        let Some(since) = now.checked_sub(window) else { return 0 };
        let of = |(began, took): &(Instant, Duration)| {
            (*began + *took).saturating_duration_since((*began).max(since))
        };
        let busy: Duration = self.busy.iter().map(of).sum();
        let percent = 100 * busy.as_micros() / window.as_micros().max(1);
        u32::try_from(percent.min(100)).expect("a hundred at most")
    }
}

/// How long to rest after mining for so long.
pub(super) fn rest(busy: Duration, percent: u32) -> Duration {
    let percent = percent.clamp(1, 100);
    busy * (100 - percent) / percent
}

#[cfg(test)]
mod tests {
    use super::{Duty, one_in, rest};
    use std::time::Duration;

    #[test]
    fn one_hash_in_so_many_meets_the_target() {
        for hashes in [1, 2, 3, 1_000, 1 << 20, 123_456_789, u64::MAX] {
            let (work, one) = (one_in(hashes).work(), one_in(1).work());
            // Whole numbers: at most one hash less.
            assert!(work <= one.saturating_mul(hashes), "{hashes}");
            assert!(work >= one.saturating_mul(hashes - 1), "{hashes}");
        }
    }

    #[test]
    fn resting_makes_the_share_what_it_should_be() {
        let busy = Duration::from_millis(200);
        assert_eq!(rest(busy, 100), Duration::ZERO);
        assert_eq!(rest(busy, 50), busy);
        assert_eq!(rest(busy, 10), 9 * busy);
        assert_eq!(rest(busy, 0), 99 * busy, "never for ever");
    }

    #[test]
    fn the_share_is_measured() {
        let mut duty = Duty::new();
        let Some(start) = duty.started.checked_sub(Duration::from_secs(40)) else { return };
        duty.started = start;
        duty.add(start, Duration::from_secs(10));
        duty.add(start + Duration::from_secs(20), Duration::from_secs(10));
        let percent = duty.percent();
        assert!((49..=50).contains(&percent), "{percent}");
        assert_eq!(Duty::new().percent(), 0);
    }
}
