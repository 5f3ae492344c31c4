//! What keeps a wallet from being used.

use super::scope::Refusal;

/// What keeps a wallet from being used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WalletError {
    /// It is no file of a wallet.
    #[error("this is no wallet: its file does not begin with GN-wallt. `gridnet wallet create` makes one")]
    NotAWallet,
    /// It was written by a newer program.
    #[error("this wallet has format {0}, and this program knows format 1: use a newer program")]
    Newer(u8),
    /// Bytes are missing, or are not what was written.
    #[error("this wallet is damaged ({0}): use the backup, or the words")]
    Damaged(String),
    /// The password does not open it. Whoever changed the file without the password is answered the same.
    #[error("the password is wrong")]
    Password,
    /// A password that is guessed too easily.
    #[error("a password must have {min} characters at least")]
    ShortPassword {
        /// How many it must have.
        min: usize,
    },
    /// Numbers that are not those of a password's hash.
    #[error("{what} of the password's hash must be {min} to {max}, not {got}")]
    Hardness {
        /// Which number.
        what: &'static str,
        /// Smallest allowed.
        min: u32,
        /// Largest allowed.
        max: u32,
        /// What was given.
        got: u32,
    },
    /// Words that spell no wallet.
    #[error("these words are no wallet's: {0}")]
    Words(String),
    /// A text that is no name.
    #[error("a name has 1 to 32 characters of a-z, 0-9, - and _, and {0:?} has not")]
    Name(String),
    /// There is an account of this name.
    #[error("there is an account {0:?} already: give another name")]
    NameTaken(String),
    /// There is no account of this name.
    #[error("there is no account {name:?} in this wallet; it has {}", .there.join(", "))]
    UnknownAccount {
        /// The name.
        name: String,
        /// The names that there are.
        there: Vec<String>,
    },
    /// An account that may sign everything is not held by a node that runs.
    #[error(
        "account {account:?} may sign everything, transfers too, and a running node holds no such key: limit it by \
         `gridnet wallet scope {account} claim --max-day GNC` (or trade), or name another account"
    )]
    Unlimited {
        /// The account.
        account: String,
    },
    /// No more accounts fit.
    #[error("a wallet has {0} accounts at most: create another one")]
    TooManyAccounts(u32),
    /// The account must not sign this.
    #[error("account {account:?} does not sign this: {refusal}")]
    Refused {
        /// The account.
        account: String,
        /// Which limit it would break.
        refusal: Refusal,
    },
    /// What was spent today cannot be read, or written down.
    #[error("the record of what was spent today, {file}, {why}; nothing is signed without it")]
    Journal {
        /// Its file.
        file: String,
        /// What is wrong.
        why: String,
    },
    /// Memory, randomness, or a signer failed.
    #[error("{0}")]
    System(String),
}
