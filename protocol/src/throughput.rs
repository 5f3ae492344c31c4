//! How many transactions a chain takes (paper, VIII). The paper prints τ = (β/μ)·ρ/θ: β the size of a block, μ of a
//! transaction, θ a time. It comes out as it says, seven a second for Bitcoin, only with ρ the number of blocks *within* θ,
//! and is read so here.

use crate::block::{Coinbase, WEIGHT_MAX};
use crate::{Error, Network};

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
    /// What a network's chain takes of transactions of this weight; `None` for a network whose blocks come when somebody
    /// wants them.
    pub fn of_chain(network: Network, weight: u64) -> Option<Throughput> {
        let seconds = network.parameters().retarget?.spacing.into();
        let block_size = WEIGHT_MAX - Coinbase::WEIGHT;
        Some(Throughput { block_size, transaction_size: weight, blocks: 1, seconds })
    }

    /// What gets through when each transaction stands for so many: the datagrams of a transit pool, the states of a contract.
    /// In a million seconds, rounded down.
    ///
    /// # Errors
    /// As [`in_a_million_seconds`](Throughput::in_a_million_seconds).
    pub fn effective(&self, each: u64) -> Result<u128, Error> {
        let overflow = Error::Overflow { what: "the transactions in a million seconds" };
        // Rounded once: what each transaction stands for counts before that.
        let blocks = self.blocks.checked_mul(each).ok_or(overflow)?;
        Throughput { blocks, ..*self }.in_a_million_seconds()
    }

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
    use crate::block::{Coinbase, EXTRANONCE_BYTES, WEIGHT_MAX};
    use crate::transaction::Transaction;
    use crate::value::{Height, Units};
    use crate::{Address, Error, Network};

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
    fn a_chain_takes_what_fits_into_its_blocks() {
        let coinbase = Transaction::Coinbase(Coinbase {
            height: Height(u32::MAX),
            extranonce: [0xff; EXTRANONCE_BYTES],
            payout: Address([0xff; 32]),
            amount: Units(u64::MAX),
            state: [0xff; 32],
        });
        assert_eq!(coinbase.weight(), Coinbase::WEIGHT);
        let chain = Throughput::of_chain(Network::Main, 1_000).expect("its blocks have a spacing");
        // 2,097 in a block each two minutes; a block of exactly so much holds one.
        assert_eq!(chain.in_a_million_seconds(), Ok(2_097 * 1_000_000 / 120));
        assert_eq!(Throughput::of_chain(Network::Test, 1_000), Some(chain));
        let most = Throughput::of_chain(Network::Main, WEIGHT_MAX - Coinbase::WEIGHT).expect("so it has");
        assert_eq!(most.in_a_million_seconds(), Ok(8_333));
        assert_eq!(
            Throughput { transaction_size: most.transaction_size + 1, ..most }.in_a_million_seconds(),
            Ok(0)
        );
        assert_eq!(Throughput::of_chain(Network::Regtest, 1_000), None);
        // A thousand datagrams in each: not a thousand times what was rounded.
        assert_eq!(most.effective(1_000), Ok(8_333_333));
        assert_eq!(chain.effective(0), Ok(0));
        let overflow = Err(Error::Overflow { what: "the transactions in a million seconds" });
        assert_eq!(Throughput { blocks: 2, ..chain }.effective(u64::MAX), overflow);
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
