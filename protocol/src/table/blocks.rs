//! Tables of a chain of blocks, which are written only: blocks, transactions, what claims paid, readings, contracts.

use std::collections::HashMap;
use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_array::types::{UInt8Type, UInt16Type, UInt32Type, UInt64Type};
use arrow_schema::SchemaRef;

use super::arrays::Made;
use super::ledger::network_metadata;
use crate::block::{Block, Coinbase, reward};
use crate::contract::Standing;
use crate::encoding::encode;
use crate::ledger::Paid;
use crate::meter::SignedReading;
use crate::state::row::OpenedContract;
use crate::transaction::{Action, Posted, Transaction};
use crate::transit::{ClaimedPool, Disclosure};
use crate::value::{ContractId, Height, Units, WattHours};
use crate::verify::Settled;
use crate::{Address, Error, Network};

/// A block of a chain.
#[derive(Clone, Debug)]
pub struct ChainBlock {
    /// Its height.
    pub height: Height,
    /// The block.
    pub block: Block,
    /// What each of its transactions paid, as [`Applied`](crate::ledger::Applied) has it.
    pub paid: Vec<Paid>,
}

/// Rows of some blocks, a table each.
#[derive(Clone, Debug)]
pub struct ChainTables {
    /// A row a block.
    pub blocks: RecordBatch,
    /// A row a transaction.
    pub transactions: RecordBatch,
    /// A row a transit pool that was claimed.
    pub claims: RecordBatch,
    /// A row a reading.
    pub readings: RecordBatch,
}

/// A transaction where it stands.
struct Placed<'a> {
    height: Height,
    index: u32,
    id: [u8; 32],
    transaction: &'a Transaction,
    fee: Units,
}

/// A transit pool of a claim, and what it paid.
struct Claimed<'a> {
    height: Height,
    index: u32,
    transaction: [u8; 32],
    entry: u32,
    claim: &'a ClaimedPool,
    settled: &'a Settled,
}

/// A reading, and the transaction that it is in.
struct Read<'a> {
    height: Height,
    index: u32,
    transaction: [u8; 32],
    reading: &'a SignedReading,
}

impl ChainTables {
    /// The rows of some blocks that follow each other.
    ///
    /// # Errors
    /// [`Error::Table`] and [`Error::TooMany`] when Arrow has no place for so many, and [`Error::OutOfRange`] for a block
    /// without a coinbase, or of which it is not said what its transactions paid.
    pub fn write(network: Network, blocks: &[ChainBlock]) -> Result<ChainTables, Error> {
        let (mut made, mut placed, mut claimed, mut read) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for of in blocks {
            made.push((of, coinbase(of)?));
            for ((index, transaction), paid) in (0..).zip(&of.block.transactions).zip(&of.paid) {
                let (height, id) = (of.height, transaction.id());
                placed.push(Placed { height, index, id, transaction, fee: paid.fee });
                if let Transaction::Posted(Posted::Claim(claims)) = transaction {
                    let pools = (0..).zip(claims.as_slice()).zip(&paid.pools);
                    claimed.extend(pools.map(|((entry, claim), settled)| Claimed {
                        height,
                        index,
                        transaction: id,
                        entry,
                        claim,
                        settled,
                    }));
                }
                let readings = readings(transaction).iter();
                read.extend(readings.map(|reading| Read { height, index, transaction: id, reading }));
            }
        }
        Ok(ChainTables {
            blocks: blocks_table(network, &made)?,
            transactions: transactions_table(network, &placed)?,
            claims: claims_table(network, &claimed)?,
            readings: readings_table(network, &read)?,
        })
    }
}

/// A block's coinbase, if there is said of each of its transactions what it paid.
fn coinbase(of: &ChainBlock) -> Result<&Coinbase, Error> {
    let count = of.block.transactions.len() as u64;
    match of.block.transactions.first() {
        Some(Transaction::Coinbase(coinbase)) if of.paid.len() as u64 == count => Ok(coinbase),
        _ => Err(Error::OutOfRange {
            what: "what a block's transactions paid",
            min: count,
            max: count,
            got: of.paid.len() as u64,
        }),
    }
}

/// The readings that a transaction puts on the ledger.
fn readings(transaction: &Transaction) -> &[SignedReading] {
    match transaction {
        Transaction::Signed(signed) => match &signed.body.action {
            Action::Read { readings } => readings.as_slice(),
            Action::CloseContract { readings, .. } | Action::AnswerContract { readings, .. } => {
                readings.as_slice()
            }
            _ => &[],
        },
        Transaction::Coinbase(_) | Transaction::Posted(_) => &[],
    }
}

fn blocks_table(network: Network, blocks: &[(&ChainBlock, &Coinbase)]) -> Result<RecordBatch, Error> {
    let mut made = Made::of(blocks.iter().map(Some));
    made.numbers::<UInt32Type>("height", |(of, _)| of.height.0)
        .bytes("id", |(of, _)| of.block.id())?
        .bytes("previous", |(of, _)| of.block.header.previous)?
        .numbers::<UInt32Type>("time", |(of, _)| of.block.header.time)
        .numbers::<UInt32Type>("bits", |(of, _)| of.block.header.bits)
        .numbers::<UInt32Type>("nonce", |(of, _)| of.block.header.nonce)
        .numbers::<UInt32Type>("transactions", |(of, _)| of.block.transactions.len() as u32)
        .numbers::<UInt64Type>("weight", |(of, _)| {
            of.block.transactions.iter().map(Transaction::weight).sum()
        })
        .bytes("producer", |(_, coinbase)| coinbase.payout.0)?
        .numbers::<UInt64Type>("reward", |(of, _)| reward(of.height).0)
        .numbers::<UInt64Type>("fees", |(of, _)| of.paid.iter().map(|paid| paid.fee.0).sum())
        .numbers::<UInt64Type>("amount", |(_, coinbase)| coinbase.amount.0)
        .bytes("state", |(_, coinbase)| coinbase.state)?;
    made.into_table(network_metadata(Some(network)))
}

fn transactions_table(network: Network, placed: &[Placed<'_>]) -> Result<RecordBatch, Error> {
    let body = |placed: &Placed<'_>| match placed.transaction {
        Transaction::Signed(signed) => Some((signed.body.account(), signed.body.sequence)),
        Transaction::Coinbase(_) | Transaction::Posted(_) => None,
    };
    let mut made = Made::of(placed.iter().map(Some));
    made.numbers::<UInt32Type>("height", |placed| placed.height.0)
        .numbers::<UInt32Type>("index", |placed| placed.index)
        .bytes("id", |placed| placed.id)?
        .maybe_texts("kind", |placed| Some(kind(placed.transaction)))
        .maybe_bytes("sender", |placed| body(placed).map(|(sender, _)| sender.0))?
        .maybe_numbers::<UInt64Type>("sequence", |placed| body(placed).map(|(_, sequence)| sequence))
        .numbers::<UInt64Type>("fee", |placed| placed.fee.0)
        .maybe_bytes("to", |placed| given(placed.transaction).map(|(to, _)| to.0))?
        .maybe_numbers::<UInt64Type>("amount", |placed| given(placed.transaction).map(|(_, amount)| amount.0))
        .numbers::<UInt32Type>("size", |placed| encode(placed.transaction).len() as u32)
        .numbers::<UInt64Type>("weight", |placed| placed.transaction.weight());
    made.into_table(network_metadata(Some(network)))
}

/// To whom a transaction gives coins by itself, and how many.
fn given(transaction: &Transaction) -> Option<(Address, Units)> {
    match transaction {
        Transaction::Coinbase(coinbase) => Some((coinbase.payout, coinbase.amount)),
        Transaction::Signed(signed) => match signed.body.action {
            Action::Transfer { to, amount } => Some((to, amount)),
            _ => None,
        },
        Transaction::Posted(_) => None,
    }
}

fn claims_table(network: Network, claimed: &[Claimed<'_>]) -> Result<RecordBatch, Error> {
    let hops: Vec<_> = claimed
        .iter()
        .flat_map(|claimed| claimed.claim.pool.hops.as_slice().iter().zip(&claimed.settled.hops))
        .collect();
    let mut inner = Made::of(hops.iter().map(Some));
    inner
        .maybe_bytes("identity", |(hop, _)| match &hop.disclosure {
            Disclosure::Opened(opening) => Some(opening.identity.0),
            Disclosure::Unopened(_) => None,
        })?
        .numbers::<UInt64Type>("share", |(_, share)| share.share.0)
        .maybe_texts("void", |(_, share)| share.void.map(|void| void.name()));
    let inner = Arc::new(inner.into_structs("hops")?);
    let mut made = Made::of(claimed.iter().map(Some));
    made.numbers::<UInt32Type>("height", |claimed| claimed.height.0)
        .numbers::<UInt32Type>("index", |claimed| claimed.index)
        .bytes("transaction", |claimed| claimed.transaction)?
        .numbers::<UInt32Type>("entry", |claimed| claimed.entry)
        .bytes("pool", |claimed| claimed.claim.pool.token.pool.0)?
        .numbers::<UInt16Type>("bank", |claimed| claimed.claim.pool.token.bank)
        .numbers::<UInt32Type>("depth", |claimed| claimed.claim.pool.token.depth.0)
        .numbers::<UInt32Type>("steps", |claimed| claimed.claim.steps)
        .bytes("receiver", |claimed| Address::of(&claimed.claim.pool.token.receiver.key).0)?
        .numbers::<UInt64Type>("total", |claimed| claimed.settled.total.0)
        .numbers::<UInt64Type>("fee", |claimed| claimed.settled.fee.0)
        .numbers::<UInt64Type>("to_receiver", |claimed| claimed.settled.receiver.0)
        .numbers::<UInt64Type>("burnt", |claimed| claimed.settled.burnt.0)
        .lists("hops", false, inner, |claimed| Some(claimed.settled.hops.len()))?;
    made.into_table(network_metadata(Some(network)))
}

fn readings_table(network: Network, read: &[Read<'_>]) -> Result<RecordBatch, Error> {
    let mut made = Made::of(read.iter().map(Some));
    made.numbers::<UInt32Type>("height", |read| read.height.0)
        .numbers::<UInt32Type>("index", |read| read.index)
        .bytes("transaction", |read| read.transaction)?
        .bytes("id", |read| read.reading.id(network).0)?
        .bytes("meter", |read| read.reading.body.meter.0)?
        .numbers::<UInt64Type>("slot", |read| read.reading.body.slot.0)
        .numbers::<UInt64Type>("sequence", |read| read.reading.body.sequence)
        .numbers::<UInt64Type>("import", |read| read.reading.body.import.0)
        .numbers::<UInt64Type>("export", |read| read.reading.body.export.0)
        .bytes("previous", |read| read.reading.body.previous.0)?;
    made.into_table(network_metadata(Some(network)))
}

/// The columns of contracts.
///
/// # Errors
/// [`Error::Table`], in theory: they are those of a table without rows.
pub fn contracts_schema(network: Network) -> Result<SchemaRef, Error> {
    contracts(network, &[]).map(|batch| batch.schema())
}

/// A table of contracts as they stand.
///
/// # Errors
/// [`Error::Table`] when Arrow has no place for so many.
pub fn contracts(network: Network, contracts: &[(ContractId, OpenedContract)]) -> Result<RecordBatch, Error> {
    let parties: Vec<_> = contracts.iter().flat_map(|(_, row)| row.contract.parties.as_slice()).collect();
    let mut inner = Made::of(parties.iter().map(Some));
    inner
        .bytes("address", |party| Address::of(&party.key).0)?
        .numbers::<UInt8Type>("role", |party| party.role as u8)
        .numbers::<UInt64Type>("rate", |party| party.rate.0);
    let inner = Arc::new(inner.into_structs("parties")?);
    let settled = |row: &OpenedContract| match row.standing {
        Standing::Settled { height, delivered } => Some((height, delivered)),
        Standing::Open { .. } | Standing::Closing { .. } => None,
    };
    let mut made = Made::of(contracts.iter().map(Some));
    made.bytes("id", |(id, _)| id.0)?
        .numbers::<UInt32Type>("opened", |(_, row)| row.opened.0)
        .lists("parties", false, inner, |(_, row)| Some(row.contract.parties.as_slice().len()))?
        .bytes("seller_meter", |(_, row)| row.contract.seller_meter.0)?
        .bytes("buyer_meter", |(_, row)| row.contract.buyer_meter.0)?
        .numbers::<UInt64Type>("first", |(_, row)| row.contract.first.0)
        .numbers::<UInt64Type>("last", |(_, row)| row.contract.last.0)
        .numbers::<UInt64Type>("limit", |(_, row)| row.contract.limit.0)
        .numbers::<UInt64Type>("deposit", |(_, row)| row.contract.deposit.0)
        .numbers::<UInt64Type>("watch_fee", |(_, row)| row.contract.watch_fee.0)
        .numbers::<UInt32Type>("window", |(_, row)| row.contract.window)
        .numbers::<UInt32Type>("expiry", |(_, row)| row.contract.expiry.0)
        .maybe_texts("standing", |(_, row)| Some(standing(&row.standing)))
        .maybe_numbers::<UInt32Type>("settled", |(_, row)| settled(row).map(|(height, _)| height.0))
        .maybe_numbers::<UInt64Type>("delivered", |(_, row)| {
            settled(row).map(|(_, WattHours(delivered))| delivered)
        });
    let metadata: HashMap<_, _> = network_metadata(Some(network));
    made.into_table(metadata)
}

fn standing(standing: &Standing) -> &'static str {
    match standing {
        Standing::Open { .. } => "open",
        Standing::Closing { .. } => "closing",
        Standing::Settled { .. } => "settled",
    }
}

/// What a transaction does, in a word.
fn kind(transaction: &Transaction) -> &'static str {
    match transaction {
        Transaction::Coinbase(_) => "coinbase",
        Transaction::Signed(signed) => match &signed.body.action {
            Action::Transfer { .. } => "transfer",
            Action::RegisterIdentity { .. } => "register-identity",
            Action::AddStake { .. } => "add-stake",
            Action::WithdrawStake { .. } => "withdraw-stake",
            Action::RegisterPool { .. } => "register-pool",
            Action::ReclaimPool { .. } => "reclaim-pool",
            Action::CommitFraud { .. } => "commit-fraud",
            Action::ProveFraud { .. } => "prove-fraud",
            Action::RegisterCertifier => "register-certifier",
            Action::RegisterMeter { .. } => "register-meter",
            Action::Read { .. } => "read",
            Action::ProveEquivocation { .. } => "prove-equivocation",
            Action::OpenSubvention { .. } => "open-subvention",
            Action::CreditSubvention { .. } => "credit-subvention",
            Action::CloseSubvention { .. } => "close-subvention",
            Action::RegisterAuthority => "register-authority",
            Action::Mark { .. } => "mark",
            Action::Unmark { .. } => "unmark",
            Action::OpenContract { .. } => "open-contract",
            Action::CloseContract { .. } => "close-contract",
            Action::AnswerContract { .. } => "answer-contract",
            Action::EndContract { .. } => "end-contract",
        },
        Transaction::Posted(Posted::Claim(_)) => "claim",
        Transaction::Posted(Posted::Open(_)) => "open",
        Transaction::Posted(Posted::RegisterIdentity(_)) => "register-identity",
    }
}
