//! What changes in its calls: one call at a time.

use std::process;
use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};

use crate::error::Refusal;

/// Something that calls change.
pub(crate) struct Own<T> {
    of: Mutex<T>,
    what: &'static str,
    process: Option<u32>,
}

impl<T> Own<T> {
    /// What a forked child may go on with.
    pub(crate) fn of_any_process(what: &'static str, of: T) -> Own<T> {
        Own { of: Mutex::new(of), what, process: None }
    }

    /// What is this process's alone: a copy in a forked child would give or sign the same a second time.
    pub(crate) fn of_this_process(what: &'static str, of: T) -> Own<T> {
        Own { of: Mutex::new(of), what, process: Some(process::id()) }
    }

    /// Two calls that cannot be at work at once are refused, not made to wait: the second may come from within the first,
    /// through a callable that writes down or signs.
    pub(crate) fn get(&self) -> Result<MutexGuard<'_, T>, Refusal> {
        if self.process.is_some_and(|process| process != process::id()) {
            return Err(Refusal::Forked(self.what));
        }
        match self.of.try_lock() {
            Ok(of) => Ok(of),
            // What a call that panicked left half done is not there for the next: it is put in at the end of a call.
            Err(TryLockError::Poisoned(poisoned)) => Ok(PoisonError::into_inner(poisoned)),
            Err(TryLockError::WouldBlock) => Err(Refusal::Busy(self.what)),
        }
    }
}
