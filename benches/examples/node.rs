//! What a node does with its disk: blocks of claims taken, a chain brought in from a file, the time to begin after a kill; how
//! long the program takes to answer, and what it needs when nobody asks.
//! Prints the tables of docs/performance.md. Give a folder on the disk that is to be measured.
//!
//! Times are the clock's, so the machine should be quiet.
#![forbid(unsafe_code)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Instant;

use gridnet_core::{Control, Engine, Order};
use gridnet_node::chain::Submitted;
use gridnet_node::node::{BLOCKS_TOGETHER, Clock, Node, Settings};
use gridnet_node::rpc::client::{Client, Credential};
use gridnet_node::storage::{DATABASE, DirectoryLock, Storage};
use gridnet_protocol::block::Block;
use gridnet_protocol::ledger::{Ledger, regtest_key, sign_paying_least};
use gridnet_protocol::state::Memory;
use gridnet_protocol::transaction::Action;
use gridnet_protocol::value::{Time, Units};
use gridnet_protocol::{Address, Network};
use serde_json::{Value, json};

#[path = "common/full.rs"]
mod full;

use self::full::{claims, full, settled};

/// Turns; the median is printed.
const TURNS: usize = 9;
const NETWORK: Network = Network::Regtest;

fn main() {
    let folder = std::env::args().nth(1).map_or_else(std::env::temp_dir, PathBuf::from);
    let folder = tempfile::tempdir_in(folder).expect("a folder to write to");
    let engine = Arc::new(Engine::builder().device("cpu").build().expect("a CPU"));
    println!("| hops | hashes | pools of a block | ms | pools/s |\n|---|---|---|---|---|");
    for hops in [1, 3] {
        for length in [1, 100] {
            claims_to_disk(folder.path(), &engine, hops, length);
        }
    }
    println!("\n| method | p50, µs | p99, µs | calls/s |\n|---|---|---|---|");
    program(folder.path(), &engine);
    println!(
        "\n| transfers of a block | blocks | blocks/s | transfers/s | file, MB | start after a kill, ms |"
    );
    println!("|---|---|---|---|---|---|");
    for (transfers, blocks) in [(0, 10_000), (20, 2_000)] {
        synced(folder.path(), &engine, transfers, blocks);
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn node(path: &Path, engine: &Arc<Engine>, now: Time) -> Node {
    let directory = DirectoryLock::take(path).expect("nobody uses it");
    let storage = Storage::open(&directory, NETWORK).expect("a database");
    let clock = Clock::system();
    clock.set(now);
    let settings = Settings::new(storage, Arc::clone(engine));
    Node::start(Settings { directory: Some(directory), clock, ..settings }).expect("a sound database")
}

/// A block full of claims, from its sending to the answer that it is on the disk.
fn claims_to_disk(folder: &Path, engine: &Arc<Engine>, hops: usize, length: u32) {
    let mut chain = settled(engine);
    let block = full(&mut chain, hops, length);
    let before = folder.join("before");
    {
        let node = node(&before, engine, chain.now);
        let blocks = chain.blocks.iter().map(|(block, _)| block.clone()).collect::<Vec<_>>();
        for blocks in blocks.chunks(BLOCKS_TOGETHER) {
            node.submit_blocks(blocks.to_vec()).expect("good blocks");
        }
        assert_eq!(node.tips().borrow().id, block.header.previous);
        node.stop();
    }
    let turn = |_| {
        let copy = folder.join("copy");
        fs::create_dir_all(&copy).expect("a folder");
        fs::copy(before.join(DATABASE), copy.join(DATABASE)).expect("room on the disk");
        let node = node(&copy, engine, chain.now);
        let bytes = block.to_bytes();
        let began = Instant::now();
        let block = Block::from_bytes(&bytes).expect("a block");
        assert_eq!(node.submit_block(block), Ok(Submitted::Taken));
        let took = began.elapsed().as_secs_f64();
        node.stop();
        drop(node);
        fs::remove_dir_all(&copy).expect("our folder");
        took
    };
    let (took, count) = (median((0..TURNS).map(turn).collect()), claims(&block).len());
    println!("| {hops} | {length} | {count} | {:.1} | {:.0} |", 1e3 * took, count as f64 / took);
    fs::remove_dir_all(&before).expect("our folder");
}

/// The program on a chain of 10,000 blocks: how long calls take on one connection, what it needs when nobody asks, and how
/// long it takes to answer again after `kill -9`.
fn program(folder: &Path, engine: &Arc<Engine>) {
    let (file, _) = file_of_blocks(engine, 0, 10_000);
    let place = folder.join("program");
    {
        // By the machine's clock, as the program's.
        let node = node(&place, engine, Time(0));
        let (mut rest, mut blocks) = (file.as_slice(), Vec::new());
        while let Some((length, after)) = rest.split_first_chunk() {
            let (block, after) = after.split_at(u32::from_le_bytes(*length) as usize);
            blocks.push(Block::from_bytes(block).expect("a block"));
            rest = after;
        }
        for blocks in blocks.chunks(BLOCKS_TOGETHER) {
            node.submit_blocks(blocks.to_vec()).expect("good blocks");
        }
        node.stop();
    }
    let (mut child, client, _) = started(&place);
    let best = client.call("getbestblockhash", &json!([])).expect("an answer");
    let rich = Address::of(&regtest_key().public()).to_text(NETWORK);
    let mut sequence = 0;
    let calls: [(&str, &mut dyn FnMut() -> Value); 5] = [
        ("getblockcount", &mut || json!([])),
        ("getblock", &mut || json!([best])),
        ("ledger.account", &mut || json!([rich])),
        ("ledger.proof", &mut || json!(["tip"])),
        ("sendrawtransaction", &mut || {
            let to = Address([9; 32]);
            let action = Action::Transfer { to, amount: Units(1) };
            let signed = sign_paying_least(NETWORK, &regtest_key(), sequence, action).expect("a key");
            sequence += 1;
            json!([hex::encode(gridnet_protocol::encoding::encode(&signed))])
        }),
    ];
    for (method, params) in calls {
        // As fast as it goes, but no more together than a program of this machine may ask.
        std::thread::sleep(std::time::Duration::from_secs(2));
        let count = if method == "sendrawtransaction" { 60 } else { 2_000 };
        let params: Vec<Value> = (0..count).map(|_| params()).collect();
        let mut took: Vec<f64> = params
            .iter()
            .map(|params| {
                let began = Instant::now();
                client.call(method, params).expect("an answer");
                1e6 * began.elapsed().as_secs_f64()
            })
            .collect();
        took.sort_by(f64::total_cmp);
        let (p50, p99) = (took[count / 2], took[count * 99 / 100]);
        println!("| {method} | {p50:.0} | {p99:.0} | {:.0} |", 1e6 * count as f64 / took.iter().sum::<f64>());
    }
    std::thread::sleep(std::time::Duration::from_secs(5));
    let status = fs::read_to_string(format!("/proc/{}/status", child.0.id())).unwrap_or_default();
    let resident =
        status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or("?").trim().to_owned();
    let mut starts = Vec::new();
    for _ in 0..TURNS {
        drop(child);
        let client;
        let took;
        (child, client, took) = started(&place);
        assert_eq!(client.call("getbestblockhash", &json!([])).expect("an answer"), best);
        starts.push(1e3 * took);
    }
    drop(child);
    println!(
        "\nresident when nobody asks: {resident}; answering again {:.0} ms after a kill",
        median(starts)
    );
    fs::remove_dir_all(&place).expect("our folder");
}

/// The program. It is killed when it is dropped.
struct Program(Child);

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.0.kill().and_then(|()| self.0.wait());
    }
}

/// The program, once it answers, and how long that took.
fn started(place: &Path) -> (Program, Client, f64) {
    let program = std::env::current_exe().expect("a program").with_file_name("../gridnet");
    let free = std::net::TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).expect("a port");
    let address = format!("127.0.0.1:{}", free.port());
    let _ = fs::remove_file(place.join(".cookie"));
    let began = Instant::now();
    let child = Command::new(program)
        .args(["node", "--network", "regtest", "--rpc", &address, "--mine-on", "cpu", "--data-dir"])
        .arg(place)
        .env("NODEVICE_SELECT", "1")
        .stderr(Stdio::null())
        .spawn()
        .expect("the program is beside this one");
    let child = Program(child);
    loop {
        let cookie = Credential::Found(place.join(".cookie"));
        if let Ok(client) = Client::new(&address, &cookie, std::time::Duration::from_secs(60))
            && client.call("getblockcount", &json!([])).is_ok()
        {
            return (child, client, began.elapsed().as_secs_f64());
        }
        std::thread::sleep(std::time::Duration::from_millis(1));
    }
}

/// Blocks as a file has them, each after its length.
fn file_of_blocks(engine: &Engine, transfers: u64, count: u32) -> (Vec<u8>, Time) {
    let mut ledger = Ledger::open(NETWORK, Memory::default()).expect("memory");
    let mut now = Time(u64::from(ledger.tip().expect("memory").time));
    let (mut file, mut sequence) = (Vec::new(), 0);
    for number in 0..count {
        // So near each other that the last one is not ahead of the machine's clock.
        now.0 += 1;
        let mut draft = ledger.draft().expect("memory");
        for transfer in 0..transfers {
            let mut to = [0; 32];
            to[..8].copy_from_slice(&(u64::from(number) * transfers + transfer).to_be_bytes());
            let action = Action::Transfer { to: Address(to), amount: Units(1) };
            let signed = sign_paying_least(NETWORK, &regtest_key(), sequence, action).expect("a key");
            draft.add(engine, signed, &Control::default()).expect("a good transfer");
            sequence += 1;
        }
        let mut block = draft.finish(Address([7; 32]), now).expect("a block");
        let target = block.header.target().expect("a target");
        let function = NETWORK.parameters().proof_of_work;
        while !target.is_met_by(&function.hash(&block.header.to_bytes()), Order::Little) {
            block.header.nonce += 1;
        }
        ledger.apply(engine, &block, now, &Control::default()).expect("a good block");
        let bytes = block.to_bytes();
        file.extend(u32::try_from(bytes.len()).expect("a block is small").to_le_bytes());
        file.extend(bytes);
    }
    (file, now)
}

fn synced(folder: &Path, engine: &Arc<Engine>, transfers: u64, count: u32) {
    let (file, now) = file_of_blocks(engine, transfers, count);
    let path = folder.join("blocks");
    fs::write(&path, &file).expect("room on the disk");
    let place = folder.join("synced");
    let node_of = |path: &Path| node(path, engine, now);
    let (seconds, starts, size) = {
        let node = node_of(&place);
        let began = Instant::now();
        let read = fs::read(&path).expect("it was just written");
        let (mut rest, mut together) = (read.as_slice(), Vec::new());
        while let Some((length, after)) = rest.split_first_chunk() {
            let (block, after) = after.split_at(u32::from_le_bytes(*length) as usize);
            together.push(Block::from_bytes(block).expect("a block"));
            rest = after;
            if together.len() == BLOCKS_TOGETHER || rest.is_empty() {
                node.submit_blocks(std::mem::take(&mut together)).expect("good blocks");
            }
        }
        let seconds = began.elapsed().as_secs_f64();
        assert_eq!(node.tips().borrow().height.0, count);
        // As a kill leaves it: the file of a process that still runs.
        let size = fs::metadata(place.join(DATABASE)).expect("a file").len();
        let copy = folder.join("killed");
        let start = |_| {
            fs::create_dir_all(&copy).expect("a folder");
            fs::copy(place.join(DATABASE), copy.join(DATABASE)).expect("room on the disk");
            let began = Instant::now();
            let node = node_of(&copy);
            let took = began.elapsed().as_secs_f64();
            assert_eq!(node.tips().borrow().height.0, count);
            drop(node);
            fs::remove_dir_all(&copy).expect("our folder");
            took
        };
        (seconds, median((0..TURNS).map(start).collect()), size)
    };
    println!(
        "| {transfers} | {count} | {:.0} | {:.0} | {:.0} | {:.0} |",
        f64::from(count) / seconds,
        f64::from(count) * transfers as f64 / seconds,
        size as f64 / 1e6,
        1e3 * starts
    );
    fs::remove_dir_all(&place).expect("our folder");
}
