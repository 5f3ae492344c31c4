//! Numbers modulo p = 2²⁵⁵ − 19, one in each lane, in five limbs of 51 bits.
//!
//! How two of them are multiplied is the lanes' own matter ([`madd`](super::madd), [`fma`](super::fma)). Both take limbs
//! that hardly exceed their size and give some that do, which are then carried.

use super::lanes::Products;

/// Limbs of a number.
pub(crate) const LIMBS: usize = 5;

/// A number modulo p in each lane, carried: each limb exceeds 51 bits by less than 2¹⁵.
#[derive(Clone, Copy)]
pub(crate) struct Fe<V>([V; LIMBS]);

/// A product that is not carried yet: limbs are below 2⁵⁹·³. Sums and differences of two are carried as cheaply as one.
#[derive(Clone, Copy)]
pub(crate) struct Raw<V>([V; LIMBS]);

const LIMB: u64 = (1 << 51) - 1;
/// Limbs of p, but for the lowest, whose is less by 18.
pub(crate) const P: [u64; LIMBS] = [LIMB - 18, LIMB, LIMB, LIMB, LIMB];
/// What is added before a number is taken away, and before a product is.
const P_2: [u64; LIMBS] = times_p(2);
const P_512: [u64; LIMBS] = times_p(512);

const fn times_p(times: u64) -> [u64; LIMBS] {
    [times * P[0], times * P[1], times * P[2], times * P[3], times * P[4]]
}

/// What weighs 2²⁵⁵ and more comes back 19 times.
#[inline(always)]
pub(crate) fn fold<V: Products>(low: [V; LIMBS], high: [V; LIMBS]) -> [V; LIMBS] {
    let mut limbs = low;
    let mut i = 0;
    while i < LIMBS {
        limbs[i] = low[i].add(high[i].nineteen());
        i += 1;
    }
    limbs
}

/// All limbs at the same time, once.
#[inline(always)]
pub(crate) fn carry<V: Products>(&[h0, h1, h2, h3, h4]: &[V; LIMBS]) -> [V; LIMBS] {
    let limb = V::splat(LIMB);
    [
        h0.and(limb).add(h4.shr::<51>().nineteen_small()),
        h1.and(limb).add(h0.shr::<51>()),
        h2.and(limb).add(h1.shr::<51>()),
        h3.and(limb).add(h2.shr::<51>()),
        h4.and(limb).add(h3.shr::<51>()),
    ]
}

impl<V: Products> Fe<V> {
    /// The same in every lane; little-endian words, below p.
    #[inline(always)]
    pub(crate) fn constant(words: [u64; 4]) -> Self {
        let [w0, w1, w2, w3] = words;
        Fe::from_words([V::splat(w0), V::splat(w1), V::splat(w2), V::splat(w3)])
    }

    /// From 256 bits a lane, least word first; the uppermost bit is left out.
    #[inline(always)]
    pub(crate) fn from_words([w0, w1, w2, w3]: [V; 4]) -> Self {
        let limb = V::splat(LIMB);
        Fe([
            w0.and(limb),
            w0.shr::<51>().xor(w1.shl::<13>()).and(limb),
            w1.shr::<38>().xor(w2.shl::<26>()).and(limb),
            w2.shr::<25>().xor(w3.shl::<39>()).and(limb),
            w3.shr::<12>().and(limb),
        ])
    }

    /// Its limbs, for memory.
    #[inline(always)]
    pub(crate) fn limbs(self) -> [V; LIMBS] {
        self.0
    }

    /// The number of which `words` holds the limbs from `first` on.
    #[inline(always)]
    pub(crate) fn from_limbs(words: &[V], first: usize) -> Self {
        Fe([words[first], words[first + 1], words[first + 2], words[first + 3], words[first + 4]])
    }

    #[inline(always)]
    pub(crate) fn add(self, other: Self) -> Self {
        Fe(V::sum(&self.0, &other.0))
    }

    #[inline(always)]
    pub(crate) fn sub(self, other: Self) -> Self {
        Fe(V::difference(&self.0, &other.0, &P_2))
    }

    #[inline(always)]
    pub(crate) fn product(self, other: Self) -> Raw<V> {
        Raw(V::product(&self.0, &other.0))
    }

    #[inline(always)]
    pub(crate) fn squared(self) -> Raw<V> {
        Raw(V::square(&self.0))
    }

    #[inline(always)]
    pub(crate) fn mul(self, other: Self) -> Self {
        self.product(other).carry()
    }

    #[inline(always)]
    pub(crate) fn square(self) -> Self {
        self.squared().carry()
    }

    /// The one number below p that it stands for.
    #[inline(always)]
    pub(crate) fn freeze(self) -> Self {
        let limb = V::splat(LIMB);
        let [f0, f1, f2, f3, f4] = self.0;
        // One after the other, so that all but the lowest are below 51 bits, then once more through.
        let (f1, f0) = (f1.add(f0.shr::<51>()), f0.and(limb));
        let (f2, f1) = (f2.add(f1.shr::<51>()), f1.and(limb));
        let (f3, f2) = (f3.add(f2.shr::<51>()), f2.and(limb));
        let (f4, f3) = (f4.add(f3.shr::<51>()), f3.and(limb));
        let (f0, f4) = (f0.add(f4.shr::<51>().nineteen_small()), f4.and(limb));
        // Whether 19 more would reach 2²⁵⁵: then it is p or more.
        let over = f0.add(V::splat(19)).shr::<51>();
        let over = f1.add(over).shr::<51>();
        let over = f2.add(over).shr::<51>();
        let over = f3.add(over).shr::<51>();
        let over = f4.add(over).shr::<51>();
        let f0 = f0.add(over.nineteen_small());
        let (f1, f0) = (f1.add(f0.shr::<51>()), f0.and(limb));
        let (f2, f1) = (f2.add(f1.shr::<51>()), f1.and(limb));
        let (f3, f2) = (f3.add(f2.shr::<51>()), f2.and(limb));
        let (f4, f3) = (f4.add(f3.shr::<51>()), f3.and(limb));
        Fe([f0, f1, f2, f3, f4.and(limb)])
    }

    /// Whether a frozen number is zero.
    #[inline(always)]
    pub(crate) fn is_zero(self) -> V::Mask {
        let [f0, f1, f2, f3, f4] = self.0;
        // Frozen limbs are so small that their sum is zero only where they are.
        f0.add(f1).add(f2).add(f3).add(f4).equal(V::splat(0))
    }

    /// Whether a frozen number is odd.
    #[inline(always)]
    pub(crate) fn is_odd(self) -> V::Mask {
        self.0[0].and(V::splat(1)).equal(V::splat(1))
    }

    /// `yes` where the mask holds, else `no`.
    #[inline(always)]
    pub(crate) fn pick(mask: V::Mask, yes: Self, no: Self) -> Self {
        let mut limbs = no.0;
        let mut i = 0;
        while i < LIMBS {
            limbs[i] = V::pick(mask, yes.0[i], no.0[i]);
            i += 1;
        }
        Fe(limbs)
    }
}

impl<V: Products> Raw<V> {
    #[inline(always)]
    pub(crate) fn carry(self) -> Fe<V> {
        Fe(V::carry(&self.0))
    }

    /// The sum of both.
    #[inline(always)]
    pub(crate) fn plus(self, other: Self) -> Fe<V> {
        Fe(V::sum(&self.0, &other.0))
    }

    /// The difference of both.
    #[inline(always)]
    pub(crate) fn minus(self, other: Self) -> Fe<V> {
        Fe(V::difference(&self.0, &other.0, &P_512))
    }

    /// Twice itself.
    #[inline(always)]
    pub(crate) fn twice(self) -> Self {
        let mut limbs = self.0;
        let mut i = 0;
        while i < LIMBS {
            limbs[i] = self.0[i].add(self.0[i]);
            i += 1;
        }
        Raw(limbs)
    }
}

/// As if it were a product.
impl<V: Products> From<Fe<V>> for Raw<V> {
    #[inline(always)]
    fn from(number: Fe<V>) -> Self {
        Raw(number.0)
    }
}

#[inline(always)]
pub(crate) fn sum<V: Products>(a: &[V; LIMBS], b: &[V; LIMBS]) -> [V; LIMBS] {
    let mut limbs = *a;
    let mut i = 0;
    while i < LIMBS {
        limbs[i] = a[i].add(b[i]);
        i += 1;
    }
    carry(&limbs)
}

#[inline(always)]
pub(crate) fn difference<V: Products>(a: &[V; LIMBS], b: &[V; LIMBS], p: &[u64; LIMBS]) -> [V; LIMBS] {
    let mut limbs = *a;
    let mut i = 0;
    while i < LIMBS {
        limbs[i] = a[i].add(V::splat(p[i])).sub(b[i]);
        i += 1;
    }
    carry(&limbs)
}

/// Zero.
pub(crate) const ZERO: [u64; 4] = [0; 4];
/// One.
pub(crate) const ONE: [u64; 4] = [1, 0, 0, 0];
/// d = −121665/121666, the curve's.
pub(crate) const D: [u64; 4] =
    [0x75eb4dca135978a3, 0x00700a4d4141d8ab, 0x8cc740797779e898, 0x52036cee2b6ffe73];
/// 2d.
pub(crate) const D2: [u64; 4] =
    [0xebd69b9426b2f159, 0x00e0149a8283b156, 0x198e80f2eef3d130, 0x2406d9dc56dffce7];
/// √−1 = 2^((p − 1) / 4).
pub(crate) const SQRT_MINUS_ONE: [u64; 4] =
    [0xc4ee1b274a0ea0b0, 0x2f431806ad2fe478, 0x2b4d00993dfbd7a7, 0x2b8324804fc1df0b];

/// Squares each `COUNT` times. Several numbers at once, because each square waits for the one before.
#[inline(always)]
fn squares<V: Products, const N: usize, const COUNT: u32>(mut z: [Fe<V>; N]) -> [Fe<V>; N] {
    for _ in 0..COUNT {
        let mut i = 0;
        while i < N {
            z[i] = z[i].square();
            i += 1;
        }
    }
    z
}

#[inline(always)]
fn products<V: Products, const N: usize>(mut a: [Fe<V>; N], b: [Fe<V>; N]) -> [Fe<V>; N] {
    let mut i = 0;
    while i < N {
        a[i] = a[i].mul(b[i]);
        i += 1;
    }
    a
}

/// z^((p − 5) / 8) = z^(2²⁵² − 3).
#[inline(always)]
pub(crate) fn pow_p58<V: Products, const N: usize>(z: [Fe<V>; N]) -> [Fe<V>; N] {
    let z2 = squares::<V, N, 1>(z);
    let z9 = products(z, squares::<V, N, 2>(z2));
    let z11 = products(z2, z9);
    // zₙ from here on: z^(2ⁿ − 1).
    let z_5 = products(squares::<V, N, 1>(z11), z9);
    let z_10 = products(squares::<V, N, 5>(z_5), z_5);
    let z_20 = products(squares::<V, N, 10>(z_10), z_10);
    let z_40 = products(squares::<V, N, 20>(z_20), z_20);
    let z_50 = products(squares::<V, N, 10>(z_40), z_10);
    let z_100 = products(squares::<V, N, 50>(z_50), z_50);
    let z_200 = products(squares::<V, N, 100>(z_100), z_100);
    let z_250 = products(squares::<V, N, 50>(z_200), z_50);
    products(squares::<V, N, 2>(z_250), z)
}
