//! `gridnet chain list`: a line a block.

use std::fmt::Write as _;

use gridnet_node::time::date_time;
use gridnet_protocol::Network;
use gridnet_protocol::block::Block;
use serde::Serialize;

use super::source::open;
use super::{coinbase, fees, heights, id_at, weight};
use crate::cli::ListBlocks;
use crate::outcome::{Failure, Outcome};
use crate::output::{self, Answer, Hex, Whole};
use crate::progress::Rows;

/// Lists.
pub(crate) fn list(args: &ListBlocks) -> Result<Outcome, Failure> {
    let loaded = args.place.load()?;
    let network = loaded.config.network;
    let source = open(&loaded)?;
    let heights = heights(&*source, args.last, args.to)?;
    let bar = Rows::new("reading", Some(heights.clone().count() as u64));
    let mut blocks = Vec::new();
    for height in heights {
        let id = id_at(&*source, height)?;
        let block = source.block(&id)?.ok_or_else(|| super::changed(height))?;
        blocks.push(Listed::new(network, height, id, &block)?);
        bar.add(1);
    }
    drop(bar);
    let listed = List { network: network.name(), blocks };
    output::answer(args.json, &listed)?;
    Ok(Outcome::Good)
}

#[derive(Serialize)]
struct List {
    network: &'static str,
    blocks: Vec<Listed>,
}

#[derive(Serialize)]
struct Listed {
    height: u32,
    time: u32,
    id: Hex,
    transactions: usize,
    weight: u64,
    producer: String,
    /// Units.
    fees: String,
    #[serde(skip)]
    fees_for_people: String,
}

impl Listed {
    fn new(network: Network, height: u32, id: [u8; 32], block: &Block) -> Result<Listed, Failure> {
        let paid = coinbase(block)?;
        let fees = fees(paid);
        Ok(Listed {
            height,
            time: block.header.time,
            id: Hex::reversed(id),
            transactions: block.transactions.len(),
            weight: weight(block),
            producer: paid.payout.to_text(network),
            fees: fees.0.to_string(),
            fees_for_people: fees.to_string(),
        })
    }
}

impl Answer for List {
    fn plain(&self) -> String {
        let mut text = format!(
            "{:>9}  {:<20}  {:<19}  {:>5}  {:>9}  {:<19}  {}\n",
            "height", "time", "id", "txs", "weight", "producer", "fees"
        );
        for block in &self.blocks {
            let _ = writeln!(
                text,
                "{:>9}  {}Z  {}  {:>5}  {:>9}  {}  {}",
                block.height,
                date_time(block.time.into()),
                ends(&block.id.to_string()),
                block.transactions,
                Whole::from(block.weight).to_string(),
                ends(&block.producer),
                block.fees_for_people,
            );
        }
        text
    }
}

/// The beginning and the end of what is too long for a line.
fn ends(text: &str) -> String {
    format!("{}…{}", &text[..10], &text[text.len() - 8..])
}
