//! A node: a chain and what waits to be in it, changed by one thread, read by as many as like to.
//!
//! What is sent is answered when it is on the disk. Several things that are sent at once share a commit. A failure of the disk
//! or of the state stops the node with a reason; nothing that was answered is lost by it.

mod clock;
mod error;
mod request;
mod worker;

use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use gridnet_core::proof::header::Header;
use gridnet_core::{Cancel, Control, Engine};
use gridnet_protocol::block::Block;
use gridnet_protocol::state::row::Tip;
use gridnet_protocol::transaction::Transaction;
use gridnet_protocol::value::{Time, Units};
use gridnet_protocol::{Address, Network};
use tokio::sync::{broadcast, watch};

pub use self::clock::Clock;
pub use self::error::NodeError;
pub use self::request::{MempoolSize, Template};
use self::request::{Reply, Request};
use self::worker::Worker;
use crate::chain::{BlockId, ChainView, Submitted};
use crate::guard::{FAULT, guard};
use crate::mempool::{Limits, Txid, Waiting};
use crate::storage::{DirectoryLock, Storage};

/// Requests that wait to be looked at.
const REQUESTS_MAX: usize = 1_024;
/// Events that a slow listener may be behind.
const EVENTS_MAX: usize = 4_096;

/// What a node is made of.
pub struct Settings {
    /// The database.
    pub storage: Storage,
    /// The directory that it is in, which stays locked as long as the node is there.
    pub directory: Option<DirectoryLock>,
    /// What verifies.
    pub engine: Arc<Engine>,
    /// What time it is.
    pub clock: Clock,
    /// What may wait.
    pub mempool: Limits,
    /// After how many bytes the changes of a long reorganisation are committed, [`None`]: after 32 MiB.
    pub gathered_max: Option<usize>,
    /// Ends the start, which may take long after a kill. What has begun is ended by [`Node::stop`].
    pub cancel: Cancel,
}

impl Settings {
    /// The usual ones.
    pub fn new(storage: Storage, engine: Arc<Engine>) -> Settings {
        Settings {
            storage,
            directory: None,
            engine,
            clock: Clock::system(),
            mempool: Limits::default(),
            gathered_max: None,
            cancel: Cancel::default(),
        }
    }
}

/// What happened, for whoever listens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// A block was taken or taken back.
    Step(crate::chain::Step),
    /// A transaction waits.
    Transaction(Txid),
}

/// A node. Clones are the same one.
#[derive(Clone)]
pub struct Node(Arc<Inner>);

struct Inner {
    storage: Storage,
    engine: Arc<Engine>,
    clock: Clock,
    requests: SyncSender<Request>,
    cancel: Cancel,
    tips: watch::Receiver<Tip>,
    events: broadcast::Sender<Event>,
    failure: Arc<Mutex<Option<NodeError>>>,
    thread: Mutex<Option<JoinHandle<()>>>,
    _directory: Option<DirectoryLock>,
}

impl std::fmt::Debug for Node {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Node").field("network", &self.network().name()).finish_non_exhaustive()
    }
}

impl Node {
    /// Looks at what is there, mends what a kill has left, and begins.
    ///
    /// # Errors
    /// [`NodeError::Storage`] and [`NodeError::Unsound`].
    pub fn start(settings: Settings) -> Result<Node, NodeError> {
        let Settings { storage, directory, engine, clock, mempool, gathered_max, cancel } = settings;
        let control = Control { cancel, progress: None };
        let (requests, inbox) = sync_channel(REQUESTS_MAX);
        let (events, _) = broadcast::channel(EVENTS_MAX);
        let parts = worker::Parts {
            storage: storage.clone(),
            engine: Arc::clone(&engine),
            control,
            clock: clock.clone(),
            limits: mempool,
            gathered_max,
            events: events.clone(),
        };
        let (mut worker, tips) = guarded(|| Worker::start(parts))?;
        let cancel = Cancel::default();
        worker.is_ended_by(cancel.clone());
        let failure = Arc::new(Mutex::new(None));
        let told = Arc::clone(&failure);
        let run = move || {
            let ended = guarded(|| worker.run(&inbox));
            *told.lock().unwrap_or_else(PoisonError::into_inner) = ended.err();
        };
        let spawned = std::thread::Builder::new().name("gridnet-chain".to_owned()).spawn(run);
        let thread = spawned.map_err(|error| NodeError::Failed(error.to_string()))?;
        Ok(Node(Arc::new(Inner {
            storage,
            engine,
            clock,
            requests,
            cancel,
            tips,
            events,
            failure,
            thread: Mutex::new(Some(thread)),
            _directory: directory,
        })))
    }

    /// The network.
    pub fn network(&self) -> Network {
        self.0.storage.network()
    }

    /// What verifies.
    pub fn engine(&self) -> &Arc<Engine> {
        &self.0.engine
    }

    /// What time it is.
    pub fn now(&self) -> Time {
        self.0.clock.now()
    }

    /// Sets the clock, on regtest.
    ///
    /// # Errors
    /// [`NodeError::Clock`] on other networks.
    pub fn set_now(&self, time: Time) -> Result<(), NodeError> {
        if self.network() != Network::Regtest {
            return Err(NodeError::Clock);
        }
        self.0.clock.set(time);
        Ok(())
    }

    /// The chain as it is now.
    ///
    /// # Errors
    /// When the disk fails.
    pub fn view(&self) -> Result<ChainView, NodeError> {
        Ok(ChainView::new(&self.0.storage)?)
    }

    /// The last block, and each one after it as it comes. Ends with the node.
    pub fn tips(&self) -> watch::Receiver<Tip> {
        self.0.tips.clone()
    }

    /// What happens from now on. Who falls too far behind misses some, and is told so.
    pub fn events(&self) -> broadcast::Receiver<Event> {
        self.0.events.subscribe()
    }

    /// Sends a block. It is on the disk, and the chain is the best one, when this returns.
    ///
    /// # Errors
    /// When the node stops, or has too much to do.
    pub fn submit_block(&self, block: Block) -> Result<Submitted, NodeError> {
        self.ask(|reply| Request::Block(Box::new(block), reply))
    }

    /// Sends blocks that follow each other: they share commits. The answers are in their order.
    ///
    /// # Errors
    /// When the node stops.
    pub fn submit_blocks(&self, blocks: Vec<Block>) -> Result<Vec<Submitted>, NodeError> {
        let ask = |block| self.ask_later(|reply| Request::Block(Box::new(block), reply));
        let answers: Vec<Receiver<_>> = blocks.into_iter().map(ask).collect::<Result<_, _>>()?;
        answers.iter().map(|answer| self.wait_for(answer)).collect()
    }

    /// Sends a header.
    ///
    /// # Errors
    /// As [`submit_block`](Node::submit_block).
    pub fn submit_header(&self, header: Header) -> Result<Submitted, NodeError> {
        self.ask(|reply| Request::Header(header, reply))
    }

    /// Sends a transaction. It waits for a block, on the disk, when this returns.
    ///
    /// # Errors
    /// [`NodeError::Refused`]; when the node stops, or has too much to do.
    pub fn submit_transaction(&self, transaction: Transaction) -> Result<Txid, NodeError> {
        self.ask(|reply| Request::Transaction(Box::new(transaction), reply))
    }

    /// What a transaction would pay, if it would be taken.
    ///
    /// # Errors
    /// As [`submit_transaction`](Node::submit_transaction).
    pub fn test_transaction(&self, transaction: Transaction) -> Result<Units, NodeError> {
        self.ask(|reply| Request::Test(Box::new(transaction), reply))
    }

    /// A block to mine, which pays this address.
    ///
    /// # Errors
    /// As [`submit_block`](Node::submit_block).
    pub fn template(&self, payout: Address) -> Result<Template, NodeError> {
        self.ask(|reply| Request::Template(payout, reply))
    }

    /// What waits, those first that pay most for their weight.
    ///
    /// # Errors
    /// As [`submit_block`](Node::submit_block).
    pub fn waiting(&self) -> Result<Vec<Waiting>, NodeError> {
        self.ask(Request::Waiting)
    }

    /// One that waits.
    ///
    /// # Errors
    /// As [`submit_block`](Node::submit_block).
    pub fn waiting_transaction(&self, id: Txid) -> Result<Option<Transaction>, NodeError> {
        self.ask(|reply| Request::WaitingOne(id, reply))
    }

    /// How much waits.
    ///
    /// # Errors
    /// As [`submit_block`](Node::submit_block).
    pub fn mempool(&self) -> Result<MempoolSize, NodeError> {
        self.ask(Request::Mempool)
    }

    /// The sequence of an account's next transaction, after those that wait.
    ///
    /// # Errors
    /// As [`submit_block`](Node::submit_block).
    pub fn next_sequence(&self, account: Address) -> Result<u64, NodeError> {
        self.ask(|reply| Request::NextSequence(account, reply))
    }

    /// Stops, and waits for the end of what cannot be cut short: tens of milliseconds. What was answered is on the disk.
    pub fn stop(&self) {
        self.0.cancel.cancel();
        let _ = self.0.requests.try_send(Request::Wake);
        let thread = self.0.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread {
            let _ = thread.join();
        }
    }

    /// Whether it is being stopped, or has.
    pub fn is_stopping(&self) -> bool {
        self.0.cancel.is_cancelled() || self.failure().is_some()
    }

    /// Why it stopped by itself.
    pub fn failure(&self) -> Option<NodeError> {
        self.0.failure.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn ask<T>(&self, request: impl FnOnce(Reply<T>) -> Request) -> Result<T, NodeError> {
        let answer = self.ask_later(request)?;
        self.wait_for(&answer)
    }

    fn ask_later<T>(
        &self,
        request: impl FnOnce(Reply<T>) -> Request,
    ) -> Result<Receiver<Result<T, NodeError>>, NodeError> {
        let (reply, answer) = sync_channel(1);
        match self.0.requests.try_send(request(reply)) {
            Ok(()) => Ok(answer),
            Err(TrySendError::Full(_)) => Err(NodeError::Busy),
            Err(TrySendError::Disconnected(_)) => Err(self.ended()),
        }
    }

    fn wait_for<T>(&self, answer: &Receiver<Result<T, NodeError>>) -> Result<T, NodeError> {
        answer.recv().unwrap_or_else(|_| Err(self.ended()))
    }

    /// Why nobody answers. The thread says so just after it lets go of what it was asked.
    fn ended(&self) -> NodeError {
        for _ in 0..100 {
            if let Some(failure) = self.failure() {
                return failure;
            }
            if self.0.cancel.is_cancelled() {
                break;
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        NodeError::Stopping
    }
}

/// A panic is a failure: whoever waits must not wait for ever, and nobody must go on.
fn guarded<T>(act: impl FnOnce() -> Result<T, NodeError>) -> Result<T, NodeError> {
    let failed = |why| Err(NodeError::Failed(format!("{FAULT}: {why}")));
    guard(act).unwrap_or_else(failed)
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.cancel.cancel();
        let _ = self.requests.try_send(Request::Wake);
        if let Some(thread) = self.thread.get_mut().unwrap_or_else(PoisonError::into_inner).take() {
            let _ = thread.join();
        }
    }
}

/// Blocks as `submit_blocks` likes them: how many are sent together.
pub const BLOCKS_TOGETHER: usize = 256;

/// An id as people read it: its bytes from the last to the first.
pub fn display(id: &BlockId) -> String {
    hex::encode(gridnet_core::proof::header::display_order(id))
}
