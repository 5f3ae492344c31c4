//! The extension module behind the Python package `gridnet`, and private to it: the package's Python files are its face,
//! check what they are given, and say what is what. Here is no logic, only what carries calls across: arguments into
//! values, the interpreter released while the engine works, Ctrl-C and progress heard meanwhile, errors with their codes.
#![deny(unsafe_code)]

mod engine;
mod error;
mod money;
mod proof;
mod run;
mod tables;

/// What Python imports. Other threads run while a call is at work; that all of it is sound without the interpreter's lock
/// is not claimed, since it was never run on an interpreter that has none.
#[pyo3::pymodule(gil_used = true)]
mod _native {
    use pyo3::prelude::*;

    #[pymodule_export]
    use super::engine::{Engine, devices, hash, signature_faults};
    #[pymodule_export]
    use super::money::{gain_of_posing_as, payout, payouts_until_faking_pays, split, throughput};
    #[pymodule_export]
    use super::proof::{compact_target, identity_target, mint_identity, verify_headers, verify_identity};
    #[pymodule_export]
    use super::tables::{
        sample_transit_pools, verify_chains, verify_identities, verify_signatures, verify_transit_pools,
    };

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        module.add("version", env!("CARGO_PKG_VERSION"))
    }
}
