use gridnet_protocol::encoding::List;
use gridnet_protocol::meter::{Area, Certificate, Source};
use gridnet_protocol::state::row::Subvention;
use gridnet_protocol::transaction::{Action, SubventionTerms, subvention_id};
use gridnet_protocol::value::{Height, MeterId, SubventionId, Units};
use gridnet_tests::chain::{Chain, address, person};

use super::chain;

fn terms(chain: &Chain<'_>) -> SubventionTerms {
    SubventionTerms {
        budget: Units(1_000),
        rate: Units(100),
        certifiers: List::new("certifiers", vec![person("maker").public()]).expect("one"),
        area: None,
        source: None,
        net: false,
        expiry: Height(chain.height() + 100),
    }
}

/// A government, a certifier, an owner with a meter that was read at 5 and 7 kWh.
fn grid() -> (Chain<'static>, MeterId) {
    let mut chain = chain(&["government", "maker", "owner"]);
    chain.settle_in(&["owner"]);
    chain.act("maker", Action::RegisterCertifier);
    let certificate = chain.certificate("meter", "owner", "maker");
    let meter = chain.meter(certificate, "owner", "maker");
    (chain, meter)
}

fn open(chain: &mut Chain<'_>, terms: SubventionTerms) -> SubventionId {
    let id = subvention_id(&address("government"), chain.account(&address("government")).sequence);
    chain.act("government", Action::OpenSubvention { terms: Box::new(terms) });
    id
}

fn credit(subvention: SubventionId, meter: MeterId) -> Action {
    Action::CreditSubvention { subvention, meter }
}

fn read_later(chain: &mut Chain<'_>, meter: MeterId, import: u64, export: u64) {
    let slot = chain.slot() + 4;
    chain.wait_for_slot(slot);
    chain.read("meter", meter, slot, import, export);
}

#[test]
fn what_is_exported_is_paid_until_the_budget_is_used() {
    let (mut chain, meter) = grid();
    let before = chain.balance("government");
    let terms = terms(&chain);
    let id = open(&mut chain, terms);
    assert!(chain.balance("government") < before - 1_000);
    let early = chain.sign("rich", credit(id, meter));
    assert_eq!(chain.code(&early), "too-early", "it was never read");
    read_later(&mut chain, meter, 5_000, 7_000);
    // It joins where it is: what was exported before is not paid for.
    chain.act("rich", credit(id, meter));
    let owner = chain.balance("owner");
    let nothing = chain.sign("rich", credit(id, meter));
    assert_eq!(chain.code(&nothing), "too-early");
    read_later(&mut chain, meter, 9_000, 8_239);
    chain.act("rich", credit(id, meter));
    // ⌊100 · 1.239⌋.
    assert_eq!(chain.balance("owner") - owner, 123);
    read_later(&mut chain, meter, 9_000, 8_250);
    chain.act("rich", credit(id, meter));
    assert_eq!(chain.balance("owner") - owner, 125);
    read_later(&mut chain, meter, 9_000, 17_500);
    chain.act("rich", credit(id, meter));
    assert_eq!(chain.balance("owner") - owner, 1_000);
    let row: Subvention = chain.ledger.row(&id).expect("memory").expect("a subvention");
    assert_eq!(row.left, Units(0));
    read_later(&mut chain, meter, 9_000, 18_500);
    let used_up = chain.sign("rich", credit(id, meter));
    assert_eq!(chain.code(&used_up), "amount");
}

#[test]
fn a_net_subvention_takes_off_what_is_imported() {
    let (mut chain, meter) = grid();
    let net = SubventionTerms { net: true, ..terms(&chain) };
    let id = open(&mut chain, net);
    read_later(&mut chain, meter, 0, 0);
    chain.act("rich", credit(id, meter));
    read_later(&mut chain, meter, 3_000, 2_000);
    let nothing = chain.sign("rich", credit(id, meter));
    assert_eq!(chain.code(&nothing), "too-early");
    read_later(&mut chain, meter, 3_000, 7_000);
    let before = chain.balance("owner");
    chain.act("rich", credit(id, meter));
    assert_eq!(chain.balance("owner") - before, 400);
}

#[test]
fn each_rule_of_subventions_is_kept() {
    let (mut chain, meter) = grid();
    let good = terms(&chain);
    for (bad, code) in [
        (SubventionTerms { budget: Units(0), ..good.clone() }, "amount"),
        (SubventionTerms { rate: Units(0), ..good.clone() }, "amount"),
        (SubventionTerms { budget: Units(u64::MAX), ..good.clone() }, "balance"),
        (SubventionTerms { certifiers: List::default(), ..good.clone() }, "range"),
        (SubventionTerms { expiry: Height(chain.height()), ..good.clone() }, "too-late"),
    ] {
        let transaction = chain.sign("government", Action::OpenSubvention { terms: Box::new(bad) });
        assert_eq!(chain.code(&transaction), code);
    }
    read_later(&mut chain, meter, 5_000, 7_000);
    let elsewhere = SubventionTerms { area: Some(Area::new("south").expect("an area")), ..terms(&chain) };
    let grey = SubventionTerms { source: Some(Source::Grey), ..terms(&chain) };
    let others = List::new("certifiers", vec![person("owner").public()]).expect("one");
    let others = SubventionTerms { certifiers: others, ..terms(&chain) };
    for bad in [elsewhere, grey, others] {
        let id = open(&mut chain, bad);
        let transaction = chain.sign("rich", credit(id, meter));
        assert_eq!(chain.code(&transaction), "ineligible");
    }
    let here = SubventionTerms {
        area: Some(Area::new("north").expect("an area")),
        source: Some(Source::Green),
        expiry: Height(chain.height() + 6),
        ..terms(&chain)
    };
    let id = open(&mut chain, here);
    chain.act("rich", credit(id, meter));
    for (name, action, code) in [
        ("rich", credit(SubventionId([1; 32]), meter), "unknown"),
        ("rich", credit(id, MeterId([1; 32])), "unknown"),
        ("rich", Action::CloseSubvention { subvention: id }, "not-yours"),
        ("government", Action::CloseSubvention { subvention: id }, "too-early"),
    ] {
        let transaction = chain.sign(name, action);
        assert_eq!(chain.code(&transaction), code);
    }
    chain.wait(6);
    let late = chain.sign("rich", credit(id, meter));
    assert_eq!(chain.code(&late), "too-late");
    let before = chain.balance("government");
    let close = chain.sign("government", Action::CloseSubvention { subvention: id });
    let fee = gridnet_protocol::ledger::least_fee(chain.ledger.network(), &close).0;
    chain.mine(&[close]);
    assert_eq!(chain.balance("government"), before - fee + 1_000);
    let twice = chain.sign("government", Action::CloseSubvention { subvention: id });
    assert_eq!(chain.code(&twice), "unknown");
}

/// Large numbers are multiplied exactly.
#[test]
fn sums_at_the_edge_are_no_accident() {
    let (mut chain, _) = grid();
    let strong = Certificate {
        rating: gridnet_protocol::value::Watts(u32::MAX),
        ..chain.certificate("strong", "owner", "maker")
    };
    let meter = chain.meter(strong, "owner", "maker");
    let dear = SubventionTerms { rate: Units(u64::MAX), ..terms(&chain) };
    let id = open(&mut chain, dear);
    let slot = chain.slot();
    let start = u64::MAX - 4_000_000_000;
    chain.read("strong", meter, slot, start, start);
    chain.act("rich", credit(id, meter));
    chain.wait_for_slot(slot + 4);
    chain.read("strong", meter, slot + 4, u64::MAX, u64::MAX);
    let before = chain.balance("owner");
    chain.act("rich", credit(id, meter));
    assert_eq!(chain.balance("owner") - before, 1_000, "the budget is the most");
}
