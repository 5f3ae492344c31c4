//! Who is paid what, and who must pay: payouts and proofs of fraud.

use gridnet_protocol::fraud::FraudProof;
use gridnet_protocol::value::Units;

use crate::bridge::ffi::{Fraud, Payout, Status, Terms};
use crate::status::{guard, network};
use crate::token::Token;

pub(crate) fn payout(
    total: u64,
    weight: u64,
    minimum_fee_rate: u64,
    terms: &Terms,
    hops: usize,
    status: &mut Status,
) -> Payout {
    guard(status, || {
        let terms = terms.understood()?;
        let paid = gridnet_protocol::payout::payout(Units(total), weight, minimum_fee_rate, terms, hops)?;
        Ok(Payout {
            fee: paid.fee.0,
            receiver: paid.receiver.0,
            hops: paid.hops.into_iter().map(|share| share.0).collect(),
            burnt: paid.burnt.0,
        })
    })
}

pub(crate) fn prove_fraud(id: u32, one: &Token, other: &Token, status: &mut Status) -> Vec<u8> {
    guard(status, || Ok(FraudProof::new(network(id)?, *one.get()?, *other.get()?).to_bytes()))
}

pub(crate) fn check_fraud(id: u32, proof: &[u8], status: &mut Status) -> Fraud {
    guard(status, || {
        Ok(match FraudProof::from_bytes(proof)?.check(network(id)?) {
            Ok(fraud) => Fraud { reason: 0, owner: fraud.owner.0, pool: fraud.pool.0, bank: fraud.bank },
            Err(reason) => Fraud { reason: reason as u8, ..Fraud::default() },
        })
    })
}
