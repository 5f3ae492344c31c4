use std::path::PathBuf;

use super::{Config, ConfigError, KEYS, Key, Loaded, LogFormat, Origin, Sources};
use gridnet_protocol::{Address, Network};

/// A folder with a file of this text.
fn file(text: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("some.toml");
    std::fs::write(&path, text).expect("a file");
    (folder, path)
}

fn load(
    text: &str,
    environment: &[(&str, &str)],
    flags: &[(&'static str, &str)],
) -> Result<Loaded, ConfigError> {
    let (_folder, path) = file(text);
    let own = |(name, text): &(&str, &str)| ((*name).to_owned(), (*text).to_owned());
    let flags = flags.iter().map(|(name, text)| (*name, (*text).to_owned())).collect();
    Loaded::new(&Sources { file: Some(path), environment: environment.iter().map(own).collect(), flags })
}

fn config(text: &str, environment: &[(&str, &str)], flags: &[(&'static str, &str)]) -> Config {
    load(text, environment, flags).expect("a good configuration").config
}

fn refused(text: &str) -> String {
    load(text, &[], &[]).expect_err(text).to_string()
}

#[test]
fn flags_come_before_the_environment_and_that_before_the_file() {
    let text = "[rpc]\nconnections = 1\n[mining]\nduty_percent = 1\nblock_every = 1\n";
    let environment =
        [("GRIDNET_MINING_DUTY_PERCENT", "2"), ("GRIDNET_MINING_BLOCK_EVERY", "2"), ("GRIDNET_OTHER", "x")];
    let loaded = load(text, &environment, &[("mining.block_every", "3")]).expect("a good configuration");
    let Config { rpc, mining, .. } = &loaded.config;
    assert_eq!((rpc.connections, mining.duty_percent, mining.block_every), (1, 2, 3));
    let origin = |name: &str| loaded.origin(Key::named(name).expect("a key"));
    assert!(matches!(origin("rpc.connections"), Origin::File(_)));
    assert_eq!(origin("mining.duty_percent"), Origin::Environment);
    assert_eq!(origin("mining.block_every"), Origin::Flag);
    assert_eq!(origin("mempool.bytes"), Origin::Default);
    assert_eq!(origin("data_dir"), Origin::Default);
    // A variable that is there and empty says nothing.
    assert_eq!(config(text, &[("GRIDNET_RPC_CONNECTIONS", "")], &[]).rpc.connections, 1);
}

#[test]
fn defaults_depend_on_the_network_whoever_names_it() {
    for (network, port) in [(Network::Main, 9_332), (Network::Test, 19_332), (Network::Regtest, 29_332)] {
        let text = format!("network = {:?}", network.name());
        let by_flag = config("", &[], &[("network", network.name())]);
        for config in [config(&text, &[], &[]), by_flag] {
            assert_eq!((config.network, config.rpc.listen.port()), (network, port));
            assert!(config.data_dir.ends_with(PathBuf::from("gridnet").join(network.name())));
        }
    }
    assert_eq!(config("", &[], &[]).network, Network::Regtest);
    assert_eq!(config("network = \"main\"", &[], &[("data_dir", "here")]).data_dir, PathBuf::from("here"));
}

#[test]
fn every_key_can_be_given_everywhere() {
    let payout = Address([7; 32]).to_text(Network::Test);
    let values: [(&str, &str); 15] = [
        ("network", "test"),
        ("data_dir", "/somewhere"),
        ("rpc.listen", "[::1]:5"),
        ("rpc.connections", "7"),
        ("mining.enabled", "true"),
        ("mining.payout", &payout),
        ("mining.devices", "cpu,gpu"),
        ("mining.duty_percent", "33"),
        ("mining.block_every", "9"),
        ("mempool.bytes", "2000000"),
        ("log.level", "warn,gridnet_node=trace"),
        ("log.format", "json"),
        ("wallet.file", "/a.wallet"),
        ("wallet.password_file", "/secret"),
        ("wallet.accounts", "one,two"),
    ];
    assert_eq!(values.map(|(name, _)| name), KEYS.map(|key| key.name));
    let mut text = String::new();
    for (name, value) in &values {
        let value = match *value {
            number if number.parse::<u64>().is_ok() || number == "true" => number.to_owned(),
            list if name.ends_with('s') => format!("[\"{}\"]", list.replace(',', "\", \"")),
            text => format!("{text:?}"),
        };
        text.push_str(&format!("{name} = {value}\n"));
    }
    let variables = values.map(|(name, value)| (Key::named(name).expect("a key").variable(), value));
    let environment: Vec<_> = variables.iter().map(|(name, value)| (name.as_str(), *value)).collect();
    let flags: Vec<_> = KEYS.iter().zip(&values).map(|(key, (_, value))| (key.name, *value)).collect();
    let all = config(&text, &[], &[]);
    assert_eq!(config("", &environment, &[]), all);
    assert_eq!(config("", &[], &flags), all);
    // None of them is a default.
    let defaults = config("", &[], &[]);
    assert_eq!(all.mining.payout(Network::Test), Some(Address([7; 32])));
    assert_eq!((all.log.format, defaults.log.format), (LogFormat::Json, LogFormat::Auto));
    assert_eq!(all.wallet.accounts, ["one", "two"]);
    assert_ne!(all.mempool, defaults.mempool);
    assert_ne!(all.rpc, defaults.rpc);
}

#[test]
fn what_there_is_no_key_of_is_refused_with_the_nearest_one() {
    for (text, key, nearest) in [
        ("netwrok = \"main\"", "netwrok", "network"),
        ("[rpc]\nlisen = \"127.0.0.1:1\"", "rpc.lisen", "rpc.listen"),
        ("listen = \"127.0.0.1:1\"", "listen", "rpc.listen"),
        ("[rpcs]\nlisten = \"127.0.0.1:1\"", "rpcs.listen", "rpc.listen"),
        ("[mining]\nduty = 5", "mining.duty", "mining.duty_percent"),
        ("[network]\nname = \"main\"", "network", ""),
        ("[nothing]", "nothing", ""),
    ] {
        let said = refused(text);
        assert!(said.contains("some.toml: ") && said.contains(key), "{said}");
        assert!(said.contains(&format!("the nearest one is {nearest:?}")) || nearest.is_empty(), "{said}");
    }
    config("[rpc]\n[mining]", &[], &[]);
}

#[test]
fn a_wrong_value_is_refused_with_its_place_and_its_bounds() {
    for (text, expected) in [
        ("network = \"mian\"", "network: expected one of main, test, regtest, got \"mian\""),
        ("network = 3", "network: expected one of main, test, regtest, got 3"),
        ("mining.duty_percent = 0", "mining.duty_percent: expected a whole number from 1 to 100, got 0"),
        ("mining.duty_percent = 101", "from 1 to 100, got 101"),
        ("mining.duty_percent = -1", "from 1 to 100, got -1"),
        ("mining.duty_percent = 50.0", "from 1 to 100, got 50"),
        ("mining.duty_percent = \"50\"", "from 1 to 100, got \"50\""),
        ("mempool.bytes = 1000", "from 1048576 to 8589934592, got 1000"),
        ("rpc.listen = \"localhost:9332\"", "expected an IP address and a port"),
        ("mining.enabled = \"yes\"", "expected true or false, got \"yes\""),
        ("mining.devices = [1]", "expected a list of at most 64 texts"),
        ("log.level = \"loud\"", "log.level: expected error, warn, info"),
        ("mining.payout = \"grid1x\"", "mining.payout: expected an address of regtest"),
        ("rpc = 5", "there is no key \"rpc\""),
        ("network = ", "some.toml: "),
    ] {
        let said = refused(text);
        assert!(said.contains("some.toml") && said.contains(expected), "{text}: {said}");
    }
    let by_flag = load("", &[], &[("mining.duty_percent", "x")]).expect_err("no number").to_string();
    assert_eq!(by_flag, "--duty: expected a whole number from 1 to 100, got \"x\"");
    let by_variable = load("", &[("GRIDNET_MINING_ENABLED", "yes")], &[]).expect_err("no flag").to_string();
    assert_eq!(by_variable, "GRIDNET_MINING_ENABLED: expected true or false, got \"yes\"");
    // An address of another network, wherever it stands.
    let payout = Address([7; 32]).to_text(Network::Main);
    let other = load("", &[], &[("mining.payout", &payout)]).expect_err("another network").to_string();
    assert!(other.starts_with("--payout: expected an address of regtest"), "{other}");
}

#[test]
fn paths_in_a_file_are_relative_to_it() {
    let (folder, path) = file("data_dir = \"here\"\n[wallet]\nfile = \"/there\"\n");
    let loaded = Loaded::new(&Sources { file: Some(path), ..Sources::default() });
    let config = loaded.expect("a good configuration").config;
    assert_eq!(config.data_dir, folder.path().join("here"));
    assert_eq!(config.wallet.file, Some(PathBuf::from("/there")));
}

#[test]
fn a_file_that_was_named_must_be_there_and_no_giant() {
    let missing = Sources { file: Some("/nowhere/some.toml".into()), ..Sources::default() };
    assert!(matches!(Loaded::new(&missing), Err(ConfigError::Unreadable { .. })));
    let giant = "#".repeat((1 << 20) + 1);
    assert!(refused(&giant).contains("longer than the 1048576 bytes"));
}

#[test]
fn every_key_has_names_of_its_own() {
    let mut names: Vec<_> = KEYS.iter().flat_map(|key| [key.flag.to_owned(), key.variable()]).collect();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), 2 * KEYS.len());
    assert!(KEYS.iter().all(|key| Key::named(key.name).is_some() && !key.about.is_empty()));
}

#[test]
fn a_server_at_all_addresses_is_asked_at_this_machines() {
    for (listen, asked) in [
        ("0.0.0.0:9332", "127.0.0.1:9332"),
        ("[::]:9332", "[::1]:9332"),
        ("127.0.0.1:5", "127.0.0.1:5"),
        ("192.0.2.1:5", "192.0.2.1:5"),
    ] {
        let rpc = super::Rpc { listen: listen.parse().expect("an address"), connections: 1 };
        assert_eq!(rpc.asked_at().to_string(), asked);
    }
}
