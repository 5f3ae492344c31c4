//! The reference node.
#![forbid(unsafe_code)]

pub mod chain;
pub mod mempool;
pub mod node;
pub mod points;
pub mod repair;
pub mod storage;
