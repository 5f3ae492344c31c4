//! A fixed amount of work whose answer is the same on every path and machine: two installations that print the same
//! checksum compute the same things.

use crate::known::Known;
use crate::{
    Control, Digest, Endian, Engine, Error, HashFunction, NonceField, Order, Search, SignatureFault, Target,
    Walk,
};

/// What the engine can be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Primitive {
    /// Find nonces.
    Search,
    /// Follow hash chains.
    Walk,
    /// Hash messages.
    Digest,
    /// Check signatures.
    Verify,
}

impl Primitive {
    /// Every primitive that is over a hash function.
    pub const ALL: [Primitive; 3] = [Primitive::Search, Primitive::Walk, Primitive::Digest];

    /// The name used in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Primitive::Search => "search",
            Primitive::Walk => "walk",
            Primitive::Digest => "digest",
            Primitive::Verify => "verify",
        }
    }
}

impl Engine {
    /// The checksum of a fixed amount of work: the BLAKE2s digest of every answer to it.
    ///
    /// `search`: an 80-byte header's hits under a 12-bit target in 2¹⁶ nonces, then an identity's in an odd field.
    /// `walk`: 70 values, value i walked 0, 37, 74 … steps. `digest`: 70 messages of every length 0..=200. `verify`,
    /// under any function: 70 signatures good and bad, a byte each: 0, or 1 plus the fault's place in
    /// [`SignatureFault::ALL`].
    ///
    /// # Errors
    /// Any of the engine's.
    pub fn checksum(&self, primitive: Primitive, function: HashFunction) -> Result<[u8; 32], Error> {
        let control = Control::default();
        let mut answers = Vec::new();
        match primitive {
            Primitive::Search => {
                let message = pattern(80);
                for (length, offset, bytes, order) in [(80, 76, 4, Order::Little), (75, 61, 6, Order::Big)] {
                    let search = Search {
                        function,
                        message: &message[..length],
                        siblings: &[],
                        nonce: NonceField { offset, bytes, endian: Endian::Little },
                        range: 0..1 << 16,
                        target: Target::from_zero_bits(12)?,
                        order,
                        limit: 1 << 16,
                    };
                    for hit in self.search(&search, &control)?.value.hits {
                        answers.extend(hit.nonce.to_le_bytes());
                        answers.extend(hit.hash);
                    }
                }
            }
            Primitive::Walk => {
                let starts: Vec<[u8; 32]> = (0..70).map(|i| [i; 32]).collect();
                let steps: Vec<u64> = (0..70).map(|i| i * 37).collect();
                let walk = Walk { function, starts: &starts, steps: &steps };
                answers.extend(self.walk(&walk, &control)?.value.as_flattened());
            }
            Primitive::Digest => {
                for length in 0..=200 {
                    let messages = pattern(70 * length);
                    let digest = Digest { function, messages: &messages, length, count: 70 };
                    answers.extend(self.digest(&digest, &control)?.value.as_flattened());
                }
            }
            Primitive::Verify => {
                let place = |fault| SignatureFault::ALL.iter().position(|&known| known == fault);
                let verdicts = self.verify(&Known::new(70, 32).question(), &control)?.value;
                answers.extend(verdicts.into_iter().map(|verdict| match verdict {
                    Ok(()) => 0,
                    Err(fault) => place(fault).map_or(u8::MAX, |place| 1 + place as u8),
                }));
            }
        }
        Ok(HashFunction::BLAKE2S.hash(&answers))
    }
}

/// Bytes that repeat with period 251, which no block size divides.
fn pattern(length: usize) -> Vec<u8> {
    (0..length).map(|i| (i % 251) as u8).collect()
}
