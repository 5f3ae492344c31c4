//! The ledger: what blocks do to the state, as a pure state machine.
//!
//! A block goes through three stages, the cheapest first. *Structural*: what it says of itself, the sums of its costs before
//! any hash. *Semantic*: all its signatures, walks and proofs of work at once, by the engine. *Contextual*: its transactions
//! one after the other, each on the state that those before it left. Then what must always hold is looked at, the root is
//! brought up to date, and everything is written at once. What takes the block back is given to the caller.

mod audit;
mod draft;
mod genesis;
pub(crate) mod header;
mod regtest;
mod rejection;
mod rules;
mod semantic;
mod structural;
mod turn;

use gridnet_core::{Control, Engine};

pub use self::audit::Books;
pub use self::draft::{Checked, Draft};
pub use self::genesis::{genesis, premine, regtest_key};
pub use self::regtest::{Regtest, sign_paying_least};
pub use self::rejection::{Fault, Lasting, Rejection};
use self::rejection::{rejected, require};
pub use self::rules::fraud::commitment as fraud_commitment;
use self::turn::Turn;
use crate::Network;
use crate::block::Block;
use crate::reason::Rejected;
use crate::state::row::{Account, Tip, Totals};
use crate::state::{self, Row, Store, StoreError, Undo, View};
use crate::transaction::{Posted, Transaction};
use crate::value::{Height, Time, Units};
use crate::verify::{Settled, Work};

/// What a transaction must pay at least to be taken, if somebody pays for it.
pub fn least_fee(network: Network, transaction: &Transaction) -> Units {
    structural::least_fee(network, transaction)
}

/// Whether a block is one whatever came before it: its proof of work, its transactions' root, their costs and shapes. What is
/// worth keeping passes this.
///
/// # Errors
/// [`Fault::Rejected`].
pub fn check_alone(network: Network, block: &Block) -> Result<(), Fault> {
    structural::check(network, block).map(drop)
}

/// A block that was taken.
#[derive(Clone, Debug)]
pub struct Applied {
    /// What takes it back.
    pub undo: Undo,
    /// What verifying it took.
    pub work: Work,
    /// What each of its transactions paid, the coinbase first.
    pub paid: Vec<Paid>,
}

/// What a transaction paid, beside what it says itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Paid {
    /// To the block's producer.
    pub fee: Units,
    /// What each of its transit pools paid, if it is a claim.
    pub pools: Vec<Settled>,
}

/// A chain of blocks as the state that it led to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ledger<S> {
    network: Network,
    store: S,
}

impl<S: Store> Ledger<S> {
    /// The ledger in a store. An empty store becomes that of the network's first block.
    ///
    /// # Errors
    /// When the store fails, and [`Fault::Broken`] when what is in it does not begin with this network's first block.
    pub fn open(network: Network, store: S) -> Result<Ledger<S>, Fault> {
        let mut ledger = Ledger { network, store };
        let first = genesis(network);
        match state::read::<Tip>(&ledger.store, &())? {
            None => ledger.begin(&first)?,
            Some(tip) if tip.first == first.id() => {}
            Some(_) => return Err(Fault::Broken(format!("this is no state of {}", network.name()))),
        }
        Ok(ledger)
    }

    fn begin(&mut self, first: &Block) -> Result<(), Fault> {
        let mut view = View::new(&self.store);
        let mut totals = Totals::default();
        if let Some((owner, amount)) = premine(self.network) {
            view.put(&owner, &Account { balance: amount, sequence: 0 })?;
            totals.rewarded = amount;
        }
        view.put(&(), &totals)?;
        view.put(&(), &Tip::first(&first.header))?;
        state::commit(&mut view, Height(0))?;
        audit::check(&view)?;
        let (changes, _) = view.finish(first.id());
        Ok(self.store.write(&changes)?)
    }

    /// The network.
    pub fn network(&self) -> Network {
        self.network
    }

    /// Where the state is.
    pub fn store(&self) -> &S {
        &self.store
    }

    /// The same, for whoever keeps other things there too. What is the state's is changed by blocks alone.
    pub fn store_mut(&mut self) -> &mut S {
        &mut self.store
    }

    /// The last block.
    ///
    /// # Errors
    /// When the store fails.
    pub fn tip(&self) -> Result<Tip, StoreError> {
        let tip = state::read(&self.store, &())?;
        tip.ok_or_else(|| StoreError("there is no last block".to_owned()))
    }

    /// A row of the state.
    ///
    /// # Errors
    /// When the store fails.
    pub fn row<R: Row>(&self, key: &R::Key) -> Result<Option<R>, StoreError> {
        state::read(&self.store, key)
    }

    /// The root over the state: what the next block's coinbase names.
    ///
    /// # Errors
    /// When the store fails.
    pub fn root(&self) -> Result<[u8; 32], StoreError> {
        state::root(&self.store, self.tip()?.height)
    }

    /// The beginning of the block after the last one.
    fn turn<'a>(&'a self, tip: &Tip, view: View<'a, S>) -> Result<Turn<'a, S>, Fault> {
        let height = tip.height.0.checked_add(1).map(Height);
        let height = height.map_or_else(|| rejected(Rejected::Height), Ok)?;
        Turn::begin(view, self.network, height, tip.median_time())
    }

    /// A block in the making.
    ///
    /// # Errors
    /// When the store fails.
    pub fn draft(&self) -> Result<Draft<'_, S>, Fault> {
        Draft::new(self)
    }

    /// Takes a block. `now` is the only moment that rules depend on which is not in the chain.
    ///
    /// # Errors
    /// [`Fault`]: nothing was changed.
    pub fn apply(
        &mut self,
        engine: &Engine,
        block: &Block,
        now: Time,
        control: &Control,
    ) -> Result<Applied, Fault> {
        let tip = self.tip()?;
        let coinbase = structural::check(self.network, block)?;
        header::check(self.network, &tip, &block.header, now)?;
        let mut turn = self.turn(&tip, View::new(&self.store))?;
        require(coinbase.height == turn.height, Rejected::Height).map_err(|fault| fault.at(0))?;
        require(coinbase.state == self.root()?, Rejected::State).map_err(|fault| fault.at(0))?;

        let known = semantic::Known::of(self.network, &turn.view, &block.transactions)?;
        let (findings, work) = semantic::check(engine, self.network, &block.transactions, &known, control)?;

        let mut findings = findings.as_slice();
        let mut paid = vec![Paid::default()];
        for (number, transaction) in block.transactions.iter().enumerate().skip(1) {
            let claims = match transaction {
                Transaction::Posted(Posted::Claim(claims)) => claims.as_slice().len(),
                _ => 0,
            };
            let (own, others) = findings.split_at(claims);
            findings = others;
            let before = turn.fees;
            let pools = turn.transaction(transaction, own).map_err(|fault| fault.at(number))?;
            paid.push(Paid { fee: Units(turn.fees.0 - before.0), pools });
        }
        turn.end(coinbase.payout, coinbase.amount).map_err(|fault| fault.at(0))?;
        let (height, mut view) = (turn.height, turn.view);
        view.put(&(), &tip.followed_by(&block.header))?;
        state::commit(&mut view, height)?;
        audit::check(&view)?;
        let (changes, undo) = view.finish(block.id());
        self.store.write(&changes)?;
        Ok(Applied { undo, work, paid })
    }

    /// Takes the last block back: the state is then exactly what it was before.
    ///
    /// # Errors
    /// [`Fault::Rejected`] when it is of another block than the last one; when the store fails.
    pub fn undo(&mut self, undo: &Undo) -> Result<(), Fault> {
        require(self.tip()?.id == undo.block, Rejected::Previous)?;
        Ok(self.store.write(&undo.before)?)
    }
}
