//! The multiples of the base point that every verification adds: 0 to 128 times B and 0 to 128 times 2¹²⁸·B.

use curve25519_dalek::Scalar;
use curve25519_dalek::edwards::EdwardsPoint;

use super::decode::POINT;
use super::field::{Fe, LIMBS};
use super::lanes::{LANES_MAX, Products};
use super::point::{NIELS, Niels};
use super::scalar::BASE_WINDOW;

/// Multiples in each half.
const ENTRIES: usize = (1 << (BASE_WINDOW - 1)) + 1;
/// Words of a half.
pub(crate) const SIDE: usize = ENTRIES * NIELS;
/// Points in both.
const POINTS: usize = 2 * ENTRIES;

/// The encodings of all those points, as the library has them.
pub(crate) fn encodings() -> [[u8; 32]; POINTS] {
    let mut high = [0; 32];
    high[128 / 8] = 1;
    let steps = [Scalar::ONE, Scalar::from_bytes_mod_order(high)].map(|times| EdwardsPoint::mul_base(&times));
    let mut points = [EdwardsPoint::default(); POINTS];
    for (side, step) in points.chunks_exact_mut(ENTRIES).zip(steps) {
        for index in 1..ENTRIES {
            side[index] = side[index - 1] + step;
        }
    }
    EdwardsPoint::compress_batch(&points).map(|encoding| encoding.to_bytes())
}

/// The table from the decoded points.
#[inline(always)]
pub(crate) fn of_points<V: Products>(points: &[u64]) -> Vec<u64> {
    let lanes = V::COUNT;
    // Whole blocks of lanes: what is behind the last point is dropped.
    let mut table = vec![0; POINTS.next_multiple_of(LANES_MAX) * NIELS];
    for first in (0..POINTS).step_by(lanes) {
        let (mut from, mut to) = ([0; LANES_MAX], [0; LANES_MAX]);
        for lane in 0..LANES_MAX {
            from[lane] = (first + lane).min(POINTS - 1) * POINT;
            to[lane] = (first + lane) * NIELS;
        }
        let words: [V; POINT] = V::read_rows(points, &from);
        let x = Fe::from_limbs(&words, 0);
        let y = Fe::from_limbs(&words, LIMBS);
        V::write_rows(&Niels::at(x, y).words(), &mut table, &to);
    }
    table.truncate(POINTS * NIELS);
    table
}
