//! The reference node.
#![forbid(unsafe_code)]

pub mod chain;
pub mod config;
mod guard;
pub mod logs;
pub mod mempool;
pub mod miner;
pub mod node;
pub mod points;
pub mod repair;
pub mod rpc;
pub mod spoiled;
pub mod storage;
pub mod time;
pub mod wallet;
