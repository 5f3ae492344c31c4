//! Wallets in their files: made, restored, copied, changed, and what they refuse.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use gridnet_node::wallet::{Hardness, Limits, Name, OpenWallet, Scope, Wallet, Words};
use gridnet_protocol::value::Units;
use gridnet_protocol::{Address, Network};
use serde_json::{Value, json};

use crate::fake_node::{BALANCE, FakeNode};
use crate::run::{GRIDNET, Ran, keys, words};

/// The words of 32 zeros, and the address of their first account on regtest.
pub(crate) const ZEROS: &str = "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon \
    abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon art";
pub(crate) const PASSWORD: &str = "correct horse";

/// A wallet of those words, quickly opened.
pub(crate) fn write_wallet(path: &Path) {
    let words = Words::read(ZEROS).expect("words");
    let (network, first) = (Network::Regtest, Name::first());
    let open = OpenWallet::of_hardness(network, words, first, PASSWORD, Hardness::LEAST).expect("a wallet");
    std::fs::write(path, open.lock().expect("a wallet").to_file()).expect("the file is written");
}

/// A folder, and an environment of nothing but what is told.
pub(crate) struct Place {
    pub(crate) folder: tempfile::TempDir,
    variables: Vec<(String, String)>,
}

impl Place {
    pub(crate) fn new() -> Place {
        let folder = tempfile::tempdir().expect("a folder");
        let home = folder.path().to_str().expect("a plain name").to_owned();
        let variables = [("GRIDNET_PASSWORD", PASSWORD), ("HOME", &home), ("XDG_DATA_HOME", &home)];
        let variables = variables.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
        Place { folder, variables }
    }

    /// The same with another variable; an empty value is none.
    pub(crate) fn with(mut self, name: &str, value: &str) -> Place {
        self.variables.retain(|(known, _)| known != name);
        if !value.is_empty() {
            self.variables.push((name.to_owned(), value.to_owned()));
        }
        self
    }

    /// The same, where a node runs.
    pub(crate) fn beside(self, node: &FakeNode) -> Place {
        let folder = node.folder().to_str().expect("a plain name").to_owned();
        self.with("GRIDNET_RPC_LISTEN", node.address()).with("GRIDNET_DATA_DIR", &folder)
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn command(&self, line: &str) -> Command {
        let folder = self.folder.path().to_str().expect("a plain name");
        let mut command = Command::new(GRIDNET);
        command.args(words(&line.replace('@', &format!("{folder}/"))));
        for name in ["NETWORK", "DATA_DIR", "RPC_LISTEN", "WALLET_FILE", "PASSWORD", "NEW_PASSWORD"] {
            command.env_remove(format!("GRIDNET_{name}"));
        }
        command.envs(self.variables.iter().map(|(name, value)| (name, value))).stdin(Stdio::null());
        command
    }

    pub(crate) fn run(&self, line: &str) -> Ran {
        Ran::from(self.command(line).output().expect("the program starts"))
    }

    pub(crate) fn read(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    pub(crate) fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        std::fs::write(self.path(name), bytes).expect("a file is written");
    }

    /// The one of 32 zeros, with so many accounts.
    pub(crate) fn zeros(&self, accounts: u32) -> Value {
        self.write("words", ZEROS);
        let line = format!("wallet restore --words-file @words --accounts {accounts} --wallet @w --json");
        self.run(&line).ended(0).json()
    }
}

/// The text of a refusal: one sentence, and nothing on standard output.
#[track_caller]
pub(crate) fn refused(ran: Ran, words: &[&str]) -> Ran {
    let ran = ran.ended(2);
    assert!(ran.out.is_empty() && ran.err.starts_with("error: "), "{ran:?}");
    for word in words {
        assert!(ran.err.contains(word), "{word}: {ran:?}");
    }
    ran
}

#[test]
fn a_wallet_comes_back_from_its_words_and_from_its_backup() {
    let place = Place::new();
    let created = place.run("wallet create --wallet @w --json").ended(0).json();
    assert_eq!(keys(&created), ["accounts", "network", "wallet"]);
    assert_eq!(created["network"], "regtest");
    let account = &created["accounts"][0];
    assert_eq!(keys(account), ["address", "key", "name", "path", "scope"]);
    assert_eq!((&account["name"], &account["path"]), (&json!("default"), &json!("m/44'/1196575044'/3'/0'")));
    place.run("wallet add-account second --wallet @w").ended(0);
    let scoped = place.run("wallet scope second claim --max-day 5 --wallet @w --json").ended(0).json();
    assert_eq!(scoped["accounts"][1]["max_day"], "500000000");
    assert_eq!(scoped["accounts"][1]["max_fee"], "10000000");
    let accounts = |wallet: &str| {
        let listed = place.run(&format!("wallet accounts --wallet {wallet} --json")).ended(0).json();
        listed["accounts"].clone()
    };

    // Words give keys and nothing else.
    let shown = place.run("wallet words --wallet @w --json").ended(0).json();
    assert_eq!(shown["count"], 24);
    assert_eq!(shown["words"].as_str().expect("words").split(' ').count(), 24);
    place.write("words", shown["words"].as_str().expect("words"));
    place.run("wallet restore --words-file @words --accounts 2 --wallet @again").ended(0);
    for (place, name) in [(0, "default"), (1, "account-1")] {
        assert_eq!(accounts("@again")[place]["address"], accounts("@w")[place]["address"]);
        assert_eq!(accounts("@again")[place]["name"], name);
    }

    // A backup gives everything.
    place.run("wallet backup --wallet @w --out @b").ended(0);
    assert_eq!(place.read("b"), place.read("w"));
    place.run("wallet restore --backup @b --wallet @copy").ended(0);
    assert_eq!(accounts("@copy"), accounts("@w"));
    let wallet = Wallet::from_file(&place.read("copy")).expect("a wallet");
    let limits = Limits { fee: Units(10_000_000), day: Units(500_000_000) };
    assert_eq!(wallet.accounts()[1].scope, Scope::Claim { limits });
    let open = wallet.open(PASSWORD).expect("the password");
    assert_eq!(open.words().text().as_str(), shown["words"]);
}

#[test]
fn known_words_are_the_same_addresses_for_ever() {
    let place = Place::new();
    let restored = place.zeros(2);
    // Whoever changes the derivation loses everybody's money: these were computed by another implementation (SLIP-0010 over
    // hmac and hashlib, in docs/wallet.md's own words).
    assert_eq!(
        restored["accounts"][0]["key"],
        "1f62efcceb0559bc08e4b226a19365cbee2202fc55c30f17c8c4a13a6b86fde0"
    );
    assert_eq!(
        restored["accounts"][1]["key"],
        "4dff7fa113e56d4dfc44911a8838f8da70e03bf09905a547badfb5a324d6ae53"
    );
    assert_eq!(
        restored["accounts"][0]["address"],
        "rgrid12mw0nu6hlp4a9ylj2yzlfekyd39r5njfj9e2v7xpct90c77p5ruseqwu0q"
    );
    let main =
        place.run("wallet restore --words-file @words --network main --wallet @m --json").ended(0).json();
    assert_eq!(
        main["accounts"][0]["key"],
        "dd89b6a48fb120d685cdad6c4895bb5d069f97e28683843fcfdb4245449d712a"
    );
    assert!(main["accounts"][0]["address"].as_str().expect("a text").starts_with("grid1"));
}

#[test]
fn a_file_of_secrets_is_for_its_owners_eyes_and_never_overwritten() {
    let place = Place::new();
    place.zeros(1);
    #[cfg(unix)]
    {
        let mode = std::fs::metadata(place.path("w")).expect("a file").permissions();
        assert_eq!(std::os::unix::fs::PermissionsExt::mode(&mode) & 0o777, 0o600);
    }
    let before = place.read("w");
    for line in [
        "wallet create --wallet @w",
        "wallet restore --words-file @words --wallet @w",
        "wallet restore --backup @w --wallet @w",
        "wallet backup --wallet @w --out @w",
    ] {
        refused(place.run(line), &["there already"]);
    }
    assert_eq!(place.read("w"), before);
    place.run("wallet add-account more --wallet @w").ended(0);
    #[cfg(unix)]
    {
        let mode = std::fs::metadata(place.path("w")).expect("a file").permissions();
        assert_eq!(std::os::unix::fs::PermissionsExt::mode(&mode) & 0o777, 0o600);
    }
    let left: Vec<_> =
        std::fs::read_dir(place.folder.path()).expect("the folder").filter_map(Result::ok).collect();
    let hidden = left.iter().filter(|entry| entry.file_name().to_string_lossy().starts_with('.')).count();
    assert_eq!(hidden, 0, "{left:?}");
}

#[test]
fn a_wrong_password_opens_nothing_and_changes_nothing() {
    let place = Place::new();
    place.zeros(2);
    let before = place.read("w");
    let place = place.with("GRIDNET_PASSWORD", "correct horsf");
    for line in [
        "wallet words --wallet @w",
        "wallet add-account more --wallet @w",
        "wallet scope default full --wallet @w",
        "wallet password --wallet @w",
        "wallet restore --backup @w --wallet @other",
    ] {
        let ran = refused(place.run(line), &["error: the password is wrong"]);
        assert!(!ran.err.contains("horsf"), "{ran:?}");
    }
    assert_eq!(place.read("w"), before);
    assert!(!place.path("other").exists());
    // Addresses need none, and nobody is asked for one.
    let place = place.with("GRIDNET_PASSWORD", "");
    place.run("wallet accounts --wallet @w").ended(0);
    refused(place.run("wallet words --wallet @w"), &["--password-file", "GRIDNET_PASSWORD", "no terminal"]);
    refused(place.run("wallet create --wallet @new"), &["--password-file"]);
    // From a file: its first line, and only that.
    place.write("password", "correct horse\r\nsomething else\n");
    place.run("wallet words --wallet @w --password-file @password").ended(0);
    place.write("password", "correct horse \n");
    refused(place.run("wallet words --wallet @w --password-file @password"), &["the password is wrong"]);
}

#[test]
fn a_password_is_changed_and_short_ones_are_none() {
    let place = Place::new().with("GRIDNET_NEW_PASSWORD", "battery staple");
    place.zeros(1);
    place.run("wallet backup --wallet @w --out @old").ended(0);
    place.run("wallet password --wallet @w").ended(0);
    refused(place.run("wallet words --wallet @w"), &["the password is wrong"]);
    // A copy from before has its own.
    place.run("wallet words --wallet @old").ended(0);
    let place = place.with("GRIDNET_PASSWORD", "battery staple");
    assert_eq!(place.run("wallet words --wallet @w").ended(0).out, format!("{ZEROS}\n"));
    let place = place.with("GRIDNET_NEW_PASSWORD", "short");
    refused(place.run("wallet password --wallet @w"), &["8 characters"]);
    let place = place.with("GRIDNET_PASSWORD", "short");
    refused(place.run("wallet create --wallet @new"), &["8 characters"]);
    assert!(!place.path("new").exists());
}

#[test]
fn what_is_no_wallet_is_refused_by_what_is_wrong_with_it() {
    let place = Place::new();
    place.zeros(1);
    place.write("empty", "");
    place.write("other", b"GN-key__\x01");
    let mut damaged = place.read("w");
    damaged[40] ^= 1;
    place.write("damaged", damaged);
    refused(place.run("wallet accounts --wallet @none"), &["--wallet", "none"]);
    refused(place.run("wallet accounts --wallet @empty"), &["is no wallet", "gridnet wallet create"]);
    refused(place.run("wallet accounts --wallet @other"), &["is no wallet"]);
    refused(place.run("wallet backup --wallet @damaged --out @b"), &["damaged", "backup", "words"]);
    refused(place.run("wallet restore --backup @damaged --wallet @b"), &["--backup", "damaged"]);
    assert!(!place.path("b").exists());
    refused(place.run("wallet accounts --wallet @w --network main"), &["regtest", "main was asked for"]);

    for (text, why) in [
        ("abandon about", "not 2"),
        (&*ZEROS.replace("art", "arg"), "word 24"),
        (&*ZEROS.replace("art", "abandon"), "one of them is wrong"),
    ] {
        place.write("odd", text);
        refused(place.run("wallet restore --words-file @odd --wallet @b"), &["--words-file", why]);
    }
    refused(place.run("wallet add-account default --wallet @w"), &["NAME", "already"]);
    refused(place.run("wallet add-account Default --wallet @w"), &["NAME", "a-z"]);
    refused(place.run("wallet scope other full --wallet @w"), &["NAME", "default"]);
    refused(place.run("wallet scope default claim --wallet @w"), &["--max-day", "needs it"]);
    refused(place.run("wallet scope default trade --max-day 1 --wallet @w"), &["--max-deposit", "needs it"]);
    refused(place.run("wallet scope default full --max-day 1 --wallet @w"), &["--max-day", "no such limit"]);
    refused(
        place.run("wallet scope default claim --max-day 1 --max-deposit 1 --wallet @w"),
        &["--max-deposit", "no such limit"],
    );
    refused(place.run("wallet scope default claim --max-day 1e3 --wallet @w"), &["--max-day", "12.5"]);
    refused(place.run("wallet create --words 13 --wallet @b"), &["--words", "24"]);
}

#[test]
fn words_may_come_by_standard_input() {
    let place = Place::new();
    let mut command = place.command("wallet restore --words-file - --wallet @w --json");
    place.write("words", ZEROS.to_uppercase());
    command.stdin(std::fs::File::open(place.path("words")).expect("a file"));
    let ran = Ran::from(command.output().expect("the program starts")).ended(0);
    let address = ran.json()["accounts"][0]["address"].as_str().expect("a text").to_owned();
    assert_eq!(place.run("wallet words --wallet @w").ended(0).out, format!("{ZEROS}\n"));
    let wallet = Wallet::from_file(&place.read("w")).expect("a wallet");
    assert_eq!(Address::from_text(Network::Regtest, &address), Ok(wallet.accounts()[0].address()));
}

#[test]
fn the_usual_place_is_the_networks_folder() {
    let place = Place::new();
    place.run("wallet create --network test").ended(0);
    assert!(place.path("gridnet/test/wallet").exists());
    assert_eq!(place.run("wallet accounts --network test --json").ended(0).json()["network"], "test");
    refused(place.run("wallet accounts"), &["--wallet", "regtest"]);
    let place = place.with("GRIDNET_NETWORK", "test");
    place.run("wallet accounts").ended(0);
    let place = place.with("GRIDNET_NETWORK", "nest");
    refused(place.run("wallet accounts"), &["GRIDNET_NETWORK", "main, test, regtest"]);
}

#[test]
fn a_balance_is_the_nodes_word_to_the_unit() {
    let node = FakeNode::start();
    let place = Place::new().beside(&node);
    let restored = place.zeros(2);
    let said = place.run("wallet balance --wallet @w --json").ended(0).json();
    assert_eq!(keys(&said), ["accounts", "total"]);
    assert_eq!(said["accounts"][0]["balance"], BALANCE);
    assert_eq!(said["total"], "246913578024691356");
    let asked = node.asked();
    let addresses: Vec<&Value> = asked.iter().map(|(_, params)| &params["address"]).collect();
    assert_eq!(addresses, [&restored["accounts"][0]["address"], &restored["accounts"][1]["address"]]);
    assert!(asked.iter().all(|(method, _)| method == "ledger.account"));
    let one = place.run("wallet balance --wallet @w --account account-1").ended(0);
    assert!(one.out.ends_with("  1234567890.12345678 GNC\n"), "{one:?}");
    assert_eq!(one.out.lines().count(), 1);
    refused(place.run("wallet balance --wallet @w --account none"), &["--account", "account-1"]);
}
