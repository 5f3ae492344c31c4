//! `verify` on a graphics processor: three kernels one after the other for each batch of signatures.
//!
//! What the kernels leave for each other takes far more memory than the signatures themselves. All batches share it:
//! a queue's dispatches come one after the other. Only what goes up and down belongs to a batch.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use gridnet_shaders::layout::{
    NOTE_WORDS, TABLE_ENTRIES, TABLE_ENTRY_VECTORS, VERDICT_GOOD, VERDICT_KEY, VERDICT_POINT, VERDICT_SCALAR,
    VERDICT_SIGNATURE, VerifyRun,
};
use gridnet_shaders::{Words, base_table, hash_constants};
use wgpu::{Buffer, BufferUsages};

use super::dispatch::{Bound, encoder};
use super::kernels::Entry;
use super::open::{Open, Pending};
use super::pace::Pace;
use super::{Fault, IN_FLIGHT, lower};
use crate::backend::Watch;
use crate::{SignatureFault, Signed, Verify};

/// Most signatures of a batch.
const MOST: usize = 1 << 17;
/// Signatures of the first batch: nobody knows yet how fast the device is.
const FIRST: u64 = 1 << 14;
const FIRST_SOFTWARE: u64 = 1 << 8;
/// Fewest signatures that are worth a batch.
const LEAST: usize = 64;
/// Bytes of a key with a signature.
const KEY: usize = 32;
const SIGNATURE: usize = 64;
/// Bytes that a kernel may read behind the last message: a word begun in it.
const BEHIND: usize = 8;
/// Bytes of a verdict.
const VERDICT: usize = 4;
/// Bytes of the tables of a signature's key and point, and of one entry.
const ENTRY: usize = 16 * TABLE_ENTRY_VECTORS;
const TABLES: usize = 2 * TABLE_ENTRIES * ENTRY;
/// Slots that are kept for calls to come.
const KEPT: usize = 6;

/// A device's memory for signatures.
#[derive(Default)]
pub(super) struct Pool {
    scratch: Mutex<Option<Arc<Scratch>>>,
    free: Mutex<Vec<Slot>>,
}

/// What the kernels leave for each other, and the table that is the same for all.
pub(super) struct Scratch {
    /// Signatures that there is room for.
    count: usize,
    notes: Buffer,
    tables: Buffer,
    pub(super) base: Buffer,
}

/// Memory of one batch, with the kernels bound to it.
struct Slot {
    scratch: Arc<Scratch>,
    /// Bytes that can go up.
    bytes: usize,
    /// Verdicts that can come down.
    count: usize,
    upload: Buffer,
    inputs: Buffer,
    verdicts: Buffer,
    read: Buffer,
    kernels: [Bound; 3],
}

pub(super) fn run(
    open: &Open,
    verify: &Verify<'_>,
    verdicts: &mut [Signed],
    watch: &Watch<'_>,
) -> Result<(), Fault> {
    run_timed(open, verify, verdicts, watch, |_, _| ())
}

/// The same, and tells of each batch how many signatures it had and how long each kernel took, where that is timed.
pub(super) fn run_timed(
    open: &Open,
    verify: &Verify<'_>,
    verdicts: &mut [Signed],
    watch: &Watch<'_>,
    mut tell: impl FnMut(usize, &[Duration]),
) -> Result<(), Fault> {
    let entries = lower::verify(open.kernels.int64).map(|kernel| open.kernels.of(kernel));
    let [.., sum] = entries;
    let first = if open.software { FIRST_SOFTWARE } else { FIRST };
    let mut pace = Pace::starting(sum, first, u64::MAX);
    let most = most(open).max(1);
    let mut todo = verdicts;
    let mut given = 0;
    let mut under: VecDeque<(Slot, Pending, &mut [Signed])> = VecDeque::new();
    loop {
        while under.len() < IN_FLIGHT && !todo.is_empty() {
            let wanted = usize::try_from(pace.work()).unwrap_or(most).max(LEAST).min(most);
            let wanted = wanted.min(todo.len());
            let (out, rest) = std::mem::take(&mut todo).split_at_mut(wanted);
            todo = rest;
            let slot = Slot::take(open, entries, out.len(), out.len() * bytes_of(verify))?;
            let pending = slot.begin(open, verify, given, out.len())?;
            given += out.len();
            under.push_back((slot, pending, out));
        }
        let Some((slot, pending, out)) = under.pop_front() else { return Ok(()) };
        let (said, times) = open.wait_timed(&pending, watch.cancel, |bytes| read(bytes, out))?;
        said?;
        tell(out.len(), &times);
        let took = times.into_iter().reduce(|a, b| a + b);
        took.into_iter().for_each(|took| watch.count_busy(took));
        pace.done(took, out.len() as u64);
        watch.count(out.len() as u64);
        slot.give(open);
    }
}

/// Bytes of a signature with its key and message.
fn bytes_of(verify: &Verify<'_>) -> usize {
    KEY + SIGNATURE + verify.length
}

/// Signatures whose tables the device can bind.
fn most(open: &Open) -> usize {
    let limits = open.device.limits();
    let bytes = limits.max_storage_buffer_binding_size.min(limits.max_buffer_size);
    usize::try_from(bytes).unwrap_or(usize::MAX).saturating_sub(ENTRY).div_euclid(TABLES).min(MOST)
}

/// Takes verdicts as the kernel writes them.
fn read(bytes: &[u8], out: &mut [Signed]) -> Result<(), Fault> {
    for (code, verdict) in bytes.as_chunks().0.iter().zip(out) {
        *verdict = match u32::from_le_bytes(*code) {
            VERDICT_GOOD => Ok(()),
            VERDICT_KEY => Err(SignatureFault::Key),
            VERDICT_POINT => Err(SignatureFault::Point),
            VERDICT_SCALAR => Err(SignatureFault::Scalar),
            VERDICT_SIGNATURE => Err(SignatureFault::Signature),
            code => return Err(Fault::Wrong(format!("{code} is no verdict on a signature"))),
        };
    }
    Ok(())
}

impl Pool {
    fn free(&self) -> MutexGuard<'_, Vec<Slot>> {
        self.free.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What the kernels share, for so many signatures.
    pub(super) fn scratch(&self, open: &Open, count: usize) -> Result<Arc<Scratch>, Fault> {
        let mut kept = self.scratch.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(scratch) = kept.as_ref().filter(|scratch| scratch.count >= count) {
            return Ok(Arc::clone(scratch));
        }
        let scratch = Arc::new(Scratch::new(open, count.next_power_of_two().min(most(open)).max(count))?);
        *kept = Some(Arc::clone(&scratch));
        Ok(scratch)
    }
}

impl Scratch {
    fn new(open: &Open, count: usize) -> Result<Scratch, Fault> {
        let words = if open.kernels.int64 { Words::U64 } else { Words::Pairs };
        let table = base_table(words);
        let storage = BufferUsages::STORAGE;
        let base = open.buffer("base", size_of_val(&table[..]), storage | BufferUsages::COPY_DST)?;
        open.guarded(|_| open.queue.write_buffer(&base, 0, bytemuck::cast_slice(&table)))?;
        Ok(Scratch {
            count,
            notes: open.buffer("notes", count * NOTE_WORDS * 4, storage)?,
            tables: open.buffer("tables", ENTRY + count * TABLES, storage)?,
            base,
        })
    }
}

impl Slot {
    /// Takes a slot that is free, or makes one.
    fn take(open: &Open, entries: [&Entry; 3], count: usize, bytes: usize) -> Result<Slot, Fault> {
        let scratch = open.verify.scratch(open, count)?;
        let sizes = entries.map(|entry| entry.tuning().group_size);
        let mut free = open.verify.free();
        free.retain(|slot| {
            let fits = slot.count >= count && slot.bytes >= bytes;
            fits && Arc::ptr_eq(&slot.scratch, &scratch)
                && slot.kernels.iter().zip(sizes).all(|(kernel, size)| kernel.group_size() == size)
        });
        let taken = free.pop();
        drop(free);
        taken.map_or_else(|| Slot::new(open, entries, scratch, count, bytes), Ok)
    }

    fn new(
        open: &Open,
        [scalars, points, sum]: [&Entry; 3],
        scratch: Arc<Scratch>,
        count: usize,
        bytes: usize,
    ) -> Result<Slot, Fault> {
        let storage = BufferUsages::STORAGE;
        let upload = BufferUsages::MAP_WRITE | BufferUsages::COPY_SRC;
        let upload = open.mapped_buffer("upload", bytes.next_multiple_of(4), upload)?;
        let inputs = open.buffer("inputs", bytes + BEHIND, storage | BufferUsages::COPY_DST)?;
        let verdicts = open.buffer("verdicts", count * VERDICT, storage | BufferUsages::COPY_SRC)?;
        let read = BufferUsages::MAP_READ | BufferUsages::COPY_DST;
        let read = open.buffer("read", count * VERDICT, read)?;
        let Scratch { notes, tables, base, .. } = &*scratch;
        let bind = |entry, job: Option<&[u32]>, buffers: &[(u32, &Buffer)]| {
            Bound::new::<VerifyRun>(open, entry, job, buffers)
        };
        let kernels = [
            bind(scalars, Some(&hash_constants()), &[(2, &inputs), (3, notes)])?,
            bind(points, None, &[(2, &inputs), (3, notes), (4, tables)])?,
            bind(sum, None, &[(2, notes), (3, tables), (4, base), (5, &verdicts)])?,
        ];
        Ok(Slot { scratch, bytes, count, upload, inputs, verdicts, read, kernels })
    }

    /// Gives it back.
    fn give(self, open: &Open) {
        let mut free = open.verify.free();
        if free.len() < KEPT {
            free.push(self);
        }
    }

    /// Sends so many signatures on their way, from this one on.
    fn begin(&self, open: &Open, verify: &Verify<'_>, first: usize, count: usize) -> Result<Pending, Fault> {
        let range = first..first + count;
        let parts = [
            verify.keys[range.clone()].as_flattened(),
            verify.signatures[range.clone()].as_flattened(),
            &verify.messages[range.start * verify.length..range.end * verify.length],
        ];
        let refused = |error: wgpu::MapRangeError| Fault::Refused(error.to_string());
        let mut view = self.upload.get_mapped_range_mut(..).map_err(refused)?;
        let mut end = 0;
        for part in parts {
            view.slice(end..end + part.len()).copy_from_slice(part);
            end += part.len();
        }
        drop(view);
        self.upload.unmap();
        let mut commands = encoder(open);
        // Copies are whole words; what is behind the last message is not looked at.
        let bytes = end.next_multiple_of(4) as u64;
        commands.copy_buffer_to_buffer(&self.upload, 0, &self.inputs, 0, bytes);
        let [length, blocks] = [verify.length, lower::signed_blocks(verify.length)].map(|size| size as u32);
        let run = VerifyRun { count: count as u32, length, blocks };
        // A signature has two points.
        for (kernel, each) in self.kernels.iter().zip([1, 2, 1]) {
            kernel.encode(open, &mut commands, &run, each * run.count);
        }
        let read = count * VERDICT;
        commands.copy_buffer_to_buffer(&self.verdicts, 0, &self.read, 0, read as u64);
        let times = self.kernels.iter().filter_map(Bound::times);
        open.submit(commands.finish(), Some((&self.read, read)), times, Some(&self.upload))
    }
}
