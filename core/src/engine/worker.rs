//! A device at work: its threads, what it has done, and whether it is still believed.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::piece::{Answer, Piece};
use crate::backend::{Backend, Question, Watch, path_of};
use crate::control::Meter;
use crate::{Algorithm, Cancel, Device, DeviceKind, Error, Health, Primitive, Share};

/// Wrong or missing answers after which a device is not asked again.
const STRIKES: u64 = 3;

/// How long a device that is not needed any more may take to come to an end.
const FAREWELL: Duration = Duration::from_secs(3);

/// A piece for a device, and where its answer goes.
pub(super) struct Order {
    pub(super) id: u64,
    pub(super) piece: Arc<Piece>,
    /// For the answer.
    pub(super) memory: Vec<[u8; 32]>,
    pub(super) cancel: Cancel,
    pub(super) meter: Option<Arc<Meter>>,
    /// Whether the job is so long that it is worth finding out how it is done fastest.
    pub(super) long: bool,
    pub(super) reply: Sender<Reply>,
}

/// What became of a piece.
pub(super) struct Reply {
    pub(super) id: u64,
    pub(super) answer: Result<Answer, Error>,
    pub(super) share: Share,
    /// Answers that the device's own driver held against the CPU's.
    pub(super) checked: u64,
    /// From when everything was ready.
    pub(super) took: Duration,
}

/// A device, and the threads that it works on.
pub(super) struct Worker {
    /// None when the worker is about to end.
    backend: Option<Arc<dyn Backend>>,
    /// Unlike any other worker's.
    pub(super) number: u64,
    /// Whether it is the one that all others are held against.
    pub(super) is_judge: bool,
    /// What the device said when it was asked once.
    pub(super) lanes: usize,
    pub(super) patience: Duration,
    /// Goes on as long as the device does.
    pulse: Arc<AtomicU64>,
    /// None until something is sent: what is only ever asked on its caller's thread has none of its own.
    threads: Mutex<Option<Threads>>,
    state: Mutex<State>,
    /// Work a second, by what was asked.
    rates: Mutex<HashMap<(Primitive, &'static str), f64>>,
}

/// The threads of a device.
struct Threads {
    orders: Sender<Order>,
    /// Disconnected when all have ended.
    ended: Receiver<()>,
}

#[derive(Default)]
struct State {
    health: Health,
    quarantine: Option<String>,
}

/// Why an order has nobody to take it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unsent {
    /// The device's threads have ended.
    Ended,
    /// The system gave none.
    NoThread,
}

/// What may be wrong about an answer, or a missing one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Strike {
    Wrong,
    Failed,
}

impl Worker {
    /// A device, whose threads start when it is sent something. They end when the worker is dropped; one that never comes
    /// back from its driver is left behind.
    pub(super) fn new(backend: Arc<dyn Backend>, is_judge: bool) -> Worker {
        static NUMBERS: AtomicU64 = AtomicU64::new(0);
        let (lanes, patience) = (backend.lanes().max(1), backend.patience());
        Worker {
            backend: Some(backend),
            number: NUMBERS.fetch_add(1, Ordering::Relaxed),
            is_judge,
            lanes,
            patience,
            pulse: Arc::new(AtomicU64::new(0)),
            threads: Mutex::default(),
            state: Mutex::default(),
            rates: Mutex::default(),
        }
    }

    fn start(&self) -> std::io::Result<Threads> {
        let (orders, received) = channel::<Order>();
        let received = Arc::new(Mutex::new(received));
        let (alive, ended) = channel();
        for _ in 0..self.lanes {
            let (received, alive, pulse) = (Arc::clone(&received), alive.clone(), Arc::clone(&self.pulse));
            let backend = Arc::clone(self.backend.as_ref().expect("it is there until the worker ends"));
            let name = format!("gridnet-{}", backend.device().id);
            let next = move || received.lock().unwrap_or_else(PoisonError::into_inner).recv().ok();
            std::thread::Builder::new().name(name).spawn(move || {
                std::iter::from_fn(next).for_each(|order| order.carry_out(backend.as_ref(), &pulse));
                drop((backend, alive));
            })?;
        }
        Ok(Threads { orders, ended })
    }

    pub(super) fn backend(&self) -> &dyn Backend {
        self.backend.as_deref().expect("it is there until the worker ends")
    }

    /// A number that changes as long as the device gets on.
    pub(super) fn pulse(&self) -> u64 {
        self.pulse.load(Ordering::Relaxed)
    }

    /// Whether the device can do something. One whose driver panics at the question cannot.
    pub(super) fn can(&self, question: &Question<'_>) -> bool {
        catch_unwind(AssertUnwindSafe(|| self.backend().can(question))).unwrap_or_else(|_| {
            self.strike(Strike::Failed, "the driver panicked");
            false
        })
    }

    /// The device as it stands.
    pub(super) fn device(&self) -> Device {
        let mut device = self.backend().device().clone();
        device.refused = self.backend().refused();
        if let Some(reason) = &self.state().quarantine {
            device.available = false;
            device.reason = Some(reason.clone());
        }
        device
    }

    /// What became of its answers.
    pub(super) fn health(&self) -> Health {
        Health { id: self.backend().device().id.clone(), ..self.state().health.clone() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn is_trusted(&self) -> bool {
        self.state().quarantine.is_none()
    }

    /// Makes ready what the device can do. Whatever goes wrong shows when it is needed.
    pub(super) fn warm_up(&self) {
        if catch_unwind(AssertUnwindSafe(|| self.backend().warm_up())).is_err() {
            self.strike(Strike::Failed, "the driver panicked");
        }
    }

    /// Sends an order.
    pub(super) fn send(&self, order: Order) -> Result<(), Unsent> {
        let mut threads = self.threads.lock().unwrap_or_else(PoisonError::into_inner);
        let running = match threads.take() {
            Some(running) => running,
            None => self.start().map_err(|_| Unsent::NoThread)?,
        };
        threads.insert(running).orders.send(order).map_err(|_| Unsent::Ended)
    }

    /// Counts answers that were held against the CPU's.
    pub(super) fn count_checked(&self, answers: u64) {
        self.state().health.checked += answers;
    }

    /// Counts a wrong or missing answer.
    pub(super) fn strike(&self, strike: Strike, what: &str) {
        let mut state = self.state();
        match strike {
            Strike::Wrong => state.health.wrong += 1,
            Strike::Failed => state.health.failed += 1,
        }
        if state.health.wrong + state.health.failed >= STRIKES {
            state
                .quarantine
                .get_or_insert_with(|| format!("{STRIKES} wrong or missing answers, the last: {what}"));
        }
    }

    /// Counts an answer that did not come in time, and asks the device nothing more.
    pub(super) fn late(&self, waited: Duration) {
        self.state().health.late += 1;
        self.quarantine(format!("no answer within {waited:.1?}"));
    }

    /// Asks the device nothing more.
    pub(super) fn quarantine(&self, reason: String) {
        self.state().quarantine.get_or_insert(reason);
    }

    /// Work a second, as far as is known.
    pub(super) fn rate(&self, (primitive, algorithm): (Primitive, Algorithm)) -> f64 {
        let rates = self.rates.lock().unwrap_or_else(PoisonError::into_inner);
        let hashes = match self.backend().device().kind {
            DeviceKind::Gpu => 1e8,
            DeviceKind::Cpu => 2e7,
            DeviceKind::Software => 2e6,
        };
        // A signature costs as much as some hundred hashes.
        let unknown = if primitive == Primitive::Verify { hashes / 500.0 } else { hashes };
        rates.get(&(primitive, algorithm.name())).copied().unwrap_or(unknown)
    }

    /// Learns from a piece done.
    pub(super) fn learn(&self, (primitive, algorithm): (Primitive, Algorithm), done: u64, took: Duration) {
        // What is over at once says nothing.
        if took < Duration::from_millis(1) {
            return;
        }
        let rate = done as f64 / took.as_secs_f64();
        let mut rates = self.rates.lock().unwrap_or_else(PoisonError::into_inner);
        rates
            .entry((primitive, algorithm.name()))
            .and_modify(|known| *known = (*known + rate) / 2.0)
            .or_insert(rate);
    }
}

impl Drop for Worker {
    /// Waits for what a device still has under way, not needed any more, and for its driver to close it: one that is at
    /// work while the program ends around it may crash. But not for ever, and not for one that has not answered before.
    fn drop(&mut self) {
        let threads = self.threads.get_mut().unwrap_or_else(PoisonError::into_inner).take();
        let (backend, late) = (self.backend.take(), self.state().health.late > 0);
        // A CPU has no driver that could keep us.
        let kind = backend.as_ref().map(|backend| backend.device().kind);
        if threads.is_none() && kind == Some(DeviceKind::Cpu) {
            return;
        }
        let (alive, closed) = channel::<()>();
        let close = move || {
            if let Some(Threads { orders, ended }) = threads {
                drop(orders);
                let _ = ended.recv();
            }
            drop((backend, alive));
        };
        // Where there is no thread to be had the device is closed here and now, or left as it is.
        let closing = std::thread::Builder::new().name("gridnet-close".to_owned()).spawn(close);
        if closing.is_ok() && !late {
            let _ = closed.recv_timeout(FAREWELL);
        }
    }
}

impl Order {
    fn carry_out(self, backend: &dyn Backend, pulse: &AtomicU64) {
        let watch = Watch::new(&self.cancel, self.meter.as_deref()).of_long_job(self.long).with_pulse(pulse);
        pulse.fetch_add(1, Ordering::Relaxed);
        let work = AssertUnwindSafe(|| match self.cancel.is_cancelled() {
            true => Err(Error::Cancelled),
            false => self.piece.run(backend, self.memory, &watch),
        });
        // A driver that panics is a device that gave no answer.
        let panicked = || Error::Device { device: backend.device().id.clone(), what: "panicked".to_owned() };
        let answer = catch_unwind(work).unwrap_or_else(|_| Err(panicked()));
        let took = watch.took();
        let path = || path_of(backend, self.piece.algorithm());
        let share = catch_unwind(AssertUnwindSafe(|| watch.share(backend, path)));
        let (answer, share) = match share {
            Ok(share) => (answer, share),
            Err(_) => (Err(panicked()), Share::default()),
        };
        let reply = Reply { id: self.id, answer, share, checked: watch.checked(), took };
        // The call takes its memory back.
        drop(self.piece);
        // Nobody listens any more when it has ended.
        let _ = self.reply.send(reply);
    }
}
