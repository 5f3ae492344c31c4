//! A chain in memory, its blocks, and what its ledger says.

use std::sync::MutexGuard;

use gridnet_core::proof::header::HEADER_BYTES;
use gridnet_protocol::contract::{Filling, Standing};
use gridnet_protocol::encoding::decode;
use gridnet_protocol::ledger::{self, Fault};
use gridnet_protocol::spv::receipt;
use gridnet_protocol::state::row::{
    Account, Bank, Fillings, Identity, Meter, OpenedContract, Pool, Retired, Totals,
};
use gridnet_protocol::state::{Store, Table};
use gridnet_protocol::trust::Policy;
use gridnet_protocol::value::{ContractId, Direction, MeterId, PoolId, Slot, Time, WattHours};
use gridnet_protocol::{Address, Network};
use pyo3::prelude::*;

use crate::action::{Action, Transaction};
use crate::contract::Contract;
use crate::engine::Engine;
use crate::error::Refusal;
use crate::key::Signer;
use crate::meter;
use crate::own::Own;
use crate::pool::{self, Registration};
use crate::receipt::Evidence;
use crate::run::released;

/// A block.
#[pyclass(frozen, module = "gridnet._native")]
pub(crate) struct Block(pub(crate) gridnet_protocol::block::Block);

#[pymethods]
impl Block {
    #[staticmethod]
    fn from_bytes(bytes: &[u8]) -> PyResult<Block> {
        Ok(Block(gridnet_protocol::block::Block::from_bytes(bytes).map_err(Refusal::from)?))
    }

    fn to_bytes(&self) -> Vec<u8> {
        self.0.to_bytes()
    }

    fn id(&self) -> [u8; 32] {
        self.0.id()
    }

    fn header(&self) -> [u8; HEADER_BYTES] {
        self.0.header.to_bytes()
    }

    fn transactions(&self) -> Vec<Transaction> {
        self.0.transactions.iter().cloned().map(Transaction).collect()
    }
}

/// The key that owns what is there on regtest from the beginning.
#[pyfunction]
pub(crate) fn regtest_key() -> Signer {
    ledger::regtest_key().into()
}

/// A registered identity: repetitions, nonce, height, whether it was revoked, stake.
pub(crate) type Registered = (u32, u32, u32, bool, u64);

pub(crate) fn registered(of: &Identity) -> Registered {
    (of.repetitions, of.nonce, of.registered.0, of.revoked, of.stake.0)
}

/// Why a meter is not read any more: the sequence that it gave twice, or the meter in its place.
type RetiredAs = (Option<u64>, Option<[u8; 32]>);

fn retired(of: Retired) -> RetiredAs {
    match of {
        Retired::Equivocated(sequence) => (Some(sequence), None),
        Retired::Replaced(meter) => (None, Some(meter.0)),
    }
}

/// What energy: imported, exported.
type Energy = (u64, u64);

fn energy([import, export]: [WattHours; 2]) -> Energy {
    (import.0, export.0)
}

/// A pool, its deposit, how many hashes were revealed, which banks were claimed from, whether it is banned.
type Pooled = (Registration, u64, u64, Vec<u16>, bool);
/// What is kept of a bank: depth, word, session.
type Banked = (u32, [u8; 32], [u8; 32]);
/// A meter's certificate, the height of its registration, its latest reading, its registers at the first one, what contracts
/// got of it, and why it is not read any more.
type Metered = (meter::Body, u32, Option<meter::Kept>, Energy, Energy, Option<RetiredAs>);

/// A contract's standing: 0 open, 1 closing, 2 settled; the sequence it is closed with, what was delivered by that or in
/// the end, and the last height of the window, or the height at which it was settled.
pub(crate) type Stands = (u8, u64, u64, u32);

fn stands(of: &Standing) -> Stands {
    match of {
        Standing::Open { .. } => (0, 0, 0, 0),
        Standing::Closing { closing, .. } => (1, closing.sequence, closing.delivered.0, closing.until.0),
        Standing::Settled { height, delivered } => (2, 0, delivered.0, height.0),
    }
}

/// What a contract takes of a meter: which contract, its first and its last slot, most of a slot.
pub(crate) type Filled = ([u8; 32], u64, u64, u64);

pub(crate) fn filling((contract, first, last, limit): Filled) -> Filling {
    let (first, last) = (Slot(first), Slot(last));
    Filling { contract: ContractId(contract), first, last, limit: WattHours(limit) }
}

/// A chain in memory.
#[pyclass(frozen, module = "gridnet._native")]
pub(crate) struct Regtest(Own<ledger::Regtest>);

impl Regtest {
    fn get(&self) -> Result<MutexGuard<'_, ledger::Regtest>, Refusal> {
        self.0.get()
    }

    fn row<R: gridnet_protocol::state::Row>(&self, key: &R::Key) -> Result<Option<R>, Refusal> {
        memory(self.get()?.row(key))
    }
}

/// What memory gives.
fn memory<T, E: Into<Fault>>(read: Result<T, E>) -> Result<T, Refusal> {
    read.map_err(|error| Refusal::of_block(error.into()))
}

#[pymethods]
impl Regtest {
    #[new]
    fn new() -> PyResult<Regtest> {
        Ok(Regtest(Own::of_any_process("chain", memory(ledger::Regtest::new())?)))
    }

    fn height(&self) -> PyResult<u32> {
        Ok(self.get()?.height().0)
    }

    fn now(&self) -> PyResult<u64> {
        Ok(self.get()?.now().0)
    }

    fn set_now(&self, now: u64) -> PyResult<()> {
        self.get()?.set_now(Time(now));
        Ok(())
    }

    /// The last block's id, and the median of the last eleven blocks' times.
    fn tip(&self) -> PyResult<([u8; 32], u64)> {
        let tip = memory(self.get()?.ledger().tip())?;
        Ok((tip.id, tip.median_time().0))
    }

    fn root(&self) -> PyResult<[u8; 32]> {
        Ok(memory(self.get()?.ledger().root())?)
    }

    /// What it has, and how many transactions it sent.
    fn account(&self, address: [u8; 32]) -> PyResult<(u64, u64)> {
        let account: Account = self.row(&Address(address))?.unwrap_or_default();
        Ok((account.balance.0, account.sequence))
    }

    /// Money that was rewarded, and burnt.
    fn totals(&self) -> PyResult<(u64, u64)> {
        let totals: Totals = self.row(&())?.unwrap_or_default();
        Ok((totals.rewarded.0, totals.burnt.0))
    }

    fn identity(&self, address: [u8; 32]) -> PyResult<Option<Registered>> {
        Ok(self.row::<Identity>(&Address(address))?.as_ref().map(registered))
    }

    fn pool(&self, id: [u8; 32]) -> PyResult<Option<Pooled>> {
        let said = |of: Pool| {
            let opened = of.opened.iter().collect();
            (pool::said(&of.registration), of.deposit.0, of.revealed, opened, of.banned)
        };
        Ok(self.row::<Pool>(&PoolId(id))?.map(said))
    }

    fn bank(&self, pool: [u8; 32], bank: u16) -> PyResult<Option<Banked>> {
        let said = |of: Bank| (of.depth.0, of.word.0, of.session.0);
        Ok(self.row::<Bank>(&(PoolId(pool), bank))?.map(said))
    }

    fn meter(&self, id: [u8; 32]) -> PyResult<Option<Metered>> {
        let said = |of: Meter| {
            let (kept, retired) = (of.kept.map(meter::said_kept), of.retired.map(retired));
            let (baseline, allotted) = (energy(of.baseline), energy(of.allotted));
            (meter::said(&of.certificate), of.registered.0, kept, baseline, allotted, retired)
        };
        Ok(self.row::<Meter>(&MeterId(id))?.map(said))
    }

    /// The contracts that a meter fills: of what it exports, or imports.
    fn fillings(&self, meter: [u8; 32], exports: bool) -> PyResult<Vec<Filled>> {
        let direction = if exports { Direction::Export } else { Direction::Import };
        let fillings: Fillings = self.row(&(MeterId(meter), direction))?.unwrap_or_default();
        let said = |of: &Filling| (of.contract.0, of.first.0, of.last.0, of.limit.0);
        Ok(fillings.0.as_slice().iter().map(said).collect())
    }

    /// A contract, the height at which it was opened, and where it stands.
    fn contract(&self, id: [u8; 32]) -> PyResult<Option<(Contract, u32, Stands)>> {
        let said = |of: OpenedContract| (Contract(of.contract), of.opened.0, stands(&of.standing));
        Ok(self.row::<OpenedContract>(&ContractId(id))?.map(said))
    }

    /// The bytes of a row, of a table by its number.
    fn row_bytes(&self, table: u8, key: &[u8]) -> PyResult<Option<Vec<u8>>> {
        let unknown = Refusal::Unknown { what: "table", got: table.into() };
        let table: Table = decode("a table", &[table]).map_err(|_| unknown)?;
        Ok(memory(self.get()?.ledger().store().get(table, key))?)
    }

    fn sign(&self, py: Python<'_>, key: &Signer, action: &Action, ahead: u64) -> PyResult<Transaction> {
        // Whoever is asked to sign may look at the chain meanwhile.
        let account: Account = self.row(&Address::of(&key.public()))?.unwrap_or_default();
        let sequence = account.sequence.saturating_add(ahead);
        let action = action.0.clone();
        key.asked(py, |key| {
            Ok(Transaction(ledger::sign_paying_least(Network::Regtest, key, sequence, action)?))
        })
    }

    fn mine(
        &self,
        py: Python<'_>,
        engine: &Engine,
        transactions: Vec<PyRef<'_, Transaction>>,
        payout: [u8; 32],
    ) -> PyResult<Block> {
        let engine = engine.get()?;
        let transactions: Vec<_> = transactions.iter().map(|transaction| transaction.0.clone()).collect();
        released(py, || {
            let mut chain = self.get()?;
            let mined = chain.mine(engine, &transactions, Address(payout));
            Ok(Block(mined.map_err(Refusal::of_fault)?.clone()))
        })
    }

    fn apply(&self, py: Python<'_>, engine: &Engine, block: &Block) -> PyResult<()> {
        let engine = engine.get()?;
        released(py, || self.get()?.apply(engine, block.0.clone()).map_err(Refusal::of_block))
    }

    fn undo(&self, py: Python<'_>) -> PyResult<Option<Block>> {
        released(py, || Ok(memory(self.get()?.undo())?.map(Block)))
    }

    fn blocks(&self) -> PyResult<Vec<Block>> {
        Ok(self.get()?.blocks().cloned().map(Block).collect())
    }

    fn headers(&self) -> PyResult<Vec<u8>> {
        Ok(self.get()?.headers().iter().flat_map(|header| header.to_bytes()).collect())
    }

    /// What stands there about a contract that is settled, and what authorities say of it.
    fn evidence(&self, py: Python<'_>, contract: [u8; 32], authorities: Vec<[u8; 32]>) -> PyResult<Evidence> {
        let policy = Policy::of(authorities.into_iter().map(Address));
        released(py, || {
            let chain = self.get()?;
            let evidence = receipt::Evidence::gather(chain.ledger(), ContractId(contract), &policy);
            // What is not settled yet may be, after other blocks.
            Ok(Evidence(evidence.map_err(|fault| match fault {
                Fault::Rejected(rejection) => Refusal::Rejected(rejection, rejection.of_a_transaction()),
                other => Refusal::of_block(other),
            })?))
        })
    }
}
