use gridnet_protocol::fraud::FraudProof;
use gridnet_protocol::ledger::{fraud_commitment, least_fee};
use gridnet_protocol::pool::OwnedPool;
use gridnet_protocol::pool::owner::Source;
use gridnet_protocol::state::row::{FraudCommitment, Identity, Pool, Totals};
use gridnet_protocol::transaction::Action;
use gridnet_protocol::value::Units;
use gridnet_tests::chain::{Chain, Shape, address, claim, person};
use gridnet_tests::world::{NETWORK, key, recipient};

use super::chain;

/// An owner who sold the same hashes twice, and the proof of it.
fn cheat(names: &[&str]) -> (Chain<'static>, OwnedPool, FraudProof) {
    let mut chain = chain(&[&["owner"], names].concat());
    chain.settle_in(&["owner", "ann"]);
    chain.act("owner", Action::AddStake { identity: address("owner"), amount: Units(1_005) });
    chain.act("owner", Action::WithdrawStake { amount: Units(5) });
    let mut pool = chain.registered("owner", &Shape { lifetime: 10, ..Shape::default() });
    let token = chain.issue(&mut pool, "receiver", 20, Source::Session).token;
    let mut other = token.body;
    (other.receiver, other.first_key) = (recipient("another").public, key("another first key").public());
    let other = other.sign(NETWORK, &person("owner"));
    let proof = FraudProof::new(NETWORK, token, other);
    (chain, pool, proof)
}

fn prove(proof: &FraudProof) -> Action {
    Action::ProveFraud { proof: Box::new(proof.clone()) }
}

fn owner(chain: &Chain<'_>) -> Identity {
    chain.ledger.row(&address("owner")).expect("memory").expect("an identity")
}

fn burnt(chain: &Chain<'_>) -> u64 {
    chain.ledger.row::<Totals>(&()).expect("memory").expect("totals").burnt.0
}

#[test]
fn a_bank_sold_twice_costs_identity_and_stake_and_pays_who_was_first() {
    let (mut chain, mut pool, proof) = cheat(&["ann", "ben"]);
    let commitment = fraud_commitment(&proof, &address("ann"));
    chain.act("ann", Action::CommitFraud { commitment });
    let again = chain.sign("ben", Action::CommitFraud { commitment });
    assert_eq!(chain.code(&again), "duplicate");
    let (before, burnt_before) = (chain.balance("ann"), burnt(&chain));
    let transaction = chain.sign("ann", prove(&proof));
    let fee = least_fee(NETWORK, &transaction).0;
    chain.mine(&[transaction]);
    // A tenth of all of it, what is under notice too.
    assert_eq!(chain.balance("ann"), before - fee + 100);
    assert_eq!(burnt(&chain) - burnt_before, 905);
    let row = owner(&chain);
    assert!(row.revoked && row.stake == Units(0) && row.notices.as_slice().is_empty());
    // Once for each owner; and it is no identity any more, nor can it be one again.
    let twice = chain.sign("ann", prove(&proof));
    assert_eq!(chain.code(&twice), "revoked");
    for action in [
        Action::WithdrawStake { amount: Units(1) },
        Action::AddStake { identity: address("owner"), amount: Units(1) },
    ] {
        let transaction = chain.sign("owner", action);
        assert_eq!(chain.code(&transaction), "revoked");
    }
    let back = Action::RegisterIdentity { identity: chain.identity("owner"), stake: Units(0) };
    let transaction = chain.sign("owner", back);
    assert_eq!(chain.code(&transaction), "duplicate");
    // Those who carried are paid all the same.
    let issued = chain.issue(&mut pool, "receiver", 30, Source::Session);
    let session = chain.session(issued, &["ann"]);
    let claimed = chain.claimed(&pool, &session, "receiver");
    chain.mine(&[claim(vec![claimed])]);
    assert!(chain.balance("receiver") > 0);
    // What is left is burnt when nobody can claim it any more.
    let left = chain.ledger.row::<Pool>(&pool.id()).expect("memory").expect("a pool").deposit.0;
    chain.wait(pool.registration().expiry.0 + 720 - chain.height());
    let reclaim = chain.sign("owner", Action::ReclaimPool { pool: pool.id() });
    let before = burnt(&chain);
    chain.wait(1);
    assert_eq!(burnt(&chain) - before, left);
    assert_eq!(chain.code(&reclaim), "unknown");
}

#[test]
fn who_did_not_commit_before_gets_nothing() {
    for wait in [None, Some(0), Some(101)] {
        let (mut chain, _, proof) = cheat(&["ann"]);
        let commit = Action::CommitFraud { commitment: fraud_commitment(&proof, &address("ann")) };
        let sequence = chain.account(&address("ann")).sequence;
        let commits = chain.sign_as("ann", sequence, None, commit);
        match wait {
            None => {}
            // In the block of the proof itself.
            Some(0) => {
                let proves = chain.sign_as("ann", sequence + 1, None, prove(&proof));
                let before = chain.balance("ann");
                let fees = least_fee(NETWORK, &proves).0 + least_fee(NETWORK, &commits).0;
                chain.mine(&[commits, proves]);
                assert_eq!(chain.balance("ann"), before - fees);
                continue;
            }
            Some(blocks) => {
                chain.mine(&[commits]);
                chain.wait(blocks - 1);
                let id = fraud_commitment(&proof, &address("ann"));
                let row = |chain: &Chain<'_>| chain.ledger.row::<FraudCommitment>(&id).expect("memory");
                assert!(row(&chain).is_some());
                chain.wait(1);
                assert!(row(&chain).is_none(), "a commitment has its time");
            }
        }
        let before = chain.balance("ann");
        let transaction = chain.sign("ann", prove(&proof));
        let fee = least_fee(NETWORK, &transaction).0;
        chain.mine(&[transaction]);
        assert_eq!(chain.balance("ann"), before - fee);
        assert!(owner(&chain).revoked);
    }
}

#[test]
fn what_proves_nothing_costs_nobody_anything() {
    let (mut chain, _, proof) = cheat(&["ann"]);
    let swapped = FraudProof { first: proof.second, second: proof.first };
    let mut forged = proof.clone();
    forged.second.signature.0[0] ^= 1;
    let mut grown = proof.first.body;
    grown.depth.0 += 5;
    let grown = FraudProof::new(NETWORK, proof.first, grown.sign(NETWORK, &person("owner")));
    let of = |change: &dyn Fn(&mut gridnet_protocol::token::Body)| {
        let tokens = [proof.first, proof.second].map(|token| {
            let mut body = token.body;
            change(&mut body);
            body.sign(NETWORK, &person("owner"))
        });
        let [one, other] = tokens;
        FraudProof::new(NETWORK, one, other)
    };
    for (bad, code, detail) in [
        (swapped, "fraud", Some("order")),
        (forged, "fraud", Some("owner-signature")),
        (grown, "fraud", Some("same-session")),
        (of(&|token| token.network = 1), "fraud", Some("network")),
        (of(&|token| token.pool.0[0] ^= 1), "unknown", None),
    ] {
        let transaction = chain.sign("ann", prove(&bad));
        let rejection = chain.refusal(&transaction);
        assert_eq!((rejection.code.name(), rejection.detail), (code, detail));
    }
    assert!(!owner(&chain).revoked);
}

/// An owner who did not take back in time what was left does not do so after the proof either.
#[test]
fn a_banned_pool_is_not_taken_back() {
    for is_over in [false, true] {
        let (mut chain, pool, proof) = cheat(&["ann"]);
        if is_over {
            chain.wait(pool.registration().expiry.0 + 721 - chain.height());
        }
        chain.act("ann", prove(&proof));
        let reclaim = chain.sign("owner", Action::ReclaimPool { pool: pool.id() });
        let row = |chain: &Chain<'_>| chain.ledger.row::<Pool>(&pool.id()).expect("memory");
        let deposit = row(&chain).expect("it is there still").deposit.0;
        let before = burnt(&chain);
        if is_over {
            // It falls due in the next block, before any transaction.
            assert_eq!(chain.code(&reclaim), "unknown");
            chain.wait(1);
            assert_eq!((row(&chain), burnt(&chain) - before), (None, deposit));
        } else {
            assert_eq!(chain.code(&reclaim), "banned");
            chain.wait(1);
            assert_eq!(burnt(&chain), before);
        }
    }
}
