//! Contracts for energy: how meters fill them, what was delivered, who is paid what, and what is wrong with them.

use gridnet_protocol::contract::{Contract, Delivery, Filling, Role, Side, allot};
use gridnet_protocol::encoding::{List, encode};
use gridnet_protocol::value::{ContractId, Height, MeterId, Slot, Units, WattHours};
use gridnet_protocol::{Network, PublicKey};
use serde_json::{Value, json};

use super::agreements::{party, signed, state};
use super::{hexed, long};
use crate::world::secret;

const NETWORK: Network = Network::Test;
pub(super) const PARTIES: [&str; 3] = ["sue", "bob", "lin"];

pub(super) fn contract() -> Contract {
    let parties = vec![
        party("sue", Role::Seller, 3_000),
        party("bob", Role::Buyer, 0),
        party("lin", Role::LineOwner, 500),
    ];
    Contract {
        parties: List::new("parties", parties).expect("three"),
        seller_meter: MeterId(secret("roof")),
        buyer_meter: MeterId(secret("home")),
        first: Slot(1_000),
        last: Slot(1_095),
        limit: WattHours(2_500),
        deposit: Units(100_000),
        watch_fee: Units(1_500),
        window: 360,
        expiry: Height(9_000),
        nonce: 7,
    }
}

/// A contract that is filled: its first and last slot, and its limit.
type Filled = (u64, u64, u64);

/// A name, the contracts, the slot after which and the one until which so much flowed.
type Flow<'a> = (&'a str, &'a [Filled], u64, u64, u64);

/// How meters fill contracts.
pub(super) fn allotments() -> Vec<Value> {
    let most = u64::MAX;
    let two = [(10, 20, 100), (15, 30, 50)];
    let cases: [Flow<'_>; 12] = [
        ("enough for one", &two[..1], 9, 12, 1_000),
        ("less than one takes", &two[..1], 9, 12, 299),
        ("the first first", &two, 9, 20, 1_150),
        ("what the first leaves", &two, 9, 20, 1_250),
        ("all that both take", &two, 9, 20, 5_000),
        ("slots before both", &two, 0, 9, 500),
        ("slots after both", &two, 30, 40, 500),
        ("the first slot alone", &two, 9, 10, 500),
        ("nothing flowed", &two, 9, 30, 0),
        ("nobody", &[], 9, 30, 7),
        ("all that there is", &[(0, most, most), (0, most, 1)], 0, most, most),
        ("beyond the last slot", &[(0, most, most)], most, most, 9),
    ];
    let entry = |(name, fillings, after, until, flowed): &Flow<'_>| {
        let list: Vec<Filling> = fillings
            .iter()
            .map(|&(first, last, limit)| Filling {
                contract: ContractId([0; 32]),
                first: Slot(first),
                last: Slot(last),
                limit: WattHours(limit),
            })
            .collect();
        let shares = allot(&list, Slot(*after), Slot(*until), WattHours(*flowed));
        let numbers = |&(first, last, limit): &Filled| json!([long(first), long(last), long(limit)]);
        json!({
            "name": name,
            "fillings": fillings.iter().map(numbers).collect::<Vec<_>>(),
            "after": long(*after),
            "until": long(*until),
            "flowed": long(*flowed),
            "shares": shares.iter().map(|share| long(share.0)).collect::<Vec<_>>(),
        })
    };
    cases.iter().map(entry).collect()
}

/// A side's letter, the slot, the watt-hours.
type Told = (char, u64, u64);

/// What two meters say, reading by reading, and what was delivered by it.
pub(super) fn deliveries() -> Vec<Value> {
    let mut cases: Vec<(String, Vec<Told>)> = [
        ("nothing", &[][..]),
        ("the seller alone", &[('s', 5, 100), ('s', 8, 50)]),
        ("the buyer alone", &[('b', 5, 100), ('b', 8, 50)]),
        ("at once", &[('s', 5, 100), ('b', 5, 80), ('b', 8, 10), ('s', 8, 40)]),
        (
            "less in one interval, more in the next",
            &[('s', 4, 100), ('s', 8, 10), ('b', 4, 10), ('b', 8, 100)],
        ),
        ("the same, with no slot between", &[('s', 4, 100), ('s', 8, 10), ('b', 8, 110)]),
        ("the seller is ahead", &[('s', 2, 10), ('s', 4, 20), ('s', 6, 30), ('b', 5, 40), ('b', 6, 5)]),
        ("the buyer is ahead", &[('b', 2, 10), ('b', 4, 20), ('b', 6, 30), ('s', 5, 40), ('s', 6, 5)]),
        ("one overtakes the other", &[('s', 2, 9), ('b', 3, 8), ('s', 4, 7), ('b', 5, 6), ('s', 5, 5)]),
        ("the buyer goes dark", &[('s', 2, 50), ('b', 2, 60), ('s', 4, 70), ('b', 5, 20), ('s', 12, 30)]),
        ("the seller goes dark", &[('b', 2, 50), ('s', 2, 60), ('b', 4, 70), ('s', 5, 20), ('b', 12, 30)]),
        ("both to the end", &[('s', 10, 70), ('b', 10, 60)]),
        ("the buyer to the end, the seller further", &[('b', 10, 70), ('s', 11, 90)]),
        ("a slot again", &[('s', 5, 100), ('s', 5, 1), ('s', 4, 1), ('b', 5, 7)]),
        ("more than 64 bits hold", &[('s', 5, u64::MAX), ('s', 6, 1), ('b', 6, u64::MAX), ('s', 6, 0)]),
        ("the first and the last slot", &[('s', 0, 3), ('b', 0, 2), ('b', u64::MAX, 5), ('s', u64::MAX, 9)]),
    ]
    .map(|(name, told)| (name.to_owned(), told.to_vec()))
    .to_vec();
    for (ahead, behind) in [('s', 'b'), ('b', 's')] {
        // So far ahead that the oldest places are forgotten; then the other side comes, there, between and further.
        let mut told: Vec<Told> = (1..=100).map(|slot| (ahead, 2 * slot, slot)).collect();
        told.extend([
            (behind, 4, 9),
            (behind, 8, 5),
            (behind, 11, 1),
            (behind, 12, 3),
            (behind, 150, 3_000),
            (behind, 300, 4_000),
        ]);
        cases.push((format!("{ahead} is ahead by a hundred readings"), told));
    }
    cases.extend((0..24).map(|number| (format!("by chance, {number}"), by_chance(number))));
    cases.iter().map(|(name, told)| delivery(name, told)).collect()
}

fn by_chance(number: u32) -> Vec<Told> {
    let bytes: Vec<u8> = (0..3).flat_map(|part| secret(&format!("delivery {number} {part}"))).collect();
    let mut slots = [0; 2];
    let told = bytes.chunks_exact(2).take(6 + number as usize).map(|pair| {
        let side = usize::from(pair[0] & 1);
        // Mostly further on by little, so that the sides meet often; sometimes not at all.
        slots[side] += u64::from(pair[0] >> 1) % 4;
        (['s', 'b'][side], slots[side], u64::from(pair[1]))
    });
    told.collect()
}

fn delivery(name: &str, told: &[Told]) -> Value {
    // Once closed at its end, once before.
    let (mut delivery, last, early) = (Delivery::new(), Slot(10), Slot(6));
    let steps = told.iter().map(|&(side, until, allotted)| {
        let of = if side == 's' { Side::Seller } else { Side::Buyer };
        let refused = delivery.add(of, Slot(until), WattHours(allotted)).err();
        json!([
            refused.map(|why| why.name()),
            long(delivery.agreed().0),
            long(delivery.delivered().0),
            long(delivery.settled(last, last).0),
            long(delivery.settled(last, early).0),
            delivery.is_complete(last),
        ])
    });
    let steps: Vec<Value> = steps.collect();
    let readings: Vec<Value> = told
        .iter()
        .map(|&(side, until, allotted)| json!([side.to_string(), long(until), long(allotted)]))
        .collect();
    json!({
        "name": name,
        "last": long(last.0),
        "early": long(early.0),
        "readings": readings,
        "steps": steps,
        "encoded": hexed(encode(&delivery)),
    })
}

/// Who is paid what, by terms up to the edges of 64 bits.
pub(super) fn balances() -> Vec<Value> {
    let most = u64::MAX;
    let payee = |name: &str, rate| party(name, Role::Broker, rate);
    let crowd = ["c0", "c1", "c2", "c3", "c4", "c5"];
    let with = |deposit, seller, others: &[(&str, u64)]| {
        let mut parties = vec![party("sue", Role::Seller, seller), party("bob", Role::Buyer, 0)];
        parties.extend(others.iter().map(|&(name, rate)| payee(name, rate)));
        let parties = List::new("parties", parties).expect("eight at most");
        Contract { parties, deposit: Units(deposit), watch_fee: Units(0), ..contract() }
    };
    let cases = [
        ("the example", contract()),
        ("a unit of deposit", with(1, 3_000, &[])),
        ("a tenth of a unit for a kWh is nothing", with(5, 1, &[("c0", 1)])),
        ("so cheap that it is never used up", with(most, 1, &[])),
        ("so cheap that it is just used up", with(most / 1_000, 1, &[])),
        ("as dear as can be", with(most, most, &[])),
        ("as dear as can be for all", with(most, most, &crowd.map(|name| (name, most)))),
        ("dearer than the deposit", with(9, most, &[("c0", 7)])),
        ("many small ones", with(1_000, 999, &crowd.map(|name| (name, 1)))),
        ("the seller for nothing", with(1_000, 0, &[("c0", 3)])),
    ];
    let entry = |(name, terms): &(&str, Contract)| {
        assert_eq!(terms.check(360), Ok(()), "{name}");
        let cap = terms.cap().0;
        let amounts =
            [0, 1, 2, 999, 1_000, 28_571, 28_572, cap.saturating_sub(1), cap, cap.saturating_add(1), most];
        let paid = |&delivered: &u64| {
            let balances = terms.balances(WattHours(delivered));
            let balances: Vec<Value> = balances.iter().map(|balance| long(balance.0)).collect();
            json!({"delivered": long(delivered), "balances": balances})
        };
        json!({
            "name": name,
            "contract": hexed(encode(terms)),
            "cap": long(cap),
            "bond": long(terms.bond().0),
            "paid": amounts.iter().map(paid).collect::<Vec<_>>(),
        })
    };
    cases.iter().map(entry).collect()
}

/// What is wrong with contracts.
pub(super) fn contracts() -> Vec<Value> {
    let mut entries = Vec::new();
    let mut add = |name: &str, network: Network, contract: &gridnet_protocol::contract::SignedContract| {
        let checked = contract.check(network, network.parameters().window_min);
        entries.push(json!({
            "name": name,
            "network": network.name(),
            "contract": hexed(contract.to_bytes()),
            "id": hexed(contract.id(network).0),
            "reason": checked.err().map(|why| why.name()),
        }));
    };
    let good = signed(NETWORK, &contract(), &PARTIES);
    add("good", NETWORK, &good);
    add("on another network", Network::Main, &good);
    let changed = |change: &dyn Fn(&mut Contract)| {
        let mut body = contract();
        change(&mut body);
        let names: Vec<&str> = body.parties.as_slice().iter().filter_map(name_of).collect();
        let keys: std::collections::BTreeSet<&&str> = names.iter().collect();
        // Somebody who stands twice cannot sign, nor can a stranger: terms come before signatures.
        if keys.len() == body.parties.as_slice().len() {
            signed(NETWORK, &body, &names)
        } else {
            gridnet_protocol::contract::SignedContract { body, signatures: good.signatures.clone() }
        }
    };
    let parties = |change: &dyn Fn(&mut Vec<gridnet_protocol::contract::Signatory>)| {
        changed(&|body| {
            let mut list = body.parties.as_slice().to_vec();
            change(&mut list);
            body.parties = List::new("parties", list).expect("eight at most");
        })
    };
    add("no parties", NETWORK, &parties(&|list| list.clear()));
    add("a seller alone", NETWORK, &parties(&|list| list.truncate(1)));
    add("two sellers", NETWORK, &parties(&|list| list[2].role = Role::Seller));
    add("no buyer", NETWORK, &parties(&|list| list[1].role = Role::Broker));
    add("two parties", NETWORK, &parties(&|list| list.truncate(2)));
    add("a small key", NETWORK, &parties(&|list| list[2].key = PublicKey([0; 32])));
    add("no point", NETWORK, &parties(&|list| list[2].key = PublicKey([2; 32])));
    add("one key twice", NETWORK, &parties(&|list| list[2].key = list[0].key));
    add("one meter twice", NETWORK, &changed(&|body| body.buyer_meter = body.seller_meter));
    add("the buyer is paid", NETWORK, &parties(&|list| list[1].rate = Units(1)));
    let nobody = parties(&|list| list.iter_mut().for_each(|party| party.rate = Units(0)));
    add("nobody is paid", NETWORK, &nobody);
    add("it ends before it begins", NETWORK, &changed(&|body| body.last = Slot(999)));
    add("one slot", NETWORK, &changed(&|body| body.last = body.first));
    add("a leap year", NETWORK, &changed(&|body| body.last.0 = body.first.0 + 35_135));
    add("a slot more", NETWORK, &changed(&|body| body.last.0 = body.first.0 + 35_136));
    add("no limit", NETWORK, &changed(&|body| body.limit = WattHours(0)));
    add("a watch fee of the deposit", NETWORK, &changed(&|body| body.watch_fee = body.deposit));
    add("a watch fee just below", NETWORK, &changed(&|body| body.watch_fee.0 = body.deposit.0 - 1));
    add("a short window", NETWORK, &changed(&|body| body.window = 359));
    add("the longest window", NETWORK, &changed(&|body| body.window = 21_600));
    add("a longer window", NETWORK, &changed(&|body| body.window = 21_601));
    add("several things at once", NETWORK, &changed(&|body| (body.limit, body.window) = (WattHours(0), 1)));
    let signatures = good.signatures.as_slice().to_vec();
    let with = |signatures: Vec<_>| {
        let signatures = List::new("signatures", signatures).expect("not too many");
        gridnet_protocol::contract::SignedContract { signatures, ..good.clone() }
    };
    add("no signature", NETWORK, &with(Vec::new()));
    add("two signatures", NETWORK, &with(signatures[..2].to_vec()));
    add("one too many", NETWORK, &with([&signatures[..], &signatures[..1]].concat()));
    add("in another order", NETWORK, &with(vec![signatures[1], signatures[0], signatures[2]]));
    let mut other = good.clone();
    other.body.nonce += 1;
    add("signed for another", NETWORK, &other);
    entries
}

fn name_of(party: &gridnet_protocol::contract::Signatory) -> Option<&'static str> {
    PARTIES.into_iter().find(|name| crate::chain::person(name).public() == party.key)
}

/// States of a contract.
pub(super) fn states() -> Vec<Value> {
    let mut entries = Vec::new();
    let terms = contract();
    let mut add = |name: &str, state: &gridnet_protocol::contract::SignedState| {
        let checked = state.check(NETWORK, &terms);
        entries.push(json!({
            "name": name,
            "network": NETWORK.name(),
            "contract": hexed(encode(&terms)),
            "state": hexed(state.to_bytes()),
            "reason": checked.err().map(|why| why.name()),
        }));
    };
    let good = state(NETWORK, &terms, &PARTIES, (4, 28_000, false));
    add("good", &good);
    add("final", &state(NETWORK, &terms, &PARTIES, (u64::MAX, u64::MAX, true)));
    let other = Contract { nonce: 8, ..terms.clone() };
    add("of another contract", &state(NETWORK, &other, &PARTIES, (4, 28_000, false)));
    add("of another network", &state(Network::Main, &terms, &PARTIES, (4, 28_000, false)));
    let mut bad = good.clone();
    bad.body.is_final = true;
    add("final, but not signed so", &bad);
    let signatures = good.signatures.as_slice().to_vec();
    for (name, list) in [
        ("one has not signed", signatures[..2].to_vec()),
        ("in another order", vec![signatures[2], signatures[1], signatures[0]]),
    ] {
        let signatures = List::new("signatures", list).expect("not too many");
        add(name, &gridnet_protocol::contract::SignedState { signatures, ..good.clone() });
    }
    entries
}
