//! Signatures by `ed25519-zebra`, `ed25519-dalek`, `openssl`, and `ed25519-simd` where this program is built for a
//! processor that has what it needs.

use ed25519_dalek::Verifier as _;
use ed25519_zebra::{VerificationKey, VerificationKeyBytes, batch};
use openssl::pkey::{Id, PKey};
use openssl::sign::Verifier;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng as _;

use crate::job::{Answer, VerifyJob};

/// Signatures of one equation.
const BATCH: usize = 256;

/// One by one, by a function from key, message and signature to whether it is good.
fn one_by_one(job: &VerifyJob, verify: impl Fn(&[u8; 32], &[u8], &[u8; 64]) -> bool) -> Answer {
    Answer::Verdicts((0..job.count).map(|index| one(job, index, &verify)).collect())
}

fn one(job: &VerifyJob, index: usize, verify: impl Fn(&[u8; 32], &[u8], &[u8; 64]) -> bool) -> bool {
    let question = job.question();
    let length = question.length;
    let message = &question.messages[index * length..(index + 1) * length];
    verify(&question.keys[index], message, &question.signatures[index])
}

/// A batch at a time, by a function from a range to whether all of it is good; one by one where it is not, which is
/// what these crates tell their users to do.
fn by_batches(
    job: &VerifyJob,
    batch: impl Fn(std::ops::Range<usize>) -> bool,
    verify: impl Fn(&[u8; 32], &[u8], &[u8; 64]) -> bool,
) -> Answer {
    let mut verdicts = Vec::with_capacity(job.count);
    for from in (0..job.count).step_by(BATCH) {
        let range = from..(from + BATCH).min(job.count);
        if batch(range.clone()) {
            verdicts.extend(range.map(|_| true));
        } else {
            verdicts.extend(range.map(|index| one(job, index, &verify)));
        }
    }
    Answer::Verdicts(verdicts)
}

fn zebra_one(key: &[u8; 32], message: &[u8], signature: &[u8; 64]) -> bool {
    let key = VerificationKey::try_from(*key);
    key.is_ok_and(|key| key.verify(&(*signature).into(), message).is_ok())
}

/// `ed25519-zebra`, one at a time.
pub(crate) fn zebra(job: &VerifyJob) -> Answer {
    one_by_one(job, zebra_one)
}

/// `ed25519-zebra`, a batch at a time.
pub(crate) fn zebra_batch(job: &VerifyJob) -> Answer {
    let question = job.question();
    let length = question.length;
    let batch = |range: std::ops::Range<usize>| {
        let mut verifier = batch::Verifier::new();
        for index in range {
            let key = VerificationKeyBytes::from(question.keys[index]);
            let message = &question.messages[index * length..(index + 1) * length];
            verifier.queue((key, question.signatures[index].into(), message));
        }
        verifier.verify(ChaCha20Rng::from_seed([1; 32])).is_ok()
    };
    by_batches(job, batch, zebra_one)
}

fn dalek_one(key: &[u8; 32], message: &[u8], signature: &[u8; 64]) -> bool {
    let key = ed25519_dalek::VerifyingKey::from_bytes(key);
    key.is_ok_and(|key| key.verify(message, &signature.into()).is_ok())
}

/// `ed25519-dalek`, one at a time.
pub(crate) fn dalek(job: &VerifyJob) -> Answer {
    one_by_one(job, dalek_one)
}

/// `ed25519-dalek`, a batch at a time.
pub(crate) fn dalek_batch(job: &VerifyJob) -> Answer {
    let question = job.question();
    let length = question.length;
    let batch = |range: std::ops::Range<usize>| {
        let keys: Result<Vec<_>, _> =
            question.keys[range.clone()].iter().map(ed25519_dalek::VerifyingKey::from_bytes).collect();
        let signatures: Vec<ed25519_dalek::Signature> =
            question.signatures[range.clone()].iter().map(Into::into).collect();
        let messages: Vec<&[u8]> =
            range.map(|index| &question.messages[index * length..(index + 1) * length]).collect();
        keys.is_ok_and(|keys| ed25519_dalek::verify_batch(&messages, &signatures, &keys).is_ok())
    };
    by_batches(job, batch, dalek_one)
}

/// `openssl`, one at a time.
pub(crate) fn openssl(job: &VerifyJob) -> Answer {
    one_by_one(job, |key, message, signature| {
        let Ok(key) = PKey::public_key_from_raw_bytes(key, Id::ED25519) else { return false };
        let verifier = Verifier::new_without_digest(&key);
        verifier.is_ok_and(|mut verifier| verifier.verify_oneshot(signature, message).unwrap_or(false))
    })
}

/// `ed25519-simd`, all at once; or why it does not take part.
#[cfg(all(
    target_arch = "x86_64",
    target_feature = "avx512f",
    target_feature = "avx512bw",
    target_feature = "avx512dq",
    target_feature = "avx512ifma"
))]
pub(crate) const SIMD: Result<fn(&VerifyJob) -> Answer, &str> = Ok(|job| {
    use std::cell::RefCell;

    use ed25519_simd::{VerifyInput, Zip215Verifier};

    // Built once and reused, as its documentation wants it.
    thread_local!(static VERIFIER: RefCell<Zip215Verifier> = RefCell::new(Zip215Verifier::new()));
    let question = job.question();
    let inputs: Vec<VerifyInput<'_>> = (0..job.count)
        .map(|index| VerifyInput {
            public_key: question.keys[index],
            signature: question.signatures[index],
            message: &question.messages[index * question.length..(index + 1) * question.length],
        })
        .collect();
    let mut verdicts = vec![false; job.count];
    VERIFIER.with_borrow_mut(|verifier| verifier.verify_batch(&inputs, &mut verdicts));
    Answer::Verdicts(verdicts)
});

/// `ed25519-simd`, all at once; or why it does not take part.
#[cfg(not(all(
    target_arch = "x86_64",
    target_feature = "avx512f",
    target_feature = "avx512bw",
    target_feature = "avx512dq",
    target_feature = "avx512ifma"
)))]
pub(crate) const SIMD: Result<fn(&VerifyJob) -> Answer, &str> = Err(
    "ed25519-simd does not take part: it is compiled only for processors with AVX-512 IFMA (docs/performance.md)",
);
