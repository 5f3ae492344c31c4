//! The methods, a file a subject. Each reads the chain as it was at one moment, or asks the node's one thread.

mod chain;
mod figures;
mod ledger;
mod mempool;
mod miner;
mod mining;
mod node;
mod subscriptions;
mod wallet;

use std::sync::{Arc, Mutex, MutexGuard, TryLockError};
use std::time::Instant;

use gridnet_protocol::{Address, Network};
use jsonrpsee::server::StopHandle;

pub use self::miner::{DeviceRate, Mining, MiningStatus};
pub use self::wallet::{Accounts, Test, WalletAccount};
use super::failure::Failure;
use super::method::{Method, busy, module};
use super::past;
use super::server::{Server, ServerError, Service};
use super::settings::{Limits, Settings};
use super::traffic::Traffic;
use crate::chain::ChainView;
use crate::node::{Node, NodeError};

/// What a server is given beside the node.
#[derive(Default)]
pub struct Parts {
    /// Whom the blocks of `getblocktemplate` pay. Nobody who asks can choose.
    pub payout: Option<Address>,
    /// What mines here, if something can.
    pub miner: Option<Arc<dyn Mining>>,
    /// Accounts that the node may sign for, if it may.
    pub wallet: Option<Arc<dyn Accounts>>,
    /// Called when somebody asks for the node's end. It tells whoever stops things, and does not stop the server itself: the
    /// answer is still to be sent.
    pub stop: Option<Box<dyn Fn() + Send + Sync>>,
}

/// What methods ask.
pub struct Context {
    node: Node,
    parts: Parts,
    started: Instant,
    stopping: StopHandle,
    /// Bytes of an answer, and of rows that are taken back.
    answer_bytes: usize,
    undo_bytes: usize,
    /// Held while an account's next transaction is signed and sent.
    sending: Mutex<()>,
    /// Held while a state of long ago is made.
    past: Mutex<()>,
}

impl Context {
    fn network(&self) -> Network {
        self.node.network()
    }

    /// A turn to make a state of long ago: one at a time, since each takes much memory.
    fn deep(&self, depth: u32) -> Result<Option<MutexGuard<'_, ()>>, Failure> {
        if depth <= past::SHALLOW {
            return Ok(None);
        }
        match self.past.try_lock() {
            Ok(turn) => Ok(Some(turn)),
            Err(TryLockError::Poisoned(turn)) => Ok(Some(turn.into_inner())),
            Err(TryLockError::WouldBlock) => Err(busy("proofs of old states")),
        }
    }

    /// The chain as it is now.
    fn view(&self) -> Result<ChainView, NodeError> {
        self.node.view()
    }
}

/// Every method that is answered over HTTP as well as over a WebSocket.
pub fn all() -> impl Iterator<Item = &'static Method<Context>> {
    let subjects: [&'static [Method<Context>]; 7] = [
        chain::METHODS,
        mining::METHODS,
        mempool::METHODS,
        ledger::METHODS,
        miner::METHODS,
        wallet::METHODS,
        node::METHODS,
    ];
    subjects.into_iter().flatten()
}

/// What is served of a node.
pub(super) fn service(node: Node, parts: Parts, limits: &Limits, stopping: StopHandle) -> Service {
    let context = Arc::new(Context {
        node,
        parts,
        started: Instant::now(),
        stopping,
        answer_bytes: limits.answer_bytes,
        undo_bytes: limits.undo_bytes,
        sending: Mutex::default(),
        past: Mutex::default(),
    });
    let traffic = Arc::new(Traffic::new());
    let mut methods = module(all(), &context, &traffic, limits.depth);
    subscriptions::add(&mut methods);
    Service { methods: methods.into(), subscriptions: subscriptions::NAMES, pages: context, traffic }
}

/// Serves a node.
///
/// # Errors
/// [`ServerError`].
pub fn serve(settings: &Settings, node: Node, parts: Parts) -> Result<Server, ServerError> {
    Server::start(settings, |stopping| service(node, parts, &settings.limits, stopping))
}
