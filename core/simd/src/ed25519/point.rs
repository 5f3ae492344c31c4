//! Points of the curve −x² + y² = 1 + d·x²·y², one in each lane, in the coordinates of Hisil, Wong, Carter and Dawson
//! (2008): the formulas are complete, so no point is special.

use super::field::{D2, Fe, LIMBS, ONE, Raw, ZERO};
use super::lanes::{Products, Wide};

/// x = X/Z, y = Y/Z: what a doubling begins from.
#[derive(Clone, Copy)]
pub(crate) struct Projective<V> {
    pub(crate) x: Fe<V>,
    pub(crate) y: Fe<V>,
    pub(crate) z: Fe<V>,
}

/// Y + X, Y − X, Z and T = XY/Z: what an addition begins from.
#[derive(Clone, Copy)]
pub(crate) struct Extended<V> {
    plus: Fe<V>,
    minus: Fe<V>,
    z: Fe<V>,
    t: Fe<V>,
}

/// x = X/Z, y = Y/T: what a doubling or an addition ends in.
#[derive(Clone, Copy)]
pub(crate) struct Completed<V> {
    x: Fe<V>,
    y: Fe<V>,
    z: Fe<V>,
    t: Fe<V>,
}

/// What is added, prepared: Y + X, Y − X, 2Z and 2dT, and where its negative is meant.
#[derive(Clone, Copy)]
pub(crate) struct Cached<V: Wide> {
    niels: Niels<V>,
    z2: Fe<V>,
}

/// The same of a point with Z = 1.
#[derive(Clone, Copy)]
pub(crate) struct Niels<V: Wide> {
    plus: Fe<V>,
    minus: Fe<V>,
    t2d: Fe<V>,
    negative: V::Mask,
}

/// Words of a cached point in memory, whole blocks of any width's lanes, and those of them that say something.
pub(crate) const CACHED: usize = 24;
const CACHED_USED: usize = 4 * LIMBS;
/// Words of a Niels point.
pub(crate) const NIELS: usize = 16;

impl<V: Products> Extended<V> {
    /// The point at these coordinates.
    #[inline(always)]
    pub(crate) fn at(x: Fe<V>, y: Fe<V>) -> Self {
        Extended { plus: y.add(x), minus: y.sub(x), z: Fe::constant(ONE), t: x.mul(y) }
    }

    #[inline(always)]
    pub(crate) fn cached(self) -> Cached<V> {
        let Extended { plus, minus, z, t } = self;
        let niels = Niels { plus, minus, t2d: t.mul(Fe::constant(D2)), negative: never::<V>() };
        Cached { niels, z2: z.add(z) }
    }

    #[inline(always)]
    pub(crate) fn add(self, other: Cached<V>) -> Completed<V> {
        self.sum(other.niels, self.z.product(other.z2))
    }

    #[inline(always)]
    pub(crate) fn add_niels(self, other: Niels<V>) -> Completed<V> {
        self.sum(other, Raw::from(self.z).twice())
    }

    #[inline(always)]
    fn sum(self, other: Niels<V>, z: Raw<V>) -> Completed<V> {
        // The negative of a point has x and with it T negated: Y + X and Y − X change places, and so do the sums with T.
        let Niels { plus, minus, t2d, negative } = other;
        let a = self.minus.product(Fe::pick(negative, plus, minus));
        let b = self.plus.product(Fe::pick(negative, minus, plus));
        let c = self.t.product(t2d);
        let (with, without) = (z.plus(c), z.minus(c));
        Completed {
            x: b.minus(a),
            y: b.plus(a),
            z: Fe::pick(negative, without, with),
            t: Fe::pick(negative, with, without),
        }
    }
}

/// Nowhere.
#[inline(always)]
fn never<V: Wide>() -> V::Mask {
    V::splat(0).equal(V::splat(1))
}

impl<V: Products> Projective<V> {
    #[inline(always)]
    pub(crate) fn double(self) -> Completed<V> {
        let xx = self.x.squared();
        let yy = self.y.squared();
        let z = yy.minus(xx);
        Completed {
            x: self.x.product(self.y).twice().carry(),
            y: yy.plus(xx),
            z,
            t: self.z.squared().twice().minus(z.into()),
        }
    }
}

impl<V: Products> Completed<V> {
    /// The neutral element.
    #[inline(always)]
    pub(crate) fn neutral() -> Self {
        let one = Fe::constant(ONE);
        Completed { x: Fe::constant(ZERO), y: one, z: one, t: one }
    }

    #[inline(always)]
    pub(crate) fn projective(self) -> Projective<V> {
        Projective { x: self.x.mul(self.t), y: self.y.mul(self.z), z: self.z.mul(self.t) }
    }

    #[inline(always)]
    pub(crate) fn extended(self) -> Extended<V> {
        let (x, y) = (self.x.product(self.t), self.y.product(self.z));
        Extended { plus: y.plus(x), minus: y.minus(x), z: self.z.mul(self.t), t: self.x.mul(self.y) }
    }
}

impl<V: Products> Cached<V> {
    /// The neutral element.
    #[inline(always)]
    pub(crate) fn neutral() -> Self {
        let one = Fe::constant(ONE);
        let niels = Niels { plus: one, minus: one, t2d: Fe::constant(ZERO), negative: never::<V>() };
        Cached { niels, z2: one.add(one) }
    }

    #[inline(always)]
    pub(crate) fn words(self) -> [V; CACHED] {
        let mut words = [V::splat(0); CACHED];
        words[..NIELS].copy_from_slice(&self.niels.words());
        words[3 * LIMBS..CACHED_USED].copy_from_slice(&self.z2.limbs());
        words
    }

    /// Its negative where the mask holds.
    #[inline(always)]
    pub(crate) fn from_words(words: &[V; CACHED], negative: V::Mask) -> Self {
        Cached { niels: Niels::from_words(words, negative), z2: Fe::from_limbs(words, 3 * LIMBS) }
    }
}

impl<V: Products> Niels<V> {
    #[inline(always)]
    pub(crate) fn at(x: Fe<V>, y: Fe<V>) -> Self {
        let t2d = x.mul(y).mul(Fe::constant(D2));
        Niels { plus: y.add(x), minus: y.sub(x), t2d, negative: never::<V>() }
    }

    #[inline(always)]
    pub(crate) fn words(self) -> [V; NIELS] {
        let mut words = [V::splat(0); NIELS];
        words[..LIMBS].copy_from_slice(&self.plus.limbs());
        words[LIMBS..2 * LIMBS].copy_from_slice(&self.minus.limbs());
        words[2 * LIMBS..3 * LIMBS].copy_from_slice(&self.t2d.limbs());
        words
    }

    /// Its negative where the mask holds.
    #[inline(always)]
    pub(crate) fn from_words(words: &[V], negative: V::Mask) -> Self {
        Niels {
            plus: Fe::from_limbs(words, 0),
            minus: Fe::from_limbs(words, LIMBS),
            t2d: Fe::from_limbs(words, 2 * LIMBS),
            negative,
        }
    }
}
