//! What each transaction does, by what it is about.

pub(super) mod authorities;
pub(super) mod claims;
pub(super) mod contracts;
pub(super) mod fraud;
pub(super) mod identities;
pub(super) mod meters;
pub(super) mod pools;
pub(super) mod subventions;
