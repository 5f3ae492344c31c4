//! Commands: what a grid operator asks of meters in an emergency. Information only (paper, III): a device heeds those whom
//! its owner trusts, the owner may override them, and nothing in the ledger depends on it.

use borsh::{BorshDeserialize, BorshSerialize};

use super::{Area, SignedDigest, is_good};
use crate::encoding::{List, decode, encode};
use crate::value::{MeterId, Time, Watts};
use crate::{Error, Kind, Network, PublicKey, Signature, Signer, sign};

/// Meters that one command may name.
pub const COMMAND_METERS_MAX: u32 = 96;

/// The id of a command: of its body.
pub type CommandId = [u8; 32];

/// Whom a command is for.
#[derive(Clone, Debug, PartialEq, Eq, Hash, BorshSerialize, BorshDeserialize)]
pub enum Scope {
    /// Every meter of an area.
    Area(Area),
    /// These meters.
    Meters(List<MeterId, COMMAND_METERS_MAX>),
}

impl Scope {
    /// Whether it is for this meter, which is in this area.
    pub fn includes(&self, meter: &MeterId, area: &Area) -> bool {
        match self {
            Scope::Area(named) => named == area,
            Scope::Meters(named) => named.as_slice().contains(meter),
        }
    }
}

/// What is asked. The ones before are the stricter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, BorshSerialize, BorshDeserialize)]
pub enum Instruction {
    /// Leave the grid.
    Disconnect,
    /// Neither give nor take energy.
    Stop,
    /// Neither give nor take more than this.
    Curtail(Watts),
    /// Do as before.
    Restore,
}

/// What a command says.
#[derive(Clone, Debug, PartialEq, Eq, Hash, BorshSerialize, BorshDeserialize)]
pub struct Command {
    /// Who asks: a grid operator.
    pub dso: PublicKey,
    /// Larger than in every command that it sent to the same meters before.
    pub sequence: u64,
    /// Whom it asks.
    pub scope: Scope,
    /// What it asks.
    pub instruction: Instruction,
    /// The last moment at which it holds.
    pub expiry: Time,
}

impl Command {
    /// Its id.
    pub fn id(&self, network: Network) -> CommandId {
        sign::id(network, Kind::Command, self)
    }

    /// Has the operator sign it.
    ///
    /// # Errors
    /// [`Error::Order`] when this is another's key, [`Error::Signer`].
    pub fn sign_by(self, network: Network, operator: &dyn Signer) -> Result<SignedCommand, Error> {
        if operator.public() != self.dso {
            return Err(Error::Order("this key is not that of whom the command is by"));
        }
        let signature = sign::sign_by(operator, network, Kind::Command, &self)?;
        Ok(SignedCommand { body: self, signature })
    }
}

/// A signed command.
#[derive(Clone, Debug, PartialEq, Eq, Hash, BorshSerialize, BorshDeserialize)]
pub struct SignedCommand {
    /// What it says.
    pub body: Command,
    /// The operator's signature of that.
    pub signature: Signature,
}

impl SignedCommand {
    /// Its id.
    pub fn id(&self, network: Network) -> CommandId {
        self.body.id(network)
    }

    /// Its signature.
    pub fn signed(&self, network: Network) -> SignedDigest {
        (self.body.dso, sign::digest(network, Kind::Command, &self.body), self.signature)
    }

    /// Whether the operator that it names signed it.
    pub fn is_signed(&self, network: Network) -> bool {
        is_good(&self.signed(network))
    }

    /// Its encoding.
    pub fn to_bytes(&self) -> Vec<u8> {
        encode(self)
    }

    /// The command of an encoding.
    ///
    /// # Errors
    /// [`Error::Encoding`].
    pub fn from_bytes(bytes: &[u8]) -> Result<SignedCommand, Error> {
        decode("a command", bytes)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::{Command, Instruction, Scope, SignedCommand};
    use crate::encoding::List;
    use crate::meter::Area;
    use crate::value::{MeterId, Time, Watts};
    use crate::{Error, Network, SecretKey};

    pub(crate) const NETWORK: Network = Network::Test;

    pub(crate) fn area() -> Area {
        Area::new("north").expect("a name")
    }

    pub(crate) fn command(seed: u8, sequence: u64, instruction: Instruction) -> Command {
        let dso = SecretKey::from_seed([seed; 32]).public();
        Command { dso, sequence, scope: Scope::Area(area()), instruction, expiry: Time(1_000) }
    }

    pub(crate) fn signed(seed: u8, command: Command) -> SignedCommand {
        command.sign_by(NETWORK, &SecretKey::from_seed([seed; 32])).expect("a key in memory signs")
    }

    #[test]
    fn a_scope_is_an_area_or_a_list() {
        let (here, there) = (MeterId([1; 32]), MeterId([2; 32]));
        let scope = Scope::Area(area());
        assert!(scope.includes(&here, &area()));
        assert!(!scope.includes(&here, &Area::new("north2").expect("a name")));
        let scope = Scope::Meters(List::new("meters", vec![there, here]).expect("two"));
        assert!(scope.includes(&here, &area()));
        assert!(!scope.includes(&MeterId([3; 32]), &area()));
        assert!(!Scope::Meters(List::default()).includes(&here, &area()));
    }

    #[test]
    fn the_stricter_come_first() {
        use Instruction::{Curtail, Disconnect, Restore, Stop};
        let sorted = [Disconnect, Stop, Curtail(Watts(0)), Curtail(Watts(500)), Restore];
        assert!(sorted.is_sorted());
    }

    #[test]
    fn only_the_operator_signs() {
        let good = signed(1, command(1, 7, Instruction::Stop));
        assert!(good.is_signed(NETWORK));
        assert!(!good.is_signed(Network::Main));
        let mut bad = good.clone();
        bad.body.sequence = 8;
        assert!(!bad.is_signed(NETWORK));
        assert_ne!(bad.id(NETWORK), good.id(NETWORK));
        let other = command(1, 7, Instruction::Stop).sign_by(NETWORK, &SecretKey::from_seed([2; 32]));
        assert!(matches!(other, Err(Error::Order(_))));
    }

    #[test]
    fn bytes_are_strict() {
        let good = signed(1, command(1, 7, Instruction::Curtail(Watts(500))));
        let bytes = good.to_bytes();
        assert_eq!(SignedCommand::from_bytes(&bytes), Ok(good));
        // Key, sequence, scope, length, five letters: then the instruction.
        for (place, byte) in [(40, 2), (41, 17), (50, 4)] {
            let mut bad = bytes.clone();
            bad[place] = byte;
            assert!(SignedCommand::from_bytes(&bad).is_err(), "{place}");
        }
        assert!(SignedCommand::from_bytes(&[&bytes[..], &[0]].concat()).is_err());
        let meters = |count: u32| {
            let mut bytes = [&[1u8][..], &count.to_le_bytes()].concat();
            bytes.resize(5 + 32 * count as usize, 9);
            crate::encoding::decode::<Scope>("a scope", &bytes)
        };
        assert!(meters(96).is_ok());
        assert!(meters(97).is_err());
    }
}
