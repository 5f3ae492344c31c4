use gridnet_protocol::state::row::{Identity, NOTICES_MAX};
use gridnet_protocol::transaction::{Action, IdentityRegistration, Posted, Transaction};
use gridnet_protocol::value::Units;
use gridnet_tests::chain::{Chain, address};

use super::chain;

fn identity(chain: &Chain<'_>, name: &str) -> Identity {
    chain.ledger.row(&address(name)).expect("memory").expect("it is registered")
}

fn free(identity: IdentityRegistration) -> Transaction {
    Transaction::Posted(Posted::RegisterIdentity(identity))
}

fn add(name: &str, amount: u64) -> Action {
    Action::AddStake { identity: address(name), amount: Units(amount) }
}

fn withdraw(amount: u64) -> Action {
    Action::WithdrawStake { amount: Units(amount) }
}

#[test]
fn an_identity_is_registered_once_by_its_proof() {
    let mut chain = chain(&["ann"]);
    let ben = chain.identity("ben");
    chain.mine(&[free(ben)]);
    assert_eq!((identity(&chain, "ben").stake, identity(&chain, "ben").registered.0), (Units(0), 2));
    assert_eq!(chain.code(&free(ben)), "duplicate");
    // Somebody else pays, and adds to the stake.
    let cyd = chain.identity("cyd");
    let paid = Action::RegisterIdentity { identity: cyd, stake: Units(70) };
    let before = chain.balance("ann");
    let transaction = chain.sign("ann", paid.clone());
    chain.mine(std::slice::from_ref(&transaction));
    assert_eq!(identity(&chain, "cyd").stake, Units(70));
    assert_eq!(
        before - chain.balance("ann"),
        70 + gridnet_protocol::ledger::least_fee(chain.ledger.network(), &transaction).0
    );
    let again = chain.sign("ann", paid);
    assert_eq!(chain.code(&again), "duplicate");
    // More stake than there is.
    let dan = chain.identity("dan");
    let rich = chain.sign("ann", Action::RegisterIdentity { identity: dan, stake: Units(u64::MAX) });
    assert_eq!(chain.code(&rich), "balance");
}

#[test]
fn a_proof_is_of_its_address_and_not_longer_than_it_may_be() {
    let mut chain = chain(&["ann"]);
    let good = chain.identity("ben");
    for (change, detail) in [
        (IdentityRegistration { address: address("cyd"), ..good }, "high-hash"),
        (IdentityRegistration { nonce: good.nonce ^ 1, ..good }, "high-hash"),
        (IdentityRegistration { repetitions: 0, ..good }, "bad-repetitions"),
        (IdentityRegistration { repetitions: 33, ..good }, "bad-repetitions"),
        (IdentityRegistration { repetitions: u32::MAX, ..good }, "bad-repetitions"),
    ] {
        let paid = chain.sign("ann", Action::RegisterIdentity { identity: change, stake: Units(0) });
        let too_heavy = change.repetitions == u32::MAX;
        for transaction in [free(change), paid] {
            let rejection = chain.refusal(&transaction);
            let expected = if too_heavy { ("weight", None) } else { ("identity-proof", Some(detail)) };
            assert_eq!((rejection.code.name(), rejection.detail), expected);
        }
    }
}

#[test]
fn a_block_registers_some_identities_for_nothing_and_no_more() {
    let mut chain = chain(&[]);
    let names: Vec<&'static str> = (0..65).map(|number| &*format!("free {number}").leak()).collect();
    let all: Vec<Transaction> = names.iter().map(|name| free(chain.identity(name))).collect();
    let fault = chain.draft(&all, "miner").expect_err("one too many");
    assert_eq!(fault.rejection().expect("a rule").code.name(), "free-identities");
    chain.mine(&all[..64]);
    chain.mine(&all[64..]);
}

#[test]
fn stake_comes_back_after_its_notice() {
    let mut chain = chain(&["ann", "ben"]);
    chain.settle_in(&["ann"]);
    chain.act("ben", add("ann", 100));
    assert_eq!(identity(&chain, "ann").stake, Units(100));
    let before = chain.balance("ann");
    let two = [chain.sign("ann", withdraw(30)), chain.sign_as("ann", 1, None, withdraw(20))];
    let fees: u64 =
        two.iter().map(|one| gridnet_protocol::ledger::least_fee(chain.ledger.network(), one).0).sum();
    chain.mine(&two);
    let row = identity(&chain, "ann");
    assert_eq!((row.stake, row.notices.as_slice().len()), (Units(50), 1));
    chain.wait(19);
    assert_eq!(chain.balance("ann"), before - fees);
    chain.wait(1);
    assert_eq!(chain.balance("ann"), before - fees + 50);
    assert!(identity(&chain, "ann").notices.as_slice().is_empty());
}

#[test]
fn each_rule_of_stake_is_kept() {
    let mut chain = chain(&["ann", "ben"]);
    chain.settle_in(&["ann"]);
    chain.act("ann", add("ann", 100));
    for (transaction, code) in [
        (chain.sign("ann", add("ann", 0)), "amount"),
        (chain.sign("ann", add("ben", 5)), "unknown"),
        (chain.sign("ann", add("ann", u64::MAX)), "balance"),
        (chain.sign("ann", withdraw(0)), "amount"),
        (chain.sign("ann", withdraw(101)), "stake"),
        (chain.sign("ben", withdraw(1)), "unknown"),
    ] {
        assert_eq!(chain.code(&transaction), code);
    }
}

#[test]
fn notices_are_bounded() {
    let mut chain = chain(&["ann"]);
    chain.settle_in(&["ann"]);
    chain.act("ann", add("ann", 100));
    // Regtest gives stake back after twenty blocks, so that no more than twenty notices are ever open.
    for _ in 0..NOTICES_MAX + 5 {
        chain.act("ann", withdraw(1));
    }
    assert_eq!(identity(&chain, "ann").notices.as_slice().len(), 20);
}
