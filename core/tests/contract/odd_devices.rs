//! Devices that are wrong at the worst moment: while a call ends, while another piece is judged, or by breaking the
//! contract itself.

use std::ops::Range;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use gridnet_core::{
    Backend, Cancel, Control, Device, DeviceKind, Digest, Engine, Error, HashFunction, Hit, Search, Searched,
    Target, Walk, Watch,
};

use crate::auto;
use crate::backends::device;
use crate::cancel::endless;
use crate::oracle::painted;

/// Given how often it was asked before, whether this is a decoy, and the truth.
type SpoilSearch = Box<dyn Fn(u32, bool, Searched) -> Result<Searched, Error> + Send + Sync>;
type SpoilWalk = Box<dyn Fn(&mut [[u8; 32]]) -> Result<(), Error> + Send + Sync>;

/// Computes with the CPU, and then does as it likes. It tells decoys from other searches by their limits, which no
/// device should, to be as treacherous as can be.
struct Odd {
    device: Device,
    asked: AtomicU32,
    search: SpoilSearch,
    walk: SpoilWalk,
    path: fn() -> String,
}

impl Odd {
    fn new(
        id: &str,
        search: impl Fn(u32, bool, Searched) -> Result<Searched, Error> + Send + Sync + 'static,
    ) -> Odd {
        Odd {
            device: device(id, DeviceKind::Gpu),
            asked: AtomicU32::new(0),
            search: Box::new(search),
            walk: Box::new(|_| Ok(())),
            path: || "odd".to_owned(),
        }
    }

    fn honest(id: &str) -> Odd {
        Odd::new(id, |_, _, searched| Ok(searched))
    }

    fn alone(self) -> Engine {
        Engine::builder().audit_one_in(1).backend(Arc::new(self)).build().expect("an engine")
    }
}

/// The limit of a search that is no decoy.
const LIMIT: usize = 100_000;

impl Backend for Odd {
    fn device(&self) -> &Device {
        &self.device
    }

    fn path(&self, _: HashFunction) -> String {
        (self.path)()
    }

    fn patience(&self) -> Duration {
        Duration::from_secs(600)
    }

    fn search(&self, search: &Search<'_>, range: Range<u128>, watch: &Watch<'_>) -> Result<Searched, Error> {
        let asked = self.asked.fetch_add(1, Ordering::SeqCst);
        watch.count((range.end - range.start) as u64);
        let question = Search { range, ..search.clone() };
        let hits = auto().search(&question, &Control::default())?.value.hits;
        (self.search)(asked, search.limit != LIMIT, Searched { hits, resume: None })
    }

    fn walk(&self, walk: &Walk<'_>, ends: &mut [[u8; 32]], watch: &Watch<'_>) -> Result<(), Error> {
        watch.count(walk.steps.iter().sum());
        auto().walk_into(walk, ends, &Control::default())?;
        (self.walk)(ends)
    }

    fn digest(&self, digest: &Digest<'_>, digests: &mut [[u8; 32]], watch: &Watch<'_>) -> Result<(), Error> {
        watch.count(digest.count as u64);
        auto().digest_into(digest, digests, &Control::default()).map(drop)
    }
}

fn question(message: &[u8]) -> Search<'_> {
    let target = Target::from_zero_bits(8).expect("few bits");
    Search { range: 0..1_000_000, target, limit: LIMIT, ..endless(message) }
}

fn right(message: &[u8]) -> Vec<Hit> {
    auto().search(&question(message), &Control::default()).expect("hits").value.hits
}

/// The answer is right, and comes.
fn right_all_the_same(engine: &Engine) {
    let message = painted(80);
    let found = engine.search(&question(&message), &Control::default()).expect("an answer").value;
    assert!(found.hits == right(&message) && found.resume.is_none(), "{} hits", found.hits.len());
}

/// A cancel flag that a device can reach.
fn slot() -> (Arc<Mutex<Cancel>>, impl Fn() -> Control) {
    let slot: Arc<Mutex<Cancel>> = Arc::default();
    let set = Arc::clone(&slot);
    let control = move || {
        let control = Control::default();
        *set.lock().expect("whole") = control.cancel.clone();
        control
    };
    (slot, control)
}

#[test]
fn what_was_not_proven_when_a_call_is_cancelled_is_not_covered() {
    let (slot, control) = slot();
    let engine = Odd::new("odd:0", move |asked, decoy, searched| match (asked, decoy) {
        (0, _) => Ok(searched),
        (_, false) => Ok(Searched::default()),
        // The decoy that would have found it out.
        (_, true) => {
            slot.lock().expect("whole").cancel();
            Err(Error::Cancelled)
        }
    })
    .alone();
    let message = painted(80);
    let found = engine.search(&question(&message), &control()).expect("what was covered").value;
    assert_eq!((found.hits.len(), found.resume), (0, Some(0)));
}

#[test]
fn ends_that_were_not_checked_when_a_call_is_cancelled_are_no_answer() {
    let (slot, control) = slot();
    let mut odd = Odd::honest("odd:0");
    odd.walk = Box::new(move |ends| {
        ends.iter_mut().for_each(|end| end[0] ^= 1);
        slot.lock().expect("whole").cancel();
        Ok(())
    });
    let engine = odd.alone();
    let walk = Walk { function: HashFunction::Sha256, starts: &[[1; 32]; 50], steps: &[3; 50] };
    for _ in 0..20 {
        assert!(matches!(engine.walk(&walk, &control()), Err(Error::Cancelled)));
    }
}

#[test]
fn a_walk_whose_last_piece_was_cancelled_has_no_answer() {
    let (slot, control) = slot();
    let mut odd = Odd::honest("odd:0");
    odd.walk = Box::new(move |_| {
        slot.lock().expect("whole").cancel();
        // The call has seen it by then.
        std::thread::sleep(Duration::from_millis(15));
        Err(Error::Cancelled)
    });
    let engine = odd.alone();
    let walk = Walk { function: HashFunction::Sha256, starts: &[[1; 32]; 50], steps: &[3; 50] };
    for _ in 0..5 {
        assert!(matches!(engine.walk(&walk, &control()), Err(Error::Cancelled)));
    }
}

#[test]
fn a_device_that_calls_itself_a_cpu_is_checked_all_the_same() {
    let mut odd = Odd::new("odd:0", |_, _, _| Ok(Searched::default()));
    odd.device = device("odd:0", DeviceKind::Cpu);
    let engine = odd.alone();
    right_all_the_same(&engine);
    assert!(engine.devices().all(|device| !device.available));
}

#[test]
fn a_device_that_says_cancelled_when_nobody_did_has_failed() {
    let engine = Odd::new("odd:0", |_, _, _| Err(Error::Cancelled)).alone();
    right_all_the_same(&engine);
    assert_eq!(engine.health().next().expect("a device").failed, 3);
}

#[test]
fn a_judge_that_fails_holds_nothing_up() {
    let mut judge = Odd::new("cpu", |_, _, _| {
        Err(Error::Device { device: "cpu".to_owned(), what: "failed: a test".to_owned() })
    });
    judge.walk =
        Box::new(|_| Err(Error::Device { device: "cpu".to_owned(), what: "failed: a test".to_owned() }));
    let engine = Engine::builder()
        .cpu_backend(Arc::new(judge))
        .backend(Arc::new(Odd::honest("odd:0")))
        .audit_one_in(1)
        .build()
        .expect("an engine");
    right_all_the_same(&engine);
    let walk = Walk { function: HashFunction::Sha256, starts: &[[1; 32]; 50], steps: &[3; 50] };
    let right = auto().walk(&walk, &Control::default()).expect("ends").value;
    assert_eq!(engine.walk(&walk, &Control::default()).expect("an answer").value, right);
}

#[test]
fn two_devices_of_one_name_are_two_devices() {
    let liar = Odd::new("odd:0", |_, _, _| Ok(Searched::default()));
    let engine = Engine::builder()
        .backend(Arc::new(liar))
        .backend(Arc::new(Odd::honest("odd:0")))
        .build()
        .expect("an engine");
    right_all_the_same(&engine);
    let available: Vec<bool> = engine.devices().map(|device| device.available).collect();
    assert!(!available[0] || available[1], "{available:?}");
}

#[test]
fn a_panic_anywhere_is_an_answer_that_did_not_come() {
    let mut odd = Odd::honest("odd:0");
    odd.path = || panic!("a driver's fault");
    let began = Instant::now();
    right_all_the_same(&odd.alone());
    // The device would be waited for, for ten minutes.
    assert!(began.elapsed() < Duration::from_secs(300));
}

#[test]
fn a_dense_answer_is_not_hashed_again_to_its_end_when_cancelled() {
    let (slot, control) = slot();
    let engine = Odd::new("odd:0", move |_, decoy, searched| {
        if !decoy {
            slot.lock().expect("whole").cancel();
        }
        Ok(searched)
    })
    .alone();
    let message = painted(80);
    let every = Search { target: Target::MAX, ..question(&message) };
    let found = engine.search(&every, &control()).expect("what was covered").value;
    assert!(found.resume.is_some(), "{} hits", found.hits.len());
}
