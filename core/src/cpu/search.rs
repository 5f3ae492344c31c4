//! `search` on threads: ascending pieces of the range, handed out one at a time.

use std::ops::Range;
use std::sync::{Mutex, PoisonError};

use gridnet_simd::{Candidate, Field, Kernel, Tail, Test};

use super::Cpu;
use super::pace::Pace;
use crate::backend::{Searched, Watch};
use crate::confirm::Confirm;
use crate::{Endian, Hit, Order, Search};

/// Blocks hashed in a thread's first call: about a millisecond on the slowest path.
const FIRST_CALL: u64 = 4_096;

/// Candidates after which a kernel call ends, so that hashing them in full stays a matter of milliseconds.
const CONFIRMED: usize = 1 << 10;

/// Nonces of a thread's first call, given how many blocks each costs.
fn first_call(search: &Search<'_>) -> u64 {
    let block = search.function.kernel_function().block_bytes();
    let blocks = (search.message.len() - search.shared_from()) / block + 1;
    (FIRST_CALL / (blocks * (1 + search.siblings.len())) as u64).max(1)
}

/// Who works where, and what was found. The range is handed out in ascending pieces, so that when a piece's holder
/// is done everything below the lowest piece still held is known.
struct Board {
    /// First nonce not handed out.
    next: u128,
    /// No nonce from here on is needed: the range's end, or just past the last of enough hits.
    bound: u128,
    /// The lowest hits so far, ascending.
    hits: Vec<Hit>,
    /// Where cancelled threads stopped.
    stopped: Option<u128>,
}

impl Board {
    fn claim(&mut self, work: u64) -> Option<Range<u128>> {
        let start = self.next;
        let end = (start + u128::from(work)).min(self.bound);
        (start < end).then(|| {
            self.next = end;
            start..end
        })
    }

    fn report(&mut self, hits: Vec<Hit>, limit: usize) {
        if hits.is_empty() {
            return;
        }
        self.hits.extend(hits);
        if self.hits.len() >= limit {
            self.hits.sort_unstable();
            self.hits.truncate(limit);
            let last = self.hits[limit - 1].nonce;
            self.bound = self.bound.min(u128::from(last) + 1);
        }
    }

    fn stop(&mut self, at: u128) {
        self.stopped = Some(self.stopped.map_or(at, |stopped| stopped.min(at)));
    }
}

/// A search prepared for the kernels: everything before the nonce's block is absorbed.
pub(crate) fn tail(search: &Search<'_>) -> Tail {
    let function = search.function.kernel_function();
    let from = search.shared_from();
    let midstates = std::iter::once(search.message)
        .chain(search.siblings.iter().copied())
        .map(|message| {
            let mut chain = search.function.initial();
            function.absorb(&mut chain, 0, &message[..from]);
            chain
        })
        .collect();
    let field = Field {
        offset: search.nonce.offset - from,
        bytes: search.nonce.bytes,
        big_endian: search.nonce.endian == Endian::Big,
    };
    let test = Test { little_endian: search.order == Order::Little, target: search.target.to_be_bytes() };
    Tail::new(function, midstates, from as u64, &search.message[from..], field, test)
}

pub(super) fn run(cpu: &Cpu, search: &Search<'_>, range: Range<u128>, watch: &Watch<'_>) -> Searched {
    let kernel = cpu.choice(search.function).wide;
    let tail = tail(search);
    let confirm = Confirm::new(search);
    let board = Mutex::new(Board { next: range.start, bound: range.end, hits: Vec::new(), stopped: None });
    let pieces = (range.end - range.start).div_ceil(u128::from(first_call(search)));
    cpu.on_threads(usize::try_from(pieces).unwrap_or(usize::MAX), |_| {
        work(kernel, &tail, &confirm, search, &board, watch);
    });
    let board = board.into_inner().unwrap_or_else(PoisonError::into_inner);
    // Hits above the place where a cancelled thread stopped may not be the first ones.
    let mut hits = board.hits;
    hits.sort_unstable();
    let resume = board.stopped.filter(|&at| at < board.bound);
    if let Some(at) = resume {
        hits.retain(|hit| u128::from(hit.nonce) < at);
    }
    Searched { hits, resume }
}

/// One thread: claims pieces until there is nothing left to do.
fn work(
    kernel: Kernel,
    tail: &Tail,
    confirm: &Confirm<'_>,
    search: &Search<'_>,
    board: &Mutex<Board>,
    watch: &Watch<'_>,
) {
    let lock = || board.lock().unwrap_or_else(PoisonError::into_inner);
    let tries = 1 + search.siblings.len() as u64;
    let mut pace = Pace::new(first_call(search));
    let mut candidates: Vec<Candidate> = Vec::new();
    loop {
        let Some(piece) = lock().claim(pace.work()) else { return };
        let mut at = piece.start;
        let mut hits = Vec::new();
        while at < piece.end && hits.len() < search.limit {
            if watch.cancel.is_cancelled() {
                let mut board = lock();
                board.report(hits, search.limit);
                board.stop(at);
                return;
            }
            candidates.clear();
            let count = (piece.end - at) as u64;
            let enough = (search.limit - hits.len()).min(CONFIRMED);
            let tried = pace.time(count, || {
                let tried = kernel.search(tail, at as u64, count, enough, &mut candidates);
                candidates.sort_unstable();
                hits.extend(candidates.iter().filter_map(|found| confirm.hit(found.nonce, found.sibling)));
                tried
            });
            at += u128::from(tried);
            watch.count(tried * tries);
        }
        hits.truncate(search.limit);
        lock().report(hits, search.limit);
    }
}
