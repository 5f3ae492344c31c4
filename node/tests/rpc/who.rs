//! Who is answered: the cookies, their scopes, pages of strangers.

use std::net::SocketAddr;

use gridnet_node::rpc::auth::{Scope, authorization};
use gridnet_node::rpc::{Limits, Parts, Settings, serve};
use gridnet_protocol::Network;
use serde_json::{Value, json};

use crate::http::{exchange, request};
use crate::run::{run, run_with};

const COUNT: &str = r#"{"method":"getblockcount","id":1}"#;

#[test]
fn nobody_is_answered_without_a_cookie() {
    let running = run();
    let good = running.cookie(Scope::Control);
    let wrong = authorization(&format!("__cookie__:{}", "0".repeat(64)));
    let twice = format!("host: localhost\r\nauthorization: {good}\r\nauthorization: {good}\r\n");
    for headers in [
        "host: localhost\r\n".to_owned(),
        format!("host: localhost\r\nauthorization: {wrong}\r\n"),
        format!("host: localhost\r\nauthorization: {}\r\n", good.replace("Basic", "Bearer")),
        "host: localhost\r\nauthorization: Basic \r\n".to_owned(),
        "host: localhost\r\nauthorization: Basic !!!\r\n".to_owned(),
        twice,
    ] {
        let text = format!("POST / HTTP/1.1\r\n{headers}content-length: {}\r\n\r\n{COUNT}", COUNT.len());
        let answer = exchange(running.address(), text.as_bytes()).expect("an answer");
        assert_eq!(answer.status, 401, "{headers}: {answer:?}");
        assert!(answer.header("www-authenticate").is_some_and(|value| value.starts_with("Basic")));
        assert!(!answer.body.contains("result"), "{answer:?}");
    }
    // Not over a WebSocket either.
    let upgrade = "GET / HTTP/1.1\r\nhost: localhost\r\nconnection: upgrade\r\nupgrade: websocket\r\n\
                   sec-websocket-version: 13\r\nsec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n";
    assert_eq!(exchange(running.address(), upgrade.as_bytes()).expect("an answer").status, 401);
    assert!(running.is_alive());
}

#[test]
fn who_only_reads_changes_nothing() {
    let running = run();
    let reads = running.cookie(Scope::Read);
    let ask = |method: &str, params: Value| -> Value {
        let body = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params }).to_string();
        let request = request("POST", "/", &[("host", "localhost"), ("authorization", &reads)], &body);
        let answer = exchange(running.address(), &request).expect("an answer");
        serde_json::from_str(&answer.body).expect("JSON")
    };
    assert_eq!(ask("getblockcount", json!([]))["result"], 0);
    let listed = running.call("getrpcinfo", json!([]));
    let methods = listed["methods"].as_array().expect("a list");
    let mut controls = Vec::new();
    for method in methods {
        let (name, is_control) = (method["name"].as_str().expect("a name"), method["control"] == true);
        // Without parameters: nothing happens whoever asks, but for those that need none.
        let code = ask(name, json!([]))["error"]["code"].as_i64();
        assert_eq!(code == Some(-32040), is_control, "{name}: {code:?}");
        if is_control {
            controls.push(name);
        }
    }
    for name in ["stop", "sendrawtransaction", "submitblock", "submitheader", "miner.start", "wallet.send"] {
        assert!(controls.contains(&name), "{name} changes something");
    }
    assert!(running.is_alive());
}

#[test]
fn pages_of_strangers_and_other_names_are_refused() {
    let running = run();
    let cookie = running.cookie(Scope::Control);
    let status = |headers: &[(&str, &str)]| {
        let headers = [&[("authorization", cookie.as_str())], headers].concat();
        let answer = exchange(running.address(), &request("POST", "/", &headers, COUNT));
        answer.expect("an answer").status
    };
    assert_eq!(status(&[("host", "localhost:9332")]), 200);
    assert_eq!(status(&[("host", "127.0.0.1")]), 200);
    assert_eq!(status(&[("host", "rebound.example.org")]), 403);
    assert_eq!(status(&[("host", "localhost"), ("origin", "http://localhost")]), 403);
    assert_eq!(status(&[("host", "localhost"), ("origin", "null")]), 403);
    // What a browser asks before it sends what a page wants.
    let asked = request("OPTIONS", "/", &[("host", "localhost"), ("origin", "http://example.org")], "");
    let answer = exchange(running.address(), &asked).expect("an answer");
    assert!(answer.status == 403 && answer.header("access-control-allow-origin").is_none());
    for path in ["/metrics", "/healthy", "/ready"] {
        let asked = request("GET", path, &[("host", "example.org")], "");
        assert_eq!(exchange(running.address(), &asked).expect("an answer").status, 403, "{path}");
    }
}

#[test]
fn beyond_this_machine_names_do_not_matter_and_cookies_do() {
    let running = run();
    let folder = tempfile::tempdir().expect("a folder");
    let settings = Settings {
        address: "0.0.0.0:0".to_owned(),
        ..Settings::new(Network::Regtest, folder.path().to_owned())
    };
    let server = serve(&settings, running.node.clone(), Parts::default()).expect("a free port");
    let address = SocketAddr::from(([127, 0, 0, 1], server.address().port()));
    let cookie = std::fs::read_to_string(folder.path().join(Scope::Read.file())).expect("the cookie's file");
    let cookie = authorization(&cookie);
    let status = |headers: &[(&str, &str)]| {
        exchange(address, &request("POST", "/", headers, COUNT)).expect("an answer").status
    };
    let named = ("host", "node.example.org");
    assert_eq!(status(&[named, ("authorization", &cookie)]), 200);
    assert_eq!(status(&[named]), 401);
    // Figures without a cookie are for programs here, not for a stranger's page that was led here.
    let figures = |headers: &[(&str, &str)]| {
        exchange(address, &request("GET", "/metrics", headers, "")).expect("an answer").status
    };
    assert_eq!((figures(&[("host", "localhost")]), figures(&[named])), (200, 401));
    assert_eq!(figures(&[named, ("authorization", &cookie)]), 200);
    // The cookie of another server is none.
    assert_eq!(status(&[named, ("authorization", &running.cookie(Scope::Read))]), 401);
    assert_eq!(status(&[named, ("authorization", &cookie), ("origin", "http://node.example.org")]), 403);
}

#[test]
fn what_is_beside_calls_needs_no_cookie_here() {
    let running = run();
    let get = |path: &str| {
        let answer = exchange(running.address(), &request("GET", path, &[("host", "localhost")], ""));
        answer.expect("an answer")
    };
    assert_eq!((get("/healthy").status, get("/ready").status), (200, 200));
    running.call("getblockcount", json!([]));
    let figures = get("/metrics");
    assert_eq!(figures.status, 200);
    for line in [
        "gridnet_height 0",
        "gridnet_healthy 1",
        "gridnet_waiting 0",
        "gridnet_rpc_connections 1",
        "gridnet_rpc_calls_total{method=\"getblockcount\",code=\"0\"} 1",
        "# EOF",
    ] {
        assert!(figures.body.lines().any(|found| found == line), "{line}: {}", figures.body);
    }
    assert_eq!(get("/nothing").status, 404);
    assert_eq!(get("/").status, 401);
    // A node that ended is not ready, and nothing that ended is well if it failed; this one was told to.
    running.node.stop();
    assert_eq!((get("/healthy").status, get("/ready").status), (200, 503));
    assert_eq!(running.error("getmempoolinfo", json!([])), -32043);
}

#[test]
fn who_asks_too_often_is_told_so() {
    let limits = Limits { requests_a_second_here: 1, burst_seconds: 20, ..Limits::default() };
    let running = run_with(limits, Parts::default());
    let mut refused = None;
    for _ in 0..200 {
        let answer = running.post(COUNT);
        match answer.status {
            200 if answer.body.contains("-32041") => {}
            200 => {}
            429 => {
                refused = answer.header("retry-after").map(str::to_owned);
                break;
            }
            _ => panic!("{answer:?}"),
        }
    }
    assert_eq!(refused.as_deref(), Some("1"));
}
