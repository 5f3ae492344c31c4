//! Ed25519 signatures by ZIP-215, many at a time: a verdict for each, the same in any batch and alone. Here by the
//! library, for CPUs without lanes for it and against which those that have them are tested.
//!
//! A group is checked by one equation over all its signatures ([`ed25519_zebra::batch`]), which costs half as much a
//! signature as one by one. When it does not hold the group is halved until the culprits are found. The equation's
//! coefficients are drawn from a hash of everything in the group, so nobody can choose signatures to suit them, and no
//! answer depends on luck.

use std::ops::Range;

use blake2::digest::consts::U32;
use blake2::digest::{CustomizedInit as _, Update as _};
use curve25519_dalek::Scalar;
use curve25519_dalek::edwards::CompressedEdwardsY;
use ed25519_zebra::batch::{Item, Verifier};
use ed25519_zebra::{Signature, VerificationKeyBytes};
use gridnet_simd::Verdict;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng as _;

use crate::backend::Watch;
use crate::{Error, Verify};

/// Signatures of one equation: beyond a few hundred nothing is gained, and culprits cost more.
pub(crate) const GROUP: usize = 256;
/// So few are checked one by one.
const FEW: usize = 8;
/// When equations that failed have covered so many times a group's signatures, the rest of it is checked one by one. One
/// culprit is found before; who sends nothing but bad signatures costs us about twice as much as checking each.
const WASTE_MAX: usize = 2;

/// What is wrong with a signature: the first of these.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum SignatureFault {
    /// The public key is no point.
    Key,
    /// The signature's first half is no point.
    Point,
    /// Its second half is not below the group's order.
    Scalar,
    /// It is not this key's signature of this message.
    Signature,
}

impl SignatureFault {
    /// Every fault.
    pub const ALL: [SignatureFault; 4] =
        [SignatureFault::Key, SignatureFault::Point, SignatureFault::Scalar, SignatureFault::Signature];

    /// The stable name.
    pub const fn name(self) -> &'static str {
        match self {
            SignatureFault::Key => "bad-key",
            SignatureFault::Point => "bad-point",
            SignatureFault::Scalar => "bad-scalar",
            SignatureFault::Signature => "bad-signature",
        }
    }
}

/// What a signature turned out to be.
pub type Signed = Result<(), SignatureFault>;

/// The same as the lanes say it.
pub(crate) fn signed(verdict: Verdict) -> Signed {
    match verdict {
        Verdict::Holds => Ok(()),
        Verdict::NoKey => Err(SignatureFault::Key),
        Verdict::NoPoint => Err(SignatureFault::Point),
        Verdict::NoScalar => Err(SignatureFault::Scalar),
        Verdict::Unequal => Err(SignatureFault::Signature),
    }
}

/// Verifies a batch on the calling thread.
pub(crate) fn verify_in_turn(
    verify: &Verify<'_>,
    verdicts: &mut [Signed],
    watch: &Watch<'_>,
) -> Result<(), Error> {
    for (index, verdicts) in verdicts.chunks_mut(GROUP).enumerate() {
        if watch.cancel.is_cancelled() {
            return Err(Error::Cancelled);
        }
        group(verify, index * GROUP, verdicts);
        watch.count(verdicts.len() as u64);
    }
    Ok(())
}

/// Verifies the signatures from `from` on, as many as there are verdicts.
pub(crate) fn group(verify: &Verify<'_>, from: usize, verdicts: &mut [Signed]) {
    let range = from..from + verdicts.len();
    let item = |index: usize| {
        let signature = Signature::from(verify.signatures[index]);
        Item::from((VerificationKeyBytes::from(verify.keys[index]), signature, verify.message(index)))
    };
    let items = range.clone().map(item).collect();
    let mut group = Group { verify, from, items, seed: seed(verify, range), equations: 0, wasted: 0 };
    group.settle(0..verdicts.len(), false, verdicts);
}

/// A hash of all that a group's equation is about.
fn seed(verify: &Verify<'_>, range: Range<usize>) -> [u8; 32] {
    let mut hasher = blake2::Blake2b::<U32>::new_customized(b"GN-batch");
    hasher.update(verify.keys[range.clone()].as_flattened());
    hasher.update(verify.signatures[range.clone()].as_flattened());
    hasher.update(&verify.messages[range.start * verify.length..range.end * verify.length]);
    blake2::digest::FixedOutput::finalize_fixed(hasher).into()
}

struct Group<'a> {
    verify: &'a Verify<'a>,
    from: usize,
    items: Vec<Item>,
    seed: [u8; 32],
    equations: u64,
    /// Signatures that equations which failed were about.
    wasted: usize,
}

impl Group<'_> {
    /// Finds the verdicts of a range, of which may be known already that one in it is bad.
    fn settle(&mut self, range: Range<usize>, one_is_bad: bool, verdicts: &mut [Signed]) {
        if range.len() <= FEW || self.wasted > WASTE_MAX * self.items.len() {
            return range.for_each(|index| verdicts[index] = self.alone(index));
        }
        if !one_is_bad && self.holds(range.clone()) {
            return verdicts[range].fill(Ok(()));
        }
        let middle = range.start + range.len() / 2;
        let left_holds = self.holds(range.start..middle);
        if left_holds {
            verdicts[range.start..middle].fill(Ok(()));
        } else {
            self.settle(range.start..middle, true, verdicts);
        }
        self.settle(middle..range.end, left_holds, verdicts);
    }

    /// Whether the equation over a range holds.
    fn holds(&mut self, range: Range<usize>) -> bool {
        let count = range.len();
        let mut verifier = Verifier::new();
        for item in &self.items[range] {
            verifier.queue(item.clone());
        }
        let mut coefficients = ChaCha20Rng::from_seed(self.seed);
        coefficients.set_stream(self.equations);
        self.equations += 1;
        let holds = verifier.verify(&mut coefficients).is_ok();
        self.wasted += if holds { 0 } else { count };
        holds
    }

    fn alone(&self, index: usize) -> Signed {
        if self.items[index].clone().verify_single().is_ok() {
            return Ok(());
        }
        let key = self.verify.keys[self.from + index];
        let signature = Signature::from(self.verify.signatures[self.from + index]);
        let is_point = |bytes: [u8; 32]| CompressedEdwardsY(bytes).decompress().is_some();
        Err(if !is_point(key) {
            SignatureFault::Key
        } else if !is_point(*signature.r_bytes()) {
            SignatureFault::Point
        } else if Scalar::from_canonical_bytes(*signature.s_bytes()).is_none().into() {
            SignatureFault::Scalar
        } else {
            SignatureFault::Signature
        })
    }
}
