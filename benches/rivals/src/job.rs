//! The questions that every contender answers, in the engine's terms, and the answers.

use gridnet_benches::{Signatures, signatures};
use gridnet_core::{HashFunction, Order, Target, Verify};

/// Work that can be counted in hashes, or signatures.
pub(crate) trait Job {
    /// Hashes that answering takes, of the row's own unit (a double hash is one).
    fn hashes(&self) -> u64;
}

/// An answer, to be compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// Nonces and the index of the message that they belong to, ascending.
    Hits(Vec<(u32, u32)>),
    /// Digests, or ends of walks.
    Values(Vec<[u8; 32]>),
    /// Headers before the first bad one, and their work.
    Valid(usize, [u8; 32]),
    /// Whether each signature is good.
    Verdicts(Vec<bool>),
}

/// Nonces 0 to `nonces` tried in the last four bytes of each of `messages`.
pub(crate) struct SearchJob {
    pub(crate) function: HashFunction,
    /// Of one length, different in the first block at most.
    pub(crate) messages: Vec<Vec<u8>>,
    pub(crate) nonces: u32,
    pub(crate) target: Target,
    pub(crate) order: Order,
}

/// Values hashed again and again, each `steps` times.
pub(crate) struct WalkJob {
    pub(crate) function: HashFunction,
    pub(crate) starts: Vec<[u8; 32]>,
    pub(crate) steps: u64,
}

/// A batch of messages hashed `repeats` times over; the last digests are the answer.
pub(crate) struct DigestJob {
    pub(crate) function: HashFunction,
    pub(crate) messages: Vec<u8>,
    pub(crate) length: usize,
    pub(crate) repeats: u64,
}

/// A chain of headers verified `repeats` times over.
pub(crate) struct HeadersJob<'a> {
    pub(crate) bytes: &'a [u8],
    /// Whether Bitcoin's retarget holds; else any bits are taken.
    pub(crate) bitcoin: bool,
    pub(crate) repeats: u64,
}

/// Signatures to be verified.
pub(crate) struct VerifyJob {
    made: Signatures,
    pub(crate) count: usize,
}

impl VerifyJob {
    /// So many, by so many keys, of which one in `bad_one_in` is bad.
    pub(crate) fn new(seed: u64, count: usize, keys_max: usize, bad_one_in: Option<usize>) -> VerifyJob {
        VerifyJob { made: signatures(seed, count, keys_max, bad_one_in), count }
    }

    /// The question.
    pub(crate) fn question(&self) -> Verify<'_> {
        self.made.first(self.count)
    }
}

impl Job for VerifyJob {
    fn hashes(&self) -> u64 {
        self.count as u64
    }
}

impl Job for SearchJob {
    fn hashes(&self) -> u64 {
        u64::from(self.nonces) * self.messages.len() as u64
    }
}

impl Job for WalkJob {
    fn hashes(&self) -> u64 {
        self.starts.len() as u64 * self.steps
    }
}

impl Job for DigestJob {
    fn hashes(&self) -> u64 {
        (self.messages.len() / self.length) as u64 * self.repeats
    }
}

impl Job for HeadersJob<'_> {
    fn hashes(&self) -> u64 {
        (self.bytes.len() / 80) as u64 * self.repeats
    }
}
