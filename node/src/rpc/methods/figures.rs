//! Figures of the node at `/metrics`, and whether all is well.

use std::sync::atomic::AtomicU64;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

use super::mining::hash_rate;
use super::{Context, MiningStatus};
use crate::rpc::http::Pages;

/// A device that mines.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Device {
    device: String,
}

type Decimal = Gauge<f64, AtomicU64>;

impl Pages for Context {
    fn failure(&self) -> Option<String> {
        self.node.failure().map(|failure| failure.to_string())
    }

    fn unready(&self) -> Option<String> {
        self.node.is_stopping().then(|| "the node is being stopped".to_owned())
    }

    fn figures(&self) -> Registry {
        let mut registry = Registry::with_prefix("gridnet");
        let whole = |registry: &mut Registry, name: &str, help: &str, value: u64| {
            let gauge: Gauge = Gauge::default();
            gauge.set(i64::try_from(value).unwrap_or(i64::MAX));
            registry.register(name, help, gauge);
        };
        let tip = self.node.tips().borrow().clone();
        whole(&mut registry, "height", "The last block's height", tip.height.0.into());
        whole(&mut registry, "block_time", "The last block's time", tip.time.into());
        whole(&mut registry, "uptime", "Seconds since the server began", self.started.elapsed().as_secs());
        let is_well = self.node.failure().is_none();
        whole(&mut registry, "healthy", "1 as long as the node works", is_well.into());
        if let Ok(size) = self.node.mempool() {
            whole(&mut registry, "waiting", "Transactions that wait", size.count);
            whole(&mut registry, "waiting_weight", "What they weigh", size.weight);
        }
        if let Some(rate) = self.view().ok().and_then(|view| hash_rate(&view).ok()) {
            let gauge = Decimal::default();
            gauge.set(rate);
            registry.register("network_hash_rate", "Hashes a second that the last blocks took", gauge);
        }
        if let Some(status) = self.parts.miner.as_ref().and_then(|miner| miner.status()) {
            let MiningStatus { duty_measured, devices, accepted, stale, rejected, .. } = status;
            let rates = Family::<Device, Decimal>::default();
            for device in devices {
                rates.get_or_create(&Device { device: device.id }).set(device.rate);
            }
            let duty = Decimal::default();
            duty.set(duty_measured);
            registry.register("mining_hash_rate", "Hashes a second of each device that mines", rates);
            registry.register("mining_duty", "How much of the time is mined, in percent", duty);
            whole(&mut registry, "mined_accepted", "Mined blocks that were taken", accepted);
            whole(&mut registry, "mined_stale", "Mined blocks that came too late", stale);
            whole(&mut registry, "mined_rejected", "Mined blocks not taken for another reason", rejected);
        }
        registry
    }
}
