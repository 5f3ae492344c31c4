//! GRIDNET for C++: one bridge, one guard against panics, one map of errors. No logic of its own.
//!
//! What users see are the headers in `include/gridnet`, written by hand; what stands behind those is in `src/cpp`, which
//! alone knows the bridge's types. Nothing here ever unwinds into C++: every call goes through one guard (`status.rs`).
#![deny(unsafe_code)]
// A bridge hands over what a call needs one by one; the headers put it together.
#![allow(clippy::too_many_arguments)]

mod bridge;
mod command;
mod contract;
mod control;
mod custody;
mod datagram;
mod devices;
mod engine;
mod held;
mod key;
mod meter;
mod party;
mod pool;
mod proof;
mod reason;
mod receipt;
mod registration;
mod settlement;
mod spv;
mod status;
mod token;
mod transit;
mod verify;
