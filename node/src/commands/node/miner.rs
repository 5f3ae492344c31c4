//! How a node's miner is told what the configuration says, and how it is lent to whoever asks the node.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use gridnet_core::Engine;
use gridnet_node::config::{Config, Loaded};
use gridnet_node::miner::{Miner, Settings, Status};
use gridnet_node::node::Node;
use gridnet_node::rpc;
use gridnet_node::wallet::{WALLET_BYTES_MAX, Wallet};
use gridnet_protocol::ledger::regtest_key;
use gridnet_protocol::{Address, Network};

use crate::files;
use crate::outcome::Failure;

/// The wallet's file in the data directory, unless another is named.
const WALLET: &str = "wallet";

/// Whom blocks pay: who was named, else the wallet's first account. On a network of one's own, if there is neither, the key
/// that everybody knows.
pub(super) fn payout(config: &Config, wallet: Option<&Wallet>) -> Option<Address> {
    let first = |wallet: &Wallet| wallet.accounts().first().map(|account| account.address());
    let of_all = || (config.network == Network::Regtest).then(|| Address::of(&regtest_key().public()));
    config.mining.payout(config.network).or_else(|| wallet.map_or_else(of_all, first))
}

/// The wallet that is named, or lies beside the chain, locked: addresses are there for everybody. It is read if it matters: if it
/// says who is paid, or keys of it are held.
pub(super) fn wallet(config: &Config) -> Result<Option<Wallet>, Failure> {
    if config.mining.payout.is_some() && config.wallet.accounts.is_empty() {
        return Ok(None);
    }
    let beside = || Some(config.data_dir.join(WALLET)).filter(|path| path.is_file());
    let Some(path) = &config.wallet.file.clone().or_else(beside) else { return Ok(None) };
    let bytes = files::read("--wallet", path, WALLET_BYTES_MAX)?;
    let refused = |what: String| Failure::argument("--wallet", format!("{path:?}: {what}"));
    let wallet = Wallet::from_file(&bytes).map_err(|error| refused(error.to_string()))?;
    if wallet.network() != config.network {
        let (is, asked) = (wallet.network().name(), config.network.name());
        return Err(refused(format!("it is of the {is} network, and {asked} was asked for")));
    }
    Ok(Some(wallet))
}

/// What a miner is told.
pub(crate) fn settings(loaded: &Loaded) -> Result<Settings, Failure> {
    let config = &loaded.config;
    let nobody = || Failure::argument("--payout", "nobody is there to be paid: give an address, or --wallet");
    let every = config.mining.block_every;
    Ok(Settings {
        duty_percent: config.mining.duty_percent.into(),
        block_every: (every > 0).then(|| Duration::from_secs(every)),
        ..Settings::new(payout(config, wallet(config)?.as_ref()).ok_or_else(nobody)?)
    })
}

/// A miner that may be there, for whoever controls the node.
pub(super) struct Lent {
    node: Node,
    engine: Arc<Engine>,
    /// With which to begin when somebody wants it; `None` where nobody would be paid.
    settings: Option<Settings>,
    miner: Mutex<Lending>,
}

/// What is lent.
#[derive(Default)]
struct Lending {
    miner: Option<Miner>,
    /// The node stops, and nothing begins any more.
    is_over: bool,
}

impl Lent {
    pub(super) fn new(node: Node, engine: Arc<Engine>, settings: Option<Settings>) -> Lent {
        Lent { node, engine, settings, miner: Mutex::default() }
    }

    fn miner(&self) -> MutexGuard<'_, Lending> {
        self.miner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins, or goes on.
    pub(super) fn begin(&self) -> Result<(), String> {
        let mut lending = self.miner();
        if lending.is_over {
            return Err("the node is being stopped".to_owned());
        }
        if let Some(miner) = &lending.miner {
            miner.resume();
            return Ok(());
        }
        let settings =
            self.settings.ok_or("nobody is there to be paid: start the node with a payout address")?;
        let begun = Miner::start(self.node.clone(), Arc::clone(&self.engine), settings);
        lending.miner = Some(begun.map_err(|error| error.to_string())?);
        tracing::info!(payout = settings.payout.to_text(self.node.network()), "mining");
        Ok(())
    }

    pub(super) fn status(&self) -> Option<Status> {
        self.miner().miner.as_ref().map(Miner::status)
    }

    /// Ends it for good.
    pub(super) fn end(&self) {
        let mut lending = self.miner();
        lending.is_over = true;
        if let Some(miner) = lending.miner.take() {
            miner.stop();
        }
    }
}

impl rpc::Mining for Lent {
    fn status(&self) -> Option<rpc::MiningStatus> {
        let status = self.status().filter(|status| status.mining)?;
        let device = |device: &gridnet_node::miner::DeviceStatus| rpc::DeviceRate {
            id: device.id.clone(),
            rate: device.rates[0],
        };
        Some(rpc::MiningStatus {
            payout: Some(status.payout),
            duty_percent: status.duty_percent.try_into().unwrap_or(100),
            duty_measured: f64::from(status.duty_measured),
            devices: status.devices.iter().map(device).collect(),
            accepted: status.accepted,
            stale: status.stale,
            rejected: status.rejected,
        })
    }

    fn start(&self) -> Result<(), String> {
        self.begin()
    }

    fn stop(&self) {
        if let Some(miner) = &self.miner().miner {
            miner.pause();
        }
    }

    fn set_duty(&self, percent: u8) -> Result<(), String> {
        let lending = self.miner();
        let miner = lending.miner.as_ref().ok_or("nothing mines here: miner.start begins")?;
        miner.set_duty(percent.into());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use gridnet_core::Engine;
    use gridnet_node::miner::Settings;
    use gridnet_node::node::{self, Node};
    use gridnet_node::storage::Storage;
    use gridnet_protocol::{Address, Network};

    use super::Lent;

    /// Somebody may ask for it while the node stops.
    #[test]
    fn nothing_mines_after_the_end() {
        let engine = Arc::new(Engine::builder().device("cpu").threads(1).build().expect("a CPU"));
        let storage = Storage::in_memory(Network::Regtest).expect("memory");
        let node = Node::start(node::Settings::new(storage, Arc::clone(&engine))).expect("a node");
        let lent = Lent::new(node.clone(), engine, Some(Settings::new(Address([7; 32]))));
        lent.begin().expect("it mines");
        assert!(lent.status().is_some());
        lent.end();
        assert_eq!(lent.begin(), Err("the node is being stopped".to_owned()));
        assert!(lent.status().is_none());
        node.stop();
    }
}
