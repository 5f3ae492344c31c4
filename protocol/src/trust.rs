//! Whom to trust is for each to say (paper, XI): a policy names the authorities that its holder listens to, and every question
//! can be asked as seen by it. Nothing here is part of what makes a block valid.

use std::collections::BTreeSet;

use crate::Address;
use crate::ledger::Ledger;
use crate::state::row::{Identity, Mark, Meter, Pool, Retired};
use crate::state::{Store, StoreError};
use crate::transaction::Subject;
use crate::value::Height;

/// Whom somebody listens to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Policy {
    /// The authorities.
    pub authorities: BTreeSet<Address>,
}

/// What somebody with a policy makes of a subject.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Nobody knows it.
    Unknown,
    /// Nothing is said against it that counts.
    Good,
    /// It was proven to everybody that it did wrong: whatever one's policy.
    Proven,
    /// An authority that counts says that it is not to be trusted; the first one by address.
    Marked(Address, Mark),
}

impl Policy {
    /// A policy that names these authorities.
    pub fn of(authorities: impl IntoIterator<Item = Address>) -> Policy {
        Policy { authorities: authorities.into_iter().collect() }
    }

    /// What a subject is, as seen by this policy, at a height.
    ///
    /// # Errors
    /// When the store fails.
    pub fn sees<S: Store>(
        &self,
        ledger: &Ledger<S>,
        subject: Subject,
        height: Height,
    ) -> Result<Standing, StoreError> {
        let proven = match &subject {
            Subject::Meter(id) => {
                ledger.row::<Meter>(id)?.map(|meter| matches!(meter.retired, Some(Retired::Equivocated(_))))
            }
            Subject::Identity(address) => ledger.row::<Identity>(address)?.map(|identity| identity.revoked),
            Subject::Pool(id) => ledger.row::<Pool>(id)?.map(|pool| pool.banned),
        };
        match proven {
            None => return Ok(Standing::Unknown),
            Some(true) => return Ok(Standing::Proven),
            Some(false) => {}
        }
        for authority in &self.authorities {
            let mark = ledger.row::<Mark>(&(*authority, subject))?;
            if let Some(mark) = mark.filter(|mark| mark.effective <= height) {
                return Ok(Standing::Marked(*authority, mark));
            }
        }
        Ok(Standing::Good)
    }
}
