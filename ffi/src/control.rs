//! Cancelling a call, and watching it.

use std::sync::Arc;

use gridnet_core::Progress;

use crate::bridge::ffi::Snapshot;

/// How a call is watched and ended, from any thread.
pub(crate) struct Control {
    pub(crate) inner: gridnet_core::Control,
    progress: Arc<Progress>,
}

pub(crate) fn new_control() -> Box<Control> {
    let progress = Arc::new(Progress::default());
    let inner = gridnet_core::Control { progress: Some(Arc::clone(&progress)), ..Default::default() };
    Box::new(Control { inner, progress })
}

impl Control {
    pub(crate) fn cancel(&self) {
        self.inner.cancel.cancel();
    }

    pub(crate) fn is_cancelled(&self) -> bool {
        self.inner.cancel.is_cancelled()
    }

    pub(crate) fn snapshot(&self) -> Snapshot {
        let snapshot = self.progress.snapshot();
        let (done, total, rate) = (snapshot.done, snapshot.total, snapshot.rate());
        Snapshot { done, total, seconds: snapshot.elapsed.as_secs_f64(), rate }
    }
}
