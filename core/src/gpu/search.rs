//! `search` on a graphics processor: ascending pieces of the range, three dispatches under way.

use std::collections::{BTreeMap, VecDeque};
use std::ops::Range;

use gridnet_shaders::layout::{Hit as Entry, ITERATIONS_MAX, RING, Ring, SearchRun};
use wgpu::{Buffer, BufferUsages};

use super::dispatch::{Bound, encoder};
use super::lower::{self, LoweredSearch};
use super::open::{Open, Pending};
use super::pace::Pace;
use super::{Fault, IN_FLIGHT};
use crate::backend::{Searched, Watch};
use crate::confirm::Confirm;
use crate::{Hit, Order, Search};

/// Candidates that a dispatch may be expected to have: well within the ring, however they fall.
const EXPECTED_MAX: u64 = RING as u64 / 4;

/// Where the candidates of one dispatch go.
struct Slot {
    ring: Buffer,
    read: Buffer,
}

/// A dispatch under way.
struct Under {
    work: Work,
    slot: usize,
    pending: Pending,
    /// The nonce (by its distance) and the version that the host hashed itself.
    plant: Entry,
}

/// Nonces that one lowered search tries.
#[derive(Clone)]
struct Work {
    lowered: usize,
    range: Range<u128>,
}

struct Driver<'a> {
    open: &'a Open,
    search: &'a Search<'a>,
    watch: &'a Watch<'a>,
    confirm: Confirm<'a>,
    slots: Vec<Slot>,
    free: Vec<usize>,
    hits: Vec<Hit>,
    /// No nonce from here on is needed.
    bound: u128,
}

pub(super) fn run(
    open: &Open,
    search: &Search<'_>,
    range: Range<u128>,
    watch: &Watch<'_>,
) -> Result<Searched, Fault> {
    let mut driver = Driver {
        open,
        search,
        watch,
        confirm: Confirm::new(search),
        slots: (0..IN_FLIGHT).map(|_| Slot::new(open)).collect::<Result<_, _>>()?,
        free: (0..IN_FLIGHT).collect(),
        hits: Vec::new(),
        bound: range.end,
    };
    let mut at = range.start;
    // The kernels vary 32 bits; a search that crosses into the next upper half goes on in a new window.
    while at < driver.bound {
        let end = ((at >> 32) + 1) << 32;
        let window = at..end.min(driver.bound);
        if let Some(resume) = driver.window(window)? {
            driver.hits.retain(|hit| u128::from(hit.nonce) < resume);
            return Ok(Searched { hits: driver.finished(), resume: Some(resume) });
        }
        at = end;
    }
    Ok(Searched { hits: driver.finished(), resume: None })
}

impl Slot {
    fn new(open: &Open) -> Result<Slot, Fault> {
        let bytes = size_of::<Ring>();
        let ring = BufferUsages::STORAGE | BufferUsages::COPY_SRC | BufferUsages::COPY_DST;
        Ok(Slot {
            ring: open.buffer("ring", bytes, ring)?,
            read: open.buffer("read", bytes, BufferUsages::MAP_READ | BufferUsages::COPY_DST)?,
        })
    }
}

impl Driver<'_> {
    fn finished(mut self) -> Vec<Hit> {
        self.hits.sort_unstable();
        self.hits.truncate(self.search.limit);
        self.hits
    }

    /// Tries the nonces of one upper half. Returns where to go on when cancelled.
    fn window(&mut self, window: Range<u128>) -> Result<Option<u128>, Fault> {
        let lowered = lower::search(self.search, (window.start >> 32) as u32, self.open.kernels.int64);
        // Each slot has its own bindings for each kernel and job.
        let bound: Vec<Vec<Bound>> =
            lowered.iter().map(|lowered| self.bind(lowered)).collect::<Result<_, Fault>>()?;
        let first = self.open.kernels.of(lowered[0].kernel);
        let count_max = lowered.iter().map(|lowered| self.count_max(lowered)).min().expect("there is one");
        let mut pace = Pace::new(first, self.open.software, count_max);
        let mut next = window.start;
        let mut todo: VecDeque<Work> = VecDeque::new();
        let mut under: VecDeque<Under> = VecDeque::new();
        // First nonces of what is not done, and how many lowered searches still try them.
        let mut undone: BTreeMap<u128, usize> = BTreeMap::new();
        loop {
            let cancelled = self.watch.cancel.is_cancelled();
            // What a hit has made needless is not waited for.
            under.retain(|under| under.work.range.start < self.bound);
            while !cancelled && !self.free.is_empty() {
                if todo.is_empty() {
                    let end = window.end.min(self.bound).min(next + u128::from(pace.work()));
                    if next >= end {
                        break;
                    }
                    undone.insert(next, lowered.len());
                    todo.extend((0..lowered.len()).map(|lowered| Work { lowered, range: next..end }));
                    next = end;
                }
                let Some(work) = todo.pop_front() else { break };
                if work.range.start >= self.bound {
                    continue;
                }
                let slot = self.free.pop().expect("one is free");
                let (under_way, plant) = self.begin(&work, &lowered[work.lowered], slot, &bound)?;
                under.push_back(Under { work, slot, pending: under_way, plant });
            }
            let Some(first) = under.pop_front() else {
                let resume = undone.keys().next().copied().unwrap_or(next);
                return Ok((resume < window.end.min(self.bound)).then_some(resume));
            };
            let read = |bytes: &[u8]| *bytemuck::from_bytes::<Ring>(bytes);
            let (ring, took) = match self.open.wait(&first.pending, self.watch.cancel, read) {
                Err(Fault::Cancelled) => return Ok(undone.keys().next().copied()),
                answer => answer?,
            };
            self.free.push(first.slot);
            took.into_iter().for_each(|took| self.watch.count_busy(took));
            let Work { lowered: index, range } = first.work;
            pace.done(took, (range.end - range.start) as u64);
            let candidates = (range.end - range.start) * lowered[index].messages.len() as u128 + 1;
            if u128::from(ring.count) > candidates {
                return Err(Fault::Wrong(format!(
                    "{} hits of a search among {candidates} candidates",
                    ring.count
                )));
            }
            if ring.count as usize > RING {
                // Too many to hold: the two halves apart.
                let middle = range.start + (range.end - range.start) / 2;
                for range in [middle..range.end, range.start..middle] {
                    todo.push_front(Work { lowered: index, range });
                }
                pace.halve();
                *undone.entry(middle).or_insert(0) += 1;
                continue;
            }
            self.take(&ring, &range, &lowered[index], first.plant)?;
            self.watch.count_checked(u64::from(ring.count));
            self.watch.count((range.end - range.start) as u64 * lowered[index].messages.len() as u64);
            if let Some(left) = undone.get_mut(&range.start) {
                *left -= 1;
                if *left == 0 {
                    undone.remove(&range.start);
                }
            }
        }
    }

    /// Nonces of a dispatch that the ring and the loops have room for.
    fn count_max(&self, lowered: &LoweredSearch) -> u64 {
        let candidates = (u64::from(self.limit()) + 1) * lowered.messages.len() as u64;
        let by_ring = (EXPECTED_MAX << 32) / candidates;
        let invocations = self.open.kernels.of(lowered.kernel).tuning().invocations;
        let by_loops = u64::from(invocations) * u64::from(ITERATIONS_MAX / lowered.iterations);
        by_ring.clamp(1, by_loops.min(1 << 31))
    }

    /// The greatest decisive word of a hit.
    fn limit(&self) -> u32 {
        let target = self.search.target.to_be_bytes();
        u32::from_be_bytes([target[0], target[1], target[2], target[3]])
    }

    fn bind(&self, lowered: &LoweredSearch) -> Result<Vec<Bound>, Fault> {
        let entry = self.open.kernels.of(lowered.kernel);
        self.slots
            .iter()
            .map(|slot| Bound::new::<SearchRun>(self.open, entry, Some(&lowered.job), &[(2, &slot.ring)]))
            .collect()
    }

    fn begin(
        &self,
        work: &Work,
        lowered: &LoweredSearch,
        slot: usize,
        bound: &[Vec<Bound>],
    ) -> Result<(Pending, Entry), Fault> {
        let count = (work.range.end - work.range.start) as u32;
        let first = work.range.start as u64;
        // A nonce somewhere in the range, which the device must find: the host has hashed it already.
        let place = mixed(first ^ u64::from(count) << 32);
        let plant = Entry {
            offset: (place % u64::from(count)) as u32,
            version: ((place >> 32) % lowered.messages.len() as u64) as u32,
        };
        let hash =
            self.confirm.hash(first + u64::from(plant.offset), lowered.messages[plant.version as usize]);
        let run = SearchRun {
            first: first as u32,
            count,
            limit: self.limit(),
            plant: decisive(&hash, self.search.order),
        };
        let Slot { ring, read } = &self.slots[slot];
        let mut commands = encoder(self.open);
        commands.clear_buffer(ring, 0, Some(4));
        let bound = &bound[work.lowered][slot];
        let invocations = self.open.kernels.of(lowered.kernel).tuning().invocations;
        bound.encode(self.open, &mut commands, &run, count.min(invocations));
        commands.copy_buffer_to_buffer(ring, 0, read, 0, size_of::<Ring>() as u64);
        let result = Some((read, size_of::<Ring>()));
        Ok((self.open.submit(commands.finish(), result, bound.times(), None)?, plant))
    }

    /// Hashes candidates again and keeps those that are hits.
    fn take(
        &mut self,
        ring: &Ring,
        range: &Range<u128>,
        lowered: &LoweredSearch,
        plant: Entry,
    ) -> Result<(), Fault> {
        let entries = &ring.hits[..ring.count as usize];
        if !entries.contains(&plant) {
            let nonce = range.start + u128::from(plant.offset);
            return Err(Fault::Wrong(format!("nonce {nonce} of a search was planted and not found")));
        }
        for entry in entries {
            let nonce = range.start + u128::from(entry.offset);
            let Some(&message) = lowered.messages.get(entry.version as usize).filter(|_| nonce < range.end)
            else {
                return Err(Fault::Wrong(format!("{entry:?} of a search is outside of its dispatch")));
            };
            self.hits.extend(self.confirm.hit(nonce as u64, message));
        }
        if self.hits.len() >= self.search.limit {
            self.hits.sort_unstable();
            self.hits.truncate(self.search.limit);
            self.bound = self.bound.min(u128::from(self.hits[self.search.limit - 1].nonce) + 1);
        }
        Ok(())
    }
}

/// The most significant 32 bits of a digest, read in this order.
fn decisive(digest: &[u8; 32], order: Order) -> u32 {
    match order {
        Order::Big => u32::from_be_bytes([digest[0], digest[1], digest[2], digest[3]]),
        Order::Little => u32::from_le_bytes([digest[28], digest[29], digest[30], digest[31]]),
    }
}

/// Bits spread evenly over the numbers (SplitMix64's finish): a plant favours no invocation.
fn mixed(number: u64) -> u64 {
    let mixed = (number ^ number >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ mixed >> 31
}

#[cfg(test)]
mod tests {
    use bytemuck::Zeroable as _;
    use gridnet_shaders::layout::{Hit as Entry, ITERATIONS_MAX, RING, Ring};

    use super::Driver;
    use crate::backend::Watch;
    use crate::confirm::Confirm;
    use crate::gpu::{Fault, lower, tests::gpu};
    use crate::{Cancel, Endian, HashFunction, NonceField, Order, Search, Target, Tuning};

    fn search(message: &[u8]) -> Search<'_> {
        Search {
            function: HashFunction::Sha256,
            message,
            siblings: &[],
            nonce: NonceField { offset: 10, bytes: 4, endian: Endian::Little },
            range: 0..1 << 32,
            target: Target::ZERO,
            order: Order::Big,
            limit: 1,
        }
    }

    #[test]
    fn a_planted_nonce_must_come_back_and_nothing_from_outside() {
        let Some(gpu) = gpu(true) else { return };
        let open = gpu.opened().expect("it is open");
        let message = [7; 900];
        let search = search(&message);
        let never = Cancel::default();
        let mut driver = Driver {
            open: &open,
            search: &search,
            watch: &Watch::new(&never, None),
            confirm: Confirm::new(&search),
            slots: Vec::new(),
            free: Vec::new(),
            hits: Vec::new(),
            bound: search.range.end,
        };
        let lowered = lower::search(&search, 0, true).remove(0);
        let plant = Entry { offset: 40, version: 0 };
        let mut take = |entries: &[Entry]| {
            let mut ring = Ring { count: entries.len() as u32, hits: [Entry::zeroed(); RING] };
            ring.hits[..entries.len()].copy_from_slice(entries);
            driver.take(&ring, &(100..200), &lowered, plant)
        };
        assert_eq!(take(&[plant]), Ok(()));
        for wrong in [
            &[][..],
            &[Entry { offset: 41, ..plant }],
            &[Entry { version: 1, ..plant }],
            &[plant, Entry { offset: 100, version: 0 }],
            &[plant, Entry { offset: 1, version: 1 }],
        ] {
            assert!(matches!(take(wrong), Err(Fault::Wrong(_))), "{wrong:?}");
        }

        // Fifteen blocks a nonce: the loops of an invocation stay below the cap together.
        let each = driver.count_max(&lowered).div_ceil(Tuning::default().invocations.into());
        assert_eq!(lowered.iterations, 16);
        assert!(each * 16 <= ITERATIONS_MAX.into() && each * 32 > ITERATIONS_MAX.into(), "{each}");
    }
}
