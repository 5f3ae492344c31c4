//! What is wrong on purpose, or comes at the wrong time.

use gridnet_protocol::state::row::{Identity, Pool};
use gridnet_protocol::transaction::{Action, Posted, Transaction};
use gridnet_protocol::transit::ClaimedPool;
use gridnet_protocol::value::Units;
use gridnet_tests::chain::claim;

use super::{Attempt, Expected};
use crate::simulator::Simulation;
use crate::simulator::world::Person;

/// Blocks back from which transactions come twice.
const BACK: usize = 60;

impl Simulation {
    /// What was undone, or came too soon, comes again: mostly in its old order.
    pub(super) fn try_again(&mut self) -> Option<Attempt> {
        let waiting = self.world.waiting.len();
        let place = if self.dice.once_in(4) { self.dice.place(waiting)? } else { 0 };
        let transaction = self.world.waiting.remove(place)?;
        Some(Attempt { transaction, expected: Expected::Either })
    }

    /// A transaction before the one that it must follow, which comes when it has been tried.
    pub(super) fn come_too_soon(&mut self) -> Option<Attempt> {
        let (from, to) = (self.anybody()?, self.anybody()?);
        let action = |amount| Action::Transfer { to: to.address, amount: Units(amount) };
        if from.name == to.name {
            return None;
        }
        let first = self.sign(from, action(1));
        let second = self.sign(from, action(2));
        self.world.waiting.push_front(second.transaction.clone());
        self.world.waiting.push_front(first.transaction);
        Some(second)
    }

    /// A transaction of this chain.
    fn taken(&mut self, wanted: impl Fn(&Transaction) -> bool) -> Option<Transaction> {
        let blocks = &self.chain.blocks;
        let recent = &blocks[blocks.len().saturating_sub(BACK)..];
        let all = recent.iter().flat_map(|(block, _)| block.transactions.iter().skip(1));
        let all: Vec<&Transaction> = all.filter(|transaction| wanted(transaction)).collect();
        self.dice.pick(&all).cloned()
    }

    /// What was taken once is not taken again, whatever it is.
    pub(super) fn come_twice(&mut self) -> Option<Attempt> {
        let transaction = self.taken(|_| true)?;
        Some(Attempt { transaction, expected: Expected::Refused })
    }

    pub(super) fn spend_too_much(&mut self) -> Option<Attempt> {
        let from = self.anybody()?;
        let to = self.anybody_who(|_, person| person.name != from.name)?.address;
        Some(self.sign_wrong(from, Action::Transfer { to, amount: Units(u64::MAX / 2) }))
    }

    fn small_transfer(&mut self) -> Option<(Person, Action)> {
        let from = self.anybody()?;
        let to = self.anybody_who(|_, person| person.name != from.name)?.address;
        Some((from, Action::Transfer { to, amount: Units(1) }))
    }

    pub(super) fn forge(&mut self) -> Option<Attempt> {
        let (from, action) = self.small_transfer()?;
        let mut forged = self.sign_wrong(from, action);
        let Transaction::Signed(signed) = &mut forged.transaction else { return None };
        signed.signature.0[self.dice.below(32) as usize] ^= 1;
        Some(forged)
    }

    pub(super) fn pay_too_little(&mut self) -> Option<Attempt> {
        let (from, action) = self.small_transfer()?;
        let sequence = self.chain.account(&from.address).sequence;
        let fee = Units(self.dice.below(1_000));
        let transaction = self.chain.sign_as(from.name, sequence, Some(fee), action);
        Some(Attempt { transaction, expected: Expected::Refused })
    }

    pub(super) fn skip_sequences(&mut self) -> Option<Attempt> {
        let (from, action) = self.small_transfer()?;
        let sequence = self.chain.account(&from.address).sequence;
        // More than a block here has transactions; or one that was used.
        let sequence = if self.dice.once_in(2) { sequence + 50 } else { sequence.checked_sub(1)? };
        let transaction = self.chain.sign_as(from.name, sequence, None, action);
        Some(Attempt { transaction, expected: Expected::Refused })
    }

    pub(super) fn take_anothers_pool(&mut self) -> Option<Attempt> {
        let place = self.some_pool()?;
        let (owner, pool) = (self.world.pools[place].owner, self.world.pools[place].id);
        let thief = self.anybody_who(|_, person| person.name != owner.name)?;
        self.has::<Pool>(&pool).then(|| self.sign_wrong(thief, Action::ReclaimPool { pool }))
    }

    pub(super) fn withdraw_too_much(&mut self) -> Option<Attempt> {
        let person = self.anybody_good()?;
        let stake = self.row::<Identity>(&person.address)?.stake.0;
        // Beyond what a block here can add.
        let amount = Units(stake + Units::PER_GNC);
        Some(self.sign_wrong(person, Action::WithdrawStake { amount }))
    }

    /// A claim with something in it that was paid already: nobody in it is paid.
    pub(super) fn claim_twice(&mut self) -> Option<Attempt> {
        let is_claim =
            |transaction: &Transaction| matches!(transaction, Transaction::Posted(Posted::Claim(_)));
        let Transaction::Posted(Posted::Claim(old)) = self.taken(is_claim)? else { return None };
        let Transaction::Posted(Posted::Claim(new)) = self.claim()?.transaction else { return None };
        let mut pools: Vec<ClaimedPool> = new.as_slice().to_vec();
        let place = self.dice.below(pools.len() as u64 + 1) as usize;
        pools.insert(place, old.as_slice().first()?.clone());
        self.world.waiting.push_front(Transaction::Posted(Posted::Claim(new)));
        Some(Attempt { transaction: claim(pools), expected: Expected::Refused })
    }
}
