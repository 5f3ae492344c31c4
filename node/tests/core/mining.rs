//! The miner on a node.

use std::time::{Duration, Instant};

use gridnet_node::miner::{Miner, Settings, Status};
use gridnet_protocol::state::row::Account;
use gridnet_protocol::value::Units;

use crate::setup::{engine, mine, nobody, node, pay};

/// Waits until it goes as it should.
fn wait(miner: &Miner, until: impl Fn(&Status) -> bool) -> Status {
    let began = Instant::now();
    loop {
        let status = miner.status();
        if until(&status) {
            return status;
        }
        assert!(began.elapsed() < Duration::from_secs(60), "{status:?}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn it_mines_pays_and_takes_what_waits() {
    let node = node();
    node.submit_transaction(pay(0, nobody(4), 77)).expect("it waits");
    let miner = Miner::start(node.clone(), engine(), Settings::new(nobody(3))).expect("threads");
    let status = wait(&miner, |status| status.accepted >= 10);
    miner.stop();
    assert_eq!((status.rejected, &status.failure), (0, &None));
    assert!(status.devices[0].hashes > 0);
    let view = node.view().expect("a view");
    let tip = view.tip().expect("a tip");
    let paid = view.row::<Account>(&nobody(3)).expect("the disk").expect("it was paid");
    let fee = pay(0, nobody(4), 77);
    let gridnet_protocol::transaction::Transaction::Signed(signed) = &fee else { panic!("it is signed") };
    // All but the last block's are due.
    let due = Units::from_gnc(50 * (u64::from(tip.height.0) - 1)).0 + signed.body.fee.0;
    assert_eq!(paid.balance.0, due);
    let (place, _) = view.transaction(&fee.id()).expect("the disk").expect("it was mined");
    assert_eq!(place.height.0, 1);
    let after = miner.status();
    std::thread::sleep(Duration::from_millis(50));
    assert_eq!(miner.status().accepted, after.accepted, "it has stopped");
    assert!(!after.mining);
}

#[test]
fn it_goes_on_from_others_blocks_and_rests_when_told() {
    let (here, there) = (node(), node());
    let settings = Settings { block_every: Some(Duration::from_secs(3_600)), ..Settings::new(nobody(3)) };
    let miner = Miner::start(here.clone(), engine(), settings).expect("threads");
    // The first search does not know how fast it is.
    wait(&miner, |status| status.devices[0].hashes > 1 << 18);
    let before = miner.status().accepted;
    let height = here.tips().borrow().height.0;
    let count = height + 3;
    for block in mine(&there, nobody(5), count) {
        here.submit_block(block).expect("alive");
    }
    assert_eq!(here.tips().borrow().height.0, count);
    miner.pause();
    let status = wait(&miner, |status| !status.mining);
    assert_eq!(status.accepted, before);
    std::thread::sleep(Duration::from_millis(100));
    let resting = miner.status().devices[0].hashes;
    std::thread::sleep(Duration::from_millis(100));
    assert_eq!(miner.status().devices[0].hashes, resting);
    miner.resume();
    wait(&miner, |status| status.devices[0].hashes > resting);
    miner.stop();
    let _ = here.failure();
}

#[test]
fn part_of_the_time_is_part_of_the_time() {
    let node = node();
    let hour = Some(Duration::from_secs(3_600));
    let settings = Settings { block_every: hour, duty_percent: 20, ..Settings::new(nobody(3)) };
    let miner = Miner::start(node, engine(), settings).expect("threads");
    std::thread::sleep(Duration::from_millis(2_500));
    let status = miner.status();
    miner.stop();
    // Slices are of 200 ms, so the measured share is near by construction; another machine's load makes it less, not more.
    assert!((5..=35).contains(&status.duty_measured), "{status:?}");
    assert_eq!(status.duty_percent, 20);
}
