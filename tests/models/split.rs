//! A bounded proof by enumeration: within small bounds every split of money is looked at, and held against the same rules
//! written a second time.

use gridnet_protocol::contract::{Contract, Role, Signatory};
use gridnet_protocol::encoding::List;
use gridnet_protocol::payout::{Payout, Payrate, Rule, Terms, payout, split};
use gridnet_protocol::value::{Height, MeterId, Slot, Units, WattHours};
use gridnet_tests::world::key;

/// Most units that are split.
const AMOUNT: u64 = 500;
/// The largest denominator of a payrate.
const DENOMINATOR: u16 = 12;
/// Most hops.
const HOPS: usize = 5;
/// Most energy that is delivered.
const DELIVERED: u64 = 2_500;

/// Where a split is not as it should be.
type Wrong = String;

fn every_terms() -> impl Iterator<Item = Terms> {
    let payrates = (2..=DENOMINATOR).flat_map(|b| (1..b).filter_map(move |a| Payrate::new(a, b)));
    payrates.flat_map(|payrate| Rule::ALL.map(|rule| Terms { payrate, rule }))
}

fn numbers(units: &[Units]) -> Vec<u128> {
    units.iter().map(|units| units.0.into()).collect()
}

/// What each hop keeps: at a payrate of a/b, ⌈given · (b − a) / b⌉, which is what it does not pass on, and the last
/// all; or half as much with every hop more.
fn shares(terms: Terms, amount: u128, hops: usize) -> Vec<u128> {
    let (a, b) = (u128::from(terms.payrate.a()), u128::from(terms.payrate.b()));
    let mut given = amount;
    let mut shares = Vec::new();
    for hop in 1..=hops {
        let kept = match terms.rule {
            Rule::SybilNeutral => (0..hops).fold(amount, |half, _| half / 2),
            Rule::Payrate if hop == hops => given,
            Rule::Payrate => (given * (b - a)).div_ceil(b),
        };
        given = given.saturating_sub(kept);
        shares.push(kept);
    }
    shares
}

/// How many splits are right.
///
/// # Errors
/// The first that is not.
fn check_split(split: impl Fn(Terms, Units, usize) -> Vec<Units>) -> Result<u64, Wrong> {
    let mut cases = 0;
    for terms in every_terms() {
        for hops in 0..=HOPS {
            let mut less = vec![0; hops];
            for amount in 0..=AMOUNT {
                let parts = numbers(&split(terms, Units(amount), hops));
                let wrong = |what| Err(format!("{amount} for {hops} hops by {terms:?} {what}: {parts:?}"));
                if parts != shares(terms, amount.into(), hops) {
                    return wrong("is not what the rule says");
                }
                let sum: u128 = parts.iter().sum();
                let is_whole = match terms.rule {
                    Rule::Payrate => hops == 0 || sum == u128::from(amount),
                    Rule::SybilNeutral => sum <= u128::from(amount),
                };
                if !is_whole {
                    return wrong("does not add up");
                }
                // More to split is less for nobody.
                if less.iter().zip(&parts).any(|(less, part)| less > part) {
                    return wrong("is less for somebody");
                }
                less = parts;
                cases += 1;
            }
        }
    }
    Ok(cases)
}

/// How many payouts are right, over all terms, hops, totals and some weights.
///
/// # Errors
/// The first that is not.
fn check_payout(payout: impl Fn(Units, u64, Terms, usize) -> Option<Payout>) -> Result<u64, Wrong> {
    let mut cases = 0;
    for (terms, hops) in every_terms().flat_map(|terms| (0..=HOPS).map(move |hops| (terms, hops))) {
        for (total, weight) in (0..=AMOUNT).flat_map(|total| [0, 3, 40].map(|weight| (total, weight))) {
            let paid = payout(Units(total), weight, terms, hops);
            let wrong = || Err(format!("{total} at {weight} for {hops} hops by {terms:?}: {paid:?}"));
            let total = u128::from(total);
            let fee = total.div_ceil(100).max(u128::from(weight) * u128::from(FEE_RATE));
            let expected = (fee < total).then(|| {
                let receiver = (total - fee) * 5 / 100;
                let rest = total - fee - receiver;
                match hops {
                    0 => (fee, receiver + rest, vec![], 0),
                    _ => {
                        let shares = shares(terms, rest, hops);
                        let burnt = rest - shares.iter().sum::<u128>();
                        (fee, receiver, shares, burnt)
                    }
                }
            });
            let number = |units: Units| u128::from(units.0);
            let got = paid.as_ref().map(|paid| {
                (number(paid.fee), number(paid.receiver), numbers(&paid.hops), number(paid.burnt))
            });
            let sum = |(fee, receiver, hops, burnt): &(u128, u128, Vec<u128>, u128)| {
                fee + receiver + hops.iter().sum::<u128>() + burnt
            };
            if got != expected || got.as_ref().is_some_and(|got| sum(got) != total) {
                return wrong();
            }
            cases += 1;
        }
    }
    Ok(cases)
}

/// What a unit of weight costs at least.
const FEE_RATE: u64 = 2;

/// Seller and owner of a line at these rates.
fn contract(seller: u64, line: u64, deposit: u64) -> Contract {
    let party = |name: &str, role, rate| Signatory { key: key(name).public(), role, rate: Units(rate) };
    let parties = vec![
        party("seller", Role::Seller, seller),
        party("buyer", Role::Buyer, 0),
        party("line", Role::LineOwner, line),
    ];
    Contract {
        parties: List::new("parties", parties).expect("three"),
        seller_meter: MeterId([1; 32]),
        buyer_meter: MeterId([2; 32]),
        first: Slot(1),
        last: Slot(1),
        limit: WattHours(1),
        deposit: Units(deposit),
        watch_fee: Units(0),
        window: 6,
        expiry: Height(1),
        nonce: 0,
    }
}

/// How many balances are right, over all rates, deposits and deliveries, and whether each cap is the most that is paid in
/// full.
///
/// # Errors
/// The first that is not.
fn check_balances(
    balances: impl Fn(&Contract, WattHours) -> Vec<Units>,
    cap: impl Fn(&Contract) -> WattHours,
) -> Result<u64, Wrong> {
    const RATES: [u64; 9] = [0, 1, 2, 7, 110, 999, 1_000, 1_001, 3_000];
    let mut cases = 0;
    for (seller, line) in RATES.iter().flat_map(|seller| RATES.map(|line| (*seller, line))).skip(1) {
        for deposit in [1, 10, 400] {
            let contract = contract(seller, line, deposit);
            let share = |rate: u64, delivered: u64| u128::from(rate) * u128::from(delivered) / 1_000;
            let fits = |delivered| share(seller, delivered) + share(line, delivered) <= u128::from(deposit);
            let cap = cap(&contract).0;
            if !fits(cap) || (cap < u64::MAX && fits(cap + 1)) {
                return Err(format!("{cap} Wh for {deposit} at {seller} and {line}"));
            }
            let mut most = 0;
            for delivered in 0..=DELIVERED {
                // The last that fits, found by going up one by one.
                if fits(delivered) && delivered <= most + 1 {
                    most = delivered;
                }
                let parts = numbers(&balances(&contract, WattHours(delivered)));
                let (seller, line) = (share(seller, most), share(line, most));
                if parts != [seller, u128::from(deposit) - seller - line, line] {
                    return Err(format!("{delivered} Wh by {contract:?}: {parts:?}"));
                }
                cases += 1;
            }
        }
    }
    Ok(cases)
}

#[test]
fn every_small_split_is_right() {
    let splits = check_split(split).expect("every split is right");
    let pay = |total, weight, terms, hops| payout(total, weight, FEE_RATE, terms, hops).ok();
    let payouts = check_payout(pay).expect("every payout is right");
    println!("{splits} splits, {payouts} payouts");
}

#[test]
fn every_small_balance_is_right() {
    let cases = check_balances(Contract::balances, Contract::cap).expect("every balance is right");
    println!("{cases} balances");
}

#[test]
fn a_split_that_is_wrong_is_found() {
    let changed = |change: fn(&mut Vec<Units>, Terms)| {
        check_split(move |terms, amount, hops| {
            let mut parts = split(terms, amount, hops);
            if hops > 1 && amount.0 > AMOUNT / 2 {
                change(&mut parts, terms);
            }
            parts
        })
    };
    assert!(changed(|_, _| {}).is_ok());
    let by_payrate = |terms: Terms| terms.rule == Rule::Payrate;
    // What is passed on is rounded up: the first keeps less, and the next has it.
    let round_up: fn(&mut Vec<Units>, Terms) = |parts, terms| {
        if terms.rule == Rule::Payrate && parts[0].0 > 0 {
            parts[0].0 -= 1;
            parts[1].0 += 1;
        }
    };
    assert!(changed(round_up).is_err());
    assert!(changed(|parts, _| parts.last_mut().expect("two").0 += 1).is_err());
    assert!(changed(|parts, _| parts.reverse()).is_err());
    // One hop too many is counted where nobody would see it in a sum.
    let halves = check_split(|terms, amount, hops| {
        let more = usize::from(!by_payrate(terms) && hops == HOPS);
        split(terms, amount, hops + more)[..hops].to_vec()
    });
    assert!(halves.is_err());
}

#[test]
fn a_payout_that_is_wrong_is_found() {
    let changed = |change: fn(&mut Payout)| {
        check_payout(move |total, weight, terms, hops| {
            let mut paid = payout(total, weight, FEE_RATE, terms, hops).ok()?;
            change(&mut paid);
            Some(paid)
        })
    };
    assert!(changed(|_| {}).is_ok());
    assert!(changed(|paid| paid.burnt.0 += 1).is_err());
    let lends: fn(&mut Payout) = |paid| {
        if paid.receiver.0 > 20 {
            (paid.receiver.0, paid.fee.0) = (paid.receiver.0 - 1, paid.fee.0 + 1);
        }
    };
    assert!(changed(lends).is_err());
    // A fee that takes all, or takes too little.
    let rate = |rate: u64| {
        check_payout(move |total, weight, terms, hops| payout(total, weight, rate, terms, hops).ok())
    };
    assert!(rate(FEE_RATE - 1).is_err() && rate(FEE_RATE + 1).is_err());
}

#[test]
fn a_balance_that_is_wrong_is_found() {
    let beyond = |contract: &Contract| WattHours(contract.cap().0.saturating_add(1));
    let short = |contract: &Contract| WattHours(contract.cap().0 - 1);
    assert!(check_balances(Contract::balances, beyond).is_err());
    assert!(check_balances(Contract::balances, short).is_err());
    // Paid by every 2 Wh, each rounded down; and a unit that the buyer gives away.
    let by_twos =
        |contract: &Contract, delivered: WattHours| contract.balances(WattHours(delivered.0 / 2 * 2));
    assert!(check_balances(by_twos, Contract::cap).is_err());
    let gives = |contract: &Contract, delivered: WattHours| {
        let mut parts = contract.balances(delivered);
        if delivered.0 == DELIVERED && parts[1].0 > 0 {
            (parts[0].0, parts[1].0) = (parts[0].0 + 1, parts[1].0 - 1);
        }
        parts
    };
    assert!(check_balances(gives, Contract::cap).is_err());
}
