//! `gridnet node`: a node until it is told to stop, and what can be done with one that does not run.

mod check;
mod miner;
mod running;

use std::time::{Duration, Instant};

use gridnet_node::logs;

pub(crate) use self::check::{check, reindex};
pub(crate) use self::miner::settings;
pub(crate) use self::running::{Running, Stopped};
use crate::cli::{Devices, Node};
use crate::outcome::{Failure, Outcome};
use crate::output::scaled;
use crate::{arguments, interrupt};

/// Between two looks whether it is to stop.
pub(crate) const LOOK: Duration = Duration::from_millis(50);
/// Between two words on how mining goes.
const WORD: Duration = Duration::from_secs(60);

/// Runs a node.
pub(crate) fn run(args: &Node) -> Result<Outcome, Failure> {
    let loaded = args.place.load_with(&args.settings)?;
    let config = &loaded.config;
    logs::start(&config.log);
    // Nobody is left without a node because a device is missing on which nothing is to be mined.
    let device = if config.mining.enabled { config.mining.devices.clone() } else { Vec::new() };
    let engine = arguments::engine(&Devices { device, simd: None, threads: None, tune: false, audit: None })?;
    let cancel = interrupt::cancel();
    let mine = config.mining.enabled.then(|| settings(&loaded)).transpose()?;
    let Some(running) = Running::start(config, engine.into(), mine, &cancel)? else {
        return Ok(Outcome::Good);
    };
    let (mut said, mut accepted) = (Instant::now(), 0);
    loop {
        if let Some(stopped) = running.stopped(&cancel) {
            return running.stop(stopped).map(|()| Outcome::Good);
        }
        if let Some(status) = running.mining().filter(|status| status.mining)
            && said.elapsed() >= WORD
        {
            let found = status.accepted - accepted;
            tracing::info!(rate = scaled(status.rate(), "H/s"), blocks = found, "mined in the last minute");
            (said, accepted) = (Instant::now(), status.accepted);
        }
        std::thread::sleep(LOOK);
    }
}
