//! A sale on a street that was settled by what the meters said, and receipts for it.

use gridnet_core::Engine;
use gridnet_core::proof::header::Header;
use gridnet_protocol::contract::Contract;
use gridnet_protocol::encoding::List;
use gridnet_protocol::ledger::genesis;
use gridnet_protocol::meter::SignedReading;
use gridnet_protocol::spv::receipt::{Evidence, Options, Receipt};
use gridnet_protocol::spv::{Checkpoint, DEPTH, Headers};
use gridnet_protocol::trust::Policy;
use gridnet_protocol::value::{Height, Time};

use crate::chain::Chain;
use crate::street::{Street, close, street};
use crate::world::NETWORK;

/// Proofs by headers.
impl Chain<'_> {
    /// The header of a height.
    pub fn header(&self, height: u32) -> Header {
        match height.checked_sub(1) {
            None => genesis(NETWORK).header,
            Some(place) => self.blocks[place as usize].0.header,
        }
    }

    /// The headers from a height on.
    pub fn headers(&self, from: u32) -> Headers {
        let headers = (from..=self.height()).map(|height| self.header(height));
        Headers::new(headers).expect("not too many")
    }

    /// The block of a height, to be trusted.
    pub fn checkpoint(&self, height: u32) -> Checkpoint {
        Checkpoint { height: Height(height), id: self.header(height).id() }
    }
}

/// A sale that is settled.
pub struct Sale<'e> {
    /// Where.
    pub street: Street<'e>,
    /// What was agreed.
    pub contract: Contract,
    /// By what it was settled: the seller's, the buyer's.
    pub readings: Vec<SignedReading>,
}

impl<'e> Sale<'e> {
    /// Of 6.2 kWh, on which the parties no longer agreed: the meters said it.
    pub fn new(engine: &'e Engine) -> Sale<'e> {
        let mut street = street(engine);
        let contract = street.opened();
        let slot = street.slot;
        street.chain.wait_for_slot(slot + 9);
        let roof = street.chain.reading("roof", street.roof, slot + 8, 0, 6_500);
        let home = street.chain.reading("home", street.home, slot + 8, 6_200, 0);
        let readings = vec![roof, home];
        street.chain.act("sue", close(&contract, None, readings.clone()));
        street.chain.wait(7);
        assert_eq!(street.settled(&contract), Some(6_200));
        Sale { street, contract, readings }
    }

    /// A receipt of what the ledger says now, with headers from a height on and so many blocks on top.
    pub fn receipt(&mut self, policy: &Policy, from: u32, on_top: u32) -> Receipt {
        let chain = &mut self.street.chain;
        let id = self.contract.id(NETWORK);
        let evidence = Evidence::gather(&chain.ledger, id, policy).expect("a contract that is settled");
        chain.wait(1 + on_top);
        let next = &chain.blocks[chain.blocks.len() - 1 - on_top as usize].0;
        let readings = List::new("readings", self.readings.clone()).expect("two");
        let receipt = Receipt::assemble(NETWORK, Height(from), chain.headers(from), next, evidence, readings);
        receipt.expect("the evidence is of the state before that block")
    }

    /// How somebody with that policy takes receipts, who trusts the block of a height.
    pub fn options(&self, policy: &Policy, start: u32) -> Options {
        let start = self.street.chain.checkpoint(start);
        let now: Time = self.street.chain.now;
        Options { network: NETWORK, start, depth: DEPTH, policy: policy.clone(), now }
    }
}
