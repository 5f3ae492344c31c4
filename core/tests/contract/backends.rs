//! Devices of one's own: an honest one on the oracle alone, and ones that lie.

use std::ops::Range;

use gridnet_core::{
    Backend, Cancel, Control, Device, DeviceKind, Digest, Engine, Error, HashFunction, Search, Searched,
    Target, Walk, Watch,
};

use crate::cancel::endless;
use crate::oracle::{hash, hits, painted, walked};

/// A device that computes with the oracle and then spoils its answers.
pub(crate) struct Fake {
    device: Device,
    spoil_search: fn(&mut Searched),
    spoil_values: fn(&mut Vec<[u8; 32]>),
    /// Set at the end of the first call.
    cancel: Option<Cancel>,
}

fn device() -> Device {
    Device {
        id: "fake:0".to_owned(),
        name: "a fake".to_owned(),
        kind: DeviceKind::Cpu,
        backend: "oracle".to_owned(),
        driver: None,
        pci: None,
        paths: vec!["oracle".to_owned()],
        self_test: "not run".to_owned(),
        available: true,
        reason: None,
    }
}

impl Fake {
    fn with(spoil_search: fn(&mut Searched), spoil_values: fn(&mut Vec<[u8; 32]>)) -> Engine {
        Engine::from_backend(Box::new(Fake { device: device(), spoil_search, spoil_values, cancel: None }))
    }

    /// An engine on a device that tells the truth.
    pub(crate) fn honest() -> Engine {
        Fake::with(|_| (), |_| ())
    }

    /// An engine on a device that tells the truth once, and then sees to it that the caller has had enough.
    pub(crate) fn cancelling(cancel: &Cancel) -> Engine {
        let cancel = Some(cancel.clone());
        Engine::from_backend(Box::new(Fake {
            device: device(),
            spoil_search: |_| (),
            spoil_values: |_| (),
            cancel,
        }))
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

    /// An engine on a device that never finds anything, in no time.
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
        Engine::from_backend(Box::new(Barren(device())))
    }

    /// An engine on a device that lies about hits.
    fn lying_search(spoil: fn(&mut Searched)) -> Engine {
        Fake::with(spoil, |_| ())
    }

    /// An engine on a device that lies about ends and digests.
    pub(crate) fn lying_values(spoil: fn(&mut Vec<[u8; 32]>)) -> Engine {
        Fake::with(|_| (), spoil)
    }
}

impl Backend for Fake {
    fn device(&self) -> &Device {
        &self.device
    }

    fn path(&self, _: HashFunction) -> String {
        "oracle".to_owned()
    }

    fn search(&self, search: &Search<'_>, range: Range<u128>, watch: &Watch<'_>) -> Result<Searched, Error> {
        watch.count(u64::try_from(range.end - range.start).expect("a short range"));
        let mut searched = Searched { hits: hits(&Search { range, ..search.clone() }), resume: None };
        (self.spoil_search)(&mut searched);
        self.end(watch, searched)
    }

    fn walk(&self, walk: &Walk<'_>, watch: &Watch<'_>) -> Result<Vec<[u8; 32]>, Error> {
        watch.count(walk.steps.iter().sum());
        let pairs = walk.starts.iter().zip(walk.steps);
        let mut ends = pairs.map(|(&start, &steps)| walked(walk.function, start, steps)).collect();
        (self.spoil_values)(&mut ends);
        self.end(watch, ends)
    }

    fn digest(&self, digest: &Digest<'_>, watch: &Watch<'_>) -> Result<Vec<[u8; 32]>, Error> {
        watch.count(digest.count as u64);
        let message = |i: usize| &digest.messages[i * digest.length..(i + 1) * digest.length];
        let mut digests = (0..digest.count).map(|i| hash(digest.function, message(i))).collect();
        (self.spoil_values)(&mut digests);
        self.end(watch, digests)
    }
}

fn question(message: &[u8]) -> Search<'_> {
    let target = Target::from_zero_bits(3).expect("a target");
    Search { range: 100..300, target, limit: 64, ..endless(message) }
}

#[test]
fn an_honest_device_is_believed() {
    let message = painted(80);
    let report = Fake::honest().search(&question(&message), &Control::default()).expect("honest");
    assert_eq!(report.value.hits, hits(&question(&message)));
    assert!(report.value.hits.len() > 5);
    assert_eq!(report.done(), 200);
    let share = &report.devices[0];
    assert_eq!((share.id.as_str(), share.path.as_str(), share.dispatches), ("fake:0", "oracle", 1));
}

#[test]
fn every_lie_about_a_hit_is_caught() {
    let message = painted(80);
    type Lie = (&'static str, fn(&mut Searched));
    let lies: [Lie; 9] = [
        ("another nonce", |searched| searched.hits[1].nonce += 1),
        ("a nonce below the range", |searched| searched.hits[0].nonce = 99),
        ("a nonce beyond the range", |searched| searched.hits[0].nonce = 300),
        ("another hash", |searched| searched.hits[2].hash[31] ^= 1),
        ("a message that is not there", |searched| searched.hits[0].message = 1),
        ("a hash that meets the target, of nothing", |searched| searched.hits[0].hash = [0; 32]),
        ("two hits exchanged", |searched| searched.hits.swap(0, 1)),
        ("a hit twice", |searched| searched.hits.insert(1, searched.hits[0])),
        ("more hits than the limit", |searched| {
            let hit = searched.hits[0];
            searched.hits = vec![hit; 65];
        }),
    ];
    for (lie, spoil) in lies {
        match Fake::lying_search(spoil).search(&question(&message), &Control::default()) {
            Err(Error::WrongAnswer { device, what }) => {
                assert_eq!(device, "fake:0", "{lie}");
                assert!(!what.is_empty());
            }
            other => panic!("{lie} went unnoticed: {other:?}"),
        }
    }
}

#[test]
fn a_list_of_another_length_is_caught() {
    let spoils: [fn(&mut Vec<[u8; 32]>); 3] =
        [|values| values.truncate(4), |values| values.push([0; 32]), Vec::clear];
    let messages = painted(80 * 5);
    let digest = Digest { function: HashFunction::Sha256, messages: &messages, length: 80, count: 5 };
    let walk = Walk { function: HashFunction::Sha256, starts: &[[0; 32]; 5], steps: &[1; 5] };
    let control = Control::default();
    for spoil in spoils {
        let engine = Fake::lying_values(spoil);
        let answers = [
            engine.digest(&digest, &control).map(|report| report.value.len()),
            engine.walk(&walk, &control).map(|report| report.value.len()),
            engine.walk_matches(&walk, &[[0; 32]; 5], &control).map(|report| report.value.len()),
        ];
        for answer in answers {
            assert!(matches!(answer, Err(Error::WrongAnswer { .. })), "{answer:?}");
        }
    }
}
