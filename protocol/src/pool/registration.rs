//! What the ledger knows of a token pool.

use borsh::{BorshDeserialize, BorshSerialize};

use super::{BANKS_MAX, ChainFunction, LENGTH_MAX};
use crate::payout::Terms;
use crate::value::{Height, PoolId, Units};
use crate::{Address, Error, Kind, Network, sign};

/// A pool as it is registered.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Registration {
    /// Its owner.
    pub owner: Address,
    /// The owner's account sequence, which tells its pools apart.
    pub sequence: u64,
    /// The function of its chains.
    pub function: ChainFunction,
    /// How many chains there are.
    pub banks: u16,
    /// Hashes of each.
    pub length: u32,
    /// What a hash is worth.
    pub value: Units,
    /// The last height at which its tokens are sure to be paid.
    pub expiry: Height,
    /// Coin stake below which a hop is not paid.
    pub minimum_stake: Units,
    /// What software proposes for its tokens, each of which states its own.
    pub terms: Terms,
    /// The root over its banks.
    pub root: [u8; 32],
}

impl Registration {
    /// Its id.
    pub fn id(&self, network: Network) -> PoolId {
        PoolId(sign::id(network, Kind::TokenPool, self))
    }

    /// What its hashes are worth together: what its owner deposits.
    ///
    /// # Errors
    /// [`Error::Overflow`].
    pub fn coins(&self) -> Result<Units, Error> {
        self.value.times(&[self.banks.into(), self.length.into()])
    }

    /// Whether it could be registered.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] and [`Error::Overflow`].
    pub fn check(&self) -> Result<(), Error> {
        let within = |what, got: u64, max: u64| match got {
            got if (1..=max).contains(&got) => Ok(()),
            got => Err(Error::OutOfRange { what, min: 1, max, got }),
        };
        within("the number of banks", self.banks.into(), BANKS_MAX.into())?;
        within("the chains' length", self.length.into(), LENGTH_MAX.into())?;
        within("the value of a hash", self.value.0, u64::MAX)?;
        self.coins().map(drop)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::Registration;
    use crate::payout::{Payrate, Terms};
    use crate::pool::ChainFunction;
    use crate::value::{Height, Units};
    use crate::{Address, Error, Network};

    pub(crate) fn registration() -> Registration {
        Registration {
            owner: Address([1; 32]),
            sequence: 2,
            function: ChainFunction::Blake2s,
            banks: 3,
            length: 100,
            value: Units(50),
            expiry: Height(1_000),
            minimum_stake: Units(0),
            terms: Terms::payrate(Payrate::new(3, 4).expect("1 <= a < b")),
            root: [9; 32],
        }
    }

    #[test]
    fn bounds_are_looked_at_and_coins_are_exact() {
        let good = registration();
        assert_eq!(good.check(), Ok(()));
        assert_eq!(good.coins(), Ok(Units(15_000)));
        let bad = |change: fn(&mut Registration)| {
            let mut other = registration();
            change(&mut other);
            other.check().expect_err("it is bad").name()
        };
        assert_eq!(bad(|r| r.banks = 0), "out-of-range");
        assert_eq!(bad(|r| r.banks = 1_025), "out-of-range");
        assert_eq!(bad(|r| r.length = 0), "out-of-range");
        assert_eq!(bad(|r| r.length = (1 << 24) + 1), "out-of-range");
        assert_eq!(bad(|r| r.value = Units(0)), "out-of-range");
        assert_eq!(bad(|r| r.value = Units(u64::MAX / 200)), "overflow");
        assert!(matches!(
            Registration { value: Units(u64::MAX), ..good }.check(),
            Err(Error::Overflow { .. })
        ));
    }

    #[test]
    fn an_id_is_for_one_network_and_one_registration() {
        let one = registration();
        let mut seen: Vec<_> = Network::ALL.map(|network| one.id(network)).to_vec();
        seen.push(Registration { sequence: 3, ..one.clone() }.id(Network::Main));
        seen.push(Registration { minimum_stake: Units(1), ..one }.id(Network::Main));
        seen.sort();
        seen.dedup();
        assert_eq!(seen.len(), 5);
    }
}
