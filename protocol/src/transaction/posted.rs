//! What anybody may post: it carries its own proof, and its own pay.

use borsh::{BorshDeserialize, BorshSerialize};

use super::{Cost, IdentityRegistration, STEPS_OF_A_BYTE};
use crate::Address;
use crate::custody::Opening;
use crate::encoding::{List, limits};
use crate::fraud::FraudProof;
use crate::transit::ClaimedPool;

/// A share that is held until its hop says who it is: of which claim, and which hop.
pub type HeldId = [u8; 32];

/// A hop that says who it is, after the claim left it unopened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Opened {
    /// The share that is held for it.
    pub held: HeldId,
    /// Who it is.
    pub opening: Opening,
}

/// What anybody may post.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum Posted {
    /// Transit pools, judged in their order. Each pays its fee out of what it is worth.
    Claim(List<ClaimedPool, { limits::CLAIM_POOLS }>),
    /// A hop that says who it is. The share pays the fee.
    Open(Opened),
    /// An identity whose proof is its price. A block takes a few of them.
    RegisterIdentity(IdentityRegistration),
    /// Two tokens that sell the same hashes twice. The reward pays the fee.
    ProveFraud {
        /// The two.
        proof: Box<FraudProof>,
        /// Who is rewarded, unless somebody committed to it before.
        reporter: Address,
    },
}

impl Posted {
    /// What must be computed to verify it.
    pub(super) fn cost(&self) -> Cost {
        match self {
            Posted::Claim(pools) => {
                let mut cost = Cost::default();
                for claimed in pools.as_slice() {
                    cost.signatures += claimed.pool.signatures();
                    cost.walked += u64::from(claimed.steps).div_ceil(STEPS_OF_A_BYTE);
                }
                cost
            }
            Posted::Open(_) => Cost::default(),
            Posted::RegisterIdentity(identity) => Cost { signatures: 0, walked: identity.walked() },
            Posted::ProveFraud { .. } => Cost { signatures: 2, walked: 0 },
        }
    }
}
