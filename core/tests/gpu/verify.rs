//! Signatures: every verdict is the library's, with its reason.

use curve25519_dalek::edwards::CompressedEdwardsY;
use curve25519_dalek::{EdwardsPoint, Scalar, constants};
use ed25519_zebra::{Signature, SigningKey, VerificationKey, VerificationKeyBytes};
use gridnet_core::{Control, Engine, SignatureFault, Signed, Verify, limits};

use crate::{on_gpu, painted};

/// Signatures of messages of one length.
#[derive(Clone, Default)]
struct Signatures {
    keys: Vec<[u8; 32]>,
    messages: Vec<u8>,
    length: usize,
    signatures: Vec<[u8; 64]>,
}

impl Signatures {
    fn of_length(length: usize) -> Signatures {
        Signatures { length, ..Signatures::default() }
    }

    /// So many good ones.
    fn good(count: usize, length: usize) -> Signatures {
        let mut all = Signatures::of_length(length);
        for index in 0..count {
            let secret = SigningKey::from(std::array::from_fn(|i| (index * 7 + i * 3) as u8));
            let message: Vec<u8> = (0..length).map(|i| (index * 31 + i * 7) as u8).collect();
            let signature = secret.sign(&message).to_bytes();
            all.push(VerificationKeyBytes::from(&secret).into(), &message, signature);
        }
        all
    }

    fn push(&mut self, key: [u8; 32], message: &[u8], signature: [u8; 64]) {
        self.keys.push(key);
        self.messages.extend_from_slice(message);
        self.signatures.push(signature);
    }

    fn said_by(&self, engine: &Engine) -> Vec<Signed> {
        let Signatures { keys, messages, length, signatures } = self;
        let verify = Verify { keys, messages, length: *length, signatures };
        engine.verify(&verify, &Control::default()).expect("verdicts").value
    }

    /// What the library says of one alone.
    fn alone(&self, index: usize) -> Signed {
        let signature = Signature::from(self.signatures[index]);
        let message = &self.messages[index * self.length..(index + 1) * self.length];
        let key = VerificationKey::try_from(VerificationKeyBytes::from(self.keys[index]));
        let key = key.map_err(|_| SignatureFault::Key)?;
        if key.verify(&signature, message).is_ok() {
            return Ok(());
        }
        if CompressedEdwardsY(*signature.r_bytes()).decompress().is_none() {
            return Err(SignatureFault::Point);
        }
        let scalar = Option::<Scalar>::from(Scalar::from_canonical_bytes(*signature.s_bytes()));
        Err(if scalar.is_none() { SignatureFault::Scalar } else { SignatureFault::Signature })
    }

    /// The device says what the library says; the verdicts.
    fn check(&self, engine: &Engine) -> Vec<Signed> {
        let said = self.said_by(engine);
        assert_eq!(said.len(), self.keys.len());
        for (index, &said) in said.iter().enumerate() {
            let [key, signature] = [self.keys[index].as_slice(), &self.signatures[index]].map(hex);
            assert_eq!(said, self.alone(index), "{index}: {key} {signature}, {} bytes", self.length);
        }
        said
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn messages_of_every_length() {
    on_gpu(|engine| {
        // Around the blocks of the hash: 64 bytes stand before the message, and 17 behind it.
        for length in [0, 1, 3, 46, 47, 48, 63, 64, 111, 112, 128, 174, 175, 176, 191, 192, 255, 256] {
            let said = Signatures::good(13, length).check(engine);
            assert_eq!(said, [Ok(()); 13], "{length}");
        }
        let report = |length: usize| {
            let all = Signatures::good(2, length);
            let Signatures { keys, messages, length, signatures } = &all;
            let verify = Verify { keys, messages, length: *length, signatures };
            engine.verify(&verify, &Control::default()).expect("verdicts")
        };
        assert_ne!(report(256).devices[0].id, "cpu");
        assert!(report(32).devices[0].path.starts_with("wgsl, products of "));
        for length in [257, limits::SIGNED_BYTES_MAX] {
            let long = report(length);
            assert_eq!((long.devices[0].id.as_str(), long.value), ("cpu", vec![Ok(()); 2]), "{length}");
        }
    });
}

#[test]
fn every_count_of_signatures() {
    on_gpu(|engine| {
        for count in [0, 1, 2, 63, 64, 65, 700] {
            assert_eq!(Signatures::good(count, 32).said_by(engine), vec![Ok(()); count], "{count}");
        }
    });
}

#[test]
fn any_bit_flipped() {
    on_gpu(|engine| {
        let mut flipped = Signatures::of_length(20);
        let good = Signatures::good(3, 20);
        for bit in 0..8 * (32 + 64 + 20) {
            let from = bit % 3;
            let (mut key, mut signature) = (good.keys[from], good.signatures[from]);
            let mut message = good.messages[20 * from..20 * (from + 1)].to_vec();
            let (byte, mask) = (bit / 8, 1 << (bit % 8));
            match byte {
                0..32 => key[byte] ^= mask,
                32..96 => signature[byte - 32] ^= mask,
                _ => message[byte - 96] ^= mask,
            }
            flipped.push(key, &message, signature);
        }
        let said = flipped.check(engine);
        for fault in SignatureFault::ALL {
            assert!(said.contains(&Err(fault)), "{}", fault.name());
        }
        assert!(said.iter().all(Result::is_err));
    });
}

/// Encodings of the points of small order, canonical and not: fourteen of them are points.
fn small_order() -> Vec<[u8; 32]> {
    let mut encodings: Vec<[u8; 32]> = Vec::new();
    for torsion in constants::EIGHT_TORSION {
        encodings.push(torsion.compress().0);
    }
    // y of p + 1, p, and those with the sign of an x that is 0.
    let mut beyond = [0xff; 32];
    beyond[31] = 0x7f;
    for first in [0xed, 0xee, 0xec] {
        beyond[0] = first;
        encodings.push(beyond);
    }
    let mut one = [0; 32];
    one[0] = 1;
    encodings.extend([one, [0; 32]]);
    for index in 0..encodings.len() {
        let mut other = encodings[index];
        other[31] ^= 0x80;
        encodings.push(other);
    }
    encodings.sort_unstable();
    encodings.dedup();
    encodings.retain(|&bytes| CompressedEdwardsY(bytes).decompress().is_some_and(|p| p.is_small_order()));
    encodings
}

#[test]
fn points_of_small_order_in_every_encoding() {
    on_gpu(|engine| {
        let encodings = small_order();
        assert_eq!(encodings.len(), 14);
        let mut all = Signatures::of_length(5);
        for &key in &encodings {
            for point in &encodings {
                for s in [0, 1] {
                    let mut signature = [0; 64];
                    signature[..32].copy_from_slice(point);
                    signature[32] = s;
                    all.push(key, b"Zcash", signature);
                }
            }
        }
        let said = all.check(engine);
        // With an s of 0 all of them are good.
        assert!(said.iter().enumerate().all(|(index, said)| said.is_ok() == (index % 2 == 0)));
    });
}

/// Good ones whose key and point have a part of small order.
#[test]
fn points_with_a_part_of_small_order() {
    on_gpu(|engine| {
        let mut all = Signatures::of_length(0);
        for (index, &torsion) in constants::EIGHT_TORSION.iter().cycle().take(64).enumerate() {
            let secret = Scalar::from(0x1234_5678_9abc_def0_u64 + index as u64);
            let nonce = Scalar::from(77 + index as u64);
            let other = constants::EIGHT_TORSION[index / 8];
            let key = (EdwardsPoint::mul_base(&secret) + torsion).compress().0;
            let point = (EdwardsPoint::mul_base(&nonce) + other).compress().0;
            let s = nonce + hash_scalar(&point, &key, &[]) * secret;
            let mut signature = [0; 64];
            signature[..32].copy_from_slice(&point);
            signature[32..].copy_from_slice(s.as_bytes());
            all.push(key, &[], signature);
        }
        assert_eq!(all.check(engine), vec![Ok(()); 64]);
    });
}

/// The hash of a signature as a scalar.
fn hash_scalar(point: &[u8; 32], key: &[u8; 32], message: &[u8]) -> Scalar {
    use sha2::{Digest as _, Sha512};
    let hash: [u8; 64] =
        Sha512::new().chain_update(point).chain_update(key).chain_update(message).finalize().into();
    Scalar::from_bytes_mod_order_wide(&hash)
}

#[test]
fn numbers_at_the_edges_of_the_field() {
    on_gpu(|engine| {
        // y around 0, around p and 2²⁵⁵, around the limbs' edges.
        let mut ys: Vec<[u8; 32]> = Vec::new();
        for low in 0..20u8 {
            let mut small = [0; 32];
            small[0] = low;
            ys.push(small);
            let mut large = [0xff; 32];
            (large[0], large[31]) = (0xff - low, 0x7f);
            ys.push(large);
        }
        for bit in 1..255 {
            let mut power = [0; 32];
            power[bit / 8] = 1 << (bit % 8);
            ys.push(power);
            // All ones below.
            ys.push(std::array::from_fn(|i| match (8 * i).cmp(&(bit / 8 * 8)) {
                std::cmp::Ordering::Less => 0xff,
                std::cmp::Ordering::Equal => (1u16 << (bit % 8)).wrapping_sub(1) as u8,
                std::cmp::Ordering::Greater => 0,
            }));
        }
        let good = Signatures::good(1, 3);
        let mut all = Signatures::of_length(3);
        for (index, &y) in ys.iter().enumerate() {
            let mut y = y;
            y[31] |= ((index % 3 == 0) as u8) << 7;
            all.push(y, &good.messages, good.signatures[0]);
            let mut signature = good.signatures[0];
            signature[..32].copy_from_slice(&y);
            all.push(good.keys[0], &good.messages, signature);
        }
        let said = all.check(engine);
        let points = said.iter().filter(|&&said| said == Err(SignatureFault::Signature)).count();
        assert!(points > said.len() / 3, "{points} of {}", said.len());
    });
}

#[test]
fn scalars_at_the_edge_of_the_order() {
    on_gpu(|engine| {
        // The order, less one, plus one, twice, and as much as there can be.
        let mut order = (-Scalar::ONE).to_bytes();
        order[0] += 1;
        let good = Signatures::good(1, 0);
        let mut all = Signatures::of_length(0);
        let mut with = |s: [u8; 32]| {
            let mut signature = good.signatures[0];
            signature[32..].copy_from_slice(&s);
            all.push(good.keys[0], &[], signature);
        };
        for plus in -3..=3i16 {
            let mut s = order;
            s[0] = (i16::from(order[0]) + plus) as u8;
            with(s);
        }
        for bit in 240..256 {
            let mut s = [0; 32];
            s[bit / 8] = 1 << (bit % 8);
            with(s);
        }
        with([0; 32]);
        with([0xff; 32]);
        let said = all.check(engine);
        assert_eq!(said[2], Err(SignatureFault::Signature));
        assert_eq!(said[3], Err(SignatureFault::Scalar));
    });
}

#[test]
fn faults_among_many_in_several_batches() {
    on_gpu(|engine| {
        let mut all = Signatures::good(1_500, 33);
        for (index, byte) in painted(1_500).into_iter().enumerate() {
            match byte % 11 {
                0 => all.keys[index] = [2; 32],
                1 => all.signatures[index][..32].fill(2),
                2 => all.signatures[index][63] |= 0xf0,
                3 => all.signatures[index][3] ^= 1,
                4 => all.messages[33 * index + 32] ^= 1,
                5 => all.keys[index] = all.keys[(index + 1) % 1_500],
                _ => {}
            }
        }
        all.check(engine);
    });
}
