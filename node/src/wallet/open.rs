//! A wallet that its password opened.

use std::fmt;

use gridnet_protocol::encoding::List;
use gridnet_protocol::{Network, SecretKey};
use zeroize::Zeroizing;

use super::derive;
use super::error::WalletError;
use super::file::{ACCOUNTS_MAX, Account, Head, INDEX_MAX, Name, Wallet, named};
use super::scope::Scope;
use super::seal::{Hardness, SealKey, check_new, random};
use super::words::Words;

/// A wallet that its password opened. What is secret of it is wiped from memory when it is dropped.
pub struct OpenWallet {
    network: Network,
    head: Head,
    seal: SealKey,
    words: Words,
    seed: Zeroizing<[u8; 64]>,
}

impl fmt::Debug for OpenWallet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OpenWallet").field("accounts", &self.accounts()).finish_non_exhaustive()
    }
}

impl Wallet {
    /// Opens it.
    ///
    /// # Errors
    /// [`WalletError::Password`]; [`WalletError::Damaged`] when its keys are not those of its secret.
    pub fn open(&self, password: &str) -> Result<OpenWallet, WalletError> {
        let seal = SealKey::of(password, &self.head.salt, self.head.hardness)?;
        let secret = seal.open(&self.nonce, self.sealed.as_slice(), &self.head.vouched())?;
        let words = Words::of(&secret)?;
        let seed = words.seed();
        let open = OpenWallet { network: self.network(), head: self.head.clone(), seal, words, seed };
        let is_own = |account: &Account| open.key_at(account.index).public() == account.key;
        if open.accounts().iter().all(is_own) {
            Ok(open)
        } else {
            Err(WalletError::Damaged("a key is not the one that its words give".to_owned()))
        }
    }
}

impl OpenWallet {
    /// The wallet of words with a first account, under a new password.
    ///
    /// # Errors
    /// [`WalletError::ShortPassword`], and what random bytes and memory fail with.
    pub fn new(
        network: Network,
        words: Words,
        first: Name,
        password: &str,
    ) -> Result<OpenWallet, WalletError> {
        OpenWallet::of_hardness(network, words, first, password, Hardness::USUAL)
    }

    /// The same, where passwords are tried this hard.
    ///
    /// # Errors
    /// The same, and [`WalletError::Hardness`].
    pub fn of_hardness(
        network: Network,
        words: Words,
        first: Name,
        password: &str,
        hardness: Hardness,
    ) -> Result<OpenWallet, WalletError> {
        check_new(password)?;
        let salt = random()?;
        let seal = SealKey::of(password, &salt, hardness)?;
        let seed = words.seed();
        let head = Head { network: network.id(), salt, hardness, accounts: List::default() };
        let mut open = OpenWallet { network, head, seal, words, seed };
        open.add_account(first, Scope::Full)?;
        Ok(open)
    }

    /// Its network.
    pub fn network(&self) -> Network {
        self.network
    }

    /// Its accounts, by their indices.
    pub fn accounts(&self) -> &[Account] {
        self.head.accounts.as_slice()
    }

    /// The words that give all its keys. Secret.
    pub fn words(&self) -> &Words {
        &self.words
    }

    /// An account's key.
    ///
    /// # Errors
    /// [`WalletError::UnknownAccount`].
    pub fn key(&self, name: &str) -> Result<SecretKey, WalletError> {
        Ok(self.key_at(named(self.accounts(), name)?.index))
    }

    fn key_at(&self, index: u32) -> SecretKey {
        derive::key(&*self.seed, self.network, index)
    }

    /// One more account: the next of the derivation.
    ///
    /// # Errors
    /// [`WalletError::NameTaken`], [`WalletError::TooManyAccounts`].
    pub fn add_account(&mut self, name: Name, scope: Scope) -> Result<&Account, WalletError> {
        let index = self.accounts().last().map_or(0, |last| last.index + 1);
        if self.accounts().len() >= ACCOUNTS_MAX as usize || index > INDEX_MAX {
            return Err(WalletError::TooManyAccounts(ACCOUNTS_MAX));
        }
        if self.accounts().iter().any(|account| account.name == name) {
            return Err(WalletError::NameTaken(name.to_string()));
        }
        let key = self.key_at(index).public();
        self.change(|accounts| accounts.push(Account { name, index, key, scope }));
        Ok(self.accounts().last().expect("it was added"))
    }

    /// Sets what a running node may sign for an account.
    ///
    /// # Errors
    /// [`WalletError::UnknownAccount`].
    pub fn set_scope(&mut self, name: &str, scope: Scope) -> Result<(), WalletError> {
        let index = named(self.accounts(), name)?.index;
        self.change(|accounts| {
            accounts.iter_mut().filter(|account| account.index == index).for_each(|own| own.scope = scope);
        });
        Ok(())
    }

    fn change(&mut self, change: impl FnOnce(&mut Vec<Account>)) {
        let mut accounts = std::mem::take(&mut self.head.accounts).into_vec();
        change(&mut accounts);
        self.head.accounts = List::new("accounts", accounts).expect("no more than there may be");
    }

    /// The password is another one from now on, and tried as hard as a new wallet's.
    ///
    /// # Errors
    /// As [`new`](OpenWallet::new).
    pub fn set_password(&mut self, password: &str) -> Result<(), WalletError> {
        check_new(password)?;
        let (salt, hardness) = (random()?, Hardness::USUAL);
        self.seal = SealKey::of(password, &salt, hardness)?;
        (self.head.salt, self.head.hardness) = (salt, hardness);
        Ok(())
    }

    /// Locks it, to be written to its file.
    ///
    /// # Errors
    /// When there is no randomness.
    pub fn lock(&self) -> Result<Wallet, WalletError> {
        let nonce = random()?;
        let sealed = self.seal.seal(&nonce, &self.words.secret(), &self.head.vouched());
        Wallet::of_parts(self.head.clone(), nonce, sealed)
    }
}
