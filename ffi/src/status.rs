//! What becomes of a call: the one guard, and the one map of errors.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use gridnet_protocol::Network;

use crate::bridge::ffi::Status;

/// Why a call has no answer.
pub(crate) enum Refusal {
    /// The protocol's refusal, or the engine's; with their codes, below 200.
    Protocol(gridnet_protocol::Error),
    /// A number that stands for nothing.
    Unknown { what: &'static str, got: u64 },
    /// A value that cannot be.
    Value(String),
    /// Memory of the wrong size.
    Size { what: &'static str, got: usize, expected: usize },
    /// Something was asked of an object that holds nothing: one that was moved from, or never made.
    Empty(&'static str),
    /// Something was asked of an object that is at work in another call, and cannot do both.
    Busy(&'static str),
    /// A callback did not do what it was asked.
    Callback(String),
    /// A file could not be read or written.
    File(String),
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

impl From<Refusal> for Status {
    fn from(refusal: Refusal) -> Status {
        let (code, name, message) = match refusal {
            Refusal::Protocol(error) => (error.code(), error.name(), error.to_string()),
            Refusal::Unknown { what, got } => (201, "unknown", format!("there is no {what} {got}")),
            Refusal::Value(why) => (208, "value", why),
            Refusal::Size { what, got, expected } => {
                (202, "size", format!("{what} must have {expected} bytes, not {got}"))
            }
            Refusal::Empty(what) => {
                (203, "empty", format!("this {what} holds nothing: it was moved from, or never made"))
            }
            Refusal::Busy(what) => {
                (205, "busy", format!("this {what} is at work in another call: wait for that to return"))
            }
            Refusal::Callback(why) => (206, "callback", why),
            Refusal::File(why) => (207, "file", why),
        };
        Status { code, name: name.to_owned(), message }
    }
}

/// Does what was asked, and lets no panic out: C++ would end the program. Where there is no answer the status says why,
/// and what stands for one means nothing.
pub(crate) fn guard<T: Default>(status: &mut Status, call: impl FnOnce() -> Result<T, Refusal>) -> T {
    match catch_unwind(AssertUnwindSafe(call)) {
        Ok(Ok(answer)) => return answer,
        Ok(Err(refusal)) => *status = refusal.into(),
        Err(panic) => *status = panicked(panic.as_ref()),
    }
    T::default()
}

fn panicked(panic: &(dyn Any + Send)) -> Status {
    let text = panic.downcast_ref::<&str>().copied();
    let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("no word why");
    let message = format!("a fault in gridnet itself, please report it: {text}");
    Status { code: 299, name: "internal".to_owned(), message }
}

/// As an array of `N` bytes.
pub(crate) fn array<const N: usize>(what: &'static str, bytes: &[u8]) -> Result<[u8; N], Refusal> {
    bytes.try_into().map_err(|_| Refusal::Size { what, got: bytes.len(), expected: N })
}

/// The network of a number.
pub(crate) fn network(id: u32) -> Result<Network, Refusal> {
    Network::from_id(id).ok_or(Refusal::Unknown { what: "network", got: id.into() })
}

/// As many values of `N` bytes as there are.
pub(crate) fn values<'a, const N: usize>(
    what: &'static str,
    bytes: &'a [u8],
) -> Result<&'a [[u8; N]], Refusal> {
    let (values, rest) = bytes.as_chunks();
    let whole = || Refusal::Size { what, got: bytes.len(), expected: bytes.len() - rest.len() };
    if rest.is_empty() { Ok(values) } else { Err(whole()) }
}

/// The same, to be written.
pub(crate) fn values_mut<'a, const N: usize>(
    what: &'static str,
    bytes: &'a mut [u8],
) -> Result<&'a mut [[u8; N]], Refusal> {
    let (got, expected) = (bytes.len(), bytes.len() - bytes.len() % N);
    if got == expected { Ok(bytes.as_chunks_mut().0) } else { Err(Refusal::Size { what, got, expected }) }
}

#[cfg(test)]
mod tests {
    use super::{Refusal, guard};
    use crate::bridge::ffi::Status;

    #[test]
    fn a_panic_becomes_a_status() {
        let mut status = Status::default();
        let answer: u8 = guard(&mut status, || panic!("on purpose"));
        assert_eq!((answer, status.code, status.name.as_str()), (0, 299, "internal"));
        assert!(status.message.ends_with("on purpose"), "{}", status.message);
    }

    #[test]
    fn refusals_keep_their_codes() {
        let mut status = Status::default();
        guard(&mut status, || Err::<(), _>(gridnet_core::Error::Cancelled.into()));
        assert_eq!((status.code, status.name.as_str()), (17, "cancelled"));
        guard(&mut status, || Err::<(), _>(Refusal::Empty("engine")));
        assert_eq!(status.code, 203);
    }

    #[test]
    fn what_is_good_leaves_the_status_alone() {
        let mut status = Status::default();
        assert_eq!(guard(&mut status, || Ok(3)), 3);
        assert_eq!(status.code, 0);
    }
}
