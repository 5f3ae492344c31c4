//! ASERT against Python's integers.

use gridnet_core::Target;
use gridnet_core::proof::asert::Asert;

use crate::input::{bits, number, rows, target, value, vectors};

#[test]
fn every_next_target_is_pythons() {
    let text = vectors("asert.txt");
    let (mut count, mut easiest, mut hardest, mut early) = (0, 0, 0, 0);
    for row in rows(&text, "") {
        let [spacing, half_life, limit, anchor, time, height, parent_time, wanted, compact] = row[..] else {
            panic!("{row:?}")
        };
        let limit = target(limit);
        let (time, parent_time): (u32, u32) = (number(time), number(parent_time));
        let asert = Asert::new(number(spacing), number(half_life), limit, target(anchor), time);
        let asert = asert.unwrap_or_else(|error| panic!("{row:?}: {error}"));
        let next = asert.next(number(height), parent_time);
        assert_eq!(next.to_be_bytes(), value(wanted), "{row:?}");
        assert_eq!(next.to_compact(), bits(compact), "{row:?}");
        count += 1;
        easiest += usize::from(next == limit);
        hardest += usize::from(next.work() == Target::from_compact(0x0101_0000).expect("one").work());
        early += usize::from(parent_time < time);
    }
    assert!(
        count > 1_000 && easiest > 50 && hardest > 50 && early > 50,
        "{count} {easiest} {hardest} {early}"
    );
}

#[test]
fn on_schedule_the_anchor_stays() {
    let anchor = target("1c123456");
    for (spacing, half_life) in [(120, 21_600), (600, 172_800)] {
        let asert = Asert::new(spacing, half_life, Target::MAX, anchor, 1_000_000).expect("a rule");
        for height in 0..1_000 {
            let time = 1_000_000 + spacing * height;
            assert_eq!(asert.next(height.into(), time), anchor);
            // A half-life late doubles, a half-life early halves.
            let bytes = asert.next(height.into(), time + half_life).work();
            assert!(bytes < anchor.work());
            assert_eq!(asert.next(height.into(), time + half_life), doubled(anchor));
        }
    }
}

fn doubled(target: Target) -> Target {
    let mut bytes = target.to_be_bytes();
    let mut carry = 0;
    for byte in bytes.iter_mut().rev() {
        let twice = u16::from(*byte) * 2 + carry;
        (*byte, carry) = (twice as u8, twice >> 8);
    }
    assert_eq!(carry, 0);
    Target::from_be_bytes(&bytes)
}
