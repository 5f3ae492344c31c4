//! A chain that a running node is asked about.

use gridnet_core::proof::header::{HEADER_BYTES, Header, display_order};
use gridnet_node::chain::{BlockId, Place};
use gridnet_node::config::Config;
use gridnet_node::rpc::client::{Client, ClientError, Credential};
use gridnet_protocol::block::Block;
use gridnet_protocol::state::row::Account;
use gridnet_protocol::transaction::Transaction;
use gridnet_protocol::value::{Height, Units};
use gridnet_protocol::{Address, Network};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::source::Source;
use crate::outcome::Failure;

/// The file of the cookie that may ask, and change nothing.
const COOKIE: &str = ".cookie-readonly";
/// How long a node may take for an answer.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(30);
/// Bitcoin's code for what is not there, and for a height that no block has.
const NOT_FOUND: [i64; 2] = [-5, -8];

/// A node that is asked.
pub(super) struct Asked {
    client: Client,
    network: Network,
}

impl Asked {
    pub(super) fn new(config: &Config) -> Result<Asked, Failure> {
        let credential = Credential::Found(config.data_dir.join(COOKIE));
        let client = Client::new(&config.rpc.asked_at().to_string(), &credential, PATIENCE);
        let client = client.map_err(|error| Failure::Usage(error.to_string()))?;
        Ok(Asked { client, network: config.network })
    }

    /// What a method says; `None` where there is no such thing.
    fn ask<T: DeserializeOwned>(&self, method: &str, params: &Value) -> Result<Option<T>, Failure> {
        match self.client.call(method, params) {
            Ok(value) => {
                serde_json::from_value(value).map(Some).map_err(|error| odd(method, &error.to_string()))
            }
            Err(ClientError::Node { code, .. }) if NOT_FOUND.contains(&code) => Ok(None),
            Err(error) => Err(Failure::Internal(error.to_string())),
        }
    }

    fn bytes(&self, method: &str, params: &Value) -> Result<Option<Vec<u8>>, Failure> {
        let Some(text) = self.ask::<String>(method, params)? else { return Ok(None) };
        hex::decode(text).map(Some).map_err(|error| odd(method, &error.to_string()))
    }
}

/// The node said what no node says.
fn odd(method: &str, why: &str) -> Failure {
    Failure::Internal(format!("what the node answers to {method} is no answer: {why}"))
}

/// An id as the node has it in texts.
fn text(id: &[u8; 32]) -> String {
    hex::encode(display_order(id))
}

impl Source for Asked {
    fn height(&self) -> Result<Height, Failure> {
        let height = self.ask("getblockcount", &json!([]))?;
        height.map(Height).ok_or_else(|| odd("getblockcount", "no height"))
    }

    fn id_at(&self, height: Height) -> Result<Option<BlockId>, Failure> {
        let Some(bytes) = self.bytes("getblockhash", &json!([height.0]))? else { return Ok(None) };
        let id: BlockId = bytes.try_into().map_err(|_| odd("getblockhash", "no id"))?;
        Ok(Some(display_order(&id)))
    }

    fn header(&self, id: &BlockId) -> Result<Option<Header>, Failure> {
        let Some(bytes) = self.bytes("getblockheader", &json!([text(id), false]))? else { return Ok(None) };
        let bytes: [u8; HEADER_BYTES] = bytes.try_into().map_err(|_| odd("getblockheader", "no header"))?;
        Ok(Some(Header::from_bytes(&bytes)))
    }

    fn block(&self, id: &BlockId) -> Result<Option<Block>, Failure> {
        let Some(bytes) = self.bytes("getblock", &json!([text(id), 0]))? else { return Ok(None) };
        Block::from_bytes(&bytes).map(Some).map_err(|error| odd("getblock", &error.to_string()))
    }

    fn transaction(&self, id: &[u8; 32]) -> Result<Option<(Place, Transaction)>, Failure> {
        let method = "getrawtransaction";
        let Some(said) = self.ask::<Value>(method, &json!([text(id), true]))? else { return Ok(None) };
        // One that waits is in no block.
        let Some(block) = said["blockhash"].as_str() else { return Ok(None) };
        let mut place = Place { block: [0; 32], height: Height(0), index: 0 };
        hex::decode_to_slice(block, &mut place.block).map_err(|error| odd(method, &error.to_string()))?;
        place.block = display_order(&place.block);
        let number = |name: &str| said[name].as_u64().and_then(|number| u32::try_from(number).ok());
        place.height = number("height").map(Height).ok_or_else(|| odd(method, "no height"))?;
        place.index = number("index").ok_or_else(|| odd(method, "no index"))?;
        let bytes = said["hex"].as_str().and_then(|text| hex::decode(text).ok());
        let bytes = bytes.ok_or_else(|| odd(method, "no bytes"))?;
        let transaction = gridnet_protocol::encoding::decode("a transaction", &bytes);
        Ok(Some((place, transaction.map_err(|error| odd(method, &error.to_string()))?)))
    }

    fn account(&self, address: &Address) -> Result<Account, Failure> {
        let method = "ledger.account";
        let said: Value = self.ask(method, &json!([address.to_text(self.network)]))?.unwrap_or_default();
        let number = |name: &str| said[name].as_str().and_then(|digits| digits.parse::<u64>().ok());
        match (number("balance"), number("sequence")) {
            (Some(balance), Some(sequence)) => Ok(Account { balance: Units(balance), sequence }),
            _ => Err(odd(method, "no account")),
        }
    }
}
