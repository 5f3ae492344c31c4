//! What is measured: work of one kind, by one function.

use gridnet_core::{Engine, Error, HashFunction, Primitive};
use gridnet_protocol::sample::signatures;

/// Bytes of a signed message.
const SIGNED_BYTES: usize = 128;

/// One row of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Job {
    /// Hashing.
    Hash(Kind, HashFunction),
    /// Good signatures of different keys, each of a message of so many bytes.
    Verify { length: usize },
}

/// What is hashed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// The nonces of a header, under so many versions of it.
    Header { versions: u16 },
    /// The nonces of an identity.
    Identity,
    /// Values, each hashed so many times.
    Walk { steps: u64 },
    /// Messages of so many bytes.
    Digest { length: usize },
}

/// What is measured with every function.
const KINDS: [Kind; 3] =
    [Kind::Header { versions: 1 }, Kind::Walk { steps: 1_000 }, Kind::Digest { length: 80 }];

/// What is measured beside for a report.
const MORE: [Job; 8] = [
    Job::Hash(Kind::Header { versions: 4 }, HashFunction::Sha256d),
    Job::Hash(Kind::Identity, HashFunction::BLAKE2B),
    Job::Hash(Kind::Walk { steps: 100 }, HashFunction::Sha256),
    Job::Hash(Kind::Walk { steps: 100 }, HashFunction::BLAKE2S),
    Job::Hash(Kind::Walk { steps: 100 }, HashFunction::BLAKE2B),
    Job::Hash(Kind::Walk { steps: 3 }, HashFunction::Sha256),
    Job::Hash(Kind::Walk { steps: 3 }, HashFunction::BLAKE2S),
    Job::Hash(Kind::Walk { steps: 3 }, HashFunction::BLAKE2B),
];

/// The rows of these primitives; of all where none is named. A report has some more.
pub(super) fn plan(primitives: &[String], is_report: bool) -> Vec<Job> {
    let hashes =
        KINDS.into_iter().flat_map(|kind| HashFunction::ALL.map(|function| Job::Hash(kind, function)));
    let all = hashes.chain([Job::Verify { length: SIGNED_BYTES }]);
    let more = MORE.into_iter().filter(|_| is_report);
    let is_wanted =
        |job: &Job| primitives.is_empty() || primitives.iter().any(|name| name == job.primitive());
    all.chain(more).filter(is_wanted).collect()
}

impl Job {
    /// The name of the primitive.
    pub(super) fn primitive(self) -> &'static str {
        match self {
            Job::Hash(kind, _) => kind.primitive().name(),
            Job::Verify { .. } => "verify",
        }
    }

    /// The name of the function.
    pub(super) fn algorithm(self) -> &'static str {
        match self {
            Job::Hash(_, function) => function.name(),
            Job::Verify { .. } => "ed25519",
        }
    }

    /// What it is in a table.
    pub(super) fn short(self) -> String {
        match self {
            Job::Hash(kind, _) => kind.short(),
            Job::Verify { .. } => self.primitive().to_owned(),
        }
    }

    /// What a person calls it.
    pub(super) fn name(self) -> String {
        match self {
            Job::Hash(kind, _) => kind.name(),
            Job::Verify { length } => format!("verify signatures of {length} bytes, each of another key"),
        }
    }

    /// The checksum of a fixed amount of such work.
    pub(super) fn checksum(self, engine: &Engine) -> Result<[u8; 32], Error> {
        match self {
            Job::Hash(kind, function) => engine.checksum(kind.primitive(), function),
            Job::Verify { .. } => signatures::checksum(engine),
        }
    }

    /// Whether arithmetic is what it takes: a digest waits for memory and for the bus.
    pub(super) fn is_arithmetic(self) -> bool {
        !matches!(self, Job::Hash(Kind::Digest { .. }, _))
    }
}

impl Kind {
    fn primitive(self) -> Primitive {
        match self {
            Kind::Header { .. } | Kind::Identity => Primitive::Search,
            Kind::Walk { .. } => Primitive::Walk,
            Kind::Digest { .. } => Primitive::Digest,
        }
    }

    fn short(self) -> String {
        match self {
            Kind::Header { versions: 1 } | Kind::Walk { steps: 1_000 } | Kind::Digest { length: 80 } => {
                self.primitive().name().to_owned()
            }
            Kind::Header { versions } => format!("search ×{versions}"),
            Kind::Identity => "identity".to_owned(),
            Kind::Walk { steps } => format!("walk {steps}"),
            Kind::Digest { length } => format!("digest {length}"),
        }
    }

    fn name(self) -> String {
        match self {
            Kind::Header { versions: 1 } => "search of a header".to_owned(),
            Kind::Header { versions } => format!("search of a header under {versions} versions"),
            Kind::Identity => "search of an identity".to_owned(),
            Kind::Walk { steps } => format!("walk of {steps} steps"),
            Kind::Digest { length } => format!("digest of {length} bytes"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Job, plan};

    #[test]
    fn rows_are_chosen_by_primitive() {
        let of = |names: &[&str], is_report| -> Vec<Job> {
            plan(&names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>(), is_report)
        };
        assert_eq!((of(&[], false).len(), of(&[], true).len()), (13, 21));
        assert_eq!(of(&["verify"], true), [Job::Verify { length: 128 }]);
        assert_eq!((of(&["walk"], false).len(), of(&["walk", "verify"], true).len()), (4, 11));
    }
}
