//! Targets and work: 256-bit numbers that a digest must not exceed, and what meeting one is worth.

use primitive_types::{U256, U512};

use crate::{Error, Order};

/// A 256-bit number; a digest meets it when, read in the search's [`Order`], it is at most this.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Target(U256);

impl Target {
    /// The target every digest meets.
    pub const MAX: Target = Target(U256::MAX);
    /// The target only the digest zero meets.
    pub const ZERO: Target = Target(U256::zero());

    /// From 32 bytes, most significant first.
    pub fn from_be_bytes(bytes: &[u8; 32]) -> Target {
        Target(U256::from_big_endian(bytes))
    }

    /// 32 bytes, most significant first.
    pub fn to_be_bytes(self) -> [u8; 32] {
        self.0.to_big_endian()
    }

    /// 2^(256 − `bits`) − 1: met by one digest in 2^`bits`.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] above 256 bits.
    pub fn from_zero_bits(bits: u32) -> Result<Target, Error> {
        match bits {
            0 => Ok(Target::MAX),
            1..=256 => Ok(Target((U256::MAX >> (bits - 1)) >> 1)),
            _ => Err(Error::OutOfRange { what: "target bits", min: 0, max: 256, got: bits.into() }),
        }
    }

    /// From a header's compact form (Bitcoin's `nBits`).
    ///
    /// # Errors
    /// [`Error::CompactTarget`] when the form is negative, zero, or above 256 bits.
    pub fn from_compact(bits: u32) -> Result<Target, Error> {
        let (size, mantissa) = (bits >> 24, bits & 0x007f_ffff);
        let bad = Err(Error::CompactTarget(bits));
        if bits & 0x0080_0000 != 0 || mantissa == 0 {
            return bad;
        }
        let target = if size <= 3 {
            U256::from(mantissa >> (8 * (3 - size)))
        } else {
            let shift = 8 * (size - 3);
            let target = U256::from(mantissa);
            if shift + (32 - mantissa.leading_zeros()) > 256 {
                return bad;
            }
            target << shift
        };
        if target.is_zero() { bad } else { Ok(Target(target)) }
    }

    /// The compact form, rounding down to its 23-bit mantissa.
    pub fn to_compact(self) -> u32 {
        let mut size = self.0.bits().div_ceil(8) as u32;
        let mut mantissa = if size <= 3 {
            self.0.low_u32() << (8 * (3 - size))
        } else {
            (self.0 >> (8 * (size - 3))).low_u32()
        };
        if mantissa & 0x0080_0000 != 0 {
            mantissa >>= 8;
            size += 1;
        }
        size << 24 | mantissa
    }

    /// Whether a digest, read in `order`, meets this target.
    pub fn is_met_by(self, digest: &[u8; 32], order: Order) -> bool {
        let limbs = digest.as_chunks::<8>().0;
        let [a, b, c, d] = match order {
            Order::Little => [3, 2, 1, 0].map(|i| u64::from_le_bytes(limbs[i])),
            Order::Big => [0, 1, 2, 3].map(|i| u64::from_be_bytes(limbs[i])),
        };
        let top = self.0.0[3];
        // The first limb nearly always decides.
        if a == top { U256([d, c, b, a]) <= self.0 } else { a < top }
    }

    /// Expected hashes to meet it, ⌊2²⁵⁶ / (target + 1)⌋; 2²⁵⁶ − 1 for the target zero, where the quotient does not
    /// fit.
    pub fn work(self) -> Work {
        // ⌊2²⁵⁶/(t+1)⌋ = ⌊(2²⁵⁶ − 1 − t)/(t+1)⌋ + 1.
        match self.0.checked_add(U256::one()) {
            Some(_) if self.0.is_zero() => Work(U256::MAX),
            Some(above) => Work((!self.0) / above + U256::one()),
            None => Work(U256::one()),
        }
    }

    pub(crate) fn from_number(number: U256) -> Target {
        Target(number)
    }

    pub(crate) fn number(self) -> U256 {
        self.0
    }

    /// This target × `numerator` / `denominator`, clamped to 1..=`max`.
    pub(crate) fn scaled(self, numerator: u64, denominator: u64, max: Target) -> Target {
        let scaled = self.0.full_mul(U256::from(numerator)) / U512::from(denominator);
        let capped = U256::try_from(scaled).unwrap_or(U256::MAX).min(max.0);
        Target(capped.max(U256::one()))
    }
}

/// Expected hashes: of one header, or summed over a chain.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Work(U256);

impl Work {
    /// No work.
    pub const ZERO: Work = Work(U256::zero());

    /// Of a big-endian number.
    pub fn from_be_bytes(bytes: &[u8; 32]) -> Work {
        Work(U256::from_big_endian(bytes))
    }

    /// The sum; stays at the largest number where it would not fit.
    #[must_use]
    pub fn saturating_add(self, other: Work) -> Work {
        Work(self.0.saturating_add(other.0))
    }

    /// So many times this work; stays at the largest number where it would not fit.
    #[must_use]
    pub fn saturating_mul(self, times: u64) -> Work {
        Work(self.0.saturating_mul(times.into()))
    }

    /// 32 bytes, most significant first.
    pub fn to_be_bytes(self) -> [u8; 32] {
        self.0.to_big_endian()
    }
}
