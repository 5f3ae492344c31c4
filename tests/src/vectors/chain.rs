//! What happens on the published chain: every transaction that there is, with what it needs, and what it does not.

use gridnet_core::Engine;
use gridnet_protocol::contract::{Contract, Role};
use gridnet_protocol::encoding::List;
use gridnet_protocol::fraud::FraudProof;
use gridnet_protocol::ledger::fraud_commitment;
use gridnet_protocol::meter::{
    Area, Certificate, EquivocationProof, Reading, Replacement, SignedCertificate, SignedReading,
    Source as Origin,
};
use gridnet_protocol::pool::owner::Source;
use gridnet_protocol::pool::{ChainFunction, OwnedPool};
use gridnet_protocol::transaction::{
    Action, Opened, Posted, Subject, SubventionTerms, Transaction, held_id, subvention_id,
};
use gridnet_protocol::transit::{Body, ClaimedPool, Disclosure, ReceiverProof, TransitPool};
use gridnet_protocol::value::{
    Height, MeterId, ReadingId, Slot, SubventionId, Time, Units, WattHours, Watts,
};
use gridnet_protocol::{Kind, sign};

use super::agreements::{party, signed, state};
use super::story::Story;
use crate::chain::{Shape, address, claim, person, read};
use crate::world::{NETWORK, Session, key, recipient, secret};

/// A moment that is kept: while a contract is being closed.
pub(super) const CLOSING: &str = "a contract is being closed";

/// Who signs contracts.
const PARTIES: [&str; 3] = ["sue", "bob", "lin"];

/// What one part of the story leaves to the next.
struct Town<'e> {
    story: Story<'e>,
    pool: OwnedPool,
    stolen: OwnedPool,
    roof: MeterId,
    home: MeterId,
    slot: u64,
    contracts: [Contract; 3],
    subventions: [SubventionId; 2],
}

/// The whole story.
pub(super) fn story(engine: &Engine) -> Story<'_> {
    let mut story = Story::new(engine);
    people(&mut story);
    let mut town = settle(story);
    carry(&mut town);
    deliver(&mut town);
    close(&mut town);
    retire(&mut town);
    cheat(&mut town);
    cheat_again(&mut town);
    end(&mut town);
    town.story
}

fn transfer(to: &str, amount: u64) -> Action {
    Action::Transfer { to: address(to), amount: Units(amount) }
}

/// The transaction with another signature.
fn forged(transaction: &Transaction) -> Transaction {
    let Transaction::Signed(mut signed) = transaction.clone() else { panic!("it is signed") };
    signed.signature.0[40] ^= 1;
    Transaction::Signed(signed)
}

/// Money, identities, a certifier, an authority.
fn people(story: &mut Story<'_>) {
    let names = ["maker", "sue", "bob", "lin", "owner", "ann", "ben", "government", "judge", "thief"];
    let coins = Units::from_gnc(1_000).0;
    story.acts("coins for everybody", names.iter().map(|name| ("rich", transfer(name, coins))).collect());
    story.remember("coins");
    story.refuse_act("more than there is", "ann", transfer("ben", coins));
    story.refuse_act("nothing", "ann", transfer("ben", 0));
    story.refuse_act("to oneself", "ann", transfer("ann", 5));
    story.refuse_act("who has nothing", "stranger", transfer("ann", 5));
    let good = story.chain.sign("ann", transfer("ben", 5));
    story.refuse("a signature that is not", &forged(&good));
    let Transaction::Signed(signed) = &good else { panic!("it is signed") };
    for (name, sequence, fee) in [
        ("a sequence to come", 1, None),
        ("a unit below the least fee", 0, Some(Units(signed.body.fee.0 - 1))),
    ] {
        let transaction = story.chain.sign_as("ann", sequence, fee, transfer("ben", 5));
        story.refuse(name, &transaction);
    }
    for (name, first) in [("a small key", 1), ("a key that is no point", 2)] {
        let mut signed = signed.clone();
        signed.body.sender.0 = [0; 32];
        signed.body.sender.0[0] = first;
        story.refuse(name, &Transaction::Signed(signed));
    }
    story.refuse_act("no identity to withdraw from", "ann", Action::WithdrawStake { amount: Units(1) });

    let free = ["sue", "bob", "owner", "ann", "ben"]
        .map(|name| Transaction::Posted(Posted::RegisterIdentity(story.chain.identity(name))));
    let paid = |story: &mut Story<'_>, name, stake| Action::RegisterIdentity {
        identity: story.chain.identity(name),
        stake: Units(stake),
    };
    let (cyd, thief) = (paid(story, "cyd", 500), paid(story, "thief", 1_005));
    let acts = vec![
        ("rich", cyd),
        ("rich", thief.clone()),
        ("maker", Action::RegisterCertifier),
        ("judge", Action::RegisterAuthority),
    ];
    let transactions = [free.to_vec(), story.signed(acts)].concat();
    story.block("identities, a certifier, an authority", transactions);
    story.refuse("an identity again", &free[3]);
    story.refuse_act("an identity again, for money", "rich", thief);
    let mut other = story.chain.identity("zed");
    for (name, repetitions, nonce) in [
        ("no repetitions", 0, other.nonce),
        ("more repetitions than are hashed", 33, other.nonce),
        ("more than a block can weigh", u32::MAX, other.nonce),
        ("another nonce", 1, other.nonce + 1),
    ] {
        (other.repetitions, other.nonce) = (repetitions, nonce);
        story.refuse(name, &Transaction::Posted(Posted::RegisterIdentity(other)));
    }
    story.refuse_act("a certifier again", "maker", Action::RegisterCertifier);
    story.refuse_act("an authority again", "judge", Action::RegisterAuthority);
    story.refuse_act("more stake than there is", "ann", Action::WithdrawStake { amount: Units(1) });
    let unknown = Action::AddStake { identity: address("zed"), amount: Units(1) };
    story.refuse_act("stake for nobody", "ann", unknown);
    story.wait("until identities are old enough", 6);
}

fn contract(story: &Story<'_>, roof: MeterId, home: MeterId, slot: u64, nonce: u64) -> Contract {
    let parties = vec![
        party("sue", Role::Seller, 100),
        party("bob", Role::Buyer, 0),
        party("lin", Role::LineOwner, 10),
    ];
    Contract {
        parties: List::new("parties", parties).expect("three"),
        seller_meter: roof,
        buyer_meter: home,
        first: Slot(slot + 1 + nonce),
        last: Slot(slot + 8),
        limit: WattHours([600, 200, 100][nonce as usize]),
        deposit: Units(10_000 + nonce),
        watch_fee: Units(300 * nonce),
        window: 6,
        expiry: Height(story.chain.height() + 25),
        nonce,
    }
}

fn open(contract: &Contract) -> Action {
    Action::OpenContract { contract: Box::new(signed(NETWORK, contract, &PARTIES)) }
}

/// Pools, meters, a subvention, contracts.
fn settle(mut story: Story<'_>) -> Town<'_> {
    let shape = Shape { lifetime: 60, value: Units(10_000), ..Shape::default() };
    let (pool, of_pool) = story.chain.pool("owner", &shape);
    let other = Shape { function: ChainFunction::Sha256, banks: 1, lifetime: 40, ..shape };
    let (stolen, of_stolen) = story.chain.pool("thief", &other);
    let certified = |story: &Story<'_>, meter: &str, owner: &str| {
        let certificate = story.chain.certificate(meter, owner, "maker");
        certificate.sign_by(NETWORK, &person("maker"), &person(owner)).expect("keys in memory")
    };
    let (roof, home) = (certified(&story, "roof", "sue"), certified(&story, "home", "bob"));
    let ids = [roof.id(NETWORK), home.id(NETWORK)];
    refuse_certificates(&mut story, &roof);
    let not_owned = Action::RegisterPool { pool: pool.registration().clone() };
    story.refuse_act("another's pool", "ann", not_owned);
    let notice = story.chain.sign_as("thief", 1, None, Action::WithdrawStake { amount: Units(5) });
    let acts = story.signed(vec![
        ("ann", register(&roof)),
        ("ann", register(&home)),
        ("rich", Action::AddStake { identity: address("owner"), amount: Units(1_000) }),
    ]);
    story.block("pools, meters, stake", [vec![of_pool, of_stolen, notice], acts].concat());
    story.refuse_act("a meter again", "ann", register(&roof));
    let early = Action::ReclaimPool { pool: pool.id() };
    story.refuse_act("a pool that can be claimed from", "owner", early.clone());
    story.refuse_act("another's pool back", "ann", early);

    let slot = story.chain.slot();
    let [roof, home] = ids;
    let first = |story: &Story<'_>, name: &str, id| story.chain.reading(name, id, slot, 700, 50);
    let readings = vec![first(&story, "roof", roof), first(&story, "home", home)];
    let mut forged = readings.clone();
    forged[1].signature.0[2] ^= 1;
    story.refuse_act("a reading that is not signed", "ann", read(forged));
    let future = story.chain.reading("roof", roof, slot + 1, 700, 50);
    story.refuse_act("a reading of the future", "ann", read(vec![readings[1], future]));
    story.refuse_act("no readings", "ann", read(Vec::new()));
    let mark = |subject, effective| Action::Mark {
        subject,
        reason: List::new("reason", b"smoke".to_vec()).expect("short"),
        effective: Height(effective),
    };
    story.refuse_act("a mark of nobody", "judge", mark(Subject::Identity(address("zed")), 5));
    story.refuse_act("a mark by no authority", "ann", mark(Subject::Meter(roof), 5));
    let terms = SubventionTerms {
        budget: Units(650),
        rate: Units(100),
        certifiers: List::new("certifiers", vec![person("maker").public()]).expect("one"),
        area: None,
        source: None,
        net: false,
        expiry: Height(story.chain.height() + 50),
    };
    // Another one, that is soon used up.
    let net = SubventionTerms {
        budget: Units(40),
        area: Area::new("north").ok(),
        source: Some(Origin::Green),
        net: true,
        ..terms.clone()
    };
    let government = story.chain.account(&address("government")).sequence;
    let subventions = [0, 1].map(|more| subvention_id(&address("government"), government + more));
    refuse_subventions(&mut story, &terms);
    let acts = vec![
        ("ann", read(readings)),
        ("judge", mark(Subject::Meter(roof), 5)),
        ("judge", mark(Subject::Identity(address("thief")), 9)),
        ("judge", mark(Subject::Pool(pool.id()), 0)),
        ("government", fund(&terms)),
        ("government", fund(&net)),
    ];
    story.acts("readings, marks, a subvention", acts);

    let contracts = [0, 1, 2].map(|nonce| contract(&story, roof, home, slot, nonce));
    refuse_contracts(&mut story, &contracts[0]);
    let [join, join_other] =
        subventions.map(|subvention| Action::CreditSubvention { subvention, meter: roof });
    let mut acts: Vec<_> = contracts.iter().map(|contract| ("bob", open(contract))).collect();
    acts.extend([("ann", join.clone()), ("ann", join_other)]);
    story.acts("contracts, and a meter that joins a subvention", acts);
    story.refuse_act("a contract again", "bob", open(&contracts[0]));
    story.refuse_act("nothing to be paid", "ann", join);
    Town { story, pool, stolen, roof, home, slot, contracts, subventions }
}

fn register(certificate: &SignedCertificate) -> Action {
    Action::RegisterMeter { certificate: Box::new(certificate.clone()) }
}

fn fund(terms: &SubventionTerms) -> Action {
    Action::OpenSubvention { terms: Box::new(terms.clone()) }
}

fn refuse_certificates(story: &mut Story<'_>, good: &SignedCertificate) {
    let mut refuse = |name: &str, change: &dyn Fn(&mut SignedCertificate)| {
        let mut bad = good.clone();
        change(&mut bad);
        story.refuse_act(name, "ann", register(&bad));
    };
    refuse("a certifier who did not sign", &|bad| bad.certifier_signature.0[3] ^= 1);
    refuse("an owner who did not sign", &|bad| bad.owner_signature.0[3] ^= 1);
    refuse("a meter for nothing", &|bad| bad.body.rating = Watts(0));
    refuse("a meter with its owner's key", &|bad| bad.body.key = bad.body.owner);
    let unknown = story.chain.certificate("roof", "sue", "ann");
    let unknown = unknown.sign_by(NETWORK, &person("ann"), &person("sue")).expect("keys in memory");
    story.refuse_act("whom nobody knows certifies", "ann", register(&unknown));
}

fn refuse_subventions(story: &mut Story<'_>, good: &SubventionTerms) {
    let mut refuse = |name: &str, change: &dyn Fn(&mut SubventionTerms)| {
        let mut bad = good.clone();
        change(&mut bad);
        story.refuse_act(name, "government", fund(&bad));
    };
    refuse("a subvention for nobody's meters", &|bad| bad.certifiers = List::default());
    refuse("a subvention of nothing", &|bad| bad.budget = Units(0));
    refuse("a subvention at no rate", &|bad| bad.rate = Units(0));
    refuse("a subvention that is over", &|bad| bad.expiry = Height(3));
}

fn refuse_contracts(story: &mut Story<'_>, good: &Contract) {
    let with = |change: &dyn Fn(&mut Contract)| {
        let mut other = good.clone();
        change(&mut other);
        open(&other)
    };
    story.refuse_act("a contract for no energy", "bob", with(&|terms| terms.limit = WattHours(0)));
    story.refuse_act("a contract of one meter", "bob", with(&|terms| terms.buyer_meter = terms.seller_meter));
    story.refuse_act("a contract with a short window", "bob", with(&|terms| terms.window = 5));
    let swapped = with(&|terms| std::mem::swap(&mut terms.buyer_meter, &mut terms.seller_meter));
    story.refuse_act("a contract over another's meter", "bob", swapped);
    story.refuse_act("a contract that is over", "bob", with(&|terms| terms.expiry = Height(4)));
    story.refuse_act("a contract for slots that were read", "bob", with(&|terms| terms.first.0 -= 1));
    story.refuse_act("a contract for slots that are over", "bob", with(&|terms| terms.first.0 -= 2));
    story.refuse_act("a contract over no meter", "bob", with(&|terms| terms.seller_meter = MeterId([7; 32])));
    story.refuse_act("more than the buyer has", "bob", with(&|terms| terms.deposit = Units(u64::MAX)));
    let mut unsigned = signed(NETWORK, good, &PARTIES);
    unsigned.signatures = List::new("signatures", unsigned.signatures.as_slice()[..2].to_vec()).expect("two");
    story.refuse_act(
        "a contract that not all have signed",
        "bob",
        Action::OpenContract { contract: Box::new(unsigned) },
    );
}

/// A claim that leaves some hops unopened: the receiver signs what is left.
fn unopened(town: &Town<'_>, session: &Session, places: &[usize]) -> ClaimedPool {
    let mut claimed = town.story.chain.claimed(&town.pool, session, "receiver");
    let mut hops = claimed.pool.hops.as_slice().to_vec();
    for &place in places {
        hops[place].disclosure = Disclosure::Unopened(hops[place].disclosure.commitment());
    }
    let body = Body { hops: List::new("hops", hops).expect("as many"), ..claimed.pool.body.clone() };
    let signature = sign::sign(&key("receiver"), NETWORK, Kind::TransitPool, &body);
    claimed.pool = TransitPool { body, proof: ReceiverProof::Signature(signature) };
    claimed
}

/// Sessions are claimed; hops say later who they are.
fn carry(town: &mut Town<'_>) {
    let issue = |town: &mut Town<'_>, depth, source, carriers: &[&str]| {
        let issued = town.story.chain.issue(&mut town.pool, "receiver", depth, source);
        town.story.chain.session(issued, carriers)
    };
    let session = issue(town, 40, Source::Bank(0), &["ann", "ben", "zed", "cyd", "ann"]);
    let first = unopened(town, &session, &[1, 2]);
    let direct = issue(town, 20, Source::Bank(1), &[]);
    let direct = town.story.chain.claimed(&town.pool, &direct, "receiver");
    let small = issue(town, 1, Source::Bank(2), &["ann"]);
    let small = town.story.chain.claimed(&town.pool, &small, "receiver");
    let story = &mut town.story;
    story.refuse("a claim that the fee would take", &claim(vec![direct.clone(), small]));
    story.refuse("the same in one transaction", &claim(vec![direct.clone(), direct.clone()]));
    let mut bad = direct.clone();
    bad.pool.body.last_hand_over.0[9] ^= 1;
    story.refuse("a claim without the last hand-over", &claim(vec![first.clone(), bad]));
    let mut bad = direct.clone();
    bad.bank = None;
    story.refuse("a claim of a bank that is not proven", &claim(vec![bad]));
    let mut bad = direct.clone();
    bad.steps += 1;
    story.refuse("a claim of other steps", &claim(vec![bad]));
    let transactions = vec![claim(vec![first.clone(), direct])];
    story.block("claims", transactions);
    story.remember("claims");
    story.refuse("a claim again", &claim(vec![first]));

    let held = held_id(&town.pool.id(), 0, session.token.depth);
    let opening = |place: usize| session.openings[place].expect("it is known");
    let opened = |opening| Transaction::Posted(Posted::Open(Opened { held, opening }));
    story.refuse("a hop that has no identity", &opened(opening(2)));
    story.refuse("a hop that was opened", &opened(opening(0)));
    let nothing = Posted::Open(Opened { held: [5; 32], opening: opening(1) });
    story.refuse("a hop of no claim", &Transaction::Posted(nothing));
    let good = story.chain.sign("ann", transfer("stranger", 5));
    story.refuse_blocks(&good);
    let further = issue(town, 50, Source::Bank(0), &["ben"]);
    let further = town.story.chain.claimed(&town.pool, &further, "receiver");
    let story = &mut town.story;
    let transactions = vec![opened(opening(1)), claim(vec![further]), good];
    story.block("a hop says who it is; a session more of the same bank", transactions);
    story.refuse("a hop again", &opened(opening(1)));
}

/// The meters are read, and the subvention pays.
fn deliver(town: &mut Town<'_>) {
    let Town { roof, home, slot, subventions: [subvention, other], .. } = *town;
    let story = &mut town.story;
    story.wait_for_slot("until there is something to read", slot + 9);
    let early = story.chain.reading("roof", roof, slot + 2, 700, 1_000);
    story.acts("a reading before the last of the contracts begins", vec![("ann", read(vec![early]))]);
    let good = story.chain.reading("roof", roof, slot + 4, 700, 4_050);
    let resigned = |change: &dyn Fn(&mut Reading)| {
        let mut other = good.body;
        change(&mut other);
        read(vec![other.sign_by(NETWORK, &key("roof")).expect("a key in memory")])
    };
    story.refuse_act("a sequence again", "ann", resigned(&|it| it.sequence = 0));
    story.refuse_act("a slot again", "ann", resigned(&|it| it.slot = Slot(slot)));
    story.refuse_act("a register that runs backwards", "ann", resigned(&|it| it.export = WattHours(49)));
    story.refuse_act("more than its rating", "ann", resigned(&|it| it.export = WattHours(6_001)));
    story.refuse_act("another reading before", "ann", resigned(&|it| it.previous = ReadingId([1; 32])));
    let unknown = resigned(&|it| it.meter = MeterId([1; 32]));
    story.refuse_act("a meter that nobody knows", "ann", unknown);
    let home_reading = story.chain.reading("home", home, slot + 4, 3_300, 50);
    let readings = vec![good, home_reading];
    let credit = |subvention| Action::CreditSubvention { subvention, meter: roof };
    let acts = vec![("ann", read(readings)), ("ann", credit(subvention)), ("ann", credit(other))];
    story.acts("readings, and what they earn", acts);
    story.refuse_act("a budget that is used up", "ann", credit(other));
    let none = Action::CreditSubvention { subvention: SubventionId([0; 32]), meter: roof };
    story.refuse_act("no subvention", "ann", none);
    story.refuse_act("a subvention before its end", "government", Action::CloseSubvention { subvention });
    story.refuse_act("another's subvention", "ann", Action::CloseSubvention { subvention });
}

fn closing(contract: &Contract, with: Option<(u64, u64, bool)>, readings: Vec<SignedReading>) -> Action {
    Action::CloseContract {
        contract: contract.id(NETWORK),
        state: with.map(|with| Box::new(state(NETWORK, contract, &PARTIES, with))),
        readings: List::new("readings", readings).expect("not too many"),
    }
}

fn answer(contract: &Contract, with: (u64, u64, bool), readings: Vec<SignedReading>) -> Action {
    let readings = List::new("readings", readings).expect("not too many");
    Action::AnswerContract { state: Box::new(state(NETWORK, contract, &PARTIES, with)), readings }
}

fn ending(contract: &Contract, with: (u64, u64, bool)) -> Action {
    Action::EndContract { state: Box::new(state(NETWORK, contract, &PARTIES, with)) }
}

/// Contracts come to their end, in each way.
fn close(town: &mut Town<'_>) {
    let Town { roof, home, slot, subventions: [subvention, _], .. } = *town;
    let [first, second, third] = town.contracts.clone();
    let story = &mut town.story;
    story.refuse_act("a stranger before expiry", "ann", closing(&first, None, vec![]));
    story.refuse_act("an answer to nothing", "ann", answer(&first, (1, 1_000, false), vec![]));
    story.refuse_act(
        "a state with the sequence of none",
        "sue",
        closing(&first, Some((0, 9, false)), vec![]),
    );
    story.refuse_act("an end that is not final", "bob", ending(&second, (3, 500, false)));
    let mut other = closing(&first, Some((1, 1_000, false)), vec![]);
    if let Action::CloseContract { contract, .. } = &mut other {
        *contract = second.id(NETWORK);
    }
    story.refuse_act("another contract's state", "sue", other.clone());
    if let Action::CloseContract { contract, .. } = &mut other {
        contract.0[0] ^= 1;
    }
    story.refuse_act("no contract", "sue", other);
    let mut unsigned = state(NETWORK, &second, &PARTIES, (3, 500, true));
    unsigned.body.delivered.0 += 1;
    story.refuse_act("an end that nobody signed", "bob", Action::EndContract { state: Box::new(unsigned) });
    let late = story.chain.reading("roof", roof, slot + 8, 700, 6_100);
    story.acts(
        "a close with an old state and a reading, and an end",
        vec![
            ("sue", closing(&first, Some((1, 1_000, false)), vec![late])),
            ("bob", ending(&second, (3, 500, true))),
        ],
    );
    story.remember(CLOSING);
    story.refuse_act("a contract that is being closed", "bob", closing(&first, None, vec![]));
    story.refuse_act("a state that is no newer", "lin", answer(&first, (1, 2_000, false), vec![]));
    story.refuse_act("a contract that was ended", "bob", ending(&second, (4, 600, true)));
    let alien = closing(&third, None, vec![late]);
    let Action::CloseContract { readings, .. } = &alien else { panic!("it is a close") };
    let mut alien_reading = readings.as_slice()[0];
    alien_reading.body.meter = MeterId([9; 32]);
    story.refuse_act("a reading of another meter", "sue", closing(&third, None, vec![late, alien_reading]));
    let home_reading = story.chain.reading("home", home, slot + 6, 5_900, 50);
    let known = vec![late, home_reading];
    let further = Action::CreditSubvention { subvention, meter: roof };
    story.acts(
        "an answer, with a reading that is known",
        vec![("ann", answer(&first, (2, 1_500, false), known)), ("ann", further)],
    );
    story.wait("until the window is over", 6);
    story.refuse_act("a contract that is settled", "lin", answer(&first, (9, 2_000, false), vec![]));
    let left = third.expiry.0.saturating_sub(story.chain.height());
    story.wait("until anybody may close", left);
    story.acts("a close by a stranger, without a state", vec![("ann", closing(&third, None, vec![]))]);
    story.wait("until that window is over", 7);
}

/// A meter is replaced, another one lies.
fn retire(town: &mut Town<'_>) {
    let Town { roof, home, .. } = *town;
    let story = &mut town.story;
    let last = story.chain.kept(&roof).expect("it was read");
    let replacing = |story: &Story<'_>, last| {
        let replaces = Some(Replacement { meter: roof, last });
        let certificate = Certificate { replaces, ..story.chain.certificate("new roof", "sue", "maker") };
        let signed = certificate.sign_by(NETWORK, &person("maker"), &person("sue"));
        Action::RegisterMeter { certificate: Box::new(signed.expect("keys in memory")) }
    };
    let wrong = replacing(story, ReadingId([3; 32]));
    story.refuse_act("a replacement after another reading", "ann", wrong);
    let slot = story.chain.slot();
    let lies = [1, 2].map(|more| story.chain.reading("home", home, slot, 6_000 + more, 50));
    let proof = EquivocationProof::new(NETWORK, lies[0], lies[1]);
    let prove = |proof: EquivocationProof| Action::ProveEquivocation { proof: Box::new(proof) };
    let turned = EquivocationProof { first: proof.second, second: proof.first };
    story.refuse_act("readings in another order", "ann", prove(turned));
    let mut forged = proof;
    forged.second.signature.0[1] ^= 1;
    story.refuse_act("a lie that was not told", "ann", prove(forged));
    let unmark = Action::Unmark { subject: Subject::Meter(roof) };
    let replace = replacing(story, last.id);
    let acts = vec![("ann", replace.clone()), ("ann", prove(proof)), ("judge", unmark.clone())];
    story.acts("a meter is replaced, another one lies", acts);
    story.refuse_act("a meter that is replaced", "ann", replace);
    story.refuse_act("a meter that lied", "ann", read(vec![lies[0]]));
    story.refuse_act("a mark that is not there", "judge", unmark);
}

/// An owner sells the same hashes twice.
fn cheat(town: &mut Town<'_>) {
    let issued = town.story.chain.issue(&mut town.stolen, "receiver", 20, Source::Bank(0));
    let token = issued.token;
    let story = &mut town.story;
    let mut other = token.body;
    (other.receiver, other.first_key) = (recipient("another").public, key("another first key").public());
    let resigned = |body: gridnet_protocol::token::Body| body.sign(NETWORK, &person("thief"));
    let proof = FraudProof::new(NETWORK, token, resigned(other));
    let prove = |proof: &FraudProof| Action::ProveFraud { proof: Box::new(proof.clone()) };
    let turned = FraudProof { first: proof.second, second: proof.first };
    story.refuse_act("tokens in another order", "ann", prove(&turned));
    let mut forged = proof.clone();
    forged.second.signature.0[1] ^= 1;
    story.refuse_act("a token that was not sold", "ann", prove(&forged));
    let apart =
        gridnet_protocol::token::Body { issued: Time(other.expiry.0 + 1), expiry: Time(u64::MAX), ..other };
    story.refuse_act(
        "tokens of other times",
        "ann",
        prove(&FraudProof::new(NETWORK, token, resigned(apart))),
    );
    let commitment = fraud_commitment(&proof, &address("ann"));
    let commit = |commitment| Action::CommitFraud { commitment };
    let acts = vec![
        ("ann", commit(commitment)),
        ("ben", commit(secret("nothing"))),
        ("owner", Action::WithdrawStake { amount: Units(300) }),
        ("owner", Action::WithdrawStake { amount: Units(100) }),
        ("thief", Action::WithdrawStake { amount: Units(7) }),
    ];
    story.acts("commitments, and notices of stake", acts);
    story.remember("commitments");
    story.refuse_act("a commitment again", "ben", commit(commitment));
    story.acts("a proof of fraud", vec![("ann", prove(&proof))]);
    story.refuse_act("the same fraud again", "ann", prove(&proof));
    let back = Action::ReclaimPool { pool: town.stolen.id() };
    story.refuse_act("a pool that is banned", "thief", back);
    story.refuse_act("stake that is lost", "thief", Action::WithdrawStake { amount: Units(1) });
    let session = town.story.chain.session(issued, &["ann", "ben"]);
    let claimed = town.story.chain.claimed(&town.stolen, &session, "receiver");
    town.story.block("who carried for a cheat is paid all the same", vec![claim(vec![claimed])]);
}

/// Another owner does; who commits to the proof in the same block may have seen it on its way.
fn cheat_again(town: &mut Town<'_>) {
    let story = &mut town.story;
    let stake = Action::AddStake { identity: address("ben"), amount: Units(200) };
    let shape = Shape { banks: 1, length: 5, lifetime: 9, ..Shape::default() };
    let (mut pool, registration) = story.chain.pool("ben", &shape);
    let transactions = [story.signed(vec![("rich", stake)]), vec![registration]].concat();
    story.block("another pool", transactions);
    let token = story.chain.issue(&mut pool, "receiver", 3, Source::Bank(0)).token;
    let other = gridnet_protocol::token::Body { first_key: key("another first key").public(), ..token.body };
    let proof = FraudProof::new(NETWORK, token, other.sign(NETWORK, &person("ben")));
    let commitment = fraud_commitment(&proof, &address("lin"));
    let acts = vec![
        ("lin", Action::CommitFraud { commitment }),
        ("lin", Action::ProveFraud { proof: Box::new(proof) }),
    ];
    story.acts("a proof, and a commitment that comes too late", acts);
}

/// What is left goes back, or is lost.
fn end(town: &mut Town<'_>) {
    let pool = town.pool.id();
    let story = &mut town.story;
    story.wait("until stake comes back and shares are burnt", 21);
    story.acts(
        "what is left of a subvention",
        vec![("government", Action::CloseSubvention { subvention: town.subventions[0] })],
    );
    let last = town.pool.registration().expiry.0 + 720;
    story.wait("until commitments lapse", 80);
    story.wait("until nothing of the pools can be claimed", last - 1 - story.chain.height());
    story.refuse_act("a block too early", "owner", Action::ReclaimPool { pool });
    story.wait("a block more", 1);
    story.acts("what is left of a pool", vec![("owner", Action::ReclaimPool { pool })]);
    story.refuse_act("a pool that is gone", "owner", Action::ReclaimPool { pool });
    story.wait("the end", 2);
}
