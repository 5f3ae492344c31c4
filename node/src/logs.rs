//! Logs: lines on standard error, with times in UTC as RFC 3339 has them.
//!
//! No secret is ever given to a log: keys, passwords and cookies have no text that could be, and requests' bodies are not
//! logged.

use std::io::{IsTerminal as _, stderr};

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::time::FormatTime;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{Layer, Registry, fmt};

use crate::config::{Log, LogFormat};

/// Has logs written from now on. Whoever did so first in this process goes on.
pub fn start(log: &Log) {
    // It was looked at when it was read.
    let filter = EnvFilter::builder().parse(&log.level).unwrap_or_default();
    let lines = fmt::layer().with_writer(stderr).with_timer(Utc);
    let colours = log.format == LogFormat::Auto && stderr().is_terminal();
    let lines: Box<dyn Layer<Registry> + Send + Sync> = match log.format {
        LogFormat::Json => Box::new(lines.json().flatten_event(true).with_ansi(false)),
        LogFormat::Plain | LogFormat::Auto => Box::new(lines.with_ansi(colours)),
    };
    let _ = tracing_subscriber::registry().with(lines.with_filter(filter)).try_init();
}

/// `2026-11-27T21:10:03.125Z`.
struct Utc;

impl FormatTime for Utc {
    fn format_time(&self, writer: &mut Writer<'_>) -> std::fmt::Result {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        write!(writer, "{}.{:03}Z", crate::time::date_time(since.as_secs()), since.subsec_millis())
    }
}
