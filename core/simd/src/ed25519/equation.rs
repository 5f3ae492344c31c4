//! The equation itself: 8 (c·A + d·R + e·B) = 0, in each lane, by windows of all three scalars at once (Straus).

use super::decode::POINT;
use super::field::{Fe, LIMBS};
use super::lanes::{LANES_MAX, Products};
use super::point::{CACHED, Cached, Completed, Extended, NIELS, Niels};
use super::scalar::{DIGITS, HALF_DIGITS, HALF_WINDOW, Terms};
use super::table::{PARTS, SIDE};

/// Entries of a table of a point's multiples: 0 to 8.
const ENTRIES: usize = (1 << (HALF_WINDOW - 1)) + 1;
/// Words of such a table.
pub(crate) const TABLE: usize = ENTRIES * CACHED;

/// One signature's share of the work: where its points are among the decoded ones, and its scalars' digits.
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
    let at: [[usize; LANES_MAX]; 2] =
        [std::array::from_fn(|lane| lane * TABLE), std::array::from_fn(|lane| (LANES_MAX + lane) * TABLE)];
    for side in 0..2 {
        let [x, y] = coordinates::<V>(points, &places[side]);
        multiples(Extended::at(x, y), tables, &at[side]);
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
        for (side, at) in at.iter().enumerate() {
            let entry = entry(tables, at, &digits, |terms| terms.halves[side][window]);
            sum = sum.extended().add(entry);
        }
        if window.is_multiple_of(2) {
            for side in 0..2 {
                let digit = (window + side * DIGITS) / 2;
                let tables = [side * PARTS / 2 * SIDE; LANES_MAX];
                let entry = base_entry(base, &tables, &digits, |terms| terms.base[digit]);
                sum = sum.extended().add_niels(entry);
            }
        }
    }
    vanishes(sum)
}

/// Whether 8 times a sum is nothing, by lanes.
#[inline(always)]
pub(crate) fn vanishes<V: Products>(mut sum: Completed<V>) -> u32 {
    // Three doublings take what is of small order to nothing.
    for _ in 0..3 {
        sum = sum.projective().double();
    }
    let projective = sum.projective();
    let at_zero = projective.x.freeze().is_zero();
    let alike = projective.y.sub(projective.z).freeze().is_zero();
    V::bits(at_zero) & V::bits(alike)
}

/// x and y of the points at these words.
#[inline(always)]
pub(crate) fn coordinates<V: Products>(points: &[u64], at: &[usize; LANES_MAX]) -> [Fe<V>; 2] {
    let words: [V; POINT] = V::read_rows(points, at);
    [Fe::from_limbs(&words, 0), Fe::from_limbs(&words, LIMBS)]
}

/// Writes the multiples 0 to 8 of each lane's point to the table at its word.
#[inline(always)]
pub(crate) fn multiples<V: Products>(point: Extended<V>, tables: &mut [u64], at: &[usize; LANES_MAX]) {
    let cached = point.cached();
    let mut multiple = point;
    keep(Cached::<V>::neutral(), tables, at, 0);
    keep(cached, tables, at, 1);
    for index in 2..ENTRIES {
        multiple = multiple.add(cached).extended();
        keep(multiple.cached(), tables, at, index);
    }
}

/// Writes an entry of each lane's table.
#[inline(always)]
fn keep<V: Products>(entry: Cached<V>, tables: &mut [u64], at: &[usize; LANES_MAX], index: usize) {
    V::write_rows(&entry.words(), tables, &at.map(|table| table + index * CACHED));
}

/// Where each lane's digit says, in the table at its word with entries of `width` words, and whose are negative.
#[inline(always)]
fn locate<V: Products>(
    tables: &[usize; LANES_MAX],
    width: usize,
    digits: &[Terms; LANES_MAX],
    digit: impl Fn(&Terms) -> i8,
) -> ([usize; LANES_MAX], V::Mask) {
    let (mut at, mut negative) = ([0; LANES_MAX], [0; LANES_MAX]);
    let mut lane = 0;
    while lane < V::COUNT {
        let digit = digit(&digits[lane]);
        at[lane] = tables[lane] + digit.unsigned_abs() as usize * width;
        negative[lane] = u64::from(digit < 0);
        lane += 1;
    }
    (at, V::load(&negative).equal(V::splat(1)))
}

#[inline(always)]
pub(crate) fn entry<V: Products>(
    tables: &[u64],
    at: &[usize; LANES_MAX],
    digits: &[Terms; LANES_MAX],
    digit: impl Fn(&Terms) -> i8,
) -> Cached<V> {
    let (at, negative) = locate::<V>(at, CACHED, digits, digit);
    Cached::from_words(&V::read_rows(tables, &at), negative)
}

#[inline(always)]
pub(crate) fn base_entry<V: Products>(
    base: &[u64],
    at: &[usize; LANES_MAX],
    digits: &[Terms; LANES_MAX],
    digit: impl Fn(&Terms) -> i8,
) -> Niels<V> {
    let (at, negative) = locate::<V>(at, NIELS, digits, digit);
    Niels::from_words(&V::read_rows::<NIELS>(base, &at), negative)
}
