//! `walk` on a graphics processor: batches of values that stay on the device until the last of them has arrived.

use std::collections::VecDeque;

use gridnet_shaders::Shape;
use gridnet_shaders::layout::{CountRun, ITERATIONS_MAX};
use wgpu::{Buffer, BufferUsages};

use super::dispatch::{Bound, encoder, job};
use super::kernels::Entry;
use super::lower;
use super::open::{Open, Pending};
use super::pace::Pace;
use super::{Fault, IN_FLIGHT};
use crate::backend::Watch;
use crate::{HashFunction, Walk};

/// Values on a device.
struct Batch<'a> {
    /// Where they stand in the walk, the one with most steps first.
    indices: &'a [usize],
    /// Hashes that each has still to go.
    left: Vec<u64>,
    /// Hashes of the dispatch under way.
    taken: u64,
    values: Buffer,
    steps: Buffer,
    read: Buffer,
    bound: Bound,
}

pub(super) fn run(
    open: &Open,
    walk: &Walk<'_>,
    ends: &mut [[u8; 32]],
    watch: &Watch<'_>,
) -> Result<(), Fault> {
    ends.copy_from_slice(walk.starts);
    let entry = open.kernels.of(lower::kernel(Shape::Walk, walk.function, open.kernels.int64));
    // Two hashes are a step of SHA-256d.
    let hashes: u64 = if walk.function == HashFunction::Sha256d { 2 } else { 1 };
    let mut order: Vec<usize> = (0..ends.len()).filter(|&index| walk.steps[index] > 0).collect();
    // Neighbours of equal length end together: none waits for another.
    order.sort_by_key(|&index| std::cmp::Reverse(walk.steps[index]));
    let mut todo = order.chunks(entry.tuning().invocations as usize);
    let mut pace = Pace::new(entry, open.software, u64::MAX);
    let mut under: VecDeque<(Batch<'_>, Pending, bool)> = VecDeque::new();
    loop {
        while under.len() < IN_FLIGHT
            && let Some(indices) = todo.next()
        {
            let mut batch = Batch::new(open, entry, walk, indices, hashes)?;
            let (pending, last) = batch.advance(open, &pace)?;
            under.push_back((batch, pending, last));
        }
        let Some((mut batch, pending, last)) = under.pop_front() else { return Ok(()) };
        let ((), took) = open.wait(&pending, watch.cancel, |bytes| {
            for (&index, value) in batch.indices.iter().zip(bytes.as_chunks().0) {
                ends[index] = *value;
            }
        })?;
        took.into_iter().for_each(|took| watch.count_busy(took));
        pace.done(took);
        watch.count(batch.taken / hashes);
        if !last {
            let (pending, last) = batch.advance(open, &pace)?;
            under.push_back((batch, pending, last));
        }
    }
}

impl<'a> Batch<'a> {
    fn new(
        open: &Open,
        entry: &Entry,
        walk: &Walk<'_>,
        indices: &'a [usize],
        hashes: u64,
    ) -> Result<Batch<'a>, Fault> {
        let bytes: Vec<u8> = indices.iter().flat_map(|&index| walk.starts[index]).collect();
        let storage = BufferUsages::STORAGE | BufferUsages::COPY_DST;
        let values = open.buffer("values", bytes.len(), storage | BufferUsages::COPY_SRC)?;
        let steps = open.buffer("steps", 4 * indices.len(), storage)?;
        let read = open.buffer("read", bytes.len(), BufferUsages::MAP_READ | BufferUsages::COPY_DST)?;
        let job = job(open, &entry.kernel.job(&walk.function.initial()))?;
        let bound = Bound::new::<CountRun>(open, entry, &[(0, &job), (2, &steps), (3, &values)])?;
        open.queue.write_buffer(&values, 0, &bytes);
        let left = indices.iter().map(|&index| walk.steps[index].saturating_mul(hashes)).collect();
        Ok(Batch { indices, left, taken: 0, values, steps, read, bound })
    }

    /// Sends the values on by as many hashes as a dispatch should have. Whether that is the end of all of them.
    fn advance(&mut self, open: &Open, pace: &Pace<'_>) -> Result<(Pending, bool), Fault> {
        let under_way = self.left.partition_point(|&left| left > 0);
        let each = (pace.work() / under_way as u64).clamp(1, ITERATIONS_MAX.into());
        let steps: Vec<u32> = self.left[..under_way].iter().map(|&left| left.min(each) as u32).collect();
        self.taken = steps.iter().map(|&steps| u64::from(steps)).sum();
        for (left, steps) in self.left.iter_mut().zip(&steps) {
            *left -= u64::from(*steps);
        }
        let last = self.left[0] == 0;
        open.queue.write_buffer(&self.steps, 0, bytemuck::cast_slice(&steps));
        let mut commands = encoder(open);
        let run = CountRun { count: under_way as u32 };
        self.bound.encode(open, &mut commands, &run, run.count);
        if last {
            commands.copy_buffer_to_buffer(&self.values, 0, &self.read, 0, self.read.size());
        }
        Ok((open.submit(commands.finish(), last.then_some(&self.read), self.bound.times())?, last))
    }
}
