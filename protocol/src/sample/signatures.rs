//! Made-up good signatures, at a fraction of what signing takes: for measurements, which need more of them, by more
//! keys, than anybody would sign for that.
//!
//! Each key, and each signature's point, is the one before plus the base point, so that making one takes two additions
//! where signing takes two multiplications. They verify like any others. As a way to sign this would be worthless: two
//! signatures whose nonces are known to differ by one give the key away.

use curve25519_dalek::constants::ED25519_BASEPOINT_POINT;
use curve25519_dalek::{EdwardsPoint, Scalar};
use gridnet_core::{Control, Engine, Error, HashFunction, SignatureFault, Signed, Verify};
use sha2::{Digest as _, Sha512};

/// Points that are encoded together: the one inversion that it takes is shared by so many.
const TOGETHER: usize = 64;

/// Signatures of messages of one length.
#[derive(Clone, Debug)]
pub struct Signatures {
    keys: Vec<[u8; 32]>,
    messages: Vec<u8>,
    length: usize,
    signatures: Vec<[u8; 64]>,
    seed: u64,
    /// How many different keys there are.
    keys_max: usize,
    key: Progression,
    nonce: Progression,
}

/// Scalars that grow by one, and the points that belong to them.
#[derive(Clone, Debug)]
struct Progression {
    first: Scalar,
    /// The next point.
    point: EdwardsPoint,
}

impl Progression {
    fn new(what: &str, seed: u64) -> Progression {
        let scalar = hash(&[b"gridnet sample ", what.as_bytes(), &seed.to_le_bytes()]);
        Progression { first: scalar, point: ED25519_BASEPOINT_POINT * scalar }
    }

    fn scalar(&self, index: usize) -> Scalar {
        self.first + Scalar::from(index as u64)
    }

    /// The encodings of the next points.
    fn next(&mut self) -> [[u8; 32]; TOGETHER] {
        let points: [EdwardsPoint; TOGETHER] = std::array::from_fn(|_| {
            let point = self.point;
            self.point += ED25519_BASEPOINT_POINT;
            point
        });
        EdwardsPoint::compress_batch(&points).map(|point| point.to_bytes())
    }
}

impl Signatures {
    /// None yet, of messages of so many bytes, each by another key. The same seed gives the same signatures everywhere.
    pub fn new(seed: u64, length: usize) -> Signatures {
        Signatures::by(usize::MAX, seed, length)
    }

    /// The same by so many keys, in turns.
    ///
    /// # Panics
    /// Without any key.
    pub fn by(keys_max: usize, seed: u64, length: usize) -> Signatures {
        assert!(keys_max > 0, "somebody must have signed");
        let (keys, messages, signatures) = (Vec::new(), Vec::new(), Vec::new());
        let (key, nonce) = (Progression::new("key", seed), Progression::new("nonce", seed));
        Signatures { keys, messages, length, signatures, seed, keys_max, key, nonce }
    }

    /// Makes further ones until there are at least so many.
    pub fn grow(&mut self, count: usize) {
        while self.keys.len() < count {
            let (keys, points) = (self.key.next(), self.nonce.next());
            for (new, point) in keys.iter().zip(&points) {
                let index = self.keys.len();
                let owner = index % self.keys_max;
                let key = if owner == index { *new } else { self.keys[owner] };
                let from = self.messages.len();
                write_message(self.seed, index as u64, self.length, &mut self.messages);
                let challenge = hash(&[point, &key, &self.messages[from..]]);
                let scalar = challenge * self.key.scalar(owner) + self.nonce.scalar(index);
                let mut signature = [0; 64];
                signature[..32].copy_from_slice(point);
                signature[32..].copy_from_slice(scalar.as_bytes());
                self.keys.push(key);
                self.signatures.push(signature);
            }
        }
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.keys.len()
    }

    /// The question whether the first ones are good.
    ///
    /// # Panics
    /// When there are not so many.
    pub fn first(&self, count: usize) -> Verify<'_> {
        Verify {
            keys: &self.keys[..count],
            messages: &self.messages[..count * self.length],
            length: self.length,
            signatures: &self.signatures[..count],
        }
    }

    /// Makes one bad.
    ///
    /// # Panics
    /// When there is none of that number.
    pub fn spoil(&mut self, index: usize) {
        self.signatures[index][32] ^= 1;
    }
}

fn hash(parts: &[&[u8]]) -> Scalar {
    let hash = parts.iter().fold(Sha512::new(), |hash, part| hash.chain_update(part));
    Scalar::from_bytes_mod_order_wide(&hash.finalize().into())
}

/// Writes a message: bytes that look like nothing in particular.
fn write_message(seed: u64, index: u64, length: usize, to: &mut Vec<u8>) {
    let word = |number: u64| {
        let state = (seed << 48 ^ index << 16 ^ number).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let z = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    };
    to.extend((0..length.div_ceil(8) as u64).flat_map(|number| word(number).to_le_bytes()).take(length));
}

/// Lengths of the messages of the [`checksum`], and how many there are of each.
const LENGTHS: [usize; 6] = [0, 1, 47, 48, 128, 256];
const EACH: usize = 30;

/// The checksum of a fixed amount of work: the BLAKE2s digest of the verdicts on 180 signatures, of which two in three
/// are spoilt, each of them in another part than the one before. 0 is a good one, the others are the numbers of the
/// reasons.
///
/// # Errors
/// Any of the engine's.
pub fn checksum(engine: &Engine) -> Result<[u8; 32], Error> {
    let mut verdicts = Vec::new();
    for length in LENGTHS {
        let mut made = Signatures::new(0, length);
        made.grow(EACH);
        (0..EACH).for_each(|index| made.vary(index));
        let report = engine.verify(&made.first(EACH), &Control::default())?;
        verdicts.extend(report.value.into_iter().map(number));
    }
    Ok(HashFunction::BLAKE2S.hash(&verdicts))
}

fn number(verdict: Signed) -> u8 {
    let Err(fault) = verdict else { return 0 };
    1 + SignatureFault::ALL.iter().position(|&other| other == fault).expect("all faults are there") as u8
}

/// A y that belongs to no x.
const NO_POINT: [u8; 32] = [2; 32];

impl Signatures {
    /// Changes one for the checksum: a part that follows from its number.
    fn vary(&mut self, index: usize) {
        let (byte, bit) = (index % 32, 1 << (index % 8));
        match index % 9 {
            1 => self.keys[index][byte] ^= bit,
            2 => self.signatures[index][byte] ^= bit,
            3 => self.signatures[index][32 + byte % 31] ^= bit,
            4 => self.keys[index] = NO_POINT,
            5 => self.signatures[index][..32].copy_from_slice(&NO_POINT),
            // No scalar is so large.
            6 => self.signatures[index][63] |= 0x20,
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use ed25519_zebra::{Signature, VerificationKey};
    use gridnet_core::{Control, Engine, SignatureFault};

    use super::{NO_POINT, Signatures, checksum};

    fn engine() -> Engine {
        Engine::builder().device("cpu").threads(1).build().expect("a CPU")
    }

    #[test]
    fn all_are_good_and_by_as_many_keys_as_wanted() {
        for (length, keys) in [(0, 150), (1, 150), (13, 150), (128, 150), (5, 1), (5, 7), (5, 70)] {
            let mut made = Signatures::by(keys, 3, length);
            made.grow(150);
            assert!(made.count() >= 150);
            let question = made.first(150);
            for index in 0..150 {
                let key = VerificationKey::try_from(question.keys[index]).expect("a key");
                let message = &question.messages[index * length..(index + 1) * length];
                let signature = Signature::from(question.signatures[index]);
                assert!(key.verify(&signature, message).is_ok(), "number {index}, {length} bytes");
            }
            let different: BTreeSet<_> = question.keys.iter().collect();
            assert_eq!(different.len(), keys);
        }
    }

    #[test]
    fn seeds_decide_and_it_does_not_matter_how_they_grow() {
        let grown = |seed, counts: &[usize]| {
            let mut made = Signatures::new(seed, 20);
            counts.iter().for_each(|&count| made.grow(count));
            let question = made.first(300);
            (question.keys.to_vec(), question.messages.to_vec(), question.signatures.to_vec())
        };
        assert_eq!(grown(7, &[300]), grown(7, &[1, 64, 65, 300]));
        assert_ne!(grown(7, &[300]).0, grown(8, &[300]).0);
    }

    #[test]
    fn a_spoilt_one_is_bad() {
        let mut made = Signatures::new(1, 5);
        made.grow(3);
        made.spoil(1);
        let verdicts = engine().verify(&made.first(3), &Control::default()).expect("verdicts").value;
        assert_eq!(verdicts, [Ok(()), Err(SignatureFault::Signature), Ok(())]);
    }

    /// The known checksum is Python's (`tests/oracle/checksums.py`).
    #[test]
    fn the_checksum_is_the_known_one() {
        let known = include_str!("../../../tests/vectors/checksums.txt");
        let computed = hex::encode(checksum(&engine()).expect("a checksum"));
        assert!(known.lines().any(|line| line == format!("verify ed25519 {computed}")), "{computed}");
        let mut made = Signatures::new(0, 1);
        made.grow(9);
        (0..9).for_each(|index| made.vary(index));
        assert_eq!(made.first(9).keys[4], NO_POINT);
    }
}
