//! Meters: certificates, readings, proofs that a meter said two things at once, commands.

use gridnet_protocol::encoding::{List, encode};
use gridnet_protocol::meter::{
    Area, Certificate, Command, EquivocationProof, Instruction, Kept, MeterKind, Reading, Replacement, Scope,
    SignedCertificate, SignedCommand, SignedReading, Source,
};
use gridnet_protocol::value::{MeterId, ReadingId, Slot, Time, WattHours, Watts};
use gridnet_protocol::{Network, PublicKey};
use serde_json::{Value, json};

use super::{hexed, long};
use crate::world::{key, secret};

const NETWORK: Network = Network::Test;

fn certificate() -> Certificate {
    Certificate {
        key: key("meter").public(),
        kind: MeterKind::Generation,
        source: Source::Green,
        area: Area::new("north/7").expect("an area"),
        rating: Watts(10_001),
        certifier: key("maker").public(),
        owner: key("owner").public(),
        replaces: None,
    }
}

/// Signed by those whom `names` names: certifier and owner.
fn signed(body: &Certificate, names: [&str; 2]) -> SignedCertificate {
    let [certifier, owner] = names.map(key);
    let body = Certificate { certifier: certifier.public(), owner: owner.public(), ..body.clone() };
    body.sign_by(NETWORK, &certifier, &owner).expect("keys in memory")
}

pub(super) fn certificates() -> Vec<Value> {
    let mut entries = Vec::new();
    let mut add = |name: &str, network: Network, certificate: &SignedCertificate| {
        entries.push(json!({
            "name": name,
            "network": network.name(),
            "certificate": hexed(certificate.to_bytes()),
            "id": hexed(certificate.id(network).0),
            "reason": certificate.check(network).err().map(|why| why.name()),
        }));
    };
    let names = ["maker", "owner"];
    let good = signed(&certificate(), names);
    for network in Network::ALL {
        add(&format!("signed for test, on {}", network.name()), network, &good);
    }
    let replaces = Some(Replacement { meter: MeterId(secret("old")), last: ReadingId(secret("last")) });
    let other = Certificate {
        kind: MeterKind::Connection,
        source: Source::Grey,
        area: Area::new("0123456789abcdef").expect("an area"),
        rating: Watts(u32::MAX),
        replaces,
        ..certificate()
    };
    add("a connection that replaces another", NETWORK, &signed(&other, names));
    add("a grid operator's own", NETWORK, &signed(&certificate(), ["maker", "maker"]));
    add("no rating", NETWORK, &signed(&Certificate { rating: Watts(0), ..certificate() }, names));
    for (name, who) in [("owner's", "owner"), ("certifier's", "maker")] {
        let own = Certificate { key: key(who).public(), ..certificate() };
        add(&format!("the {name} key"), NETWORK, &signed(&own, names));
    }
    for (name, bytes) in [("a small key", [0; 32]), ("a key that is no point", [2; 32])] {
        let bad = Certificate { key: PublicKey(bytes), ..certificate() };
        add(name, NETWORK, &signed(&bad, names));
        let mut bad = good.clone();
        bad.body.owner = PublicKey(bytes);
        add(&format!("{name}, of the owner"), NETWORK, &bad);
    }
    let mut bad = good.clone();
    bad.certifier_signature = bad.owner_signature;
    add("the owner's signature twice", NETWORK, &bad);
    let mut bad = good.clone();
    bad.owner_signature = bad.certifier_signature;
    add("the certifier's signature twice", NETWORK, &bad);
    let mut bad = good;
    bad.body.rating.0 += 1;
    add("what nobody signed", NETWORK, &bad);
    entries
}

fn reading() -> Reading {
    Reading {
        meter: certificate().id(NETWORK),
        slot: Slot(104),
        sequence: 8,
        import: WattHours(10_001),
        export: WattHours(2_000),
        previous: ReadingId(secret("reading")),
    }
}

fn kept() -> Kept {
    Kept {
        sequence: 7,
        slot: Slot(100),
        import: WattHours(0),
        export: WattHours(1_999),
        id: ReadingId(secret("reading")),
    }
}

fn said(kept: &Kept) -> Value {
    json!({
        "sequence": long(kept.sequence),
        "slot": long(kept.slot.0),
        "imported": long(kept.import.0),
        "exported": long(kept.export.0),
        "id": hexed(kept.id.0),
    })
}

/// What becomes of readings, and why nothing does.
pub(super) fn readings() -> Vec<Value> {
    let mut entries = Vec::new();
    let facts = certificate().facts(NETWORK);
    let mut add = |name: &str, before: Option<Kept>, reading: &SignedReading, now: u64| {
        let taken = facts.take(NETWORK, before.as_ref(), reading, Slot(now));
        let interval = taken.as_ref().ok().and_then(|taken| taken.interval).map(|flowed| {
            json!([long(flowed.after.0), long(flowed.until.0), long(flowed.import.0), long(flowed.export.0)])
        });
        entries.push(json!({
            "name": name,
            "network": NETWORK.name(),
            "key": hexed(facts.key.0),
            "meter": hexed(facts.meter.0),
            "rating": facts.rating.0,
            "before": before.as_ref().map(said),
            "reading": hexed(reading.to_bytes()),
            "now": long(now),
            "id": hexed(reading.id(NETWORK).0),
            "reason": taken.as_ref().err().map(|why| why.name()),
            "after": taken.as_ref().ok().map(|taken| said(&taken.kept)),
            "interval": interval,
        }));
    };
    let with = |change: &dyn Fn(&mut Reading)| {
        let mut body = reading();
        change(&mut body);
        body.sign_by(NETWORK, &key("meter")).expect("a key in memory")
    };
    let good = with(&|_| {});
    add("the next", Some(kept()), &good, 104);
    add("the first", None, &good, 104);
    add("the first, from the future", None, &good, 103);
    let mut forged = good;
    forged.body.export.0 += 1;
    add("not signed", Some(kept()), &forged, 104);
    let other = with(&|it| it.meter = MeterId(secret("other")));
    add("of another meter", Some(kept()), &other, 104);
    add("the same sequence", Some(kept()), &with(&|it| it.sequence = 7), 104);
    add("a lower sequence", Some(kept()), &with(&|it| it.sequence = 0), 104);
    add("the same slot", Some(kept()), &with(&|it| it.slot = Slot(100)), 104);
    add("a slot before", Some(kept()), &with(&|it| it.slot = Slot(99)), 104);
    add("from the future", Some(kept()), &good, 103);
    add("an export that runs backwards", Some(kept()), &with(&|it| it.export = WattHours(1_998)), 104);
    // 10,001 watts for an hour, rounded up; and for a quarter of one.
    add("a watt-hour too much", Some(kept()), &with(&|it| it.import = WattHours(10_002)), 104);
    let quarter =
        |import| with(&move |it: &mut Reading| (it.slot, it.import) = (Slot(101), WattHours(import)));
    add("all of a quarter, rounded up", Some(kept()), &quarter(2_501), 104);
    add("more than a quarter holds", Some(kept()), &quarter(2_502), 104);
    add("another one before it", Some(kept()), &with(&|it| it.previous = ReadingId::default()), 104);
    let gap = with(&|it| (it.sequence, it.previous) = (9, ReadingId::default()));
    add("a gap", Some(kept()), &gap, 104);
    let last = Kept { sequence: u64::MAX, slot: Slot(u64::MAX - 1), ..kept() };
    add("after the last sequence", Some(last), &good, 104);
    let edge = Kept { sequence: 7, slot: Slot(0), import: WattHours(0), ..kept() };
    let far = with(&|it| {
        (it.slot, it.import, it.export) = (Slot(u64::MAX), WattHours(u64::MAX), WattHours(u64::MAX));
    });
    add("the last slot that there is", Some(edge), &far, u64::MAX);
    entries
}

pub(super) fn equivocations() -> Vec<Value> {
    let mut entries = Vec::new();
    let owner = key("meter").public();
    let mut add = |name: &str, network: Network, proof: &EquivocationProof| {
        let proven = proof.check(network, owner);
        entries.push(json!({
            "name": name,
            "network": network.name(),
            "key": hexed(owner.0),
            "proof": hexed(proof.to_bytes()),
            "reason": proven.as_ref().err().map(|why| why.name()),
        }));
    };
    let sign = |body: Reading| body.sign_by(NETWORK, &key("meter")).expect("a key in memory");
    let one = sign(reading());
    let two = sign(Reading { export: WattHours(2_001), ..reading() });
    let good = EquivocationProof::new(NETWORK, one, two);
    add("good", NETWORK, &good);
    add("on another network", Network::Main, &good);
    add("the other way round", NETWORK, &EquivocationProof { first: good.second, second: good.first });
    add("the same twice", NETWORK, &EquivocationProof { first: one, second: one });
    let other = sign(Reading { meter: MeterId(secret("other")), ..reading() });
    add("two meters", NETWORK, &EquivocationProof::new(NETWORK, one, other));
    let other = sign(Reading { sequence: 9, ..reading() });
    add("two sequences", NETWORK, &EquivocationProof::new(NETWORK, one, other));
    for place in [false, true] {
        let mut bad = good;
        let reading = if place { &mut bad.first } else { &mut bad.second };
        reading.signature.0[50] ^= 1;
        add("not signed", NETWORK, &bad);
    }
    entries
}

pub(super) fn commands() -> Vec<Value> {
    let mut entries = Vec::new();
    let (meter, area) = (MeterId(secret("mine")), Area::new("north").expect("an area"));
    let mut add = |name: &str, bytes: Vec<u8>| {
        let command = SignedCommand::from_bytes(&bytes).ok();
        entries.push(json!({
            "name": name,
            "network": NETWORK.name(),
            "meter": hexed(meter.0),
            "area": area.as_str(),
            "command": hexed(&bytes),
            "id": command.as_ref().map(|command| hexed(command.id(NETWORK))),
            "signed": command.as_ref().map(|command| command.is_signed(NETWORK)),
            "is_for": command.as_ref().map(|command| command.body.scope.includes(&meter, &area)),
        }));
    };
    let command = |scope: Scope, instruction| {
        let dso = key("dso").public();
        let command = Command { dso, sequence: 5, scope, instruction, expiry: Time(1_800_000_000) };
        command.sign_by(NETWORK, &key("dso")).expect("a key in memory")
    };
    let meters = |list: Vec<MeterId>| Scope::Meters(List::new("meters", list).expect("not too many"));
    let here = || Scope::Area(area.clone());
    for (name, instruction) in [
        ("disconnect", Instruction::Disconnect),
        ("stop", Instruction::Stop),
        ("curtail", Instruction::Curtail(Watts(4_200))),
        ("restore", Instruction::Restore),
    ] {
        add(name, encode(&command(here(), instruction)));
    }
    let elsewhere = Scope::Area(Area::new("south").expect("an area"));
    add("for another area", encode(&command(elsewhere, Instruction::Stop)));
    let other = MeterId(secret("other"));
    add("for these meters", encode(&command(meters(vec![other, meter]), Instruction::Stop)));
    add("for other meters", encode(&command(meters(vec![other]), Instruction::Stop)));
    add("for none", encode(&command(meters(Vec::new()), Instruction::Stop)));
    let mut forged = command(here(), Instruction::Disconnect);
    forged.body.instruction = Instruction::Restore;
    add("not signed", encode(&forged));
    let good = encode(&command(here(), Instruction::Stop));
    add("a byte more", [&good[..], &[0]].concat());
    // Operator and sequence; then the scope, of an area of five letters, and the instruction.
    for (name, place, byte) in [("no scope", 40, 2), ("no instruction", 50, 4)] {
        let mut bad = good.clone();
        bad[place] = byte;
        add(name, bad);
    }
    entries
}
