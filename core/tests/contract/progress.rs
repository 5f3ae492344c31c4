//! Progress: what a watcher sees is the work that was done.

use std::sync::Arc;

use gridnet_core::{Control, Digest, HashFunction, Progress, Target, Walk};

use crate::ENGINES;
use crate::cancel::endless;
use crate::oracle::painted;

#[test]
fn progress_counts_every_hash_once() {
    let message = painted(80);
    let search = gridnet_core::Search { range: 0..9_999, target: Target::ZERO, ..endless(&message) };
    let messages = painted(80 * 500);
    let digest = Digest { function: HashFunction::Sha256, messages: &messages, length: 80, count: 500 };
    let walk =
        Walk { function: HashFunction::BLAKE2S, starts: &[[1; 32], [2; 32], [3; 32]], steps: &[7, 0, 400] };
    for made in ENGINES.iter() {
        let progress = Arc::new(Progress::default());
        let control = Control { progress: Some(Arc::clone(&progress)), ..Control::default() };
        let mut done = 0;
        let mut expect = |more: u64, reported: u64, dispatches: u64| {
            done += more;
            assert_eq!(reported, more, "{}", made.with);
            assert!(dispatches > 0, "{}", made.with);
            let snapshot = progress.snapshot();
            assert_eq!((snapshot.done, snapshot.total), (done, done), "{}", made.with);
            assert_eq!(snapshot.devices.len(), 1);
            assert_eq!((snapshot.devices[0].id.as_str(), snapshot.devices[0].done), ("cpu", done));
            assert!(snapshot.rate() > 0.0 && snapshot.rate().is_finite());
        };
        let report = made.engine.search(&search, &control).expect("a search");
        expect(9_999, report.done(), report.devices[0].dispatches);
        let report = made.engine.digest(&digest, &control).expect("digests");
        expect(500, report.done(), report.devices[0].dispatches);
        let report = made.engine.walk(&walk, &control).expect("a walk");
        expect(407, report.done(), report.devices[0].dispatches);
    }
}

#[test]
fn siblings_count_as_candidates() {
    let message = painted(80);
    let mut sibling = message.clone();
    sibling[0] ^= 0x80;
    let siblings = [sibling.as_slice()];
    let search = gridnet_core::Search {
        siblings: &siblings,
        range: 0..2_222,
        target: Target::ZERO,
        ..endless(&message)
    };
    for made in ENGINES.iter() {
        let report = made.engine.search(&search, &Control::default()).expect("a search");
        assert_eq!(report.done(), 4_444, "{}", made.with);
    }
}

#[test]
fn an_expectation_beyond_64_bits_stays_at_the_largest_number() {
    let message = painted(80);
    let progress = Arc::new(Progress::default());
    let control = Control { progress: Some(Arc::clone(&progress)), ..Control::default() };
    control.cancel.cancel();
    let nonce = gridnet_core::NonceField { bytes: 8, offset: 72, ..endless(&message).nonce };
    let search = gridnet_core::Search { nonce, range: 0..1 << 64, ..endless(&message) };
    crate::auto().search(&search, &control).expect("cancelled searches are reports");
    assert_eq!(progress.snapshot().total, u64::MAX);
}
