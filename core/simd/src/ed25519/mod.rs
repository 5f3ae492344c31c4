//! Ed25519 verification by ZIP-215 in lanes, a signature in each and a verdict for each.
//!
//! Everything here is public: no secret ever enters these kernels, so their time may depend on what they are given.
//!
//! The points of keys and signatures are decoded first ([`decode`]), each different key once. Then each lane computes
//! 8 (c·A + d·R + e·B) with halved scalars ([`scalar`], [`equation`]), or, of keys that come often, 8 (k·A + R − s·B)
//! with tables of their own ([`comb`]). What differs between widths is how numbers modulo
//! p are multiplied: by integers of 52 bits ([`madd`]), or by doubles ([`fma`]).

pub(crate) mod arithmetic;
#[cfg(target_arch = "x86_64")]
pub(crate) mod avx2;
pub(crate) mod comb;
pub(crate) mod decode;
pub(crate) mod equation;
mod field;
pub(crate) mod fma;
#[cfg(all(target_arch = "x86_64", feature = "avx512"))]
pub(crate) mod ifma;
pub(crate) mod lanes;
pub(crate) mod madd;
pub(crate) mod model;
pub(crate) mod point;
mod scalar;
pub(crate) mod sha512;
pub(crate) mod table;
pub(crate) mod verifier;

#[doc(hidden)]
pub use scalar::{Half, digits, halve};
pub use verifier::{Verdict, Verifier, Workspace};
