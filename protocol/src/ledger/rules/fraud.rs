//! Fraud of owners: a bank that was sold twice costs its owner identity and stake.

use super::{identities, pools};
use crate::Address;
use crate::encoding::encode;
use crate::fraud::FraudProof;
use crate::ledger::rejection::{Fault, rejected, require};
use crate::ledger::turn::{Turn, less};
use crate::reason::Rejected;
use crate::state::Store;
use crate::state::row::{Due, FraudCommitment, Identity, Pool};
use crate::tagged::Tag;
use crate::value::{Height, Units};

/// Blocks after which a commitment is worth nothing.
const COMMITMENT_BLOCKS: u32 = 100;
/// The reporter's part of the stake: a tenth.
const REWARD: (u64, u64) = (1, 10);

/// What somebody commits to before it shows a proof, so that nobody who sees the proof can be first with it.
pub fn commitment(proof: &FraudProof, reporter: &Address) -> [u8; 32] {
    Tag::FRAUD.hash(&[&encode(proof), &reporter.0])
}

/// Writes a commitment down.
pub(in crate::ledger) fn commit<S: Store>(
    turn: &mut Turn<'_, S>,
    commitment: &[u8; 32],
) -> Result<(), Fault> {
    require(!turn.view.has::<FraudCommitment>(commitment)?, Rejected::Duplicate)?;
    turn.view.put(commitment, &FraudCommitment { height: turn.height })?;
    let over = Height(turn.height.0.saturating_add(COMMITMENT_BLOCKS + 1));
    turn.later(over, Due::Commitment(*commitment))
}

/// Takes the owner's identity and stake, and what the pool would have given back. Who committed to the proof in an earlier
/// block is rewarded; without that, whoever copies a proof on its way would be.
pub(in crate::ledger) fn prove<S: Store>(
    turn: &mut Turn<'_, S>,
    sender: Address,
    proof: &FraudProof,
) -> Result<(), Fault> {
    let id = proof.first.pool;
    let owner = proof.first.sender.address();
    let Some(mut pool) = turn.view.get::<Pool>(&id)? else { return rejected(Rejected::Unknown) };
    require(pool.registration.owner == owner, Rejected::Unknown)?;
    let Some(identity) = turn.view.get::<Identity>(&owner)? else { return rejected(Rejected::Unknown) };
    require(!identity.revoked, Rejected::Revoked)?;
    let lost = identities::revoke(turn, &owner, identity)?;
    pools::ban(turn, &id, &mut pool)?;
    turn.view.put(&id, &pool)?;
    let committed = turn.view.get::<FraudCommitment>(&commitment(proof, &sender))?;
    let is_first = committed.is_some_and(|committed| committed.height < turn.height);
    let reward = if is_first { lost.share(REWARD.0, REWARD.1) } else { Units::ZERO };
    turn.credit(&sender, reward)?;
    turn.burn(less(lost, reward)?)
}
