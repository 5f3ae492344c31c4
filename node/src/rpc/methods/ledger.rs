//! The ledger: rows of the state, and proofs for those who have headers only.

use gridnet_core::proof::header::HEADER_BYTES;
use gridnet_protocol::Address;
use gridnet_protocol::encoding::List;
use gridnet_protocol::ledger::Fault;
use gridnet_protocol::reason::Rejected;
use gridnet_protocol::spv::receipt::{Evidence, Receipt};
use gridnet_protocol::spv::{DEPTH, HEADERS_MAX, Headers, RootProof, RowProof, StateEntry, TransactionProof};
use gridnet_protocol::state::row::Account;
use gridnet_protocol::state::{Store as _, Table};
use gridnet_protocol::trust::Policy;
use gridnet_protocol::value::{ContractId, Height};
use serde_json::{Value, json};

use super::Context;
use crate::chain::{ChainView, Stop};
use crate::rpc::arguments::table_name;
use crate::rpc::failure::{Code, Failure};
use crate::rpc::json;
use crate::rpc::method::{Answer, Arguments, Method, needs, takes};
use crate::rpc::past::{self, Named};

/// Rows that are given unless told otherwise, and at most.
const ROWS: usize = 100;
const ROWS_MAX: usize = 500;

pub(super) const METHODS: &[Method<Context>] = &[
    Method::reads(
        "ledger.account",
        &[needs("address")],
        "What an account has, and its next sequence",
        account,
    ),
    Method::reads("ledger.row", &[needs("table"), takes("key")], "A row of the state", row),
    Method::reads(
        "ledger.rows",
        &[needs("table"), takes("from"), takes("limit")],
        "Rows of a table from a key on",
        rows,
    ),
    Method::reads(
        "ledger.proof",
        &[needs("table"), takes("key"), takes("depth")],
        "That a row is in the state before a block, or that there is none",
        proof,
    ),
    Method::reads("ledger.inclusion", &[needs("txid")], "That a transaction is in its block", inclusion),
    Method::reads(
        "ledger.receipt",
        &[needs("contract"), takes("depth"), takes("start"), takes("authorities")],
        "An energy receipt of a settled contract, as `gridnet receipt verify` reads it",
        receipt,
    ),
];

fn account(context: &Context, arguments: &Arguments) -> Answer {
    let address = arguments.address("address", context.network())?;
    let view = context.view()?;
    let Account { balance, sequence } = view.row(&address)?.unwrap_or_default();
    let next = context.node.next_sequence(address)?;
    Ok(json!({
        "address": address.to_text(context.network()),
        "balance": json::units(balance),
        "sequence": sequence.to_string(),
        // After those that wait.
        "next_sequence": next.to_string(),
        "height": view.tip()?.height.0,
    }))
}

/// A table of one row is asked without a key.
fn row(context: &Context, arguments: &Arguments) -> Answer {
    let (table, key) = (arguments.table("table")?, arguments.key("key")?);
    let view = context.view()?;
    let value = view.snapshot().get(table, &key).map_err(Stop::from)?;
    Ok(json!({
        "table": table_name(table),
        "key": hex::encode(key),
        "value": value.map(hex::encode),
        "height": view.tip()?.height.0,
    }))
}

fn rows(context: &Context, arguments: &Arguments) -> Answer {
    let (table, from) = (arguments.table("table")?, arguments.key("from")?);
    let limit = arguments.may("limit")?.unwrap_or(ROWS);
    if limit == 0 || limit > ROWS_MAX {
        return Err(Failure::new(Code::Value, format!("limit is 1 to {ROWS_MAX}, not {limit}")));
    }
    let view = context.view()?;
    // One more tells where the next page begins.
    let mut rows = view.rows(table, &from, limit + 1)?;
    let next = if rows.len() > limit { rows.pop().map(|(key, _)| key) } else { None };
    let shown =
        rows.into_iter().map(|(key, value)| json!({ "key": hex::encode(key), "value": hex::encode(value) }));
    Ok(json!({
        "table": table_name(table),
        "rows": shown.collect::<Value>(),
        "next": next.map(hex::encode),
        "height": view.tip()?.height.0,
    }))
}

/// How deep a proof is asked for.
fn depth(arguments: &Arguments, otherwise: u32) -> Result<u32, Failure> {
    Ok(arguments.may("depth")?.unwrap_or(otherwise))
}

fn proof(context: &Context, arguments: &Arguments) -> Answer {
    let (table, key, depth) = (arguments.table("table")?, arguments.key("key")?, depth(arguments, 0)?);
    if table == Table::Nodes {
        return Err(Failure::new(Code::Value, "the nodes of the state's tree are what proofs are made of"));
    }
    let (_turn, view) = (context.deep(depth)?, context.view()?);
    let Named { ledger, height, block } = past::named(&view, depth, context.undo_bytes)?;
    let row = RowProof::of(ledger.store(), height, table, &key).map_err(Stop::from)?;
    let value = ledger.store().get(table, &key).map_err(Stop::from)?;
    let root = RootProof::of(&block).ok_or_else(|| Failure::internal("a block has no coinbase"))?;
    let (state, named) = (root.coinbase.state, json::id(&block.id()));
    let long = |error: gridnet_protocol::Error| Failure::new(Code::Value, error.to_string());
    let entry = StateEntry { root, table, key: List::new("a key", key.clone()).map_err(long)?, row };
    Ok(json!({
        "table": table_name(table),
        "key": hex::encode(key),
        "value": value.map(hex::encode),
        // Of the state after this height, whose root the next block names.
        "height": height.0,
        "root": hex::encode(state),
        "blockhash": named,
        "header": hex::encode(block.header.to_bytes()),
        "proof": hex::encode(entry.to_bytes()),
    }))
}

fn inclusion(context: &Context, arguments: &Arguments) -> Answer {
    let (id, view) = (arguments.id("txid")?, context.view()?);
    let unknown =
        || Failure::new(Code::NotFound, format!("no transaction {} is on the chain", json::id(&id)));
    let place = view.place(&id)?.ok_or_else(unknown)?;
    let gone = || Failure::internal("a transaction is not where it should stand");
    let block = view.block(&place.block)?.ok_or_else(gone)?;
    let proof = TransactionProof::of(&block, place.height, place.index).ok_or_else(gone)?;
    Ok(json!({
        "txid": json::id(&id),
        "blockhash": json::id(&place.block),
        "height": place.height.0,
        "index": place.index,
        "branch": proof.branch.as_slice().iter().map(hex::encode).collect::<Vec<_>>(),
        "header": hex::encode(block.header.to_bytes()),
        "proof": hex::encode(proof.to_bytes()),
        "confirmations": view.tip()?.height.0 - place.height.0 + 1,
    }))
}

fn receipt(context: &Context, arguments: &Arguments) -> Answer {
    let network = context.network();
    let (contract, depth) = (ContractId(arguments.hash("contract")?), depth(arguments, DEPTH)?);
    let start = Height(arguments.may("start")?.unwrap_or(0));
    let authorities: Vec<String> = arguments.may("authorities")?.unwrap_or_default();
    let authorities = authorities.iter().map(|text| Address::from_text(network, text));
    let authorities: Vec<Address> = authorities
        .collect::<Result<_, _>>()
        .map_err(|error| Failure::new(Code::NotFound, error.to_string()))?;
    let policy = Policy::of(authorities);
    let (_turn, view) = (context.deep(depth)?, context.view()?);
    // Hex has two digits a byte, and headers are nearly all of a receipt.
    let most = context.answer_bytes / 16 * 15 / (2 * HEADER_BYTES);
    are_few(view.tip()?.height, start, most)?;
    let Named { ledger, block, .. } = past::named(&view, depth, context.undo_bytes)?;
    let evidence = Evidence::gather(&ledger, contract, &policy).map_err(|fault| no_evidence(fault, depth))?;
    let headers = headers(&view, start)?;
    let refused = |error: gridnet_protocol::Error| Failure::new(Code::Value, error.to_string());
    let receipt = Receipt::assemble(network, start, headers, &block, evidence, List::default());
    let receipt = receipt.map_err(refused)?;
    Ok(json!({
        "contract": contract.to_string(),
        "start": start.0,
        "height": view.tip()?.height.0,
        "receipt": hex::encode(receipt.to_file()),
    }))
}

/// Why there is nothing to show about a contract.
fn no_evidence(fault: Fault, depth: u32) -> Failure {
    let (code, message) = match fault.rejection().map(|rejection| rejection.code) {
        Some(Rejected::Unknown) => {
            (Code::NotFound, format!("with {depth} blocks on top the ledger has no such contract"))
        }
        Some(Rejected::TooEarly) => (
            Code::Refused,
            format!("the contract is not settled with {depth} blocks on top: ask again later"),
        ),
        Some(Rejected::Range) => (Code::Value, "these are more authorities than a receipt has".to_owned()),
        _ => return Stop::Fault(fault).into(),
    };
    Failure::new(code, message)
}

/// Whether so many headers as stand from a height on fit into an answer. It is known before one is read.
fn are_few(tip: Height, start: Height, most: usize) -> Result<(), Failure> {
    let count = u64::from(tip.0.saturating_sub(start.0)) + 1;
    let most = u64::try_from(most).unwrap_or(u64::MAX).min(HEADERS_MAX.into());
    if count <= most {
        return Ok(());
    }
    let first = u64::from(tip.0) + 1 - most;
    let message = format!(
        "start {}: {count} headers are more than the {most} that an answer has: start at {first}",
        start.0
    );
    Err(Failure::new(Code::Value, message))
}

/// The chain's headers from a height on.
fn headers(view: &ChainView, start: Height) -> Result<Headers, Failure> {
    let tip = view.tip()?.height;
    if start > tip {
        return Err(Failure::new(
            Code::Value,
            format!("start {} is beyond the last block, {}", start.0, tip.0),
        ));
    }
    let gone = || Failure::internal("a header of the chain is missing");
    let header = |height| {
        let id = view.id_at(Height(height))?.ok_or_else(gone)?;
        Ok(view.header(&id)?.ok_or_else(gone)?.header())
    };
    let headers = (start.0..=tip.0).map(header).collect::<Result<Vec<_>, Failure>>()?;
    Headers::new(headers).map_err(|error| Failure::new(Code::Value, error.to_string()))
}
