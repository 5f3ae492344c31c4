//! Looking whether what is on the disk can be built on, and making it anew from the blocks.

use std::collections::{BTreeSet, HashMap};
use std::fs;
use std::path::Path;
use std::sync::Arc;

use gridnet_core::proof::header::Header;
use gridnet_core::{Control, Engine};
use gridnet_protocol::Network;
use gridnet_protocol::block::Block;
use gridnet_protocol::ledger::{Books, genesis};
use gridnet_protocol::state::{self, StoreError, Table};
use gridnet_protocol::value::{Height, Time};

use crate::chain::{Chain, ChainView, Index as _, Stop, Submitted, Verifier};
use crate::guard::guard;
use crate::node::NodeError;
use crate::points::{Point, reached};
use crate::storage::{DATABASE, DirectoryLock, Read as _, Snapshot, Space, Storage, StorageError, is_there};

/// The database that is being made, until it is whole.
const ANEW: &str = "chain.anew.redb";
/// The one that was there before, kept until its owner removes it.
pub const OLD: &str = "chain.old.redb";
/// Blocks that are taken between two looks at how far it is.
const TOGETHER: usize = 512;
/// Bytes of blocks that are committed together.
const GATHERED: usize = 16 << 20;

/// What keeps money from being added up.
struct Unreadable(Stop);

impl<T: Into<Stop>> From<T> for Unreadable {
    fn from(error: T) -> Unreadable {
        Unreadable(error.into())
    }
}

/// What a node looks at before it begins: all money is there, and the last block is the one that the state says.
///
/// # Errors
/// [`NodeError::Unsound`].
pub fn check_at_start(storage: &Storage) -> Result<(), NodeError> {
    let view = ChainView::new(storage)?;
    let tip = view.tip()?;
    if view.id_at(tip.height)? != Some(tip.id) {
        return Err(NodeError::Unsound("the state is not of the last block".to_owned()));
    }
    if view.block(&tip.id)?.is_none() {
        return Err(NodeError::Unsound("the last block is not there".to_owned()));
    }
    money(&view)
}

/// Adds all money up.
fn money(view: &ChainView) -> Result<(), NodeError> {
    let mut books = Books::default();
    let added = view.snapshot().each::<Unreadable>(Space::State, &[], &[], |key, value| {
        let table = key.first().and_then(|number| Table::from_number(*number));
        match table {
            // The tree's nodes are most of the rows, and come last.
            Some(Table::Nodes) => return Ok(false),
            Some(table) => books.add(table, value)?,
            None => return Err(StoreError(format!("table {:?}", key.first())).into()),
        }
        Ok(true)
    });
    added.map_err(|Unreadable(stop)| match stop {
        Stop::Storage(error @ StorageError::Disk(_)) => NodeError::Storage(error),
        other => NodeError::Unsound(other.to_string()),
    })?;
    books.check(view.network(), view.tip()?.height).map_err(NodeError::Unsound)
}

/// What [`check`] looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Checked {
    /// Blocks of the chain.
    pub blocks: u64,
    /// Rows of the state.
    pub rows: u64,
    /// Transactions that wait.
    pub waiting: u64,
}

/// Looks at everything: each page of the file, each block of the chain and its place in all indexes, each row of the state
/// against the root, all money. `progress` hears of blocks and rows that were looked at.
///
/// # Errors
/// The first thing that is not as it should be.
pub fn check(storage: &mut Storage, progress: &mut dyn FnMut(u64)) -> Result<Checked, NodeError> {
    // The database panics at some of what it finds.
    let pages = guard(|| storage.check_pages()).map_err(StorageError::Damaged)?;
    if !pages? {
        return Err(NodeError::Unsound("pages of the file were damaged".to_owned()));
    }
    guard(|| check_contents(storage, progress)).map_err(StorageError::Damaged)?
}

/// The same without the file's pages, which only the one user of a database can look at.
///
/// # Errors
/// The first thing that is not as it should be.
pub(crate) fn check_contents(storage: &Storage, progress: &mut dyn FnMut(u64)) -> Result<Checked, NodeError> {
    check_at_start(storage)?;
    let view = ChainView::new(storage)?;
    let blocks = check_blocks(&view, progress)?;
    let rows = check_rows(&view, progress)?;
    let waiting = view.snapshot().count(Space::Mempool)?;
    Ok(Checked { blocks, rows, waiting })
}

fn check_blocks(view: &ChainView, progress: &mut dyn FnMut(u64)) -> Result<u64, NodeError> {
    let unsound = |height: u32, what: &str| NodeError::Unsound(format!("block {height}: {what}"));
    let tip = view.tip()?;
    let (mut previous, mut goes_back) = ([0; 32], false);
    for height in 0..=tip.height.0 {
        let id = view.id_at(Height(height))?.ok_or_else(|| unsound(height, "it has no place"))?;
        let block = view.block(&id)?.ok_or_else(|| unsound(height, "it is not there"))?;
        if block.id() != id || block.merkle_root() != Some((block.header.merkle_root, false)) {
            return Err(unsound(height, "its bytes are another block's"));
        }
        if block.header.previous != previous {
            return Err(unsound(height, "it does not follow the one before"));
        }
        let record = view.header(&id)?.ok_or_else(|| unsound(height, "its header is not known"))?;
        if record.header() != block.header || record.height.0 != height || record.bad.is_some() {
            return Err(unsound(height, "what is known of it is of another"));
        }
        for (index, transaction) in (0..).zip(&block.transactions) {
            let place = view.place(&transaction.id())?.map(|place| (place.block, place.index));
            if place != Some((id, index)) {
                return Err(unsound(height, "a transaction is not where it should stand"));
            }
        }
        // What takes blocks back is kept from some height on, and from there on for all.
        let can_go_back = view.snapshot().undo(&id)?.is_some();
        if height > 0 && !can_go_back && (goes_back || height == tip.height.0) {
            return Err(unsound(height, "what takes it back is not there"));
        }
        goes_back = can_go_back;
        previous = id;
        progress(1);
    }
    if previous != tip.id {
        return Err(unsound(tip.height.0, "the state is of another"));
    }
    Ok(u64::from(tip.height.0) + 1)
}

/// The root is that of the rows, and of no others.
fn check_rows(view: &ChainView, progress: &mut dyn FnMut(u64)) -> Result<u64, NodeError> {
    let mut rows = Vec::new();
    for table in Table::ALL.into_iter().filter(|table| table.is_committed()) {
        let mut from = Vec::new();
        loop {
            let page = view.rows(table, &from, crate::chain::PAGE_MAX)?;
            let Some((last, _)) = page.last() else { break };
            from = [last.as_slice(), &[0]].concat();
            progress(page.len() as u64);
            rows.extend(page.into_iter().map(|(key, value)| (table, key, value)));
        }
    }
    let count = rows.len() as u64;
    if state::root_of(rows).map_err(Stop::from)? != view.root()? {
        return Err(NodeError::Unsound("the root over the state is not that of its rows".to_owned()));
    }
    Ok(count)
}

/// What [`reindex`] made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reindexed {
    /// Blocks that were read.
    pub blocks: u64,
    /// The last block's height now.
    pub height: Height,
    /// What was the last block's height before, if it could be read.
    pub before: Option<Height>,
}

/// Makes the database anew from the blocks in it: everything that follows from them is computed again, and nothing else of the
/// old one is believed. Transactions that waited are not taken over. The old database is kept beside. `progress` hears of the
/// height that was come to.
///
/// # Errors
/// When the disk fails: then the old database is still in its place, or will be found by [`adopt`].
pub fn reindex(
    directory: &DirectoryLock,
    network: Network,
    engine: &Arc<Engine>,
    control: &Control,
    progress: &mut dyn FnMut(Height),
) -> Result<Reindexed, NodeError> {
    let (anew, current) = (directory.path().join(ANEW), directory.path().join(DATABASE));
    remove(&anew)?;
    let old = Storage::open(directory, network)?;
    let (blocks, height, before) =
        guard(|| make(old, &anew, network, Verifier { engine, control }, progress))
            .map_err(StorageError::Damaged)??;
    let kept = directory.path().join(OLD);
    remove(&kept)?;
    let moved = |result: std::io::Result<()>, path: &Path| {
        result.map_err(|error| StorageError::File { path: path.to_owned(), why: error.to_string() })
    };
    // After a kill between the two the next start goes on here: see `adopt`.
    moved(fs::rename(&current, &kept), &current)?;
    reached(Point::Replaced);
    moved(fs::rename(&anew, &current), &anew)?;
    directory.sync()?;
    Ok(Reindexed { blocks, height, before })
}

/// Makes the new database. Nothing that the old one does can harm it.
fn make(
    old: Storage,
    anew: &Path,
    network: Network,
    verifier: Verifier<'_>,
    progress: &mut dyn FnMut(Height),
) -> Result<(u64, Height, Option<Height>), NodeError> {
    let before = ChainView::new(&old).and_then(|view| view.tip()).ok().map(|tip| tip.height);
    let mut chain = Chain::open(Storage::at(anew, network)?)?;
    let blocks = bring_all(&old, &mut chain, verifier, progress)?;
    Ok((blocks, chain.tip()?.height, before))
}

/// Puts a database in its place that was made anew, when whoever did was killed just before.
///
/// # Errors
/// When the files cannot be moved.
pub fn adopt(directory: &DirectoryLock) -> Result<(), StorageError> {
    let (anew, current) = (directory.path().join(ANEW), directory.path().join(DATABASE));
    if is_there(&anew)? && !is_there(&current)? && is_there(&directory.path().join(OLD))? {
        let moved = fs::rename(&anew, &current);
        moved.map_err(|error| StorageError::File { path: anew.clone(), why: error.to_string() })?;
        directory.sync()?;
    }
    Ok(())
}

fn remove(path: &Path) -> Result<(), StorageError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(StorageError::File { path: path.to_owned(), why: error.to_string() })
        }
        _ => Ok(()),
    }
}

/// Brings all blocks of a database to a chain, in the order in which their headers came, as far as that is known.
fn bring_all(
    old: &Storage,
    chain: &mut Chain,
    verifier: Verifier<'_>,
    progress: &mut dyn FnMut(Height),
) -> Result<u64, NodeError> {
    let snapshot = old.snapshot()?;
    let mut children = children(&snapshot)?;
    let mut blocks = 0;
    let mut ready = BTreeSet::from([(0, genesis(chain.network()).id())]);
    while let Some((_, parent)) = ready.pop_first() {
        for (seen, child) in children.remove(&parent).unwrap_or_default() {
            let Some(block) = readable(&snapshot, &child) else { continue };
            // Headers were judged by a clock that has gone on since.
            if let Submitted::Kept = chain.submit_block(block, Time(u64::MAX))? {
                blocks += 1;
                ready.insert((seen, child));
            }
            if chain.kept().bytes() > GATHERED {
                chain.commit()?;
            }
        }
    }
    // All are there before the first is taken: the way leads straight to the best one.
    while chain.activate_some(verifier, TOGETHER)? {
        let height = chain.tip()?.height;
        chain.commit()?;
        progress(height);
    }
    chain.commit()?;
    Ok(blocks)
}

/// Which blocks follow which, by what they say themselves, and when their headers came, by what is kept of them.
fn children(snapshot: &Snapshot) -> Result<Children, NodeError> {
    let mut children = Children::new();
    snapshot.each::<StorageError>(Space::Blocks, &[], &[], |key, bytes| {
        if let (Ok(id), Some(header)) = (<[u8; 32]>::try_from(key), bytes.first_chunk()) {
            let seen = snapshot.header(&id).ok().flatten().map_or(u64::MAX, |record| record.seen);
            children.entry(Header::from_bytes(header).previous).or_default().push((seen, id));
        }
        Ok(true)
    })?;
    children.values_mut().for_each(|blocks| blocks.sort_unstable());
    Ok(children)
}

/// The blocks after each block: when their headers came, and their ids.
type Children = HashMap<[u8; 32], Vec<(u64, [u8; 32])>>;

/// A block of the old database, if it can be read, and its bytes are still those of one.
fn readable(snapshot: &Snapshot, id: &[u8; 32]) -> Option<Block> {
    let bytes = snapshot.get(Space::Blocks, id).ok().flatten()?;
    Block::from_bytes(&bytes).ok().filter(|block| block.id() == *id)
}
