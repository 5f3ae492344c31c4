//! Meters: the only ones that are trusted, and only to measure (paper, IX).
//!
//! A meter is registered by a [`Certificate`] that its certifier and its owner sign. Its own key signs [`Reading`]s and
//! nothing else: cumulative registers at the end of a quarter of an hour, so that a reading that is lost, comes twice or
//! comes late costs nothing. What is wrong with a meter can be proven ([`EquivocationProof`]). A grid operator may send it
//! a [`Command`], which its owner may override.

mod area;
mod certificate;
mod chain;
mod command;
mod command_log;
mod equivocation;
mod reading;
mod slot;

pub use self::area::Area;
pub use self::certificate::{Certificate, MeterKind, Replacement, SignedCertificate, Source};
pub use self::chain::verify_readings;
pub use self::command::{COMMAND_METERS_MAX, Command, CommandId, Instruction, Scope, SignedCommand};
pub use self::command_log::{CommandLog, Done, ENTRIES_MAX, Entry, OPERATORS_MAX};
pub use self::equivocation::{Equivocation, EquivocationProof};
pub use self::reading::{Interval, Kept, MeterFacts, Reading, SignedReading, Taken};
pub use self::slot::SLOT_SECONDS;
use crate::{PublicKey, Signature};

/// A signature as a bulk verifier takes it: whose it should be, the digest that should be signed, and the signature.
pub type SignedDigest = (PublicKey, [u8; 32], Signature);

/// Whether a signature that was taken out for a bulk verifier is good.
pub(crate) fn is_good((key, digest, signature): &SignedDigest) -> bool {
    key.verifies(digest, signature)
}
