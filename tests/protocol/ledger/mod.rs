//! The ledger's rules, each broken by exactly one transaction or block, and what they pay when they are kept.

mod accounts;
mod authorities;
mod blocks;
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
    let mut chain = Chain::new(engine());
    let first = chain.account(&address("rich")).sequence;
    let transfers: Vec<_> = (first..)
        .zip(names)
        .map(|(sequence, name)| {
            let action = transfer(name, Units::from_gnc(1_000).0);
            chain.sign_as("rich", sequence, None, action)
        })
        .collect();
    chain.mine(&transfers);
    chain
}

fn transfer(to: &str, amount: u64) -> gridnet_protocol::transaction::Action {
    gridnet_protocol::transaction::Action::Transfer { to: address(to), amount: Units(amount) }
}
