//! A search in pieces: ascending ranges, whose lowest hits are kept.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use super::piece::{Answer, OwnedSearch, Piece};
use super::spread::Job;
use super::worker::Worker;
use crate::backend::{Backend, Watch};
use crate::confirm::Confirm;
use crate::{Cancel, Found, HashFunction, Hit, Primitive, Search, Target};

/// Candidates of a decoy, and the zero bits of its target: about sixteen hits.
const DECOY: u128 = 1 << 14;
const DECOY_BITS: u32 = 10;
/// Pieces of a device from one decoy to the next.
const DECOY_EVERY: u64 = 64;

pub(super) struct SearchJob<'a> {
    search: &'a Search<'a>,
    owned: Arc<OwnedSearch>,
    confirm: Confirm<'a>,
    cpu: &'a dyn Backend,
    next: u128,
    /// No nonce from here on is needed.
    bound: u128,
    hits: Vec<Hit>,
    /// First nonces of the pieces given out and not answered, and where they end.
    undone: BTreeMap<u128, u128>,
    /// What each device was given and said.
    devices: BTreeMap<String, Record>,
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
}

impl<'a> SearchJob<'a> {
    pub(super) fn new(search: &'a Search<'a>, cpu: &'a dyn Backend) -> SearchJob<'a> {
        SearchJob {
            search,
            owned: Arc::new(OwnedSearch::new(search)),
            confirm: Confirm::new(search),
            cpu,
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
        let lowest = self.undone.keys().next().copied().unwrap_or(self.next);
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
    fn decoy(&self, number: u64) -> Option<Piece> {
        let nonces = (DECOY / self.tries()).max(1);
        let room = (self.search.range.end - self.search.range.start).checked_sub(nonces)?;
        let place = u128::from(number.wrapping_mul(0x9e37_79b9_7f4a_7c15)) % (room + 1);
        let first = self.search.range.start + place;
        let range = first..first + nonces;
        let target = Target::from_zero_bits(DECOY_BITS).expect("few bits");
        let question = Search { range: range.clone(), target, limit: DECOY as usize, ..self.search.clone() };
        let never = Cancel::default();
        let known = self.cpu.search(&question, range.clone(), &Watch::new(&never, None)).ok()?.hits;
        Some(Piece::Search { search: Arc::new(OwnedSearch::new(&question)), range, known: Some(known) })
    }
}

impl Job for SearchJob<'_> {
    fn kind(&self) -> (Primitive, HashFunction) {
        (Primitive::Search, self.search.function)
    }

    fn left(&self) -> u64 {
        let again: u128 = self.again.iter().map(|range| range.end - range.start).sum();
        let nonces = self.bound.saturating_sub(self.next) + again;
        u64::try_from(nonces.saturating_mul(self.tries())).unwrap_or(u64::MAX)
    }

    fn next(&mut self, worker: &Worker, work: u64) -> Option<Piece> {
        let bound = self.bound;
        self.again.retain(|range| range.start < bound);
        if self.next >= self.bound && self.again.is_empty() {
            return None;
        }
        if !worker.is_cpu() {
            let record = self.devices.entry(worker.backend.device().id.clone()).or_default();
            record.given += 1;
            let number = record.given;
            if number % DECOY_EVERY == 1
                && let Some(decoy) = self.decoy(number ^ self.next as u64)
            {
                return Some(decoy);
            }
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
        Some(Piece::Search { search: Arc::clone(&self.owned), range, known: None })
    }

    fn accept(&mut self, worker: &Worker, piece: &Piece, answer: Answer) -> Result<(), String> {
        let (Piece::Search { range, known, .. }, Answer::Search(searched)) = (piece, answer) else {
            return Err("an answer to another question".to_owned());
        };
        if let Some(known) = known {
            let missed = known.iter().find(|hit| !searched.hits.contains(hit));
            return match missed {
                Some(hit) if searched.resume.is_none() => {
                    Err(format!("nonce {} of a search was planted and not found", hit.nonce))
                }
                _ if searched.hits.len() > known.len() => Err("more hits than there are".to_owned()),
                _ => {
                    self.devices.entry(worker.backend.device().id.clone()).or_default().unproven.clear();
                    Ok(())
                }
            };
        }
        let ascending = searched.hits.is_sorted_by(|a, b| (a.nonce, a.message) < (b.nonce, b.message));
        if !ascending || searched.hits.len() > self.search.limit {
            return Err(format!(
                "{} hits of a search are not the first ones, ascending",
                searched.hits.len()
            ));
        }
        for hit in &searched.hits {
            let inside = range.contains(&u128::from(hit.nonce));
            if !inside || self.confirm.hit(hit.nonce, hit.message) != Some(*hit) {
                return Err(format!("nonce {} of a search does not meet the target", hit.nonce));
            }
        }
        self.undone.remove(&range.start);
        if let Some(resume) = searched.resume.filter(|&resume| resume < range.end) {
            self.undone.insert(resume, range.end);
        }
        if let Some(record) = self.devices.get_mut(&worker.backend.device().id) {
            record.unproven.push(range.clone());
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
        let Some(record) = self.devices.get_mut(&worker.backend.device().id) else { return };
        for range in record.unproven.drain(..) {
            self.undone.insert(range.start, range.end);
            self.again.push(range);
        }
        // The next piece it gets, if any, is a decoy again.
        record.given = 0;
    }

    fn is_needless(&self, piece: &Piece) -> bool {
        match piece {
            Piece::Search { known: Some(_), .. } => {
                let undone = self.undone.keys().next().is_some_and(|&first| first < self.bound);
                self.next >= self.bound && self.again.is_empty() && !undone
            }
            Piece::Search { range, .. } => range.start >= self.bound,
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backend::Searched;
    use crate::cpu::Cpu;
    use crate::{Device, DeviceKind, Digest, Error, Walk};

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
        fn walk(&self, _: &Walk<'_>, _: &Watch<'_>) -> Result<Vec<[u8; 32]>, Error> {
            unreachable!("nobody asks")
        }
        fn digest(&self, _: &Digest<'_>, _: &Watch<'_>) -> Result<Vec<[u8; 32]>, Error> {
            unreachable!("nobody asks")
        }
    }

    #[test]
    fn what_a_doubtful_device_did_since_it_was_proven_is_tried_again() {
        let cpu = Cpu::new(Some(1), None).expect("a CPU");
        let device = Device { kind: DeviceKind::Gpu, ..Cpu::describe() };
        let worker = Worker::new(Arc::new(Named(device))).expect("a thread");
        let header = crate::proof::header::Header::GENESIS;
        let search = header.search(0..1 << 20, Target::from_zero_bits(16).expect("few bits"), 1_000);
        let search = search.as_search();
        let mut job = SearchJob::new(&search, &cpu);
        let none = || Answer::Search(Searched::default());
        let is_decoy = |piece: &Piece| matches!(piece, Piece::Search { known: Some(_), .. });

        let decoy = job.next(&worker, 1_000).expect("a piece");
        assert!(is_decoy(&decoy));
        assert!(job.accept(&worker, &decoy, none()).is_err(), "the decoy has hits");
        let Piece::Search { known: Some(known), .. } = &decoy else { unreachable!("it is a decoy") };
        let hits = Searched { hits: known.clone(), resume: None };
        assert_eq!(job.accept(&worker, &decoy, Answer::Search(hits)), Ok(()));

        // All of the range in two pieces, whose hits it keeps to itself.
        for work in [1 << 19, u64::MAX] {
            let piece = job.next(&worker, work).expect("a piece");
            assert!(!is_decoy(&piece));
            assert_eq!(job.accept(&worker, &piece, none()), Ok(()));
        }
        assert_eq!(job.left(), 0);
        job.doubt(&worker);
        assert_eq!(job.left(), 1 << 20);
        assert!(is_decoy(&job.next(&worker, 1).expect("a piece")), "it has to prove itself again");
        while let Some(piece) = job.next(&worker, 1) {
            let Piece::Search { range, .. } = &piece else { unreachable!("a search") };
            let never = Cancel::default();
            let said = cpu.search(&search, range.clone(), &Watch::new(&never, None)).expect("hits");
            assert_eq!(job.accept(&worker, &piece, Answer::Search(said)), Ok(()));
        }
        let never = Cancel::default();
        let right = cpu.search(&search, search.range.clone(), &Watch::new(&never, None)).expect("hits");
        assert_eq!(job.finish(), Found { hits: right.hits, resume: None });
    }
}
