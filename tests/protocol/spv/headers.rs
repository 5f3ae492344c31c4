use gridnet_core::proof::header::Header;
use gridnet_core::{Control, Order, Work};
use gridnet_protocol::spv::{Checkpoint, HeaderChain, Headers};
use gridnet_protocol::value::{Height, Time};
use gridnet_protocol::{Error, Network};
use gridnet_tests::chain::Chain;
use gridnet_tests::world::NETWORK;

use super::{refusal, verified};
use crate::engine;

/// The headers of a chain of 30 blocks.
fn some() -> (Chain<'static>, Vec<Header>) {
    let mut chain = Chain::new(engine());
    chain.wait(30);
    let headers = (0..=30).map(|height| chain.header(height)).collect();
    (chain, headers)
}

/// The header with a nonce that makes it good, or bad.
fn worked(mut header: Header, good: bool) -> Header {
    let target = header.target().expect("a target");
    while target.is_met_by(&header.id(), Order::Little) != good {
        header.nonce += 1;
    }
    header
}

fn from_first(headers: &[Header], now: Time) -> Result<HeaderChain, Error> {
    take(NETWORK, Checkpoint::first(NETWORK), headers, now)
}

fn take(network: Network, start: Checkpoint, headers: &[Header], now: Time) -> Result<HeaderChain, Error> {
    let headers = Headers::new(headers.iter().copied()).expect("not too many");
    HeaderChain::verify(engine(), network, start, &headers, now, &Control::default())
}

#[test]
fn headers_give_height_tip_and_work() {
    let (chain, headers) = some();
    let tip = chain.ledger.tip().expect("memory");
    let whole = verified(&chain, 0);
    assert_eq!((whole.height(), whole.tip(), whole.work().to_be_bytes()), (tip.height, tip.id, tip.work));
    assert_eq!((whole.network(), whole.start()), (NETWORK, Checkpoint::first(NETWORK)));
    assert_eq!((whole.depth(Height(30)), whole.depth(Height(0))), (Some(0), Some(30)));
    assert_eq!((whole.depth(Height(31)), whole.header(Height(31))), (None, None));
    // From a checkpoint on: nothing is known of what was before.
    let later = verified(&chain, 20);
    assert_eq!((later.height(), later.tip()), (tip.height, tip.id));
    assert_eq!((later.depth(Height(20)), later.depth(Height(19))), (Some(10), None));
    let each = headers[1].target().expect("a target").work();
    assert_eq!(later.work(), each.saturating_mul(11));
    assert!(later.work() < whole.work() && later.work() > Work::ZERO);
    assert!(Checkpoint::first(NETWORK).is_first() && !later.start().is_first());
    // A chain of the one block that is trusted.
    let last = verified(&chain, 30);
    assert_eq!((last.height(), last.depth(Height(30))), (Height(30), Some(0)));
    let bytes = chain.headers(3).to_bytes();
    assert_eq!(bytes.len(), 4 + 28 * 80);
    assert_eq!(Headers::from_bytes(&bytes), Ok(chain.headers(3)));
}

#[test]
fn each_rule_of_headers_is_looked_at() {
    let (chain, good) = some();
    let now = chain.now;
    assert!(from_first(&good, now).is_ok());
    let broken = |change: &dyn Fn(&mut Vec<Header>)| {
        let mut headers = good.clone();
        change(&mut headers);
        refusal(from_first(&headers, now))
    };
    let at = |code: &'static str, height: u32| (code, format!("header {height}"));
    // Where it begins.
    assert_eq!(broken(&|it| it.clear()), at("start", 0));
    assert_eq!(broken(&|it| _ = it.remove(0)), at("start", 0));
    assert_eq!(broken(&|it| it[0].time += 1), at("start", 0));
    let other = Checkpoint::first(Network::Test);
    assert_eq!(refusal(take(NETWORK, other, &good, now)), at("start", 0));
    assert_eq!(refusal(take(Network::Test, other, &good, now)), at("start", 0));
    let wrong = Checkpoint { height: Height(5), id: good[6].id() };
    assert_eq!(refusal(take(NETWORK, wrong, &good[5..], now)), at("start", 5));
    let late = Checkpoint { height: Height(u32::MAX - 3), id: good[5].id() };
    assert_eq!(refusal(take(NETWORK, late, &good[5..], now)), at("start", u32::MAX - 3));
    // Headers of regtest are of no use to those who expect the test network's targets.
    let trusted = Checkpoint { height: Height(5), id: good[5].id() };
    assert_eq!(refusal(take(Network::Test, trusted, &good[5..], now)), at("bad-bits", 6));
    // Cheap rules first: nothing is hashed for a header that breaks them.
    assert_eq!(broken(&|it| it[9].bits -= 1), at("bad-bits", 9));
    assert_eq!(broken(&|it| it[9].time = it[3].time), at("time-too-old", 9));
    assert_eq!(broken(&|it| it[30].time = now.0 as u32 + 601), at("time-too-new", 30));
    let early = from_first(&good, Time(u64::from(good[30].time) - 601));
    assert_eq!(refusal(early), at("time-too-new", 30));
    // A good header in the place of another one; one that is left out; two that are swapped.
    assert_eq!(
        broken(&|it| it[9] = worked(Header { version: 7, nonce: 0, ..it[9] }, true)),
        at("bad-link", 10)
    );
    assert_eq!(broken(&|it| _ = it.remove(9)), at("bad-link", 9));
    assert_eq!(broken(&|it| it.swap(29, 30)), at("bad-link", 29));
    // The last one has no child that would tell.
    assert_eq!(broken(&|it| it[30] = worked(it[30], false)), at("high-hash", 30));
}

#[test]
fn no_more_headers_are_read_than_may_be() {
    let mut bytes = vec![0; 4 + 80];
    bytes[..4].copy_from_slice(&((1u32 << 20) + 1).to_le_bytes());
    let Err(Error::Encoding { why, .. }) = Headers::from_bytes(&bytes) else { panic!("too many") };
    assert!(why.contains("1048576 at most"), "{why}");
    bytes[..4].copy_from_slice(&1u32.to_le_bytes());
    assert_eq!(Headers::from_bytes(&bytes).map(|headers| headers.len()), Ok(1));
}

#[test]
fn stopping_is_no_verdict() {
    let (chain, _) = some();
    let control = Control::default();
    control.cancel.cancel();
    let stopped =
        HeaderChain::verify(engine(), NETWORK, chain.checkpoint(0), &chain.headers(0), chain.now, &control);
    assert_eq!(stopped, Err(Error::Engine(gridnet_core::Error::Cancelled)));
}
