//! What a device remembers of commands: whom it heeds, what holds now, and what it did about each.

use std::collections::{BTreeMap, VecDeque};
use std::io;

use borsh::{BorshDeserialize, BorshSerialize};

use super::{Area, CommandId, Instruction, SignedCommand};
use crate::encoding::{List, decode, encode};
use crate::reason::Unheeded;
use crate::value::{MeterId, Time};
use crate::{Error, Network, PublicKey};

/// Operators that a device heeds, at most.
pub const OPERATORS_MAX: u32 = 64;
/// Entries of a log, at most.
pub const ENTRIES_MAX: u32 = 1_024;

/// What a device did about a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Done {
    /// It does as it is asked.
    Heeded,
    /// Its owner said otherwise, on its own responsibility.
    Overridden,
    /// It does nothing.
    Ignored(Unheeded),
}

impl BorshSerialize for Done {
    fn serialize<W: io::Write>(&self, writer: &mut W) -> io::Result<()> {
        match self {
            Done::Heeded => 0u8.serialize(writer),
            Done::Overridden => 1u8.serialize(writer),
            Done::Ignored(why) => (2u8, *why as u8).serialize(writer),
        }
    }
}

impl BorshDeserialize for Done {
    fn deserialize_reader<R: io::Read>(reader: &mut R) -> io::Result<Done> {
        match u8::deserialize_reader(reader)? {
            0 => Ok(Done::Heeded),
            1 => Ok(Done::Overridden),
            2 => {
                let number = u8::deserialize_reader(reader)?;
                let why = Unheeded::ALL.iter().find(|why| **why as u8 == number);
                why.copied().map(Done::Ignored).ok_or_else(|| invalid("no reason has this number"))
            }
            _ => Err(invalid("no such thing was done")),
        }
    }
}

fn invalid(what: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

/// What a device did, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, BorshSerialize, BorshDeserialize)]
pub struct Entry {
    /// When.
    pub at: Time,
    /// About which command.
    pub command: CommandId,
    /// What.
    pub done: Done,
}

/// What a device knows of an operator that its owner trusts, or once did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
struct Operator {
    /// Whether it is trusted now. Sequences outlive trust: otherwise old commands could come again.
    is_trusted: bool,
    /// That of its last command which was heeded.
    sequence: Option<u64>,
    /// What it asked last, unless that was to do as before.
    order: Option<StandingOrder>,
}

/// A command that holds until its time is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
struct StandingOrder {
    command: CommandId,
    instruction: Instruction,
    expiry: Time,
}

impl StandingOrder {
    fn holds_at(&self, now: Time) -> bool {
        now <= self.expiry
    }
}

/// A device's own state about commands: whom its owner trusts, and the newest 1,024 entries of what it did. A full log
/// loses the oldest command that was ignored, so that whoever is not heeded cannot flood out what was done.
#[derive(Clone, Debug, Default, PartialEq, Eq, BorshSerialize)]
pub struct CommandLog {
    operators: BTreeMap<PublicKey, Operator>,
    entries: VecDeque<Entry>,
}

impl BorshDeserialize for CommandLog {
    fn deserialize_reader<R: io::Read>(reader: &mut R) -> io::Result<CommandLog> {
        let operators: List<(PublicKey, Operator), OPERATORS_MAX> = List::deserialize_reader(reader)?;
        if !operators.as_slice().is_sorted_by(|(one, _), (next, _)| one < next) {
            return Err(invalid("operators that are not in order"));
        }
        let entries: List<Entry, ENTRIES_MAX> = List::deserialize_reader(reader)?;
        Ok(CommandLog {
            operators: operators.into_vec().into_iter().collect(),
            entries: entries.into_vec().into(),
        })
    }
}

impl CommandLog {
    /// Of a device that heeds nobody yet.
    pub fn new() -> CommandLog {
        CommandLog::default()
    }

    /// From now on this operator is heeded.
    ///
    /// # Errors
    /// [`Error::Key`] when the key is not admitted, [`Error::TooMany`] when 64 others are heeded.
    pub fn trust(&mut self, operator: PublicKey) -> Result<(), Error> {
        operator.admit()?;
        let max = OPERATORS_MAX as usize;
        if !self.operators.contains_key(&operator) && self.operators.len() >= max {
            let forgotten = self.operators.iter().find(|(_, known)| !known.is_trusted).map(|(key, _)| *key);
            let what = "the operators that a device heeds";
            let full = Error::TooMany { what, got: max as u64 + 1, max: OPERATORS_MAX.into() };
            self.operators.remove(&forgotten.ok_or(full)?);
        }
        self.operators.entry(operator).or_default().is_trusted = true;
        Ok(())
    }

    /// From now on this operator is not heeded, and what it asked does not hold any more.
    pub fn distrust(&mut self, operator: &PublicKey) {
        if let Some(known) = self.operators.get_mut(operator) {
            known.is_trusted = false;
            known.order = None;
        }
    }

    /// Who is heeded.
    pub fn trusted(&self) -> impl Iterator<Item = &PublicKey> {
        self.operators.iter().filter(|(_, operator)| operator.is_trusted).map(|(key, _)| key)
    }

    /// What was done, the oldest first.
    pub fn entries(&self) -> impl ExactSizeIterator<Item = &Entry> {
        self.entries.iter()
    }

    /// What the device of this meter, in this area, does about a command. It is written down either way.
    ///
    /// # Errors
    /// Why it does nothing: the first that holds, in the order of [`Unheeded`].
    pub fn receive(
        &mut self,
        network: Network,
        meter: &MeterId,
        area: &Area,
        command: &SignedCommand,
        now: Time,
    ) -> Result<Instruction, Unheeded> {
        let heeded = self.heed(network, meter, area, command, now);
        let done = heeded.map_or_else(Done::Ignored, |_| Done::Heeded);
        self.note(Entry { at: now, command: command.id(network), done });
        heeded
    }

    fn heed(
        &mut self,
        network: Network,
        meter: &MeterId,
        area: &Area,
        command: &SignedCommand,
        now: Time,
    ) -> Result<Instruction, Unheeded> {
        let body = &command.body;
        if !command.is_signed(network) {
            return Err(Unheeded::Signature);
        }
        if !body.scope.includes(meter, area) {
            return Err(Unheeded::OtherPlace);
        }
        if now > body.expiry {
            return Err(Unheeded::Expired);
        }
        let operator = self.operators.get_mut(&body.dso).ok_or(Unheeded::Untrusted)?;
        if operator.sequence.is_some_and(|last| body.sequence <= last) {
            return Err(Unheeded::Replayed);
        }
        if !operator.is_trusted {
            return Err(Unheeded::Untrusted);
        }
        let (instruction, expiry) = (body.instruction, body.expiry);
        let order = StandingOrder { command: command.id(network), instruction, expiry };
        operator.sequence = Some(body.sequence);
        operator.order = (instruction != Instruction::Restore).then_some(order);
        Ok(instruction)
    }

    /// The owner says otherwise, on its own responsibility: what is asked of the device now does not hold any more. What
    /// that was; commands that come later hold again.
    pub fn override_current(&mut self, now: Time) -> Option<Instruction> {
        let overridden = self.in_force(now);
        let orders: Vec<StandingOrder> =
            self.operators.values_mut().filter_map(|operator| operator.order.take()).collect();
        for order in orders.iter().filter(|order| order.holds_at(now)) {
            self.note(Entry { at: now, command: order.command, done: Done::Overridden });
        }
        overridden
    }

    /// What is asked of the device now: of several operators the strictest. It ends by itself when its time is over.
    pub fn in_force(&self, now: Time) -> Option<Instruction> {
        let orders = self.operators.values().filter_map(|operator| operator.order.as_ref());
        orders.filter(|order| order.holds_at(now)).map(|order| order.instruction).min()
    }

    fn note(&mut self, entry: Entry) {
        self.entries.push_back(entry);
        if self.entries.len() > ENTRIES_MAX as usize {
            let ignored = |entry: &Entry| matches!(entry.done, Done::Ignored(_));
            let lost = self.entries.iter().position(ignored).unwrap_or(0);
            self.entries.remove(lost);
        }
    }

    /// Its encoding, for the device to keep.
    pub fn to_bytes(&self) -> Vec<u8> {
        encode(self)
    }

    /// The log of an encoding.
    ///
    /// # Errors
    /// [`Error::Encoding`].
    pub fn from_bytes(bytes: &[u8]) -> Result<CommandLog, Error> {
        decode("a log of commands", bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::{CommandLog, Done, ENTRIES_MAX, OPERATORS_MAX};
    use crate::encoding::List;
    use crate::meter::command::tests::{NETWORK, area, command, signed};
    use crate::meter::{Command, Instruction, Scope, SignedCommand};
    use crate::reason::Unheeded;
    use crate::value::{MeterId, Time, Watts};
    use crate::{Error, PublicKey, SecretKey};

    const METER: MeterId = MeterId([1; 32]);
    const NOW: Time = Time(500);

    fn dso(seed: u8) -> PublicKey {
        SecretKey::from_seed([seed; 32]).public()
    }

    fn trusting(seeds: &[u8]) -> CommandLog {
        let mut log = CommandLog::new();
        seeds.iter().for_each(|&seed| log.trust(dso(seed)).expect("a key"));
        log
    }

    fn receive(log: &mut CommandLog, command: &SignedCommand, now: Time) -> Result<Instruction, Unheeded> {
        log.receive(NETWORK, &METER, &area(), command, now)
    }

    fn ask(
        log: &mut CommandLog,
        seed: u8,
        sequence: u64,
        what: Instruction,
    ) -> Result<Instruction, Unheeded> {
        receive(log, &signed(seed, command(seed, sequence, what)), NOW)
    }

    #[test]
    fn each_rule_is_looked_at_and_everything_is_written_down() {
        let mut log = trusting(&[1]);
        let good = command(1, 7, Instruction::Stop);
        assert_eq!(ask(&mut log, 1, 7, Instruction::Stop), Ok(Instruction::Stop));
        let mut forged = signed(1, Command { sequence: 8, ..good.clone() });
        forged.signature.0[40] ^= 1;
        assert_eq!(receive(&mut log, &forged, NOW), Err(Unheeded::Signature));
        let scope = Scope::Meters(List::new("meters", vec![MeterId([2; 32])]).expect("one"));
        let elsewhere = signed(1, Command { scope, sequence: 8, ..good.clone() });
        assert_eq!(receive(&mut log, &elsewhere, NOW), Err(Unheeded::OtherPlace));
        let next = signed(1, Command { sequence: 8, ..good });
        assert_eq!(receive(&mut log, &next, Time(1_001)), Err(Unheeded::Expired));
        assert_eq!(ask(&mut log, 1, 7, Instruction::Restore), Err(Unheeded::Replayed));
        assert_eq!(ask(&mut log, 1, 0, Instruction::Restore), Err(Unheeded::Replayed));
        assert_eq!(ask(&mut log, 2, 99, Instruction::Restore), Err(Unheeded::Untrusted));
        // None of these changed anything.
        assert_eq!(log.in_force(NOW), Some(Instruction::Stop));
        assert_eq!(receive(&mut log, &next, Time(1_000)), Ok(Instruction::Stop));
        let names: Vec<&str> = log
            .entries()
            .map(|entry| match entry.done {
                Done::Heeded => "heeded",
                Done::Overridden => "overridden",
                Done::Ignored(why) => why.name(),
            })
            .collect();
        let expected = ["heeded", "signature", "other-place", "expired", "replayed", "replayed", "untrusted"];
        assert_eq!(names, [&expected[..], &["heeded"]].concat());
        let entry = log.entries().nth(1).expect("the forged one");
        assert_eq!((entry.at, entry.command), (NOW, forged.id(NETWORK)));
    }

    #[test]
    fn a_command_ends_by_itself_or_by_another() {
        let mut log = trusting(&[1]);
        assert_eq!(log.in_force(NOW), None);
        ask(&mut log, 1, 1, Instruction::Curtail(Watts(500))).expect("heeded");
        assert_eq!(log.in_force(Time(1_000)), Some(Instruction::Curtail(Watts(500))));
        assert_eq!(log.in_force(Time(1_001)), None);
        ask(&mut log, 1, 2, Instruction::Curtail(Watts(900))).expect("heeded");
        assert_eq!(log.in_force(NOW), Some(Instruction::Curtail(Watts(900))));
        ask(&mut log, 1, 3, Instruction::Restore).expect("heeded");
        assert_eq!(log.in_force(NOW), None);
    }

    #[test]
    fn of_several_operators_the_strictest_is_heeded() {
        let mut log = trusting(&[1, 2]);
        ask(&mut log, 1, 1, Instruction::Disconnect).expect("heeded");
        ask(&mut log, 2, 1, Instruction::Curtail(Watts(500))).expect("heeded");
        ask(&mut log, 2, 2, Instruction::Restore).expect("heeded");
        assert_eq!(log.in_force(NOW), Some(Instruction::Disconnect));
        log.distrust(&dso(1));
        assert_eq!(log.in_force(NOW), None);
    }

    #[test]
    fn the_owner_may_override() {
        let mut log = trusting(&[1, 2]);
        assert_eq!(log.override_current(NOW), None);
        assert_eq!(log.entries().len(), 0);
        ask(&mut log, 1, 1, Instruction::Stop).expect("heeded");
        ask(&mut log, 2, 1, Instruction::Curtail(Watts(1))).expect("heeded");
        assert_eq!(log.override_current(Time(600)), Some(Instruction::Stop));
        assert_eq!(log.in_force(Time(600)), None);
        let overridden: Vec<_> =
            log.entries().filter(|entry| entry.done == Done::Overridden).map(|entry| entry.at).collect();
        assert_eq!(overridden, [Time(600); 2]);
        // The same again is not new; the next one holds.
        assert_eq!(ask(&mut log, 1, 1, Instruction::Stop), Err(Unheeded::Replayed));
        assert_eq!(ask(&mut log, 1, 2, Instruction::Stop), Ok(Instruction::Stop));
        assert_eq!(log.in_force(NOW), Some(Instruction::Stop));
        // What is over cannot be overridden.
        assert_eq!(log.override_current(Time(1_001)), None);
        assert_eq!(log.entries().filter(|entry| entry.done == Done::Overridden).count(), 2);
    }

    #[test]
    fn sequences_outlive_trust() {
        let mut log = trusting(&[1]);
        ask(&mut log, 1, 7, Instruction::Stop).expect("heeded");
        log.distrust(&dso(1));
        assert_eq!(ask(&mut log, 1, 8, Instruction::Stop), Err(Unheeded::Untrusted));
        log.trust(dso(1)).expect("a key");
        assert_eq!(ask(&mut log, 1, 7, Instruction::Stop), Err(Unheeded::Replayed));
        assert_eq!(ask(&mut log, 1, 8, Instruction::Stop), Ok(Instruction::Stop));
        assert_eq!(ask(&mut log, 1, u64::MAX, Instruction::Stop), Ok(Instruction::Stop));
        assert_eq!(ask(&mut log, 1, u64::MAX, Instruction::Stop), Err(Unheeded::Replayed));
    }

    #[test]
    fn no_more_operators_than_64_and_none_that_is_no_key() {
        let mut log = CommandLog::new();
        assert!(matches!(log.trust(PublicKey([0; 32])), Err(Error::Key { .. })));
        (0..64).for_each(|seed| log.trust(dso(seed)).expect("room"));
        assert!(matches!(log.trust(dso(64)), Err(Error::TooMany { got: 65, max: 64, .. })));
        log.trust(dso(5)).expect("known already");
        log.distrust(&dso(9));
        log.trust(dso(64)).expect("one was forgotten");
        assert_eq!(log.trusted().count(), OPERATORS_MAX as usize);
        assert!(!log.trusted().any(|key| *key == dso(9)));
    }

    /// Whoever is not heeded cannot make a device forget what it did.
    #[test]
    fn a_full_log_loses_the_oldest_that_was_ignored() {
        let mut log = trusting(&[1]);
        ask(&mut log, 1, 1, Instruction::Stop).expect("heeded");
        let stranger = signed(2, command(2, 1, Instruction::Stop));
        for at in 0..2 * u64::from(ENTRIES_MAX) {
            assert_eq!(receive(&mut log, &stranger, Time(at % 1_000)), Err(Unheeded::Untrusted));
        }
        assert_eq!(log.entries().len(), ENTRIES_MAX as usize);
        assert_eq!(log.entries().next().map(|entry| entry.done), Some(Done::Heeded));
        assert_eq!(log.entries().last().map(|entry| entry.at), Some(Time(47)));
        let entry = *log.entries().next().expect("the first");
        for _ in 0..ENTRIES_MAX {
            log.note(entry);
        }
        assert!(log.entries().all(|entry| entry.done == Done::Heeded));
        assert_eq!(log.entries().len(), ENTRIES_MAX as usize);
    }

    #[test]
    fn a_device_keeps_it() {
        let mut log = trusting(&[1, 2]);
        ask(&mut log, 1, 7, Instruction::Curtail(Watts(500))).expect("heeded");
        ask(&mut log, 3, 7, Instruction::Stop).expect_err("not trusted");
        log.override_current(NOW);
        let bytes = log.to_bytes();
        assert_eq!(CommandLog::from_bytes(&bytes), Ok(log));
        assert!(CommandLog::from_bytes(&bytes[..bytes.len() - 1]).is_err());
        assert!(CommandLog::from_bytes(&[&bytes[..], &[0]].concat()).is_err());
        let keys = trusting(&[1, 2]).to_bytes();
        // Two keys in the wrong order; one twice.
        let entry = (keys.len() - 8) / 2;
        let (first, second) = (&keys[4..4 + entry], &keys[4 + entry..4 + 2 * entry]);
        for pair in [[second, first], [first, first]] {
            let bad = [&keys[..4], pair[0], pair[1], &[0; 4]].concat();
            assert!(CommandLog::from_bytes(&bad).is_err());
        }
        for count in [65u32, u32::MAX] {
            assert!(CommandLog::from_bytes(&count.to_le_bytes()).is_err());
        }
        let entries = [&[0; 4][..], &1_025u32.to_le_bytes(), &[0; 1_025 * 41]].concat();
        assert!(CommandLog::from_bytes(&entries).is_err());
        // Something that was done by no number, and a reason of no number.
        for done in [&[3][..], &[2, 0], &[2, 6]] {
            let bad = [&[0; 4][..], &1u32.to_le_bytes(), &[0; 40], done].concat();
            assert!(CommandLog::from_bytes(&bad).is_err(), "{done:?}");
        }
    }
}
