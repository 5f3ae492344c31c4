//! What a chain takes, with the weights of real claims.

use gridnet_protocol::Network;
use gridnet_protocol::throughput::Throughput;
use gridnet_tests::chain::claim;
use gridnet_tests::world::{Course, World};

use crate::engine;

/// Between six claims a second of eight hops and twenty-one of none; with a thousand datagrams in each, a thousand times that.
#[test]
fn a_chain_takes_some_claims_a_second_and_they_stand_for_much_more() {
    let mut world = World::new(engine());
    let mut rate = |hops: usize| {
        let carriers = ["ann", "ben", "cyd", "dan", "eve", "c0", "c1", "c2"][..hops].to_vec();
        // One session, which grows.
        let depth = 20 + hops as u32;
        let mut claimed = world.claimed(&Course { carriers, depth, ..Course::default() });
        // As one that is not its bank's first.
        claimed.bank = None;
        let chain =
            Throughput::of_chain(Network::Main, claim(vec![claimed]).weight()).expect("it has a spacing");
        let thousand = chain.effective(1_000).expect("a number");
        let one = chain.in_a_million_seconds().expect("a number");
        assert!((1_000 * one..1_000 * (one + 1)).contains(&thousand), "{one} {thousand}");
        one / 1_000_000
    };
    let rates: Vec<u128> = (0..=8).map(&mut rate).collect();
    assert!(rates.is_sorted_by(|few, many| few >= many), "{rates:?}");
    assert_eq!((rates[0], rates[8]), (21, 6), "{rates:?}");
}
