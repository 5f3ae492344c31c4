//! Signatures to be verified, and by which path an engine does that.

use gridnet_core::{Control, Engine};
pub use gridnet_protocol::sample::signatures::Signatures;

/// Bytes of a message.
pub const SIGNED_BYTES: usize = 128;

/// So many signatures of messages of [`SIGNED_BYTES`], by so many keys in turns, of which one in `bad_one_in` is bad.
///
/// # Panics
/// Without any key.
pub fn signatures(seed: u64, count: usize, keys: usize, bad_one_in: Option<usize>) -> Signatures {
    let mut made = Signatures::by(keys, seed, SIGNED_BYTES);
    made.grow(count);
    if let Some(step) = bad_one_in {
        (step / 2..count).step_by(step).for_each(|index| made.spoil(index));
    }
    made
}

/// The path that verifies many signatures on an engine, by its name. A single one is the library's everywhere.
///
/// # Panics
/// When the engine cannot verify: a benchmark has nothing to do then.
pub fn verify_path(engine: &Engine) -> String {
    let made = signatures(0, 64, 1, None);
    let report = engine.verify(&made.first(64), &Control::default()).expect("verdicts");
    let path = report.devices.first().map_or("", |device| &device.path);
    path.split([' ', ',']).next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use gridnet_core::{Control, Engine, EngineBuilder, Path};

    use super::{signatures, verify_path};

    #[test]
    fn as_many_are_bad_as_wanted() {
        let engine = Engine::builder().device("cpu").threads(1).build().expect("a CPU");
        for (step, bad) in [(None, 0), (Some(100), 3), (Some(1), 300)] {
            let made = signatures(5, 300, 9, step);
            let report = engine.verify(&made.first(300), &Control::default()).expect("verdicts");
            assert_eq!(report.value.iter().filter(|verdict| verdict.is_err()).count(), bad);
        }
    }

    #[test]
    fn the_path_of_many_signatures_is_the_lanes_where_there_are_some() {
        let path = |builder: EngineBuilder| verify_path(&builder.device("cpu").build().expect("a CPU"));
        assert_eq!(path(Engine::builder().path(Path::Portable)), "library");
        if Path::available().contains(&Path::Avx2) {
            assert_ne!(path(Engine::builder()), "library");
        }
    }
}
