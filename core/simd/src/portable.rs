//! One lane of plain Rust: the reference.

use crate::detect::Path;
use crate::lanes::{BlakeLanes, Lanes, ShaLanes};

macro_rules! one_lane {
    ($t:ty, $r1:literal, $r2:literal, $r3:literal, $r4:literal) => {
        impl Lanes for $t {
            type Word = $t;
            const COUNT: usize = 1;
            #[inline(always)]
            fn splat(word: $t) -> Self {
                word
            }
            #[inline(always)]
            fn load(words: &[$t]) -> Self {
                words[0]
            }
            #[inline(always)]
            fn and(self, other: Self) -> Self {
                self & other
            }
            #[inline(always)]
            fn store(self, words: &mut [$t]) {
                words[0] = self;
            }
            #[inline(always)]
            fn add(self, other: Self) -> Self {
                self.wrapping_add(other)
            }
            #[inline(always)]
            fn xor(self, other: Self) -> Self {
                self ^ other
            }
            #[inline(always)]
            fn swap_bytes(self) -> Self {
                <$t>::swap_bytes(self)
            }
            #[inline(always)]
            fn at_most(self, limit: Self) -> u64 {
                (self <= limit).into()
            }
        }
        impl BlakeLanes for $t {
            #[inline(always)]
            fn rot_1(self) -> Self {
                self.rotate_right($r1)
            }
            #[inline(always)]
            fn rot_2(self) -> Self {
                self.rotate_right($r2)
            }
            #[inline(always)]
            fn rot_3(self) -> Self {
                self.rotate_right($r3)
            }
            #[inline(always)]
            fn rot_4(self) -> Self {
                self.rotate_right($r4)
            }
        }
    };
}
one_lane!(u32, 16, 12, 8, 7);
one_lane!(u64, 32, 24, 16, 63);

impl ShaLanes for u32 {
    #[inline(always)]
    fn rotr<const N: u32>(self) -> Self {
        self.rotate_right(N)
    }
    #[inline(always)]
    fn shr<const N: u32>(self) -> Self {
        self >> N
    }
    #[inline(always)]
    fn choose(e: Self, f: Self, g: Self) -> Self {
        g ^ (e & (f ^ g))
    }
    #[inline(always)]
    fn majority(_a: Self, b: Self, _c: Self, ab: Self, bc: Self) -> Self {
        (ab & bc) ^ b
    }
}

crate::lanes::sha_sums!(u32, []);

crate::kernel::entries!(Path::Portable, [], sha: u32, blake2s: u32, blake2b: u64);

impl crate::Function {
    /// Absorbs whole blocks of a message that goes on after them: how a midstate is made. `before` bytes are
    /// already in the chaining value.
    ///
    /// # Panics
    /// When `blocks` is not whole blocks.
    pub fn absorb(self, chain: &mut crate::Chain, before: u64, blocks: &[u8]) {
        assert!(blocks.len().is_multiple_of(self.block_bytes()));
        for (index, block) in blocks.chunks_exact(self.block_bytes()).enumerate() {
            let counter = before + ((index + 1) * self.block_bytes()) as u64;
            match self {
                crate::Function::Sha256 | crate::Function::Sha256d => crate::sha256::absorb(chain, block),
                crate::Function::Blake2s => {
                    crate::blake2::absorb::<u32, crate::blake2::S>(chain, block, counter);
                }
                crate::Function::Blake2b => {
                    crate::blake2::absorb::<u64, crate::blake2::B>(chain, block, counter);
                }
            }
        }
    }
}
