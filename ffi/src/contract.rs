//! Contracts and their states, as values.

use gridnet_protocol::contract::{self, Role};
use gridnet_protocol::encoding::{List, limits};
use gridnet_protocol::value::{ContractId, Height, MeterId, Slot, Units, WattHours};
use gridnet_protocol::{PublicKey, Signature};

use crate::bridge::contract::ffi::{Contract, Signatory, SignedContract, SignedState};
use crate::bridge::ffi::Status;
use crate::status::{Refusal, guard, network, values};

/// 0 for what is good.
fn reason_of(check: Result<(), gridnet_protocol::reason::Objection>) -> u8 {
    check.map_or_else(|reason| reason as u8, |()| 0)
}

pub(crate) fn contract_id(id: u32, contract: &Contract, status: &mut Status) -> [u8; 32] {
    guard(status, || Ok(contract.understood()?.id(network(id)?).0))
}

pub(crate) fn check_contract_body(id: u32, contract: &Contract, status: &mut Status) -> u8 {
    guard(status, || {
        let window_min = network(id)?.parameters().window_min;
        Ok(reason_of(contract.understood()?.check(window_min)))
    })
}

pub(crate) fn contract_cap(contract: &Contract, status: &mut Status) -> u64 {
    guard(status, || Ok(contract.understood()?.cap().0))
}

pub(crate) fn contract_balances(contract: &Contract, delivered_wh: u64, status: &mut Status) -> Vec<u64> {
    guard(status, || {
        let balances = contract.understood()?.balances(WattHours(delivered_wh));
        Ok(balances.into_iter().map(|balance| balance.0).collect())
    })
}

pub(crate) fn contract_from_bytes(bytes: &[u8], status: &mut Status) -> SignedContract {
    guard(status, || Ok(contract::SignedContract::from_bytes(bytes)?.into()))
}

pub(crate) fn contract_to_bytes(contract: &SignedContract, status: &mut Status) -> Vec<u8> {
    guard(status, || Ok(contract.understood()?.to_bytes()))
}

pub(crate) fn check_contract(id: u32, contract: &SignedContract, status: &mut Status) -> u8 {
    guard(status, || {
        let network = network(id)?;
        Ok(reason_of(contract.understood()?.check(network, network.parameters().window_min)))
    })
}

pub(crate) fn state_from_bytes(bytes: &[u8], status: &mut Status) -> SignedState {
    guard(status, || Ok(Some(contract::SignedState::from_bytes(bytes)?).into()))
}

pub(crate) fn state_to_bytes(state: &SignedState, status: &mut Status) -> Vec<u8> {
    guard(status, || Ok(state.understood()?.to_bytes()))
}

pub(crate) fn check_state(id: u32, state: &SignedState, contract: &Contract, status: &mut Status) -> u8 {
    guard(status, || Ok(reason_of(state.understood()?.check(network(id)?, &contract.understood()?))))
}

fn signatures(bytes: &[u8]) -> Result<List<Signature, { limits::PARTIES }>, Refusal> {
    let signatures = values("the signatures", bytes)?.iter().copied().map(Signature).collect();
    Ok(List::new("the signatures", signatures)?)
}

fn flat(signatures: &List<Signature, { limits::PARTIES }>) -> Vec<u8> {
    signatures.as_slice().iter().flat_map(|signature| signature.0).collect()
}

impl Signatory {
    fn understood(&self) -> Result<contract::Signatory, Refusal> {
        let role = match self.role {
            0 => Role::Seller,
            1 => Role::Buyer,
            2 => Role::LineOwner,
            3 => Role::Broker,
            other => return Err(Refusal::Unknown { what: "role", got: other.into() }),
        };
        Ok(contract::Signatory { key: PublicKey(self.key), role, rate: Units(self.rate) })
    }
}

impl Contract {
    /// As the protocol has it.
    pub(crate) fn understood(&self) -> Result<contract::Contract, Refusal> {
        let parties = self.parties.iter().map(Signatory::understood).collect::<Result<_, _>>()?;
        Ok(contract::Contract {
            parties: List::new("the parties", parties)?,
            seller_meter: MeterId(self.seller_meter),
            buyer_meter: MeterId(self.buyer_meter),
            first: Slot(self.first),
            last: Slot(self.last),
            limit: WattHours(self.limit_wh),
            deposit: Units(self.deposit),
            watch_fee: Units(self.watch_fee),
            window: self.window,
            expiry: Height(self.expiry),
            nonce: self.nonce,
        })
    }
}

impl From<contract::Contract> for Contract {
    fn from(contract: contract::Contract) -> Contract {
        let party = |party: &contract::Signatory| Signatory {
            key: party.key.0,
            role: party.role as u8,
            rate: party.rate.0,
        };
        Contract {
            parties: contract.parties.as_slice().iter().map(party).collect(),
            seller_meter: contract.seller_meter.0,
            buyer_meter: contract.buyer_meter.0,
            first: contract.first.0,
            last: contract.last.0,
            limit_wh: contract.limit.0,
            deposit: contract.deposit.0,
            watch_fee: contract.watch_fee.0,
            window: contract.window,
            expiry: contract.expiry.0,
            nonce: contract.nonce,
        }
    }
}

impl SignedContract {
    /// As the protocol has it.
    pub(crate) fn understood(&self) -> Result<contract::SignedContract, Refusal> {
        let (body, signatures) = (self.body.understood()?, signatures(&self.signatures)?);
        Ok(contract::SignedContract { body, signatures })
    }
}

impl From<contract::SignedContract> for SignedContract {
    fn from(contract: contract::SignedContract) -> SignedContract {
        let signatures = flat(&contract.signatures);
        SignedContract { is_there: true, body: contract.body.into(), signatures }
    }
}

impl SignedState {
    /// As the protocol has it.
    pub(crate) fn understood(&self) -> Result<contract::SignedState, Refusal> {
        let body = contract::State {
            contract: ContractId(self.contract),
            sequence: self.sequence,
            delivered: WattHours(self.delivered_wh),
            is_final: self.is_final,
        };
        Ok(contract::SignedState { body, signatures: signatures(&self.signatures)? })
    }
}

impl From<Option<contract::SignedState>> for SignedState {
    fn from(state: Option<contract::SignedState>) -> SignedState {
        let Some(contract::SignedState { body, signatures }) = state else { return SignedState::default() };
        SignedState {
            is_there: true,
            contract: body.contract.0,
            sequence: body.sequence,
            delivered_wh: body.delivered.0,
            is_final: body.is_final,
            signatures: flat(&signatures),
        }
    }
}
