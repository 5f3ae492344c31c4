//! Claimed transit pools: every way of being good, void or bad.

use gridnet_core::{Control, Engine};
use gridnet_protocol::custody::{Bearer, Opening};
use gridnet_protocol::encoding::{List, encode};
use gridnet_protocol::pool::{BankProof, ChainFunction};
use gridnet_protocol::reason::{Reason, Void};
use gridnet_protocol::settlement::Kept;
use gridnet_protocol::token::Token;
use gridnet_protocol::transit::{Body, ClaimedPool, Disclosure, Hop, ReceiverProof, TransitPool};
use gridnet_protocol::value::{Height, Session, Time, Units, Word};
use gridnet_protocol::verify::{Context, Sequence, Verdict};
use gridnet_protocol::{Kind, Network, PublicKey, Signature, sign};
use serde_json::{Value, json};

use super::{hexed, long};
use crate::world::{
    CROWD, Course, HEIGHT, NETWORK, NOW, World, carrier, key, recipient, secret, sybil_neutral,
};

/// The file as it grows.
struct File<'a> {
    engine: &'a Engine,
    contexts: Vec<Context>,
    claims: Vec<Value>,
    sequences: Vec<Value>,
}

/// Changes what the receiver will sign.
type Change<'a> = &'a dyn Fn(&mut Body);

pub(super) fn transit(engine: &Engine) -> Value {
    let mut file = File { engine, contexts: Vec::new(), claims: Vec::new(), sequences: Vec::new() };
    let mut world = World::new(engine);
    let plain = file.context(&world.context);
    good_and_void(&mut file, &mut world, plain);
    shapes(&mut file, &mut world, plain);
    bodies(&mut file, &mut world, plain);
    hops(&mut file, &mut world, plain);
    banks_and_times(&mut file, &mut world);
    small_ones(&mut file);
    sequences(&mut file);
    let contexts: Vec<Value> = file.contexts.iter().map(context).collect();
    json!({ "contexts": contexts, "claims": file.claims, "sequences": file.sequences })
}

impl File<'_> {
    fn context(&mut self, context: &Context) -> usize {
        self.contexts.push(context.clone());
        self.contexts.len() - 1
    }

    fn verdicts(&self, context: usize, claims: &[ClaimedPool]) -> Vec<Verdict> {
        let context = &self.contexts[context];
        let verified = Sequence::default().verify(self.engine, claims, context, &Control::default());
        verified.expect("an answer").verdicts
    }

    fn bytes(&mut self, name: &str, context: usize, bytes: &[u8]) {
        let claim = ClaimedPool::from_bytes(bytes).ok();
        let verdict = match &claim {
            None => Err(Reason::Shape),
            Some(claim) => self.verdicts(context, std::slice::from_ref(claim)).remove(0),
        };
        let payout = verdict.as_ref().ok().map(|settled| {
            let hop = |hop: &gridnet_protocol::verify::HopShare| {
                let fate = match hop.void {
                    None => "paid",
                    Some(Void::Unopened) => "held",
                    Some(_) => "burnt",
                };
                json!({"share": long(hop.share.0), "fate": fate, "void": hop.void.map(Void::name)})
            };
            json!({
                "total": long(settled.total.0),
                "fee": long(settled.fee.0),
                "receiver": long(settled.receiver.0),
                "burnt": long(settled.burnt.0),
                "hops": settled.hops.iter().map(hop).collect::<Vec<_>>(),
            })
        });
        self.claims.push(json!({
            "name": name,
            "context": context,
            "claim": hexed(bytes),
            "reason": verdict.err().map(Reason::name),
            "weight": claim.map(|claim| long(claim.weight())),
            "payout": payout,
        }));
    }

    fn add(&mut self, name: &str, context: usize, claim: &ClaimedPool) {
        self.bytes(name, context, &claim.to_bytes());
    }

    fn sequence(&mut self, name: &str, context: usize, claims: &[ClaimedPool]) {
        let verdicts = self.verdicts(context, claims);
        self.sequences.push(json!({
            "name": name,
            "context": context,
            "claims": claims.iter().map(|claim| hexed(claim.to_bytes())).collect::<Vec<_>>(),
            "reasons": verdicts.iter().map(|verdict| verdict.as_ref().err().map(|reason| reason.name())).collect::<Vec<_>>(),
        }));
    }
}

fn good_and_void(file: &mut File<'_>, world: &mut World, context: usize) {
    let neutral = sybil_neutral();
    let crowd = CROWD[..32].to_vec();
    for (name, course) in [
        ("three hops", Course::default()),
        ("no hops", Course { carriers: vec![], depth: 21, ..Course::default() }),
        ("one hop", Course { carriers: vec!["ann"], depth: 22, ..Course::default() }),
        ("32 hops", Course { carriers: crowd, depth: 60, bank: Some(7), ..Course::default() }),
        ("the other rule", Course { terms: neutral, depth: 20, ..Course::default() }),
        (
            "the other rule without hops",
            Course { terms: neutral, carriers: vec![], depth: 21, ..Course::default() },
        ),
        ("bearers", Course { by_bearer: vec![0, 2], depth: 23, ..Course::default() }),
        (
            "an unregistered hop",
            Course { carriers: vec!["ann", "nobody", "cyd"], depth: 24, ..Course::default() },
        ),
        ("a young hop", Course { carriers: vec!["young", "old-enough"], depth: 25, ..Course::default() }),
        ("a revoked hop", Course { carriers: vec!["ann", "revoked"], depth: 26, ..Course::default() }),
        ("a poor hop", Course { carriers: vec!["poor"], depth: 27, ..Course::default() }),
        // Under 3/4 the first of two keeps a quarter, the last what is left: the better one is paid.
        ("a hop twice", Course { carriers: vec!["ann", "ben", "ann"], depth: 28, ..Course::default() }),
        (
            "neighbours of one identity",
            Course { carriers: vec!["ann", "ann"], depth: 29, ..Course::default() },
        ),
        (
            "equal shares of one identity",
            Course { terms: neutral, carriers: vec!["ann", "ann"], depth: 22, ..Course::default() },
        ),
        (
            "a hop thrice, and all void",
            Course { carriers: vec!["nobody"; 3], depth: 30, ..Course::default() },
        ),
    ] {
        let claim = world.claimed(&course);
        file.add(name, context, &claim);
    }
    // The receiver cannot open what was sealed for another.
    let mut session = world.session(&Course { depth: 31, ..Course::default() });
    session.openings[1] = None;
    let receipt = session.custody.receipt(NETWORK, &session.token, &world.receiver.key).expect("a receipt");
    let (token, custody) = (session.token, &session.custody);
    let pool = TransitPool::assemble_with_receipt(NETWORK, token, custody, receipt, &session.openings);
    let claim = world.claim(pool.expect("a transit pool"));
    file.add("a receipt, and a hop that says nothing", context, &claim);
    let mut other = claim.clone();
    other.pool.proof = ReceiverProof::Signature(receipt);
    file.add("a receipt as a signature", context, &other);
    let later = world.session(&Course { depth: 32, ..Course::default() });
    let mut other = claim;
    other.pool.body.token = later.token;
    other.steps = 32;
    file.add("a receipt for an earlier token", context, &other);
    let mut signed = world.claim(world.assemble(&session));
    let ReceiverProof::Signature(signature) = signed.pool.proof else { panic!("it is signed") };
    signed.pool.proof = ReceiverProof::Receipt(signature);
    file.add("a signature as a receipt", context, &signed);
}

fn shapes(file: &mut File<'_>, world: &mut World, context: usize) {
    let claim = world.claimed(&Course { depth: 33, ..Course::default() });
    let bytes = claim.to_bytes();
    file.bytes("cut short", context, &bytes[..bytes.len() - 1]);
    file.bytes("one byte more", context, &[&bytes[..], &[0]].concat());
    file.bytes("nothing", context, &[]);
    // steps, option, ceiling, prefix, branch of three; then the token; then the hops.
    let token_at = 4 + 1 + 32 + 8 + 4 + 3 * 32;
    let hops_at = token_at + 395;
    let payrate_at = token_at + 78;
    let mut spoil = |name: &str, place: usize, value: &[u8]| {
        let mut other = bytes.clone();
        other[place..place + value.len()].copy_from_slice(value);
        file.bytes(name, context, &other);
    };
    spoil("an option that is neither", 4, &[2]);
    spoil("a branch of eleven", 4 + 1 + 32 + 8, &[11]);
    spoil("payrate 4/4", payrate_at, &[4, 0, 4, 0]);
    spoil("payrate 0/4", payrate_at, &[0, 0, 4, 0]);
    spoil("payrate 5/4", payrate_at, &[5, 0, 4, 0]);
    spoil("an unknown rule", payrate_at + 4, &[2]);
    spoil("33 hops claimed", hops_at, &33u32.to_le_bytes());
    spoil("four thousand million hops claimed", hops_at, &u32::MAX.to_le_bytes());
    spoil("a bearer that is neither", hops_at + 4, &[2]);
    spoil("an unknown disclosure", hops_at + 4 + 1 + 32 + 32 + 64, &[2]);
    spoil("an unknown proof", bytes.len() - 65, &[2]);
    let hop = encode(&claim.pool.hops.as_slice()[0]);
    let mut many = bytes[..hops_at].to_vec();
    many.extend(33u32.to_le_bytes());
    (0..33).for_each(|_| many.extend(&hop));
    many.extend(&bytes[bytes.len() - 64 - 65..]);
    file.bytes("33 hops", context, &many);
}

/// Changes of the token and the ends, each signed again by the receiver, and by the owner unless that is the point.
fn bodies(file: &mut File<'_>, world: &mut World, context: usize) {
    let session = world.session(&Course { depth: 34, ..Course::default() });
    let good = world.assemble(&session);
    let mut change = |name: &str, owner_signs: bool, change: &dyn Fn(&mut Token)| {
        let mut body = good.body.clone();
        change(&mut body.token);
        if owner_signs {
            body.token = world.token_again(&body.token);
        }
        let mut claim = world.claim(world.sign_again(body));
        claim.steps = 34;
        file.add(name, context, &claim);
    };
    change("from at depth", true, &|token| token.body.from = token.depth);
    change("issued after it expires", true, &|token| token.body.issued = Time(token.expiry.0 + 1));
    for bad in [[0; 32], [0xff; 32], [2; 32]] {
        let bad = PublicKey(bad);
        change("bad first key", true, &|token| token.body.first_key = bad);
        change("bad receiver's key", true, &|token| token.body.receiver.key = bad);
        change("bad sender's key", true, &|token| token.body.sender.key = bad);
        change("bad key in an unknown pool", true, &|token| {
            (token.body.first_key, token.body.pool.0) = (bad, [7; 32]);
        });
    }
    change("of another network", true, &|token| token.body.network = Network::Test.id());
    change("of an unknown pool", true, &|token| token.body.pool.0[0] ^= 1);
    change("another's identity proof", true, &|token| token.body.sender.nonce ^= 1);
    change("another's key", true, &|token| token.body.sender.key = key("ann").public());
    change("bank beyond the last", true, &|token| token.body.bank = 8);
    change("not the owner's signature", false, &|token| token.signature.0[5] ^= 1);
    change("other content", false, &|token| token.body.content.0[5] ^= 1);
    change("signed as a receipt", false, &|token| {
        token.signature = sign::sign(&key("owner"), NETWORK, Kind::Receipt, &token.body);
    });
    change("signed for another network", false, &|token| {
        token.signature = sign::sign(&key("owner"), Network::Test, Kind::Token, &token.body);
    });
    change("binding missing", true, &|token| token.body.receiver.binding = Signature([0; 64]));
    change("binding of another", true, &|token| {
        token.body.receiver.binding = recipient("another receiver").public.binding;
    });
    change("expired", true, &|token| token.body.expiry = Time(NOW.0 - 1));
    change("expires now", true, &|token| token.body.expiry = NOW);
    change("issued now", true, &|token| token.body.issued = NOW);
    change("not issued yet", true, &|token| token.body.issued = Time(NOW.0 + 1));
    change("a word of another depth", true, &|token| token.body.word = Word(secret("word")));
    // Another route: the last packet's token, with custody of a session that never was.
    change("another first key", true, &|token| token.body.first_key = key("another").public());
    change("another receiver", true, &|token| token.body.receiver = recipient("another receiver").public);
    change("other terms", true, &|token| token.body.terms = sybil_neutral());

    let mut claim = world.claim(good.clone());
    for (name, steps) in [
        ("a step too many", 35),
        ("a step too few", 33),
        ("no steps", 0),
        ("all the steps there are", u32::MAX),
    ] {
        claim.steps = steps;
        file.add(name, context, &claim);
    }
    let claim = world.claim(good.clone());
    for (name, proof) in [
        ("receiver's signature changed", ReceiverProof::Signature(changed(&good))),
        ("receiver's signature missing", ReceiverProof::Signature(Signature([0; 64]))),
        ("receiver's receipt missing", ReceiverProof::Receipt(Signature([0; 64]))),
        (
            "another's signature",
            ReceiverProof::Signature(sign::sign(&key("ann"), NETWORK, Kind::TransitPool, &good.body)),
        ),
        (
            "signed as a token",
            ReceiverProof::Signature(sign::sign(&world.receiver.key, NETWORK, Kind::Token, &good.body)),
        ),
    ] {
        let mut other = claim.clone();
        other.pool.proof = proof;
        file.add(name, context, &other);
    }
}

fn changed(pool: &TransitPool) -> Signature {
    let ReceiverProof::Signature(mut signature) = pool.proof else { panic!("it is signed") };
    signature.0[33] ^= 1;
    signature
}

/// Changes of the hops, each signed again by the receiver, who is then one of those who cheat.
fn hops(file: &mut File<'_>, world: &mut World, context: usize) {
    let course = Course { depth: 35, by_bearer: vec![1], ..Course::default() };
    let session = world.session(&course);
    let good = world.assemble(&session);
    let mut change = |name: &str, change: Change<'_>| {
        let mut body = good.body.clone();
        change(&mut body);
        let claim = world.claim(world.sign_again(body));
        file.add(name, context, &claim);
    };
    let edit = |body: &mut Body, edit: &dyn Fn(&mut Vec<Hop>)| {
        let mut hops = body.hops.as_slice().to_vec();
        edit(&mut hops);
        body.hops = List::new("hops", hops).expect("no more than there may be");
    };
    change("first hop taken out", &|body| {
        edit(body, &|hops| {
            hops.remove(0);
        })
    });
    change("middle hop taken out", &|body| {
        edit(body, &|hops| {
            hops.remove(1);
        })
    });
    change("last hop taken out", &|body| edit(body, &|hops| hops.truncate(2)));
    change("all hops taken out", &|body| edit(body, &|hops| hops.clear()));
    change("hops swapped", &|body| edit(body, &|hops| hops.swap(0, 2)));
    change("a hop put in twice", &|body| edit(body, &|hops| hops.insert(1, hops[0])));
    change("a hop put in at the end", &|body| {
        edit(body, &|hops| {
            let opening = Opening { identity: carrier("eve"), blind: secret("eve") };
            let disclosure = Disclosure::Opened(opening);
            let signature = sign::sign(&key("eve"), NETWORK, Kind::Custody, &secret("any"));
            hops.push(Hop {
                bearer: None,
                key: key("eve").public(),
                seal_hash: [1; 32],
                signature,
                disclosure,
            });
        });
    });
    change("wrong identity", &|body| {
        edit(body, &|hops| {
            let Disclosure::Opened(opening) = &mut hops[0].disclosure else { panic!("it is opened") };
            opening.identity = carrier("eve");
        });
    });
    change("wrong blind", &|body| {
        edit(body, &|hops| {
            let Disclosure::Opened(opening) = &mut hops[2].disclosure else { panic!("it is opened") };
            opening.blind[0] ^= 1;
        });
    });
    change("unopened with another commitment", &|body| {
        edit(body, &|hops| {
            let mut commitment = hops[0].disclosure.commitment();
            commitment.0[0] ^= 1;
            hops[0].disclosure = Disclosure::Unopened(commitment);
        });
    });
    change("unopened with its own commitment", &|body| {
        edit(body, &|hops| hops[0].disclosure = Disclosure::Unopened(hops[0].disclosure.commitment()));
    });
    change("seal swapped", &|body| edit(body, &|hops| hops[0].seal_hash = hops[2].seal_hash));
    change("signature swapped", &|body| edit(body, &|hops| hops[0].signature = hops[2].signature));
    change("bearer taken out", &|body| edit(body, &|hops| hops[1].bearer = None));
    change("bearer of another hop", &|body| edit(body, &|hops| hops[0].bearer = hops[1].bearer));
    change("bearer put in by nobody", &|body| {
        edit(body, &|hops| {
            let key_of_bearer = key("nobody's bearer");
            let signature = sign::sign(&key_of_bearer, NETWORK, Kind::Bearer, &secret("any"));
            hops[0].bearer = Some(Bearer { key: key_of_bearer.public(), signature });
        });
    });
    for bad in [[0; 32], [0xff; 32], [2; 32]] {
        change("a hop's bad key", &|body| edit(body, &|hops| hops[1].key = PublicKey(bad)));
        change("a bearer's bad key", &|body| {
            edit(body, &|hops| hops[1].bearer.as_mut().expect("a bearer").key = PublicKey(bad));
        });
    }
    change("last hand-over missing", &|body| body.last_hand_over = Signature([0; 64]));
    change("last hand-over of an earlier holder", &|body| {
        let signature = sign::sign(&key("ben at 1"), NETWORK, Kind::LastHandOver, &secret("any"));
        body.last_hand_over = signature;
    });
}

/// Banks that something is kept of, proofs that are missing or wrong, pools that ran out.
fn banks_and_times(file: &mut File<'_>, world: &mut World) {
    let plain = file.context(&world.context);
    let session = world.session(&Course { depth: 40, bank: Some(3), ..Course::default() });
    let good = world.claim(world.assemble(&session));
    file.add("with the proof of its bank", plain, &good);
    let mut change = |name: &str, change: &dyn Fn(&mut BankProof)| {
        let mut other = good.clone();
        change(other.bank.as_mut().expect("a proof"));
        file.add(name, plain, &other);
    };
    change("another ceiling", &|proof| proof.ceiling[0] ^= 1);
    change("another prefix", &|proof| proof.prefix[7] ^= 1);
    let branch = |proof: &BankProof| proof.branch.as_slice().to_vec();
    let list = |hashes: Vec<[u8; 32]>| List::new("a branch", hashes).expect("no more than ten");
    change("a shorter branch", &|proof| proof.branch = list(branch(proof)[..2].to_vec()));
    change("a longer branch", &|proof| proof.branch = list([branch(proof), vec![[0; 32]]].concat()));
    change("another branch", &|proof| {
        let mut hashes = branch(proof);
        hashes[2][31] ^= 1;
        proof.branch = list(hashes);
    });
    let other_bank = world.pool.card(2).expect("a card").proof;
    change("the proof of another bank", &|proof| *proof = other_bank.clone());
    let bare = ClaimedPool { bank: None, ..good.clone() };
    file.add("no proof of its bank", plain, &bare);

    // The same bank, of which 25 hashes were claimed in the same session, in another, and more than this.
    let token = &good.pool.token;
    let word = {
        let steps = token.depth.0 - 25;
        (0..steps).fold(token.word.0, |word, _| gridnet_core::HashFunction::BLAKE2S.hash(&word))
    };
    let ledger = world.context.clone();
    let kept = |depth: u32, word: [u8; 32], session: Option<Session>| {
        let mut context = ledger.clone();
        let depth = gridnet_protocol::value::Depth(depth);
        context.kept.insert((token.pool, token.bank), Kept { depth, word: Word(word), session });
        context
    };
    let own = Some(token.session());
    let stranger = Some(Session([4; 32]));
    let ceiling = good.bank.as_ref().expect("a proof").ceiling;
    let untouched = file.context(&kept(0, ceiling, None));
    file.add("a bank that is kept but was not claimed from", untouched, &good);
    let own_kept = file.context(&kept(25, word, own));
    for (name, steps, bank) in [
        ("further in its session", 15, None),
        ("further in its session, with a proof it does not need", 15, good.bank.clone()),
        ("the whole walk where less is owed", 40, None),
    ] {
        file.add(name, own_kept, &ClaimedPool { steps, bank, ..good.clone() });
    }
    let mut wrong = ClaimedPool { steps: 15, ..good.clone() };
    wrong.bank.as_mut().expect("a proof").ceiling[0] ^= 1;
    file.add("a wrong proof it does not need", own_kept, &wrong);
    let claim = ClaimedPool { steps: 15, bank: None, ..good.clone() };
    let elsewhere = file.context(&kept(25, word, stranger));
    file.add("in another's session", elsewhere, &claim);
    let wrong_word = file.context(&kept(25, [8; 32], own));
    file.add("another word is kept", wrong_word, &claim);
    for (name, depth) in [("claimed already", 40), ("more was claimed already", 41)] {
        let context = file.context(&kept(depth, word, own));
        file.add(name, context, &claim);
        file.add(name, context, &ClaimedPool { steps: 0, ..claim.clone() });
    }
    // A new session that begins where the kept one ends.
    let next = world.session(&Course {
        depth: 50,
        bank: Some(3),
        carriers: vec!["dan"],
        terms: sybil_neutral(),
        ..Course::default()
    });
    let pool = world.assemble(&next);
    let turn = file.context(&kept(40, token.word.0, stranger));
    let claim = ClaimedPool { steps: 10, bank: None, pool };
    file.add("a new session where another ended", turn, &claim);
    file.add("a new session before its turn", elsewhere, &ClaimedPool { steps: 25, ..claim.clone() });
    file.add(
        "a new session of an untouched bank",
        plain,
        &ClaimedPool { steps: 50, bank: good.bank.clone(), ..claim },
    );

    // Pools that could never have been registered, whoever says that they are.
    type Edit = fn(&mut gridnet_protocol::pool::Registration);
    let bounds: [(&str, Edit); 4] = [
        ("a pool of too long chains", |r| r.length = (1 << 24) + 1),
        ("a pool of too many banks", |r| r.banks = 1_025),
        ("a pool of no value", |r| r.value = Units(0)),
        ("a pool worth too much", |r| r.value = Units(u64::MAX / 60)),
    ];
    for (name, edit) in bounds {
        let mut registration = world.pool.registration().clone();
        edit(&mut registration);
        let mut context = world.context.clone();
        let mut claim = good.clone();
        claim.pool.body.token.body.pool = context.register(registration);
        let context = file.context(&context);
        file.add(name, context, &claim);
    }

    // Around the pool's expiry, which is at 1,500.
    for height in [2_220, 2_221] {
        let mut context = world.context.clone();
        context.height = Height(height);
        let context = file.context(&context);
        file.add("around the pool's last height", context, &good);
    }
    // Another ledger: the owner revoked, or unknown; nobody registered.
    let mut revoked = world.context.clone();
    revoked.identities.get_mut(&world.pool.registration().owner).expect("the owner").revoked = true;
    let context = file.context(&revoked);
    file.add("the owner is revoked", context, &good);
    let mut unknown = world.context.clone();
    unknown.identities.remove(&world.pool.registration().owner);
    let context = file.context(&unknown);
    file.add("the owner is unknown", context, &good);
    let context = file.context(&Context::new(Network::Main, HEIGHT, NOW));
    file.add("on another network", context, &good);
}

/// Claims that are hardly worth their fee, and another chain function.
fn small_ones(file: &mut File<'_>) {
    for value in [400, 550, 700] {
        let mut world = World::with(file.engine, ChainFunction::Sha256, Units(value));
        let context = file.context(&world.context);
        let claim = world.claimed(&Course { depth: 30, ..Course::default() });
        file.add(&format!("hashes of {value} units"), context, &claim);
        let claim = world.claimed(&Course { depth: 31, carriers: vec![], ..Course::default() });
        file.add(&format!("hashes of {value} units, no hops"), context, &claim);
    }
}

/// Several claims, each judged on what the valid ones before it left.
fn sequences(file: &mut File<'_>) {
    let mut world = World::new(file.engine);
    let context = file.context(&world.context);
    let first = world.claimed(&Course { depth: 10, bank: Some(0), ..Course::default() });
    let second = world.claimed(&Course { depth: 15, bank: Some(0), ..Course::default() });
    let next = ClaimedPool { steps: 5, bank: None, ..second.clone() };
    file.sequence("one session in two claims", context, &[first.clone(), next.clone()]);
    file.sequence("the second one first", context, &[next.clone(), first.clone(), next.clone()]);
    file.sequence("the whole twice", context, &[second.clone(), second.clone()]);
    file.sequence("the deeper one first", context, &[second.clone(), first.clone()]);
    let mut bad = first.clone();
    bad.pool.proof = ReceiverProof::Signature(Signature([1; 64]));
    file.sequence("a bad one leaves nothing", context, &[bad, first.clone(), next.clone()]);
    // A word that leads nowhere, under good signatures.
    let mut body = first.pool.body.clone();
    body.token.body.word.0[9] ^= 1;
    body.token = world.token_again(&body.token);
    let astray = world.claim(world.sign_again(body));
    file.sequence("a word that leads nowhere first", context, &[astray.clone(), first.clone(), next.clone()]);
    file.sequence("a word that leads nowhere last", context, &[first.clone(), astray]);
    // Two sessions that were sold the same hashes.
    let mut twice = second.pool.body.token;
    twice.body.first_key = key("another first key").public();
    let token = world.token_again(&twice);
    let mut session = crate::world::Session {
        token,
        custody: Default::default(),
        openings: Vec::new(),
        holder: key("another first key"),
    };
    session.carry("dan", false);
    session.custody.hand_over_last(NETWORK, &token, &session.holder).expect("the last hand-over");
    let sold = world.claim(world.assemble(&session));
    file.sequence("sold twice, the one first", context, &[second.clone(), sold.clone()]);
    file.sequence("sold twice, the other first", context, &[sold, second, first, next]);
    let elsewhere = world.claimed(&Course { depth: 10, bank: Some(1), ..Course::default() });
    let expired = Course { depth: 12, bank: Some(1), times: (Time(1), Time(2)), ..Course::default() };
    let expired = world.claimed(&expired);
    file.sequence("an expired one between", context, &[expired.clone(), elsewhere, expired]);
}

fn context(context: &Context) -> Value {
    let mut kept: Vec<_> = context.kept.iter().collect();
    kept.sort_by_key(|(bank, _)| **bank);
    let mut identities: Vec<_> = context.identities.iter().collect();
    identities.sort_by_key(|(address, _)| **address);
    let mut pools: Vec<_> = context.pools.values().map(|pool| hex::encode(encode(pool))).collect();
    pools.sort();
    let kept = kept.into_iter().map(|((pool, bank), kept)| {
        json!({
            "pool": hexed(pool.0),
            "bank": bank,
            "depth": kept.depth.0,
            "word": hexed(kept.word.0),
            "session": kept.session.map(|session| hexed(session.0)),
        })
    });
    let identities = identities.into_iter().map(|(address, identity)| {
        json!({
            "address": hexed(address.0),
            "repetitions": identity.proof.repetitions,
            "nonce": identity.proof.nonce,
            "registered": identity.registered.0,
            "revoked": identity.revoked,
            "stake": long(identity.stake.0),
        })
    });
    json!({
        "network": context.network.name(),
        "height": context.height.0,
        "median_time": long(context.median_time.0),
        "registrations": pools,
        "kept": kept.collect::<Vec<_>>(),
        "identities": identities.collect::<Vec<_>>(),
    })
}
