//! What the benchmarks share: engines forced to a path, and inputs. `benches/rivals` measures on the same ones.
//!
//! ```
//! use gridnet_benches::{Numbers, engines};
//! use gridnet_core::{Control, HashFunction, Walk};
//!
//! let starts = Numbers::new(1).values(64);
//! let walk = Walk { function: HashFunction::Sha256, starts: &starts, steps: &[2; 64] };
//! for entry in engines(HashFunction::Sha256) {
//!     assert_eq!(entry.engine.walk(&walk, &Control::default())?.done(), 128, "{}", entry.name);
//! }
//! # Ok::<(), gridnet_core::Error>(())
//! ```
#![forbid(unsafe_code)]

mod engines;
mod headers;
mod numbers;
mod signatures;

pub use engines::{Entry, Kind, engines};
pub use headers::{linked_headers, real_headers};
pub use numbers::Numbers;
pub use signatures::{SIGNED_BYTES, Signatures, signatures, verify_path};
