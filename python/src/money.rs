//! Who is paid what, what a fake hop gains, and how many payments a chain takes.

use gridnet_protocol::payout as paid;
use gridnet_protocol::payout::{Payrate, Rule, Terms};
use gridnet_protocol::value::Units;
use pyo3::prelude::*;

use crate::error::Refusal;

fn payrate(a: u16, b: u16) -> Result<Payrate, Refusal> {
    let unknown = Refusal::Unknown { what: "payrate a/b with 1 <= a < b, such as", got: a.into() };
    Payrate::new(a, b).ok_or(unknown)
}

/// How hops share.
pub(crate) fn terms(a: u16, b: u16, rule: u8) -> Result<Terms, Refusal> {
    let known = Rule::from_number(rule).ok_or(Refusal::Unknown { what: "rule", got: rule.into() });
    Ok(Terms { payrate: payrate(a, b)?, rule: known? })
}

/// The fee, the receiver's part, the hops', and what is burnt.
#[pyfunction]
pub(crate) fn payout(
    total: u64,
    weight: u64,
    minimum_fee_rate: u64,
    a: u16,
    b: u16,
    rule: u8,
    hops: usize,
) -> PyResult<(u64, u64, Vec<u64>, u64)> {
    let paid = paid::payout(Units(total), weight, minimum_fee_rate, terms(a, b, rule)?, hops)
        .map_err(Refusal::from)?;
    Ok((paid.fee.0, paid.receiver.0, paid.hops.into_iter().map(|share| share.0).collect(), paid.burnt.0))
}

#[pyfunction]
pub(crate) fn split(amount: u64, a: u16, b: u16, rule: u8, hops: usize) -> PyResult<Vec<u64>> {
    Ok(paid::split(terms(a, b, rule)?, Units(amount), hops).into_iter().map(|share| share.0).collect())
}

#[pyfunction]
pub(crate) fn gain_of_posing_as(a: u16, b: u16, given: u64, identities: usize) -> PyResult<u64> {
    Ok(paid::gain_of_posing_as(payrate(a, b)?, Units(given), identities).0)
}

#[pyfunction]
pub(crate) fn payouts_until_faking_pays(cost: u64, gain: u64) -> Option<u64> {
    paid::payouts_until_faking_pays(Units(cost), Units(gain))
}

/// Transactions in a million seconds.
#[pyfunction]
pub(crate) fn throughput(
    block_size: u64,
    transaction_size: u64,
    blocks: u64,
    seconds: u64,
) -> PyResult<u128> {
    let of = gridnet_protocol::throughput::Throughput { block_size, transaction_size, blocks, seconds };
    Ok(of.in_a_million_seconds().map_err(Refusal::from)?)
}
