//! Panics of what should not panic: a database whose disk lied to it, a fault of this software. They end nothing but what they
//! happened in, and are told as any other failure.

use std::panic::{AssertUnwindSafe, catch_unwind};

/// How what panicked is told.
pub(crate) const FAULT: &str = "a fault of this software, or of its database";

/// What was done, or what it panicked with. Whatever it was done to is not to be used any more.
pub(crate) fn guard<T>(act: impl FnOnce() -> T) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(act)).map_err(|panic| {
        let text = panic.downcast_ref::<String>().map(String::as_str);
        text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("a panic").to_owned()
    })
}
