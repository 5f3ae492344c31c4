//! Which network, node and wallet a command means: what it was told, else the environment, the configuration's file, or what is
//! usual, as for a node.

use std::path::{Path, PathBuf};
use std::time::Duration;

use gridnet_node::config::{Key, Loaded, Origin};
use gridnet_node::rpc::client::{Client, ClientError, Credential};
use gridnet_node::wallet::{WALLET_BYTES_MAX, Wallet, WalletError};
use gridnet_protocol::{Address, Network};

use crate::cli::{Asking, Home, Place, WalletFile};
use crate::files;
use crate::outcome::Failure;

/// What flags, environment and file say.
fn loaded(home: &Home) -> Result<Loaded, Failure> {
    let place = Place {
        network: home.network.map(|network| network.name().to_owned()),
        data_dir: home.data_dir.as_ref().map(|path| path.to_string_lossy().into_owned()),
        ..Place::default()
    };
    place.load()
}

/// The network.
pub(crate) fn network(home: &Home) -> Result<Network, Failure> {
    Ok(loaded(home)?.config.network)
}

/// The node that is to be asked.
pub(crate) fn client(asking: &Asking, home: &Home, network: Network) -> Result<Client, Failure> {
    let config = loaded(&Home { network: Some(network), ..home.clone() })?.config;
    let address = asking.rpc.clone().unwrap_or_else(|| config.rpc.asked_at().to_string());
    let credential = match &asking.cookie {
        Some(file) => Credential::Given(file.clone()),
        None => Credential::Found(config.data_dir.join(".cookie")),
    };
    Ok(Client::new(&address, &credential, Duration::from_secs(asking.timeout))?)
}

impl From<ClientError> for Failure {
    /// What another argument would mend is an argument's fault.
    fn from(error: ClientError) -> Failure {
        match &error {
            ClientError::Address(_) | ClientError::FarAway(_) => {
                Failure::argument("--rpc", error.to_string())
            }
            ClientError::Cookie { .. } => Failure::argument("--cookie", error.to_string()),
            _ => Failure::Internal(error.to_string()),
        }
    }
}

/// Where a wallet is, or goes.
pub(crate) fn wallet_path(file: &WalletFile, home: &Home) -> Result<PathBuf, Failure> {
    let told = || {
        let config = loaded(home)?.config;
        Ok(config.wallet.file.unwrap_or_else(|| config.data_dir.join("wallet")))
    };
    file.wallet.clone().map_or_else(told, Ok)
}

/// The wallet of a file, locked; of the network that was asked for, if one was.
pub(crate) fn wallet(path: &Path, home: &Home) -> Result<Wallet, Failure> {
    let wallet = wallet_of("--wallet", path)?;
    let loaded = loaded(home)?;
    let was_asked = loaded.origin(Key::named("network").expect("it is in the list")) != Origin::Default;
    if !was_asked || wallet.network() == loaded.config.network {
        return Ok(wallet);
    }
    let (is, asked) = (wallet.network().name(), loaded.config.network.name());
    Err(Failure::argument("--wallet", format!("{path:?} is of the {is} network, and {asked} was asked for")))
}

/// The wallet of any file.
pub(crate) fn wallet_of(argument: &'static str, path: &Path) -> Result<Wallet, Failure> {
    let bytes = files::read(argument, path, WALLET_BYTES_MAX)?;
    Wallet::from_file(&bytes).map_err(|error| Failure::argument(argument, format!("{path:?}: {error}")))
}

/// The address of an argument's text.
pub(crate) fn address(argument: &'static str, network: Network, text: &str) -> Result<Address, Failure> {
    Address::from_text(network, text).map_err(|error| Failure::argument(argument, error.to_string()))
}

impl From<WalletError> for Failure {
    fn from(error: WalletError) -> Failure {
        let argument = match &error {
            WalletError::Password | WalletError::ShortPassword { .. } => {
                return Failure::Usage(error.to_string());
            }
            WalletError::Words(_) => "--words-file",
            WalletError::UnknownAccount { .. } => "--account",
            WalletError::Name(_) | WalletError::NameTaken(_) => "NAME",
            WalletError::System(what) => return Failure::Internal(what.clone()),
            _ => "--wallet",
        };
        Failure::argument(argument, error.to_string())
    }
}
