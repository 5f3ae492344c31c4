//! Which network, node and wallet a command means: what it was told, else the environment, else what is usual.

use std::path::{Path, PathBuf};
use std::time::Duration;

use etcetera::BaseStrategy as _;
use gridnet_node::rpc::client::{Client, ClientError, Credential};
use gridnet_node::rpc::default_address;
use gridnet_node::wallet::{WALLET_BYTES_MAX, Wallet, WalletError};
use gridnet_protocol::{Address, Network};

use crate::cli::{Asking, Home, WalletFile};
use crate::files;
use crate::outcome::Failure;

/// What stands in the environment, if anything does.
pub(crate) fn variable(name: &'static str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// The network.
pub(crate) fn network(home: &Home) -> Result<Network, Failure> {
    match (home.network, variable("GRIDNET_NETWORK")) {
        (Some(network), _) => Ok(network),
        (None, Some(name)) => Network::from_name(&name)
            .map_err(|error| Failure::argument("GRIDNET_NETWORK", format!("{error}: main, test or regtest"))),
        (None, None) => Ok(Network::Regtest),
    }
}

/// Where node and wallet of a network are.
fn data_dir(home: &Home, network: Network) -> Result<PathBuf, Failure> {
    let told = home.data_dir.clone().or_else(|| variable("GRIDNET_DATA_DIR").map(PathBuf::from));
    told.map_or_else(
        || match etcetera::choose_base_strategy() {
            Ok(places) => Ok(places.data_dir().join("gridnet").join(network.name())),
            Err(_) => Err(Failure::argument("--data-dir", "is needed: there is no home folder here")),
        },
        Ok,
    )
}

/// The node that is to be asked.
pub(crate) fn client(asking: &Asking, home: &Home, network: Network) -> Result<Client, Failure> {
    let address = asking.rpc.clone().or_else(|| variable("GRIDNET_RPC_LISTEN"));
    let address = address.unwrap_or_else(|| default_address(network).to_owned());
    let credential = match &asking.cookie {
        Some(file) => Credential::Given(file.clone()),
        None => Credential::Found(data_dir(home, network)?.join(".cookie")),
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
    let told = file.wallet.clone().or_else(|| variable("GRIDNET_WALLET_FILE").map(PathBuf::from));
    told.map_or_else(|| Ok(data_dir(home, network(home)?)?.join("wallet")), Ok)
}

/// The wallet of a file, locked; of the network that was asked for, if one was.
pub(crate) fn wallet(path: &Path, home: &Home) -> Result<Wallet, Failure> {
    let wallet = wallet_of("--wallet", path)?;
    let asked = match variable("GRIDNET_NETWORK") {
        None if home.network.is_none() => wallet.network(),
        _ => network(home)?,
    };
    if wallet.network() == asked {
        return Ok(wallet);
    }
    let (is, asked) = (wallet.network().name(), asked.name());
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
