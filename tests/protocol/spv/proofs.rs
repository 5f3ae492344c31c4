use gridnet_protocol::block::merkle::Branch;
use gridnet_protocol::encoding::{List, encode};
use gridnet_protocol::spv::{RootProof, RowProof, StateEntry, TransactionProof};
use gridnet_protocol::state::Table;
use gridnet_protocol::state::row::{Account, Identity, Tip};
use gridnet_protocol::transaction::Action;
use gridnet_protocol::value::{Height, Units};
use gridnet_tests::chain::{Chain, address};

use super::{flipped, refusal, verified};
use crate::engine;

/// A chain whose block 2 has five transactions, with some blocks on top; and the roots of the state after each block.
fn busy() -> (Chain<'static>, Vec<[u8; 32]>) {
    let mut chain = Chain::funded(engine(), &["ann", "ben"]);
    let pay = |chain: &Chain<'_>, name: &str, sequence, amount| {
        let action = Action::Transfer { to: address("eve"), amount: Units(amount) };
        chain.sign_as(name, sequence, None, action)
    };
    let transactions: Vec<_> = [("ann", 0, 1), ("ann", 1, 2), ("ben", 0, 3), ("ben", 1, 4)]
        .map(|(name, sequence, amount)| pay(&chain, name, sequence, amount))
        .into();
    let mut roots = vec![[0; 32], chain.ledger.root().expect("memory")];
    chain.mine(&transactions);
    roots.push(chain.ledger.root().expect("memory"));
    for _ in 0..7 {
        chain.wait(1);
        roots.push(chain.ledger.root().expect("memory"));
    }
    (chain, roots)
}

#[test]
fn a_transaction_is_shown_where_it_is() {
    let (chain, _) = busy();
    let headers = verified(&chain, 0);
    let block = &chain.blocks[1].0;
    assert_eq!(block.transactions.len(), 5);
    for place in 0..5 {
        let proof = TransactionProof::of(block, Height(2), place).expect("one of five");
        assert_eq!(proof.verify(&headers), Ok(7));
        assert_eq!(TransactionProof::from_bytes(&proof.to_bytes()), Ok(proof.clone()));
        let broken = |change: &dyn Fn(&mut TransactionProof)| {
            let mut proof = proof.clone();
            change(&mut proof);
            refusal(proof.verify(&headers)).0
        };
        assert_eq!(broken(&|it| it.height = Height(3)), "branch");
        assert_eq!(broken(&|it| it.height = Height(10)), "height");
        assert_eq!(broken(&|it| it.place ^= 1), "branch");
        // The same place, were the tree larger.
        assert_eq!(broken(&|it| it.place |= 8), "branch");
        assert_eq!(
            broken(&|it| it.transaction = block.transactions[(place as usize + 1) % 5].clone()),
            "branch"
        );
        let longer = |it: &mut TransactionProof| {
            let branch = [it.branch.as_slice(), &[[0; 32]]].concat();
            it.branch = Branch::new("a branch", branch).expect("not too long");
        };
        assert_eq!(broken(&longer), "branch");
        assert_eq!(broken(&|it| it.branch = Branch::default()), "branch");
        // Before the checkpoint nothing is known.
        assert_eq!(refusal(proof.verify(&verified(&chain, 3))), ("height", "the transaction".to_owned()));
        flipped(&proof.to_bytes(), |at, bytes| {
            let Ok(bad) = TransactionProof::from_bytes(bytes) else { return };
            assert!(bad.verify(&headers).is_err(), "{place}: byte {at}");
        });
    }
    assert_eq!(TransactionProof::of(block, Height(2), 5), None);
}

#[test]
fn a_state_is_shown_by_the_block_after() {
    let (chain, roots) = busy();
    let headers = verified(&chain, 0);
    for height in 1..=8u32 {
        let proof = RootProof::of(&chain.blocks[height as usize].0).expect("a coinbase");
        let shown = proof.verify(&headers).expect("a root");
        assert_eq!((shown.height, shown.root), (Height(height), roots[height as usize]));
        assert_eq!(shown.depth, 8 - height);
    }
    let proof = RootProof::of(&chain.blocks[2].0).expect("a coinbase");
    assert_eq!(RootProof::from_bytes(&proof.to_bytes()), Ok(proof.clone()));
    let broken = |change: &dyn Fn(&mut RootProof)| {
        let mut proof = proof.clone();
        change(&mut proof);
        refusal(proof.verify(&headers))
    };
    let code = |code: &'static str| (code, "the state's root".to_owned());
    assert_eq!(broken(&|it| it.coinbase.state[0] ^= 1), code("branch"));
    assert_eq!(broken(&|it| it.coinbase.height = Height(4)), code("branch"));
    assert_eq!(broken(&|it| it.coinbase.height = Height(0)), code("height"));
    assert_eq!(broken(&|it| it.coinbase.height = Height(99)), code("height"));
    flipped(&proof.to_bytes(), |at, bytes| {
        let Ok(bad) = RootProof::from_bytes(bytes) else { return };
        assert!(bad.verify(&headers).is_err(), "byte {at}");
    });
}

/// The proof that the root after the last block has, some blocks before those on top.
fn entry(chain: &mut Chain<'_>, table: Table, key: Vec<u8>) -> StateEntry {
    let height = Height(chain.height());
    let row = RowProof::of(chain.ledger.store(), height, table, &key).expect("memory");
    chain.wait(1);
    let root = RootProof::of(&chain.blocks.last().expect("a block").0).expect("a coinbase");
    chain.wait(3);
    StateEntry { root, table, key: List::new("a key", key).expect("short"), row }
}

#[test]
fn a_row_is_shown_and_so_is_that_there_is_none() {
    let (mut chain, _) = busy();
    let present = entry(&mut chain, Table::Accounts, encode(&address("eve")));
    let absent = entry(&mut chain, Table::Accounts, encode(&address("nobody")));
    let headers = verified(&chain, 0);
    let account = encode(&Account { balance: Units(10), sequence: 0 });
    for (entry, value, depth) in [(&present, Some(&account[..]), 7), (&absent, None, 3)] {
        let (root, shown) = entry.verify(&headers).expect("it is shown");
        assert_eq!((shown, root.depth), (value, depth));
        assert_eq!(StateEntry::from_bytes(&entry.to_bytes()).as_ref(), Ok(entry));
        let broken = |change: &dyn Fn(&mut StateEntry)| {
            let mut entry = entry.clone();
            change(&mut entry);
            refusal(entry.verify(&headers))
        };
        let code = |code: &'static str, table: &str| (code, format!("the row of {table}"));
        if value.is_some() {
            assert_eq!(broken(&|it| it.table = Table::Certifiers), code("row", "Certifiers"));
        }
        // The tree's own nodes are in no state.
        assert_eq!(broken(&|it| it.table = Table::Nodes), code("row", "Nodes"));
        let key = |name: &str| List::new("a key", encode(&address(name))).expect("short");
        assert_eq!(broken(&|it| it.key = key("ann")), code("row", "Accounts"));
        // The root of the state one block before, and one block after.
        for height in [root.height.0, root.height.0 + 2] {
            let other = RootProof::of(&chain.blocks[height as usize - 1].0).expect("a coinbase");
            assert_eq!(broken(&|it| it.root = other.clone()), code("row", "Accounts"), "{height}");
        }
        flipped(&entry.to_bytes(), |at, bytes| {
            let Ok(bad) = StateEntry::from_bytes(bytes) else { return };
            let Ok((_, shown)) = bad.verify(&headers) else { return };
            // Where nothing is, there is no other row either: that is as true.
            let is_other = (bad.table, &bad.key) != (entry.table, &entry.key);
            assert!(value.is_none() && shown.is_none() && is_other, "byte {at}");
        });
    }
    // What is shown of one is not shown of the other.
    let mixed = StateEntry { row: absent.row.clone(), ..present.clone() };
    assert_eq!(refusal(mixed.verify(&headers)).0, "row");
}

#[test]
fn a_row_is_read_as_what_it_is() {
    let (chain, roots) = busy();
    let (store, height) = (chain.ledger.store(), Height(chain.height()));
    let root = roots.last().expect("some");
    let eve = address("eve");
    let row = RowProof::of_row::<Account>(store, height, &eve).expect("memory");
    assert_eq!(row.verify_row(root, &eve), Ok(Some(Account { balance: Units(10), sequence: 0 })));
    let none = RowProof::of_row::<Identity>(store, height, &eve).expect("memory");
    assert_eq!(none.verify_row::<Identity>(root, &eve), Ok(None));
    // The tip's bytes are committed to, and changed by every block.
    let tip = RowProof::of_row::<Tip>(store, height, &()).expect("memory");
    assert_eq!(tip.verify_row::<Tip>(root, &()).map(|tip| tip.map(|tip| tip.height)), Ok(Some(height)));
}
