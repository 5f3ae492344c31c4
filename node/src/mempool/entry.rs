//! A transaction that waits, and what others it must come after.

use borsh::{BorshDeserialize, BorshSerialize};
use gridnet_protocol::Address;
use gridnet_protocol::encoding::encode;
use gridnet_protocol::ledger::Checked;
use gridnet_protocol::transaction::{Posted, Transaction};
use gridnet_protocol::value::{Depth, Height, PoolId, Time, Units};

/// A transaction's id.
pub type Txid = [u8; 32];
/// A bank of a token pool.
pub(super) type BankId = (PoolId, u16);

/// A transaction that waits.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) id: Txid,
    pub(super) checked: Checked,
    pub(super) fee: Units,
    pub(super) bytes: usize,
    /// Its turn: how many came before it.
    pub(super) turn: u64,
    pub(super) since: Time,
}

/// What it pays for a million units of weight. Whoever pays more comes first.
pub(super) fn rate(fee: Units, weight: u64) -> u128 {
    u128::from(fee.0) * 1_000_000 / u128::from(weight.max(1))
}

impl Entry {
    pub(super) fn transaction(&self) -> &Transaction {
        self.checked.transaction()
    }

    /// Under which it stands among those by rate: the best last, and of equal ones the oldest.
    pub(super) fn rank(&self) -> (u128, std::cmp::Reverse<u64>, Txid) {
        (rate(self.fee, self.checked.weight()), std::cmp::Reverse(self.turn), self.id)
    }

    /// What is shown of it.
    pub(super) fn waiting(&self) -> Waiting {
        Waiting {
            id: self.id,
            weight: self.checked.weight(),
            bytes: self.bytes,
            fee: self.fee,
            since: self.since,
            account: account(self.transaction()),
        }
    }

    pub(super) fn kept(&self) -> Vec<u8> {
        encode(&Kept { turn: self.turn, since: self.since.0, transaction: self.transaction().clone() })
    }
}

/// A waiting transaction, to show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// Its id.
    pub id: Txid,
    /// What it takes of a block.
    pub weight: u64,
    /// Its length.
    pub bytes: usize,
    /// What it pays.
    pub fee: Units,
    /// Since when it waits.
    pub since: Time,
    /// Whose it is, and as which of that account's transactions; `None`: anybody may have posted it.
    pub account: Option<(Address, u64)>,
}

/// Turns of those that waited for the first time: what comes back out of blocks stands before all of them, which may need it.
pub(super) const FIRST_TURN: u64 = 1 << 63;

/// What is kept of a transaction that comes back out of a block, as which it stood there.
pub(crate) fn waits_again(height: Height, index: u32, transaction: &Transaction, since: Time) -> Vec<u8> {
    let turn = u64::from(height.0) << 24 | u64::from(index);
    encode(&Kept { turn, since: since.0, transaction: transaction.clone() })
}

/// A waiting transaction in the database.
#[derive(BorshSerialize, BorshDeserialize)]
pub(super) struct Kept {
    pub(super) turn: u64,
    pub(super) since: u64,
    pub(super) transaction: Transaction,
}

/// Whose a transaction is, and as which of that account's.
pub(super) fn account(transaction: &Transaction) -> Option<(Address, u64)> {
    match transaction {
        Transaction::Signed(signed) => Some((signed.body.account(), signed.body.sequence)),
        Transaction::Coinbase(_) | Transaction::Posted(_) => None,
    }
}

/// What a transaction claims of which banks, down to which depth.
pub(super) fn banks(transaction: &Transaction) -> impl Iterator<Item = (BankId, Depth)> {
    let claims = match transaction {
        Transaction::Posted(Posted::Claim(claims)) => claims.as_slice(),
        _ => &[],
    };
    claims.iter().map(|claim| {
        let token = &claim.pool.token;
        ((token.pool, token.bank), token.depth)
    })
}
