//! Running work without the interpreter, and hearing it meanwhile: Ctrl-C, and whoever watches the progress.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use gridnet_core::{Control, Progress};
use pyo3::prelude::*;

use crate::error::Refusal;

/// How often signals are looked for: within twice this, and what the engine takes to stop, Ctrl-C ends a call.
const LOOK: Duration = Duration::from_millis(20);
/// How often progress is told.
const TELL: Duration = Duration::from_millis(100);

/// How a call is watched.
pub(crate) struct Watch {
    pub(crate) control: Control,
    /// Rows done, where rows are what is counted.
    pub(crate) rows: Arc<AtomicU64>,
    progress: Arc<Progress>,
}

impl Watch {
    fn new() -> Watch {
        let progress = Arc::new(Progress::default());
        let control = Control { progress: Some(Arc::clone(&progress)), ..Control::default() };
        Watch { control, rows: Arc::default(), progress }
    }

    /// For calls whose own progress is not what is told.
    pub(crate) fn untold(&self) -> Control {
        Control { cancel: self.control.cancel.clone(), progress: None }
    }

    /// What is done and how much there may be to do; of rows the latter is for others to know.
    fn done(&self) -> (u64, u64) {
        match self.rows.load(Ordering::Relaxed) {
            0 => {
                let snapshot = self.progress.snapshot();
                (snapshot.done, snapshot.total)
            }
            rows => (rows, 0),
        }
    }
}

/// Does what takes no time to speak of with the interpreter released, and lets no panic out.
pub(crate) fn released<T: Send>(
    py: Python<'_>,
    work: impl FnOnce() -> Result<T, Refusal> + Send,
) -> PyResult<T> {
    py.detach(|| guarded(work)).map_err(PyErr::from)
}

fn guarded<T>(work: impl FnOnce() -> Result<T, Refusal>) -> Result<T, Refusal> {
    let done = catch_unwind(AssertUnwindSafe(work));
    done.unwrap_or_else(|panic| Err(Refusal::Internal(words(panic.as_ref()))))
}

/// Does the work with the interpreter released, and lets no panic out. What may take long is done by a thread of its own,
/// while this one, which Python's signals come to, listens.
pub(crate) fn run<T: Send>(
    py: Python<'_>,
    may_be_long: bool,
    progress: Option<&Bound<'_, PyAny>>,
    work: impl FnOnce(&Watch) -> Result<T, Refusal> + Send,
) -> PyResult<T> {
    let watch = Watch::new();
    let work = || work(&watch);
    if !may_be_long && progress.is_none() {
        return released(py, work);
    }
    let tell = progress.map(|progress| progress.clone().unbind());
    let done = py.detach(|| {
        thread::scope(|scope| {
            let (sender, receiver) = sync_channel(1);
            scope.spawn(move || sender.send(guarded(work)));
            let mut told = Instant::now();
            let mut raised = None;
            loop {
                match receiver.recv_timeout(LOOK) {
                    Ok(done) => return (done, raised),
                    Err(RecvTimeoutError::Disconnected) => {
                        return (Err(Refusal::Internal("a thread is gone".to_owned())), raised);
                    }
                    Err(RecvTimeoutError::Timeout) => {}
                }
                if raised.is_some() {
                    continue;
                }
                let is_time = told.elapsed() >= TELL;
                let heard = Python::attach(|py| {
                    py.check_signals()?;
                    match &tell {
                        Some(tell) if is_time => tell.call1(py, watch.done()).map(drop),
                        _ => Ok(()),
                    }
                });
                if is_time {
                    told = Instant::now();
                }
                if let Err(error) = heard {
                    watch.control.cancel.cancel();
                    raised = Some(error);
                }
            }
        })
    });
    match done {
        (_, Some(error)) => Err(error),
        (done, None) => {
            let done = done.map_err(PyErr::from)?;
            // Whoever watches hears of the end, too.
            if let Some(progress) = progress {
                progress.call1(watch.done())?;
            }
            Ok(done)
        }
    }
}

fn words(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("no word why").to_owned()
}
