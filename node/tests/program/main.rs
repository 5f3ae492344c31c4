//! The program as its users meet it: every command through the real binary, its JSON keys, its text, its exit codes,
//! its refusals.

#![forbid(unsafe_code)]

mod bad_input;
mod bench_and_devices;
mod gpu;
mod headers;
mod help;
mod identity;
mod interrupt;
mod mine;
mod receipt;
mod reproduce;
mod run;
mod signatures;
mod story;
mod tables;
mod terminal;
mod token_pool;
mod transit;
mod walk_and_digest;
