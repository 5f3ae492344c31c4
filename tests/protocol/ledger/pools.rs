use gridnet_protocol::pool::Registration;
use gridnet_protocol::pool::owner::Source;
use gridnet_protocol::state::row::{Bank, Pool};
use gridnet_protocol::transaction::{Action, Signed, Transaction};
use gridnet_protocol::value::{Height, Units};
use gridnet_tests::chain::{Chain, Shape, claim};

use super::chain;

fn row(chain: &Chain<'_>, pool: &gridnet_protocol::pool::OwnedPool) -> Option<Pool> {
    chain.ledger.row(&pool.id()).expect("memory")
}

#[test]
fn coins_are_deposited_and_what_is_not_revealed_comes_back() {
    let mut chain = chain(&["owner"]);
    chain.settle_in(&["owner"]);
    let before = chain.balance("owner");
    let shape = Shape { lifetime: 5, ..Shape::default() };
    let mut pool = chain.registered("owner", &shape);
    let deposit = 4 * 60 * 100_000;
    assert_eq!(row(&chain, &pool).expect("it is registered").deposit, Units(deposit));
    let fee = before - chain.balance("owner") - deposit;
    // Twenty hashes go to a receiver.
    let issued = chain.issue(&mut pool, "receiver", 20, Source::Session);
    let session = chain.session(issued, &[]);
    let claimed = chain.claimed(&pool, &session, "receiver");
    chain.mine(&[claim(vec![claimed])]);
    assert_eq!(row(&chain, &pool).expect("it is registered").deposit, Units(deposit - 2_000_000));
    let reclaim = Action::ReclaimPool { pool: pool.id() };
    let height = pool.registration().expiry.0 + 721;
    chain.wait(height - 2 - chain.height());
    let early = chain.sign("owner", reclaim.clone());
    assert_eq!(chain.code(&early), "too-early");
    chain.wait(1);
    let before = chain.balance("owner");
    let transaction = chain.sign("owner", reclaim.clone());
    let paid = gridnet_protocol::ledger::least_fee(chain.ledger.network(), &transaction).0;
    chain.mine(&[transaction]);
    assert_eq!(chain.balance("owner"), before - paid + deposit - 2_000_000);
    assert_eq!(row(&chain, &pool), None);
    assert_eq!(chain.ledger.row::<Bank>(&(pool.id(), session.token.bank)).expect("memory"), None);
    let twice = chain.sign("owner", reclaim);
    assert_eq!(chain.code(&twice), "unknown");
    assert!(fee > 0);
}

#[test]
fn each_rule_of_registration_is_kept() {
    let mut chain = chain(&["owner", "ann", "bare"]);
    chain.settle_in(&["owner"]);
    let (pool, good) = chain.pool("owner", &Shape::default());
    let Transaction::Signed(Signed { body, .. }) = &good else { panic!("it is signed") };
    let Action::RegisterPool { pool: registration } = body.action.clone() else { panic!("a pool") };
    let with = |change: &dyn Fn(&mut Registration)| {
        let mut pool = registration.clone();
        change(&mut pool);
        Action::RegisterPool { pool }
    };
    let sequence = body.sequence;
    let now = Height(chain.height());
    for (action, code) in [
        (with(&|pool| pool.banks = 0), "range"),
        (with(&|pool| pool.banks = 1_025), "range"),
        (with(&|pool| pool.length = 0), "range"),
        (with(&|pool| pool.value = Units(0)), "range"),
        (with(&|pool| pool.value = Units(u64::MAX)), "range"),
        (with(&|pool| pool.sequence += 1), "not-yours"),
        (with(&|pool| pool.owner.0[0] ^= 1), "not-yours"),
        (with(&|pool| pool.expiry = now), "too-late"),
        (with(&|pool| pool.value = Units::from_gnc(1_000)), "balance"),
        (with(&|pool| pool.value = Units(u64::MAX / 240)), "balance"),
    ] {
        let transaction = chain.sign_as("owner", sequence, None, action);
        assert_eq!(chain.code(&transaction), code);
    }
    // Somebody else's registration, and an owner who has no identity.
    let stolen = chain.sign("ann", Action::RegisterPool { pool: registration.clone() });
    assert_eq!(chain.code(&stolen), "not-yours");
    let (_, bare) = chain.pool("bare", &Shape::default());
    assert_eq!(chain.code(&bare), "unknown");
    chain.mine(std::slice::from_ref(&good));
    assert_eq!(chain.code(&good), "sequence");
    let others = chain.sign("ann", Action::ReclaimPool { pool: pool.id() });
    assert_eq!(chain.code(&others), "not-yours");
}

#[test]
fn a_pool_may_be_worth_one_unit() {
    let mut chain = chain(&["owner"]);
    chain.settle_in(&["owner"]);
    let shape = Shape { banks: 1, length: 1, value: Units(1), ..Shape::default() };
    let mut pool = chain.registered("owner", &shape);
    let issued = chain.issue(&mut pool, "receiver", 1, Source::Session);
    let session = chain.session(issued, &[]);
    let claimed = chain.claimed(&pool, &session, "receiver");
    // It cannot pay for its own claim.
    let rejection = chain.refusal(&claim(vec![claimed]));
    assert_eq!((rejection.code.name(), rejection.entry, rejection.detail), ("claim", Some(0), Some("fee")));
}
