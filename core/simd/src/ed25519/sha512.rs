//! SHA-512 (FIPS 180-4), a message in each lane.

use super::lanes::{LANES_MAX, Wide};

/// Bytes of a block.
pub(crate) const BLOCK: usize = 128;
/// Bytes of what follows a message: a one, and its length.
const END: usize = 17;

const IV: [u64; 8] = [
    0x6a09e667f3bcc908,
    0xbb67ae8584caa73b,
    0x3c6ef372fe94f82b,
    0xa54ff53a5f1d36f1,
    0x510e527fade682d1,
    0x9b05688c2b3e6c1f,
    0x1f83d9abfb41bd6b,
    0x5be0cd19137e2179,
];

/// Bytes of a message of so many with its padding.
pub(crate) const fn padded(length: usize) -> usize {
    (length + END).next_multiple_of(BLOCK)
}

/// Writes the padding behind a message's `length` bytes at the beginning of a row.
pub(crate) fn pad(row: &mut [u8], length: usize) {
    let bits = 8 * length as u128;
    let zeros = row.len() - length - 16;
    let (zeros, end) = row[length..].split_at_mut(zeros);
    zeros.fill(0);
    zeros[0] = 0x80;
    end.copy_from_slice(&bits.to_be_bytes());
}

/// The digests of padded messages of `row` bytes each, one after the other.
///
/// # Panics
/// When they do not fill whole groups of lanes, or are not as many as the digests.
#[inline(always)]
pub(crate) fn digest<V: Wide>(rows: &[u8], row: usize, digests: &mut [[u8; 64]]) {
    assert!(digests.len().is_multiple_of(V::COUNT) && rows.len() == row * digests.len());
    for (rows, digests) in rows.chunks_exact(row * V::COUNT).zip(digests.chunks_exact_mut(V::COUNT)) {
        let mut state = [V::splat(0); 8];
        let mut i = 0;
        while i < 8 {
            state[i] = V::splat(IV[i]);
            i += 1;
        }
        for block in 0..row / BLOCK {
            let bytes = &rows[block * BLOCK..row * (V::COUNT - 1) + (block + 1) * BLOCK];
            state = compress(state, V::load_blocks(bytes, row));
        }
        let mut words = [[0; LANES_MAX]; 8];
        let mut i = 0;
        while i < 8 {
            state[i].swap_bytes().store(&mut words[i]);
            i += 1;
        }
        for (lane, digest) in digests.iter_mut().enumerate() {
            for (words, bytes) in words.iter().zip(digest.as_chunks_mut().0) {
                *bytes = words[lane].to_le_bytes();
            }
        }
    }
}

#[inline(always)]
fn compress<V: Wide>(state: [V; 8], mut words: [V; 16]) -> [V; 8] {
    let mut i = 0;
    while i < 16 {
        words[i] = words[i].swap_bytes();
        i += 1;
    }
    let mut s = state;
    for rounds in &K {
        let mut i = 0;
        while i < 16 {
            s = round(s, words[i].add(V::splat(rounds[i])));
            // The word sixteen rounds on; the last sixteen are not needed, which is cheaper than to ask.
            let w1 = words[(i + 1) % 16];
            let w14 = words[(i + 14) % 16];
            let small_0 = w1.rotr::<1>().xor3(w1.rotr::<8>(), w1.shr::<7>());
            let small_1 = w14.rotr::<19>().xor3(w14.rotr::<61>(), w14.shr::<6>());
            words[i] = words[i].add(small_0).add(words[(i + 9) % 16]).add(small_1);
            i += 1;
        }
    }
    let mut i = 0;
    while i < 8 {
        s[i] = s[i].add(state[i]);
        i += 1;
    }
    s
}

#[inline(always)]
fn round<V: Wide>([a, b, c, d, e, f, g, h]: [V; 8], kw: V) -> [V; 8] {
    let big_1 = e.rotr::<14>().xor3(e.rotr::<18>(), e.rotr::<41>());
    let t1 = h.add(kw).add(V::choose(e, f, g)).add(big_1);
    let big_0 = a.rotr::<28>().xor3(a.rotr::<34>(), a.rotr::<39>());
    let t2 = big_0.add(V::majority(a, b, c));
    [t1.add(t2), a, b, c, d.add(t1), e, f, g]
}

/// The rounds' constants.
const K: [[u64; 16]; 5] = [
    [
        0x428a2f98d728ae22,
        0x7137449123ef65cd,
        0xb5c0fbcfec4d3b2f,
        0xe9b5dba58189dbbc,
        0x3956c25bf348b538,
        0x59f111f1b605d019,
        0x923f82a4af194f9b,
        0xab1c5ed5da6d8118,
        0xd807aa98a3030242,
        0x12835b0145706fbe,
        0x243185be4ee4b28c,
        0x550c7dc3d5ffb4e2,
        0x72be5d74f27b896f,
        0x80deb1fe3b1696b1,
        0x9bdc06a725c71235,
        0xc19bf174cf692694,
    ],
    [
        0xe49b69c19ef14ad2,
        0xefbe4786384f25e3,
        0x0fc19dc68b8cd5b5,
        0x240ca1cc77ac9c65,
        0x2de92c6f592b0275,
        0x4a7484aa6ea6e483,
        0x5cb0a9dcbd41fbd4,
        0x76f988da831153b5,
        0x983e5152ee66dfab,
        0xa831c66d2db43210,
        0xb00327c898fb213f,
        0xbf597fc7beef0ee4,
        0xc6e00bf33da88fc2,
        0xd5a79147930aa725,
        0x06ca6351e003826f,
        0x142929670a0e6e70,
    ],
    [
        0x27b70a8546d22ffc,
        0x2e1b21385c26c926,
        0x4d2c6dfc5ac42aed,
        0x53380d139d95b3df,
        0x650a73548baf63de,
        0x766a0abb3c77b2a8,
        0x81c2c92e47edaee6,
        0x92722c851482353b,
        0xa2bfe8a14cf10364,
        0xa81a664bbc423001,
        0xc24b8b70d0f89791,
        0xc76c51a30654be30,
        0xd192e819d6ef5218,
        0xd69906245565a910,
        0xf40e35855771202a,
        0x106aa07032bbd1b8,
    ],
    [
        0x19a4c116b8d2d0c8,
        0x1e376c085141ab53,
        0x2748774cdf8eeb99,
        0x34b0bcb5e19b48a8,
        0x391c0cb3c5c95a63,
        0x4ed8aa4ae3418acb,
        0x5b9cca4f7763e373,
        0x682e6ff3d6b2b8a3,
        0x748f82ee5defb2fc,
        0x78a5636f43172f60,
        0x84c87814a1f0ab72,
        0x8cc702081a6439ec,
        0x90befffa23631e28,
        0xa4506cebde82bde9,
        0xbef9a3f7b2c67915,
        0xc67178f2e372532b,
    ],
    [
        0xca273eceea26619c,
        0xd186b8c721c0c207,
        0xeada7dd6cde0eb1e,
        0xf57d4f7fee6ed178,
        0x06f067aa72176fba,
        0x0a637dc5a2c898a6,
        0x113f9804bef90dae,
        0x1b710b35131c471b,
        0x28db77f523047d84,
        0x32caab7b40c72493,
        0x3c9ebe0a15c9bebc,
        0x431d67c49c100d4c,
        0x4cc5d4becb3e42b6,
        0x597f299cfc657e2a,
        0x5fcb6fab3ad6faec,
        0x6c44198c4a475817,
    ],
];
