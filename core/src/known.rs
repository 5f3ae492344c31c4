//! Signatures whose verdicts are known by how they were made: one of every kind that ZIP-215 speaks of.

use curve25519_dalek::{Scalar, constants};
use ed25519_zebra::{SigningKey, VerificationKeyBytes};
use sha2::{Digest as _, Sha512};

use crate::Verify;
use crate::signature::{SignatureFault, Signed};

/// Signatures of messages of one length, and what is to be said of each.
pub(crate) struct Known {
    keys: Vec<[u8; 32]>,
    messages: Vec<u8>,
    length: usize,
    signatures: Vec<[u8; 64]>,
    pub(crate) verdicts: Vec<Signed>,
}

/// See [`Known::of_long_quotients`].
const LONG_QUOTIENTS: [u64; 3] = [66_498_214, 117_888_880, 124_964_280];

/// What is done to signatures, or not, in turns.
pub(crate) const KINDS: usize = 12;
/// The neutral point, whose multiples are all neutral.
const NEUTRAL: [u8; 32] = followed(1, 0);
/// The same with a y of p + 1, and with the sign of an x that is 0.
const NEUTRAL_BEYOND: [u8; 32] = followed(0xee, 0xff);
/// A point of order 8.
const EIGHTH: [u8; 32] = [
    0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10, 0x67, 0x0f, 0x2a,
    0x20, 0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac, 0x03, 0x7a,
];
/// The y of no point.
const NO_POINT: [u8; 32] = [2; 32];

/// A byte, followed by others that are all the same.
const fn followed(first: u8, others: u8) -> [u8; 32] {
    let mut bytes = [others; 32];
    bytes[0] = first;
    bytes
}

impl Known {
    /// So many signatures, in turns good and otherwise.
    pub(crate) fn new(count: usize, length: usize) -> Known {
        let mut known = Known {
            keys: Vec::new(),
            messages: (0..count * length).map(|i| (i % 251) as u8).collect(),
            length,
            signatures: Vec::new(),
            verdicts: Vec::new(),
        };
        for index in 0..count {
            let secret = SigningKey::from([1 + (index % 5) as u8; 32]);
            let mut key = VerificationKeyBytes::from(&secret).into();
            let message = &known.messages[index * length..(index + 1) * length];
            let mut signature = secret.sign(message).to_bytes();
            let verdict = spoiled(index, &mut key, &mut signature);
            known.keys.push(key);
            known.signatures.push(signature);
            known.verdicts.push(verdict);
        }
        known
    }

    /// Good signatures whose hash makes Euclid's algorithm take a quotient of more than 32 bits, as one in some ten
    /// million does; and each of them with one bit wrong. They were searched for: the key and the point are the base
    /// point, and the message is a counter.
    pub(crate) fn of_long_quotients() -> Known {
        let base = constants::ED25519_BASEPOINT_COMPRESSED.to_bytes();
        let mut known = Known {
            keys: Vec::new(),
            messages: Vec::new(),
            length: 8,
            signatures: Vec::new(),
            verdicts: Vec::new(),
        };
        for counter in LONG_QUOTIENTS {
            let message = counter.to_le_bytes();
            let hash = Sha512::new().chain_update(base).chain_update(base).chain_update(message).finalize();
            let s = Scalar::from_bytes_mod_order_wide(&hash.into()) + Scalar::ONE;
            for wrong in [false, true] {
                let mut signature = [0; 64];
                signature[..32].copy_from_slice(&base);
                signature[32..].copy_from_slice(s.as_bytes());
                signature[32] ^= u8::from(wrong);
                known.keys.push(base);
                known.messages.extend(message);
                known.signatures.push(signature);
                known.verdicts.push(if wrong { Err(SignatureFault::Signature) } else { Ok(()) });
            }
        }
        known
    }

    pub(crate) fn question(&self) -> Verify<'_> {
        Verify {
            keys: &self.keys,
            messages: &self.messages,
            length: self.length,
            signatures: &self.signatures,
        }
    }
}

/// Does to a good signature what its number says.
fn spoiled(index: usize, key: &mut [u8; 32], signature: &mut [u8; 64]) -> Signed {
    // Of small order, with an s of 0: the 8 takes away all there is.
    let mut small = |of_key: [u8; 32], of_point: [u8; 32]| {
        *key = of_key;
        *signature = [0; 64];
        signature[..32].copy_from_slice(&of_point);
        Ok(())
    };
    match index % KINDS {
        1 => return small(NEUTRAL, EIGHTH),
        3 => return small(NEUTRAL_BEYOND, NEUTRAL),
        5 => return small(EIGHTH, NEUTRAL_BEYOND),
        _ => {}
    }
    match index % KINDS {
        2 => *key = NO_POINT,
        4 => signature[..32].copy_from_slice(&NO_POINT),
        6 => signature[63] |= 0xf0,
        7 => signature[32] ^= 1,
        8 => key.copy_from_slice(&NEUTRAL),
        9 => signature[..32].copy_from_slice(&EIGHTH),
        // All wrong: the key comes first, then the point.
        10 => {
            *key = NO_POINT;
            *signature = [2; 64];
            signature[63] = 0xff;
        }
        11 => {
            signature[..32].copy_from_slice(&NO_POINT);
            signature[63] = 0xff;
        }
        _ => return Ok(()),
    }
    Err(match index % KINDS {
        2 | 10 => SignatureFault::Key,
        4 | 11 => SignatureFault::Point,
        6 => SignatureFault::Scalar,
        _ => SignatureFault::Signature,
    })
}

#[cfg(test)]
mod tests {
    use super::Known;
    use crate::backend::Watch;
    use crate::{Cancel, SignatureFault, signature};

    #[test]
    fn the_library_says_the_same() {
        let known = [0, 47, 256].map(|length| Known::new(60, length));
        for known in known.into_iter().chain([Known::of_long_quotients()]) {
            let mut said = vec![Err(SignatureFault::Key); known.verdicts.len()];
            let never = Cancel::default();
            signature::verify_in_turn(&known.question(), &mut said, &Watch::new(&never, None))
                .expect("verdicts");
            assert_eq!(said, known.verdicts);
        }
    }
}
