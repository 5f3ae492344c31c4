//! Accounts that the node may sign for, within what their owner allowed. No key ever comes by here.

use std::sync::PoisonError;

use gridnet_protocol::Address;
use gridnet_protocol::encoding::decode;
use gridnet_protocol::transaction::{Action, Transaction};
use gridnet_protocol::value::Units;
use serde_json::json;

use super::Context;
use crate::rpc::failure::{Code, Failure};
use crate::rpc::json;
use crate::rpc::method::{Answer, Arguments, Method, needs, takes};

/// Accounts that the node may sign for. Whoever starts the server lends them.
pub trait Accounts: Send + Sync {
    /// Which there are.
    fn accounts(&self) -> Vec<WalletAccount>;

    /// Signs an action of an account, if its scope allows. Without a fee it pays just what it must. What does not pass the test
    /// is not given out, and takes nothing of the account's limits.
    ///
    /// # Errors
    /// [`Code::Refused`]: which limit is in the way; what the test says.
    fn sign(
        &self,
        account: &str,
        sequence: u64,
        fee: Option<Units>,
        action: Action,
        test: Test<'_>,
    ) -> Result<Transaction, Failure>;
}

/// Looks at what was signed before anybody gets it.
pub type Test<'a> = &'a dyn Fn(&Transaction) -> Result<(), Failure>;

/// An account that the node may sign for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WalletAccount {
    /// What its owner calls it.
    pub name: String,
    /// Its address.
    pub address: Address,
    /// What it is allowed, in a word.
    pub scope: String,
}

pub(super) const METHODS: &[Method<Context>] = &[
    Method::controls("wallet.accounts", &[], "The accounts that the node may sign for", accounts),
    Method::controls(
        "wallet.send",
        &[needs("account"), needs("action"), takes("fee")],
        "Signs an action of an account, as far as it may, and sends it",
        send,
    ),
];

fn wallet(context: &Context) -> Result<&dyn Accounts, Failure> {
    let none = || Failure::new(Code::NoWallet, "this node signs for nobody: start it with a wallet");
    context.parts.wallet.as_deref().ok_or_else(none)
}

fn accounts(context: &Context, _: &Arguments) -> Answer {
    let shown = wallet(context)?.accounts().into_iter().map(|account| {
        let WalletAccount { name, address, scope } = account;
        json!({ "name": name, "address": address.to_text(context.network()), "scope": scope })
    });
    Ok(shown.collect())
}

fn send(context: &Context, arguments: &Arguments) -> Answer {
    let wallet = wallet(context)?;
    let name: String = arguments.must("account")?;
    let action: Action = decode("an action", &arguments.hex("action")?)
        .map_err(|error| Failure::new(Code::Decoding, error.to_string()))?;
    let fee = arguments.may::<String>("fee")?.map(|text| units("fee", &text)).transpose()?;
    let found = wallet.accounts().into_iter().find(|account| account.name == name);
    let unknown = || Failure::new(Code::NotFound, format!("there is no account {name:?}"));
    let account = found.ok_or_else(unknown)?;
    // Two at once must not both be the next one of an account.
    let _turn = context.sending.lock().unwrap_or_else(PoisonError::into_inner);
    let sequence = context.node.next_sequence(account.address)?;
    let test = |signed: &Transaction| Ok(context.node.test_transaction(signed.clone()).map(drop)?);
    let transaction = wallet.sign(&name, sequence, fee, action, &test)?;
    let id = context.node.submit_transaction(transaction)?;
    Ok(json!({ "txid": json::id(&id), "sequence": sequence.to_string() }))
}

/// An amount of money.
fn units(name: &str, text: &str) -> Result<Units, Failure> {
    // A sign in front would be taken by the parser.
    let digits = text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten();
    digits
        .map(Units)
        .ok_or_else(|| Failure::new(Code::Value, format!("{name} is a number of units, as a string")))
}
