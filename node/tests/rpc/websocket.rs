//! The same methods over a WebSocket, and what is told as it happens.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use gridnet_node::rpc::auth::Scope;
use gridnet_node::rpc::{Limits, Parts};
use serde_json::{Value, json};

use crate::http::{answer, connect};
use crate::run::{Running, run, run_with, sent};

/// One end of a WebSocket.
pub(crate) struct Socket(TcpStream);

impl Socket {
    /// Opens one with a cookie.
    pub(crate) fn open(running: &Running, scope: Scope) -> Socket {
        let mut socket = connect(running.address());
        let cookie = running.cookie(scope);
        let text = format!(
            "GET / HTTP/1.1\r\nhost: localhost\r\nauthorization: {cookie}\r\nconnection: Upgrade\r\n\
             upgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
        );
        socket.write_all(text.as_bytes()).expect("it is open");
        assert_eq!(answer(&mut socket).expect("an answer").status, 101);
        Socket(socket)
    }

    /// Sends a text. The mask is of zeros, so that it changes nothing.
    pub(crate) fn send(&mut self, text: &str) {
        let length = u16::try_from(text.len()).expect("a short text");
        let mut frame = vec![0x81, 0x80 | 126];
        frame.extend(length.to_be_bytes());
        frame.extend([0; 4]);
        frame.extend(text.as_bytes());
        self.0.write_all(&frame).expect("it is open");
    }

    /// The next text; `None`: the other end closes.
    pub(crate) fn next(&mut self) -> Option<Value> {
        loop {
            let mut head = [0; 2];
            self.0.read_exact(&mut head).ok()?;
            let length = match head[1] {
                126 => {
                    let mut more = [0; 2];
                    self.0.read_exact(&mut more).ok()?;
                    u16::from_be_bytes(more).into()
                }
                127 => {
                    let mut more = [0; 8];
                    self.0.read_exact(&mut more).ok()?;
                    u64::from_be_bytes(more)
                }
                length => length.into(),
            };
            let mut text = vec![0; usize::try_from(length).expect("it fits")];
            self.0.read_exact(&mut text).ok()?;
            match head[0] & 0xf {
                1 => return Some(serde_json::from_slice(&text).expect("JSON")),
                8 => return None,
                _ => {}
            }
        }
    }

    /// Calls a method.
    pub(crate) fn call(&mut self, method: &str, params: Value) -> Value {
        self.send(&json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params }).to_string());
        self.next().expect("an answer")
    }
}

#[test]
fn calls_are_answered_as_over_http() {
    let running = run();
    let mut socket = Socket::open(&running, Scope::Control);
    assert_eq!(socket.call("getblockcount", json!([]))["result"], 0);
    assert_eq!(socket.call("getblockhash", json!([9]))["error"]["code"], -8);
    assert_eq!(socket.call("nothing", json!([]))["error"]["code"], -32601);
    let deep: Value = (0..70).fold(json!(1), |inside, _| json!([inside]));
    assert_eq!(socket.call("getblockhash", deep)["error"]["code"], -32602);
    for nonsense in ["", "{", "nonsense", "[]", "[1]", "{\"jsonrpc\":\"2.0\"}"] {
        socket.send(nonsense);
        let answer = socket.next().expect("an answer");
        assert!(
            answer["error"]["code"].is_i64() || answer[0]["error"]["code"].is_i64(),
            "{nonsense}: {answer}"
        );
    }
    assert_eq!(socket.call("getblockcount", json!([]))["result"], 0);
    let mut reads = Socket::open(&running, Scope::Read);
    assert_eq!(reads.call("stop", json!([]))["error"]["code"], -32040);
    assert_eq!(reads.call("getblockcount", json!([]))["result"], 0);
}

#[test]
fn whoever_subscribed_is_told() {
    let running = run();
    let mut chain = Socket::open(&running, Scope::Read);
    let mut pool = Socket::open(&running, Scope::Read);
    let id = chain.call("chain.subscribe", json!([]))["result"].clone();
    assert!(pool.call("mempool.subscribe", json!([]))["result"].is_u64());
    let paid = running.call("sendrawtransaction", json!([sent(&running.pay(0, 5))]));
    let block = running.mine();
    let told = pool.next().expect("it is told");
    assert_eq!(
        (&told["method"], &told["params"]["result"]),
        (&json!("mempool.event"), &json!({ "txid": paid }))
    );
    let told = chain.next().expect("it is told");
    assert_eq!((&told["method"], &told["params"]["subscription"]), (&json!("chain.event"), &id));
    assert_eq!(told["params"]["result"], json!({ "event": "connected", "height": 1, "hash": block }));
    // Nothing more after the end.
    assert_eq!(chain.call("chain.unsubscribe", json!([id]))["result"], true);
    running.mine();
    assert_eq!(chain.call("getblockcount", json!([]))["result"], 2);
}

#[test]
fn subscriptions_and_requests_are_bounded() {
    let limits =
        Limits { subscriptions: 2, requests_a_second_here: 1, burst_seconds: 30, ..Limits::default() };
    let running = run_with(limits, Parts::default());
    let mut socket = Socket::open(&running, Scope::Read);
    let results = [(); 3].map(|()| socket.call("chain.subscribe", json!([])));
    assert!(results[0]["result"].is_u64() && results[1]["result"].is_u64());
    assert!(results[2]["error"]["code"].is_i64(), "{}", results[2]);
    let begun = Instant::now();
    while socket.call("getblockcount", json!([]))["error"]["code"] != -32041 {
        assert!(begun.elapsed() < Duration::from_secs(50), "it may ask for ever");
    }
}
