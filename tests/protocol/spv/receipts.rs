use gridnet_core::Control;
use gridnet_protocol::encoding::List;
use gridnet_protocol::ledger::Fault;
use gridnet_protocol::meter::{EquivocationProof, Reading};
use gridnet_protocol::reason::Rejected;
use gridnet_protocol::spv::Checkpoint;
use gridnet_protocol::spv::receipt::{Evidence, Options, Receipt, ReceiptFacts};
use gridnet_protocol::transaction::{Action, Subject};
use gridnet_protocol::trust::Policy;
use gridnet_protocol::value::{ContractId, Height, Slot, Time, WattHours};
use gridnet_protocol::{Error, Network};
use gridnet_tests::chain::{address, person};
use gridnet_tests::receipts::Sale;
use gridnet_tests::street::street;
use gridnet_tests::world::{NETWORK, key};

use super::{flipped, refusal};
use crate::engine;

fn verify(receipt: &Receipt, options: &Options) -> Result<ReceiptFacts, Error> {
    receipt.verify(engine(), options, &Control::default())
}

fn police() -> Policy {
    Policy::of([address("tom")])
}

fn marked(sale: &mut Sale<'_>, subject: Subject, effective: u32) {
    let reason = List::new("a reason", b"its seal is broken".to_vec()).expect("short");
    sale.street.chain.act("tom", Action::Mark { subject, reason, effective: Height(effective) });
}

#[test]
fn a_receipt_says_who_sold_what_to_whom() {
    let mut sale = Sale::new(engine());
    sale.street.chain.act("tom", Action::RegisterAuthority);
    let height = sale.street.chain.height();
    let receipt = sale.receipt(&police(), 0, 6);
    let facts = verify(&receipt, &sale.options(&police(), 0)).expect("it is shown");
    assert_eq!(facts.objection(), None);
    assert_eq!((facts.network, facts.contract), (NETWORK, sale.contract.id(NETWORK)));
    assert_eq!((&facts.terms, facts.delivered), (&sale.contract, WattHours(6_200)));
    let paid: Vec<_> = facts.paid.iter().map(|paid| paid.amount.0).collect();
    assert_eq!(paid, [620, 10_000 - 682, 62]);
    assert_eq!(facts.paid[0].party, sale.contract.parties.as_slice()[0]);
    for (side, owner, meter, other) in [
        (&facts.seller, "sue", sale.street.roof, [0, 6_500]),
        (&facts.buyer, "bob", sale.street.home, [6_200, 0]),
    ] {
        assert_eq!((side.owner, side.meter), (address(owner), meter));
        assert_eq!(side.row.certificate.certifier, person("maker").public());
        assert_eq!(side.measured(), Some(other.map(WattHours)));
        assert!(side.identity.is_some(), "both have settled in");
    }
    assert_eq!(facts.readings, sale.readings);
    assert_eq!((facts.authorities.as_slice(), facts.marks.len()), (&[address("tom")][..], 0));
    assert_eq!((facts.root.height, facts.root.depth), (Height(height), 6));
    assert!(facts.opened < facts.settled && facts.settled < facts.root.height);
    let header = sale.street.chain.header(facts.settled.0);
    assert_eq!(facts.settled_time, Some(Time(header.time.into())));
    let tip = sale.street.chain.ledger.tip().expect("memory");
    assert_eq!((facts.tip.id, facts.work.to_be_bytes()), (tip.id, tip.work));
    // The same under a checkpoint after the settlement, whose time is not known then.
    let later =
        Receipt { start: Height(height), headers: sale.street.chain.headers(height), ..receipt.clone() };
    let from = verify(&later, &sale.options(&police(), height)).expect("it is shown");
    assert_eq!((from.settled_time, from.delivered, from.settled), (None, facts.delivered, facts.settled));
    assert!(from.work < facts.work);
    // As a file.
    let file = receipt.to_file();
    assert_eq!(Receipt::from_file(&file), Ok(receipt.clone()));
    assert_eq!(file[..9], *b"GN-rcpt_\x01");
    for bad in [&file[1..], &file[..file.len() - 1], &[&file[..], &[0]].concat(), b""] {
        assert!(matches!(Receipt::from_file(bad), Err(Error::Encoding { .. })));
    }
}

#[test]
fn each_part_is_needed() {
    let mut sale = Sale::new(engine());
    let receipt = sale.receipt(&police(), 0, 6);
    let options = sale.options(&police(), 0);
    assert!(verify(&receipt, &options).is_ok());
    let code = |receipt: &Receipt, options: &Options| refusal(verify(receipt, options));
    let at = |code: &'static str, part: &str| (code, part.to_owned());
    // What the verifier asks for.
    let test = Options { network: Network::Test, ..options.clone() };
    assert_eq!(code(&receipt, &test), at("network", "the proof"));
    let deeper = Options { depth: 7, ..options.clone() };
    assert_eq!(code(&receipt, &deeper), at("shallow", "the state's root"));
    let id = sale.street.chain.header(4).id();
    let elsewhere = Options { start: Checkpoint { height: Height(0), id }, ..options.clone() };
    assert_eq!(code(&receipt, &elsewhere), at("start", "header 0"));
    let elsewhere = Options { start: Checkpoint { height: Height(4), id }, ..options.clone() };
    assert_eq!(code(&receipt, &elsewhere), at("start", "header 0"));
    let last = sale.street.chain.height();
    let early = Options { now: Time(0), ..options.clone() };
    assert_eq!(code(&receipt, &early), at("time-too-new", "header 1"));
    // What is in it.
    let broken = |change: &dyn Fn(&mut Receipt)| {
        let mut bad = receipt.clone();
        change(&mut bad);
        code(&bad, &options)
    };
    assert_eq!(broken(&|it| it.network = 2), at("network", "the proof"));
    assert_eq!(broken(&|it| it.start = Height(1)), at("start", "header 1"));
    assert_eq!(broken(&|it| it.headers = Default::default()), at("start", "header 0"));
    assert_eq!(broken(&|it| it.headers = sale.street.chain.headers(1)), at("start", "header 0"));
    assert_eq!(broken(&|it| it.root.coinbase.state[0] ^= 1), at("branch", "the state's root"));
    assert_eq!(broken(&|it| it.evidence.contract.0[0] ^= 1), at("row", "the row of Contracts"));
    assert_eq!(
        broken(&|it| it.evidence.settled = it.evidence.seller.meter.clone()),
        at("row", "the row of Contracts")
    );
    assert_eq!(broken(&|it| it.evidence.seller = it.evidence.buyer.clone()), at("row", "the row of Meters"));
    assert_eq!(
        broken(&|it| it.evidence.buyer.owner = it.evidence.seller.owner.clone()),
        at("row", "the row of Identities")
    );
    let authorities = |it: &mut Receipt, change: &dyn Fn(&mut Vec<_>)| {
        let mut list = it.evidence.authorities.as_slice().to_vec();
        change(&mut list);
        it.evidence.authorities = List::new("authorities", list).expect("not too many");
    };
    assert_eq!(
        broken(&|it| authorities(it, &|list| list[0].marks.swap(0, 1))),
        at("row", "the row of Marks")
    );
    assert_eq!(
        broken(&|it| authorities(it, &|list| list[0].authority = address("bob"))),
        at("row", "the row of Marks")
    );
    assert_eq!(
        broken(&|it| authorities(it, &|list| list.push(list[0].clone()))),
        at("authorities", "the proof")
    );
    // Evidence of a state, and the block that names the one before or after.
    for next in [last - 7, last - 5] {
        let block = &sale.street.chain.blocks[next as usize - 1].0;
        let (headers, evidence) = (sale.street.chain.headers(0), receipt.evidence.clone());
        let late = Receipt::assemble(NETWORK, Height(0), headers, block, evidence, List::default());
        assert_eq!(refusal(late), at("row", "the row of Contracts"), "{next}");
    }
}

#[test]
fn readings_are_what_the_meters_signed() {
    let mut sale = Sale::new(engine());
    let receipt = sale.receipt(&Policy::default(), 0, 6);
    let options = sale.options(&Policy::default(), 0);
    let with = |reading: Reading, signer: &str| {
        let signed = reading.sign_by(NETWORK, &key(signer)).expect("a key in memory");
        let readings = List::new("readings", vec![signed]).expect("one");
        verify(&Receipt { readings, ..receipt.clone() }, &options).map(drop)
    };
    let refused = Err(("reading", "the proof".to_owned()));
    let check = |reading, signer| with(reading, signer).map_err(|error| refusal::<()>(Err(error)));
    let kept = sale.readings[0].body;
    let (before, after) = (kept.sequence - 1, kept.sequence + 1);
    let grown =
        |sequence, slot, export| Reading { sequence, slot: Slot(slot), export: WattHours(export), ..kept };
    assert_eq!(check(kept, "roof"), Ok(()));
    assert_eq!(check(kept, "home"), refused, "another meter's key");
    assert_eq!(check(Reading { meter: sale.street.home, ..kept }, "roof"), refused, "in another's name");
    assert_eq!(check(Reading { meter: Default::default(), ..kept }, "roof"), refused, "a stranger");
    assert_eq!(check(grown(kept.sequence, kept.slot.0, 6_501), "roof"), refused, "two things at once");
    assert_eq!(check(grown(before, kept.slot.0 - 8, 0), "roof"), Ok(()));
    assert_eq!(check(grown(before, kept.slot.0, 0), "roof"), refused);
    assert_eq!(check(grown(before, kept.slot.0 - 8, 6_501), "roof"), refused);
    assert_eq!(check(grown(after, kept.slot.0 + 1, 6_500), "roof"), Ok(()));
    assert_eq!(check(grown(after, kept.slot.0, 6_500), "roof"), refused);
    assert_eq!(check(grown(after, kept.slot.0 + 1, 6_499), "roof"), refused);
    let mut forged = receipt.clone();
    let mut readings = sale.readings.clone();
    readings[1].signature.0[9] ^= 1;
    forged.readings = List::new("readings", readings).expect("two");
    assert_eq!(refusal(verify(&forged, &options)).0, "reading");
}

#[test]
fn a_policy_says_whose_marks_count() {
    let mut sale = Sale::new(engine());
    sale.street.chain.act("tom", Action::RegisterAuthority);
    let codes = |facts: &ReceiptFacts| facts.objections().iter().map(|it| it.name()).collect::<Vec<_>>();
    let nobody = Policy::default();
    // From a height to come, and from now on.
    let later = sale.street.chain.height() + 20;
    let buyer = Subject::Identity(address("bob"));
    marked(&mut sale, buyer, later);
    let receipt = sale.receipt(&police(), 0, 6);
    let facts = verify(&receipt, &sale.options(&police(), 0)).expect("shown");
    assert_eq!((facts.marks.len(), facts.objection()), (1, None), "not yet");
    let roof = Subject::Meter(sale.street.roof);
    marked(&mut sale, roof, 0);
    let receipt = sale.receipt(&police(), 0, 6);
    let facts = verify(&receipt, &sale.options(&police(), 0)).expect("shown");
    assert_eq!((facts.marks.len(), codes(&facts)), (2, vec!["marked"]));
    assert_eq!((facts.marks[0].subject, facts.marks[1].subject), (roof, buyer));
    assert_eq!(facts.marks[0].mark.reason.as_slice(), b"its seal is broken");
    // Who listens to nobody takes it; who listens to another authority is told nothing by it.
    let facts = verify(&receipt, &sale.options(&nobody, 0)).expect("shown");
    assert_eq!((facts.marks.len(), facts.objection()), (2, None));
    let others = Policy::of([address("maker")]);
    let facts = verify(&receipt, &sale.options(&others, 0)).expect("shown");
    assert_eq!(codes(&facts), ["unsaid"]);
    // A receipt that leaves the marks out does not pass where they count.
    let silent = sale.receipt(&nobody, 0, 6);
    let facts = verify(&silent, &sale.options(&police(), 0)).expect("shown");
    assert_eq!(codes(&facts), ["unsaid"]);
    // The mark is taken back: the same receipt as before, and another one now.
    sale.street.chain.act("tom", Action::Unmark { subject: roof });
    let clean = sale.receipt(&police(), 0, 6);
    let facts = verify(&clean, &sale.options(&police(), 0)).expect("shown");
    assert!(!facts.marks.iter().any(|marked| marked.subject == roof));
}

#[test]
fn what_is_proven_counts_for_everybody() {
    let mut sale = Sale::new(engine());
    let kept = sale.readings[0];
    let other = Reading { export: WattHours(7_000), ..kept.body }.sign_by(NETWORK, &key("roof"));
    let proof = EquivocationProof::new(NETWORK, kept, other.expect("a key in memory"));
    sale.street.chain.act("bob", Action::ProveEquivocation { proof: Box::new(proof) });
    let receipt = sale.receipt(&Policy::default(), 0, 6);
    let facts = verify(&receipt, &sale.options(&Policy::default(), 0)).expect("shown");
    let objection = facts.objection().expect("the meter said two things at once");
    assert_eq!((objection.name(), facts.objections().len()), ("proven", 1));
}

#[test]
fn there_is_no_receipt_before_the_settlement() {
    let mut street = street(engine());
    let contract = street.opened();
    let gather = |policy: &Policy, id| Evidence::gather(&street.chain.ledger, id, policy).map(drop);
    let code = |fault: Result<(), Fault>| fault.expect_err("none").rejection().expect("a rule").code;
    assert_eq!(code(gather(&Policy::default(), contract.id(NETWORK))), Rejected::TooEarly);
    assert_eq!(code(gather(&Policy::default(), ContractId::default())), Rejected::Unknown);
    let sale = Sale::new(engine());
    let many = Policy::of((0..17).map(|number| address(&format!("authority {number}"))));
    let evidence = Evidence::gather(&sale.street.chain.ledger, sale.contract.id(NETWORK), &many);
    assert_eq!(code(evidence.map(drop)), Rejected::Range);
}

/// No bit can be changed so that a receipt says something else.
#[test]
fn every_byte_matters() {
    let mut sale = Sale::new(engine());
    sale.street.chain.act("tom", Action::RegisterAuthority);
    let meter = Subject::Meter(sale.street.home);
    marked(&mut sale, meter, 0);
    let from = sale.street.chain.height() - 14;
    let receipt = sale.receipt(&police(), from, 6);
    let options = sale.options(&police(), from);
    let good = verify(&receipt, &options).expect("it is shown");
    // Network, start, number of headers, headers.
    let headers = 12 + 80 * receipt.headers.len();
    let mut other_ends = 0;
    flipped(&receipt.to_bytes(), |at, bytes| {
        let Ok(bad) = Receipt::from_bytes(bytes) else { return };
        assert_eq!(bad.to_bytes(), bytes, "byte {at}: one receipt has one encoding");
        if let Ok(mut facts) = verify(&bad, &options) {
            // On regtest every second hash is work enough: a last header that nobody builds on can be any.
            assert!((headers - 80..headers).contains(&at), "byte {at}");
            facts.tip = good.tip;
            assert_eq!(facts, good, "byte {at}");
            other_ends += 1;
        }
    });
    assert!(other_ends < 80, "some do not have the work");
}
