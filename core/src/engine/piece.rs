//! A part of a job, with all that a device needs to do it: devices work on threads that may outlive the call.

use std::ops::Range;
use std::sync::Arc;

use crate::backend::{Backend, Searched, Watch};
use crate::{Digest, Error, HashFunction, Hit, NonceField, Order, Search, Target, Walk};

/// A search that owns its messages.
pub(super) struct OwnedSearch {
    function: HashFunction,
    message: Vec<u8>,
    siblings: Vec<Vec<u8>>,
    nonce: NonceField,
    range: Range<u128>,
    target: Target,
    order: Order,
    limit: usize,
}

impl OwnedSearch {
    pub(super) fn new(search: &Search<'_>) -> OwnedSearch {
        OwnedSearch {
            function: search.function,
            message: search.message.to_vec(),
            siblings: search.siblings.iter().map(|sibling| sibling.to_vec()).collect(),
            nonce: search.nonce,
            range: search.range.clone(),
            target: search.target,
            order: search.order,
            limit: search.limit,
        }
    }

    fn with<T>(&self, call: impl FnOnce(&Search<'_>) -> T) -> T {
        let siblings: Vec<&[u8]> = self.siblings.iter().map(Vec::as_slice).collect();
        call(&Search {
            function: self.function,
            message: &self.message,
            siblings: &siblings,
            nonce: self.nonce,
            range: self.range.clone(),
            target: self.target,
            order: self.order,
            limit: self.limit,
        })
    }
}

/// A part of a job.
pub(super) enum Piece {
    Search {
        search: Arc<OwnedSearch>,
        range: Range<u128>,
        /// Of a decoy: the answer, which is known already.
        known: Option<Vec<Hit>>,
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
}

/// What a device says to it.
pub(super) enum Answer {
    Search(Searched),
    Values(Vec<[u8; 32]>),
}

impl Piece {
    pub(super) fn run(&self, backend: &dyn Backend, watch: &Watch<'_>) -> Result<Answer, Error> {
        match self {
            Piece::Search { search, range, .. } => {
                search.with(|search| backend.search(search, range.clone(), watch)).map(Answer::Search)
            }
            Piece::Walk { function, starts, steps, .. } => {
                backend.walk(&Walk { function: *function, starts, steps }, watch).map(Answer::Values)
            }
            Piece::Digest { function, messages, length, count, .. } => {
                let digest = Digest { function: *function, messages, length: *length, count: *count };
                backend.digest(&digest, watch).map(Answer::Values)
            }
        }
    }
}
