//! A chain that a real node mines by itself, on and on; killed, and started again.

use std::time::{Duration, Instant};

use gridnet_node::repair;
use gridnet_node::rpc::client::Client;
use serde_json::{Value, json};

use crate::crash::{Process, open};

/// Long enough for thousands of blocks on the slowest of machines.
const PATIENCE: Duration = Duration::from_secs(900);

fn ask(client: &Client, method: &str, params: &Value) -> Value {
    client.call(method, params).unwrap_or_else(|error| panic!("{method}: {error}"))
}

/// The last block, and the root of the state after it, which the next block would name.
fn place(client: &Client) -> (Value, Value, String) {
    let template = ask(client, "getblocktemplate", &json!([]));
    let coinbase = template["coinbasetxn"]["data"].as_str().expect("hex").to_owned();
    let root = coinbase[coinbase.len() - 64..].to_owned();
    (ask(client, "getblockcount", &json!([])), ask(client, "getbestblockhash", &json!([])), root)
}

#[test]
fn a_node_mines_thousands_of_blocks_and_has_them_after_a_kill() {
    let blocks =
        std::env::var("GRIDNET_CHAIN_BLOCKS").ok().and_then(|blocks| blocks.parse().ok()).unwrap_or(1_500);
    let folder = tempfile::tempdir().expect("a folder");
    let mining = ["--mine", "--mine-on", "cpu", "--block-every", "0"];
    let mut process = Process::start_with(folder.path(), &mining);
    let client = process.client().expect("it runs");
    let began = Instant::now();
    let mut time = ask(client, "node.info", &json!([]))["now"].as_u64().expect("a time");
    while ask(client, "getblockcount", &json!([])).as_u64() < Some(blocks) {
        assert!(began.elapsed() < PATIENCE, "it mines no more");
        // Six blocks take a second of the chain's time at least, which is not to be far ahead of the clock.
        time += 60;
        ask(client, "setmocktime", &json!([time]));
        std::thread::sleep(Duration::from_millis(20));
    }
    println!("{blocks} blocks in {:.1} s", began.elapsed().as_secs_f64());
    ask(client, "miner.stop", &json!([]));
    // What it had found is sent still.
    let mut before = place(client);
    loop {
        std::thread::sleep(Duration::from_millis(100));
        let now = place(client);
        if now == before {
            break;
        }
        before = now;
    }
    process.kill();
    let mut again = Process::start_with(folder.path(), &[]);
    ask(again.client().expect("it runs"), "setmocktime", &json!([time]));
    assert_eq!(place(again.client().expect("it runs")), before);
    again.kill();
    let checked =
        repair::check(&mut open(folder.path()).expect("nobody uses it"), &mut |_| {}).expect("sound");
    assert_eq!(json!(checked.blocks - 1), before.0);
}
