//! Meters: who vouches for them, and what they say.

use std::collections::VecDeque;

use gridnet_protocol::meter::{Certificate, EquivocationProof, Replacement};
use gridnet_protocol::state::row::{Certifier, Meter};
use gridnet_protocol::transaction::Action;
use gridnet_protocol::value::WattHours;
use gridnet_tests::chain::{person, read};
use gridnet_tests::world::{NETWORK, key};

use super::Attempt;
use crate::simulator::Simulation;
use crate::simulator::invariants::rows;
use crate::simulator::world::{Device, Person};

/// Who certifies, at most.
const CERTIFIERS_MAX: usize = 3;
/// Meters that are read, at most: few, so that contracts meet at them.
const METERS_MAX: usize = 6;
/// Readings of a meter in a transaction, at most.
const READINGS_MAX: usize = 5;

impl Simulation {
    pub(super) fn register_certifier(&mut self) -> Option<Attempt> {
        if rows::<Certifier>(self.chain.ledger.store()).count() >= CERTIFIERS_MAX {
            return None;
        }
        let person = self.anybody()?;
        Some(self.sign(person, Action::RegisterCertifier))
    }

    /// A meter in somebody's home, which is still to be registered.
    fn install(&mut self, owner: Person, replaces: Option<Replacement>) -> Option<Attempt> {
        let certifier =
            self.anybody_who(|simulation, person| simulation.has::<Certifier>(&person.address))?;
        let name = format!("meter {}", self.world.number());
        let certificate = self.chain.certificate(&name, owner.name, certifier.name);
        let certificate = Certificate { replaces, ..certificate };
        let signed = certificate.sign_by(NETWORK, &person(certifier.name), &person(owner.name));
        let signed = signed.expect("keys in memory");
        let id = signed.id(NETWORK);
        let log = VecDeque::new();
        let action = Action::RegisterMeter { certificate: Box::new(signed) };
        self.world.devices.push_back(Device { name, id, owner, log });
        let payer = self.anybody()?;
        Some(self.sign(payer, action))
    }

    pub(super) fn register_meter(&mut self) -> Option<Attempt> {
        if self.read_devices().len() >= METERS_MAX {
            return None;
        }
        let owner = self.anybody_good()?;
        self.install(owner, None)
    }

    pub(super) fn replace_meter(&mut self) -> Option<Attempt> {
        let places = self.read_devices();
        let place = self.dice.pick(&places)?;
        let Device { id, owner, .. } = &self.world.devices[place];
        let (meter, owner) = (*id, *owner);
        let last = self.chain.kept(&meter)?.id;
        self.install(owner, Some(Replacement { meter, last }))
    }

    /// The places of meters that the ledger has, and reads.
    pub(super) fn read_devices(&self) -> Vec<usize> {
        let is_read =
            |device: &Device| self.row::<Meter>(&device.id).is_some_and(|meter| meter.retired.is_none());
        let devices = (0..).zip(&self.world.devices);
        devices.filter_map(|(place, device)| is_read(device).then_some(place)).collect()
    }

    /// Some of a meter's readings that the ledger has not, in their order.
    pub(super) fn unread(&mut self, place: usize) -> Vec<gridnet_protocol::meter::SignedReading> {
        let now = self.chain.slot();
        let device = &mut self.world.devices[place];
        device.look(now, &mut self.dice);
        let row = self.chain.ledger.row::<Meter>(&device.id).expect("memory");
        let next = row.and_then(|row| row.kept).map_or(0, |kept| kept.sequence + 1);
        // Some are passed over: the next one says all that they said.
        let skips = self.dice.once_in(6);
        let readings = device.log.iter().filter(|reading| reading.body.sequence >= next);
        readings.filter(|_| !skips || self.dice.once_in(2)).take(READINGS_MAX).copied().collect()
    }

    pub(super) fn read(&mut self) -> Option<Attempt> {
        let places = self.read_devices();
        let mut readings = Vec::new();
        for _ in 0..self.dice.between(1, 3) {
            let place = self.dice.pick(&places)?;
            readings.extend(self.unread(place));
        }
        if readings.is_empty() {
            return None;
        }
        let sender = self.anybody()?;
        Some(self.sign(sender, read(readings)))
    }

    /// A meter that says two things at once.
    pub(super) fn equivocate(&mut self) -> Option<Attempt> {
        if !self.dice.once_in(3) {
            return None;
        }
        let places = self.read_devices();
        let device = &self.world.devices[self.dice.pick(&places)?];
        let one = *device.log.back()?;
        let mut other = one.body;
        other.import = WattHours(other.import.0 + 1);
        let other = other.sign_by(NETWORK, &key(&device.name)).expect("a key in memory");
        let proof = Box::new(EquivocationProof::new(NETWORK, one, other));
        let sender = self.anybody()?;
        Some(self.sign(sender, Action::ProveEquivocation { proof }))
    }
}
