//! Keys of accounts: in a file that a password opens, found again by words, lent to a running node within limits.
//!
//! A wallet is a secret of 16 to 32 bytes, which words spell (BIP-39), and accounts that are derived from it (SLIP-0010).
//! Its file tells addresses to everybody and keys to whoever knows the password. A node that runs holds [`HotKeys`]: the
//! keys of chosen accounts, which sign only what each account's [`Scope`] lets pass. `docs/wallet.md` has the file and the
//! derivation, exactly enough for a second implementation.
//!
//! Nothing here knows sockets, prompts or the ledger: what an account has, and which transaction is its next, is asked of a
//! node by the caller.

mod action;
mod derive;
mod error;
mod file;
mod hot;
mod journal;
mod lent;
mod open;
mod scope;
mod seal;
mod words;

pub use action::name as action_name;
pub use derive::{COIN, path};
pub use error::WalletError;
pub use file::{Account, INDEX_MAX, MAGIC, Name, WALLET_BYTES_MAX, Wallet};
pub use hot::{Asked, HotKeys, least_fee_of};
pub use journal::Journal;
pub use lent::Lent;
pub use open::OpenWallet;
pub use scope::{Limits, Refusal, Scope, Spending};
pub use seal::{Hardness, PASSWORD_CHARS_MIN};
pub use words::Words;
