//! Tests across crates: vectors that others made, oracles in Python, properties, and the fuzz targets' short runs.
#![forbid(unsafe_code)]

mod asert;
mod bitcoin_headers;
mod blake2_vectors;
mod cavp;
mod chain_rules;
mod fuzz;
mod hash_chain;
mod identity;
mod input;
mod oracles;
mod properties;
mod targets;

use std::sync::LazyLock;

use gridnet_core::{Engine, Path};

/// Every available path forced, then the choice left to the engine.
static ENGINES: LazyLock<Vec<Engine>> = LazyLock::new(|| {
    let forced = Path::available().into_iter().map(|path| Engine::builder().path(path));
    let builders = forced.chain([Engine::builder()]);
    builders
        .map(|builder| builder.threads(2).build().expect("available paths pass their self-test"))
        .collect()
});

/// The engine that most would use.
fn engine() -> &'static Engine {
    ENGINES.last().expect("there are engines")
}
