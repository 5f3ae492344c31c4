//! `gridnet mine` alone: a node of one's own that mines, with all that another node has.

use std::fmt::Write as _;
use std::io::{IsTerminal as _, stderr};
use std::time::{Duration, Instant};

use gridnet_node::config::{Key, Origin};
use gridnet_node::logs;
use gridnet_node::miner::{Settings as Mining, Status};
use gridnet_node::node::Node;
use gridnet_protocol::Network;
use gridnet_protocol::state::row::Account;
use gridnet_protocol::value::Units;
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;

use super::super::node::{LOOK, Running, Stopped, settings};
use crate::cli::{Mine, Settings};
use crate::outcome::{Failure, Outcome};
use crate::output::{self, Answer, Whole, duration, scaled, seconds};
use crate::{arguments, interrupt};

/// Seconds between two blocks, unless something else is said.
const EVERY: u64 = 2;
/// Between two lines where there is no terminal.
const LINE: Duration = Duration::from_secs(10);

/// Mines until it has enough, or is told to stop.
pub(super) fn run(args: &Mine) -> Result<Outcome, Failure> {
    let given = Settings {
        payout: args.payout.clone(),
        block_every: args.block_every.clone(),
        duty: args.duty.clone(),
        ..Settings::default()
    };
    let loaded = args.place.load_with(&given)?;
    let config = &loaded.config;
    let is_default = |name| loaded.origin(Key::named(name).expect("it is in the list")) == Origin::Default;
    let mut log = config.log.clone();
    if is_default("log.level") {
        // The line below says what there is to say.
        "warn".clone_into(&mut log.level);
    }
    logs::start(&log);
    let mut devices = args.devices.clone();
    if devices.device.is_empty() {
        devices.device.clone_from(&config.mining.devices);
    }
    let engine = arguments::engine(&devices)?;
    let cancel = interrupt::cancel();
    let mut mining = Mining { blocks: args.blocks, ..settings(&loaded)? };
    if is_default("mining.block_every") {
        mining.block_every = Some(Duration::from_secs(EVERY));
    }
    let began = Instant::now();
    let Some(running) = Running::start(config, engine.into(), Some(mining), &cancel)? else {
        return Ok(Outcome::Interrupted);
    };
    output::note(&format!("mining on {}, answering at {}", config.network.name(), running.address()));
    let line = Line::new();
    let mut status;
    let (outcome, stopped) = loop {
        status = running.mining();
        let enough =
            args.blocks.is_some_and(|blocks| status.as_ref().is_some_and(|status| status.accepted >= blocks));
        let is_over = args.seconds.is_some_and(|seconds| began.elapsed().as_secs_f64() >= seconds);
        if enough || is_over {
            break (Outcome::Good, Stopped::Asked);
        }
        if let Some(stopped) = running.stopped(&cancel) {
            let has_end = args.blocks.is_some() || args.seconds.is_some();
            break (if has_end { Outcome::Interrupted } else { Outcome::Good }, stopped);
        }
        if let Some(status) = &status {
            line.show(&running.node, status)?;
        }
        std::thread::sleep(LOOK);
    };
    drop(line);
    let mined = status.map(|status| Mined::new(config.network, &running.node, &status, began.elapsed()));
    running.stop(stopped)?;
    if let Some(mined) = mined {
        output::answer(args.json, &mined?)?;
    }
    Ok(outcome)
}

/// What an account has.
fn balance(node: &Node, status: &Status) -> Result<Units, Failure> {
    let failed = |error: String| Failure::Internal(error);
    let view = node.view().map_err(|error| failed(error.to_string()))?;
    let account = view.row::<Account>(&status.payout).map_err(|error| failed(error.to_string()))?;
    Ok(account.unwrap_or_default().balance)
}

/// One line that is drawn again and again on a terminal; one every ten seconds elsewhere.
struct Line {
    bar: Option<ProgressBar>,
    said: std::cell::Cell<Instant>,
}

impl Line {
    fn new() -> Line {
        let bar = stderr().is_terminal().then(|| {
            let style = ProgressStyle::with_template("{spinner:.cyan} {msg}");
            ProgressBar::new_spinner().with_style(style.expect("the template above is well-formed"))
        });
        Line { bar, said: std::cell::Cell::new(Instant::now()) }
    }

    fn show(&self, node: &Node, status: &Status) -> Result<(), Failure> {
        match &self.bar {
            Some(bar) => {
                bar.set_message(text(node, status)?);
                bar.tick();
            }
            None if self.said.get().elapsed() >= LINE => {
                output::note(&text(node, status)?);
                self.said.set(Instant::now());
            }
            None => {}
        }
        Ok(())
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

/// The height, each device's rate, what was earned.
fn text(node: &Node, status: &Status) -> Result<String, Failure> {
    let mut text = format!("block {}", node.tips().borrow().height.0);
    for device in &status.devices {
        let _ = write!(text, " · {} {}", device.id, scaled(device.rates[0], "H/s"));
    }
    let _ = write!(text, " · found {} · {}", status.accepted, balance(node, status)?);
    if let Some(failure) = &status.failure {
        let _ = write!(text, " · {failure}");
    }
    Ok(text)
}

/// The answer.
#[derive(Serialize)]
struct Mined {
    network: &'static str,
    height: u32,
    accepted: u64,
    stale: u64,
    rejected: u64,
    payout: String,
    /// Units.
    balance: String,
    hashes: Whole,
    seconds: f64,
    hashes_per_second: Whole,
    devices: Vec<Device>,
    #[serde(skip)]
    balance_for_people: String,
    #[serde(skip)]
    elapsed: Duration,
}

#[derive(Serialize)]
struct Device {
    id: String,
    name: String,
    path: String,
    hashes: Whole,
}

impl Mined {
    fn new(network: Network, node: &Node, status: &Status, elapsed: Duration) -> Result<Mined, Failure> {
        let balance = balance(node, status)?;
        let hashes: u64 = status.devices.iter().map(|device| device.hashes).sum();
        let device = |device: &gridnet_node::miner::DeviceStatus| Device {
            id: device.id.clone(),
            name: device.name.clone(),
            path: device.path.clone(),
            hashes: device.hashes.into(),
        };
        Ok(Mined {
            network: network.name(),
            height: node.tips().borrow().height.0,
            accepted: status.accepted,
            stale: status.stale,
            rejected: status.rejected,
            payout: status.payout.to_text(network),
            balance: balance.0.to_string(),
            hashes: hashes.into(),
            seconds: seconds(elapsed),
            hashes_per_second: Whole::rate(hashes, elapsed),
            devices: status.devices.iter().map(device).collect(),
            balance_for_people: balance.to_string(),
            elapsed,
        })
    }
}

impl Answer for Mined {
    fn plain(&self) -> String {
        let mut text = String::new();
        let Mined { accepted, height, network, payout, balance_for_people, .. } = self;
        let took = duration(self.elapsed);
        let _ = writeln!(
            text,
            "{} blocks in {took}, the last one at height {height} of {network}",
            Whole::from(*accepted)
        );
        let _ = writeln!(text, "{payout} has {balance_for_people}");
        let _ = writeln!(text, "{} hashes, {}", self.hashes, scaled(self.hashes_per_second.0 as f64, "H/s"));
        for device in &self.devices {
            let _ = writeln!(
                text,
                "  {:<4} {:>13} hashes  {}  {}",
                device.id,
                device.hashes.to_string(),
                device.path,
                device.name
            );
        }
        text
    }
}
