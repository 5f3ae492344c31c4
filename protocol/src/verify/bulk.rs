//! Hash chains, identity proofs and signatures in bulk.

use std::borrow::Borrow;
use std::collections::BTreeMap;

use ed25519_zebra::VerificationKey;
use gridnet_core::proof::identity::{Fault, Proof};
use gridnet_core::{
    Control, Digest, Engine, Error, HashFunction, Order, Report, Signed, Target, Verify, Walk, add_shares,
};

use crate::pool::ChainFunction;
use crate::{Address, Network, identity};

/// Messages of one length that are hashed together, or whose signatures are checked; of the longest ones fewer.
const MESSAGES_BYTES: usize = 8 << 20;

/// A chain: where it begins, how long it is, where it should end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Chain {
    /// Its function.
    pub function: ChainFunction,
    /// The value that it begins with.
    pub start: [u8; 32],
    /// How many times that is hashed.
    pub steps: u32,
    /// What should come out.
    pub end: [u8; 32],
}

/// Whether each chain ends where it should.
///
/// # Errors
/// The engine's own.
pub fn verify_chains(
    engine: &Engine,
    chains: &[Chain],
    control: &Control,
) -> Result<Report<Vec<bool>>, Error> {
    let began = std::time::Instant::now();
    let mut devices = Vec::new();
    let mut good = vec![false; chains.len()];
    for function in [ChainFunction::Blake2s, ChainFunction::Sha256] {
        let rows: Vec<usize> = (0..chains.len()).filter(|&row| chains[row].function == function).collect();
        if rows.is_empty() {
            continue;
        }
        let starts: Vec<[u8; 32]> = rows.iter().map(|&row| chains[row].start).collect();
        let steps: Vec<u64> = rows.iter().map(|&row| chains[row].steps.into()).collect();
        let walk = Walk { function: function.hash_function(), starts: &starts, steps: &steps };
        let report = engine.walk(&walk, control)?;
        add_shares(&mut devices, &report.devices);
        for (row, end) in rows.into_iter().zip(report.value) {
            good[row] = end == chains[row].end;
        }
    }
    Ok(Report { value: good, devices, elapsed: began.elapsed() })
}

/// Whether each address has proven itself on a network. Proofs of one length are hashed together.
///
/// # Errors
/// The engine's own.
pub fn verify_identities(
    engine: &Engine,
    network: Network,
    identities: &[(Address, Proof)],
    control: &Control,
) -> Result<Report<Vec<Result<(), Fault>>>, Error> {
    let began = std::time::Instant::now();
    let target: Target = identity::target(network);
    let mut devices = Vec::new();
    let mut verdicts = vec![Err(Fault::Repetitions); identities.len()];
    let mut by_repetitions: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
    for (row, (_, proof)) in identities.iter().enumerate() {
        if (1..=identity::repetitions_max(network)).contains(&proof.repetitions) {
            by_repetitions.entry(proof.repetitions).or_default().push(row);
        }
    }
    for (repetitions, rows) in by_repetitions {
        let length = 32 * repetitions as usize + 4;
        for rows in rows.chunks((MESSAGES_BYTES / length).max(1)) {
            let mut messages = Vec::with_capacity(rows.len() * length);
            for &row in rows {
                let (address, proof) = &identities[row];
                (0..repetitions).for_each(|_| messages.extend(address.0));
                messages.extend(proof.nonce.to_le_bytes());
            }
            let count = rows.len();
            let digest = Digest { function: HashFunction::BLAKE2B, messages: &messages, length, count };
            let report = engine.digest(&digest, control)?;
            add_shares(&mut devices, &report.devices);
            for (&row, hash) in rows.iter().zip(&report.value) {
                verdicts[row] = if target.is_met_by(hash, Order::Big) { Ok(()) } else { Err(Fault::Hash) };
            }
        }
    }
    Ok(Report { value: verdicts, devices, elapsed: began.elapsed() })
}

/// A signature of a message, which is signed as it stands: nothing the protocol would sign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedMessage {
    /// Whose signature it should be: an Ed25519 key.
    pub key: [u8; 32],
    /// What should be signed.
    pub message: Vec<u8>,
    /// The signature.
    pub signature: [u8; 64],
}

impl SignedMessage {
    /// Whether it is good, by the plain call that anybody would make: the library's, for one signature.
    pub fn verify_plainly(&self) -> bool {
        let key = VerificationKey::try_from(self.key);
        key.is_ok_and(|key| key.verify(&self.signature.into(), &self.message).is_ok())
    }
}

/// What becomes of each signature, by ZIP-215. Those of messages of one length are checked together.
///
/// # Errors
/// The engine's own; [`Error::OutOfRange`] when there is a message of more than
/// [`SIGNED_BYTES_MAX`](gridnet_core::limits::SIGNED_BYTES_MAX) bytes.
pub fn verify_signatures<S: Borrow<SignedMessage>>(
    engine: &Engine,
    signed: &[S],
    control: &Control,
) -> Result<Report<Vec<Signed>>, Error> {
    let began = std::time::Instant::now();
    let mut devices = Vec::new();
    let signed: Vec<&SignedMessage> = signed.iter().map(Borrow::borrow).collect();
    let mut verdicts = vec![Ok(()); signed.len()];
    let mut by_length: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (row, signed) in signed.iter().enumerate() {
        by_length.entry(signed.message.len()).or_default().push(row);
    }
    for (length, rows) in by_length {
        for rows in rows.chunks((MESSAGES_BYTES / length.max(32)).max(1)) {
            let keys: Vec<[u8; 32]> = rows.iter().map(|&row| signed[row].key).collect();
            let signatures: Vec<[u8; 64]> = rows.iter().map(|&row| signed[row].signature).collect();
            let mut messages = Vec::with_capacity(rows.len() * length);
            rows.iter().for_each(|&row| messages.extend(&signed[row].message));
            let verify = Verify { keys: &keys, messages: &messages, length, signatures: &signatures };
            let report = engine.verify(&verify, control)?;
            add_shares(&mut devices, &report.devices);
            for (&row, verdict) in rows.iter().zip(report.value) {
                verdicts[row] = verdict;
            }
        }
    }
    Ok(Report { value: verdicts, devices, elapsed: began.elapsed() })
}
