//! What the two x86 widths have in common: one text over other instructions.

/// Implements [`Lanes`](crate::lanes::Lanes) and [`Tied`](crate::lanes::Tied) for a wrapper of one register. The file
/// that calls it has an `op!` for its instructions and a `tie`.
macro_rules! lanes {
    (
        $v:ident($register:ty), $count:literal lanes of $word:ty,
        zero: $zero:ident, splat: $splat:ident as $int:ty, load: $load:ident, store: $store:ident,
        add: $add:ident, xor: $xor:ident, and: $and:ident,
        swap_bytes: |$x:ident| $swap:expr,
        at_most: |$y:ident, $limit:ident| $at_most:expr,
        transpose: $transpose:ident, low_256: |$row:ident| $low:expr $(,)?
    ) => {
        impl Lanes for $v {
            type Word = $word;
            const COUNT: usize = $count;
            #[inline(always)]
            fn splat(word: $word) -> Self {
                $v(op!($splat(word as $int)))
            }
            #[inline(always)]
            fn load(words: &[$word]) -> Self {
                assert!(words.len() >= $count);
                $v(op!($load(words.as_ptr().cast())))
            }
            #[inline(always)]
            fn load_blocks(bytes: &[u8], stride: usize) -> [Self; 16] {
                const BLOCK: usize = 16 * size_of::<$word>();
                assert!(bytes.len() >= BLOCK && stride <= (bytes.len() - BLOCK) / ($count - 1));
                let mut words = [$v(op!($zero())); 16];
                for (part, words) in words.chunks_exact_mut($count).enumerate() {
                    let mut rows = [words[0].0; $count];
                    for (lane, row) in rows.iter_mut().enumerate() {
                        // Within `bytes`: the assertion above.
                        let at = lane * stride + part * size_of::<$register>();
                        *row = op!($load(bytes.as_ptr().add(at).cast()));
                    }
                    for (word, row) in words.iter_mut().zip(op!($transpose(rows))) {
                        *word = $v(row);
                    }
                }
                words
            }
            #[inline(always)]
            fn store_rows(words: [Self; 8], rows: &mut [[u8; 32]]) {
                assert!(rows.len() >= $count);
                let mut columns = [op!($zero()); $count];
                for (column, word) in columns.iter_mut().zip(&words[..32 / size_of::<$word>()]) {
                    *column = word.0;
                }
                for (row, $row) in rows.iter_mut().zip(op!($transpose(columns))) {
                    op!(_mm256_storeu_si256(row.as_mut_ptr().cast(), $low));
                }
            }
            #[inline(always)]
            fn store(self, words: &mut [$word]) {
                assert!(words.len() >= $count);
                op!($store(words.as_mut_ptr().cast(), self.0));
            }
            #[inline(always)]
            fn add(self, other: Self) -> Self {
                $v(op!($add(self.0, other.0)))
            }
            #[inline(always)]
            fn xor(self, other: Self) -> Self {
                $v(op!($xor(self.0, other.0)))
            }
            #[inline(always)]
            fn and(self, other: Self) -> Self {
                $v(op!($and(self.0, other.0)))
            }
            #[inline(always)]
            fn swap_bytes(self) -> Self {
                let $x = self;
                $swap
            }
            #[inline(always)]
            fn at_most(self, limit: Self) -> u64 {
                let ($y, $limit) = (self.0, limit.0);
                $at_most
            }
        }
        impl Tied for $v {
            #[inline(always)]
            fn tie_pair(a: &mut Self, b: &mut Self) {
                op!(tie(&mut a.0, &mut b.0));
            }
        }
    };
}
pub(crate) use lanes;
