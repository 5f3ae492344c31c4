//! Payouts, keys and signatures, identities, pools.

use gridnet_core::proof::identity::{Proof, hash, mint};
use gridnet_core::{Control, Engine};
use gridnet_protocol::encoding::encode;
use gridnet_protocol::identity::{Fault, check, target};
use gridnet_protocol::payout::{Payrate, Rule, Terms, payout};
use gridnet_protocol::pool::owner::{Ask, Master, Owner, Plan, Source};
use gridnet_protocol::pool::{ChainFunction, OwnedPool};
use gridnet_protocol::receiver::Receiver;
use gridnet_protocol::value::{Content, Depth, Height, Time, Units};
use gridnet_protocol::{Address, Network, PublicKey};
use serde_json::{Value, json};

use super::{hexed, long};
use crate::world::{key, recipient, secret, terms};

pub(super) fn payouts() -> Value {
    let mut rows = Vec::new();
    let mut row = |name: &str, total: u64, weight: u64, rule: Rule, (a, b): (u16, u16), hops: usize| {
        let terms = Terms { payrate: Payrate::new(a, b).expect("1 <= a < b"), rule };
        let mut entry = json!({
            "name": name,
            "total": long(total),
            "weight": long(weight),
            "minimum_fee_rate": "10",
            "rule": rule.name(),
            "a": a,
            "b": b,
            "hops": hops,
        });
        match payout(Units(total), weight, 10, terms, hops) {
            Err(error) => entry["error"] = json!(error.name()),
            Ok(paid) => {
                entry["fee"] = long(paid.fee.0);
                entry["receiver"] = long(paid.receiver.0);
                entry["shares"] = paid.hops.iter().map(|share| long(share.0)).collect();
                entry["burnt"] = long(paid.burnt.0);
            }
        }
        rows.push(entry);
    };
    for rule in [Rule::Payrate, Rule::SybilNeutral] {
        for hops in [0, 1, 2, 3, 5, 8, 32] {
            row("round", 100_000_000, 900, rule, (3, 4), hops);
            row("odd", 1_234_567_891, 901, rule, (2, 3), hops);
            row("small", 12_347, 17, rule, (1, 2), hops);
            row("most", u64::MAX, 5_000, rule, (65_534, 65_535), hops);
            row("steep", 999_999_937, 1_000, rule, (1, 65_535), hops);
        }
    }
    row("fee is all but one", 101, 10, Rule::Payrate, (3, 4), 3);
    row("fee is all", 100, 10, Rule::Payrate, (3, 4), 3);
    row("nothing", 0, 0, Rule::Payrate, (3, 4), 0);
    row("fee beyond 64 bits", u64::MAX, u64::MAX, Rule::Payrate, (3, 4), 1);
    row("the hundredth is rounded up", 10_001, 1, Rule::Payrate, (3, 4), 1);
    json!({ "payouts": rows })
}

pub(super) fn keys() -> Value {
    let mut keys = Vec::new();
    let mut add = |name: String, bytes: [u8; 32]| {
        keys.push(json!({"name": name, "key": hexed(bytes), "admitted": PublicKey(bytes).admit().is_ok()}));
    };
    for name in ["owner", "ann", "ben", "cyd"] {
        let public = key(name).public().0;
        add(format!("{name}'s"), public);
        let mut other = public;
        other[31] ^= 0x80;
        add(format!("{name}'s with the other sign"), other);
    }
    // Small numbers and numbers around p, under both signs: points and none, small ones, and such as are not canonical.
    for (name, fill) in [("small", 0x00), ("near p", 0xff)] {
        for low in [0x00, 0x01, 0x02, 0x03, 0x04, 0x09, 0xeb, 0xec, 0xed, 0xee, 0xef, 0xf0, 0xff] {
            for sign in [0x00, 0x80] {
                let mut bytes = [fill; 32];
                (bytes[0], bytes[31]) = (low, fill & 0x7f | sign);
                add(format!("{name}: {low:#04x}, sign {sign:#04x}"), bytes);
            }
        }
    }
    for (name, low) in [
        ("order 8", "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"),
        ("order 8", "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"),
    ] {
        let mut bytes = [0; 32];
        hex::decode_to_slice(low, &mut bytes).expect("hex");
        add(name.to_owned(), bytes);
        bytes[31] ^= 0x80;
        add(format!("{name}, other sign"), bytes);
    }
    let signatures = signatures();
    json!({ "keys": keys, "signatures": signatures })
}

/// Signatures that ZIP-215 takes and others do not, and such as nobody takes.
fn signatures() -> Vec<Value> {
    use gridnet_core::Verify;
    let engine = Engine::builder().device("cpu").threads(1).build().expect("a CPU");
    let message = secret("message");
    let ann = key("ann");
    let good = sign_bare("ann", &message);
    let mut rows = Vec::new();
    let mut add = |name: &str, key: [u8; 32], message: &[u8], signature: [u8; 64]| {
        let question =
            Verify { keys: &[key], messages: message, length: message.len(), signatures: &[signature] };
        let verdict = engine.verify(&question, &Control::default()).expect("an answer").value[0];
        rows.push(json!({
            "name": name,
            "key": hexed(key),
            "message": hexed(message),
            "signature": hexed(signature),
            "valid": verdict.is_ok(),
        }));
    };
    let with = |place: usize, bits: u8| {
        let mut other = good;
        other[place] ^= bits;
        other
    };
    let public = ann.public().0;
    add("good", public, &message, good);
    add("another message", public, &secret("another message"), good);
    add("another key", key("ben").public().0, &message, good);
    add("first half changed", public, &message, with(3, 1));
    add("second half changed", public, &message, with(40, 1));
    add("second half at or above the order", public, &message, with(63, 0xf0));
    // Points of small order sign everything: s = 0 and R any of them.
    let one = one();
    let mut zero_s = [0; 64];
    zero_s[..32].copy_from_slice(&one);
    add("small key, small R, s = 0", one, &message, zero_s);
    let mut odd_one = one;
    odd_one[31] = 0x80;
    add("small key not canonical", odd_one, &message, zero_s);
    let mut odd_r = zero_s;
    odd_r[31] = 0x80;
    add("small R not canonical", one, &message, odd_r);
    let mut above_p = [0xff; 32];
    (above_p[0], above_p[31]) = (0xee, 0x7f);
    add("small key, p + 1 for 1", above_p, &message, zero_s);
    add("no point", [2; 32], &message, zero_s);
    let mut no_point = zero_s;
    no_point[..32].copy_from_slice(&no_point_bytes());
    add("R no point", one, &message, no_point);
    add("an empty message", public, b"", sign_bare("ann", b""));
    rows
}

fn one() -> [u8; 32] {
    let mut one = [0; 32];
    one[0] = 1;
    one
}

fn no_point_bytes() -> [u8; 32] {
    let mut two = [0; 32];
    two[0] = 2;
    two
}

/// A signature of bare bytes, which the protocol never makes.
fn sign_bare(name: &str, message: &[u8]) -> [u8; 64] {
    ed25519_zebra::SigningKey::from(secret(name)).sign(message).to_bytes()
}

pub(super) fn identities(engine: &Engine) -> Value {
    let mut rows = Vec::new();
    let mut add = |name: &str, network: Network, person: &str, proof: Proof| {
        let public = key(person).public();
        let address = Address::of(&public);
        let reason = check(network, &address, proof).err().map(Fault::name);
        let hash = hash(&address.0, proof).filter(|_| reason != Some("bad-repetitions"));
        rows.push(json!({
            "name": name,
            "network": network.name(),
            "key": hexed(public.0),
            "address": hexed(address.0),
            "text": address.to_text(network),
            "repetitions": proof.repetitions,
            "nonce": proof.nonce,
            "hash": hash.map(hexed),
            "reason": reason,
        }));
    };
    let minted = |person: &str, network, bits| {
        let address = Address::of(&key(person).public());
        let minted = mint(engine, &address.0, target(network), bits, &Control::default());
        minted.expect("a proof").value.proof
    };
    for person in ["ann", "ben", "cyd"] {
        let proof = minted(person, Network::Regtest, 32);
        add("found", Network::Regtest, person, proof);
        // So few nonces that the address is repeated.
        let proof = minted(person, Network::Regtest, 3);
        add("overflowed", Network::Regtest, person, proof);
        add("worn", Network::Regtest, person, Proof { nonce: proof.nonce + 8, ..proof });
        add("too easy elsewhere", Network::Main, person, proof);
    }
    let proof = minted("ann", Network::Test, 32);
    add("found", Network::Test, "ann", proof);
    add("another's", Network::Test, "ben", proof);
    for (network, most) in [(Network::Main, 2_048), (Network::Test, 32), (Network::Regtest, 32)] {
        for repetitions in [0, most, most + 1, u32::MAX] {
            add("bounds", network, "ann", Proof { repetitions, nonce: 1 });
        }
    }
    json!({ "identities": rows })
}

pub(super) fn pools(engine: &Engine) -> Value {
    let pool = |network: Network, function: ChainFunction, banks: u16, length: u32| {
        let owner = Owner {
            network,
            key: key("owner").into(),
            proof: Proof { repetitions: 1, nonce: 3 },
            master: Master::from_bytes(secret("master")),
        };
        let plan = Plan {
            sequence: 7,
            function,
            banks,
            length,
            value: Units(1_000 + u64::from(length)),
            expiry: Height(5_000),
            minimum_stake: Units(3),
            terms: terms(),
        };
        let mut pool = OwnedPool::create(engine, owner, plan, &Control::default()).expect("a pool");
        let seal_key = recipient("receiver").public.seal_key;
        let chain = |bank: u16| {
            let proof = pool.card(bank).expect("a card").proof;
            let depths = [1, 2, 3, length / 2, length - 1, length];
            let mut words = Vec::new();
            let mut given = 0;
            for depth in depths.into_iter().filter(|&depth| depth <= length) {
                if depth <= given {
                    continue;
                }
                given = depth;
                let ask = Ask {
                    receiver: Receiver::new(network, &key("receiver"), seal_key),
                    content: Content([0; 32]),
                    terms: terms(),
                    issued: Time(0),
                    expiry: Time(1),
                    depth: Depth(depth),
                    source: Source::Bank(bank),
                };
                let issued = pool.issue(&ask, |_| Ok::<(), ()>(())).expect("a token");
                words.push(json!({"depth": depth, "word": hexed(issued.token.word.0)}));
            }
            let seed = words.last().expect("the deepest word is the seed")["word"].clone();
            json!({
                "bank": bank,
                "seed": seed,
                "ceiling": hexed(proof.ceiling),
                "prefix": hexed(proof.prefix),
                "branch": proof.branch.as_slice().iter().map(hexed).collect::<Vec<_>>(),
                "words": words,
            })
        };
        let chains: Vec<Value> = (0..banks).map(chain).collect();
        json!({
            "name": format!("{banks} banks of {length}"),
            "network": network.name(),
            "master": hexed(secret("master")),
            "registration": hexed(encode(pool.registration())),
            "id": hexed(pool.id().0),
            "coins": long(pool.registration().coins().expect("they fit").0),
            "chains": chains,
        })
    };
    json!({ "pools": [
        pool(Network::Regtest, ChainFunction::Blake2s, 1, 1),
        pool(Network::Regtest, ChainFunction::Sha256, 1, 100),
        pool(Network::Test, ChainFunction::Blake2s, 2, 2),
        pool(Network::Main, ChainFunction::Blake2s, 5, 37),
        pool(Network::Main, ChainFunction::Sha256, 8, 1_000),
        pool(Network::Regtest, ChainFunction::Blake2s, 1, 10_000),
    ] })
}
