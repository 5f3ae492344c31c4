//! A meter's readings, one after the other: their signatures in bulk, then the rules in order.

use gridnet_core::{Control, Engine, Verify};

use super::{Kept, MeterFacts, SignedReading, Taken};
use crate::Network;
use crate::reason::Misread;
use crate::value::{Slot, Time};

/// What becomes of each reading of a meter, in their order, each judged on what the good ones before it left: a bad one
/// changes nothing. As [`MeterFacts::take`] would say of each.
///
/// # Errors
/// The engine's own.
pub fn verify_readings(
    engine: &Engine,
    network: Network,
    facts: &MeterFacts,
    kept: Option<Kept>,
    readings: &[SignedReading],
    now: Time,
    control: &Control,
) -> Result<Vec<Result<Taken, Misread>>, gridnet_core::Error> {
    let signed: Vec<_> = readings.iter().map(|reading| reading.signed(network, facts.key)).collect();
    let keys: Vec<[u8; 32]> = signed.iter().map(|(key, _, _)| key.0).collect();
    let messages: Vec<u8> = signed.iter().flat_map(|(_, digest, _)| *digest).collect();
    let signatures: Vec<[u8; 64]> = signed.iter().map(|(_, _, signature)| signature.0).collect();
    let verify = Verify { keys: &keys, messages: &messages, length: 32, signatures: &signatures };
    let verdicts = engine.verify(&verify, control)?.value;
    let mut kept = kept;
    let now = Slot::containing(now);
    let judge = |(reading, verdict): (&SignedReading, gridnet_core::Signed)| {
        let taken = facts.take_verified(network, kept.as_ref(), reading, verdict.is_ok(), now)?;
        kept = Some(taken.kept);
        Ok(taken)
    };
    Ok(readings.iter().zip(verdicts).map(judge).collect())
}

#[cfg(test)]
mod tests {
    use gridnet_core::{Control, Engine, Error};
    use proptest::prelude::*;

    use super::verify_readings;
    use crate::meter::reading::tests::facts;
    use crate::meter::{Kept, MeterFacts, Reading, SignedReading, Taken};
    use crate::reason::Misread;
    use crate::value::{MeterId, ReadingId, Slot, Time, WattHours};
    use crate::{Network, SecretKey};

    const NETWORK: Network = Network::Test;
    const NOW: Slot = Slot(1_000);

    fn engine() -> Engine {
        Engine::builder().device("cpu").threads(1).build().expect("a CPU")
    }

    fn key() -> SecretKey {
        SecretKey::from_seed([7; 32])
    }

    /// A chain of good readings, a slot apart.
    fn chain(count: u64) -> Vec<SignedReading> {
        let mut previous = ReadingId([0; 32]);
        let reading = |sequence| {
            let body = Reading {
                meter: MeterId([7; 32]),
                slot: Slot(100 + sequence),
                sequence,
                import: WattHours(10 * sequence),
                export: WattHours(7 * sequence),
                previous,
            };
            previous = body.id(NETWORK);
            body.sign_by(NETWORK, &key()).expect("a key in memory signs")
        };
        (0..count).map(reading).collect()
    }

    /// One after the other, by the library's own verifier.
    fn plainly(
        facts: &MeterFacts,
        mut kept: Option<Kept>,
        list: &[SignedReading],
    ) -> Vec<Result<Taken, Misread>> {
        let mut verdicts = Vec::new();
        for reading in list {
            let taken = facts.take(NETWORK, kept.as_ref(), reading, NOW);
            if let Ok(taken) = taken {
                kept = Some(taken.kept);
            }
            verdicts.push(taken);
        }
        verdicts
    }

    fn in_bulk(
        facts: &MeterFacts,
        kept: Option<Kept>,
        list: &[SignedReading],
    ) -> Vec<Result<Taken, Misread>> {
        let now = NOW.start().expect("soon");
        verify_readings(&engine(), NETWORK, facts, kept, list, now, &Control::default()).expect("verdicts")
    }

    #[test]
    fn a_bad_reading_changes_nothing() {
        let facts = facts(7, 1_000);
        let mut list = chain(5);
        list[2].signature.0[40] ^= 1;
        // The same again, as meters send it when their clock stands.
        list.insert(4, list[3]);
        let verdicts = in_bulk(&facts, None, &list);
        let names: Vec<_> =
            verdicts.iter().map(|verdict| verdict.map_or_else(Misread::name, |_| "good")).collect();
        assert_eq!(names, ["good", "good", "signature", "good", "sequence", "good"]);
        let intervals: Vec<_> = verdicts.iter().flatten().map(|taken| taken.interval).collect();
        assert_eq!(intervals[0], None);
        // What the lost one would have said is in the next.
        assert_eq!(
            intervals[2].map(|interval| (interval.after, interval.export)),
            Some((Slot(101), WattHours(14)))
        );
        let total: u64 = intervals.iter().flatten().map(|interval| interval.import.0).sum();
        assert_eq!(total, 40);
    }

    #[test]
    fn what_was_kept_before_counts() {
        let (facts, list) = (facts(7, 1_000), chain(4));
        let kept = in_bulk(&facts, None, &list[..2])[1].expect("good").kept;
        let verdicts = in_bulk(&facts, Some(kept), &list);
        assert_eq!(verdicts[..2], [Err(Misread::Sequence); 2]);
        assert_eq!(verdicts[2..], in_bulk(&facts, None, &list)[2..]);
        assert!(in_bulk(&facts, None, &[]).is_empty());
    }

    #[test]
    fn a_cancelled_call_says_so() {
        let control = Control::default();
        control.cancel.cancel();
        let list = chain(2);
        let answer = verify_readings(&engine(), NETWORK, &facts(7, 1), None, &list, Time(0), &control);
        assert_eq!(answer, Err(Error::Cancelled));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]
        #[test]
        fn in_bulk_as_plainly(picks in prop::collection::vec((0usize..12, 0u8..12), 0..24)) {
            let facts = facts(7, 1_000);
            let list = chain(12);
            let pick = |&(index, change): &(usize, u8)| {
                let mut reading = list[index];
                let body = &mut reading.body;
                match change {
                    0 => reading.signature.0[40] ^= 1,
                    1 => body.meter = MeterId([8; 32]),
                    2 => body.slot = Slot(NOW.0 + 1),
                    3 => body.export = WattHours(0),
                    4 => body.import = WattHours(1 << 40),
                    5 => body.previous = ReadingId([1; 32]),
                    _ => {}
                }
                if change > 0 { reading.body.sign_by(NETWORK, &key()).expect("it signs") } else { reading }
            };
            let picked: Vec<SignedReading> = picks.iter().map(pick).collect();
            prop_assert_eq!(in_bulk(&facts, None, &picked), plainly(&facts, None, &picked));
        }
    }
}
