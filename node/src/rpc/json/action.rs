//! What accounts do, as JSON. A new action does not compile here until it is shown.

use gridnet_protocol::contract::{Role, SignedContract, SignedState};
use gridnet_protocol::meter::{MeterKind, SignedCertificate, SignedReading, Source};
use gridnet_protocol::payout::Terms;
use gridnet_protocol::pool::Registration;
use gridnet_protocol::transaction::{Action, IdentityRegistration, Subject, SubventionTerms};
use gridnet_protocol::{Network, Signature};
use serde_json::{Value, json};

use super::posted::token;
use super::{address, bytes, energy, time, units};

/// What an account does: its `type`, and what belongs to it.
pub fn action(network: Network, action: &Action) -> Value {
    match action {
        Action::Transfer { to, amount } => {
            json!({ "type": "transfer", "to": address(network, to), "amount": units(*amount) })
        }
        Action::RegisterIdentity { identity: registered, stake } => json!({
            "type": "register-identity",
            "identity": identity(network, registered),
            "stake": units(*stake),
        }),
        Action::AddStake { identity, amount } => {
            json!({ "type": "add-stake", "identity": address(network, identity), "amount": units(*amount) })
        }
        Action::WithdrawStake { amount } => json!({ "type": "withdraw-stake", "amount": units(*amount) }),
        Action::RegisterPool { pool } => {
            json!({ "type": "register-pool", "pool": registration(network, pool) })
        }
        Action::ReclaimPool { pool } => json!({ "type": "reclaim-pool", "pool": bytes(pool.0) }),
        Action::CommitFraud { commitment } => {
            json!({ "type": "commit-fraud", "commitment": bytes(commitment) })
        }
        Action::ProveFraud { proof } => json!({
            "type": "prove-fraud",
            "first": token(network, &proof.first),
            "second": token(network, &proof.second),
        }),
        Action::RegisterCertifier => json!({ "type": "register-certifier" }),
        Action::RegisterMeter { certificate: signed } => {
            json!({ "type": "register-meter", "certificate": certificate(network, signed) })
        }
        Action::Read { readings: signed } => {
            json!({ "type": "read", "readings": readings(network, signed.as_slice()) })
        }
        Action::ProveEquivocation { proof } => json!({
            "type": "prove-equivocation",
            "first": reading(network, &proof.first),
            "second": reading(network, &proof.second),
        }),
        Action::OpenSubvention { terms } => {
            json!({ "type": "open-subvention", "terms": subvention(terms) })
        }
        Action::CreditSubvention { subvention, meter } => json!({
            "type": "credit-subvention",
            "subvention": bytes(subvention.0),
            "meter": bytes(meter.0),
        }),
        Action::CloseSubvention { subvention } => {
            json!({ "type": "close-subvention", "subvention": bytes(subvention.0) })
        }
        Action::RegisterAuthority => json!({ "type": "register-authority" }),
        Action::Mark { subject: of, reason, effective } => json!({
            "type": "mark",
            "subject": subject(network, of),
            "reason": bytes(reason.as_slice()),
            "reason_text": String::from_utf8_lossy(reason.as_slice()),
            "effective": effective.0,
        }),
        Action::Unmark { subject: of } => json!({ "type": "unmark", "subject": subject(network, of) }),
        Action::OpenContract { contract: signed } => {
            json!({ "type": "open-contract", "contract": contract(network, signed) })
        }
        Action::CloseContract { contract, state: signed, readings: carried } => json!({
            "type": "close-contract",
            "contract": bytes(contract.0),
            "state": signed.as_deref().map(state),
            "readings": readings(network, carried.as_slice()),
        }),
        Action::AnswerContract { state: signed, readings: carried } => json!({
            "type": "answer-contract",
            "state": state(signed),
            "readings": readings(network, carried.as_slice()),
        }),
        Action::EndContract { state: signed } => json!({ "type": "end-contract", "state": state(signed) }),
    }
}

/// An identity that is to be registered.
pub(super) fn identity(network: Network, identity: &IdentityRegistration) -> Value {
    let IdentityRegistration { address: whose, repetitions, nonce } = identity;
    json!({ "address": address(network, whose), "repetitions": repetitions, "nonce": nonce })
}

/// How hops share.
pub(super) fn terms(terms: &Terms) -> Value {
    json!({ "a": terms.payrate.a(), "b": terms.payrate.b(), "rule": terms.rule.name() })
}

fn registration(network: Network, pool: &Registration) -> Value {
    json!({
        "id": bytes(pool.id(network).0),
        "owner": address(network, &pool.owner),
        "sequence": pool.sequence.to_string(),
        "function": pool.function.hash_function().name(),
        "banks": pool.banks,
        "length": pool.length,
        "value": units(pool.value),
        "coins": pool.coins().ok().map(units),
        "expiry": pool.expiry.0,
        "minimum_stake": units(pool.minimum_stake),
        "terms": terms(&pool.terms),
        "root": bytes(pool.root),
    })
}

fn certificate(network: Network, signed: &SignedCertificate) -> Value {
    let body = &signed.body;
    json!({
        "id": bytes(signed.id(network).0),
        "key": bytes(body.key.0),
        "kind": match body.kind {
            MeterKind::Generation => "generation",
            MeterKind::Connection => "connection",
        },
        "source": source(body.source),
        "area": body.area.as_str(),
        "rating": body.rating.0,
        "certifier": bytes(body.certifier.0),
        "owner": bytes(body.owner.0),
        "replaces": body.replaces.map(|old| json!({ "meter": bytes(old.meter.0), "last": bytes(old.last.0) })),
        "signatures": [bytes(signed.certifier_signature.0), bytes(signed.owner_signature.0)],
    })
}

fn source(source: Source) -> &'static str {
    match source {
        Source::Green => "green",
        Source::Grey => "grey",
    }
}

fn reading(network: Network, signed: &SignedReading) -> Value {
    let body = &signed.body;
    json!({
        "id": bytes(signed.id(network).0),
        "meter": bytes(body.meter.0),
        "slot": time(body.slot.0),
        "sequence": body.sequence.to_string(),
        "import": energy(body.import),
        "export": energy(body.export),
        "previous": bytes(body.previous.0),
        "signature": bytes(signed.signature.0),
    })
}

fn readings(network: Network, signed: &[SignedReading]) -> Vec<Value> {
    signed.iter().map(|signed| reading(network, signed)).collect()
}

fn subvention(terms: &SubventionTerms) -> Value {
    let SubventionTerms { budget, rate, certifiers, area, source: of, net, expiry } = terms;
    json!({
        "budget": units(*budget),
        "rate": units(*rate),
        "certifiers": certifiers.as_slice().iter().map(|key| bytes(key.0)).collect::<Vec<_>>(),
        "area": area.as_ref().map(|area| area.as_str()),
        "source": of.map(source),
        "net": net,
        "expiry": expiry.0,
    })
}

fn subject(network: Network, subject: &Subject) -> Value {
    match subject {
        Subject::Meter(meter) => json!({ "meter": bytes(meter.0) }),
        Subject::Identity(whose) => json!({ "identity": address(network, whose) }),
        Subject::Pool(pool) => json!({ "pool": bytes(pool.0) }),
    }
}

fn signatures(signatures: &[Signature]) -> Vec<String> {
    signatures.iter().map(|signature| bytes(signature.0)).collect()
}

fn contract(network: Network, signed: &SignedContract) -> Value {
    let body = &signed.body;
    let parties = body.parties.as_slice().iter().map(|party| {
        let role = match party.role {
            Role::Seller => "seller",
            Role::Buyer => "buyer",
            Role::LineOwner => "line-owner",
            Role::Broker => "broker",
        };
        json!({ "key": bytes(party.key.0), "role": role, "rate": units(party.rate) })
    });
    json!({
        "id": bytes(signed.id(network).0),
        "parties": parties.collect::<Vec<_>>(),
        "seller_meter": bytes(body.seller_meter.0),
        "buyer_meter": bytes(body.buyer_meter.0),
        "first": time(body.first.0),
        "last": time(body.last.0),
        "limit": energy(body.limit),
        "deposit": units(body.deposit),
        "watch_fee": units(body.watch_fee),
        "window": body.window,
        "expiry": body.expiry.0,
        "nonce": body.nonce.to_string(),
        "signatures": signatures(signed.signatures.as_slice()),
    })
}

fn state(signed: &SignedState) -> Value {
    let body = &signed.body;
    json!({
        "contract": bytes(body.contract.0),
        "sequence": body.sequence.to_string(),
        "delivered": energy(body.delivered),
        "is_final": body.is_final,
        "signatures": signatures(signed.signatures.as_slice()),
    })
}
