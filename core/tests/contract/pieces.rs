//! A caller's own work on the engine's threads.

use std::collections::HashSet;
use std::sync::Mutex;
use std::thread::{self, ThreadId};

use gridnet_core::{Control, DeviceKind, Digest, Engine, HashFunction};

use crate::ENGINES;
use crate::backends::{Fake, as_cpu};
use crate::oracle::painted;

/// The threads on which pieces were at work: each waits for as many as are expected, so that one alone cannot do it all.
fn threads_of(engine: &Engine, pieces: usize, expected: usize) -> HashSet<ThreadId> {
    let seen = Mutex::new(HashSet::new());
    let is_enough = || seen.lock().expect("no test panics here").len() >= expected;
    engine.each_piece(0..pieces, |_, _| {
        seen.lock().expect("no test panics here").insert(thread::current().id());
        while !is_enough() {
            thread::yield_now();
        }
    });
    seen.into_inner().expect("no test panics here")
}

#[test]
fn what_came_of_pieces_is_in_their_order() {
    for made in ENGINES.iter() {
        for count in [0, 1, 2, 7, 8, 1_000] {
            let pieces: Vec<String> = (0..count).map(|piece| piece.to_string()).collect();
            let expected: Vec<String> = pieces.iter().map(|piece| format!("<{piece}>")).collect();
            let done = made.engine.each_piece(pieces.into_iter(), |_, piece| format!("<{piece}>"));
            assert_eq!(done, expected, "{}", made.with);
        }
    }
}

#[test]
fn all_threads_of_the_cpu_are_at_work_and_no_other() {
    for made in ENGINES.iter() {
        let threads = threads_of(&made.engine, 50, made.threads);
        assert_eq!(threads.len(), made.threads, "{}", made.with);
        let own = threads.contains(&thread::current().id());
        assert_eq!(own, made.threads == 1, "{}: on one thread it is the caller's", made.with);
    }
}

#[test]
fn the_engine_of_a_piece_answers_on_its_thread_by_the_same_path() {
    let messages = painted(100 * 80);
    let question = Digest { function: HashFunction::BLAKE2S, messages: &messages, length: 80, count: 100 };
    for made in ENGINES.iter() {
        let whole = made.engine.digest(&question, &Control::default()).expect("digests");
        let parts = made.engine.each_piece(0..9, |engine, _| {
            // Within a piece there is one thread, and that is the piece's.
            assert_eq!(threads_of(engine, 9, 1), HashSet::from([thread::current().id()]), "{}", made.with);
            engine.digest(&question, &Control::default()).expect("digests")
        });
        for part in parts {
            assert_eq!(part.value, whole.value, "{}", made.with);
            assert_eq!(part.devices[0].path, whole.devices[0].path, "{}", made.with);
        }
    }
}

#[test]
fn a_cpu_of_ones_own_is_asked_on_the_callers_thread() {
    let engine = as_cpu(Fake::new("cpu", DeviceKind::Cpu));
    assert_eq!(threads_of(&engine, 9, 1), HashSet::from([thread::current().id()]));
}
