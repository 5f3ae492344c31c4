//! How bits follow from the headers before, apart from the work: on a device that finds every proof good enough.
//!
//! Links are by SHA-256d, and the device computes that truly. The chains' proof of work is BLAKE2s, and its digests
//! are all zero there: every header meets its target, so that chains of any bits and times can be judged.

use std::ops::Range;
use std::sync::Arc;

use gridnet_core::proof::header::{HEADER_BYTES, Header, LIMIT_BITS};
use gridnet_core::proof::headers::{Fault, Retarget, Verdict, verify};
use gridnet_core::{
    Backend, Control, Device, DeviceKind, Digest, Engine, Error, HashFunction, Search, Searched, Target,
    Walk, Watch,
};

use crate::engine;
use crate::input::{bits, number, rows, vectors};

struct AlwaysZero(Device);

impl Backend for AlwaysZero {
    fn device(&self) -> &Device {
        &self.0
    }

    fn path(&self, _: HashFunction) -> String {
        "none".to_owned()
    }

    fn search(&self, _: &Search<'_>, _: Range<u128>, _: &Watch<'_>) -> Result<Searched, Error> {
        Ok(Searched::default())
    }

    fn walk(&self, walk: &Walk<'_>, ends: &mut [[u8; 32]], _: &Watch<'_>) -> Result<(), Error> {
        ends.copy_from_slice(walk.starts);
        Ok(())
    }

    fn digest(&self, digest: &Digest<'_>, digests: &mut [[u8; 32]], _: &Watch<'_>) -> Result<(), Error> {
        for (message, out) in digest.messages.chunks_exact(digest.length).zip(digests) {
            let is_id = digest.function == HashFunction::Sha256d;
            *out = if is_id { digest.function.hash(message) } else { [0; 32] };
        }
        Ok(())
    }
}

/// An engine on that device; its walks go nowhere.
pub(crate) fn engine_without_hashing() -> Engine {
    let device = Device {
        id: "zero".to_owned(),
        name: "all digests but ids are zero".to_owned(),
        kind: DeviceKind::Cpu,
        backend: "none".to_owned(),
        driver: None,
        pci: None,
        paths: Vec::new(),
        self_test: "not run".to_owned(),
        available: true,
        reason: None,
        refused: Vec::new(),
    };
    Engine::builder().device("cpu").cpu_backend(Arc::new(AlwaysZero(device))).build().expect("an engine")
}

fn without_work(bytes: &[u8], rule: Retarget) -> Verdict {
    let engine = engine_without_hashing();
    verify(&engine, HashFunction::BLAKE2S, bytes, rule, &Control::default()).expect("whole headers").value
}

/// Linked headers with these times and bits.
fn linked(times_and_bits: impl IntoIterator<Item = (u32, u32)>) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut previous = [0; 32];
    for (time, bits) in times_and_bits {
        let header = Header { previous, time, bits, ..Header::GENESIS };
        previous = header.id();
        bytes.extend(header.to_bytes());
    }
    bytes
}

/// Both verdicts on a chain whose bits go wrong at `at`: none when they do not.
fn check(chain: &[(u32, u32)], rule: Retarget, first_bad: Option<(usize, Fault)>, what: &str) {
    let verdict = without_work(&linked(chain.iter().copied()), rule);
    assert_eq!(verdict.first_bad, first_bad, "{what}");
    let work = chain[..verdict.valid].iter().fold(gridnet_core::Work::ZERO, |sum, &(_, bits)| {
        sum.saturating_add(Target::from_compact(bits).expect("valid bits").work())
    });
    assert_eq!(verdict.total_work, work, "{what}");
}

#[test]
fn bitcoins_next_bits_after_a_period_are_pythons() {
    let text = vectors("headers.txt");
    let (mut count, mut changed) = (0, 0);
    for row in rows(&text, "retarget") {
        let [old, took, new] = row[..] else { panic!("{row:?}") };
        let (old, new, took) = (bits(old), bits(new), number::<i64>(took));
        // Far from both ends of the clock; the last time alone decides how long the period took.
        let start = if took < 0 { u32::MAX - 10 } else { 1_000_000 };
        let last = u32::try_from(i64::from(start) + took).expect("a time");
        let mut chain = vec![(start, old); 2_016];
        chain[2_015].0 = last;
        chain.extend([(last, new); 3]);
        let what = format!("{row:?}");
        check(&chain, Retarget::Bitcoin, None, &what);
        // At the boundary nothing else will do, and after it nothing may change.
        for (index, wrong) in [(2_016, new ^ 1), (2_017, new ^ 1), (1_000, old ^ 1), (2_015, old ^ 1)] {
            let mut spoiled = chain.clone();
            spoiled[index].1 = wrong;
            let fault = match Target::from_compact(wrong) {
                Ok(target) if target <= Target::from_compact(LIMIT_BITS).expect("the limit") => Fault::Bits,
                _ => Fault::Target,
            };
            check(&spoiled, Retarget::Bitcoin, Some((index, fault)), &what);
        }
        if new != old {
            let mut unchanged = chain.clone();
            unchanged[2_016..].iter_mut().for_each(|header| header.1 = old);
            check(&unchanged, Retarget::Bitcoin, Some((2_016, Fault::Bits)), &what);
            changed += 1;
        }
        count += 1;
    }
    assert!(count > 90 && changed > 60, "{count} {changed}");
}

#[test]
fn chains_under_asert_are_pythons() {
    let text = vectors("headers.txt");
    let mut count = 0;
    for row in rows(&text, "asert") {
        let rule = Retarget::Asert { spacing: number(row[0]), half_life: number(row[1]) };
        let header = |word: &str| {
            let (time, compact) = word.split_once(':').expect("time:bits");
            (number(time), bits(compact))
        };
        let chain: Vec<(u32, u32)> = row[2..].iter().map(|word| header(word)).collect();
        check(&chain, rule, None, "a chain of Python's");
        for index in [1, 2, 20, 40] {
            let mut spoiled = chain.clone();
            // Harder by a little, so that it stays below the limit.
            spoiled[index].1 -= 1;
            check(&spoiled, rule, Some((index, Fault::Bits)), "harder bits");
        }
        // The same bits under other parameters.
        let other = Retarget::Asert { spacing: number::<u32>(row[0]) + 1_000, half_life: number(row[1]) };
        let verdict = without_work(&linked(chain.iter().copied()), other);
        assert!(verdict.first_bad.is_some_and(|(_, fault)| fault == Fault::Bits), "{verdict:?}");
        count += 1;
    }
    assert_eq!(count, 12);
}

#[test]
fn bad_targets() {
    let none = [0, 0x1d80_ffff, 0x0100_3456, 0x2300_0001, 0xffff_ffff];
    let above = [0x1d01_0000, 0x1e00_ffff, 0x207f_ffff, 0x2100_ffff];
    for bits in none.into_iter().chain(above) {
        for index in [0, 1, 5] {
            let mut chain = vec![(1_000_000, LIMIT_BITS); 8];
            chain[index].1 = bits;
            for rule in [Retarget::Bitcoin, Retarget::Asert { spacing: 600, half_life: 172_800 }] {
                // Times that ASERT finds on schedule.
                let chain: Vec<(u32, u32)> = (0_u32..)
                    .zip(&chain)
                    .map(|(height, &(time, bits))| (time + 600 * height, bits))
                    .collect();
                check(&chain, rule, Some((index, Fault::Target)), &format!("{bits:08x}"));
            }
            let fault = (!above.contains(&bits)).then_some((index, Fault::Target));
            check(&chain, Retarget::None, fault, &format!("{bits:08x} without a rule"));
        }
    }
}

#[test]
fn a_link_comes_before_all_else() {
    let mut bytes = linked([(1, LIMIT_BITS), (2, LIMIT_BITS), (3, 0), (4, 0)]);
    bytes[2 * HEADER_BYTES + 4] ^= 1;
    assert_eq!(without_work(&bytes, Retarget::Bitcoin).first_bad, Some((2, Fault::Link)));
    bytes[2 * HEADER_BYTES + 4] ^= 1;
    assert_eq!(without_work(&bytes, Retarget::Bitcoin).first_bad, Some((2, Fault::Target)));
}

/// An easy chain of one's own, mined here: true work under every function, without a rule.
#[test]
fn mined_chains_are_good_and_lose_their_work_with_a_nonce() {
    const EASY: u32 = 0x207f_ffff;
    for function in HashFunction::ALL {
        let mut bytes = Vec::new();
        let mut previous = [0; 32];
        for time in 0..20 {
            let header = Header { previous, time, bits: EASY, nonce: 0, ..Header::GENESIS };
            let target = header.target().expect("easy bits");
            let mut search = header.search(0..1 << 32, target, 1);
            search.function = function;
            let found =
                search.with(|search| engine().search(search, &Control::default())).expect("a search").value;
            let nonce = u32::try_from(found.hits[0].nonce).expect("four bytes");
            let header = Header { nonce, ..header };
            previous = header.id();
            bytes.extend(header.to_bytes());
        }
        let judged = |bytes: &[u8], rule| {
            verify(engine(), function, bytes, rule, &Control::default())
                .expect("whole headers")
                .value
                .first_bad
        };
        assert_eq!(judged(&bytes, Retarget::None), None, "{function:?}");
        assert_eq!(judged(&bytes, Retarget::Bitcoin), Some((0, Fault::Target)), "{function:?}");
        // The last header under the first nonce that does not do.
        let last = bytes.len() - HEADER_BYTES;
        let target = Target::from_compact(EASY).expect("easy bits");
        let bad = (0_u32..).find(|nonce| {
            bytes[last + 76..].copy_from_slice(&nonce.to_le_bytes());
            !target.is_met_by(&function.hash(&bytes[last..]), gridnet_core::Order::Little)
        });
        assert!(bad.is_some());
        assert_eq!(judged(&bytes, Retarget::None), Some((19, Fault::Work)), "{function:?}");
    }
}

#[test]
fn a_chain_under_asert_without_work_is_caught_by_its_hash() {
    let rule = Retarget::Asert { spacing: 600, half_life: 172_800 };
    let mut bytes = Header::GENESIS.to_bytes().to_vec();
    let next = |bits| Header { previous: Header::GENESIS.id(), bits, time: 1_231_469_665, ..Header::GENESIS };
    let judged = |bytes: &[u8]| {
        verify(engine(), HashFunction::Sha256d, bytes, rule, &Control::default())
            .expect("whole headers")
            .value
    };
    assert_eq!(judged(&bytes).first_bad, None);
    bytes.extend(next(LIMIT_BITS).to_bytes());
    assert_eq!(judged(&bytes).first_bad, Some((1, Fault::Work)));
    bytes.truncate(HEADER_BYTES);
    bytes.extend(next(LIMIT_BITS - 1).to_bytes());
    assert_eq!(judged(&bytes).first_bad, Some((1, Fault::Bits)));
}

#[test]
fn names_are_stable() {
    let names = [Fault::Link, Fault::Target, Fault::Bits, Fault::Work].map(Fault::name);
    assert_eq!(names, ["bad-link", "bad-target", "bad-bits", "high-hash"]);
}
