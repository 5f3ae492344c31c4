//! What came of it: transactions taken by kind, refused by code, reorganisations.

use std::collections::BTreeMap;
use std::fmt;

use gridnet_protocol::ledger::Rejection;
use gridnet_protocol::transaction::{Action, Posted, Signed, Transaction};

/// Every kind of transaction but the coinbase: those of [`kind`].
pub(super) const KINDS: [&str; 25] = [
    "claim",
    "open",
    "register identity for nothing",
    "transfer",
    "register identity",
    "add stake",
    "withdraw stake",
    "register pool",
    "reclaim pool",
    "commit fraud",
    "prove fraud",
    "register certifier",
    "register meter",
    "read",
    "prove equivocation",
    "open subvention",
    "credit subvention",
    "close subvention",
    "register authority",
    "mark",
    "unmark",
    "open contract",
    "close contract",
    "answer contract",
    "end contract",
];

/// Codes of rejections that no run is worth anything without.
pub(super) const REFUSALS: [&str; 12] = [
    "sequence",
    "balance",
    "signature",
    "fee",
    "claim",
    "duplicate",
    "unknown",
    "not-yours",
    "stake",
    "reading",
    "too-early",
    "outdone",
];

/// The kind of a transaction. A new one stands in [`KINDS`] too.
pub(super) fn kind(transaction: &Transaction) -> &'static str {
    match transaction {
        Transaction::Coinbase(_) => "coinbase",
        Transaction::Posted(Posted::Claim(_)) => "claim",
        Transaction::Posted(Posted::Open(_)) => "open",
        Transaction::Posted(Posted::RegisterIdentity(_)) => "register identity for nothing",
        Transaction::Signed(Signed { body, .. }) => match &body.action {
            Action::Transfer { .. } => "transfer",
            Action::RegisterIdentity { .. } => "register identity",
            Action::AddStake { .. } => "add stake",
            Action::WithdrawStake { .. } => "withdraw stake",
            Action::RegisterPool { .. } => "register pool",
            Action::ReclaimPool { .. } => "reclaim pool",
            Action::CommitFraud { .. } => "commit fraud",
            Action::ProveFraud { .. } => "prove fraud",
            Action::RegisterCertifier => "register certifier",
            Action::RegisterMeter { .. } => "register meter",
            Action::Read { .. } => "read",
            Action::ProveEquivocation { .. } => "prove equivocation",
            Action::OpenSubvention { .. } => "open subvention",
            Action::CreditSubvention { .. } => "credit subvention",
            Action::CloseSubvention { .. } => "close subvention",
            Action::RegisterAuthority => "register authority",
            Action::Mark { .. } => "mark",
            Action::Unmark { .. } => "unmark",
            Action::OpenContract { .. } => "open contract",
            Action::CloseContract { .. } => "close contract",
            Action::AnswerContract { .. } => "answer contract",
            Action::EndContract { .. } => "end contract",
        },
    }
}

/// What came of a run, or of several.
#[derive(Default)]
pub(super) struct Tally {
    pub(super) blocks: u64,
    pub(super) taken: BTreeMap<&'static str, u64>,
    pub(super) refused: BTreeMap<String, u64>,
    /// Of these in a block that had them nevertheless.
    pub(super) refused_in_blocks: u64,
    pub(super) reorganisations: u64,
    pub(super) undone: u64,
    pub(super) deepest: u64,
    pub(super) replayed: u64,
    /// Rows at most.
    pub(super) rows: usize,
}

impl Tally {
    pub(super) fn take(&mut self, transaction: &Transaction) {
        *self.taken.entry(kind(transaction)).or_default() += 1;
    }

    pub(super) fn refuse(&mut self, rejection: &Rejection) {
        let detail = rejection.detail.map_or_else(String::new, |detail| format!(": {detail}"));
        *self.refused.entry(format!("{}{detail}", rejection.code)).or_default() += 1;
    }

    pub(super) fn add(&mut self, other: Tally) {
        self.blocks += other.blocks;
        self.refused_in_blocks += other.refused_in_blocks;
        self.reorganisations += other.reorganisations;
        self.undone += other.undone;
        self.replayed += other.replayed;
        self.deepest = self.deepest.max(other.deepest);
        self.rows = self.rows.max(other.rows);
        other.taken.into_iter().for_each(|(kind, count)| *self.taken.entry(kind).or_default() += count);
        other.refused.into_iter().for_each(|(code, count)| *self.refused.entry(code).or_default() += count);
    }

    /// What never happened, and must have.
    pub(super) fn missing(&self) -> Vec<String> {
        let kinds = KINDS.iter().filter(|kind| !self.taken.contains_key(**kind));
        let seen = |code: &str| self.refused.keys().any(|seen| seen.split(": ").next() == Some(code));
        let refusals = REFUSALS.iter().filter(|code| !seen(code));
        let kinds = kinds.map(|kind| format!("taken: {kind}"));
        kinds.chain(refusals.map(|code| format!("refused: {code}"))).collect()
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Tally { blocks, reorganisations, undone, deepest, replayed, rows, .. } = self;
        let (taken, refused) = (self.taken.values().sum::<u64>(), self.refused.values().sum::<u64>());
        writeln!(f, "{blocks} blocks, {rows} rows at most")?;
        writeln!(f, "{reorganisations} reorganisations, the deepest of {deepest} blocks")?;
        writeln!(f, "{undone} blocks undone, {replayed} of them taken again as they were")?;
        writeln!(f, "{taken} transactions taken")?;
        self.taken.iter().try_for_each(|(kind, count)| writeln!(f, "  {count:6} {kind}"))?;
        writeln!(f, "{refused} refused, {} of them in a block too", self.refused_in_blocks)?;
        self.refused.iter().try_for_each(|(code, count)| writeln!(f, "  {count:6} {code}"))
    }
}
