//! The chain: blocks, headers, transactions. Bitcoin's names and shapes.

use gridnet_core::proof::header::Header;
use gridnet_protocol::encoding::encode;
use gridnet_protocol::state::row::Totals;
use gridnet_protocol::value::Height;
use serde_json::{Value, json};

use super::Context;
use crate::chain::{ChainView, HeaderRecord, TipStatus};
use crate::rpc::failure::{Code, Failure};
use crate::rpc::json;
use crate::rpc::method::{Answer, Arguments, Method, needs, takes};

pub(super) const METHODS: &[Method<Context>] = &[
    Method::reads("getblockcount", &[], "The last block's height", |context, _| {
        Ok(json!(context.view()?.tip()?.height.0))
    }),
    Method::reads("getbestblockhash", &[], "The last block's id", |context, _| {
        Ok(json!(json::id(&context.view()?.tip()?.id)))
    }),
    Method::reads("getblockhash", &[needs("height")], "The id of the block of a height", hash),
    Method::reads(
        "getblock",
        &[needs("blockhash"), takes("verbosity")],
        "A block: 0 its bytes, 1 with the ids of its transactions, 2 with all of them",
        block,
    ),
    Method::reads(
        "getblockheader",
        &[needs("blockhash"), takes("verbose")],
        "A block's header, or its bytes",
        header,
    ),
    Method::reads("getblockchaininfo", &[], "Where the chain stands", info),
    Method::reads("getchaintips", &[], "The ends of all chains of blocks that are known", tips),
    Method::reads(
        "getrawtransaction",
        &[needs("txid"), takes("verbose"), takes("blockhash")],
        "A transaction of the chain, or one that waits: its bytes, or what they say",
        transaction,
    ),
];

fn hash(context: &Context, arguments: &Arguments) -> Answer {
    let (view, height) = (context.view()?, Height(arguments.must("height")?));
    let tip = view.tip()?.height.0;
    let beyond = || Failure::new(Code::Value, format!("height {} is beyond the last block, {tip}", height.0));
    Ok(json!(json::id(&view.id_at(height)?.ok_or_else(beyond)?)))
}

fn known(view: &ChainView, id: &[u8; 32]) -> Result<HeaderRecord, Failure> {
    let unknown = || Failure::new(Code::NotFound, format!("no block {} is known", json::id(id)));
    view.header(id)?.ok_or_else(unknown)
}

fn block(context: &Context, arguments: &Arguments) -> Answer {
    // Older programs say whether, not how much.
    let verbosity = match arguments.may::<Value>("verbosity")? {
        Some(Value::Bool(is_verbose)) => u32::from(is_verbose),
        _ => arguments.may("verbosity")?.unwrap_or(1),
    };
    let id = arguments.id("blockhash")?;
    let (view, network) = (context.view()?, context.network());
    let record = known(&view, &id)?;
    let missing = || Failure::new(Code::Refused, "of this block only the header is known");
    let block = view.block(&id)?.ok_or_else(missing)?;
    let bytes = block.to_bytes();
    if verbosity == 0 {
        return Ok(json!(hex::encode(bytes)));
    }
    let mut shown = shown(&view, &id, &record)?;
    shown["nTx"] = json!(block.transactions.len());
    shown["size"] = json!(bytes.len());
    shown["weight"] = json!(block.transactions.iter().map(|one| one.weight()).sum::<u64>());
    shown["tx"] = match verbosity {
        1 => json!(json::ids(&block)),
        2 => block.transactions.iter().map(|one| json::transaction(network, one)).collect(),
        _ => return Err(Failure::new(Code::Value, "verbosity is 0, 1 or 2")),
    };
    Ok(shown)
}

fn header(context: &Context, arguments: &Arguments) -> Answer {
    let (view, id) = (context.view()?, arguments.id("blockhash")?);
    let record = known(&view, &id)?;
    match arguments.flag("verbose")?.unwrap_or(true) {
        true => shown(&view, &id, &record),
        false => Ok(json!(hex::encode(record.header))),
    }
}

/// All that is known of a block without its transactions.
fn shown(view: &ChainView, id: &[u8; 32], record: &HeaderRecord) -> Answer {
    let (header, tip) = (record.header(), view.tip()?);
    let is_on_chain = view.is_on_chain(id)?;
    let next = match is_on_chain {
        true => record.height.0.checked_add(1).map(|next| view.id_at(Height(next))).transpose()?.flatten(),
        false => None,
    };
    let mut shown = json::header(&header);
    shown["height"] = json!(record.height.0);
    // Of a block beside the chain, as Bitcoin has it.
    shown["confirmations"] = if is_on_chain { json!(tip.height.0 - record.height.0 + 1) } else { json!(-1) };
    shown["mediantime"] = json!(median_time(view, record)?);
    shown["target"] = json!(target(&header));
    shown["difficulty"] = json!(difficulty(header.bits));
    shown["chainwork"] = json!(hex::encode(record.work));
    if record.height.0 == 0 {
        shown.as_object_mut().expect("it is an object").remove("previousblockhash");
    }
    if let Some(next) = next {
        shown["nextblockhash"] = json!(json::id(&next));
    }
    if let Some(bad) = &record.bad {
        shown["rejected"] = json!(bad.code().name());
    }
    Ok(shown)
}

/// The median time of a block and the ten before it.
fn median_time(view: &ChainView, record: &HeaderRecord) -> Result<u32, Failure> {
    let mut times = vec![record.header().time];
    let mut header = record.header();
    while times.len() < 11 {
        let Some(before) = view.header(&header.previous)? else { break };
        header = before.header();
        times.push(header.time);
    }
    times.sort_unstable();
    Ok(times[times.len() / 2])
}

/// A header's target, most significant digit first.
pub(super) fn target(header: &Header) -> String {
    header.target().map_or_else(|_| String::new(), |target| hex::encode(target.to_be_bytes()))
}

/// How hard a block of these bits is, as Bitcoin counts it: as many times as hard as the first block of main.
pub(super) fn difficulty(bits: u32) -> f64 {
    let (size, mantissa) = ((bits >> 24) as i32, f64::from(bits & 0x007f_ffff));
    f64::from(0xffffu32) / mantissa * 256f64.powi(0x1d - size)
}

fn info(context: &Context, _: &Arguments) -> Answer {
    let (view, network) = (context.view()?, context.network());
    let tip = view.tip()?;
    let record = known(&view, &tip.id)?;
    let header = record.header();
    let totals = view.row::<Totals>(&())?.unwrap_or_default();
    Ok(json!({
        "chain": network.name(),
        "blocks": tip.height.0,
        "bestblockhash": json::id(&tip.id),
        "genesisblockhash": json::id(&tip.first),
        "bits": format!("{:08x}", header.bits),
        "target": target(&header),
        "difficulty": difficulty(header.bits),
        "time": tip.time,
        "mediantime": median_time(&view, &record)?,
        "chainwork": hex::encode(tip.work),
        "rewarded": json::units(totals.rewarded),
        "burnt": json::units(totals.burnt),
        "proofofwork": network.parameters().proof_of_work.name(),
        "pruned": false,
        "warnings": Vec::<String>::new(),
    }))
}

fn tips(context: &Context, _: &Arguments) -> Answer {
    let tips = context.view()?.tips()?;
    let shown = tips.into_iter().map(|tip| {
        let status = match tip.status {
            TipStatus::Active => "active",
            TipStatus::Fork => "valid-fork",
            TipStatus::Headers => "headers-only",
            TipStatus::Bad => "invalid",
        };
        json!({ "height": tip.height.0, "hash": json::id(&tip.id), "branchlen": tip.branch, "status": status })
    });
    Ok(shown.collect())
}

fn transaction(context: &Context, arguments: &Arguments) -> Answer {
    let id = arguments.id("txid")?;
    let is_verbose = arguments.flag("verbose")?.unwrap_or(false);
    let view = context.view()?;
    let found = match view.transaction(&id)? {
        Some((place, transaction)) => Some((Some(place), transaction)),
        None => context.node.waiting_transaction(id)?.map(|transaction| (None, transaction)),
    };
    let unknown = || {
        let message = format!("no transaction {} is on the chain, and none waits", json::id(&id));
        Failure::new(Code::NotFound, message)
    };
    let (place, transaction) = found.ok_or_else(unknown)?;
    let bytes = hex::encode(encode(&transaction));
    if !is_verbose {
        return Ok(json!(bytes));
    }
    let mut shown = json::transaction(context.network(), &transaction);
    shown["hex"] = json!(bytes);
    if let Some(place) = place {
        let record = known(&view, &place.block)?;
        shown["blockhash"] = json!(json::id(&place.block));
        shown["height"] = json!(place.height.0);
        shown["index"] = json!(place.index);
        shown["confirmations"] = json!(view.tip()?.height.0 - place.height.0 + 1);
        shown["blocktime"] = json!(record.header().time);
    }
    Ok(shown)
}
