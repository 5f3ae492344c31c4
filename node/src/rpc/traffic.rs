//! Figures of the server itself, for whoever watches over it.

use std::fmt;
use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::Registry;

use super::failure::Code;

/// A call of a method, and what became of it: 0, or the failure's code.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Call {
    method: &'static str,
    code: i32,
}

/// A method.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Of {
    method: &'static str,
}

/// Why a connection or a request was refused before it was a call.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Why {
    why: &'static str,
}

/// Figures of the server.
pub(super) struct Traffic {
    registry: Registry,
    calls: Family<Call, Counter>,
    seconds: Family<Of, Histogram>,
    refused: Family<Why, Counter>,
    connections: Gauge,
}

impl Traffic {
    /// Nothing yet.
    pub(super) fn new() -> Traffic {
        let mut registry = Registry::with_prefix("gridnet_rpc");
        // From a tenth of a millisecond to some seconds.
        let histogram = || Histogram::new(exponential_buckets(0.000_1, 4.0, 9));
        let seconds = Family::<Of, Histogram>::new_with_constructor(histogram);
        let (calls, refused) = (Family::default(), Family::default());
        let connections = Gauge::default();
        registry.register("calls", "Calls by method and code, 0 being none", Family::clone(&calls));
        registry.register("seconds", "How long calls took", Family::clone(&seconds));
        registry.register("refused", "Requests refused before they were calls", Family::clone(&refused));
        registry.register("connections", "Open connections", Gauge::clone(&connections));
        Traffic { registry, calls, seconds, refused, connections }
    }

    /// Counts a call.
    pub(super) fn call(&self, method: &'static str, code: Option<Code>, time: Duration) {
        self.calls.get_or_create(&Call { method, code: code.map_or(0, |code| code as i32) }).inc();
        self.seconds.get_or_create(&Of { method }).observe(time.as_secs_f64());
    }

    /// Counts what was refused.
    pub(super) fn refused(&self, why: &'static str) {
        self.refused.get_or_create(&Why { why }).inc();
    }

    /// Everything as text, `more` in its midst.
    pub(super) fn text(&self, connections: usize, more: &Registry) -> Result<String, fmt::Error> {
        self.connections.set(i64::try_from(connections).unwrap_or(i64::MAX));
        let mut text = String::new();
        prometheus_client::encoding::text::encode_registry(&mut text, &self.registry)?;
        prometheus_client::encoding::text::encode_registry(&mut text, more)?;
        prometheus_client::encoding::text::encode_eof(&mut text)?;
        Ok(text)
    }
}
