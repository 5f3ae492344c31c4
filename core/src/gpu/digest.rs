//! `digest` on a graphics processor: batches of messages, as they lie in memory.

use std::collections::VecDeque;

use gridnet_shaders::Shape;

use super::kernels::Entry;
use super::memory::{Memory, Sizes};
use super::open::{Open, Pending};
use super::{Fault, IN_FLIGHT, lower};
use crate::Digest;
use crate::backend::Watch;

/// Bytes of messages in a batch.
const BATCH_BYTES: usize = 16 << 20;
/// Bytes that a kernel may read behind the last message: a word begun in it.
const BEHIND: usize = 8;
/// Bytes of a digest.
const DIGEST: usize = 32;

pub(super) fn run(
    open: &Open,
    digest: &Digest<'_>,
    digests: &mut [[u8; 32]],
    watch: &Watch<'_>,
) -> Result<(), Fault> {
    let entry = open.kernels.of(lower::kernel(Shape::Digest, digest.function, open.kernels.int64));
    let job = lower::digest(digest, entry.kernel);
    let most = entry.tuning().invocations as usize;
    let batch = (BATCH_BYTES / digest.length.max(1)).clamp(1, most).min(digest.count.max(1));
    let mut todo = digests.chunks_mut(batch).enumerate();
    let mut under: VecDeque<(Memory, Pending, &mut [[u8; 32]])> = VecDeque::new();
    loop {
        while under.len() < IN_FLIGHT
            && let Some((index, out)) = todo.next()
        {
            let first = index * batch * digest.length;
            let messages = &digest.messages[first..first + out.len() * digest.length];
            let memory = take(open, entry, batch * digest.length, batch, &job)?;
            let pending = begin(open, &memory, messages, out.len())?;
            under.push_back((memory, pending, out));
        }
        let Some((memory, pending, digests)) = under.pop_front() else { return Ok(()) };
        let ((), took) = open.wait(&pending, watch.cancel, |bytes| {
            digests.copy_from_slice(&bytes.as_chunks().0[..digests.len()])
        })?;
        took.into_iter().for_each(|took| watch.count_busy(took));
        watch.count(digests.len() as u64);
        memory.give(entry);
    }
}

fn take(
    open: &Open,
    entry: &Entry,
    message_bytes: usize,
    batch: usize,
    job: &[u32],
) -> Result<Memory, Fault> {
    let upload = message_bytes.next_multiple_of(4);
    let sizes = Sizes { upload, first: message_bytes + BEHIND, second: batch * DIGEST };
    Memory::take(open, entry, sizes, job)
}

fn begin(open: &Open, memory: &Memory, messages: &[u8], count: usize) -> Result<Pending, Fault> {
    let write = |view: &mut wgpu::BufferViewMut| view.slice(..messages.len()).copy_from_slice(messages);
    let copy = |commands: &mut wgpu::CommandEncoder| {
        // Copies are whole words; what is behind the last message is not looked at.
        let bytes = messages.len().next_multiple_of(4) as u64;
        commands.copy_buffer_to_buffer(&memory.upload, 0, &memory.first, 0, bytes);
    };
    memory.dispatch(open, write, copy, count, count * DIGEST)
}
