//! The reference node by its library: chains that fork, transactions that wait, disks that fail.

mod chain;
mod crash;
mod disk;
mod faults;
mod mempool;
mod mining;
mod script;
mod setup;
mod template_miner;
