//! A question that stands by itself: to be sent to another thread, or kept in a file and asked again.

use std::ops::Range;

use crate::{
    Control, Device, Digest, Engine, Error, HashFunction, KernelInfo, NonceField, Order, Search, Share,
    Target, Verify, Walk, limits,
};

/// A search that owns its messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnedSearch {
    /// As [`Search::function`].
    pub function: HashFunction,
    /// As [`Search::message`].
    pub message: Vec<u8>,
    /// As [`Search::siblings`].
    pub siblings: Vec<Vec<u8>>,
    /// As [`Search::nonce`].
    pub nonce: NonceField,
    /// As [`Search::range`].
    pub range: Range<u128>,
    /// As [`Search::target`].
    pub target: Target,
    /// As [`Search::order`].
    pub order: Order,
    /// As [`Search::limit`].
    pub limit: usize,
}

impl OwnedSearch {
    /// A copy.
    pub fn new(search: &Search<'_>) -> OwnedSearch {
        OwnedSearch {
            function: search.function,
            message: search.message.to_vec(),
            siblings: search.siblings.iter().map(|sibling| sibling.to_vec()).collect(),
            nonce: search.nonce,
            range: search.range.clone(),
            target: search.target,
            order: search.order,
            limit: search.limit,
        }
    }

    /// Calls with the search.
    pub fn with<T>(&self, call: impl FnOnce(&Search<'_>) -> T) -> T {
        let siblings: Vec<&[u8]> = self.siblings.iter().map(Vec::as_slice).collect();
        call(&Search {
            function: self.function,
            message: &self.message,
            siblings: &siblings,
            nonce: self.nonce,
            range: self.range.clone(),
            target: self.target,
            order: self.order,
            limit: self.limit,
        })
    }
}

/// What a device gave a wrong answer to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Case {
    /// This search.
    Search(OwnedSearch),
    /// The walk of one value among many.
    Walk {
        /// The hash function.
        function: HashFunction,
        /// The value.
        start: [u8; 32],
        /// How many times it was to be hashed.
        steps: u64,
        /// How many values there were.
        count: usize,
    },
    /// The digest of one message among many of its length.
    Digest {
        /// The hash function.
        function: HashFunction,
        /// The message.
        message: Vec<u8>,
        /// How many messages there were.
        count: usize,
    },
    /// The verdict on one signature among many.
    Verify {
        /// The public key.
        key: [u8; 32],
        /// The message.
        message: Vec<u8>,
        /// The signature.
        signature: [u8; 64],
        /// How many signatures there were.
        count: usize,
    },
}

impl Case {
    /// Asks an engine the question again, of as many copies of the value, message or signature as there were.
    /// An engine that checks all its answers ([`audit_one_in(1)`](crate::EngineBuilder::audit_one_in)) tells its
    /// listener when a device is wrong again. Says which devices answered: what one cannot do, another does.
    ///
    /// # Errors
    /// Any of the engine's.
    pub fn ask(&self, engine: &Engine, control: &Control) -> Result<Vec<Share>, Error> {
        match self {
            Case::Search(search) => {
                search.with(|search| engine.search(search, control).map(|report| report.devices))
            }
            Case::Walk { function, start, steps, count } => {
                let count = copies(*count, 32)?;
                let (starts, steps) = (vec![*start; count], vec![*steps; count]);
                let walk = Walk { function: *function, starts: &starts, steps: &steps };
                engine.walk(&walk, control).map(|report| report.devices)
            }
            Case::Digest { function, message, count } => {
                let count = copies(*count, message.len())?;
                let messages = message.repeat(count);
                let digest =
                    Digest { function: *function, messages: &messages, length: message.len(), count };
                engine.digest(&digest, control).map(|report| report.devices)
            }
            Case::Verify { key, message, signature, count } => {
                let count = copies(*count, key.len() + message.len() + signature.len())?;
                let (keys, signatures) = (vec![*key; count], vec![*signature; count]);
                let messages = message.repeat(count);
                let verify = Verify {
                    keys: &keys,
                    messages: &messages,
                    length: message.len(),
                    signatures: &signatures,
                };
                engine.verify(&verify, control).map(|report| report.devices)
            }
        }
    }
}

/// A number of copies, if they are not too many to make.
fn copies(count: usize, bytes: usize) -> Result<usize, Error> {
    let max = limits::CASE_BYTES_MAX / bytes.max(32);
    if (1..=max).contains(&count) {
        return Ok(count);
    }
    Err(Error::OutOfRange { what: "the number of copies", min: 1, max: max as u64, got: count as u64 })
}

/// A wrong answer, with all that is needed to ask again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disagreement {
    /// Who gave it.
    pub device: Device,
    /// The path that computed it.
    pub path: String,
    /// Its kernels, as they were run.
    pub kernels: Vec<KernelInfo>,
    /// What is wrong.
    pub what: String,
    /// The question.
    pub case: Case,
}
