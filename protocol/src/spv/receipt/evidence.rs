//! What stands in the ledger about a contract, each row with its way to the state's root.

use borsh::{BorshDeserialize, BorshSerialize};

use crate::contract::{Role, Standing};
use crate::encoding::List;
use crate::ledger::{Fault, Ledger, Rejection};
use crate::meter::SignedReading;
use crate::reason::{Rejected, SpvFault};
use crate::spv::{Part, RowProof, require};
use crate::state::row::{Identity, Mark, Meter, OpenedContract};
use crate::state::{Row, Store, Table};
use crate::transaction::Subject;
use crate::trust::Policy;
use crate::value::{ContractId, Height, MeterId, WattHours};
use crate::{Address, Error, Network, PublicKey};

/// Authorities of a receipt, at most.
pub const AUTHORITIES_MAX: u32 = 16;

/// What stands in the ledger about a contract that is settled.
#[derive(Clone, Debug, PartialEq, BorshSerialize, BorshDeserialize)]
pub struct Evidence {
    /// Which contract.
    pub contract: ContractId,
    /// Its row.
    pub settled: RowProof,
    /// The seller's side.
    pub seller: SideEvidence,
    /// The buyer's side.
    pub buyer: SideEvidence,
    /// What authorities say, by their addresses.
    pub authorities: List<AuthorityEvidence, AUTHORITIES_MAX>,
}

/// What stands there about a meter and its owner.
#[derive(Clone, Debug, PartialEq, BorshSerialize, BorshDeserialize)]
pub struct SideEvidence {
    /// The meter's row: its certificate, its registers.
    pub meter: RowProof,
    /// The owner's identity, if it has one.
    pub owner: RowProof,
}

/// What an authority says.
#[derive(Clone, Debug, PartialEq, BorshSerialize, BorshDeserialize)]
pub struct AuthorityEvidence {
    /// Which authority.
    pub authority: Address,
    /// Its marks, or that there are none: of the seller's meter, its owner, the buyer's meter, its owner.
    pub marks: [RowProof; 4],
}

impl Evidence {
    /// What stands about a contract in the state after the last block, and what the authorities of a policy say there.
    ///
    /// # Errors
    /// [`Fault::Rejected`] with [`Rejected::Unknown`] when there is no such contract, [`Rejected::TooEarly`] when it is not
    /// settled, [`Rejected::Range`] when the policy has more authorities than [`AUTHORITIES_MAX`]; when the store fails.
    pub fn gather<S: Store>(
        ledger: &Ledger<S>,
        contract: ContractId,
        policy: &Policy,
    ) -> Result<Evidence, Fault> {
        let rejected = |code| Fault::Rejected(Rejection::new(code));
        let (store, height) = (ledger.store(), ledger.tip()?.height);
        let row: OpenedContract = ledger.row(&contract)?.ok_or_else(|| rejected(Rejected::Unknown))?;
        if !matches!(row.standing, Standing::Settled { .. }) {
            return Err(rejected(Rejected::TooEarly));
        }
        let side = |id: MeterId| -> Result<(SideEvidence, [Subject; 2]), Fault> {
            let meter: Meter = ledger.row(&id)?.ok_or_else(|| rejected(Rejected::Unknown))?;
            let owner = Address::of(&meter.certificate.owner);
            let evidence = SideEvidence {
                meter: RowProof::of_row::<Meter>(store, height, &id)?,
                owner: RowProof::of_row::<Identity>(store, height, &owner)?,
            };
            Ok((evidence, [Subject::Meter(id), Subject::Identity(owner)]))
        };
        let (seller, [roof, seller_owner]) = side(row.contract.seller_meter)?;
        let (buyer, [home, buyer_owner]) = side(row.contract.buyer_meter)?;
        let mut authorities = Vec::new();
        for &authority in &policy.authorities {
            let mark = |subject| RowProof::of_row::<Mark>(store, height, &(authority, subject));
            let marks = [mark(roof)?, mark(seller_owner)?, mark(home)?, mark(buyer_owner)?];
            authorities.push(AuthorityEvidence { authority, marks });
        }
        Ok(Evidence {
            contract,
            settled: RowProof::of_row::<OpenedContract>(store, height, &contract)?,
            seller,
            buyer,
            authorities: List::new("authorities", authorities).map_err(|_| rejected(Rejected::Range))?,
        })
    }

    /// What it says of the state of a root.
    ///
    /// # Errors
    /// [`Error::Spv`] with the first fault from [`SpvFault::Row`] to [`SpvFault::Unsettled`], or with
    /// [`SpvFault::Authorities`].
    pub(super) fn read(&self, network: Network, root: &[u8; 32]) -> Result<Read, Error> {
        let row: OpenedContract = present(self.settled.verify_row(root, &self.contract)?)?;
        let terms = &row.contract;
        let is_sane =
            terms.id(network) == self.contract && terms.check(network.parameters().window_min).is_ok();
        require(is_sane, SpvFault::Forged, Part::Row(Table::Contracts))?;
        let Standing::Settled { height, delivered } = row.standing else {
            return Err(Error::Spv { fault: SpvFault::Unsettled, part: Part::Row(Table::Contracts) });
        };
        require(delivered <= terms.cap(), SpvFault::Forged, Part::Row(Table::Contracts))?;
        // The terms have one seller and one buyer: they were checked.
        let seller = self.seller.read(network, root, terms.seller_meter, terms.key_of(Role::Seller))?;
        let buyer = self.buyer.read(network, root, terms.buyer_meter, terms.key_of(Role::Buyer))?;
        let authorities = self.authorities.as_slice();
        let are_sorted = authorities.is_sorted_by(|one, next| one.authority < next.authority);
        require(are_sorted, SpvFault::Authorities, Part::Whole)?;
        let subjects = [seller.subjects(), buyer.subjects()].concat();
        let mut marks = Vec::new();
        for AuthorityEvidence { authority, marks: proofs } in authorities {
            for (subject, proof) in subjects.iter().zip(proofs) {
                let mark: Option<Mark> = proof.verify_row(root, &(*authority, *subject))?;
                marks.extend(mark.map(|mark| (*authority, *subject, mark)));
            }
        }
        let authorities = authorities.iter().map(|evidence| evidence.authority).collect();
        Ok(Read { id: self.contract, row, settled: height, delivered, seller, buyer, authorities, marks })
    }
}

/// What evidence says.
pub(super) struct Read {
    pub(super) id: ContractId,
    pub(super) row: OpenedContract,
    pub(super) settled: Height,
    pub(super) delivered: WattHours,
    pub(super) seller: SideRead,
    pub(super) buyer: SideRead,
    pub(super) authorities: Vec<Address>,
    pub(super) marks: Vec<(Address, Subject, Mark)>,
}

/// What it says of a side.
pub(super) struct SideRead {
    pub(super) id: MeterId,
    pub(super) meter: Meter,
    pub(super) owner: Address,
    pub(super) identity: Option<Identity>,
}

impl SideEvidence {
    fn read(
        &self,
        network: Network,
        root: &[u8; 32],
        id: MeterId,
        party: PublicKey,
    ) -> Result<SideRead, Error> {
        let meter: Meter = present(self.meter.verify_row(root, &id)?)?;
        let certificate = &meter.certificate;
        let is_sane = certificate.id(network) == id && certificate.owner == party;
        require(is_sane, SpvFault::Forged, Part::Row(Table::Meters))?;
        let owner = Address::of(&party);
        let identity = self.owner.verify_row(root, &owner)?;
        Ok(SideRead { id, meter, owner, identity })
    }
}

impl SideRead {
    /// What authorities may have marked of it.
    fn subjects(&self) -> [Subject; 2] {
        [Subject::Meter(self.id), Subject::Identity(self.owner)]
    }
}

impl Read {
    /// Whether readings are of its meters, and none of them is denied by what the ledger keeps.
    ///
    /// # Errors
    /// [`Error::Spv`] with [`SpvFault::Reading`].
    pub(super) fn readings(&self, network: Network, readings: &[SignedReading]) -> Result<(), Error> {
        readings.iter().try_for_each(|reading| {
            let side = [&self.seller, &self.buyer].into_iter().find(|side| side.id == reading.body.meter);
            let agrees = side.is_some_and(|side| {
                reading.is_signed(network, side.meter.certificate.key)
                    && agrees(network, &side.meter, reading)
            });
            require(agrees, SpvFault::Reading, Part::Whole)
        })
    }
}

/// Whether a reading and the kept one can be of one meter that only counts up.
fn agrees(network: Network, meter: &Meter, reading: &SignedReading) -> bool {
    let Some(kept) = &meter.kept else { return true };
    let (id, reading) = (reading.id(network), &reading.body);
    match reading.sequence.cmp(&kept.sequence) {
        std::cmp::Ordering::Less => {
            reading.slot < kept.slot && reading.import <= kept.import && reading.export <= kept.export
        }
        std::cmp::Ordering::Equal => id == kept.id,
        std::cmp::Ordering::Greater => {
            reading.slot > kept.slot && reading.import >= kept.import && reading.export >= kept.export
        }
    }
}

/// A row that must be there.
fn present<R: Row>(row: Option<R>) -> Result<R, Error> {
    row.ok_or(Error::Spv { fault: SpvFault::Unknown, part: Part::Row(R::TABLE) })
}
