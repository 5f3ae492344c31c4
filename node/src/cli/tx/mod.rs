//! The words about transactions: one command for everything that an account can do, and for what anybody may post.

mod actions;

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueHint};
use gridnet_node::wallet::Name;
use gridnet_protocol::value::Units;

pub(crate) use self::actions::*;
use super::reach::{Asking, Home, WalletFile};
use super::wallet::name;
use crate::help::tx as help;
use crate::{amounts, arguments};

/// What can be done with transactions.
#[derive(Debug, Subcommand)]
pub(crate) enum Tx {
    /// Give coins to somebody
    Transfer(Transfer),
    /// Register an identity, by its proof of stake
    RegisterIdentity(RegisterIdentity),
    /// Add coins to an identity's stake
    AddStake(AddStake),
    /// Give notice of your own stake
    WithdrawStake(WithdrawStake),
    /// Deposit the coins of a token pool
    RegisterPool(RegisterPool),
    /// Take back what of a pool was never revealed
    ReclaimPool(ReclaimPool),
    /// Commit to a proof of fraud
    CommitFraud(CommitFraud),
    /// Prove that an owner sold the same hashes twice
    ProveFraud(ProveFraud),
    /// Become one who certifies meters
    RegisterCertifier(RegisterCertifier),
    /// Register a meter
    RegisterMeter(RegisterMeter),
    /// Put readings on the ledger
    Read(Read),
    /// Prove that a meter said two things at once
    ProveEquivocation(ProveEquivocation),
    /// Set coins aside for what meters will export
    OpenSubvention(OpenSubvention),
    /// Have a meter join a subvention, or be paid of it
    CreditSubvention(CreditSubvention),
    /// Take back what is left of your subvention
    CloseSubvention(CloseSubvention),
    /// Become an authority, whom others may trust
    RegisterAuthority(RegisterAuthority),
    /// Say of something that it is not to be trusted
    Mark(Mark),
    /// Take that back
    Unmark(Unmark),
    /// Open a contract that all parties have signed
    OpenContract(OpenContract),
    /// Begin to close a contract
    CloseContract(CloseContract),
    /// Know better than whoever closes a contract
    AnswerContract(AnswerContract),
    /// End a contract as all parties agreed
    EndContract(EndContract),
    /// Claim transit pools
    Claim(Claim),
    /// Say which hop of a claim you are
    Open(Open),
    /// Sign any action, without a node
    Sign(Sign),
    /// Send what was signed elsewhere
    Send(Send),
    /// Show what a transaction says
    Show(Show),
}

/// By whom a transaction is signed.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Who signs")]
pub(crate) struct Signing {
    /// The account [default: the wallet's first one]
    #[arg(long, value_name = "NAME", value_parser = name)]
    pub(crate) account: Option<Name>,
    /// A file of a secret key, instead of a wallet
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    #[arg(conflicts_with_all = ["wallet", "account"])]
    pub(crate) key: Option<PathBuf>,
    /// What the block's producer is paid, in GNC [default: the least]
    #[arg(long, value_name = "GNC", value_parser = amounts::gnc, allow_negative_numbers = true)]
    pub(crate) fee: Option<Units>,
}

/// How a transaction is signed and sent.
#[derive(Args, Clone, Debug)]
pub(crate) struct Sending {
    /// Show it, and do not send it
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
    /// How many transactions the account sent before [default: the node is asked]
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    #[arg(value_parser = arguments::whole::<u64>(0, u64::MAX))]
    pub(crate) sequence: Option<u64>,
    /// Who signs.
    #[command(flatten)]
    pub(crate) signing: Signing,
    /// Which wallet.
    #[command(flatten)]
    pub(crate) file: WalletFile,
    /// Which network.
    #[command(flatten)]
    pub(crate) home: Home,
    /// Which node.
    #[command(flatten)]
    pub(crate) asking: Asking,
}

/// How something is sent that nobody signs.
#[derive(Args, Clone, Debug)]
pub(crate) struct Posting {
    /// Show it, and do not send it
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
    /// Which network.
    #[command(flatten)]
    pub(crate) home: Home,
    /// Which node.
    #[command(flatten)]
    pub(crate) asking: Asking,
}

/// Arguments of `tx sign`.
#[derive(Args, Debug)]
#[command(after_help = help::SIGN)]
pub(crate) struct Sign {
    /// The action: a file of its encoding, or that in hex
    #[arg(value_name = "FILE|HEX")]
    pub(crate) action: String,
    /// How many transactions the account sent before
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    #[arg(value_parser = arguments::whole::<u64>(0, u64::MAX))]
    pub(crate) sequence: u64,
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
    /// Who signs.
    #[command(flatten)]
    pub(crate) signing: Signing,
    /// Which wallet.
    #[command(flatten)]
    pub(crate) file: WalletFile,
    /// Which network.
    #[command(flatten)]
    pub(crate) home: Home,
}

/// Arguments of `tx send`.
#[derive(Args, Debug)]
#[command(after_help = help::SEND)]
pub(crate) struct Send {
    /// The transaction: a file of its encoding, or that in hex
    #[arg(value_name = "FILE|HEX")]
    pub(crate) transaction: String,
    /// How it is sent.
    #[command(flatten)]
    pub(crate) posting: Posting,
}

/// Arguments of `tx show`.
#[derive(Args, Debug)]
#[command(after_help = help::SHOW)]
pub(crate) struct Show {
    /// The transaction: a file of its encoding, or that in hex
    #[arg(value_name = "FILE|HEX")]
    pub(crate) transaction: String,
    /// Print one JSON object on one line
    #[arg(long)]
    pub(crate) json: bool,
    /// Which network.
    #[command(flatten)]
    pub(crate) home: Home,
}
