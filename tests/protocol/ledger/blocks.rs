use gridnet_core::Control;
use gridnet_protocol::block::Block;
use gridnet_protocol::encoding::encode;
use gridnet_protocol::ledger::{Fault, Lasting, Ledger, Rejection, genesis};
use gridnet_protocol::state::row::{Account, Table, Tip, Totals};
use gridnet_protocol::state::{Memory, Presence, prove};
use gridnet_protocol::transaction::Transaction;
use gridnet_protocol::value::{Height, Time, Units};
use gridnet_protocol::{Network, state};
use gridnet_tests::chain::{Chain, address, mined, with_root};

use super::{chain, transfer};
use crate::engine;

/// Why a block is not taken; nothing is changed by it.
fn refused(chain: &mut Chain<'_>, block: &Block, now: Time) -> Rejection {
    let before = chain.ledger.clone();
    let fault = chain.ledger.apply(engine(), block, now, &Control::default()).expect_err("it is bad");
    assert_eq!(chain.ledger, before);
    *fault.rejection().expect("it breaks a rule")
}

#[test]
fn every_rule_of_blocks_is_kept() {
    let mut chain = chain(&["ann"]);
    let transaction = chain.sign("ann", transfer("ben", 5));
    let good = chain.draft(std::slice::from_ref(&transaction), "miner").expect("a good block");
    let median = chain.ledger.tip().expect("memory").median_time().0 as u32;
    let now = chain.now;
    let mut check = |code: &str, transaction: Option<u32>, lasting, change: &dyn Fn(&mut Block)| {
        let mut block = good.clone();
        change(&mut block);
        let rejection = refused(&mut chain, &block, now);
        assert_eq!((rejection.code.name(), rejection.transaction), (code, transaction));
        assert_eq!(rejection.of_a_block(), lasting, "{code}");
    };
    let (permanent, transient) = (Lasting::Permanent, Lasting::Transient);
    let again = |block: &mut Block| *block = mined(with_root(block.clone()));
    let coinbase = |block: &mut Block, change: &dyn Fn(&mut gridnet_protocol::block::Coinbase)| {
        let Transaction::Coinbase(coinbase) = &mut block.transactions[0] else { panic!("a coinbase") };
        change(coinbase);
        again(block);
    };
    // Under a good header it may be anybody's body: that says nothing of the block.
    check("merkle-root", None, transient, &|block| block.transactions.clear());
    check("merkle-root", None, transient, &|block| drop(block.transactions.remove(0)));
    check("coinbase", None, permanent, &|block| {
        block.transactions.remove(0);
        again(block);
    });
    check("coinbase", Some(2), permanent, &|block| {
        let first = block.transactions[0].clone();
        block.transactions.push(first);
        again(block);
    });
    check("bad-bits", None, permanent, &|block| block.header.bits = 0x2100_ffff);
    check("bad-bits", None, permanent, &|block| {
        block.header.bits = 0x2070_0000;
        *block = mined(block.clone());
    });
    check("high-hash", None, permanent, &|block| {
        let is_good = |block: &Block| mined(block.clone()).header.nonce == block.header.nonce;
        while is_good(block) {
            block.header.nonce += 1;
        }
    });
    check("merkle-root", None, transient, &|block| {
        block.header.merkle_root[0] ^= 1;
        *block = mined(block.clone());
    });
    check("mutated", None, transient, &|block| {
        let last = block.transactions[1].clone();
        block.transactions.push(last.clone());
        // Of three the last one twice has the same root.
        block.header.merkle_root = block.merkle_root().expect("transactions").0;
        block.transactions.push(last);
        *block = mined(block.clone());
    });
    check("previous", None, transient, &|block| {
        block.header.previous[0] ^= 1;
        *block = mined(block.clone());
    });
    check("time-too-old", None, permanent, &|block| {
        block.header.time = median;
        *block = mined(block.clone());
    });
    check("time-too-new", None, transient, &|block| {
        block.header.time = (now.0 + 601) as u32;
        *block = mined(block.clone());
    });
    check("height", Some(0), permanent, &|block| coinbase(block, &|coinbase| coinbase.height.0 += 1));
    check("state", Some(0), permanent, &|block| coinbase(block, &|coinbase| coinbase.state[31] ^= 1));
    check("reward", Some(0), permanent, &|block| coinbase(block, &|coinbase| coinbase.amount.0 += 1));
    check("reward", Some(0), permanent, &|block| coinbase(block, &|coinbase| coinbase.amount.0 -= 1));
    check("sequence", Some(2), permanent, &|block| {
        block.transactions.push(transaction.clone());
        again(block);
    });
    // Right at the edges it is taken.
    let mut edge = good.clone();
    edge.header.time = (now.0 + 600) as u32;
    chain.apply(&mined(edge)).expect("it is good");
}

#[test]
fn a_block_may_weigh_so_much_and_no_more() {
    let mut chain = chain(&["ann"]);
    let one = chain.sign("ann", transfer("ben", 5));
    let coinbase = chain.draft(&[], "miner").expect("a block").transactions[0].weight();
    let count = (gridnet_protocol::block::WEIGHT_MAX - coinbase) / one.weight();
    let transfers: Vec<_> =
        (0..=count).map(|sequence| chain.sign_as("ann", sequence, None, transfer("ben", 5))).collect();
    let mut draft = chain.ledger.draft().expect("memory");
    let (last, fitting) = transfers.split_last().expect("some");
    for transaction in fitting {
        draft.add(engine(), transaction.clone(), &Control::default()).expect("it fits");
    }
    let fault = draft.add(engine(), last.clone(), &Control::default()).expect_err("it does not");
    assert_eq!(fault.rejection().expect("a rule").code.name(), "weight");
    let full = mined(draft.finish(address("miner"), chain.now).expect("a block"));
    assert_eq!(Block::from_bytes(&full.to_bytes()), Ok(full.clone()));
    let mut over = full.clone();
    over.transactions.push(last.clone());
    let rejection = refused(&mut chain, &mined(with_root(over)), Time(u64::MAX));
    assert_eq!((rejection.code.name(), rejection.transaction), ("weight", Some(count as u32 + 1)));
    chain.apply(&full).expect("it is good");
    assert_eq!(chain.balance("ben"), 5 * count);
}

#[test]
fn a_reorganisation_leaves_what_the_other_chain_alone_would() {
    let (mut one, mut other) = (chain(&["ann"]), chain(&["ann"]));
    assert_eq!(one.ledger, other.ledger);
    let fork = one.ledger.clone();
    for amount in 1..6 {
        one.act("ann", transfer("ben", amount));
        other.act("ann", transfer("cyd", amount));
    }
    let theirs: Vec<Block> = other.blocks[1..].iter().map(|(block, _)| block.clone()).collect();
    for _ in 0..5 {
        one.undo();
    }
    assert_eq!(one.ledger, fork);
    theirs.iter().for_each(|block| one.apply(block).expect("a good block"));
    assert_eq!(one.ledger, other.ledger);
    // Back to the first block, exactly; and no block is undone that is not the last.
    let undo = one.blocks[0].1.clone();
    assert!(matches!(one.ledger.undo(&undo), Err(Fault::Rejected(_))));
    while one.undo().is_some() {}
    assert_eq!(one.ledger, Ledger::open(Network::Regtest, Memory::default()).expect("memory"));
}

#[test]
fn the_root_is_over_every_row_and_proves_each() {
    let mut chain = chain(&["ann"]);
    chain.act("ann", transfer("ben", 5));
    let (store, height) = (chain.ledger.store().clone(), Height(chain.height()));
    let root = chain.ledger.root().expect("memory");
    let mut proven = 0;
    for table in [Table::Tip, Table::Totals, Table::Accounts, Table::DueCounts, Table::Due] {
        for (key, value) in store.rows(table) {
            let (found, proof) = prove(&store, height, table, key).expect("memory");
            assert_eq!(found.as_deref(), Some(value));
            assert!(proof.shows(&root, table, key, Presence::Is(value)));
            let mut other = value.to_vec();
            other[0] ^= 1;
            assert!(!proof.shows(&root, table, key, Presence::Is(&other)));
            assert!(!proof.shows(&root, table, key, Presence::IsNot));
            assert!(!proof.shows(&root, Table::Banks, key, Presence::Is(value)));
            assert!(!proof.shows(&[1; 32], table, key, Presence::Is(value)));
            let bytes = encode(&proof);
            let read: state::StateProof =
                gridnet_protocol::encoding::decode("a proof", &bytes).expect("it is one");
            assert_eq!(read, proof);
            proven += 1;
        }
    }
    assert!(proven >= 7, "{proven}");
    for absent in [address("nobody"), address("nobody else")] {
        let (found, proof) = prove(&store, height, Table::Accounts, &absent.0).expect("memory");
        assert_eq!(found, None);
        assert!(proof.shows(&root, Table::Accounts, &absent.0, Presence::IsNot));
        assert!(!proof.shows(&root, Table::Accounts, &absent.0, Presence::Is(&encode(&Account::default()))));
        assert!(!proof.shows(&root, Table::Accounts, &address("ann").0, Presence::IsNot));
    }
    // The next block names it.
    let next = chain.draft(&[], "miner").expect("a block");
    let Transaction::Coinbase(coinbase) = next.transactions[0] else { panic!("a coinbase") };
    assert_eq!(coinbase.state, root);
}

#[test]
fn a_state_is_of_one_network_and_begins_with_its_first_block() {
    for network in Network::ALL {
        let ledger = Ledger::open(network, Memory::default()).expect("memory");
        let first = genesis(network);
        assert_eq!(ledger.tip().expect("memory").id, first.id());
        let function = network.parameters().proof_of_work;
        let hash = function.hash(&first.header.to_bytes());
        let target = first.header.target().expect("its bits are a target");
        assert!(target.is_met_by(&hash, gridnet_core::Order::Little), "{}", network.name());
        assert_eq!(Block::from_bytes(&first.to_bytes()), Ok(first));
        for other in Network::ALL {
            let reopened = Ledger::open(other, ledger.store().clone());
            assert_eq!(reopened.is_ok(), other == network, "{} as {}", network.name(), other.name());
        }
    }
    let chain = chain(&[]);
    let totals: Totals = chain.ledger.row(&()).expect("memory").expect("there are totals");
    assert_eq!(totals.rewarded, Units::from_gnc(1_000_050));
}

#[test]
fn targets_follow_the_time_that_blocks_take() {
    let tip = |height: u32, time: u32| Tip {
        height: Height(height),
        id: [0; 32],
        time,
        first: [0; 32],
        first_time: 1_000_000,
        times: vec![time],
        work: [0; 32],
    };
    for network in [Network::Main, Network::Test] {
        // On schedule from the first block on: its target, which is the easiest.
        assert_eq!(tip(0, 1_000_000).next_bits(network), 0x1d00_ffff);
        assert_eq!(tip(10, 1_001_200).next_bits(network), 0x1d00_ffff);
        // Six hours ahead halve it, six hours behind change nothing.
        assert_eq!(tip(180, 1_000_000).next_bits(network), 0x1c7f_ff80);
        assert_eq!(tip(10, 1_100_000).next_bits(network), 0x1d00_ffff);
    }
    assert_eq!(tip(180, 1_000_000).next_bits(Network::Regtest), 0x207f_ffff);
}
