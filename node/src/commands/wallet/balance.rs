//! `gridnet wallet balance`: what a node says the accounts have.

use std::fmt::Write as _;

use gridnet_node::rpc::client::Client;
use gridnet_node::wallet::Account;
use gridnet_protocol::Network;
use gridnet_protocol::value::Units;
use serde::Serialize;
use serde_json::{Value, json};

use super::reach;
use crate::cli::wallet::Balance;
use crate::outcome::Failure;
use crate::output::{self, Answer};

pub(super) fn run(args: &Balance) -> Result<(), Failure> {
    let path = reach::wallet_path(&args.which.file, &args.which.home)?;
    let wallet = reach::wallet(&path, &args.which.home)?;
    let chosen = match &args.account {
        Some(name) => std::slice::from_ref(wallet.account(name.as_str())?),
        None => wallet.accounts(),
    };
    let client = reach::client(&args.asking, &args.which.home, wallet.network())?;
    let had: Result<Vec<Had>, Failure> =
        chosen.iter().map(|account| Had::ask(&client, wallet.network(), account)).collect();
    let accounts = had?;
    let total = accounts.iter().try_fold(Units::ZERO, |sum, had| sum.plus(had.units))?;
    output::answer(args.which.json, &Balances { accounts, total: total.0.to_string(), sum: total })
}

/// What an account has.
#[derive(Serialize)]
struct Had {
    name: String,
    address: String,
    balance: String,
    sequence: String,
    #[serde(skip)]
    units: Units,
}

impl Had {
    fn ask(client: &Client, network: Network, account: &Account) -> Result<Had, Failure> {
        let address = account.address().to_text(network);
        let said = client.call("ledger.account", &json!({ "address": address }))?;
        let units = whole(&said, "balance")?;
        let sequence = whole(&said, "sequence")?.to_string();
        let (name, balance) = (account.name.to_string(), units.to_string());
        Ok(Had { name, address, balance, sequence, units: Units(units) })
    }
}

/// A number of 64 bits that a node said, as a string of digits.
pub(crate) fn whole(said: &Value, key: &'static str) -> Result<u64, Failure> {
    let number = said[key].as_str().and_then(|text| text.parse().ok());
    number.ok_or_else(|| Failure::Internal(format!("what answers is no node: it says no {key}")))
}

/// The answer.
#[derive(Serialize)]
struct Balances {
    accounts: Vec<Had>,
    total: String,
    #[serde(skip)]
    sum: Units,
}

impl Answer for Balances {
    fn plain(&self) -> String {
        let mut text = String::new();
        let widest = self.accounts.iter().map(|had| had.name.len()).max().unwrap_or(0);
        for Had { name, address, units, .. } in &self.accounts {
            let _ = writeln!(text, "{name:widest$}  {address}  {units}");
        }
        if self.accounts.len() > 1 {
            let _ = writeln!(text, "together {}", self.sum);
        }
        text
    }
}
