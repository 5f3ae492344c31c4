//! One dispatch: buffers in, a kernel, a buffer out.

use std::sync::Arc;

use bytemuck::Pod;
use gridnet_shaders::Kernel;
use wgpu::{
    BindGroup, BindGroupDescriptor, BindGroupEntry, Buffer, BufferUsages, CommandEncoder,
    CommandEncoderDescriptor, ComputePassDescriptor,
};

use super::Fault;
use super::kernels::{GROUP_SIZE, Ready};
use super::open::Open;

/// Workgroups of one dispatch: what every device allows.
const GROUPS_MAX: u32 = 65_535;

/// A kernel with its buffers bound, for dispatches one after the other.
pub(super) struct Bound {
    ready: Arc<Ready>,
    group: BindGroup,
    run: Buffer,
}

impl Bound {
    /// Binds a kernel's buffers, the number of each beside it. Binding 1, the run, is made here.
    pub(super) fn new<R: Pod>(
        open: &Open,
        kernel: &'static Kernel,
        buffers: &[(u32, &Buffer)],
    ) -> Result<Bound, Fault> {
        let ready = open.kernels.ready(open, kernel)?;
        let run = open.buffer("run", size_of::<R>(), BufferUsages::UNIFORM | BufferUsages::COPY_DST)?;
        let entries: Vec<BindGroupEntry<'_>> = buffers
            .iter()
            .copied()
            .chain([(1, &run)])
            .map(|(binding, buffer)| BindGroupEntry { binding, resource: buffer.as_entire_binding() })
            .collect();
        let group = open.guarded(|device| {
            device.create_bind_group(&BindGroupDescriptor {
                label: Some(kernel.name),
                layout: &ready.layout,
                entries: &entries,
            })
        })?;
        Ok(Bound { ready, group, run })
    }

    /// Has the kernel run on so many invocations (at least), with this for its run.
    pub(super) fn encode<R: Pod>(
        &self,
        open: &Open,
        encoder: &mut CommandEncoder,
        run: &R,
        invocations: u32,
    ) {
        let groups = invocations.div_ceil(GROUP_SIZE);
        debug_assert!(groups <= GROUPS_MAX, "batches are cut to fit");
        open.queue.write_buffer(&self.run, 0, bytemuck::bytes_of(run));
        let mut pass = encoder.begin_compute_pass(&ComputePassDescriptor::default());
        pass.set_pipeline(&self.ready.pipeline);
        pass.set_bind_group(0, &self.group, &[]);
        pass.dispatch_workgroups(groups, 1, 1);
    }
}

/// A new list of commands.
pub(super) fn encoder(open: &Open) -> CommandEncoder {
    open.device.create_command_encoder(&CommandEncoderDescriptor::default())
}

/// A buffer that kernels read as their job.
pub(super) fn job(open: &Open, words: &[u32]) -> Result<Buffer, Fault> {
    let buffer = open.buffer("job", size_of_val(words), BufferUsages::UNIFORM | BufferUsages::COPY_DST)?;
    open.queue.write_buffer(&buffer, 0, bytemuck::cast_slice(words));
    Ok(buffer)
}
