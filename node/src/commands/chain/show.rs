//! `gridnet chain show`: one block, transaction or account, whichever the word means.

use gridnet_core::proof::header::display_order;
use gridnet_node::chain::BlockId;
use gridnet_node::rpc::json;
use gridnet_node::time::date_time;
use gridnet_protocol::block::Block;
use gridnet_protocol::value::Height;
use gridnet_protocol::{Address, Network};
use serde::Serialize;
use serde_json::{Value, json};

use super::source::{Source, open};
use super::{coinbase, fees, tree, weight};
use crate::arguments::{self, quoted};
use crate::cli::Show;
use crate::outcome::{Failure, Outcome};
use crate::output::{self, Answer};

/// Shows it.
pub(crate) fn show(args: &Show) -> Result<Outcome, Failure> {
    let loaded = args.place.load()?;
    let network = loaded.config.network;
    let source = open(&loaded)?;
    let all = |is: fn(&u8) -> bool| args.what.as_bytes().iter().all(is);
    let shown = if args.what.len() < 64 && all(u8::is_ascii_digit) {
        of_height(&*source, network, &args.what)?
    } else if args.what.len() == 64 && all(u8::is_ascii_hexdigit) {
        let id = arguments::bytes(&args.what).map_err(|what| Failure::argument("WHAT", what))?;
        of_id(&*source, network, &display_order(&id))?
    } else {
        account(&*source, network, &args.what)?
    };
    output::answer(args.json, &Shown(shown))?;
    Ok(Outcome::Good)
}

#[derive(Serialize)]
#[serde(transparent)]
struct Shown(Value);

impl Answer for Shown {
    fn plain(&self) -> String {
        tree::lines(&self.0)
    }
}

fn of_height(source: &dyn Source, network: Network, text: &str) -> Result<Value, Failure> {
    let tip = source.height()?;
    let height = text.parse().ok().map(Height).filter(|height| *height <= tip);
    let height = height.ok_or_else(|| {
        Failure::argument("WHAT", format!("the last block is at height {}, got {text}", tip.0))
    })?;
    let id = super::id_at(source, height.0)?;
    let block = source.block(&id)?.ok_or_else(|| super::changed(height.0))?;
    shown_block(source, network, &id, &block)
}

fn of_id(source: &dyn Source, network: Network, id: &[u8; 32]) -> Result<Value, Failure> {
    if let Some((place, transaction)) = source.transaction(id)? {
        let mut shown = json::transaction(network, &transaction);
        shown["block"] = json!(json::id(&place.block));
        shown["height"] = json!(place.height.0);
        shown["index"] = json!(place.index);
        return Ok(shown);
    }
    match source.block(id)? {
        Some(block) => shown_block(source, network, id, &block),
        None => {
            let what = format!("no block has the id {}, and no transaction of the chain", json::id(id));
            Err(Failure::argument("WHAT", what))
        }
    }
}

fn shown_block(source: &dyn Source, network: Network, id: &BlockId, block: &Block) -> Result<Value, Failure> {
    let paid = coinbase(block)?;
    let is_on_chain = source.id_at(paid.height)? == Some(*id);
    let transactions = block.transactions.iter().map(|transaction| json::transaction(network, transaction));
    let mut shown = json!({
        "height": paid.height.0,
        "on_chain": is_on_chain,
        "date": format!("{}Z", date_time(block.header.time.into())),
        "producer": paid.payout.to_text(network),
        "amount": json::units(paid.amount),
        "fees": json::units(fees(paid)),
        "weight": weight(block),
        "size": block.to_bytes().len(),
        "transactions": transactions.collect::<Vec<_>>(),
    });
    if let Value::Object(header) = json::header(&block.header) {
        for (name, value) in header {
            shown[name] = value;
        }
    }
    Ok(shown)
}

fn account(source: &dyn Source, network: Network, text: &str) -> Result<Value, Failure> {
    let address = Address::from_text(network, text).map_err(|error| {
        let what = format!("expected a height, an id of 64 hex digits or an address, got {}", quoted(text));
        Failure::argument("WHAT", format!("{what}: {error}"))
    })?;
    let account = source.account(&address)?;
    Ok(json!({
        "address": address.to_text(network),
        "balance": json::units(account.balance),
        "sequence": account.sequence.to_string(),
    }))
}
