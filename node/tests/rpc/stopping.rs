//! The end of a server: what runs has a moment, nothing is left.

use std::net::TcpStream;
use std::time::{Duration, Instant};

use gridnet_node::rpc::auth::Scope;
use gridnet_node::rpc::{Settings, serve};
use gridnet_protocol::Network;
use serde_json::{Value, json};

use crate::http::{answer, connect, request};
use crate::run::{Running, run};
use crate::websocket::Socket;
use std::io::Write as _;

#[test]
fn what_waits_is_answered_and_everything_is_closed() {
    let running = run();
    let template = running.call("getblocktemplate", json!([]));
    // A long poll that has begun, a WebSocket that listens, a connection that does nothing.
    let mut socket = Socket::open(&running, Scope::Read);
    socket.call("chain.subscribe", json!([]));
    let idle = connect(running.address());
    let body = json!({ "method": "getblocktemplate", "params": [{ "longpollid": template["longpollid"] }], "id": 5 });
    let cookie = running.cookie(Scope::Control);
    let mut poll = connect(running.address());
    let headers = [("host", "localhost"), ("authorization", cookie.as_str())];
    poll.write_all(&request("POST", "/", &headers, &body.to_string())).expect("it is open");
    // Nobody is told when it has begun; a poll that has not would not be answered.
    std::thread::sleep(Duration::from_secs(2));

    let Running { node, server, folder } = running;
    let address = server.address();
    let begun = Instant::now();
    server.stop();
    // Much longer than the three seconds that it is given, and much shorter than a long poll.
    assert!(begun.elapsed() < Duration::from_secs(30), "{:?}", begun.elapsed());
    let answered = answer(&mut poll).expect("it was answered");
    let answered: Value = serde_json::from_str(&answered.body).expect("JSON");
    assert_eq!((&answered["result"]["height"], &answered["id"]), (&json!(1), &json!(5)));
    assert_eq!(socket.next(), None);
    drop(idle);
    assert!(TcpStream::connect(address).is_err(), "nobody listens");
    for scope in [Scope::Read, Scope::Control] {
        assert!(!folder.path().join(scope.file()).exists(), "{scope:?}");
    }
    // The node goes on, and can be served again.
    let settings = Settings {
        address: address.to_string(),
        ..Settings::new(Network::Regtest, folder.path().to_owned())
    };
    let again = serve(&settings, node, gridnet_node::rpc::Parts::default()).expect("the port is free again");
    assert_eq!(again.address(), address);
}

#[test]
fn what_cannot_be_served_says_why() {
    let running = run();
    let try_at = |address: &str, folder: &std::path::Path| {
        let settings =
            Settings { address: address.to_owned(), ..Settings::new(Network::Regtest, folder.to_owned()) };
        let refused = serve(&settings, running.node.clone(), gridnet_node::rpc::Parts::default());
        refused.err().map(|error| error.to_string()).unwrap_or_default()
    };
    let folder = running.folder.path();
    let taken = running.address().to_string();
    for address in [taken.as_str(), "nonsense", "127.0.0.1", "127.0.0.1:99999", ""] {
        assert!(try_at(address, folder).starts_with(&format!("--rpc {address}: ")), "{address}");
    }
    let nowhere = folder.join("nowhere");
    assert!(try_at("127.0.0.1:0", &nowhere).contains("nowhere"));
    // A start that failed leaves the cookies of the one that runs.
    assert!(running.is_alive());
}
