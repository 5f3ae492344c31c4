//! Cancelling a call, and watching it.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// A flag that ends the calls it is given to, within 50 ms. Clones share it; it cannot be taken back.
#[derive(Clone, Debug, Default)]
pub struct Cancel(Arc<AtomicBool>);

impl Cancel {
    /// Ends every call that holds this flag.
    pub fn cancel(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether [`cancel`](Cancel::cancel) was called.
    pub fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// How a call is watched and ended. The default neither watches nor ends.
#[derive(Clone, Debug, Default)]
pub struct Control {
    /// Ends the call.
    pub cancel: Cancel,
    /// Counts its work.
    pub progress: Option<Arc<Progress>>,
}

impl Control {
    pub(crate) fn expect(&self, work: u128) {
        if let Some(progress) = &self.progress {
            progress.expect(work);
        }
    }
}

/// Counts work while a call runs; another thread may read it at any time. One progress may serve several calls, one
/// after the other, and then counts them together.
#[derive(Debug)]
pub struct Progress {
    started: Instant,
    total: AtomicU64,
    devices: Mutex<Vec<Arc<Meter>>>,
}

impl Default for Progress {
    fn default() -> Self {
        Progress { started: Instant::now(), total: AtomicU64::new(0), devices: Mutex::default() }
    }
}

impl Progress {
    /// Candidates, steps or messages done so far by all devices, and each device's, with rates.
    pub fn snapshot(&self) -> Snapshot {
        let now = Instant::now();
        let devices: Vec<_> = self
            .devices
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .iter()
            .map(|meter| meter.snapshot(now))
            .collect();
        Snapshot {
            done: devices.iter().map(|device| device.done).sum(),
            total: self.total.load(Ordering::Relaxed),
            elapsed: now - self.started,
            devices,
        }
    }

    /// Work that the calls so far may have to do: a search that finds early does less.
    fn expect(&self, work: u128) {
        let work = u64::try_from(work).unwrap_or(u64::MAX);
        let add = |total: u64| Some(total.saturating_add(work));
        self.total
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, add)
            .expect("the closure always gives a value");
    }

    /// The meter of a device, made at its first use.
    pub(crate) fn meter(&self, id: &str) -> Arc<Meter> {
        let mut devices = self.devices.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(meter) = devices.iter().find(|meter| meter.id == id) {
            return Arc::clone(meter);
        }
        let meter = Arc::new(Meter::new(id));
        devices.push(Arc::clone(&meter));
        meter
    }
}

/// What a [`Progress`] said at one moment.
#[derive(Clone, Debug, PartialEq)]
pub struct Snapshot {
    /// Candidates, steps or messages so far.
    pub done: u64,
    /// The most there may be to do.
    pub total: u64,
    /// Since the progress was made.
    pub elapsed: Duration,
    /// Each device's part.
    pub devices: Vec<DeviceSnapshot>,
}

impl Snapshot {
    /// Units a second over the last ten seconds, all devices together.
    pub fn rate(&self) -> f64 {
        self.devices.iter().map(|device| device.rates[0]).sum()
    }
}

/// One device's counters at one moment.
#[derive(Clone, Debug, PartialEq)]
pub struct DeviceSnapshot {
    /// The device's id.
    pub id: String,
    /// Units so far.
    pub done: u64,
    /// Units a second over the last [10 s, 60 s, 15 min], or since it began where that is shorter.
    pub rates: [f64; 3],
}

/// Windows of the rates.
const WINDOWS: [Duration; 3] = [Duration::from_secs(10), Duration::from_secs(60), Duration::from_secs(900)];
/// Time between two samples.
const SAMPLE: Duration = Duration::from_secs(1);

/// One device's counter, sampled about once a second as work comes in.
#[derive(Debug)]
pub(crate) struct Meter {
    id: String,
    done: AtomicU64,
    samples: Mutex<VecDeque<(Instant, u64)>>,
}

impl Meter {
    fn new(id: &str) -> Self {
        Meter {
            id: id.to_owned(),
            done: AtomicU64::new(0),
            samples: Mutex::new(VecDeque::from([(Instant::now(), 0)])),
        }
    }

    /// Counts work just done.
    pub(crate) fn add(&self, work: u64) {
        let done = self.done.fetch_add(work, Ordering::Relaxed) + work;
        let Ok(mut samples) = self.samples.try_lock() else { return };
        let now = Instant::now();
        if samples.back().is_none_or(|&(then, _)| now - then >= SAMPLE) {
            samples.push_back((now, done));
            while samples.len() > 2 && now - samples[1].0 > WINDOWS[2] {
                samples.pop_front();
            }
        }
    }

    fn snapshot(&self, now: Instant) -> DeviceSnapshot {
        let done = self.done.load(Ordering::Relaxed);
        let samples = self.samples.lock().unwrap_or_else(PoisonError::into_inner);
        let rates = WINDOWS.map(|window| {
            // The newest sample at least a window old, else the oldest there is.
            let old = samples.iter().rev().find(|(then, _)| now - *then >= window).or(samples.front());
            let Some(&(then, before)) = old else { return 0.0 };
            let seconds = (now - then).as_secs_f64();
            if seconds > 0.0 { done.saturating_sub(before) as f64 / seconds } else { 0.0 }
        });
        DeviceSnapshot { id: self.id.clone(), done, rates }
    }
}
