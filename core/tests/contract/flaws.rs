//! Ways of verifying that are wrong, as programs were or could be, and which suites find each.

use curve25519_dalek::constants::ED25519_BASEPOINT_POINT;
use curve25519_dalek::edwards::CompressedEdwardsY;
use curve25519_dalek::traits::IsIdentity as _;
use curve25519_dalek::{EdwardsPoint, Scalar};
use gridnet_core::{SignatureFault, Signed};
use sha2::{Digest as _, Sha512};

use crate::signatures::{Batch, SUITES, Subject};

/// The two points and the scalar of a signature that has them.
struct Parts {
    key: EdwardsPoint,
    point: EdwardsPoint,
    scalar: [u8; 32],
}

impl Parts {
    fn of(batch: &Batch, index: usize) -> Option<Parts> {
        let signature = &batch.signatures[index];
        Some(Parts {
            key: CompressedEdwardsY(batch.keys[index]).decompress()?,
            point: CompressedEdwardsY(*signature.first_chunk()?).decompress()?,
            scalar: *signature.last_chunk()?,
        })
    }

    /// s B − R − k A: the neutral point, but for what the cofactor takes away, when the signature is good.
    fn rest(&self, challenge: Scalar) -> EdwardsPoint {
        let scalar = Scalar::from_bytes_mod_order(self.scalar);
        ED25519_BASEPOINT_POINT * scalar - self.point - self.key * challenge
    }
}

fn challenge(point: &[u8], key: &[u8], message: &[u8]) -> Scalar {
    let hash = Sha512::new().chain_update(point).chain_update(key).chain_update(message);
    Scalar::from_bytes_mod_order_wide(&hash.finalize().into())
}

/// What is said of each by somebody who is right but where `flawed` says something.
fn but_for(batch: &Batch, flawed: impl Fn(usize, &Parts) -> Option<Signed>) -> Vec<Signed> {
    let said = |index: usize| {
        let parts = Parts::of(batch, index)?;
        flawed(index, &parts)
    };
    (0..batch.len()).map(|index| said(index).unwrap_or_else(|| batch.alone(index))).collect()
}

fn if_good(is_good: bool) -> Option<Signed> {
    Some(if is_good { Ok(()) } else { Err(SignatureFault::Signature) })
}

fn takes_everything(batch: &Batch) -> Vec<Signed> {
    vec![Ok(()); batch.len()]
}

fn takes_nothing(batch: &Batch) -> Vec<Signed> {
    vec![Err(SignatureFault::Signature); batch.len()]
}

/// As RFC 8032 wants it: a point has one encoding.
fn wants_one_encoding(batch: &Batch) -> Vec<Signed> {
    but_for(batch, |index, parts| {
        let is_key = parts.key.compress().to_bytes() == batch.keys[index];
        let is_point = parts.point.compress().to_bytes() == batch.signatures[index][..32];
        if !is_key {
            return Some(Err(SignatureFault::Key));
        }
        (!is_point).then_some(Err(SignatureFault::Point))
    })
}

fn forgets_the_cofactor(batch: &Batch) -> Vec<Signed> {
    but_for(batch, |index, parts| {
        batch.alone(index).ok()?;
        let k = challenge(&batch.signatures[index][..32], &batch.keys[index], batch.message(index));
        if_good(parts.rest(k).is_identity())
    })
}

fn reduces_s(batch: &Batch) -> Vec<Signed> {
    but_for(batch, |index, parts| {
        let k = challenge(&batch.signatures[index][..32], &batch.keys[index], batch.message(index));
        if_good(parts.rest(k).is_small_order())
    })
}

fn hashes_canonical_encodings(batch: &Batch) -> Vec<Signed> {
    but_for(batch, |index, parts| {
        let (point, key) = (parts.point.compress(), parts.key.compress());
        let k = challenge(point.as_bytes(), key.as_bytes(), batch.message(index));
        (batch.alone(index) != Err(SignatureFault::Scalar)).then_some(())?;
        if_good(parts.rest(k).is_small_order())
    })
}

fn overlooks_the_last_byte(batch: &Batch) -> Vec<Signed> {
    // Right about what is good, and about all but another last byte.
    but_for(batch, |index, _| {
        let mut other = batch.clone();
        let last = ((index + 1) * batch.length).checked_sub(1).filter(|_| batch.length > 0)?;
        let is_bad = batch.alone(index) == Err(SignatureFault::Signature);
        is_bad.then_some(())?;
        (0..8)
            .any(|bit| {
                other.messages[last] = batch.messages[last] ^ 1 << bit;
                other.alone(index).is_ok()
            })
            .then_some(Ok(()))
    })
}

fn names_another_reason(batch: &Batch) -> Vec<Signed> {
    let other = |verdict| match verdict {
        Err(SignatureFault::Point) => Err(SignatureFault::Signature),
        verdict => verdict,
    };
    batch.one_by_one().into_iter().map(other).collect()
}

/// One verdict for eight.
fn judges_lanes_together(batch: &Batch) -> Vec<Signed> {
    let mut verdicts = batch.one_by_one();
    for lanes in verdicts.chunks_mut(8) {
        let verdict = lanes.iter().find(|verdict| verdict.is_err()).copied().unwrap_or(Ok(()));
        lanes.fill(verdict);
    }
    verdicts
}

/// Each pair of lanes gets the other's verdict.
fn mixes_lanes_up(batch: &Batch) -> Vec<Signed> {
    let mut verdicts = batch.one_by_one();
    verdicts.as_chunks_mut::<2>().0.iter_mut().for_each(|pair| pair.swap(0, 1));
    verdicts
}

/// What is left after whole groups of lanes is not looked at.
fn forgets_the_tail(batch: &Batch) -> Vec<Signed> {
    let mut verdicts = batch.one_by_one();
    let whole = verdicts.len() / 8 * 8;
    verdicts[whole..].fill(Ok(()));
    verdicts
}

type Flaw = fn(&Batch) -> Vec<Signed>;

/// Each flaw, and the suites that must find it.
const FLAWS: [(&str, Flaw, &[&str]); 11] = [
    ("takes everything", takes_everything, &["RFC 8032", "C2SP/CCTV", "Wycheproof", "small order", "random"]),
    ("takes nothing", takes_nothing, &["RFC 8032", "C2SP/CCTV", "Wycheproof", "small order", "random"]),
    ("wants one encoding", wants_one_encoding, &["C2SP/CCTV", "Wycheproof", "small order", "random"]),
    ("forgets the cofactor", forgets_the_cofactor, &["C2SP/CCTV", "small order", "random"]),
    ("reduces s", reduces_s, &["Wycheproof", "small order", "random"]),
    ("hashes canonical encodings", hashes_canonical_encodings, &["C2SP/CCTV"]),
    ("overlooks the last byte", overlooks_the_last_byte, &["RFC 8032", "random"]),
    ("names another reason", names_another_reason, &["random"]),
    ("judges lanes together", judges_lanes_together, &["RFC 8032", "C2SP/CCTV", "Wycheproof", "random"]),
    ("mixes lanes up", mixes_lanes_up, &["RFC 8032", "C2SP/CCTV", "Wycheproof", "random"]),
    ("forgets the tail", forgets_the_tail, &["RFC 8032", "C2SP/CCTV", "Wycheproof", "random"]),
];

#[test]
fn every_flaw_is_found_by_its_suites() {
    for (name, flaw, finders) in FLAWS {
        for &finder in finders {
            let (_, suite, _) = SUITES.into_iter().find(|suite| suite.0 == finder).expect("a suite");
            let found = suite(&[Subject::new(name, flaw)]);
            let difference = found.expect_err(&format!("{finder} does not find one that {name}"));
            assert!(difference.contains(name), "{finder}, {name}: {difference}");
        }
    }
}

#[test]
fn who_is_right_passes() {
    for (name, suite, least) in SUITES {
        let count = suite(&[Subject::new("the libraries", Batch::one_by_one)]);
        assert!(count.as_ref().is_ok_and(|&count| count >= least), "{name}: {count:?}");
    }
}
