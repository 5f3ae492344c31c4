//! The lanes and kernels of the engine's CPU side: the only home of intrinsics.
//!
//! A [`Kernel`] is what one [`Path`] (an instruction set) offers for one [`Function`]: it walks many 32-byte values
//! forward, tries nonces, digests messages; always several at once, one in each lane. Every path gives the same
//! answers as [`Path::Portable`]. This crate knows instructions and hash functions; it knows no jobs, no threads
//! and no clocks.
//!
//! ```
//! use gridnet_simd::{Function, Kernel, Path};
//!
//! let chain = Function::Sha256.initial(&[0; 16]);
//! for path in Path::available() {
//!     let Some(kernel) = Kernel::new(path, Function::Sha256) else { continue };
//!     let mut digest = [[0; 32]];
//!     kernel.digest(&chain, b"abc", 3, &mut digest);
//!     assert_eq!(digest[0][..4], [0xba, 0x78, 0x16, 0xbf]);
//! }
//! ```

mod blake2;
mod blocks;
mod detect;
mod ed25519;
mod function;
mod kernel;
mod lanes;
mod portable;
mod sha256;
mod tail;

#[cfg(target_arch = "aarch64")]
mod aarch64_sha;
#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(all(target_arch = "x86_64", feature = "avx512"))]
mod avx512;
#[cfg(target_arch = "aarch64")]
mod neon;
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
mod sha_unit;
#[cfg(target_arch = "x86_64")]
mod x86;
#[cfg(target_arch = "x86_64")]
mod x86_sha;

pub use detect::Path;
#[doc(hidden)]
pub use ed25519::{Half, digits, halve};
pub use ed25519::{Verdict, Verifier, Workspace};
pub use function::{Chain, Function};
pub use kernel::{Kernel, LaneBlock};
pub use tail::{Candidate, Field, Tail, Test};

/// The tables of every path compiled for this architecture; of one path and function, the one with most lanes first.
fn tables() -> impl Iterator<Item = &'static kernel::Table> {
    let tables = portable::TABLES.iter();
    #[cfg(target_arch = "x86_64")]
    let tables = tables.chain(x86_sha::tables()).chain(&avx2::TABLES);
    #[cfg(all(target_arch = "x86_64", feature = "avx512"))]
    let tables = tables.chain(&avx512::TABLES);
    #[cfg(target_arch = "aarch64")]
    let tables = tables.chain(aarch64_sha::tables()).chain(&neon::TABLES);
    tables
}

/// The verifiers compiled for this architecture, the one with most lanes first.
fn verifiers() -> impl Iterator<Item = &'static ed25519::verifier::Entries> {
    let verifiers = std::iter::empty();
    #[cfg(all(target_arch = "x86_64", feature = "avx512"))]
    let verifiers = verifiers.chain([&ed25519::ifma::VERIFIER]);
    #[cfg(target_arch = "x86_64")]
    let verifiers = verifiers.chain([&ed25519::avx2::VERIFIER]);
    verifiers
}
