//! The RPC server as programs meet it: over real sockets, on a real node whose database is in memory.

#![forbid(unsafe_code)]

mod bodies;
mod chain;
mod connections;
mod control;
mod docs;
mod fuzz;
mod http;
mod ledger;
mod mining;
mod run;
mod stopping;
mod websocket;
mod who;
