//! The reference node by its library: chains that fork, transactions that wait, disks that fail.
#![forbid(unsafe_code)]

mod chain;
mod crash;
mod disk;
mod faults;
mod long_chain;
mod mempool;
mod mining;
mod records;
mod script;
mod setup;
mod template_miner;
