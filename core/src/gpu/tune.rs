//! How a kernel runs fastest on a device: tried out, one setting after the other.

use std::time::{Duration, Instant};

use gridnet_shaders::Shape;

use super::kernels::Entry;
use super::open::Open;
use super::{Fault, digest, search, selftest, walk};
use crate::backend::Watch;
use crate::{Digest, Search, Tuning, Walk};

/// How long a setting is tried at least.
const TRIAL: Duration = Duration::from_millis(120);
/// What must be gained by a setting that is not the default's.
const GAIN: f64 = 1.01;
/// Bytes of messages that are digested at a time.
const MESSAGE_BYTES: usize = 80;
const MESSAGES_MAX: u64 = 1 << 20;

/// Tries out settings of a kernel, and keeps the fastest: the size of a workgroup, then the number of invocations, then
/// the length of a dispatch.
///
/// # Errors
/// [`Fault::Cancelled`], or any fault of the device; the kernel is then run as it was before.
pub(super) fn tune(open: &Open, entry: &Entry, watch: &Watch<'_>) -> Result<(), Fault> {
    let before = entry.tuning();
    let mut trial = Trial { open, entry, watch, work: if open.software { 1 << 16 } else { 1 << 24 } };
    let tried = trial.best();
    match tried {
        Ok(best) => entry.tuned(best),
        Err(_) => entry.set_tuning(before),
    }
    tried.map(drop)
}

struct Trial<'a> {
    open: &'a Open,
    entry: &'a Entry,
    /// Whose call waits for it.
    watch: &'a Watch<'a>,
    /// Work of a run.
    work: u64,
}

impl Trial<'_> {
    fn best(&mut self) -> Result<Tuning, Fault> {
        let mut best = Tuning::default();
        let mut rate = self.rate(best)?.unwrap_or(0.0);
        let settings: [&[fn(&mut Tuning)]; 3] = [
            &[|t| t.group_size = 32, |t| t.group_size = 128, |t| t.group_size = 256],
            &[
                |t| t.invocations = 1 << 16,
                |t| t.invocations = 1 << 17,
                |t| t.invocations = 1 << 18,
                |t| t.invocations = 1 << 20,
                |t| t.invocations = 1 << 21,
            ],
            &[|t| t.dispatch_ms = 20, |t| t.dispatch_ms = 80],
        ];
        for settings in settings {
            let base = best;
            for set in settings {
                let mut tuning = base;
                set(&mut tuning);
                if let Some(tried) = self.rate(tuning)?.filter(|&tried| tried > rate * GAIN) {
                    (best, rate) = (tuning, tried);
                }
            }
        }
        Ok(best)
    }

    /// Work a second with these settings; `None` where the device cannot have them or is wrong with them.
    fn rate(&mut self, tuning: Tuning) -> Result<Option<f64>, Fault> {
        let limits = self.open.device.limits();
        let largest = limits.max_compute_workgroup_size_x.min(limits.max_compute_invocations_per_workgroup);
        if !tuning.is_valid() || tuning.group_size > largest {
            return Ok(None);
        }
        self.entry.set_tuning(tuning);
        match selftest::prove(self.open, &[self.entry]) {
            Err(Fault::Unfit { .. }) => return Ok(None),
            said => said?,
        }
        // The first run finds the right size of a dispatch.
        self.run()?;
        loop {
            let began = Instant::now();
            let work = self.run()?;
            let took = began.elapsed();
            if took >= TRIAL {
                return Ok(Some(work as f64 / took.as_secs_f64()));
            }
            if work < self.work / 2 {
                // There is no more to do than that; a little less is rounding.
                return Ok(Some(work as f64 / took.as_secs_f64().max(1e-6)));
            }
            let ratio = TRIAL.as_secs_f64() / took.as_secs_f64().max(1e-6);
            self.work = (self.work as f64 * (1.2 * ratio).clamp(1.5, 8.0)) as u64;
        }
    }

    /// Runs the kernel on so much work, about, and says how much it was.
    fn run(&self) -> Result<u64, Fault> {
        let Trial { open, entry, work, .. } = *self;
        self.watch.beat();
        let Some(function) = selftest::function(entry.kernel) else { return Ok(work) };
        let watch = Watch::new(self.watch.cancel, None);
        match entry.kernel.shape {
            Shape::Header { .. } | Shape::Identity | Shape::Tail => {
                selftest::with_search(entry.kernel, |search| {
                    let messages = 1 + search.siblings.len() as u64;
                    let nonces = (work / messages).clamp(1, 1 << 32);
                    let search = Search { range: 0..nonces.into(), ..search.clone() };
                    let searched = search::run(open, &search, search.range.clone(), &watch)?;
                    if searched.resume.is_some() { Err(Fault::Cancelled) } else { Ok(nonces * messages) }
                })
            }
            Shape::Walk => {
                let values = entry.tuning().invocations as usize;
                let each = (work / values as u64).max(1);
                let starts = vec![[7; 32]; values];
                let mut ends = starts.clone();
                let walk = Walk { function, starts: &starts, steps: &vec![each; values] };
                walk::run(open, &walk, &mut ends, &watch)?;
                Ok(each * values as u64)
            }
            Shape::Digest => {
                let count = work.min(MESSAGES_MAX) as usize;
                let messages = vec![7; count * MESSAGE_BYTES];
                let digest = Digest { function, messages: &messages, length: MESSAGE_BYTES, count };
                let mut digests = vec![[0; 32]; count];
                let times = work.div_ceil(count as u64);
                for _ in 0..times {
                    digest::run(open, &digest, &mut digests, &watch)?;
                }
                Ok(times * count as u64)
            }
            Shape::Probe | Shape::Scalars | Shape::Points | Shape::Sum => Ok(work),
        }
    }
}
