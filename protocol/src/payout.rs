//! Who is paid what for a transit pool (paper, Fig. 2): the fee, the receiver's part, and the split among the hops.
//! Whole numbers; the parts always add up to the whole.

use borsh::{BorshDeserialize, BorshSerialize};

use crate::Error;
use crate::encoding::limits;
use crate::value::Units;

/// The producer's part of what a claim pays: 1 in 100, or what its weight costs where that is more.
const FEE: (u64, u64) = (1, 100);
/// The receiver's part of the rest.
const RECEIVER: (u64, u64) = (5, 100);

/// What share of what it is given a hop passes on: a/b, with 1 ≤ a < b.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, BorshSerialize)]
pub struct Payrate {
    a: u16,
    b: u16,
}

impl Payrate {
    /// The payrate a/b; `None` unless 1 ≤ a < b.
    pub fn new(a: u16, b: u16) -> Option<Payrate> {
        (1 <= a && a < b).then_some(Payrate { a, b })
    }

    /// a.
    pub fn a(self) -> u16 {
        self.a
    }

    /// b.
    pub fn b(self) -> u16 {
        self.b
    }

    /// What a hop passes on of what it is given.
    pub fn passed_on(self, given: Units) -> Units {
        given.share(self.a.into(), self.b.into())
    }
}

impl BorshDeserialize for Payrate {
    fn deserialize_reader<R: std::io::Read>(reader: &mut R) -> std::io::Result<Self> {
        let (a, b) = BorshDeserialize::deserialize_reader(reader)?;
        let what = || format!("a payrate of {a}/{b}, which is not between 0 and 1");
        Payrate::new(a, b).ok_or_else(|| std::io::Error::new(std::io::ErrorKind::InvalidData, what()))
    }
}

/// How hops share.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, BorshSerialize, BorshDeserialize)]
#[borsh(use_discriminant = true)]
#[repr(u8)]
pub enum Rule {
    /// Each keeps what it does not pass on; the last keeps all that it is given.
    Payrate = 0,
    /// Each of n gets 1/2ⁿ, and the rest is burnt: to pose as two gains nothing, and harms the others.
    SybilNeutral = 1,
}

impl Rule {
    /// Every rule.
    pub const ALL: [Rule; 2] = [Rule::Payrate, Rule::SybilNeutral];

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Rule::Payrate => "payrate",
            Rule::SybilNeutral => "sybil-neutral",
        }
    }

    /// The rule of a number.
    pub fn from_number(number: u8) -> Option<Rule> {
        Rule::ALL.into_iter().find(|rule| *rule as u8 == number)
    }
}

/// What a token says about sharing. The payrate stands there under either rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, BorshSerialize, BorshDeserialize)]
pub struct Terms {
    /// What a hop passes on.
    pub payrate: Payrate,
    /// Which rule.
    pub rule: Rule,
}

impl Terms {
    /// The paper's rule at this payrate.
    pub fn payrate(payrate: Payrate) -> Terms {
        Terms { payrate, rule: Rule::Payrate }
    }
}

/// What a transit pool pays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payout {
    /// To the block's producer.
    pub fee: Units,
    /// To the receiver of the data.
    pub receiver: Units,
    /// To each hop, the first one first.
    pub hops: Vec<Units>,
    /// To nobody.
    pub burnt: Units,
}

/// What `total` units pay to `hops` hops, after a fee for a claim of so much weight. Without hops the receiver gets
/// their part as well: a direct payment.
///
/// # Errors
/// [`Error::Fee`] when the fee would take all, [`Error::TooMany`] for more hops than a transit pool may have.
pub fn payout(
    total: Units,
    weight: u64,
    minimum_fee_rate: u64,
    terms: Terms,
    hops: usize,
) -> Result<Payout, Error> {
    if hops > limits::HOPS as usize {
        return Err(Error::TooMany { what: "the hops", got: hops as u64, max: limits::HOPS.into() });
    }
    let fee = fee(total, weight, minimum_fee_rate)?;
    let after_fee = Units(total.0 - fee.0);
    let mut receiver = after_fee.share(RECEIVER.0, RECEIVER.1);
    let rest = Units(after_fee.0 - receiver.0);
    let shares = split(terms, rest, hops);
    let mut burnt = Units(rest.0 - shares.iter().map(|share| share.0).sum::<u64>());
    if hops == 0 {
        receiver = after_fee;
        burnt = Units::ZERO;
    }
    let payout = Payout { fee, receiver, hops: shares, burnt };
    assert_eq!(payout.sum(), u128::from(total.0), "money neither comes from nowhere nor goes there");
    Ok(payout)
}

impl Payout {
    fn sum(&self) -> u128 {
        let parts = [self.fee, self.receiver, self.burnt];
        parts.iter().chain(&self.hops).map(|part| u128::from(part.0)).sum()
    }
}

/// The fee: a hundredth, rounded up, or what the weight costs at the least rate; in any case less than all.
fn fee(total: Units, weight: u64, minimum_fee_rate: u64) -> Result<Units, Error> {
    let share = u128::from(total.0) * u128::from(FEE.0);
    let fee = share.div_ceil(FEE.1.into()).max(u128::from(weight) * u128::from(minimum_fee_rate));
    match u64::try_from(fee) {
        Ok(fee) if fee < total.0 => Ok(Units(fee)),
        _ => Err(Error::Fee { fee, total: total.0 }),
    }
}

/// The shares of so many hops in an amount.
pub fn split(terms: Terms, amount: Units, hops: usize) -> Vec<Units> {
    let payrate = terms.payrate;
    match terms.rule {
        Rule::Payrate => {
            let mut given = amount;
            let keep = |hop| {
                let passed_on = if hop + 1 == hops { Units::ZERO } else { payrate.passed_on(given) };
                let kept = Units(given.0 - passed_on.0);
                given = passed_on;
                kept
            };
            (0..hops).map(keep).collect()
        }
        Rule::SybilNeutral => {
            let share = u32::try_from(hops).ok().and_then(|hops| amount.0.checked_shr(hops)).unwrap_or(0);
            vec![Units(share); hops]
        }
    }
}

/// What a hop gains that is given `given`, is not the last, and poses as `identities` hops in a row instead of one
/// (paper, X: "there is no gain" is true for the last hop only).
pub fn gain_of_posing_as(payrate: Payrate, given: Units, identities: usize) -> Units {
    let kept = |identities: usize| {
        let passed_on = (0..identities).fold(given, |given, _| payrate.passed_on(given));
        given.0 - passed_on.0
    };
    Units(kept(identities.max(1)) - kept(1))
}

/// After how many payouts a fake identity of this cost has paid for itself; `None` when it never does.
pub fn payouts_until_faking_pays(cost: Units, gain: Units) -> Option<u64> {
    (gain.0 > 0).then(|| cost.0.div_ceil(gain.0))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Payrate, Rule, Terms, gain_of_posing_as, payout, payouts_until_faking_pays, split};
    use crate::Error;
    use crate::encoding::{decode, encode};
    use crate::value::Units;

    fn payrate(a: u16, b: u16) -> Payrate {
        Payrate::new(a, b).expect("1 <= a < b")
    }

    fn by(p: Payrate) -> Terms {
        Terms::payrate(p)
    }

    const NEUTRAL: Terms = Terms { payrate: Payrate { a: 1, b: 2 }, rule: Rule::SybilNeutral };

    fn numbers(shares: &[Units]) -> Vec<u64> {
        shares.iter().map(|share| share.0).collect()
    }

    #[test]
    fn the_papers_split() {
        let shares = split(by(payrate(3, 4)), Units(1_000_003), 5);
        assert_eq!(numbers(&shares), [250_001, 187_501, 140_626, 105_469, 316_406]);
        assert_eq!(numbers(&split(by(payrate(1, 2)), Units(3), 4)), [2, 1, 0, 0]);
        assert_eq!(numbers(&split(NEUTRAL, Units(100), 3)), [12, 12, 12]);
        assert_eq!(numbers(&split(NEUTRAL, Units(u64::MAX), 64)), [0; 64]);
    }

    #[test]
    fn a_payrate_is_between_0_and_1() {
        for (a, b) in [(0, 1), (1, 1), (2, 1), (0, 0), (u16::MAX, u16::MAX)] {
            assert_eq!(Payrate::new(a, b), None);
            let [a, b] = [a.to_le_bytes(), b.to_le_bytes()];
            assert!(decode::<Payrate>("a payrate", &[a, b].concat()).is_err());
        }
        assert_eq!(encode(&payrate(3, 4)), [3, 0, 4, 0]);
        assert_eq!(decode("a payrate", &[3, 0, 4, 0]), Ok(payrate(3, 4)));
    }

    #[test]
    fn the_fee_is_a_hundredth_or_what_the_weight_costs_and_never_all() {
        let fee = |total, weight| payout(Units(total), weight, 10, NEUTRAL, 0).map(|payout| payout.fee.0);
        assert_eq!(fee(1_000_000, 5), Ok(10_000));
        assert_eq!(fee(1_000_001, 5), Ok(10_001));
        assert_eq!(fee(1_000_000, 5_000), Ok(50_000));
        assert_eq!(fee(100, 9), Ok(90));
        assert_eq!(fee(100, 10), Err(Error::Fee { fee: 100, total: 100 }));
        assert_eq!(fee(0, 0), Err(Error::Fee { fee: 0, total: 0 }));
        assert!(fee(u64::MAX, u64::MAX).is_err());
    }

    #[test]
    fn without_hops_the_receiver_has_it_all() {
        for rule in [by(payrate(3, 4)), NEUTRAL] {
            let paid = payout(Units(1_000), 0, 10, rule, 0).expect("more than the fee");
            assert_eq!((paid.fee, paid.receiver, paid.burnt), (Units(10), Units(990), Units::ZERO));
        }
    }

    /// Receivers gain by clearing rarely (paper, X): one claim of many hashes has one fee, where the weight decides it.
    #[test]
    fn one_large_transit_pool_pays_more_than_many_small_ones() {
        let receives =
            |total| payout(Units(total), 1_500, 10, by(payrate(3, 4)), 3).expect("a payout").receiver.0;
        assert!(receives(1_000_000) > 10 * receives(100_000));
        assert_eq!(receives(1_000_000), 49_250);
        assert_eq!(10 * receives(100_000), 42_500);
        // Where the hundredth decides it, it is all the same.
        assert_eq!(receives(1_000_000_000), 10 * receives(100_000_000));
    }

    /// The paper says that a fake hop gains nothing. That is true of the last hop only.
    #[test]
    fn what_a_fake_hop_gains() {
        let (p, given) = (payrate(3, 4), Units(1_600));
        // Alone it keeps 400; as two 400 + 300.
        assert_eq!(gain_of_posing_as(p, given, 2), Units(300));
        assert_eq!(gain_of_posing_as(p, given, 1), Units(0));
        assert_eq!(payouts_until_faking_pays(Units(3_001), Units(300)), Some(11));
        assert_eq!(payouts_until_faking_pays(Units(1), Units(0)), None);
        // The last hop keeps all that it is given, in however many parts.
        let one = split(by(p), given, 1);
        let three = split(by(p), given, 3);
        assert_eq!(one[0].0, three.iter().map(|share| share.0).sum::<u64>());
    }

    #[test]
    fn no_more_hops_are_paid_than_a_transit_pool_may_have() {
        let paid = |hops| payout(Units(1_000_000), 0, 10, NEUTRAL, hops).map(|paid| paid.hops.len());
        assert_eq!(paid(32), Ok(32));
        assert_eq!(paid(33), Err(Error::TooMany { what: "the hops", got: 33, max: 32 }));
        assert!(paid(usize::MAX).is_err());
    }

    proptest! {
        #[test]
        fn parts_add_up(total in 1u64.., weight in 0u64..100_000, a in 1u16..u16::MAX, more in 1u16.., hops in 0usize..33, neutral: bool) {
            let b = a.saturating_add(more);
            let rule = if neutral { NEUTRAL } else { by(payrate(a, b)) };
            if let Ok(paid) = payout(Units(total), weight, 10, rule, hops) {
                prop_assert_eq!(paid.sum(), u128::from(total));
                prop_assert_eq!(paid.hops.len(), hops);
                prop_assert!(paid.fee.0 >= total.div_ceil(100) && paid.fee.0 >= 10 * weight);
            }
        }

        /// To split in two under the neutral rule gains the splitter nothing and costs every other hop half.
        #[test]
        fn the_neutral_rule_is_neutral(amount in 0u64.., hops in 1usize..32) {
            let before = split(NEUTRAL, Units(amount), hops);
            let after = split(NEUTRAL, Units(amount), hops + 1);
            prop_assert!(2 * u128::from(after[0].0) <= u128::from(before[0].0));
            prop_assert_eq!(after[0].0, before[0].0 / 2);
        }

        /// A hop that is not the last gains by posing as more, and the more the more.
        #[test]
        fn a_forwarder_gains_by_posing_as_more(given in 1u64.., a in 1u16..1_000, b in 1u16..1_000) {
            let p = payrate(a, a + b);
            let gains: Vec<u64> = (1..6).map(|k| gain_of_posing_as(p, Units(given), k).0).collect();
            prop_assert!(gains.is_sorted());
            // As two it keeps what else it would have passed on, but for what it then passes on.
            let once = p.passed_on(Units(given));
            prop_assert_eq!(gains[1], once.0 - p.passed_on(once).0);
        }
    }
}
