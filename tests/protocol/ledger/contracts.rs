use gridnet_protocol::contract::{Contract, Partial, Role, Signatory, SignedContract, SignedState, State};
use gridnet_protocol::encoding::List;
use gridnet_protocol::meter::{EquivocationProof, Reading};
use gridnet_protocol::state::row::Fillings;
use gridnet_protocol::transaction::Action;
use gridnet_protocol::value::{ContractId, Direction, Height, MeterId, Slot, Units, WattHours};
use gridnet_tests::chain::{person, read};
use gridnet_tests::street::{Street, answer, close, end, open, signed, state, terms};
use gridnet_tests::world::NETWORK;

use crate::engine;

fn street() -> Street<'static> {
    gridnet_tests::street::street(engine())
}

/// What somebody paid in fees is left out: another pays.
fn gained(before: [u64; 3], after: [u64; 3]) -> [u64; 3] {
    [0, 1, 2].map(|place| after[place] - before[place])
}

#[test]
fn a_contract_ends_as_all_agree() {
    let mut street = street();
    let before = street.balances();
    let contract = terms(&street);
    street.chain.act("tom", open(&contract));
    assert_eq!(before[1] - street.balances()[1], 10_000);
    let before = street.balances();
    assert_eq!(street.code("tom", end(state(&contract, 3, 2_345, false))), ("contract", Some("final")));
    street.chain.act("tom", end(state(&contract, 3, 2_345, true)));
    // ⌊100 · 2.345⌋ and ⌊10 · 2.345⌋; the rest is the buyer's.
    assert_eq!(gained(before, street.balances()), [234, 10_000 - 234 - 23, 23]);
    assert_eq!(street.settled(&contract), Some(2_345));
    for action in [
        end(state(&contract, 4, 2_345, true)),
        close(&contract, None, vec![]),
        answer(state(&contract, 4, 2_345, false), vec![]),
    ] {
        assert_eq!(street.code("sue", action), ("settled", None));
    }
    assert_eq!(street.code("tom", open(&contract)), ("duplicate", None), "nor is it opened again");
}

#[test]
fn a_close_waits_for_who_knows_better() {
    let mut street = street();
    let contract = street.opened();
    let before = street.balances();
    let bob = before[1];
    street.chain.act("bob", close(&contract, Some(state(&contract, 1, 100, false)), vec![]));
    let bond = 300;
    let fee = bob - street.balances()[1] - bond;
    assert!(fee > 0);
    assert_eq!(street.code("bob", close(&contract, None, vec![])), ("closing", None));
    for sequence in [0, 1] {
        let old = answer(state(&contract, sequence, 9_000, false), vec![]);
        assert_eq!(street.code("tom", old), ("outdone", None));
    }
    // The closer answers itself with a state a little less old: that saves it nothing, if somebody watches.
    street.chain.act("bob", answer(state(&contract, 4, 2_000, false), vec![]));
    street.chain.act("tom", answer(state(&contract, 6, 4_000, false), vec![]));
    // The window goes on as it was.
    street.chain.wait(4);
    assert_eq!(street.settled(&contract), None);
    let (before, tom) = (street.balances(), street.chain.balance("tom"));
    street.chain.wait(1);
    assert_eq!(street.settled(&contract), Some(4_000));
    assert_eq!(gained(before, street.balances()), [400, 10_000 - 440, 40]);
    assert_eq!(street.chain.balance("tom"), tom + bond, "who gave the newest state has the bond");
}

#[test]
fn a_close_that_nobody_outdoes_gives_the_bond_back() {
    let mut street = street();
    let contract = street.opened();
    street.chain.act("sue", close(&contract, Some(state(&contract, 7, 5_000, false)), vec![]));
    let before = street.balances();
    street.chain.wait(7);
    assert_eq!(gained(before, street.balances()), [500 + 300, 10_000 - 550, 50]);
}

/// The parties stopped signing: the meters say what was delivered.
#[test]
fn readings_say_more_than_an_old_state() {
    let mut street = street();
    let contract = street.opened();
    let slot = street.slot;
    street.chain.wait_for_slot(slot + 9);
    let roof = street.chain.reading("roof", street.roof, slot + 8, 0, 6_500);
    let home = street.chain.reading("home", street.home, slot + 8, 6_200, 0);
    let stranger = Reading { meter: MeterId([1; 32]), ..roof.body };
    let stranger = stranger.sign_by(NETWORK, &person("sue")).expect("a key");
    let unknown = close(&contract, None, vec![stranger]);
    assert_eq!(street.code("sue", unknown).0, "unknown");
    let forged = roof.body.sign_by(NETWORK, &person("sue")).expect("a key");
    let forged = close(&contract, None, vec![forged]);
    assert_eq!(street.code("sue", forged), ("reading", Some("signature")));
    let old = state(&contract, 2, 900, false);
    let readings = vec![roof, home];
    street.chain.act("sue", close(&contract, Some(old), readings.clone()));
    // The same readings once more do no harm: somebody else may have been first.
    street.chain.act("tom", answer(state(&contract, 3, 1_000, false), readings));
    let before = street.balances();
    street.chain.wait(6);
    assert_eq!(street.settled(&contract), Some(6_200), "the lesser of the two");
    assert_eq!(gained(before, street.balances()), [620, 10_000 - 682, 62]);
}

/// Who closes reads its own meter in the window's last block, when the other cannot answer any more.
#[test]
fn nobody_owes_a_reading_of_what_comes_after_the_close() {
    let mut street = street();
    // Long enough for a further slot.
    let contract = Contract { window: 20, ..terms(&street) };
    street.chain.act("bob", open(&contract));
    let slot = street.slot;
    street.chain.wait_for_slot(slot + 4);
    let roof = street.chain.reading("roof", street.roof, slot + 4, 0, 4_000);
    street.chain.act("sue", close(&contract, None, vec![roof]));
    // The buyer answers with its own meter, as far as the close.
    street.chain.read("home", street.home, slot + 4, 1_500, 0);
    street.chain.wait_for_slot(slot + 5);
    assert_eq!(street.settled(&contract), None);
    street.chain.read("roof", street.roof, slot + 5, 0, 5_000);
    while street.settled(&contract).is_none() {
        street.chain.wait(1);
    }
    assert_eq!(street.settled(&contract), Some(1_500));
}

/// A buyer that says nothing pays what the seller's meter says, up to the close.
#[test]
fn a_buyer_who_goes_dark_pays_by_the_sellers_register() {
    let mut street = street();
    // Long enough for a further slot.
    let contract = Contract { window: 20, ..terms(&street) };
    street.chain.act("bob", open(&contract));
    let slot = street.slot;
    street.chain.wait_for_slot(slot + 4);
    let roof = street.chain.reading("roof", street.roof, slot + 4, 0, 3_700);
    street.chain.act("sue", close(&contract, None, vec![roof]));
    street.chain.wait_for_slot(slot + 5);
    assert_eq!(street.settled(&contract), None);
    street.chain.read("roof", street.roof, slot + 5, 0, 4_700);
    while street.settled(&contract).is_none() {
        street.chain.wait(1);
    }
    assert_eq!(street.settled(&contract), Some(3_700), "what flowed after the close is not counted");
}

#[test]
fn a_watt_hour_is_sold_once() {
    let mut street = street();
    let one = street.opened();
    // The same roof is sold again, to the same home, for the same slots: it gets what is left.
    let two = Contract { nonce: 1, deposit: Units(20_000), ..terms(&street) };
    street.chain.act("bob", open(&two));
    let slot = street.slot;
    street.chain.wait_for_slot(slot + 9);
    street.chain.read("roof", street.roof, slot + 8, 0, 11_000);
    street.chain.read("home", street.home, slot + 8, 15_000, 0);
    for contract in [&two, &one] {
        street.chain.act("sue", close(contract, None, vec![]));
    }
    street.chain.wait(8);
    assert_eq!((street.settled(&one), street.settled(&two)), (Some(8_000), Some(3_000)));
    let none: Option<Fillings> = street.chain.ledger.row(&(street.roof, Direction::Export)).expect("memory");
    assert_eq!(none, None, "what was read to its end is no filling any more");
}

#[test]
fn nobody_is_paid_beyond_the_deposit() {
    let mut street = street();
    let contract = Contract { deposit: Units(400), watch_fee: Units(1), ..terms(&street) };
    street.chain.act("bob", open(&contract));
    let before = street.balances();
    street.chain.act("tom", end(state(&contract, 1, u64::MAX, true)));
    let gained = gained(before, street.balances());
    assert_eq!(gained.iter().sum::<u64>(), 400);
    assert_eq!(street.settled(&contract), Some(contract.cap().0));
    assert!(gained[1] <= 2, "{gained:?}");
}

#[test]
fn anybody_closes_what_has_expired() {
    let mut street = street();
    let contract = Contract { expiry: Height(street.chain.height() + 5), ..terms(&street) };
    street.chain.act("bob", open(&contract));
    assert_eq!(street.code("tom", close(&contract, None, vec![])), ("too-early", None));
    street.chain.wait(3);
    street.chain.act("tom", close(&contract, None, vec![]));
    let before = street.balances();
    street.chain.wait(7);
    assert_eq!((street.settled(&contract), gained(before, street.balances())), (Some(0), [0, 10_000, 0]));
}

#[test]
fn each_rule_of_opening_is_kept() {
    let mut street = street();
    let good = terms(&street);
    let with = |change: &dyn Fn(&mut Contract)| {
        let mut contract = good.clone();
        change(&mut contract);
        contract
    };
    let expired = Height(street.chain.height() + 1);
    let rich = street.chain.balance("bob");
    for (contract, code, detail) in [
        (with(&|it| it.window = 5), "contract", Some("window")),
        (with(&|it| it.window = 21_601), "contract", Some("window")),
        (with(&|it| it.limit = WattHours(0)), "contract", Some("limit")),
        (with(&|it| it.deposit = Units(300)), "contract", Some("deposit")),
        (with(&|it| it.last = Slot(it.first.0 - 1)), "contract", Some("slots")),
        (with(&|it| it.last = Slot(1 << 63)), "contract", Some("slots")),
        (with(&|it| it.buyer_meter = it.seller_meter), "contract", Some("meters")),
        (with(&|it| it.seller_meter = MeterId([1; 32])), "unknown", None),
        (
            with(&|it| (it.seller_meter, it.buyer_meter) = (it.buyer_meter, it.seller_meter)),
            "not-yours",
            None,
        ),
        (with(&|it| it.first = Slot(it.first.0 - 2)), "too-late", None),
        (with(&|it| it.expiry = expired), "too-late", None),
        (with(&|it| it.deposit = Units(rich + 1)), "balance", None),
    ] {
        assert_eq!(street.code("tom", open(&contract)), (code, detail), "{contract:?}");
    }
    // Not signed by all: one of them bad, one missing.
    let whole = signed(&good);
    let mut forged = whole.clone();
    let mut signatures = whole.signatures.as_slice().to_vec();
    signatures[2].0[0] ^= 1;
    forged.signatures = List::new("signatures", signatures.clone()).expect("three");
    let mut short = whole;
    short.signatures = List::new("signatures", signatures[..2].to_vec()).expect("two");
    for bad in [forged, short] {
        let action = Action::OpenContract { contract: Box::new(bad) };
        assert_eq!(street.code("tom", action), ("contract", Some("signature")));
    }
    // A slot that was read already was shared out.
    street.chain.wait_for_slot(street.slot + 1);
    street.chain.read("roof", street.roof, street.slot + 1, 0, 0);
    assert_eq!(street.code("tom", open(&good)), ("too-late", None));
}

#[test]
fn each_rule_of_closing_is_kept() {
    let mut street = street();
    let contract = street.opened();
    let good = state(&contract, 1, 100, false);
    let other = Contract { nonce: 9, ..contract.clone() };
    let mut forged = good.clone();
    forged.body.delivered = WattHours(101);
    for (name, action, code, detail) in [
        ("sue", close(&other, None, vec![]), "unknown", None),
        ("sue", close(&contract, Some(forged.clone()), vec![]), "contract", Some("signature")),
        ("sue", close(&contract, Some(state(&contract, 0, 0, false)), vec![]), "contract", Some("sequence")),
        ("sue", answer(good.clone(), vec![]), "not-closing", None),
        ("sue", answer(state(&other, 1, 0, false), vec![]), "unknown", None),
        ("sue", end(forged), "contract", Some("signature")),
        ("tom", close(&contract, Some(good.clone()), vec![]), "too-early", None),
    ] {
        assert_eq!(street.code(name, action), (code, detail));
    }
    // A state of another contract that is open.
    street.chain.act("bob", open(&other));
    let mixed = Action::CloseContract {
        contract: contract.id(NETWORK),
        state: Some(Box::new(state(&other, 1, 0, false))),
        readings: List::default(),
    };
    assert_eq!(street.code("sue", mixed), ("contract", Some("other-contract")));
    assert_ne!(contract.id(NETWORK), ContractId::default());
    // Both are whole after all that.
    street.chain.act("sue", close(&contract, Some(good), vec![]));
}

#[test]
fn a_meter_has_so_many_contracts_at_a_time_and_no_more() {
    let mut street = street();
    let contracts: Vec<Contract> = (0..17).map(|nonce| Contract { nonce, ..terms(&street) }).collect();
    let (last, others) = contracts.split_last().expect("some");
    let first = street.chain.account(&gridnet_tests::chain::address("tom")).sequence;
    let opens: Vec<_> = (first..)
        .zip(others)
        .map(|(sequence, contract)| street.chain.sign_as("tom", sequence, None, open(contract)))
        .collect();
    street.chain.mine(&opens);
    assert_eq!(street.code("tom", open(last)), ("contracts", None));
    // Once their slots were read there is room again.
    let slot = street.slot;
    street.chain.wait_for_slot(slot + 9);
    for (name, meter, import, export) in [("roof", street.roof, 0, 80_000), ("home", street.home, 80_000, 0)]
    {
        let reading = street.chain.reading(name, meter, slot + 8, import.min(20_000), export.min(20_000));
        street.chain.act("rich", read(vec![reading]));
    }
    let later = Contract { first: Slot(slot + 20), last: Slot(slot + 21), ..last.clone() };
    street.chain.act("tom", open(&later));
}

/// All agree while one is closing: that ends it, and the bond is theirs who knew best until then.
#[test]
fn all_end_what_one_is_closing() {
    let mut street = street();
    let contract = street.opened();
    street.chain.act("sue", close(&contract, Some(state(&contract, 1, 1_000, false)), vec![]));
    street.chain.act("tom", answer(state(&contract, 2, 2_000, false), vec![]));
    let (before, tom) = (street.balances(), street.chain.balance("tom"));
    street.chain.act("rich", end(state(&contract, 1, 3_000, true)));
    assert_eq!(street.settled(&contract), Some(3_000), "whatever its sequence");
    let after = street.balances();
    assert_eq!(gained(before, after), [300, 10_000 - 330, 30]);
    assert_eq!(street.chain.balance("tom"), tom + 300);
    // The window comes to its end, and nobody is paid twice.
    street.chain.wait(8);
    assert_eq!((street.settled(&contract), street.balances()), (Some(3_000), after));
    assert_eq!(street.chain.balance("tom"), tom + 300);
}

/// A grid operator buys like anybody, for a meter of its own; and as a broker it is paid like anybody.
#[test]
fn a_grid_operator_is_a_party_like_others() {
    let mut street = street();
    street.chain.settle_in(&["maker"]);
    let certificate = street.chain.certificate("substation", "maker", "maker");
    let substation = street.chain.meter(certificate, "maker", "maker");
    let slot = street.chain.slot();
    street.chain.read("substation", substation, slot, 0, 0);
    let party = |name: &str, role, rate| Signatory { key: person(name).public(), role, rate: Units(rate) };
    for (buyer, meter, broker) in [("maker", substation, "tom"), ("bob", street.home, "maker")] {
        let parties = vec![
            party("sue", Role::Seller, 100),
            party(buyer, Role::Buyer, 0),
            party(broker, Role::Broker, 7),
        ];
        let contract = Contract {
            parties: List::new("parties", parties).expect("three"),
            buyer_meter: meter,
            first: Slot(slot + 1),
            last: Slot(slot + 8),
            ..terms(&street)
        };
        let id = contract.id(NETWORK);
        let mut opening = Partial::new(&contract, contract.clone());
        let body = State { contract: id, sequence: 1, delivered: WattHours(4_000), is_final: true };
        let mut ending = Partial::new(&contract, body);
        for name in ["sue", buyer, broker] {
            opening.sign(NETWORK, &contract, &person(name)).expect("a party");
            ending.sign(NETWORK, &contract, &person(name)).expect("a party");
        }
        let names = ["sue", buyer, broker];
        let balances = |street: &Street<'_>| names.map(|name| street.chain.balance(name));
        let before = balances(&street);
        let signatures = opening.whole().expect("all have signed");
        let signed = SignedContract { body: contract, signatures };
        street.chain.act("rich", Action::OpenContract { contract: Box::new(signed) });
        let signatures = ending.whole().expect("all have signed");
        street.chain.act("rich", end(SignedState { body, signatures }));
        let after = balances(&street);
        assert_eq!([after[0] - before[0], before[1] - after[1], after[2] - before[2]], [400, 428, 28]);
    }
}

/// A meter that is not read any more delivers nothing: no contract is opened over it.
#[test]
fn a_retired_meter_fills_no_further_contract() {
    let mut street = street();
    let contract = street.opened();
    let slot = street.slot;
    street.chain.wait_for_slot(slot + 9);
    let [one, two] =
        [5_000, 6_000].map(|export| street.chain.reading("roof", street.roof, slot + 8, 0, export));
    let proof = EquivocationProof::new(NETWORK, one, two);
    street.chain.act("tom", Action::ProveEquivocation { proof: Box::new(proof) });
    let later = Contract { first: Slot(slot + 20), last: Slot(slot + 21), ..terms(&street) };
    assert_eq!(street.code("tom", open(&later)), ("retired", None));
    // What it says now is passed over, and the buyer pays for nothing.
    let home = street.chain.reading("home", street.home, slot + 8, 4_000, 0);
    street.chain.act("sue", close(&contract, None, vec![one, home]));
    street.chain.wait(8);
    assert_eq!(street.settled(&contract), Some(0));
}
