//! A node with all that belongs to it: its database, its miner, its server, the keys that it holds.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use gridnet_core::{Cancel, Engine};
use gridnet_node::config::Config;
use gridnet_node::mempool;
use gridnet_node::miner::{Settings as Mining, Status};
use gridnet_node::node::{Node, NodeError, Settings};
use gridnet_node::repair;
use gridnet_node::rpc::{self, Server, ServerError};
use gridnet_node::storage::{DirectoryLock, Storage, StorageError};
use gridnet_node::wallet::{HotKeys, Journal, Lent as LentKeys, Wallet};

use super::miner::{Lent, payout, wallet};
use crate::outcome::Failure;
use crate::passwords::Source;

/// The file in which stands what the accounts that the node signs for have spent of late.
const JOURNAL: &str = "spent";

/// Why a node is to stop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Stopped {
    /// Somebody wants it.
    Asked,
    /// It cannot go on.
    Failed(String),
}

/// A node that runs.
pub(crate) struct Running {
    pub(crate) node: Node,
    server: Server,
    miner: Arc<Lent>,
    /// Raised when somebody asks for the end through the server.
    stop: Arc<AtomicBool>,
}

impl Running {
    /// Starts all of it. `mine`: begins to mine. `None`: it was told to stop before it had begun.
    pub(crate) fn start(
        config: &Config,
        engine: Arc<Engine>,
        mine: Option<Mining>,
        cancel: &Cancel,
    ) -> Result<Option<Running>, Failure> {
        let directory = DirectoryLock::take(&config.data_dir).map_err(unusable)?;
        repair::adopt(&directory).map_err(unusable)?;
        let storage = Storage::open(&directory, config.network).map_err(unusable)?;
        let mut settings = Settings::new(storage, Arc::clone(&engine));
        settings.directory = Some(directory);
        settings.cancel = cancel.clone();
        settings.mempool = mempool::Limits { weight_max: config.mempool.bytes, ..mempool::Limits::default() };
        let node = match Node::start(settings) {
            Err(NodeError::Stopping) => return Ok(None),
            started => started.map_err(failed)?,
        };
        let tip = node.tips().borrow().clone();
        tracing::info!(
            network = config.network.name(),
            data_dir = %config.data_dir.display(),
            height = tip.height.0,
            block = gridnet_node::node::display(&tip.id),
            "the node runs"
        );
        // One reading says who is paid and whose keys are held.
        let wallet = wallet(config)?;
        let payout = payout(config, wallet.as_ref());
        // Whoever starts mining later is paid the same way.
        let mine = mine.map(|mine| Mining { payout: payout.unwrap_or(mine.payout), ..mine });
        let every = config.mining.block_every;
        let would = mine.or_else(|| {
            Some(Mining {
                duty_percent: config.mining.duty_percent.into(),
                block_every: (every > 0).then(|| std::time::Duration::from_secs(every)),
                ..Mining::new(payout?)
            })
        });
        let miner = Arc::new(Lent::new(node.clone(), engine, would));
        let stop = Arc::new(AtomicBool::new(false));
        let asked = Arc::clone(&stop);
        let parts = rpc::Parts {
            payout,
            miner: Some(Arc::clone(&miner) as Arc<dyn rpc::Mining>),
            wallet: keys(config, wallet.as_ref(), &node)?,
            stop: Some(Box::new(move || asked.store(true, Ordering::Relaxed))),
        };
        let server = rpc::serve(&serving(config), node.clone(), parts).map_err(|error| match error {
            ServerError::Address { .. } => Failure::argument("--rpc", error.to_string()),
            other => Failure::Usage(other.to_string()),
        })?;
        if mine.is_some() {
            miner.begin().map_err(Failure::Internal)?;
        }
        Ok(Some(Running { node, server, miner, stop }))
    }

    /// Where it can be asked.
    pub(crate) fn address(&self) -> std::net::SocketAddr {
        self.server.address()
    }

    /// How mining goes, if it does.
    pub(crate) fn mining(&self) -> Option<Status> {
        self.miner.status()
    }

    /// Whether it is to stop, and why.
    pub(crate) fn stopped(&self, cancel: &Cancel) -> Option<Stopped> {
        if let Some(failure) = self.node.failure() {
            return Some(Stopped::Failed(failure.to_string()));
        }
        (cancel.is_cancelled() || self.stop.load(Ordering::Relaxed)).then_some(Stopped::Asked)
    }

    /// Ends all of it, those first that depend on others: within five seconds.
    pub(crate) fn stop(self, why: Stopped) -> Result<(), Failure> {
        tracing::info!("the node stops");
        self.miner.end();
        self.server.stop();
        self.node.stop();
        // It may have failed meanwhile.
        let failure = self.node.failure().map(|failure| Stopped::Failed(failure.to_string()));
        match failure.unwrap_or(why) {
            Stopped::Failed(why) => {
                tracing::error!(%why, "the node stopped by itself");
                Err(Failure::Internal(why))
            }
            Stopped::Asked => {
                tracing::info!("the node has stopped");
                Ok(())
            }
        }
    }
}

/// How the server is started.
fn serving(config: &Config) -> rpc::Settings {
    let mut settings = rpc::Settings::new(config.network, config.data_dir.clone());
    settings.address = config.rpc.listen.to_string();
    settings.limits = rpc::Limits::of_connections(config.rpc.connections);
    settings
}

/// The keys that the node may sign by. The password is needed once.
fn keys(
    config: &Config,
    wallet: Option<&Wallet>,
    node: &Node,
) -> Result<Option<Arc<dyn rpc::Accounts>>, Failure> {
    if config.wallet.accounts.is_empty() {
        return Ok(None);
    }
    let none =
        || Failure::argument("--wallet", "is needed with --wallet-account: it names the wallet's file");
    let wallet = wallet.filter(|_| config.wallet.file.is_some()).ok_or_else(none)?;
    let refused = |what: String| Failure::argument("--wallet", what);
    let source = Source {
        argument: "--wallet-password-file",
        file: config.wallet.password_file.as_deref(),
        variable: "GRIDNET_PASSWORD",
    };
    let password = source.password("the wallet's password: ")?;
    let journal =
        Journal::in_file(&config.data_dir.join(JOURNAL)).map_err(|error| refused(error.to_string()))?;
    let keys = HotKeys::open(wallet, &password, &config.wallet.accounts, journal);
    let keys = keys.map_err(|error| refused(error.to_string()))?;
    Ok(Some(Arc::new(LentKeys::new(keys, node).map_err(refused)?)))
}

/// A data directory that cannot be used is for its user to mend; a disk that fails is not.
pub(super) fn unusable(error: StorageError) -> Failure {
    match error {
        StorageError::Disk(_) => Failure::Internal(error.to_string()),
        _ => Failure::Usage(error.to_string()),
    }
}

pub(super) fn failed(error: NodeError) -> Failure {
    match error {
        NodeError::Storage(error) => unusable(error),
        NodeError::Unsound(_) => Failure::Usage(error.to_string()),
        other => Failure::Internal(other.to_string()),
    }
}
