//! Walks and digests in pieces: a share of what a device says is computed again on the CPU.

use super::piece::{Answer, Piece};
use super::spread::{Job, Wrong};
use super::worker::Worker;
use crate::backend::{Backend, Watch};
use crate::{Cancel, DeviceKind, Digest, HashFunction, Primitive, Walk};

/// Fewest values or messages of a piece for a graphics processor, where there are as many: fewer leave it idle.
const FILL: usize = 1 << 17;

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
    fn places(&self, count: usize, seed: usize) -> Vec<usize> {
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

    fn watch(&self) -> Watch<'_> {
        Watch::new(self.cancel, None)
    }
}

/// A walk. Pieces are cut from the values in the order of their lengths, so that those of a piece end together.
pub(super) struct WalkJob<'a> {
    walk: &'a Walk<'a>,
    audit: Audit<'a>,
    order: Vec<usize>,
    /// Values given out, and the steps of the others.
    given: usize,
    left: u64,
    ends: &'a mut [[u8; 32]],
}

impl<'a> WalkJob<'a> {
    pub(super) fn new(walk: &'a Walk<'a>, ends: &'a mut [[u8; 32]], audit: Audit<'a>) -> WalkJob<'a> {
        ends.copy_from_slice(walk.starts);
        let mut order: Vec<usize> = (0..walk.starts.len()).filter(|&index| walk.steps[index] > 0).collect();
        order.sort_by_key(|&index| std::cmp::Reverse(walk.steps[index]));
        let left = u64::try_from(walk.total_steps()).unwrap_or(u64::MAX);
        WalkJob { walk, audit, order, given: 0, left, ends }
    }
}

impl Job for WalkJob<'_> {
    fn kind(&self) -> (Primitive, HashFunction) {
        (Primitive::Walk, self.walk.function)
    }

    fn left(&self) -> u64 {
        if self.given == self.order.len() { 0 } else { self.left.max(1) }
    }

    fn next(&mut self, worker: &Worker, work: u64) -> Option<Piece> {
        let rest = &self.order[self.given..];
        let least = fill(worker);
        let mut steps: u64 = 0;
        let count = rest
            .iter()
            .enumerate()
            .take_while(|&(index, &value)| {
                let take = index < least || steps < work;
                if take {
                    steps = steps.saturating_add(self.walk.steps[value]);
                }
                take
            })
            .count();
        if count == 0 {
            return None;
        }
        let (values, first) = (&rest[..count], self.given);
        self.left = self.left.saturating_sub(steps);
        let piece = Piece::Walk {
            function: self.walk.function,
            first,
            starts: values.iter().map(|&value| self.walk.starts[value]).collect(),
            steps: values.iter().map(|&value| self.walk.steps[value]).collect(),
        };
        self.given += count;
        Some(piece)
    }

    fn accept(&mut self, worker: &Worker, piece: &Piece, answer: Answer) -> Result<(), Wrong> {
        let (Piece::Walk { function, first, starts, steps }, Answer::Values(ends)) = (piece, answer) else {
            return Err("an answer to another question".into());
        };
        if !worker.is_cpu() {
            let places = self.audit.places(starts.len(), *first);
            let (starts, steps): (Vec<_>, Vec<_>) =
                places.iter().map(|&place| (starts[place], steps[place])).unzip();
            let again = Walk { function: *function, starts: &starts, steps: &steps };
            let mut right = vec![[0; 32]; places.len()];
            // A call that was cancelled meanwhile does not return these ends.
            if self.audit.cpu.walk(&again, &mut right, &self.audit.watch()).is_ok() {
                compared(worker, &places, &right, &ends, "the end of value")?;
            }
        }
        for (&value, end) in self.order[*first..].iter().zip(ends) {
            self.ends[value] = end;
        }
        Ok(())
    }

    fn is_needless(&self, _: &Piece) -> bool {
        false
    }
}

/// A batch of digests.
pub(super) struct DigestJob<'a> {
    digest: &'a Digest<'a>,
    audit: Audit<'a>,
    given: usize,
    digests: &'a mut [[u8; 32]],
}

impl<'a> DigestJob<'a> {
    pub(super) fn new(
        digest: &'a Digest<'a>,
        digests: &'a mut [[u8; 32]],
        audit: Audit<'a>,
    ) -> DigestJob<'a> {
        DigestJob { digest, audit, given: 0, digests }
    }
}

impl Job for DigestJob<'_> {
    fn kind(&self) -> (Primitive, HashFunction) {
        (Primitive::Digest, self.digest.function)
    }

    fn left(&self) -> u64 {
        (self.digest.count - self.given) as u64
    }

    fn next(&mut self, worker: &Worker, work: u64) -> Option<Piece> {
        let Digest { function, messages, length, count } = *self.digest;
        let first = self.given;
        let work = usize::try_from(work).unwrap_or(usize::MAX);
        let count = work.max(fill(worker)).min(count - first);
        self.given += count;
        (count > 0).then(|| Piece::Digest {
            function,
            first,
            messages: messages[first * length..][..count * length].to_vec(),
            length,
            count,
        })
    }

    fn accept(&mut self, worker: &Worker, piece: &Piece, answer: Answer) -> Result<(), Wrong> {
        let (Piece::Digest { function, first, messages, length, count }, Answer::Values(digests)) =
            (piece, answer)
        else {
            return Err("an answer to another question".into());
        };
        if !worker.is_cpu() {
            let places = self.audit.places(*count, *first);
            let again: Vec<u8> =
                places.iter().flat_map(|place| &messages[place * length..][..*length]).copied().collect();
            let again =
                Digest { function: *function, messages: &again, length: *length, count: places.len() };
            let mut right = vec![[0; 32]; places.len()];
            if self.audit.cpu.digest(&again, &mut right, &self.audit.watch()).is_ok() {
                compared(worker, &places, &right, &digests, "the digest of message")?;
            }
        }
        self.digests[*first..][..*count].copy_from_slice(&digests);
        Ok(())
    }

    fn is_needless(&self, _: &Piece) -> bool {
        false
    }
}

fn fill(worker: &Worker) -> usize {
    if worker.backend.device().kind == DeviceKind::Gpu { FILL } else { 1 }
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
