//! What the parties of a contract and a device keep for themselves: what the fuzz targets spoil.

use std::sync::LazyLock;

use gridnet_protocol::SecretKey;
use gridnet_protocol::contract::{
    Bounds, Contract, Metered, Partial, Party, SignedContract, SignedState, State,
};
use gridnet_protocol::meter::{Area, Command, CommandLog, Instruction, MeterFacts, Scope, SignedCommand};
use gridnet_protocol::state::{Change, Table, Undo};
use gridnet_protocol::value::{MeterId, Time, Units, WattHours, Watts};

use super::agreements::{signed, state};
use super::deals::{PARTIES, contract};
use crate::chain::person;
use crate::world::{NETWORK, key};

/// A contract in the hands of its seller.
pub(crate) struct Deal {
    pub(crate) contract: SignedContract,
    pub(crate) state: SignedState,
    pub(crate) offer: Partial<Contract>,
    pub(crate) proposal: Partial<State>,
    pub(crate) party: Party,
    pub(crate) signer: SecretKey,
    pub(crate) command: SignedCommand,
    pub(crate) log: CommandLog,
    pub(crate) undo: Undo,
}

/// The one deal.
pub(crate) fn deal() -> &'static Deal {
    static DEAL: LazyLock<Deal> = LazyLock::new(new);
    &DEAL
}

fn new() -> Deal {
    let terms = contract();
    let signer = person("sue");
    let metered = |meter: MeterId, name: &str| Metered {
        facts: MeterFacts { meter, key: key(name).public(), rating: Watts(10_000) },
        kept: None,
    };
    let bounds = Bounds {
        window_min: NETWORK.parameters().window_min,
        last: terms.last,
        watch_fee_max: terms.watch_fee,
        price_max: Units(u64::MAX),
        deposit_max: terms.deposit,
        rate_min: Units(0),
        covered_min: WattHours(0),
    };
    let (seller, buyer) = (metered(terms.seller_meter, "roof"), metered(terms.buyer_meter, "home"));
    let party = Party::propose(NETWORK, terms.clone(), &bounds, seller, buyer, &signer).expect("good terms");
    let offer = party.offer().clone();
    let body = State { contract: terms.id(NETWORK), sequence: 1, delivered: WattHours(0), is_final: false };
    let mut proposal = Partial::new(&terms, body);
    proposal.sign(NETWORK, &terms, &person("bob")).expect("a party");
    let dso = key("dso");
    let area = Area::new("north").expect("an area");
    let command = Command {
        dso: dso.public(),
        sequence: 1,
        scope: Scope::Area(area.clone()),
        instruction: Instruction::Curtail(Watts(500)),
        expiry: Time(100),
    };
    let command = command.sign_by(NETWORK, &dso).expect("a key in memory");
    let mut log = CommandLog::new();
    log.trust(dso.public()).expect("a good key");
    let heeded = log.receive(NETWORK, &MeterId([0; 32]), &area, &command, Time(5));
    assert_eq!(heeded, Ok(Instruction::Curtail(Watts(500))));
    let change = |value| Change { table: Table::Accounts, key: vec![7; 32], value };
    let undo = Undo { block: [3; 32], before: vec![change(Some(vec![1; 16])), change(None)] };
    Deal {
        contract: signed(NETWORK, &terms, &PARTIES),
        state: state(NETWORK, &terms, &PARTIES, (4, 28_000, false)),
        offer,
        proposal,
        party,
        signer,
        command,
        log,
        undo,
    }
}
