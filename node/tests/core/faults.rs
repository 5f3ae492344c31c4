//! A disk that fails: errors, writes that are cut short, no room left, a power cut that loses what was not synced. The node
//! stops with a reason, and what it answered is there afterwards.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use gridnet_node::chain::Submitted;
use gridnet_node::node::{Node, NodeError, Settings};
use gridnet_node::storage::{Storage, StorageError};
use gridnet_protocol::value::Height;
use redb::StorageBackend;

use crate::script::{Answered, Random, Script, look, script};
use crate::setup::{NETWORK, engine};

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    /// Operations fail from this one on.
    Error,
    /// A write is cut short, and fails.
    ShortWrite,
    /// There is no room for what was not written before.
    Full,
    /// The power goes: of what was not synced some is there and some is not.
    PowerCut,
    /// A disk that says that it synced, and did not: the test must notice.
    Lies,
}

/// Something that was done to the file since the last sync.
#[derive(Clone, Debug)]
enum Unsynced {
    Write(u64, Vec<u8>),
    Length(u64),
}

#[derive(Debug, Default)]
struct Inner {
    /// As whoever uses it sees it.
    now: Vec<u8>,
    /// As it was at the last sync, and what was done since.
    synced: Vec<u8>,
    unsynced: Vec<Unsynced>,
    /// Pages that were ever written.
    pages: HashSet<u64>,
    /// What goes wrong, and after how many operations that change something.
    plan: Option<(Fault, u64)>,
    done: u64,
    broken: bool,
}

/// What a file takes room in.
const PAGE: u64 = 4_096;

/// A disk in memory.
#[derive(Clone, Debug, Default)]
struct Disk(Arc<Mutex<Inner>>);

fn failed(what: &str) -> std::io::Error {
    std::io::Error::other(what.to_owned())
}

fn apply(bytes: &mut Vec<u8>, change: &Unsynced) {
    match change {
        Unsynced::Length(length) => bytes.resize(usize::try_from(*length).expect("small"), 0),
        Unsynced::Write(offset, data) => {
            let at = usize::try_from(*offset).expect("small");
            if bytes.len() < at + data.len() {
                bytes.resize(at + data.len(), 0);
            }
            bytes[at..at + data.len()].copy_from_slice(data);
        }
    }
}

impl Disk {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Operations so far.
    fn done(&self) -> u64 {
        self.lock().done
    }

    /// One with a new database on it. A file that is not whole yet never has a database's name.
    fn begun() -> Disk {
        let disk = Disk::default();
        drop(Storage::with_backend(disk.clone(), NETWORK).expect("a good disk"));
        disk.lock().done = 0;
        disk
    }

    /// The same, on which something will go wrong.
    fn planned(fault: Fault, after: u64) -> Disk {
        let disk = Disk::begun();
        disk.lock().plan = Some((fault, after));
        disk
    }

    /// What a new disk with these bytes is.
    fn of(bytes: Vec<u8>) -> Disk {
        let inner = Inner { now: bytes.clone(), synced: bytes, ..Inner::default() };
        Disk(Arc::new(Mutex::new(inner)))
    }

    /// The bytes after a power cut: of what was not synced some, drawn from a number; writes may be torn.
    fn after_power_cut(&self, seed: u64) -> Vec<u8> {
        let inner = self.lock();
        let mut bytes = inner.synced.clone();
        let mut random = Random(seed);
        for change in &inner.unsynced {
            match (random.next() % 4, change) {
                (0, _) => {}
                (1, Unsynced::Write(offset, data)) => {
                    let length = random.next() as usize % (data.len() / 512 + 1) * 512;
                    apply(&mut bytes, &Unsynced::Write(*offset, data[..length.min(data.len())].to_vec()));
                }
                _ => apply(&mut bytes, change),
            }
        }
        bytes
    }

    fn change(&self, change: Unsynced) -> Result<(), std::io::Error> {
        let mut inner = self.lock();
        // Files are sparse: what was never written takes no room yet.
        let pages = match &change {
            Unsynced::Length(_) => 0..0,
            Unsynced::Write(offset, data) => offset / PAGE..(offset + data.len() as u64).div_ceil(PAGE),
        };
        match inner.strikes() {
            Some(Fault::Full) if pages.clone().any(|page| !inner.pages.contains(&page)) => {
                return Err(std::io::Error::from(std::io::ErrorKind::StorageFull));
            }
            Some(Fault::Error | Fault::PowerCut) => {
                inner.broken = true;
                return Err(failed("the disk does not write"));
            }
            Some(Fault::ShortWrite) => {
                inner.broken = true;
                if let Unsynced::Write(offset, data) = &change {
                    let half = Unsynced::Write(*offset, data[..data.len() / 2].to_vec());
                    apply(&mut inner.now, &half);
                    inner.unsynced.push(half);
                }
                return Err(failed("the disk wrote a part only"));
            }
            _ => {}
        }
        inner.pages.extend(pages);
        apply(&mut inner.now, &change);
        inner.unsynced.push(change);
        Ok(())
    }
}

impl Inner {
    /// Counts an operation. What goes wrong with it, if anything.
    fn strikes(&mut self) -> Option<Fault> {
        self.done += 1;
        self.plan.filter(|(_, after)| self.broken || self.done > *after).map(|(fault, _)| fault)
    }
}

impl StorageBackend for Disk {
    fn len(&self) -> Result<u64, std::io::Error> {
        Ok(self.lock().now.len() as u64)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> Result<(), std::io::Error> {
        let inner = self.lock();
        let at = usize::try_from(offset).expect("small");
        let bytes = inner.now.get(at..at + out.len()).ok_or_else(|| failed("a read past the end"))?;
        out.copy_from_slice(bytes);
        Ok(())
    }

    fn set_len(&self, len: u64) -> Result<(), std::io::Error> {
        self.change(Unsynced::Length(len))
    }

    fn sync_data(&self) -> Result<(), std::io::Error> {
        let mut inner = self.lock();
        match inner.strikes() {
            Some(Fault::Error | Fault::PowerCut | Fault::ShortWrite) => {
                inner.broken = true;
                return Err(failed("the disk does not sync"));
            }
            Some(Fault::Lies) => return Ok(()),
            _ => {}
        }
        inner.synced = inner.now.clone();
        inner.unsynced.clear();
        Ok(())
    }

    fn write(&self, offset: u64, data: &[u8]) -> Result<(), std::io::Error> {
        self.change(Unsynced::Write(offset, data.to_vec()))
    }
}

/// Has a node on this disk do all it can.
fn play(script: &Script, disk: &Disk) -> Answered {
    let mut answered = Answered::default();
    let storage = match Storage::with_backend(disk.clone(), NETWORK) {
        Ok(storage) => storage,
        Err(error) => return Answered { failure: Some(error.into()), ..answered },
    };
    let node = match Node::start(Settings { gathered_max: Some(1), ..Settings::new(storage, engine()) }) {
        Ok(node) => node,
        Err(error) => return Answered { failure: Some(error), ..answered },
    };
    let mut transactions = script.transactions.iter();
    for (number, block) in script.blocks.iter().enumerate() {
        match node.submit_block(block.clone()) {
            Ok(Submitted::Taken) => {
                if number == 0 {
                    answered.transactions.extend(&script.in_first);
                }
                answered.tip = Some(block.id());
                answered.height = node.tips().borrow().height.0;
            }
            Ok(Submitted::Kept | Submitted::Known) => {}
            Ok(other) => panic!("{other:?}"),
            Err(error) => {
                answered.failure = Some(error);
                break;
            }
        }
        if number % 3 == 0
            && let Some(transaction) = transactions.next()
        {
            match node.submit_transaction(transaction.clone()) {
                Ok(id) => answered.transactions.push(id),
                Err(error) => {
                    answered.failure = Some(error);
                    break;
                }
            }
        }
    }
    if answered.failure.is_some() {
        // Whoever asks again is told the same, and nothing is written any more.
        let again = node.submit_block(script.blocks[0].clone());
        assert!(again.is_err(), "{again:?}");
        assert!(node.failure().is_some());
    }
    node.stop();
    answered
}

/// What is left on a disk.
fn left_on(script: &Script, bytes: Vec<u8>, answered: &Answered) -> Result<Height, String> {
    let disk = Disk::of(bytes);
    look(script, || Storage::with_backend(disk.clone(), NETWORK).map_err(|error| error.to_string()), answered)
}

/// How many operations the whole of it takes.
fn operations(script: &Script) -> u64 {
    let disk = Disk::begun();
    let answered = play(script, &disk);
    assert_eq!((answered.failure, answered.transactions.len(), answered.height), (None, 12, 12));
    disk.done()
}

#[test]
fn whatever_the_disk_does_nothing_that_was_answered_is_lost() {
    let script = script();
    let all = operations(&script);
    let rounds =
        std::env::var("GRIDNET_FAULT_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(12);
    let (mut random, mut failures, mut runs) = (Random(1), 0, 0);
    let mut heights = HashMap::new();
    for fault in [Fault::Error, Fault::ShortWrite, Fault::Full, Fault::PowerCut] {
        for round in 0..rounds {
            // The first and the last operations too.
            let after = match round {
                0 => 0,
                1 => all - 1,
                _ => random.next() % all,
            };
            let disk = Disk::planned(fault, after);
            let answered = play(&script, &disk);
            let seed = random.next();
            // The process goes on with a disk that failed: what it sees. Or the power goes too: what was synced.
            let left = if round % 2 == 0 { disk.after_power_cut(seed) } else { disk.lock().now.clone() };
            match left_on(&script, left, &answered) {
                Ok(height) => *heights.entry(height).or_insert(0) += 1,
                Err(why) => panic!("{fault:?} after {after} of {all}, seed {seed}: {why} ({answered:?})"),
            }
            runs += 1;
            failures += usize::from(answered.failure.is_some());
        }
    }
    println!("{runs} runs, in {failures} the node stopped; heights afterwards: {heights:?}");
    assert!(failures * 2 > runs, "the faults were met: {failures} of {runs}");
}

#[test]
fn a_disk_that_lies_is_noticed_by_this_test() {
    let script = script();
    let all = operations(&script);
    let mut random = Random(2);
    let noticed = (0..10).filter(|_| {
        let disk = Disk::planned(Fault::Lies, random.next() % (all / 2));
        let answered = play(&script, &disk);
        let left = disk.after_power_cut(random.next());
        // The database panics at some of what it finds, and again when it is dropped.
        let looked = std::panic::catch_unwind(|| left_on(&script, left, &answered));
        !matches!(looked, Ok(Ok(_)))
    });
    assert!(noticed.count() > 5, "what was answered was not on the disk");
}

#[test]
fn a_full_disk_is_named() {
    let script = script();
    let disk = Disk::planned(Fault::Full, operations(&script) / 10);
    let failure = play(&script, &disk).failure;
    let Some(NodeError::Storage(StorageError::Disk(why))) = failure else { panic!("{failure:?}") };
    assert!(why.to_lowercase().contains("full") || why.contains("space"), "{why}");
}
