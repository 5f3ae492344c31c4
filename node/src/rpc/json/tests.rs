//! Every kind of transaction that the vectors have, shown.

use std::collections::BTreeSet;

use gridnet_protocol::Network;
use gridnet_protocol::encoding::{decode, encode};
use gridnet_protocol::transaction::{Action, Posted, Transaction};
use serde_json::Value;

use super::transaction;

/// The transactions of the published vectors.
fn transactions() -> Vec<Transaction> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/vectors/protocol/transactions.json");
    let vectors: Value = serde_json::from_slice(&std::fs::read(path).expect("the vectors")).expect("JSON");
    let mut found = Vec::new();
    texts(&vectors, &mut |text| {
        let decoded = hex::decode(text).ok().and_then(|bytes| decode("a transaction", &bytes).ok());
        found.extend(decoded);
    });
    found
}

fn texts(value: &Value, visit: &mut impl FnMut(&str)) {
    match value {
        Value::String(text) => visit(text),
        Value::Array(values) => values.iter().for_each(|value| texts(value, visit)),
        Value::Object(members) => members.values().for_each(|value| texts(value, visit)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// The number of a transaction's kind, and of its action's or of what is posted.
fn kind(transaction: &Transaction) -> (u8, u8) {
    match transaction {
        Transaction::Coinbase(_) => (0, 0),
        Transaction::Signed(signed) => (1, encode(&signed.body.action)[0]),
        Transaction::Posted(posted) => (2, encode(posted)[0]),
    }
}

#[test]
fn every_kind_is_shown_by_a_name_of_its_own_without_numbers_that_are_rounded() {
    let mut kinds = BTreeSet::new();
    let mut names = BTreeSet::new();
    for shown in transactions() {
        let json = transaction(Network::Regtest, &shown);
        let name = format!("{}{}{}", json["type"], json["action"]["type"], json["posted"]["type"]);
        if kinds.insert(kind(&shown)) {
            assert!(names.insert(name.clone()), "{name} is of two kinds");
        }
        whole(&json);
        assert_eq!(json["size"], encode(&shown).len());
        assert_eq!(json["weight"], shown.weight());
    }
    // The coinbase, every action, and everything that is posted.
    let last: Action = Action::EndContract { state: end_state() };
    let actions = usize::from(encode(&last)[0]) + 1;
    let posted = 3;
    assert_eq!(kinds.len(), 1 + actions + posted, "{names:?}");
    assert!(decode::<Posted>("posted", &[3]).is_err(), "something new is posted");
}

fn end_state() -> Box<gridnet_protocol::contract::SignedState> {
    let all = transactions();
    let found = all.into_iter().find_map(|transaction| match transaction {
        Transaction::Signed(signed) => match signed.body.action {
            Action::EndContract { state } => Some(state),
            _ => None,
        },
        _ => None,
    });
    found.expect("the vectors end a contract")
}

/// No number is one that a reader would round.
fn whole(value: &Value) {
    match value {
        Value::Number(number) => assert!(number.as_i64().is_some_and(|number| number.abs() <= 1 << 53)),
        Value::Array(values) => values.iter().for_each(whole),
        Value::Object(members) => members.values().for_each(whole),
        Value::Null | Value::Bool(_) | Value::String(_) => {}
    }
}
