//! A watt-hour is sold once: how what a meter measured is shared out among the contracts that name it.

use borsh::{BorshDeserialize, BorshSerialize};

use crate::value::{ContractId, Slot, WattHours};

/// A contract as one of those that a meter fills, in one direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, BorshSerialize, BorshDeserialize)]
pub struct Filling {
    /// Which contract.
    pub contract: ContractId,
    /// Its first slot.
    pub first: Slot,
    /// Its last one.
    pub last: Slot,
    /// Most that it takes of a slot.
    pub limit: WattHours,
}

impl Filling {
    /// Most that it takes of the slots beyond `after` up to `until`.
    fn room(&self, after: Slot, until: Slot) -> u128 {
        // No slot is beyond the last one that there is.
        let Some(begin) = after.0.checked_add(1) else { return 0 };
        let (begin, end) = (begin.max(self.first.0), until.0.min(self.last.0));
        let slots = if begin <= end { u128::from(end - begin) + 1 } else { 0 };
        u128::from(self.limit.0) * slots
    }
}

/// What each of a meter's contracts gets of what flowed in the slots beyond `after` up to `until`: each in turn, in the
/// order of their opening, as much as it has room for, of what the ones before it left. The slots are taken as one: how
/// much flowed in which of them nobody knows.
pub fn allot(fillings: &[Filling], after: Slot, until: Slot, flowed: WattHours) -> Vec<WattHours> {
    let mut left = flowed.0;
    let take = |filling: &Filling| {
        let taken = u64::try_from(filling.room(after, until)).map_or(left, |room| room.min(left));
        left -= taken;
        WattHours(taken)
    };
    fillings.iter().map(take).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Filling, allot};
    use crate::value::{ContractId, Slot, WattHours};

    fn filling(first: u64, last: u64, limit: u64) -> Filling {
        let contract = ContractId([0; 32]);
        Filling { contract, first: Slot(first), last: Slot(last), limit: WattHours(limit) }
    }

    fn shares(fillings: &[Filling], after: u64, until: u64, flowed: u64) -> Vec<u64> {
        let shares = allot(fillings, Slot(after), Slot(until), WattHours(flowed));
        shares.iter().map(|share| share.0).collect()
    }

    #[test]
    fn the_first_to_open_is_filled_first() {
        let three = [filling(10, 19, 5), filling(0, 99, 3), filling(15, 15, 100)];
        // Slots 11 to 15: room for 25, 15 and 100.
        assert_eq!(shares(&three, 10, 15, 20), [20, 0, 0]);
        assert_eq!(shares(&three, 10, 15, 30), [25, 5, 0]);
        assert_eq!(shares(&three, 10, 15, 1_000), [25, 15, 100]);
        assert_eq!(shares(&three, 10, 15, 0), [0, 0, 0]);
        assert_eq!(shares(&[], 10, 15, 7), [0; 0]);
        // The slot that a reading ends is one of it; the one that the reading before ended is not.
        assert_eq!(shares(&three, 9, 10, 1_000), [5, 3, 0]);
        assert_eq!(shares(&three, 19, 20, 1_000), [0, 3, 0]);
        // No slots at all, and the wrong way round.
        assert_eq!(shares(&three, 12, 12, 1_000), [0, 0, 0]);
        assert_eq!(shares(&three, 15, 12, 1_000), [0, 0, 0]);
    }

    #[test]
    fn the_edges_of_64_bits_are_no_edges() {
        let all = [filling(0, u64::MAX, u64::MAX), filling(1 << 63, u64::MAX, 1)];
        assert_eq!(shares(&all, 0, u64::MAX, u64::MAX), [u64::MAX, 0]);
        assert_eq!(shares(&all, u64::MAX, u64::MAX, 9), [0, 0]);
        assert_eq!(shares(&all, u64::MAX - 1, u64::MAX, u64::MAX), [u64::MAX, 0]);
        assert_eq!(shares(&all[1..], (1 << 63) - 1, 1 << 63, 9), [1]);
        assert_eq!(shares(&all[1..], 0, 1 << 63, 9), [1]);
        assert_eq!(shares(&all[1..], 0, (1 << 63) - 1, 9), [0]);
        assert_eq!(shares(&all[1..], 0, u64::MAX, u64::MAX), [1 << 63]);
    }

    /// Slot by slot, as one would count by hand.
    fn room_by_hand(filling: &Filling, after: u64, until: u64) -> u64 {
        let inside = (after + 1..=until).filter(|slot| (filling.first.0..=filling.last.0).contains(slot));
        inside.count() as u64 * filling.limit.0
    }

    #[test]
    fn every_small_range_is_counted_right() {
        for (first, last) in (0..7).flat_map(|first| (0..7).map(move |last| (first, last))) {
            let one = filling(first, last, 2);
            for (after, until) in (0..9).flat_map(|after| (0..9).map(move |until| (after, until))) {
                let expected = room_by_hand(&one, after, until);
                assert_eq!(shares(&[one], after, until, 100), [expected], "{first} {last} {after} {until}");
            }
        }
    }

    proptest! {
        #[test]
        fn nothing_is_sold_twice(
            list in prop::collection::vec((0u64..40, 0u64..40, prop_oneof![0u64..50, any::<u64>()]), 0..8),
            after in 0u64..40,
            until in 0u64..40,
            flowed in prop_oneof![0u64..2_000, any::<u64>()],
        ) {
            let fillings: Vec<_> = list.iter().map(|&(first, last, limit)| filling(first, last, limit)).collect();
            let shares = shares(&fillings, after, until, flowed);
            let sum: u128 = shares.iter().map(|&share| u128::from(share)).sum();
            prop_assert!(sum <= u128::from(flowed));
            // Whoever has less than there is room for has the last of it.
            for (place, filling) in fillings.iter().enumerate() {
                let room = filling.room(Slot(after), Slot(until));
                prop_assert!(u128::from(shares[place]) <= room);
                if u128::from(shares[place]) < room {
                    let so_far: u128 = shares[..=place].iter().map(|&share| u128::from(share)).sum();
                    prop_assert_eq!(so_far, u128::from(flowed));
                }
            }
            // Whoever opened later changes nothing for those before.
            for count in 0..fillings.len() {
                let fewer = allot(&fillings[..count], Slot(after), Slot(until), WattHours(flowed));
                prop_assert_eq!(fewer.iter().map(|share| share.0).collect::<Vec<_>>(), &shares[..count]);
            }
        }
    }
}
