//! The scalars of a signature's equation, halved.
//!
//! s·B = R + k·A holds, up to points of small order, just where d·s·B = d·R + d·k·A does, for any d that is no multiple
//! of the group's order. Euclid's algorithm on the order and k, stopped half-way, finds a d with which d·k is, modulo the
//! order, some ±c, both of about 126 bits (Antipa and others 2005; Pornin, ePrint 2020/454). Half as many doublings do
//! then. d·s is as long as ever, but belongs to B, of whose multiples there are tables.

use curve25519_dalek::Scalar;

/// Bits of a digit of c and d.
pub(crate) const HALF_WINDOW: usize = 4;
/// Digits of each.
pub(crate) const HALF_DIGITS: usize = 32;
/// Bits of a digit of e.
pub(crate) const BASE_WINDOW: usize = 8;
/// Digits of e.
pub(crate) const DIGITS: usize = 32;

/// The digits of c and d, and of e, in c·A + d·R + e·B, signed, least first.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Terms {
    pub(crate) halves: [[i8; HALF_DIGITS]; 2],
    pub(crate) base: [i8; DIGITS],
}

/// The group's order, 2²⁵² + 27742317777372353535851937790883648493.
const ORDER: [u64; 4] = [0x5812631a5cf5d3ed, 0x14def9dea2f79cd6, 0, 0x1000000000000000];
/// Bits of a remainder that is small enough.
const HALF: u32 = 126;

impl Terms {
    pub(crate) const ZERO: Terms = Terms { halves: [[0; _]; 2], base: [0; _] };

    /// Of k = SHA-512(R ‖ A ‖ M), all its bits, and of s.
    pub(crate) fn new(k: &[u8; 64], s: Scalar) -> Terms {
        let k = Scalar::from_bytes_mod_order_wide(k);
        let Half { c, c_is_negative, d } = halve(k.as_bytes());
        let e = -(Scalar::from(d) * s);
        let mut key = fours(c);
        if c_is_negative {
            key = key.map(|digit| -digit);
        }
        Terms { halves: [key, fours(d)], base: eights(e.as_bytes()) }
    }

    /// Of a key that comes often, for k·A + R + e·B: k whole, its lower half first, and e = −s.
    pub(crate) fn whole(k: &[u8; 64], s: Scalar) -> Terms {
        let k = Scalar::from_bytes_mod_order_wide(k);
        Terms { halves: digits(k.as_bytes()), base: eights((-s).as_bytes()) }
    }
}

/// ±c = d·k modulo the order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Half {
    /// Below 2¹²⁶.
    pub c: u128,
    /// Whether d·k is −c.
    pub c_is_negative: bool,
    /// Between 1 and 2¹²⁶.
    pub d: u128,
}

/// Finds c and d for a k below the order.
pub fn halve(k: &[u8; 32]) -> Half {
    let mut words = [0; 4];
    for (word, bytes) in words.iter_mut().zip(k.as_chunks().0) {
        *word = u64::from_le_bytes(*bytes);
    }
    // Each remainder is ±(a multiple of the order) ± cofactor · k, its sign that of the step's number.
    let (mut larger, mut smaller) = (ORDER, words);
    let (mut cofactor_before, mut cofactor) = (0u128, 1u128);
    let mut is_negative = false;
    while bits(&smaller) > HALF {
        let Quotients { a, b, c, d, steps } = quotients(&larger, &smaller);
        if steps == 0 {
            // Words alone do not tell the quotient: divide properly, one step.
            let quotient = divide(&mut larger, &smaller);
            std::mem::swap(&mut larger, &mut smaller);
            let next = cofactor_before.wrapping_add(quotient.wrapping_mul(cofactor));
            (cofactor_before, cofactor) = (cofactor, next);
            is_negative = !is_negative;
            continue;
        }
        // After an even number of steps: larger' = a·larger − b·smaller, smaller' = d·smaller − c·larger.
        let odd = steps % 2 == 1;
        let larger_after = difference(&larger, a, &smaller, b, odd);
        let smaller_after = difference(&smaller, d, &larger, c, odd);
        (larger, smaller) = (larger_after, smaller_after);
        let wide = |factor: u64, of: u128| u128::from(factor).wrapping_mul(of);
        (cofactor_before, cofactor) = (
            wide(a, cofactor_before).wrapping_add(wide(b, cofactor)),
            wide(c, cofactor_before).wrapping_add(wide(d, cofactor)),
        );
        is_negative ^= odd;
    }
    let c = u128::from(smaller[1]) << 64 | u128::from(smaller[0]);
    Half { c, c_is_negative: is_negative, d: cofactor }
}

/// Several steps of the algorithm at once, as far as the uppermost bits tell (Lehmer).
struct Quotients {
    a: u64,
    b: u64,
    c: u64,
    d: u64,
    steps: u32,
}

/// The steps that 62 bits at the same place of both decide, by Jebelean's condition, but none that would begin with a
/// remainder small enough to stop at.
#[inline(always)]
fn quotients(larger: &[u64; 4], smaller: &[u64; 4]) -> Quotients {
    let length = bits(larger);
    let shift = length.saturating_sub(62);
    let (mut x, mut y) = (upper(larger, shift), upper(smaller, shift));
    // A remainder below this may be small enough.
    let enough = if HALF >= shift { 1u64.checked_shl(HALF - shift).unwrap_or(u64::MAX) } else { 0 };
    let (mut a, mut b, mut c, mut d) = (1u64, 0u64, 0u64, 1u64);
    let mut steps = 0;
    while y.saturating_sub(c.max(d)) > enough {
        let quotient = x / y;
        let rest = x - quotient * y;
        let (next_c, next_d) = match (quotient.checked_mul(c), quotient.checked_mul(d)) {
            (Some(c), Some(d)) => (a + c, b + d),
            _ => break,
        };
        // By how much the lower bits could make the next remainder less than it looks, and more than this one.
        let (less, more) = if steps % 2 == 0 { (next_d, next_c + c) } else { (next_c, next_d + d) };
        if rest < less || y - rest < more {
            break;
        }
        (a, b, c, d) = (c, d, next_c, next_d);
        (x, y) = (y, rest);
        steps += 1;
    }
    Quotients { a, b, c, d, steps }
}

/// Bits of a number.
#[inline(always)]
fn bits(words: &[u64; 4]) -> u32 {
    for index in (0..4).rev() {
        if words[index] != 0 {
            return 64 * index as u32 + 64 - words[index].leading_zeros();
        }
    }
    0
}

/// 64 bits from `shift` on.
#[inline(always)]
fn upper(words: &[u64; 4], shift: u32) -> u64 {
    let (word, bit) = ((shift / 64) as usize, shift % 64);
    let low = words[word] >> bit;
    let high = words.get(word + 1).map_or(0, |high| (u128::from(*high) << 64 >> bit) as u64);
    low | high
}

/// x·f − y·g, or its negative; it is known to be none of either's negative.
#[inline(always)]
fn difference(x: &[u64; 4], f: u64, y: &[u64; 4], g: u64, negated: bool) -> [u64; 4] {
    let (x, f, y, g) = if negated { (y, g, x, f) } else { (x, f, y, g) };
    let mut out = [0; 4];
    let (mut carry, mut borrow) = (0u128, 0i128);
    for index in 0..4 {
        let plus = u128::from(x[index]) * u128::from(f) + carry;
        carry = plus >> 64;
        let minus = u128::from(y[index]) * u128::from(g);
        let value = i128::from(plus as u64) - i128::from(minus as u64) + borrow;
        out[index] = value as u64;
        borrow = (value >> 64) - (minus >> 64) as i128;
    }
    out
}

/// Divides; leaves the remainder.
fn divide(number: &mut [u64; 4], by: &[u64; 4]) -> u128 {
    let mut quotient = 0;
    loop {
        let (length, by_length) = (bits(number), bits(by));
        if length < by_length {
            return quotient;
        }
        let mut shift = length - by_length;
        let mut shifted = shifted(by, shift);
        if is_less(number, &shifted) {
            if shift == 0 {
                return quotient;
            }
            shift -= 1;
            shifted = self::shifted(by, shift);
        }
        *number = difference(number, 1, &shifted, 1, false);
        quotient += 1u128 << shift;
    }
}

fn is_less(a: &[u64; 4], b: &[u64; 4]) -> bool {
    a.iter().rev().lt(b.iter().rev())
}

fn shifted(words: &[u64; 4], by: u32) -> [u64; 4] {
    let (word, bit) = ((by / 64) as usize, by % 64);
    let mut out = [0; 4];
    for index in word..4 {
        out[index] = words[index - word] << bit;
        if bit > 0 && index > word {
            out[index] |= words[index - word - 1] >> (64 - bit);
        }
    }
    out
}

/// Digits of four bits between −8 and 7, of a number below the order, least first.
pub fn digits(number: &[u8; 32]) -> [[i8; HALF_DIGITS]; 2] {
    let (halves, _) = number.as_chunks();
    let [low, high] = [halves[0], halves[1]].map(u128::from_le_bytes);
    // What is too much for the lower half's digits is the upper half's.
    let carry = u128::from(low > SEVENS);
    [fours(low), fours(high + carry)]
}

/// Seven in every digit: the largest number that has as many.
const SEVENS: u128 = 0x7777_7777_7777_7777_7777_7777_7777_7777;

/// Digits of four bits between −8 and 7, of a number up to [`SEVENS`], or of what it is below one with a digit more.
fn fours(value: u128) -> [i8; HALF_DIGITS] {
    let mut digits = [0; HALF_DIGITS];
    // Eight in every digit: what is eight too much is taken away digit by digit.
    let raised = value.wrapping_add(0x8888_8888_8888_8888_8888_8888_8888_8888);
    for (index, digit) in digits.iter_mut().enumerate() {
        *digit = (raised >> (4 * index) & 15) as i8 - 8;
    }
    digits
}

/// Digits of eight bits between −128 and 127, of a number below 2²⁵⁴.
fn eights(bytes: &[u8; 32]) -> [i8; DIGITS] {
    let mut digits = [0; DIGITS];
    let mut carry = 0;
    for (digit, byte) in digits.iter_mut().zip(bytes) {
        let value = i16::from(*byte) + carry;
        *digit = value as i8;
        carry = i16::from(value > 127);
    }
    digits
}
