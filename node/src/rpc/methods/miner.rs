//! The node's own miner: what it does, and whether it does.

use gridnet_protocol::Address;
use serde_json::{Value, json};

use super::Context;
use crate::rpc::failure::{Code, Failure};
use crate::rpc::method::{Answer, Arguments, Method, needs};

/// What mines here. Whoever starts the server lends it.
pub trait Mining: Send + Sync {
    /// What it does; `None`: nothing at present.
    fn status(&self) -> Option<MiningStatus>;

    /// Begins to mine, if it does not.
    ///
    /// # Errors
    /// Why it cannot, for people.
    fn start(&self) -> Result<(), String>;

    /// Ends it, until it is started again.
    fn stop(&self);

    /// How much of the time it works, from now on, in percent.
    ///
    /// # Errors
    /// Why it cannot, for people.
    fn set_duty(&self, percent: u8) -> Result<(), String>;
}

/// What a miner does.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MiningStatus {
    /// Whom its blocks pay.
    pub payout: Option<Address>,
    /// How much of the time it should work, in percent.
    pub duty_percent: u8,
    /// How much of the time it did, in percent.
    pub duty_measured: f64,
    /// What each device does.
    pub devices: Vec<DeviceRate>,
    /// Blocks of it that were taken.
    pub accepted: u64,
    /// Blocks of it that came too late.
    pub stale: u64,
    /// Blocks of it that were not taken for another reason.
    pub rejected: u64,
}

/// What a device does.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DeviceRate {
    /// Which one.
    pub id: String,
    /// Hashes a second.
    pub rate: f64,
}

pub(super) const METHODS: &[Method<Context>] = &[
    Method::reads("miner.info", &[], "What the node's own miner does", |context, _| {
        Ok(shown(context, context.parts.miner.as_ref().and_then(|miner| miner.status())))
    }),
    Method::controls("miner.start", &[], "Begins to mine", |context, _| done(context, |miner| miner.start())),
    Method::controls("miner.stop", &[], "Ends mining", |context, _| {
        done(context, |miner| {
            miner.stop();
            Ok(())
        })
    }),
    Method::controls("miner.duty", &[needs("percent")], "How much of the time to mine, in percent", duty),
];

/// Does something with the miner, and shows what it does then.
fn done(context: &Context, act: impl FnOnce(&dyn Mining) -> Result<(), String>) -> Answer {
    let none = || Failure::new(Code::Refused, "nothing mines here: start the node with --mine");
    let miner = context.parts.miner.as_deref().ok_or_else(none)?;
    act(miner).map_err(|why| Failure::new(Code::Refused, why))?;
    Ok(shown(context, miner.status()))
}

fn duty(context: &Context, arguments: &Arguments) -> Answer {
    let percent: u8 = arguments.must("percent")?;
    if !(1..=100).contains(&percent) {
        return Err(Failure::new(Code::Value, format!("percent is 1 to 100, not {percent}")));
    }
    done(context, |miner| miner.set_duty(percent))
}

fn shown(context: &Context, status: Option<MiningStatus>) -> Value {
    let Some(status) = status else { return json!({ "mining": false }) };
    let MiningStatus { payout, duty_percent, duty_measured, devices, accepted, stale, rejected } = status;
    let rates: Vec<Value> =
        devices.iter().map(|device| json!({ "device": device.id, "rate": device.rate })).collect();
    json!({
        "mining": true,
        "payout": payout.map(|payout| payout.to_text(context.network())),
        "duty_percent": duty_percent,
        "duty_measured": duty_measured,
        "rate": devices.iter().map(|device| device.rate).sum::<f64>(),
        "devices": rates,
        "accepted": accepted,
        "stale": stale,
        "rejected": rejected,
    })
}
