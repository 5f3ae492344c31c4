//! What C++ holds: values of the protocol, each empty where making it failed.

use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard, TryLockError};

use crate::status::Refusal;

/// Types that are made once and never change.
macro_rules! held {
    ($($(#[doc = $doc:literal])* $name:ident($inner:ty) $what:literal;)*) => {$(
        $(#[doc = $doc])*
        #[derive(Default)]
        pub(crate) struct $name(Option<$inner>);

        impl $name {
            /// What is held.
            pub(crate) fn get(&self) -> Result<&$inner, $crate::status::Refusal> {
                self.0.as_ref().ok_or($crate::status::Refusal::Empty($what))
            }
        }

        impl From<$inner> for Box<$name> {
            fn from(inner: $inner) -> Box<$name> {
                Box::new($name(Some(inner)))
            }
        }
    )*};
}

/// Of those with a canonical encoding: how they are read and written.
macro_rules! encoded {
    ($($name:ident $what:literal $read:ident;)*) => {$(
        impl $name {
            pub(crate) fn to_bytes(&self, status: &mut $crate::bridge::ffi::Status) -> Vec<u8> {
                $crate::status::guard(status, || Ok(gridnet_protocol::encoding::encode(self.get()?)))
            }
        }

        pub(crate) fn $read(bytes: &[u8], status: &mut $crate::bridge::ffi::Status) -> Box<$name> {
            $crate::status::guard(status, || Ok(Box::new($name(Some(gridnet_protocol::encoding::decode($what, bytes)?)))))
        }
    )*};
}

pub(crate) use {encoded, held};

/// What changes. Two calls that cannot be at work at once are refused, not made to wait: the second may come from within
/// the first, through a callback.
pub(crate) struct Shared<T> {
    inner: Option<RwLock<T>>,
    what: &'static str,
}

impl<T> Shared<T> {
    pub(crate) fn new(what: &'static str, inner: T) -> Shared<T> {
        Shared { inner: Some(RwLock::new(inner)), what }
    }

    pub(crate) const fn empty(what: &'static str) -> Shared<T> {
        Shared { inner: None, what }
    }

    pub(crate) fn read(&self) -> Result<RwLockReadGuard<'_, T>, Refusal> {
        self.locked(RwLock::try_read)
    }

    pub(crate) fn write(&self) -> Result<RwLockWriteGuard<'_, T>, Refusal> {
        self.locked(RwLock::try_write)
    }

    fn locked<'a, G>(
        &'a self,
        lock: impl FnOnce(&'a RwLock<T>) -> Result<G, TryLockError<G>>,
    ) -> Result<G, Refusal> {
        match lock(self.inner.as_ref().ok_or(Refusal::Empty(self.what))?) {
            Ok(locked) => Ok(locked),
            // What a call that panicked left half done is not there for the next: it is put in at the end of a call.
            Err(TryLockError::Poisoned(poisoned)) => Ok(PoisonError::into_inner(poisoned)),
            Err(TryLockError::WouldBlock) => Err(Refusal::Busy(self.what)),
        }
    }
}

// C++ may use one object from several threads. A signer is as good as its callback, whose author is told so.
const _: () = {
    const fn shared<T: Send + Sync>() {}
    shared::<crate::command::CommandLog>();
    shared::<crate::control::Control>();
    shared::<crate::custody::Candidate>();
    shared::<crate::custody::Custody>();
    shared::<crate::datagram::Datagram>();
    shared::<crate::engine::Engine>();
    shared::<crate::key::SealSecret>();
    shared::<crate::pool::Change<'_>>();
    shared::<crate::pool::OwnedPool>();
    shared::<crate::party::Party>();
    shared::<crate::party::Watcher>();
    shared::<crate::registration::PoolCard>();
    shared::<crate::spv::VerifiedHeaders>();
    shared::<crate::token::Token>();
    shared::<crate::transit::ClaimedPool>();
    shared::<crate::transit::TransitPool>();
    shared::<crate::verify::Claims>();
    shared::<crate::verify::Context>();
    shared::<crate::verify::Sequence>();
};

#[cfg(test)]
mod tests {
    use super::Shared;
    use crate::status::Refusal;

    #[test]
    fn a_second_call_is_refused_while_the_first_is_at_work() {
        let shared = Shared::new("pool", 7);
        let first = shared.write().unwrap_or_else(|_| panic!("nobody is at work"));
        assert!(matches!(shared.read(), Err(Refusal::Busy("pool"))));
        assert!(matches!(shared.write(), Err(Refusal::Busy("pool"))));
        drop(first);
        let (one, other) = (shared.read(), shared.read());
        assert!(one.is_ok_and(|seven| *seven == 7) && other.is_ok());
        assert!(matches!(Shared::<u8>::empty("pool").read(), Err(Refusal::Empty("pool"))));
    }
}
