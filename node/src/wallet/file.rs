//! A wallet's file. What everybody may read stands in front, what the password opens behind it, and the seal vouches for
//! both: nothing can be changed or swapped without the password. A hash of all bytes ends the file, so that damage is
//! noticed without it, before an address that nobody has the key of is mined to.

use std::fmt;
use std::io;

use borsh::{BorshDeserialize, BorshSerialize};
use gridnet_protocol::encoding::{List, encode};
use gridnet_protocol::tagged::Tag;
use gridnet_protocol::{Address, Network, PublicKey};

use super::error::WalletError;
use super::scope::Scope;
use super::seal::{Hardness, Nonce, Salt};

/// What a file begins with; the last byte is the version.
pub const MAGIC: [u8; 9] = *b"GN-wallt\x01";
/// The longest file: one of as many accounts as may be, with room.
pub const WALLET_BYTES_MAX: u64 = 1 << 20;
/// The highest index of an account.
pub const INDEX_MAX: u32 = (1 << 31) - 1;
/// Accounts of a wallet.
pub(super) const ACCOUNTS_MAX: u32 = 1_000;
/// Bytes of the seal at most: a secret of 32, and what vouches for it.
const SEALED_MAX: u32 = 48;
/// Characters of a name.
const NAME_MAX: u32 = 32;

/// An account's name: 1 to 32 characters of a-z, 0-9, - and _.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, BorshSerialize)]
pub struct Name(String);

impl Name {
    /// The name of an account that was given none.
    pub fn first() -> Name {
        Name("default".to_owned())
    }

    /// The name of a text.
    ///
    /// # Errors
    /// [`WalletError::Name`].
    pub fn new(text: &str) -> Result<Name, WalletError> {
        let is_good = (1..=NAME_MAX as usize).contains(&text.len())
            && text.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_'));
        let shown = || text.chars().take(40).collect();
        if is_good { Ok(Name(text.to_owned())) } else { Err(WalletError::Name(shown())) }
    }

    /// Its text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl BorshDeserialize for Name {
    fn deserialize_reader<R: io::Read>(reader: &mut R) -> io::Result<Name> {
        let bytes = List::<u8, NAME_MAX>::deserialize_reader(reader)?.into_vec();
        let text = String::from_utf8(bytes).map_err(|error| invalid(error.to_string()))?;
        Name::new(&text).map_err(|error| invalid(error.to_string()))
    }
}

fn invalid(why: String) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, why)
}

/// An account of a wallet, as everybody may know it.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Account {
    /// Its name, for its owner.
    pub name: Name,
    /// Its place in the derivation.
    pub index: u32,
    /// Its key.
    pub key: PublicKey,
    /// What a running node may sign for it.
    pub scope: Scope,
}

impl Account {
    /// Its address.
    pub fn address(&self) -> Address {
        Address::of(&self.key)
    }
}

/// What everybody may read of a file.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub(super) struct Head {
    pub(super) network: u32,
    pub(super) salt: Salt,
    pub(super) hardness: Hardness,
    /// Their indices ascend.
    pub(super) accounts: List<Account, ACCOUNTS_MAX>,
}

impl Head {
    /// What the seal vouches for beside its secret: the file up to the nonce.
    pub(super) fn vouched(&self) -> Vec<u8> {
        [&MAGIC[..], &encode(self)].concat()
    }

    fn check(&self) -> Result<Network, WalletError> {
        let damaged = |what: &str| Err(WalletError::Damaged(what.to_owned()));
        let Some(network) = Network::from_id(self.network) else { return damaged("its network is none") };
        self.hardness.check()?;
        let accounts = self.accounts.as_slice();
        let mut names: Vec<&Name> = accounts.iter().map(|account| &account.name).collect();
        names.sort_unstable();
        if !accounts.is_sorted_by(|one, next| one.index < next.index)
            || accounts.last().is_none_or(|last| last.index > INDEX_MAX)
        {
            return damaged("its accounts are not in their order");
        }
        if names.windows(2).any(|pair| pair[0] == pair[1]) {
            return damaged("two accounts have one name");
        }
        if accounts.iter().any(|account| account.key.admit().is_err()) {
            return damaged("a key is none");
        }
        Ok(network)
    }
}

/// A wallet whose keys are locked: its addresses can be read, its secret cannot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wallet {
    pub(super) head: Head,
    pub(super) nonce: Nonce,
    pub(super) sealed: List<u8, SEALED_MAX>,
    network: Network,
}

impl Wallet {
    /// A wallet of these parts, which fit each other.
    pub(super) fn of_parts(head: Head, nonce: Nonce, sealed: Vec<u8>) -> Result<Wallet, WalletError> {
        let network = head.check()?;
        let sealed = List::new("the seal", sealed).expect("a secret is short");
        Ok(Wallet { head, nonce, sealed, network })
    }

    /// Its file.
    pub fn to_file(&self) -> Vec<u8> {
        let mut file = self.head.vouched();
        file.extend(self.nonce);
        file.extend(encode(&self.sealed));
        let hash = Tag::FILE.hash(&[&file]);
        file.extend(hash);
        file
    }

    /// The wallet of a file. No password is needed, and nothing is said of whether one would open it.
    ///
    /// # Errors
    /// [`WalletError::NotAWallet`], [`WalletError::Newer`], [`WalletError::Damaged`], [`WalletError::Hardness`].
    pub fn from_file(file: &[u8]) -> Result<Wallet, WalletError> {
        let (magic, _) = file.split_first_chunk::<9>().ok_or(WalletError::NotAWallet)?;
        match magic {
            magic if *magic == MAGIC => {}
            [name @ .., version] if name[..] == MAGIC[..8] => return Err(WalletError::Newer(*version)),
            _ => return Err(WalletError::NotAWallet),
        }
        let damaged = |why: String| WalletError::Damaged(why);
        let whole = file.split_last_chunk::<32>().filter(|(bytes, hash)| Tag::FILE.hash(&[bytes]) == **hash);
        let (bytes, _) = whole.ok_or_else(|| damaged("bytes are missing or changed".to_owned()))?;
        let encoded = bytes.get(MAGIC.len()..).unwrap_or_default();
        let parts = <(Head, Nonce, List<u8, SEALED_MAX>)>::try_from_slice(encoded);
        let (head, nonce, sealed) = parts.map_err(|error| damaged(error.to_string()))?;
        Wallet::of_parts(head, nonce, sealed.into_vec())
    }

    /// Its network.
    pub fn network(&self) -> Network {
        self.network
    }

    /// Its accounts, by their indices.
    pub fn accounts(&self) -> &[Account] {
        self.head.accounts.as_slice()
    }

    /// The account of a name.
    ///
    /// # Errors
    /// [`WalletError::UnknownAccount`].
    pub fn account(&self, name: &str) -> Result<&Account, WalletError> {
        named(self.accounts(), name)
    }
}

/// The account of a name.
pub(super) fn named<'a>(accounts: &'a [Account], name: &str) -> Result<&'a Account, WalletError> {
    accounts.iter().find(|account| account.name.as_str() == name).ok_or_else(|| {
        let there = accounts.iter().map(|account| account.name.to_string()).collect();
        WalletError::UnknownAccount { name: name.to_owned(), there }
    })
}

#[cfg(test)]
pub(in crate::wallet) mod tests;
