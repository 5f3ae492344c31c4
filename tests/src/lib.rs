//! What the tests across crates share with the long fuzz runs of `tests/fuzz`.
#![forbid(unsafe_code)]

pub mod fuzz_targets;
