//! Verification in bulk: a verdict for each of many transit pools, with a reason or with who is paid what.
//!
//! What needs no ledger is computed for all of them at once by the engine, on every device that it has: digests,
//! signatures, walks. Then each is judged in its turn on what the valid ones before it left, so that a bank that is
//! claimed twice pays once. Verdicts do not depend on devices, threads, or how the list is cut into batches.

mod bulk;
mod context;
mod digests;
mod examine;
mod judge;
mod round;
mod signatures;
mod stateless;
#[cfg(test)]
mod tests;
mod walks;

use std::thread;
use std::time::{Duration, Instant};

use gridnet_core::{Control, Engine, Share};

pub use self::bulk::{Chain, SignedMessage, verify_chains, verify_identities, verify_signatures};
pub use self::context::{BankId, CLAIM_GRACE, Context, Identity};
pub(crate) use self::examine::{Finding, Screen, examine};
use self::round::{Banks, Round};
use self::stateless::Examined;
use crate::reason::{Reason, Void};
use crate::transit::ClaimedPool;
use crate::value::Units;

/// Transit pools that are verified together: enough to fill a graphics processor with their signatures.
const ROUND: usize = 65_536;

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
    /// Time from call to return.
    pub elapsed: Duration,
}

/// Judges transit pools one after the other, in as many calls as one likes: each on what the valid ones before it left
/// of its bank. Keeps some hundred bytes of each bank that was claimed from.
#[derive(Clone, Debug, Default)]
pub struct Sequence {
    banks: Banks,
}

impl Sequence {
    /// The verdicts on the next transit pools. The control's progress is not counted: a call takes as long as its caller
    /// makes its list.
    ///
    /// # Errors
    /// The engine's own, [`gridnet_core::Error::Cancelled`] among them; the sequence is then as it was before the call.
    pub fn verify(
        &mut self,
        engine: &Engine,
        pools: &[ClaimedPool],
        context: &Context,
        control: &Control,
    ) -> Result<Verified, gridnet_core::Error> {
        self.verify_in_rounds(engine, pools, context, control, ROUND)
    }

    fn verify_in_rounds(
        &mut self,
        engine: &Engine,
        pools: &[ClaimedPool],
        context: &Context,
        control: &Control,
        round: usize,
    ) -> Result<Verified, gridnet_core::Error> {
        let began = Instant::now();
        // What a call left that ended in a panic is forgotten.
        self.banks.end(engine, false);
        let control = Control { cancel: control.cancel.clone(), progress: None };
        let pending = self.verify_pending(engine, pools, context, &control, round);
        self.banks.end(engine, pending.is_ok());
        let (verdicts, work) = pending?;
        Ok(Verified { verdicts, work, elapsed: began.elapsed() })
    }

    /// While the devices are at a round, the next one is prepared.
    fn verify_pending(
        &mut self,
        engine: &Engine,
        pools: &[ClaimedPool],
        context: &Context,
        control: &Control,
        round: usize,
    ) -> Result<(Vec<Verdict>, Work), gridnet_core::Error> {
        let (mut verdicts, mut work) = (Vec::with_capacity(pools.len()), Work::default());
        // A CPU that does everything is not faster for doing two things at once.
        let at_once = engine.has_gpu();
        let mut rounds = pools.chunks(round);
        let first =
            rounds.next().map(|claims| Round::prepare(engine, claims, context, &self.banks, None, control));
        let mut current = first.transpose()?;
        while let Some(round) = current {
            work.add(&round.work);
            let (banks, next) = (&self.banks, rounds.next());
            let prepare = || {
                let prepare = |claims| Round::prepare(engine, claims, context, banks, Some(&round), control);
                next.map(prepare).transpose()
            };
            let compute = || round.compute(engine, context, banks, control);
            let (computed, prepared) = if at_once { both(compute, prepare) } else { (compute(), prepare()) };
            let computed = computed?;
            work.add(&computed.work);
            verdicts.extend(round.judge(computed, engine, context, &mut self.banks));
            current = prepared?;
        }
        Ok((verdicts, work))
    }

    /// The verdict on the next transit pool, by the plainest code: everything one after the other, by published crates. What
    /// [`verify`](Sequence::verify) must agree with, and is measured against.
    pub fn verify_plainly(&mut self, claim: &ClaimedPool, context: &Context) -> Verdict {
        let fixed = judge::fixed(context, claim).map(drop);
        let own = claim.pool.check(context.network);
        let fault = fixed.err().into_iter().chain(own.err()).min();
        let examined = Examined { session: claim.pool.token.session(), fault };
        let left = self.banks.of(&judge::bank_id(claim));
        let verdict = examined.judge(context, left, claim, || walks::plainly(context, claim));
        left.end(true);
        verdict
    }
}

/// Does two things at the same time.
fn both<A: Send, B>(one: impl FnOnce() -> A + Send, other: impl FnOnce() -> B) -> (A, B) {
    thread::scope(|scope| {
        let one = scope.spawn(one);
        let other = other();
        (one.join().expect("verifying does not panic"), other)
    })
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
) -> Result<Verified, gridnet_core::Error> {
    Sequence::default().verify(engine, pools, context, control)
}
