//! Energy receipts: who sold how much to whom, for what, measured by which meters, and what is said about those. One object
//! that a stranger checks with nothing else, a checkpoint at best.
//!
//! What stands in the ledger of one moment is gathered first ([`Evidence`]). The block after that moment names the state's
//! root; some blocks later a [`Receipt`] joins all of it.

mod evidence;
mod facts;
#[cfg(test)]
mod tests;

use borsh::{BorshDeserialize, BorshSerialize};
use gridnet_core::{Control, Engine};

pub use self::evidence::{AUTHORITIES_MAX, AuthorityEvidence, Evidence, SideEvidence};
pub use self::facts::{Marked, Paid, ReceiptFacts, ReceiptObjection, SideFacts};
use super::{Checkpoint, HeaderChain, Headers, Part, RootProof, bytes, require};
use crate::block::Block;
use crate::encoding::List;
use crate::meter::SignedReading;
use crate::reason::SpvFault;
use crate::trust::Policy;
use crate::value::{Height, Time};
use crate::{Error, Network};

/// Signed readings of a receipt, at most: as many of each meter as a close has.
pub const READINGS_MAX: u32 = 192;
/// What a file of a receipt begins with; the last byte is the version.
const MAGIC: &[u8; 9] = b"GN-rcpt_\x01";

/// A receipt for energy.
#[derive(Clone, Debug, PartialEq, BorshSerialize, BorshDeserialize)]
pub struct Receipt {
    /// The number of its network.
    pub network: u32,
    /// The height of the first header.
    pub start: Height,
    /// The headers, from a block that the verifier knows to one that is some blocks after the state.
    pub headers: Headers,
    /// The state's root.
    pub root: RootProof,
    /// What stands in that state.
    pub evidence: Evidence,
    /// What else the two meters signed. It need not be on the ledger.
    pub readings: List<SignedReading, READINGS_MAX>,
}

bytes!(Receipt, "a receipt");

/// What somebody takes a receipt by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// The network.
    pub network: Network,
    /// A block that is trusted.
    pub start: Checkpoint,
    /// Blocks that must be on top of the one that names the state's root.
    pub depth: u32,
    /// Whose marks count.
    pub policy: Policy,
    /// The clock.
    pub now: Time,
}

impl Receipt {
    /// Joins what was gathered with headers and the block after it.
    ///
    /// # Errors
    /// [`Error::Spv`] with [`SpvFault::Row`] when the evidence is not of the state before that block, and
    /// [`SpvFault::Height`] when the block has no coinbase; what [`Evidence`] is refused for. Headers are not looked at.
    pub fn assemble(
        network: Network,
        start: Height,
        headers: Headers,
        next: &Block,
        evidence: Evidence,
        readings: List<SignedReading, READINGS_MAX>,
    ) -> Result<Receipt, Error> {
        let root = RootProof::of(next).ok_or(Error::Spv { fault: SpvFault::Height, part: Part::Root })?;
        evidence.read(network, &root.coinbase.state)?.readings(network, readings.as_slice())?;
        Ok(Receipt { network: network.id(), start, headers, root, evidence, readings })
    }

    /// What it shows, to somebody who takes it by these options. Whether it is worth anything to them is said by
    /// [`ReceiptFacts::objection`].
    ///
    /// # Errors
    /// [`Error::Spv`], the first fault that holds in the order of [`SpvFault`]; the engine's own.
    pub fn verify(
        &self,
        engine: &Engine,
        options: &Options,
        control: &Control,
    ) -> Result<ReceiptFacts, Error> {
        let Options { network, start, now, .. } = *options;
        require(self.network == network.id(), SpvFault::Network, Part::Whole)?;
        require(self.start == start.height, SpvFault::Start, Part::Header(self.start))?;
        let chain = HeaderChain::verify(engine, network, start, &self.headers, now, control)?;
        let root = self.root.verify(&chain)?;
        require(root.depth >= options.depth, SpvFault::Shallow, Part::Root)?;
        let read = self.evidence.read(network, &root.root)?;
        read.readings(network, self.readings.as_slice())?;
        ReceiptFacts::new(&chain, root, read, self.readings.as_slice(), &options.policy)
    }

    /// Its file.
    pub fn to_file(&self) -> Vec<u8> {
        [&MAGIC[..], &self.to_bytes()].concat()
    }

    /// The receipt of a file.
    ///
    /// # Errors
    /// [`Error::Encoding`].
    pub fn from_file(bytes: &[u8]) -> Result<Receipt, Error> {
        match bytes.strip_prefix(MAGIC) {
            Some(bytes) => Receipt::from_bytes(bytes),
            None => Err(Error::Encoding {
                what: "a receipt's file",
                why: "it does not begin with GN-rcpt_ and version 1".to_owned(),
            }),
        }
    }
}
