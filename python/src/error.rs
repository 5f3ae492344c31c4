//! What becomes of a call that has no answer: an exception of the package, by its stable number.

use pyo3::intern;
use pyo3::prelude::*;

/// Why a call has no answer.
pub(crate) enum Refusal {
    /// The protocol's refusal, or the engine's; with their codes, below 200.
    Protocol(gridnet_protocol::Error),
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
        Refusal::Protocol(error)
    }
}

impl From<gridnet_core::Error> for Refusal {
    fn from(error: gridnet_core::Error) -> Refusal {
        Refusal::Protocol(error.into())
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
        let raised = |py: Python<'_>| {
            let make = py.import(intern!(py, "gridnet.errors"))?.getattr(intern!(py, "refusal"))?;
            make.call1((code, name, message)).map(PyErr::from_value)
        };
        Python::attach(|py| raised(py).unwrap_or_else(|error| error))
    }
}
