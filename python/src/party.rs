//! A party's own state of a contract, and whoever watches contracts without a key.

use std::sync::MutexGuard;

use gridnet_protocol::contract::{self, Advice, Bounds, Metered, OnChain, Side};
use gridnet_protocol::reason::{Misread, Objection};
use gridnet_protocol::value::{ContractId, Height, Slot, Time, Units, WattHours};
use gridnet_protocol::{Error, Network};
use pyo3::prelude::*;

use crate::chain::{Filled, Stands, filling};
use crate::contract::{Offer, SignedContract, SignedState, StateOffer};
use crate::error::Refusal;
use crate::key::Signer;
use crate::meter::{Certificate, Kept, Reading, kept};
use crate::own::Own;
use crate::proof::network;
use crate::run::released;

/// What a party agrees to: last slot, most of a watch fee, of a price and of a deposit, least of a rate, least energy that
/// is covered.
type Limits = (u64, u64, u64, u64, u64, u64);

fn bounds(network: Network, of: Limits) -> Bounds {
    let (last, watch_fee_max, price_max, deposit_max, rate_min, covered_min) = of;
    Bounds {
        window_min: network.parameters().window_min,
        last: Slot(last),
        watch_fee_max: Units(watch_fee_max),
        price_max: Units(price_max),
        deposit_max: Units(deposit_max),
        rate_min: Units(rate_min),
        covered_min: WattHours(covered_min),
    }
}

fn metered(network: Network, certificate: &Certificate, kept: Option<Kept>) -> Metered {
    Metered { facts: certificate.0.body.facts(network), kept: kept.map(self::kept) }
}

fn on_chain((kind, sequence, _, until): Stands) -> OnChain {
    match kind {
        0 => OnChain::Open,
        1 => OnChain::Closing { sequence, until: Height(until) },
        _ => OnChain::Settled,
    }
}

fn objected<T>(done: Result<T, Objection>) -> Result<T, Refusal> {
    Ok(done.map_err(Error::Contract)?)
}

/// A party of a contract. It is this process's alone: a copy would sign another state of the same sequence.
#[pyclass(frozen, module = "gridnet._native")]
pub(crate) struct Party(Own<contract::Party>);

impl Party {
    fn of(party: contract::Party) -> Party {
        Party(Own::of_this_process("party", party))
    }

    fn get(&self) -> Result<MutexGuard<'_, contract::Party>, Refusal> {
        self.0.get()
    }
}

#[pymethods]
impl Party {
    #[staticmethod]
    #[expect(clippy::too_many_arguments, reason = "all are named in Python")]
    fn accept(
        py: Python<'_>,
        network_id: u32,
        offer: &Offer,
        limits: Limits,
        seller: &Certificate,
        seller_kept: Option<Kept>,
        buyer: &Certificate,
        buyer_kept: Option<Kept>,
        signer: &Signer,
    ) -> PyResult<Party> {
        let network = network(network_id)?;
        let bounds = bounds(network, limits);
        let (seller, buyer) = (metered(network, seller, seller_kept), metered(network, buyer, buyer_kept));
        signer.asked(py, |signer| {
            let accept = contract::Party::accept;
            Ok(Party::of(accept(network, offer.0.clone(), &bounds, seller, buyer, signer)?))
        })
    }

    #[staticmethod]
    fn from_bytes(bytes: &[u8]) -> PyResult<Party> {
        Ok(Party::of(contract::Party::from_bytes(bytes).map_err(Refusal::from)?))
    }

    fn to_bytes(&self) -> PyResult<Vec<u8>> {
        Ok(self.get()?.to_bytes())
    }

    fn id(&self) -> PyResult<[u8; 32]> {
        Ok(self.get()?.id().0)
    }

    fn offer(&self) -> PyResult<Offer> {
        Ok(Offer(self.get()?.offer().clone()))
    }

    fn contract(&self) -> PyResult<Option<SignedContract>> {
        Ok(self.get()?.contract().map(SignedContract))
    }

    fn gather(&self, py: Python<'_>, network_id: u32, offer: &Offer) -> PyResult<()> {
        let network = network(network_id)?;
        released(py, || objected(self.get()?.gather(network, &offer.0)))
    }

    fn read(
        &self,
        py: Python<'_>,
        network_id: u32,
        is_seller: bool,
        reading: &Reading,
        fillings: Vec<Filled>,
        now: u64,
    ) -> PyResult<()> {
        let network = network(network_id)?;
        let side = if is_seller { Side::Seller } else { Side::Buyer };
        let fillings: Vec<_> = fillings.into_iter().map(filling).collect();
        let invalid =
            |reason: Misread| Refusal::Invalid { what: "the reading".to_owned(), reason: reason.name() };
        released(py, || {
            let read = self.get()?.read(network, side, &reading.0, &fillings, Time(now));
            read.map_err(invalid)
        })
    }

    fn recomputed(&self) -> PyResult<u64> {
        Ok(self.get()?.recomputed().0)
    }

    fn is_complete(&self) -> PyResult<bool> {
        Ok(self.get()?.is_complete())
    }

    fn end(&self) -> PyResult<()> {
        self.get()?.end();
        Ok(())
    }

    fn newest(&self) -> PyResult<Option<SignedState>> {
        Ok(self.get()?.newest().cloned().map(SignedState))
    }

    fn is_restored(&self) -> PyResult<bool> {
        Ok(self.get()?.is_restored())
    }

    fn sign_next(&self, py: Python<'_>, network_id: u32, signer: &Signer) -> PyResult<StateOffer> {
        let network = network(network_id)?;
        signer.asked(py, |signer| Ok(StateOffer(self.get()?.sign_next(network, signer)?)))
    }

    fn counter_sign(
        &self,
        py: Python<'_>,
        network_id: u32,
        signer: &Signer,
        proposal: &StateOffer,
    ) -> PyResult<StateOffer> {
        let network = network(network_id)?;
        signer.asked(py, |signer| Ok(StateOffer(self.get()?.counter_sign(network, signer, &proposal.0)?)))
    }

    fn gather_state(&self, py: Python<'_>, network_id: u32, state: &StateOffer) -> PyResult<bool> {
        let network = network(network_id)?;
        released(py, || objected(self.get()?.gather_state(network, &state.0)))
    }

    fn hear(&self, py: Python<'_>, network_id: u32, state: &SignedState) -> PyResult<bool> {
        let network = network(network_id)?;
        released(py, || objected(self.get()?.hear(network, state.0.clone())))
    }

    fn hear_of_none(&self) -> PyResult<()> {
        self.get()?.hear_of_none();
        Ok(())
    }

    /// 0 nothing, 1 answer, 2 close; and with which state.
    fn advise(&self, height: u32, stands: Stands) -> PyResult<(u8, Option<SignedState>)> {
        Ok(match self.get()?.advise(Height(height), on_chain(stands)) {
            Advice::Nothing => (0, None),
            Advice::Answer(state) => (1, Some(SignedState(state))),
            Advice::Close(state) => (2, state.map(SignedState)),
        })
    }
}

/// Whoever watches contracts.
#[pyclass(frozen, module = "gridnet._native")]
pub(crate) struct Watcher(Own<contract::Watcher>);

#[pymethods]
impl Watcher {
    #[new]
    fn new(max: usize) -> Watcher {
        Watcher(Own::of_any_process("watcher", contract::Watcher::new(max)))
    }

    fn watch(&self, py: Python<'_>, network_id: u32, contract: &SignedContract) -> PyResult<[u8; 32]> {
        let network = network(network_id)?;
        released(py, || {
            let window_min = network.parameters().window_min;
            Ok(self.0.get()?.watch(network, window_min, contract.0.clone())?.0)
        })
    }

    fn forget(&self, contract: [u8; 32]) -> PyResult<()> {
        self.0.get()?.forget(&ContractId(contract));
        Ok(())
    }

    fn hear(&self, py: Python<'_>, network_id: u32, state: &SignedState) -> PyResult<bool> {
        let network = network(network_id)?;
        released(py, || objected(self.0.get()?.hear(network, state.0.clone())))
    }

    fn newest(&self, contract: [u8; 32]) -> PyResult<Option<SignedState>> {
        Ok(self.0.get()?.newest(&ContractId(contract)).cloned().map(SignedState))
    }

    fn advise(&self, contract: [u8; 32], stands: Stands) -> PyResult<Option<SignedState>> {
        Ok(self.0.get()?.advise(&ContractId(contract), on_chain(stands)).map(SignedState))
    }
}
