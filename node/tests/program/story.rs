//! The story's figures, computed again from nothing but each other and the rules as the documents word them.

use gridnet_protocol::{Address, Network, identity};
use serde_json::Value;

use crate::run::{gridnet, keys};

fn story() -> Value {
    gridnet(&["story", "--json", "--device", "cpu"]).ended(0).json()
}

/// Units, or a whole number.
#[track_caller]
fn number(value: &Value) -> u64 {
    value.as_u64().or_else(|| value.as_str()?.parse().ok()).unwrap_or_else(|| panic!("no number: {value}"))
}

#[test]
fn every_figure_of_a_claim_follows_from_the_rules() {
    let carrying = &story()["carrying"];
    let (pool, claim) = (&carrying["pool"], &carrying["claim"]);
    let hash = number(&pool["hash_value"]);
    assert_eq!(number(&pool["deposit"]), hash * number(&pool["banks"]) * number(&pool["length"]));
    let datagrams = carrying["datagrams"].as_array().expect("a list");
    assert_eq!(datagrams.len(), 10);
    let depths: Vec<u64> = datagrams.iter().map(|sent| number(&sent["depth"])).collect();
    assert!(depths.is_sorted_by(|one, next| one < next));
    assert_eq!(depths.last(), Some(&number(&claim["steps"])), "the last token pays for all");

    let total = hash * number(&claim["steps"]);
    let fee = (total / 100).max(10 * number(&claim["weight"]));
    let receiver = (total - fee) * 5 / 100;
    let rest = total - fee - receiver;
    assert_eq!(number(&claim["total"]), total);
    assert_eq!(number(&claim["fee"]), fee);
    assert_eq!(number(&claim["receiver"]), receiver);
    assert_eq!(number(&claim["hops"]), rest);
    assert_eq!(number(&claim["pool_deposit_left"]), number(&pool["deposit"]) - total);
    // Figure 2 of the paper: each passes three quarters on, the last keeps all that it is given.
    let hops = carrying["hops"].as_array().expect("a list");
    assert_eq!(hops.len(), 4);
    let mut given = rest;
    for (place, hop) in hops.iter().enumerate() {
        let passed_on = if place < 3 { given * 3 / 4 } else { 0 };
        assert_eq!((number(&hop["given"]), number(&hop["paid"])), (given, given - passed_on), "{hop}");
        given = passed_on;
    }
    let bearers: Vec<&Value> = hops.iter().filter(|hop| hop["by_bearer"] == true).collect();
    assert_eq!(bearers.len(), 1);
    assert_eq!(bearers[0]["name"], "cora");
}

#[test]
fn every_figure_of_a_contract_follows_from_the_readings() {
    let energy = &story()["energy"];
    let quarters = energy["quarters"].as_array().expect("a list");
    let (mut given, mut taken, mut delivered) = (0, 0, 0);
    for quarter in quarters {
        let (exported, imported) = (number(&quarter["exported_wh"]), number(&quarter["imported_wh"]));
        (given, taken, delivered) = (given + exported, taken + imported, delivered + exported.min(imported));
        assert_eq!(number(&quarter["delivered_wh"]), delivered);
        assert_eq!(number(&quarter["ends"]), 900 * (number(&quarter["slot"]) + 1));
    }
    let signed: Vec<u64> = quarters.iter().filter_map(|quarter| quarter["sequence"].as_u64()).collect();
    assert_eq!(signed, (1..=7).collect::<Vec<_>>());
    let state = |sequence: &Value| number(&quarters[number(sequence) as usize - 1]["delivered_wh"]);
    let (close, answer, settled) = (&energy["close"], &energy["answer"], &energy["settled"]);
    assert_eq!(number(&close["delivered_wh"]), state(&close["sequence"]));
    assert_eq!(number(&answer["delivered_wh"]), state(&answer["sequence"]));
    assert_eq!(answer["sequence"], 7);
    // The ledger has a first reading of each meter and a last one, and takes what flowed between them as one.
    assert_eq!((number(&settled["exported_wh"]), number(&settled["imported_wh"])), (given, taken));
    let paid_for = given.min(taken).max(number(&answer["delivered_wh"]));
    assert_eq!(number(&settled["delivered_wh"]), paid_for);
    assert_eq!(number(&settled["block"]), number(&close["until"]) + 1);
    let deposit = number(&energy["deposit"]);
    let seller = number(&energy["seller_rate"]) * paid_for / 1_000;
    let line_owner = number(&energy["line_owner_rate"]) * paid_for / 1_000;
    assert_eq!(number(&settled["seller"]), seller);
    assert_eq!(number(&settled["line_owner"]), line_owner);
    assert_eq!(number(&settled["buyer"]), deposit - seller - line_owner);
    assert_eq!(number(&settled["watcher"]), number(&close["bond"]));
    assert_eq!(number(&close["bond"]), deposit.div_ceil(100));
}

#[test]
fn who_cheats_loses_and_who_is_marked_is_seen_so_by_some() {
    let story = story();
    let fraud = &story["fraud"];
    let (stake, reward) = (number(&fraud["stake"]), number(&fraud["reward"]));
    assert_eq!((reward, number(&fraud["burnt"])), (stake / 10, stake - stake / 10));
    assert_eq!((&fraud["identity_revoked"], &fraud["pool_banned"]), (&true.into(), &true.into()));
    assert_eq!(number(&fraud["stake_left"]), 0);
    assert!(number(&fraud["committed"]) < number(&fraud["proven"]));
    let trust = &story["trust"];
    assert_eq!((&trust["seen_by_bob"], &trust["seen_by_lin"]), (&"marked".into(), &"good".into()));
    let receipt = &story["receipt"];
    assert_eq!(receipt["delivered_wh"], story["energy"]["settled"]["delivered_wh"]);
    assert_eq!(receipt["settled"], story["energy"]["settled"]["block"]);
    assert_eq!(receipt["paid_to_seller"], story["energy"]["settled"]["seller"]);
    assert_eq!(
        (&receipt["objection_of_bob"], &receipt["objection_of_lin"]),
        (&"marked".into(), &Value::Null)
    );
    assert_eq!(receipt["depth"], 6);
    let chain = &story["chain"];
    assert_eq!(number(&chain["rewarded"]) - number(&chain["burnt"]), number(&chain["held"]));
    assert_eq!(chain["burnt"], fraud["burnt"], "nothing else is burnt");
}

#[test]
fn every_identity_is_proven() {
    let identities = story()["identities"]["identities"].as_array().expect("a list").clone();
    assert_eq!(identities.len(), 8);
    for identity in identities {
        let text = identity["address"].as_str().expect("text");
        let address = Address::from_text(Network::Regtest, text).expect("an address");
        let field = |name: &str| number(&identity[name]) as u32;
        let proof =
            gridnet_core::proof::identity::Proof { repetitions: field("repetitions"), nonce: field("nonce") };
        assert!(identity::check(Network::Regtest, &address, proof).is_ok(), "{identity}");
        assert!(identity["hash"].as_str().is_some_and(|hash| hash.starts_with("00")), "{identity}");
        // Any other nonce is as good as none.
        let other = gridnet_core::proof::identity::Proof { nonce: proof.nonce ^ 1, ..proof };
        assert!(identity::check(Network::Regtest, &address, other).is_err(), "{identity}");
    }
}

#[test]
fn the_text_tells_the_same_and_is_the_same_each_time() {
    let (story, text) = (story(), gridnet(&["story"]).ended(0).out);
    assert_eq!(text, gridnet(&["story", "--device", "cpu", "--threads", "1"]).ended(0).out);
    let of = |value: &Value| value.as_str().expect("text").to_owned();
    for said in [
        of(&story["chain"]["state_root"]),
        of(&story["chain"]["tip"]),
        of(&story["identities"]["identities"][0]["address"]),
        format!("settles {} Wh", story["energy"]["settled"]["delivered_wh"]),
        format!("weight {}", story["carrying"]["claim"]["weight"]),
    ] {
        assert!(text.contains(&said), "{said} is not told");
    }
    assert!(text.lines().all(|line| line.chars().count() <= 118), "a line is too long");
    let chapters = ["carrying", "chain", "energy", "fraud", "identities", "network", "receipt", "trust"];
    assert_eq!(keys(&story), chapters);
}
