//! Transactions that wait to be in a block.
//!
//! One is admitted when the ledger would take it after the last block and after those waiting ones that it must come after:
//! the account's earlier ones, and claims further up in the same banks. All that a transaction's verification does not share
//! with others is done once. Who pays more for the weight comes first; who pays least makes room. What waits is kept in the
//! database together with the blocks, so that it is never behind or ahead of them.

mod entry;
mod fill;
mod refusal;

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use gridnet_protocol::encoding::decode;
use gridnet_protocol::ledger::{Checked, Fault};
use gridnet_protocol::reason::Rejected;
use gridnet_protocol::state::row::{Account, Bank};
use gridnet_protocol::transaction::Transaction;
use gridnet_protocol::value::{Depth, Time, Units};
use gridnet_protocol::{Address, encoding::encode};

pub(crate) use self::entry::waits_again;
use self::entry::{BankId, Entry, FIRST_TURN, Kept, account, banks, rate};
pub use self::entry::{Txid, Waiting};
pub use self::refusal::Refusal;
use crate::chain::{Chain, Index as _, Place, Step, Stop, Verifier};
use crate::points::{Point, reached};
use crate::storage::{Overlay, Read as _, Space, StorageError};

/// Others that a transaction may have to come after.
pub const BEFORE_MAX: usize = 64;
/// What a replacement must pay for its weight, in percent of what it replaces.
const REPLACEMENT_PERCENT: u128 = 125;

/// What may wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// All weight together, in bytes of weight: about as much memory.
    pub weight_max: u64,
    /// How long one waits, in seconds.
    pub age_max_s: u64,
}

impl Default for Limits {
    /// 64 MiB, three days.
    fn default() -> Limits {
        Limits { weight_max: 64 << 20, age_max_s: 3 * 86_400 }
    }
}

/// Why one was not admitted: what is wrong with it, or what makes the node stop.
enum Failed {
    Refused(Refusal),
    Stop(Stop),
}

impl From<Refusal> for Failed {
    fn from(refusal: Refusal) -> Failed {
        Failed::Refused(refusal)
    }
}

impl<T: Into<Stop>> From<T> for Failed {
    fn from(stop: T) -> Failed {
        Failed::Stop(stop.into())
    }
}

fn fault(fault: Fault) -> Failed {
    match fault {
        Fault::Rejected(rejection) => Failed::Refused(Refusal::Rejected(rejection)),
        fault => Failed::Stop(Stop::Fault(fault)),
    }
}

/// Transactions that wait.
#[derive(Debug)]
pub struct Mempool {
    limits: Limits,
    entries: HashMap<Txid, Entry>,
    accounts: BTreeMap<(Address, u64), Txid>,
    banks: BTreeMap<(BankId, Depth), BTreeSet<Txid>>,
    ranks: BTreeSet<(u128, Reverse<u64>, Txid)>,
    weight: u64,
    /// The turn of the next one that comes.
    next: u64,
    /// Counts changes: a template of the same count is still the same.
    changes: u64,
}

impl Mempool {
    /// Those that waited when the database was left, if they are still good.
    ///
    /// # Errors
    /// [`Stop`].
    pub fn load(
        chain: &mut Chain,
        limits: Limits,
        verifier: Verifier<'_>,
        now: Time,
    ) -> Result<Mempool, Stop> {
        let mut mempool = Mempool {
            limits,
            entries: HashMap::new(),
            accounts: BTreeMap::new(),
            banks: BTreeMap::new(),
            ranks: BTreeSet::new(),
            weight: 0,
            next: FIRST_TURN,
            changes: 0,
        };
        mempool.reload(chain, verifier)?;
        mempool.forget_old(chain, now);
        Ok(mempool)
    }

    /// Judges all that the database says waits anew, one after the other in their turns, as one block after the other would.
    /// What was verified before is not verified again.
    fn reload(&mut self, chain: &mut Chain, verifier: Verifier<'_>) -> Result<(), Stop> {
        let Verifier { engine, control } = verifier;
        let mut verified = std::mem::take(&mut self.entries);
        (self.accounts, self.banks, self.ranks) = (BTreeMap::new(), BTreeMap::new(), BTreeSet::new());
        self.weight = 0;
        let mut gone = Vec::new();
        let mut draft = chain.draft()?.of_any_weight();
        for id in turns(chain.kept())? {
            if control.cancel.is_cancelled() {
                return Err(Stop::Fault(Fault::Engine(gridnet_core::Error::Cancelled)));
            }
            // What does not decode is of an older program, or damaged: it is no loss to the ledger.
            let kept = chain.kept().get(Space::Mempool, &id)?;
            let kept = kept.and_then(|bytes| decode::<Kept>("a transaction that waits", &bytes).ok());
            let known = kept.filter(|kept| kept.transaction.id().as_slice() == id);
            let (Some(Kept { turn, since, transaction }), None) = (known, on_chain(chain, &id)?) else {
                gone.push(id);
                continue;
            };
            let txid = transaction.id();
            let fees = draft.fees();
            let bytes = encode(&transaction).len();
            let checked = match verified.remove(&txid) {
                Some(entry) => Ok(entry.checked),
                None => draft.check(engine, transaction, control),
            };
            let mut checked = match checked {
                Ok(checked) => checked,
                Err(Fault::Rejected(_)) => {
                    gone.push(id);
                    continue;
                }
                Err(fault) => return Err(Stop::Fault(fault)),
            };
            match draft.add_checked(engine, &mut checked, control) {
                Ok(()) => {}
                // A block takes a few of those that are free; there are more blocks to come.
                Err(Fault::Rejected(why)) if why.code == Rejected::FreeIdentities => {}
                Err(Fault::Rejected(_)) => {
                    gone.push(id);
                    continue;
                }
                Err(fault) => return Err(Stop::Fault(fault)),
            }
            if self.weight + checked.weight() > self.limits.weight_max {
                gone.push(id);
                continue;
            }
            let fee = Units(draft.fees().0 - fees.0);
            self.next = self.next.max(turn.saturating_add(1));
            self.insert(Entry { id: txid, checked, fee, bytes, turn, since: Time(since) });
        }
        drop(draft);
        gone.into_iter().for_each(|id| chain.kept_mut().remove(Space::Mempool, id));
        self.changes += 1;
        Ok(())
    }

    /// Admits a transaction. It is on the disk with the chain's next commit.
    ///
    /// # Errors
    /// [`Stop`]; why it is refused is in the answer.
    pub fn submit(
        &mut self,
        chain: &mut Chain,
        transaction: Transaction,
        verifier: Verifier<'_>,
        now: Time,
    ) -> Result<Result<Txid, Refusal>, Stop> {
        let id = transaction.id();
        if self.entries.contains_key(&id) {
            return Ok(Err(Refusal::Waiting));
        }
        if let Some(place) = chain.kept().place(&id)? {
            return Ok(Err(Refusal::OnChain { height: place.height }));
        }
        match self.admit(chain, transaction, verifier, now) {
            Ok(()) => {
                reached(Point::Admitted);
                Ok(Ok(id))
            }
            Err(Failed::Refused(refusal)) => Ok(Err(refusal)),
            Err(Failed::Stop(stop)) => Err(stop),
        }
    }

    /// Whether a transaction would be admitted, and what it would pay.
    ///
    /// # Errors
    /// [`Stop`]; why it would be refused is in the answer.
    pub fn test(
        &mut self,
        chain: &Chain,
        transaction: Transaction,
        verifier: Verifier<'_>,
    ) -> Result<Result<Units, Refusal>, Stop> {
        if self.entries.contains_key(&transaction.id()) {
            return Ok(Err(Refusal::Waiting));
        }
        match self.judge(chain, transaction, verifier) {
            Ok((_, fee, _)) => Ok(Ok(fee)),
            Err(Failed::Refused(refusal)) => Ok(Err(refusal)),
            Err(Failed::Stop(stop)) => Err(stop),
        }
    }

    /// Keeps step with the chain: what is in blocks waits no longer, what was in blocks that were taken back waits again.
    ///
    /// # Errors
    /// [`Stop`].
    pub fn follow(&mut self, chain: &mut Chain, steps: &[Step], verifier: Verifier<'_>) -> Result<(), Stop> {
        if steps.is_empty() {
            return Ok(());
        }
        self.changes += 1;
        if steps.iter().any(|step| matches!(step, Step::Disconnected { .. })) {
            return self.reload(chain, verifier);
        }
        let mut touched = BTreeSet::new();
        for step in steps {
            if self.entries.is_empty() {
                break;
            }
            let Step::Connected { id, .. } = step else { continue };
            let block = chain.kept().known_block(id)?;
            for transaction in &block.transactions {
                self.mined(chain, transaction)?;
                touched.extend(account(transaction).map(|(address, _)| address));
            }
        }
        for address in touched {
            self.judge_again(chain, &address, verifier)?;
        }
        Ok(())
    }

    /// Judges an account's waiting transactions again, one after the other, after something else of it was taken than what they
    /// were judged after. From the first that is not good any more they wait no longer.
    fn judge_again(
        &mut self,
        chain: &mut Chain,
        address: &Address,
        verifier: Verifier<'_>,
    ) -> Result<(), Stop> {
        let mine = self.accounts.range((*address, 0)..=(*address, u64::MAX)).map(|(_, id)| *id);
        let mine: Vec<Txid> = mine.collect();
        let mut bad = None;
        if !mine.is_empty() {
            let mut draft = chain.draft()?.of_any_weight();
            for id in mine {
                let entry = self.entries.get_mut(&id).expect("it waits");
                match draft.add_checked(verifier.engine, &mut entry.checked, verifier.control) {
                    Ok(()) => {}
                    Err(Fault::Rejected(_)) => {
                        bad = Some(id);
                        break;
                    }
                    Err(fault) => return Err(Stop::Fault(fault)),
                }
            }
        }
        if let Some(bad) = bad {
            self.remove_with_later(chain, &bad);
        }
        Ok(())
    }

    /// Forgets those that waited too long.
    pub fn forget_old(&mut self, chain: &mut Chain, now: Time) {
        let age = self.limits.age_max_s;
        let old = self.entries.values().filter(|entry| entry.since.0.saturating_add(age) < now.0);
        let old: Vec<Txid> = old.map(|entry| entry.id).collect();
        for id in old {
            self.remove_with_later(chain, &id);
        }
    }

    /// Those that wait, in the order of what they pay.
    pub fn waiting(&self) -> impl ExactSizeIterator<Item = Waiting> {
        self.ranks.iter().rev().map(|(_, _, id)| self.entries[id].waiting())
    }

    /// One that waits.
    pub fn get(&self, id: &Txid) -> Option<&Transaction> {
        self.entries.get(id).map(Entry::transaction)
    }

    /// The account's next sequence, after all that wait.
    pub fn next_sequence(&self, account: &Address, on_chain: u64) -> u64 {
        let mut next = on_chain;
        while self.accounts.contains_key(&(*account, next)) {
            next = next.saturating_add(1);
        }
        next
    }

    /// What all weigh.
    pub fn weight(&self) -> u64 {
        self.weight
    }

    /// What may wait.
    pub fn limits(&self) -> Limits {
        self.limits
    }

    /// Counts changes.
    pub fn changes(&self) -> u64 {
        self.changes
    }

    fn admit(
        &mut self,
        chain: &mut Chain,
        transaction: Transaction,
        verifier: Verifier<'_>,
        since: Time,
    ) -> Result<(), Failed> {
        let (checked, fee, replaced) = self.judge(chain, transaction, verifier)?;
        // In the place of what it replaces: those after that were admitted after it.
        let turn = replaced.iter().map(|id| self.entries[id].turn).min().unwrap_or(self.next);
        let bytes = encode(checked.transaction()).len();
        let id = checked.transaction().id();
        let address = account(checked.transaction()).map(|(address, _)| address);
        let entry = Entry { id, checked, fee, bytes, turn, since };
        self.make_room(chain, &entry, &replaced)?;
        self.next = self.next.max(turn.saturating_add(1));
        chain.kept_mut().put(Space::Mempool, id.to_vec(), entry.kept());
        self.insert(entry);
        if let Some(address) = address.filter(|_| !replaced.is_empty()) {
            self.judge_again(chain, &address, verifier)?;
        }
        Ok(())
    }

    /// What a transaction is worth after those that it must come after, and which it takes the place of.
    fn judge(
        &mut self,
        chain: &Chain,
        transaction: Transaction,
        verifier: Verifier<'_>,
    ) -> Result<(Checked, Units, Vec<Txid>), Failed> {
        let Verifier { engine, control } = verifier;
        self.is_next(chain, &transaction)?;
        let replaced = self.rivals(&transaction);
        let before = self.before(&transaction, BEFORE_MAX)?;
        let mut draft = chain.draft()?.of_any_weight();
        for id in before {
            let entry = self.entries.get_mut(&id).expect("it waits");
            // One that is not good any more does not help: the transaction is judged without it.
            match draft.add_checked(engine, &mut entry.checked, control).map_err(fault) {
                Ok(()) | Err(Failed::Refused(_)) => {}
                Err(stop) => return Err(stop),
            }
        }
        let fees = draft.fees();
        let mut checked = draft.check(engine, transaction, control).map_err(fault)?;
        draft.add_checked(engine, &mut checked, control).map_err(fault)?;
        let fee = Units(draft.fees().0 - fees.0);
        let least = self.least_instead_of(&replaced, checked.weight());
        if fee < least {
            return Err(Refusal::Replacement { least }.into());
        }
        Ok((checked, fee, replaced))
    }

    /// What a transaction of this weight must pay to take the place of others: for its weight a quarter more than each of them,
    /// and more than all together.
    fn least_instead_of(&self, replaced: &[Txid], weight: u64) -> Units {
        let (mut least, mut sum) = (0, 0u64);
        for id in replaced {
            let old = &self.entries[id];
            let better = rate(old.fee, old.checked.weight()) * REPLACEMENT_PERCENT / 100;
            least = least.max((better * u128::from(weight)).div_ceil(1_000_000));
            sum = sum.saturating_add(old.fee.0).saturating_add(1);
        }
        Units(u64::try_from(least).unwrap_or(u64::MAX).max(sum))
    }

    /// Whether the account's transactions before it are there.
    fn is_next(&self, chain: &Chain, transaction: &Transaction) -> Result<(), Failed> {
        let Some((address, sequence)) = account(transaction) else { return Ok(()) };
        let row = chain.ledger().row::<Account>(&address)?.unwrap_or_default();
        let next = self.next_sequence(&address, row.sequence);
        if sequence > next { Err(Refusal::Gap { next, got: sequence }.into()) } else { Ok(()) }
    }

    /// Those that cannot be in blocks together with a transaction: of the same sequence, or claims of what it claims.
    fn rivals(&self, transaction: &Transaction) -> Vec<Txid> {
        let mut rivals = BTreeSet::new();
        rivals.extend(account(transaction).and_then(|place| self.accounts.get(&place)));
        for (bank, depth) in banks(transaction) {
            let deeper = self.banks.range((bank, depth)..=(bank, Depth(u32::MAX)));
            rivals.extend(deeper.flat_map(|(_, ids)| ids));
        }
        rivals.into_iter().collect()
    }

    /// Those that a transaction must come after, in their order.
    fn before(&self, transaction: &Transaction, max: usize) -> Result<Vec<Txid>, Refusal> {
        let mut seen: HashSet<Txid> = HashSet::new();
        let mut found: Vec<(u64, Txid)> = Vec::new();
        let mut asked = vec![transaction];
        while let Some(transaction) = asked.pop() {
            for id in self.directly_before(transaction) {
                if seen.insert(id) {
                    let entry = &self.entries[&id];
                    found.push((entry.turn, id));
                    asked.push(entry.transaction());
                }
                if found.len() > max {
                    return Err(Refusal::TooMany { max });
                }
            }
        }
        // Whatever one must come after was admitted before it, and a replacement has its predecessor's place.
        found.sort_unstable();
        Ok(found.into_iter().map(|(_, id)| id).collect())
    }

    fn directly_before(&self, transaction: &Transaction) -> Vec<Txid> {
        let mut found = Vec::new();
        if let Some((address, sequence)) = account(transaction) {
            found.extend(self.accounts.range((address, 0)..(address, sequence)).map(|(_, id)| *id));
        }
        for (bank, depth) in banks(transaction) {
            let above = self.banks.range((bank, Depth(0))..(bank, depth));
            found.extend(above.flat_map(|(_, ids)| ids));
        }
        found
    }

    /// Those that must come after a transaction.
    fn directly_after(&self, transaction: &Transaction) -> Vec<Txid> {
        let mut found = Vec::new();
        if let Some((address, sequence)) = account(transaction)
            && let Some(next) = sequence.checked_add(1)
        {
            found.extend(self.accounts.range((address, next)..=(address, u64::MAX)).map(|(_, id)| *id));
        }
        for (bank, depth) in banks(transaction) {
            let Some(next) = depth.0.checked_add(1).map(Depth) else { continue };
            let below = self.banks.range((bank, next)..=(bank, Depth(u32::MAX)));
            found.extend(below.flat_map(|(_, ids)| ids));
        }
        found
    }

    /// Has those that pay least make room for a new one, and those that it replaces go.
    fn make_room(&mut self, chain: &mut Chain, new: &Entry, replaced: &[Txid]) -> Result<(), Failed> {
        let freed: u64 = replaced.iter().map(|id| self.entries[id].checked.weight()).sum();
        let needed = self.weight - freed + new.checked.weight();
        let mut over = needed.saturating_sub(self.limits.weight_max);
        let own: HashSet<Txid> = self.before(new.transaction(), BEFORE_MAX)?.into_iter().collect();
        let mut victims = Vec::new();
        for (rate, turn, id) in self.ranks.iter().filter(|(_, _, id)| !replaced.contains(id)) {
            if over == 0 {
                break;
            }
            if (*rate, *turn, *id) >= new.rank() || own.contains(id) {
                return Err(Refusal::Full { least_millionths: *rate }.into());
            }
            victims.push(*id);
            over = over.saturating_sub(self.entries[id].checked.weight());
        }
        if over > 0 {
            return Err(Refusal::Full { least_millionths: u128::MAX }.into());
        }
        replaced.iter().for_each(|id| self.remove(chain, id));
        victims.iter().for_each(|id| self.remove_with_later(chain, id));
        Ok(())
    }

    /// A transaction is in a block: it and what it makes impossible waits no longer.
    fn mined(&mut self, chain: &mut Chain, transaction: &Transaction) -> Result<(), Stop> {
        self.remove(chain, &transaction.id());
        if let Some((address, _)) = account(transaction) {
            let row = chain.ledger().row::<Account>(&address)?.unwrap_or_default();
            let past = self.accounts.range((address, 0)..(address, row.sequence));
            let past: Vec<Txid> = past.map(|(_, id)| *id).collect();
            past.iter().for_each(|id| self.remove(chain, id));
        }
        for (bank, _) in banks(transaction) {
            let Some(row) = chain.ledger().row::<Bank>(&bank)? else { continue };
            let stale = self.banks.range((bank, Depth(0))..=(bank, row.depth));
            let stale: Vec<Txid> = stale.flat_map(|(_, ids)| ids).copied().collect();
            stale.iter().for_each(|id| self.remove(chain, id));
        }
        Ok(())
    }

    fn insert(&mut self, entry: Entry) {
        self.changes += 1;
        self.weight += entry.checked.weight();
        if let Some(place) = account(entry.transaction()) {
            self.accounts.insert(place, entry.id);
        }
        for place in banks(entry.transaction()) {
            self.banks.entry(place).or_default().insert(entry.id);
        }
        self.ranks.insert(entry.rank());
        self.entries.insert(entry.id, entry);
    }

    fn remove(&mut self, chain: &mut Chain, id: &Txid) {
        let Some(entry) = self.entries.remove(id) else { return };
        chain.kept_mut().remove(Space::Mempool, id.to_vec());
        self.changes += 1;
        self.weight -= entry.checked.weight();
        self.ranks.remove(&entry.rank());
        if let Some(place) = account(entry.transaction()) {
            self.accounts.remove(&place);
        }
        for place in banks(entry.transaction()) {
            if let Some(ids) = self.banks.get_mut(&place) {
                ids.remove(id);
                if ids.is_empty() {
                    self.banks.remove(&place);
                }
            }
        }
    }

    /// Removes one, and those that must come after it.
    fn remove_with_later(&mut self, chain: &mut Chain, id: &Txid) {
        let mut gone = vec![*id];
        while let Some(id) = gone.pop() {
            if let Some(entry) = self.entries.get(&id) {
                gone.extend(self.directly_after(entry.transaction()));
                self.remove(chain, &id);
            }
        }
    }
}

/// Whether a transaction is on the chain.
fn on_chain(chain: &Chain, id: &[u8]) -> Result<Option<Place>, StorageError> {
    id.try_into().map_or(Ok(None), |id| chain.kept().place(&id))
}

/// Those that the database says wait, in their turns.
fn turns(kept: &Overlay) -> Result<Vec<Vec<u8>>, StorageError> {
    const PAGE: usize = 256;
    let (mut turns, mut from) = (Vec::new(), Vec::new());
    loop {
        let page = kept.entries(Space::Mempool, &[], &from, PAGE)?;
        let Some((last, _)) = page.last() else { break };
        from = [last.as_slice(), &[0]].concat();
        // The turn comes first in what is kept. What is too short to have one does not decode either.
        let turn = |value: &[u8]| value.first_chunk().map_or(u64::MAX, |turn| u64::from_le_bytes(*turn));
        turns.extend(page.iter().map(|(key, value)| (turn(value), key.clone())));
    }
    turns.sort_unstable();
    Ok(turns.into_iter().map(|(_, key)| key).collect())
}

/// Whether a waiting transaction that is rejected will be rejected for ever.
fn is_hopeless(code: Rejected) -> bool {
    let rejection =
        gridnet_protocol::ledger::Rejection { code, transaction: None, entry: None, detail: None };
    rejection.of_a_transaction() == gridnet_protocol::ledger::Lasting::Permanent
}
