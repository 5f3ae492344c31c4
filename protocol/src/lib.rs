//! The protocol: what is true.
//!
//! Values with their units, the canonical encoding, the one rule of signing, keys, addresses, and who is paid what.
//! Nothing here reads a clock, a disk or a socket, or draws a random number: time and entropy arrive as data. No
//! floating point. `docs/protocol.md` says the same in words, completely enough for a second implementation.
//!
//! ```
//! use gridnet_protocol::payout::{Payrate, Terms, payout};
//! use gridnet_protocol::value::Units;
//!
//! // A hundred coins for five hops, each passing three quarters on; a claim of weight 600.
//! let payrate = Payrate::new(3, 4).expect("1 <= a < b");
//! let paid = payout(Units::from_gnc(100), 600, 10, Terms::payrate(payrate), 5)?;
//! assert_eq!(paid.fee, Units::from_gnc(1));
//! assert_eq!(paid.hops.len(), 5);
//! # Ok::<(), gridnet_protocol::Error>(())
//! ```
#![forbid(unsafe_code)]

pub mod address;
pub mod block;
mod content;
pub mod contract;
pub mod custody;
pub mod datagram;
pub mod encoding;
pub mod error;
pub mod fraud;
pub mod identity;
pub mod key;
pub mod ledger;
pub mod limit;
pub mod meter;
pub mod network;
pub mod payout;
pub mod pool;
pub mod reason;
pub mod receiver;
pub mod sample;
mod secret_file;
pub mod settlement;
pub mod sign;
pub mod spv;
pub mod state;
#[cfg(feature = "arrow")]
pub mod table;
pub mod tagged;
pub mod throughput;
pub mod token;
pub mod transaction;
pub mod transit;
pub mod trust;
pub mod value;
pub mod verify;

pub use address::Address;
pub use error::Error;
pub use key::{PublicKey, SecretKey, Signature};
pub use network::Network;
pub use sign::{Kind, Signer};
