//! What the ledger says of a claimed pool: everything that needs no signature and no walk.

use std::collections::HashMap;

use super::context::{BankId, CLAIM_GRACE, Context};
use super::{HopShare, Settled};
use crate::Address;
use crate::payout::payout;
use crate::pool::Registration;
use crate::reason::{Reason, Void};
use crate::settlement::Kept;
use crate::transit::{ClaimedPool, Disclosure, TransitPool};
use crate::value::{Session, Units, Word};

/// What the claims that were judged so far left of the banks that they touched.
#[derive(Clone, Debug, Default)]
pub(super) struct Left {
    banks: HashMap<BankId, Kept>,
    /// By the claims of a call that may still fail as a whole.
    pending: HashMap<BankId, Kept>,
}

impl Left {
    fn get(&self, bank: &BankId) -> Option<&Kept> {
        self.pending.get(bank).or_else(|| self.banks.get(bank))
    }

    pub(super) fn set(&mut self, bank: BankId, kept: Kept) {
        self.pending.insert(bank, kept);
    }

    /// As much of it as these claims can ask for.
    pub(super) fn clone_touched(&self, claims: &[&ClaimedPool]) -> Left {
        let kept = claims.iter().filter_map(|claim| {
            let bank = bank_id(claim);
            self.get(&bank).map(|kept| (bank, *kept))
        });
        Left { banks: HashMap::new(), pending: kept.collect() }
    }

    /// Whether there is anything to make final, or to forget.
    pub(super) fn is_pending(&self) -> bool {
        !self.pending.is_empty()
    }

    /// Makes final, or forgets, what the claims of a call left.
    pub(super) fn end(&mut self, succeeded: bool) {
        let pending = std::mem::take(&mut self.pending);
        if succeeded {
            self.banks.extend(pending);
        }
    }
}

/// A claimed pool's bank.
pub(super) fn bank_id(claim: &ClaimedPool) -> BankId {
    (claim.pool.token.pool, claim.pool.token.bank)
}

/// What no other claim can change: the network, the pool and its owner, the bank's number and depth and any proof of
/// it that is there, the times.
///
/// # Errors
/// The first that fails. [`Reason::Stale`] comes before [`Reason::Expiry`] in a verdict, and is not looked at here.
pub(super) fn fixed<'a>(context: &'a Context, claim: &ClaimedPool) -> Result<&'a Registration, Reason> {
    let token = &claim.pool.token;
    if token.network != context.network.id() {
        return Err(Reason::Network);
    }
    let owner = token.sender.address();
    // What could never have been registered is not, whoever says so.
    let registered = context.pools.get(&token.pool).filter(|registration| registration.check().is_ok());
    let registration = registered.ok_or(Reason::Pool)?;
    let identity = context.identities.get(&owner);
    if registration.owner != owner || identity.is_none_or(|identity| identity.proof != token.sender.proof()) {
        return Err(Reason::Pool);
    }
    let proves = claim
        .bank
        .as_ref()
        .is_none_or(|proof| proof.proves(token.bank, registration.banks, &registration.root));
    if token.bank >= registration.banks || token.depth.0 > registration.length || !proves {
        return Err(Reason::Bank);
    }
    let (now, height) = (context.median_time, context.height);
    let last = registration.expiry.0.saturating_add(CLAIM_GRACE);
    if now < token.issued || now > token.expiry || height.0 > last {
        return Err(Reason::Expiry);
    }
    Ok(registration)
}

/// What earlier claims of the same bank can change: that the bank is proven, and that the claim comes in turn. What is
/// kept of the bank, and whether that is the claim's own proof.
///
/// # Errors
/// [`Reason::Bank`] and [`Reason::Stale`].
pub(super) fn in_turn(
    context: &Context,
    left: &Left,
    claim: &ClaimedPool,
    session: Session,
) -> Result<(Kept, bool), Reason> {
    let bank = bank_id(claim);
    let kept = left.get(&bank).or_else(|| context.kept.get(&bank)).map(|kept| (*kept, false));
    let first = || claim.bank.as_ref().map(|proof| (Kept::new(proof.ceiling), true));
    let (kept, is_first) = kept.or_else(first).ok_or(Reason::Bank)?;
    match kept.pays(&claim.pool.token, session) {
        Some(steps) if steps == claim.steps => Ok((kept, is_first)),
        _ => Err(Reason::Stale),
    }
}

/// The rest of the verdict on a claim whose signatures are good: its turn, where its word ends, and who is paid what.
///
/// # Errors
/// The first that fails.
pub(super) fn settle(
    context: &Context,
    left: &mut Left,
    claim: &ClaimedPool,
    session: Session,
    end: impl FnOnce() -> Word,
) -> Result<Settled, Reason> {
    let (kept, is_first) = in_turn(context, left, claim, session)?;
    if end() != kept.word {
        return Err(Reason::Walk);
    }
    let pool = &claim.pool;
    let registration = &context.pools[&pool.token.pool];
    // Coins of a whole pool fit in 64 bits, and this is a part of it.
    let total = registration.value.times(&[claim.steps.into()]).map_err(|_| Reason::Fee)?;
    let hops = pool.hops.as_slice().len();
    let weight = claim.fee_weight(is_first);
    let rate = context.network.parameters().minimum_fee_rate;
    let paid = payout(total, weight, rate, pool.token.terms, hops).map_err(|_| Reason::Fee)?;
    left.set(bank_id(claim), Kept::after(&pool.token, session));
    let hops = shares(context, registration, pool, &paid.hops);
    let burnt = hops.iter().filter(|hop| hop.is_burnt()).map(|hop| hop.share.0).sum::<u64>();
    let burnt = Units(paid.burnt.0 + burnt);
    Ok(Settled { total, fee: paid.fee, receiver: paid.receiver, hops, burnt })
}

/// What becomes of each hop's share.
fn shares(
    context: &Context,
    registration: &Registration,
    pool: &TransitPool,
    shares: &[Units],
) -> Vec<HopShare> {
    // An identity that stands in several hops is paid for the best of them: nobody can take anything from another by
    // naming it.
    let mut best: HashMap<Address, usize> = HashMap::new();
    for (place, hop) in pool.hops.as_slice().iter().enumerate() {
        if let Disclosure::Opened(opening) = &hop.disclosure {
            let best = best.entry(opening.identity).or_insert(place);
            if shares[place] > shares[*best] {
                *best = place;
            }
        }
    }
    let youth = context.network.parameters().youth;
    let void = |place: usize, disclosure: &Disclosure| {
        let Disclosure::Opened(opening) = disclosure else { return Some(Void::Unopened) };
        let Some(identity) = context.identities.get(&opening.identity) else {
            return Some(Void::Unregistered);
        };
        if identity.revoked {
            Some(Void::Revoked)
        } else if context.height.0 < identity.registered.0.saturating_add(youth) {
            Some(Void::TooYoung)
        } else if identity.stake < registration.minimum_stake {
            Some(Void::LowStake)
        } else {
            (best[&opening.identity] != place).then_some(Void::Duplicate)
        }
    };
    let hops = pool.hops.as_slice().iter().zip(shares).enumerate();
    hops.map(|(place, (hop, &share))| HopShare { share, void: void(place, &hop.disclosure) }).collect()
}
