//! What a receipt shows, and what a policy makes of it.

use std::fmt;

use gridnet_core::Work;

use super::evidence::{Read, SideRead};
use crate::contract::{Contract, Signatory};
use crate::meter::SignedReading;
use crate::reason::SpvFault;
use crate::spv::{Checkpoint, HeaderChain, Part, ShownRoot, require};
use crate::state::Table;
use crate::state::row::{Identity, Mark, Meter, Retired};
use crate::transaction::Subject;
use crate::trust::Policy;
use crate::value::{ContractId, Height, MeterId, Time, Units, WattHours};
use crate::{Address, Error, Network};

/// What a receipt shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReceiptFacts {
    /// On which network.
    pub network: Network,
    /// The contract's id.
    pub contract: ContractId,
    /// What was agreed.
    pub terms: Contract,
    /// When it was opened.
    pub opened: Height,
    /// When it was settled.
    pub settled: Height,
    /// The time of that block, if its header is there.
    pub settled_time: Option<Time>,
    /// What was paid for.
    pub delivered: WattHours,
    /// What each party had of the deposit in the end, in the order of the terms. The buyer has back what is left.
    pub paid: Vec<Paid>,
    /// Who gave the energy.
    pub seller: SideFacts,
    /// Who took it.
    pub buyer: SideFacts,
    /// What else the meters signed.
    pub readings: Vec<SignedReading>,
    /// The authorities that the receipt says something of, be it that they have marked nothing.
    pub authorities: Vec<Address>,
    /// All marks of these.
    pub marks: Vec<Marked>,
    /// The state that all this stands in.
    pub root: ShownRoot,
    /// The block that was trusted.
    pub start: Checkpoint,
    /// The last block.
    pub tip: Checkpoint,
    /// The work of all headers.
    pub work: Work,
    objections: Vec<ReceiptObjection>,
}

/// What a party had in the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Paid {
    /// Which party.
    pub party: Signatory,
    /// How much.
    pub amount: Units,
}

/// A side of the contract.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SideFacts {
    /// Whose meter it is.
    pub owner: Address,
    /// The meter's id.
    pub meter: MeterId,
    /// What the ledger has of the meter: its certificate, its latest reading.
    pub row: Meter,
    /// The owner's identity, if it has one.
    pub identity: Option<Identity>,
}

/// What an authority says of a meter or its owner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Marked {
    /// Which authority.
    pub authority: Address,
    /// Of whom.
    pub subject: Subject,
    /// What.
    pub mark: Mark,
}

/// Why somebody would not take a receipt, though all that it says is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ReceiptObjection {
    /// It was proven to everybody that this meter or owner did wrong.
    Proven(Subject),
    /// An authority that counts had marked it by then.
    Marked(Marked),
    /// The receipt says nothing of this authority, which counts.
    Unsaid(Address),
}

impl ReceiptObjection {
    /// The stable name.
    pub const fn name(&self) -> &'static str {
        match self {
            ReceiptObjection::Proven(_) => "proven",
            ReceiptObjection::Marked(_) => "marked",
            ReceiptObjection::Unsaid(_) => "unsaid",
        }
    }
}

impl fmt::Display for ReceiptObjection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl From<SideRead> for SideFacts {
    fn from(SideRead { id, meter, owner, identity }: SideRead) -> SideFacts {
        SideFacts { owner, meter: id, row: meter, identity }
    }
}

impl SideFacts {
    /// Energy that went through its meter since the ledger knows it: imported, exported. `None`: it was never read.
    pub fn measured(&self) -> Option<[WattHours; 2]> {
        let (kept, [import, export]) = (self.row.kept?, self.row.baseline);
        // Registers never fall; what a made-up state says is no reason to panic.
        let since = |now: WattHours, before: WattHours| WattHours(now.0.saturating_sub(before.0));
        Some([since(kept.import, import), since(kept.export, export)])
    }
}

impl ReceiptFacts {
    pub(super) fn new(
        chain: &HeaderChain,
        root: ShownRoot,
        read: Read,
        readings: &[SignedReading],
        policy: &Policy,
    ) -> Result<ReceiptFacts, Error> {
        let (terms, part) = (read.row.contract, Part::Row(Table::Contracts));
        require(read.row.opened <= read.settled && read.settled <= root.height, SpvFault::Forged, part)?;
        let amounts = terms.balances(read.delivered);
        let parties = terms.parties.as_slice().iter().zip(amounts);
        let marks = read.marks.into_iter();
        let mut facts = ReceiptFacts {
            network: chain.network(),
            contract: read.id,
            paid: parties.map(|(party, amount)| Paid { party: *party, amount }).collect(),
            opened: read.row.opened,
            settled: read.settled,
            settled_time: chain.header(read.settled).map(|header| Time(header.time.into())),
            delivered: read.delivered,
            terms,
            seller: read.seller.into(),
            buyer: read.buyer.into(),
            readings: readings.to_vec(),
            authorities: read.authorities,
            marks: marks.map(|(authority, subject, mark)| Marked { authority, subject, mark }).collect(),
            root,
            start: chain.start(),
            tip: Checkpoint { height: chain.height(), id: chain.tip() },
            work: chain.work(),
            objections: Vec::new(),
        };
        facts.objections = facts.objections_of(policy);
        Ok(facts)
    }

    fn objections_of(&self, policy: &Policy) -> Vec<ReceiptObjection> {
        let mut objections = Vec::new();
        for side in [&self.seller, &self.buyer] {
            if matches!(side.row.retired, Some(Retired::Equivocated(_))) {
                objections.push(ReceiptObjection::Proven(Subject::Meter(side.meter)));
            }
            if side.identity.as_ref().is_some_and(|identity| identity.revoked) {
                objections.push(ReceiptObjection::Proven(Subject::Identity(side.owner)));
            }
        }
        let counts = |marked: &&Marked| {
            policy.authorities.contains(&marked.authority) && marked.mark.effective <= self.root.height
        };
        objections.extend(self.marks.iter().filter(counts).cloned().map(ReceiptObjection::Marked));
        let unsaid = policy.authorities.iter().filter(|authority| !self.authorities.contains(authority));
        objections.extend(unsaid.copied().map(ReceiptObjection::Unsaid));
        objections
    }

    /// Why the policy that it was verified by would not take it, if it would not: the first of
    /// [`objections`](ReceiptFacts::objections).
    pub fn objection(&self) -> Option<&ReceiptObjection> {
        self.objections.first()
    }

    /// All that speaks against it as seen by that policy: what is proven, what is marked, of whom nothing is said.
    pub fn objections(&self) -> &[ReceiptObjection] {
        &self.objections
    }
}
