//! Inputs that nobody chose: the generator splitmix64.

/// A stream of numbers that follows from its seed.
#[derive(Clone, Debug)]
pub struct Numbers(u64);

impl Numbers {
    /// The stream of a seed.
    pub fn new(seed: u64) -> Numbers {
        Numbers(seed)
    }

    /// The next number.
    pub fn next_u64(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// So many bytes.
    pub fn bytes(&mut self, count: usize) -> Vec<u8> {
        (0..count.div_ceil(8)).flat_map(|_| self.next_u64().to_le_bytes()).take(count).collect()
    }

    /// So many 32-byte values.
    pub fn values(&mut self, count: usize) -> Vec<[u8; 32]> {
        self.bytes(32 * count).as_chunks().0.to_vec()
    }
}

#[cfg(test)]
mod tests {
    use super::Numbers;

    #[test]
    fn seeds_decide_and_lengths_are_exact() {
        assert_eq!(Numbers::new(7).bytes(13), Numbers::new(7).bytes(13));
        assert_ne!(Numbers::new(7).bytes(13), Numbers::new(8).bytes(13));
        assert_eq!(Numbers::new(7).bytes(13).len(), 13);
        assert_eq!(Numbers::new(7).values(3).len(), 3);
    }
}
