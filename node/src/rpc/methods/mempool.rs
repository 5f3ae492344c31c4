//! What waits for a block, and how something comes to wait. Bitcoin's names and shapes.

use gridnet_protocol::transaction::Transaction;
use gridnet_protocol::value::Units;
use serde_json::{Value, json};

use super::Context;
use crate::mempool::Waiting;
use crate::node::NodeError;
use crate::rpc::arguments::transaction;
use crate::rpc::failure::{Code, Failure};
use crate::rpc::json;
use crate::rpc::method::{Answer, Arguments, Method, needs, takes};

/// Transactions that are tested at a time.
const TESTED_MAX: usize = 25;
/// Bytes that an id takes in an answer, and an entry.
const ID_BYTES: usize = 67;
const ENTRY_BYTES: usize = 320;

pub(super) const METHODS: &[Method<Context>] = &[
    Method::reads("getmempoolinfo", &[], "How much waits for a block", info),
    Method::reads(
        "getrawmempool",
        &[takes("verbose")],
        "What waits: ids, those that pay most first, or more",
        raw,
    ),
    Method::controls(
        "sendrawtransaction",
        &[needs("hexstring"), takes("maxfeerate")],
        "Sends a transaction, and gives its id",
        send,
    ),
    Method::reads(
        "testmempoolaccept",
        &[needs("rawtxs"), takes("maxfeerate")],
        "Whether transactions would be taken, each alone",
        test,
    ),
];

fn info(context: &Context, _: &Arguments) -> Answer {
    let size = context.node.mempool()?;
    Ok(json!({
        "loaded": true,
        "size": size.count,
        "weight": size.weight,
        "maxweight": size.weight_max,
        "minimum_fee_rate": context.network().parameters().minimum_fee_rate.to_string(),
        "changes": size.changes.to_string(),
    }))
}

fn raw(context: &Context, arguments: &Arguments) -> Answer {
    let is_verbose = arguments.flag("verbose")?.unwrap_or(false);
    // It is known before anything is gathered.
    let count = context.node.mempool()?.count;
    let most = context.answer_bytes / if is_verbose { ENTRY_BYTES } else { ID_BYTES };
    if count > u64::try_from(most).unwrap_or(u64::MAX) {
        let message = format!("{count} transactions wait, and an answer has {most} of them at most");
        return Err(Failure::new(Code::AnswerSize, message));
    }
    let waiting = context.node.waiting()?;
    if !is_verbose {
        return Ok(waiting.iter().map(|waiting| json!(json::id(&waiting.id))).collect());
    }
    let entries = waiting.iter().map(|waiting| (json::id(&waiting.id), entry(context, waiting)));
    Ok(Value::Object(entries.collect()))
}

fn entry(context: &Context, waiting: &Waiting) -> Value {
    let Waiting { weight, bytes, fee, since, account, .. } = waiting;
    let (account, sequence) = account.map_or((None, None), |(account, sequence)| {
        (Some(account.to_text(context.network())), Some(sequence.to_string()))
    });
    json!({
        "size": bytes,
        "weight": weight,
        "fee": json::units(*fee),
        "time": json::time(since.0),
        "account": account,
        "sequence": sequence,
    })
}

fn send(context: &Context, arguments: &Arguments) -> Answer {
    let transaction = arguments.transaction("hexstring")?;
    Ok(json!(json::id(&context.node.submit_transaction(transaction)?)))
}

fn test(context: &Context, arguments: &Arguments) -> Answer {
    let texts: Vec<String> = arguments.must("rawtxs")?;
    if texts.is_empty() || texts.len() > TESTED_MAX {
        let message = format!("rawtxs has 1 to {TESTED_MAX} transactions, not {}", texts.len());
        return Err(Failure::new(Code::Value, message));
    }
    let transactions: Vec<Transaction> =
        texts.iter().map(|text| transaction("rawtxs", text)).collect::<Result<_, _>>()?;
    transactions.into_iter().map(|transaction| tested(context, transaction)).collect()
}

fn tested(context: &Context, transaction: Transaction) -> Answer {
    let (id, weight) = (json::id(&transaction.id()), transaction.weight());
    match context.node.test_transaction(transaction) {
        Ok(Units(fee)) => {
            Ok(json!({ "txid": id, "allowed": true, "weight": weight, "fee": fee.to_string() }))
        }
        Err(NodeError::Refused(refusal)) => Ok(json!({
            "txid": id,
            "allowed": false,
            "reject-reason": refusal.name(),
            "reject-details": refusal.to_string(),
        })),
        Err(error) => Err(error.into()),
    }
}
