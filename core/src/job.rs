//! What a caller asks of the engine, and what it gets back.

use std::ops::Range;
use std::time::Duration;

use crate::{Error, HashFunction, Target, limits};

/// Byte order of a nonce within its field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Endian {
    /// Least significant byte first: headers, identities.
    Little,
    /// Most significant byte first.
    Big,
}

/// How a digest is read as a number when it is compared with a target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Little-endian: block headers, under every function.
    Little,
    /// Big-endian: identities.
    Big,
}

/// Where the nonce stands in a message. The field is always `bytes` long; a narrower search shortens the range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NonceField {
    /// First byte.
    pub offset: usize,
    /// Width in bytes, 1..=8.
    pub bytes: usize,
    /// Byte order.
    pub endian: Endian,
}

impl NonceField {
    /// One past the largest nonce: 2^(8·bytes).
    pub fn end(self) -> u128 {
        1 << (8 * self.bytes.min(8))
    }

    /// Writes a nonce into its field.
    ///
    /// # Panics
    /// When the field is not inside the message; [`Search::check`] tells beforehand.
    pub fn write(self, message: &mut [u8], nonce: u64) {
        let field = &mut message[self.offset..self.offset + self.bytes];
        match self.endian {
            Endian::Little => field.copy_from_slice(&nonce.to_le_bytes()[..self.bytes]),
            Endian::Big => field.copy_from_slice(&nonce.to_be_bytes()[8 - self.bytes..]),
        }
    }
}

/// Find the first nonces whose digest is at most the target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Search<'a> {
    /// The hash function.
    pub function: HashFunction,
    /// The message; the bytes in the nonce's field do not matter.
    pub message: &'a [u8],
    /// Further messages tried with every nonce, of the same length and equal from the nonce's block on: the same
    /// header under rolled versions, say. They share the message's schedule, so each costs less than a search of
    /// its own. Hits are ordered by (nonce, message), the message itself first.
    pub siblings: &'a [&'a [u8]],
    /// Where the nonce stands.
    pub nonce: NonceField,
    /// Nonces to try; `end` is exclusive, at most [`NonceField::end`].
    pub range: Range<u128>,
    /// What the digest must not exceed.
    pub target: Target,
    /// How the digest is read.
    pub order: Order,
    /// Return this many hits at most: the first ones.
    pub limit: usize,
}

impl Search<'_> {
    /// Whether the engine would take it.
    ///
    /// # Errors
    /// [`Error::NonceField`], [`Error::NonceRange`], [`Error::Limit`], [`Error::Sibling`], and [`Error::OutOfRange`]
    /// for a message, tail or list of siblings beyond [`limits`].
    pub fn check(&self) -> Result<(), Error> {
        let NonceField { offset, bytes, .. } = self.nonce;
        let message = self.message.len();
        let fits = offset.checked_add(bytes).is_some_and(|end| end <= message);
        if !(1..=8).contains(&bytes) || !fits {
            return Err(Error::NonceField { offset, bytes, message });
        }
        let Range { start, end } = self.range;
        if start >= end || end > self.nonce.end() {
            return Err(Error::NonceRange { start, end, max: self.nonce.end() });
        }
        if !(1..=limits::HITS_MAX).contains(&self.limit) {
            return Err(Error::Limit { got: self.limit, max: limits::HITS_MAX });
        }
        let from = self.shared_from();
        let messages = 1 + self.siblings.len();
        for (what, got, max) in [
            ("the length of a searched message", message, limits::SEARCH_BYTES_MAX),
            ("the message's length from the nonce's block on", message - from, limits::TAIL_BYTES_MAX),
            ("the number of siblings", self.siblings.len(), limits::SIBLINGS_MAX),
            ("the bytes of all messages before the nonce's block", messages * from, limits::SEARCH_BYTES_MAX),
            (
                "the bytes of all messages from the nonce's block on",
                messages * (message - from),
                limits::TAILS_BYTES_MAX,
            ),
        ] {
            if got > max {
                return Err(Error::OutOfRange { what, min: 0, max: max as u64, got: got as u64 });
            }
        }
        for (index, sibling) in self.siblings.iter().enumerate() {
            let equal = sibling.len() == message
                && sibling[from..offset] == self.message[from..offset]
                && sibling[offset + bytes..] == self.message[offset + bytes..];
            if !equal {
                return Err(Error::Sibling { index, from });
            }
        }
        Ok(())
    }

    /// Nonces of the range, each with every message.
    pub(crate) fn candidates(&self) -> u128 {
        (self.range.end - self.range.start) * (1 + self.siblings.len() as u128)
    }

    /// First byte of the block that holds the nonce's first byte.
    pub(crate) fn shared_from(&self) -> usize {
        let block = self.function.kernel_function().block_bytes();
        self.nonce.offset / block * block
    }

    /// The message, or sibling `index - 1`, with a nonce in its field.
    pub(crate) fn message_with(&self, index: u32, nonce: u64) -> Vec<u8> {
        let mut message = self.message_at(index).to_vec();
        self.nonce.write(&mut message, nonce);
        message
    }

    /// The message, or sibling `index - 1`.
    pub(crate) fn message_at(&self, index: u32) -> &[u8] {
        if index == 0 { self.message } else { self.siblings[index as usize - 1] }
    }
}

/// A nonce that meets the target.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hit {
    /// The nonce.
    pub nonce: u64,
    /// Which message: 0 is the search's own, `i` its sibling `i − 1`.
    pub message: u32,
    /// The digest, in the function's byte order.
    pub hash: [u8; 32],
}

/// What a search found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The first hits, ascending by (nonce, message).
    pub hits: Vec<Hit>,
    /// Where to go on when the search was cancelled: every nonce of the range below this was tried. `None` when the
    /// search ended by itself.
    pub resume: Option<u128>,
}

/// Hash each of many 32-byte values again and again, each its own number of times.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Walk<'a> {
    /// The hash function.
    pub function: HashFunction,
    /// The values to start from.
    pub starts: &'a [[u8; 32]],
    /// How many times each is hashed; as many as `starts`. 0 leaves a value as it is.
    pub steps: &'a [u64],
}

impl Walk<'_> {
    /// Whether the engine would take it.
    ///
    /// # Errors
    /// [`Error::Count`].
    pub fn check(&self) -> Result<(), Error> {
        if self.steps.len() != self.starts.len() {
            return Err(Error::Count { what: "steps", got: self.steps.len(), expected: self.starts.len() });
        }
        Ok(())
    }

    /// Steps of all values together.
    pub fn total_steps(&self) -> u128 {
        self.steps.iter().map(|&steps| u128::from(steps)).sum()
    }
}

/// Hash many messages of one length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Digest<'a> {
    /// The hash function.
    pub function: HashFunction,
    /// The messages, one after the other.
    pub messages: &'a [u8],
    /// Length of each in bytes; may be 0.
    pub length: usize,
    /// How many there are.
    pub count: usize,
}

impl Digest<'_> {
    /// Whether the engine would take it.
    ///
    /// # Errors
    /// [`Error::Count`], and [`Error::OutOfRange`] for more than [`limits::EMPTY_MESSAGES_MAX`] empty messages.
    pub fn check(&self) -> Result<(), Error> {
        let max = limits::EMPTY_MESSAGES_MAX;
        if self.length == 0 && self.count > max {
            let what = "the number of empty messages";
            return Err(Error::OutOfRange { what, min: 0, max: max as u64, got: self.count as u64 });
        }
        match self.length.checked_mul(self.count) {
            Some(bytes) if bytes == self.messages.len() => Ok(()),
            expected => Err(Error::Count {
                what: "message bytes",
                got: self.messages.len(),
                expected: expected.unwrap_or(usize::MAX),
            }),
        }
    }

    /// How many digests there will be.
    pub(crate) fn checked_count(&self) -> Result<usize, Error> {
        self.check().map(|()| self.count)
    }
}

/// Check Ed25519 signatures of messages of one length by [ZIP-215](https://zips.z.cash/zip-0215).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verify<'a> {
    /// The public keys, one for each signature.
    pub keys: &'a [[u8; 32]],
    /// The messages, one after the other.
    pub messages: &'a [u8],
    /// Length of each in bytes; may be 0.
    pub length: usize,
    /// The signatures.
    pub signatures: &'a [[u8; 64]],
}

impl Verify<'_> {
    /// Whether the engine would take it.
    ///
    /// # Errors
    /// [`Error::Count`], and [`Error::OutOfRange`] for messages beyond [`limits::SIGNED_BYTES_MAX`].
    pub fn check(&self) -> Result<(), Error> {
        let count = self.signatures.len();
        if self.keys.len() != count {
            return Err(Error::Count { what: "public keys", got: self.keys.len(), expected: count });
        }
        let max = limits::SIGNED_BYTES_MAX;
        if self.length > max {
            let (max, got) = (max as u64, self.length as u64);
            return Err(Error::OutOfRange { what: "the length of a signed message", min: 0, max, got });
        }
        match self.length.checked_mul(count) {
            Some(bytes) if bytes == self.messages.len() => Ok(()),
            expected => Err(Error::Count {
                what: "message bytes",
                got: self.messages.len(),
                expected: expected.unwrap_or(usize::MAX),
            }),
        }
    }

    /// Message `index`.
    pub(crate) fn message(&self, index: usize) -> &[u8] {
        &self.messages[index * self.length..(index + 1) * self.length]
    }
}

/// An answer with what it took.
#[derive(Clone, Debug, PartialEq)]
pub struct Report<T> {
    /// The answer.
    pub value: T,
    /// What each device did.
    pub devices: Vec<Share>,
    /// Time from call to return.
    pub elapsed: Duration,
}

impl<T> Report<T> {
    /// Candidates, steps or messages of all devices together.
    pub fn done(&self) -> u64 {
        self.devices.iter().map(|share| share.done).sum()
    }

    /// The same report about another value.
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Report<U> {
        Report { value: f(self.value), devices: self.devices, elapsed: self.elapsed }
    }
}

/// Adds the shares of a further call; those of one device are one.
pub fn add_shares(sums: &mut Vec<Share>, shares: &[Share]) {
    for share in shares {
        match sums.iter_mut().find(|sum| sum.id == share.id) {
            Some(sum) => {
                sum.done += share.done;
                sum.dispatches += share.dispatches;
                sum.busy = sum.busy.into_iter().chain(share.busy).reduce(|a, b| a + b);
                sum.longest = sum.longest.max(share.longest);
            }
            None => sums.push(share.clone()),
        }
    }
}

/// One device's part in an answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Share {
    /// The device's id, as `--device` takes it.
    pub id: String,
    /// The device's name.
    pub name: String,
    /// The path that did it, in its printable form: `avx512 ×16 ×2, 2 threads`.
    pub path: String,
    /// Candidates, steps or messages.
    pub done: u64,
    /// Kernel calls (dispatches, on a GPU).
    pub dispatches: u64,
    /// How long the kernels ran, by the device's own clock, where it has one.
    pub busy: Option<Duration>,
    /// The longest of the calls.
    pub longest: Option<Duration>,
}
