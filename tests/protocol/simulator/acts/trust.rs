//! Owners who sold the same hashes twice, and authorities who say whom not to trust.

use gridnet_protocol::encoding::List;
use gridnet_protocol::fraud::FraudProof;
use gridnet_protocol::ledger::fraud_commitment;
use gridnet_protocol::state::row::{Authority, Identity, Mark, Meter, Pool};
use gridnet_protocol::transaction::{Action, Subject};
use gridnet_protocol::value::Height;
use gridnet_tests::chain::person;
use gridnet_tests::world::{NETWORK, key, recipient};

use super::Attempt;
use crate::simulator::Simulation;
use crate::simulator::invariants::rows;
use crate::simulator::world::Case;

/// Authorities, at most.
const AUTHORITIES_MAX: usize = 3;

impl Simulation {
    /// An owner sells the same hashes twice, and somebody notices.
    fn cheat(&mut self) -> Option<()> {
        let place = self.some_pool()?;
        let owner = self.world.pools[place].owner;
        let reporter = self.anybody_who(|_, person| person.name != owner.name)?;
        let (issued, _) = self.issue(place)?;
        let mut other = issued.token.body;
        let number = self.world.number();
        other.receiver = recipient("another receiver").public;
        other.first_key = key(&format!("another first key {number}")).public();
        let other = other.sign(NETWORK, &person(owner.name));
        let proof = FraudProof::new(NETWORK, issued.token, other);
        self.world.cases.push_back(Case { proof, reporter });
        Some(())
    }

    pub(super) fn commit_fraud(&mut self) -> Option<Attempt> {
        if self.world.cases.is_empty() {
            self.cheat()?;
        }
        let place = self.dice.place(self.world.cases.len())?;
        let Case { proof, reporter } = &self.world.cases[place];
        let (reporter, commitment) = (*reporter, fraud_commitment(proof, &reporter.address));
        Some(self.sign(reporter, Action::CommitFraud { commitment }))
    }

    /// Mostly by who noticed it, who may have committed to it.
    pub(super) fn prove_fraud(&mut self) -> Option<Attempt> {
        let place = self.dice.place(self.world.cases.len())?;
        let Case { proof, reporter } = self.world.cases.remove(place)?;
        let reporter = if self.dice.once_in(4) { self.anybody()? } else { reporter };
        Some(self.sign(reporter, Action::ProveFraud { proof: Box::new(proof) }))
    }

    pub(super) fn register_authority(&mut self) -> Option<Attempt> {
        if rows::<Authority>(self.chain.ledger.store()).count() >= AUTHORITIES_MAX {
            return None;
        }
        let person = self.anybody()?;
        Some(self.sign(person, Action::RegisterAuthority))
    }

    pub(super) fn mark(&mut self) -> Option<Attempt> {
        let authority =
            self.anybody_who(|simulation, person| simulation.has::<Authority>(&person.address))?;
        let store = self.chain.ledger.store();
        let subjects: Vec<Subject> = match self.dice.below(3) {
            0 => rows::<Meter>(store).map(|(id, _)| Subject::Meter(id)).collect(),
            1 => rows::<Identity>(store).map(|(address, _)| Subject::Identity(address)).collect(),
            _ => rows::<Pool>(store).map(|(id, _)| Subject::Pool(id)).collect(),
        };
        let subject = self.dice.pick(&subjects)?;
        let effective = Height(self.next_height() + self.dice.below(20) as u32);
        let reason = List::new("a reason", b"its seal is broken".to_vec()).expect("short");
        Some(self.sign(authority, Action::Mark { subject, reason, effective }))
    }

    pub(super) fn unmark(&mut self) -> Option<Attempt> {
        let marks = rows::<Mark>(self.chain.ledger.store()).map(|(key, _)| key);
        let marks: Vec<_> = marks.collect();
        let (by, subject) = self.dice.pick(&marks)?;
        let by = self.anybody_who(|_, person| person.address == by)?;
        Some(self.sign(by, Action::Unmark { subject }))
    }
}
