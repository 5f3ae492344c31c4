//! `gridnet wallet`: a wallet's file in its owner's hands.

mod answers;
pub(super) mod balance;

use std::io::Read as _;
use std::path::Path;

use gridnet_node::wallet::{Limits, Name, OpenWallet, Scope, Words};
use gridnet_protocol::value::Units;
use zeroize::Zeroizing;

use self::answers::{Described, Kept, Spelled};
use super::reach;
use crate::cli::ScopeLimits;
use crate::cli::wallet::{
    AddAccount, BackupWallet, ChangePassword, CreateWallet, ListAccounts, RestoreWallet, ScopeName, SetScope,
    ShowWords, Wallet, Which,
};
use crate::files::{self, Locked, Prepared};
use crate::outcome::{Failure, Outcome};
use crate::output;
use crate::passwords::{self, Source};

/// Bytes of a file of words, at most.
const WORDS_BYTES_MAX: u64 = 1 << 12;
/// The highest fee of a limited account, unless that is said: a tenth of a GNC.
const FEE: Units = Units(Units::PER_GNC / 10);

/// Runs a command.
pub(crate) fn run(command: &Wallet) -> Result<Outcome, Failure> {
    match command {
        Wallet::Create(args) => create(args),
        Wallet::Restore(args) => restore(args),
        Wallet::Backup(args) => backup(args),
        Wallet::Words(args) => words(args),
        Wallet::Accounts(args) => accounts(args),
        Wallet::AddAccount(args) => add_account(args),
        Wallet::Scope(args) => set_scope(args),
        Wallet::Password(args) => change_password(args),
        Wallet::Balance(args) => balance::run(args),
    }
    .map(|()| Outcome::Good)
}

fn create(args: &CreateWallet) -> Result<(), Failure> {
    let (path, out) = place(&args.which)?;
    let network = reach::network(&args.which.home)?;
    let password = usual(&args.which).new_password("a password for the new wallet: ")?;
    let open = OpenWallet::new(network, Words::draw(args.words)?, args.account.clone(), &password)?;
    out.write(&open.lock()?.to_file())?;
    output::answer(args.which.json, &Described::new(&path, network, open.accounts()))?;
    if !args.which.json {
        output::note(&format!(
            "note: write down the {} words that `gridnet wallet words` shows. Who has lost them, file and backup has \
             lost everything",
            args.words
        ));
    }
    Ok(())
}

/// Where a new wallet goes. The folder of the usual place is made.
fn place(which: &Which) -> Result<(std::path::PathBuf, Prepared), Failure> {
    let path = reach::wallet_path(&which.file, &which.home)?;
    if which.file.wallet.is_none() {
        let folder = path.parent().unwrap_or(Path::new("."));
        std::fs::create_dir_all(folder).map_err(|error| {
            Failure::argument("--data-dir", format!("{folder:?} cannot be made: {error}"))
        })?;
    }
    let out = Prepared::new("--wallet", &path)?;
    Ok((path, out))
}

fn usual(which: &Which) -> Source<'_> {
    Source::usual(which.file.password_file.as_deref())
}

fn restore(args: &RestoreWallet) -> Result<(), Failure> {
    let (path, out) = place(&args.which)?;
    if let Some(backup) = &args.backup {
        let wallet = reach::wallet_of("--backup", backup)?;
        // A copy that does not open is better known now.
        wallet.open(&usual(&args.which).password("the backup's password: ")?)?;
        // What opened is what is written, whatever became of the file meanwhile.
        out.write(&wallet.to_file())?;
        return output::answer(args.which.json, &Described::new(&path, wallet.network(), wallet.accounts()));
    }
    let words = Words::read(&read_words(args.words_file.as_deref())?)?;
    let network = reach::network(&args.which.home)?;
    let password = usual(&args.which).new_password("a new password for the wallet: ")?;
    let mut open = OpenWallet::new(network, words, Name::first(), &password)?;
    for number in 1..args.accounts {
        open.add_account(Name::new(&format!("account-{number}"))?, Scope::Full)?;
    }
    out.write(&open.lock()?.to_file())?;
    output::answer(args.which.json, &Described::new(&path, network, open.accounts()))
}

fn read_words(file: Option<&Path>) -> Result<Zeroizing<String>, Failure> {
    let refused = |what: String| Failure::argument("--words-file", what);
    let bytes = match file {
        None => {
            return passwords::hidden("the words: ")
                .map_err(|error| refused(format!("is needed: there is no terminal to ask at ({error})")));
        }
        Some(file) if file == Path::new("-") => {
            let mut bytes = Zeroizing::new(Vec::with_capacity(WORDS_BYTES_MAX as usize));
            let read = std::io::stdin().lock().take(WORDS_BYTES_MAX).read_to_end(&mut bytes);
            read.map_err(|error| refused(format!("standard input cannot be read: {error}")))?;
            bytes
        }
        Some(file) => files::read("--words-file", file, WORDS_BYTES_MAX)?,
    };
    let text = std::str::from_utf8(&bytes).map_err(|_| refused("these are no words".to_owned()))?;
    Ok(Zeroizing::new(text.to_owned()))
}

fn backup(args: &BackupWallet) -> Result<(), Failure> {
    let out = Prepared::new("--out", &args.out)?;
    let path = reach::wallet_path(&args.which.file, &args.which.home)?;
    let wallet = reach::wallet(&path, &args.which.home)?;
    out.write(&wallet.to_file())?;
    output::answer(args.which.json, &Kept { backup: args.out.display().to_string() })
}

fn words(args: &ShowWords) -> Result<(), Failure> {
    let path = reach::wallet_path(&args.which.file, &args.which.home)?;
    let open = reach::wallet(&path, &args.which.home)?.open(&usual(&args.which).password("password: ")?)?;
    let words = open.words();
    output::answer(args.which.json, &Spelled { words: words.text().as_str(), count: words.count() })
}

fn accounts(args: &ListAccounts) -> Result<(), Failure> {
    let path = reach::wallet_path(&args.which.file, &args.which.home)?;
    let wallet = reach::wallet(&path, &args.which.home)?;
    output::answer(args.which.json, &Described::new(&path, wallet.network(), wallet.accounts()))
}

fn add_account(args: &AddAccount) -> Result<(), Failure> {
    let scope = scope(args.scope, args.limits)?;
    changed(&args.which, |open| open.add_account(args.name.clone(), scope).map(drop).map_err(Failure::from))
}

fn set_scope(args: &SetScope) -> Result<(), Failure> {
    let scope = scope(args.scope, args.limits)?;
    changed(&args.which, |open| {
        open.set_scope(args.name.as_str(), scope)
            .map_err(|error| Failure::argument("NAME", error.to_string()))
    })
}

fn change_password(args: &ChangePassword) -> Result<(), Failure> {
    changed(&args.which, |open| {
        let source = Source {
            argument: "--new-password-file",
            file: args.new_password_file.as_deref(),
            variable: "GRIDNET_NEW_PASSWORD",
        };
        Ok(open.set_password(&source.new_password("the new password: ")?)?)
    })
}

/// Opens a wallet, changes it and writes it: the file is the old one or the new one.
fn changed(
    which: &Which,
    change: impl FnOnce(&mut OpenWallet) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let path = reach::wallet_path(&which.file, &which.home)?;
    let locked = Locked::new("--wallet", &path)?;
    let mut open = reach::wallet(&locked.path, &which.home)?.open(&usual(which).password("password: ")?)?;
    change(&mut open)?;
    files::replace("--wallet", &locked.path, &open.lock()?.to_file())?;
    output::answer(which.json, &Described::new(&path, open.network(), open.accounts()))
}

/// A scope within these limits. Those that matter must be given, and no others.
fn scope(name: ScopeName, limits: ScopeLimits) -> Result<Scope, Failure> {
    let ScopeLimits { max_fee, max_day, max_deposit } = limits;
    let none = |argument: &'static str, limit: Option<Units>, scope: &str| match limit {
        None => Ok(()),
        Some(_) => Err(Failure::argument(argument, format!("scope {scope} has no such limit; leave it out"))),
    };
    let needed = |argument: &'static str, limit: Option<Units>| {
        limit.ok_or_else(|| Failure::argument(argument, "this scope needs it"))
    };
    let limits = || -> Result<Limits, Failure> {
        Ok(Limits { fee: max_fee.unwrap_or(FEE), day: needed("--max-day", max_day)? })
    };
    match name {
        ScopeName::Full => {
            none("--max-fee", max_fee, "full")?;
            none("--max-day", max_day, "full")?;
            none("--max-deposit", max_deposit, "full")?;
            Ok(Scope::Full)
        }
        ScopeName::Claim => {
            none("--max-deposit", max_deposit, "claim")?;
            Ok(Scope::Claim { limits: limits()? })
        }
        ScopeName::Trade => {
            let deposit = needed("--max-deposit", max_deposit)?;
            Ok(Scope::Trade { limits: limits()?, deposit })
        }
    }
}
