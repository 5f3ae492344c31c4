//! The words about wallets.

use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Subcommand, ValueEnum, ValueHint};
use gridnet_node::wallet::{Name, Words};

use super::reach::{Asking, Home, ScopeLimits, WalletFile};
use crate::arguments;
use crate::help::wallet as help;

/// What can be done with wallets.
#[derive(Debug, Subcommand)]
pub(crate) enum Wallet {
    /// Create a wallet with new words, and a first account
    Create(CreateWallet),
    /// Make a wallet of its words, or of a backup
    Restore(RestoreWallet),
    /// Copy a wallet's file to where it is safe
    Backup(BackupWallet),
    /// Show the words that all keys come from
    Words(ShowWords),
    /// List the accounts, their addresses and scopes
    Accounts(ListAccounts),
    /// Add an account
    AddAccount(AddAccount),
    /// Set what a running node may sign for an account
    Scope(SetScope),
    /// Change the password
    Password(ChangePassword),
    /// Ask a node what the accounts have
    Balance(Balance),
}

/// Which wallet.
#[derive(Args, Clone, Debug)]
pub(crate) struct Which {
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
    /// Which file.
    #[command(flatten)]
    pub(crate) file: WalletFile,
    /// Which network.
    #[command(flatten)]
    pub(crate) home: Home,
}

/// Arguments of `wallet create`.
#[derive(Args, Debug)]
#[command(after_help = help::CREATE)]
pub(crate) struct CreateWallet {
    /// How many words
    #[arg(long, value_name = "N", default_value = "24", value_parser = count())]
    pub(crate) words: usize,
    /// The first account's name
    #[arg(long, value_name = "NAME", default_value = "default", value_parser = name)]
    pub(crate) account: Name,
    /// Which wallet.
    #[command(flatten)]
    pub(crate) which: Which,
}

/// Arguments of `wallet restore`.
#[derive(Args, Debug)]
#[command(after_help = help::RESTORE)]
pub(crate) struct RestoreWallet {
    /// Of this backup, under its password
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, conflicts_with = "words_file")]
    pub(crate) backup: Option<PathBuf>,
    /// Of the words in this file, - for standard input, under a new password [default: the words are asked for]
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) words_file: Option<PathBuf>,
    /// How many accounts the words had: the first is called default, the others account-1, account-2...
    #[arg(long, value_name = "N", default_value_t = 1, allow_negative_numbers = true)]
    #[arg(value_parser = arguments::whole::<u32>(1, 1_000), conflicts_with = "backup")]
    pub(crate) accounts: u32,
    /// Which wallet.
    #[command(flatten)]
    pub(crate) which: Which,
}

/// Arguments of `wallet backup`.
#[derive(Args, Debug)]
#[command(after_help = help::BACKUP)]
pub(crate) struct BackupWallet {
    /// Where the copy goes; must not be there yet
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) out: PathBuf,
    /// Which wallet.
    #[command(flatten)]
    pub(crate) which: Which,
}

/// Arguments of `wallet words`.
#[derive(Args, Debug)]
#[command(after_help = help::WORDS)]
pub(crate) struct ShowWords {
    /// Which wallet.
    #[command(flatten)]
    pub(crate) which: Which,
}

/// Arguments of `wallet accounts`.
#[derive(Args, Debug)]
#[command(after_help = help::ACCOUNTS)]
pub(crate) struct ListAccounts {
    /// Which wallet.
    #[command(flatten)]
    pub(crate) which: Which,
}

/// The name of a scope.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum ScopeName {
    /// Everything
    #[default]
    Full,
    /// Its own identity and stake, its pools' rest
    Claim,
    /// Its own contracts, and readings
    Trade,
}

/// Arguments of `wallet add-account`.
#[derive(Args, Debug)]
#[command(after_help = help::ADD_ACCOUNT)]
pub(crate) struct AddAccount {
    /// Its name: 1 to 32 characters of a-z, 0-9, - and _
    #[arg(value_name = "NAME", value_parser = name)]
    pub(crate) name: Name,
    /// What a running node may sign for it
    #[arg(long, value_name = "SCOPE", default_value = "full")]
    pub(crate) scope: ScopeName,
    /// Within which limits.
    #[command(flatten)]
    pub(crate) limits: ScopeLimits,
    /// Which wallet.
    #[command(flatten)]
    pub(crate) which: Which,
}

/// Arguments of `wallet scope`.
#[derive(Args, Debug)]
#[command(after_help = help::SCOPE)]
pub(crate) struct SetScope {
    /// The account's name
    #[arg(value_name = "NAME", value_parser = name)]
    pub(crate) name: Name,
    /// What a running node may sign for it
    #[arg(value_name = "SCOPE")]
    pub(crate) scope: ScopeName,
    /// Within which limits.
    #[command(flatten)]
    pub(crate) limits: ScopeLimits,
    /// Which wallet.
    #[command(flatten)]
    pub(crate) which: Which,
}

/// Arguments of `wallet password`.
#[derive(Args, Debug)]
#[command(after_help = help::PASSWORD)]
pub(crate) struct ChangePassword {
    /// A file whose first line is the new password [default: GRIDNET_NEW_PASSWORD, or it is asked for]
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) new_password_file: Option<PathBuf>,
    /// Which wallet.
    #[command(flatten)]
    pub(crate) which: Which,
}

/// Arguments of `wallet balance`.
#[derive(Args, Debug)]
#[command(after_help = help::BALANCE)]
pub(crate) struct Balance {
    /// Only this account
    #[arg(long, value_name = "NAME", value_parser = name)]
    pub(crate) account: Option<Name>,
    /// Which wallet.
    #[command(flatten)]
    pub(crate) which: Which,
    /// Which node.
    #[command(flatten)]
    pub(crate) asking: Asking,
}

/// An account's name.
pub(super) fn name(text: &str) -> Result<Name, String> {
    Name::new(text).map_err(|error| error.to_string())
}

/// How many words there may be.
fn count() -> impl TypedValueParser<Value = usize> {
    debug_assert_eq!(Words::COUNTS, [12, 15, 18, 21, 24]);
    PossibleValuesParser::new(["12", "15", "18", "21", "24"])
        .map(|text| text.parse().expect("clap accepts these numbers only"))
}
