//! Work of one kind, in calls of growing size.

use std::time::Duration;

use gridnet_core::proof::header::{Header, HeaderSearch};
use gridnet_core::{
    Control, Digest, Endian, Engine, Error, HashFunction, NonceField, Order, Primitive, Question, Report,
    Search, Target, Walk,
};

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// The nonces of a header, under so many versions of it.
    Header { versions: u16 },
    /// The nonces of an identity.
    Identity,
    /// Values, each hashed so many times.
    Walk { steps: u64 },
    /// Messages of so many bytes.
    Digest { length: usize },
}

impl Kind {
    pub(super) fn primitive(self) -> Primitive {
        match self {
            Kind::Header { .. } | Kind::Identity => Primitive::Search,
            Kind::Walk { .. } => Primitive::Walk,
            Kind::Digest { .. } => Primitive::Digest,
        }
    }

    /// The same in a table.
    pub(super) fn short(self) -> String {
        match self {
            Kind::Header { versions: 1 } | Kind::Walk { steps: 1_000 } | Kind::Digest { length: 80 } => {
                self.primitive().name().to_owned()
            }
            Kind::Header { versions } => format!("search ×{versions}"),
            Kind::Identity => "identity".to_owned(),
            Kind::Walk { steps } => format!("walk {steps}"),
            Kind::Digest { length } => format!("digest {length}"),
        }
    }

    /// What a person calls it.
    pub(super) fn name(self) -> String {
        match self {
            Kind::Header { versions: 1 } => "search of a header".to_owned(),
            Kind::Header { versions } => format!("search of a header under {versions} versions"),
            Kind::Identity => "search of an identity".to_owned(),
            Kind::Walk { steps } => format!("walk of {steps} steps"),
            Kind::Digest { length } => format!("digest of {length} bytes"),
        }
    }
}

/// Work of one kind.
pub(super) struct Load {
    kind: Kind,
    function: HashFunction,
    /// Nonces, values or messages of one call.
    size: usize,
    size_max: usize,
    bytes: Vec<u8>,
    values: Vec<[u8; 32]>,
    steps: Vec<u64>,
    out: Vec<[u8; 32]>,
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
}

impl Tally {
    fn add(&mut self, report: &Report<()>) {
        self.done += report.done();
        self.elapsed += report.elapsed;
        for share in &report.devices {
            self.dispatches += share.dispatches;
            self.busy = self.busy.into_iter().chain(share.busy).reduce(|a, b| a + b);
            self.longest = self.longest.max(share.longest);
        }
    }
}

impl Load {
    pub(super) fn new(kind: Kind, function: HashFunction) -> Load {
        let (size, size_max) = match kind {
            Kind::Header { .. } | Kind::Identity => (1 << 18, u32::MAX as usize),
            Kind::Walk { .. } => (1 << 8, 1 << 20),
            Kind::Digest { .. } => (1 << 12, 1 << 21),
        };
        let empty = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let (bytes, values, steps, out) = empty;
        Load { kind, function, size, size_max, bytes, values, steps, out }
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
        self.fill();
        let mut out = std::mem::take(&mut self.out);
        let report = self.ask(|question| match question {
            Question::Search(search) => engine.search(search, control).map(|report| report.map(|_| ())),
            Question::Walk(walk) => engine.walk_into(walk, &mut out, control),
            Question::Digest(digest) => engine.digest_into(digest, &mut out, control),
            _ => unreachable!("of these three kinds"),
        });
        self.out = out;
        if control.cancel.is_cancelled() { Err(Error::Cancelled) } else { report }
    }

    /// Makes what the questions are about, as much as the size wants.
    fn fill(&mut self) {
        match self.kind {
            Kind::Walk { steps } => {
                self.values.extend((self.values.len()..self.size).map(|i| [i as u8; 32]));
                self.steps.resize(self.size, steps);
                self.out.resize(self.size, [0; 32]);
            }
            Kind::Digest { length } => {
                let bytes = self.size * length;
                self.bytes.extend((self.bytes.len()..bytes).map(|i| (i % 251) as u8));
                self.out.resize(self.size, [0; 32]);
            }
            Kind::Header { .. } | Kind::Identity => {}
        }
    }

    /// The question of one call.
    pub(super) fn ask<T>(&self, ask: impl FnOnce(&Question<'_>) -> T) -> T {
        let function = self.function;
        // Nothing meets the target zero, so the whole range is tried.
        let range = 0..self.size as u128;
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
                ask(&Question::Digest(&Digest { function, messages: &self.bytes, length, count: self.size }))
            }
        }
    }
}
