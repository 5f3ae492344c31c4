//! Points from their 32 bytes, as ZIP-215 reads them: y may be p or more, and x = 0 may have either sign.

use super::field::{D, Fe, LIMBS, ONE, SQRT_MINUS_ONE, ZERO, pow_p58};
use super::lanes::{LANES_MAX, Products};

/// Words of a decoded point: x and y, packed, in whole blocks of any width's lanes.
pub(crate) const POINT: usize = 16;

/// Groups of lanes decoded at the same time.
const GROUPS: usize = 2;

/// Writes the point of each encoding to `points`, [`POINT`] words each, and whether there is one to `exist`.
///
/// # Panics
/// When `points` or `exist` is too short.
#[inline(always)]
pub(crate) fn decode<V: Products>(encodings: &[[u8; 32]], points: &mut [u64], exist: &mut [bool]) {
    let lanes = V::COUNT;
    let mut first = 0;
    while first < encodings.len() {
        let count = (encodings.len() - first).min(GROUPS * lanes);
        decode_some::<V>(
            &encodings[first..first + count],
            &mut points[first * POINT..(first + count) * POINT],
            &mut exist[first..first + count],
        );
        first += count;
    }
}

#[inline(always)]
fn decode_some<V: Products>(encodings: &[[u8; 32]], points: &mut [u64], exist: &mut [bool]) {
    let lanes = V::COUNT;
    let first = load::<V>(encodings, 0);
    let second = load::<V>(encodings, lanes);
    let roots = Root::of([first.0, second.0]);
    let mut group = 0;
    while group < GROUPS && group * lanes < encodings.len() {
        let (y, negative) = if group == 0 { first } else { second };
        let Root { u, v, candidate } = roots[group];
        // v·x² is u, or −u, which √−1 mends, or neither: then there is no root.
        let vxx = v.mul(candidate.square());
        let right = vxx.sub(u).freeze().is_zero();
        let flipped = vxx.add(u).freeze().is_zero();
        let x = Fe::pick(flipped, candidate.mul(Fe::constant(SQRT_MINUS_ONE)), candidate);
        let is_odd = x.freeze().is_odd();
        // Its sign is wrong where oddness and the sign bit differ.
        let signs = V::bits(is_odd) ^ V::bits(negative);
        let x = Fe::pick(mask::<V>(signs), Fe::constant(ZERO).sub(x), x);
        let found = V::bits(right) | V::bits(flipped);
        store::<V>(x, y, group * lanes, points);
        let exist = &mut exist[group * lanes..];
        for (lane, exist) in exist.iter_mut().take(lanes).enumerate() {
            *exist = found >> lane & 1 == 1;
        }
        group += 1;
    }
}

/// The lanes whose bit is set.
#[inline(always)]
fn mask<V: Products>(bits: u32) -> V::Mask {
    let mut words = [0; LANES_MAX];
    let mut lane = 0;
    while lane < LANES_MAX {
        words[lane] = u64::from(bits >> lane & 1);
        lane += 1;
    }
    V::load(&words).equal(V::splat(1))
}

/// y, and whether the sign bit is set, of the encodings from `first` on; lanes beyond the last take that one's.
#[inline(always)]
pub(crate) fn load<V: Products>(encodings: &[[u8; 32]], first: usize) -> (Fe<V>, V::Mask) {
    let lanes = V::COUNT;
    let mut words = [[0; LANES_MAX]; 4];
    for lane in 0..lanes {
        let bytes = &encodings[(first + lane).min(encodings.len() - 1)];
        for (words, bytes) in words.iter_mut().zip(bytes.as_chunks().0) {
            words[lane] = u64::from_le_bytes(*bytes);
        }
    }
    let words = [V::load(&words[0]), V::load(&words[1]), V::load(&words[2]), V::load(&words[3])];
    (Fe::from_words(words), words[3].shr::<63>().equal(V::splat(1)))
}

#[inline(always)]
fn store<V: Products>(x: Fe<V>, y: Fe<V>, first: usize, points: &mut [u64]) {
    let lanes = V::COUNT;
    let mut words = [V::splat(0); POINT];
    words[..LIMBS].copy_from_slice(&x.limbs());
    words[LIMBS..2 * LIMBS].copy_from_slice(&y.limbs());
    if points.len() >= (first + lanes) * POINT {
        let mut at = [0; LANES_MAX];
        for (lane, at) in at.iter_mut().enumerate() {
            *at = (first + lane) * POINT;
        }
        return V::write_rows(&words, points, &at);
    }
    let mut last = [0; LANES_MAX * POINT];
    let mut at = [0; LANES_MAX];
    for (lane, at) in at.iter_mut().enumerate() {
        *at = lane * POINT;
    }
    V::write_rows(&words, &mut last, &at);
    let points = &mut points[first * POINT..];
    points.copy_from_slice(&last[..points.len()]);
}

/// A candidate for √(u/v), where x² = u/v = (y² − 1) / (dy² + 1).
#[derive(Clone, Copy)]
struct Root<V> {
    u: Fe<V>,
    v: Fe<V>,
    candidate: Fe<V>,
}

impl<V: Products> Root<V> {
    #[inline(always)]
    fn of(y: [Fe<V>; GROUPS]) -> [Root<V>; GROUPS] {
        let (one, d) = (Fe::constant(ONE), Fe::constant(D));
        let mut roots = [Root { u: y[0], v: y[0], candidate: y[0] }; GROUPS];
        let mut power = y;
        let mut group = 0;
        while group < GROUPS {
            let yy = y[group].square();
            let u = yy.sub(one);
            let v = yy.mul(d).add(one);
            let v3 = v.square().mul(v);
            roots[group] = Root { u, v, candidate: u.mul(v3) };
            // u·v⁷
            power[group] = v3.square().mul(v).mul(u);
            group += 1;
        }
        let power = pow_p58(power);
        let mut group = 0;
        while group < GROUPS {
            roots[group].candidate = roots[group].candidate.mul(power[group]);
            group += 1;
        }
        roots
    }
}
