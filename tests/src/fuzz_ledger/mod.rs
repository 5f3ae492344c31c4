//! Fuzz targets of the ledger: every decoder of blocks, transactions, meters, contracts and the state; and a whole ledger that
//! is given transactions.

mod decoders;
mod transactions;

use std::sync::LazyLock;

use gridnet_core::Engine;
use gridnet_protocol::ledger::Ledger;
use gridnet_protocol::state::Memory;
use gridnet_protocol::transaction::Transaction;

pub use self::decoders::{decoders, encodings, read};
pub use self::transactions::{blocks, good_blocks};
use crate::vectors;

static ENGINE: LazyLock<Engine> = LazyLock::new(|| {
    Engine::builder().device("cpu").threads(1).build().expect("the CPU's paths pass their self-test")
});

/// A ledger in the midst of its life, and what was done on it.
struct Town {
    /// There are pools, banks, held shares, meters, a subvention, contracts, one of which is being closed.
    ledger: Ledger<Memory>,
    /// Transactions of the chain that led there, and of what came after.
    transactions: Vec<Transaction>,
    /// One of its blocks, as bytes.
    block: Vec<u8>,
}

static TOWN: LazyLock<Town> = LazyLock::new(|| {
    let (ledger, transactions, block) = vectors::town(&ENGINE);
    Town { ledger, transactions, block }
});
