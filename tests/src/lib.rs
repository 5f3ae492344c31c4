//! What the integration tests, the fuzz targets of `fuzz` and the vectors of `vectors` share.
#![forbid(unsafe_code)]

pub mod chain;
pub mod fuzz_ledger;
pub mod fuzz_protocol;
pub mod fuzz_targets;
pub mod receipts;
pub mod street;
pub mod vectors;
pub mod world;
