//! `walk` on a graphics processor: batches of values that stay on the device until the last of them has arrived.

use std::collections::VecDeque;
use std::ops::Range;

use gridnet_shaders::Shape;
use gridnet_shaders::layout::ITERATIONS_MAX;

use super::kernels::Entry;
use super::lower;
use super::memory::{Memory, Sizes};
use super::open::{Open, Pending};
use super::pace::Pace;
use super::{Fault, IN_FLIGHT};
use crate::backend::Watch;
use crate::{HashFunction, Walk};

/// Bytes of a value, and of its number of steps.
const VALUE: usize = 32;
const STEPS: usize = 4;

/// A walk's values (no more than 2³²: a piece of a job is far shorter) in the order of their lengths, the longest first: neighbours end together, and none waits for
/// another. Without those that stay where they are.
struct Sorted<'a> {
    walk: &'a Walk<'a>,
    /// Hashes of a step.
    hashes: u64,
    /// Which value stands at each place; `None` where they came like this.
    order: Option<Vec<u32>>,
    count: usize,
}

/// Values on a device.
struct Batch {
    /// Their places.
    places: Range<usize>,
    /// Hashes that every one of them has gone, unless it had fewer to go.
    gone: u64,
    /// Hashes of the dispatch under way, all values together.
    taken: u64,
    memory: Memory,
}

pub(super) fn run(
    open: &Open,
    walk: &Walk<'_>,
    ends: &mut [[u8; 32]],
    watch: &Watch<'_>,
) -> Result<(), Fault> {
    let entry = open.kernels.of(lower::kernel(Shape::Walk, walk.function, open.kernels.int64));
    let sorted = Sorted::new(walk);
    if sorted.count < ends.len() {
        ends.copy_from_slice(walk.starts);
    }
    let each = entry.tuning().invocations as usize;
    let mut todo = (0..sorted.count).step_by(each).map(|first| first..sorted.count.min(first + each));
    let mut pace = Pace::new(entry, open.software, u64::MAX);
    let mut under: VecDeque<(Batch, Pending, bool)> = VecDeque::new();
    loop {
        while under.len() < IN_FLIGHT
            && let Some(places) = todo.next()
        {
            let mut batch = Batch::new(open, entry, walk, places)?;
            let (pending, last) = batch.advance(open, &sorted, &pace)?;
            under.push_back((batch, pending, last));
        }
        let Some((mut batch, pending, last)) = under.pop_front() else { return Ok(()) };
        let ((), took) = open.wait(&pending, watch.cancel, |bytes| {
            if last {
                sorted.scatter(batch.places.clone(), bytes.as_chunks().0, ends);
            }
        })?;
        took.into_iter().for_each(|took| watch.count_busy(took));
        pace.done(took, batch.taken);
        watch.count(batch.taken / sorted.hashes);
        if last {
            batch.memory.give(entry);
        } else {
            let (pending, last) = batch.advance(open, &sorted, &pace)?;
            under.push_back((batch, pending, last));
        }
    }
}

impl<'a> Sorted<'a> {
    fn new(walk: &'a Walk<'a>) -> Sorted<'a> {
        // Two hashes are a step of SHA-256d.
        let hashes = if walk.function == HashFunction::Sha256d { 2 } else { 1 };
        if walk.steps.is_sorted_by(|a, b| a >= b) {
            let count = walk.steps.partition_point(|&steps| steps > 0);
            return Sorted { walk, hashes, order: None, count };
        }
        let longest = walk.steps.iter().copied().max().unwrap_or_default();
        let values = (0u32..).zip(walk.steps).filter(|&(_, &steps)| steps > 0);
        let order: Vec<u32> = if longest <= u32::MAX.into() {
            // Length and number in one word: the fastest thing there is to sort.
            let mut keys: Vec<u64> =
                values.map(|(value, &steps)| (longest - steps) << 32 | u64::from(value)).collect();
            keys.sort_unstable();
            keys.into_iter().map(|key| key as u32).collect()
        } else {
            let mut order: Vec<u32> = values.map(|(value, _)| value).collect();
            order.sort_unstable_by_key(|&value| std::cmp::Reverse(walk.steps[value as usize]));
            order
        };
        Sorted { walk, hashes, count: order.len(), order: Some(order) }
    }

    /// Hashes of the value at a place.
    fn hashes(&self, place: usize) -> u64 {
        let value = self.order.as_ref().map_or(place, |order| order[place] as usize);
        self.walk.steps[value].saturating_mul(self.hashes)
    }

    /// Writes the values at some places.
    fn gather(&self, places: Range<usize>, mut write: impl FnMut(usize, &[u8])) {
        match &self.order {
            None => write(0, self.walk.starts[places].as_flattened()),
            Some(order) => order[places].iter().enumerate().for_each(|(index, &value)| {
                write(index * VALUE, &self.walk.starts[value as usize]);
            }),
        }
    }

    /// Takes the ends of the values at some places.
    fn scatter(&self, places: Range<usize>, said: &[[u8; 32]], ends: &mut [[u8; 32]]) {
        match &self.order {
            None => ends[places].copy_from_slice(said),
            Some(order) => {
                order[places].iter().zip(said).for_each(|(&value, end)| ends[value as usize] = *end);
            }
        }
    }
}

impl Batch {
    fn new(open: &Open, entry: &Entry, walk: &Walk<'_>, places: Range<usize>) -> Result<Batch, Fault> {
        let count = places.len();
        let sizes = Sizes { upload: count * (STEPS + VALUE), first: count * STEPS, second: count * VALUE };
        let memory = Memory::take(open, entry, sizes, &entry.kernel.job(&walk.function.initial()))?;
        Ok(Batch { places, gone: 0, taken: 0, memory })
    }

    /// Sends the values on by as many hashes as a dispatch should have. Whether that is the end of all of them.
    fn advance(
        &mut self,
        open: &Open,
        sorted: &Sorted<'_>,
        pace: &Pace<'_>,
    ) -> Result<(Pending, bool), Fault> {
        let Batch { places, gone, taken, memory } = self;
        let (first, before) = (places.start, *gone);
        let left = |index: usize| sorted.hashes(first + index) - before.min(sorted.hashes(first + index));
        let under_way = partition_point(places.len(), |index| left(index) > 0);
        let each = (pace.work() / under_way as u64).clamp(1, ITERATIONS_MAX.into());
        let values = places.len() * STEPS;
        *taken = 0;
        let write = |view: &mut wgpu::BufferViewMut| {
            let mut chunk = [0u32; 1 << 10];
            for begin in (0..under_way).step_by(chunk.len()) {
                let count = chunk.len().min(under_way - begin);
                for (index, steps) in chunk[..count].iter_mut().enumerate() {
                    *steps = left(begin + index).min(each) as u32;
                    *taken += u64::from(*steps);
                }
                let at = begin * STEPS;
                view.slice(at..at + count * STEPS).copy_from_slice(bytemuck::cast_slice(&chunk[..count]));
            }
            if before == 0 {
                sorted.gather(places.clone(), |at, value| {
                    view.slice(values + at..values + at + value.len()).copy_from_slice(value);
                });
            }
        };
        let copy = |commands: &mut wgpu::CommandEncoder| {
            let steps = (under_way * STEPS) as u64;
            commands.copy_buffer_to_buffer(&memory.upload, 0, &memory.first, 0, steps);
            if before == 0 {
                let bytes = (places.len() * VALUE) as u64;
                commands.copy_buffer_to_buffer(&memory.upload, values as u64, &memory.second, 0, bytes);
            }
        };
        *gone = before.saturating_add(each);
        // The longest comes first.
        let last = sorted.hashes(first) <= *gone;
        let read = if last { places.len() * VALUE } else { 0 };
        Ok((memory.dispatch(open, write, copy, under_way, read)?, last))
    }
}

/// The first of so many numbers for which something does not hold any more.
fn partition_point(count: usize, holds: impl Fn(usize) -> bool) -> usize {
    let (mut low, mut high) = (0, count);
    while low < high {
        let middle = low + (high - low) / 2;
        if holds(middle) { low = middle + 1 } else { high = middle }
    }
    low
}
