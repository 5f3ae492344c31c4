//! ASERT: a block's target from how far the chain is ahead of or behind its schedule (the aserti3 polynomial).

use primitive_types::U512;

use crate::{Error, Target};

/// The rule and the block it counts from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asert {
    /// Wanted seconds between blocks.
    pub spacing: u32,
    /// Seconds behind schedule that double the target.
    pub half_life: u32,
    /// The easiest target.
    pub limit: Target,
    /// The anchor's own target.
    pub anchor: Target,
    /// The anchor's time minus `spacing`: when its parent would have been on schedule.
    pub anchor_parent_time: i64,
}

impl Asert {
    /// Largest spacing and half-life: 2³¹ − 1 seconds.
    pub const SECONDS_MAX: u32 = i32::MAX as u32;

    /// The rule, anchored at a block of time `time` with target `anchor`.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for a spacing or half-life of 0 or above [`Asert::SECONDS_MAX`].
    pub fn new(
        spacing: u32,
        half_life: u32,
        limit: Target,
        anchor: Target,
        time: u32,
    ) -> Result<Asert, Error> {
        for (what, got) in [("the spacing", spacing), ("the half-life", half_life)] {
            if !(1..=Self::SECONDS_MAX).contains(&got) {
                return Err(Error::OutOfRange {
                    what,
                    min: 1,
                    max: Self::SECONDS_MAX.into(),
                    got: got.into(),
                });
            }
        }
        Ok(Asert {
            spacing,
            half_life,
            limit,
            anchor,
            anchor_parent_time: i64::from(time) - i64::from(spacing),
        })
    }

    /// The target of the block after a parent that stands `height` blocks above the anchor (0: the anchor itself)
    /// and has this time.
    pub fn next(&self, height: u64, parent_time: u32) -> Target {
        let time_delta = i128::from(parent_time) - i128::from(self.anchor_parent_time);
        let schedule = i128::from(self.spacing) * (i128::from(height) + 1);
        let exponent = (time_delta - schedule) * 65_536 / i128::from(self.half_life);
        let shifts = exponent >> 16;
        let fraction = (exponent & 0xffff) as u128;
        // 2^x on [0, 1) in 16 bits after the point, within 0.013 %.
        let factor = 65_536
            + ((195_766_423_245_049 * fraction
                + 971_821_376 * fraction.pow(2)
                + 5_127 * fraction.pow(3)
                + (1 << 47))
                >> 48);
        let product = U512::from(self.anchor.number()) * U512::from(factor);
        let shifts = shifts - 16;
        let limit = U512::from(self.limit.number());
        let scaled = if shifts >= 0 {
            // The anchor is at least 1 and the factor at least 2¹⁶: 256 places to the left exceed any limit.
            if shifts >= 256 || product.leading_zeros() < shifts as u32 {
                limit
            } else {
                product << shifts as usize
            }
        } else if shifts <= -512 {
            U512::zero()
        } else {
            product >> (-shifts) as usize
        };
        let clamped = scaled.min(limit).max(U512::one());
        Target::from_number(clamped.try_into().expect("at most the limit, which has 256 bits"))
    }
}
