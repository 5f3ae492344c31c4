//! `gridnet node` and `gridnet mine` alone: a node that runs, is asked, and stops as it should.

use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use gridnet_core::proof::header::display_order;
use gridnet_tests::chain::address;
use gridnet_tests::world::NETWORK;
use serde_json::{Value, json};

use crate::data::{STORY, some_chain};
use crate::run::{GRIDNET, Ran, gridnet, keys, words};
use crate::wallet::{PASSWORD, write_wallet};

/// The first account of the wallet of 32 zeros on regtest.
const FIRST_ACCOUNT: &str = "rgrid12mw0nu6hlp4a9ylj2yzlfekyd39r5njfj9e2v7xpct90c77p5ruseqwu0q";

/// A node may take five seconds to stop; the rest is for a busy machine.
const PROMPT: Duration = Duration::from_secs(15);

/// A node that runs.
struct Running {
    child: Child,
    stderr: BufReader<std::process::ChildStderr>,
    /// Its log so far.
    log: String,
    address: String,
    data: String,
}

fn text(path: &Path) -> String {
    path.to_str().expect("a plain name").to_owned()
}

impl Running {
    /// Starts one, and waits until it can be asked.
    fn start(data: &Path, more: &[&str]) -> Running {
        let data = text(data);
        let mut child = Command::new(GRIDNET)
            .args(["node", "--data-dir", &data, "--rpc", "127.0.0.1:0", "--log-format", "json"])
            .args(more)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let stderr = BufReader::new(child.stderr.take().expect("stderr is piped"));
        let mut running = Running { child, stderr, log: String::new(), address: String::new(), data };
        let served = running.logged("RPC is served");
        served["address"].as_str().expect("an address").clone_into(&mut running.address);
        running
    }

    /// Waits for an event of the log.
    fn logged(&mut self, message: &str) -> Value {
        loop {
            let mut line = String::new();
            let count = self.stderr.read_line(&mut line).expect("text");
            self.log.push_str(&line);
            assert!(count > 0, "ended before {message:?}: {}", self.log);
            let event: Value = serde_json::from_str(&line).expect("a line is an object");
            let time = event["timestamp"].as_str().expect("a time");
            assert!(time.len() == 24 && time.starts_with("20") && time.ends_with('Z'), "{time}");
            if event["message"] == message {
                return event;
            }
        }
    }

    /// Asks it by a command.
    fn asked(&self, args: &[&str]) -> Ran {
        let mut all = args.to_vec();
        all.extend(["--rpc", &self.address, "--data-dir", &self.data]);
        gridnet(&all)
    }

    fn signal(&self, name: &str) {
        let kill = format!("kill -{name} {}", self.child.id());
        assert!(Command::new("sh").args(["-c", &kill]).status().expect("there is a shell").success());
    }

    /// Waits for its end.
    fn ended(mut self) -> Ran {
        let began = Instant::now();
        let status = loop {
            if let Some(status) = self.child.try_wait().expect("the program is ours") {
                break status;
            }
            assert!(
                began.elapsed() < PROMPT,
                "still running {PROMPT:?} after it was told to stop: {}",
                self.log
            );
            sleep(Duration::from_millis(5));
        };
        let (mut out, mut err) = (String::new(), std::mem::take(&mut self.log));
        self.stderr.read_to_string(&mut err).expect("text");
        self.child.stdout.take().expect("stdout is piped").read_to_string(&mut out).expect("text");
        Ran { code: status.code(), out, err }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // One that a failed test left behind.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn whoever_tells_it_to_a_node_stops_cleanly() {
    for how in ["INT", "TERM", "stop"] {
        let folder = tempfile::tempdir().expect("a folder");
        let node = Running::start(folder.path(), &[]);
        let cookies = [".cookie", ".cookie-readonly"].map(|name| folder.path().join(name));
        assert!(cookies.iter().all(|cookie| cookie.exists()), "{how}");
        let count = node.asked(&["rpc", "getblockcount"]).ended(0);
        assert_eq!(count.out, "0\n", "{how}");
        match how {
            "stop" => drop(node.asked(&["rpc", "stop"]).ended(0)),
            signal => node.signal(signal),
        }
        let ran = node.ended().ended(0);
        assert_eq!(ran.out, "", "{how}");
        assert!(ran.err.contains("the node has stopped"), "{how}: {ran:?}");
        assert!(cookies.iter().all(|cookie| !cookie.exists()), "{how}: cookies are left");
    }
}

#[test]
fn a_node_and_what_it_left_say_the_same() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    some_chain(&data);
    let id = |bytes: &[u8; 32]| hex::encode(display_order(bytes));
    let (block, cat) = (&STORY.blocks[0], address("cat").to_text(NETWORK));
    let picture = folder.path().join("chain.svg");
    let lines = [
        "chain list --last 1000".to_owned(),
        "chain list --last 3 --json".to_owned(),
        format!("chain show {}", STORY.blocks.len()),
        format!("chain show {} --json", id(&block.id())),
        format!("chain show {} --json", id(&block.transactions[1].id())),
        format!("chain show {cat} --json"),
        format!("chain chart --out {}", text(&picture)),
    ];
    let drawn = || std::fs::read_to_string(&picture).expect("a picture");
    let node = Running::start(&data, &[]);
    let mut said: Vec<String> = lines.iter().map(|line| node.asked(&words(line)).ended(0).out).collect();
    said.push(drawn());
    // What is not there is not there either way.
    let missing = format!("chain show {}", "ab".repeat(32));
    let not_found = node.asked(&words(&missing)).ended(2).err;
    let used = gridnet(&["export", "--parquet", "tables", "--data-dir", &text(&data)]).ended(2);
    assert!(used.err.contains("a node uses"), "{used:?}");
    node.signal("TERM");
    node.ended().ended(0);

    std::fs::remove_file(&picture).expect("the picture");
    let alone = |line: &str| gridnet(&[&words(line)[..], &["--data-dir", &text(&data)]].concat());
    let mut again: Vec<String> = lines.iter().map(|line| alone(line).ended(0).out).collect();
    again.push(drawn());
    assert_eq!(said, again);
    assert_eq!(not_found, alone(&missing).ended(2).err);
}

#[test]
fn a_node_that_mines_goes_on_where_it_was() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = text(folder.path());
    let payout = address("miner").to_text(NETWORK);
    let args = ["mine", "--blocks", "3", "--block-every", "0", "--data-dir", &data, "--rpc", "127.0.0.1:0"];
    let mine = |more: &[&str]| gridnet(&[&args, more].concat()).ended(0);
    let mined = mine(&["--payout", &payout, "--device", "cpu", "--json"]).json();
    assert_eq!(
        keys(&mined),
        [
            "accepted",
            "balance",
            "devices",
            "hashes",
            "hashes_per_second",
            "height",
            "network",
            "payout",
            "rejected",
            "seconds",
            "stale"
        ]
    );
    assert_eq!(
        (&mined["accepted"], &mined["height"], &mined["network"]),
        (&json!(3), &json!(3), &json!("regtest"))
    );
    // A block's pay can be spent after the next one.
    assert_eq!((&mined["payout"], &mined["balance"]), (&json!(payout), &json!("10000000000")));
    let plain = mine(&["--payout", &payout]);
    assert!(plain.out.starts_with("3 blocks in "), "{plain:?}");
    assert!(
        plain.out.contains("the last one at height 6 of regtest\n") && plain.out.contains(" has 250 GNC\n"),
        "{plain:?}"
    );
    assert!(plain.err.contains("mining on regtest, answering at 127.0.0.1:"), "{plain:?}");
    let listed = gridnet(&["chain", "list", "--json", "--data-dir", &data]).ended(0).json();
    let producers: Vec<&Value> =
        listed["blocks"].as_array().expect("a list").iter().skip(1).map(|block| &block["producer"]).collect();
    assert_eq!(producers, vec![&json!(payout); 6]);
    // A node that runs mines when it is told to, and says so.
    let node = Running::start(folder.path(), &["--mine", "--payout", &payout, "--mine-on", "cpu"]);
    let height = || -> u64 {
        let said = node.asked(&["rpc", "getblockcount"]).ended(0).out;
        said.trim().parse().expect("a height")
    };
    while height() < 8 {
        sleep(Duration::from_millis(20));
    }
    let info: Value = serde_json::from_str(&node.asked(&["rpc", "miner.info"]).ended(0).out).expect("JSON");
    assert_eq!(info["payout"], payout, "{info}");
    node.asked(&["rpc", "miner.stop"]).ended(0);
    node.signal("TERM");
    node.ended().ended(0);
}

#[test]
fn the_wallet_beside_the_chain_is_paid_and_lends_its_keys() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = text(folder.path());
    let wallet = folder.path().join("wallet");
    write_wallet(&wallet);
    let args = [
        "mine",
        "--blocks",
        "2",
        "--block-every",
        "0",
        "--data-dir",
        &data,
        "--rpc",
        "127.0.0.1:0",
        "--json",
    ];
    let mined = gridnet(&args).ended(0).json();
    assert_eq!((&mined["payout"], &mined["balance"]), (&json!(FIRST_ACCOUNT), &json!("5000000000")));
    // Nobody's key is held unless it is said whose.
    let node = Running::start(folder.path(), &[]);
    let refused = node.asked(&["rpc", "wallet.accounts"]).ended(1);
    assert!(refused.err.contains("signs for nobody"), "{refused:?}");
    drop(node);
    let password = folder.path().join("password");
    std::fs::write(&password, format!("{PASSWORD}\n")).expect("a file");
    let (wallet, password) = (text(&wallet), text(&password));
    let more = ["--wallet", &wallet, "--wallet-password-file", &password, "--wallet-account", "default"];
    // Nor is one of a wallet that nobody named: the one beside the chain is paid, and no more.
    let none = gridnet(&["node", "--data-dir", &data, "--rpc", "127.0.0.1:0", "--wallet-account", "default"]);
    assert!(none.ended(2).err.contains("--wallet: is needed with --wallet-account"));
    // One that may sign everything is not held.
    let held = [&["node", "--data-dir", &data, "--rpc", "127.0.0.1:0"] as &[_], &more].concat();
    let refused = gridnet(&held).ended(2);
    assert!(refused.err.contains("gridnet wallet scope default claim"), "{refused:?}");
    let limit = ["wallet", "scope", "default", "claim", "--max-day", "5", "--wallet", &wallet];
    gridnet(&[&limit as &[_], &["--password-file", &password]].concat()).ended(0);
    let node = Running::start(folder.path(), &more);
    let accounts = node.asked(&["rpc", "wallet.accounts"]).ended(0).out;
    assert!(accounts.contains(FIRST_ACCOUNT), "{accounts}");
    node.signal("TERM");
    let ended = node.ended().ended(0);
    assert!(!ended.err.contains(PASSWORD), "{ended:?}");
}

#[test]
fn what_is_in_a_data_directory_is_checked_and_made_anew() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let run = |task: &str, more: &[&str]| {
        let data = text(&data);
        let mut all = vec!["node", task, "--data-dir", &data];
        all.extend(more);
        gridnet(&all)
    };
    let none = run("check", &[]).ended(2);
    assert!(none.err.contains("there is no chain") && !data.exists(), "{none:?}");
    some_chain(&data);
    let blocks = STORY.blocks.len() as u64 + 1;
    let checked = run("check", &["--json"]).ended(0).json();
    assert_eq!(keys(&checked), ["blocks", "data_dir", "fault", "rows", "seconds", "sound", "waiting"]);
    assert_eq!(
        (&checked["sound"], &checked["fault"], &checked["blocks"]),
        (&json!(true), &json!(null), &json!(blocks))
    );
    let made = run("reindex", &["--json"]).ended(0).json();
    assert_eq!(keys(&made), ["blocks", "data_dir", "height", "height_before", "seconds"]);
    assert_eq!((&made["height"], &made["height_before"]), (&json!(blocks - 1), &json!(blocks - 1)));
    let again = run("check", &["--json"]).ended(0).json();
    assert_eq!((&again["rows"], &again["blocks"]), (&checked["rows"], &checked["blocks"]));
    let plain = run("check", &[]).ended(0).out;
    assert!(plain.contains("is as it should be") && plain.contains(" blocks\n"), "{plain}");

    // Bytes in the middle of the file are turned round.
    let file = data.join(gridnet_node::storage::DATABASE);
    let mut bytes = std::fs::read(&file).expect("a database");
    let (from, to) = (bytes.len() / 8, bytes.len() / 2);
    bytes[from..to].iter_mut().for_each(|byte| *byte = !*byte);
    std::fs::write(&file, &bytes).expect("a database");
    let broken = run("check", &["--json"]);
    assert!(matches!(broken.code, Some(1 | 2)), "{broken:?}");
    if broken.code == Some(1) {
        assert_eq!(broken.json()["sound"], false, "{broken:?}");
    }
}

#[test]
fn a_node_that_cannot_go_on_says_why() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = text(folder.path());
    // No file may grow: what a full disk does to a node.
    gridnet(&["mine", "--blocks", "1", "--block-every", "0", "--data-dir", &data, "--rpc", "127.0.0.1:0"])
        .ended(0);
    let size =
        std::fs::metadata(folder.path().join(gridnet_node::storage::DATABASE)).expect("a database").len();
    let line = format!(
        "trap '' XFSZ; ulimit -f {}; exec '{GRIDNET}' mine --block-every 0 --seconds 120 --data-dir '{data}' --rpc 127.0.0.1:0",
        size / 512
    );
    let ran = Ran::from(Command::new("sh").args(["-c", &line]).output().expect("there is a shell"));
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(ran.err.contains("error: ") && ran.err.contains("the disk"), "{ran:?}");
    // What was there before is there still.
    gridnet(&["node", "check", "--data-dir", &data]).ended(0);
}

#[test]
fn a_node_that_cannot_begin_says_what_to_do() {
    let folder = tempfile::tempdir().expect("a folder");
    let (data, other) = (text(&folder.path().join("data")), text(&folder.path().join("other")));
    let refused = |args: &[&str], what: &str| {
        let ran = gridnet(args).ended(2);
        assert!(ran.out.is_empty() && ran.err.contains(what), "{what}: {ran:?}");
    };
    let node = Running::start(Path::new(&data), &[]);
    let lock = format!("is used by another process ({})", node.child.id());
    refused(&["node", "--data-dir", &data, "--rpc", "127.0.0.1:0"], &lock);
    refused(&["node", "--data-dir", &other, "--rpc", &node.address], "--rpc: ");
    node.signal("TERM");
    node.ended().ended(0);
    refused(
        &["node", "--data-dir", &data, "--network", "test"],
        "holds the chain of regtest, and test was asked for",
    );
    refused(&["node", "--data-dir", "/dev/null/here"], "/dev/null/here");
    refused(
        &["node", "--data-dir", &other, "--mine", "--network", "test"],
        "--payout: nobody is there to be paid",
    );
    refused(&["node", "--data-dir", &other, "--wallet", "/nowhere"], "--wallet");
    refused(&["mine", "--header", "genesis", "--blocks", "3"], "--blocks: is about a node");
    refused(&["mine", "--blocks", "0"], "--blocks <N>: expected a whole number from 1");
    refused(&["node", "--duty", "0"], "--duty: expected a whole number from 1 to 100");
}
