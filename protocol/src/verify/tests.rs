//! Lists in which claims stand in each other's way, cut in all ways: the bulk must say what the plain loop says.

use std::ops::Range;
use std::sync::Arc;
use std::time::{Duration, Instant};

use gridnet_core::{
    Backend, Control, Device, DeviceKind, Digest, Engine, Error, HashFunction, Search, Searched, Signed,
    Verify, Walk, Watch,
};
use proptest::prelude::*;

use super::{Context, Sequence, Verdict};
use crate::pool::ChainFunction;
use crate::reason::Reason;
use crate::sample::{Plan, Sampler};
use crate::transit::ClaimedPool;

fn engine() -> Engine {
    Engine::builder().device("cpu").threads(2).build().expect("a CPU")
}

/// Twelve banks of transit pools, some of them bad.
fn samples(engine: &Engine, length: u32) -> (Vec<ClaimedPool>, Context) {
    let plan = Plan { count: 12, hops: 1, length, bad_in_a_million: 250_000, seed: 9 };
    let mut sampler = Sampler::new(plan, ChainFunction::Sha256).expect("a plan");
    let samples = sampler.batch(engine, 0, &Control::default()).expect("samples");
    let mut context = sampler.context().clone();
    samples.iter().for_each(|sample| sample.enter(&mut context));
    (samples.into_iter().map(|sample| sample.claim).collect(), context)
}

fn plain(claims: &[ClaimedPool], context: &Context) -> Vec<Verdict> {
    let mut sequence = Sequence::default();
    claims.iter().map(|claim| sequence.verify_plainly(claim, context)).collect()
}

/// Copies of claims, each changed in what nobody signs, or in what somebody does.
fn spoiled(claims: &[ClaimedPool], picks: &[(usize, u8)]) -> Vec<ClaimedPool> {
    let pick = |&(index, change): &(usize, u8)| {
        let mut claim = claims[index % claims.len()].clone();
        match change {
            0 => claim.steps = claim.steps.wrapping_add(1),
            1 => claim.steps = 0,
            2 => claim.steps = u32::MAX,
            3 => claim.bank = None,
            4 => claim.pool.body.last_hand_over.0[1] ^= 1,
            5 => claim.pool.body.token.signature.0[1] ^= 1,
            _ => {}
        }
        claim
    };
    picks.iter().map(pick).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn any_list_cut_in_any_way_is_judged_as_plainly(
        picks in prop::collection::vec((0usize..12, 0u8..12), 1..40),
        round in 1usize..9,
    ) {
        let engine = engine();
        let (claims, context) = samples(&engine, 4);
        let list = spoiled(&claims, &picks);
        let mut sequence = Sequence::default();
        let found = sequence.verify_in_rounds(&engine, &list, &context, &Control::default(), round);
        prop_assert_eq!(found.expect("verdicts").verdicts, plain(&list, &context));
    }
}

/// A device beside the CPU that answers as one does, so that a round is prepared while another is under way.
struct Beside(Device, Engine);

impl Backend for Beside {
    fn device(&self) -> &Device {
        &self.0
    }

    fn path(&self, _: HashFunction) -> String {
        "beside".to_owned()
    }

    fn search(&self, _: &Search<'_>, _: Range<u128>, _: &Watch<'_>) -> Result<Searched, Error> {
        unreachable!("nothing is searched here")
    }

    fn walk(&self, walk: &Walk<'_>, ends: &mut [[u8; 32]], _: &Watch<'_>) -> Result<(), Error> {
        self.1.walk_into(walk, ends, &Control::default()).map(drop)
    }

    fn digest(&self, digest: &Digest<'_>, digests: &mut [[u8; 32]], _: &Watch<'_>) -> Result<(), Error> {
        self.1.digest_into(digest, digests, &Control::default()).map(drop)
    }

    fn verify(&self, verify: &Verify<'_>, verdicts: &mut [Signed], _: &Watch<'_>) -> Result<(), Error> {
        verdicts.copy_from_slice(&self.1.verify(verify, &Control::default())?.value);
        Ok(())
    }
}

#[test]
fn rounds_that_overlap_are_judged_as_plainly() {
    let engine = engine();
    let device = engine.devices().next().expect("a CPU");
    let device = Device { id: "beside".to_owned(), kind: DeviceKind::Gpu, ..device };
    let both =
        Engine::builder().backend(Arc::new(Beside(device, engine))).threads(2).build().expect("two devices");
    assert!(both.has_gpu());
    let (claims, context) = samples(&both, 4);
    // Every claim again and again: what a round leaves decides in the ones after.
    let picks: Vec<(usize, u8)> = (0..60).map(|index| (index * 7, (index % 9) as u8)).collect();
    let list = spoiled(&claims, &picks);
    let expected = plain(&list, &context);
    assert!(expected.iter().any(Result::is_ok));
    for round in [1, 2, 5, 60] {
        let mut sequence = Sequence::default();
        let found = sequence.verify_in_rounds(&both, &list, &context, &Control::default(), round);
        assert_eq!(found.expect("verdicts").verdicts, expected, "rounds of {round}");
    }
}

/// Nobody signs for the number of steps, so it must not buy work.
#[test]
fn steps_that_nobody_owes_are_not_walked() {
    let engine = engine();
    let (claims, context) = samples(&engine, 4);
    let good = plain(&claims, &context).iter().position(Result::is_ok).expect("a good one");
    let mut list = vec![claims[good].clone()];
    list.resize(50, ClaimedPool { steps: u32::MAX, ..claims[good].clone() });
    let began = Instant::now();
    let found = Sequence::default().verify(&engine, &list, &context, &Control::default()).expect("verdicts");
    assert!(found.verdicts[1..].iter().all(|verdict| *verdict == Err(Reason::Stale)));
    assert_eq!(found.work.steps.iter().map(|share| share.done).sum::<u64>(), 4);
    // A single one of them would take minutes.
    assert!(began.elapsed() < Duration::from_secs(60));
}

#[test]
fn a_cancelled_call_leaves_the_sequence_as_it_was() {
    let engine = engine();
    let (claims, context) = samples(&engine, 4);
    let mut sequence = Sequence::default();
    let cancelled = Control::default();
    cancelled.cancel.cancel();
    let answer = sequence.verify(&engine, &claims, &context, &cancelled);
    assert_eq!(answer.map(|verified| verified.verdicts), Err(Error::Cancelled));
    let bank = super::judge::bank_id(&claims[0]);
    sequence.banks.of(&bank).set(bank, crate::settlement::Kept::new([1; 32]));
    sequence.banks.end(&engine, false);
    let after = sequence.verify(&engine, &claims, &context, &Control::default()).expect("verdicts");
    assert_eq!(after.verdicts, plain(&claims, &context));
}
