//! Numbers with their units. All of them are whole; what does not fit is an error, never a wrap.

use std::fmt;

use borsh::{BorshDeserialize, BorshSerialize};

use crate::Error;

macro_rules! numbers {
    ($($(#[doc = $doc:literal])* $name:ident($inner:ty);)*) => {$(
        $(#[doc = $doc])*
        #[derive(
            Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, BorshSerialize, BorshDeserialize,
        )]
        pub struct $name(pub $inner);
    )*};
}

numbers! {
    /// Money: hundred-millionths of a GNC.
    Units(u64);
    /// Energy in watt-hours.
    WattHours(u64);
    /// A moment: seconds since 1970, UTC.
    Time(u64);
    /// The number of a block; the first is 0.
    Height(u32);
    /// A hash's distance from the ceiling of its chain: the ceiling is at depth 0.
    Depth(u32);
    /// A quarter of an hour, counted from 1970, UTC: the one whose end a register was read at.
    Slot(u64);
    /// Power in watts.
    Watts(u32);
}

macro_rules! hashes {
    ($($(#[doc = $doc:literal])* $name:ident;)*) => {$(
        $(#[doc = $doc])*
        #[derive(
            Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, BorshSerialize, BorshDeserialize,
        )]
        pub struct $name(pub [u8; 32]);

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
            }
        }
    )*};
}

hashes! {
    /// The id of a token pool: of its registration.
    PoolId;
    /// The id of a token: of its body.
    TokenId;
    /// A session: what a bank's words are promised to.
    Session;
    /// A word of a hash chain.
    Word;
    /// The digest of what is carried.
    Content;
    /// A hop's commitment to its opening.
    Commitment;
    /// The id of a meter: of its certificate.
    MeterId;
    /// The id of a meter's reading.
    ReadingId;
    /// The id of a contract.
    ContractId;
    /// The id of a subvention: of its sponsor and the transaction that opened it.
    SubventionId;
}

/// Which way energy flows through a meter. Its number is its place where there is one of each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, BorshSerialize, BorshDeserialize)]
#[borsh(use_discriminant = true)]
#[repr(u8)]
pub enum Direction {
    /// From the grid.
    Import = 0,
    /// To the grid.
    Export = 1,
}

impl Units {
    /// Units of one GNC.
    pub const PER_GNC: u64 = 100_000_000;

    /// Nothing.
    pub const ZERO: Units = Units(0);

    /// Whole GNC.
    ///
    /// # Panics
    /// Beyond 184,467,440,737, more than there will ever be.
    pub const fn from_gnc(gnc: u64) -> Units {
        Units(gnc.checked_mul(Units::PER_GNC).expect("no more than 184 billion GNC"))
    }

    /// The sum.
    ///
    /// # Errors
    /// [`Error::Overflow`].
    pub fn plus(self, other: Units) -> Result<Units, Error> {
        self.0.checked_add(other.0).map(Units).ok_or(Error::Overflow { what: "a sum of money" })
    }

    /// The product with other numbers, computed exactly.
    ///
    /// # Errors
    /// [`Error::Overflow`].
    pub fn times(self, factors: &[u64]) -> Result<Units, Error> {
        let overflow = Error::Overflow { what: "a product of money" };
        let product = factors
            .iter()
            .try_fold(u128::from(self.0), |product, &factor| product.checked_mul(factor.into()));
        product.and_then(|product| u64::try_from(product).ok()).map(Units).ok_or(overflow)
    }

    /// ⌊self · numerator / denominator⌋, where the fraction is at most 1.
    ///
    /// # Panics
    /// When it is not.
    pub(crate) fn share(self, numerator: u64, denominator: u64) -> Units {
        assert!(numerator <= denominator && denominator > 0, "a share is a part of the whole");
        let share = u128::from(self.0) * u128::from(numerator) / u128::from(denominator);
        Units(u64::try_from(share).expect("a part is no more than the whole"))
    }
}

impl fmt::Display for Units {
    /// In GNC, with as many decimals as it needs: `12.5 GNC`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, rest) = (self.0 / Units::PER_GNC, self.0 % Units::PER_GNC);
        if rest == 0 {
            return write!(f, "{whole} GNC");
        }
        let decimals = format!("{rest:08}");
        write!(f, "{whole}.{} GNC", decimals.trim_end_matches('0'))
    }
}

#[cfg(test)]
mod tests {
    use super::Units;
    use crate::Error;

    #[test]
    fn money_is_exact_or_an_error() {
        let most = Units(u64::MAX);
        assert_eq!(Units(3).plus(Units(4)), Ok(Units(7)));
        assert!(matches!(most.plus(Units(1)), Err(Error::Overflow { .. })));
        assert_eq!(Units(3).times(&[1_024, 1 << 24]), Ok(Units(3 << 34)));
        assert!(matches!(Units(2).times(&[u64::MAX]), Err(Error::Overflow { .. })));
        assert!(matches!(most.times(&[u64::MAX, u64::MAX]), Err(Error::Overflow { .. })));
        assert_eq!(most.times(&[u64::MAX, 0]), Ok(Units::ZERO));
        assert_eq!(most.share(3, 4), Units(13_835_058_055_282_163_711));
        assert_eq!(Units(7).share(0, 1), Units::ZERO);
    }

    #[test]
    fn people_read_gnc() {
        for (units, text) in [
            (0, "0 GNC"),
            (1, "0.00000001 GNC"),
            (1_250_000_000, "12.5 GNC"),
            (10_511_994_988_436_800, "105119949.884368 GNC"),
        ] {
            assert_eq!(Units(units).to_string(), text);
        }
    }
}
