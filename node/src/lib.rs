//! The reference node.
#![forbid(unsafe_code)]

pub mod points;
pub mod storage;
