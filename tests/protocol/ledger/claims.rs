use gridnet_core::Control;
use gridnet_protocol::encoding::{List, encode};
use gridnet_protocol::ledger::Fault;
use gridnet_protocol::pool::owner::Source;
use gridnet_protocol::pool::{ChainFunction, OwnedPool};
use gridnet_protocol::state::row::{Bank, Held, Identity, Pool};
use gridnet_protocol::tagged::Tag;
use gridnet_protocol::transaction::{Action, Opened, Posted, Transaction, held_id};
use gridnet_protocol::transit::{Body, ClaimedPool, Disclosure, ReceiverProof, TransitPool};
use gridnet_protocol::value::{Height, Time, Units};
use gridnet_protocol::{Kind, sign};
use gridnet_tests::chain::{Chain, Shape, address, claim};
use gridnet_tests::world::{NETWORK, Session, key};

use super::chain;
use crate::engine;

/// An owner with a pool, and people who can carry.
fn market(shape: &Shape) -> (Chain<'static>, OwnedPool) {
    let mut chain = chain(&["owner", "ann"]);
    chain.settle_in(&["owner", "ann", "ben", "cyd", "dan", "eve"]);
    let pool = chain.registered("owner", shape);
    (chain, pool)
}

/// A session of a new bank, or of the one that is in use.
fn session(chain: &Chain<'_>, pool: &mut OwnedPool, depth: u32, carriers: &[&str]) -> Session {
    let issued = chain.issue(pool, "receiver", depth, Source::Session);
    chain.session(issued, carriers)
}

/// A claim that leaves some hops unopened: the receiver signs what is left.
fn unopened(chain: &Chain<'_>, pool: &OwnedPool, session: &Session, places: &[usize]) -> ClaimedPool {
    let mut claimed = chain.claimed(pool, session, "receiver");
    let mut hops = claimed.pool.hops.as_slice().to_vec();
    for &place in places {
        hops[place].disclosure = Disclosure::Unopened(hops[place].disclosure.commitment());
    }
    let body = Body { hops: List::new("hops", hops).expect("as many"), ..claimed.pool.body.clone() };
    let signature = sign::sign(&key("receiver"), NETWORK, Kind::TransitPool, &body);
    claimed.pool = TransitPool { body, proof: ReceiverProof::Signature(signature) };
    claimed
}

#[test]
fn a_claim_is_paid_as_in_the_paper() {
    let (mut chain, mut pool) = market(&Shape::default());
    let names = ["ann", "ben", "cyd", "dan", "eve"];
    let before: Vec<u64> = names.iter().map(|name| chain.balance(name)).collect();
    let session = session(&chain, &mut pool, 40, &names);
    let claimed = chain.claimed(&pool, &session, "receiver");
    let transaction = claim(vec![claimed.clone()]);
    let block = chain.draft(&[transaction], "miner").expect("it is good");
    chain.apply(&block).expect("it is good");
    let total = 40 * 100_000u64;
    let fee = (total / 100).max(10 * claimed.weight());
    let receiver = (total - fee) * 5 / 100;
    let mut given = total - fee - receiver;
    for (place, name) in names.iter().enumerate() {
        let passed = if place == 4 { 0 } else { given * 3 / 4 };
        assert_eq!(chain.balance(name) - before[place], given - passed, "{name}");
        given = passed;
    }
    assert_eq!(chain.balance("receiver"), receiver);
    let Transaction::Coinbase(coinbase) = block.transactions[0] else { panic!("a coinbase") };
    assert_eq!(coinbase.amount, Units(Units::from_gnc(50).0 + fee));
    let row: Pool = chain.ledger.row(&pool.id()).expect("memory").expect("a pool");
    assert_eq!((row.revealed, row.opened.iter().collect::<Vec<_>>(), row.banned), (40, vec![0], false));
    // The same again is late, whoever posts it.
    let rejection = chain.refusal(&claim(vec![claimed]));
    assert_eq!((rejection.code.name(), rejection.detail), ("claim", Some("stale")));
}

#[test]
fn claims_of_a_block_are_judged_in_order() {
    let (mut chain, mut pool) = market(&Shape { function: ChainFunction::Sha256, ..Shape::default() });
    let first = session(&chain, &mut pool, 10, &["ann"]);
    let first = chain.claimed(&pool, &first, "receiver");
    // The same session, further down: what it walks depends on whether the first is there.
    let further = session(&chain, &mut pool, 30, &["ann"]);
    let mut further = chain.claimed(&pool, &further, "receiver");
    assert_eq!(further.steps, 30);
    let alone = claim(vec![further.clone()]);
    assert!(chain.draft(&[alone], "miner").is_ok());
    let rejection = chain.refusal(&claim(vec![first.clone(), further.clone()]));
    assert_eq!((rejection.entry, rejection.detail), (Some(1), Some("stale")));
    further.steps = 20;
    assert_eq!(chain.refusal(&claim(vec![further.clone()])).detail, Some("stale"));
    let both = [claim(vec![first]), claim(vec![further])];
    chain.mine(&both);
    let kept: Bank = chain.ledger.row(&(pool.id(), 0)).expect("memory").expect("a bank");
    assert_eq!(kept.depth.0, 30);
}

#[test]
fn a_pool_is_registered_and_claimed_in_one_block() {
    let mut chain = chain(&["owner", "ann"]);
    chain.settle_in(&["owner", "ann"]);
    let (mut pool, registration) = chain.pool("owner", &Shape::default());
    let session = session(&chain, &mut pool, 10, &["ann"]);
    let claimed = claim(vec![chain.claimed(&pool, &session, "receiver")]);
    let rejection = chain.refusal(&claimed);
    assert_eq!((rejection.code.name(), rejection.detail), ("claim", Some("pool")));
    chain.mine(&[registration, claimed]);
    assert!(chain.balance("receiver") > 0);
}

#[test]
fn every_fault_of_a_claim_keeps_it_out() {
    let (mut chain, mut pool) = market(&Shape::default());
    let good = session(&chain, &mut pool, 40, &["ann", "ben"]);
    let good = chain.claimed(&pool, &good, "receiver");
    let resigned = |claimed: &ClaimedPool, change: &dyn Fn(&mut Body)| {
        let mut body = claimed.pool.body.clone();
        change(&mut body);
        let signature = sign::sign(&key("receiver"), NETWORK, Kind::TransitPool, &body);
        let pool = TransitPool { body, proof: ReceiverProof::Signature(signature) };
        ClaimedPool { pool, ..claimed.clone() }
    };
    let owned = |change: &dyn Fn(&mut gridnet_protocol::token::Body)| {
        resigned(&good, &|body| {
            let mut token = body.token.body;
            change(&mut token);
            body.token = token.sign(NETWORK, &gridnet_tests::chain::person("owner"));
        })
    };
    let now = chain.now;
    for (detail, bad) in [
        ("shape", owned(&|token| token.from = token.depth)),
        ("bad-key", owned(&|token| token.first_key.0 = [0; 32])),
        ("network", owned(&|token| token.network = 1)),
        ("pool", owned(&|token| token.pool.0[0] ^= 1)),
        ("pool", owned(&|token| token.sender.nonce ^= 1)),
        ("bank", owned(&|token| token.bank = 9)),
        ("bank", owned(&|token| token.depth.0 = 61)),
        ("bank", ClaimedPool { bank: None, ..good.clone() }),
        ("stale", ClaimedPool { steps: 39, ..good.clone() }),
        ("stale", ClaimedPool { steps: 1 << 20, ..good.clone() }),
        ("expiry", owned(&|token| token.expiry = Time(now.0 - 4_000))),
        ("owner-signature", resigned(&good, &|body| body.token.signature.0[0] ^= 1)),
        ("receiver-binding", owned(&|token| token.receiver.binding.0[0] ^= 1)),
        ("custody", owned(&|token| token.first_key = key("another").public())),
        ("last-hand-over", resigned(&good, &|body| body.last_hand_over.0[0] ^= 1)),
        ("receiver-signature", {
            let mut bad = good.clone();
            bad.pool.proof = ReceiverProof::Signature(gridnet_protocol::Signature([0; 64]));
            bad
        }),
        ("walk", owned(&|token| token.word.0[0] ^= 1)),
    ] {
        let rejection = chain.refusal(&claim(vec![bad]));
        assert_eq!((rejection.code.name(), rejection.detail), ("claim", Some(detail)));
    }
    chain.mine(&[claim(vec![good])]);
}

/// A block of cheap claims that would take ages to walk is refused before anything is hashed.
#[test]
fn walks_are_weighed_before_they_are_walked() {
    let (mut chain, mut pool) = market(&Shape::default());
    let good = session(&chain, &mut pool, 40, &["ann"]);
    let mut claimed = chain.claimed(&pool, &good, "receiver");
    claimed.steps = 1 << 24;
    let one = claim(vec![claimed.clone(); 2]);
    assert_eq!(chain.code(&one), "weight");
    claimed.steps = u32::MAX;
    let began = std::time::Instant::now();
    assert_eq!(chain.code(&claim(vec![claimed; 200])), "weight");
    // Not a bound on speed: walking 200 times 2^32 steps takes hours.
    assert!(began.elapsed().as_secs() < 60);
}

#[test]
fn shares_of_hops_that_do_not_count_are_burnt() {
    let shape = Shape { minimum_stake: Units(10), ..Shape::default() };
    let (mut chain, mut pool) = market(&shape);
    chain.act("ann", Action::AddStake { identity: address("cyd"), amount: Units(10) });
    let young = Transaction::Posted(Posted::RegisterIdentity(chain.identity("young")));
    chain.mine(&[young]);
    let burnt = |chain: &Chain<'_>| {
        let totals: gridnet_protocol::state::row::Totals =
            chain.ledger.row(&()).expect("memory").expect("totals");
        totals.burnt.0
    };
    // No stake, not registered, too young; good; again the same.
    let session = session(&chain, &mut pool, 40, &["ben", "stranger", "young", "cyd", "cyd"]);
    let before = (chain.balance("ben"), chain.balance("cyd"), burnt(&chain));
    let claimed = chain.claimed(&pool, &session, "receiver");
    let total = 4_000_000u64;
    let fee = (total / 100).max(10 * claimed.weight());
    chain.mine(&[claim(vec![claimed])]);
    let rest = (total - fee) - (total - fee) * 5 / 100;
    let shares = gridnet_protocol::payout::split(gridnet_tests::world::terms(), Units(rest), 5);
    assert_eq!(chain.balance("ben"), before.0);
    assert_eq!((chain.balance("stranger"), chain.balance("young")), (0, 0));
    // The last hop's share is the largest.
    assert_eq!(chain.balance("cyd") - before.1, shares[4].0);
    assert_eq!(burnt(&chain) - before.2, rest - shares[4].0);
}

#[test]
fn a_hop_can_say_later_who_it_is() {
    let (mut chain, mut pool) = market(&Shape::default());
    let session = session(&chain, &mut pool, 40, &["ann", "ben", "cyd", "ann", "stranger"]);
    let claimed = unopened(&chain, &pool, &session, &[1, 3, 4]);
    let token = claimed.pool.token;
    let held = held_id(&token.pool, token.bank, token.depth);
    let before = chain.balance("ben");
    chain.mine(&[claim(vec![claimed])]);
    let row: Held = chain.ledger.row(&held).expect("memory").expect("shares are held");
    assert_eq!((row.shares.as_slice().len(), row.last), (3, Height(chain.height() + 20)));
    let share = row.shares.as_slice()[0].amount.0;
    let opened = |place: usize| Opened { held, opening: session.openings[place].expect("an opening") };
    let open = |opened: Opened| Transaction::Posted(Posted::Open(opened));
    let mut wrong = opened(1);
    wrong.opening.blind[0] ^= 1;
    assert_eq!(chain.code(&open(wrong)), "opening");
    assert_eq!(chain.code(&open(Opened { held: [1; 32], ..opened(1) })), "unknown");
    // Paid in that claim already; not registered.
    let rejection = chain.refusal(&open(opened(3)));
    assert_eq!((rejection.code.name(), rejection.detail), ("void", Some("duplicate")));
    assert_eq!(chain.refusal(&open(opened(4))).detail, Some("unregistered"));
    let opening = open(opened(1));
    let fee = 10 * encode(&opening).len() as u64;
    chain.mine(std::slice::from_ref(&opening));
    assert_eq!(chain.balance("ben") - before, share - fee);
    assert_eq!(chain.code(&opening), "opening");
    // What nobody opened in time is burnt.
    chain.wait(19);
    assert!(chain.ledger.row::<Held>(&held).expect("memory").is_some());
    let stranger = Transaction::Posted(Posted::RegisterIdentity(chain.identity("stranger")));
    chain.mine(&[stranger]);
    assert!(chain.ledger.row::<Held>(&held).expect("memory").is_none());
    assert_eq!(chain.code(&open(opened(4))), "unknown");
}

/// Somebody names another in a small hop. That must not cost the other its large one.
#[test]
fn an_identity_has_the_best_of_its_hops_whenever_they_are_opened() {
    let (mut chain, mut pool) = market(&Shape::default());
    let session = session(&chain, &mut pool, 40, &["ann", "ben", "ann"]);
    let claimed = unopened(&chain, &pool, &session, &[2]);
    let token = claimed.pool.token;
    let held = held_id(&token.pool, token.bank, token.depth);
    let start = chain.balance("ann");
    chain.mine(&[claim(vec![claimed])]);
    let first = chain.balance("ann") - start;
    let row: Held = chain.ledger.row(&held).expect("memory").expect("a share is held");
    let best = row.shares.as_slice()[0].amount.0;
    assert!(best > first);
    let totals = |chain: &Chain<'_>| {
        let totals: Option<gridnet_protocol::state::row::Totals> = chain.ledger.row(&()).expect("memory");
        totals.expect("totals").burnt.0
    };
    let burnt = totals(&chain);
    let opening = Opened { held, opening: session.openings[2].expect("an opening") };
    let opening = Transaction::Posted(Posted::Open(opening));
    let fee = 10 * encode(&opening).len() as u64;
    chain.mine(&[opening]);
    assert_eq!(chain.balance("ann") - start, best - fee);
    assert_eq!(totals(&chain) - burnt, first, "what the small hop was paid comes off");
    assert!(chain.ledger.row::<Held>(&held).expect("memory").is_none());
}

/// Who sends what cannot be taken costs a miner no walk and no signature.
#[test]
fn what_cannot_be_taken_now_is_refused_before_anything_is_computed() {
    let (mut chain, mut pool) = market(&Shape::default());
    let session = session(&chain, &mut pool, 40, &["ann"]);
    let good = chain.claimed(&pool, &session, "receiver");
    let late = chain.sign_as("ann", 99, None, super::transfer("ben", 5));
    let stale = claim(vec![ClaimedPool { steps: 1 << 23, ..good.clone() }]);
    let twice = claim(vec![good.clone(), good.clone()]);
    // An engine that is told to stop computes nothing.
    let stopped = Control::default();
    stopped.cancel.cancel();
    let mut draft = chain.ledger.draft().expect("memory");
    for (transaction, code) in [(late, "sequence"), (stale, "claim"), (twice, "claim")] {
        let fault = draft.add(engine(), transaction, &stopped).expect_err("it is refused");
        assert_eq!(fault.rejection().map(|rejection| rejection.code.name()), Some(code));
    }
    let fault = draft.add(engine(), claim(vec![good.clone()]), &stopped).expect_err("the engine stops");
    assert!(matches!(fault, Fault::Engine(_)), "{fault:?}");
    chain.mine(&[claim(vec![good])]);
}

#[test]
fn an_opening_that_is_not_worth_its_fee_is_not_taken() {
    let (mut chain, mut pool) = market(&Shape { value: Units(450), ..Shape::default() });
    let session = session(&chain, &mut pool, 40, &["ann", "ben", "cyd"]);
    let claimed = unopened(&chain, &pool, &session, &[1]);
    let token = claimed.pool.token;
    chain.mine(&[claim(vec![claimed])]);
    let held = held_id(&token.pool, token.bank, token.depth);
    let opened = Opened { held, opening: session.openings[1].expect("an opening") };
    assert_eq!(chain.code(&Transaction::Posted(Posted::Open(opened))), "fee");
}

/// A chain that does not begin with the seed that was registered: its owner made it of something else.
#[test]
fn what_was_registered_shows_when_a_bank_is_revealed_whole() {
    let (mut chain, mut pool) = market(&Shape { banks: 1, ..Shape::default() });
    let whole = session(&chain, &mut pool, 60, &["ann"]);
    let claimed = chain.claimed(&pool, &whole, "receiver");
    chain.mine(&[claim(vec![claimed])]);
    let row: Pool = chain.ledger.row(&pool.id()).expect("memory").expect("a pool");
    assert!(!row.banned, "an honest pool is not defective");

    // One more pool, whose registration names another prefix.
    let (_, registration) = chain.pool("owner", &Shape { banks: 1, ..Shape::default() });
    let (mut liar, _) = chain.pool("owner", &Shape { banks: 1, ..Shape::default() });
    let Transaction::Signed(signed) = registration else { panic!("it is signed") };
    let Action::RegisterPool { pool: mut lie } = signed.body.action else { panic!("a pool") };
    let mut proof = liar.card(0).expect("its bank").proof;
    proof.prefix[0] ^= 1;
    lie.root = Tag::BANK_LEAF.hash(&[&0u16.to_le_bytes(), &proof.ceiling, &proof.prefix]);
    chain.act("owner", Action::RegisterPool { pool: lie.clone() });
    let id = lie.id(NETWORK);
    let issued = chain.issue(&mut liar, "receiver", 60, Source::Session);
    let mut token = issued.token.body;
    token.pool = id;
    let token = token.sign(NETWORK, &gridnet_tests::chain::person("owner"));
    let session = chain.session(gridnet_protocol::pool::owner::Issued { token, ..issued }, &["ann"]);
    let pool = chain.claimed(&liar, &session, "receiver").pool;
    chain.mine(&[claim(vec![ClaimedPool { steps: 60, bank: Some(proof), pool }])]);
    let row: Pool = chain.ledger.row(&id).expect("memory").expect("a pool");
    assert!(row.banned);
    chain.wait(lie.expiry.0 + 721 - 1 - chain.height());
    let reclaim = chain.sign("owner", Action::ReclaimPool { pool: id });
    assert_eq!(chain.code(&reclaim), "unknown", "it falls due in the same block");
    let row = chain.ledger.row::<Identity>(&address("owner")).expect("memory").expect("an identity");
    assert!(!row.revoked);
}
