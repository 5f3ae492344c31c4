//! A caller's own work on the engine's threads: what prepares questions and reads answers must not be slower than what
//! answers them.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use super::Engine;
use super::worker::Worker;
use crate::cpu::Cpu;

/// The CPU's threads, for work that is not a primitive.
pub(super) struct Host {
    cpu: Arc<Cpu>,
    /// The same CPU, on one thread.
    one: OnceLock<Arc<Worker>>,
}

impl Host {
    pub(super) fn new(cpu: Arc<Cpu>) -> Host {
        Host { cpu, one: OnceLock::new() }
    }
}

impl Engine {
    /// Does something with each of a list's pieces, on as many threads as the engine's CPU has: what came of them, in
    /// their order. `work` is handed an engine of the CPU alone that computes on the thread that calls it, so that
    /// pieces do not wait for each other's.
    ///
    /// Threads take the next piece when they are done with one: a few pieces for each thread are enough.
    ///
    /// # Panics
    /// When `work` does.
    pub fn each_piece<I: Send, T: Send>(
        &self,
        pieces: impl ExactSizeIterator<Item = I> + Send,
        work: impl Fn(&Engine, I) -> T + Sync,
    ) -> Vec<T> {
        let one = self.on_one_thread();
        let count = pieces.len();
        let Some(host) = &self.host else { return pieces.map(|piece| work(&one, piece)).collect() };
        let pieces = Mutex::new(pieces.enumerate());
        let take = || pieces.lock().unwrap_or_else(PoisonError::into_inner).next();
        let done = host.cpu.on_threads(count, |_| {
            let piece = |(index, piece)| (index, work(&one, piece));
            std::iter::from_fn(take).map(piece).collect::<Vec<(usize, T)>>()
        });
        let mut done: Vec<(usize, T)> = done.into_iter().flatten().collect();
        done.sort_unstable_by_key(|&(index, _)| index);
        done.into_iter().map(|(_, done)| done).collect()
    }

    /// The same engine on its CPU alone, and of that on the caller's thread.
    fn on_one_thread(&self) -> Engine {
        let one = |host: &Arc<Host>| {
            let new = || Arc::new(Worker::new(Arc::new(host.cpu.on_one_thread()), true));
            Arc::clone(host.one.get_or_init(new))
        };
        let cpu = self.host.as_ref().map_or_else(|| Arc::clone(&self.cpu), one);
        Engine { cpu: Arc::clone(&cpu), workers: vec![cpu], audit: self.audit, listener: None, host: None }
    }
}
