//! What an account does, and transactions.

use gridnet_protocol::encoding::{List, decode, encode};
use gridnet_protocol::fraud::FraudProof;
use gridnet_protocol::ledger;
use gridnet_protocol::meter::Area;
use gridnet_protocol::transaction::{
    self, Body, Claims, IdentityRegistration, Opened, Posted, SubventionTerms,
};
use gridnet_protocol::value::{ContractId, Depth, Height, MeterId, PoolId, SubventionId, Units};
use gridnet_protocol::{Address, PublicKey};
use pyo3::prelude::*;

use crate::contract::{SignedContract, SignedState};
use crate::custody::{ClaimedPool, Opening, opened};
use crate::error::Refusal;
use crate::key::Signer;
use crate::meter::{Certificate, Equivocation, Reading, source};
use crate::pool::{Registration, registration};
use crate::proof::network;

/// What a mark is about: its kind (0 meter, 1 identity, 2 pool) and its id.
pub(crate) type Subject = (u8, [u8; 32]);

fn subject((kind, id): Subject) -> Result<transaction::Subject, Refusal> {
    match kind {
        0 => Ok(transaction::Subject::Meter(MeterId(id))),
        1 => Ok(transaction::Subject::Identity(Address(id))),
        2 => Ok(transaction::Subject::Pool(PoolId(id))),
        got => Err(Refusal::Unknown { what: "subject", got: got.into() }),
    }
}

pub(crate) fn said(of: transaction::Subject) -> Subject {
    match of {
        transaction::Subject::Meter(id) => (0, id.0),
        transaction::Subject::Identity(id) => (1, id.0),
        transaction::Subject::Pool(id) => (2, id.0),
    }
}

/// A list of readings.
pub(crate) fn readings<const MAX: u32>(
    of: &[PyRef<'_, Reading>],
) -> Result<List<gridnet_protocol::meter::SignedReading, MAX>, Refusal> {
    Ok(List::new("readings", of.iter().map(|reading| reading.0).collect())?)
}

/// What an account does.
#[pyclass(frozen, module = "gridnet._native")]
pub(crate) struct Action(pub(crate) transaction::Action);

#[pymethods]
impl Action {
    #[staticmethod]
    fn from_bytes(bytes: &[u8]) -> PyResult<Action> {
        Ok(Action(decode("an action", bytes).map_err(Refusal::from)?))
    }

    fn to_bytes(&self) -> Vec<u8> {
        encode(&self.0)
    }

    #[staticmethod]
    fn transfer(to: [u8; 32], amount: u64) -> Action {
        Action(transaction::Action::Transfer { to: Address(to), amount: Units(amount) })
    }

    #[staticmethod]
    fn register_identity(address: [u8; 32], repetitions: u32, nonce: u32, stake: u64) -> Action {
        let identity = IdentityRegistration { address: Address(address), repetitions, nonce };
        Action(transaction::Action::RegisterIdentity { identity, stake: Units(stake) })
    }

    #[staticmethod]
    fn add_stake(identity: [u8; 32], amount: u64) -> Action {
        Action(transaction::Action::AddStake { identity: Address(identity), amount: Units(amount) })
    }

    #[staticmethod]
    fn withdraw_stake(amount: u64) -> Action {
        Action(transaction::Action::WithdrawStake { amount: Units(amount) })
    }

    #[staticmethod]
    fn register_pool(pool: Registration) -> PyResult<Action> {
        Ok(Action(transaction::Action::RegisterPool { pool: registration(&pool)? }))
    }

    #[staticmethod]
    fn reclaim_pool(pool: [u8; 32]) -> Action {
        Action(transaction::Action::ReclaimPool { pool: PoolId(pool) })
    }

    #[staticmethod]
    fn commit_fraud(commitment: [u8; 32]) -> Action {
        Action(transaction::Action::CommitFraud { commitment })
    }

    #[staticmethod]
    fn prove_fraud(proof: &[u8]) -> PyResult<Action> {
        let proof = Box::new(FraudProof::from_bytes(proof).map_err(Refusal::from)?);
        Ok(Action(transaction::Action::ProveFraud { proof }))
    }

    #[staticmethod]
    fn register_certifier() -> Action {
        Action(transaction::Action::RegisterCertifier)
    }

    #[staticmethod]
    fn register_meter(certificate: &Certificate) -> Action {
        Action(transaction::Action::RegisterMeter { certificate: Box::new(certificate.0.clone()) })
    }

    #[staticmethod]
    fn read(readings: Vec<PyRef<'_, Reading>>) -> PyResult<Action> {
        Ok(Action(transaction::Action::Read { readings: self::readings(&readings)? }))
    }

    #[staticmethod]
    fn prove_equivocation(proof: &Equivocation) -> Action {
        Action(transaction::Action::ProveEquivocation { proof: Box::new(proof.0) })
    }

    #[staticmethod]
    fn open_subvention(
        budget: u64,
        rate: u64,
        certifiers: Vec<[u8; 32]>,
        area: Option<&str>,
        source: Option<u8>,
        net: bool,
        expiry: u32,
    ) -> PyResult<Action> {
        let certifiers = certifiers.into_iter().map(PublicKey).collect();
        let terms = SubventionTerms {
            budget: Units(budget),
            rate: Units(rate),
            certifiers: List::new("certifiers", certifiers).map_err(Refusal::from)?,
            area: area.map(Area::new).transpose().map_err(Refusal::from)?,
            source: source.map(self::source).transpose()?,
            net,
            expiry: Height(expiry),
        };
        Ok(Action(transaction::Action::OpenSubvention { terms: Box::new(terms) }))
    }

    #[staticmethod]
    fn credit_subvention(subvention: [u8; 32], meter: [u8; 32]) -> Action {
        let (subvention, meter) = (SubventionId(subvention), MeterId(meter));
        Action(transaction::Action::CreditSubvention { subvention, meter })
    }

    #[staticmethod]
    fn close_subvention(subvention: [u8; 32]) -> Action {
        Action(transaction::Action::CloseSubvention { subvention: SubventionId(subvention) })
    }

    #[staticmethod]
    fn register_authority() -> Action {
        Action(transaction::Action::RegisterAuthority)
    }

    #[staticmethod]
    fn mark(subject: Subject, reason: Vec<u8>, effective: u32) -> PyResult<Action> {
        let reason = List::new("the reason of a mark", reason).map_err(Refusal::from)?;
        let (subject, effective) = (self::subject(subject)?, Height(effective));
        Ok(Action(transaction::Action::Mark { subject, reason, effective }))
    }

    #[staticmethod]
    fn unmark(subject: Subject) -> PyResult<Action> {
        Ok(Action(transaction::Action::Unmark { subject: self::subject(subject)? }))
    }

    #[staticmethod]
    fn open_contract(contract: &SignedContract) -> Action {
        Action(transaction::Action::OpenContract { contract: Box::new(contract.0.clone()) })
    }

    #[staticmethod]
    fn close_contract(
        contract: [u8; 32],
        state: Option<&SignedState>,
        readings: Vec<PyRef<'_, Reading>>,
    ) -> PyResult<Action> {
        let state = state.map(|state| Box::new(state.0.clone()));
        let (contract, readings) = (ContractId(contract), self::readings(&readings)?);
        Ok(Action(transaction::Action::CloseContract { contract, state, readings }))
    }

    #[staticmethod]
    fn answer_contract(state: &SignedState, readings: Vec<PyRef<'_, Reading>>) -> PyResult<Action> {
        let (state, readings) = (Box::new(state.0.clone()), self::readings(&readings)?);
        Ok(Action(transaction::Action::AnswerContract { state, readings }))
    }

    #[staticmethod]
    fn end_contract(state: &SignedState) -> Action {
        Action(transaction::Action::EndContract { state: Box::new(state.0.clone()) })
    }
}

/// A transaction.
#[pyclass(frozen, module = "gridnet._native")]
pub(crate) struct Transaction(pub(crate) transaction::Transaction);

#[pymethods]
impl Transaction {
    /// Of an account. Where no fee is given, it pays just what it must.
    #[staticmethod]
    fn sign(
        py: Python<'_>,
        network_id: u32,
        key: &Signer,
        sequence: u64,
        fee: Option<u64>,
        action: &Action,
    ) -> PyResult<Transaction> {
        let network = network(network_id)?;
        let action = action.0.clone();
        key.asked(py, |key| {
            Ok(Transaction(match fee {
                Some(fee) => {
                    Body { sender: key.public(), sequence, fee: Units(fee), action }.sign(network, key)?
                }
                None => ledger::sign_paying_least(network, key, sequence, action)?,
            }))
        })
    }

    #[staticmethod]
    fn claim(pools: Vec<PyRef<'_, ClaimedPool>>) -> PyResult<Transaction> {
        let pools = pools.iter().map(|pool| pool.0.clone()).collect();
        let claims = Claims::new(pools).map_err(Refusal::from)?;
        Ok(Transaction(transaction::Transaction::Posted(Posted::Claim(claims))))
    }

    #[staticmethod]
    fn open(held: [u8; 32], opening: Opening) -> Transaction {
        let opening = Opened { held, opening: opened(opening) };
        Transaction(transaction::Transaction::Posted(Posted::Open(opening)))
    }

    #[staticmethod]
    fn register_identity(address: [u8; 32], repetitions: u32, nonce: u32) -> Transaction {
        let identity = IdentityRegistration { address: Address(address), repetitions, nonce };
        Transaction(transaction::Transaction::Posted(Posted::RegisterIdentity(identity)))
    }

    #[staticmethod]
    fn from_bytes(bytes: &[u8]) -> PyResult<Transaction> {
        Ok(Transaction(decode("a transaction", bytes).map_err(Refusal::from)?))
    }

    fn to_bytes(&self) -> Vec<u8> {
        encode(&self.0)
    }

    fn id(&self) -> [u8; 32] {
        self.0.id()
    }

    fn weight(&self) -> u64 {
        self.0.weight()
    }

    /// Of what an account signed: whose, its sequence, its fee, what it does.
    fn body(&self) -> Option<([u8; 32], u64, u64, Action)> {
        let transaction::Transaction::Signed(signed) = &self.0 else { return None };
        let Body { sender, sequence, fee, action } = &signed.body;
        Some((sender.0, *sequence, fee.0, Action(action.clone())))
    }

    fn least_fee(&self, network_id: u32) -> PyResult<u64> {
        Ok(ledger::least_fee(network(network_id)?, &self.0).0)
    }
}

/// What names the shares that a claim left to hops which did not say who they are.
#[pyfunction]
pub(crate) fn held_id(pool: [u8; 32], bank: u16, depth: u32) -> [u8; 32] {
    transaction::held_id(&PoolId(pool), bank, Depth(depth))
}

/// What names a subvention.
#[pyfunction]
pub(crate) fn subvention_id(sponsor: [u8; 32], sequence: u64) -> [u8; 32] {
    transaction::subvention_id(&Address(sponsor), sequence).0
}

/// What a reporter commits to before it proves fraud.
#[pyfunction]
pub(crate) fn fraud_commitment(proof: &[u8], reporter: [u8; 32]) -> PyResult<[u8; 32]> {
    let proof = FraudProof::from_bytes(proof).map_err(Refusal::from)?;
    Ok(ledger::fraud_commitment(&proof, &Address(reporter)))
}
