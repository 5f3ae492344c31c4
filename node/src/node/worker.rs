//! The one thread that changes things.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use gridnet_core::{Cancel, Control, Engine};
use gridnet_protocol::Address;
use gridnet_protocol::ledger::Fault;
use gridnet_protocol::state::row::{Account, Tip};
use gridnet_protocol::value::Time;
use tokio::sync::{broadcast, watch};

use super::request::{MempoolSize, Reply, Request, Template};
use super::{Clock, Event, NodeError};
use crate::chain::{BlockId, Chain, Stop, Submitted, Verifier};
use crate::mempool::{Limits, Mempool, Txid};
use crate::points::{self, Point, reached};
use crate::repair;
use crate::storage::Storage;

/// How long it waits for something to do before it looks at the clock.
const TICK: Duration = Duration::from_secs(1);
/// Requests, and about their memory, that share a commit.
const TOGETHER_MAX: usize = 256;
const TOGETHER_BYTES_MAX: u64 = 16 << 20;
/// How often old transactions are looked for.
const OLD_EVERY: Duration = Duration::from_secs(60);

/// What a worker is made of.
pub(super) struct Parts {
    pub(super) storage: Storage,
    pub(super) engine: Arc<Engine>,
    pub(super) control: Control,
    pub(super) clock: Clock,
    pub(super) limits: Limits,
    pub(super) gathered_max: Option<usize>,
    pub(super) events: broadcast::Sender<Event>,
}

/// The chain, and what waits.
pub(super) struct Worker {
    chain: Chain,
    mempool: Mempool,
    engine: Arc<Engine>,
    control: Control,
    clock: Clock,
    tips: watch::Sender<Tip>,
    events: broadcast::Sender<Event>,
    /// What is told when it is on the disk.
    news: Vec<Event>,
    template: Option<(Address, Template)>,
    looked_for_old: Instant,
}

/// What is told once everything is on the disk.
enum Answer {
    /// What became of a block shows when all that came with it are there.
    Block(BlockId, Submitted, Reply<Submitted>),
    Header(Submitted, Reply<Submitted>),
    Transaction(Result<Txid, NodeError>, Reply<Txid>),
}

impl Worker {
    /// Opens the chain, looks whether it adds up, and brings it to its best block.
    pub(super) fn start(parts: Parts) -> Result<(Worker, watch::Receiver<Tip>), NodeError> {
        let Parts { storage, engine, control, clock, limits, gathered_max, events } = parts;
        reached(Point::Starting);
        let mut chain = Chain::open(storage)?;
        if let Some(bytes) = gathered_max.or_else(points::gathered_max) {
            chain = chain.with_gathered_max(bytes);
        }
        repair::check_at_start(chain.storage())?;
        reached(Point::Checked);
        let verifier = Verifier { engine: &engine, control: &control };
        chain.activate(verifier)?;
        // Nobody was told of anything yet.
        chain.take_steps();
        let mempool = Mempool::load(&mut chain, limits, verifier, clock.now())?;
        chain.commit()?;
        let (tips, tip) = watch::channel(chain.tip()?);
        let looked_for_old = Instant::now();
        let worker = Worker {
            chain,
            mempool,
            engine,
            control,
            clock,
            tips,
            events,
            news: Vec::new(),
            template: None,
            looked_for_old,
        };
        Ok((worker, tip))
    }

    /// By what it is ended from now on.
    pub(super) fn is_ended_by(&mut self, cancel: Cancel) {
        self.control.cancel = cancel;
    }

    /// Answers until it is told to stop, or something fails.
    pub(super) fn run(mut self, inbox: &Receiver<Request>) -> Result<(), NodeError> {
        while !self.control.cancel.is_cancelled() {
            let first = match inbox.recv_timeout(TICK) {
                Ok(request) => Some(request),
                Err(RecvTimeoutError::Timeout) => None,
                Err(RecvTimeoutError::Disconnected) => break,
            };
            match self.turn(first, inbox) {
                Err(NodeError::Stopping) => break,
                turned => turned?,
            }
        }
        Ok(())
    }

    /// Does what was asked, and what the clock asks for; commits; and only then says so.
    fn turn(&mut self, first: Option<Request>, inbox: &Receiver<Request>) -> Result<(), NodeError> {
        let now = self.clock.now();
        self.chain.submit_ripe(now)?;
        let (mut answers, mut count, mut bytes) = (Vec::new(), 0, 0);
        let mut next = first;
        let mut quick = None;
        while let Some(request) = next {
            if !request.changes() {
                quick = Some(request);
                break;
            }
            count += 1;
            bytes += request.bytes();
            self.change(request, now, &mut answers)?;
            next =
                if count < TOGETHER_MAX && bytes < TOGETHER_BYTES_MAX { inbox.try_recv().ok() } else { None };
        }
        self.activate()?;
        if self.looked_for_old.elapsed() > OLD_EVERY {
            self.mempool.forget_old(&mut self.chain, now);
            self.looked_for_old = Instant::now();
        }
        let said = answers.into_iter().map(|answer| self.settle(answer)).collect::<Result<Vec<_>, _>>()?;
        self.chain.commit()?;
        self.publish()?;
        said.into_iter().for_each(Said::tell);
        quick.map_or(Ok(()), |request| self.answer(request))
    }

    fn verifier(&self) -> (Arc<Engine>, Control) {
        (Arc::clone(&self.engine), self.control.clone())
    }

    /// Takes a block, a header or a transaction, without committing anything.
    fn change(&mut self, request: Request, now: Time, answers: &mut Vec<Answer>) -> Result<(), Stop> {
        match request {
            Request::Block(block, reply) => {
                let id = block.id();
                let submitted = self.chain.submit_block(*block, now)?;
                answers.push(Answer::Block(id, submitted, reply));
            }
            Request::Header(header, reply) => {
                let submitted = self.chain.submit_header(&header, now)?;
                answers.push(Answer::Header(submitted, reply));
            }
            Request::Transaction(transaction, reply) => {
                // It is judged on the chain that those before it made.
                self.activate()?;
                let (engine, control) = self.verifier();
                let verifier = Verifier { engine: &engine, control: &control };
                let admitted = self.mempool.submit(&mut self.chain, *transaction, verifier, now)?;
                answers.push(Answer::Transaction(admitted.map_err(NodeError::from), reply));
            }
            _ => {}
        }
        Ok(())
    }

    /// Brings the chain to its best block, and the mempool with it.
    fn activate(&mut self) -> Result<(), Stop> {
        let (engine, control) = self.verifier();
        let verifier = Verifier { engine: &engine, control: &control };
        self.chain.activate(verifier)?;
        let steps = self.chain.take_steps();
        if steps.is_empty() {
            return Ok(());
        }
        self.mempool.follow(&mut self.chain, &steps, verifier)?;
        self.template = None;
        self.news.extend(steps.into_iter().map(Event::Step));
        Ok(())
    }

    /// What is to be told once the disk has it.
    fn settle(&mut self, answer: Answer) -> Result<Said, Stop> {
        Ok(match answer {
            Answer::Block(id, Submitted::Kept, reply) => Said::Block(self.chain.standing(&id)?, reply),
            Answer::Block(_, submitted, reply) | Answer::Header(submitted, reply) => {
                Said::Block(submitted, reply)
            }
            Answer::Transaction(admitted, reply) => {
                if let Ok(id) = &admitted {
                    self.news.push(Event::Transaction(*id));
                }
                Said::Transaction(admitted, reply)
            }
        })
    }

    fn publish(&mut self) -> Result<(), Stop> {
        let tip = self.chain.tip()?;
        self.tips.send_if_modified(|last| {
            let is_new = last.id != tip.id;
            *last = tip;
            is_new
        });
        for event in self.news.drain(..) {
            // Nobody may listen.
            let _ = self.events.send(event);
        }
        Ok(())
    }

    /// Answers what changes nothing.
    fn answer(&mut self, request: Request) -> Result<(), NodeError> {
        let (engine, control) = self.verifier();
        let verifier = Verifier { engine: &engine, control: &control };
        match request {
            Request::Template(payout, reply) => {
                let template = match self.template(payout) {
                    // No block can follow the last one: its time or its height is the last that there is.
                    Err(Stop::Fault(Fault::Rejected(why))) => Err(NodeError::Rejected(why)),
                    template => Ok(template?),
                };
                let _ = reply.send(template);
            }
            Request::Test(transaction, reply) => {
                let tested = self.mempool.test(&self.chain, *transaction, verifier)?;
                let _ = reply.send(tested.map_err(NodeError::from));
            }
            Request::Waiting(reply) => {
                let _ = reply.send(Ok(self.mempool.waiting().collect()));
            }
            Request::WaitingOne(id, reply) => {
                let _ = reply.send(Ok(self.mempool.get(&id).cloned()));
            }
            Request::NextSequence(account, reply) => {
                let row = self.chain.ledger().row::<Account>(&account).map_err(Stop::from)?;
                let on_chain = row.unwrap_or_default().sequence;
                let _ = reply.send(Ok(self.mempool.next_sequence(&account, on_chain)));
            }
            Request::Mempool(reply) => {
                let size = MempoolSize {
                    count: self.mempool.waiting().len() as u64,
                    weight: self.mempool.weight(),
                    weight_max: self.mempool.limits().weight_max,
                    changes: self.mempool.changes(),
                };
                let _ = reply.send(Ok(size));
            }
            Request::Block(..) | Request::Header(..) | Request::Transaction(..) | Request::Wake => {}
        }
        Ok(())
    }

    /// The block to mine: the same as long as nothing changes.
    fn template(&mut self, payout: Address) -> Result<Template, Stop> {
        let now = self.clock.now();
        let changes = self.mempool.changes();
        if let Some((to, template)) = &self.template
            && *to == payout
            && template.changes == changes
        {
            let mut template = template.clone();
            let time = now.0.max(template.time_min.0);
            template.block.header.time = u32::try_from(time).unwrap_or(template.block.header.time);
            return Ok(template);
        }
        let (engine, control) = self.verifier();
        let verifier = Verifier { engine: &engine, control: &control };
        let mut draft = self.chain.draft()?;
        let hopeless = self.mempool.fill(&mut draft, verifier)?;
        let (height, fees, weight) = (draft.height(), draft.fees(), draft.weight());
        let block = draft.finish(payout, now).map_err(Stop::Fault)?;
        self.mempool.forget(&mut self.chain, &hopeless);
        self.chain.commit()?;
        let target = block.header.target();
        let target = target.map_err(|error| Stop::Fault(Fault::Engine(error)))?;
        let time_min = Time(self.chain.tip()?.median_time().0 + 1);
        let function = self.chain.network().parameters().proof_of_work;
        let changes = self.mempool.changes();
        let template = Template { block, height, target, function, fees, weight, time_min, changes };
        self.template = Some((payout, template.clone()));
        Ok(template)
    }
}

/// What is told.
enum Said {
    Block(Submitted, Reply<Submitted>),
    Transaction(Result<Txid, NodeError>, Reply<Txid>),
}

impl Said {
    /// Whoever asked may have gone.
    fn tell(self) {
        match self {
            Said::Block(submitted, reply) => drop(reply.send(Ok(submitted))),
            Said::Transaction(admitted, reply) => drop(reply.send(admitted)),
        }
    }
}
