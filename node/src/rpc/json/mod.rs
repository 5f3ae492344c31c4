//! Blocks and transactions as JSON. Money, energy and other numbers of 64 bits are strings of decimal digits, because many
//! readers of JSON would round them; ids of blocks and transactions are hex from their last byte to their first, as miners
//! and explorers have them; all other bytes are hex as they are.

mod action;
mod posted;
#[cfg(test)]
mod tests;

use gridnet_core::proof::header::{Header, display_order};
use gridnet_protocol::block::{Block, Coinbase};
use gridnet_protocol::encoding::encode;
use gridnet_protocol::transaction::Transaction;
use gridnet_protocol::value::{Time, Units, WattHours};
use gridnet_protocol::{Address, Network};
use serde_json::{Value, json};

pub use self::action::action;
pub use self::posted::posted;

/// Whole numbers that every reader of JSON has exactly.
const EXACT_MAX: u64 = 1 << 53;

/// An id of a block or a transaction.
pub fn id(id: &[u8; 32]) -> String {
    hex::encode(display_order(id))
}

/// Money.
pub fn units(amount: Units) -> String {
    amount.0.to_string()
}

/// Energy.
pub fn energy(amount: WattHours) -> String {
    amount.0.to_string()
}

/// A time, or a slot: a number, unless somebody wrote one that is none.
pub fn time(time: u64) -> Value {
    if time <= EXACT_MAX { json!(time) } else { json!(time.to_string()) }
}

/// A moment.
pub(super) fn moment(moment: Time) -> Value {
    time(moment.0)
}

/// Bytes.
pub(super) fn bytes(bytes: impl AsRef<[u8]>) -> String {
    hex::encode(bytes)
}

/// A header's own fields, in Bitcoin's names.
pub fn header(header: &Header) -> Value {
    json!({
        "hash": id(&header.id()),
        "version": header.version,
        "versionHex": format!("{:08x}", header.version),
        "merkleroot": id(&header.merkle_root),
        "time": header.time,
        "nonce": header.nonce,
        "bits": format!("{:08x}", header.bits),
        "previousblockhash": id(&header.previous),
    })
}

/// A transaction.
pub fn transaction(network: Network, transaction: &Transaction) -> Value {
    let size = encode(transaction).len();
    let mut value = match transaction {
        Transaction::Coinbase(paid) => json!({ "type": "coinbase", "coinbase": coinbase(network, paid) }),
        Transaction::Signed(signed) => {
            let body = &signed.body;
            json!({
                "type": "signed",
                "account": body.account().to_text(network),
                "key": bytes(body.sender.0),
                "sequence": body.sequence.to_string(),
                "fee": units(body.fee),
                "signature": bytes(signed.signature.0),
                "action": action(network, &body.action),
            })
        }
        Transaction::Posted(what) => json!({ "type": "posted", "posted": posted(network, what) }),
    };
    value["txid"] = json!(id(&transaction.id()));
    value["size"] = json!(size);
    value["weight"] = json!(transaction.cost().weight(size));
    value
}

fn coinbase(network: Network, coinbase: &Coinbase) -> Value {
    let Coinbase { height, extranonce, payout, amount, state } = coinbase;
    json!({
        "height": height.0,
        "extranonce": bytes(extranonce),
        "payout": payout.to_text(network),
        "amount": units(*amount),
        "state": bytes(state),
    })
}

/// The ids of a block's transactions.
pub fn ids(block: &Block) -> Vec<String> {
    block.transactions.iter().map(|transaction| id(&transaction.id())).collect()
}

/// The address of a text.
pub(super) fn address(network: Network, address: &Address) -> String {
    address.to_text(network)
}
