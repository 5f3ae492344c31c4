//! The identity proof of stake (paper VII): a nonce under which the hash of one's address meets a target. When the
//! nonce overflows the address is appended to itself, until success.
//!
//! Message: the address (32 bytes) `repetitions` times, then the nonce, four bytes little-endian; BLAKE2b-256, read
//! big-endian. The field is always four bytes wide; a narrower search only limits the nonce's value.

use crate::job::add_shares;
use crate::{
    Control, Endian, Engine, Error, Found, HashFunction, Hasher, NonceField, Order, Report, Search, Target,
    limits,
};

/// What proves an identity, beside the address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Proof {
    /// How often the address stands in the message; 1 or more.
    pub repetitions: u32,
    /// The nonce.
    pub nonce: u32,
}

/// A proof, with what finding it took.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Minted {
    /// The proof.
    pub proof: Proof,
    /// The hash that meets the target.
    pub hash: [u8; 32],
}

/// Why a proof is bad.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Fault {
    /// No repetitions, or more than anyone hashes.
    Repetitions,
    /// The hash is above the target.
    Hash,
}

impl Fault {
    /// The stable name.
    pub const fn name(self) -> &'static str {
        match self {
            Fault::Repetitions => "bad-repetitions",
            Fault::Hash => "high-hash",
        }
    }
}

/// The hash of a proof; `None` when its repetitions are 0 or above [`limits::REPETITIONS_MAX`].
pub fn hash(address: &[u8; 32], proof: Proof) -> Option<[u8; 32]> {
    let count = usize::try_from(proof.repetitions).ok()?;
    if !(1..=limits::REPETITIONS_MAX).contains(&proof.repetitions) {
        return None;
    }
    let mut hasher = Hasher::new(HashFunction::BLAKE2B);
    (0..count).for_each(|_| hasher.update(address));
    hasher.update(&proof.nonce.to_le_bytes());
    Some(hasher.finish())
}

/// Whether a proof meets the target; any proof that does is valid, not only the first.
///
/// # Errors
/// Why not.
pub fn verify(address: &[u8; 32], proof: Proof, target: Target) -> Result<[u8; 32], Fault> {
    let hash = hash(address, proof).ok_or(Fault::Repetitions)?;
    if target.is_met_by(&hash, Order::Big) { Ok(hash) } else { Err(Fault::Hash) }
}

/// Searches a proof: repetitions from 1 on, under each the nonces 0..2^`nonce_bits`. The first one in that order is
/// found, on any device.
///
/// # Errors
/// [`Error::OutOfRange`] for nonce bits outside 1..=32, [`Error::NoProof`] when [`limits::REPETITIONS_MAX`]
/// repetitions hold none, [`Error::Cancelled`], and the engine's own.
pub fn mint(
    engine: &Engine,
    address: &[u8; 32],
    target: Target,
    nonce_bits: u32,
    control: &Control,
) -> Result<Report<Minted>, Error> {
    if !(1..=32).contains(&nonce_bits) {
        return Err(Error::OutOfRange { what: "nonce bits", min: 1, max: 32, got: nonce_bits.into() });
    }
    let began = std::time::Instant::now();
    let mut devices = Vec::new();
    let mut message = Vec::new();
    for repetitions in 1..=limits::REPETITIONS_MAX {
        message.truncate(32 * (repetitions as usize - 1));
        message.extend(address);
        message.extend([0; 4]);
        let search = Search {
            function: HashFunction::BLAKE2B,
            message: &message,
            siblings: &[],
            nonce: NonceField { offset: message.len() - 4, bytes: 4, endian: Endian::Little },
            range: 0..1 << nonce_bits,
            target,
            order: Order::Big,
            limit: 1,
        };
        let report = engine.search(&search, control)?;
        add_shares(&mut devices, &report.devices);
        let Found { hits, resume } = report.value;
        if let Some(hit) = hits.first() {
            let nonce = u32::try_from(hit.nonce).expect("the range is at most 2^32");
            let value = Minted { proof: Proof { repetitions, nonce }, hash: hit.hash };
            return Ok(Report { value, devices, elapsed: began.elapsed() });
        }
        if resume.is_some() {
            return Err(Error::Cancelled);
        }
    }
    Err(Error::NoProof { repetitions: limits::REPETITIONS_MAX })
}
