//! The published vectors: fresh, and the same on every path.

use std::path::Path;

use gridnet_core::Control;
use gridnet_core::proof::identity::Proof;
use gridnet_protocol::encoding::decode;
use gridnet_protocol::pool::Registration;
use gridnet_protocol::reason::Reason;
use gridnet_protocol::settlement::Kept;
use gridnet_protocol::transit::ClaimedPool;
use gridnet_protocol::value::{Depth, Height, PoolId, Session, Time, Units, Word};
use gridnet_protocol::verify::{
    Context, Identity, Sequence, Verdict, verify_identities, verify_transit_pools,
};
use gridnet_protocol::{Address, Network};
use serde_json::Value;

use crate::ENGINES;

pub(crate) fn kept(folder: &str, name: &str) -> String {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors").join(folder).join(name);
    std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

#[test]
fn vectors_are_fresh() {
    let of = |folder, files: Vec<_>| files.into_iter().map(move |file| (folder, file));
    let protocol = of("protocol", gridnet_tests::vectors::all());
    let ledger = of("ledger", gridnet_tests::vectors::of_the_ledger());
    for (folder, (name, fresh)) in protocol.chain(ledger) {
        let kept = kept(folder, name);
        let line = fresh.lines().zip(kept.lines()).position(|(fresh, kept)| fresh != kept);
        assert!(fresh == kept, "{name} is stale at line {line:?}: run cargo xtask vectors");
    }
}

pub(crate) fn list<'a>(value: &'a Value, key: &str) -> &'a Vec<Value> {
    value[key].as_array().unwrap_or_else(|| panic!("{key} is no list"))
}

pub(crate) fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_else(|| panic!("{key} is no text"))
}

pub(crate) fn bytes(value: &Value) -> Vec<u8> {
    hex::decode(value.as_str().expect("hex")).expect("hex")
}

pub(crate) fn hash(value: &Value) -> [u8; 32] {
    bytes(value).try_into().expect("32 bytes")
}

pub(crate) fn number<T: TryFrom<u64>>(value: &Value) -> T {
    let number = value.as_u64().or_else(|| value.as_str()?.parse().ok()).expect("a number");
    T::try_from(number).unwrap_or_else(|_| panic!("{number} is too large"))
}

fn network(value: &Value) -> Network {
    Network::from_name(text(value, "network")).expect("a network")
}

fn context(value: &Value) -> Context {
    let time = Time(number(&value["median_time"]));
    let mut context = Context::new(network(value), Height(number(&value["height"])), time);
    for registration in list(value, "registrations") {
        context.register(decode::<Registration>("a registration", &bytes(registration)).expect("one"));
    }
    for kept in list(value, "kept") {
        let bank = (PoolId(hash(&kept["pool"])), number(&kept["bank"]));
        let session = (!kept["session"].is_null()).then(|| Session(hash(&kept["session"])));
        let (depth, word) = (Depth(number(&kept["depth"])), Word(hash(&kept["word"])));
        context.kept.insert(bank, Kept { depth, word, session });
    }
    for identity in list(value, "identities") {
        let proof =
            Proof { repetitions: number(&identity["repetitions"]), nonce: number(&identity["nonce"]) };
        context.identities.insert(
            Address(hash(&identity["address"])),
            Identity {
                proof,
                registered: Height(number(&identity["registered"])),
                revoked: identity["revoked"].as_bool().expect("yes or no"),
                stake: Units(number(&identity["stake"])),
            },
        );
    }
    context
}

/// What a verdict says, in the words of the vectors.
fn said(verdict: &Verdict) -> (Option<&'static str>, Value) {
    match verdict {
        Err(reason) => (Some(reason.name()), Value::Null),
        Ok(settled) => {
            let hop = |hop: &gridnet_protocol::verify::HopShare| {
                let fate = match (hop.is_paid(), hop.is_held(), hop.is_burnt()) {
                    (true, false, false) => "paid",
                    (false, true, false) => "held",
                    (false, false, true) => "burnt",
                    other => panic!("{other:?}"),
                };
                let void = hop.void.map(|void| void.name());
                serde_json::json!({"share": hop.share.0.to_string(), "fate": fate, "void": void})
            };
            let payout = serde_json::json!({
                "total": settled.total.0.to_string(),
                "fee": settled.fee.0.to_string(),
                "receiver": settled.receiver.0.to_string(),
                "burnt": settled.burnt.0.to_string(),
                "hops": settled.hops.iter().map(hop).collect::<Vec<_>>(),
            });
            (None, payout)
        }
    }
}

#[test]
fn every_path_gives_every_verdict() {
    let file: Value = serde_json::from_str(&kept("protocol", "transit.json")).expect("JSON");
    let contexts: Vec<Context> = list(&file, "contexts").iter().map(context).collect();
    let mut seen = std::collections::BTreeSet::new();
    for (name, engine) in ENGINES.iter() {
        // All claims of a context in one batch, as if each stood alone: they come from different banks' histories, so
        // each has a call of its own, and then those that no other can disturb are asked together.
        for entry in list(&file, "claims") {
            let context = &contexts[number::<usize>(&entry["context"])];
            let (reason, payout) = match ClaimedPool::from_bytes(&bytes(&entry["claim"])) {
                Err(_) => (Some(Reason::Shape.name()), Value::Null),
                Ok(claim) => {
                    assert_eq!(text(entry, "weight"), claim.weight().to_string());
                    let plain = Sequence::default().verify_plainly(&claim, context);
                    assert_eq!(said(&plain).0, entry["reason"].as_str(), "plainly: {}", text(entry, "name"));
                    let answer = verify_transit_pools(engine, &[claim], context, &Control::default());
                    said(&answer.expect("an answer").verdicts[0])
                }
            };
            assert_eq!(reason, entry["reason"].as_str(), "{name}: {}", text(entry, "name"));
            assert_eq!(payout, entry["payout"], "{name}: {}", text(entry, "name"));
            seen.extend(reason);
        }
        for entry in list(&file, "sequences") {
            let context = &contexts[number::<usize>(&entry["context"])];
            let claims: Vec<ClaimedPool> = list(entry, "claims")
                .iter()
                .map(|claim| ClaimedPool::from_bytes(&bytes(claim)).expect("it decodes"))
                .collect();
            let expected: Vec<Option<&str>> = list(entry, "reasons").iter().map(Value::as_str).collect();
            let together = verify_transit_pools(engine, &claims, context, &Control::default());
            // In one call, and in one for each.
            let mut sequence = Sequence::default();
            let apart = claims.iter().map(|claim| {
                let claim = std::slice::from_ref(claim);
                let answer = sequence.verify(engine, claim, context, &Control::default());
                said(&answer.expect("an answer").verdicts[0]).0
            });
            let apart: Vec<_> = apart.collect();
            let together = together.expect("an answer").verdicts;
            let together: Vec<_> = together.iter().map(|verdict| said(verdict).0).collect();
            assert_eq!(together, expected, "{name}: {}", text(entry, "name"));
            assert_eq!(apart, expected, "{name}: {}", text(entry, "name"));
        }
    }
    let all: std::collections::BTreeSet<_> = Reason::ALL.iter().map(|reason| reason.name()).collect();
    assert_eq!(seen, all, "every code is among the vectors");
}

#[test]
fn every_path_gives_every_identitys_verdict() {
    let file: Value = serde_json::from_str(&kept("protocol", "identities.json")).expect("JSON");
    for (name, engine) in ENGINES.iter() {
        for wanted in Network::ALL {
            let of_network = |entry: &&Value| network(entry) == wanted;
            let entries: Vec<&Value> = list(&file, "identities").iter().filter(of_network).collect();
            let identity = |entry: &&Value| {
                let proof =
                    Proof { repetitions: number(&entry["repetitions"]), nonce: number(&entry["nonce"]) };
                let address = Address(hash(&entry["address"]));
                assert_eq!(Address::from_text(wanted, text(entry, "text")), Ok(address));
                (address, proof)
            };
            let identities: Vec<_> = entries.iter().map(identity).collect();
            let verdicts = verify_identities(engine, wanted, &identities, &Control::default());
            for (entry, verdict) in entries.iter().zip(verdicts.expect("an answer").value) {
                let reason = verdict.err().map(|fault| fault.name());
                assert_eq!(reason, entry["reason"].as_str(), "{name}: {}", text(entry, "name"));
            }
        }
    }
}
