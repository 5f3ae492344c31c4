//! Mining: templates of a node searched on an engine's devices, the blocks that are found sent back.
//!
//! One thread mines, a second ends its searches: when a new last block makes them stale, when their time is over, when it is
//! told to stop. What is searched stands in [`Rolling`]. It knows no rules: a template says what to search, the node says what
//! became of a block.

mod pace;
mod rolling;
mod stopwatch;

use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use gridnet_core::{Control, Engine, Progress};
use gridnet_protocol::network::AHEAD_MAX;
use gridnet_protocol::state::row::Tip;
use gridnet_protocol::{Address, Network};

use self::pace::{Duty, one_in, rest};
pub use self::rolling::Rolling;
use self::stopwatch::{Ender, Stopwatch};
use crate::chain::{BlockId, Submitted};
use crate::node::{Node, NodeError, Template};

/// A search ends after this at the latest, and looks whether there is more to earn by now.
const SEARCH: Duration = Duration::from_secs(2);
/// The same when the devices are to rest now and then.
const SLICE: Duration = Duration::from_millis(200);
/// Between two looks whether a paused miner is to go on.
const PAUSE: Duration = Duration::from_millis(50);
/// After a failure, before it is tried again.
const PATIENCE: Duration = Duration::from_secs(1);
/// What the first search on a network of one's own is to take, before the rate is known.
const FIRST_HASHES: u64 = 1 << 16;

/// How to mine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Who is paid.
    pub payout: Address,
    /// Percent of the time that devices are to work.
    pub duty_percent: u32,
    /// On regtest, where every second hash makes a block: about how often there is to be one. The devices then search what
    /// they need so long for. [`None`]: as often as can be.
    pub block_every: Option<Duration>,
    /// Sets this miner's searches apart from those of others with the same payout address.
    pub extranonce: u32,
    /// Rests once so many of its blocks were taken. [`None`]: never.
    pub blocks: Option<u64>,
}

impl Settings {
    /// All of the time, for this address.
    pub fn new(payout: Address) -> Settings {
        Settings { payout, duty_percent: 100, block_every: None, extranonce: 0, blocks: None }
    }
}

/// How mining goes.
#[derive(Clone, Debug, PartialEq)]
pub struct Status {
    /// Whether it is to mine.
    pub mining: bool,
    /// Who is paid.
    pub payout: Address,
    /// Percent of the time that devices are to work.
    pub duty_percent: u32,
    /// Percent of the last minute that they did.
    pub duty_measured: u32,
    /// Each device's rates and counts.
    pub devices: Vec<DeviceStatus>,
    /// Blocks that were found and taken.
    pub accepted: u64,
    /// Blocks that were found too late.
    pub stale: u64,
    /// Blocks that were found and refused: a fault.
    pub rejected: u64,
    /// The last one that was taken.
    pub last: Option<BlockId>,
    /// What went wrong last.
    pub failure: Option<String>,
}

/// How a device does.
#[derive(Clone, Debug, PartialEq)]
pub struct DeviceStatus {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// How it computes.
    pub path: String,
    /// Hashes so far.
    pub hashes: u64,
    /// Hashes a second over 10 s, 60 s and 15 min.
    pub rates: [f64; 3],
    /// Why it is asked nothing more, if it is not.
    pub unavailable: Option<String>,
}

impl Status {
    /// Hashes a second over the last ten seconds, all devices together.
    pub fn rate(&self) -> f64 {
        self.devices.iter().map(|device| device.rates[0]).sum()
    }
}

/// A miner. Clones are the same one; it ends with the last of them.
#[derive(Clone)]
pub struct Miner(Arc<Handle>);

struct Handle {
    shared: Arc<Shared>,
    ender: Ender,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

struct Shared {
    node: Node,
    engine: Arc<Engine>,
    settings: Settings,
    progress: Arc<Progress>,
    mining: AtomicBool,
    ended: AtomicBool,
    duty_percent: AtomicU32,
    accepted: AtomicU64,
    stale: AtomicU64,
    rejected: AtomicU64,
    told: Mutex<Told>,
}

struct Told {
    duty: Duty,
    last: Option<BlockId>,
    failure: Option<String>,
}

impl Shared {
    fn told(&self) -> MutexGuard<'_, Told> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_over(&self) -> bool {
        self.ended.load(Ordering::Relaxed) || self.node.is_stopping()
    }
}

impl Miner {
    /// Begins to mine.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn start(node: Node, engine: Arc<Engine>, settings: Settings) -> std::io::Result<Miner> {
        let watch = Stopwatch::start()?;
        let ender = watch.ender();
        let shared = Arc::new(Shared {
            node: node.clone(),
            engine,
            settings,
            progress: Arc::new(Progress::default()),
            mining: AtomicBool::new(true),
            ended: AtomicBool::new(false),
            duty_percent: AtomicU32::new(settings.duty_percent.clamp(1, 100)),
            accepted: AtomicU64::new(0),
            stale: AtomicU64::new(0),
            rejected: AtomicU64::new(0),
            told: Mutex::new(Told { duty: Duty::new(), last: None, failure: None }),
        });
        let (mut news, stale) = (node.tips(), ender.clone());
        let follow = move || {
            // Ends with the node, which is stopped before whoever made it goes.
            while pollster::block_on(news.changed()).is_ok() {
                stale.end();
            }
        };
        std::thread::Builder::new().name("gridnet-stale".to_owned()).spawn(follow)?;
        let (mining, tips) = (Arc::clone(&shared), node.tips());
        let mine = move || Mining { shared: mining, watch, tips, rate: None }.run();
        let mine = std::thread::Builder::new().name("gridnet-mine".to_owned()).spawn(mine)?;
        Ok(Miner(Arc::new(Handle { shared, ender, threads: Mutex::new(vec![mine]) })))
    }

    /// Rests, until [`resume`](Miner::resume).
    pub fn pause(&self) {
        self.0.shared.mining.store(false, Ordering::Relaxed);
        self.0.ender.end();
    }

    /// Goes on.
    pub fn resume(&self) {
        self.0.shared.mining.store(true, Ordering::Relaxed);
    }

    /// Sets the percent of the time that devices are to work, 1 to 100.
    pub fn set_duty(&self, percent: u32) {
        self.0.shared.duty_percent.store(percent.clamp(1, 100), Ordering::Relaxed);
        self.0.ender.end();
    }

    /// How it goes.
    pub fn status(&self) -> Status {
        let shared = &self.0.shared;
        let function = shared.node.network().parameters().proof_of_work;
        let counts = shared.progress.snapshot().devices;
        let devices = shared.engine.paths(function).map(|(device, path)| {
            let count = counts.iter().find(|count| count.id == device.id);
            DeviceStatus {
                hashes: count.map_or(0, |count| count.done),
                rates: count.map_or([0.0; 3], |count| count.rates),
                unavailable: device.reason.filter(|_| !device.available),
                id: device.id,
                name: device.name,
                path,
            }
        });
        let told = shared.told();
        Status {
            mining: shared.mining.load(Ordering::Relaxed) && !shared.is_over(),
            payout: shared.settings.payout,
            duty_percent: shared.duty_percent.load(Ordering::Relaxed),
            duty_measured: told.duty.percent(),
            devices: devices.collect(),
            accepted: shared.accepted.load(Ordering::Relaxed),
            stale: shared.stale.load(Ordering::Relaxed),
            rejected: shared.rejected.load(Ordering::Relaxed),
            last: told.last,
            failure: told.failure.clone(),
        }
    }

    /// Stops, and waits for it: a tenth of a second, unless the node is busy.
    pub fn stop(&self) {
        self.0.stop();
    }
}

impl Handle {
    fn stop(&self) {
        self.shared.ended.store(true, Ordering::Relaxed);
        let threads = std::mem::take(&mut *self.threads.lock().unwrap_or_else(PoisonError::into_inner));
        for thread in threads {
            // A search that began just before the flag was raised is ended too.
            while !thread.is_finished() {
                self.ender.end();
                std::thread::sleep(Duration::from_millis(1));
            }
            let _ = thread.join();
        }
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.stop();
    }
}

/// The thread that mines.
struct Mining {
    shared: Arc<Shared>,
    watch: Stopwatch,
    tips: tokio::sync::watch::Receiver<Tip>,
    /// Hashes a second, once something was searched for long enough.
    rate: Option<f64>,
}

impl Mining {
    fn run(mut self) {
        let mut work: Option<(Template, Rolling)> = None;
        while !self.shared.is_over() {
            let accepted = self.shared.accepted.load(Ordering::Relaxed);
            let has_enough = self.shared.settings.blocks.is_some_and(|blocks| accepted >= blocks);
            if has_enough || !self.shared.mining.load(Ordering::Relaxed) {
                std::thread::sleep(PAUSE);
                continue;
            }
            match self.turn(&mut work) {
                Ok(()) => {}
                Err(NodeError::Stopping) => return,
                Err(error) => {
                    self.shared.told().failure = Some(error.to_string());
                    work = None;
                    self.rest(PATIENCE);
                }
            }
        }
    }

    /// One search, what comes of it, and the rest after it.
    fn turn(&mut self, work: &mut Option<(Template, Rolling)>) -> Result<(), NodeError> {
        let settings = self.shared.settings;
        let template = self.shared.node.template(settings.payout)?;
        let ahead = u64::from(template.block.header.time).saturating_sub(self.shared.node.now().0);
        if ahead > AHEAD_MAX {
            // Nobody takes such a block yet, this node neither. Six blocks bring the time on by a second.
            let why = format!("the chain's time is {ahead} s ahead of the clock: mining waits for it");
            self.shared.told().failure = Some(why);
            self.rest(PATIENCE);
            return Ok(());
        }
        let goes_on = work.as_ref().is_some_and(|(last, _)| {
            last.changes == template.changes && last.block.header.previous == template.block.header.previous
        });
        if !goes_on {
            let target = self.own_target(&template);
            let rolling =
                Rolling::new(template.block.clone(), template.function, target, settings.extranonce);
            *work = Some((template.clone(), rolling));
        }
        let (_, rolling) = work.as_mut().expect("it was just put there");
        rolling.set_time(template.block.header.time);

        let duty = self.shared.duty_percent.load(Ordering::Relaxed);
        let began = Instant::now();
        let cancel = self.watch.until(began + if duty < 100 { SLICE } else { SEARCH });
        // What was told before the flag was there did not raise it.
        let is_stale = self.tips.borrow().id != template.block.header.previous;
        if is_stale || self.shared.is_over() || !self.shared.mining.load(Ordering::Relaxed) {
            return Ok(());
        }
        let control = Control { cancel, progress: Some(Arc::clone(&self.shared.progress)) };
        let search = rolling.search();
        let report = search.with(|search| self.shared.engine.search(search, &control));
        let took = began.elapsed();
        self.shared.told().duty.add(began, took);
        let report = report.map_err(|error| NodeError::Failed(error.to_string()))?;
        self.learn(report.done(), took);
        match report.value.hits.first() {
            Some(hit) => {
                let block = rolling.found(hit.message, hit.nonce);
                *work = None;
                self.send(block)?;
            }
            None => rolling.advance(report.value.resume),
        }
        self.rest(rest(took, duty));
        Ok(())
    }

    /// What this miner searches for: what the network asks, or on regtest as much more as its devices do in the time that
    /// there is to be between blocks.
    fn own_target(&self, template: &Template) -> gridnet_core::Target {
        let every = self.shared.settings.block_every;
        let Some(every) = every.filter(|_| self.shared.node.network() == Network::Regtest) else {
            return template.target;
        };
        let hashes = self.rate.map_or(FIRST_HASHES as f64, |rate| rate * every.as_secs_f64());
        template.target.min(one_in(hashes.max(1.0) as u64))
    }

    fn learn(&mut self, hashes: u64, took: Duration) {
        let now = hashes as f64 / took.as_secs_f64().max(1e-6);
        // Short searches say little: their rate counts for less.
        let weight = (took.as_secs_f64() / 0.5).min(1.0);
        let rate = self.rate.map_or(now, |rate| rate + (now - rate) * weight);
        self.rate = (rate > 0.0).then_some(rate);
    }

    fn send(&self, block: gridnet_protocol::block::Block) -> Result<(), NodeError> {
        let id = block.id();
        let submitted = loop {
            match self.shared.node.submit_block(block.clone()) {
                Err(NodeError::Busy) if !self.shared.is_over() => std::thread::sleep(PAUSE),
                submitted => break submitted?,
            }
        };
        let counter = match submitted {
            Submitted::Taken => {
                let mut told = self.shared.told();
                (told.last, told.failure) = (Some(id), None);
                &self.shared.accepted
            }
            // Another came first.
            Submitted::Kept | Submitted::Known => &self.shared.stale,
            Submitted::Held(why) | Submitted::Rejected(why) => {
                self.shared.told().failure = Some(format!("a block of this miner: {why}"));
                &self.shared.rejected
            }
        };
        counter.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }

    /// Rests for so long, or until it is told to end.
    fn rest(&self, time: Duration) {
        let until = Instant::now() + time;
        while !self.shared.is_over() {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return;
            }
            std::thread::sleep(left.min(PAUSE));
        }
    }
}
