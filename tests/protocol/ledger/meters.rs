use gridnet_protocol::meter::{
    Certificate, EquivocationProof, Reading, Replacement, SignedCertificate, SignedReading,
};
use gridnet_protocol::state::row::{Meter, Retired};
use gridnet_protocol::transaction::Action;
use gridnet_protocol::value::{MeterId, ReadingId, Slot, WattHours, Watts};
use gridnet_tests::chain::{Chain, person, read};
use gridnet_tests::world::{NETWORK, key};

use super::chain;

/// A chain with a certifier and an owner who has an identity.
fn grid() -> Chain<'static> {
    let mut chain = chain(&["maker", "owner", "ann"]);
    chain.settle_in(&["owner", "ann"]);
    chain.act("maker", Action::RegisterCertifier);
    chain
}

/// The same with a meter, read once.
fn metered() -> (Chain<'static>, MeterId, u64) {
    let mut chain = grid();
    let certificate = chain.certificate("meter", "owner", "maker");
    let meter = chain.meter(certificate, "owner", "maker");
    let slot = chain.slot();
    chain.read("meter", meter, slot, 5_000, 7_000);
    chain.wait_for_slot(slot + 8);
    (chain, meter, slot)
}

fn register(signed: SignedCertificate) -> Action {
    Action::RegisterMeter { certificate: Box::new(signed) }
}

fn row(chain: &Chain<'_>, meter: &MeterId) -> Meter {
    chain.ledger.row(meter).expect("memory").expect("a meter")
}

#[test]
fn a_meter_needs_certifier_and_owner() {
    let mut chain = grid();
    let good = chain.certificate("meter", "owner", "maker");
    let signed = |certificate: &Certificate, owner: &str, certifier: &str| {
        certificate.clone().sign_by(NETWORK, &person(certifier), &person(owner)).expect("keys in memory")
    };
    let whole = signed(&good, "owner", "maker");
    let with = |change: &dyn Fn(&mut SignedCertificate)| {
        let mut other = whole.clone();
        change(&mut other);
        other
    };
    let stranger = signed(&chain.certificate("meter", "owner", "ann"), "owner", "ann");
    let homeless = signed(&chain.certificate("meter", "maker", "maker"), "maker", "maker");
    let own = signed(&Certificate { key: person("owner").public(), ..good.clone() }, "owner", "maker");
    let unrated = signed(&Certificate { rating: Watts(0), ..good.clone() }, "owner", "maker");
    for (certificate, code, detail) in [
        (with(&|it| it.certifier_signature.0[0] ^= 1), "certificate", Some("certifier-signature")),
        (with(&|it| it.owner_signature.0[0] ^= 1), "certificate", Some("owner-signature")),
        (with(&|it| it.body.rating.0 += 1), "certificate", Some("certifier-signature")),
        (own, "certificate", Some("same-key")),
        (unrated, "certificate", Some("rating")),
        (stranger, "unknown", None),
        (homeless, "unknown", None),
    ] {
        let transaction = chain.sign("ann", register(certificate));
        let rejection = chain.refusal(&transaction);
        assert_eq!((rejection.code.name(), rejection.detail), (code, detail));
    }
    // Anybody may pay for it.
    chain.act("ann", register(whole.clone()));
    assert_eq!(row(&chain, &whole.id(NETWORK)).certificate, good);
    let again = chain.sign("ann", register(whole));
    assert_eq!(chain.code(&again), "duplicate");
    let twice = chain.sign("maker", Action::RegisterCertifier);
    assert_eq!(chain.code(&twice), "duplicate");
}

#[test]
fn each_rule_of_readings_is_kept() {
    let (mut chain, meter, slot) = metered();
    let kept = chain.kept(&meter).expect("it was read");
    let now = chain.slot();
    let good = Reading {
        meter,
        slot: Slot(slot + 4),
        sequence: 1,
        import: WattHours(5_100),
        export: WattHours(7_100),
        previous: kept.id,
    };
    let signed = |reading: Reading| reading.sign_by(NETWORK, &key("meter")).expect("a key in memory");
    let with = |change: &dyn Fn(&mut Reading)| {
        let mut other = good;
        change(&mut other);
        signed(other)
    };
    for (reading, code, detail) in [
        (with(&|it| it.sequence = 0), "reading", Some("sequence")),
        (with(&|it| it.slot = Slot(slot)), "reading", Some("slot")),
        (with(&|it| it.slot = Slot(now + 1)), "reading", Some("future")),
        (with(&|it| it.slot = Slot(1 << 63)), "reading", Some("future")),
        (with(&|it| it.slot = Slot(u64::MAX)), "reading", Some("future")),
        (with(&|it| it.import = WattHours(4_999)), "reading", Some("backwards")),
        (with(&|it| it.export = WattHours(6_999)), "reading", Some("backwards")),
        // Ten kilowatts for an hour.
        (with(&|it| it.export = WattHours(17_001)), "reading", Some("too-much")),
        (with(&|it| it.export = WattHours(u64::MAX)), "reading", Some("too-much")),
        (with(&|it| it.previous = ReadingId([1; 32])), "reading", Some("previous")),
        (with(&|it| it.meter = MeterId([1; 32])), "unknown", None),
        (good.sign_by(NETWORK, &person("owner")).expect("a key"), "reading", Some("signature")),
    ] {
        let transaction = chain.sign("ann", read(vec![reading]));
        let rejection = chain.refusal(&transaction);
        assert_eq!((rejection.code.name(), rejection.entry, rejection.detail), (code, Some(0), detail));
    }
    let nothing = chain.sign("ann", read(vec![]));
    assert_eq!(chain.code(&nothing), "amount");
    // In a batch, the second one of the same meter follows the first; a gap in sequence asks for no link.
    let next = Reading { sequence: 9, slot: Slot(slot + 5), previous: ReadingId([9; 32]), ..good };
    let edge = Reading { export: WattHours(17_000), ..good };
    let next = Reading { export: WattHours(17_000), ..next };
    chain.act("ann", read(vec![signed(edge), signed(next)]));
    assert_eq!(chain.kept(&meter).expect("it was read").sequence, 9);
    let out_of_order = chain.sign("ann", read(vec![signed(next)]));
    assert_eq!(chain.refusal(&out_of_order).detail, Some("sequence"));
}

#[test]
fn a_meter_that_says_two_things_is_not_read_any_more() {
    let (mut chain, meter, slot) = metered();
    let one = chain.reading("meter", meter, slot + 2, 5_100, 7_000);
    let two = chain.reading("meter", meter, slot + 3, 5_200, 7_000);
    let proof = EquivocationProof::new(NETWORK, one, two);
    let prove = |proof: &EquivocationProof| Action::ProveEquivocation { proof: Box::new(*proof) };
    let swapped = EquivocationProof { first: proof.second, second: proof.first };
    let mut forged = proof;
    forged.second.signature.0[0] ^= 1;
    let mut later: SignedReading = two;
    later.body.sequence = 2;
    let later = later.body.sign_by(NETWORK, &key("meter")).expect("a key in memory");
    let later = EquivocationProof::new(NETWORK, one, later);
    for (bad, detail) in [(swapped, "order"), (forged, "signature"), (later, "other-sequence")] {
        let transaction = chain.sign("ann", prove(&bad));
        let rejection = chain.refusal(&transaction);
        assert_eq!((rejection.code.name(), rejection.detail), ("equivocation", Some(detail)));
    }
    chain.act("ann", prove(&proof));
    assert_eq!(row(&chain, &meter).retired, Some(Retired::Equivocated(1)));
    for action in [read(vec![one]), prove(&proof)] {
        let transaction = chain.sign("ann", action);
        assert_eq!(chain.code(&transaction), "retired");
    }
    // Its owner, who has not got its key, loses nothing.
    let identity: gridnet_protocol::state::row::Identity =
        chain.ledger.row(&gridnet_tests::chain::address("owner")).expect("memory").expect("an identity");
    assert!(!identity.revoked);
}

#[test]
fn a_meter_is_replaced_where_it_ends() {
    let (mut chain, old, _) = metered();
    let last = chain.kept(&old).expect("it was read").id;
    let named = |chain: &Chain<'_>, owner: &str, meter, last| {
        let replaces = Some(Replacement { meter, last });
        let certificate = Certificate { replaces, ..chain.certificate("new meter", owner, "maker") };
        register(certificate.sign_by(NETWORK, &person("maker"), &person(owner)).expect("keys in memory"))
    };
    for (action, code) in [
        (named(&chain, "owner", old, ReadingId([1; 32])), "reading"),
        (named(&chain, "owner", MeterId([1; 32]), last), "unknown"),
        (named(&chain, "ann", old, last), "not-yours"),
    ] {
        let transaction = chain.sign("ann", action);
        assert_eq!(chain.code(&transaction), code);
    }
    let good = named(&chain, "owner", old, last);
    chain.act("ann", good);
    let Some(Retired::Replaced(new)) = row(&chain, &old).retired else { panic!("it was replaced") };
    let slot = chain.slot();
    let late = chain.reading("meter", old, slot, 5_001, 7_000);
    let transaction = chain.sign("ann", read(vec![late]));
    assert_eq!(chain.code(&transaction), "retired");
    // The new one begins where it begins.
    chain.read("new meter", new, slot, 0, 0);
    assert_eq!(row(&chain, &new).baseline, [WattHours(0); 2]);
}
