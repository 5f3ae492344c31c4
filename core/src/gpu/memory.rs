//! Buffers that values go through on their way to a device and back. They are used again and again: new memory that
//! both sides can see costs more than what goes through it.

use gridnet_shaders::layout::CountRun;
use wgpu::{Buffer, BufferUsages, CommandEncoder};

use super::Fault;
use super::dispatch::{Bound, encoder};
use super::kernels::Entry;
use super::open::{Open, Pending};

/// Memory of one kernel that is kept for calls to come.
const KEPT: usize = 4;

/// Bytes of each buffer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Sizes {
    /// What the host writes, and the device copies to where it is needed.
    pub(super) upload: usize,
    /// The kernel's binding 2.
    pub(super) first: usize,
    /// The kernel's binding 3, where its results are.
    pub(super) second: usize,
}

impl Sizes {
    fn hold(self, other: Sizes) -> bool {
        self.upload >= other.upload && self.first >= other.first && self.second >= other.second
    }
}

/// Buffers with a kernel bound to them.
pub(super) struct Memory {
    sizes: Sizes,
    pub(super) upload: Buffer,
    pub(super) first: Buffer,
    pub(super) second: Buffer,
    read: Buffer,
    bound: Bound,
}

impl Memory {
    /// Takes memory that is free, or makes some.
    pub(super) fn take(open: &Open, entry: &Entry, sizes: Sizes, job: &[u32]) -> Result<Memory, Fault> {
        let group_size = entry.tuning().group_size;
        let mut free = entry.free();
        // What is too small, or bound to the kernel as it was run before, is of no use any more.
        free.retain(|memory| memory.sizes.hold(sizes) && memory.bound.group_size() == group_size);
        let taken = free.pop();
        drop(free);
        match taken {
            Some(mut memory) => {
                memory.bound.set_job(open, job)?;
                Ok(memory)
            }
            None => Memory::new(open, entry, sizes, job),
        }
    }

    fn new(open: &Open, entry: &Entry, sizes: Sizes, job: &[u32]) -> Result<Memory, Fault> {
        let storage = BufferUsages::STORAGE | BufferUsages::COPY_DST;
        let upload =
            open.mapped_buffer("upload", sizes.upload, BufferUsages::MAP_WRITE | BufferUsages::COPY_SRC)?;
        let first = open.buffer("first", sizes.first, storage)?;
        let second = open.buffer("second", sizes.second, storage | BufferUsages::COPY_SRC)?;
        let read = open.buffer("read", sizes.second, BufferUsages::MAP_READ | BufferUsages::COPY_DST)?;
        let bound = Bound::new::<CountRun>(open, entry, Some(job), &[(2, &first), (3, &second)])?;
        Ok(Memory { sizes, upload, first, second, read, bound })
    }

    /// Gives it back.
    pub(super) fn give(self, entry: &Entry) {
        let mut free = entry.free();
        if free.len() < KEPT {
            free.push(self);
        }
    }

    /// Writes into the upload, has `copy` take it from there, runs the kernel on so many values, and reads so many bytes
    /// of its results.
    pub(super) fn dispatch(
        &self,
        open: &Open,
        write: impl FnOnce(&mut wgpu::BufferViewMut),
        copy: impl FnOnce(&mut CommandEncoder),
        count: usize,
        read_bytes: usize,
    ) -> Result<Pending, Fault> {
        let refused = |error: wgpu::MapRangeError| Fault::Refused(error.to_string());
        let mut view = self.upload.get_mapped_range_mut(..).map_err(refused)?;
        write(&mut view);
        drop(view);
        self.upload.unmap();
        let mut commands = encoder(open);
        copy(&mut commands);
        let run = CountRun { count: count as u32 };
        self.bound.encode(open, &mut commands, &run, run.count);
        if read_bytes > 0 {
            commands.copy_buffer_to_buffer(&self.second, 0, &self.read, 0, read_bytes as u64);
        }
        let result = (read_bytes > 0).then_some((&self.read, read_bytes));
        open.submit(commands.finish(), result, self.bound.times(), Some(&self.upload))
    }
}
