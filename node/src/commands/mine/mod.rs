//! `gridnet mine`: on a node of one's own, or a header.

mod header;
mod own;

use crate::cli::Mine;
use crate::outcome::{Failure, Outcome};

/// Mines.
pub(crate) fn run(args: &Mine) -> Result<Outcome, Failure> {
    if !args.is_of_a_header() {
        return own::run(args);
    }
    match args.of_a_node() {
        Some(argument) => {
            Err(Failure::argument(argument, "is about a node, and other arguments are about a header"))
        }
        None => header::run(args),
    }
}
