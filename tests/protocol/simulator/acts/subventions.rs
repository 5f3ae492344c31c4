//! Coins for what meters export.

use gridnet_protocol::encoding::List;
use gridnet_protocol::meter::Source;
use gridnet_protocol::state::row::{Certifier, Credit, Meter, Subvention};
use gridnet_protocol::transaction::{Action, SubventionTerms, subvention_id};
use gridnet_protocol::value::{Height, Units};
use gridnet_tests::chain::person;

use super::Attempt;
use crate::simulator::Simulation;

/// Subventions on the ledger, at most.
const SUBVENTIONS_MAX: usize = 4;

impl Simulation {
    /// Those of the subventions that are on the ledger.
    fn subventions(&self) -> Vec<usize> {
        let all = (0..).zip(&self.world.subventions);
        all.filter_map(|(place, (_, id))| self.has::<Subvention>(id).then_some(place)).collect()
    }

    pub(super) fn open_subvention(&mut self) -> Option<Attempt> {
        if self.subventions().len() >= SUBVENTIONS_MAX {
            return None;
        }
        let certifier =
            self.anybody_who(|simulation, person| simulation.has::<Certifier>(&person.address))?;
        let sponsor = self.anybody()?;
        let dice = &mut self.dice;
        let terms = SubventionTerms {
            budget: Units(dice.between(1, 100_000)),
            rate: Units(dice.between(1, 2_000)),
            certifiers: List::new("certifiers", vec![person(certifier.name).public()]).expect("one"),
            area: None,
            source: dice.once_in(2).then_some(Source::Green),
            net: dice.once_in(3),
            expiry: Height(self.chain.height() + dice.between(5, 60) as u32),
        };
        let queued = self.queued.get(sponsor.name).copied().unwrap_or_default();
        let sequence = self.chain.account(&sponsor.address).sequence + queued;
        self.world.subventions.push_back((sponsor, subvention_id(&sponsor.address, sequence)));
        Some(self.sign(sponsor, Action::OpenSubvention { terms: Box::new(terms) }))
    }

    /// Mostly for a meter that it is for, and that has joined: such a one is paid.
    pub(super) fn credit_subvention(&mut self) -> Option<Attempt> {
        let (subventions, devices) = (self.subventions(), self.read_devices());
        let (anything, joins) = (self.dice.once_in(6), self.dice.once_in(3));
        let mut pairs = Vec::new();
        for place in subventions {
            let (_, subvention) = self.world.subventions[place];
            let terms = self.row::<Subvention>(&subvention)?.terms;
            for meter in devices.iter().map(|place| self.world.devices[*place].id) {
                let row = self.row::<Meter>(&meter)?;
                let is_for = terms.certifiers.as_slice().contains(&row.certificate.certifier);
                let has_joined = self.has::<Credit>(&(subvention, meter));
                let is_due = is_for && row.kept.is_some() && (joins || has_joined);
                pairs.extend((anything || is_due).then_some((subvention, meter)));
            }
        }
        let (subvention, meter) = self.dice.pick(&pairs)?;
        let sender = self.anybody()?;
        Some(self.sign(sender, Action::CreditSubvention { subvention, meter }))
    }

    pub(super) fn close_subvention(&mut self) -> Option<Attempt> {
        let subventions = self.subventions();
        let (sponsor, subvention) = self.world.subventions[self.dice.pick(&subventions)?];
        let expiry = self.row::<Subvention>(&subvention)?.terms.expiry;
        let is_over = self.next_height() > expiry.0;
        if !is_over && !self.dice.once_in(8) {
            return None;
        }
        let action = Action::CloseSubvention { subvention };
        Some(if is_over { self.sign(sponsor, action) } else { self.sign_wrong(sponsor, action) })
    }
}
