//! Devices of one's own: an honest one on the oracle alone, and ones that lie, hang, panic or go away.

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use gridnet_core::{
    Backend, Cancel, Control, Device, DeviceKind, Digest, Engine, EngineBuilder, Error, HashFunction, Search,
    Searched, Target, Walk, Watch,
};

use crate::cancel::endless;
use crate::oracle::{hash, hits, painted, walked};

/// A device that computes with the oracle and then spoils its answers.
pub(crate) struct Fake {
    device: Device,
    spoil_search: fn(&mut Searched),
    spoil_values: fn(&mut Vec<[u8; 32]>),
    /// What it does before it answers, given how often it was asked before.
    before: fn(u32) -> Result<(), Error>,
    asked: AtomicU32,
    patience: Duration,
    /// Set at the end of the first call.
    cancel: Option<Cancel>,
}

fn device(id: &str, kind: DeviceKind) -> Device {
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
    }
}

/// A fake that is an engine's CPU: nobody checks it but for its hits.
fn as_cpu(fake: impl Backend) -> Engine {
    Engine::builder().device("cpu").cpu_backend(Arc::new(fake)).build().expect("an engine")
}

impl Fake {
    fn new(id: &str, kind: DeviceKind) -> Fake {
        Fake {
            device: device(id, kind),
            spoil_search: |_| (),
            spoil_values: |_| (),
            before: |_| Ok(()),
            asked: AtomicU32::new(0),
            patience: Duration::from_secs(60),
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
    pub(crate) fn lying_values(spoil_values: fn(&mut Vec<[u8; 32]>)) -> Engine {
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
            fn walk(&self, _: &Walk<'_>, _: &Watch<'_>) -> Result<Vec<[u8; 32]>, Error> {
                Ok(Vec::new())
            }
            fn digest(&self, _: &Digest<'_>, _: &Watch<'_>) -> Result<Vec<[u8; 32]>, Error> {
                Ok(Vec::new())
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

    fn search(&self, search: &Search<'_>, range: Range<u128>, watch: &Watch<'_>) -> Result<Searched, Error> {
        self.begin()?;
        watch.count(u64::try_from(range.end - range.start).expect("a short range"));
        let mut searched = Searched { hits: hits(&Search { range, ..search.clone() }), resume: None };
        (self.spoil_search)(&mut searched);
        self.end(watch, searched)
    }

    fn walk(&self, walk: &Walk<'_>, watch: &Watch<'_>) -> Result<Vec<[u8; 32]>, Error> {
        self.begin()?;
        watch.count(walk.steps.iter().sum());
        let pairs = walk.starts.iter().zip(walk.steps);
        let mut ends = pairs.map(|(&start, &steps)| walked(walk.function, start, steps)).collect();
        (self.spoil_values)(&mut ends);
        self.end(watch, ends)
    }

    fn digest(&self, digest: &Digest<'_>, watch: &Watch<'_>) -> Result<Vec<[u8; 32]>, Error> {
        self.begin()?;
        watch.count(digest.count as u64);
        let message = |i: usize| &digest.messages[i * digest.length..(i + 1) * digest.length];
        let mut digests = (0..digest.count).map(|i| hash(digest.function, message(i))).collect();
        (self.spoil_values)(&mut digests);
        self.end(watch, digests)
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
    let steps: Vec<u64> = (0..50).collect();
    let walk = Walk { function: HashFunction::BLAKE2S, starts: &starts, steps: &steps };
    let ends: Vec<_> = (0..50).map(|i| walked(walk.function, starts[i], steps[i])).collect();
    assert_eq!(engine.walk(&walk, &control).expect("an answer").value, ends, "{what}");
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
    // Beside the range there are decoys.
    assert!(share.done > 40_000 - 100, "{share:?}");
    assert!(right_all_the_same(&engine, "honest").available);
}

#[test]
fn two_devices_and_the_cpu_share_a_job() {
    let other = Arc::new(Fake::new("fake:1", DeviceKind::Gpu));
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
    let lies: [Lie; 10] = [
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
                ["two hits exchanged", "a hit twice", "a hit left out", "more hits than the limit"]
                    .contains(&lie),
                "{lie}"
            ),
        }
    }
}

#[test]
fn every_lie_about_values_is_caught() {
    type Lie = (&'static str, fn(&mut Vec<[u8; 32]>));
    let lies: [Lie; 5] = [
        ("one bit", |values| values[0][31] ^= 1),
        ("the last one", |values| values.last_mut().expect("a value")[0] ^= 0x80),
        ("one missing", |values| {
            values.pop();
        }),
        ("one too many", |values| values.push([0; 32])),
        ("none", Vec::clear),
    ];
    for (lie, spoil_values) in lies {
        let engine = Fake { spoil_values, ..Fake::gpu() }.alone();
        let device = right_all_the_same(&engine, lie);
        assert!(!device.available, "{lie} went unnoticed");
    }
}

#[test]
fn a_share_of_the_values_is_enough_to_catch_one_that_always_lies() {
    let spoil_values: fn(&mut Vec<[u8; 32]>) = |values| values.iter_mut().for_each(|value| value[7] ^= 1);
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
