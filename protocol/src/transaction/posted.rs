//! What anybody may post: it carries its own proof, and its own pay.

use std::io;

use borsh::{BorshDeserialize, BorshSerialize};

use super::{Cost, IdentityRegistration};
use crate::Error;
use crate::custody::Opening;
use crate::encoding::{List, limits};
use crate::tagged::Tag;
use crate::transit::ClaimedPool;
use crate::value::{Depth, PoolId};

/// The shares that a claim left to hops which did not say who they are: see [`held_id`].
pub type HeldId = [u8; 32];

/// What names the shares that are held of a claim: of which bank, and down to which depth. No other claim has both.
pub fn held_id(pool: &PoolId, bank: u16, depth: Depth) -> HeldId {
    Tag::HELD.hash(&[&pool.0, &bank.to_le_bytes(), &depth.0.to_le_bytes()])
}

/// A hop that says who it is, after the claim left it unopened. What it committed to tells which hop it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, BorshSerialize, BorshDeserialize)]
pub struct Opened {
    /// The claim that left its share.
    pub held: HeldId,
    /// Who it is.
    pub opening: Opening,
}

/// Transit pools that are claimed together, one at least.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize)]
pub struct Claims(List<ClaimedPool, { limits::CLAIM_POOLS }>);

impl Claims {
    /// These.
    ///
    /// # Errors
    /// [`Error::TooMany`], and [`Error::OutOfRange`] when there are none.
    pub fn new(pools: Vec<ClaimedPool>) -> Result<Claims, Error> {
        if pools.is_empty() {
            let max = limits::CLAIM_POOLS.into();
            return Err(Error::OutOfRange { what: "the transit pools of a claim", min: 1, max, got: 0 });
        }
        List::new("a claim", pools).map(Claims)
    }

    /// The pools.
    pub fn as_slice(&self) -> &[ClaimedPool] {
        self.0.as_slice()
    }
}

impl BorshDeserialize for Claims {
    fn deserialize_reader<R: io::Read>(reader: &mut R) -> io::Result<Claims> {
        let pools: List<ClaimedPool, { limits::CLAIM_POOLS }> = List::deserialize_reader(reader)?;
        // A block of empty claims would be all list.
        if pools.as_slice().is_empty() {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "a claim of nothing"));
        }
        Ok(Claims(pools))
    }
}

/// What anybody may post.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum Posted {
    /// Transit pools, judged in their order. Each pays its fee out of what it is worth.
    Claim(Claims),
    /// A hop that says who it is. The share pays the fee.
    Open(Opened),
    /// An identity whose proof is its price. A block takes a few of them.
    RegisterIdentity(IdentityRegistration),
}

impl Posted {
    /// What must be computed to verify it.
    pub(super) fn cost(&self) -> Cost {
        match self {
            Posted::Claim(claims) => {
                claims.as_slice().iter().fold(Cost::default(), |cost, claim| cost.plus(claim.cost()))
            }
            Posted::Open(_) => Cost::default(),
            Posted::RegisterIdentity(identity) => identity.cost(),
        }
    }
}
