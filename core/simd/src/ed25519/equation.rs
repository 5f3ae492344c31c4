//! The equation itself: 8 (c·A + d·R + e·B) = 0, in each lane, by windows of all three scalars at once (Straus).

use super::decode::POINT;
use super::field::{Fe, LIMBS};
use super::lanes::{LANES_MAX, Products};
use super::point::{CACHED, Cached, Completed, Extended, NIELS, Niels};
use super::scalar::{DIGITS, HALF_DIGITS, HALF_WINDOW, Terms};
use super::table::SIDE;

/// Entries of a table of a point's multiples: 0 to 8.
const ENTRIES: usize = (1 << (HALF_WINDOW - 1)) + 1;
/// Words of such a table.
const TABLE: usize = ENTRIES * CACHED;

/// One signature's share of the work: where its points are among the decoded ones, and its scalars.
#[derive(Clone, Copy)]
pub(crate) struct Item {
    /// Word of the key's point.
    pub(crate) key: usize,
    /// Word of the signature's.
    pub(crate) nonce: usize,
    pub(crate) terms: Terms,
}

/// The tables of a group of lanes: one for each key, then one for each nonce's point.
pub(crate) struct Scratch(Vec<u64>);

impl Default for Scratch {
    fn default() -> Self {
        Scratch(vec![0; 2 * LANES_MAX * TABLE])
    }
}

/// Whether the equation holds, for up to as many items as there are lanes: bit `i` is item `i`'s.
#[inline(always)]
pub(crate) fn holds<V: Products>(items: &[Item], points: &[u64], base: &[u64], scratch: &mut Scratch) -> u32 {
    let lanes = V::COUNT;
    // Lanes without an item of their own repeat the last.
    let item = |lane: usize| &items[lane.min(items.len() - 1)];
    let mut places = [[0; LANES_MAX]; 2];
    let mut digits = [Terms::ZERO; LANES_MAX];
    let mut lane = 0;
    while lane < lanes {
        let item = item(lane);
        (places[0][lane], places[1][lane], digits[lane]) = (item.key, item.nonce, item.terms);
        lane += 1;
    }
    let tables = &mut scratch.0;
    for (side, at) in places.iter().enumerate() {
        multiples::<V>(load::<V>(points, at), tables, side * LANES_MAX * TABLE);
    }
    let mut sum = Completed::<V>::neutral();
    let mut window = HALF_DIGITS;
    while window > 0 {
        window -= 1;
        if window < HALF_DIGITS - 1 {
            for _ in 0..HALF_WINDOW {
                sum = sum.projective().double();
            }
        }
        // Loops, so that the code of both additions is there once.
        for side in 0..2 {
            let entry = entry(tables, side * LANES_MAX * TABLE, &digits, |terms| terms.halves[side][window]);
            sum = sum.extended().add(entry);
        }
        if window.is_multiple_of(2) {
            for side in 0..2 {
                let digit = (window + side * DIGITS) / 2;
                let entry = base_entry(base, side * SIDE, &digits, |terms| terms.base[digit]);
                sum = sum.extended().add_niels(entry);
            }
        }
    }
    // Three doublings take what is of small order to nothing.
    for _ in 0..3 {
        sum = sum.projective().double();
    }
    let projective = sum.projective();
    let at_zero = projective.x.freeze().is_zero();
    let alike = projective.y.sub(projective.z).freeze().is_zero();
    V::bits(at_zero) & V::bits(alike)
}

/// The points at these words.
#[inline(always)]
fn load<V: Products>(points: &[u64], at: &[usize; LANES_MAX]) -> Extended<V> {
    let words: [V; POINT] = V::read_rows(points, at);
    let x = Fe::from_limbs(&words, 0);
    let y = Fe::from_limbs(&words, LIMBS);
    Extended::at(x, y)
}

/// Writes the multiples 0 to 8 of a point, lane by lane.
#[inline(always)]
fn multiples<V: Products>(point: Extended<V>, tables: &mut [u64], from: usize) {
    let cached = point.cached();
    let mut multiple = point;
    keep(Cached::<V>::neutral(), tables, from);
    keep(cached, tables, from + CACHED);
    for index in 2..ENTRIES {
        multiple = multiple.add(cached).extended();
        keep(multiple.cached(), tables, from + index * CACHED);
    }
}

/// Writes an entry of each lane's table.
#[inline(always)]
fn keep<V: Products>(entry: Cached<V>, tables: &mut [u64], from: usize) {
    let mut at = [0; LANES_MAX];
    for (lane, at) in at.iter_mut().enumerate() {
        *at = from + lane * TABLE;
    }
    V::write_rows(&entry.words(), tables, &at);
}

/// Where each lane's digit says, in tables of `stride` words a lane with entries of `width` words, and whose are
/// negative.
#[inline(always)]
fn locate<V: Products>(
    from: usize,
    stride: usize,
    width: usize,
    digits: &[Terms; LANES_MAX],
    digit: impl Fn(&Terms) -> i8,
) -> ([usize; LANES_MAX], V::Mask) {
    let (mut at, mut negative) = ([0; LANES_MAX], [0; LANES_MAX]);
    let mut lane = 0;
    while lane < V::COUNT {
        let digit = digit(&digits[lane]);
        at[lane] = from + lane * stride + digit.unsigned_abs() as usize * width;
        negative[lane] = u64::from(digit < 0);
        lane += 1;
    }
    (at, V::load(&negative).equal(V::splat(1)))
}

#[inline(always)]
fn entry<V: Products>(
    tables: &[u64],
    from: usize,
    digits: &[Terms; LANES_MAX],
    digit: impl Fn(&Terms) -> i8,
) -> Cached<V> {
    let (at, negative) = locate::<V>(from, TABLE, CACHED, digits, digit);
    Cached::from_words(&V::read_rows(tables, &at), negative)
}

#[inline(always)]
fn base_entry<V: Products>(
    base: &[u64],
    from: usize,
    digits: &[Terms; LANES_MAX],
    digit: impl Fn(&Terms) -> i8,
) -> Niels<V> {
    let (at, negative) = locate::<V>(from, 0, NIELS, digits, digit);
    Niels::from_words(&V::read_rows::<NIELS>(base, &at), negative)
}
