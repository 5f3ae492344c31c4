//! What a gateway verifies over and over takes no memory: a token with its pool card, a custody chain, a datagram, a
//! transit pool, a header. Good or bad.
#![forbid(unsafe_code)]

use allocation_counter::measure;
use gridnet_core::Engine;
use gridnet_core::proof::header::{HEADER_BYTES, Header};
use gridnet_core::proof::identity::{self, Proof};
use gridnet_protocol::datagram::{Datagram, Payload};
use gridnet_protocol::value::{Content, Time};
use gridnet_tests::world::{Course, NETWORK, NOW, World, carrier};

/// What a call took, and what it said.
fn taken<T>(call: impl FnOnce() -> T) -> (u64, T) {
    let mut said = None;
    let taken = measure(|| said = Some(call()));
    (taken.count_total, said.expect("it was called"))
}

fn datagram() -> Datagram {
    let engine = Engine::builder().device("cpu").threads(1).build().expect("a CPU");
    let mut world = World::new(&engine);
    let (destination, expiry) = (carrier("destination"), Time(NOW.0 + 50));
    let payload = Payload::new(vec![7; 300]).expect("short");
    let content = Content::of_bundle(&destination, expiry, payload.as_bytes());
    let course = Course { content, by_bearer: vec![1], ..Course::default() };
    let session = world.session(&course);
    let card = world.pool.card(session.token.bank).ok();
    Datagram { token: session.token, card, custody: session.custody, destination, expiry, payload }
}

#[test]
fn memory_is_counted() {
    assert_eq!(taken(|| 7), (0, 7));
    assert!(taken(|| vec![7u8; 100]).0 > 0);
}

#[test]
fn what_comes_with_a_datagram() {
    let good = datagram();
    let mut bad = good.clone();
    bad.token.signature.0[7] ^= 1;
    for datagram in [&good, &bad] {
        let is_good = std::ptr::eq(datagram, &good);
        let Datagram { token, card, custody, .. } = datagram;
        let card = card.as_ref().expect("a card");
        let (count, checked) = taken(|| token.check(NETWORK));
        assert_eq!((count, checked.is_ok()), (0, is_good));
        assert_eq!(taken(|| card.is_of(NETWORK, token) && card.leads_to_ceiling(token)), (0, true));
        assert_eq!(taken(|| custody.check(NETWORK, token).is_ok()), (0, true));
        assert_eq!(taken(|| datagram.check(NETWORK, NOW, None).is_ok()), (0, is_good));
    }
}

#[test]
fn a_custody_chain_that_breaks() {
    let good = datagram();
    let mut other = good.token;
    other.body.first_key = other.body.receiver.key;
    let (count, checked) = taken(|| good.custody.check(NETWORK, &other));
    assert_eq!((count, checked.is_err()), (0, true));
}

#[test]
fn a_transit_pool() {
    let engine = Engine::builder().device("cpu").threads(1).build().expect("a CPU");
    let mut world = World::new(&engine);
    let session = world.session(&Course::default());
    let pool = world.assemble(&session);
    assert_eq!(taken(|| pool.check(NETWORK)), (0, Ok(())));
}

#[test]
fn a_header_and_an_identity() {
    let bytes: [u8; HEADER_BYTES] = Header::GENESIS.to_bytes();
    let met = || {
        let header = Header::from_bytes(&bytes);
        header.target().is_ok_and(|target| target.is_met_by(&header.id(), gridnet_core::Order::Little))
    };
    assert_eq!(taken(met), (0, true));
    let proof = Proof { repetitions: 9, nonce: 4 };
    let (count, hash) = taken(|| identity::hash(&[3; 32], proof));
    assert_eq!((count, hash.is_some()), (0, true));
}

/// The most memory that reading some bytes takes at a time.
fn peak(read: impl FnOnce()) -> u64 {
    measure(read).bytes_max
}

/// A length that is not true takes no memory: wherever four bytes of a good encoding are made the largest number, no more is
/// taken than a few times what is really there.
#[test]
fn lengths_that_are_not_true() {
    // What is kept by one's own hand has lists of bytes, which are read by the megabyte: commands' kind 13.
    const ROOM: u64 = 64 * 1_024;
    const OWN: u64 = 2 * 1_024 * 1_024;
    let mut kinds = std::collections::BTreeSet::new();
    for good in gridnet_tests::fuzz_ledger::encodings() {
        // Of each kind a few: every transaction, but no more than three readings.
        kinds.insert(good[0]);
        let room = if good[0] == 13 { OWN } else { ROOM };
        let step = (good.len() / 200).max(1);
        for place in (1..good.len().saturating_sub(4)).step_by(step) {
            let mut hostile = good.clone();
            hostile[place..place + 4].fill(0xff);
            let taken = peak(|| _ = std::hint::black_box(gridnet_tests::fuzz_ledger::read(&hostile)));
            assert!(taken < room + 40 * good.len() as u64, "kind {}, {place}: {taken} bytes", good[0]);
        }
    }
    assert_eq!(kinds.len(), 16, "{kinds:?}");
}

/// A proof has as many neighbours as its bytes hold, and no more bytes than a proof of a good state.
#[test]
fn a_proof_without_end() {
    let mut hostile = vec![14, 0];
    hostile.extend(u32::MAX.to_le_bytes());
    hostile.resize(10_000_000, 0);
    let taken = peak(|| assert!(!gridnet_tests::fuzz_ledger::read(&hostile)));
    assert!(taken < 4 * 1_024 * 1_024, "{taken} bytes");
}
