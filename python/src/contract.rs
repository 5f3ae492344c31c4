//! Contracts for energy: what is agreed, who has signed it, and its states.

use gridnet_protocol::PublicKey;
use gridnet_protocol::contract::{self, Partial, Role, Signatory};
use gridnet_protocol::encoding::{List, decode, encode};
use gridnet_protocol::value::{ContractId, Height, MeterId, Slot, Units, WattHours};
use pyo3::prelude::*;

use crate::error::Refusal;
use crate::key::Signer;
use crate::proof::network;
use crate::run::released;

/// A party: its key, the number of its role, its rate.
type Agreeing = ([u8; 32], u8, u64);
/// Terms: parties, the seller's and the buyer's meter, first and last slot, limit, deposit, watch fee, window, expiry, nonce.
type Terms = (Vec<Agreeing>, [u8; 32], [u8; 32], u64, u64, u64, u64, u64, u32, u32, u64);

/// What parties agree on.
#[pyclass(frozen, module = "gridnet._native")]
pub(crate) struct Contract(pub(crate) contract::Contract);

fn signatory((key, role, rate): Agreeing) -> Result<Signatory, Refusal> {
    let role = match role {
        0 => Role::Seller,
        1 => Role::Buyer,
        2 => Role::LineOwner,
        3 => Role::Broker,
        got => return Err(Refusal::Unknown { what: "role", got: got.into() }),
    };
    Ok(Signatory { key: PublicKey(key), role, rate: Units(rate) })
}

#[pymethods]
impl Contract {
    #[staticmethod]
    fn make(terms: Terms) -> PyResult<Contract> {
        let (parties, seller, buyer, first, last, limit, deposit, watch_fee, window, expiry, nonce) = terms;
        let parties = parties.into_iter().map(signatory).collect::<Result<_, _>>()?;
        Ok(Contract(contract::Contract {
            parties: List::new("the parties of a contract", parties).map_err(Refusal::from)?,
            seller_meter: MeterId(seller),
            buyer_meter: MeterId(buyer),
            first: Slot(first),
            last: Slot(last),
            limit: WattHours(limit),
            deposit: Units(deposit),
            watch_fee: Units(watch_fee),
            window,
            expiry: Height(expiry),
            nonce,
        }))
    }

    fn terms(&self) -> Terms {
        let of = &self.0;
        let party = |party: &Signatory| (party.key.0, party.role as u8, party.rate.0);
        (
            of.parties.as_slice().iter().map(party).collect(),
            of.seller_meter.0,
            of.buyer_meter.0,
            of.first.0,
            of.last.0,
            of.limit.0,
            of.deposit.0,
            of.watch_fee.0,
            of.window,
            of.expiry.0,
            of.nonce,
        )
    }

    #[staticmethod]
    fn from_bytes(bytes: &[u8]) -> PyResult<Contract> {
        Ok(Contract(decode("a contract", bytes).map_err(Refusal::from)?))
    }

    fn to_bytes(&self) -> Vec<u8> {
        encode(&self.0)
    }

    fn id(&self, network_id: u32) -> PyResult<[u8; 32]> {
        Ok(self.0.id(network(network_id)?).0)
    }

    fn check(&self, network_id: u32) -> PyResult<()> {
        Ok(checked(&self.0, network(network_id)?)?)
    }

    fn price(&self) -> u128 {
        self.0.price()
    }

    fn cap(&self) -> u64 {
        self.0.cap().0
    }

    fn bond(&self) -> u64 {
        self.0.bond().0
    }

    fn balances(&self, delivered: u64) -> Vec<u64> {
        self.0.balances(WattHours(delivered)).into_iter().map(|units| units.0).collect()
    }
}

/// Whether it could be opened on a network, its signatures aside.
fn checked(of: &contract::Contract, network: gridnet_protocol::Network) -> Result<(), Refusal> {
    let checked = of.check(network.parameters().window_min);
    Ok(checked.map_err(gridnet_protocol::Error::Contract)?)
}

/// A contract that all parties have signed.
#[pyclass(frozen, module = "gridnet._native")]
pub(crate) struct SignedContract(pub(crate) contract::SignedContract);

#[pymethods]
impl SignedContract {
    #[staticmethod]
    fn from_bytes(bytes: &[u8]) -> PyResult<SignedContract> {
        Ok(SignedContract(contract::SignedContract::from_bytes(bytes).map_err(Refusal::from)?))
    }

    fn to_bytes(&self) -> Vec<u8> {
        self.0.to_bytes()
    }

    fn contract(&self) -> Contract {
        Contract(self.0.body.clone())
    }

    fn check(&self, py: Python<'_>, network_id: u32) -> PyResult<()> {
        let network = network(network_id)?;
        released(py, || {
            let checked = self.0.check(network, network.parameters().window_min);
            Ok(checked.map_err(gridnet_protocol::Error::Contract)?)
        })
    }
}

/// A contract that not all parties have signed yet.
#[pyclass(frozen, module = "gridnet._native")]
pub(crate) struct Offer(pub(crate) Partial<contract::Contract>);

#[pymethods]
impl Offer {
    #[staticmethod]
    fn make(contract: &Contract) -> Offer {
        Offer(Partial::new(&contract.0, contract.0.clone()))
    }

    #[staticmethod]
    fn from_bytes(bytes: &[u8]) -> PyResult<Offer> {
        Ok(Offer(Partial::from_bytes(bytes).map_err(Refusal::from)?))
    }

    fn to_bytes(&self) -> Vec<u8> {
        self.0.to_bytes()
    }

    fn contract(&self) -> Contract {
        Contract(self.0.body.clone())
    }

    fn sign(&self, py: Python<'_>, network_id: u32, signer: &Signer) -> PyResult<Offer> {
        let network = network(network_id)?;
        signer.asked(py, |signer| {
            let mut offer = self.0.clone();
            offer.sign(network, &self.0.body, signer)?;
            Ok(Offer(offer))
        })
    }

    fn check(&self, py: Python<'_>, network_id: u32) -> PyResult<()> {
        let network = network(network_id)?;
        released(py, || {
            let checked = self.0.check(network, &self.0.body);
            Ok(checked.map_err(gridnet_protocol::Error::Contract)?)
        })
    }

    fn whole(&self) -> Option<SignedContract> {
        let signatures = self.0.whole()?;
        Some(SignedContract(contract::SignedContract { body: self.0.body.clone(), signatures }))
    }
}

/// A state: of which contract, sequence, what was delivered, whether it is final.
type State = ([u8; 32], u64, u64, bool);

fn said(of: &contract::State) -> State {
    (of.contract.0, of.sequence, of.delivered.0, of.is_final)
}

/// A state that all parties have signed.
#[pyclass(frozen, module = "gridnet._native")]
pub(crate) struct SignedState(pub(crate) contract::SignedState);

#[pymethods]
impl SignedState {
    #[staticmethod]
    fn from_bytes(bytes: &[u8]) -> PyResult<SignedState> {
        Ok(SignedState(contract::SignedState::from_bytes(bytes).map_err(Refusal::from)?))
    }

    fn to_bytes(&self) -> Vec<u8> {
        self.0.to_bytes()
    }

    fn body(&self) -> State {
        said(&self.0.body)
    }

    fn check(&self, py: Python<'_>, network_id: u32, contract: &Contract) -> PyResult<()> {
        let network = network(network_id)?;
        released(py, || {
            let checked = self.0.check(network, &contract.0);
            Ok(checked.map_err(gridnet_protocol::Error::Contract)?)
        })
    }
}

/// A state that not all parties have signed yet.
#[pyclass(frozen, module = "gridnet._native")]
pub(crate) struct StateOffer(pub(crate) Partial<contract::State>);

#[pymethods]
impl StateOffer {
    #[staticmethod]
    fn make(contract: &Contract, state: State) -> StateOffer {
        let (id, sequence, delivered, is_final) = state;
        let delivered = WattHours(delivered);
        let body = contract::State { contract: ContractId(id), sequence, delivered, is_final };
        StateOffer(Partial::new(&contract.0, body))
    }

    #[staticmethod]
    fn from_bytes(bytes: &[u8]) -> PyResult<StateOffer> {
        Ok(StateOffer(Partial::from_bytes(bytes).map_err(Refusal::from)?))
    }

    fn to_bytes(&self) -> Vec<u8> {
        self.0.to_bytes()
    }

    fn body(&self) -> State {
        said(&self.0.body)
    }

    fn sign(
        &self,
        py: Python<'_>,
        network_id: u32,
        contract: &Contract,
        signer: &Signer,
    ) -> PyResult<StateOffer> {
        let network = network(network_id)?;
        signer.asked(py, |signer| {
            let mut offer = self.0.clone();
            offer.sign(network, &contract.0, signer)?;
            Ok(StateOffer(offer))
        })
    }

    fn check(&self, py: Python<'_>, network_id: u32, contract: &Contract) -> PyResult<()> {
        let network = network(network_id)?;
        released(py, || {
            let checked = self.0.check(network, &contract.0);
            Ok(checked.map_err(gridnet_protocol::Error::Contract)?)
        })
    }

    fn whole(&self) -> Option<SignedState> {
        let signatures = self.0.whole()?;
        Some(SignedState(contract::SignedState { body: self.0.body, signatures }))
    }
}
