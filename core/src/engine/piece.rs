//! A part of a job, with all that a device needs to do it: devices work on threads that may outlive the call.

use std::ops::Range;
use std::sync::Arc;

use super::verify::unsaid;
use crate::backend::{Backend, Question, Searched, Watch};
use crate::{Algorithm, Case, Digest, Error, HashFunction, Hit, OwnedSearch, Signed, Verify, Walk};

/// A part of a job.
pub(super) enum Piece {
    Search {
        search: Arc<OwnedSearch>,
        range: Range<u128>,
        /// Of a part of no job: the answer, which is known already.
        decoy: Option<Vec<Hit>>,
    },
    Walk {
        function: HashFunction,
        /// Where it begins among the job's values, as the job orders them.
        first: usize,
        starts: Vec<[u8; 32]>,
        steps: Vec<u64>,
    },
    Digest {
        function: HashFunction,
        /// The number of its first message.
        first: usize,
        messages: Vec<u8>,
        length: usize,
        count: usize,
    },
    Verify {
        /// The number of its first signature.
        first: usize,
        signatures: OwnedSignatures,
    },
}

/// Signatures in memory of their own.
#[derive(Default)]
pub(super) struct OwnedSignatures {
    pub(super) keys: Vec<[u8; 32]>,
    pub(super) messages: Vec<u8>,
    pub(super) length: usize,
    pub(super) signatures: Vec<[u8; 64]>,
}

impl OwnedSignatures {
    pub(super) fn question(&self) -> Verify<'_> {
        Verify {
            keys: &self.keys,
            messages: &self.messages,
            length: self.length,
            signatures: &self.signatures,
        }
    }
}

/// What a device says to a piece.
pub(super) enum Answer {
    Search(Searched),
    Values(Vec<[u8; 32]>),
    Verdicts(Vec<Signed>),
}

impl Piece {
    pub(super) fn algorithm(&self) -> Algorithm {
        match self {
            Piece::Search { search, .. } => Algorithm::Hash(search.function),
            Piece::Walk { function, .. } | Piece::Digest { function, .. } => Algorithm::Hash(*function),
            Piece::Verify { .. } => Algorithm::Ed25519,
        }
    }

    /// Does it. Values go to `memory`, whatever its length and contents.
    pub(super) fn run(
        &self,
        backend: &dyn Backend,
        mut memory: Vec<[u8; 32]>,
        watch: &Watch<'_>,
    ) -> Result<Answer, Error> {
        match self {
            Piece::Search { search, range, .. } => {
                search.with(|search| backend.search(search, range.clone(), watch)).map(Answer::Search)
            }
            Piece::Walk { function, starts, steps, .. } => {
                memory.resize(starts.len(), [0; 32]);
                backend.walk(&Walk { function: *function, starts, steps }, &mut memory, watch)?;
                Ok(Answer::Values(memory))
            }
            Piece::Digest { function, messages, length, count, .. } => {
                let digest = Digest { function: *function, messages, length: *length, count: *count };
                memory.resize(*count, [0; 32]);
                backend.digest(&digest, &mut memory, watch)?;
                Ok(Answer::Values(memory))
            }
            Piece::Verify { signatures, .. } => {
                let mut verdicts = unsaid(signatures.signatures.len());
                backend.verify(&signatures.question(), &mut verdicts, watch)?;
                Ok(Answer::Verdicts(verdicts))
            }
        }
    }

    /// Calls with what is asked in it.
    pub(super) fn with_question<T>(&self, call: impl FnOnce(&Question<'_>) -> T) -> T {
        match self {
            Piece::Search { search, .. } => search.with(|search| call(&Question::Search(search))),
            Piece::Walk { function, starts, steps, .. } => {
                call(&Question::Walk(&Walk { function: *function, starts, steps }))
            }
            Piece::Digest { function, messages, length, count, .. } => call(&Question::Digest(&Digest {
                function: *function,
                messages,
                length: *length,
                count: *count,
            })),
            Piece::Verify { signatures, .. } => call(&Question::Verify(&signatures.question())),
        }
    }

    pub(super) fn is_decoy(&self) -> bool {
        matches!(self, Piece::Search { decoy: Some(_), .. })
    }

    /// What is asked in it, of values, messages or signatures at this place.
    pub(super) fn case(&self, place: usize) -> Case {
        match self {
            Piece::Search { search, range, .. } => {
                Case::Search(OwnedSearch { range: range.clone(), ..OwnedSearch::clone(search) })
            }
            Piece::Walk { function, starts, steps, .. } => Case::Walk {
                function: *function,
                start: starts[place],
                steps: steps[place],
                count: starts.len(),
            },
            Piece::Digest { function, messages, length, count, .. } => Case::Digest {
                function: *function,
                message: messages[place * length..][..*length].to_vec(),
                count: *count,
            },
            Piece::Verify { signatures, .. } => {
                let OwnedSignatures { keys, messages, length, signatures } = signatures;
                Case::Verify {
                    key: keys[place],
                    message: messages[place * length..][..*length].to_vec(),
                    signature: signatures[place],
                    count: signatures.len(),
                }
            }
        }
    }
}
