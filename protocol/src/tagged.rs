//! Hashes for one purpose each: BLAKE2s-256 with the purpose in its personalisation field, so that what is hashed for
//! one can never be taken for another.

use gridnet_core::{HashFunction, Hasher};
use zeroize::Zeroizing;

/// A purpose: eight ASCII bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Tag([u8; 8]);

macro_rules! tags {
    ($($(#[doc = $doc:literal])* $name:ident = $text:literal;)*) => {
        impl Tag {
            $($(#[doc = $doc])* pub const $name: Tag = Tag(*$text);)*

            /// Every tag.
            pub const ALL: [Tag; [$($text),*].len()] = [$(Tag::$name),*];
        }
    };
}

tags! {
    /// Ids of objects.
    ID = b"GN-id___";
    /// What is signed.
    SIGN = b"GN-sign_";
    /// Addresses.
    ADDRESS = b"GN-addr_";
    /// Leaves of a pool's banks.
    BANK_LEAF = b"GN-bankl";
    /// Nodes over them.
    BANK_NODE = b"GN-bankn";
    /// Seeds of banks.
    BANK_SEED = b"GN-bank_";
    /// First holders' keys, in their owner's hands.
    FIRST_KEY = b"GN-first";
    /// Files of owners, so that a damaged one is noticed.
    FILE = b"GN-file_";
    /// Contents of a bundle.
    DATA = b"GN-data_";
    /// Contents of a stream.
    STREAM = b"GN-strm_";
    /// Sessions.
    SESSION = b"GN-sess_";
    /// Commitments of hops.
    HOP = b"GN-hop__";
    /// The custody accumulator.
    ACCUMULATOR = b"GN-acc__";
    /// The last hand-over.
    LAST = b"GN-last_";
    /// Commitments to fraud proofs.
    FRAUD = b"GN-fraud";
    /// Shares of a claim that are held.
    HELD = b"GN-held_";
    /// Ids of subventions.
    SUBVENTION = b"GN-subv_";
    /// Places of rows in the tree over the state.
    STATE_KEY = b"GN-stkey";
    /// That tree's leaves, nodes and values.
    STATE = b"GN-state";
}

impl Tag {
    /// The eight bytes.
    pub const fn bytes(self) -> [u8; 8] {
        self.0
    }

    /// The hash of secret parts, of which no copy is left behind.
    pub(crate) fn hash_secret(self, parts: &[&[u8]]) -> [u8; 32] {
        HashFunction::Blake2s { personal: self.0 }.hash(&Zeroizing::new(parts.concat()))
    }

    /// The hash of the parts, one after the other.
    pub fn hash(self, parts: &[&[u8]]) -> [u8; 32] {
        let mut hasher = self.hasher();
        parts.iter().for_each(|part| hasher.update(part));
        hasher.finish()
    }

    /// For parts that come one after the other.
    pub(crate) fn hasher(self) -> Hasher {
        Hasher::new(HashFunction::Blake2s { personal: self.0 })
    }
}

#[cfg(test)]
mod tests {
    use super::Tag;

    #[test]
    fn tags_are_ascii_and_each_is_one() {
        let mut seen = std::collections::BTreeSet::new();
        for tag in Tag::ALL {
            let text = String::from_utf8(tag.bytes().to_vec()).expect("ASCII");
            assert!(text.starts_with("GN-") && text.is_ascii(), "{text}");
            assert!(seen.insert(text));
        }
    }

    #[test]
    fn parts_are_hashed_as_one_and_tags_apart() {
        assert_eq!(Tag::HOP.hash(&[b"ab", b"", b"c"]), Tag::HOP.hash(&[b"abc"]));
        assert_ne!(Tag::HOP.hash(&[b"abc"]), Tag::LAST.hash(&[b"abc"]));
        // hashlib.blake2s(b"abc", person=b"GN-hop__").hexdigest()
        let expected = "63041ae73fe24252b21bcb76940ae68337f08642785f94311d7922f7dd2e620f";
        assert_eq!(hex::encode(Tag::HOP.hash(&[b"abc"])), expected);
    }
}
