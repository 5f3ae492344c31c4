//! The fuzz target of bodies for a moment on every run: good ones, some of their bytes spoiled, and bytes of no meaning.

use gridnet_node::rpc::all;
use gridnet_node::rpc::fuzz::bodies;
use serde_json::json;

/// A generator of numbers that are the same on every run.
struct Mix(u64);

impl Mix {
    fn next(&mut self) -> u64 {
        // SplitMix64.
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() % end.max(1) as u64) as usize
    }
}

/// Bodies that mean something.
fn good() -> Vec<String> {
    let calls = [
        json!({ "method": "getblockcount", "id": 1 }),
        json!({ "method": "getblockhash", "params": [0], "id": "a" }),
        json!({ "jsonrpc": "2.0", "method": "getblockheader", "params": { "blockhash": "0".repeat(64) }, "id": 1 }),
        json!({ "jsonrpc": "2.0", "method": "getblocktemplate", "params": [{ "rules": [], "mode": "template" }], "id": 1 }),
        json!({ "jsonrpc": "2.0", "method": "submitheader", "params": ["00".repeat(80)], "id": 1 }),
        json!({ "jsonrpc": "2.0", "method": "getrawmempool", "params": [true], "id": null }),
        json!({ "jsonrpc": "2.0", "method": "testmempoolaccept", "params": [["00"]], "id": 1 }),
        json!({ "jsonrpc": "2.0", "method": "ledger.rows", "params": ["accounts", "", 3], "id": 1 }),
        json!({ "jsonrpc": "2.0", "method": "ledger.row", "params": { "table": "tip" }, "id": 1 }),
        json!({ "jsonrpc": "2.0", "method": "ledger.proof", "params": ["accounts", "00", 0], "id": 1 }),
        json!({ "jsonrpc": "2.0", "method": "help", "params": ["help"] }),
    ];
    // Each method by its name alone, too; nothing here ends the node.
    let named = all().map(|method| json!({ "method": method.name, "id": 1 }));
    let mut bodies: Vec<String> = calls.iter().cloned().chain(named).map(|call| call.to_string()).collect();
    bodies.push(json!(calls).to_string());
    bodies
}

#[test]
fn no_body_is_left_without_an_answer() {
    const ROUNDS: usize = 4_000;
    let (good, mut mix) = (good(), Mix(7));
    let mut answered = 0;
    for round in 0..ROUNDS {
        let mut body = good[round % good.len()].clone().into_bytes();
        if round % 9 == 0 {
            body = (0..mix.below(300)).map(|_| mix.next() as u8).collect();
        } else if round >= good.len() {
            for _ in 0..mix.below(4) {
                let at = mix.below(body.len());
                match mix.below(6) {
                    0 => body.truncate(at),
                    1 if at < body.len() => body[at] = b"[]{}\",:\\0"[mix.below(9)],
                    2 => body.insert(at, b"[]{}\",:\\0"[mix.below(9)]),
                    3 if at < body.len() => drop(body.remove(at)),
                    _ if at < body.len() => body[at] ^= 1 << mix.below(8),
                    _ => {}
                }
            }
        }
        answered += usize::from(bodies(&body));
    }
    // Many mean something still, and many do not.
    assert!((ROUNDS / 10..ROUNDS * 9 / 10).contains(&answered), "{answered} of {ROUNDS} had results");
}
