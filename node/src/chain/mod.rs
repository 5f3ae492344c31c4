//! The chain: which blocks there are, which of them the state is of, and how it comes to be of others.
//!
//! Headers come first and cheaply. A block's transactions are kept once they are known to be its own; the state is brought to
//! the block with the most work of those whose bodies are all there, the first seen where two have the same, by taking
//! blocks back and taking others. What is good or bad the protocol says. Nothing is on the disk before
//! [`commit`](Chain::commit); a commit is always a whole number of blocks.

mod activate;
mod held;
mod index;
mod record;
mod view;

pub use self::activate::UNDO_BLOCKS;

use gridnet_core::Engine;
use gridnet_core::proof::header::Header;
use gridnet_protocol::block::Block;
use gridnet_protocol::encoding::encode;
use gridnet_protocol::ledger::{self, Draft, Fault, Lasting, Ledger, Rejection, genesis};
use gridnet_protocol::network::AHEAD_MAX;
use gridnet_protocol::reason::Rejected;
use gridnet_protocol::state::row::Tip;
use gridnet_protocol::value::{Height, Time};
use gridnet_protocol::{Network, state};

use self::held::Held;
pub(crate) use self::index::Index;
pub use self::record::{Bad, BlockId, Body, HeaderRecord, Place};
use self::record::{child_key, height_key};
pub use self::view::PAGE_MAX;
pub use self::view::{ChainTip, ChainView, TipStatus};
use crate::points::{Point, reached};
use crate::storage::{Overlay, Read as _, Space, Storage, StorageError};

/// Changes that are gathered before they are committed, in bytes: a reorganisation of more is committed in parts.
const GATHERED_MAX: usize = 32 << 20;

/// What became of a block, or a header, that was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Submitted {
    /// It is on the chain.
    Taken,
    /// It is kept: another chain has more work, or bodies before it are missing.
    Kept,
    /// Not taken, and held for a while: it may be good another time.
    Held(Rejection),
    /// It was known before.
    Known,
    /// Not taken.
    Rejected(Rejection),
}

/// What a chain does beside changing: which blocks came and went, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// A block was taken back.
    Disconnected {
        /// Its height.
        height: Height,
        /// Its id.
        id: BlockId,
    },
    /// A block was taken.
    Connected {
        /// Its height.
        height: Height,
        /// Its id.
        id: BlockId,
    },
}

/// What makes a node stop: the disk, the engine, or a state that must not be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Stop {
    /// The disk.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// The engine, or what must hold after every block.
    #[error("{0}")]
    Fault(Fault),
    /// A chain with more work left this one too long ago.
    #[error(
        "another chain has more work, and left this one before block {}, further back than {UNDO_BLOCKS} blocks: \
         nothing was changed. `gridnet node reindex` takes it",
        height.0
    )]
    TooDeep {
        /// The last block that cannot be taken back.
        height: Height,
    },
}

impl From<state::StoreError> for Stop {
    fn from(error: state::StoreError) -> Stop {
        Stop::Fault(Fault::Store(error))
    }
}

/// The chain, by whoever changes it.
#[derive(Debug)]
pub struct Chain {
    storage: Storage,
    ledger: Ledger<Overlay>,
    held: Held,
    /// The header that was taken last, as the end of its chain: the next one mostly follows it.
    last: Option<Tip>,
    /// Headers that were ever taken.
    seen: u64,
    /// What the blocks of this commit were rejected for, in full.
    rejections: Vec<(BlockId, Rejection)>,
    /// Steps since they were last asked for.
    steps: Vec<Step>,
    /// After how many bytes changes are committed although there are more to come.
    gathered_max: usize,
}

impl Chain {
    /// The chain in a database. A new one begins with the network's first block.
    ///
    /// # Errors
    /// [`Stop`].
    pub fn open(storage: Storage) -> Result<Chain, Stop> {
        let overlay = Overlay::new(storage.snapshot()?);
        let seen = overlay.get(Space::Meta, SEEN_KEY)?;
        let ledger = Ledger::open(storage.network(), overlay).map_err(Stop::Fault)?;
        let mut chain = Chain {
            storage,
            ledger,
            held: Held::default(),
            last: None,
            seen: number(seen)?,
            rejections: Vec::new(),
            steps: Vec::new(),
            gathered_max: GATHERED_MAX,
        };
        chain.begin()?;
        Ok(chain)
    }

    /// Commits after so many bytes: how tests have long reorganisations committed in parts.
    #[must_use]
    pub fn with_gathered_max(mut self, bytes: usize) -> Chain {
        self.gathered_max = bytes;
        self
    }

    /// Keeps the first block, if it is not.
    fn begin(&mut self) -> Result<(), Stop> {
        let first = genesis(self.network());
        if self.kept().header(&first.id())?.is_some() {
            return Ok(());
        }
        let tip = Tip::first(&first.header);
        let record = self.record(&first.header, &tip, Body::Complete);
        self.put_record(&tip.id, &record);
        let kept = self.kept_mut();
        kept.put(Space::Blocks, tip.id.to_vec(), first.to_bytes());
        kept.put(Space::Heights, height_key(Height(0)), tip.id.to_vec());
        self.put_places(&first, &tip.id, Height(0));
        self.commit()
    }

    /// The network.
    pub fn network(&self) -> Network {
        self.storage.network()
    }

    /// The database.
    pub fn storage(&self) -> &Storage {
        &self.storage
    }

    /// The last block that the state is of, committed or not.
    ///
    /// # Errors
    /// When the disk fails.
    pub fn tip(&self) -> Result<Tip, Stop> {
        Ok(self.ledger.tip()?)
    }

    /// The ledger with what is not committed yet.
    pub fn ledger(&self) -> &Ledger<Overlay> {
        &self.ledger
    }

    /// A block in the making, on the last block.
    ///
    /// # Errors
    /// [`Stop`].
    pub fn draft(&self) -> Result<Draft<'_, Overlay>, Stop> {
        self.ledger.draft().map_err(Stop::Fault)
    }

    /// What is kept, with changes over it.
    pub(crate) fn kept(&self) -> &Overlay {
        self.ledger.store()
    }

    /// The same, for more than blocks.
    pub(crate) fn kept_mut(&mut self) -> &mut Overlay {
        self.ledger.store_mut()
    }

    /// Blocks that are held.
    pub fn held(&self) -> usize {
        self.held.len()
    }

    /// The steps since this was last called.
    pub(crate) fn take_steps(&mut self) -> Vec<Step> {
        std::mem::take(&mut self.steps)
    }

    /// Whether there is anything to commit.
    pub(crate) fn is_changed(&self) -> bool {
        !self.kept().is_empty()
    }

    /// Brings all changes to the disk.
    ///
    /// # Errors
    /// When the disk fails: none of them is there then.
    pub fn commit(&mut self) -> Result<(), Stop> {
        if self.is_changed() {
            self.storage.commit(self.kept())?;
            *self.kept_mut() = Overlay::new(self.storage.snapshot()?);
        }
        self.rejections.clear();
        Ok(())
    }

    /// Takes a header whose body may come later.
    ///
    /// # Errors
    /// [`Stop`]; what is wrong with the header is in the answer.
    pub fn submit_header(&mut self, header: &Header, now: Time) -> Result<Submitted, Stop> {
        let id = header.id();
        if let Some(record) = self.kept().header(&id)? {
            return Ok(record.bad.map_or(Submitted::Known, |bad| Submitted::Rejected(bad.rejection())));
        }
        match self.take_header(header, &id, now)? {
            Ok(_) => {}
            Err(NotTaken::Yet(rejection) | NotTaken::Ever(rejection)) => {
                return Ok(Submitted::Rejected(rejection));
            }
        }
        for next in self.held.after(&id) {
            self.submit_block(next, now)?;
        }
        Ok(Submitted::Kept)
    }

    /// Keeps a block, cheap checks first. [`activate`](Chain::activate) brings the state to it if it is to be.
    ///
    /// # Errors
    /// [`Stop`]; what is wrong with the block is in the answer.
    pub fn submit_block(&mut self, block: Block, now: Time) -> Result<Submitted, Stop> {
        let id = block.id();
        if let Some(why) = self.held.why(&id) {
            return Ok(Submitted::Held(why));
        }
        let known = self.kept().header(&id)?;
        match &known {
            Some(HeaderRecord { bad: Some(bad), .. }) => return Ok(Submitted::Rejected(bad.rejection())),
            Some(HeaderRecord { body: Body::Kept | Body::Complete, .. }) => return Ok(Submitted::Known),
            _ => {}
        }
        let record = match known {
            Some(record) => record,
            None => match self.take_header(&block.header, &id, now)? {
                Ok(record) => record,
                Err(NotTaken::Yet(why)) => {
                    // Bytes that are no block at all are not worth holding.
                    if let Err(fault) = ledger::check_alone(self.network(), &block) {
                        return rejection(fault).map(Submitted::Rejected);
                    }
                    self.held.add(id, block, why);
                    return Ok(Submitted::Held(why));
                }
                Err(NotTaken::Ever(why)) => return Ok(Submitted::Rejected(why)),
            },
        };
        if let Err(fault) = ledger::check_alone(self.network(), &block) {
            let why = rejection(fault)?;
            if why.of_a_block() == Lasting::Permanent {
                self.mark_bad(&id, record, Bad::new(&why))?;
            }
            return Ok(Submitted::Rejected(why));
        }
        self.keep_body(&id, record, &block)?;
        reached(Point::Kept);
        for next in self.held.after(&id) {
            self.submit_block(next, now)?;
        }
        Ok(Submitted::Kept)
    }

    /// Looks again at blocks that were held because their time had not come.
    ///
    /// # Errors
    /// [`Stop`].
    pub fn submit_ripe(&mut self, now: Time) -> Result<(), Stop> {
        for block in self.held.ripe(now, AHEAD_MAX) {
            self.submit_block(block, now)?;
        }
        Ok(())
    }

    /// What became of a block, after [`activate`](Chain::activate).
    ///
    /// # Errors
    /// When the disk fails.
    pub fn standing(&self, id: &BlockId) -> Result<Submitted, Stop> {
        let full = self.rejections.iter().find(|(of, _)| of == id).map(|(_, why)| *why);
        let Some(record) = self.kept().header(id)? else { return Ok(Submitted::Kept) };
        Ok(match (&record.bad, full) {
            (Some(_), Some(why)) => Submitted::Rejected(why),
            (Some(bad), None) => Submitted::Rejected(bad.rejection()),
            (None, _) if self.kept().is_on_chain(&record, id)? => Submitted::Taken,
            (None, _) => Submitted::Kept,
        })
    }

    /// Takes a header that is not known. Why not, if not.
    fn take_header(
        &mut self,
        header: &Header,
        id: &BlockId,
        now: Time,
    ) -> Result<Result<HeaderRecord, NotTaken>, Stop> {
        let unknown = Rejection { code: Rejected::Previous, transaction: None, entry: None, detail: None };
        let parent = match self.last.take().filter(|last| last.id == header.previous) {
            Some(last) => last,
            None => {
                let Some(parent) = self.kept().header(&header.previous)? else {
                    return Ok(Err(NotTaken::Yet(unknown)));
                };
                if parent.bad.is_some() {
                    // Its children need not be remembered: they will be asked for their parent again.
                    return Ok(Err(NotTaken::Ever(Bad::ancestor().rejection())));
                }
                self.kept().tip_at(self.network(), &header.previous, &parent)?
            }
        };
        let tip = match parent.next(self.network(), header, now) {
            Ok(tip) => tip,
            Err(fault) => {
                let why = rejection(fault)?;
                let is_early = why.code == Rejected::TooNew;
                return Ok(Err(if is_early { NotTaken::Yet(why) } else { NotTaken::Ever(why) }));
            }
        };
        let record = self.record(header, &tip, Body::Missing);
        self.put_record(id, &record);
        self.kept_mut().put(Space::Children, child_key(&header.previous, id), Vec::new());
        self.last = Some(tip);
        Ok(Ok(record))
    }

    /// What is to be kept of a header that was seen just now.
    fn record(&mut self, header: &Header, tip: &Tip, body: Body) -> HeaderRecord {
        let seen = self.seen;
        self.seen += 1;
        let next = self.seen.to_le_bytes().to_vec();
        self.kept_mut().put(Space::Meta, SEEN_KEY.to_vec(), next);
        HeaderRecord { header: header.to_bytes(), height: tip.height, work: tip.work, seen, body, bad: None }
    }

    fn put_record(&mut self, id: &BlockId, record: &HeaderRecord) {
        self.kept_mut().put(Space::Headers, id.to_vec(), encode(record));
    }

    /// Keeps a body, and makes candidates of all blocks that miss nothing any more.
    fn keep_body(&mut self, id: &BlockId, mut record: HeaderRecord, block: &Block) -> Result<(), Stop> {
        self.kept_mut().put(Space::Blocks, id.to_vec(), block.to_bytes());
        let parent = self.kept().known_header(&block.header.previous)?;
        record.body = Body::Kept;
        if parent.body != Body::Complete {
            self.put_record(id, &record);
            return Ok(());
        }
        let mut complete = vec![(*id, record)];
        while let Some((id, mut record)) = complete.pop() {
            record.body = Body::Complete;
            self.put_record(&id, &record);
            self.kept_mut().put(Space::Candidates, record.candidate_key(), id.to_vec());
            for child in self.kept().children(&id, usize::MAX)? {
                let record = self.kept().known_header(&child)?;
                if record.body == Body::Kept && record.bad.is_none() {
                    complete.push((child, record));
                }
            }
        }
        Ok(())
    }

    /// Never takes a block, nor any after it.
    fn mark_bad(&mut self, id: &BlockId, record: HeaderRecord, why: Bad) -> Result<(), Stop> {
        let mut bad = vec![(*id, record, why)];
        while let Some((id, mut record, why)) = bad.pop() {
            self.kept_mut().remove(Space::Candidates, record.candidate_key());
            record.bad = Some(why);
            self.put_record(&id, &record);
            for child in self.kept().children(&id, usize::MAX)? {
                let record = self.kept().known_header(&child)?;
                if record.bad.is_none() {
                    bad.push((child, record, Bad::ancestor()));
                }
            }
        }
        // It may be one of those.
        self.last = None;
        Ok(())
    }

    /// Where the transactions of a block of the chain stand.
    fn put_places(&mut self, block: &Block, id: &BlockId, height: Height) {
        for (index, transaction) in (0..).zip(&block.transactions) {
            let place = Place { block: *id, height, index };
            self.kept_mut().put(Space::Transactions, transaction.id().to_vec(), encode(&place));
        }
    }
}

/// Why a header is not taken.
enum NotTaken {
    /// Its parent is not known yet, or its time has not come.
    Yet(Rejection),
    /// It breaks a rule, or is built on a block that does.
    Ever(Rejection),
}

/// How many headers were ever taken.
const SEEN_KEY: &[u8] = b"seen";

fn number(bytes: Option<Vec<u8>>) -> Result<u64, StorageError> {
    let Some(bytes) = bytes else { return Ok(0) };
    let number = bytes.try_into().map(u64::from_le_bytes);
    number.map_err(|_| StorageError::Damaged("a count has no eight bytes".to_owned()))
}

/// A rejection, or what makes a node stop.
fn rejection(fault: Fault) -> Result<Rejection, Stop> {
    match fault {
        Fault::Rejected(rejection) => Ok(rejection),
        fault => Err(Stop::Fault(fault)),
    }
}

impl Stop {
    /// Whether nothing failed: somebody wanted it.
    pub fn is_cancelled(&self) -> bool {
        matches!(self, Stop::Fault(Fault::Engine(gridnet_core::Error::Cancelled)))
    }
}

/// What verifies, and how it is stopped.
#[derive(Clone, Copy)]
pub struct Verifier<'a> {
    /// The engine.
    pub engine: &'a Engine,
    /// How it is stopped.
    pub control: &'a gridnet_core::Control,
}
