//! Coins, identities, and their stake.

use gridnet_protocol::state::row::Identity;
use gridnet_protocol::transaction::{Action, Posted, Transaction};
use gridnet_protocol::value::Units;

use super::{Attempt, Expected};
use crate::simulator::Simulation;
use crate::simulator::world::Person;

/// Good identities below which somebody new is welcome.
const GOOD_MIN: usize = 8;
/// Who owns what is there from the beginning.
const RICH: &str = "rich";

impl Simulation {
    pub(super) fn transfer(&mut self) -> Option<Attempt> {
        let from = self.anybody()?;
        let to = if self.dice.once_in(10) {
            gridnet_tests::chain::address(&format!("stranger {}", self.dice.below(20)))
        } else {
            self.anybody_who(|_, person| person.name != from.name)?.address
        };
        let amount = Units(self.dice.between(1, 1_000_000));
        Some(self.sign(from, Action::Transfer { to, amount }))
    }

    fn unregistered(&mut self) -> Option<Person> {
        self.anybody_who(|simulation, person| !simulation.has::<Identity>(&person.address))
    }

    pub(super) fn register_identity_for_nothing(&mut self) -> Option<Attempt> {
        let person = self.unregistered()?;
        let identity = self.chain.identity(person.name);
        let transaction = Transaction::Posted(Posted::RegisterIdentity(identity));
        Some(Attempt { transaction, expected: Expected::Either })
    }

    pub(super) fn register_identity(&mut self) -> Option<Attempt> {
        let (payer, person) = (self.anybody()?, self.unregistered()?);
        let identity = self.chain.identity(person.name);
        let stake = Units(self.dice.below(1_000_000));
        Some(self.sign(payer, Action::RegisterIdentity { identity, stake }))
    }

    /// Somebody new comes in, and is given something, when too many have lost their identity.
    pub(super) fn welcome(&mut self) -> Option<Attempt> {
        let people = self.world.people.iter();
        let hopeful = people
            .filter(|person| self.row::<Identity>(&person.address).is_none_or(|identity| !identity.revoked));
        if hopeful.count() >= GOOD_MIN {
            return None;
        }
        let person = self.world.newcomer();
        let gift = Action::Transfer { to: person.address, amount: Units::from_gnc(100) };
        Some(self.sign(Person::new(RICH), gift))
    }

    pub(super) fn add_stake(&mut self) -> Option<Attempt> {
        let (payer, person) = (self.anybody()?, self.anybody_good()?);
        let amount = Units(self.dice.between(1, 1_000_000));
        Some(self.sign(payer, Action::AddStake { identity: person.address, amount }))
    }

    pub(super) fn withdraw_stake(&mut self) -> Option<Attempt> {
        let stake = |simulation: &Simulation, person: &Person| {
            simulation.row::<Identity>(&person.address).map_or(0, |identity| identity.stake.0)
        };
        let person = self.anybody_who(|simulation, person| stake(simulation, person) > 0)?;
        let all = stake(self, &person);
        let amount = if self.dice.once_in(3) { all } else { self.dice.between(1, all) };
        Some(self.sign(person, Action::WithdrawStake { amount: Units(amount) }))
    }
}
