//! Numbers modulo p = 2²⁵⁵ − 19 on the host: for constants and tables, not for speed.

/// A number below p, least significant word first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Number([u64; 4]);

/// p.
const P: [u64; 4] = [0xffff_ffff_ffff_ffed, u64::MAX, u64::MAX, 0x7fff_ffff_ffff_ffff];

impl Number {
    pub(crate) const ZERO: Number = Number([0; 4]);
    pub(crate) const ONE: Number = Number([1, 0, 0, 0]);

    pub(crate) fn small(value: u64) -> Number {
        Number([value, 0, 0, 0])
    }

    /// The curve's d.
    pub(crate) fn d() -> Number {
        Number::ZERO.sub(Number::small(121_665)).mul(Number::small(121_666).inverse())
    }

    /// A square root of −1: 2^((p − 1) / 4).
    pub(crate) fn root_of_minus_one() -> Number {
        Number::small(2).power([0xffff_ffff_ffff_fffb, u64::MAX, u64::MAX, 0x1fff_ffff_ffff_ffff])
    }

    pub(crate) fn add(self, other: Number) -> Number {
        let mut carry = 0;
        let sum = std::array::from_fn(|i| {
            let sum = u128::from(self.0[i]) + u128::from(other.0[i]) + carry;
            carry = sum >> 64;
            sum as u64
        });
        // Two numbers below p are together below 2²⁵⁶.
        Number(sum).reduced()
    }

    pub(crate) fn sub(self, other: Number) -> Number {
        let (negative, _) = minus(P, other.0);
        self.add(Number(negative).reduced())
    }

    pub(crate) fn mul(self, other: Number) -> Number {
        let mut product = [0u64; 8];
        for (i, &a) in self.0.iter().enumerate() {
            let mut carry = 0;
            for (j, &b) in other.0.iter().enumerate() {
                let sum = u128::from(product[i + j]) + u128::from(a) * u128::from(b) + carry;
                product[i + j] = sum as u64;
                carry = sum >> 64;
            }
            product[i + 4] = carry as u64;
        }
        // 2²⁵⁶ is 38: twice, because the first time leaves a few bits above 256.
        let [low, high] = [0, 4].map(|at| std::array::from_fn(|i| product[at + i]));
        let (once, above) = plus_38_times(low, high);
        let (twice, above) = plus_38_times(once, [above, 0, 0, 0]);
        let (last, _) = plus_38_times(twice, [above, 0, 0, 0]);
        Number(last).reduced()
    }

    /// To the power of an exponent, least significant word first.
    pub(crate) fn power(self, exponent: [u64; 4]) -> Number {
        (0..256).rev().fold(Number::ONE, |power, bit| {
            let square = power.mul(power);
            if exponent[bit / 64] >> (bit % 64) & 1 == 1 { square.mul(self) } else { square }
        })
    }

    /// The inverse; 0 for 0.
    pub(crate) fn inverse(self) -> Number {
        self.power([P[0] - 2, P[1], P[2], P[3]])
    }

    pub(crate) fn is_odd(self) -> bool {
        self.0[0] & 1 == 1
    }

    /// So many bits, 32 at most, from a place on.
    pub(crate) fn bits(self, from: usize, count: usize) -> u32 {
        let (word, shift) = (from / 64, from % 64);
        let above = self.0.get(word + 1).copied().unwrap_or_default();
        let wide = u128::from(self.0[word]) | u128::from(above) << 64;
        ((wide >> shift) & ((1 << count) - 1)) as u32
    }

    /// Of a number below 2²⁵⁶.
    fn reduced(self) -> Number {
        let mut value = self.0;
        loop {
            match minus(value, P) {
                (less, false) => value = less,
                (_, true) => return Number(value),
            }
        }
    }
}

/// The difference, and whether it is negative.
fn minus(a: [u64; 4], b: [u64; 4]) -> ([u64; 4], bool) {
    let mut borrow = false;
    let difference = std::array::from_fn(|i| {
        let (less, first) = a[i].overflowing_sub(b[i]);
        let (less, second) = less.overflowing_sub(u64::from(borrow));
        borrow = first || second;
        less
    });
    (difference, borrow)
}

/// `low + 38 high`, and what is above 2²⁵⁶.
fn plus_38_times(low: [u64; 4], high: [u64; 4]) -> ([u64; 4], u64) {
    let mut carry = 0;
    let sum = std::array::from_fn(|i| {
        let sum = u128::from(low[i]) + 38 * u128::from(high[i]) + carry;
        carry = sum >> 64;
        sum as u64
    });
    (sum, carry as u64)
}

#[cfg(test)]
mod tests {
    use super::Number;

    #[test]
    fn numbers_behave_as_a_field() {
        let (a, b) = (Number::d(), Number::root_of_minus_one());
        let minus_one = Number::ZERO.sub(Number::ONE);
        assert_eq!(b.mul(b), minus_one);
        assert_eq!(minus_one.mul(minus_one), Number::ONE);
        assert_eq!(a.mul(a.inverse()), Number::ONE);
        assert_eq!(a.add(b).mul(a.sub(b)), a.mul(a).sub(b.mul(b)));
        assert_eq!(a.sub(a), Number::ZERO);
        assert_eq!(Number::ZERO.inverse(), Number::ZERO);
    }
}
