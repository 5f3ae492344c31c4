//! When things happen: blocks, waits, blocks that are taken back, others in their place, and the same once more.

use gridnet_core::Control;
use gridnet_protocol::block::Block;
use gridnet_protocol::ledger::{Ledger, Rejection};
use gridnet_protocol::reason::Rejected;
use gridnet_protocol::state::Memory;
use gridnet_protocol::state::row::Pool;
use gridnet_protocol::transaction::{Action, Transaction};
use gridnet_protocol::value::Units;
use gridnet_protocol::verify::CLAIM_GRACE;
use gridnet_tests::chain::{Chain, mined, with_root};
use gridnet_tests::world::NETWORK;

use super::acts::{Attempt, Expected};
use super::dice::Dice;
use super::tally::Tally;
use super::world::World;
use super::{ENGINE, Simulation, invariants, root};

/// Blocks that are taken back at a time, mostly and at most.
const DEPTHS: [u32; 2] = [8, 40];
/// States that are remembered at a time.
const REMEMBERED_MAX: usize = 44;
/// The step at which the run waits until pools can be taken back.
const LONG_WAIT: u64 = 90;
/// The root is computed once in so many looks at all rows.
const ROOT_EVERY: u64 = 8;
/// Rows that are looked at, and copied, after every step and block. Of twice as many every second time, and so on.
const ROWS_AT_ONCE: usize = 1_500;
/// What everybody has in the beginning.
const START: Units = Units::from_gnc(1_000);

/// A transaction that was refused, after so many others of its block.
struct Refused {
    after: usize,
    transaction: Transaction,
    rejection: Rejection,
}

impl Simulation {
    pub(super) fn begin(seed: u64) -> Simulation {
        let chain = Chain::new(&ENGINE);
        let remembered = [(0, chain.ledger.clone())].into_iter().collect();
        let (dice, world, tally) = (Dice::new(seed), World::new(), Tally::default());
        let (queued, last) = Default::default();
        let mut simulation =
            Simulation { seed, step: 0, dice, chain, world, remembered, queued, last, tally };
        let gifts = (0..).zip(simulation.world.people.clone()).map(|(sequence, person)| {
            let action = Action::Transfer { to: person.address, amount: START };
            let transaction = simulation.chain.sign_as("rich", sequence, None, action);
            Attempt { transaction, expected: Expected::Either }
        });
        let gifts = gifts.collect();
        simulation.mine(gifts);
        simulation
    }

    /// A step.
    pub(super) fn go(&mut self) {
        self.world.forget();
        match self.dice.below(24) {
            _ if self.step == LONG_WAIT => self.wait_for_reclaims(),
            0 | 1 => self.reorganise(),
            2 => {
                let blocks = self.dice.between(2, 12);
                (0..blocks).for_each(|_| self.mine(Vec::new()));
            }
            _ => self.mine_something(),
        }
        let store = self.chain.ledger.store();
        self.tally.rows = self.tally.rows.max(store.len());
        let every = u64::from(self.every());
        if self.step.is_multiple_of(every) {
            invariants::check(store, &self.world.agreed);
        }
        if self.step.is_multiple_of(every * ROOT_EVERY) {
            self.check_root();
        }
    }

    /// After how many steps all rows are looked at, and after how many blocks they are copied: more as there are more rows.
    fn every(&self) -> u32 {
        let rows = self.chain.ledger.store().len();
        u32::try_from(1 + rows / ROWS_AT_ONCE).expect("a few thousand rows")
    }

    fn check_root(&self) {
        let ledger = &self.chain.ledger;
        assert_eq!(
            root::root(ledger.store()),
            ledger.root().expect("memory"),
            "the root is not over all rows"
        );
    }

    fn mine_something(&mut self) {
        self.queued.clear();
        let wanted = self.dice.between(1, 7);
        let mut attempts: Vec<Attempt> = (0..wanted).filter_map(|_| self.attempt()).collect();
        if self.dice.once_in(6) {
            self.dice.shuffle(&mut attempts);
        }
        self.mine(attempts);
    }

    /// Mines a block of what is good of these.
    fn mine(&mut self, attempts: Vec<Attempt>) {
        self.chain.now.0 += self.dice.between(30, 900);
        let control = Control::default();
        let mut draft = self.chain.ledger.draft().expect("memory");
        let (mut taken, mut refused) = (Vec::new(), Vec::new());
        for Attempt { transaction, expected } in attempts {
            let before = (draft.fees(), draft.weight());
            self.last = Some(transaction.clone());
            match draft.add(self.chain.engine, transaction.clone(), &control) {
                Ok(()) => {
                    assert_eq!(expected, Expected::Either, "it is taken, and should not be");
                    self.tally.take(&transaction);
                    taken.push(transaction);
                }
                Err(fault) => {
                    let rejection =
                        *fault.rejection().unwrap_or_else(|| panic!("it breaks no rule: {fault}"));
                    assert_eq!((draft.fees(), draft.weight()), before, "what is refused changes the draft");
                    self.tally.refuse(&rejection);
                    refused.push(Refused { after: taken.len(), transaction, rejection });
                }
            }
        }
        let miner = self.dice.pick(&self.world.people).expect("there are people");
        let block = mined(draft.finish(miner.address, self.chain.now).expect("a block"));
        if let Some(place) = self.dice.place(refused.len()) {
            self.refuse_in_a_block(&block, refused.swap_remove(place));
        }
        self.apply(&block);
    }

    /// What is refused is refused in a block too, and changes nothing; for the same reason, unless it has two.
    fn refuse_in_a_block(&mut self, block: &Block, refused: Refused) {
        let Refused { after, transaction, rejection } = refused;
        self.last = Some(transaction.clone());
        let mut bad = block.clone();
        bad.transactions.truncate(1 + after);
        bad.transactions.push(transaction);
        let bad = mined(with_root(bad));
        // The last one twice: another list may have the same root.
        let is_mutated = bad.merkle_root().is_some_and(|(_, mutated)| mutated);
        let chain = &mut self.chain;
        let fault = chain.ledger.apply(chain.engine, &bad, chain.now, &Control::default());
        let fault = fault.expect_err("the block has a bad transaction");
        let got = *fault.rejection().unwrap_or_else(|| panic!("it breaks no rule: {fault}"));
        if is_mutated {
            assert_eq!(got.code, Rejected::Mutated);
        } else {
            let number = u32::try_from(1 + after).expect("a few transactions");
            let expected = Rejection { transaction: Some(number), ..rejection };
            // A draft looks at what costs little first, so of two faults it may name another.
            let is_cheap = matches!(rejection.code, Rejected::Claim | Rejected::Sequence | Rejected::Balance);
            let agree = got == expected || is_cheap && got.transaction == expected.transaction;
            assert!(agree, "a draft and a block disagree: {expected:?}, {got:?}");
        }
        if let Some(before) = self.remembered.get(&chain.height()) {
            assert_eq!(chain.ledger, *before, "a refused block changed something");
        }
        self.tally.refused_in_blocks += 1;
    }

    /// Takes a block that is good.
    fn apply(&mut self, block: &Block) {
        self.chain.apply(block).unwrap_or_else(|fault| panic!("a good block is not taken: {fault}"));
        self.tally.blocks += 1;
        let height = self.chain.height();
        if !height.is_multiple_of(self.every()) {
            return;
        }
        let (_, before) = self.remembered.last_key_value().expect("the first block is never forgotten");
        invariants::grown(before.store(), self.chain.ledger.store());
        self.remembered.insert(height, self.chain.ledger.clone());
        while self.remembered.len() > REMEMBERED_MAX {
            // After the first block, which gave everybody something.
            let oldest = *self.remembered.keys().nth(1).expect("there are many");
            self.remembered.remove(&oldest);
        }
    }

    /// Takes back the last block: the ledger is then what it was.
    fn undo(&mut self) -> Option<Block> {
        let block = self.chain.undo()?;
        let height = self.chain.height();
        self.remembered.remove(&(height + 1));
        if let Some(before) = self.remembered.get(&height) {
            assert_eq!(self.chain.ledger, *before, "undoing the block of height {} is not exact", height + 1);
        }
        Some(block)
    }

    /// Takes back some blocks, down to one whose state is remembered, and goes on otherwise: with other blocks, or with the
    /// same after all.
    fn reorganise(&mut self) {
        let depths = if self.dice.once_in(6) { DEPTHS[1] } else { DEPTHS[0] };
        let height = self.chain.height();
        let range = height.saturating_sub(depths).max(1)..height;
        let heights: Vec<u32> = self.remembered.range(range).map(|(height, _)| *height).collect();
        let Some(target) = self.dice.pick(&heights) else { return };
        let mut old = Vec::new();
        // What is taken back may come again.
        let mut states = self.remembered.split_off(&(target + 1));
        states.insert(height, self.chain.ledger.clone());
        while self.chain.height() > target {
            let block = self.undo().expect("there are as many blocks");
            if let Some(before) = states.get(&self.chain.height()) {
                assert_eq!(self.chain.ledger, *before, "undoing is not exact");
            }
            let others = block.transactions.iter().skip(1).cloned();
            // What was first is tried first.
            others.rev().for_each(|transaction| self.world.waiting.push_front(transaction));
            old.push(block);
        }
        self.check_root();
        let others = if self.dice.once_in(3) { 0 } else { self.dice.between(1, old.len() as u64 + 1) };
        (0..others).for_each(|_| self.mine_something());
        self.tally.reorganisations += 1;
        self.tally.undone += old.len() as u64;
        self.tally.deepest = self.tally.deepest.max(old.len() as u64);
        if others == 0 || self.dice.once_in(3) {
            (0..others).for_each(|_| drop(self.undo()));
            for block in old.into_iter().rev() {
                self.apply(&block);
                if let Some(state) = states.get(&self.chain.height()) {
                    assert_eq!(self.chain.ledger, *state, "the same block leaves something else");
                }
                self.tally.replayed += 1;
            }
            self.check_root();
        }
    }

    /// Waits until the first pool can be taken back.
    fn wait_for_reclaims(&mut self) {
        let pools = invariants::rows::<Pool>(self.chain.ledger.store());
        let over = pools.map(|(_, pool)| pool.registration.expiry.0 + CLAIM_GRACE).min();
        while over.is_some_and(|over| self.chain.height() < over) {
            self.mine(Vec::new());
        }
    }

    /// Goes back to the first block, and from there to the end again.
    pub(super) fn end(mut self) -> Tally {
        self.check_root();
        let last = self.chain.ledger.clone();
        let blocks: Vec<Block> = self.chain.blocks.iter().map(|(block, _)| block.clone()).collect();
        while self.undo().is_some() {}
        let new = || Ledger::open(NETWORK, Memory::default()).expect("memory");
        assert_eq!(self.chain.ledger, new(), "all blocks are undone, and something is left");
        let mut again = new();
        for block in &blocks {
            let applied = again.apply(self.chain.engine, block, self.chain.now, &Control::default());
            applied.unwrap_or_else(|fault| panic!("a good block is not taken again: {fault}"));
        }
        assert_eq!(again, last, "the same blocks lead elsewhere");
        assert_eq!(again.root(), last.root());
        std::mem::take(&mut self.tally)
    }
}
