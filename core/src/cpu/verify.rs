//! `verify` on threads: groups of signatures, handed out one at a time.

use std::sync::{Mutex, PoisonError};

use super::Cpu;
use crate::backend::Watch;
use crate::signature::{GROUP, Signed, group};
use crate::{Error, Verify};

/// Smallest group that is worth an equation of its own.
const GROUP_MIN: usize = 128;

pub(super) fn run(
    cpu: &Cpu,
    verify: &Verify<'_>,
    verdicts: &mut [Signed],
    watch: &Watch<'_>,
) -> Result<(), Error> {
    let count = verdicts.len();
    let size = count.div_ceil(cpu.threads).clamp(GROUP_MIN, GROUP);
    let threads = if cpu.threads == 1 { "thread" } else { "threads" };
    watch.path.get_or_init(|| format!("library, {} {threads}", cpu.threads));
    let groups = Mutex::new(verdicts.chunks_mut(size).enumerate());
    let tasks = cpu.on_threads(count.div_ceil(size), |_| {
        loop {
            if watch.cancel.is_cancelled() {
                return Err(Error::Cancelled);
            }
            let claimed = groups.lock().unwrap_or_else(PoisonError::into_inner).next();
            let Some((index, verdicts)) = claimed else { return Ok(()) };
            group(verify, index * size, verdicts);
            watch.count(verdicts.len() as u64);
        }
    });
    tasks.into_iter().collect()
}
