//! Whether a device does what it is told at all: known counts of loops.

use bytemuck::cast_slice;
use gridnet_shaders::layout::{ITERATIONS_MAX, ProbeRun};
use gridnet_shaders::{Function, Shape};
use wgpu::BufferUsages;

use super::Fault;
use super::dispatch::{Bound, encoder};
use super::open::Open;
use crate::Cancel;

/// Invocations of the probe: several workgroups.
const INVOCATIONS: u32 = 256;

/// Runs the probe: one loop as long as any kernel's, and nested ones that are as long together.
pub(super) fn check(open: &Open) -> Result<(), Fault> {
    let entry = open.kernels.find(Shape::Probe, Function::Sha256).expect("there is a probe");
    let bytes = 4 * INVOCATIONS as usize;
    let counts = open.buffer("counts", bytes, BufferUsages::STORAGE | BufferUsages::COPY_SRC)?;
    let total = open.buffer("total", 4, BufferUsages::STORAGE | BufferUsages::COPY_SRC)?;
    let read = open.buffer("read", bytes + 4, BufferUsages::MAP_READ | BufferUsages::COPY_DST)?;
    let bound = Bound::new::<ProbeRun>(open, entry, None, &[(2, &counts), (3, &total)])?;
    for (times, (outer, inner)) in [(ITERATIONS_MAX, 1), (64, ITERATIONS_MAX / 64)].into_iter().enumerate() {
        let mut commands = encoder(open);
        bound.encode(open, &mut commands, &ProbeRun { outer, inner }, INVOCATIONS);
        commands.copy_buffer_to_buffer(&counts, 0, &read, 0, bytes as u64);
        commands.copy_buffer_to_buffer(&total, 0, &read, bytes as u64, 4);
        let pending = open.submit(commands.finish(), Some((&read, bytes + 4)), bound.times(), None)?;
        let (said, _) =
            open.wait(&pending, &Cancel::default(), |said| cast_slice::<_, u32>(said).to_vec())?;
        let expected = (0..INVOCATIONS).map(|id| counted(id, outer * inner));
        if said[INVOCATIONS as usize] != INVOCATIONS * (times as u32 + 1) {
            return Err(Fault::Wrong("the probe's invocations did not all run".to_owned()));
        }
        if !expected.eq(said[..INVOCATIONS as usize].iter().copied()) {
            return Err(Fault::Wrong(format!(
                "the probe's loops of {outer} times {inner} were not run to their end"
            )));
        }
    }
    Ok(())
}

/// What the probe's kernel counts.
fn counted(id: u32, iterations: u32) -> u32 {
    let mut mixed = id;
    (0..iterations)
        .map(|_| {
            mixed = mixed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            1 + (mixed & 1)
        })
        .sum()
}
