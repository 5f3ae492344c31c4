//! `gridnet export`: a chain as tables, for whoever computes with it.
//!
//! What claims paid depends on what the ledger was at the time, and is stored nowhere: the ledger is computed anew, from the
//! first block on, and everything is verified once more by the way. No key of anybody's is near this.

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use arrow_array::RecordBatch;
use gridnet_core::{Control, Engine};
use gridnet_node::chain::ChainView;
use gridnet_node::storage::StorageError;
use gridnet_protocol::Network;
use gridnet_protocol::block::Block;
use gridnet_protocol::ledger::{Fault, Ledger, Paid};
use gridnet_protocol::state::Memory;
use gridnet_protocol::state::row::OpenedContract;
use gridnet_protocol::table::blocks::{ChainBlock, ChainTables, contracts, contracts_schema};
use gridnet_protocol::transaction::{Action, Transaction};
use gridnet_protocol::value::{ContractId, Height, Time};
use serde::Serialize;

use super::chain::source::directory;
use crate::cli::Export;
use crate::outcome::{Failure, Outcome};
use crate::output::{self, Answer, Whole, duration, seconds};
use crate::progress::Rows;
use crate::tables::{ROWS, Writer};
use crate::{arguments, interrupt};

/// Transactions whose rows are written together.
const TOGETHER: usize = ROWS;

/// Exports.
pub(crate) fn run(args: &Export) -> Result<Outcome, Failure> {
    let began = Instant::now();
    let loaded = args.place.load()?;
    let network = loaded.config.network;
    let directory = directory(&loaded.config).map_err(|error| match error {
        StorageError::Locked { path, .. } => Failure::Usage(format!(
            "a node uses {}: stop it first, no other program can read its database meanwhile",
            path.display()
        )),
        other => Failure::Usage(other.to_string()),
    })?;
    let view = &directory.view;
    let tip = read(view.tip())?.height.0;
    let to = args.to.unwrap_or(tip);
    if to > tip {
        return Err(Failure::argument("--to", format!("the last block is at height {tip}, got {to}")));
    }
    if args.from > to {
        return Err(Failure::argument("--from", format!("expected at most {to}, got {}", args.from)));
    }
    let engine = arguments::engine(&args.devices)?;
    let control = Control { cancel: interrupt::cancel(), progress: None };
    let mut tables = Tables::create(args.parquet.clone(), network)?;
    let ledger = match replay(&engine, view, args.from..=to, &control, &mut tables) {
        Ok(ledger) => ledger,
        Err(Failed::Interrupted) => {
            output::note("interrupted: no table was written");
            return Ok(Outcome::Interrupted);
        }
        Err(Failed::Other(failure)) => return Err(failure),
    };
    let count = tables.finish(&ledger)?;
    let exported = Exported {
        network: network.name(),
        from: args.from,
        to,
        blocks: count.blocks,
        transactions: count.transactions,
        claims: count.claims,
        readings: count.readings,
        contracts: count.contracts,
        parquet: args.parquet.clone(),
        seconds: seconds(began.elapsed()),
        elapsed: began.elapsed(),
    };
    output::answer(args.json, &exported)?;
    Ok(Outcome::Good)
}

/// Why the ledger was not computed to its end.
enum Failed {
    Interrupted,
    Other(Failure),
}

impl<T: Into<Failure>> From<T> for Failed {
    fn from(failure: T) -> Failed {
        Failed::Other(failure.into())
    }
}

fn read<T>(result: Result<T, gridnet_node::chain::Stop>) -> Result<T, Failure> {
    result.map_err(|stop| Failure::Internal(stop.to_string()))
}

/// Computes the ledger from the first block on, and writes the rows of those blocks that are wanted.
fn replay(
    engine: &Engine,
    view: &ChainView,
    wanted: std::ops::RangeInclusive<u32>,
    control: &Control,
    tables: &mut Tables,
) -> Result<Ledger<Memory>, Failed> {
    let network = view.network();
    let broken = |height: u32, fault: &Fault| Failure::Internal(format!("block {height}: {fault}"));
    let ledger = Ledger::open(network, Memory::default());
    let mut ledger = ledger.map_err(|fault| broken(0, &fault))?;
    let bar = Rows::new("exporting", Some(u64::from(*wanted.end()) + 1));
    for height in 0..=*wanted.end() {
        if control.cancel.is_cancelled() {
            return Err(Failed::Interrupted);
        }
        let block = block_at(view, height)?;
        let paid = match height {
            0 => vec![Paid::default(); block.transactions.len()],
            // Its time was looked at when it came; what is later now was not then.
            _ => match ledger.apply(engine, &block, Time(block.header.time.into()), control) {
                Ok(applied) => applied.paid,
                Err(Fault::Engine(gridnet_core::Error::Cancelled)) => return Err(Failed::Interrupted),
                Err(fault) => return Err(broken(height, &fault).into()),
            },
        };
        if wanted.contains(&height) {
            tables.add(ChainBlock { height: Height(height), block, paid })?;
        }
        bar.add(1);
    }
    Ok(ledger)
}

fn block_at(view: &ChainView, height: u32) -> Result<Block, Failure> {
    let id = read(view.id_at(Height(height)))?;
    let block = id.map(|id| read(view.block(&id))).transpose()?.flatten();
    block.ok_or_else(|| {
        Failure::Internal(format!("block {height} is missing: `gridnet node check` says more"))
    })
}

/// Rows of each table.
#[derive(Clone, Copy, Default)]
struct Counts {
    blocks: u64,
    transactions: u64,
    claims: u64,
    readings: u64,
    contracts: u64,
}

/// The tables that are being written. None is there before all are whole.
struct Tables {
    network: Network,
    blocks: Writer,
    transactions: Writer,
    claims: Writer,
    readings: Writer,
    contracts: Writer,
    /// Blocks whose rows are still to be written, and their transactions.
    waiting: Vec<ChainBlock>,
    transactions_waiting: usize,
    /// Contracts that were opened.
    opened: Vec<ContractId>,
    count: Counts,
}

impl Tables {
    fn create(folder: PathBuf, network: Network) -> Result<Tables, Failure> {
        fs::create_dir_all(&folder)
            .map_err(|error| Failure::argument("--parquet", format!("{folder:?} cannot be made: {error}")))?;
        let none = ChainTables::write(network, &[])?;
        let create = |name: &str, schema| Writer::create("--parquet", &folder.join(name), &schema);
        Ok(Tables {
            network,
            blocks: create("blocks.parquet", none.blocks.schema())?,
            transactions: create("transactions.parquet", none.transactions.schema())?,
            claims: create("claims.parquet", none.claims.schema())?,
            readings: create("readings.parquet", none.readings.schema())?,
            contracts: create("contracts.parquet", contracts_schema(network)?)?,
            waiting: Vec::new(),
            transactions_waiting: 0,
            opened: Vec::new(),
            count: Counts::default(),
        })
    }

    fn add(&mut self, block: ChainBlock) -> Result<(), Failure> {
        for transaction in &block.block.transactions {
            if let Transaction::Signed(signed) = transaction
                && let Action::OpenContract { contract } = &signed.body.action
            {
                self.opened.push(contract.id(self.network));
            }
        }
        self.transactions_waiting += block.block.transactions.len();
        self.waiting.push(block);
        if self.transactions_waiting >= TOGETHER { self.write() } else { Ok(()) }
    }

    fn write(&mut self) -> Result<(), Failure> {
        let made = ChainTables::write(self.network, &self.waiting)?;
        let put = |writer: &mut Writer, count: &mut u64, batch: &RecordBatch| {
            *count += batch.num_rows() as u64;
            writer.write(batch)
        };
        put(&mut self.blocks, &mut self.count.blocks, &made.blocks)?;
        put(&mut self.transactions, &mut self.count.transactions, &made.transactions)?;
        put(&mut self.claims, &mut self.count.claims, &made.claims)?;
        put(&mut self.readings, &mut self.count.readings, &made.readings)?;
        self.waiting.clear();
        self.transactions_waiting = 0;
        Ok(())
    }

    /// Ends all of them, contracts as they stand in the end.
    fn finish(mut self, ledger: &Ledger<Memory>) -> Result<Counts, Failure> {
        self.write()?;
        for ids in self.opened.chunks(ROWS) {
            let row = |id: &ContractId| {
                let row = ledger.row::<OpenedContract>(id);
                let row = row.map_err(|error| Failure::Internal(error.to_string()))?;
                Ok(row.map(|row| (*id, row)))
            };
            let rows: Vec<_> =
                ids.iter().filter_map(|id| row(id).transpose()).collect::<Result<_, Failure>>()?;
            self.count.contracts += rows.len() as u64;
            self.contracts.write(&contracts(self.network, &rows)?)?;
        }
        for writer in [self.blocks, self.transactions, self.claims, self.readings, self.contracts] {
            writer.finish()?;
        }
        Ok(self.count)
    }
}

/// The answer.
#[derive(Serialize)]
struct Exported {
    network: &'static str,
    from: u32,
    to: u32,
    blocks: u64,
    transactions: u64,
    claims: u64,
    readings: u64,
    contracts: u64,
    parquet: PathBuf,
    seconds: f64,
    #[serde(skip)]
    elapsed: Duration,
}

impl Answer for Exported {
    fn plain(&self) -> String {
        let mut text = String::new();
        let Exported { from, to, parquet, .. } = self;
        let took = duration(self.elapsed);
        let _ =
            writeln!(text, "blocks {from} to {to} of {} in {took}, to {}", self.network, parquet.display());
        for (name, rows) in [
            ("blocks", self.blocks),
            ("transactions", self.transactions),
            ("claims", self.claims),
            ("readings", self.readings),
            ("contracts", self.contracts),
        ] {
            let _ = writeln!(text, "  {name:<13} {:>13} rows", Whole::from(rows).to_string());
        }
        text
    }
}
