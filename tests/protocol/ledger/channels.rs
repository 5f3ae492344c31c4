//! The two kinds of channels together: what a contract's parties sign travels as data, and whoever carries it is paid.

use gridnet_protocol::contract::{Contract, Partial, SignedState};
use gridnet_protocol::datagram::{Datagram, Payload};
use gridnet_protocol::encoding::encode;
use gridnet_protocol::meter::SignedReading;
use gridnet_protocol::pool::OwnedPool;
use gridnet_protocol::pool::owner::{Ask, Source};
use gridnet_protocol::transaction::Action;
use gridnet_protocol::transit::TransitPool;
use gridnet_protocol::value::{Content, Depth, Slot, Time};
use gridnet_tests::chain::{Chain, Shape, address, claim, person, read};
use gridnet_tests::street::{self, Street, end, open, state};
use gridnet_tests::world::{NETWORK, Recipient, Session, recipient, terms};

use crate::engine;

/// A street on which Ann carries, and Bob has a pool.
fn with_carrier() -> (Street<'static>, OwnedPool) {
    let mut street = street::street(engine());
    street.chain.settle_in(&["ann"]);
    let pool = street.chain.registered("bob", &Shape::default());
    (street, pool)
}

/// Has Ann carry something from Bob to somebody. What arrives, and the transit pool that it ends in.
fn carried(chain: &Chain<'_>, pool: &mut OwnedPool, to: &str, payload: Vec<u8>) -> (Datagram, TransitPool) {
    let Recipient { key, secret, public } = recipient(to);
    let (destination, expiry) = (address(to), Time(chain.now.0 + 1_000));
    let payload = Payload::new(payload).expect("a few hundred bytes");
    let ask = Ask {
        receiver: public,
        content: Content::of_bundle(&destination, expiry, payload.as_bytes()),
        terms: terms(),
        issued: Time(chain.now.0 - 5_000),
        expiry: Time(chain.now.0 + 10_000),
        depth: Depth(40),
        source: Source::Unused,
    };
    let issued = pool.issue(&ask, |_| Ok::<(), ()>(())).expect("a token");
    let Session { token, custody, .. } = chain.session(issued, &["ann"]);
    let card = Some(pool.card(token.bank).expect("one of its banks"));
    let datagram = Datagram { token, card, custody, destination, expiry, payload };
    let arrived = Datagram::from_file(&datagram.to_file()).expect("its own file");
    assert_eq!(arrived.check(NETWORK, chain.now, None), Ok(()));
    let transit = TransitPool::assemble(NETWORK, token, &arrived.custody, &key, &secret);
    (arrived, transit.expect("a transit pool"))
}

/// Paper, IX: state-full for energy, and its updates carried by a state-less channel.
#[test]
fn a_contracts_state_travels_for_pay() {
    let (mut street, mut pool) = with_carrier();
    let (first, last) = (Slot(street.slot + 10), Slot(street.slot + 17));
    let contract = Contract { first, last, ..street::terms(&street) };
    street.chain.act("bob", open(&contract));
    // Bob has signed how it shall end, and Lin; Sue is to be third.
    let mut partial = Partial::new(&contract, state(&contract, 1, 2_000, true).body);
    for name in ["bob", "lin"] {
        partial.sign(NETWORK, &contract, &person(name)).expect("a party");
    }
    let (arrived, transit) = carried(&street.chain, &mut pool, "sue", partial.to_bytes());
    let mut received = Partial::from_bytes(arrived.payload.as_bytes()).expect("what was sent");
    received.check(NETWORK, &contract).expect("two good signatures");
    assert!(received.whole().is_none());
    received.sign(NETWORK, &contract, &person("sue")).expect("a party");
    let signatures = received.whole().expect("all have signed");
    let whole = SignedState { body: received.body, signatures };
    let (ann, sue) = (street.chain.balance("ann"), street.chain.balance("sue"));
    let claimed = claim(vec![street.chain.to_claim(&pool, transit)]);
    let ended = street.chain.sign("tom", end(whole));
    street.chain.mine(&[claimed, ended]);
    assert_eq!(street.settled(&contract), Some(2_000));
    assert!(street.chain.balance("ann") > ann, "who carried is paid");
    assert!(street.chain.balance("sue") > sue + 200, "for the energy, and for having received");
}

/// Paper, IX: strangers can be rewarded for reading far-off meters, with no contract before.
#[test]
fn a_reading_is_carried_by_a_stranger_and_posted_by_another() {
    let (mut street, mut pool) = with_carrier();
    street.chain.wait_for_slot(street.slot + 1);
    let reading = street.chain.reading("roof", street.roof, street.slot + 1, 0, 700);
    let (arrived, transit) = carried(&street.chain, &mut pool, "tom", reading.to_bytes());
    let received = SignedReading::from_bytes(arrived.payload.as_bytes()).expect("what was sent");
    assert_eq!(encode(&received), encode(&reading));
    let ann = street.chain.balance("ann");
    let claimed = claim(vec![street.chain.to_claim(&pool, transit)]);
    let posted: Action = read(vec![received]);
    let posted = street.chain.sign("tom", posted);
    street.chain.mine(&[claimed, posted]);
    assert_eq!(street.chain.kept(&street.roof).map(|kept| kept.export.0), Some(700));
    assert!(street.chain.balance("ann") > ann);
    // One byte off, it is no reading of that meter.
    let mut bytes = arrived.payload.as_bytes().to_vec();
    *bytes.last_mut().expect("bytes") ^= 1;
    let forged = SignedReading::from_bytes(&bytes).expect("it decodes");
    let forged = street.chain.sign("tom", read(vec![forged]));
    assert_eq!(street.chain.code(&forged), "reading");
}
