//! The canonical encoding: borsh, strictly. One value has one encoding, and every list a stated maximum that is looked
//! at before any memory is taken for it.

use std::io;

use borsh::{BorshDeserialize, BorshSerialize};

use crate::Error;

/// The most entries of each kind of list.
pub mod limits {
    /// Hops of a transit pool.
    pub const HOPS: u32 = 32;
    /// Parties of a contract.
    pub const PARTIES: u32 = 8;
    /// Certifiers that a subvention names.
    pub const CERTIFIERS: u32 = 16;
    /// Slots of an order.
    pub const ORDER_SLOTS: u32 = 96;
    /// Readings of a batch.
    pub const READINGS: u32 = 1_024;
    /// Transit pools of a claim.
    pub const CLAIM_POOLS: u32 = 256;
    /// Hashes of a bank's branch: of up to 1,024 banks.
    pub const BANK_BRANCH: u32 = 10;
    /// Hashes of a branch of the state.
    pub const STATE_BRANCH: u32 = 256;
    /// Readings of a meter in a close.
    pub const CLOSE_READINGS: u32 = 96;
    /// Bytes of an area's name.
    pub const AREA_BYTES: u32 = 16;
    /// Bytes of a reason.
    pub const REASON_BYTES: u32 = 64;
    /// Bytes of a sealed payload.
    pub const PAYLOAD_BYTES: u32 = 65_535;
}

/// A list of at most `MAX` entries.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct List<T, const MAX: u32>(Vec<T>);

impl<T, const MAX: u32> Default for List<T, MAX> {
    fn default() -> Self {
        List(Vec::new())
    }
}

impl<T, const MAX: u32> List<T, MAX> {
    /// A list of these.
    ///
    /// # Errors
    /// [`Error::TooMany`]; `what` names the list.
    pub fn new(what: &'static str, entries: Vec<T>) -> Result<Self, Error> {
        match u32::try_from(entries.len()) {
            Ok(count) if count <= MAX => Ok(List(entries)),
            _ => Err(Error::TooMany { what, got: entries.len() as u64, max: MAX.into() }),
        }
    }

    /// Its entries.
    pub fn as_slice(&self) -> &[T] {
        &self.0
    }

    /// Its entries, to keep.
    pub fn into_vec(self) -> Vec<T> {
        self.0
    }
}

impl<T: BorshSerialize, const MAX: u32> BorshSerialize for List<T, MAX> {
    fn serialize<W: io::Write>(&self, writer: &mut W) -> io::Result<()> {
        self.0.serialize(writer)
    }
}

impl<T: BorshDeserialize, const MAX: u32> BorshDeserialize for List<T, MAX> {
    fn deserialize_reader<R: io::Read>(reader: &mut R) -> io::Result<Self> {
        let count = u32::deserialize_reader(reader)?;
        if count > MAX {
            let what = format!("a list of {count} entries where {MAX} at most are allowed");
            return Err(io::Error::new(io::ErrorKind::InvalidData, what));
        }
        // Memory grows with what is really there.
        let entries: io::Result<Vec<T>> = (0..count).map(|_| T::deserialize_reader(reader)).collect();
        entries.map(List)
    }
}

/// The encoding of a value.
pub fn encode<T: BorshSerialize>(value: &T) -> Vec<u8> {
    borsh::to_vec(value).expect("memory takes all that is written")
}

/// The value of an encoding, all of whose bytes it must be.
///
/// # Errors
/// [`Error::Encoding`]; `what` names the value.
pub fn decode<T: BorshDeserialize>(what: &'static str, bytes: &[u8]) -> Result<T, Error> {
    T::try_from_slice(bytes).map_err(|error| Error::Encoding { what, why: error.to_string() })
}

#[cfg(test)]
mod tests {
    use super::{List, decode, encode};
    use crate::Error;

    type Three = List<u16, 3>;

    #[test]
    fn a_list_has_no_more_than_its_maximum() {
        let list = Three::new("numbers", vec![1, 2, 3]).expect("three");
        let bytes = encode(&list);
        assert_eq!(bytes, [3, 0, 0, 0, 1, 0, 2, 0, 3, 0]);
        assert_eq!(decode::<Three>("numbers", &bytes), Ok(list));
        assert_eq!(
            Three::new("numbers", vec![0; 4]),
            Err(Error::TooMany { what: "numbers", got: 4, max: 3 })
        );
        // A length that is not true, and one that would take all memory.
        for bytes in [&[4, 0, 0, 0, 1, 0, 2, 0, 3, 0, 4, 0][..], &[0xff; 4], &[3, 0, 0, 0, 1, 0]] {
            assert!(matches!(decode::<Three>("numbers", bytes), Err(Error::Encoding { .. })), "{bytes:?}");
        }
    }

    #[test]
    fn every_byte_belongs_to_the_value() {
        assert!(decode::<u32>("a number", &[1, 0, 0, 0]).is_ok());
        assert!(decode::<u32>("a number", &[1, 0, 0, 0, 0]).is_err());
        assert!(decode::<u32>("a number", &[1, 0, 0]).is_err());
        assert!(decode::<bool>("a yes", &[2]).is_err());
        assert!(decode::<Option<u8>>("a maybe", &[2, 1]).is_err());
    }
}
