//! `gridnet config`: what a node would be told, and by whom. How sources are put together is tested beside the code.

use std::process::Command;

use gridnet_node::config::KEYS;

use crate::run::{GRIDNET, Ran, gridnet, words};

/// Runs the program with variables, for a user whose home is a folder.
fn run(line: &str, home: &std::path::Path, variables: &[(&str, &str)]) -> Ran {
    let mut command = Command::new(GRIDNET);
    command.args(words(line)).env("HOME", home).env_remove("XDG_DATA_HOME").env_remove("XDG_CONFIG_HOME");
    command.envs(variables.iter().copied());
    Ran::from(command.output().expect("the program starts"))
}

#[test]
fn every_value_is_shown_with_its_origin() {
    let home = tempfile::tempdir().expect("a folder");
    let file = home.path().join(".config/gridnet/config.toml");
    std::fs::create_dir_all(file.parent().expect("a folder")).expect("a folder");
    std::fs::write(&file, "network = \"test\"\n[mining]\nduty_percent = 40\nblock_every = 5\n")
        .expect("a file");
    let variables = [("GRIDNET_MINING_BLOCK_EVERY", "6"), ("GRIDNET_LOG_FORMAT", "json")];
    let shown = run("config show --json --log-format plain", home.path(), &variables).ended(0).json();
    assert_eq!(shown.as_object().map(|all| all.len()), Some(KEYS.len()));
    let check = |key: &str, value: serde_json::Value, from: &str| {
        assert_eq!((&shown[key]["value"], &shown[key]["from"]), (&value, &from.into()), "{key}");
    };
    let of_file = |key: &str| format!("{}: {key}", file.display());
    check("network", "test".into(), &of_file("network"));
    check("mining.duty_percent", 40.into(), &of_file("mining.duty_percent"));
    check("mining.block_every", 6.into(), "GRIDNET_MINING_BLOCK_EVERY");
    check("log.format", "plain".into(), "--log-format");
    check("rpc.listen", "127.0.0.1:19332".into(), "default");
    check("mining.payout", serde_json::Value::Null, "default");
    let data = home.path().join(".local/share/gridnet/test");
    check("data_dir", data.to_str().expect("a plain name").into(), "default");

    // What is shown to people says the same as a file.
    let plain = run("config show --log-format plain", home.path(), &variables).ended(0).out;
    let copy = home.path().join("copy.toml");
    std::fs::write(&copy, &plain).expect("a file");
    let line = format!("config show --json --config {}", copy.display());
    let again = run(&line, home.path(), &[]).ended(0).json();
    for key in &KEYS {
        assert_eq!(again[key.name]["value"], shown[key.name]["value"], "{}", key.name);
    }
    // The file can be named by a variable, and then must be there.
    let named =
        run("config show --json", home.path(), &[("GRIDNET_CONFIG", copy.to_str().expect("a plain name"))]);
    assert_eq!(named.ended(0).json()["mining.block_every"]["value"], 6);
    run("config show", home.path(), &[("GRIDNET_CONFIG", "/nowhere.toml")]).ended(2);
}

#[test]
fn what_is_wrong_is_said_in_one_sentence() {
    let home = tempfile::tempdir().expect("a folder");
    for (line, what) in [
        ("config show --duty 0", "--duty: expected a whole number from 1 to 100, got \"0\""),
        ("config show --duty -5", "--duty: expected a whole number from 1 to 100, got \"-5\""),
        ("config show --network bitcoin", "--network: expected one of main, test, regtest, got \"bitcoin\""),
        ("config show --rpc nowhere", "--rpc: expected an IP address and a port"),
        ("config show --config missing.toml", "missing.toml: cannot be read"),
        ("chain list --network bitcoin", "--network: expected one of main, test, regtest"),
    ] {
        let ran = run(line, home.path(), &[]).ended(2);
        assert!(
            ran.out.is_empty() && ran.err.lines().count() == 1 && ran.err.contains(what),
            "{line}: {ran:?}"
        );
    }
}

#[test]
fn the_document_lists_the_keys_that_there_are() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/node.md");
    let text = std::fs::read_to_string(path).expect("docs/node.md");
    let listed: Vec<&str> =
        text.lines().filter(|line| line.starts_with("| `") && line.contains("`GRIDNET_")).collect();
    assert_eq!(listed.len(), KEYS.len(), "{listed:#?}");
    for (line, key) in listed.iter().zip(&KEYS) {
        let default =
            key.default.filter(|text| !text.is_empty()).map_or(String::new(), |text| format!("`{text}`"));
        let expected = format!(
            "| `{}` | `{}` | `{}` | {default} | {} |",
            key.name,
            key.flag,
            key.variable(),
            key.kind.expected()
        );
        assert!(line.starts_with(expected.trim_end_matches(" |")), "expected {expected}\nfound    {line}");
    }
    gridnet(&["config", "show", "--help"]).ended(0);
}
