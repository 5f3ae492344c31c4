//! Tokens, custody chains, datagrams, proofs of fraud.

use gridnet_core::Engine;
use gridnet_protocol::custody::Custody;
use gridnet_protocol::datagram::{Datagram, Payload};
use gridnet_protocol::encoding::encode;
use gridnet_protocol::fraud::FraudProof;
use gridnet_protocol::reason::{NoFraud, Reason, Refusal};
use gridnet_protocol::token::Token;
use gridnet_protocol::value::{Content, Depth, Time};
use gridnet_protocol::{Error, Kind, Network, PublicKey, Signature, sign};
use serde_json::{Value, json};

use super::{hexed, long};
use crate::world::{Course, NETWORK, NOW, World, carrier, key, recipient, sybil_neutral};

/// Points that must not be used, and none.
const BAD_KEYS: [[u8; 32]; 3] = [[0; 32], [0xff; 32], [2; 32]];

pub(super) fn tokens(engine: &Engine) -> Value {
    let mut world = World::new(engine);
    let destination = carrier("destination");
    let payload = b"sealed elsewhere".to_vec();
    let content = Content::of_bundle(&destination, NOW, &payload);
    let bundle =
        json!({"destination": hexed(destination.0), "expiry": long(NOW.0), "payload": hexed(&payload)});
    let good = world.issue(&Course { content, ..Course::default() }).token;
    let mut rows = Vec::new();
    let mut add = |name: &str, bytes: &[u8], bundle: &Value| {
        let token = Token::from_bytes(bytes).ok();
        let reason = token.as_ref().map_or(Err(Reason::Shape), |token| token.check(NETWORK));
        rows.push(json!({
            "name": name,
            "network": NETWORK.name(),
            "token": hexed(bytes),
            "id": token.as_ref().map(|token| hexed(token.id(NETWORK).0)),
            "session": token.as_ref().map(|token| hexed(token.session().0)),
            "bundle": bundle,
            "reason": reason.err().map(Reason::name),
        }));
    };
    add("good", &good.to_bytes(), &bundle);
    let none = Value::Null;
    let other = Course { terms: sybil_neutral(), depth: 3, ..Course::default() };
    add("under the other rule", &world.issue(&other).token.to_bytes(), &none);

    // What does not decode.
    let bytes = good.to_bytes();
    add("cut short", &bytes[..bytes.len() - 1], &none);
    add("one byte more", &[&bytes[..], &[0]].concat(), &none);
    add("nothing", &[], &none);
    let body = encode(&good.body);
    let payrate_at = 4 + 32 + 2 + 4 + 4 + 32;
    for (a, b) in [(0u16, 1u16), (1, 1), (4, 3), (0, 0)] {
        let mut bytes = bytes.clone();
        bytes[payrate_at..payrate_at + 2].copy_from_slice(&a.to_le_bytes());
        bytes[payrate_at + 2..payrate_at + 4].copy_from_slice(&b.to_le_bytes());
        add(&format!("payrate {a}/{b}"), &bytes, &none);
    }
    let mut bytes = good.to_bytes();
    bytes[payrate_at + 4] = 2;
    add("unknown rule", &bytes, &none);
    assert_eq!(body.len() + 64, bytes.len());

    // What decodes, and is signed again by the owner unless the signature is the point.
    let mut signed = |name: &str, change: &dyn Fn(&mut Token)| {
        let mut token = good;
        change(&mut token);
        add(name, &world.token_again(&token).to_bytes(), &none);
    };
    signed("from at depth", &|token| token.body.from = token.depth);
    signed("from beyond depth", &|token| token.body.from = Depth(token.depth.0 + 1));
    signed("issued after it expires", &|token| token.body.issued = Time(token.expiry.0 + 1));
    signed("issued when it expires", &|token| token.body.issued = token.expiry);
    for bad in BAD_KEYS {
        signed("bad first key", &|token| token.body.first_key = PublicKey(bad));
        signed("bad receiver's key", &|token| token.body.receiver.key = PublicKey(bad));
        signed("bad sender's key", &|token| token.body.sender.key = PublicKey(bad));
    }
    signed("of another network", &|token| token.body.network = Network::Main.id());
    signed("of no network", &|token| token.body.network = 0);
    signed("another's sender", &|token| token.body.sender.key = key("ann").public());
    signed("binding missing", &|token| token.body.receiver.binding = Signature([0; 64]));
    let foreign = recipient("another receiver").public;
    signed("binding of another", &|token| token.body.receiver.binding = foreign.binding);
    signed("seal key of another", &|token| token.body.receiver.seal_key = foreign.seal_key);
    signed("another receiver", &|token| token.body.receiver = foreign);

    let mut unsigned = |name: &str, change: &dyn Fn(&mut Token)| {
        let mut token = good;
        change(&mut token);
        add(name, &token.to_bytes(), &none);
    };
    unsigned("other content", &|token| token.body.content.0[0] ^= 1);
    unsigned("other depth", &|token| token.body.depth.0 += 1);
    unsigned("other word", &|token| token.body.word.0[31] ^= 1);
    unsigned("signature changed", &|token| token.signature.0[0] ^= 1);
    unsigned("signature missing", &|token| token.signature = Signature([0; 64]));
    unsigned("signed as something else", &|token| {
        token.signature = sign::sign(&key("owner"), NETWORK, Kind::Receipt, &token.body);
    });
    unsigned("signed for another network", &|token| {
        token.signature = sign::sign(&key("owner"), Network::Main, Kind::Token, &token.body);
    });
    json!({ "tokens": rows })
}

pub(super) fn custody(engine: &Engine) -> Value {
    let mut world = World::new(engine);
    let mut rows = Vec::new();
    let receiver_secret = world.receiver.secret.bytes();
    let opener = recipient("receiver");
    let mut add = |name: &str, token: &Token, bytes: &[u8]| {
        let custody = Custody::from_bytes(bytes).ok();
        let reason = match &custody {
            None => Some(Reason::Shape),
            Some(custody) => match custody.check(NETWORK, token) {
                Ok(()) => None,
                Err(Error::Custody { reason, .. }) => Some(reason),
                Err(other) => panic!("{other}"),
            },
        };
        let openings = custody.as_ref().map(|custody| custody.open(token, &opener.secret));
        let opened = |opening: &Option<_>| {
            opening.as_ref().map(|opening: &gridnet_protocol::custody::Opening| hexed(opening.to_bytes()))
        };
        rows.push(json!({
            "name": name,
            "network": NETWORK.name(),
            "token": hexed(token.to_bytes()),
            "custody": hexed(bytes),
            "receiver_secret": hexed(*receiver_secret),
            "accumulators": custody.as_ref().map(|custody| {
                custody.accumulators(token).into_iter().map(hexed).collect::<Vec<_>>()
            }),
            "openings": openings.map_or(Vec::new(), |openings| openings.iter().map(opened).collect()),
            "complete": custody.is_some_and(|custody| custody.last_hand_over().is_some()),
            "reason": reason.map(Reason::name),
        }));
    };
    let crowd: Vec<&str> = crate::world::CROWD[..32].to_vec();
    for (name, course) in [
        ("nobody", Course { carriers: vec![], depth: 1, ..Course::default() }),
        ("one hop", Course { carriers: vec!["ann"], depth: 2, ..Course::default() }),
        ("three hops", Course { depth: 3, ..Course::default() }),
        ("bearers", Course { by_bearer: vec![0, 2], depth: 4, ..Course::default() }),
        ("32 hops", Course { carriers: crowd, by_bearer: vec![31], depth: 5, ..Course::default() }),
    ] {
        let session = world.session(&course);
        add(name, &session.token, &session.custody.to_bytes());
    }
    // On its way still, with and without an offer.
    let token = world.issue(&Course { depth: 6, ..Course::default() });
    let mut session = crate::world::Session {
        token: token.token,
        custody: Custody::default(),
        openings: Vec::new(),
        holder: token.first_key,
    };
    let token = session.token;
    add("not begun", &token, &session.custody.to_bytes());
    session.carry("ann", false);
    session.carry("ben", true);
    add("on its way", &token, &session.custody.to_bytes());
    let mut offered = session.custody.clone();
    let holder = session.holder.clone();
    offered.offer_to_bearer(NETWORK, &token, &holder, &key("bearer")).expect("an offer");
    let bytes = offered.to_bytes();
    add("offered", &token, &bytes);
    // The private half is last but for the option of the last hand-over.
    let spoiled = |bytes: &[u8], from_end: usize| {
        let mut bytes = bytes.to_vec();
        let place = bytes.len() - from_end;
        bytes[place] ^= 1;
        bytes
    };
    add("private half of another key", &token, &spoiled(&bytes, 2));
    add("offer not signed", &token, &spoiled(&bytes, 2 + 32));
    add("offered key changed", &token, &spoiled(&bytes, 2 + 32 + 64 + 30));
    let mut finished = session.custody.clone();
    finished.hand_over_last(NETWORK, &token, &holder).expect("the last hand-over");
    let whole = finished.to_bytes();
    add("last hand-over changed", &token, &spoiled(&whole, 1));
    let mut both = bytes[..bytes.len() - 1].to_vec();
    both.push(1);
    both.extend(&whole[whole.len() - 64..]);
    add("an offer and a last hand-over", &token, &both);
    add("cut short", &token, &whole[..whole.len() - 1]);
    add("one byte more", &token, &[&whole[..], &[0]].concat());
    let mut many = whole.clone();
    many[0] = 33;
    add("33 links claimed", &token, &many);
    let mut option = whole.clone();
    option[4] = 2;
    add("an option that is neither", &token, &option);
    // Every part of the first link: key, commitment, seal, signature.
    for (name, place) in [("key", 5), ("commitment", 5 + 32), ("seal", 5 + 64), ("signature", 5 + 64 + 112)] {
        let mut other = whole.clone();
        other[place] ^= 1;
        add(&format!("first link's {name} changed"), &token, &other);
    }
    let mut bad_key = whole.clone();
    bad_key[5..37].fill(0);
    add("first link's key of small order", &token, &bad_key);
    // Links swapped, one taken out, one put in twice, another session's.
    let session = world.session(&Course { depth: 7, ..Course::default() });
    let token = session.token;
    let bytes = session.custody.to_bytes();
    let link = |number: usize| &bytes[4 + 241 * number..4 + 241 * (number + 1)];
    let tail = &bytes[4 + 3 * 241..];
    let chain = |links: &[&[u8]]| {
        let count = (links.len() as u32).to_le_bytes();
        [&count[..], &links.concat(), tail].concat()
    };
    add("whole", &token, &chain(&[link(0), link(1), link(2)]));
    add("swapped", &token, &chain(&[link(1), link(0), link(2)]));
    add("first one taken out", &token, &chain(&[link(1), link(2)]));
    add("middle one taken out", &token, &chain(&[link(0), link(2)]));
    add("last one taken out", &token, &chain(&[link(0), link(1)]));
    add("one put in twice", &token, &chain(&[link(0), link(1), link(1), link(2)]));
    let other = world.session(&Course { depth: 8, bank: Some(5), ..Course::default() });
    add("another session's", &token, &other.custody.to_bytes());
    json!({ "custody": rows })
}

pub(super) fn datagrams(engine: &Engine) -> Value {
    let mut world = World::new(engine);
    let destination = carrier("destination");
    let expiry = Time(NOW.0 + 50);
    let payload = Payload::new(b"sealed elsewhere".to_vec()).expect("short");
    let packet = Content::of_bundle(&destination, expiry, payload.as_bytes());
    let mut rows = Vec::new();
    let mut add = |name: &str, file: &[u8], now: Time, previous: Option<Content>| {
        let refusal = match Datagram::from_file(file) {
            Err(_) => Some(Refusal::Shape),
            Ok(datagram) => datagram.check(NETWORK, now, previous).err(),
        };
        rows.push(json!({
            "name": name,
            "network": NETWORK.name(),
            "now": long(now.0),
            "previous": previous.map(|previous| hexed(previous.0)),
            "file": hexed(file),
            "reason": refusal.map(Refusal::name),
        }));
    };
    let session = world.session(&Course { content: packet, ..Course::default() });
    let card = world.pool.card(session.token.bank).expect("a card");
    let good = Datagram {
        token: session.token,
        card: Some(card.clone()),
        custody: session.custody.clone(),
        destination,
        expiry,
        payload: payload.clone(),
    };
    let file = good.to_file();
    add("good", &file, NOW, None);
    let lean = Datagram { card: None, custody: Custody::default(), ..good.clone() };
    add("without card and custody", &lean.to_file(), NOW, None);
    for (name, now) in [
        ("at the last moment", expiry),
        ("too late", Time(expiry.0 + 1)),
        ("at the first moment", session.token.issued),
        ("too early", Time(session.token.issued.0 - 1)),
    ] {
        add(name, &file, now, None);
    }
    add("as if of a stream", &file, NOW, Some(Content::STREAM_START));
    let mut change = |name: &str, change: &dyn Fn(&mut Datagram)| {
        let mut other = good.clone();
        change(&mut other);
        add(name, &other.to_file(), NOW, None);
    };
    change("other destination", &|datagram| datagram.destination = carrier("ann"));
    change("other expiry", &|datagram| datagram.expiry = Time(NOW.0 + 51));
    change("outlives its token", &|datagram| datagram.expiry = Time(NOW.0 + 101));
    change("other payload", &|datagram| {
        datagram.payload = Payload::new(b"sealed by somebody".to_vec()).expect("short");
    });
    change("token's signature changed", &|datagram| datagram.token.signature.0[9] ^= 1);
    change("token's binding changed", &|datagram| {
        datagram.token.body.receiver.binding.0[9] ^= 1;
        datagram.token = datagram.token.body.sign(NETWORK, &key("owner"));
    });
    change("token of another network", &|datagram| {
        datagram.token.body.network = Network::Test.id();
        datagram.token = datagram.token.body.sign(NETWORK, &key("owner"));
    });
    change("token of small key", &|datagram| {
        datagram.token.body.first_key = PublicKey([0; 32]);
        datagram.token = datagram.token.body.sign(NETWORK, &key("owner"));
    });
    change("worn identity proof", &|datagram| {
        datagram.token.body.sender.nonce ^= 1;
        datagram.token = datagram.token.body.sign(NETWORK, &key("owner"));
    });
    change("identity proof out of bounds", &|datagram| {
        datagram.token.body.sender.repetitions = 33;
        datagram.token = datagram.token.body.sign(NETWORK, &key("owner"));
    });
    change("token without shape", &|datagram| {
        datagram.token.body.from = datagram.token.depth;
        datagram.token = datagram.token.body.sign(NETWORK, &key("owner"));
    });
    change("card of another bank", &|datagram| datagram.card.as_mut().expect("a card").bank = 3);
    change("card's ceiling changed", &|datagram| {
        datagram.card.as_mut().expect("a card").proof.ceiling[0] ^= 1;
    });
    change("card's value changed", &|datagram| {
        datagram.card.as_mut().expect("a card").registration.value.0 += 1;
    });
    // Whole cards that are not this token's: another owner's pool, one that is too short, one that is out of bounds.
    for (name, edit) in [
        (
            "card of another owner",
            (|r| r.owner = carrier("ann")) as fn(&mut gridnet_protocol::pool::Registration),
        ),
        ("card of a shorter pool", |r| r.length = 19),
        ("card of no banks", |r| r.banks = 0),
        ("card of no value", |r| r.value.0 = 0),
        ("card worth too much", |r| r.value.0 = u64::MAX / 100),
    ] {
        change(name, &|datagram| {
            let card = datagram.card.as_mut().expect("a card");
            edit(&mut card.registration);
            datagram.token.body.pool = card.registration.id(NETWORK);
            datagram.token = datagram.token.body.sign(NETWORK, &key("owner"));
            datagram.custody = Custody::default();
        });
    }
    change("custody of another session", &|datagram| {
        datagram.token.body.receiver = recipient("another receiver").public;
        datagram.token = datagram.token.body.sign(NETWORK, &key("owner"));
    });
    let mut bad_custody = good.custody.to_bytes();
    let place = bad_custody.len() - 1;
    bad_custody[place] ^= 1;
    let bad_custody = Custody::from_bytes(&bad_custody).expect("it decodes");
    change("last hand-over changed", &|datagram| datagram.custody = bad_custody.clone());

    add("cut short", &file[..file.len() - 1], NOW, None);
    add("one byte more", &[&file[..], &[0]].concat(), NOW, None);
    add("another version", &[b"GN-dgram\x02", &file[9..]].concat(), NOW, None);
    add("nothing", &[], NOW, None);
    let mut long_payload = lean.to_file();
    let at = long_payload.len() - payload.as_bytes().len() - 4;
    long_payload[at..at + 4].copy_from_slice(&65_536u32.to_le_bytes());
    long_payload.resize(at + 4 + 65_536, 0);
    add("payload too long", &long_payload, NOW, None);
    let function_at = 9 + 395 + 1 + 32 + 8;
    let mut unknown = file.clone();
    unknown[function_at] = 2;
    add("card with an unknown function", &unknown, NOW, None);

    // The second packet of a stream.
    let first = Content::STREAM_START.and(packet);
    let second = Payload::new(b"more of it".to_vec()).expect("short");
    let content = first.and(Content::of_bundle(&destination, expiry, second.as_bytes()));
    let token = world.issue(&Course { content, depth: 21, ..Course::default() }).token;
    let streamed = Datagram { token, custody: good.custody.clone(), payload: second, ..good.clone() };
    add("second of a stream", &streamed.to_file(), NOW, Some(first));
    add("second of a stream as if the first", &streamed.to_file(), NOW, Some(Content::STREAM_START));
    add("second of a stream as if a bundle", &streamed.to_file(), NOW, None);
    json!({ "datagrams": rows })
}

pub(super) fn frauds(engine: &Engine) -> Value {
    let mut world = World::new(engine);
    let course = Course { depth: 10, bank: Some(0), ..Course::default() };
    let one = world.issue(&course).token;
    let mut two = one;
    two.body.receiver = recipient("another receiver").public;
    two.body.first_key = key("another first key").public();
    let two = world.token_again(&two);
    let mut rows = Vec::new();
    let mut add = |name: &str, bytes: &[u8]| {
        let found = match FraudProof::from_bytes(bytes) {
            Err(_) => Err(NoFraud::Shape),
            Ok(proof) => proof.check(NETWORK),
        };
        rows.push(json!({
            "name": name,
            "network": NETWORK.name(),
            "proof": hexed(bytes),
            "reason": found.err().map(NoFraud::name),
            "owner": found.ok().map(|fraud| hexed(fraud.owner.0)),
        }));
    };
    let good = FraudProof::new(NETWORK, one, two);
    add("sold twice", &good.to_bytes());
    let turned = FraudProof { first: good.second, second: good.first };
    add("in the wrong order", &turned.to_bytes());
    add("one token twice", &FraudProof::new(NETWORK, one, one).to_bytes());
    let bytes = good.to_bytes();
    add("cut short", &bytes[..bytes.len() - 1]);
    let mut change = |name: &str, change: &dyn Fn(&mut Token)| {
        let mut other = two;
        change(&mut other);
        let other = world.token_again(&other);
        add(name, &FraudProof::new(NETWORK, one, other).to_bytes());
    };
    change("without shape", &|token| token.body.from = token.depth);
    change("of another network", &|token| token.body.network = Network::Main.id());
    change("of another pool", &|token| token.body.pool.0[0] ^= 1);
    change("of another bank", &|token| token.body.bank += 1);
    change("of another sender", &|token| token.body.sender.key = key("ann").public());
    change("of the same session", &|token| {
        token.body.receiver = one.receiver;
        token.body.first_key = one.first_key;
        token.body.depth.0 += 1;
    });
    let range = |from: u32, depth: u32| {
        move |token: &mut Token| (token.body.from, token.body.depth) = (Depth(from), Depth(depth))
    };
    change("ranges that touch", &range(10, 20));
    change("ranges with one hash in common", &range(9, 20));
    change("times that touch", &|token| {
        (token.body.issued, token.body.expiry) = (one.expiry, Time(one.expiry.0 + 9));
    });
    change("times apart", &|token| {
        (token.body.issued, token.body.expiry) = (Time(one.expiry.0 + 1), Time(one.expiry.0 + 9));
    });
    let mut unsigned = two;
    unsigned.signature.0[11] ^= 1;
    add("not signed", &FraudProof::new(NETWORK, one, unsigned).to_bytes());
    let with_key = |token: Token| {
        let mut token = token;
        token.body.sender.key = PublicKey([0; 32]);
        token
    };
    add("of a small key", &FraudProof::new(NETWORK, with_key(one), with_key(two)).to_bytes());
    json!({ "frauds": rows })
}
