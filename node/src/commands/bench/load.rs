//! Work of one kind, in calls of growing size.

use std::time::Duration;

use gridnet_core::proof::header::{Header, HeaderSearch};
use gridnet_core::{
    Control, Digest, Endian, Engine, Error, HashFunction, NonceField, Order, Question, Report, Search,
    Target, Walk,
};
use gridnet_protocol::sample::signatures::Signatures;

use super::job::{Job, Kind};

/// Work of one kind.
pub(super) struct Load {
    /// Nonces, values, messages or signatures of one call.
    size: usize,
    size_max: usize,
    of: Of,
}

/// What the questions are about.
enum Of {
    Hashes(Hashes),
    Signatures(Box<Signatures>),
}

/// What timed calls did.
#[derive(Default)]
pub(super) struct Tally {
    pub(super) done: u64,
    pub(super) dispatches: u64,
    pub(super) elapsed: Duration,
    /// By the clock of the device, where it has one.
    pub(super) busy: Option<Duration>,
    pub(super) longest: Option<Duration>,
    /// The devices that did any of it, and how: ids and paths.
    pub(super) devices: Vec<(String, String)>,
}

impl Tally {
    fn add(&mut self, report: &Report<()>) {
        self.done += report.done();
        self.elapsed += report.elapsed;
        for share in &report.devices {
            self.dispatches += share.dispatches;
            self.busy = self.busy.into_iter().chain(share.busy).reduce(|a, b| a + b);
            self.longest = self.longest.max(share.longest);
            let device = (share.id.clone(), share.path.clone());
            if share.done > 0 && !self.devices.contains(&device) {
                self.devices.push(device);
            }
        }
    }
}

impl Load {
    pub(super) fn new(job: Job) -> Load {
        let (size, size_max) = match job {
            Job::Hash(Kind::Header { .. } | Kind::Identity, _) => (1 << 18, u32::MAX as usize),
            Job::Hash(Kind::Walk { .. }, _) => (1 << 8, 1 << 20),
            Job::Hash(Kind::Digest { .. }, _) => (1 << 12, 1 << 21),
            Job::Verify { .. } => (1 << 8, 1 << 20),
        };
        let of = match job {
            Job::Hash(kind, function) => Of::Hashes(Hashes::new(kind, function)),
            Job::Verify { length } => Of::Signatures(Box::new(Signatures::new(0, length))),
        };
        Load { size, size_max, of }
    }

    /// Calls that grow until one takes long enough to be timed.
    pub(super) fn warm_up(
        &mut self,
        engine: &Engine,
        seconds: Duration,
        control: &Control,
    ) -> Result<(), Error> {
        while self.call(engine, control)?.elapsed < seconds / 16 && self.size < self.size_max {
            self.size = (self.size * 2).min(self.size_max);
        }
        Ok(())
    }

    /// Calls for so long. Only the engine is timed, not the making of its questions.
    pub(super) fn run(
        &mut self,
        engine: &Engine,
        seconds: Duration,
        control: &Control,
    ) -> Result<Tally, Error> {
        let mut tally = Tally::default();
        while tally.elapsed < seconds {
            tally.add(&self.call(engine, control)?);
        }
        Ok(tally)
    }

    /// One call.
    pub(super) fn call(&mut self, engine: &Engine, control: &Control) -> Result<Report<()>, Error> {
        let report = match &mut self.of {
            Of::Hashes(hashes) => hashes.call(self.size, engine, control),
            Of::Signatures(signatures) => {
                signatures.grow(self.size);
                engine.verify(&signatures.first(self.size), control).map(|report| report.map(drop))
            }
        };
        if control.cancel.is_cancelled() { Err(Error::Cancelled) } else { report }
    }

    /// The question of one call, where it is one about hashes.
    pub(super) fn ask<T>(&self, ask: impl FnOnce(&Question<'_>) -> T) -> Option<T> {
        match &self.of {
            Of::Hashes(hashes) => Some(hashes.ask(self.size, ask)),
            Of::Signatures(_) => None,
        }
    }
}

/// Hashing of one kind.
struct Hashes {
    kind: Kind,
    function: HashFunction,
    bytes: Vec<u8>,
    values: Vec<[u8; 32]>,
    steps: Vec<u64>,
    out: Vec<[u8; 32]>,
}

impl Hashes {
    fn new(kind: Kind, function: HashFunction) -> Hashes {
        let empty = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let (bytes, values, steps, out) = empty;
        Hashes { kind, function, bytes, values, steps, out }
    }

    fn call(&mut self, size: usize, engine: &Engine, control: &Control) -> Result<Report<()>, Error> {
        self.fill(size);
        let mut out = std::mem::take(&mut self.out);
        let report = self.ask(size, |question| match question {
            Question::Search(search) => engine.search(search, control).map(|report| report.map(|_| ())),
            Question::Walk(walk) => engine.walk_into(walk, &mut out, control),
            Question::Digest(digest) => engine.digest_into(digest, &mut out, control),
            _ => unreachable!("of these three kinds"),
        });
        self.out = out;
        report
    }

    /// Makes what the questions are about, as much as the size wants.
    fn fill(&mut self, size: usize) {
        match self.kind {
            Kind::Walk { steps } => {
                self.values.extend((self.values.len()..size).map(|i| [i as u8; 32]));
                self.steps.resize(size, steps);
                self.out.resize(size, [0; 32]);
            }
            Kind::Digest { length } => {
                let bytes = size * length;
                self.bytes.extend((self.bytes.len()..bytes).map(|i| (i % 251) as u8));
                self.out.resize(size, [0; 32]);
            }
            Kind::Header { .. } | Kind::Identity => {}
        }
    }

    /// The question of one call.
    fn ask<T>(&self, size: usize, ask: impl FnOnce(&Question<'_>) -> T) -> T {
        let function = self.function;
        // Nothing meets the target zero, so the whole range is tried.
        let range = 0..size as u128;
        match self.kind {
            Kind::Header { versions } => {
                let search = Header::GENESIS.search(range, Target::ZERO, 1);
                let rolled =
                    (1..versions).map(|version| Header::GENESIS.rolled(version).to_bytes()).collect();
                HeaderSearch { function, rolled, ..search }.with(|search| ask(&Question::Search(search)))
            }
            Kind::Identity => {
                let nonce = NonceField { offset: 32, bytes: 4, endian: Endian::Little };
                let (message, target, order) = (&[7; 36], Target::ZERO, Order::Big);
                let search =
                    Search { function, message, siblings: &[], nonce, range, target, order, limit: 1 };
                ask(&Question::Search(&search))
            }
            Kind::Walk { .. } => {
                ask(&Question::Walk(&Walk { function, starts: &self.values, steps: &self.steps }))
            }
            Kind::Digest { length } => {
                ask(&Question::Digest(&Digest { function, messages: &self.bytes, length, count: size }))
            }
        }
    }
}
