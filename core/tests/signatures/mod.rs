//! What everybody who verifies signatures must say, as suites: RFC 8032's vectors, the edge cases of C2SP/CCTV,
//! Wycheproof, every pair of points of small order, and good and bad ones at random. `contract` asks every path of the
//! CPU, `gpu` graphics processors. What is expected comes from the vectors, and from `ed25519-zebra` and
//! `curve25519-dalek` one signature at a time. `contract/flaws.rs` has ways of being wrong that the suites must find.

mod batch;
mod edges;
pub(crate) mod random;
mod rfc8032;
mod small_order;
mod subject;
mod wycheproof;

pub(crate) use batch::Batch;
pub(crate) use subject::Subject;

/// Asks everybody; how many signatures were asked about, or the first wrong answer.
pub(crate) type Suite = fn(&[Subject<'_>]) -> Result<usize, String>;

/// Every suite, and how many signatures it asks about at least: none passes without its subject running.
pub(crate) const SUITES: [(&str, Suite, usize); 5] = [
    ("RFC 8032", rfc8032::suite, 20),
    ("C2SP/CCTV", edges::suite, 914),
    ("Wycheproof", wycheproof::suite, 130),
    ("small order", small_order::suite, 196),
    ("random", random::suite, random::COUNT_MIN),
];

/// Runs the suite of a name; what is wrong ends the test.
pub(crate) fn pass(name: &str, subjects: &[Subject<'_>]) {
    assert!(!subjects.is_empty(), "somebody must be asked");
    let (_, suite, least) = SUITES.into_iter().find(|suite| suite.0 == name).expect("the name of a suite");
    match suite(subjects) {
        Ok(count) => assert!(count >= least, "{name} asked about {count} signatures only"),
        Err(difference) => panic!("{name}: {difference}"),
    }
}
