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
