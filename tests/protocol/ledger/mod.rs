//! The ledger's rules, each broken by exactly one transaction or block, and what they pay when they are kept.

mod accounts;
mod authorities;
mod blocks;
mod channels;
mod claims;
mod contracts;
mod fraud;
mod identities;
mod meters;
mod pools;
mod subventions;

use gridnet_protocol::value::Units;
use gridnet_tests::chain::{Chain, address};

use crate::engine;

/// A chain on which these people have a thousand coins each.
fn chain(names: &[&str]) -> Chain<'static> {
    Chain::funded(engine(), names)
}

fn transfer(to: &str, amount: u64) -> gridnet_protocol::transaction::Action {
    gridnet_protocol::transaction::Action::Transfer { to: address(to), amount: Units(amount) }
}
