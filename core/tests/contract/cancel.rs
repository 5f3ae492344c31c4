//! Cancelling: calls return, and a search says truly how far it came.

use std::sync::Arc;
use std::time::{Duration, Instant};

use gridnet_core::proof::header::Header;
use gridnet_core::proof::headers::{self, Retarget};
use gridnet_core::{
    Cancel, Control, Digest, Endian, Engine, Error, Found, HashFunction, Hit, NonceField, Order, Progress,
    Report, Search, Target, Walk, limits,
};

use crate::backends::Fake;
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
fn calls_run_at_the_same_time() {
    let message = painted(80);
    let batch = painted(80 * 4_000);
    let digest = Digest { function: HashFunction::Sha256d, messages: &batch, length: 80, count: 4_000 };
    for made in ENGINES.iter() {
        let mining = Control { progress: Some(Arc::default()), ..Control::default() };
        std::thread::scope(|scope| {
            let mine = scope.spawn(|| made.engine.search(&endless(&message), &mining).expect("a report"));
            while mining.progress.as_ref().expect("it is watched").snapshot().done == 0 {
                std::thread::sleep(Duration::from_millis(1));
            }
            // While one searches for ever, another gets its answer, and a third can be cancelled.
            let (said, heard) = std::sync::mpsc::channel();
            scope.spawn(move || {
                let digests = made.engine.digest(&digest, &Control::default()).map(|report| report.value);
                let found = cancelled_after(1_000, |control| {
                    made.engine.search(&endless(&painted(80)), control).expect("a report").value
                });
                said.send((digests, found)).expect("somebody listens");
            });
            let heard = heard.recv_timeout(Duration::from_secs(60));
            let still_mining = !mine.is_finished();
            mining.cancel.cancel();
            let (digests, found) = heard.unwrap_or_else(|_| panic!("{}: the second call starves", made.with));
            assert!(still_mining && found.resume.is_some(), "{}", made.with);
            assert_eq!(digests, auto().digest(&digest, &Control::default()).map(|report| report.value));
        });
    }
}

#[test]
fn a_dense_search_is_cancelled_while_its_hits_are_hashed_again() {
    let message = painted(80);
    let dense = Search { target: Target::MAX, range: 0..10_000, limit: 10_000, ..endless(&message) };
    let control = Control::default();
    let Found { hits, resume } =
        Fake::cancelling(&control.cancel).search(&dense, &control).expect("a report").value;
    assert!((1..10_000).contains(&hits.len()), "{}", hits.len());
    assert_eq!(resume, Some(hits.len() as u128));
    assert_eq!(hits, search(auto(), &Search { limit: hits.len(), ..dense }));
}

#[test]
fn a_cancelled_chain_of_headers_says_how_far_it_is_valid() {
    let control = Control::default();
    control.cancel.cancel();
    let chain = vec![0; 80 * 3];
    let verdict = headers::verify(auto(), HashFunction::Sha256d, &chain, Retarget::None, &control);
    let verdict = verdict.expect("a verdict").value;
    assert_eq!((verdict.valid, verdict.first_bad, verdict.interrupted), (0, None, true));

    // A second batch that is not begun: the first one's headers are judged.
    let mut previous = [0; 32];
    let chain: Vec<u8> = (0..70_000)
        .flat_map(|time| {
            let header = Header { previous, time, bits: 0x2100_ffff, ..Header::GENESIS };
            previous = header.id();
            header.to_bytes()
        })
        .collect();
    let control = Control::default();
    let engine = Fake::cancelling(&control.cancel);
    let verdict = headers::verify(&engine, HashFunction::Sha256d, &chain, Retarget::None, &control);
    let verdict = verdict.expect("a verdict").value;
    assert!(verdict.interrupted && verdict.first_bad.is_none());
    assert!((1..70_000).contains(&verdict.valid), "{}", verdict.valid);
    let valid = &chain[..80 * verdict.valid];
    let whole = headers::verify(auto(), HashFunction::Sha256d, valid, Retarget::None, &Control::default());
    assert_eq!(whole.expect("a verdict").value.total_work, verdict.total_work);
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
