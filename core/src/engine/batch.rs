//! Walks and digests in pieces: a share of what a device says is computed again on the CPU.

use std::sync::{Mutex, PoisonError};

use super::piece::{Answer, Piece};
use super::spread::{Job, Wrong};
use super::worker::Worker;
use crate::backend::{Backend, Watch};
use crate::{Algorithm, Cancel, DeviceKind, Digest, Primitive, Walk};

/// Fewest values or messages of a piece for a graphics processor, where there are as many: fewer leave it idle.
const FILL: usize = 1 << 17;
/// So many times as much work as it should have, a piece may have for that.
const FILL_MAX: u64 = 8;
/// Most values of a piece, and bytes of messages: they are copied, because a device that hangs may read them when the
/// call is long over.
const VALUES_MAX: usize = 1 << 18;
const BYTES_MAX: usize = 8 << 20;
/// A value so many times as long as the mean is walked before the others.
const UNEVEN: u64 = 16;
/// Copies of more bytes than this are made by several threads, so many at most.
const ALONE_BYTES: usize = 1 << 20;
const COPIERS: usize = 4;

/// Which of a device's values are computed again.
#[derive(Clone, Copy)]
pub(super) struct Audit<'a> {
    pub(super) cpu: &'a dyn Backend,
    /// One in so many.
    pub(super) every: usize,
    pub(super) cancel: &'a Cancel,
}

impl Audit<'_> {
    /// So many places among `count`, spread over all and not to be foreseen by a device.
    pub(super) fn places(&self, count: usize, seed: usize) -> Vec<usize> {
        let step = self.every.max(1);
        let wanted = count.div_ceil(step);
        let mut mixed = seed as u64 ^ 0x9e37_79b9_7f4a_7c15;
        (0..wanted)
            .map(|index| {
                mixed = mixed.wrapping_mul(0xd129_0042_9f4e_21ed).wrapping_add(0x1405_7b7e_f767_814f);
                (index * step + (mixed >> 33) as usize % step).min(count - 1)
            })
            .collect()
    }

    pub(super) fn watch(&self) -> Watch<'_> {
        Watch::new(self.cancel, None)
    }
}

/// A walk.
pub(super) struct WalkJob<'a> {
    walk: &'a Walk<'a>,
    audit: Audit<'a>,
    order: Order,
    /// Values given out, and the steps of the others.
    given: usize,
    left: u64,
    ends: &'a mut [[u8; 32]],
    /// The call was cancelled before all was computed again that should have been: it has no answer.
    unaudited: bool,
    /// Memory of pieces and answers that are done with.
    spare: Vec<(Vec<[u8; 32]>, Vec<u64>)>,
    spare_ends: Vec<Vec<[u8; 32]>>,
}

/// In which order the values of a walk are given out.
enum Order {
    /// As they come: so many.
    Given(usize),
    /// Those far longer than the mean first.
    Chosen(Vec<usize>),
}

impl Order {
    /// Chosen only where some are so long that the end of the walk might wait for them: collecting values from all over
    /// memory takes longer than a device takes for a few steps.
    fn of(steps: &[u64], total: u64) -> Order {
        let mean = total / (steps.len() as u64).max(1);
        let is_long = |&index: &usize| steps[index] / UNEVEN > mean;
        let mut order: Vec<usize> = (0..steps.len()).filter(is_long).collect();
        if order.is_empty() {
            return Order::Given(steps.len());
        }
        order.extend((0..steps.len()).filter(|index| !is_long(index)));
        Order::Chosen(order)
    }

    fn len(&self) -> usize {
        match self {
            Order::Given(count) => *count,
            Order::Chosen(order) => order.len(),
        }
    }

    /// Which value stands at a place.
    fn at(&self, place: usize) -> usize {
        match self {
            Order::Given(_) => place,
            Order::Chosen(order) => order[place],
        }
    }
}

impl<'a> WalkJob<'a> {
    pub(super) fn new(walk: &'a Walk<'a>, ends: &'a mut [[u8; 32]], audit: Audit<'a>) -> WalkJob<'a> {
        let left = u64::try_from(walk.total_steps()).unwrap_or(u64::MAX);
        let order = Order::of(walk.steps, left);
        WalkJob {
            walk,
            audit,
            order,
            given: 0,
            left,
            ends,
            unaudited: false,
            spare: Vec::new(),
            spare_ends: Vec::new(),
        }
    }
}

impl Job for WalkJob<'_> {
    fn kind(&self) -> (Primitive, Algorithm) {
        (Primitive::Walk, Algorithm::Hash(self.walk.function))
    }

    fn left(&self) -> u64 {
        if self.given == self.order.len() { self.unaudited.into() } else { self.left.max(1) }
    }

    fn next(&mut self, worker: &Worker, work: u64) -> Option<Piece> {
        let (first, least) = (self.given, fill(worker));
        let (mut starts, mut steps) = self.spare.pop().unwrap_or_default();
        steps.clear();
        let mut sum: u64 = 0;
        let most = VALUES_MAX.min(self.order.len() - first);
        // Enough values to fill the device, but not so long ones that it is lost in them.
        while steps.len() < most && (sum < work || steps.len() < least && sum < work.saturating_mul(FILL_MAX))
        {
            let own = self.walk.steps[self.order.at(first + steps.len())];
            sum = sum.saturating_add(own);
            steps.push(own);
        }
        let count = steps.len();
        if count == 0 {
            return None;
        }
        match &self.order {
            Order::Given(_) => copied(&self.walk.starts[first..first + count], &mut starts),
            Order::Chosen(order) => {
                starts.resize(count, [0; 32]);
                let values = &order[first..first + count];
                on_threads(&mut starts, |at, starts| {
                    for (start, &value) in starts.iter_mut().zip(&values[at..]) {
                        *start = self.walk.starts[value];
                    }
                });
            }
        }
        self.left = self.left.saturating_sub(sum);
        self.given += count;
        Some(Piece::Walk { function: self.walk.function, first, starts, steps })
    }

    fn accept(&mut self, worker: &Worker, piece: &Piece, answer: Answer) -> Result<(), Wrong> {
        let (Piece::Walk { function, first, starts, steps }, Answer::Values(ends)) = (piece, answer) else {
            return Err("an answer to another question".into());
        };
        if !worker.is_judge {
            let places = self.audit.places(starts.len(), *first);
            let (starts, steps): (Vec<_>, Vec<_>) =
                places.iter().map(|&place| (starts[place], steps[place])).unzip();
            let again = Walk { function: *function, starts: &starts, steps: &steps };
            let mut right = vec![[0; 32]; places.len()];
            match self.audit.cpu.walk(&again, &mut right, &self.audit.watch()) {
                Ok(()) => compared(worker, &places, &right, &ends, "the end of value")?,
                Err(_) if self.audit.cancel.is_cancelled() => self.unaudited = true,
                // A judge that fails has nothing to say against it.
                Err(_) => {}
            }
        }
        match &self.order {
            Order::Given(_) => self.ends[*first..][..ends.len()].copy_from_slice(&ends),
            Order::Chosen(order) => {
                for (&value, end) in order[*first..].iter().zip(&ends) {
                    self.ends[value] = *end;
                }
            }
        }
        self.spare_ends.push(ends);
        Ok(())
    }

    fn memory(&mut self) -> Vec<[u8; 32]> {
        self.spare_ends.pop().unwrap_or_default()
    }

    fn is_needless(&self, _: &Piece) -> bool {
        false
    }

    fn recycle(&mut self, piece: Piece) {
        if let Piece::Walk { starts, steps, .. } = piece {
            self.spare.push((starts, steps));
        }
    }
}

/// A copy in memory that is used again.
pub(super) fn copied<T: Copy + Default + Send + Sync>(from: &[T], to: &mut Vec<T>) {
    // Only what is new is filled, and only to be written over.
    to.resize(from.len(), T::default());
    on_threads(to, |at, to| to.copy_from_slice(&from[at..at + to.len()]));
}

/// Fills memory by several threads, where it is much; each gets a part, and where that begins. Threads of their own: the
/// pools are somebody's.
fn on_threads<T: Send>(to: &mut [T], fill: impl Fn(usize, &mut [T]) + Sync) {
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(COPIERS);
    let each = to.len().div_ceil(threads).max(ALONE_BYTES / size_of::<T>());
    if each >= to.len() {
        return fill(0, to);
    }
    let parts = Mutex::new(to.chunks_mut(each).enumerate());
    let next = || parts.lock().unwrap_or_else(PoisonError::into_inner).next();
    let work = || std::iter::from_fn(next).for_each(|(index, part)| fill(index * each, part));
    std::thread::scope(|scope| {
        // Where no further threads are to be had, the caller's own does it all.
        for _ in 1..threads {
            let _ = std::thread::Builder::new().spawn_scoped(scope, work);
        }
        work();
    });
}

/// A batch of digests.
pub(super) struct DigestJob<'a> {
    digest: &'a Digest<'a>,
    audit: Audit<'a>,
    given: usize,
    digests: &'a mut [[u8; 32]],
    /// The call was cancelled before all was computed again that should have been: it has no answer.
    unaudited: bool,
    /// Memory of pieces and answers that are done with.
    spare: Vec<Vec<u8>>,
    spare_digests: Vec<Vec<[u8; 32]>>,
}

impl<'a> DigestJob<'a> {
    pub(super) fn new(
        digest: &'a Digest<'a>,
        digests: &'a mut [[u8; 32]],
        audit: Audit<'a>,
    ) -> DigestJob<'a> {
        DigestJob {
            digest,
            audit,
            given: 0,
            digests,
            unaudited: false,
            spare: Vec::new(),
            spare_digests: Vec::new(),
        }
    }
}

impl Job for DigestJob<'_> {
    fn kind(&self) -> (Primitive, Algorithm) {
        (Primitive::Digest, Algorithm::Hash(self.digest.function))
    }

    fn left(&self) -> u64 {
        (self.digest.count - self.given) as u64 + u64::from(self.unaudited)
    }

    fn next(&mut self, worker: &Worker, work: u64) -> Option<Piece> {
        let Digest { function, messages, length, count } = *self.digest;
        let first = self.given;
        let work = usize::try_from(work).unwrap_or(usize::MAX);
        let most = (BYTES_MAX / length.max(32)).max(1);
        let count = work.max(fill(worker)).min(most).min(count - first);
        if count == 0 {
            return None;
        }
        self.given += count;
        let mut copy = self.spare.pop().unwrap_or_default();
        copied(&messages[first * length..][..count * length], &mut copy);
        Some(Piece::Digest { function, first, messages: copy, length, count })
    }

    fn accept(&mut self, worker: &Worker, piece: &Piece, answer: Answer) -> Result<(), Wrong> {
        let (Piece::Digest { function, first, messages, length, count }, Answer::Values(digests)) =
            (piece, answer)
        else {
            return Err("an answer to another question".into());
        };
        if !worker.is_judge {
            let places = self.audit.places(*count, *first);
            let again: Vec<u8> =
                places.iter().flat_map(|place| &messages[place * length..][..*length]).copied().collect();
            let again =
                Digest { function: *function, messages: &again, length: *length, count: places.len() };
            let mut right = vec![[0; 32]; places.len()];
            match self.audit.cpu.digest(&again, &mut right, &self.audit.watch()) {
                Ok(()) => compared(worker, &places, &right, &digests, "the digest of message")?,
                Err(_) if self.audit.cancel.is_cancelled() => self.unaudited = true,
                // A judge that fails has nothing to say against it.
                Err(_) => {}
            }
        }
        self.digests[*first..][..*count].copy_from_slice(&digests);
        self.spare_digests.push(digests);
        Ok(())
    }

    fn memory(&mut self) -> Vec<[u8; 32]> {
        self.spare_digests.pop().unwrap_or_default()
    }

    fn is_needless(&self, _: &Piece) -> bool {
        false
    }

    fn recycle(&mut self, piece: Piece) {
        if let Piece::Digest { messages, .. } = piece {
            self.spare.push(messages);
        }
    }
}

/// Fewest values of a piece for a device.
pub(super) fn fill(worker: &Worker) -> usize {
    if worker.backend().device().kind == DeviceKind::Gpu { FILL } else { 1 }
}

/// Holds what a device said at some places against what the CPU says.
fn compared(
    worker: &Worker,
    places: &[usize],
    right: &[[u8; 32]],
    said: &[[u8; 32]],
    what: &str,
) -> Result<(), Wrong> {
    worker.count_checked(places.len() as u64);
    match places.iter().zip(right).find(|&(&place, right)| said[place] != *right) {
        None => Ok(()),
        Some((&place, right)) => Err(Wrong {
            what: format!(
                "{what} {place} of {} is {}, not {}",
                said.len(),
                shown(&right[..]),
                shown(&said[place])
            ),
            place,
        }),
    }
}

/// The first bytes, enough to tell two apart.
fn shown(bytes: &[u8]) -> String {
    bytes[..8].iter().map(|byte| format!("{byte:02x}")).chain(["…".to_owned()]).collect()
}
