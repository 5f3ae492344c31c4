//! Which chain a node is on.

use std::sync::Arc;

use gridnet_node::chain::{Submitted, TipStatus};
use gridnet_node::node::{Clock, Node, Settings};
use gridnet_node::storage::{Overlay, Space, Storage};
use gridnet_protocol::block::Block;
use gridnet_protocol::ledger::Rejection;
use gridnet_protocol::reason::Rejected;
use gridnet_protocol::state::row::Account;
use gridnet_protocol::transaction::Transaction;
use gridnet_protocol::value::{Height, Time, Units};

use crate::setup::{NETWORK, engine, mine, nobody, node, on, pay, rows, solve, solved, unsolve};

fn code(submitted: &Submitted) -> Option<Rejected> {
    match submitted {
        Submitted::Rejected(Rejection { code, .. }) | Submitted::Held(Rejection { code, .. }) => Some(*code),
        _ => None,
    }
}

/// The code of a block that is rejected, not held.
fn rejected(node: &Node, block: Block) -> Rejected {
    match node.submit_block(block) {
        Ok(Submitted::Rejected(why)) => why.code,
        other => panic!("{other:?}"),
    }
}

#[test]
fn blocks_are_taken_and_pay() {
    let node = node();
    let blocks = mine(&node, nobody(7), 5);
    let view = node.view().expect("a view");
    let tip = view.tip().expect("a tip");
    assert_eq!((tip.height, tip.id), (Height(5), blocks[4].id()));
    assert_eq!(view.block(&tip.id).expect("the disk"), Some(blocks[4].clone()));
    // The last one's pay is not due yet.
    let paid = view.row::<Account>(&nobody(7)).expect("the disk").expect("an account");
    assert_eq!(paid.balance, Units::from_gnc(4 * 50));
    let coinbase = blocks[2].transactions[0].id();
    let (place, transaction) = view.transaction(&coinbase).expect("the disk").expect("it is on the chain");
    assert_eq!((place.height, place.index, &transaction), (Height(3), 0, &blocks[2].transactions[0]));
    assert_eq!(node.submit_block(blocks[2].clone()), Ok(Submitted::Known));
}

#[test]
fn the_chain_with_more_work_is_taken_and_the_first_seen_of_equals() {
    let (here, there) = (node(), node());
    let common = mine(&here, nobody(1), 3);
    for block in &common {
        assert_eq!(there.submit_block(block.clone()), Ok(Submitted::Taken));
    }
    let (ours, theirs) = (mine(&here, nobody(2), 2), mine(&there, nobody(3), 4));
    let before = rows(&here);
    assert_eq!(here.submit_block(theirs[0].clone()), Ok(Submitted::Kept));
    assert_eq!(here.submit_block(theirs[1].clone()), Ok(Submitted::Kept), "as much work, and seen later");
    assert_eq!(rows(&here), before);
    let tips = here.view().expect("a view").tips().expect("the disk");
    let fork: Vec<_> = tips.iter().map(|tip| (tip.height.0, tip.branch, tip.status)).collect();
    assert_eq!(fork, [(5, 0, TipStatus::Active), (5, 2, TipStatus::Fork)]);
    assert_eq!(here.submit_block(theirs[2].clone()), Ok(Submitted::Taken), "more work");
    assert_eq!(here.submit_block(theirs[3].clone()), Ok(Submitted::Taken));
    assert_eq!(rows(&here), rows(&there), "the state is that of whoever never was elsewhere");
    let view = here.view().expect("a view");
    assert!(!view.is_on_chain(&ours[1].id()).expect("the disk"));
    assert_eq!(view.place(&ours[1].transactions[0].id()), Ok(None));
    // And back, with one more on top.
    let more = solve_on(&here, &ours, 3);
    for block in more {
        here.submit_block(block).expect("alive");
    }
    assert_eq!(here.view().expect("a view").tip().expect("a tip").height, Height(8));
    assert!(here.view().expect("a view").is_on_chain(&ours[0].id()).expect("the disk"));
}

/// Blocks on top of a branch, as a node that knows only that branch would mine them.
fn solve_on(here: &Node, branch: &[Block], count: u32) -> Vec<Block> {
    let other = node();
    let view = here.view().expect("a view");
    for height in 1..=3 {
        let id = view.id_at(Height(height)).expect("the disk").expect("a block");
        other.submit_block(view.block(&id).expect("the disk").expect("a body")).expect("alive");
    }
    for block in branch {
        assert_eq!(other.submit_block(block.clone()), Ok(Submitted::Taken));
    }
    mine(&other, nobody(9), count)
}

#[test]
fn a_bad_block_is_named_remembered_and_not_built_on() {
    let (here, there) = (node(), node());
    let mut bad = there.template(nobody(1)).expect("a template").block;
    // One unit too much for the producer.
    if let Transaction::Coinbase(coinbase) = &mut bad.transactions[0] {
        coinbase.amount = Units(coinbase.amount.0 + 1);
    }
    bad.header.merkle_root = bad.merkle_root().expect("a coinbase").0;
    let bad = solve(bad);
    let good = mine(&here, nobody(2), 1);
    // It is kept beside the chain until it would be taken: then it turns out bad, and the good chain stays.
    assert_eq!(here.submit_block(bad.clone()), Ok(Submitted::Kept));
    let mut after = bad.clone();
    after.header.previous = bad.id();
    after.header.time += 1;
    if let Transaction::Coinbase(coinbase) = &mut after.transactions[0] {
        coinbase.height = Height(2);
    }
    after.header.merkle_root = after.merkle_root().expect("a coinbase").0;
    let after = solve(after);
    assert_eq!(rejected(&here, after.clone()), Rejected::Previous);
    assert_eq!(here.view().expect("a view").tip().expect("a tip").id, good[0].id());
    assert_eq!(rejected(&here, bad.clone()), Rejected::Reward);
    let view = here.view().expect("a view");
    let record = view.header(&bad.id()).expect("the disk").expect("it is remembered");
    assert!(record.bad.expect("why").why.contains("reward"));
    let mut next = after.clone();
    next.header.previous = after.id();
    let next = solve(next);
    assert_eq!(rejected(&here, next), Rejected::Previous, "not held: it will never be good");
    assert_eq!(view.tips().expect("the disk").iter().filter(|tip| tip.status == TipStatus::Bad).count(), 1);
}

#[test]
fn the_cheap_checks_come_first_and_leave_no_trace() {
    let node = node();
    let good = solved(&node.template(nobody(1)).expect("a template"));
    let headers = |node: &Node| node.view().expect("a view").tips().expect("the disk").len();
    type Change = fn(&mut Block);
    let cases: [(Rejected, Change); 5] = [
        (Rejected::Bits, |block| block.header.bits = 0x1d00_ffff),
        (Rejected::TooOld, |block| block.header.time = 1),
        (Rejected::TooNew, |block| block.header.time = u32::MAX),
        (Rejected::MerkleRoot, |block| block.transactions.push(pay(0, nobody(3), 1))),
        (Rejected::Work, |block| block.header = unsolve(block.header)),
    ];
    for (expected, change) in cases {
        let mut block = good.clone();
        change(&mut block);
        if !matches!(expected, Rejected::MerkleRoot | Rejected::Work | Rejected::Bits) {
            block = solve(block);
        }
        assert_eq!(code(&node.submit_block(block).expect("alive")), Some(expected));
    }
    assert_eq!(headers(&node), 1 + 1, "only the header that somebody put other transactions under is known");
    assert_eq!(
        node.submit_block(good),
        Ok(Submitted::Taken),
        "others' transactions under it say nothing of it"
    );
}

#[test]
fn orphans_wait_for_their_parents() {
    let (here, there) = (node(), node());
    let blocks = mine(&there, nobody(1), 4);
    for block in blocks[1..].iter().rev() {
        let answer = here.submit_block(block.clone()).expect("alive");
        assert_eq!(answer, Submitted::Held(Rejection { code: Rejected::Previous, ..rejection(&answer) }));
    }
    assert_eq!(here.submit_block(blocks[0].clone()), Ok(Submitted::Taken));
    assert_eq!(rows(&here), rows(&there));
}

#[test]
fn an_orphan_is_looked_at_again_when_its_parents_header_comes() {
    let (here, there) = (node(), node());
    let blocks = mine(&there, nobody(1), 2);
    assert!(matches!(here.submit_block(blocks[1].clone()), Ok(Submitted::Held(_))));
    assert_eq!(here.submit_header(blocks[0].header), Ok(Submitted::Kept));
    assert_eq!(here.submit_block(blocks[1].clone()), Ok(Submitted::Known), "it is kept, not held");
    assert_eq!(here.submit_block(blocks[0].clone()), Ok(Submitted::Taken));
    assert_eq!(rows(&here), rows(&there));
}

fn rejection(submitted: &Submitted) -> Rejection {
    match submitted {
        Submitted::Held(rejection) | Submitted::Rejected(rejection) => *rejection,
        other => panic!("{other:?}"),
    }
}

#[test]
fn headers_come_first_and_bodies_in_any_order() {
    let (here, there) = (node(), node());
    let blocks = mine(&there, nobody(1), 5);
    for block in &blocks {
        assert_eq!(here.submit_header(block.header), Ok(Submitted::Kept));
        assert_eq!(here.submit_header(block.header), Ok(Submitted::Known));
    }
    let tips = here.view().expect("a view").tips().expect("the disk");
    assert_eq!((tips[1].height, tips[1].status), (Height(5), TipStatus::Headers));
    for place in [4, 1, 3, 2] {
        assert_eq!(here.submit_block(blocks[place].clone()), Ok(Submitted::Kept));
    }
    assert_eq!(here.view().expect("a view").tip().expect("a tip").height, Height(0));
    assert_eq!(here.submit_block(blocks[0].clone()), Ok(Submitted::Taken));
    assert_eq!(here.view().expect("a view").tip().expect("a tip").id, blocks[4].id());
    assert_eq!(rows(&here), rows(&there));
}

#[test]
fn a_block_of_the_future_is_taken_when_its_time_comes() {
    let clock = Clock::system();
    let settings = Settings {
        clock: clock.clone(),
        ..Settings::new(Storage::in_memory(NETWORK).expect("memory"), engine())
    };
    let here = Node::start(settings).expect("a sound database");
    let there = node();
    let start = there.now().0;
    let mut early = there.template(nobody(1)).expect("a template").block;
    early.header.time = u32::try_from(start + 2_000).expect("before 2106");
    let early = solve(early);
    assert_eq!(code(&here.submit_block(early.clone()).expect("alive")), Some(Rejected::TooNew));
    assert_eq!(code(&here.submit_block(early.clone()).expect("alive")), Some(Rejected::TooNew));
    clock.set(Time(start + 1_500));
    let mut tips = here.tips();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    let came = runtime.block_on(async {
        let patience = std::time::Duration::from_secs(20);
        tokio::time::timeout(patience, tips.wait_for(|tip| tip.id == early.id())).await.is_ok()
    });
    assert!(came, "the clock came to it");
}

#[test]
fn what_can_no_longer_be_taken_back_is_not_begun() {
    let storage = Storage::in_memory(NETWORK).expect("memory");
    let here = on(storage.clone());
    let ours = mine(&here, nobody(1), 6);
    here.stop();
    drop(here);
    let mut overlay = Overlay::new(storage.snapshot().expect("memory"));
    overlay.remove(Space::Undo, ours[1].id().to_vec());
    overlay.remove(Space::Undo, ours[0].id().to_vec());
    storage.commit(&overlay).expect("memory");
    let here = on(storage.clone());
    let before = rows(&here);
    let there = node();
    let theirs = mine(&there, nobody(2), 7);
    let mut answers = theirs.into_iter().map(|block| here.submit_block(block));
    let error = answers.find_map(Result::err).expect("it stops");
    assert!(error.to_string().contains("node reindex"), "{error}");
    drop(answers);
    drop(here);
    // Nothing was taken back, and what was answered before is there.
    let error =
        Node::start(Settings::new(storage.clone(), engine())).map(drop).expect_err("nor does it begin");
    assert!(error.to_string().contains("node reindex"), "{error}");
    let view = gridnet_node::chain::ChainView::new(&storage).expect("a chain");
    assert_eq!(view.tip().expect("a tip").id, ours[5].id());
    let _ = before;
}

#[test]
fn a_long_reorganisation_is_committed_in_whole_blocks() {
    let storage = Storage::in_memory(NETWORK).expect("memory");
    let settings = Settings { gathered_max: Some(1), ..Settings::new(storage.clone(), engine()) };
    let here = Node::start(settings).expect("a sound database");
    let there = node();
    mine(&here, nobody(1), 20);
    let theirs = mine(&there, nobody(2), 21);
    let heights = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    for block in theirs {
        here.submit_block(block).expect("alive");
        heights.lock().expect("no panic").push(here.view().expect("a view").tip().expect("a tip").height);
    }
    assert_eq!(rows(&here), rows(&there));
    let heights = Arc::into_inner(heights).expect("one").into_inner().expect("no panic");
    assert_eq!(heights.last(), Some(&Height(21)));
    // What was committed in parts is whole for whoever opens it.
    here.stop();
    drop(here);
    assert_eq!(rows(&on(storage)), rows(&there));
}
