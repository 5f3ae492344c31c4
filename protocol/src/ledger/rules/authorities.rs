//! Authorities, and what they say of others. No rule depends on it: who trusts an authority acts on it
//! ([`trust`](crate::trust)).

use crate::ledger::rejection::{Fault, require};
use crate::ledger::turn::Turn;
use crate::reason::Rejected;
use crate::state::Store;
use crate::state::row::{Authority, Identity, Mark, Meter, Pool};
use crate::transaction::{MarkReason, Subject};
use crate::value::Height;
use crate::{Address, PublicKey};

/// Makes the sender an authority.
pub(in crate::ledger) fn register<S: Store>(
    turn: &mut Turn<'_, S>,
    sender: Address,
    key: PublicKey,
) -> Result<(), Fault> {
    require(!turn.view.has::<Authority>(&sender)?, Rejected::Duplicate)?;
    let authority = Authority { key, registered: turn.height };
    Ok(turn.view.put(&sender, &authority)?)
}

/// Marks something, or says something else of it.
pub(in crate::ledger) fn mark<S: Store>(
    turn: &mut Turn<'_, S>,
    sender: Address,
    subject: Subject,
    reason: &MarkReason,
    effective: Height,
) -> Result<(), Fault> {
    require(turn.view.has::<Authority>(&sender)?, Rejected::Unknown)?;
    let is_there = match &subject {
        Subject::Meter(id) => turn.view.has::<Meter>(id)?,
        Subject::Identity(address) => turn.view.has::<Identity>(address)?,
        Subject::Pool(id) => turn.view.has::<Pool>(id)?,
    };
    require(is_there, Rejected::Unknown)?;
    let mark = Mark { reason: reason.clone(), effective, made: turn.height };
    Ok(turn.view.put(&(sender, subject), &mark)?)
}

/// Takes a mark back.
pub(in crate::ledger) fn unmark<S: Store>(
    turn: &mut Turn<'_, S>,
    sender: Address,
    subject: Subject,
) -> Result<(), Fault> {
    let key = (sender, subject);
    require(turn.view.has::<Mark>(&key)?, Rejected::Unknown)?;
    Ok(turn.view.remove::<Mark>(&key)?)
}
