//! Real nodes that are killed: with `kill -9` at any moment, and at named places, in the middle of reorganisations and while
//! they recover from the kill before. What they answered is there afterwards, and the state is that of a block.

use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use gridnet_node::node::display;
use gridnet_node::points::{GATHERED, Point, VARIABLE};
use gridnet_node::repair;
use gridnet_node::rpc::client::{Client, ClientError, Credential};
use gridnet_node::storage::{DirectoryLock, Storage};
use gridnet_protocol::encoding::encode;
use serde_json::{Value, json};

use crate::script::{Answered, LENGTHS, Random, Script, look, script};
use crate::setup::NETWORK;

/// The program.
const GRIDNET: &str = env!("CARGO_BIN_EXE_gridnet");
/// How long a node may take to be there, or to be gone: only a failure takes so long.
const PATIENCE: Duration = Duration::from_secs(60);

/// A node of a process of its own.
pub(crate) struct Process {
    child: Child,
    address: String,
    client: Option<Client>,
}

impl Process {
    /// Starts one. `point`: where it is to die by itself.
    pub(crate) fn start(folder: &Path, point: Option<&str>) -> Process {
        let point = point.map(|point| (VARIABLE, point));
        Process::run(folder, &[], &[Some((GATHERED, "1")), point])
    }

    /// Starts one that is told more.
    pub(crate) fn start_with(folder: &Path, arguments: &[&str]) -> Process {
        Process::run(folder, arguments, &[])
    }

    fn run(folder: &Path, arguments: &[&str], environment: &[Option<(&str, &str)>]) -> Process {
        // Nobody else takes it in the moment until the node does.
        let port =
            TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).expect("a port").port();
        let address = format!("127.0.0.1:{port}");
        let mut command = Command::new(GRIDNET);
        command.args(["node", "--network", "regtest", "--rpc", &address, "--data-dir"]).arg(folder);
        command.args(arguments).env("NODEVICE_SELECT", "1").env_remove(VARIABLE);
        command.envs(environment.iter().flatten().copied());
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let child = command.spawn().expect("the program starts");
        let mut process = Process { child, address, client: None };
        process.client = process.connect(folder);
        process
    }

    /// Whom to ask. `None`: it died before it could be asked.
    pub(crate) fn client(&self) -> Option<&Client> {
        self.client.as_ref()
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// Waits until it answers. `None`: it died before.
    fn connect(&mut self, folder: &Path) -> Option<Client> {
        let began = Instant::now();
        loop {
            if self.is_gone() {
                return None;
            }
            let cookie = Credential::Found(folder.join(".cookie"));
            if let Ok(client) = Client::new(&self.address, &cookie, PATIENCE)
                && client.call("getblockcount", &json!([])).is_ok()
            {
                return Some(client);
            }
            assert!(began.elapsed() < PATIENCE, "the node is not there");
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    fn is_gone(&mut self) -> bool {
        self.child.try_wait().expect("our child").is_some()
    }

    /// Kills it as `kill -9` does.
    pub(crate) fn kill(&mut self) {
        let _ = self.child.kill();
        self.child.wait().expect("our child");
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}

/// What became of a call: its answer, or nothing because the node has died.
fn call(client: &Client, method: &str, params: &Value) -> Option<Value> {
    match client.call(method, params) {
        Ok(answer) => Some(answer),
        Err(error @ (ClientError::Node { .. } | ClientError::Unauthorized { .. })) => {
            panic!("{method}: {error}")
        }
        Err(_) => None,
    }
}

/// What was being done when a node died.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum During {
    Start,
    Block,
    Reorganisation,
    Transaction,
    Nothing,
    Recovery,
}

/// Has a node do all it can until it dies.
fn drive(script: &Script, client: Option<&Client>, answered: &mut Answered) -> During {
    let Some(client) = client else { return During::Start };
    let mut transactions = script.transactions.iter();
    let (mut number, mut longest) = (0, 0);
    for length in LENGTHS {
        for height in 1..=length {
            let block = &script.blocks[number];
            let hex = hex::encode(block.to_bytes());
            let Some(answer) = call(client, "submitblock", &json!([hex])) else {
                let back = height == longest + 1 && longest > 0;
                return if back { During::Reorganisation } else { During::Block };
            };
            assert!(answer.is_null() || answer == "inconclusive", "{answer}");
            if answer.is_null() {
                if number == 0 {
                    answered.transactions.extend(&script.in_first);
                }
                (answered.tip, answered.height) = (Some(block.id()), height);
            }
            if number % 3 == 0
                && let Some(transaction) = transactions.next()
            {
                let hex = hex::encode(encode(transaction));
                let Some(id) = call(client, "sendrawtransaction", &json!([hex])) else {
                    return During::Transaction;
                };
                assert_eq!(id, display(&transaction.id()));
                answered.transactions.push(transaction.id());
            }
            number += 1;
        }
        longest = length;
    }
    During::Nothing
}

pub(crate) fn open(folder: &Path) -> Result<Storage, String> {
    let said = |error: &dyn std::fmt::Display| error.to_string();
    let lock = DirectoryLock::take(folder).map_err(|error| said(&error))?;
    repair::adopt(&lock).map_err(|error| said(&error))?;
    Storage::open(&lock, NETWORK).map_err(|error| said(&error))
}

/// One node's life: killed, started and killed again some times, looked at. What was being done at each death.
fn round(script: &Script, seed: u64) -> Vec<During> {
    let mut random = Random(seed);
    let folder = tempfile::tempdir().expect("a folder");
    let mut answered = Answered::default();
    let mut deaths = Vec::new();
    let named = random.next().is_multiple_of(2);
    // The script passes each of these places some dozens of times.
    let places =
        [Point::BeforeCommit, Point::Written, Point::Committed, Point::Undone, Point::Applied, Point::Kept];
    let others = [Point::Begun, Point::Starting, Point::Checked, Point::Admitted];
    let place = match random.next() % 8 {
        0 => others[random.next() as usize % others.len()],
        _ => places[random.next() as usize % places.len()],
    };
    let point = format!("{}:{}", place.name(), 1 + random.next() % 30);
    let mut process = Process::start(folder.path(), named.then_some(point.as_str()));
    let killed_after = Duration::from_micros(random.next() % 400_000);
    let during = {
        let Process { child, client, .. } = &mut process;
        std::thread::scope(|scope| {
            if !named {
                scope.spawn(move || {
                    std::thread::sleep(killed_after);
                    // As `kill -9` does.
                    let _ = child.kill();
                });
            }
            drive(script, client.as_ref(), &mut answered)
        })
    };
    process.kill();
    deaths.push(during);
    for _ in 0..random.next() % 3 {
        let points = [
            Point::Starting,
            Point::Checked,
            Point::BeforeCommit,
            Point::Written,
            Point::Committed,
            Point::Undone,
            Point::Applied,
        ];
        let point = points[random.next() as usize % points.len()];
        let point = format!("{}:{}", point.name(), 1 + random.next() % 4);
        let process = Process::start(folder.path(), Some(&point));
        if process.client.is_none() {
            deaths.push(During::Recovery);
        }
    }
    match look(script, || open(folder.path()), &answered) {
        Ok(_) => deaths,
        Err(why) => panic!("seed {seed} ({point}, named: {named}), {deaths:?}: {why}"),
    }
}

#[test]
fn whenever_a_node_is_killed_nothing_that_it_answered_is_lost() {
    let rounds =
        std::env::var("GRIDNET_CRASH_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(12);
    let first = std::env::var("GRIDNET_CRASH_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(1);
    let script = script();
    let mut deaths: Vec<During> = Vec::new();
    for seed in first..first + rounds {
        deaths.extend(round(&script, seed));
    }
    let count = |during| deaths.iter().filter(|death| **death == during).count();
    let (back, recovering) = (count(During::Reorganisation), count(During::Recovery));
    println!(
        "{rounds} rounds, {} deaths: {back} in reorganisations, {recovering} while recovering, {} with a block, {} with a \
         transaction, {} at the start, {} with nothing to do",
        deaths.len(),
        count(During::Block),
        count(During::Transaction),
        count(During::Start),
        count(During::Nothing),
    );
    assert!(deaths.len() as u64 >= rounds);
    // A dozen deaths may all be elsewhere; of a thousand some hundreds are where it is hardest.
    assert!(rounds < 100 || (back + recovering) as u64 > rounds / 10, "{back} and {recovering}");
}

#[test]
fn every_named_place_is_one_that_nodes_come_to() {
    let script = script();
    for point in Point::ALL.into_iter().filter(|point| *point != Point::Replaced) {
        let folder = tempfile::tempdir().expect("a folder");
        let mut process = Process::start(folder.path(), Some(point.name()));
        let mut answered = Answered::default();
        drive(&script, process.client(), &mut answered);
        let began = Instant::now();
        while !process.is_gone() {
            assert!(began.elapsed() < PATIENCE, "{} is nowhere", point.name());
            std::thread::sleep(Duration::from_millis(2));
        }
        look(&script, || open(folder.path()), &answered)
            .unwrap_or_else(|why| panic!("{}: {why}", point.name()));
    }
}
