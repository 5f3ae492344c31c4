//! How many transactions a chain takes (paper, VIII). The paper prints τ = (β/μ)·ρ/θ: β the size of a block, μ of a
//! transaction, θ a time. It comes out as it says, seven a second for Bitcoin, only with ρ the number of blocks *within* θ,
//! and is read so here.

use crate::Error;

const MILLION: u128 = 1_000_000;

/// What the formula is about. Sizes are in bytes, or in weight: both the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Throughput {
    /// β: the most that a block takes.
    pub block_size: u64,
    /// μ: what a transaction takes of it.
    pub transaction_size: u64,
    /// ρ: blocks within the time.
    pub blocks: u64,
    /// θ: the time, in seconds.
    pub seconds: u64,
}

impl Throughput {
    /// τ: transactions in a million seconds, rounded down. A block takes whole ones alone.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] when a transaction or the time is nothing, [`Error::Overflow`] for numbers beyond all measure.
    pub fn in_a_million_seconds(&self) -> Result<u128, Error> {
        for (what, got) in [("the size of a transaction", self.transaction_size), ("the time", self.seconds)]
        {
            if got == 0 {
                return Err(Error::OutOfRange { what, min: 1, max: u64::MAX, got });
            }
        }
        let overflow = Error::Overflow { what: "the transactions in a million seconds" };
        let within = u128::from(self.block_size / self.transaction_size) * u128::from(self.blocks);
        within.checked_mul(MILLION).map(|many| many / u128::from(self.seconds)).ok_or(overflow)
    }
}

#[cfg(test)]
mod tests {
    use super::Throughput;
    use crate::Error;

    #[test]
    fn bitcoins_seven_a_second() {
        // A block of a million bytes each ten minutes, transactions of 250: 4,000 in 600 seconds.
        let bitcoin = Throughput { block_size: 1_000_000, transaction_size: 250, blocks: 6, seconds: 3_600 };
        assert_eq!(bitcoin.in_a_million_seconds(), Ok(6_666_666));
        // Twice the blocks, or half the time: twice as much. A transaction that fits into no block: none.
        assert_eq!(Throughput { blocks: 12, ..bitcoin }.in_a_million_seconds(), Ok(13_333_333));
        assert_eq!(Throughput { seconds: 1_800, ..bitcoin }.in_a_million_seconds(), Ok(13_333_333));
        assert_eq!(Throughput { transaction_size: 1_000_001, ..bitcoin }.in_a_million_seconds(), Ok(0));
        assert_eq!(Throughput { transaction_size: 500_001, ..bitcoin }.in_a_million_seconds(), Ok(1_666));
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        let good = Throughput { block_size: 1, transaction_size: 1, blocks: 1, seconds: 1 };
        let refused = |of: Throughput| of.in_a_million_seconds().expect_err("it is refused").name();
        assert_eq!(refused(Throughput { transaction_size: 0, ..good }), "out-of-range");
        assert_eq!(refused(Throughput { seconds: 0, ..good }), "out-of-range");
        let most = Throughput { block_size: u64::MAX, blocks: u64::MAX, ..good };
        assert_eq!(
            most.in_a_million_seconds(),
            Err(Error::Overflow { what: "the transactions in a million seconds" })
        );
    }
}
