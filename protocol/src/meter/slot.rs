//! Slots: quarters of an hour of UTC, which know no clock changes.

use crate::value::{Slot, Time};

/// Seconds of a slot.
pub const SLOT_SECONDS: u64 = 900;

impl Slot {
    /// The slot that a moment is in. Its start belongs to it, its end does not.
    pub const fn containing(moment: Time) -> Slot {
        Slot(moment.0 / SLOT_SECONDS)
    }

    /// The slot of a register that is read at a moment: the last one that has ended by then, ⌊moment/900⌋ − 1. `None`
    /// in the first quarter of an hour of 1970.
    pub const fn of_register(read: Time) -> Option<Slot> {
        match Slot::containing(read).0.checked_sub(1) {
            Some(slot) => Some(Slot(slot)),
            None => None,
        }
    }

    /// Its first moment; `None` beyond what a moment holds.
    pub const fn start(self) -> Option<Time> {
        match self.0.checked_mul(SLOT_SECONDS) {
            Some(moment) => Some(Time(moment)),
            None => None,
        }
    }

    /// The first moment after it; `None` beyond what a moment holds.
    pub const fn end(self) -> Option<Time> {
        match self.0.checked_add(1) {
            Some(next) => Slot(next).start(),
            None => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::value::{Slot, Time};

    #[test]
    fn a_moment_is_in_one_slot() {
        for (moment, slot) in [(0, 0), (899, 0), (900, 1), (1_799, 1), (1_800_000_000, 2_000_000)] {
            assert_eq!(Slot::containing(Time(moment)), Slot(slot), "{moment}");
        }
        let (start, end) = (Slot(7).start().expect("small"), Slot(7).end().expect("small"));
        assert_eq!((start, end), (Time(6_300), Time(7_200)));
        assert_eq!(Slot::containing(start), Slot(7));
        assert_eq!(Slot::containing(Time(end.0 - 1)), Slot(7));
        assert_eq!(Slot::containing(end), Slot(8));
    }

    #[test]
    fn a_register_belongs_to_the_slot_that_ended() {
        for (read, slot) in [(0, None), (899, None), (900, Some(0)), (1_799, Some(0)), (1_800, Some(1))] {
            assert_eq!(Slot::of_register(Time(read)), slot.map(Slot), "{read}");
        }
        assert_eq!(Slot::of_register(Slot(7).end().expect("small")), Some(Slot(7)));
    }

    #[test]
    fn the_edge_of_64_bits_is_no_moment() {
        let last = Slot::containing(Time(u64::MAX));
        assert!(last.start().is_some_and(|start| start <= Time(u64::MAX)));
        assert_eq!(last.end(), None);
        for slot in [Slot(last.0 + 1), Slot(1 << 63), Slot(u64::MAX)] {
            assert_eq!((slot.start(), slot.end()), (None, None), "{slot:?}");
        }
        assert_eq!(Slot(last.0 - 1).end(), last.start());
    }
}
