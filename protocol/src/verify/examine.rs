//! What can be said of claims without the ledger, for all of a block at once: the ledger changes from one to the next, but
//! signatures and walks do not.

use gridnet_core::{Control, Engine, Error, Verify, Walk, add_shares};

use super::context::Context;
use super::judge::{self, Left};
use super::signatures::{Signatures, Subjects};
use super::stateless::{self, Examined};
use super::{Verdict, Work};
use crate::Network;
use crate::pool::ChainFunction;
use crate::reason::Reason;
use crate::transit::ClaimedPool;
use crate::value::{PoolId, Session, Word};

/// Claims that a thread prepares at a time.
const PIECE: usize = 128;

/// What was found of a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Finding {
    pub(crate) session: Session,
    /// The first fault that needs no ledger.
    fault: Option<Reason>,
    /// Where its word ends, if it was walked.
    end: Option<Word>,
}

impl Finding {
    /// The verdict against the ledger that the claim finds.
    pub(crate) fn judge(&self, context: &Context, claim: &ClaimedPool) -> Verdict {
        let fixed = judge::fixed(context, claim).err();
        let fault = fixed.into_iter().chain(self.fault).min();
        let examined = Examined { session: self.session, fault };
        // Without a fault its pool is known, and so it was walked.
        examined.judge(context, &mut Left::default(), claim, || self.end.unwrap_or_default())
    }
}

/// The claims of a transaction, looked at in their order for all that takes neither signatures nor a walk: a claim that is
/// stale must not cost whoever is sent it sixteen million hashes.
#[derive(Default)]
pub(crate) struct Screen(Left);

impl Screen {
    /// The next one.
    ///
    /// # Errors
    /// What its verdict would be.
    pub(crate) fn look(&mut self, context: &Context, claim: &ClaimedPool) -> Result<(), Reason> {
        Examined::screened(context, &mut self.0, claim)
    }
}

/// Examines claims. `function` says which function a pool's chains have; claims of pools that it does not know are not
/// walked.
///
/// # Errors
/// The engine's own.
pub(crate) fn examine(
    engine: &Engine,
    network: Network,
    claims: &[&ClaimedPool],
    function: impl Fn(&PoolId) -> Option<ChainFunction>,
    control: &Control,
) -> Result<(Vec<Finding>, Work), Error> {
    let mut work = Work::default();
    let pieces =
        engine.each_piece(claims.chunks(PIECE), |engine, claims| prepare(engine, network, claims, control));
    let (mut findings, mut parts) = (Vec::with_capacity(claims.len()), Vec::new());
    for piece in pieces {
        let (found, worthy, signatures, used) = piece?;
        work.add(&used);
        parts.push((findings.len(), worthy, signatures));
        findings.extend(found);
    }
    verify(engine, &parts, &mut findings, &mut work, control)?;
    walk(engine, claims, function, &mut findings, &mut work, control)?;
    Ok((findings, work))
}

type Prepared = (Vec<Finding>, Vec<usize>, Signatures, Work);

/// All but what the engine says of signatures and walks.
fn prepare(
    engine: &Engine,
    network: Network,
    claims: &[&ClaimedPool],
    control: &Control,
) -> Result<Prepared, Error> {
    let mut work = Work::default();
    let sessions = stateless::sessions(engine, claims, &mut work, control)?;
    let find = |(claim, &session): (&&ClaimedPool, &Session)| {
        let fault = stateless::own_fault(claim, network).err();
        Finding { session, fault, end: None }
    };
    let findings: Vec<Finding> = claims.iter().zip(&sessions).map(find).collect();
    let worthy: Vec<usize> = (0..claims.len()).filter(|&row| findings[row].fault.is_none()).collect();
    let subjects = Subjects {
        claims: worthy.iter().map(|&row| claims[row]).collect(),
        sessions: worthy.iter().map(|&row| sessions[row]).collect(),
        network,
    };
    let signatures = subjects.signatures(engine, &mut work, control)?;
    Ok((findings, worthy, signatures, work))
}

/// Checks every signature, on every device.
fn verify(
    engine: &Engine,
    parts: &[(usize, Vec<usize>, Signatures)],
    findings: &mut [Finding],
    work: &mut Work,
    control: &Control,
) -> Result<(), Error> {
    let all = || parts.iter().map(|(_, _, signatures)| signatures);
    let keys: Vec<[u8; 32]> = all().flat_map(|signatures| &signatures.keys).copied().collect();
    let messages: Vec<[u8; 32]> = all().flat_map(|signatures| &signatures.messages).copied().collect();
    let signatures: Vec<[u8; 64]> = all().flat_map(|all| &all.signatures).copied().collect();
    let messages = messages.as_flattened();
    let report =
        engine.verify(&Verify { keys: &keys, messages, length: 32, signatures: &signatures }, control)?;
    add_shares(&mut work.signatures, &report.devices);
    let mut rest = report.value.as_slice();
    for (first, worthy, signatures) in parts {
        let (own, others) = rest.split_at(signatures.len());
        rest = others;
        signatures.bad(own, |row, reason| {
            let fault = &mut findings[first + worthy[row]].fault;
            *fault = Some(fault.map_or(reason, |fault| fault.min(reason)));
        });
    }
    Ok(())
}

/// Walks what is not at fault, as many steps as each says.
fn walk(
    engine: &Engine,
    claims: &[&ClaimedPool],
    function: impl Fn(&PoolId) -> Option<ChainFunction>,
    findings: &mut [Finding],
    work: &mut Work,
    control: &Control,
) -> Result<(), Error> {
    let functions: Vec<Option<ChainFunction>> = (claims.iter().zip(&*findings))
        .map(|(claim, finding)| finding.fault.is_none().then(|| function(&claim.pool.token.pool))?)
        .collect();
    for wanted in [ChainFunction::Blake2s, ChainFunction::Sha256] {
        let rows: Vec<usize> = (0..claims.len()).filter(|&row| functions[row] == Some(wanted)).collect();
        if rows.is_empty() {
            continue;
        }
        let starts: Vec<[u8; 32]> = rows.iter().map(|&row| claims[row].pool.token.word.0).collect();
        let steps: Vec<u64> = rows.iter().map(|&row| claims[row].steps.into()).collect();
        let question = Walk { function: wanted.hash_function(), starts: &starts, steps: &steps };
        let report = engine.walk(&question, control)?;
        add_shares(&mut work.steps, &report.devices);
        for (row, end) in rows.into_iter().zip(report.value) {
            findings[row].end = Some(Word(end));
        }
    }
    Ok(())
}
