//! Addresses: the hash of a public key, written in bech32m with the network's prefix.

use std::fmt;

use bech32::primitives::decode::CheckedHrpstring;
use bech32::{Bech32m, Hrp};
use borsh::{BorshDeserialize, BorshSerialize};

use crate::tagged::Tag;
use crate::{Error, Network, PublicKey};

/// An address.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, BorshSerialize, BorshDeserialize)]
pub struct Address(pub [u8; 32]);

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl Address {
    /// The address of a key.
    pub fn of(key: &PublicKey) -> Address {
        Address(Tag::ADDRESS.hash(&[&key.0]))
    }

    /// Its text on a network: `grid1…`, `tgrid1…`, `rgrid1…`.
    pub fn to_text(&self, network: Network) -> String {
        bech32::encode::<Bech32m>(prefix(network), &self.0).expect("32 bytes are not too long")
    }

    /// The address of a text.
    ///
    /// # Errors
    /// [`Error::Address`], which says what is wrong: another network, a mistyped character, a wrong length.
    pub fn from_text(network: Network, text: &str) -> Result<Address, Error> {
        let wrong = |why: String| Error::Address { network: network.name(), why };
        let checked = CheckedHrpstring::new::<Bech32m>(text).map_err(|error| wrong(error.to_string()))?;
        if checked.hrp() != prefix(network) {
            let (wanted, got) = (prefix(network), checked.hrp());
            return Err(wrong(format!("it begins with {got}1 where {wanted}1 is expected")));
        }
        let bytes: Vec<u8> = checked.byte_iter().collect();
        let length = bytes.len();
        bytes.try_into().map(Address).map_err(|_| wrong(format!("it holds {length} bytes, not 32")))
    }
}

fn prefix(network: Network) -> Hrp {
    Hrp::parse(network.parameters().address_prefix).expect("letters are a prefix")
}

#[cfg(test)]
mod tests {
    use super::Address;
    use crate::{Error, Network, SecretKey};

    #[test]
    fn a_text_is_the_address_of_its_network_only() {
        let address = Address::of(&SecretKey::from_seed([1; 32]).public());
        for network in Network::ALL {
            let text = address.to_text(network);
            assert!(text.starts_with(network.parameters().address_prefix), "{text}");
            assert_eq!(Address::from_text(network, &text), Ok(address));
            assert_eq!(Address::from_text(network, &text.to_uppercase()), Ok(address));
            for other in Network::ALL.into_iter().filter(|&other| other != network) {
                let Err(Error::Address { why, .. }) = Address::from_text(other, &text) else {
                    panic!("{text}")
                };
                assert!(why.contains("is expected"), "{why}");
            }
        }
    }

    #[test]
    fn a_mistake_is_noticed() {
        let text = Address([9; 32]).to_text(Network::Main);
        for place in 0..text.len() {
            let mut wrong = text.clone().into_bytes();
            wrong[place] = if wrong[place] == b'q' { b'p' } else { b'q' };
            let wrong = String::from_utf8(wrong).expect("ASCII");
            assert!(Address::from_text(Network::Main, &wrong).is_err(), "{wrong}");
        }
        for odd in ["", "grid", "grid1", "grid1qqqqqqqq", "ä", &text[..20]] {
            assert!(Address::from_text(Network::Main, odd).is_err(), "{odd}");
        }
    }
}
