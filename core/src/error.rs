//! What can go wrong, each with a number and a name that never change.

use crate::limits;

/// An engine's refusal. Every variant has a stable [`code`](Error::code) and [`name`](Error::name); fields carry what
/// a program may want, the text what a person needs.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// No such hash function.
    #[error("unknown hash function {quoted}: the functions are sha256, sha256d, blake2s and blake2b", quoted = quoted(.0))]
    UnknownFunction(String),
    /// The function takes no personalisation, or a shorter one.
    #[error("{function} takes a personalisation of at most {max} bytes, not {got}")]
    Personalisation {
        /// The function's name.
        function: &'static str,
        /// The longest it takes; 0 when it takes none.
        max: usize,
        /// What was given.
        got: usize,
    },
    /// No such path.
    #[error(
        "unknown path {}: the paths are portable, sha-ni, avx2, avx512, neon and armv8-sha",
        quoted(name)
    )]
    UnknownPath {
        /// What was asked for.
        name: String,
    },
    /// The path exists but not on this CPU.
    #[error("this CPU has no {path}; it has {available}")]
    UnavailablePath {
        /// What was asked for.
        path: &'static str,
        /// What there is, separated by commas.
        available: String,
    },
    /// No device of that name.
    #[error("no device answers to {}; the devices are {available}", quoted(asked))]
    UnknownDevice {
        /// What was asked for.
        asked: String,
        /// What there is, separated by commas.
        available: String,
    },
    /// A graphics processor was asked for on a machine without any.
    #[error(
        "no graphics processor was found: no Vulkan, Metal or DirectX 12 driver here shows one; use cpu or auto"
    )]
    NoGpu,
    /// Zero, or too many, threads.
    #[error("threads must be 1 to {max}, not {got}")]
    Threads {
        /// What was asked for.
        got: usize,
        /// The most an engine takes.
        max: usize,
    },
    /// The nonce field is not inside the message, or not 1 to 8 bytes wide.
    #[error(
        "a nonce field of {bytes} bytes at offset {offset} does not fit: it must be 1 to 8 bytes wide and inside the {message} bytes of the message"
    )]
    NonceField {
        /// First byte of the field.
        offset: usize,
        /// Its width in bytes.
        bytes: usize,
        /// Length of the message.
        message: usize,
    },
    /// An empty range, or one that the nonce field cannot hold.
    #[error(
        "the nonce range {start}..{end} is not usable: start must be below end, and end at most {max} for a field of this width"
    )]
    NonceRange {
        /// First nonce.
        start: u128,
        /// One past the last nonce.
        end: u128,
        /// The largest end.
        max: u128,
    },
    /// A search that should return nothing.
    #[error("limit must be 1 to {max}, not {got}")]
    Limit {
        /// What was asked for.
        got: usize,
        /// The most a search returns.
        max: usize,
    },
    /// Two lists that must be equally long are not.
    #[error("{what} has {got} entries where {expected} are expected")]
    Count {
        /// Which list.
        what: &'static str,
        /// Entries it has.
        got: usize,
        /// Entries it must have.
        expected: usize,
    },
    /// Siblings that cannot share a tail.
    #[error(
        "sibling {index} differs from the message in length, or from byte {from} on, where the nonce's block begins"
    )]
    Sibling {
        /// Which sibling.
        index: usize,
        /// First byte that must be equal.
        from: usize,
    },
    /// Bytes that are not headers.
    #[error("{got} bytes are not a whole number of 80-byte headers: {rest} are left over")]
    HeaderBytes {
        /// Length given.
        got: usize,
        /// What is left after the last whole header.
        rest: usize,
    },
    /// A compact target that encodes no target, or a range that does not exist.
    #[error("bits {0:#010x} encode no valid target")]
    CompactTarget(u32),
    /// A number outside its bounds.
    #[error("{what} must be {min} to {max}, not {got}")]
    OutOfRange {
        /// Which number.
        what: &'static str,
        /// Smallest allowed.
        min: u64,
        /// Largest allowed.
        max: u64,
        /// What was given.
        got: u64,
    },
    /// A path gave wrong answers to known questions when the engine was built.
    #[error(
        "the {path} path failed its self-test for {function}: {what}. This CPU or build cannot be trusted with it; force another path"
    )]
    SelfTest {
        /// The path.
        path: &'static str,
        /// The function.
        function: &'static str,
        /// The primitive that was wrong.
        what: &'static str,
    },
    /// A device answered wrongly while working.
    #[error("device {device} gave a wrong answer: {what}")]
    WrongAnswer {
        /// The device's id.
        device: String,
        /// What was wrong.
        what: String,
    },
    /// Cancelled by the caller.
    #[error("cancelled")]
    Cancelled,
    /// A mint went through all its repetitions.
    #[error(
        "no nonce proves the address under any of {repetitions} repetitions: ask for fewer zero bits or wider nonces"
    )]
    NoProof {
        /// How many were tried.
        repetitions: u32,
    },
    /// A device did not answer.
    #[error("device {device} {what}")]
    Device {
        /// The device's id.
        device: String,
        /// What became of it.
        what: String,
    },
    /// A device fails the self-test of what this needs; it may serve otherwise.
    #[error("device {device} is not used for this: {what}")]
    Refused {
        /// The device's id.
        device: String,
        /// What fails.
        what: String,
    },
    /// The operating system refused.
    #[error("could not start worker threads: {0}")]
    Spawn(String),
}

/// A text from outside, safe to repeat: quoted, escaped, and not too much of it.
fn quoted(text: &str) -> String {
    const CHARS_MAX: usize = 40;
    if text.chars().count() <= CHARS_MAX {
        return format!("{text:?}");
    }
    let head: String = text.chars().take(CHARS_MAX).collect();
    format!("{head:?}… ({} bytes)", text.len())
}

impl Error {
    /// A number that never changes for this kind of error.
    pub fn code(&self) -> u32 {
        self.stable().0
    }

    /// A short name that never changes for this kind of error.
    pub fn name(&self) -> &'static str {
        self.stable().1
    }

    fn stable(&self) -> (u32, &'static str) {
        match self {
            Error::UnknownFunction(_) => (1, "unknown-function"),
            Error::Personalisation { .. } => (2, "personalisation"),
            Error::UnknownPath { .. } => (3, "unknown-path"),
            Error::UnavailablePath { .. } => (4, "unavailable-path"),
            Error::UnknownDevice { .. } => (5, "unknown-device"),
            Error::Threads { .. } => (6, "threads"),
            Error::NonceField { .. } => (7, "nonce-field"),
            Error::NonceRange { .. } => (8, "nonce-range"),
            Error::Limit { .. } => (9, "limit"),
            Error::Count { .. } => (10, "count"),
            Error::Sibling { .. } => (11, "sibling"),
            Error::HeaderBytes { .. } => (12, "header-bytes"),
            Error::CompactTarget(_) => (13, "compact-target"),
            Error::OutOfRange { .. } => (14, "out-of-range"),
            Error::SelfTest { .. } => (15, "self-test"),
            Error::WrongAnswer { .. } => (16, "wrong-answer"),
            Error::Cancelled => (17, "cancelled"),
            Error::Spawn(_) => (18, "spawn"),
            Error::NoProof { .. } => (19, "no-proof"),
            Error::Device { .. } => (20, "device"),
            Error::NoGpu => (21, "no-gpu"),
            Error::Refused { .. } => (22, "refused"),
        }
    }

    pub(crate) fn threads(got: usize) -> Error {
        Error::Threads { got, max: limits::THREADS_MAX }
    }
}
