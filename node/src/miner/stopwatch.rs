//! Ends a search in time: when its part of the time is over, or when somebody wants it to end at once.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Instant;

use gridnet_core::Cancel;

/// What runs, and until when.
#[derive(Debug, Default)]
struct Running {
    cancel: Option<Cancel>,
    until: Option<Instant>,
    ended: bool,
}

#[derive(Debug, Default)]
struct Shared {
    running: Mutex<Running>,
    changed: Condvar,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Running> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Ends searches in time. Dropping it ends its thread.
#[derive(Debug)]
pub(super) struct Stopwatch {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

/// Ends what runs, from anywhere.
#[derive(Clone, Debug)]
pub(super) struct Ender(Arc<Shared>);

impl Ender {
    /// Ends what runs at once.
    pub(super) fn end(&self) {
        if let Some(cancel) = self.0.lock().cancel.take() {
            cancel.cancel();
        }
    }
}

impl Stopwatch {
    /// One with a thread of its own.
    pub(super) fn start() -> std::io::Result<Stopwatch> {
        let shared = Arc::new(Shared::default());
        let watched = Arc::clone(&shared);
        let thread =
            std::thread::Builder::new().name("gridnet-watch".to_owned()).spawn(move || watch(&watched))?;
        Ok(Stopwatch { shared, thread: Some(thread) })
    }

    pub(super) fn ender(&self) -> Ender {
        Ender(Arc::clone(&self.shared))
    }

    /// A flag that is raised at this time, if nobody raises it before.
    pub(super) fn until(&self, until: Instant) -> Cancel {
        let cancel = Cancel::default();
        let mut running = self.shared.lock();
        running.cancel = Some(cancel.clone());
        running.until = Some(until);
        self.shared.changed.notify_all();
        cancel
    }
}

impl Drop for Stopwatch {
    fn drop(&mut self) {
        self.shared.lock().ended = true;
        self.shared.changed.notify_all();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn watch(shared: &Shared) {
    let mut running = shared.lock();
    while !running.ended {
        let now = Instant::now();
        running = match running.until {
            Some(until) if until <= now => {
                running.until = None;
                if let Some(cancel) = running.cancel.take() {
                    cancel.cancel();
                }
                running
            }
            Some(until) => {
                let waited = shared.changed.wait_timeout(running, until - now);
                waited.unwrap_or_else(PoisonError::into_inner).0
            }
            None => shared.changed.wait(running).unwrap_or_else(PoisonError::into_inner),
        };
    }
}
