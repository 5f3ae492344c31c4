//! The engine: how fast.
//!
//! Four primitives carry everything. [`Engine::search`] finds nonces, [`Engine::walk`] follows hash chains,
//! [`Engine::digest`] hashes messages in bulk, [`Engine::verify`] checks signatures. The first three are over SHA-256,
//! SHA-256d, BLAKE2s-256 and BLAKE2b-256, on every width the CPU has. Answers are the same bit for bit whatever computes
//! them. [`proof`] lowers block headers, identity proofs and hash chains to them. The engine knows no sockets, no
//! files, no money and no secret keys.
//!
//! ```
//! use gridnet_core::proof::header::Header;
//! use gridnet_core::{Control, Engine};
//!
//! // The header of Bitcoin's first block, searched for its nonce.
//! let header = Header::GENESIS;
//! let engine = Engine::builder().threads(2).build()?;
//! let search = header.search(2_083_230_000..2_083_240_000, header.target()?, 1);
//! let report = engine.search(&search.as_search(), &Control::default())?;
//! assert_eq!(report.value.hits[0].nonce, 2_083_236_893);
//! # Ok::<(), gridnet_core::Error>(())
//! ```
#![deny(unsafe_code)]

mod backend;
mod case;
mod checksum;
mod confirm;
mod control;
mod cpu;
mod device;
mod engine;
mod error;
mod function;
#[cfg(feature = "gpu")]
mod gpu;
mod job;
mod known;
pub mod limits;
pub mod proof;
mod selftest;
mod signature;
mod target;
mod tuning;

pub use backend::{Backend, Question, Searched, Watch};
pub use case::{Case, Disagreement, OwnedSearch};
pub use checksum::Primitive;
pub use control::{Cancel, Control, DeviceSnapshot, Progress, Snapshot};
pub use device::{Device, DeviceKind, Health};
pub use engine::{Engine, EngineBuilder, survey};
pub use error::Error;
pub use function::{Algorithm, HashFunction, Hasher};
pub use gridnet_simd::Path;
pub use job::{
    Digest, Endian, Found, Hit, NonceField, Order, Report, Search, Share, Verify, Walk, add_shares,
};
pub use signature::{SignatureFault, Signed};
pub use target::{Target, Work};
pub use tuning::{KernelInfo, Tune, TuneStore, Tuning};
