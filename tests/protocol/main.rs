//! Tests of the protocol across crates: the published vectors on every path and by an independent implementation, the
//! attacks that its rules are made against, batches of every size.
#![forbid(unsafe_code)]

mod attacks;
mod batches;
mod chain_vectors;
mod ledger;
mod oracle;
mod simulator;
mod spv;
mod throughput;
mod vectors;

use std::sync::LazyLock;

use gridnet_core::{Engine, Path};

/// Every available path forced, the choice left to the engine, and a graphics processor where there is one.
static ENGINES: LazyLock<Vec<(String, Engine)>> = LazyLock::new(|| {
    let forced = Path::available().into_iter().map(|path| {
        let builder = Engine::builder().device("cpu").path(path).threads(2);
        (path.name().to_owned(), builder.build().expect("available paths pass their self-test"))
    });
    let mut engines: Vec<_> = forced.collect();
    let in_ci = std::env::var_os("CI").is_some_and(|ci| ci == "true");
    match Engine::builder().device("gpu").build() {
        Ok(gpu) => engines.push(("gpu".to_owned(), gpu)),
        Err(error) => {
            assert!(!in_ci, "CI has a Vulkan device: {error}");
            eprintln!("skipped: {error}");
        }
    }
    let auto = Engine::builder().device("cpu").threads(2).build().expect("a CPU");
    engines.push(("auto".to_owned(), auto));
    engines
});

/// The engine that most would use.
fn engine() -> &'static Engine {
    &ENGINES.last().expect("there are engines").1
}
