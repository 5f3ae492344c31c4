//! `gridnet node check` and `gridnet node reindex`: a data directory without a node.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use gridnet_core::Control;
use gridnet_node::config::Config;
use gridnet_node::node::NodeError;
use gridnet_node::repair;
use gridnet_node::storage::{DATABASE, DirectoryLock, Storage, StorageError};
use gridnet_protocol::value::Height;
use serde::Serialize;

use super::running::{failed, unusable};
use crate::cli::{CheckNode, Reindex};
use crate::outcome::{Failure, Outcome};
use crate::output::{self, Answer, Whole, duration, seconds};
use crate::progress::Rows;
use crate::{arguments, interrupt};

/// The directory, if there is a chain in it.
fn directory(config: &Config) -> Result<DirectoryLock, Failure> {
    let path = &config.data_dir;
    // Nothing is made where there was nothing.
    if !path.is_dir() {
        return Err(Failure::argument("--data-dir", format!("{path:?}: there is no chain")));
    }
    let directory = DirectoryLock::take(path).map_err(unusable)?;
    repair::adopt(&directory).map_err(unusable)?;
    match path.join(DATABASE).is_file() {
        true => Ok(directory),
        false => Err(Failure::argument("--data-dir", format!("{path:?}: there is no chain"))),
    }
}

/// Looks at everything.
pub(crate) fn check(args: &CheckNode) -> Result<Outcome, Failure> {
    let began = Instant::now();
    let loaded = args.place.load()?;
    let directory = directory(&loaded.config)?;
    let bar = Rows::new("checking", None);
    let checked = Storage::open(&directory, loaded.config.network)
        .map_err(NodeError::from)
        .and_then(|mut storage| repair::check(&mut storage, &mut |count| bar.add(count)));
    drop(bar);
    let (checked, fault) = match checked {
        Ok(checked) => (checked, None),
        Err(error @ (NodeError::Unsound(_) | NodeError::Storage(StorageError::Damaged(_)))) => {
            (repair::Checked::default(), Some(error.to_string()))
        }
        Err(error) => return Err(failed(error)),
    };
    let answer = Sound {
        sound: fault.is_none(),
        fault,
        blocks: checked.blocks,
        rows: checked.rows,
        waiting: checked.waiting,
        data_dir: loaded.config.data_dir.clone(),
        seconds: seconds(began.elapsed()),
        elapsed: began.elapsed(),
    };
    output::answer(args.json, &answer)?;
    Ok(Outcome::of(answer.sound))
}

#[derive(Serialize)]
struct Sound {
    sound: bool,
    fault: Option<String>,
    blocks: u64,
    rows: u64,
    waiting: u64,
    data_dir: PathBuf,
    seconds: f64,
    #[serde(skip)]
    elapsed: Duration,
}

impl Answer for Sound {
    fn plain(&self) -> String {
        let path = self.data_dir.display();
        if let Some(fault) = &self.fault {
            return format!("{path} is not as it should be: {fault}\n");
        }
        let counts = [(self.blocks, "blocks"), (self.rows, "rows"), (self.waiting, "transactions that wait")];
        let mut text = format!("{path} is as it should be, looked at in {}\n", duration(self.elapsed));
        for (count, what) in counts {
            let _ = writeln!(text, "  {:>13} {what}", Whole::from(count).to_string());
        }
        text
    }
}

/// Makes the ledger anew.
pub(crate) fn reindex(args: &Reindex) -> Result<Outcome, Failure> {
    let began = Instant::now();
    let loaded = args.place.load()?;
    let engine = Arc::new(arguments::engine(&args.devices)?);
    let directory = directory(&loaded.config)?;
    let control = Control { cancel: interrupt::cancel(), progress: None };
    let bar = Rows::new("reindexing", None);
    let mut reached = 0;
    let mut add = |height: Height| {
        bar.add(u64::from(height.0.saturating_sub(reached)));
        reached = height.0;
    };
    let made = repair::reindex(&directory, loaded.config.network, &engine, &control, &mut add);
    drop(bar);
    let made = match made {
        Ok(made) => made,
        Err(NodeError::Stopping) => {
            output::note("interrupted: the database is as it was");
            return Ok(Outcome::Interrupted);
        }
        Err(error) => return Err(failed(error)),
    };
    let answer = Anew {
        blocks: made.blocks,
        height: made.height.0,
        height_before: made.before.map(|height| height.0),
        data_dir: loaded.config.data_dir.clone(),
        seconds: seconds(began.elapsed()),
        elapsed: began.elapsed(),
    };
    output::answer(args.json, &answer)?;
    Ok(Outcome::Good)
}

#[derive(Serialize)]
struct Anew {
    blocks: u64,
    height: u32,
    height_before: Option<u32>,
    data_dir: PathBuf,
    seconds: f64,
    #[serde(skip)]
    elapsed: Duration,
}

impl Answer for Anew {
    fn plain(&self) -> String {
        let before = match self.height_before {
            Some(before) if before == self.height => "as before".to_owned(),
            Some(before) => format!("it was {before}"),
            None => "what it was cannot be read".to_owned(),
        };
        format!(
            "{} blocks in {}, the last one at height {} ({before}); the old database is kept beside\n",
            Whole::from(self.blocks),
            duration(self.elapsed),
            self.height,
        )
    }
}
