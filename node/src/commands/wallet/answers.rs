//! What the commands about wallets print.

use std::fmt::Write as _;
use std::path::Path;

use gridnet_node::wallet::{Account, Limits, Scope, path};
use gridnet_protocol::Network;
use gridnet_protocol::value::Units;
use serde::Serialize;

use crate::output::{Answer, Hex};

/// What everybody may know of a wallet.
#[derive(Serialize)]
pub(super) struct Described {
    wallet: String,
    network: &'static str,
    accounts: Vec<DescribedAccount>,
}

/// What everybody may know of an account. Limits are units.
#[derive(Serialize)]
struct DescribedAccount {
    name: String,
    address: String,
    key: Hex,
    path: String,
    scope: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_fee: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_day: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_deposit: Option<String>,
    #[serde(skip)]
    says: String,
}

impl Described {
    pub(super) fn new(file: &Path, network: Network, accounts: &[Account]) -> Described {
        Described {
            wallet: file.display().to_string(),
            network: network.name(),
            accounts: accounts.iter().map(|account| DescribedAccount::new(network, account)).collect(),
        }
    }
}

impl DescribedAccount {
    fn new(network: Network, account: &Account) -> DescribedAccount {
        let (limits, deposit) = match account.scope {
            Scope::Full => (None, None),
            Scope::Claim { limits } => (Some(limits), None),
            Scope::Trade { limits, deposit } => (Some(limits), Some(deposit)),
        };
        let says = limits.map(|Limits { fee, day }| format!(": fees to {fee}, {day} a day"));
        let says = says.unwrap_or_default()
            + &deposit.map_or(String::new(), |most| format!(", contracts to {most}"));
        let units = |amount: Units| amount.0.to_string();
        DescribedAccount {
            name: account.name.to_string(),
            address: account.address().to_text(network),
            key: Hex(account.key.0),
            path: path(network, account.index),
            scope: account.scope.name(),
            max_fee: limits.map(|limits| units(limits.fee)),
            max_day: limits.map(|limits| units(limits.day)),
            max_deposit: deposit.map(units),
            says,
        }
    }
}

impl Answer for Described {
    fn plain(&self) -> String {
        let mut text = format!("{} on the {} network\n", self.wallet, self.network);
        let widest = self.accounts.iter().map(|account| account.name.len()).max().unwrap_or(0);
        for DescribedAccount { name, address, scope, says, .. } in &self.accounts {
            let _ = writeln!(text, "{name:widest$}  {address}  {scope}{says}");
        }
        text
    }
}

/// The answer of `backup`.
#[derive(Serialize)]
pub(super) struct Kept {
    pub(super) backup: String,
}

impl Answer for Kept {
    fn plain(&self) -> String {
        format!("{} is a copy, under the same password\n", self.backup)
    }
}

/// The answer of `words`.
#[derive(Serialize)]
pub(super) struct Spelled<'a> {
    pub(super) words: &'a str,
    pub(super) count: usize,
}

impl Answer for Spelled<'_> {
    fn plain(&self) -> String {
        format!("{}\n", self.words)
    }
}
