//! How a command ends: the exit codes that scripts rely on.

use std::fmt;
use std::io;
use std::process::ExitCode;

use gridnet_core::Error;
use gridnet_protocol as protocol;

/// A command that ran.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Done, and what was checked is good.
    Good = 0,
    /// Done, and something that was checked is bad.
    Bad = 1,
    /// The command line asked for nothing; the help was shown instead.
    NothingAsked = 2,
    /// Searched everything that was asked, without success.
    NotFound = 3,
    /// Stopped by Ctrl-C; what was covered has been printed.
    Interrupted = 130,
}

impl Outcome {
    /// Good or bad.
    pub(crate) fn of(good: bool) -> Outcome {
        if good { Outcome::Good } else { Outcome::Bad }
    }
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> ExitCode {
        ExitCode::from(outcome as u8)
    }
}

/// A command that could not run.
#[derive(Debug)]
pub(crate) enum Failure {
    /// An argument is unusable: nothing was done.
    Argument {
        /// As the user wrote or should have written it.
        argument: &'static str,
        /// What is wrong and what would be right.
        what: String,
    },
    /// An argument is unusable, and the text names it.
    Usage(String),
    /// The machine, or the program itself, failed.
    Internal(String),
    /// Whoever read the output has closed it.
    ReaderGone,
}

impl Failure {
    /// An unusable argument.
    pub(crate) fn argument(argument: &'static str, what: impl Into<String>) -> Failure {
        Failure::Argument { argument, what: what.into() }
    }

    /// The output could not be written.
    pub(crate) fn from_output(error: io::Error) -> Failure {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Failure::ReaderGone,
            _ => Failure::Internal(format!("cannot write to standard output: {error}")),
        }
    }

    /// 2 for what the user can mend in the command, 1 for the rest.
    pub(crate) fn exit_code(&self) -> ExitCode {
        match self {
            Failure::Argument { .. } | Failure::Usage(_) => ExitCode::from(2),
            Failure::Internal(_) | Failure::ReaderGone => ExitCode::FAILURE,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::Argument { argument, what } => write!(f, "{argument}: {what}"),
            Failure::Usage(what) | Failure::Internal(what) => f.write_str(what),
            Failure::ReaderGone => f.write_str("the output was closed"),
        }
    }
}

impl From<Error> for Failure {
    /// The engine's refusal, under the name of the argument that caused it.
    fn from(error: Error) -> Failure {
        let argument = match &error {
            Error::Personalisation { function, max: 0, .. } => {
                let what = format!("{function} takes none; leave it out, or use blake2s or blake2b");
                return Failure::argument("--personal", what);
            }
            Error::UnknownFunction(_) => "--algorithm",
            Error::Personalisation { .. } => "--personal",
            Error::UnknownPath { .. } | Error::UnavailablePath { .. } => "--simd",
            Error::UnknownDevice { .. } | Error::NoGpu | Error::Device { .. } => "--device",
            Error::Threads { .. } => "--threads",
            Error::NonceRange { .. } => "--start",
            Error::Limit { .. } => "--limit",
            Error::HeaderBytes { .. } => "FILE",
            Error::CompactTarget(_) => "--header",
            _ => return Failure::Internal(error.to_string()),
        };
        Failure::argument(argument, error.to_string())
    }
}

impl From<protocol::Error> for Failure {
    /// The protocol's refusal of what no argument is to blame for.
    fn from(error: protocol::Error) -> Failure {
        match error {
            protocol::Error::Engine(error) => error.into(),
            error => Failure::Internal(error.to_string()),
        }
    }
}
