//! What anybody may post, as JSON.

use gridnet_protocol::Network;
use gridnet_protocol::encoding::encode;
use gridnet_protocol::token::Token;
use gridnet_protocol::transaction::Posted;
use gridnet_protocol::transit::{ClaimedPool, Disclosure, Hop, ReceiverProof};
use serde_json::{Value, json};

use super::action::{identity, terms};
use super::{address, bytes, moment};

/// What was posted: its `type`, and what belongs to it.
pub fn posted(network: Network, posted: &Posted) -> Value {
    match posted {
        Posted::Claim(claims) => {
            let pools = claims.as_slice().iter().map(|claim| claimed(network, claim));
            json!({ "type": "claim", "pools": pools.collect::<Vec<_>>() })
        }
        Posted::Open(opened) => json!({
            "type": "open",
            "held": bytes(opened.held),
            "identity": address(network, &opened.opening.identity),
            "blind": bytes(opened.opening.blind),
        }),
        Posted::RegisterIdentity(registered) => {
            json!({ "type": "register-identity", "identity": identity(network, registered) })
        }
    }
}

fn claimed(network: Network, claim: &ClaimedPool) -> Value {
    let ClaimedPool { steps, bank, pool } = claim;
    let (proof, signature) = match &pool.proof {
        ReceiverProof::Signature(signature) => ("signature", signature),
        ReceiverProof::Receipt(signature) => ("receipt", signature),
    };
    json!({
        "steps": steps,
        "bank_proof": bank.as_ref().map(|bank| bytes(encode(bank))),
        "token": token(network, &pool.body.token),
        "hops": pool.body.hops.as_slice().iter().map(|one| hop(network, one)).collect::<Vec<_>>(),
        "last_hand_over": bytes(pool.body.last_hand_over.0),
        "receiver_proof": { "type": proof, "signature": bytes(signature.0) },
    })
}

fn hop(network: Network, hop: &Hop) -> Value {
    let mut value = json!({
        "key": bytes(hop.key.0),
        "bearer": hop.bearer.as_ref().map(|bearer| bytes(bearer.key.0)),
        "seal_hash": bytes(hop.seal_hash),
        "signature": bytes(hop.signature.0),
        "commitment": bytes(hop.disclosure.commitment().0),
    });
    value["identity"] = match &hop.disclosure {
        Disclosure::Unopened(_) => Value::Null,
        Disclosure::Opened(opening) => json!(address(network, &opening.identity)),
    };
    value
}

/// A token.
pub(super) fn token(network: Network, token: &Token) -> Value {
    let body = &token.body;
    json!({
        "id": bytes(token.id(network).0),
        "session": bytes(body.session().0),
        "network": body.network,
        "pool": bytes(body.pool.0),
        "bank": body.bank,
        "from": body.from.0,
        "depth": body.depth.0,
        "word": bytes(body.word.0),
        "terms": terms(&body.terms),
        "receiver": { "key": bytes(body.receiver.key.0), "seal_key": bytes(body.receiver.seal_key.0) },
        "content": bytes(body.content.0),
        "issued": moment(body.issued),
        "expiry": moment(body.expiry),
        "first_key": bytes(body.first_key.0),
        "sender": {
            "key": bytes(body.sender.key.0),
            "address": address(network, &body.sender.address()),
            "repetitions": body.sender.repetitions,
            "nonce": body.sender.nonce,
        },
        "signature": bytes(token.signature.0),
    })
}
