//! How much a contract's seller has delivered to its buyer, by both of their meters.
//!
//! Each side's readings come at their own times, in their order, and each allots so much to the contract. What both sides
//! have by a slot at which both were read can be compared: between two such slots the lesser counts. Whatever order the
//! two sides' readings come in, the same is delivered.

use borsh::{BorshDeserialize, BorshSerialize};

use crate::encoding::List;
use crate::reason::Misread;
use crate::value::{Slot, WattHours};

/// Readings that one side can be ahead of the other without any of them being forgotten as a place to compare.
pub const PENDING_MAX: u32 = 96;

/// Whose meter it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Side {
    /// The seller's: what it exports counts.
    Seller,
    /// The buyer's: what it imports counts.
    Buyer,
}

/// What one side's meter has allotted to the contract.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, BorshSerialize, BorshDeserialize)]
struct Allotted {
    /// The slot of its last reading.
    latest: Option<Slot>,
    /// All of it.
    total: WattHours,
    /// What of it was compared.
    compared: WattHours,
}

impl Allotted {
    /// What was not compared yet.
    fn rest(&self) -> u64 {
        self.total.0.saturating_sub(self.compared.0)
    }
}

/// A reading of the side that is ahead.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, BorshSerialize, BorshDeserialize)]
struct Point {
    slot: Slot,
    /// All that was allotted by then.
    total: WattHours,
}

/// What was delivered under a contract, as far as both meters were read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, BorshSerialize, BorshDeserialize)]
pub struct Delivery {
    seller: Allotted,
    buyer: Allotted,
    /// What was delivered by the last slot at which both were read.
    agreed: WattHours,
    /// All that the side that is ahead has by its last reading that is not beyond the other's.
    passed: WattHours,
    /// Its readings beyond that, in their order: the other side's may still meet them.
    ahead: List<Point, PENDING_MAX>,
}

impl Delivery {
    /// Of a contract that nothing was delivered under.
    pub fn new() -> Delivery {
        Delivery::default()
    }

    /// A further reading of one side, at the end of slot `until`, that allots so much more to the contract. When a side is
    /// ahead by more than 96 readings, the oldest of them is no place to compare any more.
    ///
    /// # Errors
    /// [`Misread::Slot`] when the side was read there or further on, [`Misread::TooMuch`] when its sum is more than 64 bits
    /// hold; nothing is changed then.
    pub fn add(&mut self, side: Side, until: Slot, allotted: WattHours) -> Result<(), Misread> {
        let (own, other) = match side {
            Side::Seller => (&mut self.seller, &mut self.buyer),
            Side::Buyer => (&mut self.buyer, &mut self.seller),
        };
        if own.latest.is_some_and(|latest| until <= latest) {
            return Err(Misread::Slot);
        }
        let before = own.total;
        let total = before.0.checked_add(allotted.0).map(WattHours).ok_or(Misread::TooMuch)?;
        let was_behind = own.latest < other.latest;
        let was_ahead = own.latest > other.latest;
        (own.latest, own.total) = (Some(until), total);
        let mut ahead = std::mem::take(&mut self.ahead).into_vec();
        if was_behind {
            let beyond = ahead.split_off(ahead.partition_point(|point| point.slot <= until));
            if let Some(met) = ahead.last() {
                self.passed = met.total;
                if met.slot == until {
                    let delivered = own.rest().min(met.total.0.saturating_sub(other.compared.0));
                    self.agreed = WattHours(self.agreed.0.saturating_add(delivered));
                    (own.compared, other.compared) = (total, met.total);
                }
            }
            ahead = beyond;
        }
        if own.latest > other.latest {
            if !was_ahead {
                self.passed = before;
            }
            if ahead.len() == PENDING_MAX as usize {
                ahead.remove(0);
            }
            ahead.push(Point { slot: until, total });
        }
        if own.latest == other.latest {
            // Neither is ahead. One delivery has one encoding.
            self.passed = WattHours(0);
        }
        self.ahead = List::new("the readings of the side that is ahead", ahead).expect("no more than 96");
        Ok(())
    }

    /// What was delivered by the last slot at which both sides were read. It never falls, whatever is read later.
    pub fn agreed(&self) -> WattHours {
        self.agreed
    }

    /// What was delivered by all readings: what is agreed, and of what either side has beyond that the lesser. A later
    /// reading may show that it was less.
    pub fn delivered(&self) -> WattHours {
        self.with(self.seller.rest().min(self.buyer.rest()))
    }

    /// What was delivered, when no more readings will be taken, of a contract up to slot `last` that was closed in slot
    /// `closed`. For slots up to both that the buyer's meter was not read for, the seller's alone counts, from the seller's last
    /// reading on that is not beyond the buyer's: who takes energy must not gain by going dark. If it was closed before its
    /// end, the seller's readings up to that slot count so, and no later ones, which the buyer may have had no time to answer.
    /// Nor must who gives energy gain: for slots that the seller's meter was not read for nothing counts.
    pub fn settled(&self, last: Slot, closed: Slot) -> WattHours {
        let delivered = self.delivered();
        let is_dark = self.buyer.latest < self.seller.latest && self.buyer.latest < Some(last.min(closed));
        if !is_dark {
            return delivered;
        }
        let mut ahead = self.ahead.as_slice().iter().rev();
        let counted = match ahead.find(|point| point.slot <= closed) {
            _ if closed >= last => self.seller.total,
            Some(point) => point.total,
            None => self.passed,
        };
        let both = self.buyer.rest().min(self.passed.0.saturating_sub(self.seller.compared.0));
        let alone = counted.0.saturating_sub(self.passed.0);
        // A reading that begins before the close and ends after it counts as far as the buyer's own meter goes.
        delivered.max(self.with(both.saturating_add(alone)))
    }

    fn with(&self, more: u64) -> WattHours {
        WattHours(self.agreed.0.saturating_add(more))
    }

    /// Whether both sides were read for every slot up to this one.
    pub fn is_complete(&self, last: Slot) -> bool {
        [self.seller, self.buyer].iter().all(|side| side.latest >= Some(last))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Delivery, PENDING_MAX, Side};
    use crate::encoding::{decode, encode};
    use crate::reason::Misread;
    use crate::value::{Slot, WattHours};

    const LAST: Slot = Slot(100);

    /// Seller and buyer, each with slots and what is allotted at them, in an order that letters give.
    fn run(steps: &[(char, u64, u64)]) -> Delivery {
        let mut delivery = Delivery::new();
        for &(side, until, allotted) in steps {
            let side = if side == 's' { Side::Seller } else { Side::Buyer };
            delivery.add(side, Slot(until), WattHours(allotted)).expect("in order");
        }
        delivery
    }

    /// Agreed, delivered, settled.
    fn numbers(delivery: &Delivery) -> [u64; 3] {
        [delivery.agreed(), delivery.delivered(), delivery.settled(LAST, LAST)].map(|sum| sum.0)
    }

    #[test]
    fn the_lesser_counts_between_slots_at_which_both_were_read() {
        assert_eq!(numbers(&run(&[])), [0, 0, 0]);
        assert_eq!(numbers(&run(&[('s', 1, 5), ('b', 1, 3)])), [3, 3, 3]);
        assert_eq!(numbers(&run(&[('s', 1, 5), ('b', 1, 3), ('b', 2, 9), ('s', 2, 4)])), [7, 7, 7]);
        // What was short before is not made up for later.
        assert_eq!(numbers(&run(&[('s', 1, 5), ('b', 1, 0), ('s', 2, 0), ('b', 2, 5)])), [0, 0, 0]);
        // But where both were not read in between, nobody knows.
        assert_eq!(numbers(&run(&[('s', 1, 5), ('s', 2, 0), ('b', 2, 5)])), [5, 5, 5]);
        assert_eq!(numbers(&run(&[('s', 1, 5), ('b', 2, 5), ('s', 3, 0), ('b', 3, 0)])), [5, 5, 5]);
    }

    #[test]
    fn beyond_the_last_common_slot_the_lesser_rest_counts_for_now() {
        // The buyer is at slot 5, the seller at 4.
        let mut delivery = run(&[('s', 1, 5), ('b', 1, 5), ('s', 4, 50), ('b', 5, 100)]);
        assert_eq!(numbers(&delivery)[..2], [5, 55]);
        // Then a reading shows that it was less.
        delivery = run(&[('b', 5, 10), ('b', 6, 90), ('s', 4, 50)]);
        assert_eq!(numbers(&delivery)[..2], [0, 50]);
        delivery.add(Side::Seller, Slot(5), WattHours(0)).expect("in order");
        assert_eq!(numbers(&delivery)[..2], [10, 10]);
    }

    #[test]
    fn going_dark_gains_nothing() {
        // The buyer shows nothing at all; nothing since both were read; something at a time of its own.
        assert_eq!(numbers(&run(&[('s', 50, 7), ('s', 100, 8)])), [0, 0, 15]);
        assert_eq!(numbers(&run(&[('s', 50, 7), ('b', 50, 6), ('s', 100, 8)])), [6, 6, 14]);
        assert_eq!(numbers(&run(&[('s', 50, 7), ('b', 51, 6), ('s', 100, 8)])), [0, 6, 14]);
        // Of several readings of the seller the last one counts that is not beyond the buyer's.
        let steps = [('s', 10, 1), ('b', 10, 1), ('s', 20, 2), ('s', 30, 4), ('s', 40, 8), ('b', 35, 3)];
        assert_eq!(numbers(&run(&steps)), [1, 4, 1 + 3 + 8]);
        // The same, when the seller comes later.
        let steps = [('s', 10, 1), ('b', 10, 1), ('b', 35, 3), ('s', 20, 2), ('s', 30, 4), ('s', 40, 8)];
        assert_eq!(numbers(&run(&steps)), [1, 4, 1 + 3 + 8]);
        // It is not dark where it has shown all of the contract.
        assert_eq!(numbers(&run(&[('s', 101, 9), ('b', 100, 6)])), [0, 6, 6]);
        // The seller's meter shows nothing: nobody says that anything was given.
        assert_eq!(numbers(&run(&[('b', 50, 7), ('b', 100, 8)])), [0, 0, 0]);
        assert_eq!(numbers(&run(&[('s', 50, 7), ('b', 50, 6), ('b', 100, 8)])), [6, 6, 6]);
        assert_eq!(numbers(&run(&[('s', 51, 7), ('b', 50, 6), ('b', 100, 8)])), [0, 7, 7]);
    }

    /// The seller alone counts up to the close; what it reads later the buyer may have had no time to answer.
    #[test]
    fn a_seller_that_reads_late_gains_nothing() {
        let settled = |steps: &[(char, u64, u64)], closed| run(steps).settled(LAST, Slot(closed)).0;
        let dark = [('s', 50, 7), ('s', 60, 8), ('s', 70, 16)];
        assert_eq!(
            [49, 50, 59, 60, 70, 99, 100].map(|closed| settled(&dark, closed)),
            [0, 7, 7, 15, 31, 31, 31]
        );
        // The buyer has shown all up to the close: of what the seller has beyond it the buyer's own is the most.
        let answered = [('s', 50, 7), ('b', 50, 5), ('s', 70, 16)];
        assert_eq!([50, 51, 69, 70].map(|closed| settled(&answered, closed)), [5, 5, 5, 21]);
        // A reading that begins before the close and ends after it: as far as the buyer's meter goes.
        let straddles = [('s', 40, 1), ('b', 55, 5), ('s', 70, 16)];
        assert_eq!([55, 56, 69, 70].map(|closed| settled(&straddles, closed)), [5, 5, 5, 17]);
        // A contract that came to its end: what straddles that was shared out by its slots already.
        assert_eq!(settled(&[('s', 40, 1), ('b', 55, 5), ('s', 130, 16)], 100), 17);
    }

    #[test]
    fn it_is_complete_when_both_have_shown_all() {
        assert!(!run(&[]).is_complete(Slot(0)));
        let delivery = run(&[('s', 100, 1), ('b', 99, 1)]);
        assert!(!delivery.is_complete(LAST));
        assert!(delivery.is_complete(Slot(99)));
        assert!(run(&[('s', 100, 0), ('b', 103, 0)]).is_complete(LAST));
    }

    #[test]
    fn slots_ascend_and_sums_fit() {
        let mut delivery = run(&[('s', 5, u64::MAX), ('b', 5, u64::MAX)]);
        let before = delivery.clone();
        let mut add = |side, until, allotted| delivery.add(side, Slot(until), WattHours(allotted));
        assert_eq!(add(Side::Seller, 5, 0), Err(Misread::Slot));
        assert_eq!(add(Side::Buyer, 4, 0), Err(Misread::Slot));
        assert_eq!(add(Side::Buyer, 6, 1), Err(Misread::TooMuch));
        assert_eq!(delivery, before);
        assert_eq!(numbers(&delivery), [u64::MAX; 3]);
        for until in [1 << 63, u64::MAX] {
            delivery.add(Side::Seller, Slot(until), WattHours(0)).expect("in order");
            delivery.add(Side::Buyer, Slot(until), WattHours(0)).expect("in order");
        }
        assert_eq!(numbers(&delivery), [u64::MAX; 3]);
    }

    #[test]
    fn the_oldest_of_many_is_forgotten() {
        let mut delivery = Delivery::new();
        for until in 1..=u64::from(PENDING_MAX) + 1 {
            delivery.add(Side::Seller, Slot(until), WattHours(10)).expect("in order");
        }
        // Slot 1 is no place to compare any more, slot 2 still is.
        delivery.add(Side::Buyer, Slot(1), WattHours(4)).expect("in order");
        assert_eq!(numbers(&delivery)[..2], [0, 4]);
        delivery.add(Side::Buyer, Slot(2), WattHours(14)).expect("in order");
        assert_eq!(numbers(&delivery)[..2], [18, 18]);
        assert_eq!(delivery.settled(LAST, LAST), WattHours(18 + 10 * 95));
    }

    #[test]
    fn bytes_are_strict_and_bounded() {
        let delivery = run(&[('s', 1, 5), ('b', 1, 5), ('s', 4, 50), ('s', 5, 1)]);
        let bytes = encode(&delivery);
        assert_eq!(decode::<Delivery>("a delivery", &bytes), Ok(delivery));
        assert!(decode::<Delivery>("a delivery", &bytes[..bytes.len() - 1]).is_err());
        let place = bytes.len() - 2 * 16 - 4;
        let mut bad = bytes;
        bad.resize(place + 4 + 97 * 16, 0);
        bad[place] = 97;
        assert!(decode::<Delivery>("a delivery", &bad).is_err());
        bad[place] = 96;
        bad.truncate(place + 4 + 96 * 16);
        // What nobody would write is read, and does not panic.
        bad[17..25].fill(0xff);
        bad[34..50].fill(0xff);
        let mut odd: Delivery = decode("a delivery", &bad).expect("96");
        let _ = (numbers(&odd), odd.is_complete(LAST));
        for until in [6, 7, u64::MAX] {
            let _ = odd.add(Side::Buyer, Slot(until), WattHours(u64::MAX));
            let _ = odd.add(Side::Seller, Slot(until), WattHours(u64::MAX));
        }
    }

    /// Whole histories, and nothing clever: what [`Delivery`] must agree with.
    #[derive(Default)]
    struct Naive {
        /// Slot, what was allotted there, and whether it can still be compared.
        sides: [Vec<(u64, u64, bool)>; 2],
    }

    impl Naive {
        fn add(&mut self, side: usize, until: u64, allotted: u64) {
            self.sides[side].push((until, allotted, true));
            let other = self.sides[1 - side].last().map(|point| point.0);
            let ahead = self.sides[side].iter_mut().filter(|point| point.2 && Some(point.0) > other);
            let mut ahead: Vec<_> = ahead.collect();
            if ahead.len() > PENDING_MAX as usize {
                ahead[0].2 = false;
            }
        }

        /// What a side was allotted in the slots beyond one and up to another.
        fn between(&self, side: usize, after: Option<u64>, until: u64) -> u64 {
            let inside = self.sides[side].iter().filter(|point| Some(point.0) > after && point.0 <= until);
            inside.map(|point| point.1).sum()
        }

        fn numbers(&self) -> [u64; 3] {
            let [sellers, buyers] = &self.sides;
            let is_common = |point: &&(u64, u64, bool)| {
                point.2 && buyers.iter().any(|other| other.2 && other.0 == point.0)
            };
            let (mut agreed, mut last) = (0, None);
            for &(until, _, _) in sellers.iter().filter(is_common) {
                agreed += self.between(0, last, until).min(self.between(1, last, until));
                last = Some(until);
            }
            let rest = |side| self.between(side, last, u64::MAX);
            let delivered = agreed + rest(0).min(rest(1));
            let dark_from = buyers.last().map(|point| point.0);
            let mut settled = delivered;
            if dark_from < Some(LAST.0) && dark_from < sellers.last().map(|point| point.0) {
                let seen = sellers.iter().filter(|point| point.2);
                let passed = seen.map(|point| point.0).filter(|&slot| Some(slot) <= dark_from).max();
                let both = passed.map_or(0, |passed| self.between(0, last, passed).min(rest(1)));
                settled = agreed + both + self.between(0, passed.max(last), u64::MAX);
            }
            [agreed, delivered, settled]
        }
    }

    proptest! {
        #[test]
        fn it_agrees_with_whole_histories(
            steps in prop::collection::vec((0usize..2, 1u64..4, 0u64..10), 0..60),
        ) {
            let (mut delivery, mut naive, mut slots) = (Delivery::new(), Naive::default(), [0; 2]);
            let mut agreed = WattHours(0);
            for (side, later, allotted) in steps {
                slots[side] += later;
                naive.add(side, slots[side], allotted);
                let which = if side == 0 { Side::Seller } else { Side::Buyer };
                delivery.add(which, Slot(slots[side]), WattHours(allotted)).expect("in order");
                let found = numbers(&delivery);
                prop_assert_eq!(found, naive.numbers());
                prop_assert!(found.is_sorted());
                prop_assert!(agreed <= delivery.agreed());
                agreed = delivery.agreed();
                let kept: Delivery = decode("a delivery", &encode(&delivery)).expect("its own bytes");
                prop_assert_eq!(&kept, &delivery);
            }
        }

        /// One side so far ahead that readings are forgotten.
        #[test]
        fn it_agrees_with_histories_that_forget(
            runs in prop::collection::vec((0usize..2, 1usize..130, 1u64..3, 0u64..10), 1..5),
        ) {
            let (mut delivery, mut naive, mut slots) = (Delivery::new(), Naive::default(), [0; 2]);
            for (side, count, later, allotted) in runs {
                for place in 0..count {
                    slots[side] += later;
                    let allotted = allotted * (place as u64 % 3);
                    naive.add(side, slots[side], allotted);
                    let which = if side == 0 { Side::Seller } else { Side::Buyer };
                    delivery.add(which, Slot(slots[side]), WattHours(allotted)).expect("in order");
                }
                prop_assert_eq!(numbers(&delivery), naive.numbers());
            }
        }

        /// As long as nothing is forgotten, it is all the same which side's readings come first.
        #[test]
        fn the_order_of_the_sides_does_not_matter(
            seller in prop::collection::vec((1u64..4, 0u64..10), 0..40),
            buyer in prop::collection::vec((1u64..4, 0u64..10), 0..40),
            turns in prop::collection::vec(any::<bool>(), 80),
        ) {
            let points = |list: &[(u64, u64)]| -> Vec<(u64, u64)> {
                let mut slot = 0;
                list.iter().map(|&(later, allotted)| { slot += later; (slot, allotted) }).collect()
            };
            let (seller, buyer) = (points(&seller), points(&buyer));
            let add = |delivery: &mut Delivery, side, (until, allotted): (u64, u64)| {
                delivery.add(side, Slot(until), WattHours(allotted)).expect("in order");
            };
            let mut one = Delivery::new();
            seller.iter().for_each(|&point| add(&mut one, Side::Seller, point));
            buyer.iter().for_each(|&point| add(&mut one, Side::Buyer, point));
            let mut other = Delivery::new();
            let (mut sellers, mut buyers) = (seller.iter(), buyer.iter());
            for turn in turns {
                let (first, second) = if turn { (Side::Seller, Side::Buyer) } else { (Side::Buyer, Side::Seller) };
                for side in [first, second] {
                    let next = match side { Side::Seller => sellers.next(), Side::Buyer => buyers.next() };
                    if let Some(&point) = next {
                        add(&mut other, side, point);
                        break;
                    }
                }
            }
            prop_assert_eq!(one, other);
        }
    }
}
