//! What an account can do.

use borsh::{BorshDeserialize, BorshSerialize};

use gridnet_core::proof::identity::Proof;

use super::Cost;
use crate::contract::{SignedContract, SignedState};
use crate::encoding::{List, limits};
use crate::fraud::FraudProof;
use crate::meter::{Area, EquivocationProof, SignedCertificate, SignedReading, Source};
use crate::pool::Registration;
use crate::tagged::Tag;
use crate::value::{ContractId, Height, MeterId, PoolId, SubventionId, Units};
use crate::{Address, PublicKey};

/// An identity that is to be registered. Its address is whoever's: what is proven is work, and a stranger may pay.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, BorshSerialize, BorshDeserialize)]
pub struct IdentityRegistration {
    /// Whose identity.
    pub address: Address,
    /// Of its proof of stake.
    pub repetitions: u32,
    /// Of the same.
    pub nonce: u32,
}

impl IdentityRegistration {
    /// Its proof of stake.
    pub fn proof(&self) -> Proof {
        Proof { repetitions: self.repetitions, nonce: self.nonce }
    }

    /// What must be computed to verify it.
    pub(super) fn cost(&self) -> Cost {
        Cost { signatures: 0, walked: Cost::of_identity(self.repetitions) }
    }
}

/// What an account does.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum Action {
    /// Gives coins to another account.
    Transfer {
        /// Whose.
        to: Address,
        /// How many.
        amount: Units,
    },
    /// Registers an identity, and pays for it.
    RegisterIdentity {
        /// Which.
        identity: IdentityRegistration,
        /// Coins that the sender adds to its stake.
        stake: Units,
    },
    /// Adds to an identity's coin stake.
    AddStake {
        /// Whose.
        identity: Address,
        /// How much.
        amount: Units,
    },
    /// Gives notice of a part of the sender's own coin stake: it comes back after a time, and can be lost until then.
    WithdrawStake {
        /// How much.
        amount: Units,
    },
    /// Deposits the coins of a token pool. The registration's sequence is this transaction's: so no pool is registered
    /// twice.
    RegisterPool {
        /// The pool.
        pool: Registration,
    },
    /// Takes back what of a pool was never revealed, long after it expired.
    ReclaimPool {
        /// Which.
        pool: PoolId,
    },
    /// Commits to a proof of fraud: whoever did first is rewarded for it.
    CommitFraud {
        /// Of the proof and the sender's address.
        commitment: [u8; 32],
    },
    /// Proves that an owner sold the same hashes twice. Who committed to the proof in time is rewarded.
    ProveFraud {
        /// The two tokens.
        proof: Box<FraudProof>,
    },
    /// Makes the sender one who certifies meters.
    RegisterCertifier,
    /// Registers a meter.
    RegisterMeter {
        /// What certifier and owner have signed.
        certificate: Box<SignedCertificate>,
    },
    /// Puts readings on the ledger, whoever's they are.
    Read {
        /// The readings, each meter's in their order.
        readings: List<SignedReading, { limits::READINGS }>,
    },
    /// Proves that a meter said two things at once: it is not read any more.
    ProveEquivocation {
        /// The two readings.
        proof: Box<EquivocationProof>,
    },
    /// Sets coins aside for what meters will export.
    OpenSubvention {
        /// For which.
        terms: Box<SubventionTerms>,
    },
    /// Has a meter join a subvention, or be paid what it is due of it: to its owner, whoever asks.
    CreditSubvention {
        /// Which subvention.
        subvention: SubventionId,
        /// Which meter.
        meter: MeterId,
    },
    /// Takes back what is left of the sender's subvention, after its expiry.
    CloseSubvention {
        /// Which.
        subvention: SubventionId,
    },
    /// Makes the sender an authority, whom others may trust.
    RegisterAuthority,
    /// Says of something that it is not to be trusted.
    Mark {
        /// Of what.
        subject: Subject,
        /// Why.
        reason: MarkReason,
        /// From which height on.
        effective: Height,
    },
    /// Takes that back.
    Unmark {
        /// Of what.
        subject: Subject,
    },
    /// Opens a contract: the buyer's deposit is locked.
    OpenContract {
        /// What all parties have signed.
        contract: Box<SignedContract>,
    },
    /// Begins to close a contract. Somebody may know better.
    CloseContract {
        /// Which.
        contract: ContractId,
        /// The newest state that the sender knows; `None`: that before any was signed.
        state: Option<Box<SignedState>>,
        /// Readings of both meters.
        readings: CloseReadings,
    },
    /// Knows better.
    AnswerContract {
        /// A state that outdoes the one that the contract is being closed with.
        state: Box<SignedState>,
        /// Readings of both meters.
        readings: CloseReadings,
    },
    /// Ends a contract at once, as all parties agreed.
    EndContract {
        /// A final state.
        state: Box<SignedState>,
    },
}

/// Readings that a close or an answer carries, of both meters.
pub type CloseReadings = List<SignedReading, { 2 * limits::CLOSE_READINGS }>;

/// Why something is marked, in its authority's words.
pub type MarkReason = List<u8, { limits::REASON_BYTES }>;

/// What can be marked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, BorshSerialize, BorshDeserialize)]
pub enum Subject {
    /// A meter.
    Meter(MeterId),
    /// An identity.
    Identity(Address),
    /// A token pool.
    Pool(PoolId),
}

/// What a subvention is for.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct SubventionTerms {
    /// All that there is.
    pub budget: Units,
    /// Units for each kWh that is exported.
    pub rate: Units,
    /// Whose meters: one at least.
    pub certifiers: List<PublicKey, { limits::CERTIFIERS }>,
    /// Where; `None`: everywhere.
    pub area: Option<Area>,
    /// Of which source; `None`: of any.
    pub source: Option<Source>,
    /// Whether what is imported counts against what is exported.
    pub net: bool,
    /// The last height at which it pays.
    pub expiry: Height,
}

/// What names a subvention: who opened it, by which of its transactions.
pub fn subvention_id(sponsor: &Address, sequence: u64) -> SubventionId {
    SubventionId(Tag::SUBVENTION.hash(&[&sponsor.0, &sequence.to_le_bytes()]))
}

impl Action {
    /// What must be computed to verify it, the sender's signature aside.
    pub(super) fn cost(&self) -> Cost {
        let of = |signatures: usize| Cost::signatures(signatures as u64);
        match self {
            Action::RegisterIdentity { identity, .. } => identity.cost(),
            Action::ProveFraud { .. } | Action::RegisterMeter { .. } | Action::ProveEquivocation { .. } => {
                Cost::signatures(2)
            }
            Action::Read { readings } => of(readings.as_slice().len()),
            Action::OpenContract { contract } => of(contract.signatures.as_slice().len()),
            Action::CloseContract { state, readings, .. } => {
                let state = state.as_ref().map_or(0, |state| state.signatures.as_slice().len());
                of(state + readings.as_slice().len())
            }
            Action::AnswerContract { state, readings } => {
                of(state.signatures.as_slice().len() + readings.as_slice().len())
            }
            Action::EndContract { state } => of(state.signatures.as_slice().len()),
            Action::Transfer { .. }
            | Action::AddStake { .. }
            | Action::WithdrawStake { .. }
            | Action::RegisterPool { .. }
            | Action::ReclaimPool { .. }
            | Action::CommitFraud { .. }
            | Action::RegisterCertifier
            | Action::OpenSubvention { .. }
            | Action::CreditSubvention { .. }
            | Action::CloseSubvention { .. }
            | Action::RegisterAuthority
            | Action::Mark { .. }
            | Action::Unmark { .. } => Cost::default(),
        }
    }
}
