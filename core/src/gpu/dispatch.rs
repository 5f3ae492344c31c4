//! One dispatch: buffers in, a kernel, a buffer out.

use std::sync::Arc;
use std::time::Duration;

use bytemuck::Pod;
use wgpu::{
    BindGroup, BindGroupDescriptor, BindGroupEntry, Buffer, BufferUsages, CommandEncoder,
    CommandEncoderDescriptor, ComputePassDescriptor, ComputePassTimestampWrites, QuerySet,
    QuerySetDescriptor, QueryType,
};

use super::Fault;
use super::kernels::{Entry, Ready};
use super::open::Open;
use crate::tuning::GROUPS_MAX;

/// A kernel with its buffers bound, for dispatches one after the other.
pub(super) struct Bound {
    ready: Arc<Ready>,
    group: BindGroup,
    run: Buffer,
    job: Option<Job>,
    clock: Option<Clock>,
}

/// What is the same for all of a job.
struct Job {
    words: Vec<u32>,
    buffer: Buffer,
}

/// The device's own clock, read before and after a dispatch.
struct Clock {
    times: QuerySet,
    resolved: Buffer,
    read: Buffer,
}

/// Bytes of the two times.
const TIMES: u64 = 16;

impl Bound {
    /// Binds a kernel's buffers, the number of each beside it. Binding 0, the job, and binding 1, the run, are made here.
    pub(super) fn new<R: Pod>(
        open: &Open,
        entry: &Entry,
        words: Option<&[u32]>,
        buffers: &[(u32, &Buffer)],
    ) -> Result<Bound, Fault> {
        let ready = entry.ready(open)?;
        let uniform = BufferUsages::UNIFORM | BufferUsages::COPY_DST;
        let run = open.buffer("run", size_of::<R>(), uniform)?;
        let job = match words {
            Some(words) => {
                Some(Job { words: Vec::new(), buffer: open.buffer("job", size_of_val(words), uniform)? })
            }
            None => None,
        };
        let of_job = job.iter().map(|job| (0, &job.buffer));
        let entries: Vec<BindGroupEntry<'_>> = buffers
            .iter()
            .copied()
            .chain(of_job)
            .chain([(1, &run)])
            .map(|(binding, buffer)| BindGroupEntry { binding, resource: buffer.as_entire_binding() })
            .collect();
        let group = open.guarded(|device| {
            device.create_bind_group(&BindGroupDescriptor {
                label: Some(entry.kernel.name),
                layout: &ready.layout,
                entries: &entries,
            })
        })?;
        let clock = if open.has_clock { Some(Clock::new(open)?) } else { None };
        let mut bound = Bound { ready, group, run, job, clock };
        bound.set_job(open, words.unwrap_or_default())?;
        Ok(bound)
    }

    /// Another job of the same length.
    pub(super) fn set_job(&mut self, open: &Open, words: &[u32]) -> Result<(), Fault> {
        match &mut self.job {
            Some(job) if job.words != words => {
                job.words = words.to_vec();
                open.guarded(|_| open.queue.write_buffer(&job.buffer, 0, bytemuck::cast_slice(words)))
            }
            _ => Ok(()),
        }
    }

    /// Invocations of a workgroup.
    pub(super) fn group_size(&self) -> u32 {
        self.ready.group_size
    }

    /// Has the kernel run on so many invocations (at least), with this for its run.
    pub(super) fn encode<R: Pod>(
        &self,
        open: &Open,
        encoder: &mut CommandEncoder,
        run: &R,
        invocations: u32,
    ) {
        let groups = invocations.div_ceil(self.ready.group_size);
        debug_assert!(groups <= GROUPS_MAX, "batches are cut to fit");
        open.queue.write_buffer(&self.run, 0, bytemuck::bytes_of(run));
        let timestamp_writes = self.clock.as_ref().map(|clock| ComputePassTimestampWrites {
            query_set: &clock.times,
            beginning_of_pass_write_index: Some(0),
            end_of_pass_write_index: Some(1),
        });
        let mut pass = encoder.begin_compute_pass(&ComputePassDescriptor { label: None, timestamp_writes });
        pass.set_pipeline(&self.ready.pipeline);
        pass.set_bind_group(0, &self.group, &[]);
        pass.dispatch_workgroups(groups, 1, 1);
        drop(pass);
        if let Some(Clock { times, resolved, read }) = &self.clock {
            encoder.resolve_query_set(times, 0..2, resolved, 0);
            encoder.copy_buffer_to_buffer(resolved, 0, read, 0, TIMES);
        }
    }

    /// Where the times of a dispatch can be read when it is over.
    pub(super) fn times(&self) -> Option<&Buffer> {
        self.clock.as_ref().map(|clock| &clock.read)
    }
}

impl Clock {
    fn new(open: &Open) -> Result<Clock, Fault> {
        let times = open.guarded(|device| {
            device.create_query_set(&QuerySetDescriptor { label: None, ty: QueryType::Timestamp, count: 2 })
        })?;
        let resolved =
            open.buffer("times", TIMES as usize, BufferUsages::QUERY_RESOLVE | BufferUsages::COPY_SRC)?;
        let read =
            open.buffer("times read", TIMES as usize, BufferUsages::MAP_READ | BufferUsages::COPY_DST)?;
        Ok(Clock { times, resolved, read })
    }
}

/// The time between two readings of a clock with ticks of so many nanoseconds. `None` where it stood still or went
/// backwards: some do when they are reset.
pub(super) fn between(times: &[u8], tick: f32) -> Option<Duration> {
    let [begin, end] = times.as_chunks().0 else { return None };
    let ticks = u64::from_le_bytes(*end).checked_sub(u64::from_le_bytes(*begin))?;
    if ticks == 0 {
        return None;
    }
    Duration::try_from_secs_f64(ticks as f64 * f64::from(tick) * 1e-9).ok()
}

/// A new list of commands.
pub(super) fn encoder(open: &Open) -> CommandEncoder {
    open.device.create_command_encoder(&CommandEncoderDescriptor::default())
}
