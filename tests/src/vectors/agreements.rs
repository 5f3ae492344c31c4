//! Contracts and states that all their parties have signed.

use gridnet_protocol::Network;
use gridnet_protocol::contract::{Contract, Partial, Role, Signatory, SignedContract, SignedState, State};
use gridnet_protocol::value::{Units, WattHours};

use crate::chain::person;

/// A party, by its name.
pub(super) fn party(name: &str, role: Role, rate: u64) -> Signatory {
    Signatory { key: person(name).public(), role, rate: Units(rate) }
}

/// A contract that these have signed.
pub(super) fn signed(network: Network, contract: &Contract, names: &[&str]) -> SignedContract {
    let mut partial = Partial::new(contract, contract.clone());
    for name in names {
        partial.sign(network, contract, &person(name)).expect("a party");
    }
    SignedContract { body: contract.clone(), signatures: partial.whole().expect("all have signed") }
}

/// A state of it that these have signed.
pub(super) fn state(
    network: Network,
    contract: &Contract,
    names: &[&str],
    (sequence, delivered, is_final): (u64, u64, bool),
) -> SignedState {
    let body = State { contract: contract.id(network), sequence, delivered: WattHours(delivered), is_final };
    let mut partial = Partial::new(contract, body);
    for name in names {
        partial.sign(network, contract, &person(name)).expect("a party");
    }
    SignedState { body, signatures: partial.whole().expect("all have signed") }
}
