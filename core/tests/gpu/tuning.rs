//! How kernels are run makes them faster or slower, never wrong.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use gridnet_core::proof::header::Header;
use gridnet_core::{Control, Digest, Engine, HashFunction, Primitive, Target, Tune, TuneStore, Tuning, Walk};

use crate::{PORTABLE, on_gpu, painted};

/// Keeps tunings, and knows some by heart for all kernels.
#[derive(Debug, Default)]
struct Store {
    always: Option<Tuning>,
    kept: Mutex<BTreeMap<String, Tuning>>,
}

impl TuneStore for Store {
    fn load(&self, key: &str) -> Option<Tuning> {
        self.always.or_else(|| self.kept.lock().expect("whole").get(key).copied())
    }

    fn save(&self, key: &str, tuning: Tuning) {
        self.kept.lock().expect("whole").insert(key.to_owned(), tuning);
    }
}

fn engine(store: &Arc<Store>, tune: Tune) -> Engine {
    let store = Arc::clone(store) as Arc<dyn TuneStore>;
    Engine::builder().device("gpu").audit_one_in(1).tune(tune).tune_store(store).build().expect("an engine")
}

#[test]
fn every_tuning_gives_the_same_answers() {
    on_gpu(|_| {
        let tunings = [
            Tuning { group_size: 32, invocations: 1 << 12, dispatch_ms: 5 },
            Tuning { group_size: 128, invocations: 1 << 14, dispatch_ms: 100 },
            Tuning { group_size: 256, invocations: 1 << 16, dispatch_ms: 20 },
            // What is out of bounds is not taken.
            Tuning { group_size: 7, invocations: 1 << 12, dispatch_ms: 40 },
            Tuning { group_size: 64, invocations: u32::MAX, dispatch_ms: 0 },
        ];
        let header = Header::GENESIS.search(0..100_000, Target::from_zero_bits(8).expect("few"), 1_000);
        let steps: Vec<u64> = (0..9_000).map(|i| i % 30).collect();
        let starts: Vec<[u8; 32]> = (0..9_000).map(|i| [i as u8; 32]).collect();
        let walk = Walk { function: HashFunction::BLAKE2B, starts: &starts, steps: &steps };
        let messages = painted(9_000 * 70);
        let digest = Digest { function: HashFunction::Sha256, messages: &messages, length: 70, count: 9_000 };
        let control = Control::default();
        let answers = |engine: &Engine| {
            (
                engine.search(&header.as_search(), &control).expect("hits").value,
                engine.walk(&walk, &control).expect("ends").value,
                engine.digest(&digest, &control).expect("digests").value,
            )
        };
        let expected = answers(&PORTABLE);
        for tuning in tunings {
            let store = Arc::new(Store { always: Some(tuning), ..Store::default() });
            let engine = engine(&store, Tune::WhenWorthIt);
            assert!(answers(&engine) == expected, "{tuning:?}");
            assert!(store.kept.lock().expect("whole").is_empty(), "none of that was long");
            assert!(engine.devices().all(|device| device.available && device.refused.is_empty()));
        }
    });
}

#[test]
fn what_was_found_out_is_kept_and_used_again() {
    on_gpu(|_| {
        let store = Arc::new(Store::default());
        let ask = |tune| {
            let said = engine(&store, tune).checksum(Primitive::Walk, HashFunction::BLAKE2S).expect("ends");
            assert_eq!(said, PORTABLE.checksum(Primitive::Walk, HashFunction::BLAKE2S).expect("ends"));
            store.kept.lock().expect("whole").clone()
        };
        assert_eq!(ask(Tune::Never), BTreeMap::new());
        let kept = ask(Tune::Anew);
        let [(key, tuning)] = kept.iter().collect::<Vec<_>>()[..] else { panic!("one kernel: {kept:?}") };
        assert!(key.contains("blake2s_walk") && tuning.is_valid(), "{kept:?}");
        // The text of the kernel, its device and driver are in the key.
        let parts: Vec<&str> = key.split(" | ").collect();
        assert!(parts.len() == 4 && parts[3].len() == 16, "{key}");

        // What is kept is believed, and only found out again when that is asked for.
        let marked = Tuning { group_size: 32, invocations: 1 << 12, dispatch_ms: 33 };
        store.kept.lock().expect("whole").insert(key.clone(), marked);
        assert_eq!(ask(Tune::WhenWorthIt), BTreeMap::from([(key.clone(), marked)]));
        assert_ne!(ask(Tune::Anew), BTreeMap::from([(key.clone(), marked)]));
    });
}

#[test]
fn dispatches_are_timed_by_the_device() {
    on_gpu(|engine| {
        let header = Header::GENESIS.search(0..1 << 20, Target::ZERO, 1);
        let report = engine.search(&header.as_search(), &Control::default()).expect("nothing");
        let [share] = &report.devices[..] else { panic!("one device: {:?}", report.devices) };
        if let (Some(busy), Some(longest)) = (share.busy, share.longest) {
            assert!(busy <= report.elapsed && longest <= busy, "{share:?} of {:?}", report.elapsed);
            assert!(longest * share.dispatches as u32 >= busy);
        } else {
            eprintln!("skipped: {} has no clock", share.id);
        }
    });
}
