//! The third stage: the transactions of a block in their order, each on what those before it left.

use super::rejection::{Fault, rejected, require};
use super::rules;
use crate::block::reward;
use crate::network::Parameters;
use crate::reason::Rejected;
use crate::state::row::{Account, Due, DueCount, FraudCommitment, Totals};
use crate::state::{Store, View};
use crate::transaction::{Action, Body, Posted, Signed, Transaction};
use crate::value::{Height, Time, Units};
use crate::verify::{Finding, Settled};
use crate::{Address, Network};

/// Things that fall due at a height, at most.
pub(super) const DUE_MAX: u32 = 4_096;

/// A block on its way through the state.
pub(super) struct Turn<'a, S> {
    pub(super) view: View<'a, S>,
    pub(super) network: Network,
    pub(super) parameters: Parameters,
    pub(super) height: Height,
    /// The median time past of the block before.
    pub(super) median_time: Time,
    /// What its transactions pay.
    pub(super) fees: Units,
    /// What they lose to nobody.
    pub(super) burnt: Units,
    /// Identities that were registered for nothing.
    pub(super) free_identities: u32,
}

impl<'a, S: Store> Turn<'a, S> {
    /// The beginning of the block of this height. What falls due comes before all transactions.
    pub(super) fn begin(
        view: View<'a, S>,
        network: Network,
        height: Height,
        median_time: Time,
    ) -> Result<Turn<'a, S>, Fault> {
        let parameters = network.parameters();
        let (fees, burnt) = (Units::ZERO, Units::ZERO);
        let mut turn =
            Turn { view, network, parameters, height, median_time, fees, burnt, free_identities: 0 };
        turn.fall_due()?;
        Ok(turn)
    }

    /// Does something, and takes it back when it fails.
    pub(super) fn or_back(
        &mut self,
        act: impl FnOnce(&mut Turn<'a, S>) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        let (mark, sums) = (self.view.mark(), (self.fees, self.burnt, self.free_identities));
        act(self).inspect_err(|_| {
            self.view.back_to(mark);
            (self.fees, self.burnt, self.free_identities) = sums;
        })
    }

    /// Whether a transaction is worth verifying: whoever sends what cannot be taken now must not be able to have others check
    /// a thousand signatures, or walk, for nothing.
    pub(super) fn screen(&self, transaction: &Transaction) -> Result<(), Fault> {
        match transaction {
            Transaction::Signed(Signed { body, .. }) => {
                let account = self.view.get::<Account>(&body.account())?.unwrap_or_default();
                let in_turn = require(account.sequence == body.sequence, Rejected::Sequence);
                let screened = in_turn.and_then(|()| less(account.balance, body.fee).map(drop));
                // Whether a key is a point shows with its signature; where none will be looked at, it is asked now.
                screened.or_else(|fault| {
                    if body.sender.admit().is_ok() { Err(fault) } else { rejected(Rejected::BadKey) }
                })
            }
            Transaction::Posted(Posted::Claim(claims)) => rules::claims::screen(self, claims.as_slice()),
            Transaction::Coinbase(_) | Transaction::Posted(Posted::Open(_) | Posted::RegisterIdentity(_)) => {
                Ok(())
            }
        }
    }

    /// A transaction, and what its transit pools paid if it is a claim. `findings` are those of all its claims.
    pub(super) fn transaction(
        &mut self,
        transaction: &Transaction,
        findings: &[Finding],
    ) -> Result<Vec<Settled>, Fault> {
        match transaction {
            Transaction::Coinbase(_) => return rejected(Rejected::Coinbase),
            Transaction::Signed(signed) => self.signed(signed)?,
            Transaction::Posted(Posted::Claim(claims)) => {
                return rules::claims::claim(self, claims.as_slice(), findings);
            }
            Transaction::Posted(Posted::Open(opened)) => {
                rules::claims::open(self, opened, transaction.weight())?;
            }
            Transaction::Posted(Posted::RegisterIdentity(identity)) => {
                rules::identities::register_free(self, identity)?;
            }
        }
        Ok(Vec::new())
    }

    fn signed(&mut self, signed: &Signed) -> Result<(), Fault> {
        let body = &signed.body;
        let sender = body.account();
        let mut account = self.view.get::<Account>(&sender)?.unwrap_or_default();
        require(account.sequence == body.sequence, Rejected::Sequence)?;
        account.balance = less(account.balance, body.fee)?;
        // 2^64 transactions of one account will never be.
        account.sequence = account.sequence.saturating_add(1);
        self.view.put(&sender, &account)?;
        self.fees = more(self.fees, body.fee)?;
        match &body.action {
            Action::Transfer { to, amount } => {
                self.debit(&sender, *amount)?;
                self.credit(to, *amount)
            }
            Action::RegisterIdentity { identity, stake } => {
                rules::identities::register(self, sender, identity, *stake)
            }
            Action::AddStake { identity, amount } => {
                rules::identities::add_stake(self, sender, identity, *amount)
            }
            Action::WithdrawStake { amount } => rules::identities::withdraw_stake(self, sender, *amount),
            Action::RegisterPool { pool } => rules::pools::register(self, sender, pool),
            Action::ReclaimPool { pool } => rules::pools::reclaim(self, sender, pool),
            Action::CommitFraud { commitment } => rules::fraud::commit(self, commitment),
            Action::ProveFraud { proof } => rules::fraud::prove(self, sender, proof),
            other => self.signed_of_energy(sender, body, other),
        }
    }

    /// What is about meters, contracts, and whom to trust.
    fn signed_of_energy(&mut self, sender: Address, body: &Body, action: &Action) -> Result<(), Fault> {
        match action {
            Action::RegisterCertifier => rules::meters::register_certifier(self, sender),
            Action::RegisterMeter { certificate } => rules::meters::register(self, certificate),
            Action::Read { readings } => rules::meters::read(self, readings.as_slice()),
            Action::ProveEquivocation { proof } => rules::meters::equivocated(self, proof),
            Action::OpenSubvention { terms } => rules::subventions::open(self, sender, body.sequence, terms),
            Action::CreditSubvention { subvention, meter } => {
                rules::subventions::credit(self, subvention, meter)
            }
            Action::CloseSubvention { subvention } => rules::subventions::close(self, sender, subvention),
            Action::RegisterAuthority => rules::authorities::register(self, sender, body.sender),
            Action::Mark { subject, reason, effective } => {
                rules::authorities::mark(self, sender, *subject, reason, *effective)
            }
            Action::Unmark { subject } => rules::authorities::unmark(self, sender, *subject),
            Action::OpenContract { contract } => rules::contracts::open(self, contract),
            Action::CloseContract { contract, state, readings } => {
                let readings = readings.as_slice();
                rules::contracts::close(self, body.sender, contract, state.as_deref(), readings)
            }
            Action::AnswerContract { state, readings } => {
                rules::contracts::answer(self, body.sender, state, readings.as_slice())
            }
            Action::EndContract { state } => rules::contracts::end(self, state),
            Action::Transfer { .. }
            | Action::RegisterIdentity { .. }
            | Action::AddStake { .. }
            | Action::WithdrawStake { .. }
            | Action::RegisterPool { .. }
            | Action::ReclaimPool { .. }
            | Action::CommitFraud { .. }
            | Action::ProveFraud { .. } => Err(Fault::Broken("an action was taken for another".to_owned())),
        }
    }

    /// Pays the producer, and adds up what came and went.
    pub(super) fn end(&mut self, payout: Address, amount: Units) -> Result<(), Fault> {
        let new = reward(self.height);
        require(amount == more(new, self.fees)?, Rejected::Reward)?;
        if amount > Units::ZERO {
            let due = self.height.0.saturating_add(self.parameters.maturity);
            self.later(Height(due), Due::Pay { to: payout, amount })?;
        }
        let totals = self.view.get::<Totals>(&())?.unwrap_or_default();
        let totals = Totals { rewarded: more(totals.rewarded, new)?, burnt: more(totals.burnt, self.burnt)? };
        self.view.put(&(), &totals)?;
        Ok(())
    }

    /// Takes coins from an account.
    pub(super) fn debit(&mut self, from: &Address, amount: Units) -> Result<(), Fault> {
        let mut account = self.view.get::<Account>(from)?.unwrap_or_default();
        account.balance = less(account.balance, amount)?;
        Ok(self.view.put(from, &account)?)
    }

    /// Gives coins to an account, which may be new.
    pub(super) fn credit(&mut self, to: &Address, amount: Units) -> Result<(), Fault> {
        if amount == Units::ZERO {
            return Ok(());
        }
        let mut account = self.view.get::<Account>(to)?.unwrap_or_default();
        account.balance = more(account.balance, amount)?;
        Ok(self.view.put(to, &account)?)
    }

    pub(super) fn burn(&mut self, amount: Units) -> Result<(), Fault> {
        self.burnt = more(self.burnt, amount)?;
        Ok(())
    }

    pub(super) fn earn(&mut self, fee: Units) -> Result<(), Fault> {
        self.fees = more(self.fees, fee)?;
        Ok(())
    }

    /// Writes down what falls due at a height to come, or at the first one after it that has room: nobody can have a block do
    /// more than its own transactions' worth by having everything fall due with it.
    pub(super) fn later(&mut self, mut height: Height, due: Due) -> Result<(), Fault> {
        let mut count = self.view.get::<DueCount>(&height)?.unwrap_or_default();
        // There is none after the last height, which no chain comes to: what expires there is as good as never due.
        while count.0 >= DUE_MAX && height < Height(u32::MAX) {
            height = Height(height.0 + 1);
            count = self.view.get::<DueCount>(&height)?.unwrap_or_default();
        }
        self.view.put(&(height, count.0), &due)?;
        Ok(self.view.put(&height, &DueCount(count.0 + 1))?)
    }

    /// Does what falls due at this height.
    fn fall_due(&mut self) -> Result<(), Fault> {
        let height = self.height;
        let Some(DueCount(count)) = self.view.get::<DueCount>(&height)? else { return Ok(()) };
        self.view.remove::<DueCount>(&height)?;
        for number in 0..count {
            let key = (height, number);
            let missing = || Fault::Broken(format!("what falls due at {} is incomplete", height.0));
            let due = self.view.get::<Due>(&key)?.ok_or_else(missing)?;
            self.view.remove::<Due>(&key)?;
            match due {
                Due::Pay { to, amount } => self.credit(&to, amount)?,
                Due::Stake(identity) => rules::identities::return_stake(self, &identity)?,
                Due::Held(held) => rules::claims::burn_held(self, &held)?,
                Due::Banned(pool) => rules::pools::burn(self, &pool)?,
                Due::Commitment(commitment) => {
                    self.view.remove::<FraudCommitment>(&commitment)?;
                }
                Due::Contract(contract) => rules::contracts::window_over(self, &contract)?,
            }
        }
        Ok(())
    }
}

/// What is left.
pub(super) fn less(amount: Units, by: Units) -> Result<Units, Fault> {
    amount.0.checked_sub(by.0).map(Units).map_or_else(|| rejected(Rejected::Balance), Ok)
}

/// The sum.
pub(super) fn more(amount: Units, by: Units) -> Result<Units, Fault> {
    amount.plus(by).or_else(|_| rejected(Rejected::Amount))
}

#[cfg(test)]
mod tests {
    use super::{DUE_MAX, Turn};
    use crate::state::row::{Due, DueCount};
    use crate::state::{Memory, View};
    use crate::value::{Height, Time, Units};
    use crate::{Address, Network};

    #[test]
    fn what_a_height_has_no_room_for_falls_due_with_the_next() {
        let store = Memory::default();
        let to = Address([1; 32]);
        let begin =
            |view, height| Turn::begin(view, Network::Regtest, Height(height), Time(0)).expect("memory");
        let mut turn = begin(View::new(&store), 1);
        for _ in 0..2 * DUE_MAX + 1 {
            turn.later(Height(7), Due::Pay { to, amount: Units(1) }).expect("memory");
        }
        let count = |turn: &Turn<'_, Memory>, height| {
            turn.view.get::<DueCount>(&Height(height)).expect("memory").map(|count| count.0)
        };
        assert_eq!(
            [7, 8, 9, 10].map(|height| count(&turn, height)),
            [Some(DUE_MAX), Some(DUE_MAX), Some(1), None]
        );
        // Expiries are anybody's choice, the last height too.
        for _ in 0..DUE_MAX + 1 {
            turn.later(Height(u32::MAX), Due::Pay { to, amount: Units(1) }).expect("memory");
        }
        assert_eq!(count(&turn, u32::MAX), Some(DUE_MAX + 1));
        // All of it comes, in its order.
        let mut view = turn.view;
        for (height, sum) in [(7, DUE_MAX), (8, 2 * DUE_MAX), (9, 2 * DUE_MAX + 1)] {
            let turn = begin(view, height);
            let account =
                turn.view.get::<crate::state::row::Account>(&to).expect("memory").expect("an account");
            assert_eq!(account.balance, Units(sum.into()));
            assert_eq!(count(&turn, height), None);
            view = turn.view;
        }
    }
}
