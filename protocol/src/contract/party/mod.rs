//! One party's own state of a contract. It holds no key: whoever does is asked to sign.
//!
//! It signs only what it recomputes from the meters' readings, and never a lower sequence than it signed before. Write its
//! bytes down before anything that it signed is sent. A party that is read back from bytes cannot know whether they are
//! the newest, so it signs nothing until it has [heard](Party::hear) the newest state from another party or a watcher.

mod bounds;
#[cfg(test)]
mod tests;

use borsh::{BorshDeserialize, BorshSerialize};

pub use self::bounds::Bounds;
use super::allot::{Filling, allot};
use super::delivery::{Delivery, Side};
use super::on_chain::{Advice, OnChain, answers};
use super::partial::Partial;
use super::state::{SignedState, State};
use super::terms::{Contract, SignedContract};
use crate::encoding::{decode, encode};
use crate::meter::{Kept, MeterFacts, SignedReading};
use crate::reason::{Misread, Objection};
use crate::value::{ContractId, Height, Slot, Time, WattHours};
use crate::{Error, Network, Signer};

/// How far another party may have counted beyond what this one knows. Were there no bound, whoever proposed the last sequence
/// that there is would have the last word.
const AHEAD_MAX: u64 = 1_024;

/// A meter of a contract, and the reading of it that further ones are counted from: the one that the ledger kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Metered {
    /// The meter.
    pub facts: MeterFacts,
    /// Its latest reading.
    pub kept: Option<Kept>,
}

/// A party's own state of a contract.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Party {
    record: Record,
    /// Whether states may have been signed that are not in the record.
    is_restored: bool,
}

/// What is written down.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
struct Record {
    id: ContractId,
    contract: Partial<Contract>,
    /// Its place among the parties.
    place: u8,
    seller: Metered,
    buyer: Metered,
    delivery: Delivery,
    /// The last state that it signed, alone or not.
    signed: Option<State>,
    /// The newest state that all have signed.
    newest: Option<SignedState>,
    /// A state that it signed, and others may still have to.
    gathering: Option<Partial<State>>,
    /// Whether it agrees to end the contract as things stand.
    is_ending: bool,
}

impl Party {
    /// Whoever wants a contract signs it first. The signer is the party's.
    ///
    /// # Errors
    /// As [`accept`](Party::accept).
    pub fn propose(
        network: Network,
        contract: Contract,
        bounds: &Bounds,
        seller: Metered,
        buyer: Metered,
        signer: &dyn Signer,
    ) -> Result<Party, Error> {
        let offer = Partial::new(&contract, contract.clone());
        Party::accept(network, offer, bounds, seller, buyer, signer)
    }

    /// Whoever is sent a contract signs it, if it is what it agrees to.
    ///
    /// # Errors
    /// [`Error::Contract`] when the contract, its meters or the signatures that are there are bad, when it is beyond the
    /// bounds, or the key is no party's; [`Error::Signer`].
    pub fn accept(
        network: Network,
        mut offer: Partial<Contract>,
        bounds: &Bounds,
        seller: Metered,
        buyer: Metered,
        signer: &dyn Signer,
    ) -> Result<Party, Error> {
        let contract = offer.body.clone();
        let place = contract.place(&signer.public()).ok_or(Error::Contract(Objection::Stranger))?;
        bounds.check(&contract, place).map_err(Error::Contract)?;
        if [seller.facts.meter, buyer.facts.meter] != [contract.seller_meter, contract.buyer_meter] {
            return Err(Error::Contract(Objection::Meters));
        }
        offer.check(network, &contract).map_err(Error::Contract)?;
        offer.sign(network, &contract, signer)?;
        let record = Record {
            id: contract.id(network),
            contract: offer,
            place: u8::try_from(place).expect("at most eight parties"),
            seller,
            buyer,
            delivery: Delivery::new(),
            signed: None,
            newest: None,
            gathering: None,
            is_ending: false,
        };
        Ok(Party { record, is_restored: false })
    }

    /// The contract's id.
    pub fn id(&self) -> ContractId {
        self.record.id
    }

    /// The contract with the signatures that are there: what other parties are sent.
    pub fn offer(&self) -> &Partial<Contract> {
        &self.record.contract
    }

    /// The contract, when all have signed it: what goes to the ledger.
    pub fn contract(&self) -> Option<SignedContract> {
        let Partial { body, .. } = &self.record.contract;
        self.record.contract.whole().map(|signatures| SignedContract { body: body.clone(), signatures })
    }

    /// Further signatures of the contract, as another party sends them.
    ///
    /// # Errors
    /// [`Objection::OtherContract`] and [`Objection::Signature`].
    pub fn gather(&mut self, network: Network, offer: &Partial<Contract>) -> Result<(), Objection> {
        if offer.body != self.record.contract.body {
            return Err(Objection::OtherContract);
        }
        offer.check(network, &offer.body)?;
        self.record.contract.add(offer);
        Ok(())
    }

    fn terms(&self) -> &Contract {
        &self.record.contract.body
    }

    /// A further reading of either meter. `fillings` are the contracts that the ledger has for this meter in this direction,
    /// in the order of their opening: of what flowed, this contract gets what they leave to it, and nothing while it is not
    /// open. Readings are given in their order; one that is left out makes an interval coarser.
    ///
    /// # Errors
    /// Why the reading is not taken; nothing is changed then.
    pub fn read(
        &mut self,
        network: Network,
        side: Side,
        reading: &SignedReading,
        fillings: &[Filling],
        now: Time,
    ) -> Result<(), Misread> {
        let Record { id, seller, buyer, delivery, .. } = &mut self.record;
        let metered = match side {
            Side::Seller => seller,
            Side::Buyer => buyer,
        };
        let taken = metered.facts.take(network, metered.kept.as_ref(), reading, Slot::containing(now))?;
        if let Some(interval) = taken.interval {
            let flowed = match side {
                Side::Seller => interval.export,
                Side::Buyer => interval.import,
            };
            let allotted = allot(fillings, interval.after, interval.until, flowed);
            let own = fillings.iter().zip(allotted).find(|(filling, _)| filling.contract == *id);
            delivery.add(side, interval.until, own.map_or(WattHours(0), |(_, allotted)| allotted))?;
        }
        metered.kept = Some(taken.kept);
        Ok(())
    }

    /// What was delivered by the readings so far, as far as it is certain: up to the last slot at which both meters were
    /// read, and all of it when both were read to the end.
    pub fn recomputed(&self) -> WattHours {
        let delivery = &self.record.delivery;
        if self.is_complete() { delivery.delivered() } else { delivery.agreed() }
    }

    /// Whether both meters were read to the contract's end.
    pub fn is_complete(&self) -> bool {
        self.record.delivery.is_complete(self.terms().last)
    }

    /// It agrees to end the contract before its time: the next state that it signs is final. It signs none after that one,
    /// whether others sign it or not, so it should deliver, or take, nothing more.
    pub fn end(&mut self) {
        self.record.is_ending = true;
    }

    /// The newest state that all have signed.
    pub fn newest(&self) -> Option<&SignedState> {
        self.record.newest.as_ref()
    }

    /// Whether it was read back from bytes, and has not heard since what was signed last.
    pub fn is_restored(&self) -> bool {
        self.is_restored
    }

    /// The states that it must not fall behind.
    fn known(&self) -> impl Iterator<Item = &State> {
        let Record { signed, newest, .. } = &self.record;
        signed.iter().chain(newest.iter().map(|newest| &newest.body))
    }

    fn sequence(&self) -> u64 {
        self.known().map(|state| state.sequence).max().unwrap_or(0)
    }

    /// Whether it may sign anything at all.
    fn may_sign(&self, signer: &dyn Signer) -> Result<(), Objection> {
        if self.terms().place(&signer.public()) != Some(self.record.place.into()) {
            return Err(Objection::Stranger);
        }
        if self.record.contract.whole().is_none() {
            return Err(Objection::Unsigned);
        }
        if self.is_restored {
            return Err(Objection::Restored);
        }
        Ok(())
    }

    /// What the next state says was delivered.
    fn delivered(&self) -> Result<WattHours, Objection> {
        let delivered = self.recomputed();
        let falls = self.known().any(|state| delivered < state.delivered);
        if falls { Err(Objection::Delivered) } else { Ok(delivered) }
    }

    /// The state that comes next.
    fn next(&self) -> Result<State, Objection> {
        if self.known().any(|state| state.is_final) {
            return Err(Objection::Final);
        }
        let sequence = self.sequence().checked_add(1).ok_or(Objection::Sequence)?;
        let is_final = self.record.is_ending || self.is_complete();
        Ok(State { contract: self.record.id, sequence, delivered: self.delivered()?, is_final })
    }

    /// Signs the next state, for the others to sign. It is final when the contract [ends](Party::end), or both meters were
    /// read to its end.
    ///
    /// # Errors
    /// [`Error::Contract`] with the reason for which it signs nothing; [`Error::Signer`].
    pub fn sign_next(&mut self, network: Network, signer: &dyn Signer) -> Result<Partial<State>, Error> {
        self.may_sign(signer).map_err(Error::Contract)?;
        let state = self.next().map_err(Error::Contract)?;
        self.sign(network, signer, Partial::new(self.terms(), state))
    }

    /// Signs a state that another party has signed, if it is what this one would sign, or has.
    ///
    /// # Errors
    /// [`Error::Contract`] with the reason for which it does not; [`Error::Signer`].
    pub fn counter_sign(
        &mut self,
        network: Network,
        signer: &dyn Signer,
        proposal: &Partial<State>,
    ) -> Result<Partial<State>, Error> {
        self.agrees(network, signer, proposal).map_err(Error::Contract)?;
        let mut partial = proposal.clone();
        if let Some(gathering) = self.record.gathering.as_ref().filter(|own| own.body == proposal.body) {
            partial.add(gathering);
        }
        self.sign(network, signer, partial)
    }

    fn agrees(
        &self,
        network: Network,
        signer: &dyn Signer,
        proposal: &Partial<State>,
    ) -> Result<(), Objection> {
        let state = &proposal.body;
        if state.contract != self.record.id {
            return Err(Objection::OtherContract);
        }
        proposal.check(network, self.terms())?;
        self.may_sign(signer)?;
        if self.record.signed.as_ref() == Some(state) {
            return Ok(());
        }
        let next = self.next()?;
        if state.is_final && !next.is_final {
            return Err(Objection::Final);
        }
        // The other side may have counted further, with states that this one did not take.
        let ahead = state.sequence.checked_sub(next.sequence).ok_or(Objection::Sequence)?;
        if ahead > AHEAD_MAX {
            return Err(Objection::Sequence);
        }
        if state.delivered != next.delivered {
            return Err(Objection::Delivered);
        }
        Ok(())
    }

    /// Nothing is changed when the signer does not sign.
    fn sign(
        &mut self,
        network: Network,
        signer: &dyn Signer,
        mut partial: Partial<State>,
    ) -> Result<Partial<State>, Error> {
        partial.sign(network, self.terms(), signer)?;
        self.record.signed = Some(partial.body);
        self.record.gathering = Some(partial.clone());
        self.keep_if_whole(&partial);
        Ok(partial)
    }

    /// Further signatures of a state that it signed, as another party sends them. Whether all have signed it now.
    ///
    /// # Errors
    /// [`Objection::OtherContract`], [`Objection::Signature`]; [`Objection::Sequence`] when it is not the state that is
    /// being signed.
    pub fn gather_state(&mut self, network: Network, state: &Partial<State>) -> Result<bool, Objection> {
        if state.body.contract != self.record.id {
            return Err(Objection::OtherContract);
        }
        state.check(network, self.terms())?;
        let gathering = self.record.gathering.as_mut().filter(|own| own.body == state.body);
        let gathering = gathering.ok_or(Objection::Sequence)?;
        gathering.add(state);
        let gathered = gathering.clone();
        Ok(self.keep_if_whole(&gathered))
    }

    fn keep_if_whole(&mut self, partial: &Partial<State>) -> bool {
        let Some(signatures) = partial.whole() else { return false };
        if self.newest().is_none_or(|newest| newest.body.sequence < partial.body.sequence) {
            self.record.newest = Some(SignedState { body: partial.body, signatures });
        }
        true
    }

    /// A state that all have signed, from another party or a watcher. Whether it is newer than what was known. After a
    /// restoration, ask as many as can be reached, and give what they say the newest first: the first that is not older than
    /// what was written down is believed to be the newest.
    ///
    /// # Errors
    /// [`Objection::OtherContract`] and [`Objection::Signature`].
    pub fn hear(&mut self, network: Network, state: SignedState) -> Result<bool, Objection> {
        state.check(network, self.terms())?;
        let known = self.newest().map_or(0, |newest| newest.body.sequence);
        if state.body.sequence >= known {
            self.is_restored = false;
        }
        let is_newer = state.body.sequence > known;
        if is_newer {
            self.record.newest = Some(state);
        }
        Ok(is_newer)
    }

    /// After a restoration: another party or a watcher says that there is no state that all have signed. That is believed if
    /// none was written down either.
    pub fn hear_of_none(&mut self) {
        if self.newest().is_none() {
            self.is_restored = false;
        }
    }

    /// What is best done, given where the contract stands on the ledger. `height` is that of the block that would take it.
    /// A close with an older state is answered; a contract that all have ended is closed, and one that has expired.
    pub fn advise(&self, height: Height, on_chain: OnChain) -> Advice {
        let newest = self.newest();
        match on_chain {
            OnChain::Closing { sequence, until } if height <= until => {
                answers(newest, sequence).map_or(Advice::Nothing, Advice::Answer)
            }
            OnChain::Open if !self.is_restored => {
                let is_over = newest.is_some_and(|newest| newest.body.is_final);
                let may_close = is_over || height >= self.terms().expiry;
                if may_close { Advice::Close(newest.cloned()) } else { Advice::Nothing }
            }
            OnChain::Open | OnChain::Closing { .. } | OnChain::Settled => Advice::Nothing,
        }
    }

    /// What is to be written down, before anything that it signed is sent.
    pub fn to_bytes(&self) -> Vec<u8> {
        encode(&self.record)
    }

    /// The party of what was written down. It signs nothing until it has heard the newest state: the bytes may be a copy from
    /// long ago.
    ///
    /// # Errors
    /// [`Error::Encoding`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Party, Error> {
        let what = "a party of a contract";
        let record: Record = decode(what, bytes)?;
        if usize::from(record.place) >= record.contract.body.parties.as_slice().len() {
            return Err(Error::Encoding { what, why: "it has no such party".to_owned() });
        }
        Ok(Party { record, is_restored: true })
    }
}
