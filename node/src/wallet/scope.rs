//! What an account's key may sign while a running node holds it. Whoever gets at the node can have signed whatever its
//! keys sign, so no limited scope gives coins away: not by a transfer, nor by the stake, pool or contract of somebody else, nor
//! by closing a contract of its own. Who closes says what is paid, and with no state, or an old one, an account could be made
//! to lose what others owe it. A state that all parties signed says what they agreed to, so answering or ending with one is
//! safe.

use borsh::{BorshDeserialize, BorshSerialize};
use gridnet_protocol::contract::Role;
use gridnet_protocol::transaction::Action;
use gridnet_protocol::value::Units;
use gridnet_protocol::{Address, PublicKey};

use super::action;

/// What an account's key may sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum Scope {
    /// Everything.
    Full,
    /// What somebody who carries data needs: its own identity and stake, and its pools' rest.
    Claim {
        /// What that may cost.
        limits: Limits,
    },
    /// What somebody who trades energy needs: opening its contracts, states that all parties signed, and readings.
    Trade {
        /// What that may cost.
        limits: Limits,
        /// Most that a contract takes from it as a buyer.
        deposit: Units,
    },
}

/// What signing may cost an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Limits {
    /// Most that a transaction pays as its fee.
    pub fee: Units,
    /// Most that all transactions of a day (UTC) take together: fees, stake, deposits.
    pub day: Units,
}

/// Which limit a transaction would break.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The scope does not have the action.
    #[error("its scope is {scope}, which has no {action}")]
    Scope {
        /// The action.
        action: &'static str,
        /// The account's scope.
        scope: &'static str,
    },
    /// Coins would become somebody else's stake.
    #[error("its scope has {action} for its own identity only")]
    NotOwn {
        /// The action.
        action: &'static str,
    },
    /// It has nothing to do with the contract.
    #[error("its scope has {action} for its own contracts only, and it is no party of this one")]
    NotParty {
        /// The action.
        action: &'static str,
    },
    /// The fee is too high.
    #[error("the fee of {asked} is more than the {most} that a transaction may pay")]
    Fee {
        /// The fee.
        asked: Units,
        /// The limit.
        most: Units,
    },
    /// The deposit is too high.
    #[error("the deposit of {asked} is more than the {most} that a contract may take")]
    Deposit {
        /// The deposit.
        asked: Units,
        /// The limit.
        most: Units,
    },
    /// Too much was spent today.
    #[error("it takes {asked}, {spent} were spent today, and {most} a day are the limit")]
    Day {
        /// What the transaction takes.
        asked: Units,
        /// What others took today.
        spent: Units,
        /// The limit.
        most: Units,
    },
}

/// A transaction as scopes see it.
#[derive(Clone, Copy, Debug)]
pub struct Spending<'a> {
    /// The account's key.
    pub sender: &'a PublicKey,
    /// What it does.
    pub action: &'a Action,
    /// Its fee.
    pub fee: Units,
    /// What others took of the account today.
    pub spent: Units,
}

/// Which scope an action needs, and what it takes of the sender's account.
enum Needs {
    Full,
    Claim { takes: Units },
    Trade { deposit: Units, takes: Units },
}

impl Scope {
    /// Its name.
    pub fn name(&self) -> &'static str {
        match self {
            Scope::Full => "full",
            Scope::Claim { .. } => "claim",
            Scope::Trade { .. } => "trade",
        }
    }

    /// What a transaction takes of the account, fee included, if the scope lets it pass.
    ///
    /// # Errors
    /// [`Refusal`]: which limit it would break.
    pub fn check(&self, spending: &Spending<'_>) -> Result<Units, Refusal> {
        let (limits, takes) = match (self, spending.needs()) {
            (Scope::Full, _) => return Ok(spending.fee),
            (Scope::Claim { limits }, Ok(Needs::Claim { takes })) => (limits, takes),
            (Scope::Trade { limits, deposit: most }, Ok(Needs::Trade { deposit: asked, takes })) => {
                if asked > *most {
                    return Err(Refusal::Deposit { asked, most: *most });
                }
                (limits, takes)
            }
            (_, Err((scope, refusal))) if scope == self.name() => return Err(refusal),
            _ => {
                let (action, scope) = (action::name(spending.action), self.name());
                return Err(Refusal::Scope { action, scope });
            }
        };
        let Limits { fee, day } = *limits;
        if spending.fee > fee {
            return Err(Refusal::Fee { asked: spending.fee, most: fee });
        }
        let asked = Units(takes.0.saturating_add(spending.fee.0));
        match spending.spent.0.checked_add(asked.0) {
            Some(sum) if sum <= day.0 => Ok(asked),
            _ => Err(Refusal::Day { asked, spent: spending.spent, most: day }),
        }
    }
}

impl Spending<'_> {
    /// The one place that decides it for every action. An error names the scope that has the action otherwise.
    fn needs(&self) -> Result<Needs, (&'static str, Refusal)> {
        let action = action::name(self.action);
        let own = Address::of(self.sender);
        let stake = |of: &Address, takes: Units| match *of == own {
            true => Ok(Needs::Claim { takes }),
            false => Err(("claim", Refusal::NotOwn { action })),
        };
        let free = Needs::Trade { deposit: Units::ZERO, takes: Units::ZERO };
        Ok(match self.action {
            // Coins that become somebody else's, or may.
            Action::Transfer { .. } | Action::RegisterPool { .. } | Action::OpenSubvention { .. } => {
                Needs::Full
            }
            // An account's good name.
            Action::RegisterCertifier
            | Action::RegisterMeter { .. }
            | Action::RegisterAuthority
            | Action::Mark { .. }
            | Action::Unmark { .. } => Needs::Full,
            // Nothing that somebody does every day.
            Action::CommitFraud { .. }
            | Action::ProveFraud { .. }
            | Action::ProveEquivocation { .. }
            | Action::CreditSubvention { .. }
            | Action::CloseSubvention { .. } => Needs::Full,
            Action::RegisterIdentity { identity, stake: takes } => stake(&identity.address, *takes)?,
            Action::AddStake { identity, amount } => stake(identity, *amount)?,
            // Both come back to the account.
            Action::WithdrawStake { .. } | Action::ReclaimPool { .. } => Needs::Claim { takes: Units::ZERO },
            Action::OpenContract { contract } => {
                let body = &contract.body;
                let place = body.place(self.sender).ok_or(("trade", Refusal::NotParty { action }))?;
                match body.parties.as_slice()[place].role {
                    Role::Buyer => Needs::Trade { deposit: body.deposit, takes: body.deposit },
                    Role::Seller | Role::LineOwner | Role::Broker => free,
                }
            }
            // What others owe the account.
            Action::CloseContract { .. } => Needs::Full,
            // All parties signed what it says, or a meter did: it costs nothing but fees.
            Action::AnswerContract { .. } | Action::EndContract { .. } | Action::Read { .. } => free,
        })
    }
}

#[cfg(test)]
pub(in crate::wallet) mod tests;
