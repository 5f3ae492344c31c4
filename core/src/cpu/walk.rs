//! `walk` on threads: every lane takes a new value as soon as its own is done; no lane is padded.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use gridnet_simd::{Kernel, LaneBlock};

use super::Cpu;
use super::pace::Pace;
use crate::backend::Watch;
use crate::{Error, Walk};

/// Steps a lane takes in a thread's first call: under a millisecond on any path.
const FIRST_CALL: u64 = 64;

/// A value on its way.
#[derive(Clone, Copy)]
struct Segment {
    index: usize,
    value: [u8; 32],
    left: u64,
}

pub(super) fn run(cpu: &Cpu, walk: &Walk<'_>, ends: &mut [[u8; 32]], watch: &Watch<'_>) -> Result<(), Error> {
    let choice = cpu.choice(walk.function);
    let chain = walk.function.initial();
    let count = walk.starts.len();
    let next = AtomicUsize::new(0);
    ends.copy_from_slice(walk.starts);
    let ends = Mutex::new(ends);
    // Few values are spread over the threads before any thread fills its lanes.
    let each = count.div_ceil(cpu.threads);
    let tasks = cpu.on_threads(count, |_| {
        let mut done = Vec::new();
        let mut source = || loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let (value, left) = (*walk.starts.get(index)?, walk.steps[index]);
            if left > 0 {
                return Some(Segment { index, value, left });
            }
        };
        // Down the ladder of kernels: as fewer values are left, one with fewer lanes takes them over.
        let mut under_way: Vec<Segment> = Vec::new();
        let mut expected = each;
        loop {
            let (kernel, least) = choice.for_count(expected);
            let lanes = kernel.lanes().min(expected);
            let task = Task { kernel, chain: &chain, lanes, least, watch };
            let mut next = || under_way.pop().or_else(&mut source);
            let rest = task.drive(&mut next, &mut done)?;
            if rest.is_empty() {
                break;
            }
            expected = rest.len();
            under_way = rest;
        }
        let mut ends = ends.lock().unwrap_or_else(PoisonError::into_inner);
        for segment in done {
            ends[segment.index] = segment.value;
        }
        Ok(())
    });
    tasks.into_iter().collect()
}

/// One thread's lanes under one kernel.
struct Task<'a> {
    kernel: Kernel,
    chain: &'a gridnet_simd::Chain,
    /// How many of the kernel's lanes to fill.
    lanes: usize,
    /// When the source has run dry and fewer values than this are under way, hand them back.
    least: usize,
    watch: &'a Watch<'a>,
}

impl Task<'_> {
    fn drive(
        &self,
        source: &mut dyn FnMut() -> Option<Segment>,
        done: &mut Vec<Segment>,
    ) -> Result<Vec<Segment>, Error> {
        let mut block = LaneBlock::default();
        let mut lanes: Vec<Option<Segment>> = vec![None; self.lanes];
        let mut dry = false;
        let mut pace = Pace::new(FIRST_CALL);
        loop {
            for (lane, slot) in lanes.iter_mut().enumerate().filter(|(_, slot)| slot.is_none()) {
                if dry {
                    break;
                }
                match source() {
                    Some(segment) => {
                        self.kernel.put(&mut block, lane, &segment.value);
                        *slot = Some(segment);
                    }
                    None => dry = true,
                }
            }
            let active = lanes.iter().flatten().count();
            if active == 0 || (dry && active < self.least) {
                return Ok(self.leave(&block, lanes));
            }
            if self.watch.cancel.is_cancelled() {
                return Err(Error::Cancelled);
            }
            let least = lanes.iter().flatten().map(|segment| segment.left).min().expect("a lane is active");
            let steps = least.min(pace.work());
            pace.time(steps, || self.kernel.walk(self.chain, &mut block, steps));
            self.watch.count(steps * active as u64);
            for (lane, slot) in lanes.iter_mut().enumerate() {
                let Some(segment) = slot else { continue };
                segment.left -= steps;
                if segment.left == 0 {
                    segment.value = self.kernel.get(&block, lane);
                    done.extend(slot.take());
                }
            }
        }
    }

    /// The values still under way, as far as they have come.
    fn leave(&self, block: &LaneBlock, lanes: Vec<Option<Segment>>) -> Vec<Segment> {
        lanes
            .into_iter()
            .enumerate()
            .filter_map(|(lane, slot)| Some(Segment { value: self.kernel.get(block, lane), ..slot? }))
            .collect()
    }
}
