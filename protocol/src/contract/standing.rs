//! Where a contract stands, and how it comes to be settled: who may close it with what, who may answer, who is paid in the end.
//! Signatures, readings and accounts are looked at elsewhere; this is the game that parties and watchers play.

use borsh::{BorshDeserialize, BorshSerialize};

use super::delivery::Delivery;
use super::state::State;
use super::terms::Contract;
use crate::reason::Rejected;
use crate::value::{Height, Slot, Units, WattHours};
use crate::{Address, PublicKey};

/// A bond is a hundredth of the deposit at least.
const BOND: u64 = 100;

/// Where a contract stands.
#[derive(Clone, Debug, PartialEq, Eq, Hash, BorshSerialize, BorshDeserialize)]
pub enum Standing {
    /// Nobody is closing it.
    Open {
        /// What the meters' readings say was delivered.
        delivery: Delivery,
    },
    /// Somebody is.
    Closing {
        /// What the meters' readings say was delivered.
        delivery: Delivery,
        /// With which state.
        closing: Closing,
    },
    /// It is over.
    Settled {
        /// Since when.
        height: Height,
        /// What was paid for.
        delivered: WattHours,
    },
}

/// How a contract is being closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, BorshSerialize, BorshDeserialize)]
pub struct Closing {
    /// The state's sequence; 0 before any was signed.
    pub sequence: u64,
    /// What it says was delivered.
    pub delivered: WattHours,
    /// Who gave that state: the closer, until somebody outdoes it.
    pub by: Address,
    /// What the closer put in. It is theirs who gave the newest state.
    pub bond: Units,
    /// The slot in which the contract was closed. Beyond it nobody owes a reading.
    pub slot: Slot,
    /// The last block that takes an answer.
    pub until: Height,
}

impl Contract {
    /// What a closer puts in: enough to pay whoever watches. It is the closer's own, or who closes with an old state and is
    /// outdone would lose nothing by trying.
    pub fn bond(&self) -> Units {
        Units(self.deposit.0.div_ceil(BOND)).max(self.watch_fee)
    }
}

impl Standing {
    /// That of a contract that was just opened.
    pub fn opened() -> Standing {
        Standing::Open { delivery: Delivery::new() }
    }

    /// What the meters' readings say was delivered, while that matters.
    pub fn delivery(&mut self) -> Option<&mut Delivery> {
        match self {
            Standing::Open { delivery } | Standing::Closing { delivery, .. } => Some(delivery),
            Standing::Settled { .. } => None,
        }
    }

    /// Begins to close, with a state that all have signed, or with that before any was. The closer puts in the
    /// [bond](Contract::bond). Parties may at any time, others once the contract has expired. `slot` is that of the present.
    ///
    /// # Errors
    /// [`Rejected::Settled`], [`Rejected::Closing`], [`Rejected::TooEarly`]; nothing is changed then.
    pub fn close(
        &mut self,
        contract: &Contract,
        closer: &PublicKey,
        state: Option<&State>,
        height: Height,
        slot: Slot,
    ) -> Result<Closing, Rejected> {
        let delivery = match self {
            Standing::Open { delivery } => std::mem::take(delivery),
            Standing::Closing { .. } => return Err(Rejected::Closing),
            Standing::Settled { .. } => return Err(Rejected::Settled),
        };
        if contract.place(closer).is_none() && height < contract.expiry {
            *self = Standing::Open { delivery };
            return Err(Rejected::TooEarly);
        }
        let closing = Closing {
            sequence: state.map_or(0, |state| state.sequence),
            delivered: state.map_or(WattHours(0), |state| state.delivered),
            by: Address::of(closer),
            bond: contract.bond(),
            slot,
            until: Height(height.0.saturating_add(contract.window)),
        };
        *self = Standing::Closing { delivery, closing };
        Ok(closing)
    }

    /// Outdoes the state that a contract is being closed with. The window goes on as it was. The bond waits for whoever gives
    /// the newest state: were it the first answer's, who closes with an old state could take it back by answering itself
    /// with one a little less old, and who watches would get nothing.
    ///
    /// # Errors
    /// [`Rejected::Settled`], [`Rejected::NotClosing`], [`Rejected::Outdone`]; nothing is changed then.
    pub fn answer(&mut self, by: Address, state: &State) -> Result<(), Rejected> {
        let closing = match self {
            Standing::Open { .. } => return Err(Rejected::NotClosing),
            Standing::Closing { closing, .. } => closing,
            Standing::Settled { .. } => return Err(Rejected::Settled),
        };
        if state.sequence <= closing.sequence {
            return Err(Rejected::Outdone);
        }
        *closing = Closing { sequence: state.sequence, delivered: state.delivered, by, ..*closing };
        Ok(())
    }

    /// What is paid for when the window is over: what the newest state says, or what the meters say if that is more. `None`
    /// when nobody is closing.
    pub fn decided(&self, contract: &Contract) -> Option<WattHours> {
        match self {
            Standing::Closing { delivery, closing } => {
                Some(closing.delivered.max(delivery.settled(contract.last, closing.slot)))
            }
            Standing::Open { .. } | Standing::Settled { .. } => None,
        }
    }

    /// Ends it, and says who is paid what: all together the deposit, and the bond if there was one.
    ///
    /// # Errors
    /// [`Rejected::Settled`].
    pub fn settle(
        &mut self,
        contract: &Contract,
        delivered: WattHours,
        height: Height,
    ) -> Result<Vec<(Address, Units)>, Rejected> {
        let bond = match self {
            Standing::Open { .. } => None,
            Standing::Closing { closing, .. } => Some((closing.by, closing.bond)),
            Standing::Settled { .. } => return Err(Rejected::Settled),
        };
        let delivered = delivered.min(contract.cap());
        let parties = contract.parties.as_slice().iter().map(|party| Address::of(&party.key));
        let paid = parties.zip(contract.balances(delivered)).chain(bond).collect();
        *self = Standing::Settled { height, delivered };
        Ok(paid)
    }
}
