//! The engines that are measured against each other.

use gridnet_core::{Engine, HashFunction, Path};

/// Which engine an [`Entry`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// What a user gets who asks for nothing, on one thread.
    Auto,
    /// One path forced, on one thread.
    Forced(Path),
    /// What a user gets who asks for nothing, on every core.
    AllThreads,
}

/// An engine with the name it goes by in benchmarks.
pub struct Entry {
    /// `auto`, a path's name, or `auto, all threads`.
    pub name: &'static str,
    /// Which one.
    pub kind: Kind,
    /// The engine.
    pub engine: Engine,
}

impl Entry {
    /// # Panics
    /// When the engine cannot be built: a benchmark has nothing to do then.
    fn new(kind: Kind) -> Entry {
        let (name, builder) = match kind {
            Kind::Auto => ("auto", Engine::builder().device("cpu").threads(1)),
            Kind::Forced(path) => (path.name(), Engine::builder().device("cpu").path(path).threads(1)),
            Kind::AllThreads => ("auto, all threads", Engine::builder().device("cpu")),
        };
        Entry { name, kind, engine: builder.build().expect("the engine builds and passes its self-test") }
    }

    /// The path that serves a function here, by its name.
    pub fn path(&self, function: HashFunction) -> String {
        self.engine.path(function).split(' ').next().unwrap_or_default().to_owned()
    }
}

/// Every engine worth measuring for a function: automatic choice on one thread, each path of this CPU that has
/// something for the function, and all threads.
///
/// # Panics
/// When an engine cannot be built.
pub fn engines(function: HashFunction) -> Vec<Entry> {
    let forced = Path::available().into_iter().map(Kind::Forced);
    [Kind::Auto]
        .into_iter()
        .chain(forced)
        .chain([Kind::AllThreads])
        .map(Entry::new)
        .filter(|entry| !matches!(entry.kind, Kind::Forced(path) if entry.path(function) != path.name()))
        .collect()
}

#[cfg(test)]
mod tests {
    use gridnet_core::{HashFunction, Path};

    use super::{Kind, engines};

    #[test]
    fn a_path_without_kernels_for_a_function_is_left_out() {
        let kinds: Vec<Kind> = engines(HashFunction::BLAKE2S).iter().map(|entry| entry.kind).collect();
        assert!(kinds.contains(&Kind::Forced(Path::Portable)));
        assert!(!kinds.contains(&Kind::Forced(Path::ShaNi)));
        assert_eq!(kinds[0], Kind::Auto);
        assert_eq!(kinds.last(), Some(&Kind::AllThreads));
    }
}
