//! The same methods over a WebSocket, and what is told as it happens.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use gridnet_node::rpc::auth::Scope;
use gridnet_node::rpc::{Limits, Parts};
use gridnet_protocol::Address;
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

/// Whatever is called counts, there or not.
#[test]
fn no_call_is_free() {
    let limits = Limits { requests_a_second_here: 1, burst_seconds: 20, ..Limits::default() };
    let running = run_with(limits, Parts::default());
    let refused = |answer: &Value| answer["error"]["code"] == -32041;
    let mut socket = Socket::open(&running, Scope::Read);
    let begun = Instant::now();
    let may = || assert!(begun.elapsed() < Duration::from_secs(50), "it may ask for ever");
    while !refused(&socket.call("nothing", json!([]))) {
        may();
    }
    for method in ["chain.subscribe", "chain.unsubscribe", "getblockcount", "nothing"] {
        while !refused(&socket.call(method, json!([1]))) {
            may();
        }
    }
    // In a batch, too, where each has its own answer.
    let calls = [1, 2, 3].map(|id| json!({ "jsonrpc": "2.0", "id": id, "method": "nothing" }));
    loop {
        socket.send(&json!(calls).to_string());
        let answers = socket.next().expect("an answer");
        assert_eq!(answers.as_array().map(Vec::len), Some(3), "{answers}");
        assert_eq!(answers[2]["id"], 3);
        if answers.as_array().is_some_and(|answers| answers.iter().all(refused)) {
            break;
        }
        may();
    }
}

#[test]
fn calls_at_a_time_are_bounded_here_and_over_http() {
    for limits in [Limits { calls: 0, ..Limits::default() }, Limits { calls_each: 0, ..Limits::default() }] {
        let running = run_with(limits, Parts::default());
        assert_eq!(running.error("getblockcount", json!([])), -32042);
        let mut socket = Socket::open(&running, Scope::Read);
        assert_eq!(socket.call("getblockcount", json!([]))["error"]["code"], -32042);
    }
}

#[test]
fn long_polls_of_a_client_are_bounded_and_in_nobodys_way() {
    let limits = Limits { polls_each: 2, calls_each: 1, ..Limits::default() };
    let parts = Parts { payout: Some(Address([7; 32])), ..Parts::default() };
    let running = run_with(limits, parts);
    let id = running.call("getblocktemplate", json!([]))["longpollid"].clone();
    let poll = |number: u32| {
        let params = json!([{ "longpollid": id }]);
        json!({ "jsonrpc": "2.0", "id": number, "method": "getblocktemplate", "params": params }).to_string()
    };
    let mut sockets = [(); 2].map(|()| Socket::open(&running, Scope::Read));
    // Of three, on two connections, one is too many, whichever came last.
    sockets[0].send(&poll(1));
    std::thread::sleep(Duration::from_millis(300));
    sockets[0].send(&poll(2));
    std::thread::sleep(Duration::from_millis(300));
    sockets[1].send(&poll(3));
    let refused = sockets[1].next().expect("an answer");
    assert_eq!((&refused["id"], &refused["error"]["code"]), (&json!(3), &json!(-32042)), "{refused}");
    // Others go on meanwhile, on the same connection too.
    assert_eq!(sockets[0].call("getblockcount", json!([]))["result"], 0);
    running.mine();
    for _ in 0..2 {
        assert_eq!(sockets[0].next().expect("an answer")["result"]["height"], 2);
    }
}
