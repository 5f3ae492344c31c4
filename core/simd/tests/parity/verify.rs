//! Signatures: every verifier, and the models of those that this CPU lacks, against ed25519-zebra one by one.

use std::cell::RefCell;

use curve25519_dalek::Scalar;
use curve25519_dalek::constants::EIGHT_TORSION;
use curve25519_dalek::edwards::CompressedEdwardsY;
use ed25519_zebra::{Signature, SigningKey, VerificationKey, VerificationKeyBytes};
use gridnet_simd::{Half, Verdict, Verifier, Workspace, digits, halve};

use crate::mix::Mix;

/// Signatures of messages of one length.
#[derive(Clone, Default)]
struct Batch {
    length: usize,
    keys: Vec<[u8; 32]>,
    messages: Vec<u8>,
    signatures: Vec<[u8; 64]>,
}

impl Batch {
    fn push(&mut self, key: [u8; 32], message: &[u8], signature: [u8; 64]) {
        self.keys.push(key);
        self.messages.extend(message);
        self.signatures.push(signature);
    }

    /// Good ones, by `keys` keys in turns.
    fn good(count: usize, length: usize, keys: usize, mix: &mut Mix) -> Batch {
        let secrets: Vec<SigningKey> = (0..keys).map(|_| SigningKey::from(mix.array())).collect();
        let mut batch = Batch { length, ..Batch::default() };
        for index in 0..count {
            let message: Vec<u8> = (0..length).map(|_| mix.next() as u8).collect();
            let secret = &secrets[index % keys];
            let key = VerificationKeyBytes::from(secret).into();
            batch.push(key, &message, secret.sign(&message).to_bytes());
        }
        batch
    }

    fn verdicts(&self, verifier: Verifier, workspace: &mut Workspace) -> Vec<Verdict> {
        let mut verdicts = vec![Verdict::Unequal; self.keys.len()];
        verifier.verify(&self.keys, &self.messages, self.length, &self.signatures, &mut verdicts, workspace);
        verdicts
    }

    fn oracle(&self) -> Vec<Verdict> {
        let message = |index: usize| &self.messages[index * self.length..][..self.length];
        (0..self.keys.len())
            .map(|index| alone(self.keys[index], message(index), self.signatures[index]))
            .collect()
    }
}

fn alone(key: [u8; 32], message: &[u8], signature: [u8; 64]) -> Verdict {
    let signature = Signature::from(signature);
    let Ok(key) = VerificationKey::try_from(VerificationKeyBytes::from(key)) else { return Verdict::NoKey };
    if CompressedEdwardsY(*signature.r_bytes()).decompress().is_none() {
        Verdict::NoPoint
    } else if Scalar::from_canonical_bytes(*signature.s_bytes()).is_none().into() {
        Verdict::NoScalar
    } else if key.verify(&signature, message).is_err() {
        Verdict::Unequal
    } else {
        Verdict::Holds
    }
}

fn verifiers() -> Vec<Verifier> {
    Verifier::all().chain(Verifier::models()).collect()
}

thread_local! {
    /// Of every call, whatever its verifier, count and length: nothing of one call may be left in another.
    static WORKSPACE: RefCell<Workspace> = RefCell::default();
}

/// Which verdict is wrong, if one is.
fn wrong(right: &[Verdict], said: &[Verdict]) -> Option<usize> {
    assert_eq!(right.len(), said.len());
    (0..right.len()).find(|&index| said[index] != right[index])
}

fn check(batch: &Batch) {
    let right = batch.oracle();
    for verifier in verifiers() {
        let said = WORKSPACE.with_borrow_mut(|workspace| batch.verdicts(verifier, workspace));
        let wrong = wrong(&right, &said).map(|index| (index, said[index], right[index]));
        assert_eq!(wrong, None, "{}", verifier.path().name());
    }
}

#[test]
fn a_wrong_verdict_is_noticed() {
    let batch = Batch::good(9, 32, 2, &mut Mix(4));
    for verifier in verifiers() {
        let mut said = batch.verdicts(verifier, &mut Workspace::default());
        assert_eq!(wrong(&batch.oracle(), &said), None);
        said[8] = Verdict::Unequal;
        assert_eq!(wrong(&batch.oracle(), &said), Some(8));
    }
}

#[test]
fn good_signatures_hold_in_every_number_and_of_every_length() {
    let mix = &mut Mix(1);
    for count in [0, 1, 3, 4, 5, 8, 9, 17, 33] {
        check(&Batch::good(count, 32, 5, mix));
    }
    for length in [0, 1, 46, 47, 48, 63, 64, 111, 128, 175, 176, 256] {
        let batch = Batch::good(9, length, 9, mix);
        assert_eq!(batch.oracle(), [Verdict::Holds; 9]);
        check(&batch);
    }
}

#[test]
fn a_flipped_bit_anywhere_is_found() {
    let mix = &mut Mix(2);
    let mut batch = Batch::good(800, 40, 7, mix);
    for index in 0..800 {
        let bit = mix.next() as usize;
        let flip = |bytes: &mut [u8]| {
            let bit = bit % (8 * bytes.len());
            bytes[bit / 8] ^= 1 << (bit % 8);
        };
        match index % 5 {
            0 => flip(&mut batch.keys[index]),
            1 => flip(&mut batch.messages[index * 40..][..40]),
            2 => flip(&mut batch.signatures[index][..32]),
            3 => flip(&mut batch.signatures[index][32..]),
            _ => {}
        }
    }
    let right = batch.oracle();
    for verdict in [Verdict::NoKey, Verdict::NoPoint, Verdict::NoScalar, Verdict::Unequal, Verdict::Holds] {
        assert!(right.contains(&verdict), "{verdict:?}");
    }
    check(&batch);
}

/// So many signatures of each of so many keys, on both sides of where a key is worth tables of its own; with keys beside
/// them that come once, one that is no point, and one in seven bad.
#[test]
fn keys_that_come_often_and_keys_that_do_not() {
    let mix = &mut Mix(5);
    for (keys, times) in
        [(1, 7), (1, 8), (1, 16), (1, 33), (3, 32), (4, 8), (5, 30), (8, 9), (9, 64), (17, 20)]
    {
        let mut batch = Batch::good(keys * times, 11, keys, mix);
        let once = Batch::good(6, 11, 6, mix);
        for index in 0..once.keys.len() {
            batch.push(once.keys[index], &once.messages[index * 11..][..11], once.signatures[index]);
        }
        let none: [u8; 32] = [2; 32];
        for index in 0..20 {
            batch.push(none, &[0; 11], once.signatures[index % 6]);
        }
        for index in (3..batch.keys.len()).step_by(7) {
            batch.signatures[index][32 + mix.next() as usize % 31] ^= 1 << (mix.next() % 8);
        }
        let right = batch.oracle();
        assert!(
            [Verdict::Holds, Verdict::Unequal, Verdict::NoKey].iter().all(|verdict| right.contains(verdict))
        );
        check(&batch);
    }
}

/// Every encoding of a point of small order: eight canonical ones, and those with y not reduced or the wrong sign of
/// zero.
fn small_order() -> Vec<[u8; 32]> {
    let mut encodings: Vec<[u8; 32]> =
        EIGHT_TORSION.iter().map(|point| point.compress().to_bytes()).collect();
    for low in [0xec_u8, 0xed, 0xee] {
        // p − 1, p and p + 1.
        for sign in [0x7f, 0xff] {
            let mut bytes = [0xff; 32];
            (bytes[0], bytes[31]) = (low, sign);
            encodings.push(bytes);
        }
    }
    let mut one = [0; 32];
    (one[0], one[31]) = (1, 0x80);
    encodings.push(one);
    encodings.sort();
    encodings.dedup();
    assert_eq!(encodings.len(), 14);
    encodings
}

#[test]
fn points_of_small_order_are_as_good_as_zip_215_says() {
    let mut batch = Batch { length: 5, ..Batch::default() };
    for key in small_order() {
        for nonce in small_order() {
            let mut signature = [0; 64];
            signature[..32].copy_from_slice(&nonce);
            batch.push(key, b"Zcash", signature);
        }
    }
    assert_eq!(batch.oracle(), vec![Verdict::Holds; 196]);
    check(&batch);
}

/// The order but for some, halves and roots of it, few bits, and any.
fn scalars() -> Vec<Scalar> {
    let mut scalars: Vec<Scalar> =
        (0..300u64).flat_map(|near| [Scalar::from(near), -Scalar::from(near)]).collect();
    let powers = std::iter::successors(Some(Scalar::ONE), |power| Some(power + power)).take(252);
    scalars.extend(powers.flat_map(|power| [power, -power, power.invert(), power + Scalar::ONE]));
    // Quotients of neighbours in Fibonacci's sequence: every step of the algorithm is as small as can be.
    let (mut a, mut b) = (1u128, 1u128);
    for _ in 0..180 {
        scalars.push(Scalar::from(a) * Scalar::from(b).invert());
        (a, b) = (b, a + b);
    }
    let mix = &mut Mix(3);
    scalars.extend((0..100_000).map(|_| Scalar::from_bytes_mod_order(mix.array())));
    scalars
}

#[test]
fn digits_add_up() {
    let sevens = Scalar::from(0x7777_7777_7777_7777_7777_7777_7777_7777_u128);
    let edges =
        [sevens, sevens + Scalar::ONE, Scalar::from(u128::MAX), Scalar::from(u128::MAX) + Scalar::ONE];
    for k in scalars().into_iter().chain(edges) {
        let digits = digits(k.as_bytes());
        let sum = digits.as_flattened().iter().rev().fold(Scalar::ZERO, |sum, &digit| {
            assert!((-8..8).contains(&digit), "{k:?}");
            let size = Scalar::from(digit.unsigned_abs());
            sum * Scalar::from(16u8) + if digit < 0 { -size } else { size }
        });
        assert_eq!(sum, k);
    }
}

#[test]
fn halved_scalars_are_what_they_should_be() {
    for k in scalars() {
        let Half { c, c_is_negative, d } = halve(k.as_bytes());
        let signed = if c_is_negative { -Scalar::from(c) } else { Scalar::from(c) };
        assert_eq!(Scalar::from(d) * k, signed, "{k:?}");
        assert!(c < 1 << 126 && d > 0 && d <= 1 << 126, "{k:?}: {c:x}, {d:x}");
    }
}
