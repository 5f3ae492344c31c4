//! Verdicts depend on the transit pool and its turn alone: not on what stands beside it, not on how the list is cut, not
//! on what computes them. And no byte of a transit pool can be changed.

use gridnet_core::Control;
use gridnet_protocol::pool::ChainFunction;
use gridnet_protocol::reason::Reason;
use gridnet_protocol::sample::{Plan, Sampler};
use gridnet_protocol::transit::{ClaimedPool, ReceiverProof};
use gridnet_protocol::verify::{Context, Sequence, Verdict, verify_transit_pools};
use gridnet_tests::world::{Course, World};

use crate::{ENGINES, engine};

/// Samples, and what they are judged against.
fn samples(
    count: u64,
    hops: usize,
    bad_in_a_million: u32,
) -> (Vec<ClaimedPool>, Vec<Option<Reason>>, Context) {
    let plan = Plan { count, hops, length: 5, bad_in_a_million, seed: 77 };
    let mut sampler = Sampler::new(plan, ChainFunction::Blake2s).expect("a plan");
    let samples = sampler.batch(engine(), 0, &Control::default()).expect("samples");
    let mut context = sampler.context().clone();
    samples.iter().for_each(|sample| sample.enter(&mut context));
    let planted = samples.iter().map(|sample| sample.planted).collect();
    (samples.into_iter().map(|sample| sample.claim).collect(), planted, context)
}

fn verdicts(claims: &[ClaimedPool], context: &Context) -> Vec<Verdict> {
    let answer = verify_transit_pools(engine(), claims, context, &Control::default());
    answer.expect("an answer").verdicts
}

#[test]
fn one_bad_at_every_place_of_every_batch_changes_its_own_verdict_only() {
    let (claims, _, context) = samples(300, 0, 0);
    let good = verdicts(&claims, &context);
    assert!(good.iter().all(Result::is_ok));
    // Batches of every length, the bad one at every place of the short ones and of the longest, and at one of the others.
    let places = |length: usize| match length {
        1..=40 | 300 => (0..length).collect::<Vec<_>>(),
        _ => vec![length / 3, length - 1],
    };
    let all = (1..=300).flat_map(|length| places(length).into_iter().map(move |bad| (length, bad)));
    for (length, bad) in all {
        let mut batch = claims[..length].to_vec();
        let (ReceiverProof::Signature(signature) | ReceiverProof::Receipt(signature)) =
            &mut batch[bad].pool.proof;
        signature.0[9] ^= 1;
        let mut expected = good[..length].to_vec();
        expected[bad] = Err(Reason::ReceiverSignature);
        assert_eq!(verdicts(&batch, &context), expected, "{bad} of {length}");
    }
}

#[test]
fn every_path_and_every_cut_finds_what_is_planted() {
    let (claims, planted, context) = samples(400, 3, 200_000);
    let expected = verdicts(&claims, &context);
    let found: Vec<_> = expected.iter().map(|verdict| verdict.as_ref().err().copied()).collect();
    assert_eq!(found, planted);
    let mut plain = Sequence::default();
    assert!(
        claims
            .iter()
            .zip(&expected)
            .all(|(claim, expected)| plain.verify_plainly(claim, &context) == *expected)
    );
    for (name, engine) in ENGINES.iter() {
        for cut in [1, 3, 64, 399, 400] {
            if cut < 64 && name != "auto" {
                continue;
            }
            let mut sequence = Sequence::default();
            let parts = claims.chunks(cut).flat_map(|part| {
                let answer = sequence.verify(engine, part, &context, &Control::default());
                answer.expect("an answer").verdicts
            });
            assert!(parts.eq(expected.iter().cloned()), "{name}, {cut} at a time");
        }
    }
}

/// A word that does not lead to the kept one, under good signatures, leaves its bank as it was: the next claim of it, which
/// was expected to be stale, comes in turn after all.
#[test]
fn a_failed_walk_lets_the_next_one_in() {
    let mut world = World::new(engine());
    let good = world.claimed(&Course::default());
    let mut body = good.pool.body.clone();
    body.token.body.word.0[9] ^= 1;
    body.token = world.token_again(&body.token);
    let astray = world.claim(world.sign_again(body));
    let reasons = |claims: &[ClaimedPool]| {
        let verdicts = verdicts(claims, &world.context);
        verdicts.iter().map(|verdict| verdict.as_ref().err().copied()).collect::<Vec<_>>()
    };
    assert_eq!(reasons(&[astray.clone(), good.clone()]), [Some(Reason::Walk), None]);
    assert_eq!(reasons(&[good, astray]), [None, Some(Reason::Stale)]);
}

/// The comparison above would notice a wrong verdict.
#[test]
#[should_panic(expected = "left == right")]
fn a_wrong_verdict_is_noticed() {
    let (claims, mut planted, context) = samples(100, 3, 200_000);
    let place = planted.iter().position(|planted| *planted == Some(Reason::Walk)).expect("one of each");
    planted[place] = Some(Reason::Fee);
    let found: Vec<_> =
        verdicts(&claims, &context).iter().map(|verdict| verdict.as_ref().err().copied()).collect();
    assert_eq!(found, planted);
}

#[test]
fn any_flipped_byte_makes_a_transit_pool_bad() {
    let mut world = World::new(engine());
    for course in [
        Course { by_bearer: vec![1], ..Course::default() },
        Course { carriers: vec![], depth: 21, ..Course::default() },
    ] {
        let session = world.session(&course);
        let receipt =
            session.custody.receipt(gridnet_tests::world::NETWORK, &session.token, &world.receiver.key);
        let with_receipt = gridnet_protocol::transit::TransitPool::assemble_with_receipt(
            gridnet_tests::world::NETWORK,
            session.token,
            &session.custody,
            receipt.expect("a receipt"),
            &session.openings,
        );
        let pools = [world.assemble(&session), with_receipt.expect("a transit pool")];
        for pool in pools {
            let claim = world.claim(pool);
            assert!(verdicts(std::slice::from_ref(&claim), &world.context)[0].is_ok());
            let bytes = claim.to_bytes();
            // Those that decode are judged together, each on the untouched ledger by standing in another batch.
            let flipped = (0..bytes.len()).flat_map(|place| [0x01, 0x80].map(|bit| (place, bit)));
            for (place, bit) in flipped {
                let mut other = bytes.clone();
                other[place] ^= bit;
                if let Ok(other) = ClaimedPool::from_bytes(&other) {
                    let verdict = &verdicts(&[other], &world.context)[0];
                    assert!(verdict.is_err(), "byte {place} of {}, bit {bit:#x}", bytes.len());
                }
            }
        }
    }
}

#[test]
fn progress_and_work_are_told() {
    let (claims, _, context) = samples(64, 3, 0);
    let answer = verify_transit_pools(engine(), &claims, &context, &Control::default()).expect("an answer");
    let work = answer.work;
    let done = |shares: &[gridnet_core::Share]| shares.iter().map(|share| share.done).sum::<u64>();
    // Four signatures, one for each hop, and some bearers'.
    assert!((7 * 64..7 * 64 + 10).contains(&done(&work.signatures)), "{work:?}");
    assert_eq!(done(&work.steps), 5 * 64);
    assert!(done(&work.digests) > 10 * 64, "{work:?}");
    let control = Control::default();
    control.cancel.cancel();
    let cancelled = verify_transit_pools(engine(), &claims, &context, &control);
    assert_eq!(cancelled.map(|_| ()), Err(gridnet_core::Error::Cancelled));
}
