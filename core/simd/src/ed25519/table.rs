//! The multiples of the base point that every verification adds: 0 to 128 times B, 2¹⁶·B, 2³²·B, and so on.

use curve25519_dalek::Scalar;
use curve25519_dalek::edwards::EdwardsPoint;

use super::decode::POINT;
use super::field::{Fe, LIMBS};
use super::lanes::{LANES_MAX, Products};
use super::point::{NIELS, Niels};
use super::scalar::BASE_WINDOW;

/// Parts that a scalar of 256 bits is cut into, each with a table of its own.
pub(crate) const PARTS: usize = 16;
/// Multiples in each table.
const ENTRIES: usize = (1 << (BASE_WINDOW - 1)) + 1;
/// Words of a table.
pub(crate) const SIDE: usize = ENTRIES * NIELS;
/// Points in all.
const POINTS: usize = PARTS * ENTRIES;

/// The encodings of all those points, as the library has them.
pub(crate) fn encodings() -> [[u8; 32]; POINTS] {
    let mut points = [EdwardsPoint::default(); POINTS];
    for (part, table) in points.chunks_exact_mut(ENTRIES).enumerate() {
        let mut times = [0; 32];
        times[part * 32 / PARTS] = 1;
        let step = EdwardsPoint::mul_base(&Scalar::from_bytes_mod_order(times));
        for index in 1..ENTRIES {
            table[index] = table[index - 1] + step;
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
