//! A state with changes that are not written yet, each of which can be taken back.

use std::collections::BTreeMap;

use super::{Change, Row, Store, StoreError, Table, Undo, row};
use crate::encoding::encode;

/// Where a row stands.
pub(crate) type Place = (Table, Vec<u8>);

/// A row that was written.
#[derive(Clone, Debug)]
pub(crate) struct Cell {
    /// What the store has.
    pub(crate) before: Option<Vec<u8>>,
    /// What it shall have.
    pub(crate) now: Option<Vec<u8>>,
}

/// A store, and changes over it.
pub(crate) struct View<'a, S> {
    store: &'a S,
    cells: BTreeMap<Place, Cell>,
    /// What each write replaced, in order. A block that is taken or not has none: it would hold every version of every row.
    journal: Option<Vec<Written>>,
}

/// A place that was written, and what was there: `None` when it had not been written before.
type Written = (Place, Option<Option<Vec<u8>>>);

/// A moment to go back to.
#[derive(Clone, Copy)]
pub(crate) struct Mark(usize);

impl<'a, S: Store> View<'a, S> {
    /// A view whose changes are all made or none.
    pub(crate) fn new(store: &'a S) -> View<'a, S> {
        View { store, cells: BTreeMap::new(), journal: None }
    }

    /// One whose changes can be taken back one by one.
    pub(crate) fn with_journal(store: &'a S) -> View<'a, S> {
        View { journal: Some(Vec::new()), ..View::new(store) }
    }

    /// What the changes are over.
    pub(crate) fn store(&self) -> &'a S {
        self.store
    }

    /// A row as it is now.
    pub(crate) fn get<R: Row>(&self, key: &R::Key) -> Result<Option<R>, StoreError> {
        self.bytes(&(R::TABLE, encode(key)))?.map(|bytes| row(&bytes)).transpose()
    }

    /// Whether there is one.
    pub(crate) fn has<R: Row>(&self, key: &R::Key) -> Result<bool, StoreError> {
        Ok(self.bytes(&(R::TABLE, encode(key)))?.is_some())
    }

    /// Writes a row.
    pub(crate) fn put<R: Row>(&mut self, key: &R::Key, row: &R) -> Result<(), StoreError> {
        self.set((R::TABLE, encode(key)), Some(encode(row)))
    }

    /// Removes a row.
    pub(crate) fn remove<R: Row>(&mut self, key: &R::Key) -> Result<(), StoreError> {
        self.set((R::TABLE, encode(key)), None)
    }

    pub(crate) fn bytes(&self, place: &Place) -> Result<Option<Vec<u8>>, StoreError> {
        match self.cells.get(place) {
            Some(cell) => Ok(cell.now.clone()),
            None => self.store.get(place.0, &place.1),
        }
    }

    pub(crate) fn set(&mut self, place: Place, now: Option<Vec<u8>>) -> Result<(), StoreError> {
        let replaced = match self.cells.get_mut(&place) {
            Some(cell) => Some(std::mem::replace(&mut cell.now, now)),
            None => {
                let before = self.store.get(place.0, &place.1)?;
                self.cells.insert(place.clone(), Cell { before, now });
                None
            }
        };
        if let Some(journal) = &mut self.journal {
            journal.push((place, replaced));
        }
        Ok(())
    }

    /// What is true now, to go back to.
    pub(crate) fn mark(&self) -> Mark {
        Mark(self.journal.as_ref().map_or(0, Vec::len))
    }

    /// Takes back all that was written since.
    ///
    /// # Panics
    /// When the view has no journal.
    pub(crate) fn back_to(&mut self, mark: Mark) {
        let journal = self.journal.as_mut().expect("what goes back keeps a journal");
        while journal.len() > mark.0 {
            let Some((place, replaced)) = journal.pop() else { break };
            match replaced {
                Some(now) => {
                    let cell = self.cells.get_mut(&place).expect("a row that was written twice is there");
                    cell.now = now;
                }
                None => {
                    self.cells.remove(&place);
                }
            }
        }
    }

    /// What was changed, by place.
    pub(crate) fn changed(&self) -> impl Iterator<Item = (&Place, &Cell)> {
        self.cells.iter().filter(|(_, cell)| cell.before != cell.now)
    }

    /// All changes, and what takes them back.
    pub(crate) fn finish(self, block: [u8; 32]) -> (Vec<Change>, Undo) {
        let (mut after, mut before) = (Vec::new(), Vec::new());
        for ((table, key), cell) in self.cells {
            if cell.before != cell.now {
                before.push(Change { table, key: key.clone(), value: cell.before });
                after.push(Change { table, key, value: cell.now });
            }
        }
        (after, Undo { block, before })
    }
}

#[cfg(test)]
mod tests {
    use super::super::row::Account;
    use super::{Store, View};
    use crate::Address;
    use crate::state::{Memory, read};
    use crate::value::Units;

    fn account(balance: u64) -> Account {
        Account { balance: Units(balance), sequence: 0 }
    }

    #[test]
    fn what_is_written_can_be_taken_back() {
        let mut store = Memory::default();
        let [one, two] = [Address([1; 32]), Address([2; 32])];
        let mut view = View::new(&store);
        view.put(&one, &account(1)).expect("memory");
        let (changes, _) = view.finish([0; 32]);
        store.write(&changes).expect("memory");

        let mut view = View::with_journal(&store);
        view.put(&one, &account(5)).expect("memory");
        let mark = view.mark();
        view.put(&one, &account(6)).expect("memory");
        view.put(&two, &account(7)).expect("memory");
        view.remove::<Account>(&one).expect("memory");
        assert_eq!(view.get::<Account>(&one), Ok(None));
        view.back_to(mark);
        assert_eq!(view.get(&one), Ok(Some(account(5))));
        assert_eq!(view.get::<Account>(&two), Ok(None));

        let before = store.clone();
        let (changes, undo) = view.finish([0; 32]);
        assert_eq!(changes.len(), 1);
        store.write(&changes).expect("memory");
        assert_eq!(read(&store, &one), Ok(Some(account(5))));
        store.write(&undo.before).expect("memory");
        assert_eq!(store, before);
    }

    #[test]
    fn what_is_as_before_is_no_change() {
        let store = Memory::default();
        let mut view = View::new(&store);
        view.put(&Address([1; 32]), &account(1)).expect("memory");
        view.remove::<Account>(&Address([1; 32])).expect("memory");
        assert_eq!(view.changed().count(), 0);
        assert_eq!(view.finish([0; 32]).0, []);
    }
}
