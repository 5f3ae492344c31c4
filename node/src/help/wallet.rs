//! What stands below the options of the commands about wallets.

/// Below `gridnet wallet`.
pub(crate) const WALLET: &str = "\
A wallet is one file of accounts, which a password opens, and words that give
all its keys again. Addresses are read without the password.

Examples:
  One to try things with; the variable is asked instead of you:
    GRIDNET_PASSWORD='correct horse' gridnet wallet create --wallet try.wallet

  What is in it:
    gridnet wallet accounts --wallet my.wallet";

/// Below `gridnet wallet create`.
pub(crate) const CREATE: &str = "\
The password is asked for, twice. Write the words down that `gridnet wallet
words` shows: they give all keys again, and are worth as much as they are.

Examples:
    gridnet wallet create --wallet new.wallet --network regtest

  With fewer words, a password from a file, and the answer for a program:
    gridnet wallet create --wallet other.wallet --words 12 \\
      --password-file password.txt --json";

/// Below `gridnet wallet restore`.
pub(crate) const RESTORE: &str = "\
Words give the keys again, not the accounts' names and scopes: say how many
accounts there were. A backup gives everything, under the password that it had.

Keys are not all: what pools sold, and the newest states of contracts, are in
files of their own, and must be kept too. docs/wallet.md says which.

Examples:
    gridnet wallet restore --words-file words.txt --accounts 3 \\
      --wallet again.wallet
    gridnet wallet restore --backup my.wallet --wallet copy.wallet";

/// Below `gridnet wallet backup`.
pub(crate) const BACKUP: &str = "\
The copy is whole, and opened by the same password. One is needed after each
new account, and whenever a scope was set.

Examples:
    gridnet wallet backup --wallet my.wallet --out my.backup";

/// Below `gridnet wallet words`.
pub(crate) const WORDS: &str = "\
Whoever reads them has everything. They are BIP-39's, in English, without a
passphrase; docs/wallet.md says how keys come from them.

Examples:
    gridnet wallet words --wallet my.wallet";

/// Below `gridnet wallet accounts`.
pub(crate) const ACCOUNTS: &str = "\
Nobody vouches for the file until its password opened it: compare an address
that much is paid to with one that you wrote down.

Examples:
    gridnet wallet accounts --wallet my.wallet --json";

/// Below `gridnet wallet add-account`.
pub(crate) const ADD_ACCOUNT: &str = "\
Scopes limit what a running node may sign: `gridnet wallet scope --help` has
them. Whoever has the password may sign everything all the same.

Examples:
    gridnet wallet add-account savings --wallet my.wallet
    gridnet wallet add-account carrier --wallet my.wallet \\
      --scope claim --max-day 5";

/// Below `gridnet wallet scope`.
pub(crate) const SCOPE: &str = "\
Whoever gets at a node can have signed what its keys sign. So a limited key
signs this only, and gives nothing away:

  claim   register-identity, add-stake, withdraw-stake for its own identity;
          reclaim-pool
  trade   open-contract, close-contract for its own contracts; answer-contract,
          end-contract, read
  full    everything

Fees are at most --max-fee each [default: 0.1]; fees, stake, deposits and bonds
at most --max-day together, counted per day (UTC) and kept across restarts.

Examples:
    gridnet wallet scope default claim --wallet my.wallet --max-day 5
    gridnet wallet scope default trade --wallet my.wallet \\
      --max-deposit 100 --max-day 150 --max-fee 0.01
    gridnet wallet scope default full --wallet my.wallet";

/// Below `gridnet wallet password`.
pub(crate) const PASSWORD: &str = "\
The file is sealed anew. Old copies of it open with the old password still.

Examples:
    GRIDNET_NEW_PASSWORD='battery staple' gridnet wallet password \\
      --wallet second.wallet";

/// Below `gridnet wallet balance`.
pub(crate) const BALANCE: &str = "\
Examples:
  Of a node that runs on this machine:
    gridnet wallet balance --wallet my.wallet

  Of another one, for a program to read:
    gridnet wallet balance --wallet my.wallet --account default \\
      --cookie .cookie --json";
