//! Looking whether what is on the disk can be built on, and making it anew from the blocks.

use gridnet_protocol::ledger::Books;
use gridnet_protocol::state::{StoreError, Table};

use crate::chain::{ChainView, Stop};
use crate::node::NodeError;
use crate::storage::{Space, Storage, StorageError};

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
