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

/// Whom blocks pay: who was named, else the wallet's first account. On a network of one's own, if there is neither, the key
/// that everybody knows.
pub(crate) fn payout(config: &Config) -> Result<Option<Address>, Failure> {
    if let Some(named) = config.mining.payout(config.network) {
        return Ok(Some(named));
    }
    if let Some(path) = &config.wallet.file {
        let wallet = wallet(config, path)?;
        return Ok(wallet.accounts().first().map(|account| account.address()));
    }
    Ok((config.network == Network::Regtest).then(|| Address::of(&regtest_key().public())))
}

/// The wallet of a file, locked: addresses are there for everybody.
pub(super) fn wallet(config: &Config, path: &std::path::Path) -> Result<Wallet, Failure> {
    let bytes = files::read("--wallet", path, WALLET_BYTES_MAX)?;
    let refused = |what: String| Failure::argument("--wallet", format!("{path:?}: {what}"));
    let wallet = Wallet::from_file(&bytes).map_err(|error| refused(error.to_string()))?;
    if wallet.network() != config.network {
        let (is, asked) = (wallet.network().name(), config.network.name());
        return Err(refused(format!("it is of the {is} network, and {asked} was asked for")));
    }
    Ok(wallet)
}

/// What a miner is told.
pub(crate) fn settings(loaded: &Loaded) -> Result<Settings, Failure> {
    let config = &loaded.config;
    let nobody = || Failure::argument("--payout", "nobody is there to be paid: give an address, or --wallet");
    let every = config.mining.block_every;
    Ok(Settings {
        duty_percent: config.mining.duty_percent.into(),
        block_every: (every > 0).then(|| Duration::from_secs(every)),
        ..Settings::new(payout(config)?.ok_or_else(nobody)?)
    })
}

/// A miner that may be there, for whoever controls the node.
pub(super) struct Lent {
    node: Node,
    engine: Arc<Engine>,
    /// With which to begin when somebody wants it; `None` where nobody would be paid.
    settings: Option<Settings>,
    miner: Mutex<Option<Miner>>,
}

impl Lent {
    pub(super) fn new(node: Node, engine: Arc<Engine>, settings: Option<Settings>) -> Lent {
        Lent { node, engine, settings, miner: Mutex::new(None) }
    }

    fn miner(&self) -> MutexGuard<'_, Option<Miner>> {
        self.miner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins, or goes on.
    pub(super) fn begin(&self) -> Result<(), String> {
        let mut miner = self.miner();
        if let Some(miner) = &*miner {
            miner.resume();
            return Ok(());
        }
        let settings =
            self.settings.ok_or("nobody is there to be paid: start the node with a payout address")?;
        let begun = Miner::start(self.node.clone(), Arc::clone(&self.engine), settings);
        *miner = Some(begun.map_err(|error| error.to_string())?);
        Ok(())
    }

    pub(super) fn status(&self) -> Option<Status> {
        self.miner().as_ref().map(Miner::status)
    }

    /// Ends it for good.
    pub(super) fn end(&self) {
        if let Some(miner) = self.miner().take() {
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
        if let Some(miner) = &*self.miner() {
            miner.pause();
        }
    }

    fn set_duty(&self, percent: u8) -> Result<(), String> {
        let miner = self.miner();
        let miner = miner.as_ref().ok_or("nothing mines here: miner.start begins")?;
        miner.set_duty(percent.into());
        Ok(())
    }
}
