//! Cancelling: calls return, and a search says truly how far it came.

use std::sync::Arc;
use std::time::{Duration, Instant};

use gridnet_core::{
    Cancel, Control, Digest, Endian, Engine, Error, Found, HashFunction, Hit, NonceField, Order, Progress,
    Report, Search, Target, Walk, limits,
};

use crate::oracle::painted;
use crate::{ENGINES, auto};

/// Within this a cancelled call must be back. The promise is 50 ms; tests share their cores, and an emulator's are
/// slow, so that this only tells a call that ends from one that does not.
const BACK_WITHIN: Duration = Duration::from_secs(2);

/// A search that no machine finishes.
pub(crate) fn endless(message: &[u8]) -> Search<'_> {
    Search {
        function: HashFunction::Sha256d,
        message,
        siblings: &[],
        nonce: NonceField { offset: 70, bytes: 8, endian: Endian::Little },
        range: 1_000..1 << 63,
        target: Target::ZERO,
        order: Order::Little,
        limit: limits::HITS_MAX,
    }
}

/// Runs a call until it has done so much work, then cancels it. Returns what it said, once it is back.
fn cancelled_after<T>(work: u64, call: impl FnOnce(&Control) -> T) -> T {
    let progress = Arc::new(Progress::default());
    let control = Control { progress: Some(Arc::clone(&progress)), cancel: Cancel::default() };
    let cancel = control.cancel.clone();
    std::thread::scope(|scope| {
        let canceller = scope.spawn(move || {
            while progress.snapshot().done < work {
                std::thread::sleep(Duration::from_millis(1));
            }
            cancel.cancel();
            Instant::now()
        });
        let answer = call(&control);
        let returned = Instant::now();
        assert!(control.cancel.is_cancelled(), "the call ended by itself");
        let cancelled = canceller.join().expect("the canceller does not panic");
        assert!(returned - cancelled < BACK_WITHIN, "back after {:?}", returned - cancelled);
        answer
    })
}

fn search(engine: &Engine, search: &Search<'_>) -> Vec<Hit> {
    engine.search(search, &Control::default()).expect("a search").value.hits
}

#[test]
fn a_search_resumes_where_it_stopped() {
    let message = painted(80);
    let target = Target::from_zero_bits(10).expect("a target");
    let whole = Search { target, ..endless(&message) };
    for made in ENGINES.iter() {
        let report: Report<Found> =
            cancelled_after(20_000, |control| made.engine.search(&whole, control).expect("a report"));
        let done = report.done();
        let Found { hits, resume } = report.value;
        let resume = resume.expect("it was cancelled");
        assert!(resume > 1_000 && resume < 1 << 63, "{}: {resume}", made.with);
        // What is in flight above the place is counted as done but not covered.
        assert!(resume - 1_000 <= u128::from(done), "{}: {resume}", made.with);
        assert_eq!(hits, search(auto(), &Search { range: 1_000..resume, ..whole.clone() }), "{}", made.with);
        let rest = search(&made.engine, &Search { range: resume..resume + 5_000, ..whole.clone() });
        let both = search(auto(), &Search { range: 1_000..resume + 5_000, ..whole.clone() });
        assert_eq!([hits, rest].concat(), both, "{}", made.with);
    }
}

#[test]
fn cancelled_before_it_began() {
    let message = painted(80);
    let control = Control::default();
    control.cancel.cancel();
    let messages = painted(80 * 100);
    let digest = Digest { function: HashFunction::Sha256, messages: &messages, length: 80, count: 100 };
    let walk = Walk { function: HashFunction::Sha256, starts: &[[0; 32]], steps: &[9] };
    for made in ENGINES.iter() {
        let report = made.engine.search(&endless(&message), &control).expect("a report");
        assert_eq!(report.value, Found { hits: vec![], resume: Some(1_000) }, "{}", made.with);
        assert_eq!(report.done(), 0, "{}", made.with);
        assert_eq!(made.engine.digest(&digest, &control).err(), Some(Error::Cancelled), "{}", made.with);
        assert_eq!(made.engine.walk(&walk, &control).err(), Some(Error::Cancelled), "{}", made.with);
    }
}

#[test]
fn endless_walks_end() {
    let starts = vec![[7; 32]; 40];
    for made in ENGINES.iter() {
        for count in [1, 40] {
            let steps = vec![u64::MAX; count];
            let walk = Walk { function: HashFunction::BLAKE2B, starts: &starts[..count], steps: &steps };
            let answer = cancelled_after(1_000, |control| made.engine.walk(&walk, control));
            assert_eq!(answer.err(), Some(Error::Cancelled), "{}", made.with);
        }
    }
}

#[test]
fn cancelling_after_the_end_changes_nothing() {
    let message = painted(80);
    let control = Control::default();
    let short = Search { range: 0..100, target: Target::MAX, limit: 3, ..endless(&message) };
    let report = auto().search(&short, &control).expect("a search");
    control.cancel.cancel();
    assert_eq!((report.value.hits.len(), report.value.resume), (3, None));
    assert!(control.cancel.clone().is_cancelled());
}
