//! Multiples of the base point: a table that is the same for all signatures.

use super::form::Form;
use super::number::Number;
use crate::Words;
use crate::layout::{BASE_MULTIPLES, BASE_VECTORS};

/// A point of the curve in affine coordinates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Point {
    x: Number,
    y: Number,
}

impl Point {
    const NEUTRAL: Point = Point { x: Number::ZERO, y: Number::ONE };

    /// The base point: y is 4/5, and x the even one of the two.
    fn base() -> Point {
        let y = Number::small(4).mul(Number::small(5).inverse());
        let yy = y.mul(y);
        let xx = yy.sub(Number::ONE).mul(Number::d().mul(yy).add(Number::ONE).inverse());
        // The candidate xx^((p + 3) / 8) is a root of xx or of −xx.
        let candidate = xx.power([0xffff_ffff_ffff_fffe, u64::MAX, u64::MAX, 0x0fff_ffff_ffff_ffff]);
        let is_root = candidate.mul(candidate) == xx;
        let x = if is_root { candidate } else { candidate.mul(Number::root_of_minus_one()) };
        Point { x: if x.is_odd() { Number::ZERO.sub(x) } else { x }, y }
    }

    /// The sum, by the formula that holds for all points.
    fn add(self, other: Point) -> Point {
        let (xy, yx) = (self.x.mul(other.y), self.y.mul(other.x));
        let (xx, yy) = (self.x.mul(other.x), self.y.mul(other.y));
        let mixed = Number::d().mul(xy).mul(yx);
        let quotient = |a: Number, b: Number| a.mul(b.inverse());
        Point {
            x: quotient(xy.add(yx), Number::ONE.add(mixed)),
            y: quotient(yy.add(xx), Number::ONE.sub(mixed)),
        }
    }
}

/// The multiples 0 to 128 of B, then those of 2¹²⁸ B, as the kernel of a form reads them: y + x, y − x and 2dxy of
/// each, in vectors of four words.
pub fn base_table(words: Words) -> Vec<u32> {
    let form = Form::of(words);
    let twice_d = Number::d().add(Number::d());
    let base = Point::base();
    let far = (0..128).fold(base, |point, _| point.add(point));
    let mut table = Vec::with_capacity(2 * BASE_MULTIPLES * 4 * BASE_VECTORS);
    for point in [base, far] {
        let mut multiple = Point::NEUTRAL;
        for _ in 0..BASE_MULTIPLES {
            let Point { x, y } = multiple;
            let end = table.len() + 4 * BASE_VECTORS;
            for number in [y.add(x), y.sub(x), twice_d.mul(x).mul(y)] {
                table.extend(form.words_of(number));
            }
            table.resize(end, 0);
            multiple = multiple.add(point);
        }
    }
    table
}

#[cfg(test)]
mod tests {
    use curve25519_dalek::constants::ED25519_BASEPOINT_POINT;
    use curve25519_dalek::edwards::EdwardsPoint;
    use curve25519_dalek::{Scalar, traits::Identity as _};

    use super::{Number, Point};

    /// A point as it is encoded.
    fn encoded(point: Point) -> [u8; 32] {
        let mut bytes: [u8; 32] = std::array::from_fn(|i| point.y.bits(8 * i, 8) as u8);
        bytes[31] |= u8::from(point.x.is_odd()) << 7;
        bytes
    }

    #[test]
    fn points_are_those_of_the_library() {
        let base = Point::base();
        let (mut ours, mut theirs) = (Point::NEUTRAL, EdwardsPoint::identity());
        for multiple in 0..20u8 {
            assert_eq!(encoded(ours), theirs.compress().0, "{multiple}");
            (ours, theirs) = (ours.add(base), theirs + ED25519_BASEPOINT_POINT);
        }
        let far = (0..128).fold(base, |point, _| point.add(point));
        let scalar = Scalar::from(u128::MAX) + Scalar::ONE;
        assert_eq!(encoded(far), (ED25519_BASEPOINT_POINT * scalar).compress().0);
        assert_eq!(Number::d().mul(Number::small(121_666)), Number::ZERO.sub(Number::small(121_665)));
    }
}
