//! A search in pieces: ascending ranges, whose lowest hits are kept.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use super::piece::{Answer, Piece};
use super::spread::{Job, Wrong};
use super::worker::Worker;
use crate::backend::{Backend, Searched, Watch};
use crate::confirm::Confirm;
use crate::{Algorithm, Cancel, Found, Hit, OwnedSearch, Primitive, Search, Target};

/// Candidates of a decoy, and about how many hits are among them.
const DECOY: u128 = 1 << 14;
const DECOY_HITS: u128 = 16;
/// Pieces of a device from one decoy to the next.
const DECOY_EVERY: u64 = 16;
/// Hits hashed again between two looks at the cancel flag.
const CHECKED: usize = 1 << 10;

pub(super) struct SearchJob<'a> {
    search: &'a Search<'a>,
    owned: Arc<OwnedSearch>,
    confirm: Confirm<'a>,
    cpu: &'a dyn Backend,
    cancel: &'a Cancel,
    next: u128,
    /// No nonce from here on is needed.
    bound: u128,
    hits: Vec<Hit>,
    /// First nonces of the pieces given out and not answered, and where they end.
    undone: BTreeMap<u128, u128>,
    /// What each device was given and said.
    devices: BTreeMap<u64, Record>,
    /// Parts that are to be tried again: a device that did them is not believed any more.
    again: Vec<Range<u128>>,
}

/// What a device was given and said.
#[derive(Default)]
struct Record {
    /// Pieces.
    given: u64,
    /// Parts of the search that it did since it last found all that it should.
    unproven: Vec<Range<u128>>,
    /// It has a decoy before it, which proves what it had done when it was given out: these parts.
    trial: Option<Vec<Range<u128>>>,
}

impl Record {
    /// Parts that do not count yet.
    fn open(&self) -> impl Iterator<Item = &Range<u128>> {
        self.unproven.iter().chain(self.trial.iter().flatten())
    }

    /// Forgets what is not needed any more.
    fn retain_below(&mut self, bound: u128) {
        self.unproven.retain(|range| range.start < bound);
        if let Some(trial) = &mut self.trial {
            trial.retain(|range| range.start < bound);
        }
    }
}

impl<'a> SearchJob<'a> {
    pub(super) fn new(search: &'a Search<'a>, cpu: &'a dyn Backend, cancel: &'a Cancel) -> SearchJob<'a> {
        SearchJob {
            search,
            owned: Arc::new(OwnedSearch::new(search)),
            confirm: Confirm::new(search),
            cpu,
            cancel,
            next: search.range.start,
            bound: search.range.end,
            hits: Vec::new(),
            undone: BTreeMap::new(),
            devices: BTreeMap::new(),
            again: Vec::new(),
        }
    }

    /// What was found, and where to go on when not all was covered.
    pub(super) fn finish(mut self) -> Found {
        let undone = self.undone.keys().copied();
        let unproven = self.devices.values().flat_map(Record::open).map(|range| range.start);
        let lowest = undone.chain(unproven).min().unwrap_or(self.next);
        let resume = (lowest < self.bound).then_some(lowest);
        if let Some(resume) = resume {
            self.hits.retain(|hit| u128::from(hit.nonce) < resume);
        }
        self.settle();
        Found { hits: self.hits, resume }
    }

    /// Keeps the first hits, each once.
    fn settle(&mut self) {
        self.hits.sort_unstable();
        self.hits.dedup();
        self.hits.truncate(self.search.limit);
    }

    fn tries(&self) -> u128 {
        1 + self.search.siblings.len() as u128
    }

    /// A question that looks like any other, and of which the CPU knows the answer: a device that drops hits is found
    /// by those that it should have seen.
    /// `None` when cancelled meanwhile, or when the judge fails.
    fn decoy(&mut self, worker: &Worker) -> Option<Piece> {
        let given = record(&mut self.devices, worker).given;
        let number = given ^ self.next as u64;
        let field = self.search.nonce.end();
        let blocks = (self.search.message.len() - self.search.shared_from()) as u128 / 64 + 1;
        let nonces = (DECOY / self.tries() / blocks).clamp(1, field);
        // Among the nonces of the search, where there are as many.
        let Range { start, end } = self.search.range;
        let within = if end - start >= nonces { start..end } else { 0..field };
        let place =
            u128::from(number.wrapping_mul(0x9e37_79b9_7f4a_7c15)) % (within.end - within.start - nonces + 1);
        let range = within.start + place..within.start + place + nonces;
        let bits = (nonces * self.tries() / DECOY_HITS).max(1).ilog2();
        let target = Target::from_zero_bits(bits).expect("few bits");
        let limit = (nonces * self.tries()) as usize;
        let question = Search { range: range.clone(), target, limit, ..self.search.clone() };
        let known = self.cpu.search(&question, range.clone(), &Watch::new(self.cancel, None)).ok()?;
        if known.resume.is_some() {
            return None;
        }
        let record = record(&mut self.devices, worker);
        record.trial = Some(std::mem::take(&mut record.unproven));
        Some(Piece::Search { search: Arc::new(OwnedSearch::new(&question)), range, decoy: Some(known.hits) })
    }

    /// Whether a device found all that it should in a decoy, and nothing else.
    fn judge(&mut self, worker: &Worker, known: &[Hit], searched: &Searched) -> Result<(), Wrong> {
        if searched.resume.is_some() {
            // Cut short: it says nothing.
            return Ok(());
        }
        worker.count_checked(known.len() as u64);
        if let Some(hit) = known.iter().find(|hit| !searched.hits.contains(hit)) {
            return Err(format!("nonce {} of a search was planted and not found", hit.nonce).into());
        }
        if searched.hits != known {
            return Err("more hits than there are".into());
        }
        record(&mut self.devices, worker).trial = None;
        Ok(())
    }
}

fn record<'a>(devices: &'a mut BTreeMap<u64, Record>, worker: &Worker) -> &'a mut Record {
    devices.entry(worker.number).or_default()
}

impl Job for SearchJob<'_> {
    fn kind(&self) -> (Primitive, Algorithm) {
        (Primitive::Search, Algorithm::Hash(self.search.function))
    }

    fn left(&self) -> u64 {
        let again: u128 = self.again.iter().map(|range| range.end - range.start).sum();
        let nonces = self.bound.saturating_sub(self.next) + again;
        let proofs = self.devices.values().filter(|record| record.open().next().is_some()).count() as u128;
        u64::try_from(nonces.saturating_mul(self.tries()).saturating_add(proofs)).unwrap_or(u64::MAX)
    }

    fn expected(&self) -> f64 {
        let Search { target, limit, .. } = self.search;
        let digits = target.to_be_bytes();
        let (first, _) = digits.split_first_chunk().expect("32 bytes are more than 8");
        let share = (u64::from_be_bytes(*first) as f64 + 1.0) / 2f64.powi(64);
        (self.search.candidates() as f64).min(*limit as f64 / share)
    }

    fn next(&mut self, worker: &Worker, work: u64) -> Option<Piece> {
        let bound = self.bound;
        self.again.retain(|range| range.start < bound);
        let nothing_left = self.next >= bound && self.again.is_empty();
        if !worker.is_judge {
            let record = record(&mut self.devices, worker);
            record.retain_below(bound);
            let due = if nothing_left {
                // What it did last is believed when it has proved itself once more.
                !record.unproven.is_empty()
            } else {
                record.given += 1;
                record.given % DECOY_EVERY == 1
            };
            if due && record.trial.is_none() {
                let decoy = self.decoy(worker);
                if decoy.is_some() || self.cancel.is_cancelled() {
                    return decoy;
                }
                // A judge that fails proves nothing, one way or the other.
                self::record(&mut self.devices, worker).unproven.clear();
            }
        }
        if nothing_left {
            return None;
        }
        let range = match self.again.pop() {
            Some(range) => range,
            None => {
                let nonces = (u128::from(work) / self.tries()).max(1);
                let range = self.next..self.bound.min(self.next + nonces);
                self.next = range.end;
                self.undone.insert(range.start, range.end);
                range
            }
        };
        Some(Piece::Search { search: Arc::clone(&self.owned), range, decoy: None })
    }

    fn accept(&mut self, worker: &Worker, piece: &Piece, answer: Answer) -> Result<(), Wrong> {
        let (Piece::Search { range, decoy, .. }, Answer::Search(searched)) = (piece, answer) else {
            return Err("an answer to another question".into());
        };
        if let Some(decoy) = decoy {
            return self.judge(worker, decoy, &searched);
        }
        let ascending = searched.hits.is_sorted_by(|a, b| (a.nonce, a.message) < (b.nonce, b.message));
        if !ascending || searched.hits.len() > self.search.limit {
            let count = searched.hits.len();
            return Err(format!("{count} hits of a search are not the first ones, ascending").into());
        }
        worker.count_checked(searched.hits.len() as u64);
        for (index, hit) in searched.hits.iter().enumerate() {
            if index % CHECKED == CHECKED - 1 && self.cancel.is_cancelled() {
                // What was not hashed again stays undone.
                return Ok(());
            }
            let inside = range.contains(&u128::from(hit.nonce));
            if !inside || self.confirm.hit(hit.nonce, hit.message) != Some(*hit) {
                return Err(format!("nonce {} of a search does not meet the target", hit.nonce).into());
            }
        }
        self.undone.remove(&range.start);
        if let Some(resume) = searched.resume.filter(|&resume| resume < range.end) {
            self.undone.insert(resume, range.end);
        }
        if !worker.is_judge {
            record(&mut self.devices, worker).unproven.push(range.clone());
        }
        self.hits.extend(searched.hits);
        if self.hits.len() >= self.search.limit {
            self.settle();
        }
        if self.hits.len() >= self.search.limit {
            self.bound = self.bound.min(u128::from(self.hits[self.search.limit - 1].nonce) + 1);
        }
        Ok(())
    }

    fn doubt(&mut self, worker: &Worker) {
        let Some(record) = self.devices.get_mut(&worker.number) else { return };
        let trial = record.trial.take().unwrap_or_default();
        for range in record.unproven.drain(..).chain(trial) {
            self.undone.insert(range.start, range.end);
            self.again.push(range);
        }
        // The next piece it gets, if any, is a decoy again.
        record.given = 0;
    }

    fn is_needless(&self, piece: &Piece) -> bool {
        match piece {
            // Of a job that is done: nobody has anything to prove any more.
            Piece::Search { decoy: Some(_), .. } => {
                let undone = self.undone.keys().next().is_some_and(|&first| first < self.bound);
                !undone && self.left() == 0
            }
            Piece::Search { range, .. } => range.start >= self.bound,
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cpu::Cpu;
    use crate::{Device, DeviceKind, Digest, Error, HashFunction, Walk};

    /// A device of which only the name is asked.
    struct Named(Device);

    impl Backend for Named {
        fn device(&self) -> &Device {
            &self.0
        }
        fn path(&self, _: HashFunction) -> String {
            unreachable!("nobody asks")
        }
        fn search(&self, _: &Search<'_>, _: Range<u128>, _: &Watch<'_>) -> Result<Searched, Error> {
            unreachable!("nobody asks")
        }
        fn walk(&self, _: &Walk<'_>, _: &mut [[u8; 32]], _: &Watch<'_>) -> Result<(), Error> {
            unreachable!("nobody asks")
        }
        fn digest(&self, _: &Digest<'_>, _: &mut [[u8; 32]], _: &Watch<'_>) -> Result<(), Error> {
            unreachable!("nobody asks")
        }
    }

    #[test]
    fn what_a_doubtful_device_did_since_it_was_proven_is_tried_again() {
        let cpu = Cpu::new(Some(1), None).expect("a CPU");
        let device = Device { kind: DeviceKind::Gpu, ..Cpu::describe() };
        let worker = Worker::new(Arc::new(Named(device)), false);
        let header = crate::proof::header::Header::GENESIS;
        let search = header.search(0..1 << 20, Target::from_zero_bits(16).expect("few bits"), 1_000);
        let search = search.as_search();
        let never = Cancel::default();
        let mut job = SearchJob::new(&search, &cpu, &never);
        let none = || Answer::Search(Searched::default());
        let is_decoy = |piece: &Piece| matches!(piece, Piece::Search { decoy: Some(_), .. });

        let decoy = job.next(&worker, 1_000).expect("a piece");
        assert!(is_decoy(&decoy));
        assert!(job.accept(&worker, &decoy, none()).is_err(), "the decoy has hits");
        let Piece::Search { decoy: Some(known), .. } = &decoy else { unreachable!("it is a decoy") };
        let hits = Searched { hits: known.clone(), resume: None };
        assert_eq!(job.accept(&worker, &decoy, Answer::Search(hits)), Ok(()));

        // All of the range in two pieces, whose hits it keeps to itself.
        for work in [1 << 19, u64::MAX] {
            let piece = job.next(&worker, work).expect("a piece");
            assert!(!is_decoy(&piece));
            assert_eq!(job.accept(&worker, &piece, none()), Ok(()));
        }
        // All is tried, but not proven.
        assert_eq!(job.left(), 1);
        let closing = job.next(&worker, 1).expect("a piece");
        assert!(is_decoy(&closing) && job.next(&worker, 1).is_none());
        assert!(job.accept(&worker, &closing, none()).is_err());
        job.doubt(&worker);
        assert_eq!(job.left(), 1 << 20);

        let mut decoys = Vec::new();
        while let Some(piece) = job.next(&worker, 1) {
            let said = piece.run(&cpu, Vec::new(), &Watch::new(&never, None)).expect("hits");
            assert_eq!(job.accept(&worker, &piece, said), Ok(()));
            decoys.push(is_decoy(&piece));
        }
        // It has to prove itself again, at the beginning and at the end.
        assert_eq!(decoys, [true, false, false, true]);
        assert_eq!(job.left(), 0);
        let right = cpu.search(&search, search.range.clone(), &Watch::new(&never, None)).expect("hits");
        assert_eq!(job.finish(), Found { hits: right.hits, resume: None });
    }

    #[test]
    fn a_decoy_proves_only_what_was_answered_when_it_was_given_out() {
        let cpu = Cpu::new(Some(1), None).expect("a CPU");
        let device = Device { kind: DeviceKind::Gpu, ..Cpu::describe() };
        let worker = Worker::new(Arc::new(Named(device)), false);
        let header = crate::proof::header::Header::GENESIS;
        let search = header.search(0..1 << 16, Target::from_zero_bits(10).expect("few bits"), 1_000);
        let (search, never) = (search.as_search(), Cancel::default());
        let mut job = SearchJob::new(&search, &cpu, &never);
        let decoy = job.next(&worker, 1).expect("a decoy");
        let piece = job.next(&worker, u64::MAX).expect("a piece");
        // On another lane the piece is done, badly, before the decoy is.
        assert_eq!(job.accept(&worker, &piece, Answer::Search(Searched::default())), Ok(()));
        let known = decoy.run(&cpu, Vec::new(), &Watch::new(&never, None)).expect("hits");
        assert_eq!(job.accept(&worker, &decoy, known), Ok(()));
        assert_eq!(job.left(), 1, "the piece is still to be proven");
        assert_eq!(job.finish(), Found { hits: Vec::new(), resume: Some(0) });
    }
}
