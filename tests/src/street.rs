//! A street: a seller with a roof, a buyer with a home, the owner of the line between them, and what they agree on.

use gridnet_core::Engine;
use gridnet_protocol::contract::{
    Contract, Partial, Role, Signatory, SignedContract, SignedState, Standing, State,
};
use gridnet_protocol::encoding::List;
use gridnet_protocol::meter::SignedReading;
use gridnet_protocol::state::row::OpenedContract;
use gridnet_protocol::transaction::Action;
use gridnet_protocol::value::{Height, MeterId, Slot, Units, WattHours};

use crate::chain::{Chain, person};
use crate::world::NETWORK;

/// Seller, buyer, owner of the line.
pub const PARTIES: [&str; 3] = ["sue", "bob", "lin"];

/// A street.
pub struct Street<'e> {
    /// The chain that they live on.
    pub chain: Chain<'e>,
    /// The seller's meter.
    pub roof: MeterId,
    /// The buyer's.
    pub home: MeterId,
    /// The slot at which both meters were read first.
    pub slot: u64,
}

/// The street before anybody has agreed on anything.
pub fn street(engine: &Engine) -> Street<'_> {
    let mut chain = Chain::funded(engine, &["maker", "sue", "bob", "lin", "tom"]);
    chain.settle_in(&["sue", "bob"]);
    chain.act("maker", Action::RegisterCertifier);
    let certificate = chain.certificate("roof", "sue", "maker");
    let roof = chain.meter(certificate, "sue", "maker");
    let certificate = chain.certificate("home", "bob", "maker");
    let home = chain.meter(certificate, "bob", "maker");
    let slot = chain.slot();
    chain.read("roof", roof, slot, 0, 0);
    chain.read("home", home, slot, 0, 0);
    Street { chain, roof, home, slot }
}

/// 100 units for a kWh to the seller, 10 to the owner of the line, for eight slots of 1 kWh.
pub fn terms(street: &Street<'_>) -> Contract {
    let party = |name: &str, role, rate| Signatory { key: person(name).public(), role, rate: Units(rate) };
    let parties = vec![
        party("sue", Role::Seller, 100),
        party("bob", Role::Buyer, 0),
        party("lin", Role::LineOwner, 10),
    ];
    Contract {
        parties: List::new("parties", parties).expect("three"),
        seller_meter: street.roof,
        buyer_meter: street.home,
        first: Slot(street.slot + 1),
        last: Slot(street.slot + 8),
        limit: WattHours(1_000),
        deposit: Units(10_000),
        watch_fee: Units(300),
        window: 6,
        expiry: Height(street.chain.height() + 200),
        nonce: 0,
    }
}

/// The contract that all have signed.
pub fn signed(contract: &Contract) -> SignedContract {
    let mut partial = Partial::new(contract, contract.clone());
    for name in PARTIES {
        partial.sign(NETWORK, contract, &person(name)).expect("a party");
    }
    SignedContract { body: contract.clone(), signatures: partial.whole().expect("all have signed") }
}

/// A state of it that all have signed.
pub fn state(contract: &Contract, sequence: u64, delivered: u64, is_final: bool) -> SignedState {
    let (contract_id, delivered) = (contract.id(NETWORK), WattHours(delivered));
    let body = State { contract: contract_id, sequence, delivered, is_final };
    let mut partial = Partial::new(contract, body);
    for name in PARTIES {
        partial.sign(NETWORK, contract, &person(name)).expect("a party");
    }
    SignedState { body, signatures: partial.whole().expect("all have signed") }
}

/// Opens it.
pub fn open(contract: &Contract) -> Action {
    Action::OpenContract { contract: Box::new(signed(contract)) }
}

/// Begins to close it.
pub fn close(contract: &Contract, state: Option<SignedState>, readings: Vec<SignedReading>) -> Action {
    Action::CloseContract {
        contract: contract.id(NETWORK),
        state: state.map(Box::new),
        readings: List::new("readings", readings).expect("not too many"),
    }
}

/// Answers that.
pub fn answer(state: SignedState, readings: Vec<SignedReading>) -> Action {
    let readings = List::new("readings", readings).expect("not too many");
    Action::AnswerContract { state: Box::new(state), readings }
}

/// Ends it as all agreed.
pub fn end(state: SignedState) -> Action {
    Action::EndContract { state: Box::new(state) }
}

impl Street<'_> {
    /// Opens the contract.
    pub fn opened(&mut self) -> Contract {
        let contract = terms(self);
        self.chain.act("bob", open(&contract));
        contract
    }

    /// Where it stands.
    pub fn standing(&self, contract: &Contract) -> Standing {
        let row: Option<OpenedContract> = self.chain.ledger.row(&contract.id(NETWORK)).expect("memory");
        row.expect("a contract").standing
    }

    /// What it was settled with.
    pub fn settled(&self, contract: &Contract) -> Option<u64> {
        match self.standing(contract) {
            Standing::Settled { delivered, .. } => Some(delivered.0),
            _ => None,
        }
    }

    /// What the three have.
    pub fn balances(&self) -> [u64; 3] {
        PARTIES.map(|name| self.chain.balance(name))
    }

    /// Why something is not taken.
    pub fn code(&mut self, name: &str, action: Action) -> (&'static str, Option<&'static str>) {
        let transaction = self.chain.sign(name, action);
        let rejection = self.chain.refusal(&transaction);
        (rejection.code.name(), rejection.detail)
    }
}
