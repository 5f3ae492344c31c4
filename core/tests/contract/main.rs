//! The engine's contract: every forced path and the automatic choice, on 1, 2, 3 and 7 threads, give the oracle's
//! answers; cancelling, progress, refusals and devices that lie.
#![forbid(unsafe_code)]

mod backends;
mod cancel;
mod checksums;
mod digest;
mod errors;
mod flaws;
mod odd_devices;
mod oracle;
mod pieces;
mod progress;
mod search;
#[path = "../signatures/mod.rs"]
mod signatures;
mod verify;
mod verify_devices;
mod walk;

use std::sync::LazyLock;

use gridnet_core::{Engine, Path};

/// An engine and what it was made with.
struct Made {
    engine: Engine,
    threads: usize,
    /// Path and threads, for messages.
    with: String,
}

/// Every available path forced, and the choice left to the engine, each on several numbers of threads.
static ENGINES: LazyLock<Vec<Made>> = LazyLock::new(|| {
    let paths = Path::available().into_iter().map(Some).chain([None]);
    let mut engines = Vec::new();
    for path in paths {
        for threads in [1, 2, 3, 7] {
            let builder = Engine::builder().threads(threads);
            let builder = path.into_iter().fold(builder, |builder, path| builder.path(path));
            let engine = builder.build().expect("available paths pass their self-test");
            let with = format!("{} on {threads} threads", path.map_or("auto", Path::name));
            engines.push(Made { engine, threads, with });
        }
    }
    engines
});

/// Every path once, on as many threads as leave each with an unequal share.
fn every_path() -> impl Iterator<Item = &'static Made> {
    ENGINES.iter().filter(|made| made.threads == 3)
}

/// The engine that most would use.
fn auto() -> &'static Engine {
    &ENGINES.last().expect("there are engines").engine
}

#[test]
fn a_forced_path_is_the_one_that_serves() {
    use gridnet_core::HashFunction;
    for path in Path::available() {
        let sha_only = matches!(path, Path::ShaNi | Path::Armv8Sha);
        let engine = Engine::builder().path(path).threads(3).build().expect("an available path");
        for function in HashFunction::ALL {
            let is_sha = matches!(function, HashFunction::Sha256 | HashFunction::Sha256d);
            let serves = if is_sha || !sha_only { path } else { Path::Portable };
            let name = engine.path(function);
            assert!(name.starts_with(&format!("{} ×", serves.name())), "{name}");
            assert!(name.ends_with(", 3 threads"), "{name}");
        }
        let device = engine.devices().next().expect("one device");
        assert_eq!((device.id.as_str(), device.self_test.as_str()), ("cpu", "passed"));
        assert_eq!(device.paths, [path.name()]);
    }
    let one = Engine::builder().threads(1).device("cpu").build().expect("a CPU");
    assert!(one.path(HashFunction::Sha256d).ends_with(", 1 thread"));
}
