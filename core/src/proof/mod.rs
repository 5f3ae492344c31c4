//! Proofs that are hashing alone, lowered to the engine's primitives.

pub mod asert;
pub mod chain;
pub mod header;
pub mod headers;
pub mod identity;
