//! What of a template is searched next. A header's nonces are few: when they are used up its version is rolled (BIP 320), then
//! the coinbase's extranonce, then its time, so that a search never ends and never tries anything twice.

use gridnet_core::HashFunction;
use gridnet_core::Target;
use gridnet_core::proof::header::{Header, HeaderSearch};
use gridnet_protocol::block::{Block, merkle};
use gridnet_protocol::transaction::Transaction;

/// Nonces of a header.
const NONCES: u128 = 1 << 32;
/// Rollings of a version.
const ROLLS: u32 = 1 << 16;

/// A template, and how far its search has come.
#[derive(Clone, Debug)]
pub struct Rolling {
    block: Block,
    function: HashFunction,
    target: Target,
    /// What the Merkle root is computed of when the coinbase changes.
    branch: merkle::Branch,
    /// Versions that are tried with each nonce: they share a message schedule where the function has one to share.
    together: u32,
    roll: u32,
    extranonce: u64,
    nonce: u128,
}

impl Rolling {
    /// From a template's first nonce on. `extranonce` sets this miner's searches apart from others' of the same template.
    pub fn new(block: Block, function: HashFunction, target: Target, extranonce: u32) -> Rolling {
        let ids: Vec<_> = block.transactions.iter().map(Transaction::id).collect();
        let branch = merkle::branch(&ids, 0).expect("a template has a coinbase");
        // BLAKE2s has no message schedule: a version more would only cost more registers.
        let together = if function == HashFunction::Sha256d { 4 } else { 1 };
        let mut rolling = Rolling {
            block,
            function,
            target,
            branch,
            together,
            roll: 0,
            extranonce: u64::from(extranonce) << 32,
            nonce: 0,
        };
        rolling.put_extranonce();
        rolling
    }

    /// Later nonces only, for tests of what comes after them.
    #[must_use]
    pub fn from_nonce(mut self, nonce: u32) -> Rolling {
        self.nonce = nonce.into();
        self
    }

    /// The next search. It has all nonces that are left of these versions.
    pub fn search(&self) -> HeaderSearch {
        HeaderSearch {
            function: self.function,
            header: self.header(0).to_bytes(),
            rolled: (1..self.together).map(|version| self.header(version).to_bytes()).collect(),
            range: self.nonce..NONCES,
            target: self.target,
            limit: 1,
        }
    }

    fn header(&self, version: u32) -> Header {
        let roll = u16::try_from(self.roll + version).expect("a multiple of the versions together");
        self.block.header.rolled(roll)
    }

    /// The block of a hit of [`search`](Rolling::search).
    pub fn found(&self, message: u32, nonce: u64) -> Block {
        let mut block = self.block.clone();
        block.header = self.header(message);
        block.header.nonce = u32::try_from(nonce).expect("a header's nonces end at 2^32");
        block
    }

    /// Goes on where a search was cut short, or after it when `resume` is none.
    pub fn advance(&mut self, resume: Option<u128>) {
        match resume {
            Some(nonce) => self.nonce = nonce,
            None => self.next_versions(),
        }
    }

    fn next_versions(&mut self) {
        self.nonce = 0;
        self.roll += self.together;
        if self.roll < ROLLS {
            return;
        }
        self.roll = 0;
        let low = (self.extranonce as u32).wrapping_add(1);
        self.extranonce = self.extranonce & !u64::from(u32::MAX) | u64::from(low);
        if low == 0 {
            // 2^80 hashes later.
            self.block.header.time = self.block.header.time.saturating_add(1);
        }
        self.put_extranonce();
    }

    /// Writes the extranonce into the coinbase's last eight bytes for it, and the root that follows from it.
    fn put_extranonce(&mut self) {
        if let Some(Transaction::Coinbase(coinbase)) = self.block.transactions.first_mut() {
            coinbase.extranonce[4..].copy_from_slice(&self.extranonce.to_be_bytes());
        }
        let id = self.block.transactions[0].id();
        self.block.header.merkle_root =
            merkle::climb(&id, 0, &self.branch).expect("the first leaf's branch leads to the root");
    }

    /// Sets a later time: then everything can be tried again under it.
    pub fn set_time(&mut self, time: u32) {
        if time > self.block.header.time {
            self.block.header.time = time;
            (self.roll, self.nonce) = (0, 0);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use gridnet_core::{HashFunction, Target};
    use gridnet_protocol::Network;
    use gridnet_protocol::ledger::genesis;

    use super::{ROLLS, Rolling};

    fn rolling(function: HashFunction) -> Rolling {
        let target = Target::from_zero_bits(20).expect("few");
        Rolling::new(genesis(Network::Regtest), function, target, 7)
    }

    #[test]
    fn nonces_then_versions_then_extranonces_then_time() {
        let mut rolling = rolling(HashFunction::Sha256d);
        let first = rolling.search();
        assert_eq!((first.rolled.len(), first.range.clone()), (3, 0..1 << 32));
        rolling.advance(Some(77));
        assert_eq!(rolling.search().range, 77..1 << 32);
        let mut headers: HashSet<_> = first.rolled.iter().chain([&first.header]).copied().collect();
        for _ in 1..ROLLS / 4 {
            rolling.advance(None);
            let next = rolling.search();
            assert_eq!(next.range, 0..1 << 32);
            assert_eq!(next.header[36..], first.header[36..], "the root stays");
            headers.extend(next.rolled);
            headers.insert(next.header);
        }
        assert_eq!(headers.len(), ROLLS as usize, "each version once");
        rolling.advance(None);
        let next = rolling.search();
        assert_eq!(next.header[..4], first.header[..4], "versions begin anew");
        assert_ne!(next.header[36..68], first.header[36..68], "under another root");
        assert_eq!(next.header[68..72], first.header[68..72]);
        let block = rolling.found(3, 12);
        assert_eq!(block.merkle_root().expect("a coinbase"), (block.header.merkle_root, false));
        assert_eq!((block.header.nonce, block.header.to_bytes()[..4] == next.rolled[2][..4]), (12, true));
        // At the end of all extranonces the time goes on.
        rolling.extranonce |= u64::from(u32::MAX);
        rolling.roll = ROLLS - 4;
        rolling.advance(None);
        let last = rolling.search();
        let time = |header: [u8; 80]| u32::from_le_bytes(header[68..72].try_into().expect("four"));
        assert_eq!(time(last.header), time(first.header) + 1);
        assert_eq!(rolling.extranonce >> 32, 7, "and it is still this miner's part");
    }

    #[test]
    fn a_later_time_begins_anew_and_an_earlier_one_changes_nothing() {
        let mut rolling = rolling(HashFunction::BLAKE2S);
        assert!(rolling.search().rolled.is_empty());
        rolling.advance(Some(5));
        rolling.set_time(1);
        assert_eq!(rolling.search().range.start, 5);
        rolling.set_time(u32::MAX);
        assert_eq!(rolling.search().range.start, 0);
    }
}
