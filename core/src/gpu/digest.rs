//! `digest` on a graphics processor: batches of messages, as they lie in memory.

use std::collections::VecDeque;

use gridnet_shaders::Shape;
use gridnet_shaders::layout::CountRun;
use wgpu::{Buffer, BufferUsages};

use super::dispatch::{Bound, encoder, job};
use super::kernels::Entry;
use super::open::{Open, Pending};
use super::{Fault, IN_FLIGHT, lower};
use crate::Digest;
use crate::backend::Watch;

/// Bytes of messages in a batch.
const BATCH_BYTES: usize = 16 << 20;
/// Bytes that a kernel may read behind the last message: a word begun in it.
const BEHIND: usize = 8;

/// Buffers of a batch, used again and again.
struct Slot {
    messages: Buffer,
    digests: Buffer,
    read: Buffer,
    bound: Bound,
}

pub(super) fn run(
    open: &Open,
    digest: &Digest<'_>,
    digests: &mut [[u8; 32]],
    watch: &Watch<'_>,
) -> Result<(), Fault> {
    let entry = open.kernels.of(lower::kernel(Shape::Digest, digest.function, open.kernels.int64));
    let most = entry.tuning().invocations as usize;
    let batch = (BATCH_BYTES / digest.length.max(1)).clamp(1, most).min(digest.count.max(1));
    let mut todo = digests.chunks_mut(batch).enumerate();
    let mut free: Vec<Slot> = Vec::new();
    let mut made = 0;
    let mut under: VecDeque<(Slot, Pending, &mut [[u8; 32]])> = VecDeque::new();
    loop {
        while under.len() < IN_FLIGHT
            && let Some((index, out)) = todo.next()
        {
            let slot = match free.pop() {
                Some(slot) => slot,
                None => {
                    made += 1;
                    assert!(made <= IN_FLIGHT, "slots come back");
                    Slot::new(open, entry, digest, batch)?
                }
            };
            let first = index * batch * digest.length;
            let pending =
                slot.begin(open, &digest.messages[first..first + out.len() * digest.length], out.len())?;
            under.push_back((slot, pending, out));
        }
        let Some((slot, pending, digests)) = under.pop_front() else { return Ok(()) };
        let ((), took) = open.wait(&pending, watch.cancel, |bytes| {
            digests.copy_from_slice(&bytes.as_chunks().0[..digests.len()])
        })?;
        took.into_iter().for_each(|took| watch.count_busy(took));
        watch.count(digests.len() as u64);
        free.push(slot);
    }
}

impl Slot {
    fn new(open: &Open, entry: &Entry, digest: &Digest<'_>, batch: usize) -> Result<Slot, Fault> {
        let messages = open.buffer(
            "messages",
            batch * digest.length + BEHIND,
            BufferUsages::STORAGE | BufferUsages::COPY_DST,
        )?;
        let digests = open.buffer("digests", 32 * batch, BufferUsages::STORAGE | BufferUsages::COPY_SRC)?;
        let read = open.buffer("read", 32 * batch, BufferUsages::MAP_READ | BufferUsages::COPY_DST)?;
        let job = job(open, &lower::digest(digest, entry.kernel))?;
        let bound = Bound::new::<CountRun>(open, entry, &[(0, &job), (2, &messages), (3, &digests)])?;
        Ok(Slot { messages, digests, read, bound })
    }

    fn begin(&self, open: &Open, messages: &[u8], count: usize) -> Result<Pending, Fault> {
        // Copies are whole words.
        let (whole, rest) = messages.split_at(messages.len() / 4 * 4);
        open.queue.write_buffer(&self.messages, 0, whole);
        if !rest.is_empty() {
            let mut word = [0; 4];
            word[..rest.len()].copy_from_slice(rest);
            open.queue.write_buffer(&self.messages, whole.len() as u64, &word);
        }
        let mut commands = encoder(open);
        let run = CountRun { count: count as u32 };
        self.bound.encode(open, &mut commands, &run, run.count);
        commands.copy_buffer_to_buffer(&self.digests, 0, &self.read, 0, 32 * count as u64);
        open.submit(commands.finish(), Some(&self.read), self.bound.times())
    }
}
