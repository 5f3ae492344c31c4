//! A device at work: its thread, what it has done, and whether it is still believed.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::piece::{Answer, Piece};
use crate::backend::{Backend, Watch};
use crate::control::Meter;
use crate::{Cancel, Device, DeviceKind, Error, HashFunction, Primitive};

/// Wrong or missing answers after which a device is not asked again.
const STRIKES: u32 = 3;

/// A piece for a device, and where its answer goes.
pub(super) struct Order {
    pub(super) id: u64,
    pub(super) piece: Arc<Piece>,
    pub(super) cancel: Cancel,
    pub(super) meter: Option<Arc<Meter>>,
    pub(super) reply: Sender<Reply>,
}

/// What became of a piece.
pub(super) struct Reply {
    pub(super) id: u64,
    pub(super) answer: Result<Answer, Error>,
    pub(super) done: u64,
    pub(super) dispatches: u64,
    pub(super) path: Option<String>,
    pub(super) took: Duration,
}

/// A device and the thread that it works on.
pub(super) struct Worker {
    pub(super) backend: Arc<dyn Backend>,
    orders: Mutex<Sender<Order>>,
    health: Mutex<Health>,
    /// Work a second, by what was asked.
    rates: Mutex<HashMap<(Primitive, &'static str), f64>>,
}

#[derive(Default)]
struct Health {
    strikes: u32,
    quarantine: Option<String>,
}

impl Worker {
    /// Starts a device's thread. It ends when the worker is dropped; one that never comes back from its driver is
    /// left behind.
    pub(super) fn new(backend: Arc<dyn Backend>) -> Result<Worker, Error> {
        let (orders, received) = channel::<Order>();
        let at_work = Arc::clone(&backend);
        std::thread::Builder::new()
            .name(format!("gridnet-{}", backend.device().id))
            .spawn(move || received.into_iter().for_each(|order| order.carry_out(at_work.as_ref())))
            .map_err(|error| Error::Spawn(error.to_string()))?;
        Ok(Worker { backend, orders: Mutex::new(orders), health: Mutex::default(), rates: Mutex::default() })
    }

    pub(super) fn is_cpu(&self) -> bool {
        self.backend.device().kind == DeviceKind::Cpu
    }

    /// The device as it stands.
    pub(super) fn device(&self) -> Device {
        let mut device = self.backend.device().clone();
        if let Some(reason) = &self.health.lock().unwrap_or_else(PoisonError::into_inner).quarantine {
            device.available = false;
            device.reason = Some(reason.clone());
        }
        device
    }

    pub(super) fn is_trusted(&self) -> bool {
        self.health.lock().unwrap_or_else(PoisonError::into_inner).quarantine.is_none()
    }

    /// Sends an order. Whether the device's thread is there to take it.
    pub(super) fn send(&self, order: Order) -> bool {
        self.orders.lock().unwrap_or_else(PoisonError::into_inner).send(order).is_ok()
    }

    /// Counts a wrong or missing answer.
    pub(super) fn strike(&self, what: &str) {
        let mut health = self.health.lock().unwrap_or_else(PoisonError::into_inner);
        health.strikes += 1;
        if health.strikes >= STRIKES {
            health
                .quarantine
                .get_or_insert_with(|| format!("{STRIKES} wrong or missing answers, the last: {what}"));
        }
    }

    /// Asks the device nothing more.
    pub(super) fn quarantine(&self, reason: String) {
        self.health.lock().unwrap_or_else(PoisonError::into_inner).quarantine.get_or_insert(reason);
    }

    /// Work a second, as far as is known.
    pub(super) fn rate(&self, primitive: Primitive, function: HashFunction) -> f64 {
        let rates = self.rates.lock().unwrap_or_else(PoisonError::into_inner);
        rates.get(&(primitive, function.name())).copied().unwrap_or(match self.backend.device().kind {
            DeviceKind::Gpu => 1e8,
            DeviceKind::Cpu => 2e7,
            DeviceKind::Software => 2e6,
        })
    }

    /// Learns from a piece done.
    pub(super) fn learn(&self, primitive: Primitive, function: HashFunction, done: u64, took: Duration) {
        // What is over at once says nothing.
        if took < Duration::from_millis(1) {
            return;
        }
        let rate = done as f64 / took.as_secs_f64();
        let mut rates = self.rates.lock().unwrap_or_else(PoisonError::into_inner);
        rates
            .entry((primitive, function.name()))
            .and_modify(|known| *known = (*known + rate) / 2.0)
            .or_insert(rate);
    }
}

impl Order {
    fn carry_out(self, backend: &dyn Backend) {
        let began = Instant::now();
        let watch = Watch::new(&self.cancel, self.meter.as_deref());
        let work = AssertUnwindSafe(|| match self.cancel.is_cancelled() {
            true => Err(Error::Cancelled),
            false => self.piece.run(backend, &watch),
        });
        // A driver that panics is a device that gave no answer.
        let answer = catch_unwind(work).unwrap_or_else(|_| {
            Err(Error::Device { device: backend.device().id.clone(), what: "panicked".to_owned() })
        });
        let reply = Reply {
            id: self.id,
            answer,
            done: watch.done.into_inner(),
            dispatches: watch.dispatches.into_inner(),
            path: watch.path.into_inner(),
            took: began.elapsed(),
        };
        // Nobody listens any more when the call has ended.
        let _ = self.reply.send(reply);
    }
}
