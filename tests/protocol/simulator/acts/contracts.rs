//! Contracts for energy.

use gridnet_protocol::contract::{
    Agreed, Contract, Partial, Role, Signatory, SignedContract, SignedState, Standing, State,
};
use gridnet_protocol::encoding::List;
use gridnet_protocol::meter::SignedReading;
use gridnet_protocol::state::row::OpenedContract;
use gridnet_protocol::transaction::{Action, CloseReadings};
use gridnet_protocol::value::{Height, Slot, Units, WattHours};
use gridnet_tests::chain::person;
use gridnet_tests::world::NETWORK;

use super::Attempt;
use crate::simulator::Simulation;
use crate::simulator::world::{Deal, Person};

/// Has all parties sign something.
fn all_sign<T: Agreed>(contract: &Contract, parties: &[Person], body: T) -> Partial<T> {
    let mut partial = Partial::new(contract, body);
    for party in parties {
        partial.sign(NETWORK, contract, &person(party.name)).expect("a party");
    }
    partial
}

impl Simulation {
    pub(super) fn open_contract(&mut self) -> Option<Attempt> {
        let places = self.read_devices();
        let [seller, buyer] = [self.dice.pick(&places)?, self.dice.pick(&places)?];
        let [seller, buyer] = [seller, buyer].map(|place| &self.world.devices[place]);
        let (meters, mut parties) = ([seller.id, buyer.id], vec![seller.owner, buyer.owner]);
        if parties[0].name == parties[1].name {
            return None;
        }
        let other = self.anybody_who(|_, person| parties.iter().all(|party| party.name != person.name));
        parties.extend(other.filter(|_| self.dice.once_in(2)));
        let roles = [Role::Seller, Role::Buyer, Role::LineOwner];
        let terms = parties.iter().zip(roles).map(|(party, role)| {
            let rate = if role == Role::Buyer { 0 } else { self.dice.between(1, 200) };
            Signatory { key: person(party.name).public(), role, rate: Units(rate) }
        });
        let terms = List::new("parties", terms.collect()).expect("three at most");
        let kept = meters.map(|meter| self.chain.kept(&meter).map_or(0, |kept| kept.slot.0));
        let first = self.chain.slot().max(kept[0] + 1).max(kept[1] + 1) + self.dice.below(2);
        let dice = &mut self.dice;
        let watch_fee = dice.below(100);
        let contract = Contract {
            parties: terms,
            seller_meter: meters[0],
            buyer_meter: meters[1],
            first: Slot(first),
            last: Slot(first + dice.below(8)),
            limit: WattHours(dice.between(200, 3_000)),
            deposit: Units(watch_fee + dice.between(1, 5_000)),
            watch_fee: Units(watch_fee),
            window: dice.between(6, 9) as u32,
            expiry: Height(self.chain.height() + dice.between(2, 40) as u32),
            nonce: self.world.number(),
        };
        let id = contract.id(NETWORK);
        let signatures = all_sign(&contract, &parties, contract.clone()).whole().expect("all have signed");
        let signed = SignedContract { body: contract.clone(), signatures };
        self.world.deals.push_back(Deal { id, contract, parties });
        let sender = self.anybody()?;
        Some(self.sign(sender, Action::OpenContract { contract: Box::new(signed) }))
    }

    /// A contract that the ledger has, of some standing.
    fn deal(&mut self, of: impl Fn(&Standing) -> bool) -> Option<(usize, OpenedContract)> {
        let deals = (0..).zip(&self.world.deals);
        let rows = deals.filter_map(|(place, deal)| Some((place, self.row::<OpenedContract>(&deal.id)?)));
        let mut rows: Vec<_> = rows.filter(|(_, row)| of(&row.standing)).collect();
        let place = self.dice.place(rows.len())?;
        Some(rows.swap_remove(place))
    }

    /// A state that all parties sign.
    fn state(&mut self, place: usize, sequence: u64, is_final: bool) -> Box<SignedState> {
        let delivered = self.dice.below(3_000);
        let Deal { id, contract, parties } = &self.world.deals[place];
        let body = State { contract: *id, sequence, delivered: WattHours(delivered), is_final };
        let signatures = all_sign(contract, parties, body).whole().expect("all have signed");
        let agreed = self.world.agreed.entry(*id).or_default();
        *agreed = delivered.max(*agreed);
        Box::new(SignedState { body, signatures })
    }

    /// What the meters of a contract say further.
    fn readings(&mut self, contract: &Contract) -> CloseReadings {
        let meters = [contract.seller_meter, contract.buyer_meter];
        let mut readings: Vec<SignedReading> = Vec::new();
        for meter in meters {
            let place = self.world.devices.iter().position(|device| device.id == meter);
            if let Some(place) = place.filter(|_| self.dice.once_in(2)) {
                readings.extend(self.unread(place));
            }
        }
        List::new("readings", readings).expect("a few")
    }

    pub(super) fn close_contract(&mut self) -> Option<Attempt> {
        let (place, row) = self.deal(|standing| matches!(standing, Standing::Open { .. }))?;
        // What is still being delivered is rarely closed.
        if row.contract.last.0 >= self.chain.slot() && !self.dice.once_in(4) {
            return None;
        }
        let Deal { id, parties, .. } = &self.world.deals[place];
        let (contract, parties) = (*id, parties.clone());
        let closer = if self.dice.once_in(4) { self.anybody()? } else { self.dice.pick(&parties)? };
        let has_state = self.dice.once_in(3);
        let sequence = self.dice.between(1, 5);
        let state = has_state.then(|| self.state(place, sequence, false));
        let readings = self.readings(&row.contract);
        Some(self.sign(closer, Action::CloseContract { contract, state, readings }))
    }

    pub(super) fn answer_contract(&mut self) -> Option<Attempt> {
        let (place, row) = self.deal(|standing| matches!(standing, Standing::Closing { .. }))?;
        let Standing::Closing { closing, .. } = row.standing else { return None };
        // Sometimes one that is not newer.
        let sequence = closing.sequence + self.dice.below(4);
        let state = self.state(place, sequence, false);
        let readings = self.readings(&row.contract);
        let sender = self.anybody()?;
        Some(self.sign(sender, Action::AnswerContract { state, readings }))
    }

    pub(super) fn end_contract(&mut self) -> Option<Attempt> {
        let (place, _) = self.deal(|standing| !matches!(standing, Standing::Settled { .. }))?;
        let sequence = self.dice.between(1, 9);
        let state = self.state(place, sequence, true);
        let sender = self.anybody()?;
        Some(self.sign(sender, Action::EndContract { state }))
    }

    /// A state that outdoes nothing.
    pub(super) fn answer_with_nothing(&mut self) -> Option<Attempt> {
        let (place, _) = self.deal(|_| true)?;
        let state = self.state(place, 0, false);
        let sender = self.anybody()?;
        Some(self.sign_wrong(sender, Action::AnswerContract { state, readings: List::default() }))
    }
}
