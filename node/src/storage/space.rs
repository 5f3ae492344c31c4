//! What the database has a place for.

use redb::TableDefinition;

/// A space of keys and values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Space {
    /// What the database says of itself.
    Meta,
    /// Rows of the ledger's state and of the tree over it: a table's number and its key.
    State,
    /// What is known of each block's header, by block id.
    Headers,
    /// The blocks after a block: both ids, nothing else.
    Children,
    /// The block of each height on the chain that the state is of: the height, big-endian.
    Heights,
    /// Blocks that the state could be brought to: work, big-endian, and who came first.
    Candidates,
    /// Blocks by id.
    Blocks,
    /// What takes a block of the chain back, by block id.
    Undo,
    /// Where on the chain a transaction stands, by its id.
    Transactions,
    /// Transactions that wait, by id.
    Mempool,
}

impl Space {
    /// Every space.
    pub const ALL: [Space; 10] = [
        Space::Meta,
        Space::State,
        Space::Headers,
        Space::Children,
        Space::Heights,
        Space::Candidates,
        Space::Blocks,
        Space::Undo,
        Space::Transactions,
        Space::Mempool,
    ];

    /// Its name in the file.
    const fn name(self) -> &'static str {
        match self {
            Space::Meta => "meta",
            Space::State => "state",
            Space::Headers => "headers",
            Space::Children => "children",
            Space::Heights => "heights",
            Space::Candidates => "candidates",
            Space::Blocks => "blocks",
            Space::Undo => "undo",
            Space::Transactions => "transactions",
            Space::Mempool => "mempool",
        }
    }

    /// Its table.
    pub(super) const fn table(self) -> TableDefinition<'static, &'static [u8], &'static [u8]> {
        TableDefinition::new(self.name())
    }
}
