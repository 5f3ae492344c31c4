//! What people do: each act makes one transaction, by what the ledger says now and what its people hold, if there is
//! anything to do of its kind. Most are good; those of [`wrong`] never are.

mod contracts;
mod meters;
mod money;
mod pools;
mod subventions;
mod trust;
mod wrong;

use gridnet_protocol::state::Row;
use gridnet_protocol::state::row::Identity;
use gridnet_protocol::transaction::{Action, Transaction};

use super::Simulation;
use super::world::Person;

/// A transaction that somebody tries.
pub(super) struct Attempt {
    pub(super) transaction: Transaction,
    pub(super) expected: Expected,
}

/// What should come of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Expected {
    /// It depends: on what came before it in its block, on what was undone.
    Either,
    /// The ledger must not take it.
    Refused,
}

/// Something that can be done.
type Act = fn(&mut Simulation) -> Option<Attempt>;

/// How often each is done.
const ACTS: [(u64, Act); 38] = [
    (8, Simulation::transfer),
    (6, Simulation::register_identity_for_nothing),
    (2, Simulation::register_identity),
    (3, Simulation::welcome),
    (3, Simulation::add_stake),
    (3, Simulation::withdraw_stake),
    (3, Simulation::register_pool),
    (14, Simulation::claim),
    (8, Simulation::open),
    (6, Simulation::reclaim),
    (2, Simulation::commit_fraud),
    (1, Simulation::prove_fraud),
    (2, Simulation::register_authority),
    (3, Simulation::mark),
    (2, Simulation::unmark),
    (3, Simulation::register_certifier),
    (5, Simulation::register_meter),
    (1, Simulation::replace_meter),
    (10, Simulation::read),
    (1, Simulation::equivocate),
    (3, Simulation::open_subvention),
    (6, Simulation::credit_subvention),
    (3, Simulation::close_subvention),
    (7, Simulation::open_contract),
    (4, Simulation::close_contract),
    (5, Simulation::answer_contract),
    (1, Simulation::end_contract),
    (12, Simulation::try_again),
    (2, Simulation::come_too_soon),
    (5, Simulation::come_twice),
    (1, Simulation::spend_too_much),
    (1, Simulation::forge),
    (1, Simulation::pay_too_little),
    (1, Simulation::skip_sequences),
    (1, Simulation::take_anothers_pool),
    (1, Simulation::withdraw_too_much),
    (2, Simulation::claim_twice),
    (1, Simulation::answer_with_nothing),
];

impl Simulation {
    /// Something that somebody can do.
    pub(super) fn attempt(&mut self) -> Option<Attempt> {
        let all: u64 = ACTS.iter().map(|(weight, _)| weight).sum();
        // Most acts ask for something that may not be there.
        (0..4).find_map(|_| {
            let mut drawn = self.dice.below(all);
            let act = ACTS.iter().find(|(weight, _)| {
                let found = drawn < *weight;
                drawn = drawn.saturating_sub(*weight);
                found
            });
            act.and_then(|(_, act)| act(self))
        })
    }

    /// Somebody's next transaction.
    pub(super) fn sign(&mut self, person: Person, action: Action) -> Attempt {
        let queued = self.queued.entry(person.name).or_default();
        let sequence = self.chain.account(&person.address).sequence + *queued;
        *queued += 1;
        let transaction = self.chain.sign_as(person.name, sequence, None, action);
        Attempt { transaction, expected: Expected::Either }
    }

    /// The same, of one that must not be taken: others may follow in its place.
    pub(super) fn sign_wrong(&mut self, person: Person, action: Action) -> Attempt {
        let queued = self.queued.get(person.name).copied().unwrap_or_default();
        let sequence = self.chain.account(&person.address).sequence + queued;
        let transaction = self.chain.sign_as(person.name, sequence, None, action);
        Attempt { transaction, expected: Expected::Refused }
    }

    /// A row of the ledger as it is before the block in the making.
    pub(super) fn row<R: Row>(&self, key: &R::Key) -> Option<R> {
        self.chain.ledger.row(key).expect("memory")
    }

    /// Whether there is one.
    pub(super) fn has<R: Row>(&self, key: &R::Key) -> bool {
        self.row::<R>(key).is_some()
    }

    /// The height of the block in the making.
    pub(super) fn next_height(&self) -> u32 {
        self.chain.height() + 1
    }

    /// Anybody.
    pub(super) fn anybody(&mut self) -> Option<Person> {
        self.dice.pick(&self.world.people)
    }

    /// Anybody of whom something holds.
    pub(super) fn anybody_who(&mut self, holds: impl Fn(&Simulation, &Person) -> bool) -> Option<Person> {
        let people: Vec<Person> =
            self.world.people.iter().filter(|person| holds(self, person)).copied().collect();
        self.dice.pick(&people)
    }

    /// Anybody with an identity that is not revoked.
    pub(super) fn anybody_good(&mut self) -> Option<Person> {
        self.anybody_who(Simulation::is_good)
    }

    pub(super) fn is_good(&self, person: &Person) -> bool {
        self.row::<Identity>(&person.address).is_some_and(|identity| !identity.revoked)
    }
}
