//! The keys that a running node holds. Everybody who may control the node can have them sign, within their scopes.

use std::fmt;
use std::sync::{Mutex, PoisonError};

use gridnet_protocol::ledger::least_fee;
use gridnet_protocol::transaction::{Action, Body, Signed, Transaction};
use gridnet_protocol::value::{Time, Units};
use gridnet_protocol::{Network, SecretKey, Signature};

use super::error::WalletError;
use super::file::{Account, Wallet, named};
use super::journal::Journal;
use super::scope::{Scope, Spending};

/// Keys of chosen accounts.
pub struct HotKeys {
    network: Network,
    accounts: Vec<Account>,
    /// Of the accounts, in their order.
    keys: Vec<SecretKey>,
    journal: Mutex<Journal>,
}

impl fmt::Debug for HotKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HotKeys").field("accounts", &self.accounts).finish_non_exhaustive()
    }
}

/// What a key is asked to sign.
#[derive(Clone, Debug)]
pub struct Asked<'a> {
    /// The account's name.
    pub account: &'a str,
    /// How many transactions the account sent before.
    pub sequence: u64,
    /// What is paid for it; `None`: the least.
    pub fee: Option<Units>,
    /// What is done.
    pub action: Action,
    /// The present.
    pub now: Time,
}

impl HotKeys {
    /// The keys of these accounts of a wallet, each of which has a limited scope. Its other keys and its words are forgotten
    /// at once.
    ///
    /// # Errors
    /// [`WalletError::UnknownAccount`], [`WalletError::Unlimited`], [`WalletError::Password`].
    pub fn open<N: AsRef<str>>(
        wallet: &Wallet,
        password: &str,
        names: &[N],
        journal: Journal,
    ) -> Result<HotKeys, WalletError> {
        let mut accounts: Vec<Account> = Vec::with_capacity(names.len());
        for name in names {
            let account = wallet.account(name.as_ref())?;
            if account.scope == Scope::Full {
                return Err(WalletError::Unlimited { account: account.name.to_string() });
            }
            if !accounts.contains(account) {
                accounts.push(account.clone());
            }
        }
        let open = wallet.open(password)?;
        let keys: Result<_, _> = accounts.iter().map(|account| open.key(account.name.as_str())).collect();
        Ok(HotKeys { network: wallet.network(), accounts, keys: keys?, journal: Mutex::new(journal) })
    }

    /// The network whose transactions they sign.
    pub fn network(&self) -> Network {
        self.network
    }

    /// The accounts.
    pub fn accounts(&self) -> &[Account] {
        &self.accounts
    }

    /// What an account spent on the day of a moment, as far as its limits count it.
    ///
    /// # Errors
    /// [`WalletError::UnknownAccount`].
    pub fn spent(&self, account: &str, now: Time) -> Result<Units, WalletError> {
        let key = named(&self.accounts, account)?.key;
        Ok(self.journal.lock().unwrap_or_else(PoisonError::into_inner).spent(&key, now))
    }

    /// Signs, if the account's scope lets it pass. What it takes is written down before it is given out.
    ///
    /// # Errors
    /// [`WalletError::Refused`], which says what limit it would break; [`WalletError::UnknownAccount`],
    /// [`WalletError::Journal`].
    pub fn sign(&self, asked: Asked<'_>) -> Result<Transaction, WalletError> {
        self.sign_if(asked, |_| Ok(()))
    }

    /// The same, if what was signed also passes a test. If it does not, nobody gets it, and nothing is written down.
    ///
    /// # Errors
    /// Those of [`HotKeys::sign`]; what the test says.
    pub fn sign_if<E: From<WalletError>>(
        &self,
        asked: Asked<'_>,
        test: impl FnOnce(&Transaction) -> Result<(), E>,
    ) -> Result<Transaction, E> {
        let Asked { account, sequence, fee, action, now } = asked;
        let account = named(&self.accounts, account)?;
        let place = self.accounts.iter().position(|own| own.key == account.key).expect("it is one of them");
        let mut body = Body { sender: account.key, sequence, fee: Units::ZERO, action };
        body.fee = fee.unwrap_or_else(|| least_fee_of(self.network, &body));
        // Held until it is signed: two at once must not both find room.
        let mut journal = self.journal.lock().unwrap_or_else(PoisonError::into_inner);
        let spending = Spending {
            sender: &account.key,
            action: &body.action,
            fee: body.fee,
            spent: journal.spent(&account.key, now),
        };
        let takes = account
            .scope
            .check(&spending)
            .map_err(|refusal| WalletError::Refused { account: account.name.to_string(), refusal })?;
        let signed = body.sign(self.network, &self.keys[place]);
        let signed = signed.map_err(|error| WalletError::System(error.to_string()))?;
        test(&signed)?;
        journal.add(&account.key, now, takes)?;
        Ok(signed)
    }
}

/// The least that a transaction must pay. A signature weighs the same whatever it is, and so does a fee.
pub fn least_fee_of(network: Network, body: &Body) -> Units {
    let unsigned = Signed { body: body.clone(), signature: Signature([0; 64]) };
    least_fee(network, &Transaction::Signed(unsigned))
}

#[cfg(test)]
mod tests;
