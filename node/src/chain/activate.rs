//! Bringing the state to the block with the most work.

use gridnet_protocol::block::Block;
use gridnet_protocol::encoding::encode;
use gridnet_protocol::ledger::Fault;
use gridnet_protocol::state::row::Tip;
use gridnet_protocol::value::{Height, Time};

use super::record::height_key;
use super::{Bad, BlockId, Chain, Index as _, Step, Stop, Verifier};
use crate::mempool;
use crate::points::{Point, reached};
use crate::storage::{Read as _, Space, StorageError};

/// Headers were judged by the clock when they came. A clock that was set back since does not make a block bad.
const ANY_TIME: Time = Time(u64::MAX);
/// Blocks that can be taken back: two weeks of them. What takes a block back is larger than the block, and a chain that left
/// this one longer ago is nobody's mistake: [`reindex`](crate::repair::reindex) takes it, if its owner wants to.
pub const UNDO_BLOCKS: u32 = 10_080;
/// Candidates that are looked at together when they are cleared away.
const CLEARED: usize = 256;

impl Chain {
    /// Brings the state to the block with the most work of those whose bodies are all there. Blocks that turn out bad on the
    /// way are remembered, and the next best chain is taken.
    ///
    /// # Errors
    /// [`Stop`]. What was committed until then is a whole number of blocks.
    pub fn activate(&mut self, verifier: Verifier<'_>) -> Result<(), Stop> {
        while self.activate_some(verifier, usize::MAX)? {}
        Ok(())
    }

    /// The same, a part of the way: so many blocks at most are taken. Whether there is more to do.
    ///
    /// # Errors
    /// [`Stop`].
    pub(crate) fn activate_some(&mut self, verifier: Verifier<'_>, most: usize) -> Result<bool, Stop> {
        let Some(best) = self.better()? else {
            self.clear_candidates()?;
            return Ok(false);
        };
        let (fork, way) = self.way_to(&best)?;
        if let Some(deepest) = self.beyond_undo(fork)? {
            // The better chain stays: it is there for whoever makes the state anew.
            self.commit()?;
            return Err(Stop::TooDeep { height: deepest });
        }
        while self.tip()?.height > fork {
            self.disconnect()?;
            self.commit_if_large()?;
        }
        for id in way.into_iter().take(most) {
            if !self.connect(&id, verifier)? {
                break;
            }
            self.commit_if_large()?;
        }
        Ok(true)
    }

    /// The first block after this height, if it cannot be taken back: what takes blocks back is kept from some height on.
    fn beyond_undo(&self, fork: Height) -> Result<Option<Height>, Stop> {
        let deepest = Height(fork.0.saturating_add(1));
        let Some(id) = self.kept().id_at(deepest)? else { return Ok(None) };
        Ok(self.kept().undo(&id)?.is_none().then_some(deepest))
    }

    /// The best candidate, if it has more work than the last block.
    fn better(&self) -> Result<Option<BlockId>, Stop> {
        let Some((key, id)) = self.kept().last(Space::Candidates)? else { return Ok(None) };
        if key.get(..32) <= Some(self.tip()?.work.as_slice()) {
            return Ok(None);
        }
        let id = id.try_into();
        id.map(Some).map_err(|_| StorageError::Damaged("a candidate has no id".to_owned()).into())
    }

    /// Where the way to a block leaves the chain, and the blocks from there to it.
    fn way_to(&self, id: &BlockId) -> Result<(Height, Vec<BlockId>), Stop> {
        let (mut way, mut id) = (Vec::new(), *id);
        loop {
            let record = self.kept().known_header(&id)?;
            if self.kept().is_on_chain(&record, &id)? {
                way.reverse();
                return Ok((record.height, way));
            }
            if record.bad.is_some() {
                let what = format!("block {} is bad, and a way leads over it", hex::encode(id));
                return Err(StorageError::Damaged(what).into());
            }
            way.push(id);
            id = record.header().previous;
        }
    }

    /// Takes the last block back.
    fn disconnect(&mut self) -> Result<(), Stop> {
        let Tip { height, id, .. } = self.tip()?;
        let block = self.kept().known_block(&id)?;
        let Some(undo) = self.kept().undo(&id)? else { return Err(Stop::TooDeep { height }) };
        self.ledger.undo(&undo).map_err(Stop::Fault)?;
        let kept = self.kept_mut();
        kept.remove(Space::Undo, id.to_vec());
        kept.remove(Space::Heights, height_key(height));
        for (index, transaction) in (0..).zip(&block.transactions) {
            let txid = transaction.id();
            kept.remove(Space::Transactions, txid.to_vec());
            if index > 0 {
                // In the same commit: a kill now does not lose it.
                let since = Time(block.header.time.into());
                let waits = mempool::waits_again(height, index, transaction, since);
                kept.put(Space::Mempool, txid.to_vec(), waits);
            }
        }
        self.steps.push(Step::Disconnected { height, id });
        reached(Point::Undone);
        Ok(())
    }

    /// Takes the next block. Whether it is good; if not, it is remembered as bad.
    fn connect(&mut self, id: &BlockId, verifier: Verifier<'_>) -> Result<bool, Stop> {
        let block: Block = self.kept().known_block(id)?;
        let applied = match self.ledger.apply(verifier.engine, &block, ANY_TIME, verifier.control) {
            Ok(applied) => applied,
            Err(Fault::Rejected(why)) => {
                self.rejections.push((*id, why));
                let record = self.kept().known_header(id)?;
                self.mark_bad(id, record, Bad::new(&why))?;
                return Ok(false);
            }
            Err(fault) => return Err(Stop::Fault(fault)),
        };
        let height = self.tip()?.height;
        let kept = self.kept_mut();
        kept.put(Space::Undo, id.to_vec(), encode(&applied.undo));
        if let Some(old) = height.0.checked_sub(UNDO_BLOCKS)
            && let Some(old) = self.kept().id_at(Height(old))?
        {
            self.kept_mut().remove(Space::Undo, old.to_vec());
        }
        let kept = self.kept_mut();
        kept.put(Space::Heights, height_key(height), id.to_vec());
        self.put_places(&block, id, height);
        self.steps.push(Step::Connected { height, id: *id });
        reached(Point::Applied);
        Ok(true)
    }

    fn commit_if_large(&mut self) -> Result<(), Stop> {
        if self.kept().bytes() > self.gathered_max {
            let rejections = std::mem::take(&mut self.rejections);
            self.commit()?;
            self.rejections = rejections;
        }
        Ok(())
    }

    /// Forgets candidates with less work than the last block. It stays one itself, and so do those beside it.
    fn clear_candidates(&mut self) -> Result<(), Stop> {
        let work = self.tip()?.work;
        loop {
            let first = self.kept().entries(Space::Candidates, &[], &[], CLEARED)?;
            let behind: Vec<_> =
                first.into_iter().map(|(key, _)| key).filter(|key| key.get(..32) < Some(&work[..])).collect();
            let all = behind.len() == CLEARED;
            behind.into_iter().for_each(|key| self.kept_mut().remove(Space::Candidates, key));
            if !all {
                return Ok(());
            }
        }
    }
}
