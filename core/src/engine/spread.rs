//! One job on several devices: pieces handed out by measured rate, answers checked, pieces of devices that fail given
//! to the others.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

use super::piece::{Answer, Piece};
use super::worker::{Order, Reply, Worker};
use crate::{Cancel, Control, Error, HashFunction, Primitive, Share};

/// Pieces that a device has before it: one to work on, one to go on with.
const QUEUE: usize = 2;
/// How long a piece should take.
const PIECE: Duration = Duration::from_millis(250);
/// How long it should take at least.
const LEAST: Duration = Duration::from_millis(10);
/// Time between two looks at the cancel flag and at deadlines.
const LOOK: Duration = Duration::from_millis(5);
/// How long a cancelled call waits for what its devices have covered.
const FAREWELL: Duration = Duration::from_millis(35);

/// A job that comes in pieces.
pub(super) trait Job {
    /// What is asked.
    fn kind(&self) -> (Primitive, HashFunction);
    /// Work that nobody has taken yet.
    fn left(&self) -> u64;
    /// A further piece of about so much work for this device, and the work in it.
    fn next(&mut self, worker: &Worker, work: u64) -> Option<Piece>;
    /// Takes an answer in, or says what is wrong with it.
    fn accept(&mut self, worker: &Worker, piece: &Piece, answer: Answer) -> Result<(), String>;
    /// A device gave a wrong answer: what else it said lately must be asked again.
    fn doubt(&mut self, _: &Worker) {}
    /// Whether a piece is not needed any more.
    fn is_needless(&self, piece: &Piece) -> bool;
}

/// A piece that a device has.
struct Out {
    worker: usize,
    piece: Arc<Piece>,
    since: Instant,
}

/// Runs a job on these devices; when none of them is left, on the last resort. Says what each did, and whether the job
/// is done: one that was cancelled has taken in what was covered in time.
pub(super) fn run(
    job: &mut dyn Job,
    workers: &[Arc<Worker>],
    last_resort: &Arc<Worker>,
    control: &Control,
) -> Result<(Vec<Share>, bool), Error> {
    let (reply, replies) = channel();
    let mut spread = Spread {
        kind: job.kind(),
        job,
        workers: workers.to_vec(),
        control,
        cancel: Cancel::default(),
        reply,
        back: VecDeque::new(),
        out: BTreeMap::new(),
        given: 0,
        shares: Vec::new(),
    };
    let mut cancelled: Option<Instant> = None;
    while !spread.is_done() {
        if cancelled.is_none() && control.cancel.is_cancelled() {
            spread.cancel.cancel();
            cancelled = Some(Instant::now());
        }
        match cancelled {
            Some(since) if spread.out.is_empty() || since.elapsed() > FAREWELL => break,
            Some(_) => {}
            None => {
                spread.see_to_workers(last_resort)?;
                spread.hand_out();
            }
        }
        match replies.recv_timeout(LOOK) {
            Ok(reply) => spread.take(reply),
            Err(RecvTimeoutError::Timeout) => spread.give_up_on_late_ones(),
            Err(RecvTimeoutError::Disconnected) => unreachable!("we hold a sender"),
        }
    }
    // What is still under way is not needed.
    spread.cancel.cancel();
    let done = spread.is_done();
    Ok((spread.shares, done))
}

/// A job under way.
struct Spread<'a> {
    kind: (Primitive, HashFunction),
    job: &'a mut dyn Job,
    workers: Vec<Arc<Worker>>,
    control: &'a Control,
    /// Ends what is under way.
    cancel: Cancel,
    reply: Sender<Reply>,
    /// Pieces that a device has not done.
    back: VecDeque<Arc<Piece>>,
    /// Pieces that devices have, by their numbers.
    out: BTreeMap<u64, Out>,
    given: u64,
    shares: Vec<Share>,
}

impl Spread<'_> {
    /// Whether all is done. Forgets what is not needed any more.
    fn is_done(&mut self) -> bool {
        self.back.retain(|piece| !self.job.is_needless(piece));
        self.out.retain(|_, out| !self.job.is_needless(&out.piece));
        self.out.is_empty() && self.back.is_empty() && self.job.left() == 0
    }

    fn see_to_workers(&mut self, last_resort: &Arc<Worker>) -> Result<(), Error> {
        if self.workers.iter().any(|worker| worker.is_trusted()) {
            return Ok(());
        }
        if !last_resort.is_trusted() {
            let device = last_resort.device();
            let what = format!("was the last one, and failed: {}", device.reason.unwrap_or_default());
            return Err(Error::Device { device: device.id, what });
        }
        self.workers.push(Arc::clone(last_resort));
        Ok(())
    }

    /// Gives every device as many pieces as it should have before it.
    fn hand_out(&mut self) {
        let rate = |worker: &Worker| worker.rate(self.kind.0, self.kind.1);
        let trusted: Vec<usize> =
            (0..self.workers.len()).filter(|&index| self.workers[index].is_trusted()).collect();
        let rates: Vec<f64> = trusted.iter().map(|&index| rate(&self.workers[index])).collect();
        let together: f64 = rates.iter().sum();
        for (index, rate) in trusted.into_iter().zip(rates) {
            while self.out.values().filter(|out| out.worker == index).count() < QUEUE {
                // Towards the end smaller pieces, so that all are done at the same time; but none too small to pay.
                let fair = self.job.left() as f64 * rate / together / QUEUE as f64;
                let least = (rate * LEAST.as_secs_f64()).max(1.0);
                let work = (rate * PIECE.as_secs_f64()).min(fair).max(least) as u64;
                let returned = self.back.pop_front();
                let Some(piece) =
                    returned.or_else(|| self.job.next(&self.workers[index], work).map(Arc::new))
                else {
                    break;
                };
                if !self.send(index, piece) {
                    break;
                }
            }
        }
    }

    /// Sends a piece to a device. Whether its thread is there to take it.
    fn send(&mut self, index: usize, piece: Arc<Piece>) -> bool {
        let worker = &self.workers[index];
        self.given += 1;
        let progress = self.control.progress.as_ref();
        let sent = worker.send(Order {
            id: self.given,
            piece: Arc::clone(&piece),
            cancel: self.cancel.clone(),
            meter: progress.map(|progress| progress.meter(&worker.backend.device().id)),
            reply: self.reply.clone(),
        });
        if sent {
            self.out.insert(self.given, Out { worker: index, piece, since: Instant::now() });
        } else {
            worker.quarantine("its thread has ended".to_owned());
            self.back.push_front(piece);
        }
        sent
    }

    fn take(&mut self, reply: Reply) {
        // What came too late was given to somebody else.
        let Some(Out { worker: index, piece, .. }) = self.out.remove(&reply.id) else { return };
        let worker = Arc::clone(&self.workers[index]);
        let wrong = match reply.answer {
            Ok(answer) => self.job.accept(&worker, &piece, answer).err(),
            Err(Error::Cancelled) => {
                self.back.push_back(piece);
                return;
            }
            Err(error) => Some(error.to_string()),
        };
        if let Some(what) = wrong {
            worker.strike(&what);
            self.job.doubt(&worker);
            self.back.push_back(piece);
            // What else it has under way is as doubtful.
            self.withdraw(index);
            return;
        }
        let (primitive, function) = self.kind;
        worker.learn(primitive, function, reply.done, reply.took);
        let device = worker.backend.device();
        let share = Share {
            id: device.id.clone(),
            name: device.name.clone(),
            path: reply.path.unwrap_or_else(|| worker.backend.path(function)),
            done: reply.done,
            dispatches: reply.dispatches,
        };
        crate::job::add_shares(&mut self.shares, &[share]);
    }

    /// Takes everything back from a device.
    fn withdraw(&mut self, index: usize) {
        let back = &mut self.back;
        self.out.retain(|_, out| {
            let others = out.worker != index;
            if !others {
                back.push_back(Arc::clone(&out.piece));
            }
            others
        });
    }

    fn give_up_on_late_ones(&mut self) {
        let late = |out: &Out| out.since.elapsed() > self.workers[out.worker].backend.patience();
        let late: Vec<(usize, Duration)> =
            self.out.values().filter(|out| late(out)).map(|out| (out.worker, out.since.elapsed())).collect();
        for (index, waited) in late {
            self.workers[index].quarantine(format!("no answer within {waited:.1?}"));
            self.withdraw(index);
        }
    }
}
