//! The arithmetic on its own, for tests that hold it against big integers.

use super::decode::load;
use super::field::{Fe, LIMBS};
use super::lanes::{LANES_MAX, Products};

/// What is computed of two numbers: their product, the square of the first, the sum, the difference, and the product
/// of the last two.
pub(crate) const RESULTS: usize = 5;

/// Writes the results of each pair; of a number's 32 bytes, little-endian, the uppermost bit is left out.
#[inline(always)]
pub(crate) fn compute<V: Products>(a: &[[u8; 32]], b: &[[u8; 32]], results: &mut [[[u8; 32]; RESULTS]]) {
    for first in (0..a.len()).step_by(V::COUNT) {
        let ((a, _), (b, _)) = (load::<V>(a, first), load::<V>(b, first));
        let (sum, difference) = (a.add(b), a.sub(b));
        let numbers = [a.mul(b), a.square(), sum, difference, sum.mul(difference)];
        for (number, of) in numbers.into_iter().zip(0..) {
            let limbs = limbs(number.freeze());
            for (lane, results) in results[first..].iter_mut().take(V::COUNT).enumerate() {
                results[of] = bytes(std::array::from_fn(|limb| limbs[limb][lane]));
            }
        }
    }
}

#[inline(always)]
fn limbs<V: Products>(number: Fe<V>) -> [[u64; LANES_MAX]; LIMBS] {
    let mut limbs = [[0; LANES_MAX]; LIMBS];
    for (words, limb) in limbs.iter_mut().zip(number.limbs()) {
        limb.store(words);
    }
    limbs
}

/// The bytes of a frozen number.
fn bytes(limbs: [u64; LIMBS]) -> [u8; 32] {
    let [a, b, c, d, e] = limbs;
    let words = [a | b << 51, b >> 13 | c << 38, c >> 26 | d << 25, d >> 39 | e << 12];
    let mut bytes = [0; 32];
    for (bytes, word) in bytes.as_chunks_mut().0.iter_mut().zip(words) {
        *bytes = word.to_le_bytes();
    }
    bytes
}
