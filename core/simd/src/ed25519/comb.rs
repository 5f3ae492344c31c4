//! Keys that come again and again. With tables of a key's multiples at every sixteenth of a scalar, as there are of the
//! base point's, 8 (k·A + R − s·B) takes fifteen doublings, and none of the work of halving k.

use super::equation::{self, Item, TABLE};
use super::field::{Fe, ONE};
use super::lanes::{LANES_MAX, Products};
use super::point::{Completed, Extended, Niels, Projective};
use super::scalar::{HALF_DIGITS, HALF_WINDOW, Terms};
use super::table::{PARTS, SIDE};

/// Digits of four bits in each part of a scalar.
const PART_DIGITS: usize = 2 * HALF_DIGITS / PARTS;
/// Words of a key's tables.
pub(crate) const COMB: usize = PARTS * TABLE;

/// Writes the tables of up to as many keys as there are lanes, [`COMB`] words each for as many as there are lanes. `keys`
/// are the words of their points.
///
/// # Panics
/// When `combs` is too short.
#[inline(always)]
pub(crate) fn combs<V: Products>(points: &[u64], keys: &[usize], combs: &mut [u64]) {
    let (mut at, mut tables) = ([0; LANES_MAX], [0; LANES_MAX]);
    let mut lane = 0;
    while lane < V::COUNT {
        // Lanes without a key of their own repeat the last.
        (at[lane], tables[lane]) = (keys[lane.min(keys.len() - 1)], lane * COMB);
        lane += 1;
    }
    let [x, y] = equation::coordinates::<V>(points, &at);
    let mut extended = Extended::at(x, y);
    let mut projective = Projective { x, y, z: Fe::constant(ONE) };
    let mut part = 0;
    loop {
        equation::multiples(extended, combs, &tables);
        part += 1;
        if part == PARTS {
            return;
        }
        let mut double = projective.double();
        for _ in 1..PART_DIGITS * HALF_WINDOW {
            double = double.projective().double();
        }
        (extended, projective) = (double.extended(), double.projective());
        tables = tables.map(|table| table + TABLE);
    }
}

/// Whether the equation holds, for up to as many items as there are lanes: bit `i` is item `i`'s. Their `key` is the word
/// of the key's tables in `combs`, their terms those [of a frequent key](Terms::whole).
#[inline(always)]
pub(crate) fn holds<V: Products>(items: &[Item], points: &[u64], base: &[u64], combs: &[u64]) -> u32 {
    let (mut keys, mut nonces) = ([0; LANES_MAX], [0; LANES_MAX]);
    let mut digits = [Terms::ZERO; LANES_MAX];
    let mut lane = 0;
    while lane < V::COUNT {
        let item = &items[lane.min(items.len() - 1)];
        (keys[lane], nonces[lane], digits[lane]) = (item.key, item.nonce, item.terms);
        lane += 1;
    }
    let mut sum = Completed::<V>::neutral();
    let mut window = PART_DIGITS;
    while window > 0 {
        window -= 1;
        if window < PART_DIGITS - 1 {
            for _ in 0..HALF_WINDOW {
                sum = sum.projective().double();
            }
        }
        for part in 0..PARTS {
            let digit = part * PART_DIGITS + window;
            let tables = keys.map(|key| key + part * TABLE);
            let of = |terms: &Terms| terms.halves[digit / HALF_DIGITS][digit % HALF_DIGITS];
            sum = sum.extended().add(equation::entry(combs, &tables, &digits, of));
        }
        if window.is_multiple_of(2) {
            for part in 0..PARTS {
                let digit = (part * PART_DIGITS + window) / 2;
                let tables = [part * SIDE; LANES_MAX];
                sum = sum
                    .extended()
                    .add_niels(equation::base_entry(base, &tables, &digits, |terms| terms.base[digit]));
            }
        }
    }
    let [x, y] = equation::coordinates::<V>(points, &nonces);
    equation::vanishes(sum.extended().add_niels(Niels::at(x, y)))
}
