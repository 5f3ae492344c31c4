//! Devices of one's own: an honest one on the oracle alone, and ones that lie, hang, panic or go away.

use std::ops::Range;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use gridnet_core::{
    Backend, Cancel, Case, Control, Device, DeviceKind, Digest, Disagreement, Engine, EngineBuilder, Error,
    HashFunction, Search, Searched, Target, Walk, Watch,
};

use crate::cancel::endless;
use crate::oracle::{hash, hits, painted, walked};

/// A device that computes with the oracle and then spoils its answers.
pub(crate) struct Fake {
    device: Device,
    spoil_search: fn(&mut Searched),
    /// Searches that it answers honestly before that.
    honest_searches: u32,
    searches: AtomicU32,
    spoil_values: fn(&mut [[u8; 32]]),
    /// What it does before it answers, given how often it was asked before.
    before: fn(u32) -> Result<(), Error>,
    asked: AtomicU32,
    patience: Duration,
    lanes: usize,
    /// Set at the end of the first call.
    cancel: Option<Cancel>,
}

pub(crate) fn device(id: &str, kind: DeviceKind) -> Device {
    Device {
        id: id.to_owned(),
        name: "a fake".to_owned(),
        kind,
        backend: "oracle".to_owned(),
        driver: None,
        pci: None,
        paths: vec!["oracle".to_owned()],
        self_test: "not run".to_owned(),
        available: true,
        reason: None,
        refused: Vec::new(),
    }
}

/// A fake that is an engine's CPU: nobody checks it but for its hits.
pub(crate) fn as_cpu(fake: impl Backend) -> Engine {
    Engine::builder().device("cpu").cpu_backend(Arc::new(fake)).build().expect("an engine")
}

impl Fake {
    pub(crate) fn new(id: &str, kind: DeviceKind) -> Fake {
        Fake {
            device: device(id, kind),
            spoil_search: |_| (),
            honest_searches: 0,
            searches: AtomicU32::new(0),
            spoil_values: |_| (),
            before: |_| Ok(()),
            asked: AtomicU32::new(0),
            patience: Duration::from_secs(60),
            lanes: 1,
            cancel: None,
        }
    }

    /// One beside the CPU, to be checked by it.
    fn gpu() -> Fake {
        Fake::new("fake:0", DeviceKind::Gpu)
    }

    /// An engine of this device alone, all of whose values are computed again.
    fn alone(self) -> Engine {
        self.beside(Engine::builder())
    }

    fn beside(self, builder: EngineBuilder) -> Engine {
        builder.audit_one_in(1).backend(Arc::new(self)).build().expect("an engine")
    }

    /// An engine on a device that tells the truth.
    pub(crate) fn honest() -> Engine {
        Fake::gpu().alone()
    }

    /// An engine whose CPU lies about ends and digests.
    pub(crate) fn lying_values(spoil_values: fn(&mut [[u8; 32]])) -> Engine {
        as_cpu(Fake { spoil_values, ..Fake::new("fake:0", DeviceKind::Cpu) })
    }

    /// An engine whose CPU tells the truth once, and then sees to it that the caller has had enough.
    pub(crate) fn cancelling(cancel: &Cancel) -> Engine {
        as_cpu(Fake { cancel: Some(cancel.clone()), ..Fake::new("fake:0", DeviceKind::Cpu) })
    }

    /// An engine whose CPU never finds anything, in no time.
    pub(crate) fn barren() -> Engine {
        struct Barren(Device);
        impl Backend for Barren {
            fn device(&self) -> &Device {
                &self.0
            }
            fn path(&self, _: HashFunction) -> String {
                "none".to_owned()
            }
            fn search(&self, _: &Search<'_>, _: Range<u128>, _: &Watch<'_>) -> Result<Searched, Error> {
                Ok(Searched::default())
            }
            fn walk(&self, _: &Walk<'_>, _: &mut [[u8; 32]], _: &Watch<'_>) -> Result<(), Error> {
                Ok(())
            }
            fn digest(&self, _: &Digest<'_>, _: &mut [[u8; 32]], _: &Watch<'_>) -> Result<(), Error> {
                Ok(())
            }
        }
        as_cpu(Barren(device("fake:0", DeviceKind::Cpu)))
    }

    fn begin(&self) -> Result<(), Error> {
        (self.before)(self.asked.fetch_add(1, Ordering::Relaxed))
    }

    /// Ends a call.
    fn end<T>(&self, watch: &Watch<'_>, answer: T) -> Result<T, Error> {
        if watch.cancel.is_cancelled() {
            return Err(Error::Cancelled);
        }
        if let Some(cancel) = &self.cancel {
            cancel.cancel();
        }
        Ok(answer)
    }
}

impl Backend for Fake {
    fn device(&self) -> &Device {
        &self.device
    }

    fn path(&self, _: HashFunction) -> String {
        "oracle".to_owned()
    }

    fn patience(&self) -> Duration {
        self.patience
    }

    fn lanes(&self) -> usize {
        self.lanes
    }

    fn search(&self, search: &Search<'_>, range: Range<u128>, watch: &Watch<'_>) -> Result<Searched, Error> {
        self.begin()?;
        watch.count(u64::try_from(range.end - range.start).expect("a short range"));
        let mut searched = Searched { hits: hits(&Search { range, ..search.clone() }), resume: None };
        if self.searches.fetch_add(1, Ordering::Relaxed) >= self.honest_searches {
            (self.spoil_search)(&mut searched);
        }
        self.end(watch, searched)
    }

    fn walk(&self, walk: &Walk<'_>, ends: &mut [[u8; 32]], watch: &Watch<'_>) -> Result<(), Error> {
        self.begin()?;
        watch.count(walk.steps.iter().sum());
        for (end, (&start, &steps)) in ends.iter_mut().zip(walk.starts.iter().zip(walk.steps)) {
            *end = walked(walk.function, start, steps);
        }
        (self.spoil_values)(ends);
        self.end(watch, ())
    }

    fn digest(&self, digest: &Digest<'_>, digests: &mut [[u8; 32]], watch: &Watch<'_>) -> Result<(), Error> {
        self.begin()?;
        watch.count(digest.count as u64);
        for (i, out) in digests.iter_mut().enumerate() {
            *out = hash(digest.function, &digest.messages[i * digest.length..(i + 1) * digest.length]);
        }
        (self.spoil_values)(digests);
        self.end(watch, ())
    }
}

/// Many hits in a range that is longer than a decoy.
fn question(message: &[u8]) -> Search<'_> {
    let target = Target::from_zero_bits(5).expect("a target");
    Search { range: 100..40_000, target, limit: 2_000, ..endless(message) }
}

/// The answer is right whatever the device does, and afterwards the device stands like this.
fn right_all_the_same(engine: &Engine, what: &str) -> Device {
    let message = painted(80);
    let control = Control::default();
    let found = engine.search(&question(&message), &control).expect("an answer").value;
    assert_eq!(found.hits, hits(&question(&message)), "{what}");
    assert_eq!(found.resume, None, "{what}");
    let starts: Vec<[u8; 32]> = (0..50).map(|i| [i; 32]).collect();
    let even: Vec<u64> = (0..50).collect();
    // One so long that it comes first, and some that stay where they are.
    let uneven: Vec<u64> = (0..50).map(|i| if i == 33 { 3_000 } else { i % 3 }).collect();
    for steps in [even, uneven] {
        let walk = Walk { function: HashFunction::BLAKE2S, starts: &starts, steps: &steps };
        let ends: Vec<_> = (0..50).map(|i| walked(walk.function, starts[i], steps[i])).collect();
        assert_eq!(engine.walk(&walk, &control).expect("an answer").value, ends, "{what}");
    }
    let messages = painted(80 * 50);
    let digest = Digest { function: HashFunction::Sha256, messages: &messages, length: 80, count: 50 };
    let digests: Vec<_> = messages.chunks(80).map(|message| hash(digest.function, message)).collect();
    assert_eq!(engine.digest(&digest, &control).expect("an answer").value, digests, "{what}");
    engine.devices().next().expect("a device")
}

#[test]
fn an_honest_device_is_believed() {
    let message = painted(80);
    let engine = Fake::honest();
    let report = engine.search(&question(&message), &Control::default()).expect("honest");
    assert_eq!(report.value.hits, hits(&question(&message)));
    let [share] = report.devices.as_slice() else { panic!("one device") };
    assert_eq!((share.id.as_str(), share.path.as_str()), ("fake:0", "oracle"));
    // Beside the range there are decoys, which do not count.
    assert_eq!(share.done, 40_000 - 100, "{share:?}");
    assert!(right_all_the_same(&engine, "honest").available);
}

#[test]
fn two_devices_and_the_cpu_share_a_job() {
    let other = Arc::new(Fake { lanes: 3, ..Fake::new("fake:1", DeviceKind::Gpu) });
    let engine = Fake::gpu().beside(Engine::builder().device("cpu").threads(1).backend(other));
    let message = painted(80);
    let long = Search {
        range: 0..3_000_000,
        target: Target::from_zero_bits(14).expect("a target"),
        ..question(&message)
    };
    let report = engine.search(&long, &Control::default()).expect("an answer");
    assert_eq!(report.value.hits, crate::auto().search(&long, &Control::default()).expect("hits").value.hits);
    let mut ids: Vec<&str> = report.devices.iter().map(|share| share.id.as_str()).collect();
    ids.sort_unstable();
    assert_eq!(ids, ["cpu", "fake:0", "fake:1"]);
    assert!(report.done() >= 3_000_000);
}

#[test]
fn every_lie_about_a_hit_is_caught() {
    type Lie = (&'static str, fn(&mut Searched));
    let lies: [Lie; 11] = [
        ("another nonce", |searched| searched.hits[1].nonce += 1),
        ("a nonce below the range", |searched| searched.hits[0].nonce = 99),
        ("a nonce beyond the range", |searched| searched.hits[0].nonce = 40_000),
        ("another hash", |searched| searched.hits[2].hash[31] ^= 1),
        ("a message that is not there", |searched| searched.hits[0].message = 1),
        ("a hash that meets the target, of nothing", |searched| searched.hits[0].hash = [0; 32]),
        ("two hits exchanged", |searched| searched.hits.swap(0, 1)),
        ("a hit twice", |searched| searched.hits.insert(1, searched.hits[0])),
        ("a hit left out", |searched| {
            searched.hits.remove(1);
        }),
        ("stopped without being told to", |searched| searched.resume = Some(101)),
        ("more hits than the limit", |searched| {
            let hit = searched.hits[0];
            searched.hits = vec![hit; 20_000];
        }),
    ];
    for (lie, spoil_search) in lies {
        let device = right_all_the_same(&Fake { spoil_search, ..Fake::gpu() }.alone(), lie);
        assert!(!device.available, "{lie} went unnoticed");
        let reason = device.reason.expect("a reason");
        assert!(reason.starts_with("3 wrong or missing answers, the last: "), "{lie}: {reason}");
        // Of the CPU only the hits themselves are checked.
        let question = painted(80);
        let question = Search { limit: 2_000, ..self::question(&question) };
        let alone = as_cpu(Fake { spoil_search, ..Fake::new("fake:0", DeviceKind::Cpu) });
        match alone.search(&question, &Control::default()) {
            Err(Error::WrongAnswer { device, .. }) => assert_eq!(device, "fake:0", "{lie}"),
            _ => assert!(
                [
                    "two hits exchanged",
                    "a hit twice",
                    "a hit left out",
                    "stopped without being told to",
                    "more hits than the limit"
                ]
                .contains(&lie),
                "{lie}"
            ),
        }
    }
}

#[test]
fn every_lie_about_values_is_caught() {
    type Lie = (&'static str, fn(&mut [[u8; 32]]));
    let lies: [Lie; 4] = [
        ("one bit", |values| values[0][31] ^= 1),
        ("the last one", |values| values.last_mut().expect("a value")[0] ^= 0x80),
        ("two exchanged", |values| {
            let last = values.len() - 1;
            values.swap(0, last);
        }),
        ("nothing written", |values| values.fill([0; 32])),
    ];
    for (lie, spoil_values) in lies {
        let engine = Fake { spoil_values, ..Fake::gpu() }.alone();
        let device = right_all_the_same(&engine, lie);
        assert!(!device.available, "{lie} went unnoticed");
    }
}

#[test]
fn a_share_of_the_values_is_enough_to_catch_one_that_always_lies() {
    let spoil_values: fn(&mut [[u8; 32]]) = |values| values.iter_mut().for_each(|value| value[7] ^= 1);
    let fake = Fake { spoil_values, ..Fake::gpu() };
    let engine = Engine::builder().backend(Arc::new(fake)).build().expect("an engine");
    assert!(!right_all_the_same(&engine, "always").available);
}

#[test]
fn a_device_that_fails_now_and_then_goes_on() {
    let before = |asked| match asked {
        1 => Err(Error::Device { device: "fake:0".to_owned(), what: "was lost: a test".to_owned() }),
        4 => panic!("a driver's fault"),
        _ => Ok(()),
    };
    let device = right_all_the_same(&Fake { before, ..Fake::gpu() }.alone(), "now and then");
    assert!(device.available, "{device:?}");
}

#[test]
fn a_device_that_always_fails_or_panics_is_left_alone() {
    let fails: [fn(u32) -> Result<(), Error>; 2] = [
        |_| Err(Error::Device { device: "fake:0".to_owned(), what: "was lost: a test".to_owned() }),
        |_| panic!("a driver's fault"),
    ];
    for before in fails {
        let device = right_all_the_same(&Fake { before, ..Fake::gpu() }.alone(), "always");
        assert!(device.reason.is_some_and(|reason| reason.starts_with("3 wrong or missing answers")));
    }
}

#[test]
fn a_device_that_hangs_is_left_alone() {
    let before = |asked| {
        if asked > 0 {
            std::thread::sleep(Duration::from_secs(3_600));
        }
        Ok(())
    };
    let fake = Fake { before, patience: Duration::from_millis(300), ..Fake::gpu() };
    let device = right_all_the_same(&fake.alone(), "hangs");
    assert!(device.reason.is_some_and(|reason| reason.starts_with("no answer within ")));
}

#[test]
fn a_device_that_begins_to_drop_hits_is_caught_before_its_answer_counts() {
    let drop_all: fn(&mut Searched) = |searched| searched.hits.clear();
    // The first search that a device gets is a decoy.
    for (honest_searches, lanes) in [(1, 1), (2, 1), (1, 4)] {
        let fake = Fake { spoil_search: drop_all, honest_searches, lanes, ..Fake::gpu() };
        let device = right_all_the_same(&fake.alone(), "drops hits later");
        assert!(!device.available, "after {honest_searches}");
    }
}

#[test]
fn what_a_device_did_before_it_hung_is_done_again() {
    // It answers its decoy, drops the hits of one piece, and is not heard of again.
    let before = |asked| {
        if asked > 1 {
            std::thread::sleep(Duration::from_secs(3_600));
        }
        Ok(())
    };
    let fake = Fake {
        before,
        spoil_search: |searched| searched.hits.clear(),
        honest_searches: 1,
        patience: Duration::from_millis(300),
        ..Fake::gpu()
    };
    let engine = fake.alone();
    right_all_the_same(&engine, "drops hits, then hangs");
    assert_eq!(engine.health().next().expect("a device").late, 1);
}

#[test]
fn a_device_may_refuse_a_thing_and_do_the_others() {
    let before = |asked| match asked {
        0 => Err(Error::Refused { device: "fake:0".to_owned(), what: "a kernel fails".to_owned() }),
        _ => Ok(()),
    };
    let engine = Fake { before, ..Fake::gpu() }.alone();
    assert!(right_all_the_same(&engine, "refuses once").available);
    let health = engine.health().next().expect("a device");
    assert_eq!((health.wrong, health.failed, health.late), (0, 0, 0));
    assert_eq!(health.checked, 50 + 50 + 50, "every end and digest was");
}

#[test]
fn a_disagreement_tells_all_that_is_needed_to_see_it_again() {
    let spoil_values: fn(&mut [[u8; 32]]) = |values| values.iter_mut().for_each(|value| value[0] ^= 1);
    let spoil_search: fn(&mut Searched) = |searched| searched.hits.clear();
    let heard: Arc<Mutex<Vec<Disagreement>>> = Arc::default();
    let builder = || {
        let heard = Arc::clone(&heard);
        Engine::builder().on_disagreement(move |what| heard.lock().expect("whole").push(what.clone()))
    };
    let lying = || Fake { spoil_values, spoil_search, ..Fake::gpu() }.beside(builder());
    let take = || std::mem::take(&mut *heard.lock().expect("whole"));

    let control = Control::default();
    let message = painted(80);
    let search = Search { range: 0..40_000, ..question(&message) };
    lying().search(&search, &control).expect("an answer");
    let mut cases = take();
    lying()
        .walk(&Walk { function: HashFunction::Sha256, starts: &[[1; 32], [2; 32]], steps: &[5, 6] }, &control)
        .expect("an answer");
    cases.extend(take());
    let digest = Digest {
        function: HashFunction::BLAKE2B.with_personal(b"kept").expect("short"),
        messages: &painted(21),
        length: 7,
        count: 3,
    };
    lying().digest(&digest, &control).expect("an answer");
    cases.extend(take());

    let searched =
        |case: &Disagreement| matches!(&case.case, Case::Search(search) if search.message == message);
    assert!(searched(&cases[0]), "{:?}", cases[0]);
    assert!(
        cases.iter().any(|case| case.case
            == Case::Walk { function: HashFunction::Sha256, start: [1; 32], steps: 5, count: 2 })
    );
    assert!(cases.iter().any(|case| case.case
        == Case::Digest { function: digest.function, message: painted(21)[..7].to_vec(), count: 3 }));
    for case in cases {
        assert_eq!((case.device.id.as_str(), case.path.as_str()), ("fake:0", "oracle"));
        case.case.ask(&lying(), &control).expect("an answer");
        assert!(!take().is_empty(), "it lies again: {case:?}");
        case.case.ask(&Fake::gpu().beside(builder()), &control).expect("an answer");
        assert_eq!(take(), [], "an honest one does not");
    }
    let endless = Case::Digest { function: HashFunction::Sha256, message: vec![0; 1 << 20], count: 1 << 40 };
    assert!(matches!(endless.ask(&Fake::honest(), &control), Err(Error::OutOfRange { .. })));
}
