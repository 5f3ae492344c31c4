//! The ledger as it was some blocks ago: what those blocks changed, taken back in memory. So proofs can be made of a state
//! that blocks have named already; the newest state is named by a block that is still to come.

use std::collections::HashMap;

use gridnet_protocol::block::Block;
use gridnet_protocol::ledger::Ledger;
use gridnet_protocol::state::{Change, Store, StoreError, Table};
use gridnet_protocol::value::Height;

use super::failure::{Code, Failure};
use crate::chain::{ChainView, Index as _, Stop};
use crate::storage::Snapshot;

/// Blocks that are taken back, at most.
pub(super) const DEPTH_MAX: u32 = 1_000;
/// As deep as many may ask at a time.
pub(super) const SHALLOW: u32 = 16;

/// A snapshot with changes taken back.
pub(super) struct Past<'a> {
    snapshot: &'a Snapshot,
    before: HashMap<(Table, Vec<u8>), Option<Vec<u8>>>,
}

impl Store for Past<'_> {
    fn get(&self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        match self.before.get(&(table, key.to_vec())) {
            Some(value) => Ok(value.clone()),
            None => Store::get(self.snapshot, table, key),
        }
    }

    fn write(&mut self, _: &[Change]) -> Result<(), StoreError> {
        Err(StoreError("what was is not written to".to_owned()))
    }
}

/// A state, and the block that names its root.
pub(super) struct Named<'a> {
    /// The state before the block.
    pub(super) ledger: Ledger<Past<'a>>,
    /// The state's height.
    pub(super) height: Height,
    /// The block.
    pub(super) block: Block,
}

/// What was, which is taken back bit by bit, and must not take more memory than it may.
struct Before {
    rows: HashMap<(Table, Vec<u8>), Option<Vec<u8>>>,
    bytes: usize,
    most: usize,
}

/// The newest state whose root is named by a block with so many on top. What those blocks changed has `most` bytes at most.
///
/// # Errors
/// [`Code::Value`] when there are not so many blocks, or they changed too much; when the disk fails.
pub(super) fn named(view: &ChainView, depth: u32, most: usize) -> Result<Named<'_>, Failure> {
    let tip = view.tip()?;
    let deepest = tip.height.0.saturating_sub(1).min(DEPTH_MAX);
    if tip.height.0 == 0 || depth > deepest {
        let message = format!("the chain has {} blocks, and proofs go {DEPTH_MAX} blocks deep", tip.height.0);
        return Err(Failure::new(Code::Value, format!("depth {depth}: {message}")));
    }
    let (snapshot, mut id) = (view.snapshot(), tip.id);
    let mut before = Before { rows: HashMap::new(), bytes: 0, most };
    for taken in 0..=depth {
        let previous = take_back(snapshot, &mut before, &id)?;
        if before.bytes > before.most {
            let fits = match taken.checked_sub(1) {
                Some(fits) => format!("{fits} is the deepest one now"),
                None => "there is none now".to_owned(),
            };
            let message = format!("depth {depth}: so many blocks changed more than {most} bytes: {fits}");
            return Err(Failure::new(Code::Value, message));
        }
        if taken < depth {
            id = previous;
        }
    }
    let block = snapshot.known_block(&id).map_err(Stop::from)?;
    let height = Height(tip.height.0 - depth - 1);
    let before = before.rows;
    let ledger = Ledger::open(view.network(), Past { snapshot, before }).map_err(Stop::Fault)?;
    Ok(Named { ledger, height, block })
}

/// Takes a block back, and gives the one before it.
fn take_back(snapshot: &Snapshot, before: &mut Before, id: &[u8; 32]) -> Result<[u8; 32], Stop> {
    for Change { table, key, value } in snapshot.known_undo(id)?.before {
        let length = |value: &Option<Vec<u8>>| value.as_ref().map_or(0, Vec::len);
        before.bytes += key.len() + length(&value);
        // Rows that blocks after this one changed, too, are there once.
        let key_length = key.len();
        if let Some(later) = before.rows.insert((table, key), value) {
            before.bytes -= key_length + length(&later);
        }
    }
    Ok(snapshot.known_header(id)?.header().previous)
}
