//! A block in the making: transactions are tried one by one, and those that the ledger takes are kept.

use gridnet_core::proof::header::Header;
use gridnet_core::{Control, Engine};

use super::rejection::{Fault, require};
use super::turn::{Turn, more};
use super::{Ledger, semantic, structural};
use crate::block::{Block, Coinbase, EXTRANONCE_BYTES, WEIGHT_MAX, reward};
use crate::reason::Rejected;
use crate::state::row::Tip;
use crate::state::{Store, View};
use crate::transaction::Transaction;
use crate::value::{Time, Units};
use crate::{Address, Network};

/// A block in the making.
pub struct Draft<'a, S> {
    network: Network,
    tip: Tip,
    turn: Turn<'a, S>,
    state: [u8; 32],
    transactions: Vec<Transaction>,
    weight: u64,
}

impl<'a, S: Store> Draft<'a, S> {
    pub(super) fn new(ledger: &'a Ledger<S>) -> Result<Draft<'a, S>, Fault> {
        let (network, tip) = (ledger.network(), ledger.tip()?);
        let turn = ledger.turn(&tip, View::with_journal(ledger.store()))?;
        let coinbase = Transaction::Coinbase(Coinbase {
            height: turn.height,
            extranonce: [0; EXTRANONCE_BYTES],
            payout: Address([0; 32]),
            amount: Units::ZERO,
            state: [0; 32],
        });
        let (state, weight) = (ledger.root()?, coinbase.weight());
        Ok(Draft { network, tip, turn, state, transactions: Vec::new(), weight })
    }

    /// Tries a transaction, and keeps it if it is good after all that were kept before. What costs little is looked at first,
    /// so of two faults another may be named than in a block.
    ///
    /// # Errors
    /// Why it is not, and failures of the store or the engine; the draft is then as it was.
    pub fn add(&mut self, engine: &Engine, transaction: Transaction, control: &Control) -> Result<(), Fault> {
        structural::transaction(self.network, &transaction)?;
        let weight = self.weight + transaction.weight();
        require(weight <= WEIGHT_MAX, Rejected::Weight)?;
        self.turn.screen(&transaction)?;
        let one = std::slice::from_ref(&transaction);
        let known = semantic::Known::of(self.network, &self.turn.view, one)?;
        let (findings, _) =
            semantic::check(engine, self.network, one, &known, control).map_err(Fault::alone)?;
        self.turn.or_back(|turn| turn.transaction(&transaction, &findings))?;
        self.weight = weight;
        self.transactions.push(transaction);
        Ok(())
    }

    /// What its transactions pay.
    pub fn fees(&self) -> Units {
        self.turn.fees
    }

    /// What it weighs.
    pub fn weight(&self) -> u64 {
        self.weight
    }

    /// The block, whose nonce is still to be found. Its time is the given one, or the earliest that it may have.
    ///
    /// # Errors
    /// When fees are more than an amount holds.
    pub fn finish(self, payout: Address, time: Time) -> Result<Block, Fault> {
        let amount = more(reward(self.turn.height), self.turn.fees)?;
        let coinbase = Coinbase {
            height: self.turn.height,
            extranonce: [0; EXTRANONCE_BYTES],
            payout,
            amount,
            state: self.state,
        };
        let time = time.0.max(self.tip.median_time().0 + 1);
        let header = Header {
            version: 1 << 29,
            previous: self.tip.id,
            merkle_root: [0; 32],
            time: u32::try_from(time).or_else(|_| super::rejection::rejected(Rejected::TooNew))?,
            bits: self.tip.next_bits(self.network),
            nonce: 0,
        };
        let transactions = [Transaction::Coinbase(coinbase)].into_iter().chain(self.transactions).collect();
        let mut block = Block { header, transactions };
        block.header.merkle_root = block.merkle_root().expect("it has a coinbase").0;
        Ok(block)
    }
}
