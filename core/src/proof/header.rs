//! The 80-byte block header (paper VI; Bitcoin's layout): parse, hash, target, and its search.

use std::ops::Range;

use crate::{Endian, Error, HashFunction, NonceField, Order, Search, Target};

/// Bytes of a header.
pub const HEADER_BYTES: usize = 80;
/// The nonce: bytes 76..80.
pub const NONCE: NonceField = NonceField { offset: 76, bytes: 4, endian: Endian::Little };
/// The easiest target of Bitcoin, and of GRIDNET's main and test networks, in compact form.
pub const LIMIT_BITS: u32 = 0x1d00_ffff;
/// Version bits that a miner may roll (BIP 320): 13 to 28.
pub const ROLLING_VERSION_BITS: u32 = 0x1fff_e000;

/// A block header. Integers are little-endian in its bytes; hashes are in the order they were hashed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// Version; any value is allowed.
    pub version: i32,
    /// Id of the block before.
    pub previous: [u8; 32],
    /// Root of the transactions' Merkle tree.
    pub merkle_root: [u8; 32],
    /// Unix seconds.
    pub time: u32,
    /// Target in compact form.
    pub bits: u32,
    /// The nonce that was searched.
    pub nonce: u32,
}

impl Header {
    /// The header of Bitcoin's first block (3 January 2009): a real header with a known nonce, 2083236893.
    pub const GENESIS: Header = Header {
        version: 1,
        previous: [0; 32],
        merkle_root: [
            0x3b, 0xa3, 0xed, 0xfd, 0x7a, 0x7b, 0x12, 0xb2, 0x7a, 0xc7, 0x2c, 0x3e, 0x67, 0x76, 0x8f, 0x61,
            0x7f, 0xc8, 0x1b, 0xc3, 0x88, 0x8a, 0x51, 0x32, 0x3a, 0x9f, 0xb8, 0xaa, 0x4b, 0x1e, 0x5e, 0x4a,
        ],
        time: 1_231_006_505,
        bits: LIMIT_BITS,
        nonce: 2_083_236_893,
    };

    /// Reads a header. Every 80 bytes are one; whether it is valid is another question.
    pub fn from_bytes(bytes: &[u8; HEADER_BYTES]) -> Header {
        let word = |at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().expect("four bytes"));
        let hash = |at: usize| bytes[at..at + 32].try_into().expect("32 bytes");
        Header {
            version: word(0) as i32,
            previous: hash(4),
            merkle_root: hash(36),
            time: word(68),
            bits: word(72),
            nonce: word(76),
        }
    }

    /// Its 80 bytes.
    pub fn to_bytes(&self) -> [u8; HEADER_BYTES] {
        let mut bytes = [0; HEADER_BYTES];
        bytes[..4].copy_from_slice(&self.version.to_le_bytes());
        bytes[4..36].copy_from_slice(&self.previous);
        bytes[36..68].copy_from_slice(&self.merkle_root);
        bytes[68..72].copy_from_slice(&self.time.to_le_bytes());
        bytes[72..76].copy_from_slice(&self.bits.to_le_bytes());
        bytes[76..].copy_from_slice(&self.nonce.to_le_bytes());
        bytes
    }

    /// The block's id: SHA-256d of the header, whatever the network's proof of work is.
    pub fn id(&self) -> [u8; 32] {
        HashFunction::Sha256d.hash(&self.to_bytes())
    }

    /// The target its bits encode.
    ///
    /// # Errors
    /// [`Error::CompactTarget`].
    pub fn target(&self) -> Result<Target, Error> {
        Target::from_compact(self.bits)
    }

    /// A search for its nonce under SHA-256d. See [`HeaderSearch`] for other functions and rolled versions.
    pub fn search(&self, range: Range<u128>, target: Target, limit: usize) -> HeaderSearch {
        HeaderSearch {
            function: HashFunction::Sha256d,
            header: self.to_bytes(),
            rolled: Vec::new(),
            range,
            target,
            limit,
        }
    }

    /// The header under another rolling of its version: bits 13 to 28 of `version` are replaced by `roll`'s low 16.
    #[must_use]
    pub fn rolled(&self, roll: u16) -> Header {
        let kept = self.version as u32 & !ROLLING_VERSION_BITS;
        Header { version: (kept | u32::from(roll) << 13) as i32, ..*self }
    }
}

/// A search for a header's nonce.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeaderSearch {
    /// The network's proof-of-work function.
    pub function: HashFunction,
    /// The header.
    pub header: [u8; HEADER_BYTES],
    /// The same header under other versions, tried with every nonce. They differ in the first block only and so
    /// share the second block's message schedule.
    pub rolled: Vec<[u8; HEADER_BYTES]>,
    /// Nonces, `end` exclusive.
    pub range: Range<u128>,
    /// What the hash, read little-endian, must not exceed.
    pub target: Target,
    /// Return so many hits at most.
    pub limit: usize,
}

impl HeaderSearch {
    /// Calls `f` with the search in the engine's terms.
    pub fn with<T>(&self, f: impl FnOnce(&Search<'_>) -> T) -> T {
        let siblings: Vec<&[u8]> = self.rolled.iter().map(<[u8; HEADER_BYTES]>::as_slice).collect();
        f(&Search { siblings: &siblings, ..self.as_search() })
    }

    /// The search in the engine's terms, rolled versions left out.
    pub fn as_search(&self) -> Search<'_> {
        Search {
            function: self.function,
            message: &self.header,
            siblings: &[],
            nonce: NONCE,
            range: self.range.clone(),
            target: self.target,
            order: Order::Little,
            limit: self.limit,
        }
    }
}

/// A hash as block explorers print it: reversed.
pub fn display_order(hash: &[u8; 32]) -> [u8; 32] {
    let mut reversed = *hash;
    reversed.reverse();
    reversed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn genesis_hashes_to_its_known_id() {
        let id = display_order(&Header::GENESIS.id());
        assert_eq!(id[..8], [0, 0, 0, 0, 0, 0x19, 0xd6, 0x68]);
        assert_eq!(Header::from_bytes(&Header::GENESIS.to_bytes()), Header::GENESIS);
        let target = Header::GENESIS.target().expect("genesis has a valid target");
        assert!(target.is_met_by(&Header::GENESIS.id(), Order::Little));
        let other = Header { nonce: Header::GENESIS.nonce + 1, ..Header::GENESIS };
        assert!(!target.is_met_by(&other.id(), Order::Little));
    }

    #[test]
    fn rolling_touches_only_the_sixteen_free_bits() {
        let header = Header { version: 0x2000_0004, ..Header::GENESIS };
        assert_eq!(header.rolled(0).version, 0x2000_0004);
        assert_eq!(header.rolled(u16::MAX).version, 0x3fff_e004);
        assert_eq!(header.rolled(1).version, 0x2000_2004);
    }
}
