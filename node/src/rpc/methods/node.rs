//! The node itself.

use gridnet_protocol::Address;
use gridnet_protocol::value::Time;
use serde_json::{Value, json};

use super::{Context, all};
use crate::rpc::auth::Scope;
use crate::rpc::failure::{Code, Failure};
use crate::rpc::json;
use crate::rpc::method::{Answer, Arguments, Method, needs, takes};

pub(super) const METHODS: &[Method<Context>] = &[
    Method::reads("node.info", &[], "What this node is, and how it does", info),
    Method::reads(
        "validateaddress",
        &[needs("address")],
        "Whether a text is an address of this network",
        validate,
    ),
    Method::reads("uptime", &[], "Seconds since the server began", |context, _| {
        Ok(json!(context.started.elapsed().as_secs()))
    }),
    Method::controls(
        "setmocktime",
        &[needs("timestamp")],
        "Sets the clock of a network of one's own; 0: it goes with the machine's again",
        set_time,
    ),
    Method::controls("stop", &[], "Stops the node", stop),
    Method::reads("getrpcinfo", &[], "All methods", methods),
    Method::reads("help", &[takes("command")], "How methods are called", help),
];

fn info(context: &Context, _: &Arguments) -> Answer {
    let (view, node) = (context.view()?, &context.node);
    let (tip, size) = (view.tip()?, node.mempool()?);
    Ok(json!({
        "version": env!("CARGO_PKG_VERSION"),
        "network": context.network().name(),
        "height": tip.height.0,
        "blockhash": json::id(&tip.id),
        "time": tip.time,
        "now": json::time(node.now().0),
        "root": hex::encode(view.root()?),
        "waiting": size.count,
        "uptime": context.started.elapsed().as_secs(),
        "mining": context.parts.miner.as_ref().is_some_and(|miner| miner.status().is_some()),
        "wallet": context.parts.wallet.is_some(),
    }))
}

fn validate(context: &Context, arguments: &Arguments) -> Answer {
    let text: String = arguments.must("address")?;
    Ok(match Address::from_text(context.network(), &text) {
        Ok(address) => json!({
            "isvalid": true,
            "address": address.to_text(context.network()),
            "bytes": hex::encode(address.0),
        }),
        Err(error) => json!({ "isvalid": false, "error": error.to_string() }),
    })
}

fn set_time(context: &Context, arguments: &Arguments) -> Answer {
    let time: u32 = arguments.must("timestamp")?;
    let set = context.node.set_now(Time(time.into()));
    set.map(|()| Value::Null).map_err(|error| Failure::new(Code::Refused, error.to_string()))
}

fn stop(context: &Context, _: &Arguments) -> Answer {
    match &context.parts.stop {
        Some(stop) => {
            tracing::info!("somebody asked over RPC that the node stops");
            stop();
            Ok(json!("the node stops"))
        }
        None => Err(Failure::new(Code::Refused, "this node is stopped by whoever started it")),
    }
}

fn methods(_: &Context, _: &Arguments) -> Answer {
    let shown = all().map(|method| {
        let params: Vec<&str> = method.params.iter().map(|param| param.name).collect();
        json!({
            "name": method.name,
            "params": params,
            "control": method.scope == Scope::Control,
            "summary": method.summary,
        })
    });
    Ok(json!({ "methods": shown.collect::<Value>() }))
}

fn help(_: &Context, arguments: &Arguments) -> Answer {
    let wanted: Option<String> = arguments.may("command")?;
    let lines: Vec<String> = all()
        .filter(|method| wanted.as_deref().is_none_or(|wanted| wanted == method.name))
        .map(|method| format!("{}\n    {}", method.usage(), method.summary))
        .collect();
    if lines.is_empty() {
        let wanted = wanted.unwrap_or_default();
        return Err(Failure::new(Code::Method, format!("there is no method {wanted:?}: `help` lists them")));
    }
    Ok(json!(lines.join("\n")))
}
