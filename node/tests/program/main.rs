//! The program as its users meet it: every command through the real binary, its JSON keys, its text, its exit codes,
//! its refusals.

#![forbid(unsafe_code)]

mod bad_input;
mod bench_and_devices;
mod chain;
mod config;
mod data;
mod export;
mod fake_node;
mod gpu;
mod headers;
mod help;
mod identity;
mod interrupt;
mod mine;
mod node;
mod receipt;
mod reproduce;
mod run;
mod signatures;
mod story;
mod tables;
mod terminal;
mod token_pool;
mod transit;
mod tx;
mod tx_on_a_node;
mod walk_and_digest;
mod wallet;
