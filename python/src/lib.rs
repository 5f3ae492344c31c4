//! The extension module behind the Python package `gridnet`, and private to it: the package's Python files are its face,
//! check what they are given, and say what is what. Here is no logic, only what carries calls across: arguments into
//! values, the interpreter released while the engine works, Ctrl-C and progress heard meanwhile, errors with their codes.
#![deny(unsafe_code)]

mod action;
mod chain;
mod contract;
mod custody;
mod datagram;
mod engine;
mod error;
mod key;
mod ledger;
mod meter;
mod money;
mod own;
mod party;
mod pool;
mod proof;
mod receipt;
mod run;
mod tables;
mod token;

/// What Python imports. Other threads run while a call is at work; that all of it is sound without the interpreter's lock
/// is not claimed, since it was never run on an interpreter that has none.
#[pyo3::pymodule(gil_used = true)]
mod _native {
    use pyo3::prelude::*;

    #[pymodule_export]
    use super::action::{Action, Transaction, fraud_commitment, held_id, subvention_id};
    #[pymodule_export]
    use super::chain::{Block, Regtest, regtest_key};
    #[pymodule_export]
    use super::contract::{Contract, Offer, SignedContract, SignedState, StateOffer};
    #[pymodule_export]
    use super::custody::{Candidate, ClaimedPool, Custody, TransitPool, commitment};
    #[pymodule_export]
    use super::datagram::Datagram;
    #[pymodule_export]
    use super::engine::{Engine, devices, hash, signature_faults};
    #[pymodule_export]
    use super::key::{
        SealSecret, Signer, address_from_text, address_of, address_text, is_admitted, is_bound, is_signature,
        receiver_from_bytes, receiver_to_bytes,
    };
    #[pymodule_export]
    use super::ledger::{claims_of, claims_table, identities_table};
    #[pymodule_export]
    use super::meter::{Certificate, Equivocation, Reading, verify_readings};
    #[pymodule_export]
    use super::money::{gain_of_posing_as, payout, payouts_until_faking_pays, split, throughput};
    #[pymodule_export]
    use super::party::{Party, Watcher};
    #[pymodule_export]
    use super::pool::{
        PoolCard, TokenPool, registration_coins, registration_from_bytes, registration_id,
        registration_to_bytes,
    };
    #[pymodule_export]
    use super::proof::{compact_target, identity_target, mint_identity, verify_headers, verify_identity};
    #[pymodule_export]
    use super::receipt::{Evidence, Receipt};
    #[pymodule_export]
    use super::tables::{
        sample_transit_pools, verify_chains, verify_identities, verify_signatures, verify_transit_pools,
    };
    #[pymodule_export]
    use super::token::{Token, bundle_content, check_fraud, prove_fraud, reasons, stream_content};

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        module.add("version", env!("CARGO_PKG_VERSION"))
    }
}
