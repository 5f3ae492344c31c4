//! The words about what a node is told. What the values may be is said by `gridnet_node::config`, which has a key for each.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueHint};
use gridnet_node::config::{Key, Loaded, Sources};

use crate::help;
use crate::outcome::Failure;

/// What can be done with the configuration.
#[derive(Debug, Subcommand)]
pub(crate) enum Config {
    /// Show every value, and where it comes from
    Show(ShowConfig),
}

/// Arguments of `config show`.
#[derive(Args, Debug)]
#[command(after_help = help::SHOW_CONFIG)]
pub(crate) struct ShowConfig {
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
    /// Where the chain is.
    #[command(flatten)]
    pub(crate) place: Place,
    /// The rest.
    #[command(flatten)]
    pub(crate) settings: Settings,
}

/// Where the chain is, and who can be asked about it.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Where (flags come before GRIDNET_... variables, and those before the file)")]
pub(crate) struct Place {
    /// The configuration file [default: gridnet/config.toml where the platform keeps such files, if it is there]
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) config: Option<PathBuf>,
    /// main, test or regtest [default: regtest]
    #[arg(long, value_name = "NETWORK")]
    pub(crate) network: Option<String>,
    /// The folder of the chain [default: gridnet/NETWORK where the platform keeps data]
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(crate) data_dir: Option<String>,
    /// Where the node listens, or is asked at [default: 127.0.0.1 and port 9332, 19332 or 29332]
    #[arg(long, value_name = "HOST:PORT")]
    pub(crate) rpc: Option<String>,
}

/// What else a node is told.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "The node (docs/node.md explains each, and its name in the file)")]
pub(crate) struct Settings {
    /// Mine from the start
    #[arg(long)]
    pub(crate) mine: bool,
    /// Who is paid for blocks
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) payout: Option<String>,
    /// What to mine on: auto, cpu, gpu, all, or ids with commas between them [default: auto]
    #[arg(long, value_name = "DEVICES")]
    pub(crate) mine_on: Option<String>,
    /// How much of the time the devices work, in percent [default: 100]
    #[arg(long, value_name = "PERCENT", allow_negative_numbers = true)]
    pub(crate) duty: Option<String>,
    /// About so many seconds between two blocks, on networks of one's own [default: 0]
    #[arg(long, value_name = "SECONDS", allow_negative_numbers = true)]
    pub(crate) block_every: Option<String>,
    /// Connections at a time [default: 256]
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub(crate) rpc_connections: Option<String>,
    /// Bytes of transactions that wait at a time [default: 67108864]
    #[arg(long, value_name = "BYTES", allow_negative_numbers = true)]
    pub(crate) mempool_bytes: Option<String>,
    /// How much is logged: error, warn, info, debug, trace, or a filter [default: info]
    #[arg(long, value_name = "LEVEL")]
    pub(crate) log: Option<String>,
    /// auto, plain or json [default: auto]
    #[arg(long, value_name = "FORMAT")]
    pub(crate) log_format: Option<String>,
    /// The wallet whose accounts the node may sign for
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) wallet: Option<String>,
    /// A file whose first line is the wallet's password
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) wallet_password_file: Option<String>,
    /// The accounts that the node may sign for, with commas between them
    #[arg(long, value_name = "NAMES")]
    pub(crate) wallet_account: Option<String>,
}

impl Place {
    /// What all sources say.
    pub(crate) fn load(&self) -> Result<Loaded, Failure> {
        self.load_with(&Settings::default())
    }

    /// What all sources say, with the rest of the flags.
    pub(crate) fn load_with(&self, settings: &Settings) -> Result<Loaded, Failure> {
        let mine = settings.mine.then(|| "true".to_owned());
        let given = [
            ("--network", &self.network),
            ("--data-dir", &self.data_dir),
            ("--rpc", &self.rpc),
            ("--mine", &mine),
            ("--payout", &settings.payout),
            ("--mine-on", &settings.mine_on),
            ("--duty", &settings.duty),
            ("--block-every", &settings.block_every),
            ("--rpc-connections", &settings.rpc_connections),
            ("--mempool-bytes", &settings.mempool_bytes),
            ("--log", &settings.log),
            ("--log-format", &settings.log_format),
            ("--wallet", &settings.wallet),
            ("--wallet-password-file", &settings.wallet_password_file),
            ("--wallet-account", &settings.wallet_account),
        ];
        let flags = given.into_iter().filter_map(|(flag, text)| {
            let key = Key::of_flag(flag).expect("every flag here is a key's");
            Some((key.name, text.clone()?))
        });
        let environment = std::env::vars_os()
            .filter_map(|(name, text)| Some((name.into_string().ok()?, text.into_string().ok()?)));
        let sources =
            Sources { file: self.file(), environment: environment.collect(), flags: flags.collect() };
        Loaded::new(&sources).map_err(|error| Failure::Usage(error.to_string()))
    }

    /// The file may be named in the environment, too.
    fn file(&self) -> Option<PathBuf> {
        let named = || std::env::var_os("GRIDNET_CONFIG").filter(|name| !name.is_empty()).map(PathBuf::from);
        self.config.clone().or_else(named)
    }
}
