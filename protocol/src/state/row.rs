//! The tables of the state, and what stands in a row of each.

use borsh::{BorshDeserialize, BorshSerialize};

use crate::contract::{Contract, Filling, Standing};
use crate::encoding::{List, limits};
use crate::meter::{Certificate, Kept};
use crate::pool::{BANKS_MAX, Registration};
use crate::transaction::{HeldId, MarkReason, Subject, SubventionTerms};
use crate::value::{
    Commitment, ContractId, Depth, Direction, Height, MeterId, PoolId, Session, SubventionId, Units,
    WattHours, Word,
};
use crate::{Address, PublicKey};

/// A table. Its number is what keys are hashed with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, BorshSerialize, BorshDeserialize)]
#[borsh(use_discriminant = true)]
#[repr(u8)]
pub enum Table {
    /// The last block.
    Tip = 0,
    /// Money that came and went.
    Totals = 1,
    /// Accounts.
    Accounts = 2,
    /// Identities.
    Identities = 3,
    /// Token pools.
    Pools = 4,
    /// Banks that were claimed from.
    Banks = 5,
    /// Shares of hops that did not say who they are.
    Held = 6,
    /// Commitments to proofs of fraud.
    Commitments = 7,
    /// How much falls due at a height.
    DueCounts = 8,
    /// What does.
    Due = 9,
    /// Who certifies meters.
    Certifiers = 10,
    /// Meters.
    Meters = 11,
    /// The contracts that a meter fills.
    Fillings = 12,
    /// Contracts.
    Contracts = 13,
    /// Subventions.
    Subventions = 14,
    /// What meters got of them.
    Credits = 15,
    /// Authorities.
    Authorities = 16,
    /// What authorities have marked.
    Marks = 17,
    /// Nodes of the tree that commits to all other tables.
    Nodes = 255,
}

impl Table {
    /// Every table.
    pub const ALL: [Table; 19] = [
        Table::Tip,
        Table::Totals,
        Table::Accounts,
        Table::Identities,
        Table::Pools,
        Table::Banks,
        Table::Held,
        Table::Commitments,
        Table::DueCounts,
        Table::Due,
        Table::Certifiers,
        Table::Meters,
        Table::Fillings,
        Table::Contracts,
        Table::Subventions,
        Table::Credits,
        Table::Authorities,
        Table::Marks,
        Table::Nodes,
    ];

    /// The table of a number.
    pub fn from_number(number: u8) -> Option<Table> {
        Table::ALL.into_iter().find(|table| *table as u8 == number)
    }

    /// Whether the root commits to it.
    pub const fn is_committed(self) -> bool {
        !matches!(self, Table::Nodes)
    }
}

/// What stands in a row of a table.
pub trait Row: BorshSerialize + BorshDeserialize {
    /// What its row is found by.
    type Key: BorshSerialize;
    /// Where it stands.
    const TABLE: Table;

    /// The money in it.
    fn money(&self) -> u128 {
        0
    }
}

/// The last block.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Tip {
    /// Its number.
    pub height: Height,
    /// Its id.
    pub id: [u8; 32],
    /// Its time.
    pub time: u32,
    /// The first block's id, which tells chains of different networks apart.
    pub first: [u8; 32],
    /// Its time, which targets count from.
    pub first_time: u32,
    /// The times of the last eleven blocks, the newest last.
    pub times: Vec<u32>,
    /// All work up to it, big-endian.
    pub work: [u8; 32],
}

/// Money that came and went, ever.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Totals {
    /// Given to producers beside fees, or put in at the beginning.
    pub rewarded: Units,
    /// Lost to everybody.
    pub burnt: Units,
}

/// An account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Account {
    /// What it has.
    pub balance: Units,
    /// Transactions that it sent.
    pub sequence: u64,
}

/// Coin stake that comes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Notice {
    /// When.
    pub due: Height,
    /// How much.
    pub amount: Units,
}

/// Notices that an identity can have given at a time.
pub const NOTICES_MAX: u32 = 32;

/// A registered identity.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Identity {
    /// Of its proof of stake.
    pub repetitions: u32,
    /// Of the same.
    pub nonce: u32,
    /// When it was registered.
    pub registered: Height,
    /// Whether it was revoked since.
    pub revoked: bool,
    /// Its coin stake.
    pub stake: Units,
    /// Coin stake under notice: it counts for nothing, and can still be lost.
    pub notices: List<Notice, NOTICES_MAX>,
}

/// A token pool.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Pool {
    /// What was registered.
    pub registration: Registration,
    /// Coins of its hashes that were never revealed.
    pub deposit: Units,
    /// Hashes that were revealed.
    pub revealed: u64,
    /// Which banks were claimed from.
    pub opened: OpenedBanks,
    /// Whether its owner gets nothing back.
    pub banned: bool,
}

/// Bytes that have a bit for each bank.
const BANK_BYTES: u32 = BANKS_MAX as u32 / 8;

/// Banks of a pool, a bit for each: bank 0 is the lowest bit of the first byte. The last byte is not 0.
#[derive(Clone, Debug, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct OpenedBanks(List<u8, BANK_BYTES>);

impl OpenedBanks {
    /// Adds a bank, which a pool can have.
    pub(crate) fn add(&mut self, bank: u16) {
        let (place, bit) = (usize::from(bank / 8), bank % 8);
        let mut bytes = std::mem::take(&mut self.0).into_vec();
        bytes.resize(bytes.len().max(place + 1), 0);
        bytes[place] |= 1 << bit;
        self.0 = List::new("banks", bytes).expect("a pool has no more than 1,024 banks");
    }

    /// The banks.
    pub fn iter(&self) -> impl Iterator<Item = u16> {
        (0..).zip(self.0.as_slice()).flat_map(|(place, byte)| {
            (0..8).filter(move |bit| byte >> bit & 1 == 1).map(move |bit| place * 8 + bit)
        })
    }
}

/// A bank that was claimed from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Bank {
    /// Hashes down to this depth are paid.
    pub depth: Depth,
    /// The word there.
    pub word: Word,
    /// To whom they were paid.
    pub session: Session,
    /// What its seed begins with.
    pub prefix: [u8; 8],
}

/// A share that is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct HeldShare {
    /// What its hop committed to.
    pub commitment: Commitment,
    /// How much.
    pub amount: Units,
}

/// An identity that was paid as a hop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct PaidHop {
    /// Whose.
    pub identity: Address,
    /// The share.
    pub amount: Units,
}

/// What a claim left to hops that did not say who they are.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Held {
    /// The last height at which they can.
    pub last: Height,
    /// The pool's least stake of a hop.
    pub minimum_stake: Units,
    /// What is still held, the first hop's first.
    pub shares: List<HeldShare, { limits::HOPS }>,
    /// Who was paid by this claim, and how much: an identity that stands in several hops has the best of them.
    pub paid: List<PaidHop, { limits::HOPS }>,
}

/// A commitment to a proof of fraud.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct FraudCommitment {
    /// When it was made.
    pub height: Height,
}

/// How much falls due at a height.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct DueCount(pub u32);

/// What falls due at a height.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum Due {
    /// A producer's pay.
    Pay {
        /// Whom it goes to.
        to: Address,
        /// How much.
        amount: Units,
    },
    /// An identity's coin stake comes back.
    Stake(Address),
    /// Shares that were held are burnt.
    Held(HeldId),
    /// What is left of a banned pool is burnt.
    Banned(PoolId),
    /// A commitment has had its time.
    Commitment([u8; 32]),
    /// A contract's window is over.
    Contract(ContractId),
}

/// Who certifies meters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Certifier {
    /// When it was registered.
    pub registered: Height,
}

/// A meter.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Meter {
    /// What was certified.
    pub certificate: Certificate,
    /// When it was registered.
    pub registered: Height,
    /// Its latest reading.
    pub kept: Option<Kept>,
    /// Its registers at its first reading: imported, exported.
    pub baseline: [WattHours; 2],
    /// What its contracts got of what it measured since: imported, exported.
    pub allotted: [WattHours; 2],
    /// Why it is not read any more.
    pub retired: Option<Retired>,
}

/// Why a meter is not read any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum Retired {
    /// It said two things at once, with this sequence.
    Equivocated(u64),
    /// This one took its place.
    Replaced(MeterId),
}

/// Contracts that a meter can have at a time, in one direction.
pub const FILLINGS_MAX: u32 = 16;

/// The contracts that a meter fills in one direction, in the order of their opening, until their last slot was read.
#[derive(Clone, Debug, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Fillings(pub List<Filling, FILLINGS_MAX>);

/// A contract.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct OpenedContract {
    /// What was agreed.
    pub contract: Contract,
    /// When it was opened.
    pub opened: Height,
    /// Where it stands.
    pub standing: Standing,
}

/// A subvention.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Subvention {
    /// Who pays.
    pub sponsor: Address,
    /// For what.
    pub terms: SubventionTerms,
    /// What is left of its budget.
    pub left: Units,
}

/// What a meter got of a subvention.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Credit {
    /// Its registers when it joined: imported, exported.
    pub baseline: [WattHours; 2],
    /// What it got since.
    pub credited: Units,
}

/// An authority.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Authority {
    /// What it signs with.
    pub key: PublicKey,
    /// When it was registered.
    pub registered: Height,
}

/// What an authority says of a subject.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Mark {
    /// Why, in its words.
    pub reason: MarkReason,
    /// From when on.
    pub effective: Height,
    /// When it said so.
    pub made: Height,
}

macro_rules! rows {
    ($($name:ident: $key:ty => $table:ident $(, $row:ident $money:expr)?;)*) => {
        $(impl Row for $name {
            type Key = $key;
            const TABLE: Table = Table::$table;
            $(fn money(&self) -> u128 {
                let $row = self;
                $money
            })?
        })*

        /// The money in a row, given by its bytes.
        pub(crate) fn money(table: Table, bytes: &[u8]) -> Result<u128, super::StoreError> {
            match table {
                $(Table::$table => super::row::<$name>(bytes).map(|row| row.money()),)*
                Table::Nodes => Ok(0),
            }
        }
    };
}

fn sum(amounts: impl Iterator<Item = Units>) -> u128 {
    amounts.map(|amount| u128::from(amount.0)).sum()
}

rows! {
    Tip: () => Tip;
    Totals: () => Totals;
    Account: Address => Accounts, row row.balance.0.into();
    Identity: Address => Identities, row sum(row.notices.as_slice().iter().map(|notice| notice.amount).chain([row.stake]));
    Pool: PoolId => Pools, row row.deposit.0.into();
    Bank: (PoolId, u16) => Banks;
    Held: HeldId => Held, row sum(row.shares.as_slice().iter().map(|share| share.amount));
    FraudCommitment: [u8; 32] => Commitments;
    DueCount: Height => DueCounts;
    Certifier: Address => Certifiers;
    Meter: MeterId => Meters;
    Fillings: (MeterId, Direction) => Fillings;
    OpenedContract: ContractId => Contracts, row match &row.standing {
        Standing::Open { .. } => row.contract.deposit.0.into(),
        Standing::Closing { closing, .. } => sum([row.contract.deposit, closing.bond].into_iter()),
        Standing::Settled { .. } => 0,
    };
    Subvention: SubventionId => Subventions, row row.left.0.into();
    Credit: (SubventionId, MeterId) => Credits;
    Authority: Address => Authorities;
    Mark: (Address, Subject) => Marks;
    Due: (Height, u32) => Due, row match row { Due::Pay { amount, .. } => amount.0.into(), _ => 0 };
}
