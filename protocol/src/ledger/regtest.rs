//! A chain of one's own in memory: what stories, simulations and other languages play with.

use gridnet_core::proof::header::Header;
use gridnet_core::{Control, Engine, Order};

use super::rejection::Fault;
use super::{Ledger, genesis, least_fee};
use crate::block::Block;
use crate::state::row::Account;
use crate::state::{Memory, Row, StoreError, Undo};
use crate::transaction::{Action, Body, Transaction};
use crate::value::{Height, Time, Units};
use crate::{Address, Error, Network, Signer};

/// Seconds between two blocks, unless the clock is set.
const SPACING: u64 = 120;

/// A transaction of an account, with this sequence, that pays just what it must.
///
/// # Errors
/// [`Error::Signer`].
pub fn sign_paying_least(
    network: Network,
    signer: &dyn Signer,
    sequence: u64,
    action: Action,
) -> Result<Transaction, Error> {
    let body = Body { sender: signer.public(), sequence, fee: Units::ZERO, action };
    // A fee has eight bytes whatever it is, so the weight is the same.
    let fee = least_fee(network, &body.clone().sign(network, signer)?);
    Body { fee, ..body }.sign(network, signer)
}

/// A chain in memory on the regtest network, where every nonce is nearly good. Its clock is set by whoever plays.
#[derive(Clone, Debug)]
pub struct Regtest {
    ledger: Ledger<Memory>,
    blocks: Vec<(Block, Undo)>,
    now: Time,
}

impl Regtest {
    /// The chain of the first block alone, a minute after it.
    ///
    /// # Errors
    /// None that memory makes.
    pub fn new() -> Result<Regtest, Fault> {
        let ledger = Ledger::open(Network::Regtest, Memory::default())?;
        let now = Time(u64::from(ledger.tip()?.time) + 60);
        Ok(Regtest { ledger, blocks: Vec::new(), now })
    }

    /// What its blocks led to.
    pub fn ledger(&self) -> &Ledger<Memory> {
        &self.ledger
    }

    /// Its blocks from the second one on.
    pub fn blocks(&self) -> impl ExactSizeIterator<Item = &Block> {
        self.blocks.iter().map(|(block, _)| block)
    }

    /// Its headers, the first block's first.
    pub fn headers(&self) -> Vec<Header> {
        let first = genesis(self.ledger.network()).header;
        std::iter::once(first).chain(self.blocks().map(|block| block.header)).collect()
    }

    /// The last block's height.
    pub fn height(&self) -> Height {
        Height(self.blocks.len() as u32)
    }

    /// What the clock says.
    pub fn now(&self) -> Time {
        self.now
    }

    /// Sets the clock. It may be set back; blocks then have the earliest time that they may have.
    pub fn set_now(&mut self, now: Time) {
        self.now = now;
    }

    /// A row of the state.
    ///
    /// # Errors
    /// None that memory makes.
    pub fn row<R: Row>(&self, key: &R::Key) -> Result<Option<R>, StoreError> {
        self.ledger.row(key)
    }

    /// An account; one that nobody ever paid has nothing.
    ///
    /// # Errors
    /// None that memory makes.
    pub fn account(&self, address: &Address) -> Result<Account, StoreError> {
        Ok(self.row(address)?.unwrap_or_default())
    }

    /// The next transaction of an account, after `ahead` others that are still to be mined. It pays just what it must.
    ///
    /// # Errors
    /// [`Error::Signer`]; none that memory makes.
    pub fn sign(&self, signer: &dyn Signer, ahead: u64, action: Action) -> Result<Transaction, Error> {
        let account = self.account(&Address::of(&signer.public()));
        let sequence = account.map_or(0, |account| account.sequence).saturating_add(ahead);
        sign_paying_least(self.ledger.network(), signer, sequence, action)
    }

    /// Mines a block of these transactions, two minutes after the last one at least.
    ///
    /// # Errors
    /// Which of them is not good, and why: nothing is changed then. What the engine or memory says.
    pub fn mine(
        &mut self,
        engine: &Engine,
        transactions: &[Transaction],
        payout: Address,
    ) -> Result<&Block, Fault> {
        let earliest = u64::from(self.ledger.tip()?.time) + SPACING;
        let now = self.now.max(Time(earliest));
        let mut draft = self.ledger.draft()?;
        for (number, transaction) in transactions.iter().enumerate() {
            let added = draft.add(engine, transaction.clone(), &Control::default());
            // The coinbase is the block's first.
            added.map_err(|fault| fault.at(number + 1))?;
        }
        let block = mined(draft.finish(payout, now)?);
        let applied = self.ledger.apply(engine, &block, now, &Control::default())?;
        self.now = now;
        self.blocks.push((block, applied.undo));
        Ok(&self.blocks.last().expect("it was just mined").0)
    }

    /// Takes a block that somebody else mined.
    ///
    /// # Errors
    /// Why it is not taken: nothing is changed then.
    pub fn apply(&mut self, engine: &Engine, block: Block) -> Result<(), Fault> {
        let applied = self.ledger.apply(engine, &block, self.now, &Control::default())?;
        self.blocks.push((block, applied.undo));
        Ok(())
    }

    /// Takes back the last block, and gives it; `None` when only the first one is left.
    ///
    /// # Errors
    /// None that memory makes.
    pub fn undo(&mut self) -> Result<Option<Block>, Fault> {
        let Some((block, undo)) = self.blocks.pop() else { return Ok(None) };
        self.ledger.undo(&undo)?;
        Ok(Some(block))
    }
}

/// The block with a nonce that makes it good: on regtest every second one does.
fn mined(mut block: Block) -> Block {
    let target = block.header.target().expect("a draft's bits are a target");
    let function = Network::Regtest.parameters().proof_of_work;
    while !target.is_met_by(&function.hash(&block.header.to_bytes()), Order::Little) {
        block.header.nonce += 1;
    }
    block
}

#[cfg(test)]
mod tests {
    use super::Regtest;
    use crate::Address;
    use crate::ledger::regtest_key;
    use crate::reason::Rejected;
    use crate::state::Memory;
    use crate::transaction::Action;
    use crate::value::{Height, Time, Units};
    use gridnet_core::Engine;

    #[test]
    fn a_chain_is_mined_and_taken_back() {
        let engine = Engine::builder().device("cpu").threads(1).build().expect("a CPU");
        let (rich, poor) = (regtest_key(), Address([7; 32]));
        let mut chain = Regtest::new().expect("memory");
        let start = chain.ledger().clone();
        let pay = |amount| Action::Transfer { to: poor, amount: Units(amount) };
        let both: Vec<_> = [0, 1].map(|ahead| chain.sign(&rich, ahead, pay(5)).expect("a key")).into();
        chain.mine(&engine, &both, poor).expect("two good ones");
        assert_eq!((chain.height(), chain.account(&poor).expect("memory").balance), (Height(1), Units(10)));
        // What is not good names its place, and changes nothing.
        let before = chain.ledger().clone();
        let fault = chain.mine(&engine, &[both[0].clone()], poor).expect_err("it was sent before");
        let rejection = fault.rejection().expect("a rejection");
        assert_eq!((rejection.code, rejection.transaction), (Rejected::Sequence, Some(1)));
        assert_eq!(chain.ledger(), &before);
        // Two minutes lie between blocks, or as many as the clock is set ahead.
        let time = chain.now().0;
        chain.mine(&engine, &[], poor).expect("an empty block");
        assert_eq!(chain.now(), Time(time + 120));
        chain.set_now(Time(time + 10_000));
        let time = chain.mine(&engine, &[], poor).expect("another one").header.time;
        assert_eq!(u64::from(time), chain.now().0);
        let undone: Vec<_> = std::iter::from_fn(|| chain.undo().expect("memory")).collect();
        assert_eq!((undone.len(), chain.ledger()), (3, &start));
        assert_eq!(chain.ledger().store().len(), Memory::len(start.store()));
        // And forth again: the blocks are what they were.
        for block in undone.into_iter().rev() {
            chain.apply(&engine, block).expect("a good block");
        }
        assert_eq!(chain.account(&poor).expect("memory").balance.0 % 10, 0);
        assert_eq!(chain.headers().len(), 4);
    }
}
