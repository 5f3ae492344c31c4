//! Tables: columns in Arrow's form, to and from the values of the protocol. `docs/tables.md` lists the columns.
//!
//! Columns are found by their names, in any order, and in whatever form the tools of others leave them; further
//! ones are ignored. A column that is missing, or of a type that cannot be read, is an error that names it. What is
//! wrong in one row only makes that row malformed: nobody can keep the others from being read by a row of nonsense.
//!
//! No file is opened here.

mod arrays;
pub mod blocks;
pub mod chains;
mod columns;
pub mod identities;
mod judge;
mod ledger;
mod rows;
pub mod signatures;
#[cfg(test)]
mod tests;
pub mod transit;
pub mod verdicts;

pub use self::judge::{Entered, Short, TransitJudge, judge_chains, judge_identities, judge_signatures};
pub use self::ledger::{Given, Ledger, network};
pub use self::rows::each_batch;
