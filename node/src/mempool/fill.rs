//! Filling a block with those that pay most for their weight.

use std::collections::HashSet;

use gridnet_protocol::block::WEIGHT_MAX;
use gridnet_protocol::ledger::{Draft, Fault};
use gridnet_protocol::reason::Rejected;
use gridnet_protocol::state::Store;

use super::{BEFORE_MAX, Mempool, Txid, is_hopeless};
use crate::chain::{Chain, Stop, Verifier};

/// Less room is not looked for anything to fit in.
const ROOM_MIN: u64 = 256;
/// After so many in a row that do not fit, the block is full.
const MISFITS_MAX: u32 = 256;

impl Mempool {
    /// Fills a draft on the chain's last block, best first, each after those that it must come after. Gives those that will
    /// never be good again.
    ///
    /// # Errors
    /// [`Stop`].
    pub(crate) fn fill<S: Store>(
        &mut self,
        draft: &mut Draft<'_, S>,
        verifier: Verifier<'_>,
    ) -> Result<Vec<Txid>, Stop> {
        let order: Vec<Txid> = self.ranks.iter().rev().map(|(_, _, id)| *id).collect();
        let (mut done, mut hopeless, mut misfits) = (HashSet::new(), Vec::new(), 0);
        for id in order {
            if WEIGHT_MAX - draft.weight() < ROOM_MIN || misfits > MISFITS_MAX {
                break;
            }
            // Of those that came back out of blocks more can stand before one than are let in: then the first of them are in
            // this block, and it in one after it.
            let Ok(mut row) = self.before(self.entries[&id].transaction(), BEFORE_MAX) else { continue };
            row.push(id);
            for id in row {
                if done.contains(&id) {
                    continue;
                }
                let entry = self.entries.get_mut(&id).expect("it waits");
                match draft.add_checked(verifier.engine, &mut entry.checked, verifier.control) {
                    Ok(()) => {
                        done.insert(id);
                        misfits = 0;
                    }
                    Err(Fault::Rejected(why)) => {
                        match why.code {
                            Rejected::Weight => misfits += 1,
                            code if is_hopeless(code) => hopeless.push(id),
                            _ => {}
                        }
                        // Those after it wait with it.
                        break;
                    }
                    Err(fault) => return Err(Stop::Fault(fault)),
                }
            }
        }
        Ok(hopeless)
    }

    /// Forgets those that [`fill`](Mempool::fill) gave up.
    pub(crate) fn forget(&mut self, chain: &mut Chain, ids: &[Txid]) {
        ids.iter().for_each(|id| self.remove_with_later(chain, id));
    }
}
