//! A block in the making: transactions are tried one by one, and those that the ledger takes are kept.

use gridnet_core::proof::header::Header;
use gridnet_core::{Control, Engine};

use super::rejection::{Fault, require};
use super::semantic::Known;
use super::turn::{Turn, more};
use super::{Ledger, semantic, structural};
use crate::block::{Block, Coinbase, EXTRANONCE_BYTES, WEIGHT_MAX, reward};
use crate::reason::Rejected;
use crate::state::row::Tip;
use crate::state::{Store, View};
use crate::transaction::Transaction;
use crate::value::{Height, Time, Units};
use crate::verify::Finding;
use crate::{Address, Network};

/// A block in the making.
pub struct Draft<'a, S> {
    network: Network,
    tip: Tip,
    turn: Turn<'a, S>,
    state: [u8; 32],
    transactions: Vec<Transaction>,
    weight: u64,
    weight_max: u64,
}

/// A transaction of which all was verified that does not depend on those before it.
#[derive(Clone, Debug)]
pub struct Checked {
    transaction: Transaction,
    weight: u64,
    /// What it was verified against.
    known: Known,
    findings: Vec<Finding>,
}

impl Checked {
    /// The transaction.
    pub fn transaction(&self) -> &Transaction {
        &self.transaction
    }

    /// What it takes of a block.
    pub fn weight(&self) -> u64 {
        self.weight
    }
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
        Ok(Draft { network, tip, turn, state, transactions: Vec::new(), weight, weight_max: WEIGHT_MAX })
    }

    /// The same of any weight: no block, but a look at what transactions would do one after the other, in as many blocks as
    /// they need.
    #[must_use]
    pub fn of_any_weight(self) -> Draft<'a, S> {
        Draft { weight_max: u64::MAX, ..self }
    }

    /// Tries a transaction, and keeps it if it is good after all that were kept before. What costs little is looked at first,
    /// so of two faults another may be named than in a block.
    ///
    /// # Errors
    /// Why it is not, and failures of the store or the engine; the draft is then as it was.
    pub fn add(&mut self, engine: &Engine, transaction: Transaction, control: &Control) -> Result<(), Fault> {
        let mut checked = self.check(engine, transaction, control)?;
        self.add_checked(engine, &mut checked, control)
    }

    /// Verifies all of a transaction that does not depend on those before it, once for as many drafts as it will be in.
    ///
    /// # Errors
    /// As [`add`](Draft::add).
    pub fn check(
        &self,
        engine: &Engine,
        transaction: Transaction,
        control: &Control,
    ) -> Result<Checked, Fault> {
        structural::transaction(self.network, &transaction)?;
        let weight = transaction.weight();
        require(self.weight + weight <= self.weight_max, Rejected::Weight)?;
        self.turn.screen(&transaction)?;
        let known = self.known(&transaction)?;
        let findings = self.verify(engine, &transaction, &known, control)?;
        Ok(Checked { transaction, weight, known, findings })
    }

    /// As [`add`](Draft::add), of what was verified before. It is verified again only where something was registered since
    /// that it can depend on.
    ///
    /// # Errors
    /// As [`add`](Draft::add).
    pub fn add_checked(
        &mut self,
        engine: &Engine,
        checked: &mut Checked,
        control: &Control,
    ) -> Result<(), Fault> {
        let weight = self.weight + checked.weight;
        require(weight <= self.weight_max, Rejected::Weight)?;
        let known = self.known(&checked.transaction)?;
        if known != checked.known {
            self.turn.screen(&checked.transaction)?;
            checked.findings = self.verify(engine, &checked.transaction, &known, control)?;
            checked.known = known;
        }
        let Checked { transaction, findings, .. } = checked;
        self.turn.or_back(|turn| turn.transaction(transaction, findings).map(drop))?;
        self.weight = weight;
        self.transactions.push(transaction.clone());
        Ok(())
    }

    fn known(&self, transaction: &Transaction) -> Result<Known, Fault> {
        Ok(Known::of(self.network, &self.turn.view, std::slice::from_ref(transaction))?)
    }

    fn verify(
        &self,
        engine: &Engine,
        transaction: &Transaction,
        known: &Known,
        control: &Control,
    ) -> Result<Vec<Finding>, Fault> {
        let one = std::slice::from_ref(transaction);
        let checked = semantic::check(engine, self.network, one, known, control);
        Ok(checked.map_err(Fault::alone)?.0)
    }

    /// The height of the block in the making.
    pub fn height(&self) -> Height {
        self.turn.height
    }

    /// How many transactions it has beside the coinbase.
    pub fn len(&self) -> usize {
        self.transactions.len()
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.transactions.is_empty()
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
