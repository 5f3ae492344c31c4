//! The attacks that the rules are made against, by name: each tried with the protocol's own calls where those let it, and
//! by hand where they refuse.

use gridnet_core::Control;
use gridnet_protocol::custody::{Candidate, Custody, Opening};
use gridnet_protocol::encoding::List;
use gridnet_protocol::fraud::FraudProof;
use gridnet_protocol::identity;
use gridnet_protocol::reason::{Reason, Void};
use gridnet_protocol::token::Token;
use gridnet_protocol::transit::{ClaimedPool, Disclosure, TransitPool};
use gridnet_protocol::value::{Content, Units};
use gridnet_protocol::verify::{Settled, verify_transit_pools};
use gridnet_protocol::{Error, Kind, Network, Signature, sign};
use gridnet_tests::world::{Course, NETWORK, NOW, Session, World, carrier, key, recipient, secret};

use crate::engine;

fn verdict(world: &World, claim: &ClaimedPool) -> Result<Settled, Reason> {
    let claims = std::slice::from_ref(claim);
    let answer = verify_transit_pools(engine(), claims, &world.context, &Control::default());
    answer.expect("an answer").verdicts.remove(0)
}

fn reason(world: &World, claim: &ClaimedPool) -> Option<Reason> {
    verdict(world, claim).err()
}

fn world() -> World {
    World::new(engine())
}

/// An owner sells the same hashes to two sessions. One is paid, the other is stale, and the two tokens prove the fraud to
/// anybody.
#[test]
fn double_sold_bank() {
    let mut world = world();
    let session = world.session(&Course::default());
    let honest = world.claim(world.assemble(&session));
    // The pool's own calls would never issue this one.
    let mut again = session.token;
    again.body.receiver = recipient("another receiver").public;
    again.body.first_key = key("another first key").public();
    let again = world.token_again(&again);
    let mut other = Session {
        token: again,
        custody: Custody::default(),
        openings: vec![],
        holder: key("another first key"),
    };
    other.carry("dan", false);
    other.custody.hand_over_last(NETWORK, &again, &other.holder).expect("the last hand-over");
    let receiver = recipient("another receiver");
    let pool = TransitPool::assemble(NETWORK, again, &other.custody, &receiver.key, &receiver.secret);
    let sold = world.claim(pool.expect("nobody on this way can know"));
    let claims = [honest.clone(), sold.clone()];
    let answer = verify_transit_pools(engine(), &claims, &world.context, &Control::default());
    let verdicts = answer.expect("an answer").verdicts;
    assert!(verdicts[0].is_ok());
    assert_eq!(verdicts[1].as_ref().err(), Some(&Reason::Stale));
    let fraud = FraudProof::new(NETWORK, honest.pool.token, sold.pool.token).check(NETWORK);
    assert_eq!(fraud.expect("it is proven").owner, world.pool.registration().owner);
    // Two tokens of one session prove nothing: that is how a session grows.
    let grown = world.issue(&Course { depth: 25, ..Course::default() }).token;
    assert!(FraudProof::new(NETWORK, session.token, grown).check(NETWORK).is_err());
}

/// Whoever is handed the list leaves out those before it, to get more.
#[test]
fn truncated_list() {
    let mut world = world();
    let session = world.session(&Course::default());
    let good = world.assemble(&session);
    for left_out in [0, 1] {
        let mut body = good.body.clone();
        let mut hops = body.hops.as_slice().to_vec();
        hops.remove(left_out);
        body.hops = List::new("hops", hops).expect("fewer");
        // Even with the receiver's help.
        assert_eq!(reason(&world, &world.claim(world.sign_again(body))), Some(Reason::Custody));
    }
    // And whoever joins refuses such a list.
    let links = session.custody.to_bytes();
    let mut cut = 2u32.to_le_bytes().to_vec();
    cut.extend(&links[4 + 241..4 + 3 * 241]);
    cut.extend([0, 0]);
    let cut = Custody::from_bytes(&cut).expect("it decodes");
    let opening = Opening { identity: carrier("dan"), blind: secret("blind") };
    let refused = Candidate::new(NETWORK, &session.token, &cut, &key("dan"), &opening, [1; 32]);
    assert_eq!(refused, Err(Error::Custody { reason: Reason::Custody, element: 1 }));
}

/// The receiver claims without the last holder having handed over.
#[test]
fn claim_without_last_hand_over() {
    let mut world = world();
    let session = world.session(&Course::default());
    let mut waiting = Session { custody: Custody::default(), openings: vec![], ..session.clone() };
    waiting.holder = world.issue(&Course { depth: 21, ..Course::default() }).first_key;
    waiting.carry("ann", false);
    let receiver = &world.receiver;
    let refused =
        TransitPool::assemble(NETWORK, waiting.token, &waiting.custody, &receiver.key, &receiver.secret);
    assert!(matches!(refused, Err(Error::Order(_))), "{refused:?}");
    let mut body = world.assemble(&session).body;
    for forged in [
        Signature([0; 64]),
        sign::sign(&world.receiver.key, NETWORK, Kind::LastHandOver, &secret("anything")),
        sign::sign(&key("ben at 1"), NETWORK, Kind::LastHandOver, &secret("anything")),
    ] {
        body.last_hand_over = forged;
        let claim = world.claim(world.sign_again(body.clone()));
        assert_eq!(reason(&world, &claim), Some(Reason::LastHandOver));
    }
}

/// The last packet of one route is claimed with the hops of another.
#[test]
fn last_packets_route() {
    let mut world = world();
    let far = world.session(&Course { bank: Some(0), ..Course::default() });
    let near = world.session(&Course { bank: Some(1), carriers: vec!["eve"], ..Course::default() });
    let mut body = world.assemble(&far).body;
    let other = world.assemble(&near).body;
    (body.hops, body.last_hand_over) = (other.hops, other.last_hand_over);
    assert_eq!(reason(&world, &world.claim(world.sign_again(body))), Some(Reason::Custody));
    // Within one session the last token pays for all of it, whichever packet the route was signed with: that is what a
    // stream is.
    let later = world.issue(&Course { bank: Some(0), depth: 30, ..Course::default() }).token;
    let mut body = world.assemble(&far).body;
    body.token = later;
    let paid = verdict(&world, &world.claim(world.sign_again(body))).expect("it is good");
    assert_eq!(paid.hops.len(), 3);
}

/// A holder passes on another's seal in place of a candidate's, so that the receiver cannot pay that one.
#[test]
fn swapped_seal() {
    let mut world = world();
    let issued = world.issue(&Course::default());
    let (token, first_key) = (issued.token, issued.first_key);
    let custody = Custody::default();
    let candidate = |name: &str| {
        let opening = Opening { identity: carrier(name), blind: secret(name) };
        Candidate::new(NETWORK, &token, &custody, &key(name), &opening, secret(name)).expect("a candidate")
    };
    let (ann, ben) = (candidate("ann"), candidate("ben"));
    // What the holder signs is what the chain says: ann sees her seal gone, and does not go on.
    let mut swapped = Custody::default();
    swapped.hand_over(NETWORK, &token, &first_key, Candidate { seal: ben.seal, ..ann }).expect("signed");
    assert_ne!(swapped.links()[0].hop, ann);
    // Were she to go on, the receiver would find nothing it can open, and she would be void, not robbed by another.
    swapped.hand_over_last(NETWORK, &token, &key("ann")).expect("the last hand-over");
    let pool = TransitPool::assemble(NETWORK, token, &swapped, &world.receiver.key, &world.receiver.secret);
    let claim = world.claim(pool.expect("a transit pool"));
    let hops = verdict(&world, &claim).expect("it is good").hops;
    assert_eq!(hops[0].void, Some(Void::Unopened));
    // After the signature nothing can be swapped any more.
    let mut good = Custody::default();
    good.hand_over(NETWORK, &token, &first_key, ann).expect("the holder hands over");
    let mut bytes = good.to_bytes();
    bytes[4 + 1 + 64..4 + 1 + 64 + 112].copy_from_slice(&ben.seal.0);
    let forged = Custody::from_bytes(&bytes).expect("it decodes");
    let found = forged.check(NETWORK, &token);
    assert_eq!(found, Err(Error::Custody { reason: Reason::Custody, element: 1 }));
}

/// A hop, or the receiver, refuses to say who a hop is. The others are paid as they would have been; its share is held.
#[test]
fn refused_opening() {
    let mut world = world();
    let session = world.session(&Course::default());
    let all = verdict(&world, &world.claim(world.assemble(&session))).expect("it is good");
    let mut body = world.assemble(&session).body;
    let mut hops = body.hops.as_slice().to_vec();
    hops[1].disclosure = Disclosure::Unopened(hops[1].disclosure.commitment());
    body.hops = List::new("hops", hops).expect("as many");
    let one_less = verdict(&world, &world.claim(world.sign_again(body))).expect("it is good");
    assert_eq!(one_less.hops[1].void, Some(Void::Unopened));
    assert!(one_less.hops[1].is_held() && one_less.burnt == Units(0));
    let shares = |settled: &Settled| settled.hops.iter().map(|hop| hop.share).collect::<Vec<_>>();
    // A claim with less in it weighs a little less, which the fee of a hundredth does not notice.
    assert_eq!(shares(&one_less), shares(&all));
    // To lie about it is another matter.
    let mut body = world.assemble(&session).body;
    let mut hops = body.hops.as_slice().to_vec();
    hops[1].disclosure = Disclosure::Opened(Opening { identity: carrier("eve"), blind: secret("any") });
    body.hops = List::new("hops", hops).expect("as many");
    assert_eq!(reason(&world, &world.claim(world.sign_again(body))), Some(Reason::Custody));
}

/// Somebody shows another's identity proof, or one that was found for less.
#[test]
fn worn_identity_proof() {
    let mut world = world();
    let session = world.session(&Course::default());
    let mut body = world.assemble(&session).body;
    body.token.body.sender.nonce ^= 1;
    body.token = world.token_again(&body.token);
    assert_eq!(reason(&world, &world.claim(world.sign_again(body))), Some(Reason::Pool));
    // Another signs with the registered proof.
    let mut body = world.assemble(&session).body;
    body.token.body.sender.key = key("ann").public();
    body.token = body.token.body.sign(NETWORK, &key("ann"));
    assert_eq!(reason(&world, &world.claim(world.sign_again(body))), Some(Reason::Pool));
    // The bare proof is bound to its address and network.
    let sender = world.pool.sender();
    assert_eq!(identity::check(NETWORK, &sender.address(), sender.proof()), Ok(()));
    assert!(identity::check(Network::Main, &sender.address(), sender.proof()).is_err());
    assert!(identity::check(NETWORK, &carrier("ann"), sender.proof()).is_err());
}

/// What was signed for one network is shown on another.
#[test]
fn replay_on_another_network() {
    let mut world = world();
    let session = world.session(&Course::default());
    let claim = world.claim(world.assemble(&session));
    assert!(verdict(&world, &claim).is_ok());
    let mut elsewhere = world.context.clone();
    elsewhere.network = Network::Test;
    elsewhere.pools.insert(claim.pool.token.pool, world.pool.registration().clone());
    let on = |context: &gridnet_protocol::verify::Context, claim: &ClaimedPool| {
        let claims = std::slice::from_ref(claim);
        let answer = verify_transit_pools(engine(), claims, context, &Control::default());
        answer.expect("an answer").verdicts.remove(0).err()
    };
    assert_eq!(on(&elsewhere, &claim), Some(Reason::Network));
    // With the number changed it is not what was signed.
    let mut changed = claim.clone();
    changed.pool.body.token.body.network = Network::Test.id();
    assert_eq!(on(&elsewhere, &changed), Some(Reason::OwnerSignature));
    assert_eq!(session.token.check(Network::Test), Err(Reason::Network));
    assert!(FraudProof::new(NETWORK, session.token, session.token).check(Network::Test).is_err());
}

/// A carrier that has no identity names a stranger who has: it pays the stranger.
#[test]
fn anothers_identity() {
    let mut world = world();
    let issued = world.issue(&Course::default());
    let token = issued.token;
    let mut session =
        Session { token, custody: Custody::default(), openings: vec![], holder: issued.first_key };
    // Mallory carries first, and says that it is cyd, who will carry last.
    let opening = Opening { identity: carrier("cyd"), blind: secret("mallory") };
    let candidate = Candidate::new(NETWORK, &token, &session.custody, &key("mallory"), &opening, [5; 32]);
    let holder = session.holder.clone();
    session
        .custody
        .hand_over(NETWORK, &token, &holder, candidate.expect("nobody can tell"))
        .expect("nobody can tell");
    session.openings.push(Some(opening));
    session.holder = key("mallory");
    session.carry("ann", false);
    session.carry("cyd", false);
    session.custody.hand_over_last(NETWORK, &token, &session.holder).expect("the last hand-over");
    let settled = verdict(&world, &world.claim(world.assemble(&session))).expect("it is good");
    // Cyd is paid for the better of the two; what mallory did takes nothing from her.
    let best = settled.hops[0].share.max(settled.hops[2].share);
    let paid: Vec<_> = settled.hops.iter().filter(|hop| hop.is_paid()).map(|hop| hop.share).collect();
    assert_eq!(paid.len(), 2);
    assert!(paid.contains(&best));
    assert_eq!(settled.hops.iter().filter(|hop| hop.void == Some(Void::Duplicate)).count(), 1);
}

/// Who submits a claim cannot make it dearer.
#[test]
fn padded_claim() {
    let mut world = world();
    let session = world.session(&Course { carriers: vec!["ann"], ..Course::default() });
    let token = &session.token;
    let mut context = world.context.clone();
    let ceiling = world.pool.card(token.bank).expect("a card").proof.ceiling;
    context.kept.insert((token.pool, token.bank), gridnet_protocol::settlement::Kept::new(ceiling));
    // A hash is worth so little here that the weight decides the fee.
    let mut registration = world.pool.registration().clone();
    registration.value = Units(900);
    context.pools.insert(token.pool, registration);
    let padded = world.claim(world.assemble(&session));
    let lean = ClaimedPool { bank: None, ..padded.clone() };
    let fee = |claim: &ClaimedPool| {
        let claims = std::slice::from_ref(claim);
        let answer = verify_transit_pools(engine(), claims, &context, &Control::default());
        answer.expect("an answer").verdicts.remove(0).expect("it is good").fee
    };
    assert!(padded.weight() > lean.weight());
    assert_eq!(fee(&padded), fee(&lean));
    assert_eq!(fee(&lean), Units(10 * lean.weight()));
}

/// The token's content binds what is carried; the stream's, all of it.
#[test]
fn other_content() {
    let mut world = world();
    let destination = carrier("destination");
    let content = Content::of_bundle(&destination, NOW, b"sealed");
    let token = world.issue(&Course { content, ..Course::default() }).token;
    assert_eq!(token.content, content);
    for other in [
        Content::of_bundle(&destination, NOW, b"sealed!"),
        Content::of_bundle(&carrier("ann"), NOW, b"sealed"),
        Content::STREAM_START.and(content),
    ] {
        assert_ne!(other, content);
        let mut forged: Token = token;
        forged.body.content = other;
        assert_eq!(forged.check(NETWORK), Err(Reason::OwnerSignature));
    }
    let [a, b] = [b"a", b"b"].map(|payload| Content::of_bundle(&destination, NOW, payload));
    assert_ne!(Content::STREAM_START.and(a).and(b), Content::STREAM_START.and(b).and(a));
}

/// Several first messengers carry copies of one bundle. Whose copy the receiver claims is paid; the other is stale, which
/// is nobody's fault.
#[test]
fn several_messengers() {
    let mut world = world();
    let issued = world.issue(&Course::default());
    let start = || Session {
        token: issued.token,
        custody: Custody::default(),
        openings: vec![],
        holder: issued.first_key.clone(),
    };
    let (mut one, mut other) = (start(), start());
    one.carry("ann", false);
    other.carry("ben", false);
    other.carry("cyd", false);
    let claims = [&mut one, &mut other].map(|copy| {
        copy.custody.hand_over_last(NETWORK, &copy.token, &copy.holder).expect("the last hand-over");
        world.claim(world.assemble(copy))
    });
    for order in [[0, 1], [1, 0]] {
        let claims = order.map(|copy: usize| claims[copy].clone());
        let answer = verify_transit_pools(engine(), &claims, &world.context, &Control::default());
        let verdicts = answer.expect("an answer").verdicts;
        assert_eq!(verdicts[0].as_ref().map(|settled| settled.hops.len()), Ok(order[0] + 1));
        assert_eq!(verdicts[1].as_ref().err(), Some(&Reason::Stale));
    }
}

/// What is secret does not print itself.
#[test]
fn secrets_print_as_nothing() {
    let seed = secret("a secret");
    let hex = hex::encode(seed);
    let numbers = format!("{seed:?}");
    let mut session = world().session(&Course { carriers: vec![], ..Course::default() });
    let mut world = world();
    let issued = world.issue(&Course { depth: 7, ..Course::default() });
    session.custody = Custody::default();
    session
        .custody
        .offer_to_bearer(
            NETWORK,
            &issued.token,
            &issued.first_key,
            &gridnet_protocol::SecretKey::from_seed(seed),
        )
        .expect("an offer");
    let printed = [
        format!("{:?}", gridnet_protocol::SecretKey::from_seed(seed)),
        format!("{:?}", gridnet_protocol::receiver::SealSecret::from_bytes(seed)),
        format!("{:?}", session.custody),
        format!("{issued:?}"),
    ];
    for text in printed {
        assert!(!text.contains(&hex) && !text.contains(&numbers[1..40]), "{text}");
    }
}
