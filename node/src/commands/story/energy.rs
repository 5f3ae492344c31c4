//! Energy: a prosumer, the owner of a line and a buyer settle what two meters signed every quarter of an hour.

use std::fmt::Write as _;

use gridnet_protocol::contract::{
    Bounds, Contract, Metered, OnChain, Party, Role, Side, Signatory, SignedState, Standing, State, Watcher,
};
use gridnet_protocol::encoding::List;
use gridnet_protocol::meter::{Area, Certificate, MeterKind, Reading, SignedReading, Source};
use gridnet_protocol::state::row::{Fillings, Meter, OpenedContract};
use gridnet_protocol::transaction::Action;
use gridnet_protocol::value::{
    ContractId, Direction, Height, MeterId, ReadingId, Slot, Time, Units, WattHours, Watts,
};
use serde::Serialize;

use super::stage::{Coins, NETWORK, Stage, good, key};
use crate::outcome::Failure;
use crate::output::Hex;

/// What Sue's roof gives and Bob's home takes in each quarter of an hour.
const FLOWED: [(u64, u64); 8] =
    [(520, 500), (610, 650), (700, 690), (680, 700), (640, 600), (590, 600), (480, 500), (400, 430)];
/// Quarters of an hour after which Bob does not sign any more.
const SIGNED: usize = 7;
/// The state that Bob would like best.
const OLD: usize = 1;
/// Seconds of a slot.
const SLOT: u64 = 900;

/// What is told.
#[derive(Serialize)]
pub(super) struct Told {
    contract: Hex,
    seller_meter: Hex,
    buyer_meter: Hex,
    /// For each kWh.
    seller_rate: Coins,
    line_owner_rate: Coins,
    deposit: Coins,
    opened: u32,
    quarters: Vec<Quarter>,
    close: Close,
    answer: Answer,
    settled: Settled,
}

#[derive(Serialize)]
struct Quarter {
    slot: u64,
    /// When it ends, in seconds since 1970.
    ends: u64,
    exported_wh: u64,
    imported_wh: u64,
    /// All that was delivered so far, as every party recomputes it.
    delivered_wh: u64,
    /// The sequence of the state that all signed; none for the last: Bob does not.
    sequence: Option<u64>,
}

#[derive(Serialize)]
struct Close {
    block: u32,
    sequence: u64,
    delivered_wh: u64,
    bond: Coins,
    until: u32,
}

#[derive(Serialize)]
struct Answer {
    block: u32,
    sequence: u64,
    delivered_wh: u64,
    readings: usize,
}

#[derive(Serialize)]
struct Settled {
    block: u32,
    exported_wh: u64,
    imported_wh: u64,
    delivered_wh: u64,
    seller: Coins,
    line_owner: Coins,
    buyer: Coins,
    watcher: Coins,
}

/// What other chapters go on from.
pub(super) struct Sold {
    pub(super) seller_meter: MeterId,
    pub(super) contract: ContractId,
}

/// A meter of somebody.
struct Installed {
    name: &'static str,
    id: MeterId,
    registers: [u64; 2],
}

impl Installed {
    /// The reading at the end of a slot, signed by the meter.
    fn read(
        &self,
        stage: &Stage,
        slot: Slot,
        last: Option<(u64, ReadingId)>,
    ) -> Result<SignedReading, Failure> {
        let meter: Meter = stage.row(&self.id)?;
        let kept = last.or(meter.kept.map(|kept| (kept.sequence, kept.id)));
        let [import, export] = self.registers.map(WattHours);
        let sequence = kept.map_or(0, |(sequence, _)| sequence + 1);
        let previous = kept.map_or(ReadingId::default(), |(_, id)| id);
        let reading = Reading { meter: self.id, slot, sequence, import, export, previous };
        good(reading.sign_by(NETWORK, &key(self.name)))
    }

    fn metered(&self, stage: &Stage) -> Result<Metered, Failure> {
        let meter: Meter = stage.row(&self.id)?;
        Ok(Metered { facts: meter.certificate.facts(NETWORK), kept: meter.kept })
    }
}

/// Has the maker certify a meter, its owner agree, and the ledger take its first reading.
fn install(stage: &mut Stage, name: &'static str, owner: &str, source: Source) -> Result<Installed, Failure> {
    let certificate = Certificate {
        key: key(name).public(),
        kind: MeterKind::Connection,
        source,
        area: good(Area::new("elm-street"))?,
        rating: Watts(10_000),
        certifier: key("maker").public(),
        owner: key(owner).public(),
        replaces: None,
    };
    let signed = good(certificate.sign_by(NETWORK, &key("maker"), &key(owner)))?;
    let installed = Installed { name, id: signed.id(NETWORK), registers: [0, 0] };
    stage.act("maker", Action::RegisterMeter { certificate: Box::new(signed) })?;
    let slot = Slot(stage.median_time()?.0 / SLOT);
    let first = installed.read(stage, slot, None)?;
    stage.act("maker", Action::Read { readings: good(List::new("readings", vec![first]))? })?;
    Ok(installed)
}

/// What Sue, Bob and Lin agree on.
fn terms(stage: &Stage, roof: &Installed, home: &Installed, first: Slot) -> Result<Contract, Failure> {
    let cent = Units::PER_GNC / 100;
    let party =
        |name, role, cents: u64| Signatory { key: key(name).public(), role, rate: Units(cents * cent) };
    let parties =
        vec![party("sue", Role::Seller, 30), party("bob", Role::Buyer, 0), party("lin", Role::LineOwner, 2)];
    Ok(Contract {
        parties: good(List::new("parties", parties))?,
        seller_meter: roof.id,
        buyer_meter: home.id,
        first,
        last: Slot(first.0 + FLOWED.len() as u64 - 1),
        limit: WattHours(2_000),
        deposit: Units::from_gnc(2),
        watch_fee: Units(2 * cent),
        window: 6,
        expiry: Height(stage.chain.height().0 + 500),
        nonce: 0,
    })
}

/// Each of the three, with what they agree to on their own. Sue proposes.
fn agree(
    stage: &Stage,
    contract: &Contract,
    roof: &Installed,
    home: &Installed,
) -> Result<[Party; 3], Failure> {
    let bounds = Bounds {
        window_min: NETWORK.parameters().window_min,
        last: contract.last,
        price_max: Units(Units::PER_GNC / 3),
        deposit_max: Units::from_gnc(2),
        watch_fee_max: contract.watch_fee,
        rate_min: Units(Units::PER_GNC / 50),
        covered_min: WattHours(6_000),
    };
    let (seller, buyer) = (roof.metered(stage)?, home.metered(stage)?);
    let mut sue = good(Party::propose(NETWORK, contract.clone(), &bounds, seller, buyer, &key("sue")))?;
    let mut bob = good(Party::accept(NETWORK, sue.offer().clone(), &bounds, seller, buyer, &key("bob")))?;
    let lin = good(Party::accept(NETWORK, bob.offer().clone(), &bounds, seller, buyer, &key("lin")))?;
    for party in [&mut sue, &mut bob] {
        good(party.gather(NETWORK, lin.offer()))?;
    }
    Ok([sue, bob, lin])
}

/// Installs, agrees, delivers, quarrels and settles.
pub(super) fn act(stage: &mut Stage) -> Result<(Told, Sold), Failure> {
    stage.fund(&[("maker", 1), ("sue", 1), ("bob", 5), ("lin", 1), ("tom", 1)])?;
    stage.act("maker", Action::RegisterCertifier)?;
    let mut deal = Deal::open(stage)?;
    let opened = stage.chain.height().0;
    let quarters = deal.deliver(stage)?;
    let close = deal.close(stage)?;
    let answer = deal.answer(stage)?;
    let settled = deal.settle(stage)?;
    let Deal { contract, id, roof, home, .. } = deal;
    let rate = |place: usize| Coins(contract.parties.as_slice()[place].rate);
    let told = Told {
        contract: Hex(id.0),
        seller_meter: Hex(roof.id.0),
        buyer_meter: Hex(home.id.0),
        seller_rate: rate(0),
        line_owner_rate: rate(2),
        deposit: Coins(contract.deposit),
        opened,
        quarters,
        close,
        answer,
        settled,
    };
    Ok((told, Sold { seller_meter: roof.id, contract: id }))
}

/// A contract on its way.
struct Deal {
    roof: Installed,
    home: Installed,
    contract: Contract,
    id: ContractId,
    parties: [Party; 3],
    watcher: Watcher,
    /// All states that all have signed.
    states: Vec<SignedState>,
    /// The last readings of both meters.
    readings: Vec<SignedReading>,
}

impl Deal {
    /// All agree, and Bob's deposit is locked.
    fn open(stage: &mut Stage) -> Result<Deal, Failure> {
        let roof = install(stage, "Sue's roof", "sue", Source::Green)?;
        let home = install(stage, "Bob's home", "bob", Source::Grey)?;
        let now = Slot(stage.median_time()?.0 / SLOT);
        let contract = terms(stage, &roof, &home, Slot(now.0 + 1))?;
        let parties = agree(stage, &contract, &roof, &home)?;
        let signed = is_there(parties[0].contract(), "not all have signed the contract")?;
        let id = signed.id(NETWORK);
        let mut watcher = Watcher::new(16);
        good(watcher.watch(NETWORK, NETWORK.parameters().window_min, signed.clone()))?;
        stage.act("bob", Action::OpenContract { contract: Box::new(signed) })?;
        let (states, readings) = Default::default();
        Ok(Deal { roof, home, contract, id, parties, watcher, states, readings })
    }

    /// Energy flows; both meters sign what went through them, and the parties what was delivered, as long as Bob does.
    fn deliver(&mut self, stage: &mut Stage) -> Result<Vec<Quarter>, Failure> {
        let (mut quarters, mut last) = (Vec::new(), [None, None]);
        for (number, &(exported_wh, imported_wh)) in FLOWED.iter().enumerate() {
            let slot = Slot(self.contract.first.0 + number as u64);
            let ends = (slot.0 + 1) * SLOT;
            self.roof.registers[1] += exported_wh;
            self.home.registers[0] += imported_wh;
            stage.chain.set_now(Time(ends));
            self.readings =
                vec![self.roof.read(stage, slot, last[0])?, self.home.read(stage, slot, last[1])?];
            last = [0, 1].map(|place| {
                let reading = &self.readings[place];
                Some((reading.body.sequence, reading.id(NETWORK)))
            });
            read(stage, &mut self.parties, &self.readings)?;
            let mut sequence = None;
            if number < SIGNED {
                let state = all_sign(&mut self.parties)?;
                good(self.watcher.hear(NETWORK, state.clone()).map_err(|objection| objection.name()))?;
                sequence = Some(state.body.sequence);
                self.states.push(state);
            }
            let delivered_wh = self.parties[0].recomputed().0;
            quarters.push(Quarter { slot: slot.0, ends, exported_wh, imported_wh, delivered_wh, sequence });
        }
        Ok(quarters)
    }

    fn standing(&self, stage: &Stage) -> Result<Standing, Failure> {
        Ok(stage.row::<OpenedContract>(&self.id)?.standing)
    }

    /// Bob closes with a state that is old.
    fn close(&self, stage: &mut Stage) -> Result<Close, Failure> {
        stage.wait_for_slot(self.contract.last.0)?;
        let state = self.states[OLD].clone();
        let State { sequence, delivered, .. } = state.body;
        let readings = List::default();
        let close = Action::CloseContract { contract: self.id, state: Some(Box::new(state)), readings };
        stage.act("bob", close)?;
        let closing = match self.standing(stage)? {
            Standing::Closing { closing, .. } => Some(closing),
            _ => None,
        };
        let closing = is_there(closing, "the contract is not being closed")?;
        let (bond, until) = (Coins(closing.bond), closing.until.0);
        Ok(Close { block: stage.chain.height().0, sequence, delivered_wh: delivered.0, bond, until })
    }

    /// Tom, who watches, has no key of the contract, and knows a newer state.
    fn answer(&self, stage: &mut Stage) -> Result<Answer, Failure> {
        let newest = self.watcher.advise(&self.id, OnChain::from(&self.standing(stage)?));
        let newest = is_there(newest, "the watcher knows no better")?;
        let State { sequence, delivered, .. } = newest.body;
        let readings = good(List::new("readings", self.readings.clone()))?;
        stage.act("tom", Action::AnswerContract { state: Box::new(newest), readings })?;
        let (block, readings) = (stage.chain.height().0, self.readings.len());
        Ok(Answer { block, sequence, delivered_wh: delivered.0, readings })
    }

    /// The window ends, and everybody is paid.
    fn settle(&self, stage: &mut Stage) -> Result<Settled, Failure> {
        let balances = |stage: &Stage| -> Result<Vec<u64>, Failure> {
            ["sue", "lin", "bob", "tom"].iter().map(|name| Ok(stage.balance(name)?.0)).collect()
        };
        let before = balances(stage)?;
        let (block, delivered_wh) = loop {
            if let Standing::Settled { height, delivered } = self.standing(stage)? {
                break (height.0, delivered.0);
            }
            stage.wait(1)?;
        };
        let after = balances(stage)?;
        let gained = |place: usize| Coins(Units(after[place] - before[place]));
        Ok(Settled {
            block,
            exported_wh: self.roof.registers[1],
            imported_wh: self.home.registers[0],
            delivered_wh,
            seller: gained(0),
            line_owner: gained(1),
            buyer: gained(2),
            watcher: gained(3),
        })
    }
}

/// What must be there, if the story goes as it does.
fn is_there<T>(something: Option<T>, otherwise: &str) -> Result<T, Failure> {
    good(something.ok_or(otherwise))
}

/// Every party reads both meters, and takes from the ledger what else they fill.
fn read(stage: &Stage, parties: &mut [Party], readings: &[SignedReading]) -> Result<(), Failure> {
    let sides = [(Side::Seller, Direction::Export), (Side::Buyer, Direction::Import)];
    for (reading, (side, direction)) in readings.iter().zip(sides) {
        let fillings: Fillings = stage.row(&(reading.body.meter, direction))?;
        for party in &mut *parties {
            let taken = party.read(NETWORK, side, reading, fillings.0.as_slice(), stage.chain.now());
            good(taken.map_err(|misread| misread.name()))?;
        }
    }
    Ok(())
}

/// Sue signs the next state, Bob and Lin sign it too, and each has it whole.
fn all_sign(parties: &mut [Party; 3]) -> Result<SignedState, Failure> {
    let [sue, bob, lin] = parties;
    let proposed = good(sue.sign_next(NETWORK, &key("sue")))?;
    let second = good(bob.counter_sign(NETWORK, &key("bob"), &proposed))?;
    let whole = good(lin.counter_sign(NETWORK, &key("lin"), &second))?;
    for party in [sue, bob] {
        good(party.gather_state(NETWORK, &whole).map_err(|objection| objection.name()))?;
    }
    is_there(lin.newest().cloned(), "not all have signed the state")
}

impl Told {
    pub(super) fn text(&self) -> String {
        let Told { seller_rate, line_owner_rate, deposit, opened, close, answer, settled, .. } = self;
        let mut text = format!(
            "Two meters are registered, one on Sue's roof and one at Bob's home: their maker vouches for them, their owners agree.\n\
             For each kWh Sue asks {seller_rate}, and Lin, whose line lies between, {line_owner_rate}. All three sign; block {opened}\n\
             locks Bob's deposit of {deposit}. Every quarter of an hour both meters sign their registers. Each party computes\n\
             from them what was delivered, and signs nothing else. None of it goes to the ledger:\n\n\
             \x20 until  given  taken  delivered so far\n"
        );
        for Quarter { ends, exported_wh, imported_wh, delivered_wh, sequence, .. } in &self.quarters {
            let state =
                sequence.map_or("Bob does not sign".to_owned(), |sequence| format!("state {sequence}"));
            let (hour, minute) = (ends / 3_600 % 24, ends / 60 % 60);
            let _ = writeln!(
                text,
                "  {hour:02}:{minute:02}  {exported_wh:>5}  {imported_wh:>5}  {delivered_wh:>6} Wh  {state}"
            );
        }
        let Close { block, sequence, delivered_wh, bond, until } = close;
        let _ = write!(
            text,
            "\nBob closes the contract in block {block} with state {sequence}, when only {delivered_wh} Wh were delivered, and must\n\
             put in a bond of {bond}. Until block {until} anybody may know better. Tom watches, without any key: in block {}\n\
             he answers with state {} ({} Wh) and the meters' last readings. ",
            answer.block, answer.sequence, answer.delivered_wh
        );
        let Settled { block, exported_wh, imported_wh, delivered_wh, seller, line_owner, buyer, watcher } =
            settled;
        let _ = writeln!(
            text,
            "The ledger, which has no\n\
             reading in between, takes all eight quarters as one: {exported_wh} Wh given, {imported_wh} taken. The lesser counts, as it is\n\
             more than state {} says. Block {block} settles {delivered_wh} Wh: {seller} to Sue, {line_owner} to Lin, {buyer} back to Bob,\n\
             and Bob's bond of {watcher} to Tom, who knew best.",
            answer.sequence
        );
        text
    }
}
