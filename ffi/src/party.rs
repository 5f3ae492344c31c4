//! Those who play a contract's game: parties, and watchers.

use gridnet_protocol::Error;
use gridnet_protocol::contract::{self, Bounds, Partial, Side};
use gridnet_protocol::reason::Objection;
use gridnet_protocol::value::{ContractId, Height, Slot, Time, Units, WattHours};

use crate::bridge::contract::ffi::{
    Advice, Contract, Filling, Heard, Metered, OnChain, PartyBounds, Proposal, SignedContract, SignedState,
};
use crate::bridge::ffi::Status;
use crate::bridge::meter::ffi::SignedReading;
use crate::held::Shared;
use crate::key::Signer;
use crate::status::{Refusal, guard, network};

/// A party's own state.
pub(crate) struct Party(Shared<contract::Party>);
/// Who looks after contracts for others.
pub(crate) struct Watcher(Shared<contract::Watcher>);

const PARTY: &str = "party";
const WATCHER: &str = "watcher";

impl Default for Party {
    fn default() -> Self {
        Party(Shared::empty(PARTY))
    }
}

impl Default for Watcher {
    fn default() -> Self {
        Watcher(Shared::empty(WATCHER))
    }
}

impl From<contract::Party> for Box<Party> {
    fn from(party: contract::Party) -> Self {
        Box::new(Party(Shared::new(PARTY, party)))
    }
}

pub(crate) fn propose_contract(
    id: u32,
    contract: &Contract,
    bounds: &PartyBounds,
    seller: &Metered,
    buyer: &Metered,
    signer: &Signer,
    status: &mut Status,
) -> Box<Party> {
    guard(status, || {
        let (network, contract) = (network(id)?, contract.understood()?);
        let bounds = bounds.understood(network.parameters().window_min);
        let (seller, buyer, signer) = (seller.into(), buyer.into(), signer.get()?);
        Ok(contract::Party::propose(network, contract, &bounds, seller, buyer, signer)?.into())
    })
}

pub(crate) fn accept_contract(
    id: u32,
    offer: &[u8],
    bounds: &PartyBounds,
    seller: &Metered,
    buyer: &Metered,
    signer: &Signer,
    status: &mut Status,
) -> Box<Party> {
    guard(status, || {
        let (network, offer) = (network(id)?, Partial::from_bytes(offer)?);
        let bounds = bounds.understood(network.parameters().window_min);
        let (seller, buyer, signer) = (seller.into(), buyer.into(), signer.get()?);
        Ok(contract::Party::accept(network, offer, &bounds, seller, buyer, signer)?.into())
    })
}

pub(crate) fn party_from_bytes(bytes: &[u8], status: &mut Status) -> Box<Party> {
    guard(status, || Ok(contract::Party::from_bytes(bytes)?.into()))
}

impl Party {
    pub(crate) fn to_bytes(&self, status: &mut Status) -> Vec<u8> {
        guard(status, || Ok(self.0.read()?.to_bytes()))
    }

    pub(crate) fn id(&self, status: &mut Status) -> [u8; 32] {
        guard(status, || Ok(self.0.read()?.id().0))
    }

    pub(crate) fn offer(&self, status: &mut Status) -> Vec<u8> {
        guard(status, || Ok(self.0.read()?.offer().to_bytes()))
    }

    pub(crate) fn contract(&self, status: &mut Status) -> SignedContract {
        guard(status, || Ok(self.0.read()?.contract().map_or_else(SignedContract::default, Into::into)))
    }

    /// 0: they were taken.
    pub(crate) fn gather(&self, id: u32, offer: &[u8], status: &mut Status) -> u8 {
        guard(status, || {
            let offer = Partial::from_bytes(offer)?;
            let gathered = self.0.write()?.gather(network(id)?, &offer);
            Ok(gathered.map_or_else(|reason| reason as u8, |()| 0))
        })
    }

    /// 0: it was taken.
    pub(crate) fn read(
        &self,
        id: u32,
        side: u8,
        reading: &SignedReading,
        fillings: &[Filling],
        now: u64,
        status: &mut Status,
    ) -> u8 {
        guard(status, || {
            let side = match side {
                0 => Side::Seller,
                1 => Side::Buyer,
                other => return Err(Refusal::Unknown { what: "side", got: other.into() }),
            };
            let fillings: Vec<_> = fillings.iter().map(contract::Filling::from).collect();
            let read = self.0.write()?.read(network(id)?, side, &reading.into(), &fillings, Time(now));
            Ok(read.map_or_else(|reason| reason as u8, |()| 0))
        })
    }

    pub(crate) fn recomputed(&self, status: &mut Status) -> u64 {
        guard(status, || Ok(self.0.read()?.recomputed().0))
    }

    pub(crate) fn is_complete(&self, status: &mut Status) -> bool {
        guard(status, || Ok(self.0.read()?.is_complete()))
    }

    pub(crate) fn sign_next(&self, id: u32, signer: &Signer, status: &mut Status) -> Proposal {
        guard(status, || proposal(self.0.write()?.sign_next(network(id)?, signer.get()?)))
    }

    pub(crate) fn counter_sign(
        &self,
        id: u32,
        signer: &Signer,
        bytes: &[u8],
        status: &mut Status,
    ) -> Proposal {
        guard(status, || {
            let state = Partial::from_bytes(bytes)?;
            proposal(self.0.write()?.counter_sign(network(id)?, signer.get()?, &state))
        })
    }

    pub(crate) fn gather_state(&self, id: u32, bytes: &[u8], status: &mut Status) -> Heard {
        guard(status, || {
            let state = Partial::from_bytes(bytes)?;
            Ok(self.0.write()?.gather_state(network(id)?, &state).into())
        })
    }

    pub(crate) fn newest(&self, status: &mut Status) -> SignedState {
        guard(status, || Ok(self.0.read()?.newest().cloned().into()))
    }

    pub(crate) fn end(&self, status: &mut Status) {
        guard(status, || {
            self.0.write()?.end();
            Ok(())
        });
    }

    pub(crate) fn is_restored(&self, status: &mut Status) -> bool {
        guard(status, || Ok(self.0.read()?.is_restored()))
    }

    pub(crate) fn hear(&self, id: u32, state: &SignedState, status: &mut Status) -> Heard {
        guard(status, || {
            let state = state.understood()?;
            Ok(self.0.write()?.hear(network(id)?, state).into())
        })
    }

    pub(crate) fn hear_of_none(&self, status: &mut Status) {
        guard(status, || {
            self.0.write()?.hear_of_none();
            Ok(())
        });
    }

    pub(crate) fn advise(&self, height: u32, on_chain: &OnChain, status: &mut Status) -> Advice {
        guard(status, || {
            let (action, state) = match self.0.read()?.advise(Height(height), on_chain.understood()?) {
                contract::Advice::Nothing => (0, None),
                contract::Advice::Answer(state) => (1, Some(state)),
                contract::Advice::Close(state) => (2, state),
            };
            Ok(Advice { action, state: state.into() })
        })
    }
}

/// What a party signed, or why it did not.
fn proposal(signed: Result<Partial<contract::State>, Error>) -> Result<Proposal, Refusal> {
    match signed {
        Ok(state) => Ok(Proposal { reason: 0, bytes: state.to_bytes() }),
        Err(Error::Contract(objection)) => Ok(Proposal { reason: objection as u8, ..Proposal::default() }),
        Err(error) => Err(error.into()),
    }
}

pub(crate) fn new_watcher(max: usize, status: &mut Status) -> Box<Watcher> {
    guard(status, || Ok(Box::new(Watcher(Shared::new(WATCHER, contract::Watcher::new(max))))))
}

impl Watcher {
    pub(crate) fn watch(&self, id: u32, contract: &SignedContract, status: &mut Status) -> [u8; 32] {
        guard(status, || {
            let (network, contract) = (network(id)?, contract.understood()?);
            Ok(self.0.write()?.watch(network, network.parameters().window_min, contract)?.0)
        })
    }

    pub(crate) fn forget(&self, contract: &[u8; 32], status: &mut Status) {
        guard(status, || {
            self.0.write()?.forget(&ContractId(*contract));
            Ok(())
        });
    }

    pub(crate) fn hear(&self, id: u32, state: &SignedState, status: &mut Status) -> Heard {
        guard(status, || {
            let state = state.understood()?;
            Ok(self.0.write()?.hear(network(id)?, state).into())
        })
    }

    pub(crate) fn newest(&self, contract: &[u8; 32], status: &mut Status) -> SignedState {
        guard(status, || Ok(self.0.read()?.newest(&ContractId(*contract)).cloned().into()))
    }

    pub(crate) fn advise(&self, contract: &[u8; 32], on_chain: &OnChain, status: &mut Status) -> SignedState {
        guard(status, || Ok(self.0.read()?.advise(&ContractId(*contract), on_chain.understood()?).into()))
    }
}

impl From<Result<bool, Objection>> for Heard {
    fn from(heard: Result<bool, Objection>) -> Heard {
        match heard {
            Ok(is_news) => Heard { reason: 0, is_news },
            Err(objection) => Heard { reason: objection as u8, is_news: false },
        }
    }
}

impl OnChain {
    /// As the protocol has it.
    fn understood(&self) -> Result<contract::OnChain, Refusal> {
        match self.standing {
            0 => Ok(contract::OnChain::Open),
            1 => Ok(contract::OnChain::Closing { sequence: self.sequence, until: Height(self.until) }),
            2 => Ok(contract::OnChain::Settled),
            other => Err(Refusal::Unknown { what: "standing", got: other.into() }),
        }
    }
}

impl PartyBounds {
    /// As the protocol has them, on a network whose windows have so many blocks at least.
    fn understood(&self, window_min: u32) -> Bounds {
        Bounds {
            window_min,
            last: Slot(self.last),
            watch_fee_max: Units(self.watch_fee_max),
            price_max: Units(self.price_max),
            deposit_max: Units(self.deposit_max),
            rate_min: Units(self.rate_min),
            covered_min: WattHours(self.covered_wh_min),
        }
    }
}

impl From<&Metered> for contract::Metered {
    fn from(metered: &Metered) -> contract::Metered {
        contract::Metered { facts: (&metered.facts).into(), kept: (&metered.kept).into() }
    }
}

impl From<&Filling> for contract::Filling {
    fn from(filling: &Filling) -> contract::Filling {
        contract::Filling {
            contract: ContractId(filling.contract),
            first: Slot(filling.first),
            last: Slot(filling.last),
            limit: WattHours(filling.limit_wh),
        }
    }
}
