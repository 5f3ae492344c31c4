//! Claims of transit pools: the ledger pays whoever carried.

use crate::Address;
use crate::encoding::List;
use crate::ledger::rejection::{Fault, rejected, rejected_as, require};
use crate::ledger::turn::{Turn, less};
use crate::reason::{Rejected, Void};
use crate::settlement::Kept;
use crate::state::row::{Bank, Due, Held, HeldShare, Identity, PaidHop, Pool};
use crate::state::{Store, StoreError};
use crate::transaction::{HeldId, Opened, held_id};
use crate::transit::{ClaimedPool, Disclosure};
use crate::value::{Height, Units};
use crate::verify::{self, Context, Finding, Screen, Settled};

use super::pools;

/// Whether claims are worth verifying: all of their verdicts that takes neither signatures nor walks.
pub(in crate::ledger) fn screen<S: Store>(turn: &Turn<'_, S>, claims: &[ClaimedPool]) -> Result<(), Fault> {
    let mut screen = Screen::default();
    claims.iter().enumerate().try_for_each(|(number, claim)| {
        let looked = screen.look(&context(turn, claim)?, claim);
        looked
            .or_else(|reason| rejected_as(Rejected::Claim, reason.name()))
            .map_err(|fault| fault.entry(number))
    })
}

/// Settles transit pools in their order, and says what each paid. All must be good.
pub(in crate::ledger) fn claim<S: Store>(
    turn: &mut Turn<'_, S>,
    claims: &[ClaimedPool],
    findings: &[Finding],
) -> Result<Vec<Settled>, Fault> {
    let mut all = Vec::with_capacity(claims.len());
    for (number, (claim, finding)) in claims.iter().zip(findings).enumerate() {
        let context = context(turn, claim)?;
        let verdict = finding.judge(&context, claim);
        let settled = verdict.or_else(|reason| rejected_as(Rejected::Claim, reason.name()));
        let settled = settled.map_err(|fault| fault.entry(number))?;
        settle(turn, claim, finding, &settled).map_err(|fault| fault.entry(number))?;
        all.push(settled);
    }
    Ok(all)
}

/// What the ledger holds that a verdict on this claim can depend on.
fn context<S: Store>(turn: &Turn<'_, S>, claim: &ClaimedPool) -> Result<Context, StoreError> {
    let token = &claim.pool.token;
    let mut context = Context::new(turn.network, turn.height, turn.median_time);
    if let Some(pool) = turn.view.get::<Pool>(&token.pool)? {
        context.pools.insert(token.pool, pool.registration);
    }
    let bank = (token.pool, token.bank);
    if let Some(kept) = turn.view.get::<Bank>(&bank)? {
        let session = Some(kept.session);
        context.kept.insert(bank, Kept { depth: kept.depth, word: kept.word, session });
    }
    let opened = claim.pool.hops.as_slice().iter().filter_map(|hop| match &hop.disclosure {
        Disclosure::Opened(opening) => Some(opening.identity),
        Disclosure::Unopened(_) => None,
    });
    for address in opened.chain([token.sender.address()]) {
        if let Some(identity) = turn.view.get::<Identity>(&address)? {
            context.identities.insert(address, seen(&identity));
        }
    }
    Ok(context)
}

/// An identity as verdicts see it.
fn seen(identity: &Identity) -> verify::Identity {
    let Identity { repetitions, nonce, registered, revoked, stake, .. } = *identity;
    let proof = gridnet_core::proof::identity::Proof { repetitions, nonce };
    verify::Identity { proof, registered, revoked, stake }
}

/// Pays a good claim.
fn settle<S: Store>(
    turn: &mut Turn<'_, S>,
    claim: &ClaimedPool,
    finding: &Finding,
    settled: &Settled,
) -> Result<(), Fault> {
    let token = &claim.pool.token;
    let broken = || Fault::Broken("a claim is good whose pool is gone".to_owned());
    let mut pool = turn.view.get::<Pool>(&token.pool)?.ok_or_else(broken)?;
    keep(turn, claim, finding, &mut pool)?;
    pool.deposit = less(pool.deposit, settled.total)?;
    pool.revealed += u64::from(claim.steps);
    turn.view.put(&token.pool, &pool)?;

    turn.earn(settled.fee)?;
    turn.burn(settled.burnt)?;
    turn.credit(&Address::of(&token.receiver.key), settled.receiver)?;
    let (mut paid, mut held) = (Vec::new(), Vec::new());
    for (hop, share) in claim.pool.hops.as_slice().iter().zip(&settled.hops) {
        match &hop.disclosure {
            Disclosure::Opened(opening) if share.is_paid() => {
                turn.credit(&opening.identity, share.share)?;
                paid.push(PaidHop { identity: opening.identity, amount: share.share });
            }
            Disclosure::Unopened(commitment) if share.share > Units::ZERO => {
                held.push(HeldShare { commitment: *commitment, amount: share.share });
            }
            _ => {}
        }
    }
    if held.is_empty() {
        return Ok(());
    }
    let id = held_id(&token.pool, token.bank, token.depth);
    let last = Height(turn.height.0.saturating_add(turn.parameters.escrow));
    let row = Held {
        last,
        minimum_stake: pool.registration.minimum_stake,
        shares: List::new("shares", held).expect("as many as hops at most"),
        paid: List::new("hops", paid).expect("as many as hops at most"),
    };
    turn.view.put(&id, &row)?;
    turn.later(Height(last.0.saturating_add(1)), Due::Held(id))
}

/// Keeps what the claim leaves of its bank. A chain that was revealed whole and does not begin as it was registered shows
/// that its owner lied.
fn keep<S: Store>(
    turn: &mut Turn<'_, S>,
    claim: &ClaimedPool,
    finding: &Finding,
    pool: &mut Pool,
) -> Result<(), Fault> {
    let token = &claim.pool.token;
    let key = (token.pool, token.bank);
    let prefix = match (turn.view.get::<Bank>(&key)?, &claim.bank) {
        (Some(kept), _) => kept.prefix,
        (None, Some(proof)) => {
            pool.opened.add(token.bank);
            proof.prefix
        }
        (None, None) => return Err(Fault::Broken("a claim of an unproven bank is good".to_owned())),
    };
    let bank = Bank { depth: token.depth, word: token.word, session: finding.session, prefix };
    turn.view.put(&key, &bank)?;
    let is_seed = token.depth.0 == pool.registration.length;
    if is_seed && token.word.0[..8] != prefix {
        pools::ban(turn, &token.pool, pool)?;
    }
    Ok(())
}

/// Pays a hop that says who it is after its claim.
pub(in crate::ledger) fn open<S: Store>(
    turn: &mut Turn<'_, S>,
    opened: &Opened,
    weight: u64,
) -> Result<(), Fault> {
    let Some(mut held) = turn.view.get::<Held>(&opened.held)? else { return rejected(Rejected::Unknown) };
    let commitment = opened.opening.commitment();
    let mut shares = std::mem::take(&mut held.shares).into_vec();
    let place = shares.iter().position(|share| share.commitment == commitment);
    let Some(place) = place else { return rejected(Rejected::Opening) };
    let identity = opened.opening.identity;
    let amount = shares.remove(place).amount;
    // An identity is paid once, the best of its hops: nobody can take anything from another by naming it in a small one.
    let mut paid = std::mem::take(&mut held.paid).into_vec();
    let earlier = paid.iter().position(|paid| paid.identity == identity);
    let had = earlier.map_or(Units::ZERO, |place| paid.remove(place).amount);
    if let Some(void) = void(turn, &held, &identity)?.or((amount <= had).then_some(Void::Duplicate)) {
        return rejected_as(Rejected::Void, void.name());
    }
    let fee = Units(weight * turn.parameters.minimum_fee_rate);
    let more = less(amount, had)?;
    require(fee < more, Rejected::Fee)?;
    turn.earn(fee)?;
    turn.burn(had)?;
    turn.credit(&identity, less(more, fee)?)?;
    if shares.is_empty() {
        return Ok(turn.view.remove::<Held>(&opened.held)?);
    }
    paid.push(PaidHop { identity, amount });
    held.paid = List::new("hops", paid).expect("as many as hops at most");
    held.shares = List::new("shares", shares).expect("fewer than there were");
    Ok(turn.view.put(&opened.held, &held)?)
}

/// Why a hop would not be paid now.
fn void<S: Store>(turn: &Turn<'_, S>, held: &Held, identity: &Address) -> Result<Option<Void>, StoreError> {
    let Some(row) = turn.view.get::<Identity>(identity)? else { return Ok(Some(Void::Unregistered)) };
    let old_enough = turn.height.0 >= row.registered.0.saturating_add(turn.parameters.youth);
    Ok(if row.revoked {
        Some(Void::Revoked)
    } else if !old_enough {
        Some(Void::TooYoung)
    } else if row.stake < held.minimum_stake {
        Some(Void::LowStake)
    } else {
        None
    })
}

/// Burns the shares of hops that never said who they are.
pub(in crate::ledger) fn burn_held<S: Store>(turn: &mut Turn<'_, S>, id: &HeldId) -> Result<(), Fault> {
    let Some(held) = turn.view.get::<Held>(id)? else { return Ok(()) };
    turn.view.remove::<Held>(id)?;
    held.shares.as_slice().iter().try_for_each(|share| turn.burn(share.amount))
}
