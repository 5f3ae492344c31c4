//! Mining by programs elsewhere: BIP 22's templates with a whole coinbase, and blocks and headers that come back. Whom blocks
//! pay is the node's own to know: nobody who asks can choose.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use gridnet_core::proof::header::{HEADER_BYTES, Header, ROLLING_VERSION_BITS};
use gridnet_protocol::block::{Block, Coinbase, EXTRANONCE_BYTES, WEIGHT_MAX};
use gridnet_protocol::encoding::encode;
use gridnet_protocol::ledger::Rejection;
use gridnet_protocol::transaction::Transaction;
use gridnet_protocol::value::{Height, Units};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::time::{Instant, sleep_until};

use super::Context;
use super::chain::{difficulty, target};
use crate::chain::{BlockId, ChainView, Submitted};
use crate::node::Template;
use crate::rpc::failure::{Code, Failure, rejected};
use crate::rpc::json;
use crate::rpc::method::{Answer, Arguments, Method, Wait, needs, takes};

/// After so long a template is answered though no block came, if something more waits: fees are worth it.
const PATIENCE: Duration = Duration::from_secs(60);
/// After so long it is answered though nothing has changed but the time.
const LONGEST: Duration = Duration::from_secs(300);
/// How often it is looked whether something more waits.
const LOOK: Duration = Duration::from_secs(10);
/// Transactions that wait, at most, where a template's fees are looked up.
const LOOKED_UP_MAX: u64 = 20_000;
/// Blocks that the rate of hashes is estimated over.
const WINDOW: u32 = 120;

pub(super) const METHODS: &[Method<Context>] = &[
    Method {
        wait: Some(long_poll),
        ..Method::reads(
            "getblocktemplate",
            &[takes("template_request")],
            "A block to mine, with its coinbase; with a longpollid, when there is a better one",
            template,
        )
    },
    Method::controls(
        "submitblock",
        &[needs("hexdata"), takes("dummy")],
        "Sends a block: null when it was taken, or why not",
        submit_block,
    ),
    Method::controls(
        "submitheader",
        &[needs("hexdata")],
        "Sends a header: null when it was taken",
        submit_header,
    ),
    Method::reads("getmininginfo", &[], "What is mined on", info),
];

/// What is asked of a template. What else there is in BIP 22 and 23 is taken and means nothing here.
#[derive(Default, Deserialize)]
struct Wanted {
    mode: Option<String>,
    longpollid: Option<String>,
}

impl Wanted {
    fn of(arguments: &Arguments) -> Result<Wanted, Failure> {
        let wanted: Wanted = arguments.may("template_request")?.unwrap_or_default();
        match wanted.mode.as_deref() {
            None | Some("template") => Ok(wanted),
            Some(_) => Err(Failure::new(Code::Value, "mode is template")),
        }
    }
}

/// What a template was made of: the block before, and what waited.
fn poll_id(tip: &BlockId, changes: u64) -> String {
    format!("{}-{changes}", json::id(tip))
}

/// Waits until there is something better than what the caller has. A request that is wrong is not waited for.
fn long_poll(context: &Arc<Context>, arguments: &Arguments) -> Wait {
    let had = Wanted::of(arguments).ok()?.longpollid?;
    let (had_tip, had_changes) = had.split_once('-')?;
    let (had_tip, had_changes) = (had_tip.to_owned(), had_changes.to_owned());
    let context = Arc::clone(context);
    Some(Box::pin(async move {
        let mut tips = context.node.tips();
        let begun = Instant::now();
        let mut look = begun + PATIENCE;
        let stopped = context.stopping.clone().shutdown();
        tokio::pin!(stopped);
        while json::id(&tips.borrow_and_update().id) == had_tip && begun.elapsed() < LONGEST {
            tokio::select! {
                changed = tips.changed() => if changed.is_err() { return },
                () = &mut stopped => return,
                () = sleep_until(look) => {
                    let asked = Arc::clone(&context);
                    let size = tokio::task::spawn_blocking(move || asked.node.mempool()).await;
                    match size {
                        Ok(Ok(size)) if size.changes.to_string() == had_changes => look += LOOK,
                        _ => return,
                    }
                }
            }
        }
    }))
}

fn template(context: &Context, arguments: &Arguments) -> Answer {
    Wanted::of(arguments)?;
    let nobody = || {
        let message =
            "this node was told of no address that blocks pay: start it with a wallet, or with --payout";
        Failure::new(Code::Refused, message)
    };
    let template = context.node.template(context.parts.payout.ok_or_else(nobody)?)?;
    // What is signed says what it pays. Of what anybody posted it is looked up, as long as that is little work.
    let is_known = |one: &Transaction| matches!(one, Transaction::Signed(_) | Transaction::Coinbase(_));
    let is_needed = !template.block.transactions.iter().all(is_known);
    let waiting = match is_needed && context.node.mempool()?.count <= LOOKED_UP_MAX {
        true => context.node.waiting()?,
        false => Vec::new(),
    };
    let fees: HashMap<_, _> = waiting.into_iter().map(|waiting| (waiting.id, waiting.fee)).collect();
    let Template { block, height, target, function, fees: total, time_min, changes, .. } = template;
    let Header { version, previous, time, bits, .. } = block.header;
    let [coinbase, others @ ..] = block.transactions.as_slice() else {
        return Err(Failure::internal("a template has no coinbase"));
    };
    Ok(json!({
        "capabilities": ["coinbasetxn", "longpoll"],
        "version": version,
        "rules": Vec::<String>::new(),
        "vbavailable": {},
        "vbrequired": 0,
        "previousblockhash": json::id(&previous),
        "transactions": shown(others, &fees),
        "coinbasetxn": {
            "data": hex::encode(encode(coinbase)),
            "txid": json::id(&coinbase.id()),
            "hash": json::id(&coinbase.id()),
            "depends": Vec::<u32>::new(),
            "fee": format!("-{}", total.0),
            "weight": coinbase.weight(),
            "required": true,
        },
        "extranonce": { "offset": Coinbase::EXTRANONCE_OFFSET, "length": EXTRANONCE_BYTES },
        "longpollid": poll_id(&previous, changes),
        "target": hex::encode(target.to_be_bytes()),
        "bits": format!("{bits:08x}"),
        "height": height.0,
        "curtime": time,
        "mintime": time_min.0,
        "mutable": ["time", "version/force"],
        "versionrolling": format!("{ROLLING_VERSION_BITS:08x}"),
        "noncerange": "00000000ffffffff",
        "weightlimit": WEIGHT_MAX,
        "proofofwork": function.name(),
    }))
}

/// The transactions of a template, each with the number of the one before it that it needs.
fn shown(transactions: &[Transaction], fees: &HashMap<[u8; 32], Units>) -> Vec<Value> {
    let mut last_of = HashMap::new();
    let mut shown = Vec::new();
    for (transaction, number) in transactions.iter().zip(1u32..) {
        let id = transaction.id();
        let (account, fee) = match transaction {
            Transaction::Signed(signed) => (Some(signed.body.sender), Some(signed.body.fee)),
            Transaction::Coinbase(_) | Transaction::Posted(_) => (None, fees.get(&id).copied()),
        };
        let before = account.and_then(|account| last_of.insert(account, number));
        shown.push(json!({
            "data": hex::encode(encode(transaction)),
            "txid": json::id(&id),
            "hash": json::id(&id),
            "depends": before.into_iter().collect::<Vec<u32>>(),
            "fee": fee.map(json::units),
            "weight": transaction.weight(),
        }));
    }
    shown
}

fn submit_block(context: &Context, arguments: &Arguments) -> Answer {
    let block = Block::from_bytes(&arguments.hex("hexdata")?);
    let block = block.map_err(|error| Failure::new(Code::Decoding, error.to_string()))?;
    let id = block.id();
    Ok(match context.node.submit_block(block)? {
        Submitted::Taken => Value::Null,
        Submitted::Kept => json!("inconclusive"),
        Submitted::Known => {
            let is_bad = context.view()?.header(&id)?.is_some_and(|record| record.bad.is_some());
            json!(if is_bad { "duplicate-invalid" } else { "duplicate" })
        }
        Submitted::Held(rejection) | Submitted::Rejected(rejection) => {
            // Miners are told the name; whoever looks for a fault wants the rest.
            tracing::info!(block = json::id(&id), "a block that was sent is not taken: {rejection}");
            json!(rejection.code.name())
        }
    })
}

fn submit_header(context: &Context, arguments: &Arguments) -> Answer {
    let bytes = arguments.hex("hexdata")?;
    let header: &[u8; HEADER_BYTES] = bytes.as_slice().try_into().map_err(|_| {
        Failure::new(Code::Decoding, format!("a header has {HEADER_BYTES} bytes, not {}", bytes.len()))
    })?;
    let of = |rejection: Rejection| Err(rejected(&rejection, rejection.of_a_block()));
    match context.node.submit_header(Header::from_bytes(header))? {
        Submitted::Taken | Submitted::Kept | Submitted::Known => Ok(Value::Null),
        Submitted::Held(rejection) | Submitted::Rejected(rejection) => of(rejection),
    }
}

fn info(context: &Context, _: &Arguments) -> Answer {
    let (view, network) = (context.view()?, context.network());
    let tip = view.tip()?;
    let next = tip.next_bits(network);
    let next = Header { bits: next, ..Header::GENESIS };
    let last = view.header(&tip.id)?.map(|record| record.header());
    let last = last.ok_or_else(|| Failure::internal("the last block's header is missing"))?;
    Ok(json!({
        "blocks": tip.height.0,
        "chain": network.name(),
        "bits": format!("{:08x}", last.bits),
        "target": target(&last),
        "difficulty": difficulty(last.bits),
        "networkhashps": hash_rate(&view)?,
        "pooledtx": context.node.mempool()?.count,
        "next": {
            "height": tip.height.0.saturating_add(1),
            "bits": format!("{:08x}", next.bits),
            "target": target(&next),
            "difficulty": difficulty(next.bits),
        },
        "payout": context.parts.payout.map(|payout| payout.to_text(network)),
        "warnings": Vec::<String>::new(),
    }))
}

/// Hashes a second that the last blocks took, by their work and their times.
pub(super) fn hash_rate(view: &ChainView) -> Result<f64, Failure> {
    let tip = view.tip()?;
    let from = Height(tip.height.0.saturating_sub(WINDOW));
    let first = view.id_at(from)?.map(|id| view.header(&id)).transpose()?.flatten();
    let Some(first) = first else { return Ok(0.0) };
    let seconds = tip.time.saturating_sub(first.header().time);
    Ok(if seconds == 0 { 0.0 } else { (number(&tip.work) - number(&first.work)) / f64::from(seconds) })
}

/// About how much.
fn number(big_endian: &[u8; 32]) -> f64 {
    big_endian.iter().fold(0.0, |sum, byte| sum * 256.0 + f64::from(*byte))
}
