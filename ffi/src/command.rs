//! Emergency commands, and what a device remembers of them.

use gridnet_protocol::encoding::List;
use gridnet_protocol::meter::{self, Done, Scope};
use gridnet_protocol::value::{MeterId, Time, Watts};
use gridnet_protocol::{PublicKey, Signature};

use crate::bridge::ffi::Status;
use crate::bridge::meter::ffi::{Command, Heeded, Instruction, LogEntry, SignedCommand};
use crate::held::Shared;
use crate::key::Signer;
use crate::meter::area;
use crate::status::{Refusal, guard, network, values};

/// What a device remembers.
pub(crate) struct CommandLog(Shared<meter::CommandLog>);

const WHAT: &str = "command log";

impl Default for CommandLog {
    fn default() -> Self {
        CommandLog(Shared::empty(WHAT))
    }
}

impl From<meter::CommandLog> for Box<CommandLog> {
    fn from(log: meter::CommandLog) -> Self {
        Box::new(CommandLog(Shared::new(WHAT, log)))
    }
}

pub(crate) fn command_id(id: u32, command: &Command, status: &mut Status) -> [u8; 32] {
    guard(status, || Ok(command.understood()?.id(network(id)?)))
}

pub(crate) fn sign_command(
    id: u32,
    command: &Command,
    dso: &Signer,
    signature: &mut [u8; 64],
    status: &mut Status,
) {
    guard(status, || {
        *signature = command.understood()?.sign_by(network(id)?, dso.get()?)?.signature.0;
        Ok(())
    });
}

pub(crate) fn command_from_bytes(bytes: &[u8], command: &mut SignedCommand, status: &mut Status) {
    guard(status, || {
        *command = meter::SignedCommand::from_bytes(bytes)?.into();
        Ok(())
    });
}

pub(crate) fn command_to_bytes(command: &SignedCommand, status: &mut Status) -> Vec<u8> {
    guard(status, || Ok(command.understood()?.to_bytes()))
}

pub(crate) fn is_command_signed(id: u32, command: &SignedCommand, status: &mut Status) -> bool {
    guard(status, || Ok(command.understood()?.is_signed(network(id)?)))
}

pub(crate) fn new_command_log() -> Box<CommandLog> {
    meter::CommandLog::new().into()
}

pub(crate) fn command_log_from_bytes(bytes: &[u8], status: &mut Status) -> Box<CommandLog> {
    guard(status, || Ok(meter::CommandLog::from_bytes(bytes)?.into()))
}

impl CommandLog {
    pub(crate) fn to_bytes(&self, status: &mut Status) -> Vec<u8> {
        guard(status, || Ok(self.0.read()?.to_bytes()))
    }

    pub(crate) fn trust(&self, dso: &[u8; 32], status: &mut Status) {
        guard(status, || Ok(self.0.write()?.trust(PublicKey(*dso))?));
    }

    pub(crate) fn distrust(&self, dso: &[u8; 32], status: &mut Status) {
        guard(status, || {
            self.0.write()?.distrust(&PublicKey(*dso));
            Ok(())
        });
    }

    pub(crate) fn trusted(&self, status: &mut Status) -> Vec<u8> {
        guard(status, || Ok(self.0.read()?.trusted().flat_map(|key| key.0).collect()))
    }

    pub(crate) fn receive(
        &self,
        id: u32,
        meter: &[u8; 32],
        name: &[u8],
        command: &SignedCommand,
        now: u64,
        status: &mut Status,
    ) -> Heeded {
        guard(status, || {
            let (network, area) = (network(id)?, area(&String::from_utf8_lossy(name))?);
            let command = command.understood()?;
            let heeded = self.0.write()?.receive(network, &MeterId(*meter), &area, &command, Time(now));
            Ok(match heeded {
                Ok(instruction) => Heeded { reason: 0, instruction: Some(instruction).into() },
                Err(reason) => Heeded { reason: reason as u8, ..Heeded::default() },
            })
        })
    }

    pub(crate) fn in_force(&self, now: u64, status: &mut Status) -> Instruction {
        guard(status, || Ok(self.0.read()?.in_force(Time(now)).into()))
    }

    pub(crate) fn override_current(&self, now: u64, status: &mut Status) -> Instruction {
        guard(status, || Ok(self.0.write()?.override_current(Time(now)).into()))
    }

    pub(crate) fn entries(&self, status: &mut Status) -> Vec<LogEntry> {
        guard(status, || Ok(self.0.read()?.entries().map(LogEntry::from).collect()))
    }
}

impl Instruction {
    /// As the protocol has it.
    fn understood(&self) -> Result<meter::Instruction, Refusal> {
        let &Instruction { kind, watts, .. } = self;
        let understood = match kind {
            0 => meter::Instruction::Disconnect,
            1 => meter::Instruction::Stop,
            2 => return Ok(meter::Instruction::Curtail(Watts(watts))),
            3 => meter::Instruction::Restore,
            other => return Err(Refusal::Unknown { what: "instruction", got: other.into() }),
        };
        // Whoever asks to stop at 500 W means something else.
        let said = || Refusal::Value(format!("only to curtail names watts, not instruction {kind}"));
        if watts == 0 { Ok(understood) } else { Err(said()) }
    }
}

impl From<Option<meter::Instruction>> for Instruction {
    fn from(instruction: Option<meter::Instruction>) -> Instruction {
        let (kind, watts) = match instruction {
            None => return Instruction::default(),
            Some(meter::Instruction::Disconnect) => (0, 0),
            Some(meter::Instruction::Stop) => (1, 0),
            Some(meter::Instruction::Curtail(Watts(watts))) => (2, watts),
            Some(meter::Instruction::Restore) => (3, 0),
        };
        Instruction { is_there: true, kind, watts }
    }
}

impl Command {
    /// As the protocol has it.
    fn understood(&self) -> Result<meter::Command, Refusal> {
        let scope = if self.is_for_area {
            Scope::Area(area(&self.area)?)
        } else {
            let meters = values("the meters of a command", &self.meters)?;
            Scope::Meters(List::new(
                "the meters of a command",
                meters.iter().copied().map(MeterId).collect(),
            )?)
        };
        Ok(meter::Command {
            dso: PublicKey(self.dso),
            sequence: self.sequence,
            scope,
            instruction: self.instruction.understood()?,
            expiry: Time(self.expiry),
        })
    }
}

impl SignedCommand {
    /// As the protocol has it.
    fn understood(&self) -> Result<meter::SignedCommand, Refusal> {
        Ok(meter::SignedCommand { body: self.body.understood()?, signature: Signature(self.signature) })
    }
}

impl From<meter::SignedCommand> for SignedCommand {
    fn from(meter::SignedCommand { body, signature }: meter::SignedCommand) -> SignedCommand {
        let (is_for_area, area, meters) = match body.scope {
            Scope::Area(area) => (true, area.as_str().to_owned(), Vec::new()),
            Scope::Meters(meters) => {
                (false, String::new(), meters.as_slice().iter().flat_map(|meter| meter.0).collect())
            }
        };
        let body = Command {
            dso: body.dso.0,
            sequence: body.sequence,
            is_for_area,
            area,
            meters,
            instruction: Some(body.instruction).into(),
            expiry: body.expiry.0,
        };
        SignedCommand { body, signature: signature.0 }
    }
}

impl From<&meter::Entry> for LogEntry {
    fn from(&meter::Entry { at, command, done }: &meter::Entry) -> LogEntry {
        let (done, reason) = match done {
            Done::Heeded => (0, 0),
            Done::Overridden => (1, 0),
            Done::Ignored(why) => (2, why as u8),
        };
        LogEntry { at: at.0, command, done, reason }
    }
}
