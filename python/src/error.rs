//! What becomes of a call that has no answer: an exception of the package, by its stable number.

use gridnet_protocol::ledger::{Fault, Lasting, Rejection};
use pyo3::call::PyCallArgs;
use pyo3::intern;
use pyo3::prelude::*;

/// Why a call has no answer.
pub(crate) enum Refusal {
    /// The protocol's refusal, or the engine's; with their codes, below 200.
    Protocol(gridnet_protocol::Error),
    /// Something that was to be verified is bad, with the stable name of why.
    Invalid { what: String, reason: &'static str },
    /// A block or a transaction that the ledger does not take, and whether it can be good another time.
    Rejected(Rejection, Lasting),
    /// Something that was made before its process was forked.
    Forked(&'static str),
    /// A number that stands for nothing.
    Unknown { what: &'static str, got: u64 },
    /// Something was asked of an object that is at work in another call, and cannot do both.
    Busy(&'static str),
    /// A table that could not be read to its end.
    Read(String),
    /// A fault of gridnet's own.
    Internal(String),
    /// What Python code raised: a signal's handler, a callback.
    Raised(PyErr),
}

impl From<gridnet_protocol::Error> for Refusal {
    fn from(error: gridnet_protocol::Error) -> Refusal {
        use gridnet_protocol::Error;
        match error {
            Error::Contract(objection) => {
                Refusal::Invalid { what: "the contract".to_owned(), reason: objection.name() }
            }
            Error::Spv { fault, part } => Refusal::Invalid { what: part.to_string(), reason: fault.name() },
            other => Refusal::Protocol(other),
        }
    }
}

impl From<gridnet_core::Error> for Refusal {
    fn from(error: gridnet_core::Error) -> Refusal {
        Refusal::Protocol(error.into())
    }
}

impl Refusal {
    /// What keeps a block, or a transaction that is to go into one, from being taken.
    pub(crate) fn of_fault(fault: Fault) -> Refusal {
        match fault {
            Fault::Rejected(rejection) if rejection.transaction.is_some_and(|place| place > 0) => {
                Refusal::Rejected(rejection, rejection.of_a_transaction())
            }
            other => Refusal::of_block(other),
        }
    }

    /// What keeps a block from being taken that is there already.
    pub(crate) fn of_block(fault: Fault) -> Refusal {
        match fault {
            Fault::Rejected(rejection) => Refusal::Rejected(rejection, rejection.of_a_block()),
            Fault::Engine(error) => error.into(),
            // The state is in memory.
            Fault::Store(_) | Fault::Broken(_) => Refusal::Internal(fault.to_string()),
        }
    }
}

impl From<PyErr> for Refusal {
    fn from(error: PyErr) -> Refusal {
        Refusal::Raised(error)
    }
}

impl From<Refusal> for PyErr {
    fn from(refusal: Refusal) -> PyErr {
        let (code, name, message) = match refusal {
            Refusal::Raised(error) => return error,
            Refusal::Invalid { what, reason } => return raised("Invalid", (what, reason)),
            Refusal::Rejected(Rejection { code, transaction, entry, detail }, lasting) => {
                let is_transient = lasting == Lasting::Transient;
                return raised("Rejected", (code.name(), detail, transaction, entry, is_transient));
            }
            Refusal::Protocol(error) => (error.code(), error.name(), error.to_string()),
            Refusal::Unknown { what, got } => (302, "value", format!("there is no {what} {got}")),
            Refusal::Forked(what) => (
                303,
                "forked",
                format!(
                    "this {what} was made before the process was forked, and is the other process's: make one after \
                     the fork, or start processes with multiprocessing's \"spawn\" or \"forkserver\""
                ),
            ),
            Refusal::Read(why) => (305, "read", format!("the table cannot be read: {why}")),
            Refusal::Busy(what) => {
                (307, "busy", format!("this {what} is at work in another call: wait for that to return"))
            }
            Refusal::Internal(why) => {
                (399, "internal", format!("a fault in gridnet itself, please report it: {why}"))
            }
        };
        raised("refusal", (code, name, message))
    }
}

/// What something of `gridnet.errors` makes of these.
fn raised(make: &str, of: impl for<'py> PyCallArgs<'py>) -> PyErr {
    Python::attach(|py| {
        let errors = py.import(intern!(py, "gridnet.errors"));
        let made = errors.and_then(|errors| errors.getattr(make)).and_then(|make| make.call1(of));
        made.map_or_else(|error| error, PyErr::from_value)
    })
}
