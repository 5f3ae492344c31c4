//! What the one thread that changes things is asked, and how it answers.

use std::sync::mpsc::SyncSender;

use gridnet_core::HashFunction;
use gridnet_core::Target;
use gridnet_core::proof::header::Header;
use gridnet_protocol::Address;
use gridnet_protocol::block::Block;
use gridnet_protocol::transaction::Transaction;
use gridnet_protocol::value::{Height, Time, Units};

use super::NodeError;
use crate::chain::Submitted;
use crate::mempool::{Txid, Waiting};

/// Where an answer goes. Whoever asked may have gone.
pub(super) type Reply<T> = SyncSender<Result<T, NodeError>>;

/// What is asked.
pub(super) enum Request {
    Block(Box<Block>, Reply<Submitted>),
    Header(Header, Reply<Submitted>),
    Transaction(Box<Transaction>, Reply<Txid>),
    Test(Box<Transaction>, Reply<Units>),
    Template(Address, Reply<Template>),
    Waiting(Reply<Vec<Waiting>>),
    WaitingOne(Txid, Reply<Option<Transaction>>),
    NextSequence(Address, Reply<u64>),
    Mempool(Reply<MempoolSize>),
    /// Nothing: has the thread look whether it is to stop.
    Wake,
}

impl Request {
    /// Whether it changes something, so that its answer waits for the disk.
    pub(super) fn changes(&self) -> bool {
        matches!(self, Request::Block(..) | Request::Header(..) | Request::Transaction(..))
    }

    /// About how much memory it holds.
    pub(super) fn bytes(&self) -> u64 {
        match self {
            Request::Block(block, _) => block.transactions.iter().map(Transaction::weight).sum(),
            Request::Transaction(transaction, _) => transaction.weight(),
            _ => 0,
        }
    }
}

/// A block whose nonce is still to be found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    /// The block. Its header's nonce, the coinbase's extranonce, version bits 13 to 28, and the time may be changed.
    pub block: Block,
    /// Its height.
    pub height: Height,
    /// What its hash must not exceed.
    pub target: Target,
    /// The function that is hashed with.
    pub function: HashFunction,
    /// What its transactions pay.
    pub fees: Units,
    /// What it weighs.
    pub weight: u64,
    /// The earliest time that it may have.
    pub time_min: Time,
    /// What was waiting when it was made: another number, another template.
    pub changes: u64,
}

/// How much waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MempoolSize {
    /// Transactions.
    pub count: u64,
    /// Their weight.
    pub weight: u64,
    /// How much may be.
    pub weight_max: u64,
    /// Counts changes.
    pub changes: u64,
}
