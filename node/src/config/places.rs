//! Where a platform keeps what belongs to a user.

use std::path::PathBuf;

use etcetera::BaseStrategy as _;
use gridnet_protocol::Network;

/// Where the chain of a network is kept unless something else is said: `~/.local/share/gridnet/regtest` on Linux. `None` where
/// the user has no home.
pub fn data_dir(network: Network) -> Option<PathBuf> {
    let strategy = etcetera::choose_base_strategy().ok()?;
    Some(strategy.data_dir().join("gridnet").join(network.name()))
}

/// The file that is read when none is named: `~/.config/gridnet/config.toml` on Linux. `None` where the user has no home.
pub fn config_file() -> Option<PathBuf> {
    let strategy = etcetera::choose_base_strategy().ok()?;
    Some(strategy.config_dir().join("gridnet").join("config.toml"))
}
