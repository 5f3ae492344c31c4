//! What is sent: both forms of JSON-RPC, and all kinds of nonsense. The node answers afterwards as before.

use std::time::Duration;

use gridnet_node::rpc::auth::Scope;
use gridnet_node::rpc::{Limits, Parts};
use serde_json::{Value, json};

use crate::http::{exchange, request};
use crate::run::{Running, run, run_with};

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{text:?}: {error}"))
}

#[test]
fn both_forms_are_spoken_whatever_the_content_type() {
    let running = run();
    let cookie = running.cookie(Scope::Control);
    for kind in ["application/json", "text/plain", "application/x-www-form-urlencoded", "nonsense", ""] {
        for (body, expected) in [
            (r#"{"method":"getblockcount","id":"a"}"#, json!({"result": 0, "error": null, "id": "a"})),
            (
                r#"{"jsonrpc":"1.0","id":"curltest","method":"getblockcount","params":[]}"#,
                json!({"result": 0, "error": null, "id": "curltest"}),
            ),
            (
                r#"{"jsonrpc":"2.0","method":"getblockcount","id":7}"#,
                json!({"jsonrpc": "2.0", "result": 0, "id": 7}),
            ),
        ] {
            let headers = [("host", "localhost"), ("authorization", cookie.as_str()), ("content-type", kind)];
            let answer =
                exchange(running.address(), &request("POST", "/", &headers, body)).expect("an answer");
            assert_eq!((answer.status, json(&answer.body)), (200, expected), "{kind}: {body}");
            assert_eq!(answer.header("content-type"), Some("application/json"));
        }
    }
    // Errors have the form of their question.
    let one = json(&running.post(r#"{"method":"nothing","id":1}"#).body);
    assert_eq!(
        (&one["result"], &one["error"]["code"], &one["id"]),
        (&Value::Null, &json!(-32601), &json!(1))
    );
    assert!(one.get("jsonrpc").is_none() && one.as_object().is_some_and(|one| one.contains_key("result")));
    let two = json(&running.post(r#"{"jsonrpc":"2.0","method":"nothing","id":1}"#).body);
    assert!(two["error"]["code"] == -32601 && two.get("result").is_none() && two["jsonrpc"] == "2.0");
    // A notification is done, and not answered.
    let none = running.post(r#"{"jsonrpc":"2.0","method":"getblockcount"}"#);
    assert_eq!((none.status, none.body.as_str()), (204, ""));
}

#[test]
fn batches_are_answered_entry_by_entry() {
    let limits = Limits { batch: 5, ..Limits::default() };
    let running = run_with(limits, Parts::default());
    let mixed = r#"[{"method":"getblockcount","id":1}, {"jsonrpc":"2.0","method":"uptime"}, 7,
                    {"jsonrpc":"2.0","method":"getblockhash","params":{"height":99},"id":2},
                    {"jsonrpc":"2.0","method":"getblockcount","id":3}]"#;
    let answers = json(&running.post(mixed).body);
    assert_eq!(answers[0], json!({"result": 0, "error": null, "id": 1}));
    assert_eq!(answers[1]["error"]["code"], -32600);
    assert_eq!((&answers[2]["error"]["code"], &answers[2]["id"]), (&json!(-8), &json!(2)));
    assert_eq!(answers[3], json!({"jsonrpc": "2.0", "result": 0, "id": 3}));
    assert_eq!(answers.as_array().map(Vec::len), Some(4), "the notification is not answered");
    let too_many = format!("[{}]", [r#"{"method":"stop"}"#; 6].join(","));
    assert_eq!(json(&running.post(&too_many).body)["error"]["code"], -32010);
    assert_eq!(json(&running.post("[]").body)["error"]["code"], -32600);
    assert!(running.is_alive());
}

#[test]
fn answers_of_a_batch_are_bounded_together() {
    let most = 2_500;
    let limits = Limits { answer_bytes: most, ..Limits::default() };
    let running = run_with(limits, Parts::default());
    // One answer of the batch fits, and ten do not.
    let call = r#"{"jsonrpc":"2.0","method":"getblock","params":[""#.to_owned()
        + running.call("getbestblockhash", json!([])).as_str().expect("an id")
        + r#"",2],"id":1}"#;
    let answers = json(&running.post(&format!("[{}]", vec![call; 10].join(","))).body);
    assert!(answers[0]["result"]["tx"].is_array(), "{answers}");
    assert_eq!(answers[9]["error"]["code"], -32008, "{answers}");
    // One that is too large alone.
    assert_eq!(running.error("getrpcinfo", json!([])), -32008, "it is larger than {most}");
}

#[test]
fn what_is_too_much_is_refused_before_it_is_looked_at() {
    let limits = Limits { body_bytes: 10_000, ..Limits::default() };
    let running = run_with(limits, Parts::default());
    let padded =
        |length| format!("{{\"method\":\"getblockcount\",\"id\":1,\"params\":[]}}{}", " ".repeat(length));
    assert_eq!(running.post(&padded(9_000)).status, 200);
    assert_eq!(running.post(&padded(10_000)).status, 413);
    // Without a length, in pieces.
    let cookie = running.cookie(Scope::Control);
    let mut pieces = format!(
        "POST / HTTP/1.1\r\nhost: localhost\r\nauthorization: {cookie}\r\ntransfer-encoding: chunked\r\n\r\n"
    );
    for _ in 0..20 {
        pieces += &format!("3e8\r\n{}\r\n", " ".repeat(1_000));
    }
    let answer = exchange(running.address(), pieces.as_bytes());
    assert!(answer.is_none_or(|answer| answer.status == 413));
    // Deep, in a body and in what a body calls by.
    let deep = format!("{}{}", "[".repeat(100), "]".repeat(100));
    assert_eq!(json(&running.post(&deep).body)["error"]["code"], -32700);
    let inside = format!(r#"{{"jsonrpc":"2.0","method":"getblock","params":{deep},"id":1}}"#);
    assert_eq!(json(&running.post(&inside).body)["error"]["code"], -32700);
    assert!(running.is_alive());
}

/// Bodies that are wrong in all ways, and what the node says to each. It is alive after each.
#[test]
fn nonsense_is_answered_and_survived() {
    let running = run();
    for (body, code) in [
        ("", -32700),
        (" \n\t", -32700),
        ("{", -32700),
        ("null", -32600),
        ("\"getblockcount\"", -32600),
        ("{}", -32600),
        ("\u{0}", -32700),
        ("{\"method\":\"getblockcount\",\"id\":1", -32700),
        ("{\"method\":\"getblockcount\",\"id\":1}}", -32700),
        ("{\"method\":\"getblockcount\",\"method\":\"stop\",\"id\":1}", -32600),
        ("{\"method\":null,\"id\":1}", -32600),
        ("{\"method\":[\"getblockcount\"],\"id\":1}", -32600),
        ("{\"method\":\"\",\"id\":1}", -32601),
        ("{\"method\":\"getBlockCount\",\"id\":1}", -32601),
        ("{\"method\":\"getblockcount\\u0000\",\"id\":1}", -32601),
        ("{\"method\":\"chain.subscribe\",\"id\":1}", -32601),
        ("{\"method\":\"getblockcount\",\"id\":[]}", -32600),
        ("{\"method\":\"getblockcount\",\"params\":\"a\",\"id\":1}", -32600),
        ("{\"method\":\"getblockcount\",\"params\":[1],\"id\":1}", -32602),
        ("{\"method\":\"getblockcount\",\"params\":{\"a\":1},\"id\":1}", -32602),
        ("{\"method\":\"getblockhash\",\"params\":[],\"id\":1}", -32602),
        ("{\"method\":\"getblockhash\",\"params\":[null],\"id\":1}", -32602),
        ("{\"method\":\"getblockhash\",\"params\":[\"0\"],\"id\":1}", -3),
        ("{\"method\":\"getblockhash\",\"params\":[-1],\"id\":1}", -3),
        ("{\"method\":\"getblockhash\",\"params\":[0.5],\"id\":1}", -3),
        ("{\"method\":\"getblockhash\",\"params\":[1e400],\"id\":1}", -32602),
        ("{\"method\":\"getblockhash\",\"params\":[99999999999999999999],\"id\":1}", -3),
        ("{\"method\":\"getblockhash\",\"params\":[4294967295],\"id\":1}", -8),
        ("{\"method\":\"getblock\",\"params\":[\"zz\"],\"id\":1}", -8),
        ("{\"method\":\"getblock\",\"params\":[\"\u{e4}\"],\"id\":1}", -8),
        ("{\"method\":\"submitblock\",\"params\":[\"0\"],\"id\":1}", -22),
        ("{\"method\":\"submitblock\",\"params\":[\"\"],\"id\":1}", -22),
        ("{\"method\":\"submitheader\",\"params\":[\"00\"],\"id\":1}", -22),
        ("{\"method\":\"sendrawtransaction\",\"params\":[\"ff\"],\"id\":1}", -22),
        ("{\"method\":\"testmempoolaccept\",\"params\":[[]],\"id\":1}", -8),
        ("{\"method\":\"testmempoolaccept\",\"params\":[\"ff\"],\"id\":1}", -3),
        ("{\"method\":\"getblocktemplate\",\"params\":[{\"mode\":\"proposal\"}],\"id\":1}", -8),
        ("{\"method\":\"ledger.account\",\"params\":[\"grid1\"],\"id\":1}", -5),
        ("{\"method\":\"ledger.rows\",\"params\":[\"accounts\",\"\",0],\"id\":1}", -8),
        ("{\"method\":\"ledger.row\",\"params\":[\"nothing\"],\"id\":1}", -8),
    ] {
        let answer = running.post(body);
        assert_eq!(answer.status, 200, "{body:?}: {answer:?}");
        assert_eq!(json(&answer.body)["error"]["code"], code, "{body:?}: {}", answer.body);
        assert!(running.is_alive(), "{body:?}");
    }
}

#[test]
fn what_is_no_http_is_survived() {
    let limits = Limits {
        header_time: Duration::from_secs(2),
        body_time: Duration::from_secs(2),
        ..Limits::default()
    };
    let running = run_with(limits, Parts::default());
    for bytes in [
        &b"\r\n\r\n"[..],
        b"nonsense\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"POST / HTTP/9.9\r\n\r\n",
        b"POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: nine\r\n\r\n",
        b"POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nhello!",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"GET http://[ HTTP/1.1\r\n\r\n",
        b"CONNECT localhost:1 HTTP/1.1\r\nhost: localhost\r\n\r\n",
        b"\0\0\0\0\r\n\r\n",
    ] {
        let answer = exchange(running.address(), bytes);
        assert!(answer.as_ref().is_none_or(|answer| answer.status >= 400), "{bytes:?}: {answer:?}");
        assert!(running.is_alive(), "{bytes:?}");
    }
    let many: Vec<(String, String)> =
        (0..200).map(|number| (format!("x-{number}"), "y".repeat(100))).collect();
    let many: Vec<(&str, &str)> = many.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let answer = exchange(running.address(), &request("POST", "/", &many, "{}"));
    assert!(answer.is_none_or(|answer| answer.status == 431));
    verbs(&running);
}

fn verbs(running: &Running) {
    let cookie = running.cookie(Scope::Control);
    for verb in ["GET", "PUT", "DELETE", "HEAD", "TRACE", "NONSENSE"] {
        let asked = request(verb, "/", &[("host", "localhost"), ("authorization", &cookie)], "");
        let answer = exchange(running.address(), &asked);
        // What has no body is not read to its length.
        assert!(answer.is_none_or(|answer| answer.status == 405), "{verb}");
    }
    assert!(running.is_alive());
}
