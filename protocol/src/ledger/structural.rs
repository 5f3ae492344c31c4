//! The first stage: what a block says of itself. No state, no signature, no walk; sums of costs come before any hash.

use super::header;
use super::rejection::{Fault, rejected, rejected_as, require};
use crate::Network;
use crate::block::{Block, Coinbase, WEIGHT_MAX};
use crate::reason::Rejected;
use crate::transaction::{Action, Posted, Signed, Transaction};
use crate::value::Units;

/// What is wrong with a block whatever came before it.
pub(super) fn check(network: Network, block: &Block) -> Result<Coinbase, Fault> {
    // The costs are summed up before any hash. What that shows is said once it is certain whose body this is: somebody else's
    // under a good header must not make the good block look bad.
    let costs = weights(block);
    let coinbase = coinbase(block);
    header::worked(network, &block.header)?;
    let Some((root, mutated)) = block.merkle_root() else { return rejected(Rejected::MerkleRoot) };
    require(root == block.header.merkle_root, Rejected::MerkleRoot)?;
    require(!mutated, Rejected::Mutated)?;
    costs?;
    let coinbase = coinbase?;
    for (number, transaction) in block.transactions.iter().enumerate().skip(1) {
        self::transaction(network, transaction).map_err(|fault| fault.at(number))?;
    }
    Ok(coinbase)
}

/// The sum of what its transactions weigh.
fn weights(block: &Block) -> Result<(), Fault> {
    let mut sum = 0u64;
    for (number, transaction) in block.transactions.iter().enumerate() {
        sum = sum.saturating_add(transaction.weight());
        require(sum <= WEIGHT_MAX, Rejected::Weight).map_err(|fault| fault.at(number))?;
    }
    Ok(())
}

fn coinbase(block: &Block) -> Result<Coinbase, Fault> {
    let Some((Transaction::Coinbase(coinbase), others)) = block.transactions.split_first() else {
        return rejected(Rejected::Coinbase);
    };
    let other = others.iter().position(|other| matches!(other, Transaction::Coinbase(_)));
    match other {
        Some(place) => rejected(Rejected::Coinbase).map_err(|fault: Fault| fault.at(place + 1)),
        None => Ok(*coinbase),
    }
}

/// What is wrong with a transaction other than a coinbase, whatever came before it.
pub(super) fn transaction(network: Network, transaction: &Transaction) -> Result<(), Fault> {
    require(transaction.weight() <= WEIGHT_MAX, Rejected::Weight)?;
    match transaction {
        Transaction::Coinbase(_) => rejected(Rejected::Coinbase),
        Transaction::Posted(Posted::Claim(_) | Posted::Open(_) | Posted::RegisterIdentity(_)) => Ok(()),
        Transaction::Signed(signed) => {
            require(signed.body.sender.is_admitted_if_point(), Rejected::BadKey)?;
            let least = least_fee(network, transaction);
            require(signed.body.fee >= least, Rejected::Fee)?;
            action(network, signed)
        }
    }
}

/// What a transaction must pay at least.
pub(super) fn least_fee(network: Network, transaction: &Transaction) -> Units {
    // A block's weight at most, times a few units.
    Units(transaction.weight() * network.parameters().minimum_fee_rate)
}

fn action(network: Network, signed: &Signed) -> Result<(), Fault> {
    let positive = |amount: &Units| require(amount.0 > 0, Rejected::Amount);
    let sender = signed.body.account();
    match &signed.body.action {
        Action::Transfer { to, amount } => {
            positive(amount)?;
            require(*to != sender, Rejected::Amount)
        }
        Action::AddStake { amount, .. } | Action::WithdrawStake { amount } => positive(amount),
        Action::RegisterPool { pool } => {
            require(pool.check().is_ok(), Rejected::Range)?;
            require(pool.owner == sender && pool.sequence == signed.body.sequence, Rejected::NotYours)
        }
        Action::ProveFraud { proof } => {
            // Its signatures are checked with all others.
            let fraud = proof.check_unsigned(network);
            fraud.map(drop).or_else(|why| rejected_as(Rejected::Fraud, why.name()))
        }
        Action::RegisterMeter { certificate } => {
            certificate.body.check().or_else(|why| rejected_as(Rejected::Certificate, why.name()))
        }
        Action::ProveEquivocation { proof } => {
            let proven = proof.check_bodies(network);
            proven.map(drop).or_else(|why| rejected_as(Rejected::Equivocation, why.name()))
        }
        Action::Read { readings } => require(!readings.as_slice().is_empty(), Rejected::Amount),
        Action::OpenSubvention { terms } => {
            positive(&terms.budget)?;
            positive(&terms.rate)?;
            require(!terms.certifiers.as_slice().is_empty(), Rejected::Range)
        }
        Action::OpenContract { contract } => {
            let checked = contract.body.check(network.parameters().window_min);
            checked.or_else(|why| rejected_as(Rejected::Contract, why.name()))
        }
        Action::RegisterIdentity { .. }
        | Action::ReclaimPool { .. }
        | Action::CommitFraud { .. }
        | Action::RegisterCertifier
        | Action::CreditSubvention { .. }
        | Action::CloseSubvention { .. }
        | Action::RegisterAuthority
        | Action::Mark { .. }
        | Action::Unmark { .. }
        | Action::CloseContract { .. }
        | Action::AnswerContract { .. }
        | Action::EndContract { .. } => Ok(()),
    }
}
