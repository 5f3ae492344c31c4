//! What the program says about itself: help, version, completions.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use crate::data::some_chain;
use crate::fake_node::FakeNode;
use crate::gpu::has_no_gpu;
use crate::receipt::some_receipt;
use crate::reproduce::disagreement;
use crate::run::{GENESIS_HEAD, GENESIS_NONCE, GRIDNET, Ran, gridnet, words};
use crate::tables::{some_chains, some_identities, some_signatures};
use crate::tx::write_objects;
use crate::wallet::{PASSWORD, write_wallet};

const COMMANDS: [&str; 10] = [
    "",
    "mine",
    "verify",
    "verify headers",
    "identity",
    "identity mint",
    "identity verify",
    "walk",
    "digest",
    "bench",
];
const MORE_COMMANDS: [&str; 29] = [
    "devices",
    "story",
    "reproduce",
    "completions",
    "verify transit",
    "verify chains",
    "verify identities",
    "verify signatures",
    "token-pool",
    "token-pool create",
    "token-pool token",
    "token-pool inspect",
    "token-pool restore",
    "receipt",
    "receipt verify",
    "receiver",
    "receiver create",
    "transit",
    "transit generate",
    "config",
    "config show",
    "chain",
    "chain list",
    "chain show",
    "chain chart",
    "export",
    "node",
    "node check",
    "node reindex",
];

const COMMANDS_OF_MONEY: [&str; 39] = [
    "rpc",
    "wallet",
    "wallet create",
    "wallet restore",
    "wallet backup",
    "wallet words",
    "wallet accounts",
    "wallet add-account",
    "wallet scope",
    "wallet password",
    "wallet balance",
    "tx",
    "tx transfer",
    "tx register-identity",
    "tx add-stake",
    "tx withdraw-stake",
    "tx register-pool",
    "tx reclaim-pool",
    "tx commit-fraud",
    "tx prove-fraud",
    "tx register-certifier",
    "tx register-meter",
    "tx read",
    "tx prove-equivocation",
    "tx open-subvention",
    "tx credit-subvention",
    "tx close-subvention",
    "tx register-authority",
    "tx mark",
    "tx unmark",
    "tx open-contract",
    "tx close-contract",
    "tx answer-contract",
    "tx end-contract",
    "tx claim",
    "tx open",
    "tx sign",
    "tx send",
    "tx show",
];

/// The command lines below "Examples:", continued ones joined.
fn examples(help: &str) -> Vec<String> {
    let (_, examples) = help.split_once("Examples:\n").unwrap_or_else(|| panic!("no examples in:\n{help}"));
    let lines: Vec<&str> =
        examples.lines().take_while(|line| line.is_empty() || line.starts_with("  ")).collect();
    for line in &lines {
        assert!(line.chars().count() <= 80, "wider than a terminal: {line}");
    }
    let joined = lines.join("\n").replace("\\\n", " ");
    joined.lines().filter(|line| line.starts_with("    ")).map(|line| line.trim().to_owned()).collect()
}

#[test]
fn every_example_of_the_help_runs() {
    let folder = tempfile::tempdir().expect("a folder to run in");
    let header = hex::decode(format!("{GENESIS_HEAD}{GENESIS_NONCE}")).expect("good hex");
    std::fs::write(folder.path().join("headers.bin"), header).expect("the file is written");
    std::fs::write(folder.path().join("disagreement.json"), disagreement("cpu"))
        .expect("the file is written");
    some_receipt(&folder.path().join("sale.receipt"));
    some_chains(&folder.path().join("chains.parquet"), true);
    some_identities(&folder.path().join("identities.parquet"), true);
    some_signatures(&folder.path().join("signatures.parquet"), true);
    some_chain(&folder.path().join("data"));
    let pools = folder.path().join("pools.parquet");
    let pools = pools.to_str().expect("a plain name");
    let few = ["transit", "generate", "--count", "30", "--bad-share", "0", "--out", pools];
    gridnet(&few).ended(0);
    // Wallets, what others made, and a node to ask.
    let write = |name: &str, bytes: &[u8]| {
        std::fs::write(folder.path().join(name), bytes).expect("the file is written");
    };
    for name in ["my.wallet", "second.wallet"] {
        write_wallet(&folder.path().join(name));
    }
    write_objects(&write);
    write("words.txt", crate::wallet::ZEROS.as_bytes());
    write("password.txt", b"a password\n");
    write(".cookie", b"__cookie__:00ff");
    let node = FakeNode::start();
    let bin = Path::new(GRIDNET).parent().expect("the program is in a folder");
    let path = format!("{}:{}", bin.display(), std::env::var("PATH").expect("there is a PATH"));
    let mut lines = BTreeSet::new();
    for command in COMMANDS.iter().chain(&MORE_COMMANDS).chain(&COMMANDS_OF_MONEY) {
        let help = gridnet(&words(&format!("{command} --help"))).ended(0);
        assert_eq!(help.err, "");
        let examples = examples(&help.out);
        let name = format!("gridnet {command}");
        assert!(
            examples.iter().any(|line| line.contains(name.trim_end())),
            "no example of {name}: {examples:?}"
        );
        lines.extend(examples);
    }
    assert!(lines.len() >= 20, "{lines:?}");
    for line in lines {
        let mut command = Command::new("sh");
        command
            .args(["-ec", &line])
            .env("PATH", &path)
            .env("GRIDNET_PASSWORD", PASSWORD)
            .current_dir(&folder);
        node.tell(&mut command);
        let output = command.output();
        let ran = Ran::from(output.expect("there is a shell"));
        if line.contains("--device gpu") && has_no_gpu(&ran) {
            continue;
        }
        assert_eq!(ran.code, Some(0), "{line}: {ran:?}");
        let to_file = line.contains(" > ");
        assert_eq!(ran.out.is_empty(), to_file, "{line}: {ran:?}");
    }
}

#[test]
fn the_help_names_every_command_and_exit_code() {
    let help = gridnet(&["--help"]).ended(0).out;
    for word in [
        "mine",
        "verify",
        "identity",
        "token-pool",
        "receipt",
        "receiver",
        "transit",
        "walk",
        "digest",
        "story",
        "bench",
        "devices",
        "reproduce",
        "config",
        "chain",
        "export",
        "node",
        "wallet",
        "tx",
        "rpc",
        "completions",
    ] {
        assert!(help.lines().any(|line| line.trim_start().starts_with(word)), "{word}:\n{help}");
    }
    for code in ["0 done", "1 something", "2 bad", "3 not found", "130 interrupted"] {
        assert!(help.contains(code), "{code}:\n{help}");
    }
}

#[test]
fn the_version_is_the_packages() {
    let version = gridnet(&["--version"]).ended(0).out;
    assert_eq!(version, format!("gridnet {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn shells_get_their_completions() {
    for (shell, mark) in
        [("bash", "complete -F"), ("zsh", "#compdef gridnet"), ("fish", "complete -c gridnet")]
    {
        let script = gridnet(&["completions", shell]).ended(0).out;
        assert!(script.contains(mark), "{shell}");
        for word in ["--nonce-bits", "--algorithm", "blake2b", "armv8-sha", "asert"] {
            let word = if shell == "fish" { word.trim_start_matches('-') } else { word };
            assert!(script.contains(word), "{shell} does not know {word}");
        }
    }
    // A shell that is here takes its own.
    for shell in ["bash", "zsh", "fish"] {
        let script = gridnet(&["completions", shell]).out;
        let folder = tempfile::tempdir().expect("a folder for a file");
        let file = folder.path().join("completions");
        std::fs::write(&file, script).expect("the file is written");
        match Command::new(shell).arg("-n").arg(&file).output() {
            Ok(output) => assert!(output.status.success(), "{shell}: {output:?}"),
            Err(error) => eprintln!("skipped: no {shell} to read its completions ({error})"),
        }
    }
}
