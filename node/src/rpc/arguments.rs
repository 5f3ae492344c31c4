//! What parameters of methods are made of: ids, keys, addresses, encodings.

use gridnet_core::proof::header::display_order;
use gridnet_protocol::encoding::decode;
use gridnet_protocol::state::Table;
use gridnet_protocol::transaction::Transaction;
use gridnet_protocol::{Address, Network};
use serde_json::Value;

use super::failure::{Code, Failure};
use super::method::Arguments;

/// Bytes of a row's key that is asked for, at most: the nodes of the state's tree have the longest.
const KEY_BYTES_MAX: usize = 128;

impl Arguments {
    /// Bytes in hex.
    pub(super) fn hex(&self, name: &'static str) -> Result<Vec<u8>, Failure> {
        bytes(name, &self.must::<String>(name)?)
    }

    /// 32 bytes in hex, as they are.
    pub(super) fn hash(&self, name: &'static str) -> Result<[u8; 32], Failure> {
        let text: String = self.must(name)?;
        let wrong = || {
            Failure::new(
                Code::Value,
                format!("{name} has 64 hex digits, not {} characters", text.chars().count()),
            )
        };
        let bytes = hex::decode(&text).map_err(|_| wrong())?;
        bytes.try_into().map_err(|_| wrong())
    }

    /// The id of a block or a transaction: its last byte comes first.
    pub(super) fn id(&self, name: &'static str) -> Result<[u8; 32], Failure> {
        self.hash(name).map(|hash| display_order(&hash))
    }

    /// An address.
    pub(super) fn address(&self, name: &'static str, network: Network) -> Result<Address, Failure> {
        let text: String = self.must(name)?;
        let address = Address::from_text(network, &text);
        address.map_err(|error| Failure::new(Code::NotFound, format!("{name}: {error}")))
    }

    /// A table's name.
    pub(super) fn table(&self, name: &'static str) -> Result<Table, Failure> {
        let text: String = self.must(name)?;
        let found = Table::ALL.into_iter().find(|table| table_name(*table) == text);
        found.ok_or_else(|| {
            let names: Vec<String> = Table::ALL.into_iter().map(table_name).collect();
            Failure::new(Code::Value, format!("{name} is one of {}", names.join(", ")))
        })
    }

    /// A row's key in hex; nothing when it is left out.
    pub(super) fn key(&self, name: &'static str) -> Result<Vec<u8>, Failure> {
        let key = bytes(name, &self.may::<String>(name)?.unwrap_or_default())?;
        let too_long = || Failure::new(Code::Value, format!("{name} has {KEY_BYTES_MAX} bytes at most"));
        if key.len() > KEY_BYTES_MAX { Err(too_long()) } else { Ok(key) }
    }

    /// Whether or not; Bitcoin's programs say it by a number, too.
    pub(super) fn flag(&self, name: &'static str) -> Result<Option<bool>, Failure> {
        match self.may::<Value>(name)? {
            Some(Value::Number(number)) if number.is_u64() => Ok(Some(number.as_u64() != Some(0))),
            _ => self.may(name),
        }
    }

    /// A transaction in hex.
    pub(super) fn transaction(&self, name: &'static str) -> Result<Transaction, Failure> {
        transaction(name, &self.must::<String>(name)?)
    }
}

/// Bytes in hex.
fn bytes(name: &str, text: &str) -> Result<Vec<u8>, Failure> {
    hex::decode(text).map_err(|error| Failure::new(Code::Decoding, format!("{name} is hex: {error}")))
}

/// A transaction in hex.
pub(super) fn transaction(name: &str, text: &str) -> Result<Transaction, Failure> {
    let decoded = decode("a transaction", &bytes(name, text)?);
    decoded.map_err(|error| Failure::new(Code::Decoding, format!("{name}: {error}")))
}

/// A table's name: `due-counts`.
pub(super) fn table_name(table: Table) -> String {
    let mut name = String::new();
    for (place, letter) in format!("{table:?}").char_indices() {
        if letter.is_ascii_uppercase() && place > 0 {
            name.push('-');
        }
        name.push(letter.to_ascii_lowercase());
    }
    name
}
