//! What is told over a WebSocket as it happens. Whoever is too slow to hear all of it is told no more, and asks anew.

use std::sync::Arc;

use jsonrpsee::server::{PendingSubscriptionSink, SubscriptionMessage};
use jsonrpsee::types::Params;
use jsonrpsee::{Extensions, RpcModule};
use serde_json::{Value, json};
use tokio::sync::broadcast::error::RecvError;

use super::Context;
use crate::chain::Step;
use crate::node::Event;
use crate::rpc::json;

/// A subscription: how it is begun, what its notifications are called, how it is ended, and what is told.
struct Subject {
    begin: &'static str,
    told: &'static str,
    end: &'static str,
    tell: fn(&Event) -> Option<Value>,
}

const SUBJECTS: [Subject; 2] = [
    Subject { begin: "chain.subscribe", told: "chain.event", end: "chain.unsubscribe", tell: chain },
    Subject { begin: "mempool.subscribe", told: "mempool.event", end: "mempool.unsubscribe", tell: mempool },
];

/// Every method of theirs.
pub(super) const NAMES: &[&str] = &[SUBJECTS[0].begin, SUBJECTS[0].end, SUBJECTS[1].begin, SUBJECTS[1].end];

fn chain(event: &Event) -> Option<Value> {
    let (event, height, id) = match event {
        Event::Step(Step::Connected { height, id }) => ("connected", height, id),
        Event::Step(Step::Disconnected { height, id }) => ("disconnected", height, id),
        _ => return None,
    };
    Some(json!({ "event": event, "height": height.0, "hash": json::id(id) }))
}

fn mempool(event: &Event) -> Option<Value> {
    match event {
        Event::Transaction(id) => Some(json!({ "txid": json::id(id) })),
        _ => None,
    }
}

/// Adds them to the methods.
pub(super) fn add(methods: &mut RpcModule<Context>) {
    for Subject { begin, told, end, tell } in SUBJECTS {
        let follow = move |_: Params<'static>,
                           asked: PendingSubscriptionSink,
                           context: Arc<Context>,
                           _: Extensions| { follow(asked, context, tell) };
        methods.register_subscription(begin, told, end, follow).expect("each name is there once");
    }
}

async fn follow(asked: PendingSubscriptionSink, context: Arc<Context>, tell: fn(&Event) -> Option<Value>) {
    let mut events = context.node.events();
    let Ok(mut sink) = asked.accept().await else { return };
    loop {
        let event = tokio::select! {
            event = events.recv() => event,
            () = sink.closed() => return,
        };
        let told = match event {
            Ok(event) => tell(&event),
            // What was missed is not made up for: it is read from the chain.
            Err(RecvError::Lagged(missed)) => Some(json!({ "event": "missed", "count": missed })),
            Err(RecvError::Closed) => return,
        };
        let Some(told) = told else { continue };
        let text = serde_json::value::to_raw_value(&told).expect("it is JSON");
        if sink.try_send(SubscriptionMessage::from(text)).is_err() {
            return;
        }
    }
}
