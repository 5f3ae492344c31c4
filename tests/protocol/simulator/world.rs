//! Who is there, and what they hold beside the ledger: keys, pools, tokens, meters, what was agreed. None of it is taken
//! back when blocks are.

use std::collections::{BTreeMap, VecDeque};

use gridnet_protocol::Address;
use gridnet_protocol::contract::Contract;
use gridnet_protocol::fraud::FraudProof;
use gridnet_protocol::meter::{Reading, SignedReading};
use gridnet_protocol::payout::Terms;
use gridnet_protocol::pool::OwnedPool;
use gridnet_protocol::transaction::{Opened, Transaction};
use gridnet_protocol::value::{ContractId, MeterId, PoolId, ReadingId, Slot, SubventionId, WattHours};
use gridnet_tests::chain::address;
use gridnet_tests::world::{NETWORK, key};

use super::dice::Dice;

/// Those who are there from the beginning.
const NAMES: [&str; 12] =
    ["ann", "ben", "cyd", "dan", "eve", "fay", "gus", "hal", "ida", "joe", "kim", "lou"];
/// Things of a kind that somebody still does something with.
const HELD_MAX: usize = 48;
/// Pools that somebody still does something with: those that wait for the end of their grace too.
const POOLS_MAX: usize = 120;
/// Most that flows through a meter in a slot, either way: less than its rating allows.
const FLOW_MAX: u64 = 1_500;

/// Somebody.
#[derive(Clone, Copy)]
pub(super) struct Person {
    pub(super) name: &'static str,
    pub(super) address: Address,
}

impl Person {
    pub(super) fn new(name: &'static str) -> Person {
        Person { name, address: address(name) }
    }
}

/// A pool in its owner's hands.
pub(super) struct Hand {
    pub(super) owner: Person,
    pub(super) id: PoolId,
    pub(super) pool: OwnedPool,
    pub(super) terms: Terms,
    /// Who gets what is carried, for each bank.
    pub(super) receivers: Vec<Person>,
}

/// Somebody knows that an owner cheated.
pub(super) struct Case {
    pub(super) proof: FraudProof,
    pub(super) reporter: Person,
}

/// A meter, as the thing on the wall: what it signed it does not sign again.
pub(super) struct Device {
    /// What its key is drawn from.
    pub(super) name: String,
    pub(super) id: MeterId,
    pub(super) owner: Person,
    /// Its latest readings.
    pub(super) log: VecDeque<SignedReading>,
}

impl Device {
    /// Reads its registers, if a slot has passed since it did.
    pub(super) fn look(&mut self, now: u64, dice: &mut Dice) {
        let last = self.log.back();
        let from = last.map_or(now.saturating_sub(1), |last| last.body.slot.0);
        if from >= now {
            return;
        }
        let slot = dice.between(from + 1, now);
        let mut flow = || FLOW_MAX.min(dice.below(2 * FLOW_MAX)) * (slot - from);
        let (import, export) = (flow(), flow());
        let (sequence, imported, exported, previous) = match last {
            None => (0, 0, 0, ReadingId::default()),
            Some(last) => {
                let SignedReading { body, .. } = last;
                (body.sequence + 1, body.import.0, body.export.0, last.id(NETWORK))
            }
        };
        let (import, export) = (WattHours(imported + import), WattHours(exported + export));
        let reading = Reading { meter: self.id, slot: Slot(slot), sequence, import, export, previous };
        self.log.push_back(reading.sign_by(NETWORK, &key(&self.name)).expect("a key in memory"));
        if self.log.len() > HELD_MAX {
            self.log.pop_front();
        }
    }
}

/// A contract, as its parties know it.
pub(super) struct Deal {
    pub(super) id: ContractId,
    pub(super) contract: Contract,
    pub(super) parties: Vec<Person>,
}

/// Everybody, and what they hold.
#[derive(Default)]
pub(super) struct World {
    pub(super) people: Vec<Person>,
    pub(super) pools: VecDeque<Hand>,
    /// Hops that did not say who they are.
    pub(super) openings: VecDeque<Opened>,
    pub(super) cases: VecDeque<Case>,
    pub(super) devices: VecDeque<Device>,
    pub(super) deals: VecDeque<Deal>,
    pub(super) subventions: VecDeque<(Person, SubventionId)>,
    /// Transactions of blocks that were taken back, or that came too soon.
    pub(super) waiting: VecDeque<Transaction>,
    /// The most that the parties of a contract ever signed to have been delivered.
    pub(super) agreed: BTreeMap<ContractId, u64>,
    /// What has been named so far.
    named: u64,
}

impl World {
    pub(super) fn new() -> World {
        World { people: NAMES.map(Person::new).to_vec(), ..World::default() }
    }

    /// A number that nothing else has.
    pub(super) fn number(&mut self) -> u64 {
        self.named += 1;
        self.named
    }

    /// Somebody new.
    pub(super) fn newcomer(&mut self) -> Person {
        let person = Person::new(format!("newcomer {}", self.number()).leak());
        self.people.push(person);
        person
    }

    /// Forgets what is oldest.
    pub(super) fn forget(&mut self) {
        while self.waiting.len() > 2 * HELD_MAX {
            self.waiting.pop_front();
        }
        self.pools.drain(..self.pools.len().saturating_sub(POOLS_MAX));
        self.openings.drain(..self.openings.len().saturating_sub(HELD_MAX));
        self.cases.drain(..self.cases.len().saturating_sub(4));
        self.devices.drain(..self.devices.len().saturating_sub(HELD_MAX));
        self.deals.drain(..self.deals.len().saturating_sub(HELD_MAX));
        self.subventions.drain(..self.subventions.len().saturating_sub(HELD_MAX));
    }
}
