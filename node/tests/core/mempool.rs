//! What waits to be in a block.

use gridnet_core::Control;
use gridnet_core::proof::identity::mint;
use gridnet_node::chain::Submitted;
use gridnet_node::mempool::{Limits, Refusal};
use gridnet_node::node::{Node, NodeError, Settings};
use gridnet_node::storage::Storage;
use gridnet_protocol::identity;
use gridnet_protocol::ledger::{regtest_key, sign_paying_least};
use gridnet_protocol::network::FREE_IDENTITIES_MAX;
use gridnet_protocol::pool::owner::Source;
use gridnet_protocol::reason::Rejected;
use gridnet_protocol::transaction::{Action, Body, IdentityRegistration, Posted, Transaction};
use gridnet_protocol::value::{Time, Units};
use gridnet_tests::chain::{Chain, Shape, address, claim};

use crate::setup::{NETWORK, engine, key, mine, nobody, node, on, pay, rows, solved, transfer};

fn refused(node: &Node, transaction: Transaction) -> Refusal {
    match node.submit_transaction(transaction) {
        Err(NodeError::Refused(refusal)) => refusal,
        other => panic!("{other:?}"),
    }
}

fn ids(node: &Node) -> Vec<[u8; 32]> {
    node.waiting().expect("alive").into_iter().map(|waiting| waiting.id).collect()
}

fn with_fee(sequence: u64, fee: u64) -> Transaction {
    let action = Action::Transfer { to: nobody(5), amount: Units(1) };
    let body = Body { sender: regtest_key().public(), sequence, fee: Units(fee), action };
    body.sign(NETWORK, &regtest_key()).expect("a key signs")
}

#[test]
fn what_waits_is_mined_and_waits_no_longer() {
    let node = node();
    let all: Vec<_> = (0..3).map(|sequence| pay(sequence, nobody(2), 100)).collect();
    for transaction in &all {
        assert_eq!(node.submit_transaction(transaction.clone()), Ok(transaction.id()));
    }
    assert_eq!(refused(&node, all[1].clone()), Refusal::Waiting);
    assert_eq!(node.mempool().expect("alive").count, 3);
    let mined = mine(&node, nobody(1), 1);
    assert_eq!(mined[0].transactions[1..], all);
    assert_eq!(node.mempool().expect("alive").count, 0);
    assert!(matches!(refused(&node, all[0].clone()), Refusal::OnChain { .. }));
    assert!(
        matches!(refused(&node, pay(1, nobody(3), 5)), Refusal::Rejected(why) if why.code == Rejected::Sequence)
    );
}

#[test]
fn an_accounts_come_in_their_order_and_gaps_are_named() {
    let node = node();
    assert_eq!(refused(&node, pay(2, nobody(2), 1)), Refusal::Gap { next: 0, got: 2 });
    // The later one pays more, and is mined after the one that it needs all the same.
    node.submit_transaction(pay(0, nobody(2), 1)).expect("it waits");
    node.submit_transaction(with_fee(1, 1_000_000)).expect("it waits");
    assert_eq!(node.next_sequence(gridnet_protocol::Address::of(&regtest_key().public())), Ok(2));
    assert_eq!(ids(&node)[0], with_fee(1, 1_000_000).id(), "the best comes first");
    let mined = mine(&node, nobody(1), 1);
    assert_eq!(mined[0].transactions[1..], [pay(0, nobody(2), 1), with_fee(1, 1_000_000)]);
}

#[test]
fn so_many_wait_before_another_and_no_more() {
    let node = node();
    let most = gridnet_node::mempool::BEFORE_MAX as u64;
    for sequence in 0..=most {
        node.submit_transaction(pay(sequence, nobody(2), 1)).expect("it waits");
    }
    assert_eq!(refused(&node, pay(most + 1, nobody(2), 1)), Refusal::TooMany { max: most as usize });
}

#[test]
fn what_takes_anothers_place_pays_more() {
    let node = node();
    let least = pay(0, nobody(5), 1);
    node.submit_transaction(least.clone()).expect("it waits");
    node.submit_transaction(pay(1, nobody(2), 1)).expect("it waits");
    let Transaction::Signed(signed) = &least else { panic!("a transfer is signed") };
    let fee = signed.body.fee.0;
    let Refusal::Replacement { least } = refused(&node, with_fee(0, fee + 1)) else {
        panic!("it pays too little")
    };
    assert_eq!(least.0, fee * 125 / 100);
    let better = with_fee(0, least.0);
    node.submit_transaction(better.clone()).expect("it pays enough");
    assert_eq!(mine(&node, nobody(1), 1)[0].transactions[1..], [better, pay(1, nobody(2), 1)]);
}

#[test]
fn who_pays_least_makes_room() {
    let weight = pay(0, nobody(2), 1).weight();
    let limits = Limits { weight_max: 3 * weight, ..Limits::default() };
    let settings =
        Settings { mempool: limits, ..Settings::new(Storage::in_memory(NETWORK).expect("memory"), engine()) };
    let node = Node::start(settings).expect("a sound database");
    // Two other people with money.
    for (sequence, person) in [(0, 1), (1, 2)] {
        let to = gridnet_protocol::Address::of(&key(person).public());
        node.submit_transaction(pay(sequence, to, 1_000_000_000)).expect("it waits");
    }
    mine(&node, nobody(9), 1);
    let of = |person: u8, sequence, fee| {
        let action = Action::Transfer { to: nobody(5), amount: Units(1) };
        let body = Body { sender: key(person).public(), sequence, fee: Units(fee), action };
        body.sign(NETWORK, &key(person)).expect("a key signs")
    };
    let cheap = 10 * weight;
    let all = [of(1, 0, cheap), of(1, 1, cheap * 5), of(2, 0, cheap * 2)];
    for transaction in &all {
        node.submit_transaction(transaction.clone()).expect("there is room");
    }
    assert!(matches!(refused(&node, with_fee(2, cheap)), Refusal::Full { .. }), "no better than the worst");
    // The worst goes, and with it the one that needs it, well paid or not.
    let good = with_fee(2, cheap * 3);
    node.submit_transaction(good.clone()).expect("it pays for its room");
    let left = ids(&node);
    assert_eq!(left, [good.id(), all[2].id()]);
    assert!(node.mempool().expect("alive").weight <= 3 * weight);
}

#[test]
fn what_waits_survives_a_restart_in_its_order() {
    let storage = Storage::in_memory(NETWORK).expect("memory");
    let first = on(storage.clone());
    let all: Vec<_> = (0..5).map(|sequence| pay(sequence, nobody(2), 7)).collect();
    for transaction in &all {
        first.submit_transaction(transaction.clone()).expect("it waits");
    }
    let before = ids(&first);
    first.stop();
    drop(first);
    let second = on(storage);
    assert_eq!(ids(&second), before);
    assert_eq!(mine(&second, nobody(1), 1)[0].transactions[1..], all);
}

#[test]
fn more_free_identities_than_a_block_takes_wait_on_after_a_restart() {
    let storage = Storage::in_memory(NETWORK).expect("memory");
    let first = on(storage.clone());
    let most = u8::try_from(FREE_IDENTITIES_MAX).expect("few") + 6;
    for number in 0..most {
        let address = nobody(number);
        let target = identity::target(NETWORK);
        let proof =
            mint(&engine(), &address.0, target, 32, &Control::default()).expect("an engine").value.proof;
        let identity = IdentityRegistration { address, repetitions: proof.repetitions, nonce: proof.nonce };
        first
            .submit_transaction(Transaction::Posted(Posted::RegisterIdentity(identity)))
            .expect("it is free");
    }
    first.stop();
    drop(first);
    let second = on(storage);
    assert_eq!(second.mempool().expect("alive").count, u64::from(most));
    let mined = mine(&second, nobody(1), 2);
    assert_eq!(mined.iter().map(|block| block.transactions.len() - 1).collect::<Vec<_>>(), [64, 6]);
}

#[test]
fn what_was_in_blocks_that_are_taken_back_waits_again() {
    let (here, there) = (node(), node());
    let all: Vec<_> = (0..4).map(|sequence| pay(sequence, nobody(2), 7)).collect();
    for pair in all.chunks(2) {
        for transaction in pair {
            here.submit_transaction(transaction.clone()).expect("it waits");
        }
        mine(&here, nobody(1), 1);
    }
    // One more that needs all of them.
    let last = pay(4, nobody(2), 7);
    here.submit_transaction(last.clone()).expect("it waits");
    // The other chain has the first of them, and one that makes another impossible.
    there.submit_transaction(all[0].clone()).expect("it waits");
    for block in mine(&there, nobody(3), 3) {
        here.submit_block(block).expect("alive");
    }
    let mut waiting = ids(&here);
    waiting.sort_unstable();
    let mut expected: Vec<_> = all[1..].iter().chain([&last]).map(Transaction::id).collect();
    expected.sort_unstable();
    assert_eq!(waiting, expected);
    assert_eq!(mine(&here, nobody(1), 1)[0].transactions[1..], [&all[1..], &[last]].concat());
}

#[test]
fn what_a_block_makes_impossible_is_forgotten() {
    let (here, there) = (node(), node());
    here.submit_transaction(pay(0, nobody(2), 7)).expect("it waits");
    here.submit_transaction(pay(1, nobody(2), 7)).expect("it waits");
    there.submit_transaction(pay(0, nobody(8), 9)).expect("it waits");
    let block = solved(&there.template(nobody(3)).expect("a template"));
    assert_eq!(here.submit_block(block), Ok(Submitted::Taken));
    assert_eq!(ids(&here), [pay(1, nobody(2), 7).id()], "the account goes on as before");
}

#[test]
fn what_is_old_is_forgotten() {
    let storage = Storage::in_memory(NETWORK).expect("memory");
    let first = on(storage.clone());
    first.submit_transaction(pay(0, nobody(2), 7)).expect("it waits");
    let later = Time(first.now().0 + 3 * 86_400 + 10);
    first.stop();
    drop(first);
    let clock = gridnet_node::node::Clock::system();
    clock.set(later);
    let second = Node::start(Settings { clock, ..Settings::new(storage, engine()) }).expect("sound");
    assert_eq!(ids(&second), [[0; 32]; 0]);
}

#[test]
fn money_that_is_not_there_is_not_spent() {
    let node = node();
    let poor = transfer(&key(3), 0, nobody(1), 5);
    assert!(matches!(refused(&node, poor), Refusal::Rejected(why) if why.code == Rejected::Balance));
    let before = rows(&node);
    assert!(node.test_transaction(pay(0, nobody(1), 5)).is_ok_and(|fee| fee.0 > 0));
    assert_eq!((node.mempool().expect("alive").count, rows(&node)), (0, before), "a test changes nothing");
    let bad = sign_paying_least(NETWORK, &key(1), 0, Action::RegisterCertifier).expect("a key signs");
    assert!(matches!(node.test_transaction(bad), Err(NodeError::Refused(_))));
}

/// A transfer of nearly everything that the key has, but for the least fees of so many more.
fn all_but(node: &Node, sequence: u64, fee: u64) -> Transaction {
    let address = gridnet_protocol::Address::of(&regtest_key().public());
    let view = node.view().expect("a view");
    let row =
        view.row::<gridnet_protocol::state::row::Account>(&address).expect("the disk").expect("it has coins");
    let action = Action::Transfer { to: nobody(6), amount: Units(row.balance.0 - fee) };
    let body = Body { sender: regtest_key().public(), sequence, fee: Units(fee), action };
    body.sign(NETWORK, &regtest_key()).expect("a key signs")
}

#[test]
fn what_a_replacement_makes_impossible_waits_no_longer() {
    let node = node();
    for sequence in 0..5 {
        node.submit_transaction(pay(sequence, nobody(2), 1_000)).expect("it waits");
    }
    let everything = all_but(&node, 0, 1_000_000);
    node.submit_transaction(everything.clone()).expect("it pays enough");
    assert_eq!(ids(&node), [everything.id()], "those after it have nothing left to spend");
}

#[test]
fn what_a_block_made_unaffordable_waits_no_longer() {
    let (here, there) = (node(), node());
    for sequence in 0..3 {
        here.submit_transaction(pay(sequence, nobody(2), 1_000)).expect("it waits");
    }
    there.submit_transaction(all_but(&there, 0, 1_000_000)).expect("it waits");
    for block in mine(&there, nobody(3), 1) {
        assert_eq!(here.submit_block(block), Ok(Submitted::Taken));
    }
    assert_eq!(ids(&here), [[0; 32]; 0]);
}

#[test]
fn more_than_may_wait_before_one_come_back_out_of_blocks() {
    let (here, there) = (node(), node());
    let mut all = Vec::new();
    for block in 0..3 {
        for number in 0..50 {
            let transaction = pay(block * 50 + number, nobody(2), 7);
            here.submit_transaction(transaction.clone()).expect("it waits");
            all.push(transaction.id());
        }
        mine(&here, nobody(1), 1);
    }
    let last = pay(150, nobody(2), 7);
    here.submit_transaction(last.clone()).expect("it waits");
    for block in mine(&there, nobody(3), 4) {
        here.submit_block(block).expect("alive");
    }
    assert_eq!(here.mempool().expect("alive").count, 151);
    let rich = gridnet_protocol::Address::of(&regtest_key().public());
    assert_eq!(here.next_sequence(rich), Ok(151));
    let mined: Vec<_> =
        mine(&here, nobody(1), 3).iter().flat_map(|block| block.transactions[1..].to_vec()).collect();
    all.push(last.id());
    assert_eq!(mined.iter().map(Transaction::id).collect::<Vec<_>>(), all);
}

#[test]
fn claims_of_the_same_hashes_do_not_wait_together() {
    let engine = engine();
    let mut chain = Chain::new(&engine);
    let rich = |to: &str| Action::Transfer { to: address(to), amount: Units::from_gnc(100_000) };
    chain.act("rich", rich("owner"));
    chain.settle_in(&["owner", "ann"]);
    let shape = Shape { banks: 4, length: 100, value: Units(1_000_000), ..Shape::default() };
    let mut pool = chain.registered("owner", &shape);
    let clock = gridnet_node::node::Clock::system();
    clock.set(chain.now);
    let settings =
        Settings { clock, ..Settings::new(Storage::in_memory(NETWORK).expect("memory"), engine.clone()) };
    let node = Node::start(settings).expect("a sound database");
    for (block, _) in &chain.blocks {
        assert_eq!(node.submit_block(block.clone()), Ok(Submitted::Taken));
    }
    let mut claimed = |depth, source| {
        let issued = chain.issue(&mut pool, "receiver", depth, source);
        let session = chain.session(issued, &["ann"]);
        chain.claimed(&pool, &session, "receiver")
    };
    let (one, other) = (claimed(10, Source::Unused), claimed(20, Source::Unused));
    let (first, mut second) = (claimed(30, Source::Session), claimed(60, Source::Session));
    let both = claim(vec![one.clone(), other.clone()]);
    node.submit_transaction(both.clone()).expect("it waits");
    // The same claims in another order, and one of them alone, are other transactions of the same hashes.
    for rival in [claim(vec![other, one.clone()]), claim(vec![one])] {
        assert_ne!(rival.id(), both.id());
        assert!(matches!(refused(&node, rival), Refusal::Replacement { .. }));
    }
    // Further down in a bank is judged after what is further up, and mined after it though it pays more.
    second.steps = 30;
    second.bank = None;
    let (first, second) = (claim(vec![first]), claim(vec![second]));
    assert!(matches!(refused(&node, second.clone()), Refusal::Rejected(why) if why.code == Rejected::Claim));
    node.submit_transaction(first.clone()).expect("it waits");
    node.submit_transaction(second.clone()).expect("it waits");
    let mined = &mine(&node, nobody(1), 1)[0].transactions[1..];
    assert_eq!(mined.len(), 3);
    let place = |wanted: &Transaction| mined.iter().position(|one| one == wanted);
    assert!(place(&both).is_some() && place(&first) < place(&second) && place(&first).is_some(), "{mined:?}");
}
