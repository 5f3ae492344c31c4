//! The second stage: signatures, walks and proofs of work of all transactions at once, by the engine. What they are of is in
//! the transactions; of the state it needs what never changes once it is registered.

use std::collections::HashMap;

use gridnet_core::proof::identity::Proof;
use gridnet_core::{Control, Engine, SignatureFault, Verify, add_shares};

use super::rejection::{Fault, Rejection};
use crate::contract::{Contract, SignedState};
use crate::meter::{SignedDigest, SignedReading};
use crate::pool::ChainFunction;
use crate::reason::{Misread, NoEquivocation, NoFraud, Objection, Rejected, Uncertified};
use crate::state::row::{Meter, OpenedContract, Pool};
use crate::state::{Store, StoreError, View};
use crate::transaction::{Action, IdentityRegistration, Posted, Transaction};
use crate::transit::ClaimedPool;
use crate::value::{ContractId, MeterId, PoolId};
use crate::verify::{self, Finding, Work};
use crate::{Address, Kind, Network, PublicKey, Signature, sign};

/// What was registered, before these transactions or by them, and never changes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Known {
    functions: HashMap<PoolId, ChainFunction>,
    meters: HashMap<MeterId, PublicKey>,
    contracts: HashMap<ContractId, Contract>,
}

impl Known {
    /// What these transactions can ask for.
    pub(super) fn of<S: Store>(
        network: Network,
        view: &View<'_, S>,
        transactions: &[Transaction],
    ) -> Result<Known, StoreError> {
        let mut known = Known::default();
        let actions = || {
            transactions.iter().filter_map(|transaction| match transaction {
                Transaction::Signed(signed) => Some(&signed.body.action),
                _ => None,
            })
        };
        for action in actions() {
            match action {
                Action::RegisterPool { pool } => {
                    known.functions.insert(pool.id(network), pool.function);
                }
                Action::RegisterMeter { certificate } => {
                    known.meters.insert(certificate.id(network), certificate.body.key);
                }
                Action::OpenContract { contract } => {
                    known.contracts.insert(contract.id(network), contract.body.clone());
                }
                _ => {}
            }
        }
        for (_, claim) in claims(transactions) {
            let id = claim.pool.token.pool;
            if !known.functions.contains_key(&id)
                && let Some(pool) = view.get::<Pool>(&id)?
            {
                known.functions.insert(id, pool.registration.function);
            }
        }
        for action in actions() {
            for reading in readings(action) {
                let id = reading.body.meter;
                if !known.meters.contains_key(&id)
                    && let Some(meter) = view.get::<Meter>(&id)?
                {
                    known.meters.insert(id, meter.certificate.key);
                }
            }
            if let Some(state) = state(action)
                && !known.contracts.contains_key(&state.body.contract)
                && let Some(row) = view.get::<OpenedContract>(&state.body.contract)?
            {
                known.contracts.insert(state.body.contract, row.contract);
            }
        }
        Ok(known)
    }
}

/// The readings in an action.
fn readings(action: &Action) -> Vec<&SignedReading> {
    match action {
        Action::Read { readings } => readings.as_slice().iter().collect(),
        Action::CloseContract { readings, .. } | Action::AnswerContract { readings, .. } => {
            readings.as_slice().iter().collect()
        }
        Action::ProveEquivocation { proof } => vec![&proof.first, &proof.second],
        _ => Vec::new(),
    }
}

/// The contract's state in an action.
fn state(action: &Action) -> Option<&SignedState> {
    match action {
        Action::CloseContract { state, .. } => state.as_deref(),
        Action::AnswerContract { state, .. } | Action::EndContract { state } => Some(state),
        _ => None,
    }
}

/// All claims, and the transactions that they are in.
fn claims(transactions: &[Transaction]) -> impl Iterator<Item = (usize, &ClaimedPool)> {
    transactions.iter().enumerate().flat_map(|(number, transaction)| {
        let claims = match transaction {
            Transaction::Posted(Posted::Claim(claims)) => claims.as_slice(),
            _ => &[],
        };
        claims.iter().map(move |claim| (number, claim))
    })
}

/// A signature that must be good.
struct Job {
    transaction: usize,
    key: PublicKey,
    digest: [u8; 32],
    signature: Signature,
    /// What is wrong when it is not.
    otherwise: Otherwise,
}

/// A code, the entry of a list, and a code of what is wrong with that.
#[derive(Clone, Copy)]
struct Otherwise {
    code: Rejected,
    entry: Option<u32>,
    detail: Option<&'static str>,
}

impl Otherwise {
    const fn detailed(code: Rejected, detail: &'static str) -> Otherwise {
        Otherwise { code, entry: None, detail: Some(detail) }
    }
}

/// What was found of all claims, in their order.
pub(super) fn check(
    engine: &Engine,
    network: Network,
    transactions: &[Transaction],
    known: &Known,
    control: &Control,
) -> Result<(Vec<Finding>, Work), Fault> {
    let mut work = Work::default();
    let mut first: Option<Rejection> = None;
    let mut found = |transaction: usize, Otherwise { code, entry, detail }: Otherwise| {
        let transaction = Some(transaction as u32);
        if first.is_none_or(|first| first.transaction > transaction) {
            first = Some(Rejection { code, transaction, entry, detail });
        }
    };
    for (transaction, fault) in identities(engine, network, transactions, control)? {
        found(transaction, Otherwise::detailed(Rejected::IdentityProof, fault));
    }
    let jobs = jobs(engine, network, transactions, known);
    for (job, fault) in jobs.iter().zip(verdicts(engine, &jobs, &mut work, control)?) {
        let transaction = job.transaction;
        match (fault, job.otherwise.code) {
            (None, _) => {}
            (Some(SignatureFault::Key), Rejected::Signature) => {
                found(transaction, Otherwise { code: Rejected::BadKey, entry: None, detail: None });
            }
            (Some(SignatureFault::Key), Rejected::Fraud) => {
                found(transaction, Otherwise::detailed(Rejected::Fraud, NoFraud::BadKey.name()));
            }
            (Some(_), _) => found(transaction, job.otherwise),
        }
    }
    if let Some(rejection) = first {
        return Err(Fault::Rejected(rejection));
    }
    let claims: Vec<&ClaimedPool> = claims(transactions).map(|(_, claim)| claim).collect();
    let function = |pool: &PoolId| known.functions.get(pool).copied();
    let (findings, used) = verify::examine(engine, network, &claims, function, control)?;
    work.add(&used);
    Ok((findings, work))
}

/// Every signature that is not a claim's.
fn jobs(engine: &Engine, network: Network, transactions: &[Transaction], known: &Known) -> Vec<Job> {
    const PIECE: usize = 256;
    let numbered: Vec<(usize, &Transaction)> = transactions.iter().enumerate().collect();
    let pieces = engine.each_piece(numbered.chunks(PIECE), |_, transactions| {
        let mut jobs = Vec::new();
        for &(transaction, content) in transactions {
            let Transaction::Signed(signed) = content else { continue };
            let body = &signed.body;
            let own = (body.sender, sign::digest(network, Kind::Transaction, body), signed.signature);
            let mut add = |otherwise: Otherwise, (key, digest, signature): SignedDigest| {
                jobs.push(Job { transaction, key, digest, signature, otherwise });
            };
            add(Otherwise { code: Rejected::Signature, entry: None, detail: None }, own);
            of_action(network, &body.action, known, &mut add);
        }
        jobs
    });
    pieces.into_iter().flatten().collect()
}

/// The signatures in an action. Those of what nobody knows are not looked at: that is why it will not be taken.
fn of_action(
    network: Network,
    action: &Action,
    known: &Known,
    add: &mut impl FnMut(Otherwise, SignedDigest),
) {
    match action {
        Action::ProveFraud { proof } => {
            let otherwise = Otherwise::detailed(Rejected::Fraud, NoFraud::OwnerSignature.name());
            proof.signed(network).into_iter().for_each(|signed| add(otherwise, signed));
        }
        Action::RegisterMeter { certificate } => {
            let [certifier, owner] = certificate.signed(network);
            let otherwise = |why: Uncertified| Otherwise::detailed(Rejected::Certificate, why.name());
            add(otherwise(Uncertified::CertifierSignature), certifier);
            add(otherwise(Uncertified::OwnerSignature), owner);
        }
        Action::OpenContract { contract } => {
            agreed(contract.signed(network), add);
        }
        _ => {}
    }
    if let Some(state) = state(action)
        && let Some(contract) = known.contracts.get(&state.body.contract)
    {
        agreed(state.signed(network, contract), add);
    }
    for (entry, reading) in readings(action).into_iter().enumerate() {
        if let Some(key) = known.meters.get(&reading.body.meter) {
            let otherwise = match action {
                Action::ProveEquivocation { .. } => {
                    Otherwise::detailed(Rejected::Equivocation, NoEquivocation::Signature.name())
                }
                _ => Otherwise {
                    entry: Some(entry as u32),
                    ..Otherwise::detailed(Rejected::Reading, Misread::Signature.name())
                },
            };
            add(otherwise, reading.signed(network, *key));
        }
    }
}

/// What all parties must have signed. A list of another length has a signature that is bad.
fn agreed(signed: Result<Vec<SignedDigest>, Objection>, add: &mut impl FnMut(Otherwise, SignedDigest)) {
    let otherwise = Otherwise::detailed(Rejected::Contract, Objection::Signature.name());
    match signed {
        Ok(signed) => signed.into_iter().for_each(|signed| add(otherwise, signed)),
        Err(_) => add(otherwise, (PublicKey([0; 32]), [0; 32], Signature([0xff; 64]))),
    }
}

/// What is wrong with each signature.
fn verdicts(
    engine: &Engine,
    jobs: &[Job],
    work: &mut Work,
    control: &Control,
) -> Result<Vec<Option<SignatureFault>>, Fault> {
    let keys: Vec<[u8; 32]> = jobs.iter().map(|job| job.key.0).collect();
    let digests: Vec<[u8; 32]> = jobs.iter().map(|job| job.digest).collect();
    let signatures: Vec<[u8; 64]> = jobs.iter().map(|job| job.signature.0).collect();
    let messages = digests.as_flattened();
    let question = Verify { keys: &keys, messages, length: 32, signatures: &signatures };
    let report = engine.verify(&question, control)?;
    add_shares(&mut work.signatures, &report.devices);
    Ok(report.value.into_iter().map(Result::err).collect())
}

/// The identities that have not proven themselves: in which transactions, and what is wrong.
fn identities(
    engine: &Engine,
    network: Network,
    transactions: &[Transaction],
    control: &Control,
) -> Result<Vec<(usize, &'static str)>, Fault> {
    let registered = |transaction: &Transaction| -> Option<IdentityRegistration> {
        match transaction {
            Transaction::Posted(Posted::RegisterIdentity(identity)) => Some(*identity),
            Transaction::Signed(signed) => match &signed.body.action {
                Action::RegisterIdentity { identity, .. } => Some(*identity),
                _ => None,
            },
            _ => None,
        }
    };
    let numbered = transactions.iter().enumerate();
    let asked: Vec<(usize, IdentityRegistration)> =
        numbered.filter_map(|(number, content)| Some((number, registered(content)?))).collect();
    let proofs: Vec<(Address, Proof)> =
        asked.iter().map(|(_, identity)| (identity.address, identity.proof())).collect();
    let report = verify::verify_identities(engine, network, &proofs, control)?;
    let verdicts = asked.iter().zip(report.value);
    Ok(verdicts.filter_map(|((number, _), verdict)| Some((*number, verdict.err()?.name()))).collect())
}
