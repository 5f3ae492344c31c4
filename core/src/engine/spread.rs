//! One job on several devices: pieces handed out by measured rate, answers checked, pieces of devices that fail given
//! to the others.

use std::collections::{BTreeMap, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

use super::piece::{Answer, Piece};
use super::worker::{Order, Reply, Strike, Unsent, Worker};
use crate::backend::Searched;
use crate::{Algorithm, Cancel, Control, Disagreement, Error, Primitive, Share};

/// How long a piece should take.
const PIECE: Duration = Duration::from_millis(250);
/// How long it should take at least.
const LEAST: Duration = Duration::from_millis(10);
/// Time between two looks at the cancel flag and at deadlines.
const LOOK: Duration = Duration::from_millis(5);
/// A job that takes so long is worth a few seconds of finding out how it is done fastest.
const LONG_SECONDS: f64 = 60.0;
/// How long a cancelled call waits for what its devices have covered.
const FAREWELL: Duration = Duration::from_millis(35);

/// A job that comes in pieces.
pub(super) trait Job {
    /// What is asked.
    fn kind(&self) -> (Primitive, Algorithm);
    /// Work that nobody has taken yet; not 0 as long as anything is to be handed out.
    fn left(&self) -> u64;
    /// Work that is to be expected at the beginning.
    fn expected(&self) -> f64 {
        self.left() as f64
    }
    /// A further piece of about so much work for this device, and the work in it.
    fn next(&mut self, worker: &Worker, work: u64) -> Option<Piece>;
    /// Takes an answer in, or says what is wrong with it.
    fn accept(&mut self, worker: &Worker, piece: &Piece, answer: Answer) -> Result<(), Wrong>;
    /// A device gave a wrong answer, or none: what else it said lately must be asked again.
    fn doubt(&mut self, _: &Worker) {}
    /// Whether a piece is not needed any more.
    fn is_needless(&self, piece: &Piece) -> bool;
    /// Memory for an answer, of any length.
    fn memory(&mut self) -> Vec<[u8; 32]> {
        Vec::new()
    }
    /// Takes back the memory of a piece that is done.
    fn recycle(&mut self, _: Piece) {}
}

/// What is wrong with an answer.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Wrong {
    pub(super) what: String,
    /// Of values or messages: which of the piece's.
    pub(super) place: usize,
}

impl<T: Into<String>> From<T> for Wrong {
    fn from(what: T) -> Wrong {
        Wrong { what: what.into(), place: 0 }
    }
}

/// Who is told of wrong answers.
pub(crate) type Listener = dyn Fn(&Disagreement) + Send + Sync;

/// A piece that a device has.
struct Out {
    worker: usize,
    piece: Arc<Piece>,
}

/// What a device has done since it last had nothing to do.
#[derive(Clone, Copy, Default)]
struct Busy {
    since: Option<Instant>,
    done: u64,
    /// The last sign of life that it gave, and when that was seen first.
    pulse: Option<(u64, Instant)>,
}

/// Runs a job on these devices; when none of them is left, on the last resort. Says what each did, and whether the job
/// is done: one that was cancelled has taken in what was covered in time.
pub(super) fn run(
    job: &mut dyn Job,
    workers: &[Arc<Worker>],
    last_resort: &Arc<Worker>,
    listener: Option<&Listener>,
    control: &Control,
) -> Result<(Vec<Share>, bool), Error> {
    let (reply, replies) = channel();
    let mut spread = Spread {
        kind: job.kind(),
        expected: job.expected(),
        job,
        workers: workers.to_vec(),
        refused: vec![false; workers.len()],
        busy: vec![Busy::default(); workers.len()],
        listener,
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
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => unreachable!("we hold a sender"),
        }
        spread.give_up_on_late_ones();
    }
    let done = spread.is_done();
    Ok((std::mem::take(&mut spread.shares), done))
}

/// A job under way.
struct Spread<'a> {
    kind: (Primitive, Algorithm),
    expected: f64,
    job: &'a mut dyn Job,
    workers: Vec<Arc<Worker>>,
    /// Which of them turned out not to be able to do it.
    refused: Vec<bool>,
    busy: Vec<Busy>,
    listener: Option<&'a Listener>,
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

    /// Devices that may be given something.
    fn usable(&self) -> impl Iterator<Item = usize> {
        (0..self.workers.len()).filter(|&index| self.workers[index].is_trusted() && !self.refused[index])
    }

    fn see_to_workers(&mut self, last_resort: &Arc<Worker>) -> Result<(), Error> {
        // One may have fallen into disgrace in another call.
        for worker in self.workers.iter().filter(|worker| !worker.is_trusted()) {
            self.job.doubt(worker);
        }
        if self.usable().next().is_some() {
            return Ok(());
        }
        if !last_resort.is_trusted() {
            let device = last_resort.device();
            let what = format!("was the last one, and failed: {}", device.reason.unwrap_or_default());
            return Err(Error::Device { device: device.id, what });
        }
        if self.workers.iter().any(|worker| worker.number == last_resort.number) {
            let what = "was the last one, and refused".to_owned();
            return Err(Error::Refused { device: last_resort.device().id, what });
        }
        self.workers.push(Arc::clone(last_resort));
        self.refused.push(false);
        self.busy.push(Busy::default());
        Ok(())
    }

    /// Gives every device as many pieces as it should have before it.
    fn hand_out(&mut self) {
        let rate = |worker: &Worker| worker.rate(self.kind);
        let usable: Vec<usize> = self.usable().collect();
        let rates: Vec<f64> = usable.iter().map(|&index| rate(&self.workers[index])).collect();
        let together: f64 = rates.iter().sum();
        let mut hungry: Vec<(usize, f64)> = usable.into_iter().zip(rates).collect();
        // One piece each in turn, so that a job of few pieces is shared.
        while !hungry.is_empty() {
            hungry.retain(|&(index, rate)| {
                // One for each of its threads to work on, and one to go on with.
                let queue = self.workers[index].lanes + 1;
                // Towards the end smaller pieces, so that all are done at the same time; but none too small to pay.
                let fair = self.job.left() as f64 * rate / together / queue as f64;
                let least = (rate * LEAST.as_secs_f64()).max(1.0);
                let work = (rate * PIECE.as_secs_f64()).min(fair).max(least) as u64;
                self.pieces_of(index) < queue && self.hand(index, work)
            });
        }
    }

    /// Gives a device a piece of about so much work. Whether there was one, and its thread to take it.
    fn hand(&mut self, index: usize, work: u64) -> bool {
        let returned = self.back.pop_front();
        let piece = returned.or_else(|| self.job.next(&self.workers[index], work).map(Arc::new));
        piece.is_some_and(|piece| self.send(index, piece))
    }

    /// How many pieces a device has before it.
    fn pieces_of(&self, index: usize) -> usize {
        self.out.values().filter(|out| out.worker == index).count()
    }

    /// Sends a piece to a device. Whether its thread is there to take it.
    fn send(&mut self, index: usize, piece: Arc<Piece>) -> bool {
        let worker = &self.workers[index];
        self.given += 1;
        let progress = self.control.progress.as_ref();
        let rate = worker.rate(self.kind);
        let sent = worker.send(Order {
            id: self.given,
            piece: Arc::clone(&piece),
            memory: self.job.memory(),
            cancel: self.cancel.clone(),
            // A decoy is no progress.
            meter: progress
                .filter(|_| !piece.is_decoy())
                .map(|progress| progress.meter(&worker.backend().device().id)),
            long: self.expected / rate > LONG_SECONDS,
            reply: self.reply.clone(),
        });
        if let Err(unsent) = sent {
            match unsent {
                Unsent::Ended => worker.quarantine("its thread has ended".to_owned()),
                // There may be one for the next job.
                Unsent::NoThread => self.refused[index] = true,
            }
            self.give_back(index, piece);
            return false;
        }
        if self.pieces_of(index) == 0 {
            self.busy[index] = Busy::default();
        }
        self.out.insert(self.given, Out { worker: index, piece });
        true
    }

    fn take(&mut self, reply: Reply) {
        // What came too late was given to somebody else.
        let Some(Out { worker: index, piece, .. }) = self.out.remove(&reply.id) else { return };
        let worker = Arc::clone(&self.workers[index]);
        worker.count_checked(reply.checked);
        let wrong = match reply.answer {
            Ok(Answer::Search(Searched { resume: Some(_), .. })) if !self.cancel.is_cancelled() => {
                Err("a search was not finished".into())
            }
            Ok(answer) => self.job.accept(&worker, &piece, answer),
            Err(Error::Cancelled) if self.cancel.is_cancelled() => {
                // It is not done, and nobody will do it.
                self.back.extend((!piece.is_decoy()).then_some(piece));
                return;
            }
            Err(Error::Refused { .. }) => {
                self.refused[index] = true;
                self.give_back(index, piece);
                return;
            }
            Err(Error::WrongAnswer { what, .. }) => Err(what.into()),
            Err(error) => {
                worker.strike(Strike::Failed, &error.to_string());
                self.give_back(index, piece);
                return;
            }
        };
        if let Err(Wrong { what, place }) = wrong {
            worker.strike(Strike::Wrong, &what);
            if let Some(listener) = self.listener {
                let (device, path) = (worker.backend().device().clone(), reply.share.path);
                let kernels = || piece.with_question(|question| worker.backend().kernels(question));
                let kernels = catch_unwind(AssertUnwindSafe(kernels)).unwrap_or_default();
                listener(&Disagreement { device, path, kernels, what, case: piece.case(place) });
            }
            self.give_back(index, piece);
            return;
        }
        if piece.is_decoy() {
            return;
        }
        let busy = &mut self.busy[index];
        // Not from when it was asked: it may have had to make something ready.
        let since = *busy.since.get_or_insert_with(|| Instant::now() - reply.took);
        busy.done += reply.share.done;
        worker.learn(self.kind, busy.done, since.elapsed());
        if let Ok(piece) = Arc::try_unwrap(piece) {
            self.job.recycle(piece);
        }
        crate::job::add_shares(&mut self.shares, &[reply.share]);
    }

    /// Has a piece done by somebody else, and all that the device has or did lately: it is as doubtful.
    fn give_back(&mut self, index: usize, piece: Arc<Piece>) {
        self.back.extend((!piece.is_decoy()).then_some(piece));
        self.withdraw(index);
    }

    /// Takes everything back from a device.
    fn withdraw(&mut self, index: usize) {
        self.job.doubt(&self.workers[index]);
        let back = &mut self.back;
        self.out.retain(|_, out| {
            let others = out.worker != index;
            if !others && !out.piece.is_decoy() {
                back.push_back(Arc::clone(&out.piece));
            }
            others
        });
    }

    fn give_up_on_late_ones(&mut self) {
        for index in 0..self.workers.len() {
            let worker = &self.workers[index];
            // The judge is not judged: there is nobody to do its work.
            if worker.is_judge || self.pieces_of(index) == 0 {
                continue;
            }
            let now = worker.pulse();
            match self.busy[index].pulse {
                Some((then, since)) if then == now => {
                    if since.elapsed() > worker.patience {
                        worker.late(since.elapsed());
                        self.withdraw(index);
                    }
                }
                _ => self.busy[index].pulse = Some((now, Instant::now())),
            }
        }
    }
}

impl Drop for Spread<'_> {
    /// What is still under way is not needed.
    fn drop(&mut self) {
        self.cancel.cancel();
    }
}
