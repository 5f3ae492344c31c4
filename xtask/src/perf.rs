//! Measuring. Nothing is measured here yet, and it says so instead of pretending.

use anyhow::{Result, bail};

/// What to measure.
#[derive(clap::Args)]
pub(crate) struct Args {}

/// Measures.
pub(crate) fn run(Args {}: Args) -> Result<()> {
    bail!("nothing is measured here yet: use `cargo bench --package gridnet-benches`")
}
