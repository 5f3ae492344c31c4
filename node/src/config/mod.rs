//! What a node is told: by flags, by the environment, by a file, and by default, in this order. The file is read and never
//! written.
//!
//! Every value has a [key](Key), which says how it is called everywhere and what it may be. It knows no clap: flags arrive as
//! pairs of a key and a text.

mod error;
mod key;
mod layer;
mod places;

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::{Path, PathBuf};

use figment::Figment;
use figment::value::{Dict, Value};
use gridnet_protocol::{Address, Network};
use serde::{Deserialize, Deserializer};

pub use self::error::ConfigError;
pub use self::key::{KEYS, Key, Kind};
pub use self::layer::Origin;
use self::layer::{Layer, insert};
pub use self::places::{config_file, data_dir};

/// What a node is told.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The network.
    #[serde(deserialize_with = "network")]
    pub network: Network,
    /// Where the chain is kept.
    pub data_dir: PathBuf,
    /// How others ask.
    pub rpc: Rpc,
    /// Who is paid, and how much is computed.
    pub mining: Mining,
    /// Transactions that wait.
    pub mempool: Mempool,
    /// What is said on standard error.
    pub log: Log,
    /// Keys that the node holds.
    pub wallet: Wallet,
}

/// How others ask.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rpc {
    /// Where the server listens.
    pub listen: SocketAddr,
    /// Connections at a time.
    pub connections: usize,
}

impl Rpc {
    /// Where this machine's programs ask: of a server that listens at all addresses, its own.
    pub fn asked_at(&self) -> SocketAddr {
        let ip = match self.listen.ip() {
            IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
            IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
            ip => ip,
        };
        SocketAddr::new(ip, self.listen.port())
    }
}

/// Who is paid, and how much is computed.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mining {
    /// Whether to mine from the start.
    pub enabled: bool,
    /// Who is paid, as a text that was looked at.
    pub payout: Option<String>,
    /// On what.
    pub devices: Vec<String>,
    /// How much of the time, in percent.
    pub duty_percent: u8,
    /// About so many seconds between two blocks; 0: as fast as they are found.
    pub block_every: u64,
}

/// Transactions that wait.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mempool {
    /// Bytes of them at a time.
    pub bytes: u64,
}

/// What is said on standard error.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Log {
    /// How much: a level, or a filter by parts of the program.
    pub level: String,
    /// In which form.
    pub format: LogFormat,
}

/// A form of logs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// With colours on a terminal, plain elsewhere.
    Auto,
    /// Plain lines.
    Plain,
    /// One JSON object a line.
    Json,
}

/// Keys that the node holds.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wallet {
    /// The wallet's file.
    pub file: Option<PathBuf>,
    /// A file whose first line is its password.
    pub password_file: Option<PathBuf>,
    /// Which of its accounts the node may sign for.
    pub accounts: Vec<String>,
}

impl Mining {
    /// Who is paid, if somebody was named.
    pub fn payout(&self, network: Network) -> Option<Address> {
        let text = self.payout.as_deref()?;
        Some(Address::from_text(network, text).expect("it was looked at when it was read"))
    }
}

fn network<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Network, D::Error> {
    let name = String::deserialize(deserializer)?;
    Network::from_name(&name).map_err(serde::de::Error::custom)
}

/// Where values may come from, beside the defaults.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    /// The file; `None`: the one at the [usual place](config_file), if there is one.
    pub file: Option<PathBuf>,
    /// Names and values, as `std::env::vars_os` gives them. Those of no key are none of ours.
    pub environment: Vec<(String, String)>,
    /// Keys' names, and what was given on the command line.
    pub flags: Vec<(&'static str, String)>,
}

/// What a node is told, and where that comes from.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// The values.
    pub config: Config,
    figment: Figment,
}

impl Loaded {
    /// Puts all sources together.
    ///
    /// # Errors
    /// [`ConfigError`]: the first thing that is wrong, and where it stands.
    pub fn new(sources: &Sources) -> Result<Loaded, ConfigError> {
        let mut figment = Figment::new();
        if let Some(path) = sources.file.clone().or_else(|| config_file().filter(|path| path.is_file())) {
            figment = figment.merge(Layer::of_file(&path)?);
        }
        figment = figment.merge(Layer::of_environment(&sources.environment)?);
        figment = figment.merge(Layer::of_flags(&sources.flags)?);
        let figment = with_defaults(figment)?;
        let config: Config = figment.extract().map_err(|error| ConfigError::Other(error.to_string()))?;
        let loaded = Loaded { config, figment };
        loaded.check_payout()?;
        Ok(loaded)
    }

    /// Where a key's value comes from.
    pub fn origin(&self, key: &Key) -> Origin {
        self.figment.find_metadata(key.name).map_or(Origin::Default, Origin::of)
    }

    /// A key's value as JSON; null where there is none.
    pub fn value(&self, key: &Key) -> serde_json::Value {
        self.figment.extract_inner(key.name).unwrap_or_default()
    }

    /// An address is of a network, which only all sources together say.
    fn check_payout(&self) -> Result<(), ConfigError> {
        let Some(text) = &self.config.mining.payout else { return Ok(()) };
        let key = Key::named("mining.payout").expect("it is in the list");
        let refused = |error: gridnet_protocol::Error| ConfigError::Value {
            place: self.origin(key).place(key),
            expected: format!("an address of {}", self.config.network.name()),
            got: error.to_string(),
        };
        Address::from_text(self.config.network, text).map(drop).map_err(refused)
    }
}

/// Puts defaults under what there is. Two of them depend on the network.
fn with_defaults(figment: Figment) -> Result<Figment, ConfigError> {
    let mut dict = Dict::new();
    for key in &KEYS {
        if let Some(text) = key.default {
            let value = key.kind.parse(text).expect("a default is what its key may be");
            insert(&mut dict, key, value);
        }
    }
    let named: Option<String> = figment.extract_inner("network").ok();
    let default = Key::named("network").and_then(|key| key.default).expect("it has one");
    let network = Network::from_name(named.as_deref().unwrap_or(default)).expect("its key was looked at");
    let port = match network {
        Network::Main => 9_332,
        Network::Test => 19_332,
        Network::Regtest => 29_332,
    };
    let listen = Key::named("rpc.listen").expect("it is in the list");
    insert(&mut dict, listen, Value::from(format!("127.0.0.1:{port}")));
    if !figment.contains("data_dir") {
        let path = data_dir(network).ok_or(ConfigError::NoHome)?;
        let key = Key::named("data_dir").expect("it is in the list");
        insert(&mut dict, key, text_of(&path)?);
    }
    Ok(figment.join(Layer::of_defaults(dict)))
}

/// A path as a value, which is a text.
fn text_of(path: &Path) -> Result<Value, ConfigError> {
    let text = path.to_str().ok_or_else(|| ConfigError::Other(format!("{path:?} is not UTF-8")))?;
    Ok(Value::from(text))
}

#[cfg(test)]
mod tests;
