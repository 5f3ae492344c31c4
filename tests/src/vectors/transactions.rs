//! Transactions: one of each kind as the published chain has it, and what is none.

use std::collections::BTreeMap;

use gridnet_protocol::Network;
use gridnet_protocol::encoding::{decode, encode};
use gridnet_protocol::ledger::least_fee;
use gridnet_protocol::transaction::{Action, Posted, Signed, Transaction, subvention_id};
use serde_json::{Value, json};

use super::story::Story;
use super::{hexed, long};
use crate::world::NETWORK;

pub(super) fn transactions(story: &Story<'_>) -> Value {
    // The first of each that the chain has: of each kind, and of those that say more or less.
    let mut first: BTreeMap<String, Transaction> = BTreeMap::new();
    let coinbase = story.chain.blocks[0].0.transactions[0].clone();
    for transaction in [coinbase].iter().chain(&story.taken) {
        let (kind, says) = says(transaction);
        let name = match &says["state"] {
            Value::Null if kind == "close-contract" => format!("{kind}, before any state"),
            _ => kind.to_owned(),
        };
        first.entry(name).or_insert_with(|| transaction.clone());
    }
    let entries: Vec<Value> = first.iter().map(|(name, transaction)| entry(name, transaction)).collect();
    json!({ "transactions": entries, "malformed": malformed(&first) })
}

fn entry(name: &str, transaction: &Transaction) -> Value {
    let (kind, says) = says(transaction);
    let cost = transaction.cost();
    let fees = matches!(transaction, Transaction::Signed(_))
        .then(|| Network::ALL.map(|network| (network.name(), long(least_fee(network, transaction).0))));
    json!({
        "name": name,
        "transaction": hexed(encode(transaction)),
        "kind": kind,
        "id": hexed(transaction.id()),
        "signatures": cost.signatures,
        "walked": cost.walked,
        "weight": transaction.weight(),
        "least_fees": fees.map(BTreeMap::from),
        "says": says,
    })
}

/// Its kind, and what is in it.
fn says(transaction: &Transaction) -> (&'static str, Value) {
    match transaction {
        Transaction::Coinbase(coinbase) => (
            "coinbase",
            json!({
                "height": coinbase.height.0,
                "extranonce": hexed(coinbase.extranonce),
                "payout": hexed(coinbase.payout.0),
                "amount": long(coinbase.amount.0),
                "state": hexed(coinbase.state),
            }),
        ),
        Transaction::Signed(signed) => {
            let (kind, mut says) = action(signed);
            says["sender"] = hexed(signed.body.account().0);
            says["sequence"] = long(signed.body.sequence);
            says["fee"] = long(signed.body.fee.0);
            (kind, says)
        }
        Transaction::Posted(Posted::Claim(claims)) => {
            let weights: Vec<Value> = claims.as_slice().iter().map(|claim| long(claim.weight())).collect();
            ("claim", json!({ "weights": weights }))
        }
        Transaction::Posted(Posted::Open(opened)) => {
            ("open", json!({"held": hexed(opened.held), "commitment": hexed(opened.opening.commitment().0)}))
        }
        Transaction::Posted(Posted::RegisterIdentity(identity)) => (
            "register-identity-free",
            json!({
                "address": hexed(identity.address.0),
                "repetitions": identity.repetitions,
                "nonce": identity.nonce,
            }),
        ),
    }
}

fn action(signed: &Signed) -> (&'static str, Value) {
    let body = &signed.body;
    match &body.action {
        Action::Transfer { to, amount } => ("transfer", json!({"to": hexed(to.0), "amount": long(amount.0)})),
        Action::RegisterIdentity { identity, stake } => (
            "register-identity",
            json!({
                "address": hexed(identity.address.0),
                "repetitions": identity.repetitions,
                "nonce": identity.nonce,
                "stake": long(stake.0),
            }),
        ),
        Action::AddStake { identity, amount } => {
            ("add-stake", json!({"identity": hexed(identity.0), "amount": long(amount.0)}))
        }
        Action::WithdrawStake { amount } => ("withdraw-stake", json!({"amount": long(amount.0)})),
        Action::RegisterPool { pool } => {
            let coins = pool.coins().expect("it fits").0;
            ("register-pool", json!({"pool": hexed(pool.id(NETWORK).0), "coins": long(coins)}))
        }
        Action::ReclaimPool { pool } => ("reclaim-pool", json!({"pool": hexed(pool.0)})),
        Action::CommitFraud { commitment } => ("commit-fraud", json!({"commitment": hexed(commitment)})),
        Action::ProveFraud { proof } => (
            "prove-fraud",
            json!({"tokens": [hexed(proof.first.id(NETWORK).0), hexed(proof.second.id(NETWORK).0)]}),
        ),
        Action::RegisterCertifier => ("register-certifier", json!({})),
        Action::RegisterMeter { certificate } => {
            ("register-meter", json!({"meter": hexed(certificate.id(NETWORK).0)}))
        }
        Action::Read { readings } => {
            let ids: Vec<Value> =
                readings.as_slice().iter().map(|reading| hexed(reading.id(NETWORK).0)).collect();
            ("read", json!({ "readings": ids }))
        }
        Action::ProveEquivocation { proof } => (
            "prove-equivocation",
            json!({
                "meter": hexed(proof.first.body.meter.0),
                "told_twice": long(proof.first.body.sequence),
            }),
        ),
        _ => action_of_trust(signed),
    }
}

/// Subventions, marks, contracts.
fn action_of_trust(signed: &Signed) -> (&'static str, Value) {
    let body = &signed.body;
    match &body.action {
        Action::OpenSubvention { terms } => {
            let id = subvention_id(&body.account(), body.sequence);
            let numbers = json!({
                "subvention": hexed(id.0), "budget": long(terms.budget.0), "expiry": terms.expiry.0,
            });
            ("open-subvention", numbers)
        }
        Action::CreditSubvention { subvention, meter } => {
            ("credit-subvention", json!({"subvention": hexed(subvention.0), "meter": hexed(meter.0)}))
        }
        Action::CloseSubvention { subvention } => {
            ("close-subvention", json!({"subvention": hexed(subvention.0)}))
        }
        Action::RegisterAuthority => ("register-authority", json!({})),
        Action::Mark { subject, reason, effective } => (
            "mark",
            json!({
                "subject": hexed(encode(subject)),
                "reason": hexed(reason.as_slice()),
                "effective": effective.0,
            }),
        ),
        Action::Unmark { subject } => ("unmark", json!({"subject": hexed(encode(subject))})),
        Action::OpenContract { contract } => (
            "open-contract",
            json!({
                "contract": hexed(contract.id(NETWORK).0),
                "bond": long(contract.body.bond().0),
                "cap": long(contract.body.cap().0),
            }),
        ),
        Action::CloseContract { contract, state, readings } => {
            let sequence = state.as_ref().map(|state| long(state.body.sequence));
            let readings = readings.as_slice().len();
            let says = json!({"contract": hexed(contract.0), "state": sequence, "readings": readings});
            ("close-contract", says)
        }
        Action::AnswerContract { state, readings } => (
            "answer-contract",
            json!({"state": long(state.body.sequence), "readings": readings.as_slice().len()}),
        ),
        Action::EndContract { state } => ("end-contract", json!({"delivered": long(state.body.delivered.0)})),
        other => panic!("{other:?} is told above"),
    }
}

/// Encodings that are none of a transaction. A body's action begins after kind, sender, sequence and fee.
fn malformed(good: &BTreeMap<String, Transaction>) -> Vec<Value> {
    const ACTION: usize = 1 + 32 + 8 + 8;
    let bytes = |name: &str| encode(&good[name]);
    let mut entries = Vec::new();
    let mut add = |name: String, bytes: Vec<u8>| {
        let read = decode::<Transaction>("a transaction", &bytes);
        assert!(read.is_err(), "{name}: {read:?}");
        entries.push(json!({"name": name, "bytes": hexed(bytes), "decodes": false}));
    };
    add("nothing".to_owned(), Vec::new());
    for (name, transaction) in good {
        let bytes = encode(transaction);
        add(format!("{name}, and a byte more"), [&bytes[..], &[0]].concat());
        add(format!("{name}, a byte short"), bytes[..bytes.len() - 1].to_vec());
    }
    let with = |name: &str, place: usize, written: &[u8]| {
        let mut bytes = bytes(name);
        bytes[place..place + written.len()].copy_from_slice(written);
        bytes
    };
    add("no kind of transaction".to_owned(), with("transfer", 0, &[3]));
    add("nothing that is posted".to_owned(), with("open", 1, &[3]));
    add("an unknown action".to_owned(), with("transfer", ACTION, &[22]));
    add("no function of chains".to_owned(), with("register-pool", ACTION + 1 + 40, &[2]));
    add("a payrate of one".to_owned(), {
        // Function, banks, length, value, expiry, minimum stake; then a and b.
        let place = ACTION + 1 + 40 + 1 + 2 + 4 + 8 + 4 + 8;
        with("register-pool", place, &[4, 0, 4, 0])
    });
    add("a claim of nothing".to_owned(), vec![2, 0, 0, 0, 0, 0]);
    add("a claim of 257 pools".to_owned(), with("claim", 2, &[1, 1, 0, 0]));
    add("a bank's proof that is neither there nor not".to_owned(), with("claim", 2 + 4 + 4, &[2]));
    add("1,025 readings".to_owned(), with("read", ACTION + 1, &[1, 4, 0, 0]));
    add("no kind of meter".to_owned(), with("register-meter", ACTION + 1 + 32, &[2]));
    add("no source".to_owned(), with("register-meter", ACTION + 1 + 33, &[2]));
    add("an area without a name".to_owned(), with("register-meter", ACTION + 1 + 34, &[0, 0, 0, 0]));
    add("an area with a blank".to_owned(), with("register-meter", ACTION + 1 + 38, b" "));
    add("an area of 17 letters".to_owned(), with("register-meter", ACTION + 1 + 34, &[17, 0, 0, 0]));
    add("17 certifiers".to_owned(), with("open-subvention", ACTION + 1 + 16, &[17, 0, 0, 0]));
    let net = bytes("open-subvention").len() - 64 - 4 - 1;
    add("a truth of 2".to_owned(), with("open-subvention", net, &[2]));
    add("no subject".to_owned(), with("mark", ACTION + 1, &[3]));
    add("a reason of 65 bytes".to_owned(), with("mark", ACTION + 1 + 33, &[65, 0, 0, 0]));
    add("nine parties".to_owned(), with("open-contract", ACTION + 1, &[9, 0, 0, 0]));
    add("no role".to_owned(), with("open-contract", ACTION + 1 + 4 + 32, &[4]));
    add("nine signatures".to_owned(), with("end-contract", ACTION + 1 + 49, &[9, 0, 0, 0]));
    add("an end of 2".to_owned(), with("end-contract", ACTION + 1 + 48, &[2]));
    add("a state that is neither there nor not".to_owned(), with("close-contract", ACTION + 1 + 32, &[2]));
    let readings = bytes("close-contract, before any state").len() - 64 - 4;
    add("193 readings".to_owned(), with("close-contract, before any state", readings, &[193, 0, 0, 0]));
    entries
}
