//! Every pair of encodings of points of small order, which with s = 0 sign everything; and every encoding with y of p
//! or more, most of which are no points.

use curve25519_dalek::constants::EIGHT_TORSION;
use gridnet_core::SignatureFault;

use super::Subject;
use super::subject::{Case, ask_cases};

/// The group's order.
pub(super) const ORDER: [u8; 32] = [
    0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
];

/// p + `more`, with the sign of x.
fn beyond_p(more: u8, sign: u8) -> [u8; 32] {
    let mut encoding = [0xff; 32];
    encoding[0] = 0xed + more;
    encoding[31] = 0x7f | sign;
    encoding
}

/// The 14 encodings of the 8 points: with y + p where that fits (y is 0 or 1), and both signs where x is 0.
pub(super) fn encodings() -> Vec<[u8; 32]> {
    let mut all = Vec::new();
    for point in EIGHT_TORSION {
        let canonical = point.compress().to_bytes();
        let y_is = |y: u8| canonical[0] == y && canonical[1..31] == [0; 30] && canonical[31] & 0x7f == 0;
        let y_is_minus_1 = canonical[0] == 0xec;
        let mut ys = vec![canonical];
        ys.extend([0, 1].into_iter().filter(|&y| y_is(y)).map(|y| beyond_p(y, canonical[31] & 0x80)));
        for y in ys {
            all.push(y);
            if y_is(1) || y_is_minus_1 {
                let mut other_sign = y;
                other_sign[31] ^= 0x80;
                all.push(other_sign);
            }
        }
    }
    all
}

fn signature(point: &[u8; 32], scalar: &[u8; 32]) -> [u8; 64] {
    let mut signature = [0; 64];
    signature[..32].copy_from_slice(point);
    signature[32..].copy_from_slice(scalar);
    signature
}

pub(super) fn suite(subjects: &[Subject<'_>]) -> Result<usize, String> {
    let encodings = encodings();
    let different: std::collections::BTreeSet<_> = encodings.iter().collect();
    if (encodings.len(), different.len()) != (14, 14) {
        return Err(format!("{} encodings, {} of them different", encodings.len(), different.len()));
    }
    let mut one = [0; 32];
    one[0] = 1;
    let mut cases = Vec::new();
    for (scalar, expected) in
        [([0; 32], Ok(())), (one, Err(SignatureFault::Signature)), (ORDER, Err(SignatureFault::Scalar))]
    {
        for key in &encodings {
            for point in &encodings {
                cases.push(Case {
                    name: format!(
                        "A {}, R {}, s {}",
                        hex::encode(key),
                        hex::encode(point),
                        hex::encode(scalar)
                    ),
                    key: *key,
                    signature: signature(point, &scalar),
                    message: b"Zcash".to_vec(),
                    expected,
                });
            }
        }
    }
    // All 19 values of y that fit although they are p or more; of most no x belongs to them.
    let neutral = one;
    for odd in (0..19).flat_map(|more| [beyond_p(more, 0), beyond_p(more, 0x80)]) {
        for (key, point) in [(odd, neutral), (neutral, odd), (odd, odd)] {
            let name = format!("A {}, R {}", hex::encode(key), hex::encode(point));
            let signature = signature(&point, &[0; 32]);
            cases.push(Case::by_the_libraries(name, key, signature, b"Zcash".to_vec()));
        }
    }
    ask_cases(subjects, &cases)
}
