//! The reference node by its library: chains that fork, transactions that wait, disks that fail.

mod chain;
mod disk;
mod faults;
mod mempool;
mod mining;
mod setup;
