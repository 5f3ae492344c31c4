//! What a party agrees to without asking anybody.

use crate::contract::{Contract, Role};
use crate::reason::Objection;
use crate::value::{Slot, Units, WattHours};

/// What a party agrees to, by its own choice but for the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// Least blocks of the window: the network's.
    pub window_min: u32,
    /// The last slot that it binds itself for.
    pub last: Slot,
    /// Most that it puts in for a watcher when it closes.
    pub watch_fee_max: Units,
    /// As a buyer: most that it pays for a kWh, to all others together.
    pub price_max: Units,
    /// As a buyer: most that it deposits.
    pub deposit_max: Units,
    /// As any other: least that it is paid for a kWh.
    pub rate_min: Units,
    /// As any other: least energy that the deposit must pay for.
    pub covered_min: WattHours,
}

impl Bounds {
    /// Whether the party at this place agrees to a contract.
    ///
    /// # Errors
    /// As [`Contract::check`], [`Objection::Terms`], and [`Objection::Stranger`] when nobody has the place.
    pub(super) fn check(&self, contract: &Contract, place: usize) -> Result<(), Objection> {
        contract.check(self.window_min)?;
        let party = contract.parties.as_slice().get(place).ok_or(Objection::Stranger)?;
        let agrees = match party.role {
            Role::Buyer => {
                contract.price() <= u128::from(self.price_max.0) && contract.deposit <= self.deposit_max
            }
            Role::Seller | Role::LineOwner | Role::Broker => {
                party.rate >= self.rate_min && contract.cap() >= self.covered_min
            }
        };
        let for_all = contract.last <= self.last && contract.watch_fee <= self.watch_fee_max;
        if agrees && for_all { Ok(()) } else { Err(Objection::Terms) }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::Bounds;
    use crate::contract::Contract;
    use crate::contract::terms::tests::{WINDOW_MIN, contract};
    use crate::reason::Objection;
    use crate::value::{Slot, Units, WattHours};

    /// Just what the contract of the tests asks of everybody.
    pub(crate) fn bounds() -> Bounds {
        Bounds {
            window_min: WINDOW_MIN,
            last: Slot(199),
            price_max: Units(3_500),
            deposit_max: Units(100_000),
            watch_fee_max: Units(1_000),
            rate_min: Units(500),
            covered_min: WattHours(28_571),
        }
    }

    #[test]
    fn each_bound_is_of_a_role() {
        let (seller, buyer, owner) = (0, 1, 2);
        let check = |change: fn(&mut Bounds), place| {
            let mut other = bounds();
            change(&mut other);
            other.check(&contract(), place)
        };
        for place in [seller, buyer, owner] {
            assert_eq!(check(|_| {}, place), Ok(()));
            assert_eq!(check(|b| b.last = Slot(198), place), Err(Objection::Terms));
            assert_eq!(check(|b| b.watch_fee_max = Units(999), place), Err(Objection::Terms));
            assert_eq!(check(|b| b.window_min = 11, place), Err(Objection::Window));
        }
        let terms = Err(Objection::Terms);
        assert_eq!(
            [seller, buyer, owner].map(|p| check(|b| b.price_max = Units(3_499), p)),
            [Ok(()), terms, Ok(())]
        );
        assert_eq!(
            [seller, buyer, owner].map(|p| check(|b| b.deposit_max = Units(99_999), p)),
            [Ok(()), terms, Ok(())]
        );
        assert_eq!(
            [seller, buyer, owner].map(|p| check(|b| b.rate_min = Units(501), p)),
            [Ok(()), Ok(()), terms]
        );
        let uncovered: fn(&mut Bounds) = |b| b.covered_min = WattHours(28_572);
        assert_eq!([seller, buyer, owner].map(|p| check(uncovered, p)), [terms, Ok(()), terms]);
        assert_eq!(check(|_| {}, 3), Err(Objection::Stranger));
        // What nobody could open is nobody's wish.
        let bad = Contract { limit: WattHours(0), ..contract() };
        assert_eq!(bounds().check(&bad, seller), Err(Objection::Limit));
    }
}
