//! Whose transaction it is, its place among the account's others, its fee, its signature, and its way to a node.

use std::path::PathBuf;

use gridnet_node::rpc::client::Client;
use gridnet_node::rpc::json;
use gridnet_node::wallet::{Wallet, least_fee_of};
use gridnet_protocol::encoding::encode;
use gridnet_protocol::transaction::{Action, Body, Transaction};
use gridnet_protocol::value::Units;
use gridnet_protocol::{Address, Network, PublicKey, SecretKey};
use serde::Serialize;
use serde_json::json;

use crate::cli::tx::Signing;
use crate::cli::{Home, WalletFile};
use crate::commands::reach;
use crate::commands::wallet::balance::whole;
use crate::files;
use crate::outcome::Failure;
use crate::output::{Answer, Whole};
use crate::passwords::Source;

/// Bytes of a key's file, at most.
const KEY_BYTES_MAX: u64 = 1 << 10;

/// Whoever signs.
pub(super) struct Author {
    pub(super) network: Network,
    key: PublicKey,
    held: Held,
}

/// Where the secret half is.
enum Held {
    /// In a wallet that is still locked.
    Wallet { wallet: Wallet, account: String, password_file: Option<PathBuf> },
    /// In a file of its own.
    File(SecretKey),
}

impl Author {
    /// As the arguments say. No password is asked for yet.
    pub(super) fn of(signing: &Signing, file: &WalletFile, home: &Home) -> Result<Author, Failure> {
        if let Some(path) = &signing.key {
            let bytes = files::read("--key", path, KEY_BYTES_MAX)?;
            let key = SecretKey::from_file(&bytes)
                .map_err(|error| Failure::argument("--key", format!("{path:?}: {error}")))?;
            return Ok(Author { network: reach::network(home)?, key: key.public(), held: Held::File(key) });
        }
        let path = reach::wallet_path(file, home)?;
        let wallet = reach::wallet(&path, home)?;
        let account = match &signing.account {
            Some(name) => wallet.account(name.as_str())?,
            None => wallet.accounts().first().expect("a wallet has an account"),
        };
        let (key, account) = (account.key, account.name.to_string());
        let held =
            Held::Wallet { account, password_file: file.password_file.clone(), wallet: wallet.clone() };
        Ok(Author { network: wallet.network(), key, held })
    }

    /// The account's address.
    pub(super) fn address(&self) -> Address {
        Address::of(&self.key)
    }

    /// The address of an argument's text; without one the account's own.
    pub(super) fn address_or_own(
        &self,
        argument: &'static str,
        text: Option<&str>,
    ) -> Result<Address, Failure> {
        text.map_or_else(|| Ok(self.address()), |text| reach::address(argument, self.network, text))
    }

    /// The sequence of its next transaction, after those that wait.
    pub(super) fn next_sequence(&self, client: &Client) -> Result<u64, Failure> {
        let address = self.address().to_text(self.network);
        whole(&client.call("ledger.account", &json!({ "address": address }))?, "next_sequence")
    }

    /// Signs. Without a fee it pays just what it must.
    pub(super) fn sign(
        &self,
        sequence: u64,
        fee: Option<Units>,
        action: Action,
    ) -> Result<Transaction, Failure> {
        if let Action::RegisterPool { pool } = &action
            && pool.sequence != sequence
        {
            let what = format!(
                "the pool was made for sequence {}, and the transaction's is {sequence}: make a pool with --sequence {sequence}",
                pool.sequence
            );
            return Err(Failure::argument("--pool", what));
        }
        let mut body = Body { sender: self.key, sequence, fee: Units::ZERO, action };
        body.fee = fee.unwrap_or_else(|| least_fee_of(self.network, &body));
        let signed = match &self.held {
            Held::File(key) => body.sign(self.network, key),
            Held::Wallet { wallet, account, password_file } => {
                let password = Source::usual(password_file.as_deref()).password("the wallet's password: ")?;
                body.sign(self.network, &wallet.open(&password)?.key(account)?)
            }
        };
        Ok(signed?)
    }
}

/// What became of a transaction.
#[derive(Serialize)]
pub(super) struct Sent {
    txid: String,
    sent: bool,
    /// Of those that are signed.
    #[serde(skip_serializing_if = "Option::is_none")]
    sequence: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fee: Option<String>,
    weight: u64,
    transaction: String,
    #[serde(skip)]
    paid: Option<Units>,
}

impl Sent {
    /// Sends it, if there is a node to send it to.
    pub(super) fn new(transaction: &Transaction, node: Option<&Client>) -> Result<Sent, Failure> {
        let txid = json::id(&transaction.id());
        let encoded = hex::encode(encode(transaction));
        if let Some(node) = node {
            let said = node.call("sendrawtransaction", &json!([encoded]))?;
            if said.as_str() != Some(&txid) {
                let what = format!("what answers is no node: it says {said} where {txid} was sent");
                return Err(Failure::Internal(what));
            }
        }
        let body = match transaction {
            Transaction::Signed(signed) => Some(&signed.body),
            Transaction::Coinbase(_) | Transaction::Posted(_) => None,
        };
        Ok(Sent {
            txid,
            sent: node.is_some(),
            sequence: body.map(|body| body.sequence.to_string()),
            fee: body.map(|body| body.fee.0.to_string()),
            weight: transaction.weight(),
            transaction: encoded,
            paid: body.map(|body| body.fee),
        })
    }
}

impl Answer for Sent {
    fn plain(&self) -> String {
        if !self.sent {
            return format!("{}\n", self.transaction);
        }
        let weight = Whole::from(self.weight);
        let paid = match (self.paid, &self.sequence) {
            (Some(fee), Some(sequence)) => format!(", sequence {sequence}, fee {fee}"),
            _ => String::new(),
        };
        format!("sent {}\nweight {weight}{paid}\n", self.txid)
    }
}
