//! Good and bad signatures at random: every size of batch with every length of message, by one key, a few or many,
//! none, one, half or all of them spoilt, in any of their parts.

use curve25519_dalek::Scalar;
use curve25519_dalek::constants::{ED25519_BASEPOINT_POINT, EIGHT_TORSION};
use ed25519_zebra::SigningKey;
use gridnet_core::{SignatureFault, Signed, limits};
use rayon::prelude::*;
use sha2::{Digest as _, Sha512};

use super::subject::ask;
use super::{Batch, Subject, small_order};

/// Around the blocks of SHA-512, which hashes 64 bytes before the message and 17 after; and the longest.
const LENGTHS: [usize; 15] =
    [0, 1, 47, 48, 63, 64, 111, 112, 128, 175, 176, 239, 240, 256, limits::SIGNED_BYTES_MAX];
/// Around the lanes and the groups. Under an emulator, which is where most of aarch64 runs, the large ones are too slow.
const SIZES: &[usize] = if cfg!(target_arch = "aarch64") {
    &[1, 2, 3, 5, 7, 8, 9, 65]
} else {
    &[1, 2, 3, 5, 7, 8, 9, 255, 256, 257, 1_000]
};
/// Signatures of a round, at least.
pub(super) const COUNT_MIN: usize = 15 * 100;
/// How many rounds there are; `cargo xtask test --long` wants so many that a million signatures are asked about.
const ROUNDS: &str = "GRIDNET_SIGNATURE_ROUNDS";

/// SplitMix64: the same numbers from the same seed, everywhere.
pub(crate) struct Mix(pub(crate) u64);

impl Mix {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    pub(crate) fn value(&mut self) -> [u8; 32] {
        std::array::from_fn(|_| self.next() as u8)
    }
}

pub(super) fn suite(subjects: &[Subject<'_>]) -> Result<usize, String> {
    let rounds = std::env::var(ROUNDS).map_or(Ok(1), |rounds| rounds.parse::<u64>());
    let rounds = rounds.map_err(|error| format!("{ROUNDS}: {error}"))?;
    let (mut count, mut seen) = (0, Vec::new());
    let cases: Vec<(usize, usize)> =
        SIZES.iter().flat_map(|&size| LENGTHS.map(|length| (size, length))).collect();
    for round in 0..rounds {
        let draw = |(index, &(size, length)): (usize, &(usize, usize))| {
            let batch = drawn(&mut Mix(215 + (round << 32) + index as u64), size, length);
            let expected = batch.one_by_one();
            (batch, expected)
        };
        // The libraries take longer than whom they are asked about.
        let drawn: Vec<(Batch, Vec<Signed>)> = cases.par_iter().enumerate().map(draw).collect();
        for (batch, expected) in drawn {
            count += ask(subjects, |_| format!("round {round}"), &batch, &expected)?;
            seen.extend(expected);
            seen.sort();
            seen.dedup();
        }
    }
    let everything = SignatureFault::ALL.map(Err).into_iter().chain([Ok(())]);
    match everything.into_iter().find(|verdict| !seen.contains(verdict)) {
        Some(verdict) => Err(format!("none of them is {verdict:?}")),
        None => Ok(count),
    }
}

/// A batch.
fn drawn(mix: &mut Mix, size: usize, length: usize) -> Batch {
    let keys = [1, 5, size][mix.below(3) as usize];
    let secrets: Vec<SigningKey> = (0..keys).map(|_| SigningKey::from(mix.value())).collect();
    let mut batch = Batch { length, ..Batch::default() };
    for index in 0..size {
        let message: Vec<u8> = (0..length).map(|_| mix.next() as u8).collect();
        batch.sign(&secrets[index % keys], &message);
    }
    // How many of a hundred.
    let share = [0, 1, 50, 100][mix.below(4) as usize];
    let chosen = mix.below(size as u64) as usize;
    for index in 0..size {
        if (share == 1 && index == chosen) || mix.below(100) < share {
            change(mix, &mut batch, index);
        }
    }
    batch
}

/// Makes a signature bad in one of many ways, or good in an odd one.
fn change(mix: &mut Mix, batch: &mut Batch, index: usize) {
    let bit = 1 << mix.below(8);
    let at = mix.below(32) as usize;
    let other = mix.below(batch.len() as u64) as usize;
    let length = batch.length;
    match mix.below(15) {
        0 => batch.keys[index][at] ^= bit,
        1 => batch.signatures[index][at] ^= bit,
        2 => batch.signatures[index][32 + at] ^= bit,
        3 if length > 0 => {
            let byte = mix.below(length as u64) as usize;
            batch.messages[index * length + byte] ^= bit;
        }
        // The last byte, which a padding may hide.
        4 if length > 0 => batch.messages[index * length + length - 1] ^= bit,
        3..=5 => beyond_the_order(&mut batch.signatures[index]),
        6 => batch.signatures[index][63] |= 0xe0,
        7 => batch.keys[index] = batch.keys[other],
        8 => batch.signatures[index] = batch.signatures[other],
        9 => batch.signatures[index].rotate_left(32),
        10 => batch.signatures[index][..32].copy_from_slice(&mix.value()),
        11 => batch.keys[index] = mix.value(),
        12 => {
            batch.signatures[index][..32].copy_from_slice(&mix.value());
            batch.signatures[index][32..].copy_from_slice(&mix.value());
        }
        13 => {
            let small = small_order::encodings();
            let mut one = || small[mix.below(14) as usize];
            batch.keys[index] = one();
            batch.signatures[index] = [0; 64];
            batch.signatures[index][..32].copy_from_slice(&one());
        }
        _ => of_mixed_order(mix, batch, index),
    }
}

/// Adds the group's order to s: the same scalar, but not in the one form that is taken.
fn beyond_the_order(signature: &mut [u8; 64]) {
    let mut carry = 0;
    for (byte, order) in signature[32..].iter_mut().zip(small_order::ORDER) {
        carry += u16::from(*byte) + u16::from(order);
        *byte = carry as u8;
        carry >>= 8;
    }
}

/// A good signature whose key and point both have a part of small order.
fn of_mixed_order(mix: &mut Mix, batch: &mut Batch, index: usize) {
    let secret = Scalar::from_bytes_mod_order(mix.value());
    let nonce = Scalar::from_bytes_mod_order(mix.value());
    let mut with_torsion = |scalar: Scalar| {
        let torsion = EIGHT_TORSION[mix.below(8) as usize];
        (ED25519_BASEPOINT_POINT * scalar + torsion).compress().to_bytes()
    };
    let (key, point) = (with_torsion(secret), with_torsion(nonce));
    let hash = Sha512::new().chain_update(point).chain_update(key).chain_update(batch.message(index));
    let challenge = Scalar::from_bytes_mod_order_wide(&hash.finalize().into());
    batch.keys[index] = key;
    batch.signatures[index][..32].copy_from_slice(&point);
    batch.signatures[index][32..].copy_from_slice((nonce + challenge * secret).as_bytes());
}

/// So that nothing here is bad by chance.
#[test]
fn what_is_odd_but_good_is_good() {
    let mut mix = Mix(1);
    let mut batch = Batch::signed(50, 9, 3);
    (0..50).for_each(|index| of_mixed_order(&mut mix, &mut batch, index));
    assert_eq!(batch.one_by_one(), vec![Ok(()) as Signed; 50]);
    let mut signature = batch.signatures[0];
    beyond_the_order(&mut signature);
    batch.signatures[0] = signature;
    assert_eq!(batch.alone(0), Err(SignatureFault::Scalar));
}
