//! Verification in bulk: a verdict for each of many transit pools, with a reason or with who is paid what.
//!
//! What needs no ledger is computed for all of them at once by the engine, on every device that it has: digests,
//! signatures, walks. Then each is judged in its turn on what the valid ones before it left, so that a bank that is
//! claimed twice pays once. Verdicts do not depend on devices, threads, or how the list is cut into batches.

mod bulk;
mod context;
mod digests;
mod judge;
mod stateless;

use std::time::Instant;

use gridnet_core::{Control, Engine, Report, Share};

pub use self::bulk::{Chain, verify_chains, verify_identities};
pub use self::context::{BankId, CLAIM_GRACE, Context, Identity};
use self::judge::Left;
use self::stateless::Examined;
use crate::reason::{Reason, Void};
use crate::transit::ClaimedPool;
use crate::value::{Units, Word};

/// Pools that are examined together: enough to fill every lane, few enough for the caches' sake.
const CHUNK: usize = 8_192;

/// What became of a hop of a valid transit pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HopShare {
    /// Its share.
    pub share: Units,
    /// Why it is not paid.
    pub void: Option<Void>,
}

impl HopShare {
    /// Whether the share goes to the hop now.
    pub fn is_paid(&self) -> bool {
        self.void.is_none()
    }

    /// Whether it is held, in case the hop says who it is.
    pub fn is_held(&self) -> bool {
        self.void == Some(Void::Unopened)
    }

    /// Whether it is lost.
    pub fn is_burnt(&self) -> bool {
        !self.is_paid() && !self.is_held()
    }
}

/// What a valid transit pool pays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settled {
    /// All of it.
    pub total: Units,
    /// To the block's producer.
    pub fee: Units,
    /// To the receiver.
    pub receiver: Units,
    /// To each hop.
    pub hops: Vec<HopShare>,
    /// To nobody: what the rule leaves over, and the shares of void hops that are not held.
    pub burnt: Units,
}

/// A verdict.
pub type Verdict = Result<Settled, Reason>;

/// What verifying took, for each primitive: the parts of the devices.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Work {
    /// Messages hashed.
    pub digests: Vec<Share>,
    /// Signatures checked.
    pub signatures: Vec<Share>,
    /// Steps walked.
    pub steps: Vec<Share>,
}

impl Work {
    /// Adds what a further call took.
    pub fn add(&mut self, other: &Work) {
        for (sums, shares) in [
            (&mut self.digests, &other.digests),
            (&mut self.signatures, &other.signatures),
            (&mut self.steps, &other.steps),
        ] {
            gridnet_core::add_shares(sums, shares);
        }
    }
}

/// Verdicts, and what they took.
#[derive(Clone, Debug)]
pub struct Verified {
    /// One for each transit pool.
    pub verdicts: Vec<Verdict>,
    /// What the devices did.
    pub work: Work,
}

/// Judges transit pools one after the other, in as many calls as one likes: each on what the valid ones before it left
/// of its bank. Keeps some hundred bytes of each bank that was claimed from.
#[derive(Clone, Debug, Default)]
pub struct Sequence {
    left: Left,
}

impl Sequence {
    /// The verdicts on the next transit pools.
    ///
    /// # Errors
    /// The engine's own, [`gridnet_core::Error::Cancelled`] among them; the sequence is then as it was before the call.
    pub fn verify(
        &mut self,
        engine: &Engine,
        pools: &[ClaimedPool],
        context: &Context,
        control: &Control,
    ) -> Result<Report<Verified>, gridnet_core::Error> {
        let began = Instant::now();
        let verified = self.verify_pending(engine, pools, context, control);
        self.left.end(verified.is_ok());
        Ok(Report { value: verified?, devices: Vec::new(), elapsed: began.elapsed() })
    }

    fn verify_pending(
        &mut self,
        engine: &Engine,
        pools: &[ClaimedPool],
        context: &Context,
        control: &Control,
    ) -> Result<Verified, gridnet_core::Error> {
        let mut verified = Verified { verdicts: Vec::with_capacity(pools.len()), work: Work::default() };
        for chunk in pools.chunks(CHUNK) {
            let work = &mut verified.work;
            let examined = stateless::examine(engine, chunk, context, &self.left, work, control)?;
            let judge =
                |(claim, examined): (&ClaimedPool, Examined)| examined.judge(context, &mut self.left, claim);
            verified.verdicts.extend(chunk.iter().zip(examined).map(judge));
        }
        Ok(verified)
    }

    /// The verdict on the next transit pool, by the plainest code: everything one after the other, by published crates. What
    /// [`verify`](Sequence::verify) must agree with, and is measured against.
    pub fn verify_plainly(&mut self, claim: &ClaimedPool, context: &Context) -> Verdict {
        let session = claim.pool.token.session();
        let fixed = judge::fixed(context, claim).map(drop);
        let own = claim.pool.check(context.network);
        let fault = fixed.err().into_iter().chain(own.err()).min();
        let mut end = claim.pool.token.word;
        if fault.is_none() && judge::in_turn(context, &self.left, claim, session).is_ok() {
            let function = context.pools[&claim.pool.token.pool].function.hash_function();
            end = Word((0..claim.steps).fold(end.0, |word, _| function.hash(&word)));
        }
        let verdict = Examined { session, fault, end }.judge(context, &mut self.left, claim);
        self.left.end(true);
        verdict
    }
}

/// The verdicts on transit pools, in their order.
///
/// # Errors
/// The engine's own.
pub fn verify_transit_pools(
    engine: &Engine,
    pools: &[ClaimedPool],
    context: &Context,
    control: &Control,
) -> Result<Report<Verified>, gridnet_core::Error> {
    Sequence::default().verify(engine, pools, context, control)
}
