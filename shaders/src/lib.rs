//! Compute kernels for graphics processors, in WGSL, and the Rust mirror of what they read and write.
//!
//! Knows no GPU API, no threads and no engine. A kernel's text is generated: its frame is a template (`templates/`),
//! its rounds come from the hash function run on symbols ([`form`]), the arithmetic of signatures from `ed25519/`. The results are kept in `wgsl/`; the build
//! validates them with naga and holds their structs against [`layout`], a test that they are fresh.

#![forbid(unsafe_code)]

mod body;
mod ed25519;
pub mod form;
mod generate;
mod kernel;
pub mod layout;
mod template;
mod write;

pub use ed25519::{base_table, hash_constants};
pub use generate::generate;
pub use kernel::{Function, KERNELS, Kernel, Shape};
pub use write::Words;
